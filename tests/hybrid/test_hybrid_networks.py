"""RefineNet, the network on crops, and their examples: counts by hand, splits by scene, scalers that see
training rows alone."""

import math

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray

WAVELENGTH = 0.0857
WINDOW = np.linspace(5, 15, 41)


def square(side):
    return PlanarArray(side, side, WAVELENGTH / 2, WAVELENGTH)


def scenes(count, seed=3):
    """Channels and truth of separable users, one path each."""
    rng = np.random.default_rng(seed)
    users = np.stack(
        [np.column_stack([hybrid.draw_directions(rng, 3), rng.uniform(6, 12, 3)]) for _ in range(count)]
    )
    return square(10).steering_vector(users[..., 0], users[..., 1], users[..., 2])[:, :, None], users


def examples(count=3, draws=2, **how):
    channels, users = scenes(count)
    how = {"noise": 0.01, "correlation": "uncorrelated", "draws": draws, "seed": 5} | how
    return hybrid.make_examples(channels, users, square(10), WINDOW, **how)


@pytest.fixture(scope="module")
def made():
    return examples()


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


def test_folds_never_divide_a_scene():
    groups = np.repeat(np.arange(11), [1, 5, 4, 4, 4, 2, 3, 4, 4, 4, 4])
    folds = hybrid.grouped_folds(groups, seed=4)
    assert np.array_equal(np.sort(np.concatenate([held for _, held in folds])), np.arange(len(groups)))
    for training, held in folds:
        assert not set(groups[training]) & set(groups[held])
        assert len(training) + len(held) == len(groups)
    again = hybrid.grouped_folds(groups, seed=4)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(folds, again, strict=True))
    assert any(
        not np.array_equal(a[1], b[1])
        for a, b in zip(folds, hybrid.grouped_folds(groups, seed=5), strict=True)
    )


def test_an_example_is_what_its_parts_say(made):
    part, grid = square(7), hybrid.paper_grid()
    assert made.spectra.shape == (6, 301, 301) and len(made) == 6
    assert list(made.scene) == [0, 0, 1, 1, 2, 2]
    for one in range(len(made)):
        smoothed = hybrid.smooth(made.covariance[one], (10, 10), (7, 7))
        spectrum = hybrid.pseudospectrum(smoothed, part, 3, grid, grid)
        assert np.allclose(made.spectra[one], spectrum, rtol=1e-5)
        found = hybrid.find_directions(smoothed, part, 3)
        assert np.allclose(made.coarse[one], found[found[:, 0].argsort()], atol=1e-12)
        scans = hybrid.range_spectrum(smoothed, part, 3, made.coarse[one], WINDOW)
        assert np.allclose(made.scans[one], scans, rtol=1e-4)
        assert np.all(np.diff(made.truth[one, :, 0]) > 0)
    assert not np.allclose(made.spectra[0], made.spectra[1]), "each draw is its own"


def test_examples_do_not_depend_on_the_workers(made):
    alone = examples(jobs=1)
    assert np.array_equal(alone.spectra, made.spectra) and np.array_equal(alone.coarse, made.coarse)


def test_examples_are_kept_by_content(made, tmp_path):
    first = examples(folder=tmp_path)
    kept = sorted(path for path in tmp_path.rglob("output.pkl"))
    assert len(kept) == 3 and np.array_equal(first.spectra, made.spectra)
    stamps = [path.stat().st_mtime_ns for path in kept]
    again = examples(folder=tmp_path)
    assert np.array_equal(again.spectra, made.spectra)
    assert [path.stat().st_mtime_ns for path in kept] == stamps, "read, not computed"
    other = examples(folder=tmp_path, noise=0.02)
    assert len(list(tmp_path.rglob("output.pkl"))) == 6 and not np.array_equal(other.spectra, made.spectra)


def test_a_damaged_cache_is_computed_anew(made, tmp_path):
    examples(folder=tmp_path)
    for path in tmp_path.rglob("output.pkl"):
        path.write_bytes(path.read_bytes()[:100])
    again = examples(folder=tmp_path)
    assert np.array_equal(again.spectra, made.spectra)


def test_crops_are_cut_around_the_peak(made):
    pieces, owner = hybrid.crops(made)
    assert pieces.shape == (len(owner), 11, 11, 3) and len(owner) > 12
    grid = hybrid.paper_grid()
    for piece, (example, user, peak) in zip(pieces, owner, strict=True):
        azimuth, elevation = made.coarse[example, peak]
        row, column = np.abs(grid - elevation).argmin(), np.abs(grid - azimuth).argmin()
        cut = made.spectra[example, row - 5 : row + 6, column - 5 : column + 6]
        assert np.allclose(piece[..., 0], np.log(cut.max() / cut), atol=1e-4)
        assert piece[5, 5, 0] <= piece[4:7, 4:7, 0].min() + 1e-6, "the middle is the peak"
        cosines = math.sin(azimuth) * math.cos(elevation), math.sin(elevation)
        assert np.allclose(piece[..., 1:], cosines, atol=1e-6)
        truth = made.truth[example, user, :2]
        assert np.hypot(*(hybrid.to_cosines(truth) - cosines)) < 0.05


def test_a_crop_at_the_rim_repeats_it():
    spectra = np.ones((1, 301, 301), dtype=np.float32)
    spectra[0, 1, 150] = 9
    coarse = hybrid.paper_grid()[[150, 1]][None, None]
    truth = np.concatenate([coarse, [[[9.0]]]], axis=-1)
    scans = np.ones((1, 1, 41), dtype=np.float32)
    scans[0, 0, 39] = 5
    edge = hybrid.Examples(spectra, coarse, scans, truth, np.eye(4)[None], np.zeros(1, dtype=int), WINDOW)
    pieces, owner = hybrid.crops(edge)
    assert np.argwhere(pieces[0, ..., 0] == 0).tolist() == [[5, 5]]
    scan, distance = hybrid.scan_crops(edge, owner)
    assert scan.shape == (1, 21, 4) and distance[0] == WINDOW[39]
    assert np.flatnonzero(scan[0, :, 0] == 0).tolist() == [10]
    assert np.allclose(scan[0, :, 3], 1 / WINDOW[39])


def test_no_peak_of_anybody_is_nothing_to_crop(made):
    with pytest.raises(ValueError, match="no coarse peak"):
        hybrid.crops(made, within=1e-9)


def test_a_crop_network_learns_what_is_left_of_the_peak():
    # The residual is a function of the crop: in place of users, parabolas with their vertex off the middle.
    rng = np.random.default_rng(6)
    vertex = rng.uniform(-0.5, 0.5, (600, 2))
    axis = np.arange(-5, 6)
    bowl = (axis[None, :, None] - vertex[:, None, None, 1]) ** 2 + (
        axis[None, None, :] - vertex[:, None, None, 0]
    ) ** 2
    inputs = np.log1p(bowl)[..., None].astype(np.float32)
    model = hybrid.build_cropnet((11, 11, 1))
    found = hybrid.train(
        model, inputs, vertex, np.arange(480), np.arange(480, 600), 15, batch=16, rate=1e-3, xla=False
    )
    off = np.sqrt(np.mean((found.predict(inputs[480:]) - vertex[480:]) ** 2))
    assert off < 0.3 * np.std(vertex[480:])


@pytest.mark.parametrize("shape, outputs", [((11, 11, 3), 2), ((21, 4), 1)])
def test_crop_networks_are_small(shape, outputs):
    model = hybrid.build_cropnet(shape, outputs)
    assert model.output_shape == (None, outputs) and model.count_params() < 50_000


def test_street_scenes_share_nobody():
    street = hybrid.load_scenario()
    first = hybrid.paper_users(street)
    found = hybrid.street_scenes(street, 30, np.random.default_rng(0), first=first)
    assert found.shape == (30, 4) and len(np.unique(found)) == 120
    assert set(found[0]) == set(first)
    assert np.all((street.rows[found] >= 1) & (street.rows[found] <= 10))
    assert np.all((street.columns[found] >= 1) & (street.columns[found] <= 15))
    azimuth = hybrid.polar(street)[found, 0]
    assert np.all(np.diff(azimuth, axis=1) > 0)
    window = hybrid.street_window(street)
    away = hybrid.polar(street)[:, 2]
    assert len(window) == 161 and window[0] <= away.min() and window[-1] == pytest.approx(away.max() + 5)


def test_street_channels_are_those_of_the_users():
    street, array = hybrid.load_scenario(), square(4)
    some = np.array([[3, 9], [20, 4]])
    channels, truth = hybrid.street_channels(street, some, array)
    assert np.array_equal(channels[1, 0], hybrid.path_channels(street, [20], array)[0])
    assert np.array_equal(truth, hybrid.polar(street)[some])


def test_targets(made):
    angles = hybrid.targets_of(made, "angles")
    assert np.allclose(angles[0], np.rad2deg([*made.truth[0, :, 0], *made.truth[0, :, 1]]))
    assert np.array_equal(hybrid.targets_of(made, "ranges"), made.truth[..., 2])


CHANNELS, USERS = scenes(1)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: hybrid.count_refinenet(8, "mean"), "head: got 'mean'"),
        (lambda: hybrid.count_refinenet(0), "n_outputs: got 0"),
        (lambda: hybrid.count_refinenet(8, n_points=8), "n_points: got 8"),
        (lambda: hybrid.build_cropnet((3,)), "shape: got"),
        (lambda: hybrid.grouped_folds([0, 0, 1], 3), "n_folds: got 3 for 2 groups"),
        (lambda: hybrid.grouped_folds([[0, 1]], 2), "n_folds"),
        (
            lambda: hybrid.make_examples(CHANNELS * np.nan, USERS, square(10), WINDOW),
            "channels: got",
        ),
        (lambda: hybrid.make_examples(CHANNELS, USERS[:, :2], square(10), WINDOW), "channels, truth"),
        (lambda: hybrid.make_examples(CHANNELS, USERS, square(9), WINDOW), "channels: got shape"),
        (lambda: hybrid.make_examples(CHANNELS, USERS, square(10), WINDOW, draws=0), "draws: got 0"),
        (
            lambda: hybrid.make_examples(CHANNELS, USERS, square(10), WINDOW, subarray=(11, 7), noise=1),
            "subarray: got 11 x 7",
        ),
        (
            lambda: hybrid.make_examples(CHANNELS, USERS, square(10), WINDOW, subarray=(1, 3), noise=1),
            "n_sources: got 3",
        ),
        (
            lambda: hybrid.street_scenes(hybrid.load_scenario(), 38, np.random.default_rng(0)),
            "n_scenes: got 38; 150 users",
        ),
        (
            lambda: hybrid.street_scenes(hybrid.load_scenario(), 2, np.random.default_rng(0), first=[1, 2]),
            "first: got 2 users",
        ),
        (lambda: hybrid.targets_of(examples(1, 1), "places"), "target: got 'places'"),
    ],
)
def test_bad_input(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
