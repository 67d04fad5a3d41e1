"""The joint fit: against scipy's solver, the bound, and its own promise of a covariance."""

import math

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation
from scipy.stats import binomtest, chi2

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS
from irsnb.fix import LEVEL, misfit_limit

SIGMA_ANGLE, SIGMA_PATH = np.deg2rad(0.2), 1.0
NOISE = {"sigma_angle": SIGMA_ANGLE, "sigma_path": SIGMA_PATH}
PAIRS, SURFACES = np.array(EXPERIMENTS[3].semi_focals), EXPERIMENTS[3].surfaces
FIELD = np.stack(np.meshgrid([150.0, 700.0, 1900.0], [300.0, 1200.0], [500.0]), axis=-1).reshape(-1, 3)


def measure(targets, draws, seed, sigma_angle=SIGMA_ANGLE, sigma_path=SIGMA_PATH):
    rng = np.random.default_rng(seed)
    azimuth, elevation = elliptic.direction(targets, np.zeros(3))
    sums = elliptic.path_sums(SURFACES, targets)
    shape = (draws, len(targets))
    return (
        azimuth + rng.normal(0, sigma_angle, shape),
        elevation + rng.normal(0, sigma_angle, shape),
        sums + rng.normal(0, sigma_path, (*shape, len(PAIRS))),
    )


def test_agrees_with_scipy_least_squares():
    azimuth, elevation, sums = measure(FIELD, 5, seed=1)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
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
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    error = fix.position - FIELD
    bound = elliptic.position_crlb(SURFACES, FIELD, **NOISE)
    ratio = np.sqrt((error**2).sum(axis=-1).mean(axis=0) / np.trace(bound, axis1=-2, axis2=-1))
    assert np.all(np.abs(ratio - 1) < 0.03)
    inside = np.einsum("dti,dtij,dtj->dt", error, np.linalg.inv(fix.covariance), error) < chi2.ppf(0.95, 3)
    assert np.all(np.abs(inside.mean(axis=0) - 0.95) < 0.02)
    # Two angles and five sums fix three coordinates: four degrees of freedom are left for the misfit.
    assert fix.misfit.mean() == pytest.approx(len(PAIRS) - 1, rel=0.02)


def test_beats_what_the_paper_does():
    target = np.array([EXPERIMENTS[3].target])
    azimuth, elevation, sums = measure(target, 4000, seed=3)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    pairs = elliptic.pair_positions(SURFACES, azimuth, elevation, sums)
    fused, mean = (
        np.sqrt(np.mean(np.sum((p - target) ** 2, axis=-1))) for p in (fix.position, pairs.mean(axis=-2))
    )
    assert fused < mean


@pytest.mark.parametrize("sigma_path", [0.01, 0.001])
def test_narrow_curved_valleys_are_no_trap(sigma_path):
    # Path sums a thousand times better than angles: the valley in x, y, z is 25 m long and 1 cm wide.
    azimuth, elevation, sums = measure(FIELD, 500, seed=4, sigma_angle=np.deg2rad(1), sigma_path=sigma_path)
    fix = elliptic.locate(
        SURFACES, azimuth, elevation, sums, sigma_angle=np.deg2rad(1), sigma_path=sigma_path
    )
    assert np.array_equal(fix.converged, fix.misfit <= misfit_limit(fix.dof)), "every fit settles"
    assert fix.misfit.mean() == pytest.approx(len(PAIRS) - 1, rel=0.1)


def test_exact_measurements_give_the_target_back():
    azimuth, elevation, sums = measure(FIELD, 1, seed=5, sigma_angle=0, sigma_path=0)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    assert np.allclose(fix.position[0], FIELD, atol=1e-6) and np.allclose(fix.misfit, 0, atol=1e-9)
    one = elliptic.locate(SURFACES, azimuth[0, 0], elevation[0, 0], sums[0, 0], **NOISE)
    assert one.position.shape == (3,) and one.covariance.shape == (3, 3) and one.misfit.shape == ()
    assert np.allclose(one.covariance, elliptic.position_crlb(SURFACES, FIELD[0], **NOISE), rtol=1e-6)


def test_one_pair_is_the_closed_form():
    azimuth, elevation, sums = measure(FIELD, 3, seed=6)
    fix = elliptic.locate(SURFACES[:2], azimuth, elevation, sums[..., :1], **NOISE)
    assert np.allclose(
        fix.position, elliptic.locate_pair(azimuth, elevation, sums[..., 0], PAIRS[0]), atol=1e-5
    )


def test_azimuths_across_the_seam():
    target = np.array([[-500.0, 1.0, 300.0]])
    azimuth, elevation, sums = measure(target, 200, seed=7)
    wrapped = (azimuth + np.pi) % (2 * np.pi) - np.pi
    ours = elliptic.locate(SURFACES, wrapped, elevation, sums, **NOISE)
    assert np.allclose(
        ours.position,
        elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE).position,
        atol=1e-4,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"azimuth": np.nan}, "azimuth"),
        ({"elevation": 1.6}, "elevation: got 1.6"),
        ({"path_sums": (2000.0, 2100.0)}, "path_sums: got shape (2,)"),
        ({"path_sums": (2900.0, 2100.0, 700.0)}, "path_sums: got 700.0; each must be finite and exceed"),
        ({"surfaces": SURFACES[:1]}, "surfaces: got shape (1, 3)"),
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
        "surfaces": SURFACES[[0, 1, 3, 5]],
        "sigma_angle": 0.01,
        "sigma_path": 1.0,
    }
    elliptic.locate(**good)
    with pytest.raises(ValueError) as caught:
        elliptic.locate(**good | change)
    assert words in str(caught.value)


def test_missing_path_sums_are_dropped_pairs():
    azimuth, elevation, sums = measure(FIELD, 1, seed=21)
    azimuth, elevation, sums = azimuth[0], elevation[0], sums[0]
    sums[0, 2], sums[1, [0, 4]] = np.nan, np.nan
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    assert fix.dof.tolist() == [3, 2, 4, 4, 4, 4]
    for i, there in ((0, [0, 1, 3, 4]), (1, [1, 2, 3]), (2, [0, 1, 2, 3, 4])):
        fewer = elliptic.locate(
            SURFACES[[0, *(k + 1 for k in there)]], azimuth[i], elevation[i], sums[i, there], **NOISE
        )
        assert np.allclose(fix.position[i], fewer.position, atol=1e-4)
        assert np.allclose(fix.covariance[i], fewer.covariance, rtol=1e-5)
        assert fix.misfit[i] == pytest.approx(fewer.misfit, abs=1e-6) and fix.dof[i] == fewer.dof


def test_bad_rows_become_nan_with_a_remark_and_the_others_stand():
    azimuth, elevation, sums = measure(FIELD, 1, seed=22)
    azimuth, elevation, sums = azimuth[0], elevation[0], sums[0]
    good = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    sigma = np.full(6, SIGMA_ANGLE)
    azimuth[0], elevation[1], sums[2, 3], sums[3], sigma[4] = np.nan, 2.0, 700.0, np.nan, 0.0
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, sigma_angle=sigma, sigma_path=SIGMA_PATH)
    assert np.isnan(fix.position[:5]).all() and not fix.converged[:5].any()
    assert np.allclose(fix.position[5], good.position[5], atol=1e-6) and fix.converged[5]
    expected = {
        0: "azimuth: got nan",
        1: "elevation: got 2.0",
        2: "path_sums: got 700.0; each must be finite and exceed",
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
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, sigma_angle=SIGMA_ANGLE, sigma_path=each)
    assert fix.position.shape == (3,)
    sums[2] = np.nan
    without = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    assert np.allclose(fix.position, without.position, atol=1e-2)
    assert np.allclose(
        fix.covariance,
        elliptic.position_crlb(SURFACES, fix.position, sigma_angle=SIGMA_ANGLE, sigma_path=each),
        rtol=1e-3,
    )


def test_surfaces_elsewhere_are_told():
    # Path sums over second surfaces 100 m off the line: every fit settles, none describes what was measured.
    rng = np.random.default_rng(24)
    azimuth, elevation, _ = measure(FIELD, 20, seed=25)
    seconds = np.stack([2 * PAIRS, np.full(5, 100.0), np.linspace(-200, 200, 5)], axis=-1)
    sums = np.linalg.norm(FIELD, axis=-1)[:, None] + np.linalg.norm(FIELD[:, None] - seconds, axis=-1)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums + rng.normal(size=(20, 6, 5)), **NOISE)
    assert not fix.converged.any() and "misfit" in fix.remarks[0]


ANYWHERE = np.array([[0, 0, 0], [1500, 200, 50], [900, -600, 20], [200, 1400, 90.0]])
"""Four surfaces off a line."""
EACH = np.array([0.5, 1.0, 3.0])


def test_anywhere_with_a_sigma_for_each_sum_and_one_missing_it_reaches_its_bound_and_covers():
    # The bound from differences of math.dist, of two angles and the two sums that are left.
    rng = np.random.default_rng(30)
    draws, target = 3000, np.array([700.0, 900.0, 500.0])

    def mean(p):
        x, y, z = p
        away = math.dist(p, ANYWHERE[0])
        sums = [away + math.dist(p, surface) for surface in ANYWHERE[1:]]
        return np.array([math.atan2(y, x), math.asin(z / away), *sums])

    sigmas, true = np.r_[SIGMA_ANGLE, SIGMA_ANGLE, EACH], mean(target)
    data = true + sigmas * rng.standard_normal((draws, 5))
    data[:, 3] = np.nan
    noise = {"sigma_angle": SIGMA_ANGLE, "sigma_path": EACH}
    fix = elliptic.locate(ANYWHERE, data[:, 0], data[:, 1], data[:, 2:], **noise)
    step = 1e-3 * np.eye(3)
    jacobian = np.stack([(mean(target + h) - mean(target - h)) / 2e-3 for h in step], axis=-1)
    there = [0, 1, 2, 4]
    whitened = jacobian[there] / sigmas[there, None]
    bound = np.linalg.inv(whitened.T @ whitened)
    error = fix.position - target
    assert np.sqrt(np.mean(np.sum(error**2, axis=-1)) / np.trace(bound)) <= 1.03
    inside = np.einsum("di,dij,dj->d", error, np.linalg.inv(fix.covariance), error) < chi2.ppf(0.95, 3)
    assert 0.93 <= inside.mean() <= 0.97
    assert fix.dof.tolist() == [1] * draws
    fewer = elliptic.position_crlb(
        ANYWHERE[[0, 1, 3]], target, sigma_angle=SIGMA_ANGLE, sigma_path=EACH[[0, 2]]
    )
    assert np.allclose(fewer, bound, rtol=1e-4)


def somewhere(draws, seed):
    """Exact values and noisy measurements of a target over four surfaces anywhere."""
    rng, target = np.random.default_rng(seed), np.array([-700.0, 900.0, 500.0])
    azimuth, elevation = elliptic.direction(target, ANYWHERE[0])
    return (
        azimuth + SIGMA_ANGLE * rng.standard_normal(draws),
        elevation + SIGMA_ANGLE * rng.standard_normal(draws),
        elliptic.path_sums(ANYWHERE, target) + EACH * rng.standard_normal((draws, 3)),
    )


def test_one_impossible_row_of_a_hundred_leaves_the_others_alone():
    azimuth, elevation, sums = somewhere(100, seed=31)
    noise = {"sigma_angle": SIGMA_ANGLE, "sigma_path": EACH}
    good = elliptic.locate(ANYWHERE, azimuth, elevation, sums, **noise)
    sums[41, 1] = 12.0
    fix = elliptic.locate(ANYWHERE, azimuth, elevation, sums, **noise)
    others = np.arange(100) != 41
    assert np.array_equal(fix.position[others], good.position[others])
    assert good.converged.all() and np.array_equal(fix.converged, others) and np.isnan(fix.position[41]).all()
    allowed = "each must be finite and exceed the distance of its two surfaces; NaN means missing"
    assert fix.remarks == (f"row 41: path_sums: got 12.0; {allowed}",)


def test_a_diagonal_covariance_is_the_sigmas():
    azimuth, elevation, sums = somewhere(50, seed=32)
    sums[7, 1] = np.nan
    matrix = np.diag(np.r_[SIGMA_ANGLE, SIGMA_ANGLE, EACH] ** 2)
    by_sigmas = elliptic.locate(ANYWHERE, azimuth, elevation, sums, sigma_angle=SIGMA_ANGLE, sigma_path=EACH)
    for covariance in (matrix, np.broadcast_to(matrix, (50, 5, 5))):
        fix = elliptic.locate(ANYWHERE, azimuth, elevation, sums, covariance=covariance)
        assert np.allclose(fix.position, by_sigmas.position, atol=1e-6)
        assert np.allclose(fix.covariance, by_sigmas.covariance, rtol=1e-9)


def test_units_of_any_size_make_a_covariance():
    # Microradians beside hundreds of metres: the plain eigenvalues are too far apart for double precision.
    azimuth, elevation, sums = somewhere(1, seed=40)
    sigmas = np.r_[1e-6, 1e-6, 300.0, 200.0, 100.0]
    matrix = np.diag(sigmas**2)
    matrix[0, 1] = matrix[1, 0] = 0.7e-12
    fix = elliptic.locate(ANYWHERE, azimuth, elevation, sums, covariance=matrix)
    bound = elliptic.position_crlb(ANYWHERE, fix.position, covariance=matrix)
    assert np.allclose(fix.covariance, bound, rtol=1e-4, atol=1e-4 * np.trace(bound[0]))


def correlated():
    """A full covariance, from any square root."""
    root = np.random.default_rng(33).normal(size=(5, 5)) + 2 * np.eye(5)
    scale = np.r_[SIGMA_ANGLE, SIGMA_ANGLE, EACH]
    return scale[:, None] * (root @ root.T) * scale


def test_a_full_covariance_by_scipy_and_its_marginal_where_a_sum_is_missing():
    covariance = correlated()
    azimuth, elevation, sums = somewhere(4, seed=34)
    sums[1, 0] = sums[2, 2] = np.nan
    fix = elliptic.locate(ANYWHERE, azimuth, elevation, sums, covariance=covariance)
    for i in range(4):
        there = np.flatnonzero(~np.isnan(np.r_[0, 0, sums[i]]))
        whiten = np.linalg.inv(np.linalg.cholesky(covariance[np.ix_(there, there)]))

        def residuals(p, i=i, there=there, whiten=whiten):
            away = np.linalg.norm(p)
            angles = math.atan2(p[1], p[0]) - azimuth[i], math.asin(p[2] / away) - elevation[i]
            lengths = away + np.linalg.norm(p - ANYWHERE[1:], axis=-1) - sums[i]
            return whiten @ np.r_[angles, lengths][there]

        peer = least_squares(
            residuals, [-600.0, 800.0, 400.0], xtol=1e-15, ftol=1e-15, gtol=1e-15, x_scale="jac"
        )
        assert np.allclose(fix.position[i], peer.x, atol=1e-3)
        assert fix.misfit[i] == pytest.approx(2 * peer.cost, abs=1e-6)
        assert np.allclose(fix.covariance[i], np.linalg.inv(peer.jac.T @ peer.jac), rtol=1e-3, atol=1e-3)


def test_a_turned_and_shifted_scene_has_a_turned_and_shifted_answer():
    # About the vertical everything turns, the covariance too; where angles say nothing, any turn will do.
    azimuth, elevation, sums = somewhere(20, seed=35)
    noise = {"sigma_angle": SIGMA_ANGLE, "sigma_path": EACH}
    fix = elliptic.locate(ANYWHERE, azimuth, elevation, sums, **noise)
    turn, shift = Rotation.from_euler("z", 0.7).as_matrix(), np.array([50.0, -20.0, 900.0])
    moved = elliptic.locate(ANYWHERE @ turn.T + shift, azimuth + 0.7, elevation, sums, **noise)
    assert np.allclose(moved.position, fix.position @ turn.T + shift, atol=1e-5)
    assert np.allclose(moved.covariance, turn @ fix.covariance @ turn.T, rtol=1e-6, atol=1e-6)
    surfaces = np.concatenate([ANYWHERE, [[-400.0, 300.0, 700.0], [800.0, 800.0, 400.0]]])
    sums = elliptic.path_sums(surfaces, [-700.0, 900.0, 500.0]) + np.random.default_rng(0).normal(size=5)
    turn = Rotation.from_euler("xyz", [0.4, -0.9, 2.0]).as_matrix()
    found = []
    for frame in (np.eye(3), turn):
        start = elliptic.direction(frame @ [-690.0, 910.0, 510.0], np.zeros(3))
        vague = {"sigma_angle": 1e4, "sigma_path": 1.0}
        found.append(elliptic.locate(surfaces @ frame.T, *start, sums, **vague).position)
    assert np.allclose(found[1], turn @ found[0], atol=1e-3)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("noise", [{"sigma_angle": 0.01, "sigma_path": 1.0}, {"covariance": "full"}])
def test_straight_above_the_first_surface(sign, noise):
    target = np.array([0.0, 0.0, 800.0 * sign])
    sums = elliptic.path_sums(ANYWHERE, target)
    if "covariance" in noise:
        noise = {"covariance": np.diag([1e-4, 1e-4, 1.0, 1.0, 1.0]) + 1e-6}
    elevation = np.array([np.pi / 2 * sign, 0.3])
    sums = np.stack([sums, elliptic.path_sums(ANYWHERE, [500.0, 500.0, 200.0])])
    fixes = [elliptic.locate(ANYWHERE, [azimuth, 0.8], elevation, sums, **noise) for azimuth in (0.3, -2.0)]
    for fix in fixes:
        assert np.allclose(fix.position[0], target, atol=1e-6) and fix.converged[0]
        assert np.all(np.linalg.eigvalsh(fix.covariance[0]) > 0) and np.isfinite(fix.position[1]).all()
    assert np.allclose(fixes[0].covariance[0], fixes[1].covariance[0], rtol=1e-6, atol=1e-9), (
        "azimuth is idle"
    )


@pytest.mark.parametrize("wrong", range(5))
@pytest.mark.parametrize("by", [-300.0, 40.0, 5000.0])
def test_one_wrong_sum_of_five_is_withstood(wrong, by):
    azimuth, elevation, sums = measure(FIELD, 100, seed=36)
    clean = sums.copy()
    sums[..., wrong] = np.maximum(sums[..., wrong] + by, 2 * PAIRS[wrong] + 1)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE, robust=True)
    clean[..., wrong] = np.nan
    without = elliptic.locate(SURFACES, azimuth, elevation, clean, **NOISE)
    same = np.linalg.norm(fix.position - without.position, axis=-1) < 0.1
    # Far from the two surfaces of a short pair another sum may be taken for the wrong one.
    assert same.mean() > 0.97
    assert (fix.dof[same] == 3).all() and fix.converged.mean() > 0.97
    assert (
        f"row (0, 0): path_sums: got {sums[0, 0, wrong].item()!r} for pair {wrong}; left out"
        in fix.remarks[0]
    )
    plain = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    assert not plain.converged.any()


def test_robust_is_the_plain_fit_where_nothing_is_wrong_and_drops_impossible_sums():
    azimuth, elevation, sums = measure(FIELD, 20, seed=37)
    plain = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    robust = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE, robust=True)
    fits = plain.converged
    assert fits.mean() > 0.97 and np.array_equal(robust.position[fits], plain.position[fits])
    sums[3, 2, 1] = 5.0
    robust = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE, robust=True)
    assert robust.remarks[0].startswith(
        "row (3, 2): path_sums: got 5.0 for pair 1; left out: no target has it"
    )
    assert robust.dof[3, 2] == 3 and np.linalg.norm(robust.position[3, 2] - FIELD[2]) < 60


def test_two_sums_that_contradict_each_other_do_not_say_which_is_wrong():
    azimuth, elevation, sums = (values[0, 0] for values in measure(FIELD, 1, seed=38))
    sums[0] += 500
    fix = elliptic.locate(SURFACES[:3], azimuth, elevation, sums[:2], **NOISE, robust=True)
    assert not fix.converged and "left out" not in " ".join(fix.remarks)


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        ({}, "sigma_angle: got None; give sigma_angle and sigma_path, or covariance"),
        ({"sigma_angle": 0.01}, "sigma_path: got None"),
        ({"sigma_angle": 0.01, "covariance": np.eye(5)}, "sigma_angle: got a value beside covariance"),
        ({"covariance": np.eye(4)}, "covariance: got shape (4, 4)"),
        ({"covariance": -np.eye(5)}, "positive definite"),
        ({"covariance": np.ones(5)}, "covariance: got shape (5,)"),
    ],
)
def test_one_description_of_the_noise(noise, words):
    azimuth, elevation, sums = somewhere(3, seed=39)
    for call in (
        lambda: elliptic.locate(ANYWHERE, azimuth, elevation, sums, **noise),
        lambda: elliptic.position_crlb(ANYWHERE, (500.0, 600.0, 70.0), **noise),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        assert words in str(caught.value)


def test_converged_is_false_once_in_a_thousand():
    azimuth, elevation, sums = measure(FIELD, 5000, seed=26)
    fix = elliptic.locate(SURFACES, azimuth, elevation, sums, **NOISE)
    assert binomtest(int(np.sum(~fix.converged)), fix.converged.size, LEVEL).pvalue > 1e-4


@pytest.mark.parametrize("bad", [np.datetime64("2024-01-01"), np.array(["1.0"]), True, [True] * 5, 1j])
@pytest.mark.parametrize("name", ["path_sums", "sigma_path", "azimuth"])
def test_kinds_that_are_no_numbers(name, bad):
    good = {"azimuth": 0.5, "elevation": 0.3, "path_sums": np.full(5, 3000.0), "surfaces": SURFACES}
    good |= {"sigma_angle": 0.01, "sigma_path": 1.0}
    with pytest.raises(ValueError, match=name):
        elliptic.locate(**good | {name: bad})
