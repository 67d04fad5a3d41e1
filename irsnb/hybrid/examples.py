"""What the networks of Surendran et al. (2025) learn from: spectra of scenes with their truth, and splits.

Scenes are split, never snapshots: a scene is a set of users with its channels, and all its examples stay on
one side. joblib and scikit-learn are loaded on first use.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.hybrid.model import (
    CORRELATIONS,
    N_SNAPSHOTS,
    PAPER_NOISE,
    draw_covariance,
    path_channels,
    signal_covariance,
)
from irsnb.hybrid.music import GRID, paper_grid, peaks, pseudospectrum, range_spectrum, smooth
from irsnb.hybrid.scene import Scenario
from irsnb.hybrid.users import polar

__all__ = ["Examples", "grouped_folds", "make_examples", "street_channels", "street_window", "targets_of"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Spectra with their truth; made by :func:`make_examples`. Users stand by rising azimuth.

    Attributes
    ----------
    spectra : ndarray of float32, shape (n, E, A)
        MUSIC pseudospectra on the paper's grid.
    coarse : ndarray, shape (n, K, 2)
        Azimuth and elevation of their K highest peaks, by rising azimuth [rad]; NaN for none.
    scans : ndarray of float32, shape (n, K, R)
        Range spectra in these directions.
    truth : ndarray, shape (n, K, 3)
        Azimuth, elevation [rad], distance [m].
    covariance : ndarray of complex, shape (n, M, M)
        Of the whole array, not smoothed.
    scene : ndarray of int, shape (n,)
        Which scene each belongs to: the groups of every split.
    distances : ndarray, shape (R,)
        Points of the range scans [m].

    Raises
    ------
    ValueError
        If a field is of another kind or shape, or not finite (coarse directions may be NaN).
    """

    spectra: np.ndarray
    coarse: np.ndarray
    scans: np.ndarray
    truth: np.ndarray
    covariance: np.ndarray
    scene: np.ndarray
    distances: np.ndarray

    def __post_init__(self):
        truth = inputs.users("truth", self.truth, (3,))
        axis = inputs.axis("distances", self.distances, "distance")
        if truth.ndim != 3:
            raise ValueError(f"truth: got shape {truth.shape}; it must be (n, K, 3)")
        n, count = truth.shape[:2]
        shapes = {
            "spectra": (n, None, None),
            "coarse": (n, count, 2),
            "scans": (n, count, len(axis)),
            "covariance": (n, None, None),
            "scene": (n,),
        }
        for name, wanted in shapes.items():
            value = getattr(self, name)
            if name == "scene":
                array = checks.integer_array(name, value)
            elif name == "covariance":
                array = checks.complex_array(name, value)
            else:
                array = inputs.rows(name, value, missing=name == "coarse")
            fits = array.ndim == len(wanted) and all(
                asked in (None, size) for asked, size in zip(wanted, array.shape, strict=True)
            )
            if not fits:
                asked = str(wanted).replace("None", "any")
                raise ValueError(
                    f"{name}: got shape {array.shape}; with this truth and these distances it must be {asked}"
                )
            object.__setattr__(self, name, array)
        object.__setattr__(self, "truth", truth)
        object.__setattr__(self, "distances", axis)

    def __len__(self) -> int:
        return len(self.scene)


def street_channels(
    scenario: Scenario, scenes: ArrayLike, array: PlanarArray, hears: str = "all around"
) -> tuple[np.ndarray, np.ndarray]:
    """Channels and truth of a street's scenes, as :func:`make_examples` takes them.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    scenes : array_like of int, shape (S, K)
    array : irsnb.arrays.PlanarArray
    hears : str
        As :func:`irsnb.hybrid.path_channels`.

    Returns
    -------
    channels : ndarray of complex, shape (S, K, P, M)
    truth : ndarray, shape (S, K, 3)

    Raises
    ------
    ValueError
        As :func:`irsnb.hybrid.path_channels`.
    """
    checks.instance("scenario", scenario, Scenario)
    scenes = inputs.indices("scenes", scenes, len(scenario.positions))
    if scenes.ndim != 2:
        raise ValueError(f"scenes: got shape {scenes.shape}; it must be (S, K)")
    heard = path_channels(scenario, scenes.ravel(), array, hears=hears)
    return heard.reshape(*scenes.shape, *heard.shape[1:]), polar(scenario)[scenes]


def street_window(scenario: Scenario, margin: float = 5.0, points: int = 161) -> np.ndarray:
    """Points of a range scan over a whole street [m], (points,): the paper's margin and number, around all
    users rather than around those sought.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    margin : float
        Beyond the nearest and the farthest user [m]; the first point is at least 1 m away.
    points : int

    Returns
    -------
    ndarray, shape (points,)

    Raises
    ------
    ValueError
        If the margin is below 0 or the number of points below 1.

    Examples
    --------
    >>> from irsnb.hybrid import load_scenario
    >>> street_window(load_scenario())[[0, -1]].round(1)
    array([  1.3, 105. ])
    """
    checks.instance("scenario", scenario, Scenario)
    margin, points = checks.real_number("margin", margin), checks.count("points", points)
    checks.require(0 <= margin <= 1e9, "margin", margin, "it must be from 0 to 1e9 m")
    checks.check_memory("points", points, 8.0 * points)
    away = polar(scenario)[:, 2]
    return np.linspace(max(away.min() - margin, 1.0), away.max() + margin, points)


def make_examples(
    channels: ArrayLike,
    truth: ArrayLike,
    array: PlanarArray,
    distances: ArrayLike,
    *,
    subarray: tuple[int, int] = (7, 7),
    draws: int = 4,
    correlation: str = "fading",
    noise: float = PAPER_NOISE,
    n_snapshots: int = N_SNAPSHOTS,
    seed: int = 0,
    folder: str | os.PathLike | None = None,
    jobs: int = 2,
    progress: Callable | None = None,
) -> Examples:
    """Spectra of scenes, several draws of symbols and noise each, computed in parallel.

    Parameters
    ----------
    channels : array_like of complex, shape (S, K, P, M)
        Of S scenes, as :func:`irsnb.hybrid.path_channels` gives them.
    truth : array_like, shape (S, K, 3)
        Azimuth, elevation [rad] and distance [m].
    array : irsnb.arrays.PlanarArray
        Without a mask: it is smoothed.
    distances : array_like, shape (R,)
        Points of the range scans [m]: a window that knows no user's distance.
    subarray : (int, int)
        Rows and columns of the subarrays.
    draws : int
        Examples of each scene; the paper has 100 of 25.
    correlation, noise, n_snapshots
        As :func:`irsnb.hybrid.receive`.
    seed : int
        Scene s draws from the generator ``default_rng([seed, s])``.
    folder : path-like, optional
        Keeps every scene's examples under a hash of all that they depend on; a later call reads them.
    jobs : int
        Scenes computed at a time, in threads: what takes the time is numpy's.
    progress : callable, optional
        Wraps the iterator of scenes, such as ``lambda scenes: tqdm(scenes, total=S)``.

    Returns
    -------
    Examples

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, the array is masked, or as the functions it calls.
    """
    from joblib import Memory, Parallel, delayed

    size = len(inputs.planar_array("array", array).positions)
    if size != array.rows * array.columns:
        raise ValueError(
            f"array: got {size} of {array.rows} x {array.columns} elements; it must have no mask"
        )
    channels, truth = checks.complex_array("channels", channels), inputs.users("truth", truth)
    if channels.shape[-1:] != (size,):
        raise ValueError(
            f"channels, array: got shape {channels.shape} and {size} elements; it must be (S, K, P, {size})"
        )
    distances = inputs.axis("distances", distances, "distance")
    if channels.ndim != 4 or not channels.size or truth.shape != (*channels.shape[:2], 3):
        raise ValueError(
            f"channels, truth: got shapes {channels.shape} and {truth.shape}; they must be (S, K, P, M) and "
            "(S, K, 3)"
        )
    high, wide = subarray = inputs.sides("subarray", subarray)
    if high > array.rows or wide > array.columns or high * wide <= channels.shape[1]:
        raise ValueError(
            f"subarray: got {high} x {wide}; it must fit into the array of {array.rows} x {array.columns} "
            f"and have more elements than the {channels.shape[1]} users"
        )
    draws, n_snapshots = checks.count("draws", draws), checks.count("n_snapshots", n_snapshots, size)
    each = GRID**2 + channels.shape[1] * len(distances) + 4 * size**2
    checks.check_memory("draws", draws, 4.0 * len(channels) * draws * each)
    checks.choice("correlation", correlation, CORRELATIONS)
    noise, seed = inputs.power("noise", noise), checks.count("seed", seed, 0)
    checks.require(noise > 0, "noise", noise, "it must be above 0")
    if folder is not None and not isinstance(folder, (str, os.PathLike)):
        raise ValueError(f"folder: got {folder!r}; it must be a path or None")
    jobs = checks.count("jobs", jobs)
    if progress is not None:
        checks.function("progress", progress)
    one = Memory(folder, verbose=0).cache(_examples_of)
    settings = (array, subarray, draws, correlation, noise, n_snapshots, distances)
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        delayed(one)(channels[s], truth[s], *settings, seed, s) for s in range(len(channels))
    )
    made = list(work if progress is None else progress(work))
    parts = [np.concatenate(part) for part in zip(*made, strict=True)]
    return Examples(*parts, np.repeat(np.arange(len(channels)), draws), distances)


def _examples_of(
    channels, truth, array, subarray, draws, correlation, noise, n_snapshots, distances, seed, scene
):
    """One scene's examples: spectra, coarse directions, range scans, truth, covariances."""
    rng, count = np.random.default_rng([seed, scene]), len(channels)
    true = signal_covariance(channels, correlation) + noise * np.eye(channels.shape[-1])
    heard = draw_covariance(true, n_snapshots, rng, (draws,))
    part = PlanarArray(*subarray, array.spacing, array.wavelength)
    smoothed = smooth(heard, (array.rows, array.columns), subarray)
    grid = paper_grid()
    spectra = pseudospectrum(smoothed, part, count, grid, grid)
    rows, columns, _ = peaks(spectra, count)
    coarse = np.stack([grid[columns], grid[rows]], axis=-1)
    coarse = np.where(rows[..., None] < 0, np.nan, coarse)
    coarse = np.take_along_axis(coarse, coarse[..., :1].argsort(axis=1, kind="stable"), axis=1)
    scans = np.stack(
        [
            range_spectrum(one, part, count, np.nan_to_num(directions), distances)
            for one, directions in zip(smoothed, coarse, strict=True)
        ]
    )
    truth = np.broadcast_to(truth[truth[:, 0].argsort(kind="stable")], (draws, count, 3))
    return spectra.astype(np.float32), coarse, scans.astype(np.float32), truth, heard


def targets_of(examples: Examples, target: str) -> np.ndarray:
    """What RefineNet is to answer.

    Parameters
    ----------
    examples : Examples
    target : {"angles", "ranges"}

    Returns
    -------
    ndarray, shape (n, 2K) or (n, K)
        The K azimuths, then the K elevations [deg], or the K distances [m].

    Raises
    ------
    ValueError
        If the target is unknown.
    """
    checks.instance("examples", examples, Examples)
    if checks.choice("target", target, ("angles", "ranges")) == "angles":
        return np.rad2deg(np.concatenate([examples.truth[..., 0], examples.truth[..., 1]], axis=1))
    return examples.truth[..., 2]


def grouped_folds(groups: ArrayLike, n_folds: int = 5, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to train on and rows held out, each group held out once and never divided (scikit-learn's
    ``GroupKFold``).

    Parameters
    ----------
    groups : array_like of int, shape (n,)
        Which scene each row belongs to.
    n_folds : int
        At least 2, at most the number of groups.
    seed : int
        Of the shuffling of groups.

    Returns
    -------
    list of (ndarray of int, ndarray of int)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    ValueError
        If there are fewer groups than folds.

    Examples
    --------
    >>> folds = grouped_folds([0, 0, 1, 1, 2, 2], n_folds=3)
    >>> [held_out.tolist() for _, held_out in folds]
    [[0, 1], [4, 5], [2, 3]]
    """
    groups, seed = checks.integer_array("groups", groups), checks.count("seed", seed, 0)
    names, n_folds = np.unique(groups), checks.count("n_folds", n_folds, 2)
    if groups.ndim != 1:
        raise ValueError(f"groups: got shape {groups.shape}; it must be (n,)")
    try:
        from sklearn.model_selection import GroupKFold
    except ImportError:
        raise checks.missing("scikit-learn", "networks") from None
    if n_folds > len(names):
        raise ValueError(f"n_folds: got {n_folds} for {len(names)} groups; from 2 to as many as there are")
    # scikit-learn breaks ties of size by the groups' order, so that a permuted order deals them at random.
    place = np.random.default_rng(seed).permutation(len(names))[np.searchsorted(names, groups)]
    return list(GroupKFold(n_folds).split(groups, groups=place))
