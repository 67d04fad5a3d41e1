"""Joint fusion: against scipy's solver, the bound, and its own promise of a covariance."""

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import binomtest, chi2

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS
from irsnb.fix import LEVEL, misfit_limit

SIGMA_ANGLE, SIGMA_PATH = np.deg2rad(0.2), 1.0
PAIRS = np.array(EXPERIMENTS[3].semi_focals)
FIELD = np.stack(np.meshgrid([150.0, 700.0, 1900.0], [300.0, 1200.0], [500.0]), axis=-1).reshape(-1, 3)


def measure(targets, draws, seed, sigma_angle=SIGMA_ANGLE, sigma_path=SIGMA_PATH):
    rng = np.random.default_rng(seed)
    azimuth, elevation = elliptic.direction(targets, np.zeros(3))
    sums = elliptic.path_sum(targets[:, None, :], PAIRS)
    shape = (draws, len(targets))
    return (
        azimuth + rng.normal(0, sigma_angle, shape),
        elevation + rng.normal(0, sigma_angle, shape),
        sums + rng.normal(0, sigma_path, (*shape, len(PAIRS))),
    )


def test_agrees_with_scipy_least_squares():
    azimuth, elevation, sums = measure(FIELD, 5, seed=1)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert fix.converged.all()

    def residuals(p, i):
        x, y, z = p
        modelled = [np.linalg.norm(p) + np.linalg.norm(p - np.array([2 * c, 0, 0])) for c in PAIRS]
        angles = np.angle(x + 1j * y) - azimuth[i], np.angle(np.hypot(x, y) + 1j * z) - elevation[i]
        return np.r_[np.array(angles) / SIGMA_ANGLE, (np.array(modelled) - sums[i]) / SIGMA_PATH]

    for i in np.ndindex(azimuth.shape):
        peer = least_squares(residuals, FIELD[i[1]], args=(i,), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        assert np.allclose(fix.position[i], peer.x, atol=1e-3)
        assert fix.misfit[i] == pytest.approx(2 * peer.cost, abs=1e-6)
        assert np.allclose(fix.covariance[i], np.linalg.inv(peer.jac.T @ peer.jac), rtol=1e-3, atol=1e-3)


def test_converges_to_the_bound_and_covers():
    azimuth, elevation, sums = measure(FIELD, 8000, seed=2)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    error = fix.position - FIELD
    bound = elliptic.position_crlb(FIELD, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    ratio = np.sqrt((error**2).sum(axis=-1).mean(axis=0) / np.trace(bound, axis1=-2, axis2=-1))
    assert np.all(np.abs(ratio - 1) < 0.03)
    inside = np.einsum("dti,dtij,dtj->dt", error, np.linalg.inv(fix.covariance), error) < chi2.ppf(0.95, 3)
    assert np.all(np.abs(inside.mean(axis=0) - 0.95) < 0.02)
    # Two angles and five sums fix three coordinates: four degrees of freedom are left for the misfit.
    assert fix.misfit.mean() == pytest.approx(len(PAIRS) - 1, rel=0.02)


def test_beats_what_the_paper_does():
    target = np.array([EXPERIMENTS[3].target])
    azimuth, elevation, sums = measure(target, 4000, seed=3)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    pairs = elliptic.locate(azimuth[..., None], elevation[..., None], sums / 2, PAIRS)
    fused, mean = (
        np.sqrt(np.mean(np.sum((p - target) ** 2, axis=-1))) for p in (fix.position, pairs.mean(axis=-2))
    )
    assert fused < mean


def test_narrow_curved_valleys_are_no_trap():
    # Path sums a thousand times better than angles: the valley in x, y, z is 25 m long and 1 cm wide.
    azimuth, elevation, sums = measure(FIELD, 500, seed=4, sigma_angle=np.deg2rad(1), sigma_path=0.01)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, np.deg2rad(1), 0.01)
    assert np.array_equal(fix.converged, fix.misfit <= misfit_limit(fix.dof)), "every fit settles"
    assert fix.misfit.mean() == pytest.approx(len(PAIRS) - 1, rel=0.1)


def test_exact_measurements_give_the_target_back():
    azimuth, elevation, sums = measure(FIELD, 1, seed=5, sigma_angle=0, sigma_path=0)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert np.allclose(fix.position[0], FIELD, atol=1e-6) and np.allclose(fix.misfit, 0, atol=1e-9)
    one = elliptic.fuse(azimuth[0, 0], elevation[0, 0], sums[0, 0], PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert one.position.shape == (3,) and one.covariance.shape == (3, 3) and one.misfit.shape == ()
    assert np.allclose(
        one.covariance, elliptic.position_crlb(FIELD[0], PAIRS, SIGMA_ANGLE, SIGMA_PATH), rtol=1e-6
    )


def test_one_pair_is_the_closed_form():
    azimuth, elevation, sums = measure(FIELD, 3, seed=6)
    fix = elliptic.fuse(azimuth, elevation, sums[..., :1], PAIRS[:1], SIGMA_ANGLE, SIGMA_PATH)
    assert np.allclose(
        fix.position, elliptic.locate(azimuth, elevation, sums[..., 0] / 2, PAIRS[0]), atol=1e-5
    )


def test_azimuths_across_the_seam():
    target = np.array([[-500.0, 1.0, 300.0]])
    azimuth, elevation, sums = measure(target, 200, seed=7)
    wrapped = (azimuth + np.pi) % (2 * np.pi) - np.pi
    ours = elliptic.fuse(wrapped, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert np.allclose(
        ours.position,
        elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH).position,
        atol=1e-4,
    )


def several(targets, rng, sigma_angle=SIGMA_ANGLE, sigma_path=SIGMA_PATH, pairs=PAIRS[:3]):
    """Labelled directions, path sums shuffled pair by pair, and the right order."""
    angles = [a + rng.normal(0, sigma_angle, len(targets)) for a in elliptic.direction(targets, np.zeros(3))]
    sums = elliptic.path_sum(targets[:, None, :], pairs) + rng.normal(
        0, sigma_path, (len(targets), len(pairs))
    )
    shuffle = np.stack([rng.permutation(len(targets)) for _ in pairs], axis=-1)
    shuffled = np.take_along_axis(sums, shuffle, axis=0)
    return *angles, shuffled, np.argsort(shuffle, axis=0)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_association_undoes_the_shuffle(count):
    rng = np.random.default_rng(count)
    for _ in range(10):
        targets = FIELD[rng.permutation(len(FIELD))[:count]]
        azimuth, elevation, sums, order = several(targets, rng)
        found = elliptic.associate(azimuth, elevation, sums, PAIRS[:3], SIGMA_ANGLE, SIGMA_PATH)
        assert np.array_equal(found.order, order)
        assert np.all(np.linalg.norm(found.fix.position - targets, axis=-1) < 50) and found.margin > 0


def test_association_is_the_best_of_all_permutations():
    # Independent path: for two targets, every one of the 2^(M-1) distinct sortings by brute force.
    rng = np.random.default_rng(9)
    targets = np.array([[600.0, 900.0, 500.0], [620.0, 930.0, 500.0]])
    for _ in range(10):
        azimuth, elevation, sums, _ = several(targets, rng)
        found = elliptic.associate(azimuth, elevation, sums, PAIRS[:3], SIGMA_ANGLE, SIGMA_PATH)
        totals = {}
        for flips in np.ndindex(2, 2, 2):
            order = np.stack([np.array(flips), 1 - np.array(flips)])
            picked = np.take_along_axis(sums, order, axis=0)
            fix = elliptic.fuse(azimuth, elevation, picked, PAIRS[:3], SIGMA_ANGLE, SIGMA_PATH)
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
    found = elliptic.associate(azimuth, elevation, with_ghost, PAIRS[:3], SIGMA_ANGLE, SIGMA_PATH)
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
        "semi_focals": PAIRS[:3],
        "sigma_angle": 0.01,
        "sigma_path": 1.0,
    }
    elliptic.associate(**good)
    with pytest.raises(ValueError) as caught:
        elliptic.associate(**good | change)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"azimuth": np.nan}, "azimuth"),
        ({"elevation": 1.6}, "elevation: got 1.6"),
        ({"path_sums": (2000.0, 2100.0)}, "path_sums: got shape (2,)"),
        ({"path_sums": (2900.0, 2100.0, 700.0)}, "path_sums: got 700.0; each must exceed"),
        ({"semi_focals": ()}, "zero pairs"),
        ({"sigma_angle": 0}, "sigma_angle"),
        ({"sigma_path": -1}, "sigma_path"),
        ({"azimuth": np.zeros(3), "elevation": np.zeros(4)}, "broadcast"),
    ],
)
def test_bad_input_is_named(change, words):
    good = {
        "azimuth": 0.5,
        "elevation": 0.3,
        "path_sums": (2900.0, 2100.0, 1500.0),
        "semi_focals": (1200.0, 800.0, 400.0),
        "sigma_angle": 0.01,
        "sigma_path": 1.0,
    }
    elliptic.fuse(**good)
    with pytest.raises(ValueError) as caught:
        elliptic.fuse(**good | change)
    assert words in str(caught.value)


def test_missing_path_sums_are_dropped_pairs():
    azimuth, elevation, sums = measure(FIELD, 1, seed=21)
    azimuth, elevation, sums = azimuth[0], elevation[0], sums[0]
    sums[0, 2], sums[1, [0, 4]] = np.nan, np.nan
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert fix.dof.tolist() == [3, 2, 4, 4, 4, 4]
    for i, there in ((0, [0, 1, 3, 4]), (1, [1, 2, 3]), (2, [0, 1, 2, 3, 4])):
        fewer = elliptic.fuse(azimuth[i], elevation[i], sums[i, there], PAIRS[there], SIGMA_ANGLE, SIGMA_PATH)
        assert np.allclose(fix.position[i], fewer.position, atol=1e-4)
        assert np.allclose(fix.covariance[i], fewer.covariance, rtol=1e-5)
        assert fix.misfit[i] == pytest.approx(fewer.misfit, abs=1e-6) and fix.dof[i] == fewer.dof


def test_bad_rows_become_nan_with_a_remark_and_the_others_stand():
    azimuth, elevation, sums = measure(FIELD, 1, seed=22)
    azimuth, elevation, sums = azimuth[0], elevation[0], sums[0]
    good = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    sigma = np.full(6, SIGMA_ANGLE)
    azimuth[0], elevation[1], sums[2, 3], sums[3], sigma[4] = np.nan, 2.0, 700.0, np.nan, 0.0
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, sigma, SIGMA_PATH)
    assert np.isnan(fix.position[:5]).all() and not fix.converged[:5].any()
    assert np.allclose(fix.position[5], good.position[5], atol=1e-6) and fix.converged[5]
    expected = {
        0: "azimuth: got nan",
        1: "elevation: got 2.0",
        2: "path_sums: got 700.0; each must exceed",
        3: "path_sums: got 0; measured",
        4: "sigma_angle: got 0.0",
    }
    assert len(fix.remarks) == 5
    for row, words in expected.items():
        assert any(remark.startswith(f"row {row}: {words}") for remark in fix.remarks)


def test_a_sigma_for_each_path_sum():
    # One path sum a thousand times worse than the others is as good as missing.
    azimuth, elevation, sums = (values[0, 0] for values in measure(FIELD, 1, seed=23))
    each = np.array([1.0, 1.0, 1e5, 1.0, 1.0])
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, each)
    assert fix.position.shape == (3,)
    sums[2] = np.nan
    without = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, 1.0)
    assert np.allclose(fix.position, without.position, atol=1e-2)
    assert np.allclose(
        fix.covariance, elliptic.position_crlb(fix.position, PAIRS, SIGMA_ANGLE, each), rtol=1e-3
    )


def test_surfaces_elsewhere_are_told():
    # Path sums over second surfaces 100 m off the line: every fit settles, none describes what was measured.
    rng = np.random.default_rng(24)
    azimuth, elevation, _ = measure(FIELD, 20, seed=25)
    seconds = np.stack([2 * PAIRS, np.full(5, 100.0), np.linspace(-200, 200, 5)], axis=-1)
    sums = np.linalg.norm(FIELD, axis=-1)[:, None] + np.linalg.norm(FIELD[:, None] - seconds, axis=-1)
    fix = elliptic.fuse(
        azimuth, elevation, sums + rng.normal(size=(20, 6, 5)), PAIRS, SIGMA_ANGLE, SIGMA_PATH
    )
    assert not fix.converged.any() and "misfit" in fix.remarks[0]


@pytest.mark.parametrize("elevation", [np.pi / 2, -np.pi / 2])
def test_straight_above_the_first_surface_there_is_no_azimuth(elevation):
    sums = elliptic.path_sum((0.0, 0.0, 500.0), PAIRS)
    with pytest.raises(ValueError, match="elevation: got -?1.57"):
        elliptic.fuse(0.3, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    fix = elliptic.fuse(0.3, [elevation, 1.5 * np.sign(elevation)], sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert np.isnan(fix.position[0]).all() and np.isfinite(fix.covariance[1]).all()
    assert fix.remarks[0].startswith("row 0: elevation: got")


def test_converged_is_false_once_in_a_thousand():
    azimuth, elevation, sums = measure(FIELD, 5000, seed=26)
    fix = elliptic.fuse(azimuth, elevation, sums, PAIRS, SIGMA_ANGLE, SIGMA_PATH)
    assert binomtest(int(np.sum(~fix.converged)), fix.converged.size, LEVEL).pvalue > 1e-4


@pytest.mark.parametrize("bad", [np.datetime64("2024-01-01"), np.array(["1.0"]), True, [True] * 5, 1j])
@pytest.mark.parametrize("name", ["path_sums", "sigma_path", "azimuth"])
def test_kinds_that_are_no_numbers(name, bad):
    good = {"azimuth": 0.5, "elevation": 0.3, "path_sums": np.full(5, 3000.0), "semi_focals": PAIRS}
    good |= {"sigma_angle": 0.01, "sigma_path": 1.0}
    with pytest.raises(ValueError, match=name):
        elliptic.fuse(**good | {name: bad})
