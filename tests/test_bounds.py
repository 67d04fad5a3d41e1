"""The generic bound against cases whose answer is known."""

import numpy as np
import pytest

from irsnb.bounds import (
    cramer_rao_bound,
    eliminate_nuisance,
    fisher_information,
    position_error_bound,
    transform_bound,
)


def test_mean_of_n_readings():
    # Kay (1993), example 3.3: the bound on a level read N times is sigma^2 / N.
    information = fisher_information(np.ones((8, 1)), 0.3**2)
    assert cramer_rao_bound(information) == pytest.approx(np.array([[0.3**2 / 8]]))


def test_straight_line_fit():
    # Kay (1993), eqs. (3.33)-(3.34): variances of intercept and slope of a line sampled at 0..N-1.
    n, sigma = 11, 0.7
    jacobian = np.stack([np.ones(n), np.arange(n)], axis=-1)
    bound = cramer_rao_bound(fisher_information(jacobian, np.full(n, sigma**2)))
    assert bound[0, 0] == pytest.approx(2 * (2 * n - 1) * sigma**2 / (n * (n + 1)))
    assert bound[1, 1] == pytest.approx(12 * sigma**2 / (n * (n**2 - 1)))


def test_least_squares_attains_it():
    rng = np.random.default_rng(3)
    jacobian, sigma = rng.normal(size=(6, 3)), rng.uniform(0.5, 2, 6)
    bound = cramer_rao_bound(fisher_information(jacobian, sigma**2))
    weighted = jacobian / sigma[:, None]
    noise = rng.normal(size=(200_000, 6))
    estimates = noise @ np.linalg.pinv(weighted).T
    assert np.allclose(np.cov(estimates.T), bound, rtol=0.05, atol=0.01 * np.trace(bound))


def test_transform_and_broadcast():
    bounds = np.stack([np.eye(2), 4 * np.eye(2)])
    moved = transform_bound(bounds, np.array([[1.0, 1.0]]))
    assert np.allclose(moved[:, 0, 0], [2, 8])


def test_correlated_noise_is_whitened():
    # Kay (1993), eq. (3.31) written out, for real and for circular complex noise, eq. (15.52).
    rng = np.random.default_rng(4)
    factor = rng.normal(size=(5, 5)) + 1j * rng.normal(size=(5, 5))
    jacobian = rng.normal(size=(2, 5, 3)) + 1j * rng.normal(size=(2, 5, 3))
    covariance = factor @ factor.conj().T + np.eye(5)
    for slopes, noise, parts in ((jacobian.real, covariance.real, 1), (jacobian, covariance, 2)):
        written_out = parts * np.real(np.swapaxes(slopes.conj(), -1, -2) @ np.linalg.solve(noise, slopes))
        assert np.allclose(fisher_information(slopes, noise), written_out)
        variances = np.diagonal(noise).real
        assert np.allclose(
            fisher_information(slopes, variances), fisher_information(slopes, np.diag(variances))
        )


def test_a_complex_measurement_is_two_real_ones():
    rng = np.random.default_rng(5)
    slopes = rng.normal(size=(4, 2)) + 1j * rng.normal(size=(4, 2))
    apart = np.concatenate([slopes.real, slopes.imag])
    assert np.allclose(fisher_information(slopes, 0.6), fisher_information(apart, 0.3))


def test_variances_or_matrices_are_told_apart_or_refused():
    slopes = np.random.default_rng(6).normal(size=(3, 3, 2))
    with pytest.raises(ValueError, match=r"covariance: got shape \(3, 3\); that may be 3 rows' variances"):
        fisher_information(slopes, np.eye(3))
    one_matrix = fisher_information(slopes, np.eye(3)[None])
    assert np.allclose(one_matrix, np.swapaxes(slopes, -1, -2) @ slopes)
    assert np.allclose(fisher_information(slopes[0], np.eye(3)), one_matrix[0])
    grid = np.broadcast_to(slopes, (2, 3, 3, 2))
    with pytest.raises(ValueError, match=r"give a matrix as \(1, 1, 3, 3\)"):
        fisher_information(grid, np.eye(3))
    assert np.allclose(fisher_information(grid, np.eye(3)[None, None]), one_matrix)
    by_row = np.array([[1.0], [2.0], [4.0]]) * np.ones(3)
    each = fisher_information(slopes, by_row[:, :, None] * np.eye(3))
    assert np.allclose(each, one_matrix / np.array([1.0, 2.0, 4.0])[:, None, None])


def test_nuisance_parameters_cost_what_the_inverse_says():
    rng = np.random.default_rng(7)
    information = fisher_information(rng.normal(size=(4, 9, 5)) * [1, 1e-6, 1, 1e6, 1], 0.1)
    interest = [3, 0]
    reduced = eliminate_nuisance(information, interest)
    block = np.linalg.inv(information)[:, interest][..., interest]
    assert np.allclose(cramer_rao_bound(reduced), block, rtol=1e-6, atol=0)
    assert np.array_equal(eliminate_nuisance(information, range(5)), information)


def test_size_of_a_covariance():
    covariance = np.array([np.diag([9.0, 16.0]), np.diag([0.0, 4.0])])
    assert np.allclose(position_error_bound(covariance), [5, 2])
    draws = np.random.default_rng(8).multivariate_normal([0, 0], [[2.0, 0.5], [0.5, 1.0]], 100_000)
    rms = np.sqrt(np.mean(np.sum(draws**2, axis=-1)))
    assert rms == pytest.approx(position_error_bound([[2.0, 0.5], [0.5, 1.0]]), rel=0.01)


def test_mixed_units_do_not_spoil_the_inverse():
    information = fisher_information(np.array([[1.0, 1e9], [1.0, -1e9]]), [1.0, 1.0])
    assert np.allclose(np.diag(cramer_rao_bound(information)), [0.5, 0.5e-18], rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: fisher_information(np.ones(3), 1.0), "jacobian"),
        (lambda: fisher_information(np.ones((3, 0)), 1.0), "jacobian: got shape"),
        (lambda: fisher_information(np.ones((3, 2)), 0.0), "covariance: got 0.0; variances"),
        (lambda: fisher_information(np.ones((3, 2)), np.ones(4)), "covariance: got shape"),
        (lambda: fisher_information(np.ones((3, 2)), np.ones((2, 3))), "covariance: got shape"),
        (lambda: fisher_information(np.ones((3, 2)), 1j * np.ones(3)), "covariance"),
        (lambda: fisher_information(np.ones((3, 2), complex), 1j * np.ones(3)), "must be real"),
        (lambda: fisher_information(np.ones((3, 2)), np.triu(np.ones((3, 3)))), "symmetric"),
        (lambda: fisher_information(np.ones((3, 2)), np.ones((3, 3))), "positive definite"),
        (lambda: fisher_information("ab", 1.0), "jacobian"),
        (lambda: fisher_information(np.full((3, 2), np.nan), 1.0), "jacobian"),
        (lambda: cramer_rao_bound(fisher_information(np.ones((3, 2)), 1.0)), "singular"),
        (lambda: cramer_rao_bound(np.zeros((2, 2))), "diagonal"),
        (lambda: cramer_rao_bound([[1.0, 2.0], [2.0, 1.0]]), "singular"),
        (lambda: cramer_rao_bound([[1.0, 0.5], [0.2, 1.0]]), "information: got .* symmetric"),
        (lambda: cramer_rao_bound(2.0), r"information: got shape \(\)"),
        (lambda: cramer_rao_bound(np.ones((2, 3))), r"information: got shape \(2, 3\)"),
        (lambda: transform_bound(np.eye(2), np.ones((1, 3))), r"jacobian: got shape \(1, 3\)"),
        (lambda: transform_bound(np.eye(2), np.ones(2)), r"jacobian: got shape \(2,\)"),
        (lambda: transform_bound(np.array([np.eye(2)] * 2), np.ones((3, 1, 2))), "broadcast"),
        (lambda: transform_bound(2.0, np.ones((1, 1))), "bound: got shape"),
        (lambda: eliminate_nuisance(np.eye(3), [3]), "interest"),
        (lambda: eliminate_nuisance(np.eye(3), [1, 1]), "interest: .* twice"),
        (lambda: eliminate_nuisance(np.eye(3), []), "interest"),
        (lambda: eliminate_nuisance(np.diag([1.0, 0.0]), [0]), "information"),
        (lambda: position_error_bound(4.0), r"covariance: got shape \(\)"),
        (lambda: position_error_bound(-np.eye(2)), "covariance: got -1.0"),
        (lambda: position_error_bound([[1.0, np.nan], [np.nan, 1.0]]), "covariance: got nan"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()


def test_a_bound_is_symmetric_where_the_information_is_nearly_singular():
    # Angles known to a microradian beside ranges known to a kilometre: rounding is of the order of the bound.
    rng = np.random.default_rng(3)
    jacobian = rng.standard_normal((200, 5, 3)) * [1.0, 1e-3, 1e3]
    information = fisher_information(jacobian, np.array([1e-6, 1e-6, 1e6, 1e6, 1e6]))
    bound = cramer_rao_bound((information + np.swapaxes(information, -1, -2)) / 2)
    assert np.array_equal(bound, np.swapaxes(bound, -1, -2))
    transform_bound(bound, np.eye(3))
