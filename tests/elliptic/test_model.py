"""The scene of Duan et al. (2025): what the paper prints, and the definitions."""

import math

import numpy as np
import pytest

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS

PRINTED = {  # section 5.2: angles at the receiver, angles at the first surface [deg]
    1: ((500, 1000, 1500), (77.91, 46.90), (63.43, 53.30)),
    2: ((380, 540, 230), (79.16, 15.20), (54.87, 19.20)),
    3: ((700, 1200, 1400), (72.65, 40.47), (59.74, 45.22)),
    4: ((400, 1200, 300), (82.88, 11.57), (71.57, 13.34)),
}


@pytest.mark.parametrize("number", PRINTED)
def test_printed_true_angles(number):
    target, at_receiver, at_surface = PRINTED[number]
    x = EXPERIMENTS[number]
    assert x.target == target and x.receiver == (200, -400, -30)
    # 82.88 of Experiment 4 is 82.87498 rounded twice: hence 0.0051 instead of 0.005
    assert np.allclose(np.rad2deg(elliptic.direction(x.target, x.receiver)), at_receiver, atol=0.0051)
    assert np.allclose(np.rad2deg(elliptic.paper_direction(x.target, x.receiver)), at_receiver, atol=0.0051)
    assert np.allclose(np.rad2deg(elliptic.direction(x.target, (0, 0, 0))), at_surface, atol=0.005)


def test_printed_pairs():
    assert EXPERIMENTS[1].semi_focals == tuple(range(400, 4001, 100))
    assert EXPERIMENTS[2].semi_focals == (2200, 2000, 1800, 1600, 1400, 1200, 1000, 800, 600, 400)
    assert EXPERIMENTS[3].semi_focals == EXPERIMENTS[4].semi_focals == (1200, 1000, 800, 600, 400)
    assert EXPERIMENTS[3].one_pair == 800


def test_printed_eccentricities():
    x = EXPERIMENTS[1]
    e = elliptic.eccentricity(elliptic.path_sum(x.target, x.semi_focals) / 2, x.semi_focals)
    assert np.all(np.diff(e) > 0)
    assert math.floor(e[0] * 100) / 100 == 0.21 and math.ceil(e[-1] * 100) / 100 == 0.84


def test_path_sum_is_two_distances():
    target = (3.0, -4.0, 12.0)
    assert elliptic.path_sum(target, 8.0) == pytest.approx(13 + math.dist(target, (16, 0, 0)))
    assert elliptic.path_sum(np.ones((5, 1, 3)), np.ones(4)).shape == (5, 4)
    assert np.allclose(elliptic.second_surface([1.0, 2.0]), [[2, 0, 0], [4, 0, 0]])


def test_direction_is_signed_and_the_paper_form_is_not():
    target, receiver = (100.0, -900.0, -80.0), (200.0, -400.0, -30.0)
    azimuth, elevation = elliptic.direction(target, receiver)
    assert azimuth == pytest.approx(math.atan2(-500, -100)) and elevation < 0
    folded = elliptic.paper_direction(target, receiver)
    assert folded[0] == pytest.approx(-azimuth) and folded[1] == pytest.approx(-elevation)


def test_paper_direction_near_the_vertical():
    # Eqs. (17)-(18) have an azimuth wherever the level distance is above 0, here 0.5 m.
    azimuth, elevation = elliptic.paper_direction((0.3, -0.4, 12.0), (0.0, 0.0, 0.0))
    assert azimuth == pytest.approx(math.acos(0.6)) and elevation == pytest.approx(math.atan2(12, 0.5))


def test_direction_straight_up():
    assert elliptic.direction((1.0, 2.0, 9.0), (1.0, 2.0, 3.0)) == (0, pytest.approx(math.pi / 2))
