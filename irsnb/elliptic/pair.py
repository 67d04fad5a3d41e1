"""One pair of surfaces at a time: Duan et al. (2025), section 3, and how its answer moves with the noise."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, points, real_array, require
from irsnb.elliptic.scene import checked_ellipse, checked_surfaces
from irsnb.geometry import direction_jacobian, ray_jacobian, unit_vector_unchecked

__all__ = ["locate_pair", "pair_directions", "pair_positions", "pair_sensitivities"]

_BLOCK = 2**15


def locate_pair(
    azimuth: ArrayLike, elevation: ArrayLike, path_sum: ArrayLike, semi_focal: ArrayLike
) -> np.ndarray:
    """Position of the target from one pair, in its own frame: where the departure ray meets the ellipse.

    Algorithm 1 of Duan et al. (2025), eqs. (9)-(16), without its "solve": about its focus S1 the ellipse
    (10) reads ``R = (a^2 - c^2) / (a - c cos(alpha))`` with ``cos(alpha) = cos(theta_r) cos(phi_r)`` from
    (11), so that (13) is explicit and (14), (16) follow.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Departure angles theta_r, phi_r at the first surface [rad]; elevation within +-pi/2.
    path_sum : array_like, shape (...)
        Whole path sum, 2 a [m].
    semi_focal : array_like, shape (...)
        Half the distance between the two surfaces, c [m]; 0 <= 2 c < 2 a.

    Returns
    -------
    ndarray, shape (..., 3)
        Target in the frame whose origin is the first surface and whose x axis points to the second [m].

    Raises
    ------
    ValueError
        If a value is not finite, an elevation lies beyond +-pi/2, c is negative, the path sum does not exceed
        2 c, or the shapes do not broadcast.

    Examples
    --------
    A path of 10 m over two surfaces 6 m apart, leaving at right angles to the line between them:

    >>> locate_pair(np.pi / 2, 0.0, 10.0, 3.0).round(9) + 0.0
    array([0. , 3.2, 0. ])
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    path_sum, semi_focal = checked_ellipse(path_sum, semi_focal)
    lead = common_shape(
        azimuth=azimuth.shape, elevation=elevation.shape, path_sum=path_sum.shape, semi_focal=semi_focal.shape
    )
    if np.prod(lead) <= _BLOCK:
        return locate_pair_unchecked(azimuth, elevation, path_sum, semi_focal)
    # A million targets at once would spend their time fetching fresh memory: work through the cache instead.
    out = np.empty((*lead, 3))
    step = max(1, _BLOCK // int(np.prod(lead[1:])))
    for start in range(0, lead[0], step):
        rows = slice(start, start + step)
        out[rows] = locate_pair_unchecked(
            *(
                array[rows] if array.ndim == len(lead) and len(array) > 1 else array
                for array in (azimuth, elevation, path_sum, semi_focal)
            )
        )
    return out


def locate_pair_unchecked(
    azimuth: np.ndarray, elevation: np.ndarray, path_sum: np.ndarray, semi_focal: np.ndarray
) -> np.ndarray:
    """:func:`locate_pair` for callers that have checked their values already."""
    ray = unit_vector_unchecked(azimuth, elevation)
    semi_major = path_sum / 2
    # (a - c)(a + c) keeps its digits where a is close to c, a^2 - c^2 does not.
    distance = (semi_major - semi_focal) * (semi_major + semi_focal) / (semi_major - semi_focal * ray[..., 0])
    if distance.shape == ray.shape[:-1]:
        ray *= distance[..., None]
        return ray
    return distance[..., None] * ray


def checked_measurements(
    surfaces: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, path_sums: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return surfaces, angles and path sums (NaN where one is missing) that fit, or raise ``ValueError``."""
    surfaces = checked_surfaces(surfaces, batch=False)
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    path_sums, n_pairs = real_array("path_sums", path_sums, missing=True), len(surfaces) - 1
    if path_sums.ndim == 0 or path_sums.shape[-1] != n_pairs:
        raise ValueError(
            f"path_sums: got shape {path_sums.shape}; its last axis must hold one for each of the "
            f"{n_pairs} surfaces after the first"
        )
    common_shape(azimuth=azimuth.shape, elevation=elevation.shape, path_sums=path_sums.shape[:-1])
    focal = np.linalg.norm(surfaces[1:] - surfaces[0], axis=-1)
    require(
        np.isnan(path_sums) | ((path_sums > focal) & (path_sums < np.inf)),
        "path_sums",
        path_sums,
        "each must be finite and exceed the distance of its two surfaces",
    )
    measured = ~np.isnan(path_sums).all(axis=-1)
    require(measured, "path_sums", path_sums[..., 0], "at least one of each row must be measured")
    return surfaces, azimuth, elevation, path_sums


def pair_positions(
    surfaces: ArrayLike, azimuth: ArrayLike, elevation: ArrayLike, path_sums: ArrayLike
) -> np.ndarray:
    """Position of the target from each pair alone, in the world, for surfaces that stand anywhere.

    Along the departure ray u the path sum d of a surface at s, seen from the first, is reached at the
    distance ``R = (d^2 - |s|^2) / (2 (d - u.s))``: the polar form of (10) in :func:`locate_pair`.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        The first sends and measures the departure [m].
    azimuth, elevation : array_like, shape (...)
        Departure angles in world axes [rad].
    path_sums : array_like, shape (..., M)
        [m]; NaN where one is missing.

    Returns
    -------
    ndarray, shape (..., M, 3)
        [m]; NaN where the path sum is missing.

    Raises
    ------
    ValueError
        If a value is not allowed, no sum of a row is measured, or the shapes do not fit.

    Examples
    --------
    >>> pair_positions([(0, 0, 0), (6, 0, 0), (0, 8, 0)], np.pi / 2, 0.0, [10.0, 9.0]).round(2) + 0.0
    array([[0. , 3.2, 0. ],
           [0. , 8.5, 0. ]])
    """
    surfaces, azimuth, elevation, path_sums = checked_measurements(surfaces, azimuth, elevation, path_sums)
    return positions_unchecked(surfaces, azimuth, elevation, path_sums)


def positions_unchecked(
    surfaces: np.ndarray, azimuth: np.ndarray, elevation: np.ndarray, path_sums: np.ndarray
) -> np.ndarray:
    """:func:`pair_positions` for callers that have checked their values already."""
    others = surfaces[1:] - surfaces[0]
    ray, focal = unit_vector_unchecked(azimuth, elevation), np.linalg.norm(others, axis=-1)
    along = np.sum(ray[..., None, :] * others, axis=-1)
    distance = (path_sums - focal) * (path_sums + focal) / (2 * (path_sums - along))
    return surfaces[0] + distance[..., None] * ray[..., None, :]


def pair_directions(
    surfaces: ArrayLike,
    receiver: ArrayLike,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
) -> np.ndarray:
    """Direction of the target at the receiver by each pair alone: what the weights (21)-(22) combine.

    ``np.sum(direction_weights(...) * pair_directions(...), axis=-1)`` is the combined azimuth and elevation.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        [m].
    receiver : array_like, shape (..., 3)
        [m].
    azimuth, elevation, path_sums : array_like
        As in :func:`pair_positions`.

    Returns
    -------
    ndarray, shape (2, ..., M)
        Signed azimuth and elevation [rad]; 0 where the path sum is missing, as its weight is. The azimuths of
        a row lie within a half turn of the first measured one, so that they can be averaged.

    Raises
    ------
    ValueError
        As :func:`pair_positions`; and if a pair's position is the receiver's.

    Examples
    --------
    >>> surfaces, receiver = [(0, 0, 0), (1600, 0, 0), (800, 0, 0)], (200, -400, -30)
    >>> np.rad2deg(pair_directions(surfaces, receiver, 1.0, 0.8, [3700.0, 3500.0])).round(1).tolist()
    [[71.9, 71.7], [40.8, 40.8]]
    """
    surfaces, azimuth, elevation, path_sums = checked_measurements(surfaces, azimuth, elevation, path_sums)
    receiver = points("receiver", receiver)
    common_shape(
        receiver=receiver.shape[:-1],
        azimuth=azimuth.shape,
        elevation=elevation.shape,
        path_sums=path_sums.shape[:-1],
    )
    offset = positions_unchecked(surfaces, azimuth, elevation, path_sums) - receiver[..., None, :]
    require((offset != 0).any(axis=-1), "receiver", offset[..., 0], "a pair's position must not be there")
    level = np.hypot(offset[..., 0], offset[..., 1])
    azimuths, elevations = np.arctan2(offset[..., 1], offset[..., 0]), np.arctan2(offset[..., 2], level)
    measured = ~np.isnan(azimuths)
    first = np.take_along_axis(azimuths, measured.argmax(axis=-1)[..., None], axis=-1)
    azimuths = first + (azimuths - first + np.pi) % (2 * np.pi) - np.pi
    return np.where(measured, np.stack([azimuths, elevations]), 0.0)


def pair_sensitivities(
    surfaces: ArrayLike, receiver: ArrayLike, targets: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """How each pair's direction answers to small errors of the departure angles and of its path sum.

    Moving along a pair's ellipsoid, the position changes by ``R du + u dR``; from the polar form,
    ``dR = R (s.du) / D + |p - s| dd / D`` with ``D = d - u.s``. For surfaces on a line the gradients by the
    angles lie on one straight line: pairs differ in the number ``|s| / D`` alone.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        [m].
    receiver, targets : array_like, shape (..., 3)
        [m]; they broadcast.

    Returns
    -------
    by_angles : ndarray, shape (2, ..., M, 2)
        Derivatives of signed azimuth and elevation at the receiver (first axis) by departure azimuth and
        elevation (last axis) [rad/rad].
    by_sums : ndarray, shape (2, ..., M)
        Derivatives by the pair's own path sum [rad/m].

    Raises
    ------
    ValueError
        If a value is not finite, the shapes do not fit, or a target stands on the line between two surfaces,
        straight above or below the first one or the receiver.

    Examples
    --------
    >>> surfaces = [(0, 0, 0), (800, 0, 0), (1600, 0, 0)]
    >>> by_angles, by_sums = pair_sensitivities(surfaces, (200, -400, -30), (700, 1200, 1400))
    >>> by_angles[0].round(2).tolist()
    [[0.83, 0.2], [0.86, 0.22]]
    """
    surfaces = checked_surfaces(surfaces, batch=False)
    receiver, targets = points("receiver", receiver), points("targets", targets)
    common_shape(receiver=receiver.shape[:-1], targets=targets.shape[:-1])
    offset = targets - surfaces[0]
    level = np.hypot(offset[..., 0], offset[..., 1])
    require(level > 0, "targets", offset[..., 2], "none may stand straight above the first surface (height)")
    others = surfaces[1:] - surfaces[0]
    focal = np.linalg.norm(others, axis=-1)
    sums = np.linalg.norm(offset, axis=-1)[..., None] + np.linalg.norm(offset[..., None, :] - others, axis=-1)
    require(
        sums > focal * (1 + 1e-12),
        "targets",
        sums,
        "none may stand on the line between two surfaces (path sum shown, not above their distance)",
    )
    away = targets - receiver
    require(
        np.hypot(away[..., 0], away[..., 1]) > 0,
        "targets",
        away[..., 2],
        "none may stand straight above or below the receiver (height shown)",
    )
    return sensitivities_unchecked(surfaces, receiver, targets)


def sensitivities_unchecked(
    surfaces: np.ndarray, receiver: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """:func:`pair_sensitivities` for callers that have checked their values already."""
    others, offset = surfaces[1:] - surfaces[0], targets - surfaces[0]
    distance = np.linalg.norm(offset, axis=-1)
    ray = offset / distance[..., None]
    back = np.linalg.norm(offset[..., None, :] - others, axis=-1)
    apart = distance[..., None] + back - np.sum(ray[..., None, :] * others, axis=-1)
    level = np.hypot(offset[..., 0], offset[..., 1])
    turn = ray_jacobian(np.arctan2(offset[..., 1], offset[..., 0]), np.arctan2(offset[..., 2], level))
    # (..., M, 3, 2): the ray turns, and the distance along it follows the ellipsoid.
    along = (others @ turn) / apart[..., None]
    moved = distance[..., None, None, None] * (
        turn[..., None, :, :] + ray[..., None, :, None] * along[..., :, None, :]
    )
    to_direction = direction_jacobian(targets, receiver)
    by_angles = to_direction[..., None, :, :] @ moved
    by_sums = (back / apart)[..., None, :] * (to_direction @ ray[..., None])
    return np.moveaxis(by_angles, -2, 0), np.moveaxis(by_sums, -2, 0)
