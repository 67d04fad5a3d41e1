"""When the draws of a setting are enough."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from irsnb import checks

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["narrower"]


def narrower(
    name: str,
    reduction: Callable,
    *,
    relative: float | None = None,
    absolute: float | None = None,
    **options: Any,
) -> Callable:
    """A rule for `until` of :func:`~irsnb.montecarlo.sweep`: stop as soon as an interval is narrow.

    Half of the interval's width is compared. A rule of this kind gives intervals that hold asymptotically,
    for narrow intervals (Chow and Robbins 1965); a wide one stops early more often where it happens to be too
    short.

    Parameters
    ----------
    name : str
        A result of the trial.
    reduction : callable
        :func:`~irsnb.montecarlo.rms`, :func:`~irsnb.montecarlo.share` or another one of these
        reductions, or a function like them.
    relative : float
        Stop at this share of the value: 0.1 asks for the value to 10 % to either side.
    absolute : float
        Stop at this half width, in the value's unit. One of `relative` and `absolute` must be given.
    **options
        For the reduction, such as ``q=90``.

    Returns
    -------
    callable
        From the draws of a setting so far (a Dataset) to whether they are enough.

    Raises
    ------
    ValueError
        If the name is not text, the reduction is no function, or not one of `relative` and `absolute` is
        given, above 0.

    References
    ----------
    Y. S. Chow, H. Robbins, "On the asymptotic theory of fixed-width sequential confidence intervals
    for the mean", Ann. Math. Statist. 36 (1965), 457-462.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> from irsnb.montecarlo import narrower, share
    >>> enough = narrower("found", share, absolute=0.05)
    >>> [enough(xr.Dataset({"found": ("draw", np.arange(n) % 2 == 0)})) for n in (100, 1000)]
    [False, True]
    """
    if not isinstance(name, str):
        raise ValueError(f"name: got {name!r}; it must be the name of one of the trial's results")
    checks.function("reduction", reduction)
    if (relative is None) == (absolute is None):
        raise ValueError(f"relative, absolute: got {relative!r}, {absolute!r}; one of them must be given")
    word, width = ("relative", relative) if absolute is None else ("absolute", absolute)
    width = checks.real_number(word, width)
    checks.require(width > 0, word, width, "it must be above 0")

    def enough(draws: "xr.Dataset") -> bool:
        if name not in draws:
            raise ValueError(f"name: got {name!r}; the trial's results are {', '.join(map(repr, draws))}")
        value, lower, upper = np.moveaxis(reduction(draws[name], **options).values, -1, 0)
        allowed = width * np.abs(value) if absolute is None else width
        return bool(np.all((upper - lower) / 2 <= allowed))

    return enough
