"""Bounds on what one scan measures: Cramér and Rao's, and Ziv and Zakai's, which knows of astray scans."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light
from scipy.special import i0e
from scipy.stats import ncx2

from irsnb import checks
from irsnb.checks import common_shape, real_array, require
from irsnb.elliptic.beams import direction_cosines, responses
from irsnb.elliptic.bounds import inverse
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.signal import checked_ratios
from irsnb.geometry import ray_jacobian

__all__ = ["scan_crlb", "scan_ziv_zakai"]


def scan_information(
    scene: Scene, azimuth: np.ndarray, elevation: np.ndarray, cosines: np.ndarray, snr: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What one scan tells of directions (...) at ratios (..., M), once the gains are eliminated.

    Returns the Fisher information (..., 2, 2) of azimuth and elevation, the smallest standard deviation of
    each path sum (..., M), and each pair's energy over the noise (..., M).
    """
    radar = scene.radar
    response, gradient = responses(radar, cosines - scene.sector)
    energy = np.sum(response**2, axis=-1)
    along = np.einsum("...b,...bp->...p", response, gradient) / energy[..., None]
    across = gradient - response[..., None] * along[..., None, :]
    by_angles = across @ ray_jacobian(azimuth, elevation)[..., 1:, :]
    # A complex sample of unit noise has a deviation of sqrt(1/2) in each of its two parts.
    total = radar.subcarriers * snr.sum(axis=-1)
    information = 2 * total[..., None, None] * (np.swapaxes(by_angles, -1, -2) @ by_angles)
    slopes = np.sum((2 * np.pi / speed_of_light * radar.frequencies) ** 2)
    strength = snr * energy[..., None]
    return information, np.sqrt(0.5 / (strength * slopes)), radar.subcarriers * strength


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
    return inverse(information, "azimuth and elevation"), sigma_path


def _scan_input(scene, azimuth, elevation, snr):
    checks.instance("scene", scene, Scene)
    snr = checked_ratios(scene, snr)
    require(snr > 0, "snr", snr, "it is a ratio of powers and must be above 0")
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
