"""RefineNet of Surendran et al. (2025), section 3.2.1, and the training of Algorithm 1; Keras 3.

Keras and scikit-learn are loaded on first use.
"""

from dataclasses import dataclass

import numpy as np

from irsnb.hybrid.examples import targets_of
from irsnb.hybrid.model import checked_count
from irsnb.training import fit, load_keras, standard_scaler

HEADS = ("pool", "flatten")
"""Readings of RefineNet's flattened feature maps.

The mean of each map, which makes some 15,000 parameters, or every value of it.
"""
FILTERS, KERNEL, DENSE, L2, DROPOUT = (16, 32), 5, 64, 0.01, 0.5
"""RefineNet, section 3.2.1."""
RATE, BATCH, EPOCHS = 1e-4, 4, 20
"""Its training, section 4.2."""


def count_refinenet(n_outputs, head="pool", n_points=301):
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
        If the head is unknown or a count is not a positive integer.
    """
    outputs, head = checked_count("n_outputs", n_outputs), _head(head)
    left = checked_count("n_points", n_points) - 2 * (KERNEL - 1)
    if left < 1:
        raise ValueError(f"n_points: got {n_points}; two kernels of {KERNEL} need at least {2 * KERNEL - 1}")
    widths = (1, *FILTERS)
    convolutions = sum((KERNEL**2 * a + 1) * b for a, b in zip(widths, widths[1:], strict=False))
    features = FILTERS[-1] * (1 if head == "pool" else left**2)
    return convolutions + (features + 1) * DENSE + (DENSE + 1) * outputs


def build_refinenet(n_outputs, head="pool", n_points=301, seed=0):
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

    def predict(self, inputs):
        """Outputs (n, F) in their own units, from inputs as in training."""
        rows, to_numpy = _scaled(self.inputs, inputs), load_keras().ops.convert_to_numpy
        answers = [to_numpy(self.model(rows[i : i + 64])) for i in range(0, len(rows), 64)]
        return self.outputs.inverse_transform(np.concatenate(answers))

    def mean_squared_error(self, inputs, targets):
        """Mean squared error of the standardised outputs, eq. (6): what Figs. 4 and 5 would show without
        penalties; 1 for whoever answers with the training mean, on training rows."""
        gap = self.outputs.transform(self.predict(inputs)) - self.outputs.transform(targets)
        return float(np.mean(gap**2))


def train(
    model,
    inputs,
    targets,
    training,
    validation,
    epochs,
    *,
    batch,
    rate,
    seed=0,
    standardise=True,
    after_epoch=None,
    **how,
):
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
    **how
        ``loss`` and ``xla`` of :func:`irsnb.training.fit`.

    Returns
    -------
    Refiner

    Raises
    ------
    ValueError
        As :func:`irsnb.training.fit`.
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets)
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

    how = {"batch": batch, "first_rate": rate, "seed": seed, "after_epoch": note} | how
    history = fit(model, *rows, epochs, patience=None, keep="last", **how)
    return Refiner(model, before, after, history, tuple(penalties))


def _scaled(scaler, inputs):
    """Standardised point by point, or as they are; float32."""
    inputs = np.asarray(inputs, dtype=np.float32)
    if scaler is None:
        return inputs
    return scaler.transform(inputs.reshape(len(inputs), -1)).reshape(inputs.shape).astype(np.float32)


def train_refinenet(examples, target, training, validation, head="pool", epochs=EPOCHS, seed=0, **how):
    """RefineNet for angles or for ranges, trained as section 4.2 says.

    Parameters
    ----------
    examples : Examples
    target : {"angles", "ranges"}
    training, validation : array_like of int
        Rows of the examples, such as one of :func:`grouped_folds`.
    head : {"pool", "flatten"}
    epochs, seed : int
    **how
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
        xla=False,
        **how,
    )


def _head(head):
    if head not in HEADS:
        raise ValueError(f"head: got {head!r}; it must be one of {', '.join(map(repr, HEADS))}")
    return head
