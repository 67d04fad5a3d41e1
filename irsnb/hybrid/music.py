"""Decoupled MUSIC as Surendran et al. (2025) run it: directions over a grid first, then one range scan a
user.

A covariance is (..., M, M), its elements in the order of :attr:`irsnb.arrays.PlanarArray.positions`.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import ArrayLike
from scipy.linalg import block_diag, eigh

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray, phases_unchecked

__all__ = [
    "GRID",
    "find_directions",
    "find_ranges",
    "noise_subspace",
    "paper_grid",
    "peaks",
    "pseudospectrum",
    "range_spectrum",
    "sample_covariance",
    "search_3d",
    "smooth",
    "smoothed_covariance",
]

GRID = 301
"""Points of the paper's grid along each angle: pi/300 apart, section 3.1 (ii)."""

CHUNK = 8
"""Spectra that are held at a time: memory that the processor keeps near."""


def sample_covariance(snapshots: ArrayLike) -> np.ndarray:
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
        If the snapshots are not finite, not at least one column of at least one element, or their powers
        overflow.

    Examples
    --------
    >>> sample_covariance([[1, 1j], [1, -1j]]).real
    array([[1., 0.],
           [0., 1.]])
    """
    snapshots = checks.complex_array("snapshots", snapshots)
    if snapshots.ndim < 2 or not snapshots.size:
        raise ValueError(f"snapshots: got shape {snapshots.shape}; it must be (..., M, T), both at least 1")
    checks.check_memory("snapshots", snapshots, 16 * snapshots[..., 0].size * snapshots.shape[-2])
    largest = np.abs(snapshots).max()
    checks.require(
        largest < 1e100, "snapshots", largest, "its squares must be finite (largest modulus shown)"
    )
    return snapshots @ np.swapaxes(snapshots.conj(), -1, -2) / snapshots.shape[-1]


def smoothed_covariance(
    snapshots: ArrayLike, shape: tuple[int, int], subarray: tuple[int, int]
) -> np.ndarray:
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
    shape, subarray = inputs.sides("shape", shape), _subarray(subarray, shape)
    snapshots = checks.complex_array("snapshots", snapshots)
    if snapshots.ndim < 2 or snapshots.shape[-2] != shape[0] * shape[1]:
        raise ValueError(
            f"snapshots: got shape {snapshots.shape}; an array of {shape[0]} x {shape[1]} needs "
            f"(..., {shape[0] * shape[1]}, T)"
        )
    return smooth(sample_covariance(snapshots), shape, subarray)


def smooth(covariance: ArrayLike, shape: tuple[int, int], subarray: tuple[int, int]) -> np.ndarray:
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

    Examples
    --------
    >>> smooth(np.eye(100), (10, 10), (7, 7)).shape
    (49, 49)
    """
    rows, columns = inputs.sides("shape", shape)
    high, wide = _subarray(subarray, (rows, columns))
    covariance = inputs.covariances("covariance", covariance, rows * columns)
    blocks = covariance.reshape(*covariance.shape[:-2], rows, columns, rows, columns)
    down, across = rows - high + 1, columns - wide + 1
    total = sum(
        blocks[..., r : r + high, c : c + wide, r : r + high, c : c + wide]
        for r in range(down)
        for c in range(across)
    )
    size = high * wide
    return total.reshape(*covariance.shape[:-2], size, size) / (down * across)


def noise_subspace(covariance: ArrayLike, n_sources: int) -> np.ndarray:
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
        If the covariance is not finite, not square, not Hermitian, has a negative eigenvalue, or not
        1 <= K < M.

    Examples
    --------
    >>> noise_subspace(np.diag([3.0, 1.0, 1.0]), 1).shape
    (3, 2)
    """
    covariance = inputs.covariances("covariance", covariance)
    count = inputs.sources("n_sources", n_sources, covariance.shape[-1])
    values, vectors = np.linalg.eigh(covariance)
    inputs.no_negative("covariance", values)
    return vectors[..., :-count]


def pseudospectrum(
    covariance: ArrayLike,
    array: PlanarArray,
    n_sources: int,
    azimuth: ArrayLike,
    elevation: ArrayLike,
) -> np.ndarray:
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

    Examples
    --------
    >>> array = PlanarArray(5, 5, spacing=0.5, wavelength=1.0)
    >>> steered = array.steering_vector(0.2, -0.1)
    >>> grid = np.linspace(-0.4, 0.4, 9)
    >>> power = pseudospectrum(np.eye(25) + np.outer(steered, steered.conj()), array, 1, grid, grid)
    >>> row, column = np.unravel_index(power.argmax(), power.shape)
    >>> print(f"azimuth {grid[column]:.1f}, elevation {grid[row]:.1f}")
    azimuth 0.2, elevation -0.1
    """
    covariance = inputs.covariances(
        "covariance", covariance, len(inputs.planar_array("array", array).positions)
    )
    azimuth = inputs.axis("azimuth", azimuth, "azimuth")
    elevation = inputs.axis("elevation", elevation, "elevation")
    n_sources = inputs.sources("n_sources", n_sources, covariance.shape[-1])
    checks.check_memory("azimuth", azimuth, 8.0 * covariance[..., 0, 0].size * len(azimuth) * len(elevation))
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


def find_directions(
    covariance: ArrayLike,
    array: PlanarArray,
    n_sources: int,
    azimuth: ArrayLike | None = None,
    elevation: ArrayLike | None = None,
) -> np.ndarray:
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

    Examples
    --------
    >>> array = PlanarArray(7, 7, spacing=0.5, wavelength=1.0)
    >>> users = np.array([(0.6, -0.2), (-0.4, -0.5)])
    >>> steered = array.steering_vector(*users.T)
    >>> find_directions(0.1 * np.eye(49) + steered.T @ steered.conj(), array, 2).round(1)
    array([[ 0.6, -0.2],
           [-0.4, -0.5]])
    """
    azimuth = inputs.axis("azimuth", paper_grid() if azimuth is None else azimuth, "azimuth")
    elevation = inputs.axis("elevation", paper_grid() if elevation is None else elevation, "elevation")
    if min(len(azimuth), len(elevation)) < 3:
        raise ValueError(
            f"azimuth, elevation: got {len(azimuth)} and {len(elevation)} points; a peak needs at least 3"
        )
    covariance = inputs.covariances(
        "covariance", covariance, len(inputs.planar_array("array", array).positions)
    )
    n_sources = inputs.sources("n_sources", n_sources, covariance.shape[-1])
    checks.check_memory("azimuth", azimuth, 8.0 * CHUNK * len(azimuth) * len(elevation))
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


def peaks(spectrum: ArrayLike, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the highest local maxima of maps, the rim left out.

    Parameters
    ----------
    spectrum : array_like, shape (..., E, A)
    count : int
        At least 1.

    Returns
    -------
    rows, columns : ndarray of int, shape (..., count)
        -1 where there are fewer.
    heights : ndarray, shape (..., count)
        Minus infinity where there are fewer.

    Raises
    ------
    ValueError
        If the count is not an integer of at least 1, or the spectrum is not finite or not (..., E, A).

    Examples
    --------
    >>> rows, columns, heights = peaks([[0, 0, 0, 0, 0], [0, 2, 0, 3, 0], [0, 0, 0, 0, 0]], 2)
    >>> columns
    array([3, 1])
    """
    maps = checks.real_array("spectrum", spectrum)
    if maps.ndim < 2 or not maps.size:
        raise ValueError(f"spectrum: got shape {maps.shape}; it must be (..., E, A)")
    count = checks.count("count", count)
    checks.check_memory("count", count, 24.0 * count * maps[..., 0, 0].size)
    # No map has more maxima than points; what is asked for beyond stays empty.
    found = _summits(maps, min(count, maps.shape[-1] * maps.shape[-2]))
    beyond = [(0, 0)] * (maps.ndim - 2) + [(0, count - found[0].shape[-1])]
    if not beyond[-1][1]:
        return found
    return tuple(
        np.pad(part, beyond, constant_values=empty)
        for part, empty in zip(found, (-1, -1, -np.inf), strict=True)
    )


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


def range_spectrum(
    covariance: ArrayLike,
    array: PlanarArray,
    n_sources: int,
    directions: ArrayLike,
    distances: ArrayLike,
) -> np.ndarray:
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
    import irsnb.hybrid.kernels as kernels

    covariance = inputs.covariances(
        "covariance", covariance, len(inputs.planar_array("array", array).positions)
    )
    if covariance.ndim > 2:
        raise ValueError(f"covariance: got shape {covariance.shape}; one at a time here")
    directions = inputs.users("directions", directions, (2,))
    distances = inputs.axis("distances", distances, "distance")
    if directions.ndim != 2:
        raise ValueError(f"directions: got shape {directions.shape}; it must be (n, 2): azimuth, elevation")
    n_sources = inputs.sources("n_sources", n_sources, len(covariance))
    checks.check_memory("distances", distances, 32.0 * len(directions) * len(distances) * len(covariance))
    signal = signal_subspace(covariance, n_sources)
    phases = phases_unchecked(array, directions[:, :1], directions[:, 1:], distances)
    null = np.empty(phases.shape[:-1])
    kernels.nulls(phases.reshape(-1, len(covariance)), np.ascontiguousarray(signal), null.reshape(-1))
    return 1 / np.maximum(null, len(covariance) * np.finfo(float).eps)


def find_ranges(
    covariance: ArrayLike,
    array: PlanarArray,
    n_sources: int,
    directions: ArrayLike,
    distances: ArrayLike,
) -> np.ndarray:
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
    directions = checks.real_array("directions", directions, missing=True)
    if directions.ndim != 2:
        raise ValueError(f"directions: got shape {directions.shape}; it must be (n, 2): azimuth, elevation")
    missing = np.isnan(directions).any(axis=-1)
    scans = range_spectrum(
        covariance, array, n_sources, np.where(missing[..., None], 0.0, directions), distances
    )
    found = np.asarray(distances, dtype=float)[scans.argmax(axis=-1)]
    return np.where(missing, np.nan, found)


def search_3d(
    covariance: ArrayLike,
    array: PlanarArray,
    n_sources: int,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    distances: ArrayLike,
) -> np.ndarray:
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
    azimuth = inputs.axis("azimuth", azimuth, "azimuth")
    elevation = inputs.axis("elevation", elevation, "elevation")
    distances = inputs.axis("distances", distances, "distance")
    checks.check_memory("distances", distances, 8.0 * len(azimuth) * len(elevation) * len(distances))
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


def paper_grid() -> np.ndarray:
    """The paper's grid of angles, pi/300 apart (section 3.1 (ii)).

    Returns
    -------
    ndarray, shape (301,)
        From -90 to 90 degrees [rad].

    Returns
    -------
    ndarray, shape (301,)

    Examples
    --------
    >>> np.rad2deg(paper_grid()[[0, 1, 300]]).round(1)
    array([-90. , -89.4,  90. ])
    """
    return np.linspace(-np.pi / 2, np.pi / 2, GRID)


def signal_subspace(covariance, n_sources):
    """Eigenvectors of the K largest eigenvalues, (..., M, K), in any orthonormal basis; covariance and K
    have been checked.

    Covariances far larger than K are tried by subspace iteration, which ends as soon as what it found are
    eigenvectors to rounding. Noise too near the signals, and small covariances, are left to LAPACK.
    """
    import irsnb.hybrid.kernels as kernels

    size, count = covariance.shape[-1], n_sources
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


def signal_eigenpairs(covariance, n_sources):
    """Eigenpairs of the K largest eigenvalues and the mean of the others; covariance and K have been checked.

    Parameters
    ----------
    covariance : ndarray of complex, shape (..., M, M)
    n_sources : int
        K, below M.

    Returns
    -------
    values : ndarray, shape (..., K)
        Rising.
    vectors : ndarray of complex, shape (..., M, K)
        Orthonormal columns.
    noise : ndarray, shape (..., 1)
        What the signals leave of the trace, over M - K.
    """
    basis = signal_subspace(covariance, n_sources)
    # Within their span, the eigenvectors are those of a K x K matrix (Rayleigh and Ritz).
    values, turn = np.linalg.eigh(np.swapaxes(basis.conj(), -1, -2) @ (covariance @ basis))
    total = np.trace(covariance, axis1=-2, axis2=-1).real
    noise = (total - values.sum(axis=-1)) / (covariance.shape[-1] - n_sources)
    return values, basis @ turn, noise[..., None]


@lru_cache(maxsize=16)
def _start(count, size):
    """Vectors (count, size) that together no eigenvector is orthogonal to: normal numbers."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((count, size)) + 1j * rng.standard_normal((count, size))


def _subarray(value, shape):
    """Rows and columns of a subarray, which must fit into an array of this shape."""
    rows, columns = inputs.sides("subarray", value)
    if rows > shape[0] or columns > shape[1]:
        raise ValueError(
            f"subarray: got {rows} x {columns}; it must fit into the array of {shape[0]} x {shape[1]}"
        )
    return rows, columns
