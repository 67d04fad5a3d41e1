"""How the searches of Aguiar et al. (2024) look for the least cost of one user in a box."""

import numpy as np

from irsnb.checks import missing
from irsnb.indoor.costs import likelihood_cost_unchecked, phase_cost_gradient, phase_cost_unchecked

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""

CELL = 0.01
"""Grid of the discrete genetic algorithm [m]; its phase has 64 steps."""


class Task:
    """The cost of one user over a box, counting its evaluations.

    Parameters
    ----------
    room : irsnb.indoor.Room
    pilots : ndarray of complex, shape (n_pilots,)
    settings : irsnb.indoor.SearchSettings
    low, high : ndarray, shape (D,) or (D + 1,)
        Corners of the box [m], and as published of the phase offset [rad].
    """

    def __init__(self, room, pilots, settings, low, high):
        self.room, self.pilots, self.form, self.low, self.high = room, pilots, settings.form, low, high
        self.population, self.n_coordinates, self.evaluations = settings.population, room.n_coordinates, 0

    def cost(self, points):
        """The cost at points (n, D) or (n, D + 1)."""
        self.evaluations += len(points)
        if self.form == "projected":
            return likelihood_cost_unchecked(self.room, self.pilots, points, "ml-projected")
        return phase_cost_unchecked(self.room, self.pilots, *self._split(points))

    def gradient(self, points):
        """Its derivatives there, of the points' shape."""
        return phase_cost_gradient(self.room, self.pilots, *self._split(points))

    def per_unknown(self, coordinate, offset):
        """One value for each unknown: for coordinates, and for the offset if it is one."""
        return np.where(np.arange(len(self.low)) < self.n_coordinates, coordinate, offset)

    def _split(self, points):
        if len(self.low) == self.n_coordinates:
            return points, None
        return points[:, :-1], points[:, -1]


def descent(task, budget, rng):
    """Descent from many starts at once, each with a step length of its own; the best point."""
    # Written here, because a library descends from one start at a time and spends its time on calls. Steps
    # are in units of a wavelength and of a radian, the scales on which the cost changes.
    scale = task.per_unknown(task.room.wavelength, 1.0)
    points = rng.uniform(task.low, task.high, (task.population, len(task.low)))
    costs, steps = task.cost(points), np.full(task.population, 0.1)
    while task.evaluations + task.population <= budget:
        slope = task.gradient(points) * scale
        slope = slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), np.finfo(float).tiny)
        trial = np.clip(points - steps[:, None] * slope * scale, task.low, task.high)
        trial_costs = task.cost(trial)
        better = trial_costs < costs
        points[better], costs[better] = trial[better], trial_costs[better]
        steps = np.where(better, 1.5 * steps, 0.4 * steps)
    return points[costs.argmin()]


def best_of_grid(task, budget):
    """The best places of an even grid over the box, as a first swarm."""
    n = task.n_coordinates
    sides = (task.high - task.low)[:n]
    per_metre = (budget / np.prod(sides)) ** (1 / n)
    counts = np.maximum((sides * per_metre).astype(int), 2)
    axes = [
        low + (np.arange(count) + 0.5) / count * side
        for low, count, side in zip(task.low[:n], counts, sides, strict=True)
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, n)
    if len(task.low) > n:
        # No phase is likelier than another: they take turns.
        turns = np.arange(len(points)) * (np.sqrt(5) - 1) / 2 % 1 * 2 * np.pi
        points = np.concatenate([points, turns[:, None]], axis=-1)
    return points[np.argsort(task.cost(points), kind="stable")[: task.population]]


def load_pymoo():
    """joblib and pymoo, or ``ImportError`` that says what to install."""
    try:
        import joblib
        import pymoo
    except ImportError as error:
        raise missing(error.name, "searches") from None
    return joblib, pymoo


def _minimise(algorithm, cost, low, high, vtype, budget, seed):
    load_pymoo()
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize as pymoo_minimize

    class Cost(Problem):
        def __init__(self):
            super().__init__(n_var=len(low), n_obj=1, xl=low, xu=high, vtype=vtype)

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = cost(x)

    return pymoo_minimize(Cost(), algorithm, ("n_eval", int(budget)), seed=int(seed), verbose=False).X


def swarm(task, budget, seed, sampling=None):
    """Where a swarm of pymoo's ends; its first members drawn evenly from the box, or given."""
    load_pymoo()
    from pymoo.algorithms.soo.nonconvex.pso import PSO

    given = {} if sampling is None else {"sampling": sampling}
    algorithm = PSO(pop_size=task.population, **given)
    return _minimise(algorithm, task.cost, task.low, task.high, float, budget, seed)


def genetic(task, budget, seed):
    """Where a genetic algorithm of pymoo's on a grid ends."""
    load_pymoo()
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    step = task.per_unknown(CELL, 2 * np.pi / 64)
    algorithm = GA(
        pop_size=task.population,
        sampling=IntegerRandomSampling(),
        crossover=SBX(vtype=float, repair=RoundingRepair()),
        mutation=PM(vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True,
    )

    def cost(cells):
        return task.cost(np.minimum(task.low + cells * step, task.high))

    top = np.floor((task.high - task.low) / step + 1e-9)
    cells = _minimise(algorithm, cost, np.zeros(len(top)), top, int, budget, seed)
    return np.minimum(task.low + np.asarray(cells, dtype=float) * step, task.high)
