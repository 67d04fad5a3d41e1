"""Duan et al. (2025) re-derived on paths of their own: roots of (10) and (12), loops with `math`."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

RECEIVER = (200.0, -400.0, -30.0)


def solve_as_the_paper(theta, phi, a, c):
    """Eqs. (9)-(16) by the roots of the quadratic that (12) makes of (10)."""
    alpha = math.acos(math.cos(theta) * math.cos(phi))  # (11)
    slope, b2 = math.tan(alpha), a * a - c * c  # (12), (9)
    roots = np.roots([1 / a**2 + slope**2 / b2, -2 * c / a**2, c**2 / a**2 - 1])  # (10) with w = x tan(alpha)
    x = next(float(r) for r in roots if r * math.cos(alpha) > 0)  # in front of the first surface
    distance = math.hypot(x, x * slope)  # (13)
    level = distance * math.cos(phi)  # (15)
    return level * math.cos(theta), level * math.sin(theta), distance * math.sin(phi)  # (16), (14)


def mae_as_the_paper(target, receiver, semi_focals, d_theta, d_phi, method):
    """Eqs. (7)-(23) for one target with loops and the math module, in radians."""

    def angles(point):
        dx, dy, dz = (p - r for p, r in zip(point, receiver, strict=True))
        level = math.sqrt(dx * dx + dy * dy)
        return math.acos(dx / level), math.atan(abs(dz) / level)  # (17), (18)

    theta = math.atan2(target[1], target[0])
    phi = math.asin(target[2] / math.dist(target, (0, 0, 0)))
    true = angles(target)
    errors = [0.0, 0.0]
    for sign in (1, -1):
        per_pair, e = [], []
        for c in semi_focals:
            a = (math.dist(target, (0, 0, 0)) + math.dist(target, (2 * c, 0, 0))) / 2  # (7), (8)
            e.append(c / a)  # (20)
            per_pair.append(angles(solve_as_the_paper(theta + sign * d_theta, phi + sign * d_phi, a, c)))
        if method == "binary":
            final = per_pair[e.index(min(e))][0], per_pair[e.index(max(e))][1]  # (21)
        else:
            final = [sum(p[k] for p in per_pair) / len(per_pair) for k in (0, 1)]  # (22)
        errors = [err + abs(final[k] - true[k]) / 2 for k, err in enumerate(errors)]  # (23)
    return errors


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
    point = elliptic.locate(theta, phi, a, c)
    assert math.dist(point, (0, 0, 0)) + math.dist(point, (2 * c, 0, 0)) == pytest.approx(2 * a, rel=1e-9)
    back = elliptic.direction(point, (0, 0, 0))
    assert back[0] == pytest.approx(theta, abs=1e-9) and back[1] == pytest.approx(phi, abs=1e-9)


def test_locate_agrees_with_the_quadratic():
    rng = np.random.default_rng(0)
    for _ in range(300):
        theta, phi, c = rng.uniform(-3, 3), rng.uniform(-1.4, 1.4), rng.uniform(10, 3000)
        a = c * rng.uniform(1.01, 5)
        if abs(math.cos(theta) * math.cos(phi)) < 1e-3:
            continue
        assert np.allclose(elliptic.locate(theta, phi, a, c), solve_as_the_paper(theta, phi, a, c), rtol=1e-7)


def test_a_million_targets_are_the_same_as_one_by_one():
    rng = np.random.default_rng(1)
    n = 100_003  # beyond one block and no multiple of it
    theta, phi, c = rng.uniform(-3, 3, n), rng.uniform(-1.5, 1.5, n), rng.uniform(10, 3000, n)
    together = elliptic.locate(theta, phi, 2 * c, c)
    for i in (0, 1, 32767, 32768, 65536, n - 1):
        assert np.array_equal(together[i], elliptic.locate(theta[i], phi[i], 2 * c[i], c[i]))
    grid = elliptic.locate(theta[:700, None], phi[:700, None], 2 * c[:300], c[:300])
    assert grid.shape == (700, 300, 3)
    assert np.allclose(grid[699, 299], elliptic.locate(theta[699], phi[699], 2 * c[299], c[299]))


def test_inputs_are_left_alone():
    given_arrays = [
        np.array([0.1, 0.2]),
        np.array([0.3, 0.4]),
        np.array([500.0, 600.0]),
        np.array([400.0, 300.0]),
    ]
    copies = [array.copy() for array in given_arrays]
    elliptic.locate(*given_arrays)
    assert all(np.array_equal(one, two) for one, two in zip(given_arrays, copies, strict=True))


def test_a_circle_and_a_needle():
    assert np.allclose(np.linalg.norm(elliptic.locate(np.linspace(-3, 3, 50), 0.2, 10.0, 0.0), axis=-1), 10)
    # towards the second surface on a needle of an ellipse: R = a + c
    assert elliptic.locate(0.0, 0.0, 1000.001, 1000.0)[0] == pytest.approx(2000.001, rel=1e-12)


@pytest.mark.parametrize("method", ["one-pair", "mean", "binary"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_perturbation_mae_re_derived(number, method):
    x = EXPERIMENTS[number]
    pairs = (800.0,) if method == "one-pair" else x.semi_focals[:10]
    rng = np.random.default_rng(number)
    for _ in range(20):
        d_theta, d_phi = np.deg2rad(rng.uniform(-2.5, 2.5, 2))
        ours = elliptic.perturbation_mae(x.target, x.receiver, pairs, d_theta, d_phi, method)
        assert np.allclose(
            ours, mae_as_the_paper(x.target, x.receiver, pairs, d_theta, d_phi, method), atol=1e-11
        )


def test_perturbation_mae_keeps_the_papers_folded_angles():
    # Behind and below the receiver (17) and (18) fold; both the truth and the estimates must.
    target = (300.0, -1500.0, -700.0)
    ours = elliptic.perturbation_mae(target, RECEIVER, (900.0, 500.0), 0.01, -0.02, "mean")
    assert np.allclose(
        ours, mae_as_the_paper(target, RECEIVER, (900.0, 500.0), 0.01, -0.02, "mean"), atol=1e-12
    )


def test_perturbation_mae_is_even_and_zero_without_perturbation():
    x = EXPERIMENTS[3]
    shifts = np.deg2rad([0.3, -1.0, 2.0])
    for method in ("mean", "binary"):
        there = elliptic.perturbation_mae(x.target, x.receiver, x.semi_focals, shifts, 0.01, method)
        back = elliptic.perturbation_mae(x.target, x.receiver, x.semi_focals, -shifts, -0.01, method)
        assert np.allclose(there, back, atol=1e-15)
        assert np.allclose(
            elliptic.perturbation_mae(x.target, x.receiver, x.semi_focals, 0.0, 0.0, method), 0, atol=1e-12
        )


def test_perturbation_mae_broadcasts():
    x = EXPERIMENTS[4]
    field = np.stack(np.meshgrid([300.0, 500.0, 900.0], [800.0, 1200.0], [400.0]), axis=-1)[:, :, 0]
    grid = elliptic.perturbation_mae(
        field[:, :, None, :], x.receiver, x.semi_focals, np.linspace(-0.02, 0.02, 5), 0.01, "binary"
    )
    assert grid[0].shape == grid[1].shape == (2, 3, 5)
    one = elliptic.perturbation_mae(field[1, 2], x.receiver, x.semi_focals, 0.02, 0.01, "binary")
    assert np.allclose([grid[0][1, 2, 4], grid[1][1, 2, 4]], one)
    spacings = np.array(EXPERIMENTS[1].semi_focals)[:, None]
    assert elliptic.perturbation_mae(x.target, x.receiver, spacings, 0.01, 0.01, "one-pair")[0].shape == (37,)
    assert elliptic.perturbation_mae(x.target, x.receiver, 800.0, 0.01, 0.01, "one-pair")[0].shape == ()


def test_binary_weights_pick_one_pair_each():
    azimuth, elevation = elliptic.binary_weights([[0.5, 0.2, 0.9], [0.3, 0.3, 0.1]])
    assert azimuth.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert elevation.tolist() == [[0, 0, 1], [1, 0, 0]], "of two that tie, the first"


def test_sensitivities_by_finite_differences_and_on_one_line():
    x = EXPERIMENTS[3]
    common, line, k = elliptic.pair_sensitivities(x.target, x.receiver, x.semi_focals)
    departure = elliptic.direction(x.target, (0, 0, 0))
    half = elliptic.path_sum(x.target, x.semi_focals) / 2
    step = 1e-6
    for j, c in enumerate(x.semi_focals):
        for p in (0, 1):
            shifts = [[departure[q] + s * step * (q == p) for q in (0, 1)] for s in (1, -1)]
            up, down = (
                np.array(elliptic.direction(elliptic.locate(*s, half[j], c), x.receiver)) for s in shifts
            )
            assert np.allclose((common + k[j] * line)[:, p], (up - down) / (2 * step), atol=1e-8)


def test_least_variance_weights_cannot_be_beaten():
    x = EXPERIMENTS[3]
    common, line, k = elliptic.pair_sensitivities(x.target, x.receiver, x.semi_focals)
    gradients = common + k[:, None, None] * line
    weights = elliptic.minimum_variance_weights(x.target, x.receiver, x.semi_focals)
    rng = np.random.default_rng(5)
    others = rng.normal(0, 20, (5000, len(k)))
    others += (1 - others.sum(axis=1, keepdims=True)) / len(k)
    for i in (0, 1):
        assert weights[i].sum() == pytest.approx(1)
        best = np.linalg.norm(weights[i] @ gradients[:, i])
        assert np.all(np.linalg.norm(others @ gradients[:, i], axis=-1) >= best - 1e-9)


def test_least_variance_weights_where_range_is_seen_end_on():
    # x, y of the target in line with receiver and first surface: range moves no azimuth, the mean will do.
    weights = elliptic.minimum_variance_weights((-100.0, 200.0, 300.0), RECEIVER, (1200.0, 800.0, 400.0))
    assert np.allclose(weights[0], 1 / 3)
    assert np.all(np.isfinite(weights[1]))
