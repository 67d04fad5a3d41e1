"""A trial over a grid of settings, on one process, on several, or on a cluster."""

import inspect
import itertools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from irsnb import checks
from irsnb.montecarlo.batches import one_thread, place, run_batch
from irsnb.montecarlo.content import setting_digest
from irsnb.montecarlo.grid import Axes, coordinate, setting_values
from irsnb.montecarlo.kept import KeptBatches, cache_folder
from irsnb.montecarlo.workers import workers

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["sweep"]

MAX_BATCH_SIZE = 1_000_000
MAX_JOBS = 10_000


def sweep(
    trial: Callable[..., Mapping[str, Any]],
    settings: Mapping[str, Sequence],
    *,
    draws: int,
    seed: int,
    until: "Callable[[xr.Dataset], bool] | None" = None,
    batch_size: int = 100,
    n_jobs: int | None = None,
    cluster: Any = None,
    keep: "bool | str | os.PathLike | None" = None,
    dims: Mapping[str, Sequence[str]] | None = None,
    progress: bool = True,
) -> "xr.Dataset":
    """Run a trial over a grid of settings and collect all draws.

    The result is the same bit for bit on any number of processes and on a cluster of like processors: draws
    come in batches of a fixed size, each on one BLAS thread and with a generator from (seed, setting,
    batch). A setting's draws hang on its names and values alone. So further values, further draws
    and another order of values leave them as they are; a further name changes them, for it makes
    other settings.

    Parameters
    ----------
    trial : callable
        ``trial(rng, draws, **setting)`` returns a dictionary of names to arrays (draws, ...) of numbers or
        booleans. All its randomness must come from `rng`, and it must change nothing outside.
    settings : dict of str to sequence
        Names and values; the grid is their product. Values are numbers, strings, booleans, None, or tuples,
        arrays, enumerations and dataclasses of these.
    draws : int
        Number of draws of each setting, or the most of them if `until` is given.
    seed : int
        Not negative.
    until : callable, optional
        ``until(draws_so_far)`` is asked after each batch of a setting, in the order of batches, with a
        Dataset of dimension ``draw``; true ends this setting. :func:`~irsnb.montecarlo.narrower`
        makes such rules.
    batch_size : int
        Draws a batch, at most 1e6. Another size gives other draws. Batches are always drawn whole; what
        exceeds `draws` in the last one is left out.
    n_jobs : int, optional
        Number of processes, as joblib counts them (-1: one for each core). By default those of an active
        ``joblib.parallel_config``, otherwise one.
    cluster : str, distributed.Client or distributed.deploy.Cluster, optional
        Dask cluster to run on, such as "tcp://10.0.0.5:8786", in place of `n_jobs`. If neither is given, the
        environment variable ``IRSNB_CLUSTER`` may name it. Needs the extra ``cluster``.
    keep : bool or path, optional
        A folder in which batches are kept as soon as they are there, or True for ``irsnb/montecarlo`` in the
        user's cache folder. Kept batches serve any later sweep with the same setting, seed, batch size, code
        of the trial (and of what of the user's own it calls) and code of irsnb; comments and docstrings do
        not count.
    dims : dict of str to sequence of str, optional
        For results with more axes than draws: names of those axes. By default, axis k of "error" is called
        "error_axis_k".
    progress : bool
        Whether a progress bar shows on standard error (after a second; the variable ``TQDM_DISABLE`` switches
        it off as well).

    Returns
    -------
    xarray.Dataset
        The trial's results, with dimensions: settings in their order, ``draw``, further axes. The settings
        and ``draw`` are coordinates, and so is ``n_draws``: how many draws each setting made. Where settings
        stopped before others, the rest is NaN, and integers and booleans become floats.

    Raises
    ------
    ValueError
        If an argument is not as above, if the trial returns something else, or if the results would take more
        memory than ``irsnb.checks.MEMORY_LIMIT``. What the trial raises comes through, with a note
        naming setting and batch.
    ImportError
        If a cluster is asked for and ``distributed`` is not installed.

    Examples
    --------
    >>> from irsnb.montecarlo import rms, sweep
    >>> def trial(rng, draws, snr_db):
    ...     return {"error": 10 ** (-snr_db / 20) * rng.standard_normal(draws)}
    >>> drawn = sweep(trial, {"snr_db": [0, 20]}, draws=1000, seed=1)
    >>> drawn.sizes
    Frozen({'snr_db': 2, 'draw': 1000})
    >>> rms(drawn["error"]).sel(snr_db=20).values.round(3)
    array([0.099, 0.095, 0.104])
    """
    checks.function("trial", trial)
    values = setting_values(settings)
    grid = [dict(zip(values, cell, strict=True)) for cell in itertools.product(*values.values())]
    _check_signature(trial, grid[0])
    draws = checks.count("draws", draws)
    batch_size = checks.count("batch_size", batch_size, high=MAX_BATCH_SIZE)
    seed = checks.count("seed", seed, low=0)
    if until is not None:
        checks.function("until", until)
    if n_jobs is not None and checks.count("n_jobs", n_jobs, low=-MAX_JOBS, high=MAX_JOBS) == 0:
        raise ValueError("n_jobs: got 0; it must be None or an integer other than 0")
    checks.flag("progress", progress)
    if until is None:
        checks.check_memory("draws", draws, draws * len(grid))
    axes = Axes(dims, values)
    folder = _folder(keep)
    kept = folder and KeptBatches(folder, trial, seed, batch_size)
    import joblib
    from tqdm import tqdm

    drawn = [_Draws(setting, draws, batch_size) for setting in grid]
    # TQDM_DISABLE counts only where `disable` is not given.
    quiet = {} if progress else {"disable": True}
    bar = tqdm(total=len(grid) * drawn[0].n_batches, desc="draws", unit="batch", delay=1, **quiet)
    with bar, workers(cluster, n_jobs), one_thread():
        collected = _Collected(drawn, until, kept, bar, axes)
        batches = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(
            joblib.delayed(_numbered)(
                number, trial, drawn[number].setting, drawn[number].digest, seed, batch, batch_size
            )
            for number, batch in collected.missing()
        )
        with closing(batches):
            for number, batch, results in batches:
                if kept:
                    kept.save(drawn[number].digest, batch, results)
                collected.take(number, batch, results)
        collected.raise_failure()
    attributes = {"trial": _title(trial), "seed": seed, "batch_size": batch_size}
    return _dataset(values, drawn, axes).assign_attrs(attributes)


class _Draws:
    """The draws of one setting, put together in the order of their batches."""

    def __init__(self, setting, draws, batch_size):
        self.setting, self.digest = setting, setting_digest(setting)
        self.draws, self.batch_size = draws, batch_size
        self.n_batches = -(-draws // batch_size)
        self.early = {}
        self.parts = []
        self.complete = False

    @property
    def n_draws(self):
        return min(len(self.parts) * self.batch_size, self.draws)

    def together(self, name):
        return np.concatenate([part[name] for part in self.parts])[: self.n_draws]


class _Collected:
    """Takes batches in any order and settles them in theirs; knows which ones are still missing.

    :meth:`missing` is asked from joblib's threads as well, hence the lock.
    """

    def __init__(self, drawn, until, kept, bar, axes):
        self.drawn, self.until, self.kept, self.bar, self.axes = drawn, until, kept, bar, axes
        self.layout = None
        self.n_bytes = 0
        self.failure = None
        self.lock = threading.RLock()

    def missing(self):
        """Numbers of setting and batch of all that must be computed, as far as is known when asked."""
        for number, draws in enumerate(self.drawn):
            for batch in range(draws.n_batches):
                try:
                    if self.failure or draws.complete:
                        break
                    found = self.kept.load(draws.digest, batch) if self.kept else None
                    if found is not None:
                        self.take(number, batch, found)
                        continue
                except Exception as error:  # joblib would not pass on what is raised in its threads
                    self.failure = error
                    break
                yield number, batch

    def raise_failure(self):
        """Raise what went wrong in :meth:`missing`."""
        if self.failure:
            raise self.failure

    def take(self, number, batch, results):
        """Add a batch; settle it and those that waited for it, unless its setting is complete."""
        self.raise_failure()
        with self.lock:
            draws = self.drawn[number]
            draws.early[batch] = results
            while not draws.complete and len(draws.parts) in draws.early:
                at = place(draws.setting, len(draws.parts))
                part = draws.early.pop(len(draws.parts))
                self._check(part, at)
                draws.parts.append(part)
                self.bar.update()
                draws.complete = self._enough(draws, at) or len(draws.parts) == draws.n_batches
            if draws.complete:
                draws.early.clear()

    def _enough(self, draws, where):
        if self.until is None:
            return False
        answer = self.until(self.axes.dataset({name: draws.together(name) for name in self.layout}))
        try:
            enough = bool(answer)
        except (TypeError, ValueError):
            raise ValueError(
                f"until: it returned a {type(answer).__name__} at {where}; it must return True or False"
            ) from None
        if enough:
            self.bar.total -= draws.n_batches - len(draws.parts)
        return enough

    def _check(self, part, where):
        layout = {name: array.shape[1:] for name, array in part.items()}
        if self.layout is None:
            self.axes.check(layout)
            self.layout = layout
        if set(layout) != set(self.layout):
            before, after = sorted(self.layout), sorted(layout)
            raise ValueError(
                f"trial: it returned {after} at {where}, but {before} before; the names must be the same"
            )
        for name, trailing in layout.items():
            if trailing != self.layout[name]:
                raise ValueError(
                    f"trial: a draw of {name!r} has shape {trailing} at {where}, but {self.layout[name]} "
                    "before; pad it with NaN, or sweep over the settings one by one"
                )
        n_bytes = sum(array.nbytes for array in part.values())
        self.n_bytes += n_bytes
        expected = n_bytes * self.drawn[0].n_batches * len(self.drawn) if self.until is None else self.n_bytes
        checks.check_memory("draws", self.drawn[0].draws, expected)


def _numbered(number, trial, setting, digest, seed, batch, batch_size):
    return number, batch, run_batch(trial, setting, digest, seed, batch, batch_size)


def _check_signature(trial, setting):
    try:
        signature = inspect.signature(trial)
    except (TypeError, ValueError):
        return  # written in another language
    try:
        signature.bind(None, 1, **setting)
    except TypeError as error:
        raise ValueError(
            f"settings: got {', '.join(setting)}; trial{signature} must take (rng, draws, **setting): {error}"
        ) from None


def _folder(keep):
    if keep is None or keep is False:
        return None
    if keep is True:
        return cache_folder() / "montecarlo"
    if isinstance(keep, str | os.PathLike) and os.fspath(keep):
        return Path(keep).expanduser()
    raise ValueError(f"keep: got {keep!r}; it must be True, False, None or a folder")


def _dataset(values, drawn, axes):
    n_draws = np.array([draws.n_draws for draws in drawn])
    longest, arrays = n_draws.max(), {}
    shape = tuple(map(len, values.values()))
    for name, first in drawn[0].parts[0].items():
        kind = np.result_type(*(part[name] for draws in drawn for part in draws.parts))
        padded = n_draws.min() < longest
        if padded and kind.kind in "biu":
            kind = np.dtype(float)
        array = np.full((len(drawn), longest, *first.shape[1:]), np.nan if padded else 0, dtype=kind)
        for number, draws in enumerate(drawn):
            array[number, : draws.n_draws] = draws.together(name)
        arrays[name] = array.reshape(*shape, *array.shape[1:])
    coords = {name: (name, coordinate(listed)) for name, listed in values.items()}
    coords |= {"draw": np.arange(longest), "n_draws": (tuple(values), n_draws.reshape(shape))}
    return axes.dataset(arrays, coords, tuple(values))


def _title(trial):
    function = getattr(trial, "func", trial)
    return getattr(function, "__qualname__", type(function).__qualname__)
