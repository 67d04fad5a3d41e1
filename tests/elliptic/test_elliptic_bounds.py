"""The bound of Part I: an independent derivation, limits that are known, and estimators that reach it."""

import numpy as np
import pytest

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

ONE_DEGREE = np.deg2rad(1.0)


def measurements(position, semi_focals):
    """Departure angles and path sums of a position, written out."""
    x, y, z = position
    sums = [np.sqrt(x * x + y * y + z * z) + np.sqrt((x - 2 * c) ** 2 + y * y + z * z) for c in semi_focals]
    return np.array([np.angle(x + 1j * y), np.angle(np.hypot(x, y) + 1j * z), *sums])


@pytest.mark.parametrize("number", [2, 3, 4])
def test_bound_from_a_numerical_log_likelihood(number):
    # The expected Hessian of the Gaussian log-likelihood at the truth is J^T C^-1 J; J by differences.
    x = EXPERIMENTS[number]
    target = np.array(x.target)
    sigma = np.array([ONE_DEGREE] * 2 + [2.0] * len(x.semi_focals))
    h = 1e-3
    jacobian = np.stack(
        [
            (measurements(target + h * e, x.semi_focals) - measurements(target - h * e, x.semi_focals))
            / (2 * h)
            for e in np.eye(3)
        ],
        axis=-1,
    )
    information = jacobian.T @ np.diag(sigma**-2) @ jacobian
    expected = np.linalg.inv(information)
    assert np.allclose(
        elliptic.position_crlb(x.surfaces, target, sigma_angle=ONE_DEGREE, sigma_path=2.0),
        expected,
        rtol=1e-5,
    )


def test_a_target_may_stand_close_to_a_second_surface():
    # d |p - q| / dp is the unit vector from q to p, however short: with q 0.5 m west, it points east.
    target, surfaces = np.array([800.5, 0.0, -3.0]), elliptic.surfaces_on_line(400.0)
    offset = target - [800.0, 0.0, 0.0]
    rho, r = 800.5, np.linalg.norm(target)
    jacobian = np.array(
        [
            [0, 1 / rho, 0],
            [-target[0] * target[2] / (rho * r**2), 0, rho / r**2],
            target / r + offset / np.linalg.norm(offset),
        ]
    )
    expected = np.linalg.inv(jacobian.T @ np.diag([ONE_DEGREE**-2, ONE_DEGREE**-2, 1.0]) @ jacobian)
    assert np.allclose(
        elliptic.position_crlb(surfaces, target, sigma_angle=ONE_DEGREE, sigma_path=1.0), expected
    )
    target[2] = -0.1
    assert np.isfinite(elliptic.position_crlb(surfaces, target, sigma_angle=ONE_DEGREE, sigma_path=1.0)).all()


def test_one_pair_reaches_its_bound():
    # Three measurements, three coordinates: the closed form is the maximum-likelihood estimate.
    x = EXPERIMENTS[3]
    rng, pair = np.random.default_rng(11), elliptic.surfaces_on_line(800.0)
    sigma = np.deg2rad(0.05)
    theta, phi = elliptic.direction(x.target, (0, 0, 0))
    sums = elliptic.path_sums(pair, x.target)[0] + rng.normal(0, 0.5, 200_000)
    found = elliptic.locate_pair(
        theta + rng.normal(0, sigma, 200_000), phi + rng.normal(0, sigma, 200_000), sums, 800.0
    )
    bound = elliptic.position_crlb(pair, x.target, sigma_angle=sigma, sigma_path=0.5)
    assert np.allclose(np.cov(found.T), bound, rtol=0.02, atol=0.01 * np.trace(bound))


def test_exact_path_sums_leave_one_turn():
    # Two exact sums fix the target up to a turn tau about the x axis; by the constrained bound of
    # Stoica and Ng (1998) the error is the tangent t times the bound on tau from the two angles alone.
    x = EXPERIMENTS[3]
    target = np.array(x.target)
    tangent = np.cross([1.0, 0, 0], target)
    h = 1e-6
    turned = [measurements(target + s * h * tangent, [])[:2] for s in (1, -1)]
    by_turn = (turned[0] - turned[1]) / (2 * h)
    expected = np.outer(tangent, tangent) * ONE_DEGREE**2 / (by_turn @ by_turn)
    bound = elliptic.position_crlb(x.surfaces, target, sigma_angle=ONE_DEGREE, sigma_path=1e-4)
    assert np.allclose(bound, expected, rtol=1e-4, atol=1e-4 * np.trace(expected))


def test_least_variance_weights_reach_the_bound_of_exact_sums():
    x = EXPERIMENTS[3]
    by_angles, _ = elliptic.pair_sensitivities(x.surfaces, x.receiver, x.target)
    exact = *elliptic.direction(x.target, (0, 0, 0)), elliptic.path_sums(x.surfaces, x.target)
    weights = elliptic.direction_weights(x.surfaces, x.receiver, *exact, method="least-variance")
    reached = [np.linalg.norm(w @ g) for w, g in zip(weights, by_angles, strict=True)]
    noise = {"sigma_angle": ONE_DEGREE, "sigma_path": 1e-3}
    bound = elliptic.direction_crlb(x.surfaces, x.receiver, x.target, **noise)
    assert np.allclose(np.array(reached) * ONE_DEGREE, np.sqrt(np.diag(bound)), rtol=1e-4)


def test_a_full_covariance_and_placements():
    # F = J^T C^-1 J once more, by a solve, for two placements at a time.
    x, rng = EXPERIMENTS[3], np.random.default_rng(1)
    placements = x.surfaces[:4] + rng.normal(0, 100, (2, 4, 3))
    root = rng.normal(size=(5, 5)) + 2 * np.eye(5)
    covariance = root @ root.T * np.outer(*[np.r_[0.01, 0.01, 1.0, 1.0, 1.0]] * 2)
    bound = elliptic.position_crlb(placements, x.target, covariance=covariance)
    for surfaces, got in zip(placements, bound, strict=True):

        def mean(p, surfaces=surfaces):
            x, y, z = p - surfaces[0]
            sums = np.linalg.norm(p - surfaces[0]) + np.linalg.norm(p - surfaces[1:], axis=-1)
            return np.r_[np.arctan2(y, x), np.arctan2(z, np.hypot(x, y)), sums]

        steps = 1e-3 * np.eye(3)
        jacobian = np.stack([(mean(x.target + h) - mean(x.target - h)) / 2e-3 for h in steps], axis=-1)
        assert np.allclose(got, np.linalg.inv(jacobian.T @ np.linalg.solve(covariance, jacobian)), rtol=1e-4)


def test_told_another_noise_the_fit_has_the_covariance_foretold():
    x, rng, draws = EXPERIMENTS[3], np.random.default_rng(2), 20_000
    true = np.diag([1e-6, 4e-6, 0.01, 1.0, 4.0, 9.0, 25.0])
    true[0, 1] = true[1, 0] = 1.4e-6
    told = np.diag([2.5e-6, 2.5e-6, *[7.8] * 5])
    noise = rng.multivariate_normal(np.zeros(7), true, draws)
    azimuth, elevation = elliptic.direction(x.target, (0, 0, 0))
    sums = elliptic.path_sums(x.surfaces, x.target) + noise[:, 2:]
    fix = elliptic.locate(x.surfaces, azimuth + noise[:, 0], elevation + noise[:, 1], sums, covariance=told)
    reached = elliptic.mismatched_covariance(x.surfaces, x.target, covariance=true, told=told)
    assert np.allclose(np.cov(fix.position.T), reached, rtol=0.05, atol=0.02 * np.trace(reached))
    bound = elliptic.position_crlb(x.surfaces, x.target, covariance=true)
    assert np.trace(reached) > 1.2 * np.trace(bound)
    honest = elliptic.mismatched_covariance(x.surfaces, x.target, covariance=true, told=true)
    assert np.allclose(honest, bound, rtol=1e-9)


def test_more_knowledge_never_hurts():
    x = EXPERIMENTS[2]
    trace = [
        np.trace(
            elliptic.position_crlb(x.surfaces[: m + 1], x.target, sigma_angle=ONE_DEGREE, sigma_path=1.0)
        )
        for m in range(1, 11)
    ]
    assert np.all(np.diff(trace) < 0)


def test_broadcasts_over_targets_and_noise():
    x = EXPERIMENTS[3]
    field = np.array(x.target) + np.arange(12.0).reshape(4, 1, 3)
    bounds = elliptic.position_crlb(
        x.surfaces, field, sigma_angle=ONE_DEGREE, sigma_path=np.array([[0.1], [1.0]])
    )
    assert bounds.shape == (4, 2, 3, 3)
    assert np.allclose(
        bounds[3, 1], elliptic.position_crlb(x.surfaces, field[3, 0], sigma_angle=ONE_DEGREE, sigma_path=1.0)
    )
    assert np.allclose(bounds, np.swapaxes(bounds, -1, -2))
    assert np.all(np.linalg.eigvalsh(bounds) > 0)


def test_as_many_noise_levels_as_measurements():
    # Seven measurements and seven levels: nothing takes the levels for a covariance of the measurements.
    x = EXPERIMENTS[3]
    levels = np.geomspace(0.01, 10, 2 + len(x.semi_focals))
    together = elliptic.position_crlb(
        x.surfaces, x.target, sigma_angle=ONE_DEGREE, sigma_path=levels[:, None]
    )
    alone = [
        elliptic.position_crlb(x.surfaces, x.target, sigma_angle=ONE_DEGREE, sigma_path=level)
        for level in levels
    ]
    assert np.allclose(together, alone)
