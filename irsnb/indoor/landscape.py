"""Where else the cost (5) is low: its least value far from the user, looked for everywhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, complex_array, count, instance, positive, real_number
from irsnb.indoor.costs import features_unchecked, references_unchecked
from irsnb.indoor.locate import refine
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal_unchecked

__all__ = ["Lowest", "lowest_elsewhere"]

_PER_WAVELENGTH = 7
MOST_STARTS = 10_000
"""Places for each user where steps may start."""


@dataclass(frozen=True, eq=False)
class Lowest:
    """The least cost (5) far from each user; made by :func:`lowest_elsewhere`.

    Attributes
    ----------
    position : ndarray, shape (n, D)
        Where it is [m]; NaN where all steps led back to the user.
    cost : ndarray, shape (n,)
        The cost there, the offset eliminated; infinite where all steps led back.
    """

    position: np.ndarray
    cost: np.ndarray


def lowest_elsewhere(
    room: Room, pilots: ArrayLike, positions: ArrayLike, *, beyond: float = 0.3, starts: int = 20
) -> Lowest:
    """Look for the least cost (5) in the whole users' area, apart from a disc around each user.

    Every place of a grid of a seventh of a wavelength is compared (1.2 cm in the paper's room, where the
    narrowest pit is 1.4 cm wide at half its depth); from the lowest Levenberg-Marquardt steps follow.

    Parameters
    ----------
    room : irsnb.indoor.Room
    pilots : array_like of complex, shape (n, n_pilots)
    positions : array_like, shape (n, D)
        Where the users are [m].
    beyond : float
        Radius of the disc that is left out [m].
    starts : int
        Number of places where steps start.

    Returns
    -------
    Lowest

    Raises
    ------
    ValueError
        If an input is outside of what is stated here, the disc leaves no place, or the room is too large.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room, users = Room(extent=(0.0, 1.0, 4.0, 5.0)), [(0.5, 4.5)]
    >>> found = lowest_elsewhere(room, signal(room, users), users)
    >>> bool(found.cost[0] > 1e4), bool(np.hypot(*(found.position[0] - users[0])) > 0.3)
    (True, True)
    """
    instance("room", room, Room)
    pilots = complex_array("pilots", pilots, (room.n_pilots,))
    positions = checked_positions(room, positions)
    if positions.ndim != 2 or pilots.shape[:-1] != positions.shape[:-1] or len(positions) == 0:
        raise ValueError(
            f"pilots, positions: got shapes {pilots.shape} and {positions.shape}; they must be (n, n_pilots) "
            "and (n, D), a row for each user"
        )
    positive("beyond", real_number("beyond", beyond), "m")
    starts = count("starts", starts, high=MOST_STARTS)
    check_memory("starts", starts, 64.0 * len(positions) * starts * room.n_pilots)
    squares = features_unchecked(pilots, "phase-cost").conj().T.astype(np.complex64)
    squares /= np.maximum(np.linalg.norm(squares, axis=0), np.finfo(np.float32).tiny)
    likeness, best = np.full((len(pilots), starts), -1.0), np.zeros((len(pilots), starts, room.n_coordinates))
    for places in _pieces(room):
        vectors = references_unchecked(signal_unchecked(room, places).astype(np.complex64), "phase-cost")
        found = np.abs(vectors @ squares).T
        found[np.sum((places - positions[:, None]) ** 2, axis=-1) <= beyond**2] = -1.0
        found, places = np.hstack([likeness, found]), np.broadcast_to(places, (len(pilots), *places.shape))
        order = np.argpartition(-found, starts - 1, axis=1)[:, :starts]
        likeness = np.take_along_axis(found, order, 1)
        best = np.take_along_axis(np.concatenate([best, places], axis=1), order[..., None], 1)
    if likeness.min() < 0:
        raise ValueError(f"beyond: got {beyond:g}; that leaves fewer than {starts} places to start from")
    fix = refine(
        room, np.repeat(pilots, starts, axis=0), best.reshape(-1, 1, room.n_coordinates), method="phase-cost"
    )
    ends, cost = fix.position.reshape(best.shape), fix.misfit.reshape(best.shape[:2]) / 2
    away = np.linalg.norm(ends - positions[:, None], axis=-1) > beyond
    cost = np.where(away, cost, np.inf)
    chosen = cost.argmin(axis=1)[:, None]
    cost, ends = (
        np.take_along_axis(cost, chosen, 1)[:, 0],
        np.take_along_axis(ends, chosen[..., None], 1)[:, 0],
    )
    return Lowest(np.where(np.isfinite(cost)[:, None], ends, np.nan), cost)


def _pieces(room):
    """The grid's places, a row of its first coordinate at a time."""
    low, high = room.limits
    counts = np.ceil((high - low) * _PER_WAVELENGTH / room.wavelength).astype(int) + 1
    check_memory("room", room, 64.0 * room.n_pilots * np.prod(counts[1:], dtype=float))
    first, *others = (np.linspace(a, b, n) for a, b, n in zip(low, high, counts, strict=True))
    rest = np.stack(np.meshgrid(*others, indexing="ij"), axis=-1).reshape(-1, len(others))
    for value in first:
        yield np.hstack([np.full((len(rest), 1), value), rest])
