"""RefineNet and its training: counts by hand, scalers that see training rows alone."""

import math

import numpy as np
import pytest

from irsnb import hybrid


def by_hand(outputs, features):
    """Weights and biases of section 3.2.1, layer by layer."""
    first, second = 5 * 5 * 1 * 16 + 16, 5 * 5 * 16 * 32 + 32
    return first + second + features * 64 + 64 + 64 * outputs + outputs


@pytest.mark.parametrize("outputs", [4, 8])
def test_both_readings_are_counted(outputs):
    assert hybrid.count_refinenet(outputs) == by_hand(outputs, 32)
    assert hybrid.count_refinenet(outputs, "flatten") == by_hand(outputs, (301 - 4 - 4) ** 2 * 32)
    assert hybrid.count_refinenet(8) == 15_880 and hybrid.count_refinenet(4) == 15_620
    assert hybrid.count_refinenet(8, "flatten") == 175_832_584


def test_counting_the_large_one_makes_no_weights():
    model = hybrid.build_refinenet(8, "flatten")
    assert model.count_params() == 175_832_584 and not model.built and not model.weights


@pytest.mark.parametrize("head", ["pool", "flatten"])
def test_what_is_counted_is_what_is_built(head):
    model = hybrid.build_refinenet(8, head, n_points=13)
    before = model.count_params()
    model.build((None, 13, 13, 1))
    assert before == model.count_params() == sum(math.prod(v.shape) for v in model.trainable_variables)
    assert model.output_shape == (None, 8)
    kernels = [layer for layer in model.layers if getattr(layer, "kernel_regularizer", None)]
    assert len(kernels) == 3 and all(float(k.kernel_regularizer.l2) == pytest.approx(0.01) for k in kernels)
    assert [layer.rate for layer in model.layers if layer.__class__.__name__ == "Dropout"] == [0.5]


def test_the_penalty_is_noted_and_comes_off():
    rng = np.random.default_rng(0)
    inputs, targets = rng.standard_normal((12, 13, 13, 1)), rng.standard_normal((12, 2))
    model = hybrid.build_refinenet(2, n_points=13)
    found = hybrid.train(
        model, inputs, targets, np.arange(8), np.arange(8, 12), 2, batch=4, rate=1e-4, xla=False
    )
    squares = sum(
        float(np.sum(np.square(v)))
        for v in model.trainable_variables
        if v.name == "kernel" and v.shape[-1] != 2
    )
    assert found.penalties[-1] == pytest.approx(0.01 * squares, rel=1e-5)
    plain = found.mean_squared_error(inputs[8:], targets[8:])
    assert found.history.validation[-1] - found.penalties[-1] == pytest.approx(plain, rel=1e-4)


def test_scalers_see_training_rows_alone():
    rng = np.random.default_rng(1)
    inputs, targets = rng.standard_normal((10, 13, 13, 1)), rng.standard_normal((10, 2))
    inputs[8:], targets[8:] = 1e6, -1e6
    model = hybrid.build_refinenet(2, n_points=13)
    found = hybrid.train(
        model, inputs, targets, np.arange(8), np.arange(8, 10), 1, batch=4, rate=1e-4, xla=False
    )
    assert np.allclose(found.inputs.mean_, inputs[:8].reshape(8, -1).mean(axis=0))
    assert np.allclose(found.outputs.mean_, targets[:8].mean(axis=0))
    assert np.allclose(found.outputs.scale_, targets[:8].std(axis=0))


def test_the_last_epoch_counts_and_the_rate_stays():
    rng = np.random.default_rng(2)
    inputs, targets = rng.standard_normal((8, 13, 13, 1)), rng.standard_normal((8, 2))
    rows = np.arange(6), np.arange(6, 8)
    how = {"batch": 2, "rate": 0.05, "xla": False}
    model = hybrid.build_refinenet(2, n_points=13)
    found = hybrid.train(model, inputs, targets, *rows, 14, **how)
    assert set(found.history.learning_rates) == {0.05}
    gap = found.history.validation[-1] - found.penalties[-1]
    assert gap == pytest.approx(found.mean_squared_error(inputs[6:], targets[6:]), rel=1e-3)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: hybrid.count_refinenet(8, "mean"), "head: got 'mean'"),
        (lambda: hybrid.count_refinenet(0), "n_outputs: got 0"),
        (lambda: hybrid.count_refinenet(8, n_points=8), "n_points: got 8"),
    ],
)
def test_counts_refuse(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
