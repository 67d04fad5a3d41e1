"""ElementNet of Surendran et al. (2025): its size layer by layer, eq. (5) by hand, one label played again."""

import itertools

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray
from irsnb.training import load_keras

K, N, LIMIT, NOISE = 4, 625, np.deg2rad(5), 0.01


def drawn_scenes(count, seed):
    """Channels at all elements (count, 4, 1, 625) and truth (count, 4, 3), half a wavelength apart."""
    rng = np.random.default_rng(seed)
    users = np.stack([hybrid.draw_directions(rng, K) for _ in range(count)])
    row, column = np.divmod(np.arange(N), 25)
    ray = np.sin(users[..., :1]) * np.cos(users[..., 1:]), np.sin(users[..., 1:])
    phase = np.pi * ((column - 12) * ray[0] + (row - 12) * ray[1])
    truth = np.concatenate([users, rng.uniform(50, 100, (count, K, 1))], axis=-1)
    return np.exp(1j * phase)[:, :, None], truth


def labels(channels, truth, counts=(5, 6, 7, 8), tries=2, noise=NOISE, limit=LIMIT, seed=0, **more):
    return hybrid.label_masks(
        channels, truth, 0.5, 1.0, counts, tries, noise, limit, np.random.default_rng(seed), **more
    )


@pytest.mark.parametrize("users", [1, 4])
def test_parameters_layer_by_layer(users):
    channels, side = 3 * users + 1, 25 - 2 - 2
    first, second = 9 * channels * 32 + 32, 9 * 32 * 64 + 64
    dense, last = side**2 * 64 * 128 + 128, 128 * 625 + 625
    network = hybrid.build_elementnet(users)
    assert network.count_params() == first + second + dense + last
    assert users != 4 or network.count_params() == 3_715_697
    assert network.input_shape == (None, 25, 25, channels) and network.output_shape == (None, 625)
    assert network.layers[-1].activation.__name__ == "sigmoid"


def test_inputs_are_the_same_at_every_place_and_hold_no_mask():
    users = np.array([[[0.1, -0.2, 60.0], [0.3, -0.4, 70.0]], [[0.5, -0.6, 80.0], [0.7, -0.8, 90.0]]])
    made = hybrid.element_inputs(users, (5, 7))
    assert made.shape == (2, 5, 7, 7) and made.dtype == np.float32
    for scene, ((a, b, c), (d, e, f)) in enumerate(users):
        expected = [np.rad2deg(a), np.rad2deg(d), np.rad2deg(b), np.rad2deg(e), c, f, 0]
        for row, column in ((0, 0), (4, 6), (2, 3)):
            np.testing.assert_allclose(made[scene, row, column], expected, rtol=1e-6)


def test_constant_inputs_leave_constant_maps():
    # A 3x3 window inside a plane of equal numbers sees the same nine numbers everywhere.
    keras, network = load_keras(), hybrid.build_elementnet(K, seed=3)
    rows = hybrid.element_inputs(drawn_scenes(2, 1)[1]) / 100
    maps = keras.Model(network.inputs[0], network.layers[1].output)(np.ascontiguousarray(rows))
    maps = keras.ops.convert_to_numpy(maps)
    assert maps.shape == (2, 21, 21, 64)
    assert np.ptp(maps, axis=(1, 2)).max() < 1e-5 * maps.max()


@pytest.mark.parametrize("per_element", [False, True])
def test_loss_is_eq_5(per_element):
    rng = np.random.default_rng(0)
    truth = (rng.random((3, N)) < 0.01).astype(np.float32)
    answer = rng.random((3, N)).astype(np.float32)
    made = load_keras().ops.convert_to_numpy(hybrid.sparsity_loss(per_element)(truth, answer))
    for got, w, estimate in zip(made, truth.astype(float), answer.astype(float), strict=True):
        error = sum((e - t) ** 2 for e, t in zip(estimate, w, strict=True)) / N
        norm = sum(abs(e) for e in estimate)
        assert got == pytest.approx(error + 0.1 * (norm / N if per_element else norm), rel=1e-5)


def of_one(per_element, label, answer):
    """The loss as a function of the first element's answer, the others 0."""
    truth, others = np.zeros((1, N)), np.zeros((1, N))
    truth[0, 0], others[0, 0] = label, answer
    return float(load_keras().ops.convert_to_numpy(hybrid.sparsity_loss(per_element)(truth, others))[0])


def test_printed_loss_falls_towards_no_element_and_the_repaired_one_to_the_label():
    steps = np.linspace(0, 1, 21)
    for label in (0, 1):
        printed = [of_one(False, label, step) for step in steps]
        # Slope of the 1-norm 0.1, of the error at least -2/625: rising all the way from 0.
        slopes = np.diff(printed) / np.diff(steps)
        assert np.all(slopes > 0.1 - 2 / N - 1e-6) and np.argmin(printed) == 0
        repaired = [of_one(True, label, step) for step in steps]
        assert steps[np.argmin(repaired)] == pytest.approx(max(label - 0.05, 0))
    # Of the label itself it is 0.1 an element; a smaller weight on it costs less.
    assert of_one(False, 1, 1.0) == pytest.approx(0.1, rel=1e-4)


def test_strongest_are_exactly_the_largest():
    answers = np.random.default_rng(1).normal(size=(2, 3, 20))
    for count in (1, 7, 20):
        masks = hybrid.strongest(answers, count, (4, 5))
        assert masks.shape == (2, 3, 4, 5) and masks.dtype == bool
        for values, mask in zip(answers.reshape(-1, 20), masks.reshape(-1, 20), strict=True):
            assert set(np.flatnonzero(mask)) == set(sorted(range(20), key=lambda i: -values[i])[:count])
    ties = hybrid.strongest([1.0, 0.0, 1.0, 1.0], 2, (2, 2))
    assert ties.tolist() == [[True, False], [True, False]]


def test_label_is_the_first_count_within_the_limit():
    channels, truth = drawn_scenes(4, 2)
    counts = (5, 6, 7, 8)
    masks, error = labels(channels, truth, counts)
    assert masks.shape == (4, 25, 25) and masks.dtype == bool and error.shape == (4, 4)
    sizes = masks.sum(axis=(1, 2))
    for size, least in zip(sizes, error, strict=True):
        within = [count for count, value in zip(counts, least, strict=True) if value <= LIMIT]
        assert size == (within[0] if within else 0)
    assert sizes.max() > 0, "eight elements find users of these scenes"


def test_labels_repeat_from_their_seed():
    channels, truth = drawn_scenes(2, 3)
    masks, error = labels(channels, truth, (7,), seed=5)
    again, same = labels(channels, truth, (7,), seed=5)
    assert np.array_equal(masks, again) and np.array_equal(error, same)
    assert not np.array_equal(masks, labels(channels, truth, (7,), seed=6)[0])


def test_recorded_error_played_again():
    channels, truth = drawn_scenes(1, 3)
    masks, error = labels(channels, truth, (8,), tries=1, limit=np.pi, seed=5)
    rng, users = np.random.default_rng(5), truth[0]
    mask = np.zeros((25, 25), dtype=bool)
    mask.flat[rng.choice(N, 8, replace=False)] = True
    assert np.array_equal(masks[0], mask)
    # Steering vectors by the array, who is who by trying all orders.
    array = PlanarArray(25, 25, 0.5, 1.0, mask)
    steered = array.steering_vector(users[:, 0], users[:, 1]).T
    heard = hybrid.draw_covariance(steered @ steered.conj().T + NOISE * np.eye(8), 3000, rng)
    found = hybrid.find_directions(heard, array, K)
    cosines = [np.stack([np.sin(a) * np.cos(e), np.sin(e)], -1) for a, e in (found.T, users[:, :2].T)]
    best = min(
        itertools.permutations(range(K)),
        key=lambda order: np.linalg.norm(cosines[0][list(order)] - cosines[1], axis=1).sum(),
    )
    assert error[0, 0] == pytest.approx(np.abs(found[list(best)] - users[:, :2]).mean(), abs=1e-9)
    assert error[0, 0] < LIMIT


def test_no_mask_where_no_number_suffices():
    channels, truth = drawn_scenes(2, 4)
    masks, error = labels(channels, truth, (6, 7), limit=1e-6)
    assert not masks.any() and np.all(error > 1e-6)


CHANNELS, TRUTH = drawn_scenes(1, 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": (4, 5)}, "counts: got .*rise from 5, one above the users"),
        ({"counts": ()}, "counts: got"),
        ({"counts": (7, 6)}, "counts: got .*must rise"),
        ({"counts": (6, 626)}, "counts: got .*at most 625"),
        ({"counts": (6.5,)}, "counts: got .*not floats"),
        ({"tries": 0}, "tries: got 0; it must be an integer of at least 1"),
        ({"noise": 0.0}, "noise: got 0.0; it must be above 0"),
        ({"limit": -1.0}, "limit: got -1.0"),
        ({"limit": np.nan}, "limit: got nan; it must be finite"),
        ({"n_snapshots": 0}, "n_snapshots: got 0"),
        ({"shape": (5, 5)}, r"channels: got shape .*must end in \(25,\)"),
    ],
)
def test_label_masks_refuse(change, message):
    with pytest.raises(ValueError, match=message):
        labels(CHANNELS, TRUTH, **{"counts": (6,)} | change)


@pytest.mark.parametrize(
    ("channels", "truth"),
    [(CHANNELS[0], TRUTH), (CHANNELS, TRUTH[0]), (CHANNELS, TRUTH[:, :3]), (CHANNELS[[0, 0]], TRUTH)],
)
def test_label_masks_refuse_shapes(channels, truth):
    with pytest.raises(ValueError, match="channels, truth: got shapes"):
        labels(channels, truth, (6,))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hybrid.build_elementnet(0), "n_users: got 0"),
        (lambda: hybrid.build_elementnet(4, (4, 25)), "shape: got .*at least 5"),
        (lambda: hybrid.build_elementnet(4, (25, 2.5)), r"shape: got \(25, 2.5\)"),
        (lambda: hybrid.element_inputs(np.ones((4, 3))), r"users: got shape \(4, 3\).*with distances"),
        (lambda: hybrid.element_inputs(np.ones((1, 4, 2))), "users: got shape .*with distances"),
        (lambda: hybrid.element_inputs(-np.ones((1, 4, 3))), "users: .*above 0 m"),
        (lambda: hybrid.element_inputs(np.ones((1, 4, 3)), (0, 25)), r"shape: got \(0, 25\)"),
        (lambda: hybrid.element_inputs(np.ones((1, 4, 3)), (25,)), "shape: got .*rows, columns"),
        (lambda: hybrid.sparsity_loss(weight=-0.1), "weight: got -0.1"),
        (lambda: hybrid.sparsity_loss(weight=np.inf), "weight: got inf"),
        (lambda: hybrid.strongest(np.ones(625), 0), "n_active: got 0"),
        (lambda: hybrid.strongest(np.ones(625), 626), "n_active: got 626; the surface has 625"),
        (lambda: hybrid.strongest(np.ones(624), 8), r"answers: got shape \(624,\).*625"),
        (lambda: hybrid.strongest(np.full(625, np.nan), 8), "answers: got nan; it must be finite"),
    ],
)
def test_refusals_name_argument_value_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
