"""ElementNet of Surendran et al. (2025), section 3.2.2: which elements listen, given the users; Keras 3."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.hybrid.model import N_SNAPSHOTS, draw_covariance, signal_covariance
from irsnb.hybrid.music import find_directions
from irsnb.hybrid.refinement import whose
from irsnb.training import load_keras

if TYPE_CHECKING:
    import keras

__all__ = [
    "SPARSITY",
    "build_elementnet",
    "element_inputs",
    "label_masks",
    "sparsity_loss",
    "strongest",
]

SPARSITY = 0.1
"""ElementNet's weight of the 1-norm, section 4.2."""


def build_elementnet(n_users: int, shape: tuple[int, int] = (25, 25), seed: int = 0) -> "keras.Model":
    """ElementNet (section 3.2.2): from what is known of the users to a probability for every element.

    Parameters
    ----------
    n_users : int
        K.
    shape : (int, int)
        Rows and columns of the surface, at least 5 each: two kernels of 3 take 4 away.
    seed : int
        Of the first weights.

    Returns
    -------
    keras.Model
        From (n, rows, columns, 3K + 1) to (n, rows columns).

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        If the number of users or a side of the surface is not such an integer.
    """
    count, shape = checks.count("n_users", n_users), inputs.sides("shape", shape, 5)
    seed = checks.count("seed", seed, 0, 2**32 - 1)
    checks.check_memory("n_users", n_users, 4.0 * 9 * 32 * (3 * count + 1))
    checks.check_memory("shape", shape, 4.0 * 64 * 128 * math.prod(shape))
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((*shape, 3 * count + 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(shape[0] * shape[1], activation="sigmoid"),
        ],
        name="elementnet",
    )


def element_inputs(users: ArrayLike, shape: tuple[int, int] = (25, 25)) -> np.ndarray:
    """ElementNet's input (section 3.2.2): what is known of the users, constant over the surface.

    The paper's last channel is "auxiliary", a dummy or an earlier mask; the mask sought must not be in it.
    Here it is empty.

    Parameters
    ----------
    users : array_like, shape (n, K, 3)
        Azimuth, elevation [rad], distance [m].
    shape : (int, int)
        Rows and columns of the surface.

    Returns
    -------
    ndarray of float32, shape (n, rows, columns, 3K + 1)
        K azimuths, K elevations [deg], K distances [m], zeros. A read-only view: all places share memory.

    Raises
    ------
    ValueError
        If the users are not as stated, not finite, or a side is not a positive integer.

    Examples
    --------
    >>> element_inputs([[(0.1, -0.2, 60.0), (0.5, -0.3, 80.0)]]).shape
    (1, 25, 25, 7)
    """
    users, shape = inputs.users("users", users, (3,)), inputs.sides("shape", shape)
    if users.ndim != 3:
        raise ValueError(f"users: got shape {users.shape}; it must be (n, K, 3), with distances")
    checks.check_memory("shape", shape, 4.0 * math.prod(shape) * len(users) * (3 * users.shape[1] + 1))
    angles = np.rad2deg(users[..., :2])
    known = np.concatenate([angles[..., 0], angles[..., 1], users[..., 2], np.zeros((len(users), 1))], axis=1)
    known = known.astype(np.float32)[:, None, None]
    return np.broadcast_to(known, (len(users), *shape, known.shape[-1]))


def sparsity_loss(per_element: bool = False, weight: float = SPARSITY) -> Callable:
    """Eq. (5): mean squared error over the elements plus a weighted 1-norm of the answer.

    Parameters
    ----------
    per_element : bool
        Whether the 1-norm is a mean over the elements as the error is. As printed it is a sum: its slope,
        0.1, is above the error's, which is at most 2/N, so that the least loss is that of no element at all.
        As a mean it moves each element's best answer by half the weight: 0.95 for a 1, 0 for a 0.
    weight : float
        At least 0; 0.1 in the paper.

    Returns
    -------
    callable
        Loss of Keras: truth and answer (n, N) to (n,).

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        If the weight is not one finite number of at least 0.
    """
    checks.flag("per_element", per_element)
    weight = checks.real_number("weight", weight)
    checks.require(weight >= 0, "weight", weight, "it must be at least 0")
    ops = load_keras().ops

    def loss(truth, answer):
        size = ops.mean if per_element else ops.sum
        return ops.mean(ops.square(answer - truth), axis=-1) + weight * size(ops.abs(answer), axis=-1)

    return loss


def label_masks(
    channels: ArrayLike,
    truth: ArrayLike,
    spacing: float,
    wavelength: float,
    counts: Sequence[int],
    tries: int,
    noise: float,
    limit: float,
    rng: np.random.Generator,
    n_snapshots: int = N_SNAPSHOTS,
    shape: tuple[int, int] = (25, 25),
) -> tuple[np.ndarray, np.ndarray]:
    """The paper's labels: for each scene the smallest number of elements whose best random mask errs little.

    Section 4.1 tests M from K to K + 6 and calls the masks optimal without saying how they are found; its
    conclusion speaks of random masks. Here, for each M, the best of a number of random ones, by the mean
    error of coarse MUSIC's angles.

    Parameters
    ----------
    channels : array_like of complex, shape (S, K, P, N)
        At all N elements of the surface; paths fade independently.
    truth : array_like, shape (S, K, 2) or (S, K, 3)
        Azimuth, elevation [rad] and, unused here, distance [m].
    spacing, wavelength : float
        [m].
    counts : sequence of int
        Numbers of elements to test, rising, each above K: with K there is no noise subspace.
    tries : int
        Random masks of each, at least 1.
    noise : float
        Power at each element, above 0, in the unit of the channels' power.
    limit : float
        Largest mean error of the 2K angles [rad], above 0.
    rng : numpy.random.Generator
    n_snapshots : int
        T.
    shape : (int, int)
        Rows and columns of the surface.

    Returns
    -------
    masks : ndarray of bool, shape (S, *shape)
        All false where no number of elements suffices.
    error : ndarray, shape (S, len(counts))
        The least mean error of each number [rad]; infinite where every try lost a user.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, a count is not above K or not above the one before, or
        tries, noise or limit is not as stated.
    """
    shape = inputs.sides("shape", shape)
    PlanarArray(1, 1, spacing, wavelength)  # checks both lengths
    checks.generator("rng", rng)
    channels, truth = (
        checks.complex_array("channels", channels, (math.prod(shape),)),
        inputs.users("truth", truth),
    )
    if channels.ndim != 4 or truth.shape[:-1] != channels.shape[:2]:
        raise ValueError(
            f"channels, truth: got shapes {channels.shape} and {truth.shape}; they must be (S, K, P, N) and "
            "(S, K, 3)"
        )
    counts, tries = checks.integer_array("counts", counts).tolist(), checks.count("tries", tries)
    least = channels.shape[1] + 1
    if (
        not isinstance(counts, list)
        or not counts
        or not isinstance(counts[0], int)
        or counts[0] < least
        or counts != sorted(set(counts))
        or counts[-1] > channels.shape[-1]
    ):
        raise ValueError(
            f"counts: got {counts}; they must rise from {least}, one above the users, to at most "
            f"{channels.shape[-1]}, the elements"
        )
    for name, value in (("noise", noise), ("limit", limit)):
        checks.require(checks.real_number(name, value) > 0, name, value, "it must be above 0")
    n_snapshots = checks.count("n_snapshots", n_snapshots, counts[-1])
    masks = np.zeros((len(channels), *shape), dtype=bool)
    error = np.full((len(channels), len(counts)), np.inf)
    for scene, (heard, users) in enumerate(zip(channels, truth, strict=True)):
        for place, count in enumerate(counts):
            best = None
            for _ in range(tries):
                mask = np.zeros(shape, dtype=bool)
                mask.flat[rng.choice(mask.size, count, replace=False)] = True
                array = PlanarArray(*shape, spacing, wavelength, mask)
                some = heard[..., mask.ravel()]
                true = signal_covariance(some, "fading") + noise * np.eye(count)
                found = find_directions(draw_covariance(true, n_snapshots, rng), array, len(users))
                own = whose(found, users, np.inf)
                gap = np.abs(found[own] - users[:, :2])
                gap = np.minimum(gap, 2 * np.pi - gap).mean()
                if np.isfinite(gap) and gap < error[scene, place]:
                    error[scene, place], best = gap, mask
            if error[scene, place] <= limit and not masks[scene].any():
                masks[scene] = best
    return masks, error


def strongest(answers: ArrayLike, n_active: int, shape: tuple[int, int] = (25, 25)) -> np.ndarray:
    """Masks of the M largest answers of ElementNet (section 3.2.2: "the top M elements are selected").

    Parameters
    ----------
    answers : array_like, shape (..., N)
        One number for each element, row by row. Probabilities that a sigmoid has rounded to 0 or 1 are
        ties, of which the first elements win; what goes into the sigmoid ranks them better.
    n_active : int
        M, from 1 to N.
    shape : (int, int)
        Rows and columns of the surface, N elements in all.

    Returns
    -------
    ndarray of bool, shape (..., rows, columns)
        Exactly M True in each.

    Raises
    ------
    ValueError
        If the answers are not finite or do not fit the shape, or the number is not from 1 to N.

    Examples
    --------
    >>> strongest([0.1, 0.9, 0.8, 0.2], 2, shape=(2, 2))
    array([[False,  True],
           [ True, False]])
    """
    answers, count = checks.real_array("answers", answers), checks.count("n_active", n_active)
    shape = inputs.sides("shape", shape)
    if answers.ndim < 1 or answers.shape[-1] != math.prod(shape):
        raise ValueError(f"answers: got shape {answers.shape}; it must be (..., {math.prod(shape)})")
    if count > answers.shape[-1]:
        raise ValueError(f"n_active: got {n_active}; the surface has {answers.shape[-1]} elements")
    masks = np.zeros(answers.shape, dtype=bool)
    order = np.argsort(-answers, axis=-1, kind="stable")
    np.put_along_axis(masks, order[..., :count], True, axis=-1)
    return masks.reshape(*answers.shape[:-1], *shape)
