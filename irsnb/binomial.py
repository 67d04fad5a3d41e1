"""Shares counted in random draws, and the interval of the probability behind them."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks

__all__ = ["share_interval"]


def share_interval(
    n_true: ArrayLike, n_cases: ArrayLike, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of a share that was counted in random draws (Clopper and Pearson 1934, exact).

    It holds the true share with at least the probability that is asked, for every number of draws and every
    share; with few draws or shares near 0 or 1 with more.

    Parameters
    ----------
    n_true, n_cases : array_like of int, shape (...)
        In how many of how many draws the statement holds.
    level : float
        Probability that such an interval covers the true share, at least.

    Returns
    -------
    lower, upper : ndarray, shape (...)

    Raises
    ------
    ValueError
        If a count is no integer, negative or above `n_cases`, or the level is not between 0 and 1.

    References
    ----------
    C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26 (1934), 404-413.

    Examples
    --------
    >>> lower, upper = share_interval([20, 19], 20)
    >>> lower.round(3), upper.round(3)
    (array([0.832, 0.751]), array([1.   , 0.999]))
    """
    n_cases = checks.integer_array("n_cases", n_cases, 1)
    n_true = checks.integer_array("n_true", n_true, 0)
    checks.common_shape(n_true=n_true.shape, n_cases=n_cases.shape)
    checks.require(n_true <= n_cases, "n_true", n_true, "it must not exceed n_cases")
    level = checks.real_number("level", level)
    checks.require(0 < level < 1, "level", level, "it must lie between 0 and 1")
    from scipy.special import betaincinv

    tail, n_false = (1 - level) / 2, n_cases - n_true
    # Where no draw is true, or all are, the end is that of the range; 1 stands in for a count of 0.
    lower = np.where(n_true == 0, 0.0, betaincinv(np.maximum(n_true, 1), n_false + 1, tail))
    upper = np.where(n_false == 0, 1.0, betaincinv(n_true + 1, np.maximum(n_false, 1), 1 - tail))
    return lower, upper
