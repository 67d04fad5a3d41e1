"""Fits and the noise, against closed forms, scipy, and the chi-square distribution."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares
from scipy.stats import binomtest

from irsnb.bounds import cramer_rao_bound, fisher_information
from irsnb.checks import complex_array
from irsnb.fitting import fit, levenberg_marquardt
from irsnb.fix import LEVEL
from irsnb.noise import circular_noise


def decay(state, times, measured):
    """Residuals and Jacobian of a exp(-b t) for n problems."""
    a, b = state[:, :1], state[:, 1:]
    wave = np.exp(-b * times)
    return a * wave - measured, np.stack([wave, -a * times * wave], axis=-1)


def problems(n=40):
    rng = np.random.default_rng(0)
    times = np.tile(np.linspace(0, 3, 12), (n, 1))
    truth = np.stack([rng.uniform(1, 5, n), rng.uniform(0.2, 2, n)], axis=-1)
    return truth, times, decay(truth, times, 0)[0] + rng.normal(0, 0.05, times.shape)


def test_agrees_with_scipy_problem_by_problem():
    truth, times, measured = problems()
    start = np.full((len(truth), 2), 1.0)
    state, misfit, converged, jacobian = levenberg_marquardt(decay, start, [times, measured])
    assert converged.all() and np.array_equal(start, np.full((len(truth), 2), 1.0))
    for i in range(len(truth)):
        one = times[i : i + 1], measured[i : i + 1]
        theirs = least_squares(lambda v, one=one: decay(v[None], *one)[0][0], [1.0, 1.0])
        assert np.allclose(theirs.x, state[i], atol=1e-5)
        assert misfit[i] == pytest.approx(2 * theirs.cost, rel=1e-6)
    assert np.allclose(jacobian, decay(state, times, measured)[1], rtol=1e-4)


def test_the_answer_of_a_problem_does_not_depend_on_its_company():
    truth, times, measured = problems()
    start = np.full((len(truth), 2), 1.0)
    together, *_ = levenberg_marquardt(decay, start, [times, measured])
    alone, *_ = levenberg_marquardt(decay, start[7:8], [times[7:8], measured[7:8]])
    assert np.allclose(alone, together[7:8], rtol=1e-12)


def test_says_when_it_did_not_settle():
    _, times, measured = problems()
    _, _, converged, _ = levenberg_marquardt(decay, np.full((40, 2), 1.0), [times, measured], max_steps=1)
    assert not converged.any()


def test_noise_is_circular_and_of_unit_power():
    noise = circular_noise(np.random.default_rng(1), (1000, 200))
    assert np.mean(np.abs(noise) ** 2) == pytest.approx(1, rel=0.01)
    assert abs(np.mean(noise**2)) < 0.01 and abs(np.mean(noise)) < 0.01


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1.0, np.nan], "it must be finite"),
        ([1.0, complex(0, np.inf)], "it must be finite"),
        ([1.0, 2.0, 3.0], "got shape (3,); it must end in (2,)"),
        (1.0, "got shape (); it must end in (2,)"),
        ("ab", "regular array"),
        ([[1.0], [1.0, 2.0]], "regular array"),
    ],
)
def test_complex_arrays_are_checked(value, words):
    with pytest.raises(ValueError) as caught:
        complex_array("y", value, (2,))
    assert str(caught.value).startswith("y: got") and words in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((decay, [1.0, 1.0], []), "state: got shape"),
        ((decay, [[1.0, 1j]], []), "state"),
        ((decay, [["a", "b"]], []), "state"),
        ((decay, [[1.0, 1.0]], [np.ones((2, 3))]), "data[0]: got shape (2, 3)"),
        ((decay, [[1.0, 1.0]], 5), "data: got int"),
        ((5, [[1.0, 1.0]], []), "function"),
        ((lambda s: (s + 1j, np.ones((1, 2, 2))), [[1.0, 1.0]], []), "function: got residuals of complex128"),
        ((lambda s: (s, np.ones((1, 2, 3))), [[1.0, 1.0]], []), "function: got residuals (1, 2)"),
        ((lambda s: (s, np.ones((1, 2, 2))), [[1.0, 1.0]], [], 0), "max_steps"),
        ((lambda s: (s, np.ones((1, 2, 2))), [[1.0, 1.0]], [], 5, 0.0), "settled"),
    ],
)
def test_descent_says_what_is_wrong(arguments, words):
    with pytest.raises(ValueError) as caught:
        levenberg_marquardt(*arguments)
    assert words in str(caught.value)


def test_an_integer_start_is_no_integer_answer():
    def miss(state, square):
        return state**2 - square, 2 * state[..., None]

    state, *_ = levenberg_marquardt(miss, [[1], [1]], [[[2], [3]]])
    assert np.allclose(state[:, 0], np.sqrt([2, 3]))


# --------------------------------------------------------------------------------------- fit: linear models

RNG = np.random.default_rng(1)
DESIGN = RNG.normal(size=(9, 3))
FACTOR = RNG.normal(size=(9, 9))
FULL = FACTOR @ FACTOR.T + np.eye(9)


def linear(parameters):
    return parameters @ DESIGN.T


def weighted(design, data, covariance):
    """Weighted least squares by the normal equations, Kay (1993), eqs. (6.19)-(6.20), and its misfit."""
    weight = np.linalg.inv(covariance)
    bound = np.linalg.inv(np.real(design.conj().T @ weight @ design))
    estimate = bound @ np.real(design.conj().T @ weight @ data)
    missed = data - design @ estimate
    return estimate, bound, np.real(missed.conj() @ weight @ missed)


@pytest.mark.parametrize("kind", ["full", "variances", "number"])
@pytest.mark.parametrize("jacobian", [None, lambda p: np.broadcast_to(DESIGN, (*p.shape[:-1], 9, 3))])
def test_a_linear_model_is_weighted_least_squares(kind, jacobian):
    covariance = {"full": FULL, "variances": np.diagonal(FULL), "number": 0.7}[kind]
    matrix = {"full": FULL, "variances": np.diag(np.diagonal(FULL)), "number": 0.7 * np.eye(9)}[kind]
    data = RNG.normal(size=(4, 5, 9)) * 3
    fix = fit(linear, data, covariance, np.zeros(3), jacobian=jacobian)
    assert fix.position.shape == (4, 5, 3) and fix.dof == 6
    for row in np.ndindex(4, 5):
        estimate, bound, misfit = weighted(DESIGN, data[row], matrix)
        assert np.allclose(fix.position[row], estimate, atol=1e-7)
        assert np.allclose(fix.covariance[row], bound, rtol=1e-6)
        assert fix.misfit[row] == pytest.approx(misfit, rel=1e-6)
    alone = fit(linear, data[1, 2], covariance, [0, 0, 0], jacobian=jacobian)
    assert np.allclose(alone.position, fix.position[1, 2]) and alone.misfit.shape == ()


@pytest.mark.parametrize("full", [True, False])
def test_complex_data_with_circular_noise(full):
    rng = np.random.default_rng(2)
    design = rng.normal(size=(6, 2)) + 1j * rng.normal(size=(6, 2))
    factor = rng.normal(size=(6, 6)) + 1j * rng.normal(size=(6, 6))
    covariance = factor @ factor.conj().T + np.eye(6)
    matrix = covariance if full else np.diag(np.diagonal(covariance))
    data = rng.normal(size=(7, 6)) + 1j * rng.normal(size=(7, 6))
    fix = fit(lambda p: p @ design.T, data, covariance if full else np.diagonal(covariance).real, [0.0, 0.0])
    for i in range(7):
        # -log p = n^H C^-1 n: half the variance in each part, so twice the misfit and half the covariance.
        estimate, bound, misfit = weighted(design, data[i], matrix)
        assert np.allclose(fix.position[i], estimate, atol=1e-7)
        assert np.allclose(fix.covariance[i], bound / 2, rtol=1e-6)
        assert fix.misfit[i] == pytest.approx(2 * misfit, rel=1e-6)
    assert fix.dof == 12 - 2


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("is_complex", [True, False])
def test_missing_data_are_dropped_rows(full, is_complex):
    rng = np.random.default_rng(3)
    data = rng.normal(size=(6, 9)) + (1j * rng.normal(size=(6, 9)) if is_complex else 0)
    missing = rng.random((6, 9)) < 0.3
    missing[0] = False
    gaps = np.where(missing, complex(1, math.nan) if is_complex else math.nan, data)
    covariance = FULL if full else np.diagonal(FULL)
    fix = fit(linear, gaps, covariance, np.zeros(3))
    for i in range(6):
        there = np.flatnonzero(~missing[i])
        part = FULL[np.ix_(there, there)] if full else np.diagonal(FULL)[there]
        fewer = fit(lambda p, there=there: p @ DESIGN[there].T, data[i, there], part, np.zeros(3))
        assert np.allclose(fix.position[i], fewer.position, atol=1e-7)
        assert np.allclose(fix.covariance[i], fewer.covariance, rtol=1e-6)
        assert fix.misfit[i] == pytest.approx(fewer.misfit, rel=1e-6)
        assert fix.dof[i] == fewer.dof == (1 + is_complex) * there.size - 3


# --------------------------------------------------------------------------------------- fit: curved models

ANCHORS = np.array([[0.0, 0.0], [90.0, 10.0], [40.0, 80.0], [-30.0, 60.0], [70.0, 70.0]])


def ranges(p):
    return np.linalg.norm(p[..., None, :] - ANCHORS, axis=-1)


def range_slopes(p):
    away = p[..., None, :] - ANCHORS
    return away / np.linalg.norm(away, axis=-1, keepdims=True)


def measured_ranges(n, seed, sigma=0.3):
    rng = np.random.default_rng(seed)
    truth = rng.uniform([10, 10], [60, 60], (n, 2))
    return truth, ranges(truth) + rng.normal(0, sigma, (n, len(ANCHORS)))


def test_numerical_derivatives_are_as_good_as_analytic_ones():
    truth, data = measured_ranges(200, 1)
    numeric = fit(ranges, data, 0.09, truth + 3)
    analytic = fit(ranges, data, 0.09, truth + 3, jacobian=range_slopes)
    assert np.allclose(numeric.position, analytic.position, atol=1e-5)
    assert np.allclose(numeric.covariance, analytic.covariance, rtol=1e-5, atol=1e-9)
    bound = cramer_rao_bound(fisher_information(range_slopes(analytic.position), 0.09))
    assert np.allclose(analytic.covariance, bound, rtol=1e-3)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("start", [0.0, 1e-12, 0.4])
def test_derivatives_find_the_scale_of_a_parameter(scale, start):
    # A parameter in units of `scale`, from a start that may say nothing about it.
    phases = np.linspace(0, 2, 20)
    data = np.sin(phases + 0.7) + np.random.default_rng(2).normal(0, 0.01, 20)
    fix = fit(lambda p: np.sin(phases + p / scale), data, 1e-4, [start * scale])
    same = fit(
        lambda p: np.sin(phases + p), data, 1e-4, [0.4], jacobian=lambda p: np.cos(phases + p)[:, None]
    )
    assert fix.position / scale == pytest.approx(same.position, abs=1e-5)
    assert fix.covariance / scale**2 == pytest.approx(same.covariance, rel=1e-3)


def test_attains_the_bound_and_is_calibrated():
    n = 20_000
    place, sigma = np.array([35.0, 30.0]), 0.3
    rng = np.random.default_rng(4)
    data = ranges(place) + rng.normal(0, sigma, (n, len(ANCHORS)))
    fix = fit(ranges, data, sigma**2, place, jacobian=range_slopes)
    bound = cramer_rao_bound(fisher_information(range_slopes(place), sigma**2))
    # The variance of |e|^2 is 2 tr(B^2); the mean of n lies within five of its standard deviations.
    mean_square = np.mean(np.sum((fix.position - place) ** 2, axis=-1))
    limit = 5 * np.sqrt(2 * np.trace(bound @ bound) / n)
    assert abs(mean_square - np.trace(bound)) < limit + 1e-3 * np.trace(bound)
    assert binomtest(int(np.sum(~fix.converged)), n, LEVEL).pvalue > 1e-4
    assert len(fix.remarks) <= 21 and all("misfit" in remark for remark in fix.remarks)


def test_a_model_that_does_not_fit_is_told():
    truth, data = measured_ranges(300, 5)
    late = data + np.array([0, 0, 6.0, 0, 0])
    assert fit(ranges, data, 0.09, truth).converged.mean() > 0.98
    told = fit(ranges, late, 0.09, truth)
    assert told.converged.mean() < 0.02 and "row 0: misfit" in told.remarks[0]


def test_the_company_of_a_row_does_not_matter():
    truth, data = measured_ranges(50, 6)
    together = fit(ranges, data, 0.09, truth + 5)
    alone = fit(ranges, data[7], 0.09, truth[7] + 5)
    assert np.allclose(alone.position, together.position[7], atol=1e-6)


def test_a_plain_model_of_a_vector_will_do():
    truth, data = measured_ranges(1, 7)

    def plain(p):
        return [math.hypot(p[0] - x, p[1] - y) for x, y in ANCHORS]

    ours = fit(plain, data[0], 0.09, truth[0] + 5)
    assert np.allclose(ours.position, fit(ranges, data[0], 0.09, truth[0] + 5).position, atol=1e-6)


def test_a_model_with_constants_of_each_row():
    truth, data = measured_ranges(6, 8)
    shift = np.arange(12.0).reshape(6, 2)
    fix = fit(lambda p: ranges(p - shift), data, 0.09, truth + shift)
    assert np.allclose(fix.position - shift, fit(ranges, data, 0.09, truth).position, atol=1e-5)


# ------------------------------------------------------------------------------------------- fit: bad input


def test_bad_rows_do_not_spoil_the_others():
    truth, data = measured_ranges(6, 9)
    start, variances = truth + 1, np.full((6, 5), 0.09)
    good = fit(ranges, data, 0.09, start)
    data[1, 2], start[2, 0], variances[3, 4], data[4, 1:] = np.inf, np.nan, -1.0, np.nan
    fix = fit(ranges, data, variances, start)
    assert np.isnan(fix.position[1:5]).all() and np.isnan(fix.covariance[1:5]).all()
    assert not fix.converged[1:5].any() and fix.converged[[0, 5]].all()
    assert np.allclose(fix.position[[0, 5]], good.position[[0, 5]], atol=1e-6)
    rows = {1: "data: got inf", 2: "start: got nan", 3: "covariance: got -1.0", 4: "data: got 1; numbers"}
    for row, words in rows.items():
        assert any(remark.startswith(f"row {row}: {words}") for remark in fix.remarks), (row, fix.remarks)


def test_parameters_that_the_data_do_not_determine():
    def twice(p):
        return np.stack([p[..., 0] + p[..., 1]] * 3 + [0 * p[..., 0]], axis=-1)

    with pytest.raises(ValueError, match="data: .*do not determine the parameters"):
        fit(twice, [1.0, 1.1, 0.9, 0.0], 1.0, [0.0, 0.0])

    def sometimes(p):
        return p[..., :1] * np.array([1.0, 1.0, 0.0]) + p[..., 1:] * np.array([0.0, 0.0, 1.0])

    fix = fit(sometimes, [[1.0, 1.1, 0.3], [1.0, 1.1, np.nan]], 1.0, [0.0, 0.0])
    assert fix.converged.tolist() == [True, False] and np.isnan(fix.position[1]).all()
    assert "row 1: data: got 0.0; the measurements do not determine" in fix.remarks[0]


def test_steps_that_run_out_are_told():
    truth, data = measured_ranges(1, 10)
    fix = fit(ranges, data[0], 0.09, truth[0] + 30, max_steps=1)
    assert not fix.converged and any("ran out" in remark for remark in fix.remarks)


GOOD = {"model": linear, "data": np.ones(9), "covariance": np.ones(9), "start": np.zeros(3), "jacobian": None}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": 5}, "model: got 5"),
        ({"jacobian": 5}, "jacobian: got 5"),
        ({"model": lambda p: p}, "model: got shape (3,)"),
        ({"model": lambda p: linear(p) + 1j}, "model: got complex values"),
        ({"model": lambda p: linear(p) * np.nan}, "model: got nan"),
        ({"jacobian": lambda p: DESIGN[:4]}, "jacobian: got shape (4, 3)"),
        ({"data": 1.0}, "data: got shape ()"),
        ({"data": []}, "data: got shape (0,)"),
        ({"data": np.full(9, np.nan)}, "data: got 0; numbers measured; at least 3"),
        ({"data": np.ones((2, 9)), "start": np.zeros((3, 3))}, "broadcast"),
        ({"start": []}, "start: got shape (0,)"),
        ({"start": [0, 0, 1j]}, "start"),
        ({"covariance": np.ones(8)}, "covariance: got shape (8,)"),
        ({"covariance": np.zeros(9)}, "covariance: got 0.0; variances"),
        ({"covariance": np.ones((9, 9))}, "positive definite"),
        ({"covariance": np.triu(np.ones((9, 9)))}, "symmetric"),
        ({"covariance": FULL * np.nan}, "covariance: got nan; it must be finite"),
        ({"covariance": FULL, "data": np.ones((9, 9))}, "covariance: got shape (9, 9); that may be"),
        ({"covariance": np.ones((2, 9))}, "covariance: got shape (2, 9)"),
        ({"max_steps": 2.5}, "max_steps"),
        ({"settled": -1.0}, "settled"),
        ({"data": np.ma.masked_array(np.ones(9), mask=False)}, "masked"),
    ],
)
def test_fit_says_what_is_wrong(change, words):
    fit(**GOOD)
    with pytest.raises(ValueError) as caught:
        fit(**GOOD | change)
    assert words in str(caught.value)


@given(
    st.sampled_from(["data", "covariance", "start"]),
    st.integers(0, 2),
    st.sampled_from([math.inf, -math.inf, "x", None, True, np.datetime64("2024-01-01"), b"1", [1.0, [2.0]]]),
)
@settings(max_examples=150, deadline=None)
def test_one_bad_value_anywhere_is_named(name, place, bad):
    values = list(GOOD[name])
    values[place] = bad
    if isinstance(bad, bool):
        values = [bad] * len(values)
    with pytest.raises(ValueError) as caught:
        fit(**GOOD | {name: values})
    assert name in str(caught.value)
