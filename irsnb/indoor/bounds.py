"""Cramér–Rao bounds for a user in the room of Aguiar et al. (2024), each with the nuisance its method has."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb.bounds import cramer_rao_bound
from irsnb.checks import choice, generator, instance
from irsnb.indoor.costs import METHODS, residuals
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal_unchecked

__all__ = ["errors_at_bound", "position_crlb"]


def position_crlb(room: Room, positions: ArrayLike, *, method: str = "ml") -> np.ndarray:
    """Smallest covariance of an unbiased position from the pilots (4).

    The pilots are ``alpha s(p) + w`` with an unknown complex gain; projected, there is an unknown constant f
    as well. Projection removes both from the derivative of s, which is the same as inverting the Fisher
    information of all unknowns. For the phase cost (5) it is the bound of its own model, in which every
    pilot has an unknown amplitude of its own.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m].
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    ndarray, shape (..., D, D)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, the method is unknown, or the pilots do not fix a
        position: behind all tiles, or, where the height is unknown, at the height of tiles and station.

    Examples
    --------
    >>> bound = position_crlb(Room(), (1.0, 4.0))
    >>> bool(1e-7 < np.sqrt(bound[0, 0]) < 1e-4)
    True
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    positions = checked_positions(room, positions)
    coordinates = room.n_coordinates
    flat = positions.reshape(-1, coordinates)
    _, jacobian = residuals(room, method)(flat, signal_unchecked(room, flat))
    bound = cramer_rao_bound(np.swapaxes(jacobian, -1, -2) @ jacobian)
    return bound.reshape(*positions.shape[:-1], coordinates, coordinates)


def errors_at_bound(
    room: Room, positions: ArrayLike, rng: np.random.Generator, *, method: str = "ml"
) -> np.ndarray:
    """Errors that an estimator at the bound would make: one Gaussian draw for each user.

    The bound limits the RMS at a place. Percentiles over many places are to be held against these.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m].
    rng : numpy.random.Generator
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    ndarray, shape (...)
        Distances [m].

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, `rng` is no generator, or the method is unknown.

    Examples
    --------
    >>> errors_at_bound(Room(), [(1.0, 4.0), (-2.0, 9.5)], np.random.default_rng(0)).shape
    (2,)
    """
    generator("rng", rng)
    factor = np.linalg.cholesky(position_crlb(room, positions, method=method))
    draws = rng.standard_normal((*factor.shape[:-1], 1))
    return np.linalg.norm((factor @ draws)[..., 0], axis=-1)
