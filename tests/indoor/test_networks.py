"""The networks of Aguiar et al. (2024): counts, inputs, copies, and what each may not do."""

from dataclasses import replace

import numpy as np
import pytest

from irsnb.indoor import (
    NETWORKS,
    Room,
    build_fingerprint,
    build_network,
    count_parameters,
    distinct_inputs,
    draw_samples,
    flattened_inputs,
    reflection_coefficients,
    samples_at,
    shuffled,
    split_samples,
    tile_channels,
    train_network,
)
from irsnb.training import load_keras, standard_scaler

ROOM = Room()
SAMPLES = draw_samples(ROOM, 400, np.random.default_rng(0))


@pytest.mark.parametrize(("name", "millions"), [("bilstm", 31.0), ("lstm", 16.0), ("rnn", 5.6), ("mlp", 3.4)])
def test_counts_are_those_of_table_ii_and_of_the_built_network(name, millions):
    assert abs(count_parameters(name) / 1e6 - millions) <= 0.05
    assert build_network(name, np.ones(2 * 32 * 101)).count_params() == count_parameters(name)


def test_table_i_layer_by_layer():
    model = build_network("bilstm", np.ones(6464))
    widths = [
        layer.output.shape[-1] for layer in model.layers if layer.weights and "dropout" not in layer.name
    ]
    assert widths == [1000, 2048, 512, 64, 2]
    (dropout,) = (layer for layer in model.layers if "dropout" in layer.name)
    assert dropout.rate == 0.4


def test_coefficients_are_the_channels_without_distance_and_wave():
    # (2) against h_k: beta h = what tile_channels gives, with h_k in free space on both ways.
    beta = reflection_coefficients(ROOM, SAMPLES.positions)
    users = np.concatenate([SAMPLES.positions, np.full((400, 1), ROOM.user_height)], axis=1)
    first = np.linalg.norm(ROOM.station - ROOM.tiles.positions, axis=-1)
    second = np.linalg.norm(users[:, None] - ROOM.tiles.positions, axis=-1)
    wave = np.exp(-2j * np.pi / ROOM.wavelength * (first + second))
    h = (ROOM.wavelength / (4 * np.pi)) ** 2 / (first * second) * wave
    assert np.allclose(beta * h, tile_channels(ROOM, SAMPLES.positions), rtol=1e-9, atol=1e-18)


def test_standardised_copies_are_equal_up_to_their_sign():
    flat, (once, copies) = flattened_inputs(ROOM, SAMPLES), distinct_inputs(ROOM, SAMPLES)
    assert flat.shape == (400, 6464) and once.shape == (400, 264) and copies.sum() == 6464
    flat, once = (standard_scaler(v).transform(v) for v in (flat, once))
    assert np.array_equal(flat[:, :64], once[:, :64])
    by_pilot = flat[:, 64:].reshape(400, 2, 32, 100)
    assert np.allclose(by_pilot[:, 0], once[:, None, 64:164], atol=1e-5)
    assert np.allclose(np.abs(by_pilot[:, 1]), np.abs(once[:, None, 164:]), atol=1e-4)


@pytest.mark.parametrize("name", ["mlp", "lstm"])
def test_copies_train_as_one_number_times_their_count(name):
    # Adam's step does not depend on the gradient's size, but for its epsilon.
    keras, rng = load_keras(), np.random.default_rng(1)
    once, targets = rng.normal(size=(64, 3)).astype("f"), rng.normal(size=(64, 2)).astype("f")
    copies = np.array([1, 4, 7])
    wide, narrow = build_network(name, np.ones(12)), build_network(name, copies)
    for full, folded in zip(wide.trainable_variables, narrow.trainable_variables, strict=True):
        value = full.numpy()
        if full.shape != folded.shape:
            value = np.add.reduceat(value, [0, 1, 5], axis=0) / copies[:, None]
        folded.assign(value)
    for model, inputs in ((wide, np.repeat(once, copies, axis=1)), (narrow, once)):
        for layer in model.layers:
            if "dropout" in layer.name:
                layer.rate = 0.0
        model.compile(keras.optimizers.Adam(1e-4, epsilon=1e-14), "mse", jit_compile=False)
        before = model.predict_on_batch(inputs)
        for _ in range(4):
            model.train_on_batch(inputs, targets)
    moved = np.abs(narrow.predict_on_batch(once) - before).max()
    gap = np.abs(wide.predict_on_batch(np.repeat(once, copies, axis=1)) - narrow.predict_on_batch(once)).max()
    assert gap < 0.02 * moved, (gap, moved)


def test_first_weights_have_the_spread_of_the_papers_input():
    copies = distinct_inputs(ROOM, SAMPLES)[1]
    kernel = build_network("mlp", copies).trainable_variables[0].numpy()
    limit = np.sqrt(6 / (6464 + 512))
    assert kernel[:64].std() == pytest.approx(limit / np.sqrt(3), rel=0.02)
    assert kernel[64:].std() == pytest.approx(limit / np.sqrt(3 * 32), rel=0.02)


@pytest.mark.parametrize(("name", "dropout"), [("mlp", 0.0), ("rnn", 0.4)])
def test_dropout_can_be_taken_out_and_put_in(name, dropout):
    def rates(model):
        return [layer.rate for layer in model.layers if "dropout" in layer.name]

    assert sum(rates(build_network(name, np.ones(5)))) == dropout
    assert rates(build_network(name, np.ones(5), dropout=0.0)) == []
    model = build_network(name, np.ones(5), dropout=0.25)
    assert rates(model) == [0.25]
    # Behind the first layer, as the paper has it.
    names = [layer.name for layer in model.layers]
    place = next(i for i, each in enumerate(names) if "dropout" in each)
    assert model.layers[place - 1].name == next(layer.name for layer in model.layers if layer.weights)


@pytest.mark.parametrize("name", ["bilstm", "lstm", "rnn"])
def test_with_one_step_recurrent_weights_do_nothing(name):
    model = build_network(name, np.ones(5))
    inputs = np.random.default_rng(2).normal(size=(4, 5)).astype("f")
    before = model.predict_on_batch(inputs)
    found = [v for v in model.trainable_variables if v.name == "recurrent_kernel"]
    for variable in found:
        variable.assign(np.ones(variable.shape))
    assert len(found) == (2 if name == "bilstm" else 1)
    assert np.array_equal(model.predict_on_batch(inputs), before)


def test_invariant_inputs_change_neither_with_phase_nor_with_a_constant():
    moved = SAMPLES.pilots * np.exp(1j * np.linspace(0, 6, 400))[:, None] + 1e-3
    values, _ = distinct_inputs(ROOM, SAMPLES, "invariant")
    again, _ = distinct_inputs(ROOM, replace(SAMPLES, pilots=moved), "invariant")
    assert values.shape == (400, 1024) and np.allclose(values, again, atol=1e-4)


def test_what_a_receiver_can_know_is_the_same_for_all():
    known, _ = distinct_inputs(ROOM, SAMPLES, "known")
    assert np.ptp(known[:, 64:], axis=0).max() == 0
    assert np.array_equal(known[:, :64], distinct_inputs(ROOM, SAMPLES, "measurements")[0])


def test_training_reads_scalers_off_its_training_rows_and_locates(tmp_path):
    found = train_network(ROOM, SAMPLES, "mlp", "coefficients", epochs=6, directory=tmp_path, xla=False)
    rows = split_samples(SAMPLES)[0]
    assert np.allclose(found.outputs.mean_, rows.positions.mean(axis=0))
    errors = np.linalg.norm(found.predict(ROOM, SAMPLES) - SAMPLES.positions, axis=-1)
    blind = np.linalg.norm(SAMPLES.positions - rows.positions.mean(axis=0), axis=-1)
    assert np.median(errors) < 0.5 * np.median(blind)
    with pytest.raises(ValueError, match="another architecture"):
        train_network(ROOM, SAMPLES, "rnn", "coefficients", epochs=6, directory=tmp_path, xla=False)


def test_shuffling_deals_one_thing_out_anew():
    rng = np.random.default_rng(0)
    dealt = shuffled(SAMPLES, "pilots", rng)
    assert np.array_equal(dealt.coefficients, SAMPLES.coefficients)
    assert not np.array_equal(dealt.pilots, SAMPLES.pilots)
    assert np.array_equal(np.sort_complex(dealt.pilots[:, 0]), np.sort_complex(SAMPLES.pilots[:, 0]))


@pytest.mark.parametrize("multipath", [None, "walls"])
def test_the_fingerprint_finds_everyone_from_measurements_alone(multipath):
    room = Room(height=3.0)
    training = draw_samples(room, 60_000, np.random.default_rng(0), multipath=multipath)
    test = samples_at(room, room.grid[::80], np.random.default_rng(1), multipath=multipath)
    # The coefficients, which hold the answer, are not read.
    fingerprint = build_fingerprint(replace(training, coefficients=0 * training.coefficients))
    found = fingerprint.predict(test.pilots)
    errors = np.linalg.norm(found - test.positions, axis=-1)
    assert errors.max() < 0.25 and np.median(errors) < 0.05
    turned = fingerprint.predict(test.pilots * np.exp(1j) + 5e-6)
    # Nor does rounding choose among discs that hold nearly the same of a user: up to 1e-7 here, for several.
    assert np.allclose(turned, found, atol=1e-9), "phase and constant do not matter"
    assert fingerprint.n_parameters < count_parameters("bilstm")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: count_parameters("gru"), "name: got 'gru'"),
        (lambda: build_network("gru", np.ones(3)), "name: got 'gru'"),
        (lambda: build_network("mlp", [1, 1], dropout=1.0), "dropout: got 1"),
        (lambda: train_network(ROOM, SAMPLES, "mlp", dropout=-0.1), "dropout: got -0.1"),
        (lambda: draw_samples(Room(user_height=(0.5, 1.5)), 3, np.random.default_rng(0)), "room: got user_h"),
        (lambda: build_network("mlp", [0, 1]), "copies: got 0"),
        (lambda: build_network("mlp", [np.nan, 1]), "copies: got nan"),
        (lambda: distinct_inputs(ROOM, SAMPLES, "all"), "kind: got 'all'"),
        (
            lambda: draw_samples(ROOM, 3, np.random.default_rng(0), multipath="trees"),
            "multipath: got 'trees'",
        ),
        (lambda: samples_at(ROOM, [[np.nan, 1]], np.random.default_rng(0)), "positions: got nan"),
        (lambda: shuffled(SAMPLES, "positions", np.random.default_rng(0)), "what: got 'positions'"),
        (lambda: train_network(ROOM, SAMPLES[np.arange(3)], "mlp"), "samples: got 3"),
        (lambda: build_fingerprint(SAMPLES), "samples: got 400"),
        (lambda: reflection_coefficients(ROOM, [[9.0, 1.0]]), "positions: got 9"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_every_network_of_table_ii_is_named():
    assert NETWORKS == ("bilstm", "lstm", "rnn", "mlp")
