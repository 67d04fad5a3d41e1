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
    instance,
    number,
    optional,
    points,
    positive,
    real,
    rng,
)

from irsnb.elliptic import bounds, estimators, model, waveform

TARGET, RECEIVER, PAIRS = (500.0, 1000.0, 700.0), (200.0, -400.0, -30.0), (1200.0, 800.0)
RADAR = waveform.Radar(subcarriers=8, antennas=2, surface_side=8, second_side=4, beam_side=2)
MIDDLE, SNR = (1.0, 0.5), (50.0, 80.0)
SAMPLES = waveform.receive(
    RADAR, TARGET, (200.0, -400.0, -30.0), PAIRS, MIDDLE, np.random.default_rng(0), SNR
)
WEIGHTS = np.ones((2, 2)) / np.sqrt(2)
COMBINED = waveform.combine(RADAR, SAMPLES, WEIGHTS)
SUMS = model.path_sum(TARGET, PAIRS)
AZIMUTH, ELEVATION = model.direction(TARGET, (0.0, 0.0, 0.0))
TWO_SUMS = np.stack([SUMS, model.path_sum((700.0, 1200.0, 1400.0), PAIRS)])


DEGENERATE = [RECEIVER, (200.0, -400.0, 90.0), (0.0, 0.0, 0.0), (800.0, 0.0, 0.0), (300.0, 0.0, 0.0)]


def pairs(**kwargs):
    return real(PAIRS, low=0, trailing=1, **kwargs)


def middle():
    degrees = [(60.0, 20.0), (1.0, 20.0), (60.0, 0.5)]
    return real(MIDDLE, lead=False, bad=[0.1, (0.1,), (0.1, 0.2, 0.3), [[0.1, 0.2]], *degrees])


def radar():
    return instance(RADAR, bad=[waveform.Radar])


GOOD = {
    model.Experiment: {
        "target": points(TARGET, lead=False, bad=[[TARGET]]),
        "receiver": points(RECEIVER, lead=False, bad=[[RECEIVER], TARGET]),
        "semi_focals": positive(PAIRS, lead=False, bad=[(), 3.0, [PAIRS]]),
        "one_pair": positive(800.0, array=False, skip={"nan": "shows none"}),
    },
    model.second_surface: {"semi_focal": real(800.0, low=0)},
    model.path_sum: {"target": points(TARGET), "semi_focal": real(800.0, low=0)},
    model.eccentricity: {
        "semi_major": positive(900.0, bad=[800.0, 700.0]),
        "semi_focal": real(800.0, low=0, high=899.0),
    },
    model.direction: {"target": points(TARGET, bad=[RECEIVER]), "receiver": points(RECEIVER, bad=[TARGET])},
    model.paper_direction: {
        "target": points(TARGET, bad=[RECEIVER, (200.0, -400.0, 90.0)]),
        "receiver": points(RECEIVER),
    },
    waveform.Radar: {
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
    waveform.Detour: {
        "excess": number(30.0, low=0),
        "amplitude": number(0.5, low=0),
        "phase": number(0.3),
        "turn": real((0.01, 0.0), lead=False, bad=[0.1, (0.1,), (0.1, 0.2, 0.3), (3.0, 0.0), (0.0, -45.0)]),
    },
    waveform.beam_responses: {
        "radar": radar(),
        "cosines": real((0.3, 0.2), high=1.0, low=-1.0, trailing=1, bad=[0.3, (0.1, 0.2, 0.3)]),
        "middle": real((0.3, 0.1), high=1.0, low=-1.0, trailing=1, bad=[0.3, (0.1, 0.2, 0.3)]),
    },
    waveform.direction_cosines: {"azimuth": azimuth(0.3), "elevation": elevation(0.2)},
    waveform.cosines_to_direction: {"cosines": real((0.3, 0.2), trailing=1, bad=[0.3, (0.1, 0.2, 0.3)])},
    waveform.arrival_sines: {
        "receiver": points(RECEIVER, bad=[(2400.0, 0.0, 0.0)]),
        "semi_focals": pairs(),
    },
    waveform.receive_steering: {"radar": radar(), "sine": real(0.3, low=-1.0, high=1.0)},
    waveform.link_budget: {
        "radar": radar(),
        "target": points(TARGET, bad=[(-500.0, 1000.0, 700.0), (2400.0, 0.0, 0.0)]),
        "receiver": points(RECEIVER, bad=[(-500.0, 1000.0, 700.0), (2400.0, 0.0, 0.0)]),
        "semi_focals": pairs(),
    },
    waveform.receive: {
        "radar": radar(),
        "target": points(TARGET, bad=[(0.0, 0.0, 0.0)]),
        "receiver": points(RECEIVER, bad=[(2400.0, 0.0, 0.0)]),
        "semi_focals": pairs(),
        "middle": middle(),
        "rng": rng(),
        "snr": optional(real(SNR, low=0, trailing=1)),
        "detours": walk.Arg(
            (waveform.Detour(30.0, 0.5),),
            bad=[None, 5, "x", (5,), [None], waveform.Detour, [waveform.Detour], waveform.Detour(30.0, 0.5)],
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
    waveform.array_weights: {
        "radar": radar(),
        "sine": real(0.3, low=-1.0, high=1.0),
        "covariance": optional(covariance([[2.0, 0.5j], [-0.5j, 1.0]], is_complex=True, lead=False)),
    },
    waveform.combine: {
        "radar": radar(),
        "samples": complex_array(SAMPLES, trailing=4),
        "weights": complex_array(WEIGHTS, trailing=2),
    },
    waveform.scan: {
        "radar": radar(),
        "combined": complex_array(COMBINED, trailing=3, bad=[np.zeros_like(COMBINED)]),
        "semi_focals": real(PAIRS, low=0, lead=False, bad=[(), [PAIRS]]),
        "middle": middle(),
    },
    estimators.locate: {
        "azimuth": azimuth(0.5),
        "elevation": elevation(0.3),
        "semi_major": positive(900.0, bad=[800.0, 700.0]),
        "semi_focal": real(800.0, low=0, high=899.0),
    },
    estimators.binary_weights: {
        "eccentricities": real((0.3, 0.5), low=0, trailing=1, bad=[0.3, (0.3, 1.0), (0.3, 2.0)])
    },
    estimators.perturbation_mae: {
        "target": points(TARGET, bad=DEGENERATE),
        "receiver": points(RECEIVER),
        "semi_focals": pairs(),
        "d_azimuth": azimuth(0.01),
        "d_elevation": elevation(0.01),
        "method": choice("mean", bad=["one-pair"]),
    },
    estimators.pair_sensitivities: {
        "target": points(TARGET, bad=DEGENERATE),
        "receiver": points(RECEIVER),
        "semi_focals": pairs(),
    },
    estimators.minimum_variance_weights: {
        "target": points(TARGET, bad=DEGENERATE),
        "receiver": points(RECEIVER),
        "semi_focals": pairs(bad=[400.0, (400.0, 400.0)]),
    },
    estimators.fuse: {
        "azimuth": azimuth(AZIMUTH),
        "elevation": elevation(ELEVATION),
        "path_sums": positive(SUMS, trailing=1, bad=[(2900.0, 700.0)], skip={"nan": "means missing"}),
        "semi_focals": pairs(),
        "sigma_angle": positive(0.01),
        "sigma_path": positive(1.0, bad=[np.ones(3), (1.0, -1.0)]),
    },
    estimators.associate: {
        "azimuth": azimuth((0.5, 1.1)),
        "elevation": elevation((0.3, 0.5)),
        "path_sums": positive(TWO_SUMS, bad=[TWO_SUMS[:1], TWO_SUMS / 10]),
        "semi_focals": pairs(),
        "sigma_angle": positive(0.01),
        "sigma_path": positive(1.0),
    },
    bounds.position_crlb: {
        "target": points(
            TARGET, bad=[(2400.0, 0.0, 0.0), (0.0, 0.0, 5.0), (0.0, 0.0, 0.0), (300.0, 0.0, 0.0)]
        ),
        "semi_focals": pairs(),
        "sigma_angle": positive(0.01),
        "sigma_path": positive(1.0),
    },
    bounds.direction_crlb: {
        "target": points(TARGET, bad=[(2400.0, 0.0, 0.0), RECEIVER, (200.0, -400.0, 90.0)]),
        "receiver": points(RECEIVER, bad=[TARGET]),
        "semi_focals": pairs(),
        "sigma_angle": positive(0.01),
        "sigma_path": positive(1.0),
    },
    bounds.scan_crlb: {
        "radar": radar(),
        "azimuth": azimuth(1.0),
        "elevation": elevation(0.5),
        "middle": middle(),
        "snr": positive(SNR, trailing=1),
    },
}
RESULTS = {waveform.Scan: "made by scan", estimators.Association: "made by associate"}
