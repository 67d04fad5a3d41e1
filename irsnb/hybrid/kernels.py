"""The loops of decoupled MUSIC that numpy could only run as many passes over memory, compiled.

Only :mod:`irsnb.hybrid.music` calls these functions, with input that it has checked. Importing this module
loads numba.
"""

from functools import lru_cache

import numpy as np

from irsnb.compiled import compiled

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""

NARROW = 9
"""Columns up to which a polynomial in the cosine is evaluated by Horner's rule: its coefficients grow like
``(1 + sqrt(2))**columns``, and with them rounding. Wider arrays go by Clenshaw's recurrence."""

ROUNDS = 4
"""Times that subspace iteration goes on before it gives up; LAPACK takes no longer than a few more."""

ROUNDING = 1e-12
"""Residual, over the smallest signal's eigenvalue, below which vectors are eigenvectors."""

FINITE = {"contract", "nsz", "nnan", "arcp"}
"""Liberties of the compiler where no value is a NaN: fused multiply-adds, no account of the sign of zero."""


@compiled()
def departures(matrices):
    """How far matrices are from covariances, and how large they are.

    Parameters
    ----------
    matrices : ndarray of complex, shape (n, M, M)

    Returns
    -------
    ndarray, shape (3, n)
        Largest real or imaginary part, sign apart, of ``C - C^H``; the most by which one of C is larger than
        the mean of the two diagonal entries in its row and column, which no covariance allows; largest of C.
    """
    out = np.zeros((3, len(matrices)))
    for i in range(len(matrices)):
        matrix = matrices[i]
        for row in range(len(matrix)):
            for column in range(row + 1):
                one, other = matrix[row, column], matrix[column, row]
                off = max(abs(one.real - other.real), abs(one.imag + other.imag))
                part = max(abs(one.real), abs(one.imag), abs(other.real), abs(other.imag))
                mean = 0.5 * matrix[row, row].real + 0.5 * matrix[column, column].real
                out[0, i], out[1, i] = max(out[0, i], off), max(out[1, i], part - mean)
                out[2, i] = max(out[2, i], part)
    return out


@compiled()
def dominant_subspaces(covariances, start, bases):
    """Orthonormal bases of the largest eigenvalues' vectors by subspace iteration (Golub and Van Loan 8.2.4).

    Four products with the covariance, then a look at what a fifth adds; that one is not wasted, it is the
    last step.

    Parameters
    ----------
    covariances : ndarray of complex, shape (n, M, M)
        Hermitian.
    start : ndarray of complex, shape (K, M)
        Rows that together no eigenvector is orthogonal to.
    bases : ndarray of complex, shape (n, K, M)
        Filled, vectors in rows.

    Returns
    -------
    ndarray of bool, shape (n,)
        False where the residual stayed above rounding, and the basis is not to be used.
    """
    count, size = start.shape
    scaled = np.empty((size, size), dtype=np.complex128)
    small = np.empty((count, count), dtype=np.complex128)
    left = np.empty(size, dtype=np.complex128)
    found = np.zeros(len(covariances), dtype=np.bool_)
    for i in range(len(covariances)):
        largest = 0.0
        for m in range(size):
            for n in range(size):
                value = covariances[i, m, n]
                largest = max(largest, abs(value.real), abs(value.imag))
        if largest == 0:
            continue
        # Vectors are rows here, so the covariance stands on the right, transposed: its conjugate.
        for m in range(size):
            for n in range(size):
                scaled[m, n] = covariances[i, m, n].conjugate() * (1 / largest)
        rows = start
        for _ in range(ROUNDS):
            for _ in range(4):
                rows = product(rows, scaled)
            orthonormalise(rows)
            moved = product(rows, scaled)
            # V^H C V, and what of C V does not lie in V.
            off = 0.0
            for k in range(count):
                for m in range(size):
                    left[m] = moved[k, m]
                for other in range(count):
                    small[other, k] = inner(rows[other], moved[k])
                    subtract(left, small[other, k], rows[other])
                for m in range(size):
                    off = max(off, abs(left[m].real), abs(left[m].imag))
            if off < ROUNDING * smallest_pivot(small):
                orthonormalise(moved)
                for k in range(count):
                    for m in range(size):
                        bases[i, k, m] = moved[k, m]
                found[i] = True
                break
            rows = moved
    return found


@compiled()
def product(one, other):
    """one other, by BLAS."""
    return one @ other


@compiled()
def inner(one, other):
    """one^H other."""
    total = 0j
    for i in range(len(one)):
        total += one[i].conjugate() * other[i]
    return total


@compiled()
def subtract(vector, factor, other):
    """vector -= factor other."""
    for i in range(len(vector)):
        vector[i] -= factor * other[i]


@compiled()
def orthonormalise(rows):
    """Gram and Schmidt, twice, which is enough (Giraud, Langou and Rozloznik 2005)."""
    for k in range(len(rows)):
        for _ in range(2):
            for other in range(k):
                subtract(rows[k], inner(rows[other], rows[k]), rows[other])
        length = np.sqrt(inner(rows[k], rows[k]).real)
        for i in range(rows.shape[1]):
            rows[k, i] *= 1 / length if length > 0 else 0.0


@compiled()
def smallest_pivot(matrix):
    """Smallest pivot of a Hermitian matrix, which is overwritten: above 0 if and only if it is positive
    definite."""
    least = np.inf
    for k in range(len(matrix)):
        pivot = matrix[k, k].real
        least = min(least, pivot)
        if not pivot > 0:
            return 0.0
        for i in range(k + 1, len(matrix)):
            factor = matrix[i, k] * (1 / pivot)
            for j in range(k + 1, len(matrix)):
                matrix[i, j] -= factor * matrix[k, j]
    return least


@lru_cache
def spectra(columns):
    """The kernel that evaluates pseudospectra of arrays with so many columns.

    With the columns a constant, the compiler lays out the inner recurrence without a loop and takes several
    azimuths through it at once.

    Returns
    -------
    callable
        ``(signals, order, first, by_row, convert, cosine, sine, floor, out)``, see the source.
    """

    @compiled(fastmath=FINITE)
    def fill(signals, order, first, by_row, convert, cosine, sine, floor, out):
        """1 / a^H (I - V V^H) a for bases V (n, M, K), into out (n, E, A).

        order, first: the projector's entries lag by lag, and where each of its lags begins; by_row
        (E, 2R - 1): cosines of rows' lags from 0, then sines from 1; convert (2C, 2C - 1): from columns'
        lags to the coefficients of two polynomials; cosine, sine (E, A): of the phase from one column to
        the next.
        """
        rows = (by_row.shape[1] + 1) // 2
        sums = np.empty((2 * rows - 1, columns), dtype=np.complex128)
        lags = np.empty((2 * rows - 1, 2 * columns))
        mirrored = np.empty((signals.shape[2], signals.shape[1]), dtype=np.complex128)
        for i in range(len(signals)):
            signal = signals[i]
            for k in range(signal.shape[1]):
                for p in range(signal.shape[0]):
                    mirrored[k, p] = signal[p, k].conjugate()
            projector = product(signal, mirrored).ravel()
            for m in range(2 * rows - 1):
                for n in range(columns):
                    total = 0j
                    for k in range(first[m * columns + n], first[m * columns + n + 1]):
                        total -= projector[order[k]]
                    sums[m, n] = total
            sums[rows - 1, 0] += len(signal)
            # What cosine and sine of a row's lag are multiplied by: for the real part, then the imaginary.
            for n in range(columns):
                lags[0, n], lags[0, columns + n] = sums[rows - 1, n].real, sums[rows - 1, n].imag
                for m in range(1, rows):
                    above, below = sums[rows - 1 + m, n], sums[rows - 1 - m, n]
                    both, apart = above + below, above - below
                    lags[m, n], lags[m, columns + n] = both.real, both.imag
                    lags[rows - 1 + m, n], lags[rows - 1 + m, columns + n] = apart.imag, -apart.real
            weights = product(by_row, product(lags, convert))
            for e in range(len(weights)):
                p, q = weights[e, :columns], weights[e, columns:]
                x, s, line = cosine[e], sine[e], out[i, e]
                for a in range(len(line)):
                    if columns <= NARROW:
                        low, high = p[columns - 1], 0.0
                        for n in range(columns - 2, -1, -1):
                            low, high = p[n] + x[a] * low, q[n] + x[a] * high
                    else:
                        low, high, below, beneath = p[columns - 1], q[columns - 2], 0.0, 0.0
                        twice = 2 * x[a]
                        for n in range(columns - 2, 0, -1):
                            low, below = twice * low + (p[n] - below), low
                            high, beneath = twice * high + (q[n - 1] - beneath), high
                        low = x[a] * low + (p[0] - below)
                    line[a] = 1 / max(low + s[a] * high, floor)

    return fill


@compiled()
def nulls(phases, signal, out):
    """a^H (I - V V^H) a of steering vectors ``a = exp(j phases)`` (n, M) for a basis V (M, K), into out (n,).

    No steering vector is kept: sines and cosines are what the time goes into, not passes over memory.
    """
    sums = np.empty(signal.shape[1], dtype=np.complex128)
    for i in range(len(phases)):
        sums[:] = 0.0
        for m in range(len(signal)):
            conjugate = complex(np.cos(phases[i, m]), -np.sin(phases[i, m]))
            for k in range(len(sums)):
                sums[k] += conjugate * signal[m, k]
        power = 0.0
        for k in range(len(sums)):
            power += sums[k].real ** 2 + sums[k].imag ** 2
        out[i] = len(signal) - power


@compiled(fastmath=FINITE)
def summits(maps, rows, columns, heights):
    """The highest local maxima of maps (n, E, A), the rim left out, into rows, columns, heights (n, K).

    A tie goes to the later point, so that a plateau has one peak.
    """
    count = heights.shape[1]
    for i in range(len(maps)):
        level = maps[i]
        for r in range(1, level.shape[0] - 1):
            for c in range(1, level.shape[1] - 1):
                here = level[r, c]
                if here < level[r, c - 1] or here <= level[r, c + 1] or here <= heights[i, count - 1]:
                    continue
                above, under = level[r - 1], level[r + 1]
                if here < max(above[c - 1], above[c], above[c + 1]):
                    continue
                if here <= max(under[c - 1], under[c], under[c + 1]):
                    continue
                k = count - 1
                while k > 0 and here > heights[i, k - 1]:
                    rows[i, k], columns[i, k], heights[i, k] = (
                        rows[i, k - 1],
                        columns[i, k - 1],
                        heights[i, k - 1],
                    )
                    k -= 1
                rows[i, k], columns[i, k], heights[i, k] = r, c, here
