"""Checks of what a caller gave to a plot."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from irsnb import checks

__all__ = []


def one_axes(name: str, value: Any) -> Any:
    """Return `value` if it is matplotlib's Axes, or raise ``ValueError``."""
    from matplotlib.axes import Axes

    return checks.instance(name, value, Axes)


def one_row(name: str, values: Any, length: int | None = None) -> np.ndarray:
    """Return `values` as one row of numbers, NaN where one is missing, or raise ``ValueError``."""
    values = checks.real_array(name, values, missing=True)
    if values.ndim != 1 or not values.size or length not in (None, len(values)):
        allowed = "one row of numbers" if length is None else f"one row of {length} numbers, as x is"
        raise ValueError(f"{name}: got shape {values.shape}; it must be {allowed}")
    return values


def by_label(name: str, value: Any) -> dict[str, Any]:
    """Return `value` if it is a dict by labels, or raise ``ValueError``."""
    checks.instance(name, value, Mapping)
    return {checks.text(f"label in {name}", label): entry for label, entry in value.items()}


@contextmanager
def passed_on(changes: dict[str, Any]) -> Iterator[None]:
    """Turn matplotlib's errors about what was passed on to it into ``ValueError``."""
    try:
        yield
    except (AttributeError, TypeError, ValueError) as error:
        if not changes:
            raise
        told = " ".join(str(error).split())
        raise ValueError(f"changes: got {changes!r:.80}; matplotlib refuses it: {told}") from None
