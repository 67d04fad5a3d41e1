"""The arithmetic of :func:`irsnb.elliptic.fuse`, compiled. Importing this module loads numba."""

import numpy as np

from irsnb.compiled import compiled

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""


@compiled()
def fusion_starts(azimuth, elevation, sums, focals):
    """Mean of the pairs' positions, Duan et al. (2025), eq. (16), in cylindrical coordinates about x.

    Parameters
    ----------
    azimuth, elevation : ndarray, shape (n,)
        [rad].
    sums, focals : ndarray, shape (n, M)
        Path sums, NaN where one is missing, and semi-focal lengths [m].

    Returns
    -------
    ndarray, shape (n, 3)
        Along the axis, distance from it [m], turn about it [rad].
    """
    out = np.empty((len(azimuth), 3))
    for i in range(len(out)):
        level = np.cos(elevation[i])
        x, y, z = level * np.cos(azimuth[i]), level * np.sin(azimuth[i]), np.sin(elevation[i])
        distance, count = 0.0, 0
        for j in range(sums.shape[1]):
            a, c = sums[i, j] / 2, focals[i, j]
            if not np.isnan(a):
                distance += (a - c) * (a + c) / (a - c * x)
                count += 1
        distance /= count
        out[i, 0], out[i, 1], out[i, 2] = distance * x, distance * np.hypot(y, z), np.arctan2(z, y)
    return out


@compiled()
def fusion_residuals(state, azimuth, elevation, angle_weight, sums, focals, sum_weights):
    """Residuals in standard deviations and their Jacobian, for :func:`irsnb.fitting.descend`.

    Parameters
    ----------
    state : ndarray, shape (n, 3)
        As from :func:`fusion_starts`.
    azimuth, elevation, angle_weight : ndarray, shape (n,)
        Measured angles [rad] and the reciprocal of their standard deviation.
    sums, focals, sum_weights : ndarray, shape (n, M)
        Measured path sums and semi-focal lengths [m]; reciprocals of the sums' standard deviations, 0 where a
        sum is missing.

    Returns
    -------
    residuals : ndarray, shape (n, 2 + M)
    jacobian : ndarray, shape (n, 2 + M, 3)
    """
    n, n_pairs = sums.shape
    residuals, jacobian = np.empty((n, 2 + n_pairs)), np.empty((n, 2 + n_pairs, 3))
    tiny = np.finfo(np.float64).tiny
    for i in range(n):
        x, rho, turn = state[i]
        cos, sin = np.cos(turn), np.sin(turn)
        y, z = rho * cos, rho * sin
        level = max(np.hypot(x, y), tiny)
        distance = max(np.hypot(x, rho), tiny)
        weight = angle_weight[i]
        off = np.arctan2(y, x) - azimuth[i]
        residuals[i, 0] = ((off + np.pi) % (2 * np.pi) - np.pi) * weight
        residuals[i, 1] = (np.arctan2(z, level) - elevation[i]) * weight
        by_x, by_y = -y / level / level * weight, x / level / level * weight
        jacobian[i, 0, 0], jacobian[i, 0, 1], jacobian[i, 0, 2] = by_x, by_y * cos, -by_y * z
        fall = -z / level / distance / distance * weight
        by_x, by_y = fall * x, fall * y
        by_z = level / distance / distance * weight
        jacobian[i, 1, 0] = by_x
        jacobian[i, 1, 1], jacobian[i, 1, 2] = by_y * cos + by_z * sin, by_z * y - by_y * z
        for j in range(n_pairs):
            along = x - 2 * focals[i, j]
            length, weight = max(np.hypot(along, rho), tiny), sum_weights[i, j]
            missed = distance + length - sums[i, j] if weight > 0 else 0.0
            residuals[i, 2 + j] = missed * weight
            jacobian[i, 2 + j, 0] = (x / distance + along / length) * weight
            jacobian[i, 2 + j, 1] = (rho / distance + rho / length) * weight
            jacobian[i, 2 + j, 2] = 0.0
    return residuals, jacobian


@compiled()
def from_cylindrical(state):
    """Positions (n, 3) of coordinates as from :func:`fusion_starts`, and their derivatives (n, 3, 3)."""
    position, slopes = np.empty((len(state), 3)), np.zeros((len(state), 3, 3))
    for i in range(len(state)):
        x, rho, turn = state[i]
        cos, sin = np.cos(turn), np.sin(turn)
        position[i, 0], position[i, 1], position[i, 2] = x, rho * cos, rho * sin
        slopes[i, 0, 0] = 1.0
        slopes[i, 1, 1], slopes[i, 1, 2] = cos, -rho * sin
        slopes[i, 2, 1], slopes[i, 2, 2] = sin, rho * cos
    return position, slopes
