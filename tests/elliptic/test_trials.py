"""Trials under the sweep: errors against bounds."""

import numpy as np

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS, METHODS, Radar, Scene
from irsnb.montecarlo import sweep

X = EXPERIMENTS[3]


def trial(rng, draws, sigma_path):
    setting = {"surfaces": X.surfaces, "receiver": X.receiver, "targets": X.target}
    return elliptic.locate_trial(rng, draws, **setting, sigma_angle=0.004, sigma_path=sigma_path)


def test_the_joint_fit_and_the_best_weights_stand_at_the_bound_in_a_sweep():
    drawn = sweep(trial, {"sigma_path": [0.1, 3.0]}, draws=3000, seed=1)
    for name, bound in (
        ("locate", "direction_bound"),
        ("best", "direction_bound"),
        ("position", "position_bound"),
    ):
        relative = np.sqrt(np.mean((drawn[name].values / drawn[bound].values) ** 2))
        assert abs(relative - 1) < 0.03, name
    assert drawn["converged"].values.mean() > 0.99
    assert np.mean(drawn["mean"].values ** 2) > np.mean(drawn["best"].values ** 2)


def test_several_targets_at_once():
    targets = np.array([X.target, EXPERIMENTS[4].target])
    setting = {"surfaces": X.surfaces, "receiver": X.receiver, "sigma_angle": 0.001, "sigma_path": 1.0}
    drawn = elliptic.locate_trial(np.random.default_rng(0), 2000, targets=targets, **setting)
    assert {name: drawn[name].shape for name in METHODS} == dict.fromkeys(METHODS, (2000, 2, 2))
    ratio = np.sqrt(np.mean((drawn["locate"] / drawn["direction_bound"]) ** 2, axis=0))
    assert np.allclose(ratio, 1, atol=0.06)


def test_the_chain_told_each_scans_covariance_stands_at_its_bound():
    radar = Radar(bandwidth=2.5e6, subcarriers=32, antennas=4, surface_side=16, beam_side=3)
    middle = np.add(elliptic.direction(X.target, (0, 0, 0)), [0.02, -0.02])
    scene = Scene(X.surfaces, X.receiver, middle, radar)
    drawn = elliptic.scan_trial(np.random.default_rng(3), 2000, scene=scene, targets=X.target, snr_db=5.0)
    for name in ("angles", "path_sums", "direction"):
        ratio = np.sqrt(np.mean((drawn[name] / drawn[f"{name}_bound"]) ** 2, axis=0))
        assert np.allclose(ratio, 1, atol=0.07), name
    assert drawn["scanned"].mean() > 0.99 and drawn["converged"].mean() > 0.99
    astray = elliptic.scan_trial(np.random.default_rng(3), 300, scene=scene, targets=X.target, snr_db=-25.0)
    assert astray["scanned"].mean() < 0.7
