"""What a network of Part II is given: the paper's input, its distinct numbers, and others to hold against it.

The paper's input holds, for each of T pilots, magnitude and phase of the measurement and of all K reflection
coefficients: 2 T (K + 1) numbers. But the magnitude of a coefficient is the same in all pilots, and its phase
is that of the tile's state, equal for all users, up to a sign that is again the same in all pilots.
Standardised, each of these numbers stands in the input T times, up to its sign. :func:`distinct_inputs` gives
each once, :func:`flattened_inputs` as the paper does.
"""

import numpy as np

from irsnb.checks import check_memory, choice, require
from irsnb.indoor.costs import features_unchecked
from irsnb.indoor.samples import Samples, check_samples
from irsnb.indoor.scene import Room

__all__ = ["KINDS", "distinct_inputs", "flattened_inputs"]

KINDS = ("both", "coefficients", "measurements", "known", "invariant")
"""What :func:`distinct_inputs` gives."""


def distinct_inputs(room: Room, samples: Samples, kind: str = "both") -> tuple[np.ndarray, np.ndarray]:
    """What a network is given, each number once, not yet standardised.

    * "both": magnitude and phase of the measurements, magnitude and sign of the coefficients, as the paper;
    * "coefficients": the magnitudes of the coefficients, without any measurement;
    * "measurements": magnitude and phase of the measurements alone;
    * "known": these, with what a receiver can know of the coefficients before it knows where it is. That is
      the tiles' phases psi, without the sign of an array factor, the same for all users;
    * "invariant": ours, from the measurements alone: products of each pilot with each other's conjugate,
      their mean taken out first. Neither the phase offset nor multipath of the direct link changes them.

    Parameters
    ----------
    room : irsnb.indoor.Room
    samples : Samples
    kind : {"both", "coefficients", "measurements", "known", "invariant"}

    Returns
    -------
    values : ndarray of float32, shape (n, F)
    copies : ndarray of int, shape (F,)
        How often each stands in the paper's input.

    Raises
    ------
    ValueError
        If the kind is unknown, or the samples are of a room with other pilots or tiles.

    Examples
    --------
    >>> from irsnb.indoor.samples import draw_samples
    >>> room = Room()
    >>> values, copies = distinct_inputs(room, draw_samples(room, 5, np.random.default_rng(0)))
    >>> values.shape, int(copies.sum())
    ((5, 264), 6464)
    """
    check_samples(room, samples)
    choice("kind", kind, KINDS)
    if kind == "invariant":
        values = _products(samples.pilots)
        return values, np.ones(values.shape[1], dtype=int)
    measured = [np.abs(samples.pilots), np.angle(samples.pilots)]
    magnitudes, signs = np.abs(samples.coefficients), np.sign(samples.coefficients)
    parts = {
        "both": [*measured, magnitudes, signs],
        "coefficients": [magnitudes],
        "measurements": measured,
        "known": [*measured, np.ones_like(signs)],
    }[kind]
    copies = [1 if any(part is m for m in measured) else room.n_pilots for part in parts]
    widths = [part.shape[1] for part in parts]
    return np.concatenate(parts, axis=1).astype(np.float32), np.repeat(copies, widths)


def _products(pilots):
    """Powers of the unit vectors, then real and imaginary parts of their products in pairs, (n, T^2)."""
    unit = features_unchecked(pilots, "ml-projected")
    size = np.linalg.norm(unit, axis=-1)
    require(
        size > 0, "samples", size, "a user without any signal has no direction (norm of the pilots shown)"
    )
    unit = (unit / size[:, None]).astype(np.complex64)
    first, second = np.triu_indices(unit.shape[-1], 1)
    pairs = unit[:, first] * unit[:, second].conj()
    return np.concatenate([np.abs(unit) ** 2, pairs.real, pairs.imag], axis=1)


def network_inputs(room, samples, kind):
    """:func:`distinct_inputs`, or for the kind "flattened" the paper's input with all its copies."""
    if choice("kind", kind, (*KINDS, "flattened")) != "flattened":
        return distinct_inputs(room, samples, kind)
    values = flattened_inputs(room, samples)
    return values, np.ones(values.shape[1], dtype=int)


def flattened_inputs(room: Room, samples: Samples) -> np.ndarray:
    """The paper's input, 2 T (K + 1) numbers a user, not yet standardised: section IV-A.

    Parameters
    ----------
    room : irsnb.indoor.Room
    samples : Samples

    Returns
    -------
    ndarray of float32, shape (n, 2 T (K + 1))
        Magnitudes and phases of the measurements, then magnitudes and phases of the coefficients.

    Raises
    ------
    ValueError
        If the samples are of a room with other pilots or tiles, or are too many for memory.
    """
    check_samples(room, samples)
    n, pilots, states = len(samples.positions), room.n_pilots, room.n_pilots * room.n_tiles
    check_memory("samples", n, 8 * n * (pilots + states))
    values = np.empty((n, 2 * (pilots + states)), dtype=np.float32)
    values[:, :pilots], values[:, pilots : 2 * pilots] = np.abs(samples.pilots), np.angle(samples.pilots)
    for i in range(0, n, 1000):
        some = slice(i, i + 1000)
        beta = (samples.coefficients[some, None, :] * np.exp(1j * room.phases)).reshape(-1, states)
        values[some, 2 * pilots :] = np.concatenate([np.abs(beta), np.angle(beta)], axis=1)
    return values
