"""Weights of Duan et al. (2025) re-derived with loops and `math`, and those that know the noise."""

import math

import numpy as np
import pytest
from by_the_paper import solve_as_the_paper

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

RECEIVER = (200.0, -400.0, -30.0)


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


SIGMA_ANGLE = np.deg2rad(0.2)
X = EXPERIMENTS[3]
FIELD = np.stack(np.meshgrid([150.0, 700.0, 1900.0], [300.0, 1200.0], [500.0]), axis=-1).reshape(-1, 3)


def exact(target, surfaces=X.surfaces):
    """Departure angles and path sums of a target."""
    return *elliptic.direction(target, surfaces[0]), elliptic.path_sums(surfaces, target)


def weighted(method, target=X.target, surfaces=X.surfaces, **noise):
    return elliptic.direction_weights(surfaces, X.receiver, *exact(target, surfaces), method=method, **noise)


def test_the_papers_weights():
    sums = elliptic.path_sums(X.surfaces, X.target)
    e = 2 * np.array(X.semi_focals) / sums
    assert np.array_equal(weighted("binary"), elliptic.binary_weights(e))
    assert np.allclose(weighted("mean"), 0.2)
    assert weighted("one-pair").tolist() == [[1, 0, 0, 0, 0]] * 2


@pytest.mark.parametrize("method", elliptic.METHODS)
def test_a_missing_pair_has_no_weight_and_the_others_are_as_without_it(method):
    azimuth, elevation, sums = exact(X.target)
    noise = {"sigma_angle": SIGMA_ANGLE, "sigma_path": 1.0, "method": method}
    sums[[0, 3]] = np.nan
    weights = elliptic.direction_weights(X.surfaces, X.receiver, azimuth, elevation, sums, **noise)
    there = [1, 2, 4]
    fewer = X.surfaces[[0, 2, 3, 5]]
    expected = elliptic.direction_weights(fewer, X.receiver, azimuth, elevation, sums[there], **noise)
    assert np.allclose(weights[:, there], expected, rtol=1e-6) and not weights[:, [0, 3]].any()


def test_least_variance_weights_cannot_be_beaten():
    by_angles, _ = elliptic.pair_sensitivities(X.surfaces, X.receiver, X.target)
    weights = weighted("least-variance")
    rng = np.random.default_rng(5)
    others = rng.normal(0, 20, (5000, 5))
    others += (1 - others.sum(axis=1, keepdims=True)) / 5
    for i in (0, 1):
        assert weights[i].sum() == pytest.approx(1)
        least = np.linalg.norm(weights[i] @ by_angles[i])
        assert np.all(np.linalg.norm(others @ by_angles[i], axis=-1) >= least * (1 - 1e-4))


def test_least_variance_weights_are_the_shortest_of_their_kind():
    # On a line every weighting is one number, w.k: the shortest with that number are in the plane of 1 and k.
    by_angles, _ = elliptic.pair_sensitivities(X.surfaces, X.receiver, X.target)
    k = (by_angles[0] - by_angles[0, 0])[:, 0]
    for w in weighted("least-variance"):
        plane = np.stack([np.ones(5), k], axis=-1)
        rest = w - plane @ np.linalg.lstsq(plane, w, rcond=None)[0]
        assert np.linalg.norm(rest) < 1e-6 * np.linalg.norm(w)


def test_nearly_equal_pairs_get_bounded_weights():
    for apart in (1e-3, 1e-6, 1e-9, 0.0):
        surfaces = elliptic.surfaces_on_line([800.0, 800.0 + apart])
        assert np.abs(weighted("least-variance", surfaces=surfaces)).max() < 1700
    assert np.allclose(weighted("least-variance", surfaces=elliptic.surfaces_on_line([800.0, 800.0])), 0.5)


def test_best_weights_by_brute_force():
    # Minimise w^T S w under 1^T w = 1 by its Lagrange equations, a linear system of M + 1 unknowns.
    by_angles, by_sums = elliptic.pair_sensitivities(X.surfaces, X.receiver, X.target)
    each = np.array([0.5, 1.0, 2.0, 3.0, 4.0])
    weights = weighted("best", sigma_angle=SIGMA_ANGLE, sigma_path=each)
    for i in (0, 1):
        noise = SIGMA_ANGLE**2 * by_angles[i] @ by_angles[i].T + np.diag((each * by_sums[i]) ** 2)
        scale = np.trace(noise)
        system = np.block([[noise / scale, np.ones((5, 1))], [np.ones((1, 5)), np.zeros((1, 1))]])
        expected = np.linalg.solve(system, np.r_[np.zeros(5), 1.0])[:5]
        assert np.allclose(weights[i], expected, atol=5e-3 * np.abs(expected).max())
        assert weights[i] @ noise @ weights[i] < (1 + 1e-4) * expected @ noise @ expected


@pytest.mark.parametrize("sigma_path", [1e-3, 0.1, 1.0, 10.0])
def test_best_weights_reach_the_bound_over_the_field(sigma_path):
    rng = np.random.default_rng(7)
    noise = {"sigma_angle": SIGMA_ANGLE, "sigma_path": sigma_path}
    draws = (6000, len(FIELD))
    azimuth, elevation = elliptic.direction(FIELD, X.surfaces[0])
    azimuth = azimuth + SIGMA_ANGLE * rng.standard_normal(draws)
    elevation = elevation + SIGMA_ANGLE * rng.standard_normal(draws)
    sums = elliptic.path_sums(X.surfaces, FIELD) + sigma_path * rng.standard_normal((*draws, 5))
    directions = elliptic.pair_directions(X.surfaces, X.receiver, azimuth, elevation, sums)
    weights = elliptic.direction_weights(
        X.surfaces, X.receiver, azimuth, elevation, sums, method="best", **noise
    )
    fix = elliptic.locate(X.surfaces, azimuth, elevation, sums, **noise)
    true = np.array(elliptic.direction(FIELD, X.receiver))
    bound = elliptic.direction_crlb(X.surfaces, X.receiver, FIELD, **noise)
    bound = np.sqrt(np.trace(bound, axis1=-2, axis2=-1).mean())
    best, joint = (
        np.sqrt(np.mean(np.sum((found - true[:, None]) ** 2, axis=0))) / bound
        for found in (
            np.sum(weights * directions, axis=-1),
            np.array(elliptic.direction(fix.position, X.receiver)),
        )
    )
    assert abs(joint - 1) < 0.02 and abs(best - joint) < 0.02


@pytest.mark.parametrize("missing", ["sigma_angle", "sigma_path"])
def test_best_weights_ask_for_both_sigmas(missing):
    noise = {"sigma_angle": 0.01, "sigma_path": 1.0} | {missing: None}
    with pytest.raises(ValueError, match=f"{missing}: got None; method 'best' needs both"):
        weighted("best", **noise)
