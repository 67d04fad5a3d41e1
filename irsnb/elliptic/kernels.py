"""The arithmetic of :func:`irsnb.elliptic.locate`, compiled. Importing this module loads numba."""

import numpy as np

from irsnb.compiled import compiled
from irsnb.fitting_kernels import advance

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""

MOST_STEPS = 500
SETTLED = 1e-9


@compiled()
def locate_rows(azimuth, elevation, sums, others, frame, weights, mixing):
    """Fit positions to departure angles and path sums, row by row, by Levenberg-Marquardt steps.

    The steps are taken in cylindrical coordinates about the line that fits the surfaces best. Path sums of
    surfaces on a line do not see the turn about it, so the valley that exact sums make, a circle, is
    straight there. A row that does not settle so is tried once more in Cartesian coordinates.

    Parameters
    ----------
    azimuth, elevation : ndarray, shape (n,)
        [rad]. Straight up or down both angles count by their tangents, as azimuth has no meaning there.
    sums : ndarray, shape (n, M)
        NaN where one is missing [m].
    others : ndarray, shape (M, 3)
        The other surfaces, seen from the first [m].
    frame : ndarray, shape (3, 3)
        Rows: axes of the coordinates, the first along the line of surfaces.
    weights : ndarray, shape (n or 1; M + 2)
        Reciprocal standard deviations; ignored where `mixing` has rows.
    mixing : ndarray, shape (n, 1 or 0; M + 2, M + 2)
        Lower triangular matrices that whiten the measurements; no rows for independent ones.

    Returns
    -------
    position : ndarray, shape (n, 3)
        Seen from the first surface.
    misfit, settled : ndarray, shape (n,)
    normal : ndarray, shape (n, 3, 4)
        Information and gradient in the directions of `basis`.
    basis : ndarray, shape (n, 3, 3)
        Columns: along the line, away from it, and about it.
    """
    n, n_pairs = sums.shape
    n_data = n_pairs + 2
    position, misfit, settled = np.empty((n, 3)), np.empty(n), np.zeros(n, dtype=np.bool_)
    normal, bases = np.empty((n, 3, 4)), np.empty((n, 3, 3))
    residuals, gradient = np.empty((1, n_data)), np.empty((n_data, 3))
    jacobian, kept, products = np.empty((1, n_data, 3)), np.empty((1, n_data, 3)), np.empty((1, 3, 4))
    start, trial, state = np.empty(3), np.empty((1, 3)), np.empty((1, 3))
    point, basis, slopes = np.empty(3), np.empty((3, 3)), np.empty((3, 3))
    total, damping, done = np.empty(1), np.empty(1), np.zeros(1, dtype=np.bool_)
    active = np.zeros(1, dtype=np.int64)
    for i in range(n):
        _start(azimuth[i], elevation[i], sums[i], others, frame, start)
        for cylindrical in (True, False):
            _to_state(start, cylindrical, trial[0])
            state[0] = trial[0]
            damping[0], done[0], active[0] = 1e-3, False, 0
            for step in range(MOST_STEPS + 1):
                _place(trial[0], cylindrical, frame, point, basis, slopes)
                _measure(point, azimuth[i], elevation[i], sums[i], others, residuals[0], gradient)
                _whiten(i, weights, mixing, residuals[0], gradient)
                for r in range(n_data):
                    for p in range(3):
                        value = 0.0
                        for q in range(3):
                            value += gradient[r, q] * slopes[q, p]
                        jacobian[0, r, p] = value
                going = advance(
                    step == 0,
                    SETTLED,
                    active,
                    residuals,
                    jacobian,
                    trial,
                    state,
                    total,
                    damping,
                    done,
                    kept,
                    products,
                )
                if going == 0:
                    break
            if done[0]:
                break
        _place(state[0], cylindrical, frame, point, basis, slopes)
        _measure(point, azimuth[i], elevation[i], sums[i], others, residuals[0], gradient)
        _whiten(i, weights, mixing, residuals[0], gradient)
        position[i], settled[i], misfit[i] = point, done[0], 0.0
        bases[i], normal[i] = basis, 0.0
        for r in range(n_data):
            miss = residuals[0, r]
            misfit[i] += miss * miss
            for p in range(3):
                value = 0.0
                for q in range(3):
                    value += gradient[r, q] * basis[q, p]
                jacobian[0, r, p] = value
                normal[i, p, 3] += value * miss
            for p in range(3):
                for q in range(3):
                    normal[i, p, q] += jacobian[0, r, p] * jacobian[0, r, q]
    return position, misfit, settled, normal, bases


@compiled()
def _start(azimuth, elevation, sums, others, frame, start):
    """Mean of the pairs' positions, Duan et al. (2025), eq. (16), in the axes of `frame`."""
    level = np.cos(elevation)
    x, y, z = level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)
    distance, count = 0.0, 0
    for j in range(len(sums)):
        if not np.isnan(sums[j]):
            a, b, c = others[j, 0], others[j, 1], others[j, 2]
            focal = np.sqrt(a * a + b * b + c * c)
            distance += (sums[j] - focal) * (sums[j] + focal) / (2 * (sums[j] - a * x - b * y - c * z))
            count += 1
    distance /= count
    for p in range(3):
        start[p] = distance * (frame[p, 0] * x + frame[p, 1] * y + frame[p, 2] * z)


@compiled()
def _to_state(start, cylindrical, state):
    state[:] = start
    if cylindrical:
        state[1], state[2] = np.hypot(start[1], start[2]), np.arctan2(start[2], start[1])


@compiled()
def _place(state, cylindrical, frame, point, basis, slopes):
    """Write the point of a state, the unit vectors along the coordinates, and the point's derivatives."""
    radius = state[1] if cylindrical else np.hypot(state[1], state[2])
    turn = state[2] if cylindrical else np.arctan2(state[2], state[1])
    cos, sin = np.cos(turn), np.sin(turn)
    for q in range(3):
        basis[q, 0] = frame[0, q]
        basis[q, 1] = cos * frame[1, q] + sin * frame[2, q]
        basis[q, 2] = cos * frame[2, q] - sin * frame[1, q]
        point[q] = state[0] * basis[q, 0] + radius * basis[q, 1]
        for p in range(3):
            slopes[q, p] = basis[q, p] if cylindrical else frame[p, q]
        if cylindrical:
            slopes[q, 2] *= radius


@compiled()
def _measure(point, azimuth, elevation, sums, others, residuals, gradient):
    """Write what was missed, in radians and metres, and its derivatives by the point."""
    x, y, z = point
    tiny = np.finfo(np.float64).tiny
    level = max(np.hypot(x, y), tiny)
    distance = max(np.hypot(level, z), tiny)
    up = np.pi / 2 - np.abs(elevation)
    if up < 1e-6:
        # Of two steps across the vertical, the elevation's noise is all that is known.
        cos, sin = np.cos(azimuth), np.sin(azimuth)
        for r in range(2):
            a, b = (-sin, cos) if r == 0 else (cos, sin)
            miss = (a * x + b * y) / distance
            residuals[r] = miss
            gradient[r, 0] = (a - miss * x / distance) / distance
            gradient[r, 1] = (b - miss * y / distance) / distance
            gradient[r, 2] = -miss * z / distance / distance
    else:
        off = np.arctan2(y, x) - azimuth
        residuals[0] = (off + np.pi) % (2 * np.pi) - np.pi
        residuals[1] = np.arctan2(z, level) - elevation
        gradient[0, 0], gradient[0, 1], gradient[0, 2] = -y / level / level, x / level / level, 0.0
        fall = -z / level / distance / distance
        gradient[1, 0], gradient[1, 1], gradient[1, 2] = fall * x, fall * y, level / distance / distance
    for j in range(len(sums)):
        if np.isnan(sums[j]):
            residuals[2 + j], gradient[2 + j] = 0.0, 0.0
            continue
        a, b, c = x - others[j, 0], y - others[j, 1], z - others[j, 2]
        length = max(np.sqrt(a * a + b * b + c * c), tiny)
        residuals[2 + j] = distance + length - sums[j]
        gradient[2 + j, 0] = x / distance + a / length
        gradient[2 + j, 1] = y / distance + b / length
        gradient[2 + j, 2] = z / distance + c / length


@compiled()
def _whiten(i, weights, mixing, residuals, gradient):
    """Make the measurements of row i independent with variance 1, in place."""
    n_data = len(residuals)
    if mixing.shape[0] == 0:
        row = weights[i if len(weights) > 1 else 0]
        for r in range(n_data):
            residuals[r] *= row[r]
            for p in range(3):
                gradient[r, p] *= row[r]
        return
    matrix = mixing[i if len(mixing) > 1 else 0]
    for r in range(n_data - 1, -1, -1):
        residuals[r] *= matrix[r, r]
        for p in range(3):
            gradient[r, p] *= matrix[r, r]
        for q in range(r):
            residuals[r] += matrix[r, q] * residuals[q]
            for p in range(3):
                gradient[r, p] += matrix[r, q] * gradient[q, p]
