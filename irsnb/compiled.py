"""Compiled loops: one decorator for all kernels. Importing this module loads numba."""

from collections.abc import Callable

from numba import njit

__all__ = ["compiled"]


def compiled(**options) -> Callable:
    """Decorator: compile at the first call and keep the result, if there is a place where to keep it.

    Parameters
    ----------
    **options
        For :func:`numba.njit`.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> import numpy as np
    >>> @compiled()
    ... def total(values):
    ...     out = 0.0
    ...     for value in values:
    ...         out += value
    ...     return out
    >>> total(np.array([1.0, 2.0]))
    3.0
    """

    def decorate(function):
        try:
            return njit(cache=True, error_model="numpy", **options)(function)
        except RuntimeError:  # neither the package's folder nor the user's cache can be written
            return njit(error_model="numpy", **options)(function)

    return decorate
