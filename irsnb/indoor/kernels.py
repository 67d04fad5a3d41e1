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
def _array_factor(n, turns, cosine, sine, top_cosine, top_sine):
    """One factor of (3), sin(n half) / sin(half), and its derivative by half; half is so many turns.

    Besides 0, half may be a multiple of half a turn: a grating lobe.
    """
    if abs(sine) < 1e-6:
        lobe = np.rint(2.0 * turns)
        half = math.pi * (2.0 * turns - lobe)
        sign = 1.0 - 2.0 * (abs((n - 1.0) * lobe) % 2.0)
        return sign * n * (1 - (n * n - 1) * half * half / 6), -sign * n * (n * n - 1) * half / 3
    under = 1 / sine
    value = top_sine * under
    return value, (n * top_cosine - value * cosine) * under


@compiled()
def _element(facing, exponent):
    """Amplitude of (1)."""
    return max(facing, 0.0) ** (0.5 * exponent)


@compiled()
def patterns(places, tiles, axes, shifts, cells, spacing, exponent):
    """How tiles see places: distances and, for plane waves, sqrt(F) of (1) times the sum over cells of (3).

    Parameters
    ----------
    places : ndarray, shape (n, 3)
        [m].
    tiles : ndarray, shape (K, 3)
        [m].
    axes : ndarray, shape (3, K, 3)
        Of each tile's columns, rows and normal.
    shifts : ndarray, shape (2, K)
        Added to the direction cosines along columns and rows.
    cells : tuple of int
        Columns and rows of a tile.
    spacing : float
        Of the cells [wavelengths].
    exponent : float
        q of (1).

    Returns
    -------
    distance : ndarray, shape (n, K)
        [m].
    element, factor : ndarray, shape (n, K)
        sqrt(F), and the sum over cells.
    """
    shape = len(places), len(tiles)
    distance, element, factor = np.empty(shape), np.empty(shape), np.empty(shape)
    for i in range(shape[0]):
        for k in range(shape[1]):
            dx, dy, dz = (places[i, 0] - tiles[k, 0], places[i, 1] - tiles[k, 1], places[i, 2] - tiles[k, 2])
            distance[i, k] = math.sqrt(dx * dx + dy * dy + dz * dz)
            inverse, product = 1 / distance[i, k], 1.0
            facing = (dx * axes[2, k, 0] + dy * axes[2, k, 1] + dz * axes[2, k, 2]) * inverse
            element[i, k] = _element(facing, exponent)
            for side in range(2):
                n, axis = float(cells[side]), axes[side, k]
                cosine = (dx * axis[0] + dy * axis[1] + dz * axis[2]) * inverse + shifts[side, k]
                turns = 0.5 * spacing * cosine
                low_cosine, low_sine = _cosine_sine(turns)
                top_cosine, top_sine = _cosine_sine(n * turns)
                product *= _array_factor(n, turns, low_cosine, low_sine, top_cosine, top_sine)[0]
            factor[i, k] = product
    return distance, element, factor


@compiled()
def plane_channels(users, tiles, axes, incident, shifts, cells, spacing, exponent, wavelength, out):
    """What each tile contributes to a pilot before its coefficient, and its derivatives, for plane waves.

    Parameters
    ----------
    users : ndarray, shape (n, 3)
        [m].
    tiles, axes, shifts, cells, spacing, exponent
        As :func:`patterns`.
    incident : ndarray of complex, shape (K,)
        What arrives at each tile, and the constants of the way on.
    wavelength : float
        [m].
    out : ndarray of complex, shape (n, 1 + D, K)
        Filled: the channels and their derivatives by the first D coordinates, D from 0 to 3.
    """
    n_tiles, columns, rows, derivatives = len(tiles), float(cells[0]), float(cells[1]), out.shape[1] - 1
    # Of each tile: the distance, then half the phase between cells along its columns, between the outermost
    # ones, and both along its rows, all in turns.
    turns = np.empty((5, n_tiles))
    cosine, sine = np.empty((5, n_tiles)), np.empty((5, n_tiles))
    seen, outward = np.empty((n_tiles, 4)), np.empty((n_tiles, 3))
    wavenumber = 2 * math.pi / wavelength
    per_metre, step, half_spacing = 1 / wavelength, math.pi * spacing, 0.5 * spacing
    for i in range(len(users)):
        for k in range(n_tiles):
            dx, dy, dz = users[i, 0] - tiles[k, 0], users[i, 1] - tiles[k, 1], users[i, 2] - tiles[k, 2]
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            inverse = 1 / distance
            dx, dy, dz = dx * inverse, dy * inverse, dz * inverse
            across = dx * axes[0, k, 0] + dy * axes[0, k, 1] + dz * axes[0, k, 2]
            upward = dx * axes[1, k, 0] + dy * axes[1, k, 1] + dz * axes[1, k, 2]
            seen[k, 0], seen[k, 1], seen[k, 2] = inverse, across, upward
            seen[k, 3] = dx * axes[2, k, 0] + dy * axes[2, k, 1] + dz * axes[2, k, 2]
            outward[k, 0], outward[k, 1], outward[k, 2] = dx, dy, dz
            turns[0, k] = distance * per_metre
            turns[1, k] = half_spacing * (across + shifts[0, k])
            turns[3, k] = half_spacing * (upward + shifts[1, k])
            turns[2, k], turns[4, k] = columns * turns[1, k], rows * turns[3, k]
        _cosines_sines(turns.ravel(), cosine.ravel(), sine.ravel())
        for k in range(n_tiles):
            inverse, across, upward, facing = seen[k, 0], seen[k, 1], seen[k, 2], seen[k, 3]
            wide, by_wide = _array_factor(
                columns, turns[1, k], cosine[1, k], sine[1, k], cosine[2, k], sine[2, k]
            )
            tall, by_tall = _array_factor(
                rows, turns[3, k], cosine[3, k], sine[3, k], cosine[4, k], sine[4, k]
            )
            amplitude = inverse * _element(facing, exponent)
            wave = incident[k] * complex(amplitude * cosine[0, k], -amplitude * sine[0, k])
            shape = wide * tall
            out[i, 0, k] = shape * wave
            if derivatives == 0:
                continue
            by_facing = 0.5 * exponent / facing * shape if facing > 0 else 0.0
            by_across, by_upward = step * by_wide * tall, step * wide * by_tall
            for axis in range(derivatives):
                along = outward[k, axis]
                slope = inverse * (
                    by_facing * (axes[2, k, axis] - facing * along)
                    + by_across * (axes[0, k, axis] - across * along)
                    + by_upward * (axes[1, k, axis] - upward * along)
                    - shape * along
                )
                out[i, 1 + axis, k] = complex(slope, -shape * along * wavenumber) * wave


@compiled()
def curved_sums(places, tiles, axes, cells, spacing, wavelength):
    """``exp(-j 2 pi (d_c - d) / wavelength)`` of every cell at distance d_c from places; (n, K, N_x N_y)."""
    n_cells, spaced = cells[0] * cells[1], spacing * wavelength
    out = np.empty((len(places), len(tiles), n_cells), dtype=np.complex128)
    for i in range(len(places)):
        for k in range(len(tiles)):
            offset = places[i] - tiles[k]
            square = offset[0] * offset[0] + offset[1] * offset[1] + offset[2] * offset[2]
            distance = math.sqrt(square)
            across = offset[0] * axes[0, k, 0] + offset[1] * axes[0, k, 1] + offset[2] * axes[0, k, 2]
            upward = offset[0] * axes[1, k, 0] + offset[1] * axes[1, k, 1] + offset[2] * axes[1, k, 2]
            for c in range(n_cells):
                right = (c // cells[1] - 0.5 * (cells[0] - 1)) * spaced
                high = (c % cells[1] - 0.5 * (cells[1] - 1)) * spaced
                more = right * right + high * high - 2 * (right * across + high * upward)
                extra = more / (distance + math.sqrt(max(square + more, 0.0)))
                cosine, sine = _cosine_sine(extra / wavelength)
                out[i, k, c] = complex(cosine, -sine)
    return out


@compiled()
def curved_channels(users, tiles, axes, incident, arriving, cells, spacing, exponent, wavelength, out):
    """:func:`plane_channels` with every cell at its own distance.

    Parameters
    ----------
    users, tiles, axes, incident, cells, spacing, exponent, wavelength, out
        As there.
    arriving : ndarray of complex, shape (K, N_x N_y)
        What arrives at each cell, relative to its tile.
    """
    n_cells, spaced, derivatives = cells[0] * cells[1], spacing * wavelength, out.shape[1] - 1
    right, high, square_off = np.empty(n_cells), np.empty(n_cells), np.empty(n_cells)
    for c in range(n_cells):
        right[c] = (c // cells[1] - 0.5 * (cells[0] - 1)) * spaced
        high[c] = (c % cells[1] - 0.5 * (cells[1] - 1)) * spaced
        square_off[c] = right[c] * right[c] + high[c] * high[c]
    turns, inverses = np.empty(n_cells), np.empty(n_cells)
    cosine, sine = np.empty(n_cells), np.empty(n_cells)
    wavenumber, per_metre = 2 * math.pi / wavelength, 1 / wavelength
    for i in range(len(users)):
        for k in range(len(tiles)):
            dx, dy, dz = users[i, 0] - tiles[k, 0], users[i, 1] - tiles[k, 1], users[i, 2] - tiles[k, 2]
            square = dx * dx + dy * dy + dz * dz
            distance = math.sqrt(square)
            inverse = 1 / distance
            across = dx * axes[0, k, 0] + dy * axes[0, k, 1] + dz * axes[0, k, 2]
            upward = dx * axes[1, k, 0] + dy * axes[1, k, 1] + dz * axes[1, k, 2]
            facing = (dx * axes[2, k, 0] + dy * axes[2, k, 1] + dz * axes[2, k, 2]) * inverse
            for c in range(n_cells):
                more = square_off[c] - 2 * (right[c] * across + high[c] * upward)
                from_cell = math.sqrt(max(square + more, 0.0))
                # The way from the cell less that from the tile's centre, without their cancellation.
                turns[c] = more / (distance + from_cell) * per_metre
                inverses[c] = 1 / from_cell
            _cosines_sines(turns, cosine, sine)
            # Sums over cells: plain, and by the inverse distance, alone and with the cell's place.
            total, by_inverse, by_right, by_high = 0j, 0j, 0j, 0j
            for c in range(n_cells):
                value = arriving[k, c] * complex(cosine[c], -sine[c])
                total += value
                value = value * inverses[c]
                by_inverse += value
                by_right += value * right[c]
                by_high += value * high[c]
            cosine_d, sine_d = _cosine_sine(distance * per_metre)
            amplitude = inverse * _element(facing, exponent)
            wave = incident[k] * complex(amplitude * cosine_d, -amplitude * sine_d)
            out[i, 0, k] = total * wave
            by_facing = 0.5 * exponent / facing if facing > 0 else 0.0
            for axis in range(derivatives):
                difference = users[i, axis] - tiles[k, axis]
                along = difference * inverse
                stretch = difference * by_inverse - axes[0, k, axis] * by_right - axes[1, k, axis] * by_high
                slope = inverse * (by_facing * (axes[2, k, axis] - facing * along) - along)
                out[i, 1 + axis, k] = (slope * total - 1j * wavenumber * stretch) * wave


@compiled(fastmath={"reassoc", "contract", "nsz", "arcp"})
def block_channels(at_corners, corners, mixing, places, tiles, wavelength, out):
    """Channels at the places of a block from those at its corners: exact phases, amplitudes in between.

    Parameters
    ----------
    at_corners : ndarray of complex, shape (C, K)
        Channels at the block's corners.
    corners : ndarray, shape (C, 3)
        [m].
    mixing : ndarray, shape (S, C)
        Weights of the corners at each place.
    places : ndarray, shape (S, 3)
        [m].
    tiles : ndarray, shape (K, 3)
        [m].
    wavelength : float
        [m].
    out : ndarray of complex64, shape (S, K)
        Filled.
    """
    n_tiles, n_corners, per_metre = len(tiles), len(corners), 1 / wavelength
    turns, distance = np.empty(n_tiles), np.empty(n_tiles)
    cosine, sine = np.empty(n_tiles), np.empty(n_tiles)
    real, imag = np.empty((n_corners, n_tiles)), np.empty((n_corners, n_tiles))
    mixed_real, mixed_imag = np.empty(n_tiles), np.empty(n_tiles)
    for c in range(n_corners):
        for k in range(n_tiles):
            dx, dy, dz = corners[c, 0] - tiles[k, 0], corners[c, 1] - tiles[k, 1], corners[c, 2] - tiles[k, 2]
            distance[k] = math.sqrt(dx * dx + dy * dy + dz * dz)
            turns[k] = distance[k] * per_metre
        _cosines_sines(turns, cosine, sine)
        for k in range(n_tiles):
            real[c, k], imag[c, k] = 0.0, 0.0
            if distance[k] > 1e-6:  # no channel where a tile stands
                value = at_corners[c, k] * complex(cosine[k], sine[k]) * distance[k]
                real[c, k], imag[c, k] = value.real, value.imag
    for s in range(len(places)):
        mixed_real[:], mixed_imag[:] = 0.0, 0.0
        for c in range(n_corners):
            share = mixing[s, c]
            for k in range(n_tiles):
                mixed_real[k] += share * real[c, k]
                mixed_imag[k] += share * imag[c, k]
        for k in range(n_tiles):
            dx, dy, dz = places[s, 0] - tiles[k, 0], places[s, 1] - tiles[k, 1], places[s, 2] - tiles[k, 2]
            distance[k] = math.sqrt(dx * dx + dy * dy + dz * dz)
            turns[k] = distance[k] * per_metre
        _cosines_sines(turns, cosine, sine)
        for k in range(n_tiles):
            inverse = 1 / max(distance[k], 1e-6)
            out[s, k] = complex(
                (mixed_real[k] * cosine[k] + mixed_imag[k] * sine[k]) * inverse,
                (mixed_imag[k] * cosine[k] - mixed_real[k] * sine[k]) * inverse,
            )


@compiled()
def likelihood_residuals(values, measured, deviation, projected):
    """Residuals of the pilots with the gain at its best, and their Jacobian with the gain projected out.

    Parameters
    ----------
    values : ndarray of complex, shape (n, 1 + D, T)
        Noise-free pilots and their derivatives by D coordinates; changed.
    measured : ndarray of complex, shape (n, T)
        NaN where a pilot is missing.
    deviation : float
        Of the real and of the imaginary part of the noise.
    projected : bool
        Whether what is constant in all pilots is taken out of both first.

    Returns
    -------
    residuals : ndarray, shape (n, 2 T)
        In standard deviations: real parts, then imaginary parts; zero where a pilot is missing. Where there
        is no signal, behind the tiles, what was measured, and a Jacobian of zeros.
    jacobian : ndarray, shape (n, 2 T, D)
    """
    (n, n_pilots), unknowns = measured.shape, values.shape[1] - 1
    residuals, jacobian = np.zeros((n, 2 * n_pilots)), np.zeros((n, 2 * n_pilots, unknowns))
    present, mean = np.empty(n_pilots, dtype=np.bool_), np.zeros(unknowns + 2, dtype=np.complex128)
    inner, scale = np.empty(unknowns, dtype=np.complex128), 1 / deviation
    for i in range(n):
        heard = 0
        for t in range(n_pilots):
            present[t] = np.isfinite(measured[i, t].real) and np.isfinite(measured[i, t].imag)
            heard += present[t]
        if projected:
            mean[:] = 0
            for t in range(n_pilots):
                if present[t]:
                    mean[unknowns + 1] += measured[i, t]
                    for row in range(unknowns + 1):
                        mean[row] += values[i, row, t]
            mean /= heard
            for row in range(unknowns + 1):
                for t in range(n_pilots):
                    values[i, row, t] -= mean[row]
        energy, gain, offset = 0.0, 0j, mean[unknowns + 1]
        inner[:] = 0
        for t in range(n_pilots):
            if present[t]:
                signal, mirrored = values[i, 0, t], values[i, 0, t].conjugate()
                energy += signal.real * signal.real + signal.imag * signal.imag
                gain += mirrored * (measured[i, t] - offset)
                for axis in range(unknowns):
                    inner[axis] += mirrored * values[i, 1 + axis, t]
        if energy > 0:
            gain /= energy
            inner /= energy
        else:
            gain = 0j
        for t in range(n_pilots):
            if present[t]:
                signal = values[i, 0, t]
                missed = measured[i, t] - offset - gain * signal
                residuals[i, t], residuals[i, n_pilots + t] = missed.real * scale, missed.imag * scale
                for axis in range(unknowns):
                    across = -gain * (values[i, 1 + axis, t] - signal * inner[axis])
                    jacobian[i, t, axis] = across.real * scale
                    jacobian[i, n_pilots + t, axis] = across.imag * scale
    return residuals, jacobian


@compiled(fastmath={"reassoc", "contract", "nsz"})
def orthonormal(vectors, rank):
    """Orthonormal bases of vectors (m, S, T): Gram and Schmidt, the vector with most left first.

    Returns
    -------
    ndarray of complex64, shape (m, R, T)
        Rows of zeros where the vectors span less.
    """
    n, size, length = vectors.shape
    bases = np.zeros((n, rank, length), dtype=np.complex64)
    real, imag = np.empty((size, length)), np.empty((size, length))
    for i in range(n):
        for s in range(size):
            for t in range(length):
                real[s, t], imag[s, t] = vectors[i, s, t].real, vectors[i, s, t].imag
        for r in range(rank):
            most, chosen = 0.0, 0
            for s in range(size):
                left = 0.0
                for t in range(length):
                    left += real[s, t] * real[s, t] + imag[s, t] * imag[s, t]
                if left > most:
                    most, chosen = left, s
            if most < 1e-20:
                break
            scale = 1 / math.sqrt(most)
            for t in range(length):
                real[chosen, t] *= scale
                imag[chosen, t] *= scale
                bases[i, r, t] = complex(real[chosen, t], imag[chosen, t])
            for s in range(size):
                if s == chosen:
                    continue
                inner_real, inner_imag = 0.0, 0.0
                for t in range(length):
                    inner_real += real[chosen, t] * real[s, t] + imag[chosen, t] * imag[s, t]
                    inner_imag += real[chosen, t] * imag[s, t] - imag[chosen, t] * real[s, t]
                for t in range(length):
                    real[s, t] -= inner_real * real[chosen, t] - inner_imag * imag[chosen, t]
                    imag[s, t] -= inner_real * imag[chosen, t] + inner_imag * real[chosen, t]
            real[chosen], imag[chosen] = 0.0, 0.0
    return bases


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
