"""The classical closed forms of elliptic localization, against exact data, the bound and the joint fit."""

import numpy as np
import pytest

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

OTHERS = [[900, 50, 300], [-300, 800, 20], [700, 700, 150], [-500, -400, 400], [100, -900, 250.0]]
SURFACES = np.array([[0, 0, 0], *OTHERS])
TARGET = np.array([400.0, 600.0, 900.0])


@pytest.mark.parametrize("method", ["spherical-interpolation", "two-step"])
def test_exact_sums_give_the_target_back(method):
    sums = elliptic.path_sums(SURFACES, TARGET)
    assert np.allclose(elliptic.locate_sums(SURFACES, sums, method=method), TARGET, atol=1e-5)
    x = EXPERIMENTS[3]
    azimuth, elevation = elliptic.direction(x.target, (0, 0, 0))
    sums = elliptic.path_sums(x.surfaces, x.target)
    angles = {"azimuth": azimuth, "elevation": elevation, "sigma_angle": 0.01}
    assert np.allclose(elliptic.locate_sums(x.surfaces, sums, **angles, method=method), x.target, atol=1e-5)


def test_two_steps_reach_the_bound_of_sums_alone_and_one_step_does_not():
    rng, draws = np.random.default_rng(1), 4000
    each = np.array([0.2, 0.5, 1.0, 0.3, 0.7])
    sums = elliptic.path_sums(SURFACES, TARGET) + each * rng.standard_normal((draws, 5))
    offsets = (TARGET - SURFACES) / np.linalg.norm(TARGET - SURFACES, axis=-1, keepdims=True)
    jacobian = (offsets[:1] + offsets[1:]) / each[:, None]
    bound = np.sqrt(np.trace(np.linalg.inv(jacobian.T @ jacobian)))
    ratio = {}
    for method in ("spherical-interpolation", "two-step"):
        found = elliptic.locate_sums(SURFACES, sums, sigma_path=each, method=method)
        ratio[method] = np.sqrt(np.mean(np.sum((found - TARGET) ** 2, axis=-1))) / bound
    assert abs(ratio["two-step"] - 1) < 0.04
    assert ratio["spherical-interpolation"] > 1.2


def test_with_angles_the_two_steps_stand_where_the_joint_fit_does():
    x, rng, draws = EXPERIMENTS[3], np.random.default_rng(2), 4000
    noise = {"sigma_angle": np.deg2rad(0.2), "sigma_path": 1.0}
    azimuth, elevation = elliptic.direction(x.target, (0, 0, 0))
    azimuth = azimuth + noise["sigma_angle"] * rng.standard_normal(draws)
    elevation = elevation + noise["sigma_angle"] * rng.standard_normal(draws)
    sums = elliptic.path_sums(x.surfaces, x.target) + rng.standard_normal((draws, 5))
    bound = np.sqrt(np.trace(elliptic.position_crlb(x.surfaces, x.target, **noise)))
    found = elliptic.locate_sums(x.surfaces, sums, azimuth=azimuth, elevation=elevation, **noise)
    assert np.sqrt(np.mean(np.sum((found - x.target) ** 2, axis=-1))) / bound < 1.05


def test_surfaces_on_a_line_leave_the_position_open_without_angles():
    x = EXPERIMENTS[3]
    with pytest.raises(ValueError, match="surfaces: got .* leave the position open"):
        elliptic.locate_sums(x.surfaces, elliptic.path_sums(x.surfaces, x.target))
    with pytest.raises(ValueError, match="surfaces: got 3 pairs; four equations"):
        elliptic.locate_sums(SURFACES[:4], elliptic.path_sums(SURFACES[:4], TARGET))
    with pytest.raises(ValueError, match="elevation: got None"):
        elliptic.locate_sums(SURFACES, elliptic.path_sums(SURFACES, TARGET), azimuth=0.1, sigma_angle=0.1)
