"""Splits, scalers, the fit loop and its checkpoints."""

import numpy as np
import pytest

from irsnb import training

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(96, 3)).astype(np.float32)
TARGETS = (INPUTS[:, :1] ** 2 + INPUTS[:, 1:2]).astype(np.float32)
ROWS, HELD = (INPUTS[:64], TARGETS[:64]), (INPUTS[64:], TARGETS[64:])


def small(width=8, seed=1, dropout=0.3):
    keras = training.load_keras()
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((3,))
    x = keras.layers.Dense(width, activation="relu")(inputs)
    x = keras.layers.Dropout(dropout)(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def fit(*args, **settings):
    """Without XLA, which takes longer to compile than these trainings last."""
    return training.fit(*args, xla=False, **settings)


def weights(model):
    return [v.numpy() for v in model.trainable_variables]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_split_is_a_partition_by_shares():
    parts = training.split(1000, np.random.default_rng(3))
    assert [len(part) for part in parts] == [800, 100, 100]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1000))


@pytest.mark.parametrize(
    ("n", "shares", "words"),
    [(100, (0.5, 0.6), "shares"), (100, (1.5, -0.5), "shares"), (2, (0.8, 0.1, 0.1), "n: got 2")],
)
def test_split_refuses(n, shares, words):
    with pytest.raises(ValueError, match=words):
        training.split(n, np.random.default_rng(0), shares)


def test_the_rate_falls_by_a_fifth_after_ten_stale_epochs():
    falling = list(np.linspace(1, 0.1, 30))
    assert training.learning_rate(falling, 1e-3) == 1e-3
    assert training.learning_rate([*falling, *[1.0] * 9], 1e-3) == 1e-3
    assert training.learning_rate([*falling, *[1.0] * 10], 1e-3) == pytest.approx(0.8e-3)
    assert training.learning_rate([*falling, *[1.0] * 20], 1e-3) == pytest.approx(0.64e-3)
    # One step of progress begins the count anew.
    assert training.learning_rate([1.0, *[2.0] * 9, 0.5, *[2.0] * 9], 1e-3) == 1e-3


@pytest.mark.parametrize("rows", [64, 32 * 101])
def test_a_step_compiled_by_xla_gives_the_same_training(rows):
    # Both ways through an epoch: batch by batch, and, where there are many, by Keras' pipeline of rows.
    inputs = np.resize(INPUTS, (rows, 3))
    targets = inputs[:, :1] ** 2 + inputs[:, 1:2]
    models, histories = [], []
    for xla in (False, True):
        models.append(small(dropout=0.0))
        histories.append(training.fit(models[-1], (inputs, targets), HELD, 2, xla=xla))
    assert np.allclose(histories[0].validation, histories[1].validation, rtol=1e-4)
    assert np.allclose(histories[0].training, histories[1].training, rtol=1e-4)
    first = weights(small(dropout=0.0))
    for plain, compiled, start in zip(*map(weights, models), first, strict=True):
        assert np.abs(plain - compiled).max() < 1e-3 * np.abs(plain - start).max()


def test_many_batches_train_as_few_do(monkeypatch):
    # 3 batches an epoch, with a last one that is not full, one by one and by Keras' pipeline.
    rows, models, histories = (INPUTS[:80], TARGETS[:80]), [], []
    for many in (100, 1):
        monkeypatch.setattr(training, "_MANY_BATCHES", many)
        models.append(small(dropout=0.0))
        histories.append(fit(models[-1], rows, HELD, 3))
    assert np.allclose(histories[0].training, histories[1].training, rtol=1e-5)
    assert np.allclose(histories[0].validation, histories[1].validation, rtol=1e-5)
    for a, b in zip(*map(weights, models), strict=True):
        assert np.allclose(a, b, atol=1e-6)


def test_loss_of_more_rows_than_one_call_takes_is_their_mean():
    rows = 2500
    inputs = np.random.default_rng(4).normal(size=(rows, 3)).astype(np.float32)
    model, targets = small(), inputs[:, :1]
    model.compile("adam", "mse")
    gaps = np.asarray(model(inputs, training=False)) - targets
    assert training.mean_loss(model, inputs, targets) == pytest.approx(np.mean(gaps**2), rel=1e-5)


def test_the_model_ends_with_its_best_weights():
    model = small()
    seen = []
    history = fit(
        model, ROWS, HELD, 12, first_rate=0.3, after_epoch=lambda h: seen.append((h.epochs, weights(model)))
    )
    assert [count for count, _ in seen] == list(range(1, 13)) and history.epochs == 12
    assert history.validation[history.best] == min(history.validation)
    assert equal(weights(model), seen[history.best][1])
    again = np.mean((np.asarray(model(HELD[0], training=False)) - HELD[1]) ** 2)
    assert again == pytest.approx(min(history.validation), rel=1e-5)


def test_a_killed_run_ends_with_the_weights_of_a_whole_one(tmp_path):
    whole = small()
    expected = fit(whole, ROWS, HELD, 6, directory=tmp_path / "whole")

    def killed(history):
        if history.epochs == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(small(), ROWS, HELD, 6, directory=tmp_path / "killed", after_epoch=killed)
    resumed, epochs = small(seed=99), []
    history = fit(
        resumed, ROWS, HELD, 6, directory=tmp_path / "killed", after_epoch=lambda h: epochs.append(h.epochs)
    )
    assert epochs == [4, 5, 6], "it goes on after the last finished epoch"
    assert history == expected and equal(weights(resumed), weights(whole))
    # Killed while a checkpoint was being written: the earlier one still stands.
    (tmp_path / "killed" / "state.npz.partial").write_bytes(b"half")
    assert fit(small(), ROWS, HELD, 6, directory=tmp_path / "killed") == expected


def test_a_write_that_breaks_off_leaves_the_earlier_checkpoint(tmp_path, monkeypatch):
    fit(small(), ROWS, HELD, 2, directory=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()

    def broken(file, **values):
        file.write(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(training.np, "savez", broken)
    with pytest.raises(OSError, match="no space"):
        fit(small(), ROWS, HELD, 3, directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == before
    monkeypatch.undo()
    assert fit(small(), ROWS, HELD, 3, directory=tmp_path).epochs == 3


@pytest.mark.parametrize("name", ["state.npz", "best.npz"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_broken_checkpoint_is_refused_and_left_alone(tmp_path, name, damage):
    fit(small(), ROWS, HELD, 1, directory=tmp_path)
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(
        {"cut": content[: len(content) // 2], "empty": b"", "text": b"weights"}.get(damage, content)
    )
    left = path.read_bytes()
    with pytest.raises(ValueError, match=rf"checkpoint: {name} is not whole"):
        fit(small(), ROWS, HELD, 2, directory=tmp_path)
    assert path.read_bytes() == left


def test_a_checkpoint_of_another_architecture_or_task_is_refused(tmp_path):
    fit(small(), ROWS, HELD, 1, directory=tmp_path)
    left = (tmp_path / "state.npz").read_bytes()
    with pytest.raises(ValueError, match="holds another architecture"):
        fit(small(width=9), ROWS, HELD, 2, directory=tmp_path)
    with pytest.raises(ValueError, match="belongs to the task"):
        fit(small(), ROWS, HELD, 2, directory=tmp_path, batch=16)
    with pytest.raises(ValueError, match="belongs to the task"):
        fit(small(), (INPUTS[:64], 2 * TARGETS[:64]), HELD, 2, directory=tmp_path)
    (tmp_path / "best.npz").unlink()
    with pytest.raises(ValueError, match="best.npz is missing"):
        fit(small(), ROWS, HELD, 2, directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == left


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((INPUTS[:64, :2], TARGETS[:64]), r"training inputs: got shape \(64, 2\); the model takes \(n, 3"),
        ((INPUTS[:64], TARGETS[:60]), "got 64 inputs and 60 targets"),
        ((INPUTS[:64], np.full((64, 1), np.nan)), "training targets: got nan"),
        ((INPUTS[:0], TARGETS[:0]), "training inputs: got shape"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows, words):
    with pytest.raises(ValueError, match=words):
        fit(small(), rows, HELD, 1)


def test_a_training_that_diverges_says_so():
    with pytest.raises(ValueError, match="validation loss is (nan|inf)"):
        fit(small(), (INPUTS[:64], 1e30 * TARGETS[:64]), (INPUTS[64:], 1e30 * TARGETS[64:]), 1)


def test_scaler_knows_its_training_rows_alone():
    scaler = training.standard_scaler(INPUTS[:64])
    scaled = scaler.transform(INPUTS[:64])
    assert np.allclose(scaled.mean(0), 0, atol=1e-6) and np.allclose(scaled.std(0), 1, atol=1e-5)
    assert not np.allclose(scaler.transform(INPUTS[64:]).mean(0), 0, atol=1e-3)
