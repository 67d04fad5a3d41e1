"""What the networks of Surendran et al. (2025) learn from: spectra of scenes with their truth, and splits.

Scenes are split, never snapshots: a scene is a set of users with its channels, and all its examples stay on
one side. joblib and scikit-learn are loaded on first use.
"""

from dataclasses import dataclass

import numpy as np

from irsnb.arrays import PlanarArray
from irsnb.checks import complex_array, real_array
from irsnb.hybrid.model import (
    N_SNAPSHOTS,
    PAPER_NOISE,
    checked_count,
    checked_users,
    draw_covariance,
    path_channels,
    signal_covariance,
)
from irsnb.hybrid.music import checked_sources, paper_grid, peaks, pseudospectrum, range_spectrum, smooth
from irsnb.hybrid.users import polar


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
    """

    spectra: np.ndarray
    coarse: np.ndarray
    scans: np.ndarray
    truth: np.ndarray
    covariance: np.ndarray
    scene: np.ndarray
    distances: np.ndarray

    def __len__(self):
        return len(self.scene)


def street_channels(scenario, scenes, array, hears="all around"):
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
    scenes = np.asarray(scenes)
    heard = path_channels(scenario, scenes.ravel(), array, hears=hears)
    return heard.reshape(*scenes.shape, *heard.shape[1:]), polar(scenario)[scenes]


def street_window(scenario, margin=5.0, points=161):
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
    """
    away = polar(scenario)[:, 2]
    return np.linspace(max(away.min() - margin, 1.0), away.max() + margin, points)


def make_examples(
    channels,
    truth,
    array,
    distances,
    *,
    subarray=(7, 7),
    draws=4,
    correlation="fading",
    noise=PAPER_NOISE,
    n_snapshots=N_SNAPSHOTS,
    seed=0,
    folder=None,
    jobs=2,
    progress=None,
):
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
    ImportError
        If joblib is not installed.
    ValueError
        If a shape does not fit, a value is not finite, or as the functions it calls.
    """
    try:
        from joblib import Memory, Parallel, delayed
    except ImportError:
        raise ImportError("examples need joblib: pip install 'irsnb[networks]'") from None
    channels, truth = complex_array("channels", channels, (len(array.positions),)), checked_users(truth)
    distances, draws = real_array("distances", distances), checked_count("draws", draws)
    if channels.ndim != 4 or truth.shape != (*channels.shape[:2], 3):
        raise ValueError(
            f"channels, truth: got shapes {channels.shape} and {truth.shape}; they must be (S, K, P, M) and "
            "(S, K, 3)"
        )
    checked_sources(channels.shape[1], subarray[0] * subarray[1])
    one = Memory(folder, verbose=0).cache(_examples_of)
    settings = (array, subarray, draws, correlation, float(noise), n_snapshots, distances)
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
    coarse = np.take_along_axis(coarse, coarse[..., :1].argsort(axis=1), axis=1)
    scans = np.stack(
        [
            range_spectrum(one, part, count, np.nan_to_num(directions), distances)
            for one, directions in zip(smoothed, coarse, strict=True)
        ]
    )
    truth = np.broadcast_to(truth[truth[:, 0].argsort()], (draws, count, 3))
    return spectra.astype(np.float32), coarse, scans.astype(np.float32), truth, heard


def targets_of(examples, target):
    """RefineNet's outputs: the K azimuths, then the K elevations [deg], or the K distances [m], (n, 2K) or
    (n, K)."""
    if target == "angles":
        return np.rad2deg(np.concatenate([examples.truth[..., 0], examples.truth[..., 1]], axis=1))
    if target == "ranges":
        return examples.truth[..., 2]
    raise ValueError(f"target: got {target!r}; it must be 'angles' or 'ranges'")


def grouped_folds(groups, n_folds=5, seed=0):
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
    """
    try:
        from sklearn.model_selection import GroupKFold
    except ImportError:
        raise ImportError("folds need scikit-learn: pip install 'irsnb[networks]'") from None
    groups = np.asarray(groups)
    names = np.unique(groups)
    if groups.ndim != 1 or not 2 <= n_folds <= len(names):
        raise ValueError(f"n_folds: got {n_folds} for {len(names)} groups; from 2 to as many as there are")
    # scikit-learn breaks ties of size by the groups' order, so that a permuted order deals them at random.
    place = np.random.default_rng(seed).permutation(len(names))[np.searchsorted(names, groups)]
    return list(GroupKFold(n_folds).split(groups, groups=place))
