"""Baselines of elliptic localization: positions from equations that are linear in the position.

Duan et al. (2025) place their work in elliptic localization and cite Rui and Ho (2014), their [43]; the two
classical closed forms of that field stand here beside :func:`irsnb.elliptic.locate`.
"""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import choice, common_shape, real_array, require
from irsnb.elliptic.scene import checked_surfaces
from irsnb.geometry import ray_jacobian, unit_vector_unchecked

__all__ = ["LINEAR_METHODS", "locate_sums"]

LINEAR_METHODS = ("spherical-interpolation", "two-step")
"""Methods of :func:`locate_sums`."""

_ROUNDS = 2


def locate_sums(
    surfaces: ArrayLike,
    path_sums: ArrayLike,
    *,
    azimuth: ArrayLike | None = None,
    elevation: ArrayLike | None = None,
    sigma_angle: float | None = None,
    sigma_path: ArrayLike = 1.0,
    method: str = "two-step",
) -> np.ndarray:
    """Position from path sums by closed forms, with departure angles or without.

    Squaring ``|p - s| = d - R`` with R = ``|p|``, all seen from the first surface, leaves
    ``s.p - d R = (|s|^2 - d^2) / 2``: linear in p and R together. Departure angles add
    ``e.p = 0`` for the two directions e across the measured ray.

    ``"spherical-interpolation"`` (Smith and Abel 1987) solves these equations by least squares and lets R be
    free. ``"two-step"`` (Chan and Ho 1994; for ellipses Rui and Ho 2014) weights them by the noise they
    have at the estimate, ``|p - s| sigma_path`` and ``R sigma_angle``, and then corrects p and R by weighted
    least squares so that R is the length of p.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        The first sends [m]. Without angles four pairs that are not in one plane are needed, as p and R are
        four unknowns.
    path_sums : array_like, shape (..., M)
        First surface - target - other surface [m].
    azimuth, elevation : array_like, shape (...), optional
        Departure angles at the first surface [rad]; both or neither.
    sigma_angle : float, optional
        Standard deviation of each angle [rad]; needed with angles.
    sigma_path : array_like, shape () or (M,)
        Standard deviation of each path sum [m]; only ratios matter without angles.
    method : {"spherical-interpolation", "two-step"}

    Returns
    -------
    ndarray, shape (..., 3)
        [m].

    Raises
    ------
    ValueError
        If a value is not finite or allowed, the shapes do not fit, only one angle or angles without their
        sigma are given, or the equations leave the position open (surfaces on a line or in a plane, without
        angles).

    Examples
    --------
    >>> surfaces = [(0, 0, 0), (800, 0, 0), (0, 800, 0), (800, 800, 100), (-500, 300, 200)]
    >>> locate_sums(surfaces, [1144.76, 1004.99, 1144.76, 1322.55], method="two-step").round(0)
    array([300., 400.,  50.])
    """
    method = choice("method", method, LINEAR_METHODS)
    surfaces = checked_surfaces(surfaces, batch=False)
    path_sums, others = real_array("path_sums", path_sums), surfaces[1:] - surfaces[0]
    n_pairs = len(others)
    if path_sums.ndim == 0 or path_sums.shape[-1] != n_pairs:
        raise ValueError(
            f"path_sums: got shape {path_sums.shape}; its last axis must hold {n_pairs}, one a pair"
        )
    focal = np.linalg.norm(others, axis=-1)
    require(path_sums > focal, "path_sums", path_sums, "each must exceed the distance of its two surfaces")
    sigma_path = checks.positive("sigma_path", sigma_path, "m")
    if sigma_path.shape not in ((), (n_pairs,)):
        raise ValueError(f"sigma_path: got shape {sigma_path.shape}; it must be () or ({n_pairs},)")
    given = {"azimuth": azimuth, "elevation": elevation, "sigma_angle": sigma_angle}
    shapes = {"path_sums": path_sums.shape[:-1]}
    if any(value is not None for value in given.values()):
        for name, value in given.items():
            if value is None:
                raise ValueError(f"{name}: got None; azimuth, elevation and sigma_angle come together")
        azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
        sigma_angle = checks.real_number("sigma_angle", sigma_angle)
        require(sigma_angle > 0, "sigma_angle", sigma_angle, "it must be above 0 rad")
        shapes |= {"azimuth": azimuth.shape, "elevation": elevation.shape}
    rows = common_shape(**shapes)
    path_sums = np.broadcast_to(path_sums, (*rows, n_pairs))
    matrix = np.concatenate([np.broadcast_to(others, (*rows, n_pairs, 3)), -path_sums[..., None]], axis=-1)
    right = (focal - path_sums) * (focal + path_sums) / 2
    across = None
    if azimuth is not None:
        across = _across(azimuth, elevation, rows)
        matrix = np.concatenate([matrix, across], axis=-2)
        right = np.concatenate([right, np.zeros((*rows, 2))], axis=-1)
    if matrix.shape[-2] < 4:
        raise ValueError(
            f"surfaces: got {n_pairs} pairs; four equations are needed for a position and its range"
        )
    # In place of the lengths that are not known yet: half of each sum.
    noise = _noise(path_sums / 2, path_sums.mean(axis=-1) / 2, sigma_path, sigma_angle)
    solved, _ = _weighted(matrix, right, noise)
    if method == "spherical-interpolation":
        return surfaces[0] + solved[..., :3]
    for _ in range(_ROUNDS):
        position = solved[..., :3]
        back = np.linalg.norm(position[..., None, :] - others, axis=-1)
        noise = _noise(back, np.linalg.norm(position, axis=-1), sigma_path, sigma_angle)
        solved, information = _weighted(matrix, right, noise)
        solved = _onto_cone(solved, information)
    return surfaces[0] + solved[..., :3]


def _across(azimuth, elevation, rows):
    """Equations (..., 2, 4) of the two directions across the measured ray; the azimuth's is level."""
    turn = ray_jacobian(azimuth, elevation)
    level = np.cos(elevation)[..., None]
    flat = unit_vector_unchecked(azimuth + np.pi / 2, np.zeros_like(elevation))
    out = np.zeros((*rows, 2, 4))
    # Divided by the level part, the azimuth's row has the range as its noise per radian, as the elevation's.
    out[..., 0, :3] = flat / np.where(level > 1e-6, level, 1.0)
    out[..., 1, :3] = turn[..., 1]
    return out


def _noise(back, distance, sigma_path, sigma_angle):
    """Standard deviations (..., M or M + 2) of the equations [m^2, m]."""
    noise = back * sigma_path
    if sigma_angle is None:
        return noise
    angles = np.repeat(np.asarray(distance * sigma_angle)[..., None], 2, axis=-1)
    return np.concatenate([noise, angles], axis=-1)


def _weighted(matrix, right, noise):
    """Weighted least squares (..., 4) and its information (..., 4, 4)."""
    matrix, right = matrix / noise[..., None], right / noise
    scale = np.linalg.norm(matrix, axis=-2, keepdims=True)
    require(
        scale > 0,
        "surfaces",
        scale,
        "the equations leave the position open: they stand on a line or in a plane",
    )
    q, r = np.linalg.qr(matrix / scale)
    pivots = np.abs(np.diagonal(r, axis1=-2, axis2=-1)).min(axis=-1)
    require(pivots > 1e-9, "surfaces", pivots, "the equations leave the position open: give more, or angles")
    solved = np.linalg.solve(r, np.swapaxes(q, -1, -2) @ right[..., None])[..., 0] / scale[..., 0, :]
    return solved, np.swapaxes(matrix, -1, -2) @ matrix


def _onto_cone(solved, information):
    """The point with R = |p| that is nearest under the information, to first order about |p|."""
    position = solved[..., :3]
    length = np.linalg.norm(position, axis=-1)
    slope = np.zeros((*solved.shape, 3))
    slope[..., :3, :] = np.eye(3)
    slope[..., 3, :] = position / length[..., None]
    missed = solved.copy()
    missed[..., :3], missed[..., 3] = 0.0, solved[..., 3] - length
    weighted = np.swapaxes(slope, -1, -2) @ information
    step = np.linalg.solve(weighted @ slope, weighted @ missed[..., None])[..., 0]
    position = position + step
    return np.concatenate([position, np.linalg.norm(position, axis=-1, keepdims=True)], axis=-1)
