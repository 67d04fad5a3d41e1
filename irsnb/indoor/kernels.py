"""The arithmetic of pilots, their likelihood and the search, compiled. Importing this module loads numba."""

import math

import numpy as np

from irsnb.compiled import compiled

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""


@compiled()
def _cosine_sine(turns):
    """Cosine and sine of an angle in turns: the nearest quarter exactly, the rest by their power series.

    Without a branch, so that the compiler takes several angles at once, which it does with no library's.
    """
    fraction = turns - np.rint(turns)
    quarter = np.rint(4.0 * fraction)
    angle = 2 * math.pi * (fraction - 0.25 * quarter)
    square = angle * angle
    sine = 1 / 1307674368000.0
    sine = 1 / 6227020800.0 - square * sine
    sine = 1 / 39916800.0 - square * sine
    sine = 1 / 362880.0 - square * sine
    sine = 1 / 5040.0 - square * sine
    sine = 1 / 120.0 - square * sine
    sine = 1 / 6.0 - square * sine
    sine = angle * (1.0 - square * sine)
    cosine = 1 / 20922789888000.0
    cosine = 1 / 87178291200.0 - square * cosine
    cosine = 1 / 479001600.0 - square * cosine
    cosine = 1 / 3628800.0 - square * cosine
    cosine = 1 / 40320.0 - square * cosine
    cosine = 1 / 720.0 - square * cosine
    cosine = 1 / 24.0 - square * cosine
    cosine = 0.5 - square * cosine
    cosine = 1.0 - square * cosine
    # Cosine and sine of the quarter, one of -2 to 2.
    even, odd = 1.0 - abs(quarter), quarter * (2.0 - abs(quarter))
    return cosine * even - sine * odd, sine * even + cosine * odd


@compiled()
def _cosines_sines(turns, cosine, sine):
    for i in range(len(turns)):
        cosine[i], sine[i] = _cosine_sine(turns[i])


@compiled()
def _array_factor(n, half, cosine, sine, top_cosine, top_sine):
    """One factor of (3), sin(n half) / sin(half), and its derivative by half."""
    if abs(half) < 1e-6:
        return n * (1 - (n * n - 1) * half * half / 6), -n * (n * n - 1) * half / 3
    under = 1 / sine
    value = top_sine * under
    return value, (n * top_cosine - value * cosine) * under


@compiled()
def _element(facing, exponent):
    """Amplitude of (1)."""
    return max(facing, 0.0) ** (0.5 * exponent)


@compiled()
def patterns(along, off, up, cells, spacing, exponent):
    """sqrt(F) AF of (1) and (3) at places as a tile sees them.

    Parameters
    ----------
    along, off, up : ndarray, shape (n,)
        Along the wall, off it and upwards from the tile [m].
    cells : tuple of int
        Cells of a tile along the wall and upwards.
    spacing : float
        Of the cells [wavelengths].
    exponent : float
        q of (1).

    Returns
    -------
    distance : ndarray, shape (n,)
        [m].
    pattern : ndarray, shape (n,)
    """
    distance, pattern = np.empty(len(along)), np.empty(len(along))
    per_root = 1 / math.sqrt(cells[0] * cells[1])
    for i in range(len(along)):
        distance[i] = math.sqrt(along[i] * along[i] + off[i] * off[i] + up[i] * up[i])
        pattern[i] = per_root * _element(off[i] / distance[i], exponent)
        for n, offset in ((float(cells[0]), along[i]), (float(cells[1]), up[i])):
            turns = 0.5 * spacing * offset / distance[i]
            cosine, sine = _cosine_sine(turns)
            top_cosine, top_sine = _cosine_sine(n * turns)
            pattern[i] *= _array_factor(n, 2 * math.pi * turns, cosine, sine, top_cosine, top_sine)[0]
    return distance, pattern


@compiled()
def channels(positions, height, tiles, axes, incident, cells, spacing, exponent, wavelength, out):
    """What each tile contributes to a pilot before its phase, beta_tk h_k of (2)-(4), and its derivatives.

    Parameters
    ----------
    positions : ndarray, shape (n, 2)
        Users, at one height [m].
    height : float
        [m].
    tiles : ndarray, shape (K, 3)
        [m].
    axes : ndarray, shape (2, K, 2)
        Each tile's axis along the wall and its normal.
    incident : ndarray of complex, shape (K,)
        What arrives at each tile, and the constants of the way on.
    cells, spacing, exponent
        As :func:`patterns`.
    wavelength : float
        [m].
    out : ndarray of complex, shape (n, 1, K) or (n, 3, K)
        Filled: the channels and, where there is room for them, their derivatives by x and y.
    """
    n_tiles, columns, rows = len(tiles), float(cells[0]), float(cells[1])
    # Of each tile: the distance, then half the phase between cells along the wall, between the outermost
    # ones, and both upwards, all in turns.
    turns = np.empty((5, n_tiles))
    cosine, sine = np.empty((5, n_tiles)), np.empty((5, n_tiles))
    seen = np.empty((n_tiles, 5))
    wavenumber = 2 * math.pi / wavelength
    per_metre, step, per_root = 1 / wavelength, math.pi * spacing, 1 / math.sqrt(columns * rows)
    for i in range(len(positions)):
        for k in range(n_tiles):
            dx, dy, dz = positions[i, 0] - tiles[k, 0], positions[i, 1] - tiles[k, 1], height - tiles[k, 2]
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            inverse = 1 / distance
            across = (dx * axes[0, k, 0] + dy * axes[0, k, 1]) * inverse
            upward = dz * inverse
            seen[k, 0], seen[k, 1], seen[k, 2] = inverse, across, upward
            seen[k, 3], seen[k, 4] = dx * inverse, dy * inverse
            turns[0, k] = distance * per_metre
            turns[1, k], turns[3, k] = 0.5 * spacing * across, 0.5 * spacing * upward
            turns[2, k], turns[4, k] = columns * turns[1, k], rows * turns[3, k]
        _cosines_sines(turns.ravel(), cosine.ravel(), sine.ravel())
        for k in range(n_tiles):
            inverse, across, upward = seen[k, 0], seen[k, 1], seen[k, 2]
            facing = seen[k, 3] * axes[1, k, 0] + seen[k, 4] * axes[1, k, 1]
            wide, by_wide = _array_factor(
                columns, step * across, cosine[1, k], sine[1, k], cosine[2, k], sine[2, k]
            )
            tall, by_tall = _array_factor(
                rows, step * upward, cosine[3, k], sine[3, k], cosine[4, k], sine[4, k]
            )
            amplitude = per_root * inverse * _element(facing, exponent)
            wave = incident[k] * complex(amplitude * cosine[0, k], -amplitude * sine[0, k])
            shape = wide * tall
            out[i, 0, k] = shape * wave
            if out.shape[1] == 1:
                continue
            by_facing = 0.5 * exponent / facing * shape if facing > 0 else 0.0
            by_across, by_upward = step * by_wide * tall, step * wide * by_tall
            for axis in range(2):
                outward = seen[k, 3 + axis]
                slope = inverse * (
                    by_facing * (axes[1, k, axis] - facing * outward)
                    + by_across * (axes[0, k, axis] - across * outward)
                    - by_upward * upward * outward
                    - shape * outward
                )
                out[i, 1 + axis, k] = complex(slope, -shape * outward * wavenumber) * wave


@compiled()
def likelihood_residuals(values, measured, deviation, projected):
    """Residuals of the pilots with the gain at its best, and their Jacobian with the gain projected out.

    Parameters
    ----------
    values : ndarray of complex, shape (n, 3, T)
        Noise-free pilots and their derivatives by x and y; changed.
    measured : ndarray of complex, shape (n, T)
        NaN where a pilot is missing.
    deviation : float
        Of the real and of the imaginary part of the noise.
    projected : bool
        Whether what is constant in all pilots is taken out of both first.

    Returns
    -------
    residuals : ndarray, shape (n, 2 T)
        In standard deviations: real parts, then imaginary parts; zero where a pilot is missing.
    jacobian : ndarray, shape (n, 2 T, 2)
    """
    n, n_pilots = measured.shape
    residuals, jacobian = np.zeros((n, 2 * n_pilots)), np.zeros((n, 2 * n_pilots, 2))
    present, mean, scale = np.empty(n_pilots, dtype=np.bool_), np.zeros(4, dtype=np.complex128), 1 / deviation
    for i in range(n):
        heard = 0
        for t in range(n_pilots):
            present[t] = np.isfinite(measured[i, t].real) and np.isfinite(measured[i, t].imag)
            heard += present[t]
        if projected:
            mean[:] = 0
            for t in range(n_pilots):
                if present[t]:
                    mean[3] += measured[i, t]
                    for row in range(3):
                        mean[row] += values[i, row, t]
            mean /= heard
            for row in range(3):
                for t in range(n_pilots):
                    values[i, row, t] -= mean[row]
        energy, gain, by_x, by_y = 0.0, 0j, 0j, 0j
        for t in range(n_pilots):
            if present[t]:
                signal, mirrored = values[i, 0, t], values[i, 0, t].conjugate()
                energy += signal.real * signal.real + signal.imag * signal.imag
                gain += mirrored * (measured[i, t] - mean[3])
                by_x += mirrored * values[i, 1, t]
                by_y += mirrored * values[i, 2, t]
        gain, by_x, by_y = gain / energy, by_x / energy, by_y / energy
        for t in range(n_pilots):
            if present[t]:
                signal = values[i, 0, t]
                missed = measured[i, t] - mean[3] - gain * signal
                residuals[i, t], residuals[i, n_pilots + t] = missed.real * scale, missed.imag * scale
                across = -gain * (values[i, 1, t] - signal * by_x)
                jacobian[i, t, 0], jacobian[i, n_pilots + t, 0] = across.real * scale, across.imag * scale
                across = -gain * (values[i, 2, t] - signal * by_y)
                jacobian[i, t, 1], jacobian[i, n_pilots + t, 1] = across.real * scale, across.imag * scale
    return residuals, jacobian


@compiled()
def largest(values, count):
    """Columns of each row's so many largest values, (n, count), in rising order; of values (n, m)."""
    n, size = values.shape
    found, kept = np.empty((n, count), dtype=np.int64), np.empty(count, dtype=values.dtype)
    for i in range(n):
        # The largest so far, falling.
        for column in range(size):
            value = values[i, column]
            if column >= count and value <= kept[count - 1]:
                continue
            place = min(column, count - 1)
            while place > 0 and kept[place - 1] < value:
                kept[place], found[i, place] = kept[place - 1], found[i, place - 1]
                place -= 1
            kept[place], found[i, place] = value, column
        found[i].sort()
    return found
