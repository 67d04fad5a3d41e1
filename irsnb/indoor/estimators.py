"""From pilots to a position: maximum likelihood and the paper's phase cost (5), at their bounds.

Each of the three methods reduces to one question: to which place's unit vector is a user's vector closest
in angle? The modulus of that inner product has a peak 1.4 cm wide at the narrowest and thousands of false
peaks, so a search must look everywhere, and closely. It is cheap because over a block of 10 cm the signals of
all places span few dimensions: the energy of the pilots in that span is tested first, the places of the
best blocks afterwards, and the best place of each of these is where a few Levenberg-Marquardt steps start.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import chi2

from irsnb.bounds import cramer_rao_bound
from irsnb.checks import complex_array, real_array
from irsnb.fitting import levenberg_marquardt
from irsnb.indoor.model import USERS_X, USERS_Y, signal_and_gradient, signal_unchecked

METHODS = ("ml", "ml-projected", "phase-cost")
_PER_METRE, _SIDE, _RANK, _STARTS, _USERS = 10, 8, 8, 4, 256
# Unknowns of each method's residuals: two coordinates, a complex gain or an offset, and f.
_UNKNOWNS = {"ml": 4, "ml-projected": 6, "phase-cost": 3}


@dataclass(frozen=True)
class Fix:
    """Positions of users with their uncertainty; made by :func:`locate`.

    Attributes
    ----------
    position : ndarray, shape (n, 2)
        [m].
    covariance : ndarray, shape (n, 2, 2)
        By the inverse Fisher information at the estimate [m^2].
    misfit : ndarray, shape (n,)
        Squared residuals in units of the noise's deviation; chi-square when the model holds.
    converged : ndarray of bool, shape (n,)
        Whether the last steps settled.
    """

    position: np.ndarray
    covariance: np.ndarray
    misfit: np.ndarray
    converged: np.ndarray


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Unit vectors of all places of the users' area, in blocks of 10 cm; made by :func:`build_dictionary`.

    Attributes
    ----------
    method : {"ml", "ml-projected", "phase-cost"}
        The method that it serves.
    places : ndarray, shape (B, G, 2)
        Places of each block [m].
    vectors : ndarray of complex64, shape (B, G, T)
        Their unit vectors.
    spans : ndarray of complex64, shape (T, B * R)
        For each block, an orthonormal basis of the R dimensions that hold most of its places' signals.
    """

    method: str
    places: np.ndarray
    vectors: np.ndarray
    spans: np.ndarray


def checked_method(method):
    """Return a method's name, or raise ``ValueError`` listing the known ones."""
    if method not in METHODS:
        raise ValueError(f"method: got {method!r}; it must be one of {', '.join(map(repr, METHODS))}")
    return method


def features(values, method):
    """The vectors that a method compares: of noise-free signals or of measurements, (..., T).

    Maximum likelihood with an unknown complex gain compares the pilots themselves, because
    ``min_alpha |y - alpha s|^2 = |y|^2 - |s^H y|^2 / |s|^2``; projected, the pilots less their mean over t,
    which is free of any f in (4). The phase cost (5) compares squares: with its offset eliminated it is
    ``(sum_t a_t^2 - |sum_t y_t^2 exp(-2 j phi_t(p))|) / (2 sigma^2)``.
    """
    if method == "ml":
        return values
    if method == "ml-projected":
        return values - values.mean(axis=-1, keepdims=True)
    return values**2


def references(signal, method):
    """Unit vectors (..., T) to which :func:`features` of a measurement are compared."""
    vectors = features(signal, method)
    if method == "phase-cost":
        vectors = vectors / np.maximum(np.abs(vectors), np.finfo(float).tiny)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def build_dictionary(room, method="ml"):
    """Compute the dictionary of a room for one method; the last four are kept.

    Parameters
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    Dictionary
        140 MB.

    Raises
    ------
    ValueError
        If the method is unknown.
    """
    return _build(room, checked_method(method))


@lru_cache(maxsize=4)
def _build(room, method):
    inner = (np.arange(_SIDE) + 0.5) / (_SIDE * _PER_METRE)
    edges = (USERS_X, USERS_Y)
    # Blocks are centred on a grid that begins and ends on the edge of the area, and so surround it.
    corners = [
        np.arange(round((b - a) * _PER_METRE) + 1) / _PER_METRE + a - 0.5 / _PER_METRE for a, b in edges
    ]
    places = _all_pairs(*corners)[:, None, :] + _all_pairs(inner, inner)
    # What the other methods compare follows from the unit vectors of the first: signals are computed once.
    plain = None if method == "ml" else _build(room, "ml")
    vectors = np.empty((*places.shape[:2], room.n_pilots), dtype=np.complex64)
    rank = min(_RANK, room.n_pilots // 2)
    spans = np.empty((room.n_pilots, len(places), rank), dtype=np.complex64)
    for i in range(0, len(places), 128):
        some = slice(i, i + 128)
        signal = plain.vectors[some] if plain else signal_unchecked(room, places[some])
        vectors[some] = references(signal, method)
        if method != "phase-cost":
            gram = np.swapaxes(vectors[some], -1, -2) @ vectors[some].conj()
            spans[:, some] = np.moveaxis(np.linalg.eigh(gram)[1][..., -rank:], 0, 1)
    # Squares span too many dimensions to rank blocks by: the phase cost, too, ranks them by the signals.
    flat = plain.spans if method == "phase-cost" else spans.reshape(room.n_pilots, -1)
    return Dictionary(method, places, vectors, flat)


def _all_pairs(x, y):
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)


def search(dictionary, measured):
    """Where to start: the best place of each of the best blocks, for measurements (n, T).

    Parameters
    ----------
    dictionary : Dictionary
    measured : ndarray of complex, shape (n, T)

    Returns
    -------
    ndarray, shape (n, 4, 2)
        [m], the best start first.
    """
    n_blocks, _, n_pilots = dictionary.vectors.shape
    # Fewer pilots tell blocks apart less well.
    compared = max(_STARTS, round(_STARTS * (32 / n_pilots) ** 2))
    kinds = "ml" if dictionary.method == "phase-cost" else dictionary.method, dictionary.method
    found = np.empty((len(measured), _STARTS, 2))
    for i in range(0, len(measured), _USERS):
        for_spans, for_places = (
            (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.complex64).conj()
            for values in (features(measured[i : i + _USERS], kind) for kind in kinds)
        )
        inner = (for_spans @ dictionary.spans).view(np.float32)
        np.square(inner, out=inner)
        energy = np.add.reduceat(inner, np.arange(0, inner.shape[1], inner.shape[1] // n_blocks), axis=1)
        best = np.sort(np.argpartition(energy, -compared, axis=1)[:, -compared:], axis=1)
        close = np.abs(np.einsum("nbgt,nt->nbg", dictionary.vectors[best], for_places, optimize=True))
        order = np.argsort(-close.max(axis=-1), axis=1, kind="stable")[:, :_STARTS]
        top = np.take_along_axis(close.argmax(axis=-1), order, axis=1)
        found[i : i + _USERS] = dictionary.places[np.take_along_axis(best, order, axis=1), top]
    return found


def _real(values):
    """Complex (n, T, ...) as real (n, 2 T, ...)."""
    return np.concatenate([values.real, values.imag], axis=1)


def residuals(room, method):
    """The residuals whose squares a method minimises, for :func:`irsnb.fitting.levenberg_marquardt`.

    In units of the noise's deviation, with the nuisance (a complex gain, or a phase offset) at its best value
    for each place and projected out of the derivative.

    Parameters
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    callable
        ``function(positions (n, 2), measurements (n, T))`` gives residuals (n, R) and Jacobian (n, R, 2).
    """
    deviation = room.sigma / np.sqrt(2)

    def likelihood(positions, measured):
        signal, gradient = signal_and_gradient(room, positions)
        if method == "ml-projected":
            measured = measured - measured.mean(axis=-1, keepdims=True)
            signal = signal - signal.mean(axis=-1, keepdims=True)
            gradient = gradient - gradient.mean(axis=1, keepdims=True)
        energy = np.sum(np.abs(signal) ** 2, axis=-1)
        gain = np.sum(signal.conj() * measured, axis=-1) / energy
        missed = measured - gain[:, None] * signal
        inner = np.einsum("nt,ntp->np", signal.conj(), gradient) / energy[:, None]
        across = gradient - signal[..., None] * inner[:, None, :]
        return _real(missed) / deviation, -_real(gain[:, None, None] * across) / deviation

    def phases(positions, measured):
        missed, jacobian = _phase_residuals(room, positions, measured, None)
        by_place, by_offset = jacobian[..., :2], jacobian[..., 2:]
        inner = np.sum(by_place * by_offset, axis=1, keepdims=True) / np.sum(
            by_offset**2, axis=1, keepdims=True
        )
        return missed / deviation, (by_place - by_offset * inner) / deviation

    return phases if checked_method(method) == "phase-cost" else likelihood


def _phase_residuals(room, positions, measured, offset):
    """Amplitudes times the sine in (5), (n, T), and their derivative by x, y and the offset, (n, T, 3).

    With an offset of None, the one that makes (5) smallest.
    """
    signal, gradient = signal_and_gradient(room, positions)
    modulus = np.maximum(np.abs(signal), np.finfo(float).tiny)
    turned = measured * signal.conj() / modulus
    if offset is None:
        offset = np.angle(np.sum(turned**2, axis=-1)) / 2
    turned = turned * np.exp(-1j * offset)[:, None]
    phase_slope = (gradient * (signal.conj() / modulus**2)[..., None]).imag
    slopes = np.concatenate([phase_slope, np.ones((*signal.shape, 1))], axis=-1)
    return turned.imag, -turned.real[..., None] * slopes


def phase_cost(room, measured, positions, offset=None):
    """The cost (5) of Aguiar et al. (2024): squared sines of the phases missed, weighted by the powers.

    Eliminating the offset is exact: ``sum_t w_t sin^2(d_t - offset)`` is smallest at
    ``(sum_t w_t - |sum_t w_t exp(2 j d_t)|) / 2``.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n_pilots,)
        One user's pilots.
    positions : array_like, shape (..., 2)
        Hypothetical places [m].
    offset : array_like, shape (...), optional
        Hypothetical phase offset phi_0 [rad]; eliminated in closed form if left out.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If a value is not finite, a position is outside the room, or the measurement has another length.
    """
    measured = complex_array("measured", measured, (room.n_pilots,))
    signal = room.signal(positions)
    turned = measured * signal.conj() / np.maximum(np.abs(signal), np.finfo(float).tiny)
    weights = np.sum(np.abs(measured) ** 2, axis=-1)
    aligned = np.sum(turned**2, axis=-1)
    if offset is None:
        return (weights - np.abs(aligned)) / (2 * room.sigma**2)
    offset = real_array("offset", offset)
    return (weights - (aligned * np.exp(-2j * offset)).real) / (2 * room.sigma**2)


def likelihood_cost(room, measured, positions, method="ml-projected"):
    """What maximum likelihood minimises: the squared residual of (4) over sigma^2, its gain at its best.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n_pilots,)
        One user's pilots.
    positions : array_like, shape (..., 2)
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
    """
    if method not in ("ml", "ml-projected"):
        raise ValueError(f"method: got {method!r}; it must be 'ml' or 'ml-projected'")
    measured = features(complex_array("measured", measured, (room.n_pilots,)), method)
    inner = references(room.signal(positions), method).conj() @ measured
    return (np.sum(np.abs(measured) ** 2) - np.abs(inner) ** 2) / room.sigma**2


def phase_cost_gradient(room, measured, positions, offset=None):
    """Derivative of :func:`phase_cost` by x and y (n, 2), or by x, y and the offset (n, 3), for n places."""
    count = 2 if offset is None else 3
    measured = np.broadcast_to(measured, (len(positions), room.n_pilots))
    missed, jacobian = _phase_residuals(room, positions, measured, offset)
    return 2 * np.einsum("nt,ntp->np", missed, jacobian[..., :count]) / room.sigma**2


def locate(room, measurements, method="ml"):
    """Positions of users from their pilots: a search over the users' area, then Levenberg-Marquardt steps.

    "ml" is maximum likelihood with an unknown complex gain. "ml-projected" leaves out what is the same in all
    pilots, and with it any multipath f of the direct link in (4). "phase-cost" is the paper's cost (5), with
    the phase offset in closed form.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measurements : array_like of complex, shape (n, n_pilots)
        From :func:`irsnb.indoor.measure`.
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    Fix

    Raises
    ------
    ValueError
        If the method is unknown, or the measurements are not finite or not (n, n_pilots).
    """
    checked_method(method)
    measured = complex_array("measurements", measurements, (room.n_pilots,))
    if measured.ndim != 2 or len(measured) == 0:
        raise ValueError(f"measurements: got shape {measured.shape}; it must be (n, {room.n_pilots}), n >= 1")
    if not np.all(np.any(features(measured, method) != 0, axis=-1)):
        raise ValueError("measurements: got a user without any signal; there is nothing to locate")
    starts = search(build_dictionary(room, method), measured)
    return refine(room, measured, starts, method)


def refine(room, measured, starts, method="ml"):
    """Levenberg-Marquardt steps from given starts, all users at once.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : ndarray of complex, shape (n, T)
    starts : ndarray, shape (n, S, 2)
        The best first; the others serve users whose misfit noise cannot explain [m].
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    Fix
    """
    function = residuals(room, method)
    fitted = _fit(function, starts[:, 0], measured)
    # Where noise alone cannot explain what is left, but for one user in a million, other starts are tried.
    freedom = room.n_pilots * (1 if method == "phase-cost" else 2) - _UNKNOWNS[method]
    limit = chi2.isf(1e-6, freedom)
    for start in range(1, starts.shape[1]):
        poor = np.flatnonzero(fitted[1] > limit)
        if poor.size == 0:
            break
        again = _fit(function, starts[poor, start], measured[poor])
        better = again[1] < fitted[1][poor]
        for kept, new in zip(fitted, again, strict=True):
            kept[poor[better]] = new[better]
    position, misfit, converged, jacobian = fitted
    covariance = cramer_rao_bound(np.swapaxes(jacobian, -1, -2) @ jacobian)
    return Fix(position, covariance, misfit, converged)


def _fit(function, start, measured):
    """:func:`irsnb.fitting.levenberg_marquardt` of n users, in blocks that stay in the cache."""
    parts = [
        levenberg_marquardt(function, start[i : i + _USERS], [measured[i : i + _USERS]])
        for i in range(0, len(start), _USERS)
    ]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]
