"""Decoupled MUSIC as Surendran et al. (2025) run it: directions over a grid first, then one range scan a
user.

A covariance is (..., M, M), its elements in the order of :attr:`irsnb.arrays.PlanarArray.positions`.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from scipy.linalg import block_diag, eigh

from irsnb.checks import complex_array, real_array, require

GRID = 301
"""Points of the paper's grid along each angle: pi/300 apart, section 3.1 (ii)."""

CHUNK = 8
"""Spectra that are held at a time: memory that the processor keeps near."""


def sample_covariance(snapshots):
    """Sample covariance ``X X^H / T``.

    Parameters
    ----------
    snapshots : array_like of complex, shape (..., M, T)

    Returns
    -------
    ndarray of complex, shape (..., M, M)

    Raises
    ------
    ValueError
        If the snapshots are not finite or not at least one column of at least one element.
    """
    snapshots = complex_array("snapshots", snapshots, ())
    if snapshots.ndim < 2 or not snapshots.shape[-1] or not snapshots.shape[-2]:
        raise ValueError(f"snapshots: got shape {snapshots.shape}; it must be (..., M, T), both at least 1")
    return snapshots @ np.swapaxes(snapshots.conj(), -1, -2) / snapshots.shape[-1]


def smoothed_covariance(snapshots, shape, subarray):
    """Covariance averaged over all overlapping subarrays of a rectangular array (section 4.1).

    Every subarray's covariance is a block of the full one, so one product of the snapshots serves all.

    Parameters
    ----------
    snapshots : array_like of complex, shape (..., M, T)
        M = rows x columns, row by row.
    shape : (int, int)
        Rows and columns of the array.
    subarray : (int, int)
        Rows and columns of a subarray; (7, 7) in the paper, which gives 16 of them in a 10x10 array.

    Returns
    -------
    ndarray of complex, shape (..., m, m)
        m = rows x columns of the subarray.

    Raises
    ------
    ValueError
        If the snapshots do not fit the shape, are not finite, or the subarray is larger than the array.
    """
    shape, subarray = _sizes("shape", shape), _sizes("subarray", subarray)
    snapshots = complex_array("snapshots", snapshots, ())
    if snapshots.ndim < 2 or snapshots.shape[-2] != shape[0] * shape[1]:
        raise ValueError(
            f"snapshots: got shape {snapshots.shape}; an array of {shape[0]} x {shape[1]} needs "
            f"(..., {shape[0] * shape[1]}, T)"
        )
    return smooth(sample_covariance(snapshots), shape, subarray)


def smooth(covariance, shape, subarray):
    """Mean of the blocks of a covariance that belong to the overlapping subarrays.

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
    shape, subarray : (int, int)
        As in :func:`smoothed_covariance`.

    Returns
    -------
    ndarray of complex, shape (..., m, m)

    Raises
    ------
    ValueError
        If the sizes do not fit, or the covariance is not finite or not Hermitian.
    """
    (rows, columns), (high, wide) = _sizes("shape", shape), _sizes("subarray", subarray)
    if high > rows or wide > columns:
        raise ValueError(f"subarray: got {high} x {wide}; it must fit into the array of {rows} x {columns}")
    covariance = checked_covariance(covariance, rows * columns)
    blocks = covariance.reshape(*covariance.shape[:-2], rows, columns, rows, columns)
    down, across = rows - high + 1, columns - wide + 1
    total = sum(
        blocks[..., r : r + high, c : c + wide, r : r + high, c : c + wide]
        for r in range(down)
        for c in range(across)
    )
    size = high * wide
    return total.reshape(*covariance.shape[:-2], size, size) / (down * across)


def noise_subspace(covariance, n_sources):
    """Eigenvectors that belong to the M - K smallest eigenvalues.

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
    n_sources : int
        K, at least 1 and below M.

    Returns
    -------
    ndarray of complex, shape (..., M, M - K)
        Orthonormal columns.

    Raises
    ------
    ValueError
        If the covariance is not finite, not square, not Hermitian, or not 1 <= K < M.
    """
    covariance = checked_covariance(covariance)
    return np.linalg.eigh(covariance)[1][..., : -checked_sources(n_sources, covariance.shape[-1])]


def pseudospectrum(covariance, array, n_sources, azimuth, elevation):
    """MUSIC pseudospectrum ``1 / (a^H En En^H a)`` over a grid of directions, plane waves.

    Written out, the denominator is a trigonometric polynomial in the direction cosines,
    ``sum_mn c_mn exp(j k d (m u + n v))`` with ``u = sin(az) cos(el)`` and ``v = sin(el)``, whose
    coefficients are sums along the projector's lags. One matrix product sums it over the rows' lags for every
    elevation; what is left is a short polynomial in the cosine of one phase, and another one times its sine,
    for every direction. That loop is compiled (``irsnb.hybrid.kernels``).

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
    array : irsnb.arrays.PlanarArray
        Of M elements, masked or not.
    n_sources : int
        K, at least 1 and below M.
    azimuth, elevation : array_like, shape (A,) and (E,)
        Grid [rad].

    Returns
    -------
    ndarray, shape (..., E, A)

    Raises
    ------
    ValueError
        If the covariance does not fit the array or is not Hermitian, not 1 <= K < M, or a grid is not one
        axis of finite angles.
    """
    covariance = checked_covariance(covariance, len(array.positions))
    azimuth, elevation = _axis("azimuth", azimuth), _axis("elevation", elevation)
    return subspace_spectrum(signal_subspace(covariance, n_sources), array, azimuth, elevation)


def subspace_spectrum(signal, array, azimuth, elevation):
    """``1 / (a^H (I - V V^H) a)`` over a grid of directions: what :func:`pseudospectrum` does once it has
    the eigenvectors. What it is given has been checked.

    Parameters
    ----------
    signal : ndarray of complex, shape (..., M, K)
        V, an orthonormal basis of the signals' subspace.
    array : irsnb.arrays.PlanarArray
    azimuth, elevation : ndarray, shape (A,) and (E,)
        Grid [rad].

    Returns
    -------
    ndarray, shape (..., E, A)
        Where rounding leaves a null at or below zero, it is as large as rounding allows.
    """
    import irsnb.hybrid.kernels as kernels

    mask = None if array.mask is None else array.mask.tobytes()
    pitch = array.spacing / array.wavelength
    tables = _waves(array.rows, array.columns, pitch, azimuth.tobytes(), elevation.tobytes())
    size, count = signal.shape[-2:]
    spectrum = np.empty((*signal.shape[:-2], len(elevation), len(azimuth)))
    kernels.spectra(array.columns)(
        np.ascontiguousarray(signal).reshape(-1, size, count),
        *_lags(array.rows, array.columns, mask),
        *tables,
        size * np.finfo(float).eps,
        spectrum.reshape(-1, len(elevation), len(azimuth)),
    )
    return spectrum


@lru_cache(maxsize=16)
def _lags(rows, columns, mask):
    """Which entries of a projector share a lag: their order, and where each lag begins."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    if mask is not None:
        used = np.frombuffer(mask, dtype=bool)
        row, column = row[used], column[used]
    # Entry (p, q) of the projector stands at lag p - q; P is Hermitian, so columns' lags from 0 up suffice.
    down = (row[:, None] - row + rows - 1).ravel()
    across = (column[:, None] - column).ravel()
    kept = np.flatnonzero(across >= 0)
    place = down[kept] * columns + across[kept]
    sorting = np.argsort(place, kind="stable")
    return kept[sorting], np.searchsorted(place[sorting], np.arange((2 * rows - 1) * columns + 1))


@lru_cache(maxsize=16)
def _waves(rows, columns, pitch, azimuth, elevation):
    """Tables of a grid, the same for every mask: from rows' lags to each elevation, from columns' lags to
    the coefficients of a polynomial, and cosine and sine of the phase between columns."""
    import irsnb.hybrid.kernels as kernels

    azimuth, elevation = np.frombuffer(azimuth), np.frombuffer(elevation)
    turn = 2 * np.pi * pitch
    down = turn * np.sin(elevation)[:, None] * np.arange(rows)
    across = turn * np.cos(elevation)[:, None] * np.sin(azimuth)
    # A lag of n columns stands for its mirror too.
    even, odd = np.diag([1.0] + [2.0] * (columns - 1)), 2 * np.eye(columns)[:, 1:]
    if columns <= kernels.NARROW:
        # cos(n t) as powers of cos(t); its derivative over n is sin(n t) / sin(t).
        powers = [Chebyshev.basis(n).convert(kind=Polynomial) for n in range(columns)]
        for n, power in enumerate(powers):
            even[n, : n + 1] = even[n, n] * power.coef
            odd[n, :n] = 2 / max(n, 1) * power.deriv().coef[:n]
    by_row = np.hstack([np.cos(down), np.sin(down[:, 1:])])
    return by_row, block_diag(even, odd), np.cos(across), np.sin(across)


def find_directions(covariance, array, n_sources, azimuth=None, elevation=None):
    """The K highest local maxima of the pseudospectrum.

    Only directions in front of the array count, ``|azimuth| < 90 deg``: at half-wavelength spacing the two
    end-fire directions are neighbours (``u = -1`` and ``u = +1`` give the same phases), and a maximum on
    the rim may belong to a user at the other end. A local maximum is above its eight neighbours.

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
    array : irsnb.arrays.PlanarArray
    n_sources : int
        K, at least 1 and below M.
    azimuth, elevation : array_like, shape (A,) and (E,), optional
        Grid [rad]; the paper's 301 points from -90 to 90 degrees each if left out.

    Returns
    -------
    ndarray, shape (..., K, 2)
        Azimuth and elevation [rad], highest peak first; NaN where the spectrum has fewer peaks.

    Raises
    ------
    ValueError
        As :func:`pseudospectrum`; or if a grid has fewer than three points.
    """
    azimuth = _axis("azimuth", paper_grid() if azimuth is None else azimuth)
    elevation = _axis("elevation", paper_grid() if elevation is None else elevation)
    if min(len(azimuth), len(elevation)) < 3:
        raise ValueError(
            f"azimuth, elevation: got {len(azimuth)} and {len(elevation)} points; a peak needs at least 3"
        )
    covariance = checked_covariance(covariance, len(array.positions))
    signal = signal_subspace(covariance, n_sources)
    flat = signal.reshape(-1, *signal.shape[-2:])
    rows, columns = np.empty((2, len(flat), n_sources), dtype=int)
    for start in range(0, len(flat), CHUNK):
        part = slice(start, start + CHUNK)
        spectra = subspace_spectrum(flat[part], array, azimuth, elevation)
        rows[part], columns[part], _ = _summits(spectra, n_sources)
    found = np.stack([azimuth[columns], elevation[rows]], axis=-1)
    found = np.where(rows[..., None] < 0, np.nan, found)
    return found.reshape(*covariance.shape[:-2], *found.shape[1:])


def peaks(spectrum, count):
    """Indices of the highest local maxima of maps, the rim left out.

    Parameters
    ----------
    spectrum : ndarray, shape (..., E, A)
    count : int
        At least 1.

    Returns
    -------
    rows, columns : ndarray of int, shape (..., count)
        -1 where there are fewer.
    heights : ndarray, shape (..., count)

    Raises
    ------
    ValueError
        If the count is not an integer of at least 1, or the spectrum is not finite or not (..., E, A).
    """
    maps = real_array("spectrum", spectrum)
    if maps.ndim < 2:
        raise ValueError(f"spectrum: got shape {maps.shape}; it must be (..., E, A)")
    return _summits(maps, checked_sources(count, np.inf))


def _summits(maps, count):
    """What :func:`peaks` returns, of maps that have been checked."""
    import irsnb.hybrid.kernels as kernels

    maps = np.ascontiguousarray(maps)
    shape = (*maps.shape[:-2], count)
    rows, columns = np.full((2, *shape), -1)
    heights = np.full(shape, -np.inf)
    flat = (part.reshape(-1, count) for part in (rows, columns, heights))
    kernels.summits(maps.reshape(-1, *maps.shape[-2:]), *flat)
    return rows, columns, heights


def range_spectrum(covariance, array, n_sources, directions, distances):
    """MUSIC pseudospectrum along the distance, one scan for each direction, spherical waves (section 3.1
    (iii)).

    Parameters
    ----------
    covariance : array_like of complex, shape (M, M)
    array : irsnb.arrays.PlanarArray
    n_sources : int
        K, at least 1 and below M.
    directions : array_like, shape (n, 2)
        Azimuth and elevation [rad].
    distances : array_like, shape (R,)
        Above 0 [m].

    Returns
    -------
    ndarray, shape (n, R)

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, a distance is not above 0, or not 1 <= K < M.
    """
    covariance = checked_covariance(covariance, len(array.positions))
    if covariance.ndim > 2:
        raise ValueError(f"covariance: got shape {covariance.shape}; one at a time here")
    directions, distances = real_array("directions", directions), _axis("distances", distances)
    if directions.ndim != 2 or directions.shape[1] != 2:
        raise ValueError(f"directions: got shape {directions.shape}; it must be (n, 2): azimuth, elevation")
    signal = signal_subspace(covariance, n_sources)
    steering = array.steering_vector(directions[:, :1], directions[:, 1:], distances)
    null = len(array.positions) - np.sum(np.abs(steering.conj() @ signal) ** 2, axis=-1)
    return 1 / np.maximum(null, len(array.positions) * np.finfo(float).eps)


def find_ranges(covariance, array, n_sources, directions, distances):
    """The peak of each direction's range scan.

    Parameters
    ----------
    covariance, array, n_sources, directions, distances
        As in :func:`range_spectrum`. The paper's window, from the nearest user less 5 m to the farthest
        plus 5 m, knows the answer; a window of one's own does not.

    Returns
    -------
    ndarray, shape (n,)
        Distance [m] at the highest point of the scan, be it at the window's end; NaN for a direction that
        is NaN.

    Raises
    ------
    ValueError
        As :func:`range_spectrum`.
    """
    try:
        directions = np.asarray(directions, dtype=float)
    except (TypeError, ValueError):
        raise ValueError("directions: it must be real numbers in a regular array") from None
    missing = np.isnan(directions).any(axis=-1)
    scans = range_spectrum(
        covariance, array, n_sources, np.where(missing[..., None], 0.0, directions), distances
    )
    found = np.asarray(distances, dtype=float)[scans.argmax(axis=-1)]
    return np.where(missing, np.nan, found)


def search_3d(covariance, array, n_sources, azimuth, elevation, distances):
    """The search that decoupling replaces: the pseudospectrum over azimuth, elevation and distance at once.

    Parameters
    ----------
    covariance : array_like of complex, shape (M, M)
    array : irsnb.arrays.PlanarArray
    n_sources : int
    azimuth, elevation, distances : array_like, shape (A,), (E,) and (R,)
        Grid [rad], [rad], [m].

    Returns
    -------
    ndarray, shape (K, 3)
        Azimuth, elevation, distance of the K highest local maxima; NaN where there are fewer.

    Raises
    ------
    ValueError
        As :func:`range_spectrum`.
    """
    azimuth, elevation = _axis("azimuth", azimuth), _axis("elevation", elevation)
    distances = _axis("distances", distances)
    level = np.stack(np.meshgrid(elevation, azimuth, indexing="ij"), axis=-1).reshape(-1, 2)[:, ::-1]
    # The rows of one elevation at a time keep the memory small.
    cube = np.stack(
        [
            range_spectrum(covariance, array, n_sources, part, distances)
            for part in np.split(level, len(elevation))
        ]
    )
    # A peak of the best distance's map, then its distance.
    rows, columns, _ = peaks(cube.max(axis=-1), n_sources)
    found = np.stack(
        [azimuth[columns], elevation[rows], distances[cube[rows, columns].argmax(axis=-1)]], axis=-1
    )
    return np.where(rows[:, None] < 0, np.nan, found)


def paper_grid():
    """The paper's 301 angles from -90 to 90 degrees, pi/300 apart [rad]."""
    return np.linspace(-np.pi / 2, np.pi / 2, GRID)


def signal_subspace(covariance, n_sources):
    """Eigenvectors of the K largest eigenvalues, (..., M, K), in any orthonormal basis; the covariance has
    been checked.

    Covariances far larger than K are tried by subspace iteration, which ends as soon as what it found are
    eigenvectors to rounding. Noise too near the signals, and small covariances, are left to LAPACK.
    """
    import irsnb.hybrid.kernels as kernels

    size = covariance.shape[-1]
    count = checked_sources(n_sources, size)
    if size <= 4 * count:
        return np.linalg.eigh(covariance)[1][..., -count:]
    flat = np.ascontiguousarray(covariance).reshape(-1, size, size)
    bases = np.empty((len(flat), count, size), dtype=complex)
    found = kernels.dominant_subspaces(flat, _start(count, size), bases)
    vectors = np.swapaxes(bases, -1, -2)
    for left in np.flatnonzero(~found):
        # LAPACK finds a few eigenvectors in less time than all; numpy asks for all.
        vectors[left] = eigh(flat[left], subset_by_index=(size - count, size - 1), check_finite=False)[1]
    return vectors.reshape(*covariance.shape[:-1], count)


@lru_cache(maxsize=16)
def _start(count, size):
    """Vectors (count, size) that together no eigenvector is orthogonal to: normal numbers."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, size)) + 1j * rng.standard_normal((count, size))


def checked_covariance(covariance, size=None):
    """A covariance as a complex array (..., M, M), or a ``ValueError`` that says what is wrong with it."""
    import irsnb.hybrid.kernels as kernels

    # Products of single-precision snapshots are Hermitian to their own rounding.
    single = getattr(covariance, "dtype", None) in (np.dtype("complex64"), np.dtype("float32"))
    covariance = complex_array("covariance", covariance, ())
    if covariance.ndim < 2 or covariance.shape[-1] != covariance.shape[-2]:
        raise ValueError(f"covariance: got shape {covariance.shape}; it must be square, (..., M, M)")
    if size is not None and covariance.shape[-1] != size:
        raise ValueError(
            f"covariance: got shape {covariance.shape}; the array has {size} elements, so it must end in "
            f"({size}, {size})"
        )
    size = covariance.shape[-1]
    off, largest = kernels.departures(np.ascontiguousarray(covariance).reshape(-1, size, size))
    require(
        off <= (1e-4 if single else 1e-9) * largest,
        "covariance",
        off,
        "it must be Hermitian (the largest departure is shown)",
    )
    return covariance


def checked_sources(n_sources, size):
    """The number of sources, or a ``ValueError`` if no noise subspace is left."""
    if not isinstance(n_sources, (int, np.integer)) or isinstance(n_sources, bool) or n_sources < 1:
        raise ValueError(f"n_sources: got {n_sources!r}; it must be an integer of at least 1")
    if n_sources >= size:
        raise ValueError(
            f"n_sources: got {n_sources} with {size} elements; the elements must outnumber the sources, or "
            "no noise subspace is left"
        )
    return int(n_sources)


def _sizes(name, value):
    """Two positive integers."""
    try:
        rows, columns = value
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got {value!r}; it must be (rows, columns)") from None
    for size in (rows, columns):
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name}: got {value!r}; it must be two integers of at least 1")
    return int(rows), int(columns)


def _axis(name, value):
    """One axis of a grid: finite, one-dimensional, not empty."""
    value = real_array(name, value)
    if value.ndim != 1 or not value.size:
        raise ValueError(
            f"{name}: got shape {value.shape}; it must be one axis, (n,), with at least one point"
        )
    return value
