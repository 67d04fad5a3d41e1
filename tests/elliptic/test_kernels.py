"""The loops of the joint fit, piece by piece."""

import numpy as np
import pytest

from irsnb.elliptic import pair_positions
from irsnb.elliptic.kernels import _measure, _start

OTHERS = np.array([[400.0, 0.0, 0.0], [600.0, 50.0, -20.0], [-100.0, 900.0, 30.0]])


def missed(point, azimuth, elevation, sums):
    residuals, gradient = np.empty(5), np.empty((5, 3))
    _measure(point, azimuth, elevation, sums, OTHERS, residuals, gradient)
    return residuals, gradient


@pytest.mark.parametrize("elevation", [0.3, -1.2, np.pi / 2, -np.pi / 2])
def test_derivatives_by_finite_differences(elevation):
    # Straight up the two angles become two steps across the vertical.
    point, azimuth, sums = np.array([30.0, -20.0, 700.0]), 0.7, np.array([1500.0, 1600.0, 1900.0])
    _, gradient = missed(point, azimuth, elevation, sums)
    for axis in range(3):
        move = 1e-3 * np.eye(3)[axis]
        ends = [missed(point + sign * move, azimuth, elevation, sums)[0] for sign in (1, -1)]
        assert np.allclose(gradient[:, axis], (ends[0] - ends[1]) / 2e-3, rtol=1e-6, atol=1e-10)


def test_the_start_is_the_mean_of_the_pairs_positions():
    # (16) of Duan et al. (2025) for each pair, in turned axes.
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    sums = np.array([1500.0, np.nan, 1900.0])
    start = np.empty(3)
    _start(0.7, -0.4, sums, OTHERS, frame, start)
    surfaces = np.vstack([np.zeros(3), OTHERS])
    assert np.allclose(start, frame @ np.nanmean(pair_positions(surfaces, 0.7, -0.4, sums), axis=0))
