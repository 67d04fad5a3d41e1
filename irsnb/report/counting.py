"""Arithmetic operations of an algorithm, counted and not timed: the same number on every machine."""

from collections.abc import Callable
from typing import Any

import numpy as np

from irsnb import checks

__all__ = ["count_operations"]


class _Counted(np.ndarray):
    """An array that counts the elementwise operations that it takes part in."""

    def __array_finalize__(self, origin):
        self.tally = getattr(origin, "tally", None)

    def __getitem__(self, index):
        part = np.asarray(super().__getitem__(index)).view(_Counted)  # an element is no bare float
        part.tally = self.tally
        return part

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        plain = [each.view(np.ndarray) if isinstance(each, _Counted) else each for each in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        tally = next(each.tally for each in inputs if isinstance(each, _Counted) and each.tally is not None)
        tally.append(np.size(plain[0]) if method == "reduce" else np.size(result))
        counted = np.asarray(result).view(_Counted)
        counted.tally = tally
        return counted


def count_operations(function: Callable[..., Any], /, *arguments: Any) -> int:
    """Count the elementwise operations of a function that is written with plain numpy.

    Each sum, product, comparison, root or trigonometric function of one element counts as one; the sum, least
    or largest of N elements counts as N. What works inside numpy without elementwise functions, such as a
    linear solver, is not counted.

    Parameters
    ----------
    function : callable
    *arguments : array_like
        Numbers and arrays for which it is called.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the function is none, or an argument is no array of real numbers.

    Examples
    --------
    Two products and a sum:

    >>> count_operations(lambda a, b: a * a + b * b, 3.0, 4.0)
    3
    >>> count_operations(np.sum, np.ones(10))
    10
    """
    checks.function("function", function)
    tally, counted = [], []
    for index, argument in enumerate(arguments):
        array = checks.real_array(f"arguments[{index}]", argument).astype(float).view(_Counted)
        array.tally = tally
        counted.append(array)
    function(*counted)
    return int(sum(tally))
