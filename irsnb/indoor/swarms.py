"""The searches of Aguiar et al. (2024), Fig. 5: descent, swarms and genetic algorithms on the cost (5).

The paper takes them from its authors' earlier work and states no settings; those here are ours, the same
budget of cost evaluations for each. PSO and GA are pymoo's, at its defaults but for
the population and, in the genetic one, the rounding to a grid.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import (
    choice,
    complex_array,
    count,
    flag,
    instance,
    missing,
    positive,
    real_array,
    real_number,
    require,
)
from irsnb.indoor.costs import checked_user, likelihood_cost, phase_cost, phase_cost_gradient
from irsnb.indoor.scene import Room

__all__ = ["BOX", "CELL", "Found", "POPULATION", "SEARCHES", "search_all", "swarm_search"]

SEARCHES = ("gradient-descent", "pso", "discrete-ga", "a-priori-pso", "ga-pso")
COSTS = ("phase-cost", "ml-projected")
POPULATION = 100
"""Members of a swarm or a population, and starts of the descent."""
MOST_EVALUATIONS = 10**7
"""Largest budget: minutes for one user."""
CELL = 0.01
"""Grid of the discrete genetic algorithm [m]; its phase has 64 steps."""
BOX = 0.25
"""Half the side of the box around the genetic algorithm's answer in which the hybrid's swarm flies [m]."""


@dataclass(frozen=True)
class Found:
    """What a search found; made by :func:`swarm_search`.

    Attributes
    ----------
    position : ndarray, shape (2,)
        [m].
    cost : float
        The cost there.
    evaluations : int
        How many times the cost was evaluated.
    """

    position: np.ndarray
    cost: float
    evaluations: int


def swarm_search(
    room: Room,
    measured: ArrayLike,
    method: str,
    eliminated: bool = False,
    budget: int = 5000,
    seed: int = 0,
    population: int = POPULATION,
    centre: ArrayLike | None = None,
    half_width: float = BOX,
    cost: str = "phase-cost",
) -> Found:
    """Minimise the cost (5) for one user by one of the paper's searches.

    * "gradient-descent": from 100 random starts at once, each with its own step length; the best is kept.
    * "pso": a swarm of 100 over the whole area.
    * "discrete-ga": a genetic algorithm of 100 on a grid of 1 cm (and 64 phases).
    * "a-priori-pso": half of the budget on an even grid of the area; its best 100 places are the swarm.
    * "ga-pso": half of the budget for the discrete GA, then a swarm in a box of 50 cm around its answer.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n_pilots,)
        The user's pilots.
    method : str
        One of :data:`irsnb.indoor.swarms.SEARCHES`.
    eliminated : bool
        Search over (x, y) with the phase offset in closed form, instead of over (x, y, offset) as published.
    budget : int
        Evaluations of the cost, at least twice the population and at most ten million; a gradient comes free
        with the cost.
    seed : int
        Of the search.
    population : int
        Members of the swarm or the population, or starts of the descent.
    centre : array_like, shape (2,), optional
        Search only a box around this point [m].
    half_width : float
        Half the side of that box [m].
    cost : {"phase-cost", "ml-projected"}
        The cost (5), or in its place the likelihood without what is constant in all pilots, over (x, y).

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If an input is outside of what is stated here.
    ImportError
        If pymoo or joblib is not installed.
    """
    settings = _checked_settings(room, method, eliminated, budget, seed, population, half_width, cost)
    eliminated, budget, seed, population, half_width = settings
    measured = checked_user(room, measured)
    low, high = np.array(room.limits)
    if centre is not None:
        centre = real_array("centre", centre)
        if centre.shape != (2,):
            raise ValueError(f"centre: got shape {centre.shape}; it must be (2,): x, y in metres")
        low, high = np.maximum(low, centre - half_width), np.minimum(high, centre + half_width)
        require(low < high, "centre", centre, "the box around it must overlap the users' area")
    if not eliminated:
        low, high = np.append(low, 0.0), np.append(high, 2 * np.pi)
    task = _Task(room, measured, low, high, population, cost)
    rng = np.random.default_rng(seed)
    if method == "gradient-descent":
        point = _descent(task, budget, rng)
    elif method == "pso":
        point = _swarm(task, budget, seed)
    elif method == "discrete-ga":
        point = _genetic(task, budget, seed)
    elif method == "a-priori-pso":
        start = _best_of_grid(task, budget // 2)
        point = _swarm(task, budget - task.evaluations, seed, sampling=start)
    else:
        point = _genetic(task, budget // 2, seed)
        box = np.array([BOX, BOX, np.pi][: len(low)])
        near = _Task(
            room, measured, np.maximum(low, point - box), np.minimum(high, point + box), population, cost
        )
        point = _swarm(near, budget - task.evaluations, seed)
        task.evaluations += near.evaluations
    reached = float(task.cost(point[None])[0])
    return Found(point[:2], reached, task.evaluations - 1)


def _checked_settings(room, method, eliminated, budget, seed, population, half_width, cost):
    instance("room", room, Room)
    choice("method", method, SEARCHES)
    choice("cost", cost, COSTS)
    eliminated, seed = flag("eliminated", eliminated), count("seed", seed, 0)
    population = count("population", population, 2, MOST_EVALUATIONS // 2)
    budget = count("budget", budget, 1, MOST_EVALUATIONS)
    if budget < 2 * population:
        raise ValueError(f"budget: got {budget}; it must be at least twice the population, {2 * population}")
    half_width = real_number("half_width", half_width)
    positive("half_width", half_width, "m")
    if cost != "phase-cost" and (method == "gradient-descent" or not eliminated):
        raise ValueError(
            f"cost: got {cost!r} with method {method!r} and eliminated={eliminated}; "
            "it goes with eliminated=True and a method without a gradient"
        )
    return eliminated, budget, seed, population, half_width


def search_all(
    room: Room,
    measurements: ArrayLike,
    method: str,
    eliminated: bool = False,
    budget: int = 5000,
    seed: int = 0,
    population: int = POPULATION,
    centres: ArrayLike | None = None,
    half_width: float = BOX,
    cost: str = "phase-cost",
    jobs: int = 2,
) -> np.ndarray:
    """:func:`swarm_search` of n users, several at a time, each with a seed of its own.

    With `centres` from a network and the method "pso" this is the hybrid of Aguiar et al. (2024), sec. IV-D.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measurements : array_like of complex, shape (n, n_pilots)
    method : str
        This and what follows as :func:`swarm_search`.
    eliminated : bool
    budget, seed, population : int
    centres : array_like, shape (n, 2), optional
        Search only a box around each [m]; one outside the users' area is moved to its edge.
    half_width : float
    cost : {"phase-cost", "ml-projected"}
    jobs : int
        Processes.

    Returns
    -------
    ndarray, shape (n, 2)
        [m].

    Raises
    ------
    ValueError
        If an input is outside of what is stated here.
    ImportError
        If pymoo or joblib is not installed.
    """
    settings = _checked_settings(room, method, eliminated, budget, seed, population, half_width, cost)
    eliminated, budget, seed, population, half_width = settings
    measured = complex_array("measurements", measurements, (room.n_pilots,))
    if measured.ndim != 2 or len(measured) == 0:
        raise ValueError(f"measurements: got shape {measured.shape}; it must be (n, {room.n_pilots}), n >= 1")
    jobs = min(count("jobs", jobs), len(measured))
    boxes = [None] * len(measured)
    if centres is not None:
        boxes = np.clip(real_array("centres", centres), *room.limits)
        if boxes.shape != (len(measured), 2):
            raise ValueError(f"centres: got shape {boxes.shape}; it must be ({len(measured)}, 2)")
    joblib, _ = _pymoo()
    seeds = np.random.SeedSequence(seed).generate_state(len(measured)) % 2**31
    found = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(swarm_search)(
            room, user, method, eliminated, budget, int(state), population, centre, half_width, cost
        )
        for user, state, centre in zip(measured, seeds, boxes, strict=True)
    )
    return np.array([each.position for each in found])


class _Task:
    """The cost of one user over a box, counting its evaluations."""

    def __init__(self, room, measured, low, high, population, kind):
        self.room, self.measured, self.low, self.high = room, measured, low, high
        self.population, self.kind = population, kind
        self.evaluations = 0

    def cost(self, points):
        self.evaluations += len(points)
        if self.kind != "phase-cost":
            return likelihood_cost(self.room, self.measured, points, self.kind)
        return phase_cost(self.room, self.measured, *self._split(points))

    def gradient(self, points):
        return phase_cost_gradient(self.room, self.measured, *self._split(points))

    def _split(self, points):
        return (points[:, :2], points[:, 2]) if len(self.low) == 3 else (points, None)


def _descent(task, budget, rng):
    # Written here, because a library descends from one start at a time and spends its time on calls. Steps
    # are in units of a wavelength and of a radian, the scales on which the cost changes.
    scale = np.array([task.room.wavelength, task.room.wavelength, 1.0][: len(task.low)])
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


def _best_of_grid(task, budget):
    """The best places of an even grid over the box, as a first swarm."""
    sides = (task.high - task.low)[:2]
    per_metre = np.sqrt(budget / np.prod(sides))
    counts = np.maximum((sides * per_metre).astype(int), 2)
    axes = [
        low + (np.arange(n) + 0.5) / n * side for low, n, side in zip(task.low, counts, sides, strict=False)
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    if len(task.low) == 3:
        # No phase is likelier than another: they take turns.
        turns = np.arange(len(points)) * (np.sqrt(5) - 1) / 2 % 1 * 2 * np.pi
        points = np.concatenate([points, turns[:, None]], axis=-1)
    return points[np.argsort(task.cost(points), kind="stable")[: task.population]]


def _pymoo():
    try:
        import joblib
        import pymoo
    except ImportError as error:
        raise missing(error.name, "searches") from None
    return joblib, pymoo


def _minimise(algorithm, cost, low, high, vtype, budget, seed):
    _pymoo()
    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize as pymoo_minimize

    class Cost(Problem):
        def __init__(self):
            super().__init__(n_var=len(low), n_obj=1, xl=low, xu=high, vtype=vtype)

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"] = cost(x)

    return pymoo_minimize(Cost(), algorithm, ("n_eval", int(budget)), seed=int(seed), verbose=False).X


def _swarm(task, budget, seed, sampling=None):
    _pymoo()
    from pymoo.algorithms.soo.nonconvex.pso import PSO

    given = {} if sampling is None else {"sampling": sampling}
    algorithm = PSO(pop_size=task.population, **given)
    return _minimise(algorithm, task.cost, task.low, task.high, float, budget, seed)


def _genetic(task, budget, seed):
    _pymoo()
    from pymoo.algorithms.soo.nonconvex.ga import GA
    from pymoo.operators.crossover.sbx import SBX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    step = np.array([CELL, CELL, 2 * np.pi / 64][: len(task.low)])
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
