"""Which path sum belongs to which target: undone shuffles, brute force, ghosts."""

import numpy as np
import pytest

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS
from irsnb.elliptic.association import sort_draws

SIGMA_ANGLE, SIGMA_PATH = np.deg2rad(0.2), 1.0
NOISE = {"sigma_angle": SIGMA_ANGLE, "sigma_path": SIGMA_PATH}
SURFACES = EXPERIMENTS[3].surfaces[:4]
FIELD = np.stack(np.meshgrid([150.0, 700.0, 1900.0], [300.0, 1200.0], [500.0]), axis=-1).reshape(-1, 3)


def several(targets, rng, sigma_angle=SIGMA_ANGLE, sigma_path=SIGMA_PATH):
    """Labelled directions, path sums shuffled pair by pair, and the right order."""
    angles = [a + rng.normal(0, sigma_angle, len(targets)) for a in elliptic.direction(targets, np.zeros(3))]
    sums = elliptic.path_sums(SURFACES, targets) + rng.normal(0, sigma_path, (len(targets), 3))
    shuffle = np.stack([rng.permutation(len(targets)) for _ in range(3)], axis=-1)
    shuffled = np.take_along_axis(sums, shuffle, axis=0)
    return *angles, shuffled, np.argsort(shuffle, axis=0)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_association_undoes_the_shuffle(count):
    rng = np.random.default_rng(count)
    for _ in range(10):
        targets = FIELD[rng.permutation(len(FIELD))[:count]]
        azimuth, elevation, sums, order = several(targets, rng)
        found = elliptic.associate(SURFACES, azimuth, elevation, sums, **NOISE)
        assert np.array_equal(found.order, order)
        assert np.all(np.linalg.norm(found.fix.position - targets, axis=-1) < 50) and found.margin > 0


def test_association_is_the_best_of_all_permutations():
    # Independent path: for two targets, every one of the 2^(M-1) distinct sortings by brute force.
    rng = np.random.default_rng(9)
    targets = np.array([[600.0, 900.0, 500.0], [620.0, 930.0, 500.0]])
    for _ in range(10):
        azimuth, elevation, sums, _ = several(targets, rng)
        found = elliptic.associate(SURFACES, azimuth, elevation, sums, **NOISE)
        totals = {}
        for flips in np.ndindex(2, 2, 2):
            order = np.stack([np.array(flips), 1 - np.array(flips)])
            picked = np.take_along_axis(sums, order, axis=0)
            fix = elliptic.locate(SURFACES, azimuth, elevation, picked, **NOISE)
            totals[flips] = fix.misfit.sum()
        ranked = sorted(totals.values())
        assert tuple(found.order[0]) == min(totals, key=totals.get)
        assert found.margin == pytest.approx(ranked[1] - ranked[0], abs=1e-6)


def test_ghosts_are_left_over():
    rng = np.random.default_rng(12)
    targets = FIELD[[0, 3]]
    azimuth, elevation, sums, order = several(targets, rng)
    # a ghost is a sum with no partners: late by another amount over each pair
    with_ghost = np.concatenate([sums, sums[:1] + np.array([90.0, 250.0, 160.0])])
    found = elliptic.associate(SURFACES, azimuth, elevation, with_ghost, **NOISE)
    assert np.array_equal(found.order, order)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"azimuth": (0.1, 0.2, 0.3)}, "N >= K >= 1"),
        ({"path_sums": np.full((1, 3), 3000.0)}, "N >= K >= 1"),
        ({"path_sums": np.full((2, 2), 3000.0)}, "(N, M)"),
        ({"path_sums": np.full((60, 3), 3000.0)}, "at most 300,000 joint fits"),
        ({"path_sums": np.full((2, 3), 100.0)}, "path_sums: got 100.0"),
    ],
)
def test_association_says_what_is_wrong(change, words):
    good = {
        "azimuth": (0.5, 0.6),
        "elevation": (0.3, 0.2),
        "path_sums": np.full((2, 3), 3000.0) + np.arange(2)[:, None],
        "surfaces": SURFACES,
        "sigma_angle": 0.01,
        "sigma_path": 1.0,
    }
    elliptic.associate(**good)
    with pytest.raises(ValueError) as caught:
        elliptic.associate(**good | change)
    assert words in str(caught.value)


SETTING = {"surfaces": SURFACES, "box": [(50.0, 200.0, 200.0), (750.0, 1500.0, 1400.0)], **NOISE}


def test_a_trial_sorts_as_the_function_does():
    rng = np.random.default_rng(3)
    measured = [several(FIELD[rng.permutation(len(FIELD))[:3]], rng) for _ in range(8)]
    azimuth, elevation, sums = (np.stack([each[k] for each in measured]) for k in range(3))
    order, margin, position = sort_draws(SURFACES, azimuth, elevation, sums, NOISE)
    for k in range(8):
        found = elliptic.associate(SURFACES, azimuth[k], elevation[k], sums[k], **NOISE)
        assert np.array_equal(order[k], found.order) and margin[k] == pytest.approx(found.margin)
        assert np.allclose(position[k], found.fix.position)


def test_targets_of_a_trial_are_sorted_right_where_the_noise_is_small():
    small = SETTING | {"sigma_angle": 1e-5, "sigma_path": 1e-2}
    drawn = elliptic.associate_trial(np.random.default_rng(1), 60, n_targets=3, n_ghosts=1, **small)
    assert drawn["right"].all() and (drawn["margin"] > 30).all()
    ratio = np.sqrt(np.mean((drawn["position"] / drawn["position_bound"]) ** 2))
    assert abs(ratio - 1) < 0.2
    # A guess: two equal targets, three pairs, one way of eight.
    drawn = elliptic.associate_trial(np.random.default_rng(1), 400, n_targets=2, separation=1e-6, **SETTING)
    assert abs(drawn["right"].mean() - 1 / 8) < 0.06


BEAM = 1 / 32
"""From the top of a beam of 64 elements a side, half a wavelength apart, to its first zero."""


@pytest.mark.parametrize("first", [(350.0, 800.0, 500.0), (900.0, 300.0, 200.0)])
def test_a_trial_draws_targets_that_the_radar_resolves(first):
    far = {"n_targets": 2, "separation": 90.0, "cosine_resolution": BEAM, "path_resolution": 30.0}
    drawn = elliptic.associate_trial(np.random.default_rng(1), 2000, **SETTING | {"box": [first] * 2}, **far)
    # Independent path: how often a random direction leads far enough away, counted here.
    ray = np.random.default_rng(2).standard_normal((20_000, 3))
    second = first + 90 * ray / np.linalg.norm(ray, axis=1, keepdims=True)
    lengths = [np.linalg.norm(second - s, axis=1) - np.linalg.norm(first - s) for s in SURFACES]
    enough = np.all([np.abs(lengths[0] + other) > 30 for other in lengths[1:]], axis=0)
    angles = zip(elliptic.direction(second, np.zeros(3)), elliptic.direction(first, np.zeros(3)), strict=True)
    (azimuth, azimuth_1), (elevation, elevation_1) = angles
    along_y = np.cos(elevation) * np.sin(azimuth) - np.cos(elevation_1) * np.sin(azimuth_1)
    along_z = np.sin(elevation) - np.sin(elevation_1)
    enough &= along_y**2 + along_z**2 > BEAM**2
    assert 1 / drawn["tries"].mean() == pytest.approx(enough.mean(), abs=0.03)


def test_a_beam_is_wider_to_the_side_of_the_surface():
    # In the level plane 3 degrees are more than a beam straight ahead and less than one 70 degrees beside it.
    responses = [
        np.exp(
            1j * np.pi * np.arange(64) * (np.sin(np.deg2rad(aside + 3)) - np.sin(np.deg2rad(aside)))
        ).mean()
        for aside in (0, 70)
    ]
    assert abs(responses[0]) < 0.25 and abs(responses[1]) > 0.5


def test_targets_closer_than_the_radar_resolves_are_refused():
    far = {"n_targets": 2, "separation": 1.0, "cosine_resolution": BEAM, "path_resolution": 30.0}
    words = "cosine_resolution, path_resolution: got 0.03125 and 30.0 m; in 10,000 tries no targets"
    with pytest.raises(ValueError, match=words):
        elliptic.associate_trial(np.random.default_rng(1), 1, **SETTING, **far)
