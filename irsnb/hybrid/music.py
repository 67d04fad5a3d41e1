"""Decoupled MUSIC as Surendran et al. (2025) run it: directions over a grid first, then one range scan a
user.

A covariance is (..., M, M), its elements in the order of :attr:`irsnb.arrays.PlanarArray.positions`.
"""

from functools import lru_cache

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.lapack import zgeqrf, zungqr

from irsnb.checks import complex_array, real_array, require
from irsnb.geometry import unit_vector_unchecked

GRID = 301
"""Points of the paper's grid along each angle: pi/300 apart, section 3.1 (ii)."""

SPARE = 4
"""Vectors beyond K that subspace iteration carries: the nearest noise is then of no account."""

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
    coefficients are sums along the projector's lags. For one elevation it is a function of ``sin(az)`` of
    limited bandwidth, to rounding a sum of some thirty functions that serve every elevation; a matrix
    product carries their weights to the grid.

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
    signal = signal_subspace(covariance, n_sources)
    projector = -(signal @ np.swapaxes(signal.conj(), -1, -2))
    np.einsum("...ii->...i", projector)[...] += 1
    spectrum = null_spectrum(projector, array, azimuth, elevation)
    # Where rounding leaves a null at or below zero, the spectrum is as large as rounding allows.
    floor = covariance.shape[-1] * np.finfo(float).eps
    if spectrum.min(initial=np.inf) < floor:
        np.maximum(spectrum, floor, out=spectrum)
    return np.divide(1, spectrum, out=spectrum)


def null_spectrum(projector, array, azimuth, elevation):
    """``a^H P a`` over a grid of directions for a Hermitian P: the part of :func:`pseudospectrum` that is
    timed.

    Parameters
    ----------
    projector : ndarray of complex, shape (..., M, M)
    array : irsnb.arrays.PlanarArray
    azimuth, elevation : array_like, shape (A,) and (E,)
        Grid [rad].

    Returns
    -------
    ndarray, shape (..., E, A)
    """
    azimuth, elevation = _axis("azimuth", azimuth), _axis("elevation", elevation)
    mask = None if array.mask is None else array.mask.tobytes()
    order, filled, first = _lags(array.rows, array.columns, mask)
    by_row, even, odd, carry = _waves(
        array.rows, array.columns, array.spacing / array.wavelength, azimuth.tobytes(), elevation.tobytes()
    )
    leading = projector.shape[:-2]
    flat = projector.reshape(*leading, -1)[..., order]
    lags = np.zeros((*leading, 2 * array.rows - 1, array.columns), dtype=complex)
    lags.reshape(*leading, -1)[..., filled] = np.add.reduceat(flat, first, axis=-1)
    by_column = by_row @ lags
    weights = np.empty((*leading, len(elevation), len(carry)))
    evens = even.shape[-1]
    np.einsum("...em,emc->...ec", by_column.real, even, out=weights[..., :evens])
    np.einsum("...em,emc->...ec", by_column.imag, odd, out=weights[..., evens:])
    return weights @ carry


@lru_cache(maxsize=16)
def _lags(rows, columns, mask):
    """Which entries of a projector share a lag: their order, the lags that occur, where each begins."""
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
    return (kept[sorting], *np.unique(place[sorting], return_index=True))


@lru_cache(maxsize=16)
def _waves(rows, columns, pitch, azimuth, elevation):
    """Tables that carry lags to a grid, the same for every mask: from rows' lags to each elevation, from
    columns' lags to the weights of the band's even and odd functions, and these on the azimuths."""
    azimuth, elevation = np.frombuffer(azimuth), np.frombuffer(elevation)
    turn = 2 * np.pi * pitch
    by_row = np.exp(-1j * turn * np.sin(elevation)[:, None] * np.arange(1 - rows, rows))
    sine = np.sin(azimuth)
    # Every frequency up to the band's edge, sampled closely enough that those between add nothing.
    band = turn * (columns - 1)
    sampled = np.linspace(0, band, 2 * int(band) + 32)
    at = turn * np.cos(elevation)[:, None]
    # A lag of n columns stands for its mirror too.
    lags = [(n, 2.0 if n else 1.0) for n in range(columns)]
    tables, carry = [], []
    for wave in (np.cos, np.sin):
        _, size, basis = np.linalg.svd(wave(sampled[:, None] * sine), full_matrices=False)
        basis = basis[size > 1e-14 * size[0]]
        tables.append(np.stack([weight * wave(n * at * sine) @ basis.T for n, weight in lags], axis=1))
        carry.append(basis)
    return (by_row, *tables, np.concatenate(carry))


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
    azimuth, elevation = paper_grid() if azimuth is None else azimuth, elevation
    elevation = paper_grid() if elevation is None else elevation
    azimuth, elevation = _axis("azimuth", azimuth), _axis("elevation", elevation)
    if min(len(azimuth), len(elevation)) < 3:
        raise ValueError(
            f"azimuth, elevation: got {len(azimuth)} and {len(elevation)} points; a peak needs at least 3"
        )
    covariance = checked_covariance(covariance, len(array.positions))
    flat = covariance.reshape(-1, *covariance.shape[-2:])
    rows, columns = np.empty((2, len(flat), checked_sources(n_sources, flat.shape[-1])), dtype=int)
    for start in range(0, len(flat), CHUNK):
        part = slice(start, start + CHUNK)
        spectrum = pseudospectrum(flat[part], array, n_sources, azimuth, elevation)
        rows[part], columns[part], _ = peaks(spectrum, n_sources)
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
        If the count is not an integer of at least 1.
    """
    count = checked_sources(count, np.inf)
    maps = spectrum.reshape(-1, *spectrum.shape[-2:])
    rows, columns = np.full((2, len(maps), count), -1)
    heights = np.full((len(maps), count), -np.inf)
    inner = maps[:, 1:-1, 1:-1]
    # A tie goes to the later point, so that a plateau has one peak. Most fail against the two beside them.
    which, row, column = np.nonzero((inner >= maps[:, 1:-1, :-2]) & (inner > maps[:, 1:-1, 2:]))
    row, column = row + 1, column + 1
    for down, across in ((-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)):
        here, there = maps[which, row, column], maps[which, row + down, column + across]
        higher = here > there if down > 0 else here >= there
        which, row, column = which[higher], row[higher], column[higher]
    here = maps[which, row, column]
    order = np.lexsort((-here, which))
    which, row, column, here = (part[order] for part in (which, row, column, here))
    rank = np.arange(len(which)) - np.searchsorted(which, which)
    best = rank < count
    place = which[best], rank[best]
    rows[place], columns[place], heights[place] = row[best], column[best], here[best]
    shape = (*spectrum.shape[:-2], count)
    return rows.reshape(shape), columns.reshape(shape), heights.reshape(shape)


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

    One covariance far larger than K is tried by subspace iteration (Golub and Van Loan, 8.2.4), which ends
    as soon as what it found are eigenvectors to rounding; noise too near the signals is left to LAPACK.
    """
    size = covariance.shape[-1]
    count = checked_sources(n_sources, size)
    if covariance[..., 0, 0].size != 1:
        return np.linalg.eigh(covariance)[1][..., -count:]
    one = covariance.reshape(size, size)
    vectors = _iterated_subspace(one, count) if size > 4 * (count + SPARE) else None
    if vectors is None:
        # LAPACK finds a few eigenvectors in less time than all; numpy, which takes stacks, asks for all.
        vectors = eigh(one, subset_by_index=(size - count, size - 1), check_finite=False)[1]
    return vectors.reshape(*covariance.shape[:-1], count)


def _iterated_subspace(covariance, count):
    """Eigenvectors (M, count) by four products with the covariance and a Rayleigh-Ritz step, or None if two
    such rounds leave a residual above rounding."""
    power = np.trace(covariance).real
    if not power > 0:
        return None
    covariance = covariance / power
    block = _start(len(covariance), count + SPARE)
    for _ in range(2):
        for _ in range(4):
            block = covariance @ block
        # LAPACK's own two steps: the wrappers' checks cost three times as much on so small a block.
        block = zungqr(*zgeqrf(block)[:2])[0]
        image = covariance @ block
        values, mixing = np.linalg.eigh(block.conj().T @ image)
        values, mixing = values[-count:], mixing[:, -count:]
        vectors = block @ mixing
        if np.abs(image @ mixing - vectors * values).max() < 1e-12 * values[0]:
            return vectors
    return None


@lru_cache(maxsize=16)
def _start(size, count):
    """A block (size, count) that no eigenvector is orthogonal to: normal numbers."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((size, count)) + 1j * rng.standard_normal((size, count))


def checked_covariance(covariance, size=None):
    """A covariance as a complex array (..., M, M), or a ``ValueError`` that says what is wrong with it."""
    covariance = complex_array("covariance", covariance, ())
    if covariance.ndim < 2 or covariance.shape[-1] != covariance.shape[-2]:
        raise ValueError(f"covariance: got shape {covariance.shape}; it must be square, (..., M, M)")
    if size is not None and covariance.shape[-1] != size:
        raise ValueError(
            f"covariance: got shape {covariance.shape}; the array has {size} elements, so it must end in "
            f"({size}, {size})"
        )
    off = _largest_part(covariance - np.swapaxes(covariance.conj(), -1, -2))
    require(
        off <= 1e-9 * _largest_part(covariance),
        "covariance",
        off,
        "it must be Hermitian (the largest departure is shown)",
    )
    return covariance


def _largest_part(matrices):
    """Largest real or imaginary part, sign apart, of each matrix (..., M, M)."""
    parts = np.ascontiguousarray(matrices).view(float)
    return np.abs(parts).max(axis=(-1, -2), initial=0)


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


def cosines(azimuth, elevation):
    """Direction cosines ``u = sin(az) cos(el)`` along y and ``v = sin(el)`` along z."""
    ray = unit_vector_unchecked(np.asarray(azimuth, dtype=float), np.asarray(elevation, dtype=float))
    return ray[..., 1], ray[..., 2]
