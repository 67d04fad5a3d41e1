"""The least errors of azimuth, elevation and distance that the surface's active elements allow."""

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.bounds import cramer_rao_bound, fisher_information
from irsnb.hybrid.model import cosines_jacobian, steering, to_cosines_unchecked

__all__ = ["crlb", "first_order_bias", "miscalibration", "standard_errors"]

MOST_DB = 300.0
"""Largest signal-to-noise ratio, and with a minus the smallest, whose squares double precision holds [dB]."""


def crlb(
    array: PlanarArray,
    users: ArrayLike,
    snr_db: ArrayLike,
    n_snapshots: int,
    correlation: ArrayLike | None = None,
) -> np.ndarray:
    """Cramér–Rao bound on all users' azimuths, elevations and distances together.

    The signals are Gaussian and unknown, their covariance P and the noise power too: the stochastic bound
    ``sigma^2 / 2T  {Re[(D^H Pi D) * (P A^H R^-1 A P)^T]}^-1`` (Stoica, Larsson and Gershman 2001), Pi the
    projection away from the steering vectors A, D their derivatives, one block of P for each pair of users.
    Estimators that know nothing of the signals but their number are held against it.

    Parameters
    ----------
    array : irsnb.arrays.PlanarArray
        Of M elements, masked or not.
    users : array_like, shape (..., K, 3) or (..., K, 2)
        Azimuth, elevation [rad] and distance [m] (spherical waves); without the distance, plane waves.
    snr_db : array_like, broadcasting with (..., K)
        Power of each user over the noise's, at one element in one snapshot [dB].
    n_snapshots : int
        T.
    correlation : array_like of complex, shape (K, K), optional
        Correlation of the users' signals, 1 on the diagonal; the identity (uncorrelated) if left out, all
        ones for users who send the same.

    Returns
    -------
    ndarray, shape (..., 3K, 3K) or (..., 2K, 2K)
        Covariance in the order azimuth, elevation, distance of the first user, then of the second [rad,
        rad, m].

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, M <= K, T is no count, the correlation is none, or
        the elements do not fix the unknowns.

    Examples
    --------
    The azimuth of one user far away, with 100 snapshots at 0 dB:

    >>> array = PlanarArray(10, 10, spacing=0.5, wavelength=1.0)
    >>> covariance = crlb(array, [(0.0, 0.0)], snr_db=0.0, n_snapshots=100)
    >>> print(f"{np.rad2deg(np.sqrt(covariance[0, 0])):.3f} deg")
    0.045 deg
    """
    inputs.planar_array("array", array)
    users, level = inputs.users("users", users), checks.real_array("snr_db", snr_db)
    checks.require(np.abs(level) <= MOST_DB, "snr_db", level, f"it must lie within +-{MOST_DB:g} dB")
    count, unknowns = users.shape[-2:]
    size = len(array.positions)
    if size <= count:
        raise ValueError(
            f"users: got {count} with {size} elements; the elements must outnumber the users, or their "
            "powers and directions cannot be told apart"
        )
    snapshots = checks.count("n_snapshots", n_snapshots)
    try:
        level = np.broadcast_to(level, np.broadcast_shapes(level.shape, users.shape[:-1]))
    except ValueError:
        raise ValueError(
            f"snr_db: got shape {level.shape}; it must broadcast with the users {users.shape[:-1]}"
        ) from None
    if correlation is None:
        correlation = np.eye(count)
    correlation = _checked_correlation(correlation, count)
    amplitude = 10 ** (level / 20)
    power = amplitude[..., :, None] * correlation * amplitude[..., None, :]
    vectors, slopes = steering(array, to_cosines_unchecked(users))
    # Columns are users; the slopes by azimuth, elevation, distance.
    columns = np.swapaxes(vectors, -1, -2)
    slopes = np.einsum("...kpm,...kpq->...kqm", slopes, cosines_jacobian(users))
    slopes = np.swapaxes(slopes.reshape(*users.shape[:-2], count * unknowns, size), -1, -2)
    basis, upper = np.linalg.qr(columns)
    apart = np.abs(np.diagonal(upper, axis1=-2, axis2=-1)).min(axis=-1)
    checks.require(
        apart > 1e-9 * np.sqrt(size),
        "users",
        apart,
        "two users look alike to these elements (length left shown)",
    )
    away = slopes - basis @ (np.swapaxes(basis.conj(), -1, -2) @ slopes)
    curvature = np.swapaxes(away.conj(), -1, -2) @ away
    # P A^H R^-1 A P with R = A P A^H + I, by way of a K x K inverse.
    gram = np.swapaxes(columns.conj(), -1, -2) @ columns
    weight = power @ np.linalg.solve(np.eye(count) + gram @ power, gram @ power)
    weight = np.repeat(np.repeat(np.swapaxes(weight, -1, -2), unknowns, axis=-2), unknowns, axis=-1)
    return _bound(2.0 * snapshots * np.real(curvature * weight))


def standard_errors(bound: ArrayLike, n_users: int) -> np.ndarray:
    """Least standard deviations of each user's unknowns from a bound of :func:`crlb`.

    Parameters
    ----------
    bound : array_like, shape (..., 3K, 3K) or (..., 2K, 2K)
    n_users : int
        K: a matrix of 6 by 6 may belong to two users or, without distances, to three.

    Returns
    -------
    ndarray, shape (..., K, 3) or (..., K, 2)
        Azimuth, elevation [rad] and, if it is in the bound, distance [m].

    Raises
    ------
    ValueError
        If the size is neither 3K nor 2K, a value is not finite, or a variance is below 0.

    Examples
    --------
    >>> array = PlanarArray(10, 10, spacing=0.05, wavelength=0.1)
    >>> users = [(0.1, -0.2, 5.0), (0.6, -0.3, 8.0)]
    >>> standard_errors(crlb(array, users, snr_db=20.0, n_snapshots=3000), len(users)).shape
    (2, 3)
    """
    bound, n_users = checks.real_array("bound", bound), checks.count("n_users", n_users)
    sizes = [(2 * n_users,) * 2, (3 * n_users,) * 2]
    if bound.shape[-2:] not in sizes:
        raise ValueError(
            f"bound, n_users: got shape {bound.shape} for {n_users} users; it must be (..., {3 * n_users}, "
            f"{3 * n_users}), or without distances (..., {2 * n_users}, {2 * n_users})"
        )
    variance = np.diagonal(bound, axis1=-2, axis2=-1)
    checks.require(variance >= 0, "bound", variance, "a variance must be at least 0")
    return np.sqrt(variance).reshape(*bound.shape[:-2], n_users, -1)


def miscalibration(array: PlanarArray, users: ArrayLike, sigma_phase: float) -> np.ndarray:
    """Covariance of one user's estimate when every element's phase is off by a little that nobody knows.

    An error of standard deviation sigma in each element's phase does not average out over snapshots. Seen
    alone it is Gaussian noise on M phases, of which one offset is unknown: Kay (1993), eq. (3.31), with the
    phases' slopes less their mean.

    Parameters
    ----------
    array : irsnb.arrays.PlanarArray
    users : array_like, shape (..., K, 3) or (..., K, 2)
        Each looked at alone.
    sigma_phase : float
        Standard deviation of each element's phase error [rad], above 0.

    Returns
    -------
    ndarray, shape (..., K, 3, 3) or (..., K, 2, 2)
        [rad, rad, m].

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, sigma is not above 0, or the elements do not fix the
        unknowns.
    """
    inputs.planar_array("array", array)
    slopes = _phase_slopes(array, inputs.users("users", users))
    sigma = checks.real_number("sigma_phase", sigma_phase)
    checks.require(
        1e-100 < sigma < 1e100, "sigma_phase", sigma, "it must be above 0 rad, and its square finite"
    )
    return _bound(fisher_information(slopes, np.full(slopes.shape[-2], sigma**2)))


def first_order_bias(array: PlanarArray, users: ArrayLike, disturbance: ArrayLike) -> np.ndarray:
    """How far a small, steady disturbance pulls one user's estimate.

    The first step of least squares from the truth: ``Re(D^H Pi D)^-1 Re(D^H Pi e)``. A reflection of
    relative amplitude alpha is the disturbance ``alpha a(reflected)``; a phase error is ``j delta
    a(direct)``.

    Parameters
    ----------
    array : irsnb.arrays.PlanarArray
    users : array_like, shape (..., K, 3) or (..., K, 2)
        Each looked at alone.
    disturbance : array_like of complex, shape (..., K, M)
        Relative to a user of unit amplitude.

    Returns
    -------
    ndarray, shape (..., K, 3) or (..., K, 2)
        Estimate less truth [rad, rad, m].

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, or the elements do not fix the unknowns.
    """
    inputs.planar_array("array", array)
    users = inputs.users("users", users)
    slopes = _phase_slopes(array, users)
    disturbance = checks.complex_array("disturbance", disturbance, (len(array.positions),))
    checks.common_shape(users=users.shape[:-1], disturbance=disturbance.shape[:-1])
    vectors = steering(array, to_cosines_unchecked(users))[0]
    turned = np.imag(vectors.conj() * disturbance)
    inverse = _bound(np.swapaxes(slopes, -1, -2) @ slopes)
    return (inverse @ np.swapaxes(slopes, -1, -2) @ turned[..., None])[..., 0]


def _checked_correlation(correlation, count):
    """A correlation of `count` signals: Hermitian, 1 on the diagonal, no eigenvalue below 0."""
    correlation = checks.complex_array("correlation", correlation, (count, count))
    if correlation.ndim > 2:
        raise ValueError(f"correlation: got shape {correlation.shape}; it must be ({count}, {count})")
    turned = np.swapaxes(correlation.conj(), -1, -2)
    least = np.linalg.eigvalsh((correlation + turned) / 2)[..., 0]
    checks.require(
        np.abs(correlation - turned).max() < 1e-9
        and np.abs(np.diagonal(correlation, axis1=-2, axis2=-1) - 1).max() < 1e-9
        and np.all(least > -1e-9),
        "correlation",
        correlation.real,
        "it must be Hermitian, 1 on the diagonal and without negative eigenvalues (the first entry is shown)",
    )
    return correlation


def _bound(information):
    """The inverse of the users' information, or a ``ValueError`` that names the users."""
    # Strong users that stand close leave it symmetric only up to what rounding took.
    information = (information + np.swapaxes(information, -1, -2)) / 2
    try:
        return cramer_rao_bound(information)
    except ValueError as error:
        reason = str(error).partition("; ")[2]
        raise ValueError(
            f"users: got users whose unknowns these elements do not fix ({reason}); take more elements, "
            "users further apart, or plane waves, (..., K, 2)"
        ) from None


def _phase_slopes(array, users):
    """Derivative of the elements' phases by azimuth, elevation and distance, less its mean, (..., K, M,
    P)."""
    vectors, slopes = steering(array, to_cosines_unchecked(users))
    phases = np.imag(slopes * vectors.conj()[..., None, :])
    phases = phases - phases.mean(axis=-1, keepdims=True)
    return np.swapaxes(phases, -1, -2) @ cosines_jacobian(users)
