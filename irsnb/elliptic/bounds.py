"""Bounds for a target seen through pairs of surfaces, and for the scan that measures it.

The paper derives no bound; the measurement model is the one its algorithm implies: two departure
angles common to all pairs and one path sum for each pair, with Gaussian noise. How small
that noise can be is the waveform's bound, :func:`scan_crlb`; where it stops to hold, :func:`scan_ziv_zakai`.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light
from scipy.special import i0e
from scipy.stats import ncx2

from irsnb import checks
from irsnb.bounds import cramer_rao_bound, transform_bound
from irsnb.checks import common_shape, points, real_array, require
from irsnb.elliptic.locate import noise_values
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.scene import checked_surfaces
from irsnb.elliptic.signal import direction_cosines, scan_information
from irsnb.geometry import direction_jacobian

__all__ = ["direction_crlb", "mismatched_covariance", "position_crlb", "scan_crlb", "scan_ziv_zakai"]


def position_crlb(
    surfaces: ArrayLike,
    targets: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
) -> np.ndarray:
    """Smallest covariance of an unbiased position estimate from both angles and all path sums.

    The mean of the measurements is (theta_r, phi_r) of Duan et al. (2025), eq. (11), and the path sums
    of eq. (7); their gradients are those of the angles at the first surface and the sums of the unit
    vectors from both surfaces to the target.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        The first sends and measures the departure [m]. Leading axes compare placements.
    targets : array_like, shape (..., 3)
        [m].
    sigma_angle : array_like, shape (...)
        Standard deviation of each departure angle [rad], above 0.
    sigma_path : array_like, shape () or (..., M)
        Standard deviation of each path sum [m], above 0: one number, or one for each path sum.
    covariance : array_like, shape (..., M + 2, M + 2)
        In place of the two: covariance of azimuth, elevation and path sums, in that order.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a value is not finite, a noise cannot be, not exactly one description of it is given, the shapes do
        not broadcast, or the target stands on a surface, straight above the first one, or where the
        measurements leave its place open (on the line between the surfaces).

    Examples
    --------
    >>> surfaces = [(0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    >>> covariance = position_crlb(surfaces, (500.0, 1000.0, 700.0), sigma_angle=0.01, sigma_path=1.0)
    >>> print(f"{np.sqrt(np.trace(covariance)):.1f} m")
    14.3 m
    """
    jacobian, whiten = _whitened(surfaces, targets, sigma_angle, sigma_path, covariance)
    jacobian = whiten @ jacobian
    return _inverse(np.swapaxes(jacobian, -1, -2) @ jacobian, "targets")


def _whitened(surfaces, targets, sigma_angle, sigma_path, covariance):
    """Derivatives (..., M + 2, 3) of the measurements by a position, and what whitens their noise."""
    surfaces, targets = checked_surfaces(surfaces), points("targets", targets)
    n_pairs = surfaces.shape[-2] - 1
    noise = noise_values(n_pairs, sigma_angle, sigma_path, covariance)
    lead = common_shape(
        surfaces=surfaces.shape[:-2],
        targets=targets.shape[:-1],
        **{name: values.shape[: values.ndim - own] for name, values, own in noise},
    )
    offsets = targets[..., None, :] - surfaces
    lengths = np.linalg.norm(offsets, axis=-1, keepdims=True)
    require(lengths > 0, "targets", lengths, "none may stand on a surface (distance shown)")
    level = np.hypot(offsets[..., 0, 0], offsets[..., 0, 1])
    require(level > 0, "targets", level, "none may stand straight above the first surface (level distance)")
    by_angles = direction_jacobian(targets, surfaces[..., 0, :])
    units = offsets / lengths
    by_sums = units[..., :1, :] + units[..., 1:, :]
    jacobian = np.concatenate(
        [np.broadcast_to(by_angles, (*lead, 2, 3)), np.broadcast_to(by_sums, (*lead, n_pairs, 3))], axis=-2
    )
    return jacobian, _whitening(noise, n_pairs)


def _whitening(noise, n_pairs):
    """Matrices (..., M + 2, M + 2) that make the noise independent with variance 1."""
    name, values, _ = noise[0]
    if name == "covariance":
        return np.linalg.inv(np.linalg.cholesky(checks.covariance("covariance", values, n_pairs + 2)))
    sigma_angle = checks.positive("sigma_angle", values, "rad")
    sigma_path = checks.positive("sigma_path", noise[1][1], "m")
    lead = np.broadcast_shapes(sigma_angle.shape, sigma_path.shape[:-1])
    weights = np.empty((*lead, n_pairs + 2))
    weights[..., :2], weights[..., 2:] = 1 / sigma_angle[..., None], 1 / sigma_path
    return weights[..., None] * np.eye(n_pairs + 2)


def _inverse(information, name):
    """The bound of an information matrix, or ``ValueError`` naming the argument that makes it singular."""
    try:
        return cramer_rao_bound(information)
    except ValueError as error:
        raise ValueError(f"{name}: the measurements do not fix it ({error})") from None


def mismatched_covariance(
    surfaces: ArrayLike, targets: ArrayLike, *, covariance: ArrayLike, told: ArrayLike
) -> np.ndarray:
    """Covariance of the positions of :func:`locate` where it is told another noise than there is.

    To first order the fit is ``A = (J^T T^-1 J)^-1 J^T T^-1`` of the measurements, with T what it is told,
    and its covariance ``A C A^T``. Told the truth it is :func:`position_crlb`.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        [m].
    targets : array_like, shape (..., 3)
        [m].
    covariance, told : array_like, shape (..., M + 2, M + 2)
        What the noise has, and what the fit believes: azimuth, elevation and path sums, in that order.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        [m^2].

    Raises
    ------
    ValueError
        As :func:`position_crlb`.

    Examples
    --------
    >>> surfaces = [(0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    >>> true, told = np.diag([1e-4, 1e-4, 1.0, 9.0]), np.diag([1e-4, 1e-4, 4.0, 4.0])
    >>> reached = mismatched_covariance(surfaces, (500.0, 1000.0, 700.0), covariance=true, told=told)
    >>> bound = position_crlb(surfaces, (500.0, 1000.0, 700.0), covariance=true)
    >>> print(f"{np.sqrt(np.trace(reached) / np.trace(bound)):.2f}")
    1.00
    """
    size = checked_surfaces(surfaces).shape[-2] + 1
    told = checks.covariance("told", told, size)
    covariance = checks.covariance("covariance", covariance, size)
    common_shape(
        surfaces=np.shape(surfaces)[:-2],
        targets=points("targets", targets).shape[:-1],
        covariance=covariance.shape[:-2],
        told=told.shape[:-2],
    )
    jacobian, whiten = _whitened(surfaces, targets, None, None, told)
    whitened = whiten @ jacobian
    believed = _inverse(np.swapaxes(whitened, -1, -2) @ whitened, "targets")
    fit = believed @ np.swapaxes(whitened, -1, -2) @ whiten
    reached = fit @ covariance @ np.swapaxes(fit, -1, -2)
    return (reached + np.swapaxes(reached, -1, -2)) / 2


def direction_crlb(
    surfaces: ArrayLike,
    receiver: ArrayLike,
    targets: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
) -> np.ndarray:
    """Smallest covariance of the direction at the receiver: :func:`position_crlb` seen from there.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        [m].
    receiver, targets : array_like, shape (..., 3)
        Points [m].
    sigma_angle, sigma_path, covariance : array_like
        As in :func:`position_crlb`.

    Returns
    -------
    ndarray, shape (..., 2, 2)
        Covariance of signed azimuth and elevation [rad^2].

    Raises
    ------
    ValueError
        As :func:`position_crlb`; and if a target stands straight above or below the receiver.

    Examples
    --------
    >>> surfaces, target = [(0, 0, 0), (2400, 0, 0), (1600, 0, 0)], (500, 1000, 700)
    >>> covariance = direction_crlb(surfaces, (200, -400, -30), target, sigma_angle=0.01, sigma_path=1.0)
    >>> np.rad2deg(np.sqrt(np.diag(covariance))).round(2)
    array([0.22, 0.46])
    """
    receiver = points("receiver", receiver)
    position = position_crlb(
        surfaces, targets, sigma_angle=sigma_angle, sigma_path=sigma_path, covariance=covariance
    )
    targets = points("targets", targets)
    common_shape(receiver=receiver.shape[:-1], **{"targets, surfaces and noise": position.shape[:-2]})
    offset = targets - receiver
    require(
        np.any(offset[..., :2] != 0, axis=-1),
        "targets",
        offset[..., 2],
        "none may stand straight above or below the receiver (height shown)",
    )
    return transform_bound(position, direction_jacobian(targets, receiver))


def scan_crlb(
    scene: Scene, azimuth: ArrayLike, elevation: ArrayLike, snr: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on what one scan of the first surface measures: departure angles and path sums.

    Of the signal (1)-(6), ``alpha_j g_b(q) exp(-j 2 pi f_k d_j / c)`` in white noise, with the complex gain
    alpha_j of each pair unknown. What a gain could imitate is projected out of the derivatives (variable
    projection); what is left of directions and of delays is orthogonal, so they bound separately.

    Parameters
    ----------
    scene : Scene
    azimuth, elevation : array_like, shape (...)
        True departure angles [rad].
    snr : array_like, shape (..., M)
        Signal-to-noise ratio of one subcarrier in the middle of a beam, after the array; above 0.

    Returns
    -------
    angles : ndarray, shape (..., 2, 2)
        Covariance of azimuth and elevation [rad^2].
    sigma_path : ndarray, shape (..., M)
        Standard deviation of each path sum [m].

    Raises
    ------
    ValueError
        If a value is not finite, an angle is beyond its range, a ratio is not above 0, the shapes do not
        broadcast, or the beams do not fix the direction, as straight above.
    """
    cosines, snr = _scan_input(scene, azimuth, elevation, snr)
    azimuth, elevation = real_array("azimuth", azimuth), real_array("elevation", elevation)
    information, sigma_path, _ = scan_information(scene, azimuth, elevation, cosines, snr)
    return _inverse(information, "azimuth and elevation"), sigma_path


def _scan_input(scene, azimuth, elevation, snr):
    checks.instance("scene", scene, Scene)
    snr = np.atleast_1d(real_array("snr", snr))
    require(snr > 0, "snr", snr, "it is a ratio of powers and must be above 0")
    if snr.shape[-1] not in (1, scene.n_pairs):
        raise ValueError(f"snr: got shape {snr.shape}; its last axis must hold one for {scene.n_pairs} pairs")
    cosines = direction_cosines(azimuth, elevation)
    common_shape(azimuth=np.shape(azimuth), elevation=np.shape(elevation), snr=snr.shape[:-1])
    return cosines, np.broadcast_to(snr, (*snr.shape[:-1], scene.n_pairs))


_POINTS = 400
"""Displacements at which the probability of error is taken, in each of two grids."""


def scan_ziv_zakai(
    scene: Scene,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    snr: ArrayLike,
    *,
    window: float | None = None,
) -> np.ndarray:
    """Bound on the path sums of one scan that knows of astray ones: Ziv and Zakai's, for a window.

    The path sum lies anywhere in a window D with equal chance. Whoever estimates it can also tell two values
    h apart, so its error cannot be smaller than the errors of that decision allow:

    ``variance >= 1/D integral_0^D h V{(D - h) P(h)} dh``

    (Chazan, Zakai and Ziv 1975; Bell et al. 1997). V fills valleys: what is not so at h holds from the next
    larger h where it is. P(h) is the smallest error probability of the decision between two echoes of equal
    strength and unknown phase, which in Marcum's Q and the echoes' correlation r(h) is
    ``Q(a, b) - exp(-(a^2 + b^2) / 2) I_0(a b) / 2``, ``(a, b)^2 = E (1 -+ sqrt(1 - |r|^2)) / 2`` (Proakis
    2001). The direction counts as known, which makes the bound smaller but not wrong.

    Parameters
    ----------
    scene : Scene
    azimuth, elevation : array_like, shape (...)
        True departure angles [rad].
    snr : array_like, shape (..., M)
        As in :func:`scan_crlb`.
    window : float, optional
        D [m], at most the radar's path window; by default half of it. Near the whole of it the two ends
        look alike.

    Returns
    -------
    ndarray, shape (..., M)
        Smallest root mean square error [m]: at a high signal-to-noise ratio that of :func:`scan_crlb`, at a
        low one ``window / sqrt(12)``, which a guess reaches.

    Raises
    ------
    ValueError
        As :func:`scan_crlb`; and if the window is not above 0 or larger than the radar's.
    """
    cosines, snr = _scan_input(scene, azimuth, elevation, snr)
    radar = scene.radar
    window = radar.path_window / 2 if window is None else checks.real_number("window", window)
    require(
        0 < window <= radar.path_window, "window", window, f"it must lie in (0, {radar.path_window:.6g}] m"
    )
    azimuth, elevation = real_array("azimuth", azimuth), real_array("elevation", elevation)
    _, sigma_path, strength = scan_information(scene, azimuth, elevation, cosines, snr)
    lead = sigma_path.shape
    strength = np.broadcast_to(strength, lead).reshape(-1)
    near = np.clip(sigma_path.reshape(-1) / np.sqrt(strength), 0, window / 100)
    bound = [_ziv_zakai(radar, e, n, window) for e, n in zip(strength.tolist(), near.tolist(), strict=True)]
    return np.sqrt(np.reshape(bound, lead))


def _ziv_zakai(radar, strength, near, window):
    """The bound on a variance for echoes of one energy over noise, and a displacement that is short."""
    reach = np.log10(window)
    fine = np.logspace(np.log10(near) - 2, reach, 4 * _POINTS)
    h = np.union1d(np.concatenate([[0.0], fine]), np.linspace(0, window, 4 * _POINTS))
    h = h[h <= window]
    phases = 2 * np.pi / speed_of_light * h[:, None] * radar.frequencies
    overlap = np.minimum(np.abs(np.exp(-1j * phases).mean(axis=-1)), 1.0)
    filled = np.maximum.accumulate(((window - h) * error_probability(strength, overlap))[::-1])[::-1]
    return np.trapezoid(h * filled, h) / window


def error_probability(strength: float, overlap: np.ndarray) -> np.ndarray:
    """How often the best receiver takes one echo for another of equal strength, both of unknown phase.

    Noncoherent detection of two correlated signals (Proakis 2001, section 5.4): `strength` is the energy over
    the noise, `overlap` the modulus of the echoes' correlation.
    """
    apart = np.sqrt(np.maximum(1 - overlap**2, 0))
    a, b = np.sqrt(strength / 2 * (1 - apart)), np.sqrt(strength / 2 * (1 + apart))
    # Marcum's Q of order one is the tail of a noncentral chi-square with two degrees of freedom.
    error = ncx2.sf(b**2, 2, np.maximum(a**2, 1e-300)) - np.exp(-((a - b) ** 2) / 2) * i0e(a * b) / 2
    return np.clip(np.nan_to_num(error), 0, 0.5)
