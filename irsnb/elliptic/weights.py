"""Weights that combine the directions of the pairs: the paper's, and two that answer its section 6."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import choice, common_shape, points, real_array, require
from irsnb.elliptic.pair import (
    checked_measurements,
    locate_pair_unchecked,
    positions_unchecked,
    sensitivities_unchecked,
)
from irsnb.elliptic.scene import checked_pairs, paper_angles_unchecked, paper_direction, require_one_each
from irsnb.geometry import direction_angles

__all__ = ["METHODS", "PAPER_METHODS", "binary_weights", "direction_weights", "perturbation_mae"]

PAPER_METHODS = ("one-pair", "mean", "binary")
"""How Duan et al. (2025) combine directions."""

METHODS = (*PAPER_METHODS, "least-variance", "best")
"""All methods of :func:`direction_weights`."""

FLOOR = 1e-7
"""Share of the angles' mean effect that is added to the variance of each pair: gradients are not exact."""


def binary_weights(eccentricities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Binary weights of the pairs: Duan et al. (2025), eqs. (21a)-(21b).

    Parameters
    ----------
    eccentricities : array_like, shape (..., M)
        Eccentricity of each pair's ellipse.

    Returns
    -------
    azimuth_weights, elevation_weights : ndarray, shape (..., M)
        One 1 each, at the smallest and at the largest eccentricity; the first of them where several tie
        (the paper's rule would give a tie two votes and a sum of 2).

    Raises
    ------
    ValueError
        If there is no pair or a value is not in [0, 1).

    Examples
    --------
    >>> binary_weights([0.5, 0.2, 0.9])
    (array([0., 1., 0.]), array([0., 0., 1.]))
    """
    eccentricities = real_array("eccentricities", eccentricities)
    if eccentricities.ndim == 0 or eccentricities.shape[-1] == 0:
        raise ValueError(f"eccentricities: got shape {eccentricities.shape}; it must be (..., M) with M >= 1")
    inside = (eccentricities >= 0) & (eccentricities < 1)
    require(inside, "eccentricities", eccentricities, "an eccentricity of an ellipse lies in [0, 1)")
    return _one(eccentricities.argmin(-1), eccentricities), _one(eccentricities.argmax(-1), eccentricities)


def _one(index, like):
    return (np.arange(like.shape[-1]) == index[..., None]).astype(float)


def direction_weights(
    surfaces: ArrayLike,
    receiver: ArrayLike,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
    *,
    method: str,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
) -> np.ndarray:
    """Weights of the pairs' directions at the receiver, from what was measured.

    ========================  ===========================================================================
    ``"one-pair"``            the first pair that was measured
    ``"mean"``                all alike, eq. (22) of Duan et al. (2025)
    ``"binary"``              smallest eccentricity for azimuth, largest for elevation, eq. (21)
    ``"least-variance"``      least sensitive to errors of the angles; the shortest of such weights
    ``"best"``                least variance under the noise of the angles and of the path sums
    ========================  ===========================================================================

    With G (M, 2) the derivatives of the pairs' directions by the two angles and s (M,) those by their own
    path sums (:func:`pair_sensitivities`), a weighted direction has the variance ``w^T S w`` to first order,
    with ``S = sigma_angle^2 G G^T + diag(sigma_path^2 s^2)``. Among weights that sum to one the smallest is
    at ``w = S^-1 1 / (1^T S^-1 1)``: that is ``"best"``, for azimuth and elevation apart.
    ``"least-variance"`` knows nothing of the path sums and takes the same small noise for each pair, which
    makes the weights the shortest. G and s are taken at the mean of the pairs' positions, so they are a
    little off, and huge weights would show it: 1e-7 (``FLOOR``) of the mean squared gradient is added to each
    pair's variance by both methods. It keeps weights of nearly equal pairs, or of a direction that does not
    answer to range, below some 1600.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        [m].
    receiver : array_like, shape (..., 3)
        [m].
    azimuth, elevation, path_sums : array_like
        As in :func:`pair_positions`.
    method : {"one-pair", "mean", "binary", "least-variance", "best"}
    sigma_angle : array_like, shape (...), optional
        Standard deviation of each angle [rad]; only ``"best"`` asks for it.
    sigma_path : array_like, shape () or (..., M), optional
        Standard deviation of each path sum [m]; only ``"best"`` asks for it.

    Returns
    -------
    ndarray, shape (2, ..., M)
        For azimuth and elevation; each row sums to one. 0 where the path sum is missing.

    Raises
    ------
    ValueError
        As :func:`pair_directions`; and if the method is unknown, a sigma is missing or not above 0, or the
        mean of the pairs' positions is straight above or below the first surface or the receiver.

    Examples
    --------
    >>> surfaces, receiver = [(0, 0, 0), (1600, 0, 0), (800, 0, 0)], (200, -400, -30)
    >>> weights = direction_weights(surfaces, receiver, 1.0, 0.8, [3700.0, 3500.0], method="binary")
    >>> weights.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    method = choice("method", method, METHODS)
    surfaces, azimuth, elevation, path_sums = checked_measurements(surfaces, azimuth, elevation, path_sums)
    receiver = points("receiver", receiver)
    shapes = {
        "receiver": receiver.shape[:-1],
        "azimuth": azimuth.shape,
        "elevation": elevation.shape,
        "path_sums": path_sums.shape[:-1],
    }
    sigma_angle, sigma_path = _sigmas(method, sigma_angle, sigma_path, path_sums.shape[-1], shapes)
    rows = common_shape(**shapes)
    measured = np.broadcast_to(~np.isnan(path_sums), (*rows, path_sums.shape[-1]))
    if method == "one-pair":
        return np.stack([_one(measured.argmax(axis=-1), measured)] * 2)
    if method == "mean":
        return np.stack([measured / measured.sum(axis=-1, keepdims=True)] * 2)
    if method == "binary":
        focal = np.linalg.norm(surfaces[1:] - surfaces[0], axis=-1)
        e = np.broadcast_to(focal / path_sums, measured.shape)
        least, most = np.where(measured, e, np.inf).argmin(-1), np.where(measured, e, -np.inf).argmax(-1)
        return np.stack([_one(least, measured), _one(most, measured)])
    located = positions_unchecked(surfaces, azimuth, elevation, path_sums)
    center = np.broadcast_to(np.nanmean(located, axis=-2), (*rows, 3))
    for name, origin in (("elevation", surfaces[0]), ("receiver", receiver)):
        level = np.hypot(*np.moveaxis((center - origin)[..., :2], -1, 0))
        require(level > 0, name, level, "the mean of the pairs' positions is straight above or below (level)")
    by_angles, by_sums = sensitivities_unchecked(surfaces, receiver, center)
    gradients = np.where(measured[..., None], by_angles, 0)
    if method == "best":
        gradients = sigma_angle[..., None, None] * gradients
    square = np.sum(gradients**2, axis=(-1, -2)) / measured.sum(axis=-1)
    noise = np.broadcast_to((FLOOR * square)[..., None], by_sums.shape)
    if method == "best":
        noise = noise + (sigma_path * by_sums) ** 2
    return _least(gradients, np.where(measured, noise, 1.0), measured)


def _least(gradients, noise, measured):
    """Weights that sum to one over what was measured and minimise ``w^T (G G^T + diag(noise)) w``."""
    # (D + G G^T)^-1 1 by Woodbury's identity, balanced by D.
    scaled = gradients / np.sqrt(noise)[..., None]
    ones = measured / np.sqrt(noise)
    inner = np.eye(2) + np.swapaxes(scaled, -1, -2) @ scaled
    seen = np.linalg.solve(inner, (np.swapaxes(scaled, -1, -2) @ ones[..., None]))
    weights = (ones - (scaled @ seen)[..., 0]) / np.sqrt(noise)
    return weights / weights.sum(axis=-1, keepdims=True)


def _sigmas(method, sigma_angle, sigma_path, n_pairs, shapes):
    """The two sigmas, checked; ``None`` where they are not given and not needed."""
    for name, value in (("sigma_angle", sigma_angle), ("sigma_path", sigma_path)):
        if value is None and method == "best":
            raise ValueError(f"{name}: got None; method 'best' needs both sigmas")
    if sigma_angle is not None:
        sigma_angle = checks.positive("sigma_angle", sigma_angle, "rad")
        shapes["sigma_angle"] = sigma_angle.shape
    if sigma_path is not None:
        sigma_path = checks.positive("sigma_path", sigma_path, "m")
        require_one_each("sigma_path", sigma_path, n_pairs)
        shapes["sigma_path"] = sigma_path.shape[:-1]
    return sigma_angle, sigma_path


def perturbation_mae(
    target: ArrayLike,
    receiver: ArrayLike,
    semi_focals: ArrayLike,
    d_azimuth: ArrayLike,
    d_elevation: ArrayLike,
    method: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean absolute error of the direction when both departure angles are off: Duan et al. (2025), eq. (23).

    The departure angles are shifted once by +(d_azimuth, d_elevation) and once by -(d_azimuth,
    d_elevation), the path sums stay exact, each pair is located, its direction read in the paper's own
    forms (17)-(18), the pairs are combined, and the two absolute errors averaged.

    Parameters
    ----------
    target : array_like, shape (..., 3)
        Target in the frame of the surfaces [m].
    receiver : array_like, shape (..., 3)
        Receiving array [m].
    semi_focals : array_like, shape (..., M) or ()
        Semi-focal lengths of the M pairs [m]; one number stands for one pair.
    d_azimuth, d_elevation : array_like, shape (...)
        Perturbations of the departure angles [rad].
    method : {"one-pair", "mean", "binary"}
        One pair alone, the mean (22), or binary weighting (21).

    Returns
    -------
    mae_azimuth, mae_elevation : ndarray, shape (...)
        In radians; the leading axes of all inputs broadcast.

    Raises
    ------
    ValueError
        If the method is unknown; there is no pair, or more than one with ``"one-pair"``; a value is not
        finite; the shapes do not broadcast; a target stands on the line between two surfaces (its path sum
        is the focal distance) or straight above or below the receiver.

    Examples
    --------
    Both angles off by one degree, seen through one pair of surfaces 1600 m apart:

    >>> shift, target, receiver = np.deg2rad(1), (700, 1200, 1400), (200, -400, -30)
    >>> np.rad2deg(perturbation_mae(target, receiver, 800, shift, shift, "one-pair")).round(2).tolist()
    [1.08, 0.75]
    """
    choice("method", method, PAPER_METHODS)
    target, receiver = points("target", target), points("receiver", receiver)
    semi_focals = checked_pairs(semi_focals)
    d_azimuth = checks.azimuth("d_azimuth", d_azimuth)
    d_elevation = checks.elevation("d_elevation", d_elevation)
    n_pairs = semi_focals.shape[-1]
    if method == "one-pair" and n_pairs != 1:
        raise ValueError(f"semi_focals: got {n_pairs} pairs; method 'one-pair' takes exactly one")
    common_shape(
        target=target.shape[:-1],
        receiver=receiver.shape[:-1],
        semi_focals=semi_focals.shape[:-1],
        d_azimuth=d_azimuth.shape,
        d_elevation=d_elevation.shape,
    )
    true_azimuth, true_elevation = paper_direction(target, receiver)
    sums = _path_sum_off_line(target, semi_focals)
    azimuth, elevation, _ = direction_angles(target)
    weights = _paper_weights(2 * semi_focals / sums, method)
    mae_azimuth, mae_elevation = 0.0, 0.0
    for sign in (1, -1):
        located = locate_pair_unchecked(
            np.asarray(azimuth + sign * d_azimuth)[..., None],
            np.asarray(elevation + sign * d_elevation)[..., None],
            sums,
            semi_focals,
        )
        azimuths, elevations = paper_angles_unchecked(located - receiver[..., None, :])
        mae_azimuth = mae_azimuth + np.abs(np.sum(weights[0] * azimuths, axis=-1) - true_azimuth) / 2
        mae_elevation = mae_elevation + np.abs(np.sum(weights[1] * elevations, axis=-1) - true_elevation) / 2
    return mae_azimuth, mae_elevation


def _path_sum_off_line(target, semi_focals):
    """Path sums (..., M) of a target that must not stand on the line between two surfaces."""
    # There the path sum rounds to the focal distance, not below it.
    across = np.hypot(target[..., 1], target[..., 2])[..., None]
    sums = np.linalg.norm(target, axis=-1)[..., None] + np.hypot(target[..., :1] - 2 * semi_focals, across)
    require(
        sums > 2 * semi_focals * (1 + 1e-12),
        "target",
        sums,
        "it must not stand on the line between two surfaces (path sum shown, not above the focal distance)",
    )
    return sums


def _paper_weights(eccentricities, method):
    if method == "binary":
        return binary_weights(eccentricities)
    return (np.full_like(eccentricities, 1 / eccentricities.shape[-1]),) * 2
