"""PlanarArray against positions and phases written out element by element."""

import cmath
import math

import numpy as np
import pytest

from irsnb.arrays import PlanarArray


def test_positions_row_by_row():
    array = PlanarArray(2, 3, spacing=0.5, wavelength=1.0)
    expected = [[0, y, z] for z in (-0.25, 0.25) for y in (-0.5, 0, 0.5)]
    assert np.allclose(array.positions, expected)


def test_far_field_phase_is_the_path_gained():
    array = PlanarArray(3, 4, spacing=0.04, wavelength=0.0857)
    azimuth, elevation = 0.4, -0.3
    direction = (
        math.cos(azimuth) * math.cos(elevation),
        math.sin(azimuth) * math.cos(elevation),
        math.sin(elevation),
    )
    for response, position in zip(array.steering_vector(azimuth, elevation), array.positions, strict=True):
        gained = sum(p * u for p, u in zip(position, direction, strict=True))
        assert response == pytest.approx(cmath.exp(2j * math.pi * gained / 0.0857), abs=1e-12)


def test_spherical_wave_is_the_distance_to_each_element():
    array = PlanarArray(4, 4, spacing=0.05, wavelength=0.1)
    source = 1.7 * np.array([math.cos(0.5) * math.cos(0.2), math.sin(0.5) * math.cos(0.2), math.sin(0.2)])
    extra = np.linalg.norm(source - array.positions, axis=-1) - 1.7
    assert np.allclose(array.steering_vector(0.5, 0.2, 1.7), np.exp(-2j * np.pi * extra / 0.1), atol=1e-10)


def test_spherical_tends_to_the_plane_wave():
    array = PlanarArray(8, 8, spacing=0.5, wavelength=1.0)
    plane = array.steering_vector(0.3, 0.1)
    gaps = [np.abs(array.steering_vector(0.3, 0.1, r) - plane).max() for r in (1e3, 1e4, 1e5, 1e9)]
    assert all(later < earlier / 5 for earlier, later in zip(gaps[:2], gaps[1:3], strict=True))
    assert gaps[-1] < 1e-7


def test_mask_picks_elements_and_keeps_the_centre():
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 2] = mask[2, 0] = True
    array = PlanarArray(3, 3, 1.0, 1.0, mask)
    assert np.allclose(array.positions, [[0, 1, -1], [0, -1, 1]])
    mask[:] = True
    assert array.mask.sum() == 2, "the array keeps a copy of its own"


def test_broadcasting():
    array = PlanarArray(2, 2, 0.5, 1.0)
    assert array.steering_vector(np.zeros((5, 1)), np.zeros(7), np.ones(7)).shape == (5, 7, 4)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: PlanarArray(0, 2, 0.5, 1.0), "rows"),
        (lambda: PlanarArray(2, 2.5, 0.5, 1.0), "columns"),
        (lambda: PlanarArray(2, 2, -0.5, 1.0), "spacing"),
        (lambda: PlanarArray(2, 2, [0.5, 0.5], 1.0), "spacing"),
        (lambda: PlanarArray(2, 2, 0.5, np.inf), "wavelength"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0, np.ones((3, 2), bool)), "mask"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0, np.ones((2, 2))), "mask"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0, np.zeros((2, 2), bool)), "mask"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0).steering_vector(0, 0, 0), "distance"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0).steering_vector(np.nan, 0), "azimuth"),
        (lambda: PlanarArray(2, 2, 0.5, 1.0).steering_vector(np.zeros(2), np.zeros(3)), "broadcast"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=name):
        call()
