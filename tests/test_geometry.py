"""Points, angles and frames against independent constructions."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import geometry

ANGLE = st.floats(-math.pi, math.pi)
ELEVATION = st.floats(-1.55, 1.55)
COORDINATE = st.floats(-1e4, 1e4).map(lambda value: round(value, 6))  # whole micrometres


@given(ANGLE, ELEVATION)
@settings(max_examples=500, deadline=None)
def test_unit_vector_is_two_rotations_of_the_x_axis(azimuth, elevation):
    # Independent path: rotate e_x about -y by the elevation, then about z by the azimuth.
    ce, se, ca, sa = math.cos(elevation), math.sin(elevation), math.cos(azimuth), math.sin(azimuth)
    about_y = np.array([[ce, 0, -se], [0, 1, 0], [se, 0, ce]])
    about_z = np.array([[ca, -sa, 0], [sa, ca, 0], [0, 0, 1]])
    expected = about_z @ about_y @ [1, 0, 0]
    assert np.allclose(geometry.unit_vector(azimuth, elevation), expected, atol=4e-15)


@given(COORDINATE, COORDINATE, COORDINATE)
@settings(max_examples=500, deadline=None)
def test_direction_angles_by_complex_numbers(x, y, z):
    if math.hypot(x, y, z) < 1e-3 or math.hypot(x, y) < 1e-6:
        return
    azimuth, elevation, distance = geometry.direction_angles([x, y, z])
    assert azimuth == pytest.approx(cmath.phase(complex(x, y)), abs=1e-12)
    assert elevation == pytest.approx(cmath.phase(complex(abs(complex(x, y)), z)), abs=1e-12)
    assert distance == pytest.approx(math.hypot(x, y, z), rel=1e-12)
    assert np.allclose(distance * geometry.unit_vector(azimuth, elevation), [x, y, z], atol=1e-9)


def test_extreme_directions_stay_exact():
    vectors = geometry.unit_vector([np.pi, -np.pi, np.pi / 2, 0.0], [0.0, 0.0, 0.0, np.pi / 2])
    assert np.allclose(vectors, [[-1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, 1]], atol=1e-15)


@pytest.mark.parametrize("end", [[1, 0, 0], [0, 0, 5], [0, 1e-9, -3], [-4, 2, 7]])
def test_frame_along_is_a_rotation_onto_the_line(end):
    start = np.array([1.0, -2.0, 0.5])
    frame = geometry.frame_along(start, start + end)
    assert np.allclose(frame @ frame.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(frame) == pytest.approx(1)
    assert np.allclose(frame @ np.array(end, dtype=float), [np.linalg.norm(end), 0, 0], atol=1e-9)


def test_frame_along_broadcasts():
    frames = geometry.frame_along(np.zeros((4, 1, 3)), np.arange(1.0, 16).reshape(5, 3))
    assert frames.shape == (4, 5, 3, 3)
    assert np.allclose(frames[2, 3], geometry.frame_along(np.zeros(3), np.arange(10.0, 13)))


def _numerical(function, point, step=1e-6):
    columns = [
        (np.array(function(point + step * e)) - np.array(function(point - step * e))) / (2 * step)
        for e in np.eye(len(point))
    ]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("point", [[3.0, 4.0, 5.0], [-2.0, 1.0, -7.0], [0.3, -9.0, 0.0]])
def test_jacobians_by_finite_differences(point):
    point = np.array(point)
    angles = geometry.direction_angles(point)[:2]
    assert np.allclose(
        geometry.direction_jacobian(point, np.zeros(3)),
        _numerical(lambda p: geometry.direction_angles(p)[:2], point),
        atol=1e-8,
    )
    assert np.allclose(
        geometry.ray_jacobian(*angles),
        _numerical(lambda a: geometry.unit_vector(*a), np.array(angles)),
        atol=1e-8,
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: geometry.unit_vector(np.nan, 0), "azimuth"),
        (lambda: geometry.unit_vector(0, "up"), "elevation"),
        (lambda: geometry.unit_vector(np.zeros(3), np.zeros(2)), "broadcast"),
        (lambda: geometry.unit_vector(1j, 0), "azimuth"),
        (lambda: geometry.direction_angles([0, 0, 0]), "length"),
        (lambda: geometry.direction_angles([1, 2]), "(..., 3)"),
        (lambda: geometry.frame_along([1, 1, 1], [1, 1, 1]), "differ"),
        (lambda: geometry.direction_jacobian([0, 0, 1], [0, 0, 0]), "straight above"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_cosine_and_sine_from_one_tangent():
    angles = np.concatenate([np.linspace(-7, 7, 10001), [0.0, np.pi, -np.pi, 1500.0]])
    cosine, sine = geometry.cosine_sine(angles)
    assert np.allclose(cosine, np.cos(angles), atol=2e-13) and np.allclose(sine, np.sin(angles), atol=2e-13)
