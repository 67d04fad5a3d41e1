"""Channels of traced paths: waves of their image points, with or without what comes from behind."""

import math

import numpy as np

from irsnb import hybrid
from irsnb.arrays import PlanarArray

ARRAY = PlanarArray(4, 4, 0.043, 0.0857)


def test_hears_front_drops_what_comes_from_behind(street):
    user = hybrid.paper_users(street)[:1]
    around = hybrid.path_channels(street, user, ARRAY)[0]
    front = hybrid.path_channels(street, user, ARRAY, hears="front")[0]
    behind = np.abs(street.azimuth[user[0]]) > np.pi / 2
    assert behind.any() and np.all(front[behind] == 0)
    assert np.array_equal(front[~behind], around[~behind])


def test_channels_are_the_image_points_distances(street):
    user = hybrid.paper_users(street)[2]
    heard = hybrid.path_channels(street, [user], ARRAY)[0]
    for path in range(5):
        away = 299_792_458.0 * street.delay[user, path]
        az, el = street.azimuth[user, path], street.elevation[user, path]
        image = away * np.array([math.cos(az) * math.cos(el), math.sin(az) * math.cos(el), math.sin(el)])
        extra = np.linalg.norm(image - ARRAY.positions, axis=-1) - away
        expected = street.gain[user, path] * np.exp(-2j * np.pi * extra / 0.0857)
        assert np.allclose(heard[path], expected, rtol=1e-6)
