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
    common_shape,
    complex_array,
    count,
    instance,
    positive,
    real_array,
    real_number,
)
from irsnb.indoor.costs import phase_residuals, residuals
from irsnb.indoor.minimisers import Task, best_of_grid, descent, genetic, load_pymoo, swarm
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal_unchecked

__all__ = ["FORMS", "Found", "SEARCHES", "SearchSettings", "curvatures", "swarm_search"]

SEARCHES = ("gradient-descent", "pso", "discrete-ga", "a-priori-pso", "ga-pso")
FORMS = ("as published", "eliminated", "projected")
"""What is minimised: the cost (5) over x, y and the phase offset; the same over x and y, the offset in closed
form; the likelihood without what is constant in all pilots, over x and y."""
MOST_EVALUATIONS = 10**7
"""Largest budget: minutes for one user."""
MOST_HALF_WIDTH = 100.0
"""Largest box around a centre, half its side [m]."""


@dataclass(frozen=True)
class SearchSettings:
    """One of the paper's searches, with its settings.

    * "gradient-descent": from as many random starts as `population` says, each with its own step length; the
      best is kept.
    * "pso": a swarm.
    * "discrete-ga": a genetic algorithm on a grid of 1 cm (and 64 phases).
    * "a-priori-pso": half of the budget on an even grid; its best places are the first swarm.
    * "ga-pso": half of the budget for the discrete GA, then a swarm in a box around its answer.

    Attributes
    ----------
    method : str
        One of :data:`irsnb.indoor.SEARCHES`.
    form : {"as published", "eliminated", "projected"}
        What is minimised, as :data:`irsnb.indoor.swarms.FORMS`. The descent, which needs a gradient, does not
        go with the last.
    budget : int
        Evaluations of the cost, at least twice the population and at most ten million; a gradient comes free
        with the cost.
    population : int
        Members of the swarm or the population, or starts of the descent.
    half_width : float
        Half the side of a box around a centre, at most 100 m [m].

    Raises
    ------
    ValueError
        If a value is outside of what is stated here.

    Examples
    --------
    >>> SearchSettings("ga-pso").budget
    5000
    """

    method: str = "pso"
    form: str = "as published"
    budget: int = 5000
    population: int = 100
    half_width: float = 0.25

    def __post_init__(self):
        choice("method", self.method, SEARCHES)
        choice("form", self.form, FORMS)
        population = count("population", self.population, 2, MOST_EVALUATIONS // 2)
        budget = count("budget", self.budget, 1, MOST_EVALUATIONS)
        if budget < 2 * population:
            raise ValueError(
                f"budget: got {budget}; it must be at least twice the population, {2 * population}"
            )
        if self.form == "projected" and self.method == "gradient-descent":
            raise ValueError("form: got 'projected' with method 'gradient-descent', which needs a gradient")
        half_width = positive("half_width", real_number("half_width", self.half_width), "m")
        if half_width > MOST_HALF_WIDTH:
            raise ValueError(f"half_width: got {half_width:g}; it must be at most {MOST_HALF_WIDTH:g} m")
        for name, value in (("population", population), ("budget", budget), ("half_width", half_width)):
            object.__setattr__(self, name, value if name != "half_width" else float(value))


@dataclass(frozen=True, eq=False)
class Found:
    """What searches found; made by :func:`swarm_search`.

    Attributes
    ----------
    position : ndarray, shape (..., 2)
        [m].
    cost : ndarray, shape (...)
        The cost there.
    evaluations : ndarray of int, shape (...)
        How many times the cost was evaluated.
    """

    position: np.ndarray
    cost: np.ndarray
    evaluations: np.ndarray


def swarm_search(
    room: Room,
    pilots: ArrayLike,
    settings: SearchSettings | None = None,
    *,
    centres: ArrayLike | None = None,
    seed: int = 0,
    n_jobs: int = 1,
) -> Found:
    """Search for each user by one of the paper's searches.

    With `centres` from a network and a swarm this is the hybrid of Aguiar et al. (2024), sec. IV-D. The last
    steps that it leaves out are :func:`irsnb.indoor.refine`'s, from where the swarm ended.

    Parameters
    ----------
    room : irsnb.indoor.Room
    pilots : array_like of complex, shape (..., n_pilots)
        At least one user.
    settings : SearchSettings, optional
        By default the swarm over x, y and the phase offset.
    centres : array_like, shape (..., 2), optional
        Search only a box around each of these places [m]; one outside the users' area is moved to its edge.
        The box itself may reach beyond the area: pymoo draws particles anew that leave it, and so finds less
        often what lies on its edge.
    seed : int
        Each user has a seed of its own, made from this one.
    n_jobs : int
        Number of processes.

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If an input is outside of what is stated here.
    ImportError
        If pymoo or joblib is not installed.

    Examples
    --------
    The published swarm in a box around the answer of a network, then the steps it leaves out:

    >>> from irsnb.indoor import Room, refine, signal
    >>> room, user = Room(), (1.23, 4.56)
    >>> pilots = signal(room, [user])
    >>> swarm = swarm_search(room, pilots, centres=[(1.30, 4.50)])
    >>> bool(np.linalg.norm(swarm.position[0] - user) < 0.01)
    True
    >>> fix = refine(room, pilots, swarm.position[:, None], method="phase-cost")
    >>> bool(np.linalg.norm(fix.position[0] - user) < 1e-6)
    True
    """
    instance("room", room, Room)
    settings = instance("settings", SearchSettings() if settings is None else settings, SearchSettings)
    pilots = complex_array("pilots", pilots, (room.n_pilots,))
    lead = pilots.shape[:-1]
    if pilots.size == 0:
        raise ValueError(f"pilots: got shape {pilots.shape}; at least one user is needed")
    seed, n_jobs = count("seed", seed, 0), min(count("n_jobs", n_jobs), int(np.prod(lead)))
    users, boxes = pilots.reshape(-1, room.n_pilots), _boxes(room, settings, centres, lead)
    seeds = np.random.SeedSequence(seed).generate_state(len(users)) % 2**31
    joblib, _ = load_pymoo()
    found = joblib.Parallel(n_jobs=n_jobs)(
        joblib.delayed(_search)(room, user, settings, box, int(state))
        for user, box, state in zip(users, boxes, seeds, strict=True)
    )
    position, cost, evaluations = (np.array(values) for values in zip(*found, strict=True))
    return Found(position.reshape(*lead, -1), cost.reshape(lead), evaluations.reshape(lead))


def _boxes(room, settings, centres, lead):
    """Lower and upper corners for each user, (n, 2, D)."""
    n = int(np.prod(lead))
    if centres is None:
        return np.broadcast_to(room.limits, (n, *room.limits.shape))
    centres, wanted = real_array("centres", centres), room.n_coordinates
    if centres.ndim == 0 or centres.shape[-1] != wanted:
        raise ValueError(f"centres: got shape {centres.shape}; it must be (..., {wanted}) in metres")
    if common_shape(pilots=lead, centres=centres.shape[:-1]) != lead:
        raise ValueError(f"centres: got shape {centres.shape}; it must be one place for each user, {lead}")
    centres = np.broadcast_to(np.clip(centres, *room.limits), (*lead, wanted)).reshape(n, 1, wanted)
    return centres + settings.half_width * np.array([[-1.0], [1.0]])


def _search(room, pilots, settings, box, seed):
    """Position, its cost and the number of evaluations, for one user."""
    low, high = box
    if settings.form == "as published":
        low, high = np.append(low, 0.0), np.append(high, 2 * np.pi)
    task, budget = Task(room, pilots, settings, low, high), settings.budget
    if settings.method == "gradient-descent":
        point = descent(task, budget, np.random.default_rng(seed))
    elif settings.method == "pso":
        point = swarm(task, budget, seed)
    elif settings.method == "discrete-ga":
        point = genetic(task, budget, seed)
    elif settings.method == "a-priori-pso":
        start = best_of_grid(task, budget // 2)
        point = swarm(task, budget - task.evaluations, seed, sampling=start)
    else:
        point = genetic(task, budget // 2, seed)
        reach = np.full(len(low), settings.half_width)
        reach[room.n_coordinates :] = np.pi
        near = Task(room, pilots, settings, point - reach, point + reach)
        point = swarm(near, budget - task.evaluations, seed)
        task.evaluations += near.evaluations
    reached = float(task.cost(point[None])[0])
    return point[: room.n_coordinates], reached, task.evaluations - 1


def curvatures(
    room: Room, positions: ArrayLike, form: str = "as published", *, half_width: float = 0.25
) -> np.ndarray:
    """How steeply the cost rises around users: eigenvalues of its Hessian at the true places, without noise.

    A swarm comes to rest where the cost is flat. The ratio of the largest to the smallest is the condition
    number of what it minimises, with the offset among the unknowns or without.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m].
    form : {"as published", "eliminated", "projected"}
    half_width : float
        Coordinates are measured in units of this [m], half the side of a swarm's box; the offset in units of
        pi, half of its range.

    Returns
    -------
    ndarray, shape (..., D) or, as published, (..., D + 1)
        The smallest first.

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, the form is unknown, or the width is not above 0.

    Examples
    --------
    >>> places, room = [(1.0, 4.0), (-2.0, 9.5)], Room()
    >>> for form in ("as published", "eliminated"):
    ...     found = curvatures(room, places, form)
    ...     print(found.shape, bool(np.all(found[:, -1] / found[:, 0] > 100)))
    (2, 3) True
    (2, 2) False
    """
    instance("room", room, Room)
    choice("form", form, FORMS)
    positions = checked_positions(room, positions)
    places = positions.reshape(-1, room.n_coordinates)
    pilots = signal_unchecked(room, places)
    if form == "as published":
        jacobian = phase_residuals(room, places, pilots, np.zeros(len(places)))[1] * np.sqrt(2) / room.sigma
    else:
        method = "ml-projected" if form == "projected" else "phase-cost"
        jacobian = residuals(room, method)(places, pilots)[1]
    half_width = float(positive("half_width", real_number("half_width", half_width), "m"))
    jacobian = jacobian * np.where(np.arange(jacobian.shape[-1]) < room.n_coordinates, half_width, np.pi)
    # Both costs are half the squared residuals in standard deviations.
    hessian = np.swapaxes(jacobian, -1, -2) @ jacobian
    return np.linalg.eigvalsh(hessian).reshape(*positions.shape[:-1], hessian.shape[-1])
