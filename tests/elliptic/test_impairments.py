"""What spoils a scan: each cause against an independent derivation, each cure back on the bound."""

import numpy as np
import pytest

from irsnb import elliptic
from irsnb.elliptic import (
    EXPERIMENTS,
    Detour,
    Impairment,
    Radar,
    Scene,
    calibration_covariance,
    impaired_trial,
)

X = EXPERIMENTS[3]
TARGET, RECEIVER = np.array(X.target), np.array(X.receiver)
AZIMUTH, ELEVATION = elliptic.direction(X.target, (0, 0, 0))
MIDDLE = (AZIMUTH + 0.02, ELEVATION - 0.02)
SMALL = Radar(bandwidth=4e6, subcarriers=64, surface_side=16, beam_side=3, transmit_power=2e7)
SCENE = Scene(X.surfaces, X.receiver, MIDDLE, SMALL)


def drawn(impairment, draws=300, scene=SCENE, seed=1):
    rng = np.random.default_rng(seed)
    return impaired_trial(rng, draws, scene=scene, target=TARGET, impairment=impairment)


def over_bound(found):
    """Of the scans that give a position."""
    squares = np.nanmean(np.sum(found["position"] ** 2, -1))
    return np.sqrt(squares / np.sum(found["position_bound"][0] ** 2))


def test_where_nothing_goes_wrong_the_error_is_the_bound_and_the_ellipsoid_holds():
    found = drawn(Impairment(), 1200)
    assert abs(over_bound(found) - 1) < 0.06
    assert 0.92 < found["inside"].mean() < 0.97 and found["accepted"].mean() > 0.99


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"interferers": ((-0.4, 1e3),)}, {"whiten": True}),
        ({"leakage": 10.0}, {"remove_leakage": True}),
        ({"path_rate": 0.3}, {"remove_motion": True}),
    ],
)
def test_what_is_fatal_is_rejected_and_cured(wrong, cure):
    spoiled, cured = drawn(Impairment(**wrong)), drawn(Impairment(**wrong, **cure))
    assert over_bound(spoiled) > 3 and spoiled["inside"].mean() < 0.5
    assert spoiled["accepted"].mean() < 0.5
    assert over_bound(cured) < 1.2 and cured["accepted"].mean() > 0.97


def test_the_error_of_a_known_shift_is_that_shift():
    # A clock that is late by s lengthens all sums by s and turns no angle: (7) with d + s.
    found = drawn(Impairment(sigma_clock=100.0))
    shift = found["path_sums"].mean(axis=-1)
    assert abs(np.std(shift) / 100 - 1) < 0.1
    assert np.ptp(found["path_sums"], axis=-1).max() < 20
    assert np.std(found["angles"][:, 0]) < 1.3 * np.std(drawn(Impairment())["angles"][:, 0])


def test_detours_act_as_in_receive():
    # Noise-free and with one phase for all: the same samples as those of `receive`.
    ways = (Detour(20.0, 0.5, turn=(0.01, -0.02)), Detour(40.0, 0.2))
    from irsnb.elliptic.impairments import _signal

    class FixedPhases:
        def random(self, shape):
            return np.zeros(shape)

    excess = elliptic.path_sums(X.surfaces, TARGET) - SCENE.focal_distances
    cosines = elliptic.direction_cosines(AZIMUTH, ELEVATION)
    ours = _signal(FixedPhases(), SCENE, cosines[None], excess[None], Impairment(detours=ways))[0]
    rng = np.random.default_rng(0)
    theirs = elliptic.receive(SCENE, TARGET, rng, snr=np.full(5, 1e16), detours=ways, weights=np.eye(8)[0])
    ratio = theirs / ours
    assert np.allclose(ratio, ratio[:, :1, :1], rtol=1e-4)


def test_bias_of_a_detour_is_that_of_scans_without_noise():
    pair = Scene(X.surfaces[[0, 3]], X.receiver, MIDDLE)
    way = Detour(12.0, 0.4, turn=(0.01, -0.01))
    bias = elliptic.detour_bias(pair, TARGET, way, n_phases=5)
    rng, off = np.random.default_rng(0), []
    for phase in 2 * np.pi * np.arange(5) / 5:
        turned = Detour(12.0, 0.4, phase, (0.01, -0.01))
        weights = elliptic.array_weights(pair.radar, elliptic.arrival_sines(pair))[0]
        samples = elliptic.receive(pair, TARGET, rng, snr=[1e14], detours=[turned], weights=weights)
        found = elliptic.scan(pair, samples)
        sums = found.path_sums - elliptic.path_sums(pair.surfaces, TARGET)
        off.append([found.azimuth - AZIMUTH, found.elevation - ELEVATION, *sums])
    assert np.allclose(bias, np.sqrt(np.mean(np.square(off), axis=0)), rtol=1e-3)
    assert (bias > 0).all()


def test_many_bits_are_any_phase_and_one_bit_loses_two_over_pi():
    arrival = elliptic.direction_cosines(*elliptic.direction(RECEIVER, (0, 0, 0)))
    radar, sector = Radar(), elliptic.direction_cosines(*MIDDLE)
    cosines = sector + radar.beam_offsets[12]  # in the middle of the middle beam
    exact, _ = elliptic.beam_responses(radar, cosines, sector)
    fine = elliptic.quantised_responses(radar, cosines, sector, arrival, bits=12)
    assert np.allclose(fine, exact, atol=2e-3) and np.isclose(exact[12], 1)
    for bits, kept in ((1, 2 / np.pi), (2, np.sin(np.pi / 4) / (np.pi / 4))):
        coarse = elliptic.quantised_responses(radar, cosines, sector, arrival, bits=bits, reference=0.3)
        assert np.isclose(abs(coarse[12]), kept, rtol=0.02), "sinc of the step: the mean of a rounded phase"


def test_calibration_covariance_is_that_of_derivatives_by_hand():
    place = calibration_covariance(SCENE, TARGET, Impairment(sigma_place=1.0))
    # (7): a surface's own coordinates lengthen its two legs; the first surface's are in every sum. The known
    # legs from the radar are wrong by their part alone, so only the legs to the target are left.
    unit = lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True)  # noqa: E731
    others = unit(X.surfaces[1:] - TARGET) + unit(X.surfaces[1:] - RECEIVER)
    first = unit(X.surfaces[0] - TARGET) + unit(X.surfaces[0] - RECEIVER)
    sums = first @ first + np.diag(np.sum(others**2, axis=-1))
    assert np.allclose(place[2:, 2:], sums, rtol=1e-4)
    # A mirror that turns by a small w moves u_target + u_radar by -w x (u_target + u_radar).
    tilt = calibration_covariance(SCENE, TARGET, Impairment(sigma_tilt=1e-3))
    both = unit(TARGET) + unit(RECEIVER)
    moved = -np.cross(np.eye(3), both)[:, 1:]
    y, z = elliptic.direction_cosines(AZIMUTH, ELEVATION)
    x = np.sqrt(1 - y**2 - z**2)
    by_cosines = np.array([[1 / x, y * z / (x * (x**2 + y**2))], [0, 1 / np.sqrt(1 - z**2)]])
    by_tilt = moved @ by_cosines.T
    assert np.allclose(tilt[:2, :2], 1e-6 * by_tilt.T @ by_tilt, rtol=1e-4)
    assert np.allclose(tilt[2:], 0) and np.allclose(tilt[:, 2:], 0)


@pytest.mark.parametrize("wrong", [{"sigma_place": 3.0}, {"sigma_tilt": 0.005}, {"sigma_clock": 10.0}])
def test_drawn_errors_have_the_first_order_covariance_and_a_told_fit_covers_them(wrong):
    told, untold = Impairment(**wrong, tell_errors=True), Impairment(**wrong)
    found = drawn(told, 600)
    noise = np.cov(np.column_stack([drawn(Impairment(), 600)[name] for name in ("angles", "path_sums")]).T)
    together = np.cov(np.column_stack([found["angles"], found["path_sums"]]).T)
    expected = noise + calibration_covariance(SCENE, TARGET, told)
    scale = np.sqrt(np.diag(expected))
    assert np.allclose(together / np.outer(scale, scale), expected / np.outer(scale, scale), atol=0.25)
    assert 0.92 < found["inside"].mean() < 0.98
    untold_found = drawn(untold, 600)
    assert untold_found["inside"].mean() < 0.85
    assert over_bound(found) <= over_bound(untold_found)


def test_bad_input_is_named():
    for name, value in (("sigma_place", -1.0), ("phase_bits", 17), ("leakage", np.nan), ("detours", (3,))):
        with pytest.raises(ValueError, match=name):
            Impairment(**{name: value})
    with pytest.raises(ValueError, match="target"):
        impaired_trial(np.random.default_rng(0), 2, scene=SCENE, target=(-5.0, 1, 1), impairment=Impairment())
