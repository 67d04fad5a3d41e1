"""A small network on crops of the spectrum and of range scans, which is ours and not the paper's; Keras 3."""

import numpy as np

from irsnb.hybrid.model import checked_count, to_cosines
from irsnb.hybrid.music import paper_grid
from irsnb.hybrid.refinement import whose
from irsnb.training import load_keras

CROP = 11
"""Points of the paper's grid along each side of a crop."""


def crops(examples, within=0.05):
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
        If no peak is any user's.
    """
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
    known = np.broadcast_to(to_cosines(peak)[:, None, None], (*null.shape, 2))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), owner


def scan_crops(examples, owner):
    """Pieces of the range scans around their peaks, for :func:`build_cropnet`.

    Parameters
    ----------
    examples : Examples
    owner : ndarray of int, shape (N, 3)
        From :func:`crops`.

    Returns
    -------
    pieces : ndarray of float32, shape (N, 21, 4)
        Logarithm of the null spectrum along the distance, less its least; then, constant, the direction
        cosines of the coarse peak and the curvature of the scan's, 1/distance [1/m].
    distance : ndarray, shape (N,)
        Where the scan has its peak [m].
    """
    example, _, peak = np.asarray(owner).T
    scans = examples.scans[example, peak]
    top = scans.argmax(axis=-1)
    index = np.clip(top[:, None] + np.arange(-10, 11), 0, scans.shape[1] - 1)
    null = -np.log(np.take_along_axis(scans, index, axis=1))
    null -= null.min(axis=1, keepdims=True)
    distance = examples.distances[top]
    known = np.column_stack([to_cosines(examples.coarse[example, peak]), 1 / distance])
    known = np.broadcast_to(known[:, None], (*null.shape, 3))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), distance


def build_cropnet(shape, n_outputs=2, seed=0):
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
        If the shape has not two or three sizes.
    """
    if len(shape) not in (2, 3):
        raise ValueError(f"shape: got {shape}; it must be (rows, columns, channels) or (points, channels)")
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    kind = layers.Conv2D if len(shape) == 3 else layers.Conv1D
    return keras.Sequential(
        [
            keras.Input(tuple(shape)),
            kind(24, 3, activation="relu"),
            kind(24, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(checked_count("n_outputs", n_outputs)),
        ],
        name="cropnet",
    )
