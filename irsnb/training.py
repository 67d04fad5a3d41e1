"""Training of networks, for every part: splits, scalers, a fit loop, checkpoints that survive a kill.

Keras 3 and scikit-learn are loaded on first use. Nothing here is particular to a backend.
"""

import contextlib
import json
import os
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import real_array

if TYPE_CHECKING:
    import keras
    from sklearn.preprocessing import StandardScaler

__all__ = ["EPSILON", "History", "fit", "learning_rate", "load_keras", "split", "standard_scaler"]

EPSILON = 1e-8
"""Adam's, as in its authors' paper and in PyTorch; Keras' own default is ten times that."""
_MOST_EPOCHS = 10**6
_MANY_BATCHES = 100
"""In an epoch: from here on Keras' pipeline of rows is worth tracing several steps as one."""


def load_keras() -> ModuleType:
    """Import Keras without its backend's words on standard error, and return it.

    Returns
    -------
    module
        ``keras``.

    Raises
    ------
    ImportError
        If Keras or its backend is not installed.
    """
    try:
        with _quiet():
            import keras
    except ImportError:
        raise checks.missing("keras", "networks") from None
    return keras


@contextlib.contextmanager
def _quiet():
    # TensorFlow's C++ writes to file descriptor 2, whatever sys.stderr is, before any setting is read.
    if "tensorflow" in sys.modules:
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def standard_scaler(values: ArrayLike) -> "StandardScaler":
    """Fit scikit-learn's StandardScaler to rows, training data alone.

    Parameters
    ----------
    values : array_like, shape (n, F)
        n rows of F features, at least one row.

    Returns
    -------
    sklearn.preprocessing.StandardScaler

    Raises
    ------
    ValueError
        If a value is not finite, or the shape is another one.
    ImportError
        If scikit-learn is not installed.
    """
    given, values = values, real_array("values", values)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"values: got shape {values.shape}; it must be (n, F) with at least one row")
    try:
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise checks.missing("scikit-learn", "networks") from None
    # Single precision stays single precision.
    return StandardScaler().fit(given)


def split(n: int, rng: np.random.Generator, shares: Sequence[float] = (0.8, 0.1, 0.1)) -> list[np.ndarray]:
    """Part n rows at random, by default 80/10/10 into training, validation and test.

    Parameters
    ----------
    n : int
        Number of rows.
    rng : numpy.random.Generator
    shares : sequence of float
        Positive, with the sum 1.

    Returns
    -------
    list of ndarray of int
        Row numbers of each part.

    Raises
    ------
    ValueError
        If an argument is not as stated, or a part would be empty.

    Examples
    --------
    >>> [len(part) for part in split(100, np.random.default_rng(0))]
    [80, 10, 10]
    """
    n, rng, shares = checks.count("n", n), checks.generator("rng", rng), real_array("shares", shares)
    checks.check_memory("n", n, 8 * n)
    if shares.ndim != 1 or np.any(shares <= 0) or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"shares: got {shares.tolist()}; they must be positive with the sum 1")
    ends = np.round(np.cumsum(shares) * n).astype(int)
    parts = np.split(rng.permutation(n), ends[:-1])
    if min(map(len, parts)) == 0:
        raise ValueError(
            f"n: got {n}; it must be more rows, so that no part of shares {shares.tolist()} is empty"
        )
    return parts


@dataclass(frozen=True)
class History:
    """What a training run went through; made by :func:`fit`.

    Attributes
    ----------
    training, validation : tuple of float
        Loss of each epoch: during it, and after it on the validation rows.
    learning_rates : tuple of float
        In force during each epoch.
    """

    training: tuple[float, ...]
    validation: tuple[float, ...]
    learning_rates: tuple[float, ...]

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.validation)

    @property
    def best(self) -> int:
        """Index of the epoch with the lowest validation loss, whose weights the model carries."""
        return int(np.argmin(self.validation))


def learning_rate(
    validation: Sequence[float], first: float, factor: float = 0.8, patience: int | None = 10
) -> float:
    """Rate for the next epoch: `first`, times `factor` for every `patience` epochs without improvement.

    Parameters
    ----------
    validation : sequence of float
        Validation losses so far. The rate follows from them alone, so a resumed run needs no other memory.
    first : float
        Rate of the first epoch, above 0.
    factor : float
        Above 0, at most 1.
    patience : int or None
        None: the rate stays.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an argument is not as stated or not finite.

    Examples
    --------
    >>> learning_rate([3.0, 2.0, 2.5, 2.5], first=0.1, factor=0.5, patience=2)
    0.05
    """
    validation = real_array("validation", validation)
    if validation.ndim != 1:
        raise ValueError(f"validation: got shape {validation.shape}; it must be one loss for each epoch")
    first = _rate("first", first)
    factor = checks.real_number("factor", factor)
    checks.require(0 < factor <= 1, "factor", factor, "it must be above 0 and at most 1")
    if patience is not None:
        patience = checks.count("patience", patience)
    rate, lowest, stale = first, np.inf, 0
    for loss in validation.tolist():
        stale = 0 if loss < lowest else stale + 1
        lowest = min(lowest, loss)
        if stale == patience:
            rate, stale = rate * factor, 0
    return rate


def _rate(name, value):
    value = checks.real_number(name, value)
    checks.require(value > 0, name, value, "it must be above 0")
    return value


def fit(
    model: "keras.Model",
    training: tuple[ArrayLike, ArrayLike],
    validation: tuple[ArrayLike, ArrayLike],
    epochs: int,
    *,
    batch: int = 32,
    first_rate: float = 1e-3,
    seed: int = 0,
    directory: str | os.PathLike | None = None,
    after_epoch: Callable[[History], object] | None = None,
    loss: str | Callable = "mse",
    patience: int | None = 10,
    keep: str = "best",
    xla: bool = True,
) -> History:
    """Train with Adam, shuffled anew each epoch; the model ends with the weights of its best validation loss.

    With a directory, the state after each epoch is written there, whole or not at all. A later call with the
    same arguments goes on after the last finished epoch and ends with the weights of an uninterrupted run.

    Parameters
    ----------
    model : keras.Model
        Freshly built; a seed set before building it decides its first weights.
    training, validation : tuple of array_like
        Inputs (n, ...) and targets (n, ...).
    epochs : int
        In all, the finished ones included.
    batch : int
    first_rate : float
        Learning rate, cut by a fifth after `patience` epochs without improvement.
    seed : int
        Of the shuffling.
    directory : path-like, optional
        Where checkpoints are kept.
    after_epoch : callable, optional
        Called with the :class:`History` so far.
    loss : str or callable
        Keras' name of it, or its function of truth and answer.
    patience : int or None
        None: the rate stays.
    keep : {"best", "last"}
        Whose epoch's weights the model ends with. Where the validation rows also judge, the last.
    xla : bool
        Whether a step is compiled by XLA; the training is the same to rounding. Compiling takes seconds, so
        it pays for thousands of steps of dense and recurrent layers; large convolutions are slower with it.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If an argument is not as stated, inputs do not fit the model or the targets, are not finite, the
        training diverges, or a checkpoint is broken or belongs to another model or task. Checkpoints stay as
        they are.
    ImportError
        If Keras is not installed.
    """
    keras = load_keras()
    checks.instance("model", model, keras.Model)
    for name, rows in (("training", training), ("validation", validation)):
        _check_rows(model, name, rows)
    epochs, batch = checks.count("epochs", epochs, high=_MOST_EPOCHS), checks.count("batch", batch)
    first_rate, seed = _rate("first_rate", first_rate), checks.count("seed", seed, low=0)
    if directory is not None and not isinstance(directory, (str, os.PathLike)):
        raise ValueError(f"directory: got {directory!r}; it must be the path of a folder")
    if after_epoch is not None:
        checks.function("after_epoch", after_epoch)
    _check_loss(keras, loss)
    if patience is not None:
        patience = checks.count("patience", patience)
    keep, xla = checks.choice("keep", keep, ("best", "last")), checks.flag("xla", xla)
    # XLA halves the time of a step; TensorFlow has none for Apple's processors.
    compiled = "auto" if xla and sys.platform == "darwin" else xla
    many = len(training[0]) > _MANY_BATCHES * batch
    model.compile(
        keras.optimizers.Adam(first_rate, epsilon=EPSILON),
        loss,
        jit_compile=compiled,
        steps_per_execution=25 if many else 1,
    )
    model.optimizer.build(model.trainable_variables)
    task = {"rows": len(training[0]), "batch": batch, "first_rate": first_rate, "seed": seed}
    task["data"] = zlib.crc32(np.ascontiguousarray(training[1], dtype=np.float32).tobytes())
    architecture = [list(variable.shape) for variable in model.variables]
    state = [*model.variables, *model.optimizer.variables]
    losses, best = {"training": [], "validation": [], "rates": []}, None
    if directory is not None:
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        if (directory / "state.npz").exists():
            _restore(directory / "best.npz", model.variables, architecture, task, assign=False)
            losses = _restore(directory / "state.npz", state, architecture, task)
    while len(losses["validation"]) < epochs:
        epoch = len(losses["validation"])
        rate = learning_rate(losses["validation"], first_rate, patience=patience)
        model.optimizer.learning_rate.assign(rate)
        order = np.random.default_rng([seed, epoch]).permutation(len(training[0]))
        inputs, targets = (np.asarray(part)[order] for part in training)
        lost = _train(model, inputs, targets, min(batch, len(inputs)))
        reached = mean_loss(model, *validation)
        if not np.isfinite(reached):
            raise ValueError(
                f"training: the validation loss is {reached} after epoch {epoch + 1}; lower first_rate"
            )
        is_best = reached < min(losses["validation"], default=np.inf)
        for key, value in (("training", lost), ("validation", reached), ("rates", rate)):
            losses[key].append(float(value))
        if is_best and keep == "best":
            best = [keras.ops.convert_to_numpy(v).copy() for v in model.variables]
        if directory is not None:
            # Killed between the two, the epoch is run again, from the same state to the same end.
            if is_best:
                _keep(directory / "best.npz", model.variables, architecture, task, losses)
            _keep(directory / "state.npz", state, architecture, task, losses)
        if after_epoch is not None:
            after_epoch(_history(losses))
    if directory is not None and keep == "best":
        _restore(directory / "best.npz", model.variables, architecture, task)
    elif best is not None:
        for variable, value in zip(model.variables, best, strict=True):
            variable.assign(value)
    return _history(losses)


def _train(model, inputs, targets, batch):
    """Loss during one epoch, whose steps are the same with and without Keras' pipeline of rows."""
    if len(inputs) > _MANY_BATCHES * batch:
        done = model.fit(inputs, targets, batch_size=batch, shuffle=False, verbose=0)
        return done.history["loss"][0]
    lost = 0.0
    for first in range(0, len(inputs), batch):
        some = slice(first, first + batch)
        model.reset_metrics()
        answer = model.train_on_batch(inputs[some], targets[some])
        lost += float(np.ravel(answer)[0]) * len(inputs[some])
    return lost / len(inputs)


def mean_loss(model, inputs, targets):
    """Loss over all rows, by calls of the model: TensorFlow would trace a function of its own for each."""
    ops, rows, total = load_keras().ops, 1024, 0.0
    for first in range(0, len(inputs), rows):
        some = slice(first, first + rows)
        given, truth = (ops.convert_to_tensor(part[some], "float32") for part in (inputs, targets))
        loss = model.compute_loss(given, truth, model(given, training=False), training=False)
        total += float(ops.convert_to_numpy(loss)) * len(inputs[some])
    return total / len(inputs)


def _history(losses):
    return History(tuple(losses["training"]), tuple(losses["validation"]), tuple(losses["rates"]))


def _check_loss(keras, loss):
    if callable(loss) and not isinstance(loss, type):
        return
    try:
        known = isinstance(loss, str) and callable(keras.losses.get(loss))
    except (TypeError, ValueError):
        known = False
    if not known:
        raise ValueError(f"loss: got {loss!r}; it must be the name of one of Keras' losses, or a function")


def _check_rows(model, name, rows):
    if not isinstance(rows, (tuple, list)) or len(rows) != 2:
        raise ValueError(f"{name}: got {type(rows).__name__}; it must be a pair of inputs and targets")
    inputs, targets = rows
    for what, values, shape in (
        ("inputs", inputs, model.input_shape),
        ("targets", targets, model.output_shape),
    ):
        values = real_array(f"{name} {what}", values)
        if values.shape[1:] != tuple(shape[1:]) or len(values) == 0:
            raise ValueError(
                f"{name} {what}: got shape {values.shape}; the model takes (n, {str(shape[1:])[1:]}"
            )
    if len(inputs) != len(targets):
        raise ValueError(
            f"{name}: got {len(inputs)} inputs and {len(targets)} targets; one for each is needed"
        )


def _keep(path, variables, architecture, task, losses):
    content = {"architecture": architecture, "task": task, "losses": losses}
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        values = {f"v{i}": load_keras().ops.convert_to_numpy(v) for i, v in enumerate(variables)}
        np.savez(file, content=json.dumps(content), **values)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def _restore(path, variables, architecture, task, assign=True):
    """Read a checkpoint whole, compare it with model and task, then assign; return the losses it holds."""
    if not path.exists():
        raise ValueError(f"checkpoint: {path.name} is missing beside the others; delete them to begin anew")
    try:
        with np.load(path) as file:
            # Reading every member checks its checksum.
            values = {name: file[name] for name in file.files}
        content = json.loads(str(values.pop("content")))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"checkpoint: {path.name} is not whole ({error}); delete it to begin anew") from None
    if content["architecture"] != architecture:
        raise ValueError(
            f"checkpoint: {path.name} holds another architecture, with the shapes {content['architecture']}; "
            f"this model has {architecture}. Give another directory"
        )
    if content["task"] != task:
        raise ValueError(f"checkpoint: {path.name} belongs to the task {content['task']}; this one is {task}")
    if assign:
        for i, variable in enumerate(variables):
            variable.assign(values[f"v{i}"])
    return content["losses"]
