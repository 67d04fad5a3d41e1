"""The networks of Aguiar et al. (2024), Tables I and II, and the data they learn from; Keras 3.

The paper's input holds, for each of T pilots, magnitude and phase of the measurement and of all K reflection
coefficients: 2 T (K + 1) numbers. But the magnitude of a coefficient is the same in all pilots, and its phase
is that of the tile's state, equal for all users, up to a sign that is again the same in all pilots.
Standardised, each of these numbers stands in the input T times, up to its sign. Adam moves the weights of all
copies alike, so the same network with each number once, times T, goes through the same training at a fraction
of the cost. :func:`build_network` makes both; the notebook and the tests hold one against the other.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, choice, count, real_array, require
from irsnb.indoor.costs import features_unchecked
from irsnb.indoor.samples import Samples, check_samples, split_samples
from irsnb.indoor.scene import Room
from irsnb.training import fit, load_keras, mean_loss, standard_scaler

if TYPE_CHECKING:
    import keras

__all__ = [
    "LABELS",
    "Locator",
    "NETWORKS",
    "build_network",
    "count_parameters",
    "distinct_inputs",
    "flattened_inputs",
    "train_network",
]

NETWORKS = ("bilstm", "lstm", "rnn", "mlp")
LABELS = {"bilstm": "LSTM Bidirectional", "lstm": "LSTM", "rnn": "RNN", "mlp": "MLP"}
"""As Table II calls them."""
HIDDEN, HEAD, OUTPUTS, DROPOUT = 500, (2048, 512, 64), 2, 0.4
MLP = (512, 128, 64)
"""Widths of the perceptron; the paper states its 3.4 M parameters alone."""
KINDS = ("both", "coefficients", "measurements", "known", "invariant")
_GATES = {"bilstm": 4, "lstm": 4, "rnn": 1}


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


def count_parameters(name: str, n_pilots: int = 32, n_tiles: int = 100) -> int:
    """Trainable parameters of a network of Table II, from its layers' widths.

    Parameters
    ----------
    name : {"bilstm", "lstm", "rnn", "mlp"}
    n_pilots, n_tiles : int
        T and K.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the name is unknown, or a number is no integer of at least 1.

    Examples
    --------
    >>> count_parameters("mlp")
    3384130
    """
    choice("name", name, NETWORKS)
    n_inputs = 2 * count("n_pilots", n_pilots) * (count("n_tiles", n_tiles) + 1)
    if name == "mlp":
        return _dense(n_inputs, *MLP, OUTPUTS)
    directions = 2 if name == "bilstm" else 1
    cell = _GATES[name] * HIDDEN * (n_inputs + HIDDEN + 1)
    return directions * cell + _dense(directions * HIDDEN, *HEAD, OUTPUTS)


def _dense(*widths):
    return sum((a + 1) * b for a, b in zip(widths, widths[1:], strict=False))


def build_network(name: str, copies: ArrayLike, seed: int = 0) -> "keras.Model":
    """A network of Table II, its first weights drawn as if every number came as often as `copies` says.

    Parameters
    ----------
    name : {"bilstm", "lstm", "rnn", "mlp"}
    copies : array_like of int, shape (F,)
        From :func:`distinct_inputs`; all ones for the paper's input as it stands.
    seed : int
        Of the first weights and of the dropout.

    Returns
    -------
    keras.Model
        From standardised inputs (n, F) to standardised coordinates (n, 2).

    Raises
    ------
    ValueError
        If the name is unknown, `copies` is not a vector of numbers of at least 1, the network does not fit
        into memory, or `seed` is no integer of at least 0.
    ImportError
        If Keras is not installed.
    """
    choice("name", name, NETWORKS)
    copies, seed = real_array("copies", copies), count("seed", seed, 0, 2**32 - 1)
    if copies.ndim != 1 or copies.size == 0:
        raise ValueError(f"copies: got shape {copies.shape}; it must be a vector of at least one number")
    require(copies >= 1, "copies", copies, "it must be at least 1")
    check_memory("copies", copies, 4 * 2 * 4 * HIDDEN * copies.size)
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    x = inputs = keras.Input((len(copies),))
    if np.any(copies > 1):
        x = layers.Rescaling(copies.tolist())(x)
    if name == "mlp":
        x = layers.Dense(MLP[0], activation="relu")(x)
        widths = MLP[1:]
    else:
        x = layers.Reshape((1, len(copies)))(x)
        kind = layers.SimpleRNN if name == "rnn" else layers.LSTM
        layer = kind(HIDDEN, unroll=True)
        x = layers.Bidirectional(layer)(x) if name == "bilstm" else layer(x)
        x = layers.Dropout(DROPOUT)(x)
        widths = HEAD
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(OUTPUTS)(x), name=name)
    _fold_first_weights(model, copies, np.random.default_rng(seed))
    return model


def _fold_first_weights(model, copies, rng):
    """Give the first layer Glorot's uniform weights of the repeated inputs, averaged over each one's copies.

    A number given once, but c times as large, needs the mean of c weights to do what c copies of it do.
    """
    counts = copies.astype(int)
    starts = np.cumsum(counts) - counts
    first = next(layer for layer in model.layers if layer.weights)
    for kernel in (v for v in first.trainable_variables if v.name == "kernel"):
        limit = np.sqrt(6 / (counts.sum() + kernel.shape[1]))
        weights = rng.uniform(-limit, limit, (counts.sum(), kernel.shape[1]))
        kernel.assign(np.add.reduceat(weights, starts, axis=0) / counts[:, None])


@dataclass(frozen=True)
class Locator:
    """A trained network with the scalers of its training rows; made by :func:`train_network`.

    Attributes
    ----------
    model : keras.Model
    kind : str
        Which inputs it takes, as :func:`train_network`.
    inputs, outputs : sklearn.preprocessing.StandardScaler
    history : irsnb.training.History
    test_loss : float
        Mean squared error of the standardised coordinates on the test rows, Table II's loss.
    """

    model: Any
    kind: str
    inputs: Any
    outputs: Any
    history: Any
    test_loss: float

    def locate(self, room: Room, samples: Samples) -> np.ndarray:
        """Positions that the network gives to samples.

        Parameters
        ----------
        room : irsnb.indoor.Room
        samples : Samples

        Returns
        -------
        ndarray, shape (n, 2)
            [m].

        Raises
        ------
        ValueError
            If the samples are of a room with other pilots or tiles.
        """
        values, _ = network_inputs(room, samples, self.kind)
        rows, to_numpy = self.inputs.transform(values), load_keras().ops.convert_to_numpy
        # Called, not predicted: TensorFlow would trace a function of its own for each model.
        answers = [to_numpy(self.model(rows[i : i + 1024])) for i in range(0, len(rows), 1024)]
        return self.outputs.inverse_transform(np.concatenate(answers))


def train_network(
    room: Room,
    samples: Samples,
    name: str,
    kind: str = "both",
    epochs: int = 25,
    seed: int = 0,
    directory: str | os.PathLike | None = None,
    after_epoch: Callable | None = None,
    xla: bool = True,
) -> Locator:
    """Train one network as the paper does: split 80/10/10, standardised, batches of 32, Adam at 1e-3.

    Parameters
    ----------
    room : irsnb.indoor.Room
    samples : Samples
    name : {"bilstm", "lstm", "rnn", "mlp"}
    kind : {"both", "coefficients", "measurements", "known", "invariant", "flattened"}
        As :func:`distinct_inputs`; "flattened" is "both" with all its copies, four to six times as slow.
    epochs, seed : int
        These and what follows as :func:`irsnb.training.fit`.
    directory : path-like, optional
    after_epoch : callable, optional
    xla : bool
        Whether a step is compiled by XLA; the training is the same to rounding. Compiling takes seconds: a
        training of a few hundred steps is over sooner without.

    Returns
    -------
    Locator

    Raises
    ------
    ValueError
        If a name is unknown, there are too few samples, another argument is not as stated, or a checkpoint
        does not belong here.
    ImportError
        If Keras is not installed.
    """
    check_samples(room, samples)
    choice("name", name, NETWORKS)
    count("epochs", epochs)
    parts = split_samples(samples, seed)
    values, copies = network_inputs(room, parts[0], kind)
    inputs, outputs = standard_scaler(values), standard_scaler(parts[0].positions)

    def standardised(part):
        values, _ = network_inputs(room, part, kind)
        return inputs.transform(values), outputs.transform(part.positions).astype(np.float32)

    rows = [standardised(part) for part in parts]
    model = build_network(name, copies, seed)
    history = fit(
        model, rows[0], rows[1], epochs, seed=seed, directory=directory, after_epoch=after_epoch, xla=xla
    )
    return Locator(model, kind, inputs, outputs, history, mean_loss(model, *rows[2]))
