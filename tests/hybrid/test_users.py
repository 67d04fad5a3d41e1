"""Which users a scene has: none twice, those sought, far apart."""

import numpy as np
import pytest

from irsnb import hybrid


def test_street_scenes_share_nobody(street):
    first = hybrid.paper_users(street)
    found = hybrid.street_scenes(street, 30, np.random.default_rng(0), first=first)
    assert found.shape == (30, 4) and len(np.unique(found)) == 120
    assert set(found[0]) == set(first)
    assert np.all((street.rows[found] >= 1) & (street.rows[found] <= 10))
    assert np.all((street.columns[found] >= 1) & (street.columns[found] <= 15))
    azimuth = hybrid.polar(street)[found, 0]
    assert np.all(np.diff(azimuth, axis=1) > 0)
    window = hybrid.street_window(street)
    away = hybrid.polar(street)[:, 2]
    assert len(window) == 161 and window[0] <= away.min() and window[-1] == pytest.approx(away.max() + 5)


def test_street_scenes_refuse(street):
    with pytest.raises(ValueError, match="n_scenes: got 38; 150 users"):
        hybrid.street_scenes(street, 38, np.random.default_rng(0))
    with pytest.raises(ValueError, match="first: got .*n_users = 4 different users"):
        hybrid.street_scenes(street, 2, np.random.default_rng(0), first=[1, 2])


def test_spread_out_takes_the_nearest_then_the_farthest_from_it():
    users = np.array([(0.0, 0.0, 9.0), (0.1, 0.0, 5.0), (1.0, 0.0, 8.0), (0.3, 0.1, 7.0)])
    assert hybrid.spread_out(users, 3).tolist() == [1, 2, 3]
