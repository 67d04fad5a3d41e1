"""Cramér–Rao bounds for a user in the room of Aguiar et al. (2024), each with the nuisance its method has."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb.bounds import cramer_rao_bound
from irsnb.checks import choice, flag, generator, instance
from irsnb.indoor.costs import METHODS, residuals
from irsnb.indoor.model import Room, checked_positions

__all__ = ["errors_at_bound", "position_crlb", "position_error_bound"]


def position_crlb(room: Room, positions: ArrayLike, method: str = "ml") -> np.ndarray:
    """Smallest covariance of an unbiased position from the pilots (4).

    The pilots are ``alpha s(p) + w`` with an unknown complex gain; projected, there is an unknown constant f
    as well. Projection removes both from the derivative of s, which is the same as inverting the Fisher
    information of all unknowns. For the phase cost (5) it is the bound of its own model, in which every
    pilot has an unknown amplitude of its own.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., 2)
        Users [m].
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    ndarray, shape (..., 2, 2)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, or the method is unknown.

    Examples
    --------
    >>> bound = position_crlb(Room(), (1.0, 4.0))
    >>> bool(1e-7 < np.sqrt(bound[0, 0]) < 1e-4)
    True
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    positions = checked_positions(positions)
    flat = positions.reshape(-1, 2)
    _, jacobian = residuals(room, method)(flat, room.signal(flat))
    bound = cramer_rao_bound(np.swapaxes(jacobian, -1, -2) @ jacobian)
    return bound.reshape(*positions.shape[:-1], 2, 2)


def position_error_bound(room: Room, positions: ArrayLike, multipath: bool = False) -> np.ndarray:
    """Root of the trace of :func:`position_crlb`: the smallest RMS distance of an unbiased estimate.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., 2)
        Users [m].
    multipath : bool
        Whether the direct link's multipath f in (4) is there, unknown.

    Returns
    -------
    ndarray, shape (...)
        [m].

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, or `multipath` is neither True nor False.

    Examples
    --------
    >>> room, place = Room(), (1.0, 4.0)
    >>> bool(position_error_bound(room, place, multipath=True) > position_error_bound(room, place))
    True
    """
    multipath = flag("multipath", multipath)
    bound = position_crlb(room, positions, "ml-projected" if multipath else "ml")
    return np.sqrt(np.trace(bound, axis1=-2, axis2=-1))


def errors_at_bound(
    room: Room, positions: ArrayLike, rng: np.random.Generator, method: str = "ml"
) -> np.ndarray:
    """Errors that an estimator at the bound would make: one Gaussian draw for each user.

    The bound limits the RMS at a place. Percentiles over many places are to be held against these.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., 2)
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
    factor = np.linalg.cholesky(position_crlb(room, positions, method))
    draws = rng.standard_normal((*factor.shape[:-1], 1))
    return np.linalg.norm((factor @ draws)[..., 0], axis=-1)
