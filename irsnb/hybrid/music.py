"""Decoupled MUSIC as Surendran et al. (2025) run it: directions over a grid first, then one range scan a
user.

A covariance is (..., M, M), its elements in the order of :attr:`irsnb.arrays.PlanarArray.positions`.
"""

from functools import lru_cache

import numpy as np
from scipy.linalg import eigh

from irsnb.checks import complex_array, real_array, require
from irsnb.geometry import unit_vector_unchecked

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
    coefficients are sums along the projector's lags. For one elevation it is a smooth function of
    ``sin(az)`` that a few dozen Chebyshev nodes hold to rounding; a matrix product carries the nodes to the
    grid.

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
    projector = np.eye(covariance.shape[-1]) - signal @ np.swapaxes(signal.conj(), -1, -2)
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
    order, starts, by_row, even, odd, carry = _plan(
        array.rows,
        array.columns,
        array.spacing / array.wavelength,
        None if array.mask is None else array.mask.tobytes(),
        azimuth.tobytes(),
        elevation.tobytes(),
    )
    leading = projector.shape[:-2]
    flat = projector.reshape(*leading, -1)[..., order]
    lags = np.zeros((*leading, 2 * array.rows - 1, array.columns), dtype=complex)
    filled, first = starts
    lags.reshape(*leading, -1)[..., filled] = np.add.reduceat(flat, first, axis=-1)
    by_column = by_row @ lags
    nodes = np.empty((*leading, len(elevation), carry.shape[0]))
    half = even.shape[-1]
    np.einsum("...em,emc->...ec", by_column.real, even, out=nodes[..., :half])
    np.einsum("...em,emc->...ec", by_column.imag, odd, out=nodes[..., half:])
    if carry.shape[1] == len(azimuth):
        return nodes @ carry
    # A grid that mirrors itself: its right half, even and odd part, gives both halves.
    out = np.empty((*leading, len(elevation), len(azimuth)))
    first = len(azimuth) // 2
    right, left = nodes[..., :half] @ carry[:half], nodes[..., half:] @ carry[half:]
    np.add(right, left, out=out[..., first:])
    np.subtract(right, left, out=out[..., len(azimuth) - first - 1 :: -1])
    return out


@lru_cache(maxsize=16)
def _plan(rows, columns, pitch, mask, azimuth, elevation):
    """What :func:`null_spectrum` needs of an array and a grid: index of the lags and the tables of both
    steps."""
    azimuth, elevation = np.frombuffer(azimuth), np.frombuffer(elevation)
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
    filled, first = np.unique(place[sorting], return_index=True)
    turn = 2 * np.pi * pitch
    by_row = np.exp(-1j * turn * np.sin(elevation)[:, None] * np.arange(1 - rows, rows))
    # Degree at which a wave of this bandwidth has died out in Chebyshev polynomials, to 1e-11.
    band = turn * (columns - 1)
    half = int(np.ceil((band + 8 * max(band, 1) ** (1 / 3)) / 2))
    angle = (np.arange(2 * half) + 0.5) * np.pi / (2 * half)
    phase = turn * np.cos(elevation)[:, None, None] * np.arange(columns)[:, None] * np.cos(angle[:half])
    weight = np.where(np.arange(columns) == 0, 1.0, 2.0)[:, None]
    even, odd = weight * np.cos(phase), weight * np.sin(phase)
    degree = np.arange(2 * half)
    series = np.cos(degree[:, None] * angle) / half
    series[0] /= 2
    carry = series.T @ np.cos(degree[:, None] * np.arccos(np.clip(np.sin(azimuth), -1, 1)))
    shown = slice(len(azimuth) // 2 if np.allclose(azimuth, -azimuth[::-1], rtol=0, atol=1e-14) else 0, None)
    mirrored = carry[: half - 1 : -1]
    return (
        kept[sorting],
        (filled, first),
        by_row,
        even,
        odd,
        np.concatenate([carry[:half] + mirrored, carry[:half] - mirrored])[:, shown],
    )


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
    """Eigenvectors of the K largest eigenvalues, (..., M, K); the covariance has been checked."""
    size = covariance.shape[-1]
    count = checked_sources(n_sources, size)
    if covariance[..., 0, 0].size == 1:
        # LAPACK finds a few eigenvectors in less time than all; numpy, which takes stacks, asks for all.
        one = covariance.reshape(size, size)
        vectors = eigh(one, subset_by_index=(size - count, size - 1), check_finite=False)[1]
        return vectors.reshape(*covariance.shape[:-1], count)
    return np.linalg.eigh(covariance)[1][..., -count:]


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
    off = np.abs(covariance - np.swapaxes(covariance.conj(), -1, -2)).max(axis=(-1, -2), initial=0)
    scale = np.abs(covariance).max(axis=(-1, -2), initial=0)
    require(off <= 1e-9 * scale, "covariance", off, "it must be Hermitian (the largest departure is shown)")
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


def cosines(azimuth, elevation):
    """Direction cosines ``u = sin(az) cos(el)`` along y and ``v = sin(el)`` along z."""
    ray = unit_vector_unchecked(np.asarray(azimuth, dtype=float), np.asarray(elevation, dtype=float))
    return ray[..., 1], ray[..., 2]
