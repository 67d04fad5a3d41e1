"""Good calls of the elliptic wing: the scene, the signal, the estimators, the bounds."""

import numpy as np
import walk
from walk import (
    azimuth,
    choice,
    complex_array,
    count,
    covariance,
    elevation,
    flag,
    instance,
    number,
    optional,
    points,
    positive,
    real,
    rng,
)

from irsnb import elliptic
from irsnb.elliptic import Association, Detour, Impairment, Radar, Scan, Scene

TARGET, RECEIVER, PAIRS = (500.0, 1000.0, 700.0), (200.0, -400.0, -30.0), (1200.0, 800.0)
SURFACES = ((0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 100.0, 30.0))
RADAR = Radar(subcarriers=8, antennas=2, surface_side=8, second_side=4, beam_side=2)
MIDDLE, SNR = (1.0, 0.5), (50.0, 80.0)
SCENE = Scene(SURFACES, RECEIVER, MIDDLE, RADAR)
SAMPLES = elliptic.receive(SCENE, TARGET, np.random.default_rng(0), snr=SNR)
WEIGHTS = np.ones((2, 2)) / np.sqrt(2)
COMBINED = elliptic.combine(RADAR, SAMPLES, WEIGHTS)
SUMS = elliptic.path_sums(SURFACES, TARGET)
AZIMUTH, ELEVATION = elliptic.direction(TARGET, (0.0, 0.0, 0.0))
TWO_SUMS = np.stack([SUMS, elliptic.path_sums(SURFACES, (700.0, 1200.0, 1400.0))])
COVARIANCE = np.diag([1e-4, 1e-4, 1.0, 4.0]) + 1e-6

ON_A_LINE = [(0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (300.0, 0.0, 0.0), (0.0, 0.0, 5.0)]
DEGENERATE = [RECEIVER, (200.0, -400.0, 90.0), (0.0, 0.0, 0.0), (800.0, 0.0, 0.0), (300.0, 0.0, 0.0)]
BEHIND = [(-500.0, 1000.0, 700.0), (2400.0, 0.0, 0.0)]
SHORT = (2300.0, 700.0)


def pairs(**kwargs):
    return real(PAIRS, low=0, trailing=1, **kwargs)


def surfaces(good=SURFACES, *, lead=False):
    """Surfaces (M + 1, 3); `lead`: a batch of placements is allowed."""
    bad = [good[0], good[:1], (good[0], good[0], good[2])]
    return points(good, bad=bad if lead else [*bad, [good]], trailing=2, lead=lead)


def scene():
    return instance(SCENE, bad=[Scene, RADAR])


def radar():
    return instance(RADAR, bad=[Radar])


def middle():
    degrees = [(60.0, 20.0), (1.0, 20.0), (60.0, 0.5)]
    return real(MIDDLE, lead=False, bad=[0.1, (0.1,), (0.1, 0.2, 0.3), [[0.1, 0.2]], *degrees])


def path_sums(good=SUMS, **kwargs):
    return positive(good, trailing=1, bad=[SHORT, good[:1]], skip={"nan": "means missing"}, **kwargs)


def sigma_angle(**kwargs):
    return positive(0.01, **kwargs)


def sigma_path(**kwargs):
    return positive(1.0, bad=[np.ones(3), (1.0, -1.0), *kwargs.pop("bad", [])], **kwargs)


MEASURED = {
    "surfaces": surfaces(),
    "azimuth": azimuth(AZIMUTH),
    "elevation": elevation(ELEVATION),
    "path_sums": path_sums(),
}
SIGMAS = {"sigma_angle": sigma_angle(), "sigma_path": sigma_path(), "covariance": None}


GOOD = {
    elliptic.Experiment: {
        "target": points(TARGET, lead=False, bad=[[TARGET]]),
        "receiver": points(RECEIVER, lead=False, bad=[[RECEIVER], TARGET]),
        "semi_focals": positive(PAIRS, lead=False, bad=[(), 3.0, [PAIRS]]),
        "one_pair": positive(800.0, array=False, skip={"nan": "shows none"}),
    },
    elliptic.surfaces_on_line: {"semi_focals": positive(PAIRS, lead=False, bad=[(), [PAIRS]])},
    elliptic.path_sums: {"surfaces": surfaces(lead=True), "targets": points(TARGET)},
    elliptic.eccentricity: {
        "path_sum": positive(1800.0, bad=[1600.0, 1400.0]),
        "semi_focal": real(800.0, low=0, high=899.0),
    },
    elliptic.legs: {
        "surfaces": surfaces(lead=True),
        "receiver": points(RECEIVER),
        "targets": points(TARGET),
    },
    elliptic.zones: {
        "surfaces": surfaces(lead=True),
        "receiver": points(RECEIVER),
        "targets": points(TARGET),
        "reach": positive(2000.0),
    },
    elliptic.direction: {
        "target": points(TARGET, bad=[RECEIVER]),
        "receiver": points(RECEIVER, bad=[TARGET]),
    },
    elliptic.paper_direction: {
        "target": points(TARGET, bad=[RECEIVER, (200.0, -400.0, 90.0)]),
        "receiver": points(RECEIVER),
    },
    Radar: {
        "carrier": positive(3.5e9, array=False),
        "bandwidth": positive(1e7, array=False),
        "subcarriers": count(128, low=2),
        "antennas": count(8),
        "surface_side": count(64),
        "second_side": count(16),
        "beam_side": count(5),
        "transmit_power": positive(2e3, array=False),
        "transmit_gain": positive(2e3, array=False),
        "antenna_gain": positive(50.0, array=False),
        "cross_section": positive(10.0, array=False),
        "dwell": positive(20e-3, array=False),
        "noise_factor": positive(2.0, array=False),
    },
    Detour: {
        "excess": number(30.0, low=0),
        "amplitude": number(0.5, low=0),
        "phase": number(0.3),
        "turn": real((0.01, 0.0), lead=False, bad=[0.1, (0.1,), (0.1, 0.2, 0.3), (3.0, 0.0), (0.0, -45.0)]),
    },
    Scene: {
        "surfaces": surfaces(),
        "receiver": points(RECEIVER, lead=False, bad=[[RECEIVER], SURFACES[0], SURFACES[1]]),
        "middle": middle(),
        "radar": radar(),
    },
    elliptic.beam_responses: {
        "radar": radar(),
        "cosines": real((0.3, 0.2), high=1.0, low=-1.0, trailing=1, bad=[0.3, (0.1, 0.2, 0.3)]),
        "middle": real((0.3, 0.1), high=1.0, low=-1.0, trailing=1, bad=[0.3, (0.1, 0.2, 0.3)]),
    },
    elliptic.direction_cosines: {"azimuth": azimuth(0.3), "elevation": elevation(0.2)},
    elliptic.cosines_to_direction: {"cosines": real((0.3, 0.2), trailing=1, bad=[0.3, (0.1, 0.2, 0.3)])},
    elliptic.arrival_sines: {"scene": scene()},
    elliptic.receive_steering: {"radar": radar(), "sine": real(0.3, low=-1.0, high=1.0)},
    elliptic.link_budget: {
        "scene": instance(SCENE, bad=[RADAR, Scene(SURFACES, (-200.0, -400.0, -30.0), MIDDLE, RADAR)]),
        "targets": points(TARGET, bad=BEHIND),
    },
    elliptic.receive: {
        "scene": scene(),
        "targets": points(TARGET, bad=[(0.0, 0.0, 0.0)]),
        "rng": rng(),
        "snr": optional(real(SNR, low=0, trailing=1)),
        "detours": walk.Arg(
            (Detour(30.0, 0.5),),
            bad=[None, 5, "x", (5,), [None], Detour, [Detour], Detour(30.0, 0.5)],
        ),
        "interferers": walk.Arg(
            ((0.3, 2.0),),
            bad=[
                None,
                5,
                "x",
                (0.3, 2.0),
                [(0.3,)],
                [(0.3, -1.0)],
                [(30.0, 1.0)],
                [(0.3, np.nan)],
                [("a", "b")],
            ],
        ),
        "weights": optional(complex_array(WEIGHTS, trailing=2)),
    },
    elliptic.array_weights: {
        "radar": radar(),
        "sine": real(0.3, low=-1.0, high=1.0),
        "covariance": optional(covariance([[2.0, 0.5j], [-0.5j, 1.0]], is_complex=True, lead=False)),
    },
    elliptic.combine: {
        "radar": radar(),
        "samples": complex_array(SAMPLES, trailing=4),
        "weights": complex_array(WEIGHTS, trailing=2),
    },
    elliptic.scan: {
        "scene": scene(),
        "combined": complex_array(COMBINED, trailing=3, bad=[np.zeros_like(COMBINED)]),
    },
    elliptic.locate_pair: {
        "azimuth": azimuth(0.5),
        "elevation": elevation(0.3),
        "path_sum": positive(1800.0, bad=[1600.0, 1400.0]),
        "semi_focal": real(800.0, low=0, high=899.0),
    },
    elliptic.pair_positions: MEASURED,
    elliptic.pair_directions: MEASURED | {"receiver": points(RECEIVER)},
    elliptic.pair_sensitivities: {
        "surfaces": surfaces(),
        "receiver": points(RECEIVER),
        "targets": points(TARGET, bad=[*ON_A_LINE, RECEIVER, (200.0, -400.0, 90.0)]),
    },
    elliptic.binary_weights: {
        "eccentricities": real((0.3, 0.5), low=0, trailing=1, bad=[0.3, (0.3, 1.0), (0.3, 2.0)])
    },
    elliptic.direction_weights: MEASURED
    | {
        "receiver": points(RECEIVER),
        "method": choice("best"),
        "sigma_angle": sigma_angle(),
        "sigma_path": sigma_path(),
    },
    elliptic.perturbation_mae: {
        "target": points(TARGET, bad=DEGENERATE),
        "receiver": points(RECEIVER),
        "semi_focals": pairs(),
        "d_azimuth": azimuth(0.01),
        "d_elevation": elevation(0.01),
        "method": choice("mean", bad=["one-pair", "best"]),
    },
    elliptic.locate: MEASURED | SIGMAS | {"robust": flag(False)},
    elliptic.locate_sums: MEASURED
    | {
        "path_sums": positive(SUMS, trailing=1, bad=[SHORT, SUMS[:1]]),
        "sigma_angle": number(0.01, above=0),
        "sigma_path": positive(1.0, lead=False, bad=[np.ones(3), (1.0, -1.0)]),
        "method": choice("two-step"),
    },
    elliptic.associate: {
        "surfaces": surfaces(),
        "azimuth": azimuth((0.5, 1.1)),
        "elevation": elevation((0.3, 0.5)),
        "path_sums": positive(TWO_SUMS, bad=[TWO_SUMS[:1], TWO_SUMS / 10]),
        "sigma_angle": number(0.01, above=0),
        "sigma_path": positive(1.0, lead=False),
        "covariance": None,
    },
    elliptic.position_crlb: {
        "surfaces": surfaces(lead=True),
        "targets": points(TARGET, bad=ON_A_LINE[:2] + ON_A_LINE[3:]),
    }
    | SIGMAS,
    elliptic.direction_crlb: {
        "surfaces": surfaces(lead=True),
        "receiver": points(RECEIVER, bad=[TARGET]),
        "targets": points(TARGET, bad=[(2400.0, 0.0, 0.0), RECEIVER, (200.0, -400.0, 90.0)]),
    }
    | SIGMAS,
    elliptic.placement_bound: {
        "surfaces": surfaces(),
        "receiver": points(RECEIVER, lead=False, bad=[[RECEIVER]]),
        "targets": points((TARGET, (700.0, 1200.0, 1400.0)), lead=False, trailing=2, bad=[TARGET]),
        "places": points((500.0, 1600.0, 0.0), bad=[(0.0, 0.0, 0.0)]),
        "sigma_angle": number(0.01, above=0),
        "sigma_path": number(1.0, above=0),
        "reference_legs": optional(number(1000.0, above=0)),
    },
    elliptic.mismatched_covariance: {
        "surfaces": surfaces(lead=True),
        "targets": points(TARGET, bad=ON_A_LINE[:2]),
        "covariance": covariance(COVARIANCE),
        "told": covariance(COVARIANCE),
    },
    elliptic.scan_crlb: {
        "scene": scene(),
        "azimuth": azimuth(1.0),
        "elevation": elevation(0.5),
        "snr": positive(SNR, trailing=1),
    },
    elliptic.scan_ziv_zakai: {
        "scene": scene(),
        "azimuth": azimuth(1.0),
        "elevation": elevation(0.5),
        "snr": positive(SNR, trailing=1),
        "window": optional(number(100.0, above=0, high=RADAR.path_window)),
    },
    elliptic.locate_trial: {
        "rng": rng(),
        "draws": count(3),
        "surfaces": surfaces(),
        "receiver": points(RECEIVER, lead=False, bad=[TARGET, [RECEIVER]]),
        "targets": points(TARGET, bad=[(2400.0, 0.0, 0.0), RECEIVER]),
        "sigma_angle": number(0.01, above=0),
        "sigma_path": positive(1.0, lead=False, bad=[np.ones(3)]),
    },
    elliptic.associate_trial: {
        "rng": rng(),
        "draws": count(3),
        "surfaces": surfaces(),
        "box": points([(50.0, 200.0, 200.0), (750.0, 900.0, 900.0)], lead=False, trailing=2, bad=[TARGET]),
        "n_targets": count(2),
        "sigma_angle": number(0.01, above=0),
        "sigma_path": positive(1.0, lead=False, bad=[np.ones(3)]),
        "separation": optional(number(300.0, above=0)),
        "n_ghosts": count(1, low=0),
        "detour": real((20.0, 300.0), lead=False, trailing=1, bad=[(300.0, 20.0), (1.0,)]),
        "cosine_resolution": number(0.01, low=0),
        "path_resolution": number(30.0, low=0),
    },
    elliptic.scan_trial: {
        "rng": rng(),
        "draws": count(2),
        "scene": scene(),
        "targets": points(TARGET, bad=BEHIND),
        "snr_db": optional(number(20.0)),
    },
    Impairment: {
        "detours": walk.Arg((Detour(30.0, 0.5),), bad=[None, 5, "x", (5,), [Detour], Detour(30.0, 0.5)]),
        "interferers": walk.Arg(
            ((0.3, 2.0),), bad=[None, 5, "x", (0.3, 2.0), [(0.3, -1.0)], [(30.0, 1.0)], [(0.3, np.nan)]]
        ),
        "leakage": number(1.0, low=0),
        "path_rate": number(0.1),
        "phase_bits": count(2, low=0),
        "sigma_place": number(1.0, low=0),
        "sigma_tilt": number(0.01, low=0),
        "sigma_clock": number(1.0, low=0),
        "whiten": flag(True),
        "remove_leakage": flag(True),
        "remove_motion": flag(True),
        "tell_errors": flag(True),
    },
    elliptic.impaired_trial: {
        "rng": rng(),
        "draws": count(2),
        "scene": scene(),
        "target": points(TARGET, lead=False, bad=[BEHIND[0], [TARGET]]),
        "impairment": instance(Impairment(leakage=0.1, sigma_place=0.1), bad=[Impairment]),
    },
    elliptic.calibration_covariance: {
        "scene": scene(),
        "target": points(TARGET, lead=False, bad=[(0.0, 0.0, 0.0), [TARGET]]),
        "impairment": instance(Impairment(sigma_tilt=0.1, sigma_place=0.1), bad=[Impairment]),
    },
    elliptic.detour_bias: {
        "scene": scene(),
        "target": points(TARGET, lead=False, bad=[(0.0, 0.0, 0.0), [TARGET]]),
        "detour": instance(Detour(10.0, 0.5), bad=[Detour, 5]),
        "n_phases": count(4),
    },
    elliptic.quantised_responses: {
        "radar": radar(),
        "cosines": real((0.3, 0.2), lead=False, bad=[0.3, (0.1, 0.2, 0.3)]),
        "middle": real((0.3, 0.1), lead=False, bad=[0.3, (0.1, 0.2, 0.3)]),
        "arrival": real((0.3, -0.1), lead=False, bad=[0.3, (0.1, 0.2, 0.3)]),
        "bits": count(2),
        "reference": number(0.3),
    },
}
RESULTS = {Scan: "made by scan", Association: "made by associate"}
