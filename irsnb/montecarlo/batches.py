"""One batch of draws, computed in the same way wherever it runs."""

import threading
from collections.abc import Callable
from contextlib import contextmanager

import numpy as np

__all__ = []

KINDS = "biufc"


def run_batch(trial: Callable, setting: dict, digest: bytes, seed: int, batch: int, batch_size: int) -> dict:
    """Run a trial for one batch, on one BLAS thread and with the batch's own generator.

    Parameters
    ----------
    trial : callable
    setting : dict
    digest : bytes
        Of the setting, see :func:`irsnb.montecarlo.content.setting_digest`.
    seed, batch, batch_size : int

    Returns
    -------
    dict of str to ndarray, shape (batch_size, ...)

    Raises
    ------
    ValueError
        If the trial returns something else. What the trial itself raises comes through with a note that
        names setting and batch.
    """
    key = (*np.frombuffer(digest[:16], dtype="<u4").tolist(), batch)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
    try:
        with one_thread():
            results = trial(rng, batch_size, **setting)
    except Exception as error:
        error.add_note(f"in the trial at {place(setting, batch)}")
        raise
    return check_results(results, batch_size, place(setting, batch))


def check_results(results, n_draws: int, where: str) -> dict:
    """Return copies of a trial's results as arrays, or raise ``ValueError`` that says what is wrong where."""
    if not isinstance(results, dict) or not results:
        raise ValueError(
            f"trial: it returned {_short(results)} at {where}; it must return a dictionary of names to arrays"
        )
    arrays = {}
    for name, value in results.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"trial: it returned the name {name!r} at {where}; names must be strings")
        try:
            array = np.array(value)
        except ValueError:
            array = np.array(None)
        if array.dtype.kind not in KINDS or np.ma.is_masked(value):
            raise ValueError(
                f"trial: {name!r} is {_short(value)} at {where}; it must be an array of numbers or booleans"
            )
        if array.shape[:1] != (n_draws,):
            raise ValueError(
                f"trial: {name!r} has shape {array.shape} at {where}; it must be ({n_draws}, ...): "
                "one row for each draw"
            )
        arrays[name] = array
    return arrays


def place(setting: dict, batch: int) -> str:
    """Setting and batch in words."""
    return ", ".join([*(f"{name}={_short(value)}" for name, value in setting.items()), f"batch {batch}"])


class _Limit:
    lock = threading.Lock()
    holders = 0
    limits = None


@contextmanager
def one_thread():
    """Hold BLAS and OpenMP to one thread each: sums split among threads are rounded differently.

    The limit is the process's. Threads of the process may hold it together; the last one lifts it.
    """
    import scipy.linalg  # noqa: F401  its BLAS must be loaded to be limited
    from threadpoolctl import threadpool_limits

    with _Limit.lock:
        if _Limit.holders == 0:
            _Limit.limits = threadpool_limits(limits=1)
        _Limit.holders += 1
    try:
        yield
    finally:
        with _Limit.lock:
            _Limit.holders -= 1
            if _Limit.holders == 0:
                _Limit.limits.restore_original_limits()


def _short(value):
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
