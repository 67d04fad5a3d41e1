"""Users of a street: which ones, where they stand as the surface sees them, and how to draw others."""

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.geometry import direction_angles
from irsnb.hybrid.model import to_cosines_unchecked
from irsnb.hybrid.scene import Scenario

__all__ = ["PAPER_USERS", "draw_directions", "paper_users", "polar", "spread_out", "street_scenes"]

PAPER_USERS = ((10, 1), (10, 4), (9, 6), (10, 15))
"""Row and column, from 1, of the users of Surendran et al. (2025), Tables 1 and 2."""


def paper_users(scenario: Scenario) -> np.ndarray:
    """Indices of the four users of Surendran et al. (2025), Tables 1 and 2, in their order.

    Parameters
    ----------
    scenario : Scenario
        Where they stand.

    Returns
    -------
    ndarray of int, shape (4,)

    Raises
    ------
    ValueError
        If one of them is not in the scenario.

    Examples
    --------
    >>> from irsnb.hybrid import load_scenario
    >>> paper_users(load_scenario())
    array([180, 183, 165, 194])
    """
    checks.instance("scenario", scenario, Scenario)
    return np.array([scenario.find(*place) for place in PAPER_USERS])


def polar(scenario: Scenario, users: ArrayLike | None = None) -> np.ndarray:
    """True azimuth, elevation and distance of users as the surface sees them.

    Surendran et al. (2025) print these, in degrees and metres, as the "true" columns of Tables 1 and 2.

    Parameters
    ----------
    scenario : Scenario
        Where they stand.
    users : array_like of int, shape (n,), optional
        Their indices; all users if left out.

    Returns
    -------
    ndarray, shape (n, 3)
        Azimuth [rad], elevation [rad], distance [m].

    Raises
    ------
    ValueError
        If an index is not an integer from 0 to N - 1.

    Examples
    --------
    >>> from irsnb.hybrid import load_scenario
    >>> street = load_scenario()
    >>> azimuth, elevation, distance = polar(street, paper_users(street)).T
    >>> np.rad2deg(azimuth).round(2)
    array([-85.63, -85.25, -85.01, -83.87])
    """
    checks.instance("scenario", scenario, Scenario)
    size = len(scenario.positions)
    users = np.arange(size) if users is None else np.atleast_1d(inputs.indices("users", users, size))
    if users.ndim != 1:
        raise ValueError(f"users: got shape {users.shape}; it must be indices from 0 to {size - 1}, (n,)")
    return np.stack(direction_angles(scenario.positions[users] - scenario.surface), axis=-1)


def street_scenes(
    scenario: Scenario,
    n_scenes: int,
    rng: np.random.Generator,
    rows: tuple[int, int] = (1, 10),
    columns: tuple[int, int] = (1, 15),
    first: ArrayLike | None = None,
    n_users: int = 4,
) -> np.ndarray:
    """Sets of users of a street, no user in two of them.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    n_scenes : int
    rng : numpy.random.Generator
    rows, columns : (int, int)
        First and last from which users are taken, on the scenario's grid. The paper's rows are 1 to 10; its
        columns are 1 to 10, but one of its users stands in column 15.
    first : array_like of int, shape (K,), optional
        The users of the first scene, such as the paper's; drawn like the others if left out.
    n_users : int
        K.

    Returns
    -------
    ndarray of int, shape (n_scenes, K)
        Users of each, by rising azimuth.

    Raises
    ------
    ValueError
        If so many different users do not stand there, or a user of the first scene is none or there twice.

    Examples
    --------
    >>> from irsnb.hybrid import load_scenario
    >>> street_scenes(load_scenario(), 30, np.random.default_rng(0)).shape
    (30, 4)
    """
    checks.instance("scenario", scenario, Scenario)
    count, n_users = checks.count("n_scenes", n_scenes), checks.count("n_users", n_users)
    checks.generator("rng", rng)
    rows, columns = inputs.sides("rows", rows), inputs.sides("columns", columns)
    there = (scenario.rows >= rows[0]) & (scenario.rows <= rows[1])
    there &= (scenario.columns >= columns[0]) & (scenario.columns <= columns[1])
    if first is None:
        first = np.empty(0, dtype=int)
    else:
        first = inputs.indices("first", first, len(scenario.positions))
        if first.ndim != 1 or len(np.unique(first)) != n_users or first.size != n_users:
            raise ValueError(f"first: got {first.tolist()}; it must be n_users = {n_users} different users")
    users = np.flatnonzero(there)
    users = np.concatenate([first, rng.permutation(np.setdiff1d(users, first))])
    if len(users) < count * n_users:
        raise ValueError(
            f"n_scenes: got {n_scenes}; {len(users)} users stand in rows {rows[0]} to {rows[1]} and columns "
            f"{columns[0]} to {columns[1]}, enough for {len(users) // n_users} scenes of {n_users}"
        )
    scenes = users[: count * n_users].reshape(count, n_users)
    azimuth = polar(scenario)[scenes, 0]
    return np.take_along_axis(scenes, azimuth.argsort(axis=1, kind="stable"), axis=1)


def spread_out(users: ArrayLike, count: int) -> np.ndarray:
    """Users in directions far apart: the nearest user, then each time the one farthest from those taken.

    Parameters
    ----------
    users : array_like, shape (n, 3)
        Azimuth, elevation [rad], distance [m].
    count : int
        How many, at most n.

    Returns
    -------
    ndarray of int, shape (count,)
        Rows of `users`. Distances between directions are taken between their direction cosines.

    Raises
    ------
    ValueError
        If the users are not as stated or fewer than `count`.

    Examples
    --------
    >>> spread_out([(0.0, 0.0, 9.0), (0.1, 0.0, 5.0), (1.0, 0.0, 8.0)], 2)
    array([1, 2])
    """
    users = inputs.users("users", users, (3,))
    if users.ndim != 2:
        raise ValueError(f"users: got shape {users.shape}; it must be (n, 3)")
    count = checks.count("count", count, 1, len(users))
    cosines = to_cosines_unchecked(users)[:, :2]
    chosen = [int(users[:, 2].argmin())]
    while len(chosen) < count:
        away = np.linalg.norm(cosines[:, None] - cosines[chosen], axis=-1)
        chosen.append(int(away.min(axis=1).argmax()))
    return np.array(chosen)


def draw_directions(rng: np.random.Generator, count: int, apart: float = 0.15) -> np.ndarray:
    """Random directions in front of a surface that a wide array can tell apart.

    Uniform within 60 degrees of azimuth and from 45 degrees down to the horizon, drawn anew until all are
    apart.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int
        How many, at least 1.
    apart : float
        Least distance between their direction cosines, at least 0 and at most 0.3, which a dozen still fit.

    Returns
    -------
    ndarray, shape (count, 2)
        Azimuth, elevation [rad].

    Raises
    ------
    ValueError
        If the count or the distance is not as stated, or a thousand draws have not been enough.

    Examples
    --------
    >>> draw_directions(np.random.default_rng(0), 4).shape
    (4, 2)
    """
    checks.generator("rng", rng)
    count, apart = checks.count("count", count), checks.real_number("apart", apart)
    checks.require(0 <= apart <= 0.3, "apart", apart, "it must be from 0 to 0.3")
    # Discs of this diameter would cover more than the rectangle of all cosines, widened by their radius.
    if count * np.pi * (apart / 2) ** 2 > (np.sqrt(3) + apart) * (np.sqrt(0.5) + apart):
        raise ValueError(f"count: got {count}; so many do not fit {apart} apart")
    checks.check_memory("count", count, 40.0 * count**2)
    for _ in range(1000):
        azimuth = rng.uniform(-np.pi / 3, np.pi / 3, count)
        users = np.stack([azimuth, rng.uniform(-np.pi / 4, 0, count)], axis=-1)
        cosines = to_cosines_unchecked(users)
        away = np.linalg.norm(cosines[:, None] - cosines, axis=-1)
        if (away + 9 * np.eye(count)).min() > apart:
            return users
    raise ValueError(f"count: got {count}; so many do not fit {apart} apart")
