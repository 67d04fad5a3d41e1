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
    assert np.allclose(elliptic.position_crlb(target, x.semi_focals, ONE_DEGREE, 2.0), expected, rtol=1e-5)


def test_a_target_may_stand_close_to_a_second_surface():
    # d |p - q| / dp is the unit vector from q to p, however short: with q 0.5 m west, it points east.
    target, semi_focal = np.array([800.5, 0.0, -3.0]), 400.0
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
    assert np.allclose(elliptic.position_crlb(target, (semi_focal,), ONE_DEGREE, 1.0), expected)
    target[2] = -0.1
    assert np.isfinite(elliptic.position_crlb(target, (semi_focal,), ONE_DEGREE, 1.0)).all()


def test_one_pair_reaches_its_bound():
    # Three measurements, three coordinates: the closed form is the maximum-likelihood estimate.
    x = EXPERIMENTS[3]
    rng = np.random.default_rng(11)
    sigma = np.deg2rad(0.05)
    theta, phi = elliptic.direction(x.target, (0, 0, 0))
    sums = elliptic.path_sum(x.target, 800.0) + rng.normal(0, 0.5, 200_000)
    found = elliptic.locate(
        theta + rng.normal(0, sigma, 200_000), phi + rng.normal(0, sigma, 200_000), sums / 2, 800.0
    )
    bound = elliptic.position_crlb(x.target, 800.0, sigma, 0.5)
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
    bound = elliptic.position_crlb(target, x.semi_focals, ONE_DEGREE, 1e-4)
    assert np.allclose(bound, expected, rtol=1e-4, atol=1e-4 * np.trace(expected))


def test_least_variance_weights_reach_the_bound_of_exact_sums():
    x = EXPERIMENTS[3]
    common, line, k = elliptic.pair_sensitivities(x.target, x.receiver, x.semi_focals)
    weights = elliptic.minimum_variance_weights(x.target, x.receiver, x.semi_focals)
    reached = [np.linalg.norm(weights[i] @ (common[i] + k[:, None] * line[i])) for i in (0, 1)]
    bound = elliptic.direction_crlb(x.target, x.receiver, x.semi_focals, ONE_DEGREE, 1e-3)
    assert np.allclose(np.array(reached) * ONE_DEGREE, np.sqrt(np.diag(bound)), rtol=1e-4)


def test_more_knowledge_never_hurts():
    x = EXPERIMENTS[2]
    trace = [
        np.trace(elliptic.position_crlb(x.target, x.semi_focals[:m], ONE_DEGREE, 1.0)) for m in range(1, 11)
    ]
    assert np.all(np.diff(trace) < 0)


def test_broadcasts_over_targets_and_noise():
    x = EXPERIMENTS[3]
    field = np.array(x.target) + np.arange(12.0).reshape(4, 1, 3)
    bounds = elliptic.position_crlb(field, x.semi_focals, ONE_DEGREE, np.array([[0.1], [1.0]]))
    assert bounds.shape == (4, 2, 3, 3)
    assert np.allclose(bounds[3, 1], elliptic.position_crlb(field[3, 0], x.semi_focals, ONE_DEGREE, 1.0))
    assert np.allclose(bounds, np.swapaxes(bounds, -1, -2))
    assert np.all(np.linalg.eigvalsh(bounds) > 0)


def test_as_many_noise_levels_as_measurements():
    # Seven measurements and seven levels: nothing takes the levels for a covariance of the measurements.
    x = EXPERIMENTS[3]
    levels = np.geomspace(0.01, 10, 2 + len(x.semi_focals))
    together = elliptic.position_crlb(x.target, x.semi_focals, ONE_DEGREE, levels[:, None])
    alone = [elliptic.position_crlb(x.target, x.semi_focals, ONE_DEGREE, level) for level in levels]
    assert np.allclose(together, alone)
