"""Cramér–Rao bounds for a target seen through pairs of surfaces: angle noise and path-sum noise.

The paper derives no bound; the measurement model is the one its algorithm implies: two departure
angles common to all pairs and one path sum for each pair, each with independent Gaussian noise. How small
that noise can be is the waveform's bound, :func:`scan_crlb`.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light

from irsnb import checks
from irsnb.bounds import cramer_rao_bound, fisher_information, transform_bound
from irsnb.checks import common_shape, points, real_array, require
from irsnb.elliptic.model import checked_pairs, second_surface
from irsnb.elliptic.waveform import Radar, beam_responses, direction_cosines, sector_cosines
from irsnb.geometry import direction_jacobian, ray_jacobian

__all__ = ["direction_crlb", "position_crlb", "scan_crlb"]


def position_crlb(
    target: ArrayLike, semi_focals: ArrayLike, sigma_angle: ArrayLike, sigma_path: ArrayLike
) -> np.ndarray:
    """Smallest covariance of an unbiased position estimate from both angles and all path sums.

    The mean of the measurements is (theta_r, phi_r) of Duan et al. (2025), eq. (11), and the path sums
    of eq. (7); their gradients are those of the angles at the first surface and the sums of the unit
    vectors from both surfaces to the target.

    Parameters
    ----------
    target : array_like, shape (..., 3)
        Target in the frame of the surfaces [m].
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m].
    sigma_angle : array_like, shape (...)
        Standard deviation of each departure angle [rad], above 0.
    sigma_path : array_like, shape () or (..., M)
        Standard deviation of each path sum [m], above 0: one number, or one for each path sum.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a value is not finite, a sigma is not above 0, there is no pair, the shapes do not broadcast,
        or the target stands on a surface, straight above the first one, or where the path sums leave its
        distance open (on the line between the surfaces).

    Examples
    --------
    >>> covariance = position_crlb((500.0, 1000.0, 700.0), (1200.0, 800.0), sigma_angle=0.01, sigma_path=1.0)
    >>> print(f"{np.sqrt(np.trace(covariance)):.1f} m")
    14.3 m
    """
    target = points("target", target)
    semi_focals = checked_pairs(semi_focals)
    sigma_angle = checks.positive("sigma_angle", sigma_angle, "rad")
    sigma_path = checks.positive("sigma_path", sigma_path, "m")
    n_pairs = semi_focals.shape[-1]
    if sigma_path.ndim and sigma_path.shape[-1] not in (1, n_pairs):
        raise ValueError(
            f"sigma_path: got shape {sigma_path.shape}; it must be one number or end in {n_pairs}, one for "
            "each path sum"
        )
    lead = common_shape(
        target=target.shape[:-1],
        semi_focals=semi_focals.shape[:-1],
        sigma_angle=sigma_angle.shape,
        sigma_path=sigma_path.shape[:-1],
    )
    offsets = target[..., None, :] - second_surface(semi_focals)
    lengths = np.linalg.norm(offsets, axis=-1, keepdims=True)
    require(lengths > 0, "target", target, "it must not stand on a second surface")
    by_angles = direction_jacobian(target, np.zeros(3))
    by_sums = (target / np.linalg.norm(target, axis=-1, keepdims=True))[..., None, :] + offsets / lengths
    # Whitened here: a batch of as many noise levels as measurements would look like a full covariance.
    by_angles, by_sums = by_angles / sigma_angle[..., None, None], by_sums / sigma_path[..., None]
    jacobian = np.concatenate(
        [np.broadcast_to(by_angles, (*lead, 2, 3)), np.broadcast_to(by_sums, (*lead, n_pairs, 3))], axis=-2
    )
    return _inverse(fisher_information(jacobian, 1.0), "target")


def _inverse(information, name):
    """The bound of an information matrix, or ``ValueError`` naming the argument that makes it singular."""
    try:
        return cramer_rao_bound(information)
    except ValueError as error:
        raise ValueError(f"{name}: the measurements do not fix it ({error})") from None


def direction_crlb(
    target: ArrayLike,
    receiver: ArrayLike,
    semi_focals: ArrayLike,
    sigma_angle: ArrayLike,
    sigma_path: ArrayLike,
) -> np.ndarray:
    """Smallest covariance of the direction at the receiver: :func:`position_crlb` seen from there.

    Parameters
    ----------
    target, receiver : array_like, shape (..., 3)
        Points [m].
    semi_focals, sigma_angle, sigma_path : array_like
        As in :func:`position_crlb`.

    Returns
    -------
    ndarray, shape (..., 2, 2)
        Covariance of signed azimuth and elevation [rad^2].

    Raises
    ------
    ValueError
        As :func:`position_crlb`; and if the target stands straight above or below the receiver.

    Examples
    --------
    >>> covariance = direction_crlb(
    ...     (500.0, 1000.0, 700.0), (200.0, -400.0, -30.0), (1200.0, 800.0), sigma_angle=0.01, sigma_path=1.0
    ... )
    >>> np.rad2deg(np.sqrt(np.diag(covariance))).round(2)
    array([0.22, 0.46])
    """
    target, receiver = points("target", target), points("receiver", receiver)
    position = position_crlb(target, semi_focals, sigma_angle, sigma_path)
    common_shape(
        target=target.shape[:-1],
        receiver=receiver.shape[:-1],
        semi_focals=np.shape(semi_focals)[:-1],
        sigma_angle=np.shape(sigma_angle),
        sigma_path=np.shape(sigma_path)[:-1],
    )
    offset = target - receiver
    require(
        np.any(offset[..., :2] != 0, axis=-1),
        "target",
        offset[..., 2],
        "it must not stand straight above or below the receiver (height shown)",
    )
    return transform_bound(position, direction_jacobian(target, receiver))


def scan_crlb(
    radar: Radar, azimuth: ArrayLike, elevation: ArrayLike, middle: ArrayLike, snr: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on what one scan of the first surface measures: departure angles and path sums.

    Of the signal (1)-(6), ``alpha_j g_b(q) exp(-j 2 pi f_k d_j / c)`` in white noise, with the complex gain
    alpha_j of each pair unknown. What a gain could imitate is projected out of the derivatives (variable
    projection); what is left of directions and of delays is orthogonal, so they bound separately.

    Parameters
    ----------
    radar : irsnb.elliptic.Radar
    azimuth, elevation : array_like, shape (...)
        True departure angles [rad].
    middle : array_like, shape (2,)
        Azimuth and elevation of the middle of the sector [rad].
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
    checks.instance("radar", radar, Radar)
    snr = np.atleast_1d(real_array("snr", snr))
    require(snr > 0, "snr", snr, "it is a ratio of powers and must be above 0")
    cosines = direction_cosines(azimuth, elevation)
    common_shape(azimuth=np.shape(azimuth), elevation=np.shape(elevation), snr=snr.shape[:-1])
    response, gradient = beam_responses(radar, cosines, sector_cosines(middle))
    energy = np.sum(response**2, axis=-1)
    along = np.einsum("...b,...bp->...p", response, gradient) / energy[..., None]
    across = gradient - response[..., None] * along[..., None, :]
    by_angles = across @ ray_jacobian(azimuth, elevation)[..., 1:, :]
    # A complex sample of unit noise has a deviation of sqrt(1/2) in each of its two parts.
    subcarriers_and_pairs = radar.subcarriers * snr.sum(axis=-1)
    whitened = by_angles / np.sqrt(0.5 / subcarriers_and_pairs)[..., None, None]
    slopes = np.sum((2 * np.pi / speed_of_light * radar.frequencies) ** 2)
    return (
        _inverse(fisher_information(whitened, 1.0), "azimuth and elevation"),
        np.sqrt(0.5 / (snr * energy[..., None] * slopes)),
    )
