"""RefineNet of Surendran et al. (2025), section 3.2.1, and the training of Algorithm 1; Keras 3.

Keras and scikit-learn are loaded on first use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

import irsnb.hybrid.inputs as given
from irsnb import checks
from irsnb.hybrid.examples import Examples, targets_of
from irsnb.training import fit, load_keras, standard_scaler

if TYPE_CHECKING:
    import keras

__all__ = [
    "HEADS",
    "Refiner",
    "build_refinenet",
    "count_refinenet",
    "train",
    "train_refinenet",
]

HEADS = ("pool", "flatten")
"""Readings of RefineNet's flattened feature maps.

The mean of each map, which makes some 15,000 parameters, or every value of it.
"""
FILTERS, KERNEL, DENSE, L2, DROPOUT = (16, 32), 5, 64, 0.01, 0.5
"""RefineNet, section 3.2.1."""
RATE, BATCH, EPOCHS = 1e-4, 4, 20
"""Its training, section 4.2."""


def count_refinenet(n_outputs: int, head: str = "pool", n_points: int = 301) -> int:
    """RefineNet's trainable parameters, from its layers' widths.

    Parameters
    ----------
    n_outputs : int
        2K for the angles, K for the ranges.
    head : {"pool", "flatten"}
    n_points : int
        Points along each side of the spectrum.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the head is unknown, a count is not a positive integer, or two kernels do not fit into the points.

    Examples
    --------
    >>> count_refinenet(8), count_refinenet(8, "flatten")
    (15880, 175832584)
    """
    outputs = checks.count("n_outputs", n_outputs)
    checks.choice("head", head, HEADS)
    left = checks.count("n_points", n_points, 2 * KERNEL - 1) - 2 * (KERNEL - 1)
    widths = (1, *FILTERS)
    convolutions = sum((KERNEL**2 * a + 1) * b for a, b in zip(widths, widths[1:], strict=False))
    features = FILTERS[-1] * (1 if head == "pool" else left**2)
    return convolutions + (features + 1) * DENSE + (DENSE + 1) * outputs


def build_refinenet(n_outputs: int, head: str = "pool", n_points: int = 301, seed: int = 0) -> "keras.Model":
    """RefineNet (section 3.2.1): two convolutions, a dense layer, dropout, linear outputs.

    The text says that feature maps are flattened, and that there are some 15,000 parameters. Both cannot
    be: flattened, they are 175,832,584 for the angles of four users. With the mean of each map in their
    place they are 15,880.

    Parameters
    ----------
    n_outputs : int
        2K for the angles, K for the ranges.
    head : {"pool", "flatten"}
    n_points : int
        Points along each side of the spectrum.
    seed : int
        Of the first weights and of the dropout.

    Returns
    -------
    keras.Model
        From standardised spectra (n, n_points, n_points, 1) to standardised outputs (n, n_outputs). With
        the head "flatten" its weights, 700 MB, are made when it is first called or fitted, or by
        ``model.build((None, n_points, n_points, 1))``; its ``count_params`` needs none.

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        As :func:`count_refinenet`.
    """
    parameters = count_refinenet(n_outputs, head, n_points)
    seed = checks.count("seed", seed, 0, 2**32 - 1)
    checks.check_memory("n_outputs", n_outputs, 4.0 * DENSE * n_outputs)
    # Of the weights, or of the second convolution's maps.
    checks.check_memory("n_points", n_points, max(4.0 * parameters, 4.0 * FILTERS[-1] * n_points**2))
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers, l2 = keras.layers, keras.regularizers.L2(L2)

    class RefineNet(keras.Sequential):
        def count_params(self):
            return super().count_params() if self.built else parameters

    stack = [layers.Conv2D(n, KERNEL, activation="relu", kernel_regularizer=l2) for n in FILTERS]
    stack.append(layers.GlobalAveragePooling2D() if head == "pool" else layers.Flatten())
    stack += [layers.Dense(DENSE, activation="relu", kernel_regularizer=l2), layers.Dropout(DROPOUT)]
    stack.append(layers.Dense(n_outputs))
    if head == "pool":
        stack.insert(0, keras.Input((n_points, n_points, 1)))
    return RefineNet(stack, name=f"refinenet_{head}")


@dataclass(frozen=True, eq=False)
class Refiner:
    """A trained network with the scalers of its training rows.

    Attributes
    ----------
    model : keras.Model
    inputs, outputs : sklearn.preprocessing.StandardScaler or None
        None for inputs left as they are.
    history : irsnb.training.History
        Losses with the penalties on weights.
    penalties : tuple of float
        On the weights, after each epoch: the validation loss less this is the mean squared error.
    """

    model: object
    inputs: object
    outputs: object
    history: object
    penalties: tuple

    def predict(self, inputs: ArrayLike) -> np.ndarray:
        """Outputs in their own units.

        Parameters
        ----------
        inputs : array_like, shape (n, ...)
            As in training.

        Returns
        -------
        ndarray, shape (n, F)

        Raises
        ------
        ValueError
            If the inputs are not finite or of another shape than in training.
        """
        inputs, wanted = given.rows("inputs", inputs), tuple(self.model.input_shape)[1:]
        if not len(inputs.shape) or not len(inputs) or inputs.shape[1:] != wanted:
            raise ValueError(f"inputs: got shape {inputs.shape}; the model takes (n, {str(wanted)[1:]}")
        rows, to_numpy = _scaled(self.inputs, inputs), load_keras().ops.convert_to_numpy
        answers = [to_numpy(self.model(rows[i : i + 64])) for i in range(0, len(rows), 64)]
        return self.outputs.inverse_transform(np.concatenate(answers))

    def mean_squared_error(self, inputs: ArrayLike, targets: ArrayLike) -> float:
        """Mean squared error of the standardised outputs, eq. (6).

        This is what Figs. 4 and 5 would show without penalties on weights. The training mean as the only
        answer has an error of 1 on the training rows.

        Parameters
        ----------
        inputs : array_like, shape (n, ...)
        targets : array_like, shape (n, F)

        Returns
        -------
        float

        Raises
        ------
        ValueError
            As :meth:`predict`; or if the targets are not finite or do not fit.
        """
        answers = self.predict(inputs)
        targets = _targets(targets, *answers.shape)
        gap = self.outputs.transform(answers) - self.outputs.transform(targets)
        return float(np.mean(gap**2))


def train(
    model: "keras.Model",
    inputs: ArrayLike,
    targets: ArrayLike,
    training: ArrayLike,
    validation: ArrayLike,
    epochs: int,
    *,
    batch: int,
    rate: float,
    seed: int = 0,
    standardise: bool = True,
    after_epoch: Callable | None = None,
    loss: str | Callable = "mse",
    xla: bool = True,
) -> Refiner:
    """Train a network on some rows and watch it on others, as Algorithm 1 does.

    Scalers of inputs, point by point, and of outputs are fitted on the training rows alone. The rate stays,
    and the last epoch's weights are kept: nothing is chosen by the rows held out.

    Parameters
    ----------
    model : keras.Model
    inputs : array_like, shape (n, ...)
        As the model takes them.
    targets : array_like, shape (n, F)
    training, validation : array_like of int
        Rows; no scene in both.
    epochs, batch : int
    rate : float
    seed : int
        Of the shuffling.
    standardise : bool
        Whether the inputs are; the outputs always are.
    after_epoch : callable, optional
        Called with the :class:`irsnb.training.History` so far.
    loss, xla
        As :func:`irsnb.training.fit`.

    Returns
    -------
    Refiner

    Raises
    ------
    ValueError
        If inputs, targets or rows do not fit together, a row is in both sets, or as
        :func:`irsnb.training.fit`.
    """
    checks.instance("model", model, load_keras().Model)
    inputs = given.rows("inputs", inputs)
    if inputs.ndim < 2 or not inputs.size:
        raise ValueError(f"inputs: got shape {inputs.shape}; it must be (n, ...)")
    targets = _targets(targets, len(inputs))
    training, validation = _split(training, validation, len(inputs))
    epochs, batch = checks.count("epochs", epochs), checks.count("batch", batch)
    rate, seed = checks.real_number("rate", rate), checks.count("seed", seed, 0)
    checks.require(rate > 0, "rate", rate, "it must be above 0")
    checks.flag("standardise", standardise)
    if after_epoch is not None:
        checks.function("after_epoch", after_epoch)
    if not model.built:
        model.build((None, *inputs.shape[1:]))
    before = standard_scaler(inputs[training].reshape(len(training), -1)) if standardise else None
    after = standard_scaler(targets[training])
    rows = [
        (_scaled(before, inputs[some]), after.transform(targets[some]).astype(np.float32))
        for some in (training, validation)
    ]
    penalties = []

    def note(history):
        penalties.append(float(sum(model.losses)))
        if after_epoch is not None:
            after_epoch(history)

    history = fit(
        model,
        *rows,
        epochs,
        batch=batch,
        first_rate=rate,
        seed=seed,
        after_epoch=note,
        loss=loss,
        patience=None,
        keep="last",
        xla=xla,
    )
    return Refiner(model, before, after, history, tuple(penalties))


def _targets(targets, n, n_outputs=None):
    """Targets (n, F) of n inputs; F as it is if None."""
    targets = checks.real_array("targets", targets)
    if (
        targets.ndim != 2
        or len(targets) != n
        or not targets.size
        or n_outputs not in (None, targets.shape[1])
    ):
        raise ValueError(
            f"targets: got shape {targets.shape} for {n} inputs; it must be ({n}, {n_outputs or 'F'})"
        )
    return targets


def _split(training, validation, n):
    """Rows of n to train on and others to hold out."""
    training, validation = (
        given.indices(name, rows, n) for name, rows in (("training", training), ("validation", validation))
    )
    for name, rows in (("training", training), ("validation", validation)):
        if rows.ndim != 1:
            raise ValueError(f"{name}: got shape {rows.shape}; it must be (n,)")
    both = np.intersect1d(training, validation)
    if both.size:
        raise ValueError(f"validation: got row {both[0]}, which is in training too; no row may be in both")
    return training, validation


def _scaled(scaler, inputs):
    """Standardised point by point, or as they are; float32."""
    inputs = np.asarray(inputs, dtype=np.float32)
    if scaler is None:
        return inputs
    return scaler.transform(inputs.reshape(len(inputs), -1)).reshape(inputs.shape).astype(np.float32)


def train_refinenet(
    examples: Examples,
    target: str,
    training: ArrayLike,
    validation: ArrayLike,
    head: str = "pool",
    epochs: int = EPOCHS,
    seed: int = 0,
    standardise: bool = True,
    after_epoch: Callable | None = None,
) -> Refiner:
    """RefineNet for angles or for ranges, trained as section 4.2 says.

    Parameters
    ----------
    examples : Examples
    target : {"angles", "ranges"}
    training, validation : array_like of int
        Rows of the examples, such as one of :func:`grouped_folds`.
    head : {"pool", "flatten"}
    epochs, seed : int
    standardise, after_epoch
        As :func:`train`.

    Returns
    -------
    Refiner

    Raises
    ------
    ValueError
        If target or head is unknown, or as :func:`train`.
    """
    values = targets_of(examples, target)
    training, validation = _split(training, validation, len(examples))
    epochs = checks.count("epochs", epochs)
    model = build_refinenet(values.shape[1], head, examples.spectra.shape[1], seed)
    inputs = examples.spectra[..., None]
    return train(
        model,
        inputs,
        values,
        training,
        validation,
        epochs,
        batch=BATCH,
        rate=RATE,
        seed=seed,
        standardise=standardise,
        after_epoch=after_epoch,
        xla=False,
    )
