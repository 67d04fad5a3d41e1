"""Cramér–Rao bounds for a target seen through pairs of surfaces: angle noise and path-sum noise.

The paper derives no bound; the measurement model is the one its algorithm implies: two departure
angles common to all pairs and one path sum for each pair, each with independent Gaussian noise. How small
that noise can be is the waveform's bound, :func:`scan_crlb`.
"""

import numpy as np
from scipy.constants import speed_of_light

from irsnb.bounds import cramer_rao_bound, fisher_information, transform_bound
from irsnb.checks import common_shape, points, real_array, require
from irsnb.elliptic.model import checked_pairs, second_surface
from irsnb.elliptic.waveform import beam_responses, direction_cosines
from irsnb.geometry import direction_jacobian, ray_jacobian


def position_crlb(target, semi_focals, sigma_angle, sigma_path):
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
        or the target stands on a surface or straight above the first one.
    """
    target = points("target", target)
    semi_focals = checked_pairs(semi_focals)
    sigma_angle, sigma_path = real_array("sigma_angle", sigma_angle), real_array("sigma_path", sigma_path)
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
    require(sigma_angle > 0, "sigma_angle", sigma_angle, "it must be above 0 rad")
    require(sigma_path > 0, "sigma_path", sigma_path, "it must be above 0 m")
    offsets = target[..., None, :] - second_surface(semi_focals)
    lengths = np.linalg.norm(offsets, axis=-1, keepdims=True)
    require(lengths > 0, "target", target, "it must not stand on a second surface")
    by_angles = direction_jacobian(target, np.zeros(3))
    by_sums = (target / np.linalg.norm(target, axis=-1, keepdims=True))[..., None, :] + offsets / lengths
    jacobian = np.concatenate(
        [np.broadcast_to(by_angles, (*lead, 2, 3)), np.broadcast_to(by_sums, (*lead, n_pairs, 3))], axis=-2
    )
    sigma = np.concatenate(
        [
            np.broadcast_to(sigma_angle[..., None], (*lead, 2)),
            np.broadcast_to(sigma_path, (*lead, n_pairs)),
        ],
        axis=-1,
    )
    return cramer_rao_bound(fisher_information(jacobian, sigma**2))


def direction_crlb(target, receiver, semi_focals, sigma_angle, sigma_path):
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
    """
    receiver = points("receiver", receiver)
    position = position_crlb(target, semi_focals, sigma_angle, sigma_path)
    return transform_bound(position, direction_jacobian(target, receiver))


def scan_crlb(radar, azimuth, elevation, middle, snr):
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
        If a value is not finite, a ratio is not above 0, or the shapes do not broadcast.
    """
    snr = np.atleast_1d(real_array("snr", snr))
    require(snr > 0, "snr", snr, "it is a ratio of powers and must be above 0")
    cosines = direction_cosines(azimuth, elevation)
    lead = common_shape(azimuth_and_elevation=cosines.shape[:-1], snr=snr.shape[:-1])
    response, gradient = beam_responses(radar, cosines, direction_cosines(*middle))
    energy = np.sum(response**2, axis=-1)
    along = np.einsum("...b,...bp->...p", response, gradient) / energy[..., None]
    across = gradient - response[..., None] * along[..., None, :]
    by_angles = across @ ray_jacobian(azimuth, elevation)[..., 1:, :]
    # A complex sample of unit noise has a deviation of sqrt(1/2) in each of its two parts.
    subcarriers_and_pairs = radar.subcarriers * snr.sum(axis=-1)
    variance = np.broadcast_to(0.5 / subcarriers_and_pairs[..., None, None], (*lead, *by_angles.shape[-2:]))[
        ..., 0
    ]
    slopes = np.sum((2 * np.pi / speed_of_light * radar.frequencies) ** 2)
    return (
        cramer_rao_bound(
            fisher_information(np.broadcast_to(by_angles, (*lead, *by_angles.shape[-2:])), variance)
        ),
        np.sqrt(0.5 / (snr * energy[..., None] * slopes)),
    )
