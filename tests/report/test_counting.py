"""Counting operations: by hand, over sizes, and with an algorithm that grows faster."""

import numpy as np
import pytest

from irsnb.report.counting import count_operations


def test_by_hand():
    assert count_operations(lambda x: np.sqrt(x * x + 1.0), np.ones(5)) == 15
    assert count_operations(lambda x: x.min() + x.max(), np.arange(4.0)) == 4 + 4 + 1


def test_indexed_and_scalar_parts_are_counted():
    assert count_operations(lambda point: point[0] * point[1] + point[2], np.arange(3.0)) == 2


def test_growth():
    def all_against_all(x):
        return (x[:, None] <= x).sum()

    sizes = np.array([4, 8, 16])
    found = [count_operations(all_against_all, np.arange(float(n))) for n in sizes]
    assert found == (2 * sizes**2).tolist()
    assert [count_operations(np.min, np.arange(float(n))) for n in sizes] == sizes.tolist()


def test_bad_input_names_the_argument():
    with pytest.raises(ValueError, match=r"arguments\[1\]"):
        count_operations(np.add, 1.0, "two")
