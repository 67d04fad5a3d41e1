"""One pair of Duan et al. (2025) re-derived: roots of (10) and (12), bisection along the ray, differences."""

import math

import numpy as np
import pytest
import sympy
from by_the_paper import solve_as_the_paper
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

RECEIVER = (200.0, -400.0, -30.0)


def test_closed_form_is_a_root_of_the_papers_equations():
    # Symbolically: R = (a^2 - c^2) / (a - c cos(alpha)) satisfies (10) for every a, c and alpha.
    a, c, alpha = sympy.symbols("a c alpha", positive=True)
    distance = (a**2 - c**2) / (a - c * sympy.cos(alpha))
    x, w = distance * sympy.cos(alpha), distance * sympy.sin(alpha)
    assert sympy.simplify((x - c) ** 2 / a**2 + w**2 / (a**2 - c**2) - 1) == 0


@given(
    st.floats(-3.1, 3.1),
    st.floats(-1.5, 1.5),
    st.floats(1.0, 4000.0),
    st.floats(1e-3, 3.0),
)
@settings(max_examples=1000, deadline=None)
def test_located_point_has_the_path_sum_and_the_direction(theta, phi, c, excess):
    a = c * (1 + excess)
    point = elliptic.locate_pair(theta, phi, 2 * a, c)
    assert math.dist(point, (0, 0, 0)) + math.dist(point, (2 * c, 0, 0)) == pytest.approx(2 * a, rel=1e-9)
    back = elliptic.direction(point, (0, 0, 0))
    assert back[0] == pytest.approx(theta, abs=1e-9) and back[1] == pytest.approx(phi, abs=1e-9)


def test_locate_pair_agrees_with_the_quadratic():
    rng = np.random.default_rng(0)
    for _ in range(300):
        theta, phi, c = rng.uniform(-3, 3), rng.uniform(-1.4, 1.4), rng.uniform(10, 3000)
        a = c * rng.uniform(1.01, 5)
        if abs(math.cos(theta) * math.cos(phi)) < 1e-3:
            continue
        assert np.allclose(
            elliptic.locate_pair(theta, phi, 2 * a, c), solve_as_the_paper(theta, phi, a, c), rtol=1e-7
        )


def test_a_million_targets_are_the_same_as_one_by_one():
    rng = np.random.default_rng(1)
    n = 100_003  # beyond one block and no multiple of it
    theta, phi, c = rng.uniform(-3, 3, n), rng.uniform(-1.5, 1.5, n), rng.uniform(10, 3000, n)
    together = elliptic.locate_pair(theta, phi, 4 * c, c)
    for i in (0, 1, 32767, 32768, 65536, n - 1):
        assert np.array_equal(together[i], elliptic.locate_pair(theta[i], phi[i], 4 * c[i], c[i]))
    grid = elliptic.locate_pair(theta[:700, None], phi[:700, None], 4 * c[:300], c[:300])
    assert grid.shape == (700, 300, 3)
    assert np.allclose(grid[699, 299], elliptic.locate_pair(theta[699], phi[699], 4 * c[299], c[299]))


def test_inputs_are_left_alone():
    given_arrays = [
        np.array([0.1, 0.2]),
        np.array([0.3, 0.4]),
        np.array([1000.0, 1200.0]),
        np.array([400.0, 300.0]),
    ]
    copies = [array.copy() for array in given_arrays]
    elliptic.locate_pair(*given_arrays)
    assert all(np.array_equal(one, two) for one, two in zip(given_arrays, copies, strict=True))


def test_a_circle_and_a_needle():
    assert np.allclose(
        np.linalg.norm(elliptic.locate_pair(np.linspace(-3, 3, 50), 0.2, 20.0, 0.0), axis=-1), 10
    )
    # towards the second surface on a needle of an ellipse: R = a + c
    assert elliptic.locate_pair(0.0, 0.0, 2000.002, 1000.0)[0] == pytest.approx(2000.001, rel=1e-12)


SURFACES = np.array([[10.0, 20.0, 30.0], [900.0, 100.0, 0.0], [-200.0, 700.0, 80.0], [300.0, -500.0, 10.0]])


def test_positions_by_bisection_along_the_ray():
    # The path sum grows along the ray: where it is reached is found without any formula.
    rng = np.random.default_rng(2)
    for _ in range(50):
        theta, phi = rng.uniform(-3, 3), rng.uniform(-1.5, 1.5)
        ray = np.array([math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)])
        sums = np.linalg.norm(SURFACES[1:] - SURFACES[0], axis=-1) * rng.uniform(1.05, 4, 3)
        found = elliptic.pair_positions(SURFACES, theta, phi, sums)
        for j, surface in enumerate(SURFACES[1:]):
            low, high = 0.0, 1e5
            for _ in range(100):
                middle = (low + high) / 2
                long = middle + math.dist(SURFACES[0] + middle * ray, surface) > sums[j]
                low, high = (low, middle) if long else (middle, high)
            assert np.allclose(found[j], SURFACES[0] + low * ray, atol=1e-6)


def test_on_a_line_the_positions_are_those_of_the_closed_form():
    x = EXPERIMENTS[3]
    sums = elliptic.path_sums(x.surfaces, x.target)
    everywhere = elliptic.pair_positions(x.surfaces, 1.0, 0.8, sums)
    assert np.allclose(everywhere, elliptic.locate_pair(1.0, 0.8, sums, x.semi_focals))


def test_directions_are_those_of_the_positions_and_can_be_averaged():
    receiver = np.array([50.0, -100.0, 0.0])
    sums = np.array([2000.0, np.nan, 1800.0])
    found = elliptic.pair_directions(SURFACES, receiver, 1.0, 0.5, sums)
    there = elliptic.pair_positions(SURFACES, 1.0, 0.5, sums)
    for j in (0, 2):
        assert np.allclose(found[:, j], elliptic.direction(there[j], receiver))
    assert np.array_equal(found[:, 1], [0.0, 0.0]) and np.isnan(there[1]).all()
    # A target straight to the west of the receiver: the pairs' azimuths straddle +-pi.
    target = np.array([-900.0, -100.0, 40.0])
    azimuth, elevation = elliptic.direction(target, SURFACES[0])
    noisy = elliptic.path_sums(SURFACES, target) + [40.0, -40.0, 30.0]
    seen = elliptic.pair_directions(SURFACES, receiver, azimuth, elevation, noisy)[0]
    assert np.ptp(seen) < 0.5


def test_sensitivities_by_finite_differences():
    target, receiver = np.array([700.0, 1200.0, 1400.0]), np.array([200.0, -400.0, -30.0])
    by_angles, by_sums = elliptic.pair_sensitivities(SURFACES, receiver, target)
    azimuth, elevation = elliptic.direction(target, SURFACES[0])
    measured = np.r_[azimuth, elevation, elliptic.path_sums(SURFACES, target)]

    def directions(values):
        return elliptic.pair_directions(SURFACES, receiver, values[0], values[1], values[2:])

    for p, step in enumerate([1e-6, 1e-6, 1e-3, 1e-3, 1e-3]):
        shift = step * np.eye(5)[p]
        numeric = (directions(measured + shift) - directions(measured - shift)) / (2 * step)
        if p < 2:
            assert np.allclose(by_angles[..., p], numeric, atol=1e-8)
        else:
            expected = np.zeros((2, 3))
            expected[:, p - 2] = by_sums[:, p - 2]
            assert np.allclose(numeric, expected, atol=1e-10)


def test_a_target_on_the_line_of_two_surfaces_is_refused_wherever_they_stand():
    surfaces = np.array([(100.0, 2000.0, -50.0), (900.0, 2600.0, -50.0)])
    with pytest.raises(ValueError, match="on the line between two surfaces"):
        elliptic.pair_sensitivities(surfaces, RECEIVER, surfaces.mean(axis=0))
    elliptic.pair_sensitivities(surfaces, RECEIVER, surfaces.mean(axis=0) + [0.0, 0.0, 50.0])


def test_sensitivities_of_surfaces_on_a_line_lie_on_a_line():
    x = EXPERIMENTS[3]
    by_angles, _ = elliptic.pair_sensitivities(x.surfaces, x.receiver, x.target)
    for gradients in by_angles:
        values = np.linalg.svd(gradients - gradients.mean(axis=0), compute_uv=False)
        assert values[1] < 1e-12 * values[0]
