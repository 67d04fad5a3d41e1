"""Examples: spectra with their truth, kept by content, split by scene."""

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray

WAVELENGTH = 0.0857
WINDOW = np.linspace(5, 15, 41)


def square(side):
    return PlanarArray(side, side, WAVELENGTH / 2, WAVELENGTH)


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


def test_examples_do_not_depend_on_the_workers(examples, made):
    alone = examples(jobs=1)
    assert np.array_equal(alone.spectra, made.spectra) and np.array_equal(alone.coarse, made.coarse)


def test_examples_are_kept_by_content(examples, made, tmp_path):
    first = examples(folder=tmp_path)
    kept = sorted(path for path in tmp_path.rglob("output.pkl"))
    assert len(kept) == 3 and np.array_equal(first.spectra, made.spectra)
    stamps = [path.stat().st_mtime_ns for path in kept]
    again = examples(folder=tmp_path)
    assert np.array_equal(again.spectra, made.spectra)
    assert [path.stat().st_mtime_ns for path in kept] == stamps, "read, not computed"
    other = examples(folder=tmp_path, noise=0.02)
    assert len(list(tmp_path.rglob("output.pkl"))) == 6 and not np.array_equal(other.spectra, made.spectra)


def test_a_damaged_cache_is_computed_anew(examples, made, tmp_path):
    examples(folder=tmp_path)
    for path in tmp_path.rglob("output.pkl"):
        path.write_bytes(path.read_bytes()[:100])
    again = examples(folder=tmp_path)
    assert np.array_equal(again.spectra, made.spectra)


def test_street_channels_are_those_of_the_users(street):
    array = square(4)
    some = np.array([[3, 9], [20, 4]])
    channels, truth = hybrid.street_channels(street, some, array)
    assert np.array_equal(channels[1, 0], hybrid.path_channels(street, [20], array)[0])
    assert np.array_equal(truth, hybrid.polar(street)[some])


def test_targets(made):
    angles = hybrid.targets_of(made, "angles")
    assert np.allclose(angles[0], np.rad2deg([*made.truth[0, :, 0], *made.truth[0, :, 1]]))
    assert np.array_equal(hybrid.targets_of(made, "ranges"), made.truth[..., 2])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"channels": lambda channels: channels * np.nan}, "channels: got"),
        ({"truth": lambda truth: truth[:, :2]}, "channels, truth"),
        ({"array": lambda _: square(9)}, "channels, array: got shape"),
        ({"draws": lambda _: 0}, "draws: got 0"),
        ({"subarray": lambda _: (11, 7)}, "subarray: got 11 x 7"),
        ({"subarray": lambda _: (1, 3)}, "subarray"),
    ],
)
def test_examples_refuse(scenes, change, message):
    channels, truth = scenes(1)
    given = {"channels": channels, "truth": truth, "array": square(10), "distances": WINDOW}
    given |= {"draws": 1, "subarray": (7, 7), "noise": 1}
    with pytest.raises(ValueError, match=message):
        hybrid.make_examples(**given | {name: make(given[name]) for name, make in change.items()})


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: hybrid.grouped_folds([0, 0, 1], 3), "n_folds: got 3 for 2 groups"),
        (lambda: hybrid.grouped_folds([[0, 1]], 2), "groups|n_folds"),
    ],
)
def test_folds_refuse(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_targets_refuse(made):
    with pytest.raises(ValueError, match="target: got 'places'"):
        hybrid.targets_of(made, "places")
