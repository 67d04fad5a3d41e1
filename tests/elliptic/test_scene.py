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
    e = elliptic.eccentricity(elliptic.path_sums(x.surfaces, x.target), x.semi_focals)
    assert np.all(np.diff(e) > 0)
    assert math.floor(e[0] * 100) / 100 == 0.21 and math.ceil(e[-1] * 100) / 100 == 0.84


def test_path_sums_are_two_distances():
    target, surfaces = (3.0, -4.0, 12.0), [(0.0, 0.0, 0.0), (16.0, 0.0, 0.0), (1.0, 2.0, -5.0)]
    expected = [13 + math.dist(target, surface) for surface in surfaces[1:]]
    assert elliptic.path_sums(surfaces, target) == pytest.approx(expected)
    placements = np.broadcast_to(surfaces, (4, 3, 3))
    assert elliptic.path_sums(placements, np.ones((5, 1, 3))).shape == (5, 4, 2)
    assert np.allclose(elliptic.surfaces_on_line([1.0, 2.0]), [[0, 0, 0], [2, 0, 0], [4, 0, 0]])


def test_zones_end_at_the_surfaces_and_at_an_oval_of_cassini():
    surfaces, receiver = elliptic.surfaces_on_line([200.0, 600.0]) + [10.0, 20.0, 30.0], np.zeros(3)
    targets = surfaces[0] + np.array([[-1.0, 300, 0], [399, 300, 0], [401, 300, 0], [1201, 300, 0]])
    seen = elliptic.zones(surfaces, receiver, targets, reach=1e6)
    assert seen.tolist() == [[False, False], [True, True], [False, True], [False, False]]
    product = (
        math.dist(targets[1], surfaces[0]) * math.dist(targets[1], surfaces[2]) * math.hypot(1210, 20, 30)
    )
    assert elliptic.legs(surfaces, receiver, targets[1])[1] == pytest.approx(product ** (1 / 3))
    for reach, expected in ((product ** (1 / 3) * 1.001, True), (product ** (1 / 3) * 0.999, False)):
        assert elliptic.zones(surfaces, receiver, targets[1], reach=reach)[1] == expected


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
