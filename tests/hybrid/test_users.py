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


def test_scenes_are_taken_from_the_first_rows_and_columns_both_ends_included(street):
    # As many scenes as there are users for: whoever stands in rows 1 to 10 and columns 1 to 15 is in one.
    everybody = hybrid.street_scenes(street, 50, np.random.default_rng(0), n_users=3)
    places = set(zip(street.rows[everybody].ravel(), street.columns[everybody].ravel(), strict=True))
    assert places == {(row, column) for row in range(1, 11) for column in range(1, 16)}
    few = hybrid.street_scenes(street, 2, np.random.default_rng(0), rows=(2, 3), columns=(1, 4))
    places = set(zip(street.rows[few].ravel(), street.columns[few].ravel(), strict=True))
    assert places == {(row, column) for row in (2, 3) for column in (1, 2, 3, 4)}


def test_street_scenes_refuse(street):
    with pytest.raises(ValueError, match="n_scenes: got 38; 150 users"):
        hybrid.street_scenes(street, 38, np.random.default_rng(0))
    with pytest.raises(ValueError, match="first: got .*n_users = 4 different users"):
        hybrid.street_scenes(street, 2, np.random.default_rng(0), first=[1, 2])


def test_spread_out_takes_the_nearest_then_the_farthest_from_it():
    users = np.array([(0.0, 0.0, 9.0), (0.1, 0.0, 5.0), (1.0, 0.0, 8.0), (0.3, 0.1, 7.0)])
    assert hybrid.spread_out(users, 3).tolist() == [1, 2, 3]
