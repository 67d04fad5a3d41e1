"""The generic bound against cases whose answer is known."""

import numpy as np
import pytest

from irsnb.bounds import cramer_rao_bound, fisher_information, transform_bound


def test_mean_of_n_readings():
    # Kay (1993), example 3.3: the bound on a level read N times is sigma^2 / N.
    information = fisher_information(np.ones((8, 1)), 0.3)
    assert cramer_rao_bound(information) == pytest.approx(np.array([[0.3**2 / 8]]))


def test_straight_line_fit():
    # Kay (1993), eqs. (3.33)-(3.34): variances of intercept and slope of a line sampled at 0..N-1.
    n, sigma = 11, 0.7
    jacobian = np.stack([np.ones(n), np.arange(n)], axis=-1)
    bound = cramer_rao_bound(fisher_information(jacobian, np.full(n, sigma)))
    assert bound[0, 0] == pytest.approx(2 * (2 * n - 1) * sigma**2 / (n * (n + 1)))
    assert bound[1, 1] == pytest.approx(12 * sigma**2 / (n * (n**2 - 1)))


def test_least_squares_attains_it():
    rng = np.random.default_rng(3)
    jacobian, sigma = rng.normal(size=(6, 3)), rng.uniform(0.5, 2, 6)
    bound = cramer_rao_bound(fisher_information(jacobian, sigma))
    weighted = jacobian / sigma[:, None]
    noise = rng.normal(size=(200_000, 6))
    estimates = noise @ np.linalg.pinv(weighted).T
    assert np.allclose(np.cov(estimates.T), bound, rtol=0.05, atol=0.01 * np.trace(bound))


def test_transform_and_broadcast():
    bounds = np.stack([np.eye(2), 4 * np.eye(2)])
    moved = transform_bound(bounds, np.array([[1.0, 1.0]]))
    assert np.allclose(moved[:, 0, 0], [2, 8])


def test_mixed_units_do_not_spoil_the_inverse():
    information = fisher_information(np.array([[1.0, 1e9], [1.0, -1e9]]), [1.0, 1.0])
    assert np.allclose(np.diag(cramer_rao_bound(information)), [0.5, 0.5e-18], rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: fisher_information(np.ones(3), 1.0), "jacobian"),
        (lambda: fisher_information(np.ones((3, 2)), 0.0), "sigma"),
        (lambda: fisher_information(np.ones((3, 2)), np.ones(4)), "broadcast"),
        (lambda: fisher_information(np.full((3, 2), np.nan), 1.0), "jacobian"),
        (lambda: cramer_rao_bound(fisher_information(np.ones((3, 2)), 1.0)), "singular"),
        (lambda: cramer_rao_bound(np.zeros((2, 2))), "diagonal"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()
