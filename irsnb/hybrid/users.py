"""Users of a street: which ones, where they stand as the surface sees them, and how to draw others."""

import numpy as np

from irsnb.checks import real_array, require
from irsnb.geometry import direction_angles
from irsnb.hybrid.model import checked_count, checked_users, to_cosines

PAPER_USERS = ((10, 1), (10, 4), (9, 6), (10, 15))
"""Row and column, from 1, of the users of Surendran et al. (2025), Tables 1 and 2."""


def paper_users(scenario):
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
    """
    return np.array([scenario.find(*place) for place in PAPER_USERS])


def polar(scenario, users=None):
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
    """
    count = len(scenario.positions)
    users = np.arange(count) if users is None else np.atleast_1d(np.asarray(users))
    if users.dtype.kind not in "iu" or users.ndim != 1 or np.any((users < 0) | (users >= count)):
        raise ValueError(f"users: got {users!r}; they must be indices from 0 to {count - 1}")
    return np.stack(direction_angles(scenario.positions[users] - scenario.surface), axis=-1)


def street_scenes(scenario, n_scenes, rng, rows=(1, 10), columns=(1, 15), first=None, n_users=4):
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
        If so many different users do not stand there.
    """
    count, n_users = checked_count("n_scenes", n_scenes), checked_count("n_users", n_users)
    there = (scenario.rows >= rows[0]) & (scenario.rows <= rows[1])
    there &= (scenario.columns >= columns[0]) & (scenario.columns <= columns[1])
    first = np.empty(0, dtype=int) if first is None else np.asarray(first)
    if len(first) not in (0, n_users):
        raise ValueError(f"first: got {len(first)} users; a scene has {n_users}")
    users = np.flatnonzero(there)
    users = np.concatenate([first, rng.permutation(np.setdiff1d(users, first))])
    if len(users) < count * n_users:
        raise ValueError(
            f"n_scenes: got {n_scenes}; {len(users)} users stand in rows {rows[0]} to {rows[1]} and columns "
            f"{columns[0]} to {columns[1]}, enough for {len(users) // n_users} scenes of {n_users}"
        )
    scenes = users[: count * n_users].reshape(count, n_users)
    azimuth = polar(scenario)[scenes, 0]
    return np.take_along_axis(scenes, azimuth.argsort(axis=1), axis=1)


def spread_out(users, count):
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
    """
    users = checked_users(users)
    if users.ndim != 2 or users.shape[1] != 3 or len(users) < checked_count("count", count):
        raise ValueError(
            f"users: got shape {users.shape} for a count of {count}; it must be (n, 3), n at least the count"
        )
    cosines = to_cosines(users)[:, :2]
    chosen = [int(users[:, 2].argmin())]
    while len(chosen) < count:
        away = np.linalg.norm(cosines[:, None] - cosines[chosen], axis=-1)
        chosen.append(int(away.min(axis=1).argmax()))
    return np.array(chosen)


def draw_directions(rng, count, apart=0.15):
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
    """
    count, apart = checked_count("count", count), real_array("apart", apart)
    require((apart >= 0) & (apart <= 0.3), "apart", apart, "it must be from 0 to 0.3")
    for _ in range(1000):
        azimuth = rng.uniform(-np.pi / 3, np.pi / 3, count)
        users = np.stack([azimuth, rng.uniform(-np.pi / 4, 0, count)], axis=-1)
        cosines = to_cosines(users)
        away = np.linalg.norm(cosines[:, None] - cosines, axis=-1)
        if (away + 9 * np.eye(count)).min() > apart:
            return users
    raise ValueError(f"count: got {count}; so many do not fit {float(apart)} apart")
