"""Which path sum belongs to which target: association by consistency."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import real_array, require
from irsnb.elliptic.locate import fit_misfits, locate, noise_values
from irsnb.elliptic.scene import checked_surfaces
from irsnb.fix import Fix

__all__ = ["MOST_FITS", "Association", "associate"]

MOST_FITS = 300_000
"""Joint fits that :func:`associate` is willing to make."""


@dataclass(frozen=True, eq=False)
class Association:
    """Which path sum belongs to which direction; made by :func:`associate`.

    Attributes
    ----------
    order : ndarray of int, shape (K, M)
        ``path_sums[order[k, m], m]`` is the sum of target k over pair m.
    fix : Fix
        The K targets.
    margin : float
        By how much the total misfit of the next best association is larger; infinite if there is none.
    """

    order: np.ndarray
    fix: Fix
    margin: float


def associate(
    surfaces: ArrayLike,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
) -> Association:
    """Sort unlabelled path sums to several targets by consistency.

    Duan et al. (2025) leave several targets to later work. Each of K departure directions comes with a label,
    the N >= K path sums of a pair do not; N - K of them may be ghosts. A direction and one sum of each pair
    are consistent if the joint fit of :func:`locate` misses them by little. All N^M choices are fitted for
    each direction, and the K choices that share no sum and have the smallest total misfit are taken: the
    maximum-likelihood association.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        The first sends and measures the departure [m].
    azimuth, elevation : array_like, shape (K,)
        Departure directions [rad].
    path_sums : array_like, shape (N, M)
        Each pair's path sums in any order [m].
    sigma_angle : float
        Standard deviation of each angle [rad].
    sigma_path : array_like, shape () or (M,)
        Standard deviation of each path sum [m].
    covariance : array_like, shape (M + 2, M + 2)
        In place of the two, as for :func:`locate`.

    Returns
    -------
    Association

    Raises
    ------
    ValueError
        As :func:`locate`; and if the shapes are not (K,), (K,), (N, M) with N >= K >= 1, or if more than
        300,000 fits would be needed.

    Examples
    --------
    >>> surfaces = [(0.0, 0.0, 0.0), (400.0, 0.0, 0.0), (600.0, 0.0, 0.0)]
    >>> sums = [[996.8, 923.3], [923.3, 1077.0]]
    >>> sigmas = {"sigma_angle": 0.01, "sigma_path": 1.0}
    >>> found = associate(surfaces, [0.9273, 0.1974], [0.3805, 0.5317], sums, **sigmas)
    >>> found.order.tolist()
    [[0, 1], [1, 0]]
    """
    surfaces = checked_surfaces(surfaces, batch=False)
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    path_sums, n_pairs = real_array("path_sums", path_sums), len(surfaces) - 1
    fits = (
        azimuth.ndim == 1
        and azimuth.shape == elevation.shape
        and path_sums.ndim == 2
        and path_sums.shape[1] == n_pairs
        and path_sums.shape[0] >= azimuth.size >= 1
    )
    if not fits:
        shapes = {"azimuth": azimuth, "elevation": elevation, "path_sums": path_sums, "surfaces": surfaces}
        listing = ", ".join(f"{name} {value.shape}" for name, value in shapes.items())
        raise ValueError(
            f"shapes: got {listing}; they must be (K,), (K,), (N, M), (M + 1, 3) with N >= K >= 1"
        )
    for name, value, own in noise_values(n_pairs, sigma_angle, sigma_path, covariance):
        if value.ndim > own:
            raise ValueError(f"{name}: got shape {value.shape}; it must be the same for all targets")
    exceeds = "each must exceed the distance of its two surfaces"
    require(path_sums > np.linalg.norm(surfaces[1:] - surfaces[0], axis=-1), "path_sums", path_sums, exceeds)
    n_sums = len(path_sums)
    if azimuth.size * n_sums**n_pairs > MOST_FITS:
        raise ValueError(
            f"path_sums: got {n_sums} sums over {n_pairs} pairs for {azimuth.size} targets; at most "
            f"{MOST_FITS:,} joint fits are made"
        )
    noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path, "covariance": covariance}
    choices = np.indices((n_sums,) * n_pairs).reshape(n_pairs, -1).T
    everything = path_sums[choices, np.arange(n_pairs)]
    misfit = fit_misfits(surfaces, azimuth[:, None], elevation[:, None], everything, **noise)
    (best, total), (_, next_best) = _two_best_disjoint(misfit, _masks(choices))
    picked = np.array(best)
    fix = locate(surfaces, azimuth, elevation, everything[picked], **noise)
    return Association(choices[picked], fix, float(next_best - total))


def sort_draws(surfaces, azimuth, elevation, path_sums, noise):
    """:func:`associate` for many draws of checked values at once: order, margin and positions.

    Shapes: angles (draws, K), path sums (draws, N, M); order (draws, K, M), positions (draws, K, 3).
    """
    (draws, n_sums, n_pairs), pairs = path_sums.shape, np.arange(path_sums.shape[-1])
    choices = np.indices((n_sums,) * n_pairs).reshape(n_pairs, -1).T
    everything = path_sums[:, choices, pairs]
    misfit = fit_misfits(surfaces, azimuth[..., None], elevation[..., None], everything[:, None], **noise)
    picked, margin, masks = np.empty(azimuth.shape, dtype=int), np.empty(draws), _masks(choices)
    for draw in range(draws):
        (best, total), (_, next_best) = _two_best_disjoint(misfit[draw], masks)
        picked[draw], margin[draw] = best, next_best - total
    chosen = np.take_along_axis(everything, picked[..., None], axis=1)
    fix = locate(surfaces, azimuth, elevation, chosen, **noise)
    return choices[picked], margin, fix.position


def _masks(choices):
    """Each choice as a whole number with a bit for each sum that it takes."""
    n_sums, n_pairs = choices.max() + 1, choices.shape[1]
    return [sum(1 << int(n_sums * m + row[m]) for m in range(n_pairs)) for row in choices]


def _two_best_disjoint(misfit, masks):
    """The two sets of choices, one for each row, that share no sum and have the smallest total misfit."""
    order = np.argsort(misfit, axis=1, kind="stable")
    ranked = [list(zip(row.tolist(), misfit[k, row].tolist(), strict=True)) for k, row in enumerate(order)]
    rest = [*np.cumsum(misfit.min(axis=1)[::-1])[::-1][1:].tolist(), 0.0]
    found = [(None, np.inf), (None, np.inf)]

    def extend(row, taken, used, total):
        nonlocal found
        if row == len(ranked):
            found = sorted([*found, (taken, total)], key=lambda entry: entry[1])[:2]
            return
        for index, miss in ranked[row]:
            if total + miss + rest[row] >= found[1][1]:
                return
            if not used & masks[index]:
                extend(row + 1, (*taken, index), used | masks[index], total + miss)

    extend(0, (), 0, 0.0)
    return found
