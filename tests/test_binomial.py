"""The interval of a share: exact tails, and coverage from the binomial distribution itself."""

import numpy as np
import pytest
from scipy import stats

from irsnb.binomial import share_interval


@pytest.mark.parametrize(("n_true", "n_cases"), [(0, 5), (1, 5), (3, 20), (19, 20), (20, 20), (400, 1000)])
def test_the_interval_of_a_share_has_its_tails(n_true, n_cases):
    # Clopper and Pearson: as many as seen or more at the lower end, or fewer at the upper one, has 2.5 %.
    low, high = share_interval(n_true, n_cases)
    assert 0 <= low <= n_true / n_cases <= high <= 1
    if n_true:
        assert stats.binom.sf(n_true - 1, n_cases, low) == pytest.approx(0.025)
    if n_true < n_cases:
        assert stats.binom.cdf(n_true, n_cases, high) == pytest.approx(0.025)
    assert (low == 0) == (n_true == 0) and (high == 1) == (n_true == n_cases)
    narrow = share_interval(n_true, n_cases, 0.5)
    assert low <= narrow[0] and narrow[1] <= high and narrow != (low, high)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_interval_covers_whatever_the_share(level):
    # Coverage without simulation: the probability of all counts whose interval holds p.
    n, p = 40, np.linspace(0.001, 0.999, 999)
    counts = np.arange(n + 1)[:, None]
    low, high = share_interval(counts, n, level)
    covered = np.sum(stats.binom.pmf(counts, n, p) * ((low <= p) & (p <= high)), axis=0)
    assert covered.min() >= level
    assert covered[300:700].mean() < level + 0.15, "no wider than needed"


def test_counts_broadcast():
    low, high = share_interval([[0], [3]], [3, 5, 10_000])
    assert low.shape == high.shape == (2, 3) and low[1, 0] == share_interval(3, 3)[0] and high[1, 0] == 1
    assert (np.diff(high[0]) < 0).all() and (low[0] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 2), "n_true: got 3; it must not exceed n_cases"),
        ((-1, 2), "n_true: got -1"),
        ((0, 0), "n_cases: got 0"),
        ((1.0, 2), "n_true"),
        ((True, 2), "n_true"),
        ((1, 2, 1.0), "level: got 1.0"),
        ((1, 2, 0), "level: got 0"),
        (([1, 1], [2, 2, 2]), r"n_true \(2,\), n_cases \(3,\)"),
    ],
)
def test_a_share_refuses(arguments, words):
    with pytest.raises(ValueError, match=words):
        share_interval(*arguments)
