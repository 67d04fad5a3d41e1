"""Bad input that is particular to Part I: geometry that has no answer, and what the messages say.

Wrong kinds, shapes and ranges of every argument are fed in ``tests/public``.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import elliptic

LINE, NOISE = elliptic.surfaces_on_line([1200.0, 800.0, 400.0]), {"sigma_angle": 0.01, "sigma_path": 1.0}
TARGET, RECEIVER, PAIRS = (700.0, 1200.0, 1400.0), (200.0, -400.0, -30.0), (1200.0, 800.0, 400.0)
MANY = settings(max_examples=1000, deadline=None)


PERTURBED = {
    "target": TARGET,
    "receiver": RECEIVER,
    "semi_focals": PAIRS,
    "d_azimuth": 0.01,
    "d_elevation": 0.01,
    "method": "mean",
}


@given(st.floats(0, 1e5), st.floats(0, 1e5))
@MANY
def test_a_path_sum_not_above_the_focal_distance(path_sum, semi_focal):
    if path_sum > 2 * semi_focal:
        elliptic.locate_pair(0.1, 0.2, path_sum, semi_focal)
        return
    for function in (
        lambda: elliptic.locate_pair(0.1, 0.2, path_sum, semi_focal),
        lambda: elliptic.eccentricity(path_sum, semi_focal),
    ):
        with pytest.raises(ValueError, match="path_sum: got .*focal distance"):
            function()


@given(st.floats(-20, 20))
@MANY
def test_an_elevation_beyond_the_zenith(elevation):
    if abs(elevation) <= math.pi / 2:
        elliptic.locate_pair(0.1, elevation, 1000.0, 400.0)
    else:
        with pytest.raises(ValueError, match="elevation: got .*90 deg"):
            elliptic.locate_pair(0.1, elevation, 1000.0, 400.0)


@given(st.lists(st.integers(1, 4), max_size=3), st.lists(st.integers(1, 4), max_size=3))
@MANY
def test_mismatched_shapes(one, two):
    try:
        shape = np.broadcast_shapes(tuple(one), tuple(two))
    except ValueError:
        with pytest.raises(ValueError, match="azimuth.*path_sum"):
            elliptic.locate_pair(np.zeros(one), 0.1, np.full(two, 1000.0), 400.0)
        with pytest.raises(ValueError, match="target.*d_azimuth"):
            elliptic.perturbation_mae(
                np.broadcast_to(TARGET, (*one, 3)), RECEIVER, PAIRS, np.zeros(two), 0.0, "mean"
            )
    else:
        assert elliptic.locate_pair(np.zeros(one), 0.1, np.full(two, 1000.0), 400.0).shape == (*shape, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "median"}, "method: got 'median'; it must be one of 'one-pair', 'mean', 'binary'"),
        ({"method": None}, "method"),
        ({"semi_focals": ()}, "zero pairs"),
        ({"semi_focals": np.zeros((4, 0))}, "zero pairs"),
        ({"method": "one-pair"}, "semi_focals: got 3 pairs; method 'one-pair' takes exactly one"),
        ({"semi_focals": (400.0, -1.0)}, "semi_focals: got -1.0; they are lengths"),
        ({"target": (200.0, -400.0, -30.0)}, "target"),
        ({"target": (200.0, -400.0, 90.0)}, "straight above or below"),
        ({"target": (0.0, 0.0, 0.0)}, "line between two surfaces"),
        ({"target": (800.0, 0.0, 0.0)}, "line between two surfaces"),
        ({"target": (300.0, 0.0, 0.0)}, "line between two surfaces"),
        ({"target": (1.0, 2.0)}, "target: got shape (2,)"),
    ],
)
def test_perturbation_mae_says_what_is_wrong(change, words):
    with pytest.raises(ValueError) as caught:
        elliptic.perturbation_mae(**PERTURBED | change)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda: elliptic.direction(RECEIVER, RECEIVER), "coincide"),
        (lambda: elliptic.binary_weights([]), "M >= 1"),
        (lambda: elliptic.position_crlb(LINE[:1], TARGET, **NOISE), "surfaces: got shape (1, 3)"),
        (lambda: elliptic.position_crlb(LINE, TARGET, sigma_angle=0.0, sigma_path=1.0), "sigma_angle"),
        (lambda: elliptic.position_crlb(LINE, TARGET, sigma_angle=0.1, sigma_path=-1.0), "sigma_path"),
        (lambda: elliptic.position_crlb(LINE, (800.0, 0.0, 0.0), **NOISE), "on a surface"),
        (lambda: elliptic.position_crlb(LINE, (0.0, 0.0, 5.0), **NOISE), "straight above"),
        (lambda: elliptic.path_sums([LINE[0], LINE[0]], TARGET), "none may stand where the first does"),
        (lambda: elliptic.pair_positions(LINE, 0.5, 0.1, [2900.0, np.nan, 700.0]), "at index 2"),
        (lambda: elliptic.pair_positions(LINE, 0.5, 0.1, [np.nan] * 3), "at least one of each row"),
    ],
)
def test_the_others_say_what_is_wrong(function, words):
    with pytest.raises(ValueError) as caught:
        function()
    assert words in str(caught.value)
