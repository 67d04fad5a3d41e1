"""Which few elements of the surface should listen (Surendran et al. 2025, sections 3.1 (iv) and 3.2.2).

Positions are counted in half wavelengths here, the spacing of the surface, so that an element in row n and
column m turns the phase of a plane wave by ``pi (m u + n v)``, u and v the direction cosines along the
columns and the rows.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as inputs
from irsnb import checks

__all__ = [
    "PLACEMENTS",
    "SIDELOBE_WEIGHT",
    "STEPS",
    "beam_pattern",
    "criterion",
    "peak_sidelobe",
    "place_elements",
]

PLACEMENTS = ("random", "block", "corners", "greedy", "annealed")
"""What :func:`irsnb.hybrid.place_elements` knows."""

SIDELOBE_WEIGHT = 2.0
"""Powers of the depth at the worst false direction that outweigh one power of the error."""

STEPS = 15_000
"""Exchanges that a walk of annealing tries."""

_HOT, _COOL, _COLD = 0.3, 0.01, 0.001
"""Temperatures in the unit of the criterion: of a start anywhere, of one at a good place, and of the end."""

_FINE, _COARSE = 20, 6
"""Points of a beam pattern from its peak to the full surface's first null: of a result, and in a search."""


def place_elements(
    n_active: int, method: str, shape: tuple[int, int] = (25, 25), seed: int = 0
) -> np.ndarray:
    """Choose the elements that listen, for a surface with elements half a wavelength apart.

    ``"random"``: any. ``"block"``: side by side in the middle, as square as they go. ``"corners"``: gathered
    at the four corners, in turn. ``"greedy"``: one after the other, each where it lowers
    :func:`criterion` most, from three corners on. ``"annealed"``: simulated annealing (Kirkpatrick, Gelatt
    and Vecchi 1983) of the same criterion, which moves one element at a time; the best of three walks, of
    which one starts cool at the greedy choice, and of that choice.

    Parameters
    ----------
    n_active : int
        M, from 1 to all elements.
    method : str
        One of :data:`irsnb.hybrid.placement.PLACEMENTS`.
    shape : (int, int)
        Rows and columns of the surface, at least 2 each.
    seed : int
        For ``"random"`` and ``"annealed"``; at least 0.

    Returns
    -------
    ndarray of bool, shape `shape`
        True for the M elements that listen: the ``mask`` of an :class:`irsnb.arrays.PlanarArray`.

    Raises
    ------
    ValueError
        If the number, the shape or the seed is not such an integer, or the method is unknown.

    Examples
    --------
    >>> place_elements(4, "corners", shape=(4, 6)).astype(int)
    array([[1, 0, 0, 0, 0, 1],
           [0, 0, 0, 0, 0, 0],
           [0, 0, 0, 0, 0, 0],
           [1, 0, 0, 0, 0, 1]])
    """
    checks.choice("method", method, PLACEMENTS)
    rows, columns = inputs.sides("shape", shape, 2)
    n_active = checks.count("n_active", n_active, 1, rows * columns)
    seed = checks.count("seed", seed, 0)
    # Of the patterns that a search compares, or of the positions.
    each = 3 * _COARSE**2 * rows * columns * 4 if method in ("greedy", "annealed") else 100
    checks.check_memory("shape", shape, float(each) * rows * columns)
    return _placed(n_active, method, rows, columns, seed).copy()


def criterion(mask: ArrayLike) -> float:
    """What ``"greedy"`` and ``"annealed"`` lower: the logarithm of an error, plus a price for sidelobes.

    The error is the root mean square of the Cramér–Rao bound on a lone user's two direction cosines, which
    is the same in every direction: ``(2 T SNR pi^2)^(-1/2) tr(S^-1)^(1/2)`` at high SNR, S the second
    moments of the elements' positions about their mean. The factor in front, which no placement changes, is
    left out. Alone it gathers the elements in the corners, where other directions look all but the same.
    With g the :func:`peak_sidelobe`, MUSIC's null spectrum of a lone user is ``M (1 - g^2)`` at the worst of
    these, so the error is divided by ``1 - g^2`` to the power ``SIDELOBE_WEIGHT``.

    Parameters
    ----------
    mask : array_like of bool, shape (rows, columns)

    Returns
    -------
    float
        Infinite for elements on one line, which do not fix a direction.

    Raises
    ------
    ValueError
        If the mask is not boolean, has not two axes of at least 2, or has no True entry.

    Examples
    --------
    >>> corners, block = (place_elements(8, method) for method in ("corners", "block"))
    >>> print(f"{criterion(corners):.1f} {criterion(block):.1f}")
    6.0 6.2
    """
    mask = inputs.masks("mask", mask)
    if mask.sum() < 3:
        return np.inf
    from irsnb.hybrid.annealing import cost

    sums = _powers(mask.shape)[:, mask.ravel()].sum(axis=1)
    return float(cost(mask.sum(), sums, peak_sidelobe(mask) ** 2, SIDELOBE_WEIGHT))


def beam_pattern(mask: ArrayLike, u: ArrayLike, v: ArrayLike) -> np.ndarray:
    """How alike two directions look: ``|sum exp(j pi (m u + n v))| / M`` over the elements that listen.

    Parameters
    ----------
    mask : array_like of bool, shape (rows, columns)
    u, v : array_like, shape (...)
        Differences of the direction cosines along columns and rows; for two directions in front of the
        surface ``hypot(u, v) < 2``. The pattern repeats after 2 in each.

    Returns
    -------
    ndarray, shape (...)
        1 for the same direction, 0 for directions whose steering vectors are orthogonal.

    Raises
    ------
    ValueError
        If the mask is not boolean, has not two axes of at least 2, or has no True entry; if a difference is
        not finite or the shapes do not broadcast.

    Examples
    --------
    >>> beam_pattern(np.ones((4, 4), dtype=bool), [0.0, 0.5], 0.0).round(3)
    array([1., 0.])
    """
    mask = inputs.masks("mask", mask)
    u, v = checks.real_array("u", u), checks.real_array("v", v)
    for name, value in (("u", u), ("v", v)):
        checks.require(np.abs(value) <= 1e6, name, value, "it must lie within +-1e6, or its phase is lost")
    shape = checks.common_shape(u=u.shape, v=v.shape)
    checks.check_memory("u", u, 32.0 * math.prod(shape) * mask.sum())
    n, m = np.nonzero(mask)
    return np.abs(np.exp(1j * np.pi * (m * u[..., None] + n * v[..., None])).mean(axis=-1))


def peak_sidelobe(mask: ArrayLike) -> float:
    """The highest value of :func:`beam_pattern` outside the main lobe of the full surface.

    That lobe is ``|u| < 2 / columns and |v| < 2 / rows``, to the first nulls. Everywhere else the two
    directions are to be told apart, whatever the elements: a block, whose own main lobe is wider, has a
    peak near 1. All differences that occur for two directions in front of the surface are looked at; they
    cover the whole period of 2 by 2.

    Parameters
    ----------
    mask : array_like of bool, shape (rows, columns)

    Returns
    -------
    float
        From 0 to 1, relative to the main lobe.

    Raises
    ------
    ValueError
        If the mask is not boolean, has not two axes of at least 2, or has no True entry.

    Examples
    --------
    >>> print(f"{peak_sidelobe(np.ones((10, 10), dtype=bool)):.3f}")
    0.225
    """
    mask = inputs.masks("mask", mask)
    rows, columns = mask.shape
    checks.check_memory("mask", mask, 12.0 * _FINE**2 * mask.size)
    pattern = np.abs(np.fft.rfft2(mask, (_FINE * rows, _FINE * columns)))
    return float(pattern[_outside(rows, columns, _FINE)].max() / mask.sum())


@lru_cache(maxsize=256)
def _placed(n_active, method, rows, columns, seed):
    """The mask, which the caller must not change."""
    rng = np.random.default_rng(seed)
    if method == "random":
        return _with(rng.choice(rows * columns, n_active, replace=False), rows, columns)
    if method == "block":
        wide = min(columns, max(int(np.ceil(np.sqrt(n_active))), -(-n_active // rows)))
        high = -(-n_active // wide)
        row, column = np.divmod(np.arange(n_active), wide)
        chosen = (row + (rows - high) // 2) * columns + column + (columns - wide) // 2
        return _with(chosen, rows, columns)
    if method == "corners":
        return _with(_at_corners(n_active, rows, columns), rows, columns)
    import irsnb.hybrid.annealing as annealing

    waves, powers = _waves(rows, columns), _powers((rows, columns))
    corners = np.array(_at_corners(min(n_active, 3), rows, columns))
    greedy = annealing.greedy(corners, n_active, waves, powers, SIDELOBE_WEIGHT)
    if method == "greedy" or n_active < 3 or n_active == rows * columns:
        return _with(greedy, rows, columns)
    found = [greedy]
    # Two walks from anywhere, and one from the greedy choice.
    for start, heat in [(rng.permutation(rows * columns), _HOT) for _ in range(2)] + [(greedy, _COOL)]:
        start = start[:n_active]
        order = np.append(start, np.setdiff1d(np.arange(rows * columns), start))
        leaving = rng.integers(n_active, size=STEPS)
        entering = rng.integers(n_active, len(order), size=STEPS)
        rises = -np.log(1 - rng.random(STEPS)) * np.geomspace(heat, _COLD, STEPS)
        draws = (leaving, entering, rises)
        found.append(annealing.walk(order, n_active, waves, powers, draws, SIDELOBE_WEIGHT))
    return min((_with(chosen, rows, columns) for chosen in found), key=criterion)


def _with(chosen, rows, columns):
    """A mask of the elements counted row by row."""
    mask = np.zeros((rows, columns), dtype=bool)
    mask.flat[chosen] = True
    return mask


def _at_corners(n_active, rows, columns):
    """Every corner in turn takes the nearest element that is left."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    away = [np.hypot(row - r, column - c) for r in (0, rows - 1) for c in (0, columns - 1)]
    chosen = []
    for turn in range(n_active):
        own = away[turn % 4]
        chosen.append(int(own.argmin()))
        for other in away:
            other[chosen[-1]] = np.inf
    return chosen


def _powers(shape):
    """Row, column, their squares and their product, of every element, (5, rows x columns)."""
    row, column = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    return np.stack([row, column, row**2, column**2, row * column]).astype(float)


@lru_cache(maxsize=2)
def _waves(rows, columns):
    """Real and imaginary part of what every element adds to the pattern, (rows x columns, 2, N).

    N differences, those that :func:`_outside` keeps. Two short real numbers are faster than a complex one.
    """
    down = np.exp(-2j * np.pi * np.outer(np.arange(rows), np.arange(_COARSE * rows)) / (_COARSE * rows))
    half = np.arange(_COARSE * columns // 2 + 1)
    across = np.exp(-2j * np.pi * np.outer(np.arange(columns), half) / (_COARSE * columns))
    n, m = np.nonzero(_outside(rows, columns, _COARSE))
    waves = (down[:, None, n] * across[:, m]).reshape(rows * columns, -1)
    return np.ascontiguousarray(np.stack([waves.real, waves.imag], axis=1), dtype=np.float32)


def _outside(rows, columns, fine):
    """Half a period of differences, as ``rfft2`` orders them: True where a response is a sidelobe."""
    down, across = np.arange(fine * rows), np.arange(fine * columns // 2 + 1)
    return (np.minimum(down, fine * rows - down) >= fine)[:, None] | (across >= fine)
