"""What the three methods minimise: two likelihoods and the paper's cost (5), their nuisances eliminated.

Each method reduces to one question: to which place's unit vector is a user's vector closest in angle?
:func:`features` makes the vectors of measurements, :func:`references` the unit vectors of places.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import azimuth, choice, common_shape, complex_array, instance
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal_and_gradient, signal_unchecked

__all__ = ["METHODS", "features", "likelihood_cost", "phase_cost", "references"]

METHODS = ("ml", "ml-projected", "phase-cost")
"""Maximum likelihood, the same without what is constant in all pilots, and the paper's cost (5)."""


def features(values: ArrayLike, method: str) -> np.ndarray:
    """The vectors that a method compares: of noise-free signals or of measurements.

    Maximum likelihood with an unknown complex gain compares the pilots themselves, because
    ``min_alpha |y - alpha s|^2 = |y|^2 - |s^H y|^2 / |s|^2``; projected, the pilots less their mean over t,
    which is free of any f in (4). The phase cost (5) compares squares: with its offset eliminated it is
    ``(sum_t a_t^2 - |sum_t y_t^2 exp(-2 j phi_t(p))|) / (2 sigma^2)``.

    Parameters
    ----------
    values : array_like of complex, shape (..., T)
        Pilots.
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    ndarray of complex, shape (..., T)

    Raises
    ------
    ValueError
        If a value is not finite, there is no pilot, or the method is unknown.

    Examples
    --------
    >>> features([1 + 2j, 3 + 2j], "ml-projected")
    array([-1.+0.j,  1.+0.j])
    """
    values = _pilots("values", values)
    return features_unchecked(values, choice("method", method, METHODS))


def features_unchecked(values, method, present=None):
    """:func:`features` of finite values; where `present` is false, (..., T), they are left out."""
    if method == "ml-projected":
        if present is None:
            return values - values.mean(axis=-1, keepdims=True)
        total, size = values.sum(axis=-1, keepdims=True), present.sum(axis=-1, keepdims=True)
        return np.where(present, values - total / size, 0)
    return values**2 if method == "phase-cost" else values


def references(signal: ArrayLike, method: str) -> np.ndarray:
    """Unit vectors of places, to which :func:`features` of a measurement are compared.

    Parameters
    ----------
    signal : array_like of complex, shape (..., T)
        Noise-free pilots of the places.
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    ndarray of complex, shape (..., T)

    Raises
    ------
    ValueError
        If a value is not finite, a place has no signal, or the method is unknown.

    Examples
    --------
    >>> references([3.0, 4.0j], "ml")
    array([0.6+0.j , 0. +0.8j])
    """
    signal, method = _pilots("signal", signal), choice("method", method, METHODS)
    if not np.all(np.any(features_unchecked(signal, method) != 0, axis=-1)):
        raise ValueError("signal: got a place without any signal; it has no direction")
    return references_unchecked(signal, method)


def references_unchecked(signal, method, present=None):
    """:func:`references` of an array; where `present` is false, (..., T), pilots are left out."""
    if present is not None:
        signal = np.where(present, signal, 0)
    vectors = features_unchecked(signal, method, present)
    if method == "phase-cost":
        vectors = vectors / np.maximum(np.abs(vectors), np.finfo(vectors.real.dtype).tiny)
    size = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(size, np.finfo(size.dtype).tiny)


def _pilots(name, values):
    values = complex_array(name, values, (None,))
    if values.shape[-1] == 0:
        raise ValueError(f"{name}: got shape {values.shape}; it must be (..., T) with at least one pilot")
    return values


def residuals(room: Room, method: str) -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The residuals whose squares a method minimises, for :func:`irsnb.fitting.descend`.

    In units of the noise's deviation, with the nuisance (a complex gain, or a phase offset) at its best value
    for each place and projected out of the derivative. A missing pilot, NaN, leaves no residual: zeros.

    At the true place each is chi-square under its model. For the likelihoods the residuals are the pilots'
    noise, two real numbers a pilot. For the phase cost they are ``a_t sin(angle y_t - phi_t - phi_0)``, the
    part of ``y_t exp(-j (phi_t + phi_0))`` in quadrature: one real number a pilot, whose noise is Gaussian
    whatever the pilot's amplitude.

    Returns
    -------
    callable
        ``function(positions (n, D), pilots (n, T))`` gives residuals (n, R) and Jacobian (n, R, D). Where
        there is no signal, behind the tiles, the Jacobian is zero.
    """
    deviation, coordinates = room.sigma / np.sqrt(2), room.n_coordinates

    def likelihood(positions, measured):
        from irsnb.indoor.kernels import likelihood_residuals

        values, measured = signal_and_gradient(room, positions), np.ascontiguousarray(measured)
        return likelihood_residuals(values, measured, deviation, method == "ml-projected")

    def phases(positions, measured):
        missed, jacobian = phase_residuals(room, positions, measured, None)
        by_place, by_offset = jacobian[..., :coordinates], jacobian[..., coordinates:]
        power = np.maximum(np.sum(by_offset**2, axis=1, keepdims=True), np.finfo(float).tiny)
        inner = np.sum(by_place * by_offset, axis=1, keepdims=True) / power
        return missed / deviation, (by_place - by_offset * inner) / deviation

    return phases if method == "phase-cost" else likelihood


def phase_residuals(
    room: Room, positions: np.ndarray, measured: np.ndarray, offset: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes times the sine in (5), and their derivatives by the coordinates and the offset.

    With an offset of None, the one that makes (5) smallest. A pilot without signal has no phase: half of its
    power counts, as it does in the mean over all phases.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : ndarray, shape (n, D)
        [m].
    measured : ndarray of complex, shape (n, T)
        Pilots; NaN where one is missing.
    offset : ndarray, shape (n,), optional
        [rad].

    Returns
    -------
    missed : ndarray, shape (n, T)
    slopes : ndarray, shape (n, T, D + 1)
    """
    signal, *gradient = np.moveaxis(signal_and_gradient(room, positions), 1, 0)
    measured = np.where(np.isfinite(measured), measured, 0)
    modulus = np.abs(signal)
    dark, modulus = modulus == 0, np.maximum(modulus, np.finfo(float).tiny)
    turned = measured * (signal / modulus).conj()
    if offset is None:
        offset = np.angle(np.sum(turned**2, axis=-1)) / 2
    turned = turned * np.exp(-1j * offset)[:, None]
    if dark.any():
        turned = np.where(dark, 1j * np.abs(measured) / np.sqrt(2), turned)
    per_signal = (signal / modulus).conj() / modulus
    by_place = (np.where(dark, 0, (slope * per_signal).imag) for slope in gradient)
    slopes = np.stack([*by_place, np.ones(signal.shape)], axis=-1)
    return turned.imag, -turned.real[..., None] * slopes


def phase_cost(
    room: Room, measured: ArrayLike, positions: ArrayLike, offset: ArrayLike | None = None
) -> np.ndarray:
    """The cost (5) of Aguiar et al. (2024): squared sines of the phases missed, weighted by the powers.

    Eliminating the offset is exact: ``sum_t w_t sin^2(d_t - offset)`` is smallest at
    ``(sum_t w_t - |sum_t w_t exp(2 j d_t)|) / 2``.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n_pilots,)
        One user's pilots.
    positions : array_like, shape (..., D)
        Hypothetical places [m].
    offset : array_like, shape (...), optional
        Hypothetical phase offset phi_0 [rad]; eliminated in closed form if left out.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If a value is not finite, a position is outside the room, the measurement has another length, or an
        offset is beyond two turns or does not broadcast with the positions.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room, place = Room(), (1.0, 4.0)
    >>> turned = signal(room, place) * np.exp(0.3j)
    >>> bool(phase_cost(room, turned, place) < 1e-3), bool(phase_cost(room, turned, place, 0.5) > 1)
    (True, True)
    """
    measured, positions = checked_user(room, measured), checked_positions(room, positions)
    if offset is not None:
        offset = azimuth("offset", offset)
        common_shape(positions=positions.shape[:-1], offset=offset.shape)
    return phase_cost_unchecked(room, measured, positions, offset)


def phase_cost_unchecked(
    room: Room, measured: np.ndarray, positions: np.ndarray, offset: np.ndarray | None = None
) -> np.ndarray:
    """:func:`phase_cost` at finite places, which may lie outside the room."""
    values = signal_unchecked(room, positions)
    turned = measured * (values / np.maximum(np.abs(values), np.finfo(float).tiny)).conj()
    weights = np.sum(np.abs(measured) ** 2, axis=-1)
    aligned = np.sum(turned**2, axis=-1)
    if offset is None:
        return (weights - np.abs(aligned)) / (2 * room.sigma**2)
    return (weights - (aligned * np.exp(-2j * offset)).real) / (2 * room.sigma**2)


def checked_user(room, measured):
    """Return one user's pilots as a complex array (n_pilots,), or raise ``ValueError``."""
    measured = complex_array("measured", measured, (instance("room", room, Room).n_pilots,))
    if measured.ndim != 1:
        raise ValueError(f"measured: got shape {measured.shape}; it must be ({room.n_pilots},), one user")
    return measured


def likelihood_cost(
    room: Room, measured: ArrayLike, positions: ArrayLike, method: str = "ml-projected"
) -> np.ndarray:
    """What maximum likelihood minimises: the squared residual of (4) over sigma^2, its gain at its best.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n_pilots,)
        One user's pilots.
    positions : array_like, shape (..., D)
        Hypothetical places [m].
    method : {"ml", "ml-projected"}
        Projected, a constant in all pilots is left out first.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If a value is not finite, a position is outside the room, the measurement has another length, or the
        method is another.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room = Room()
    >>> cost = likelihood_cost(room, signal(room, (1.0, 4.0)), [(1.0, 4.0), (1.1, 4.0)])
    >>> bool(cost[0] < 1e-3), bool(cost[1] > 1e3)
    (True, True)
    """
    measured, positions = checked_user(room, measured), checked_positions(room, positions)
    return likelihood_cost_unchecked(room, measured, positions, choice("method", method, METHODS[:2]))


def likelihood_cost_unchecked(
    room: Room, measured: np.ndarray, positions: np.ndarray, method: str
) -> np.ndarray:
    """:func:`likelihood_cost` at finite places, which may lie outside the room."""
    measured = features_unchecked(measured, method)
    inner = references_unchecked(signal_unchecked(room, positions), method).conj() @ measured
    return (np.sum(np.abs(measured) ** 2) - np.abs(inner) ** 2) / room.sigma**2


def phase_cost_gradient(
    room: Room, measured: np.ndarray, positions: np.ndarray, offset: np.ndarray | None = None
) -> np.ndarray:
    """Derivative of :func:`phase_cost` by the coordinates (n, D), with an offset by it as well (n, D + 1)."""
    unknowns = room.n_coordinates + (offset is not None)
    measured = np.broadcast_to(measured, (len(positions), room.n_pilots))
    missed, jacobian = phase_residuals(room, positions, measured, offset)
    return 2 * np.einsum("nt,ntp->np", missed, jacobian[..., :unknowns]) / room.sigma**2
