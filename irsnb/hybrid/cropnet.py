"""A small network on crops of the spectrum and of range scans, which is ours and not the paper's; Keras 3."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.hybrid.examples import Examples
from irsnb.hybrid.model import to_cosines_unchecked
from irsnb.hybrid.music import GRID, paper_grid
from irsnb.hybrid.refinement import whose
from irsnb.training import load_keras

if TYPE_CHECKING:
    import keras

__all__ = ["CROP", "build_cropnet", "crops", "scan_crops"]

CROP = 11
"""Points of the paper's grid along each side of a crop."""


def crops(examples: Examples, within: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Pieces of the spectra around the coarse peaks, for :func:`build_cropnet`.

    Parameters
    ----------
    examples : Examples
    within : float
        A peak is a user's if their direction cosines are nearer than this; other peaks are left out.

    Returns
    -------
    pieces : ndarray of float32, shape (N, 11, 11, 3)
        Logarithm of the null spectrum, less its least; then, constant, the peak's direction cosines.
    owner : ndarray of int, shape (N, 3)
        Example, user, and which of the example's peaks.

    Raises
    ------
    ValueError
        If `within` is not above 0, the spectra are not on the paper's grid, or no peak is any user's.
    """
    checks.instance("examples", examples, Examples)
    if examples.spectra.shape[1:] != (GRID, GRID):
        raise ValueError(
            f"examples: got spectra of shape {examples.spectra.shape}; they must be (n, {GRID}, {GRID})"
        )
    own = np.array([whose(*pair, within) for pair in zip(examples.coarse, examples.truth, strict=True)])
    example, user = np.nonzero(own >= 0)
    if not len(example):
        raise ValueError(f"within: got {within}; no coarse peak is so near to any user")
    owner = np.stack([example, user, own[example, user]], axis=-1)
    peak = examples.coarse[example, owner[:, 2]]
    around = np.arange(CROP) - CROP // 2
    column, row = (
        np.clip(nearest[:, None] + around, 0, len(paper_grid()) - 1)
        for nearest in np.rint((peak.T - paper_grid()[0]) / (np.pi / (len(paper_grid()) - 1))).astype(int)
    )
    null = -np.log(examples.spectra[example[:, None, None], row[:, :, None], column[:, None, :]])
    null -= null.min(axis=(1, 2), keepdims=True)
    known = np.broadcast_to(to_cosines_unchecked(peak)[:, None, None], (*null.shape, 2))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), owner


def scan_crops(examples: Examples, owner: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Pieces of the range scans around their peaks, for :func:`build_cropnet`.

    Parameters
    ----------
    examples : Examples
    owner : array_like of int, shape (N, 3)
        From :func:`crops`.

    Returns
    -------
    pieces : ndarray of float32, shape (N, 21, 4)
        Logarithm of the null spectrum along the distance, less its least; then, constant, the direction
        cosines of the coarse peak and the curvature of the scan's, 1/distance [1/m].
    distance : ndarray, shape (N,)
        Where the scan has its peak [m].

    Raises
    ------
    ValueError
        If an owner is not an example with such a peak.
    """
    checks.instance("examples", examples, Examples)
    owner = checks.integer_array("owner", owner, 0)
    if owner.ndim != 2 or owner.shape[1] != 3 or not owner.size:
        raise ValueError(f"owner: got shape {owner.shape}; it must be (N, 3): example, user, peak")
    sizes = len(examples), *examples.coarse.shape[1:2] * 2
    checks.require(owner < sizes, "owner", owner, f"example, user and peak must be below {sizes}")
    example, _, peak = owner.T
    missing = np.isnan(examples.coarse[example, peak]).any(axis=-1)
    checks.require(~missing, "owner", peak, "this example has no such peak")
    scans = examples.scans[example, peak]
    top = scans.argmax(axis=-1)
    index = np.clip(top[:, None] + np.arange(-10, 11), 0, scans.shape[1] - 1)
    null = -np.log(np.take_along_axis(scans, index, axis=1))
    null -= null.min(axis=1, keepdims=True)
    distance = examples.distances[top]
    known = np.column_stack([to_cosines_unchecked(examples.coarse[example, peak]), 1 / distance])
    known = np.broadcast_to(known[:, None], (*null.shape, 3))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), distance


def build_cropnet(shape: tuple[int, ...], n_outputs: int = 2, seed: int = 0) -> "keras.Model":
    """A small network on a crop of a spectrum or of a range scan: two convolutions, one dense layer.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns, channels) of :func:`crops`, or (points, channels) of :func:`scan_crops`.
    n_outputs : int
    seed : int
        Of the first weights.

    Returns
    -------
    keras.Model
        With fewer than 50,000 parameters for the shapes used here.

    Raises
    ------
    ValueError
        If the shape has not two or three sizes, or a side is below 5: two kernels of 3 take 4 away.
    """
    sizes = checks.shape("shape", shape, 1)
    if len(sizes) not in (2, 3) or min(sizes[:-1]) < 5:
        raise ValueError(
            f"shape: got {shape!r}; it must be (rows, columns, channels) or (points, channels), "
            "with at least 5 rows, columns or points"
        )
    n_outputs, seed = checks.count("n_outputs", n_outputs), checks.count("seed", seed, 0, 2**32 - 1)
    checks.check_memory("shape", shape, 4.0 * 24 * 64 * math.prod(sizes[:-1]) + 4.0 * 9 * 24 * sizes[-1])
    checks.check_memory("n_outputs", n_outputs, 4.0 * 64 * n_outputs)
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    kind = layers.Conv2D if len(sizes) == 3 else layers.Conv1D
    return keras.Sequential(
        [
            keras.Input(sizes),
            kind(24, 3, activation="relu"),
            kind(24, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(n_outputs),
        ],
        name="cropnet",
    )
