"""The batched least squares and the noise, against scipy and against their definitions."""

import numpy as np
import pytest
from scipy.optimize import least_squares

from irsnb.checks import complex_array
from irsnb.fitting import levenberg_marquardt
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
