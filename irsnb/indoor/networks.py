"""The networks of Aguiar et al. (2024), Tables I and II; Keras 3.

A network is built for the paper's input or for its distinct numbers (:mod:`irsnb.indoor.inputs`). Adam moves
the weights of all copies of a number alike, so the same network with each number once, times the copies, goes
through the same training at a fraction of the cost.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, choice, count, real_array, real_number, require
from irsnb.indoor.inputs import network_inputs
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
    "train_network",
]

NETWORKS = ("bilstm", "lstm", "rnn", "mlp")
LABELS = {"bilstm": "LSTM Bidirectional", "lstm": "LSTM", "rnn": "RNN", "mlp": "MLP"}
"""As Table II calls them."""
HIDDEN, HEAD, OUTPUTS, DROPOUT = 500, (2048, 512, 64), 2, 0.4
MLP = (512, 128, 64)
"""Widths of the perceptron; the paper states its 3.4 M parameters alone."""
_GATES = {"bilstm": 4, "lstm": 4, "rnn": 1}


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


def build_network(name: str, copies: ArrayLike, seed: int = 0, dropout: float | None = None) -> "keras.Model":
    """A network of Table II, its first weights drawn as if every number came as often as `copies` says.

    Parameters
    ----------
    name : {"bilstm", "lstm", "rnn", "mlp"}
    copies : array_like of int, shape (F,)
        From :func:`irsnb.indoor.distinct_inputs`; all ones for the paper's input as it stands.
    seed : int
        Of the first weights and of the dropout.
    dropout : float, optional
        Share of the first layer's outputs that is left out at random in training, in [0, 1). By default the
        paper's: 0.4 behind a recurrent layer, none in the perceptron.

    Returns
    -------
    keras.Model
        From standardised inputs (n, F) to standardised coordinates (n, 2).

    Raises
    ------
    ValueError
        If the name is unknown, `copies` is not a vector of numbers of at least 1, the network does not fit
        into memory, `seed` is no integer of at least 0, or `dropout` lies outside.
    ImportError
        If Keras is not installed.
    """
    choice("name", name, NETWORKS)
    copies, seed = real_array("copies", copies), count("seed", seed, 0, 2**32 - 1)
    if copies.ndim != 1 or copies.size == 0:
        raise ValueError(f"copies: got shape {copies.shape}; it must be a vector of at least one number")
    require(copies >= 1, "copies", copies, "it must be at least 1")
    check_memory("copies", copies, 4 * 2 * 4 * HIDDEN * copies.size)
    dropout = _checked_dropout(name, dropout)
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
        widths = HEAD
    if dropout > 0:
        x = layers.Dropout(dropout)(x)
    for width in widths:
        x = layers.Dense(width, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(OUTPUTS)(x), name=name)
    _fold_first_weights(model, copies, np.random.default_rng(seed))
    return model


def _checked_dropout(name, dropout):
    if dropout is None:
        return 0.0 if name == "mlp" else DROPOUT
    dropout = real_number("dropout", dropout)
    require(0 <= dropout < 1, "dropout", dropout, "it must be at least 0 and below 1")
    return dropout


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

    def predict(self, room: Room, samples: Samples) -> np.ndarray:
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
    *,
    epochs: int = 25,
    seed: int = 0,
    dropout: float | None = None,
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
        As :func:`irsnb.indoor.distinct_inputs`; "flattened" is "both" with all its copies, four to six times
        as slow.
    epochs, seed : int
        As :func:`irsnb.training.fit`.
    dropout : float, optional
        As :func:`build_network`.
    directory : path-like, optional
        This and what follows as :func:`irsnb.training.fit`.
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
    dropout, parts = _checked_dropout(name, dropout), split_samples(samples, seed)
    values, copies = network_inputs(room, parts[0], kind)
    inputs, outputs = standard_scaler(values), standard_scaler(parts[0].positions)
    # The paper's input takes 2 GB: one part at a time.
    rows = []
    for part in parts:
        values = values if not rows else network_inputs(room, part, kind)[0]
        values = inputs.transform(values)
        rows.append((values, outputs.transform(part.positions).astype(np.float32)))
    model = build_network(name, copies, seed, dropout)
    history = fit(
        model, rows[0], rows[1], epochs, seed=seed, directory=directory, after_epoch=after_epoch, xla=xla
    )
    return Locator(model, kind, inputs, outputs, history, mean_loss(model, *rows[2]))
