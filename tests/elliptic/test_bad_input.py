"""Bad input to every public function of Part I: a ValueError that names the argument, thousands of times."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import elliptic

TARGET, RECEIVER, PAIRS = (700.0, 1200.0, 1400.0), (200.0, -400.0, -30.0), (1200.0, 800.0, 400.0)
BAD = st.sampled_from([math.nan, math.inf, -math.inf, "x", None, 1j, [1.0, [2.0]]])
MANY = settings(max_examples=1000, deadline=None)


def arguments_of(name):
    return {
        "locate": {"azimuth": 0.5, "elevation": 0.3, "semi_major": 600.0, "semi_focal": 400.0},
        "direction": {"target": TARGET, "receiver": RECEIVER},
        "paper_direction": {"target": TARGET, "receiver": RECEIVER},
        "path_sum": {"target": TARGET, "semi_focal": 400.0},
        "second_surface": {"semi_focal": 400.0},
        "eccentricity": {"semi_major": 600.0, "semi_focal": 400.0},
        "binary_weights": {"eccentricities": (0.3, 0.5)},
        "perturbation_mae": {
            "target": TARGET,
            "receiver": RECEIVER,
            "semi_focals": PAIRS,
            "d_azimuth": 0.01,
            "d_elevation": 0.01,
        },
        "pair_sensitivities": {"target": TARGET, "receiver": RECEIVER, "semi_focals": PAIRS},
        "minimum_variance_weights": {"target": TARGET, "receiver": RECEIVER, "semi_focals": PAIRS},
        "position_crlb": {"target": TARGET, "semi_focals": PAIRS, "sigma_angle": 0.01, "sigma_path": 1.0},
        "associate": {
            "azimuth": (0.5, 0.6),
            "elevation": (0.3, 0.2),
            "path_sums": ((2900.0, 2100.0, 1500.0), (3000.0, 2200.0, 1600.0)),
            "semi_focals": PAIRS,
            "sigma_angle": 0.01,
            "sigma_path": 1.0,
        },
        "fuse": {
            "azimuth": 0.5,
            "elevation": 0.3,
            "path_sums": (2900.0, 2100.0, 1500.0),
            "semi_focals": PAIRS,
            "sigma_angle": 0.01,
            "sigma_path": 1.0,
        },
        "direction_crlb": {
            "target": TARGET,
            "receiver": RECEIVER,
            "semi_focals": PAIRS,
            "sigma_angle": 0.01,
            "sigma_path": 1.0,
        },
    }[name]


def call(name, arguments):
    extra = {"method": "mean"} if name == "perturbation_mae" else {}
    return getattr(elliptic, name)(**arguments, **extra)


# The waveform takes a radar and complex samples: its bad inputs stand in test_waveform.py.
ELSEWHERE = {
    name
    for name in elliptic.__all__
    if getattr(getattr(elliptic, name), "__module__", "").endswith("waveform")
}
FUNCTIONS = sorted(
    set(elliptic.__all__) - ELSEWHERE - {"Association", "EXPERIMENTS", "Experiment", "scan_crlb"}
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_good_input_passes(name):
    call(name, arguments_of(name))


@given(st.data())
@settings(max_examples=3000, deadline=None)
def test_one_bad_value_anywhere_is_named(data):
    name = data.draw(st.sampled_from(FUNCTIONS))
    arguments = arguments_of(name)
    victim = data.draw(st.sampled_from(sorted(arguments)))
    bad = data.draw(BAD)
    if (name, victim) == ("fuse", "path_sums") and isinstance(bad, float) and math.isnan(bad):
        bad = math.inf  # NaN means that a path sum is missing
    value = arguments[victim]
    if isinstance(value, tuple):
        place = data.draw(st.integers(0, len(value) - 1))
        arguments[victim] = [bad if i == place else v for i, v in enumerate(value)]
    else:
        arguments[victim] = bad
    with pytest.raises(ValueError) as caught:
        call(name, arguments)
    assert victim in str(caught.value)


@given(st.floats(0, 1e5), st.floats(0, 1e5))
@MANY
def test_a_path_sum_not_above_the_focal_distance(semi_major, semi_focal):
    if semi_major > semi_focal:
        elliptic.locate(0.1, 0.2, semi_major, semi_focal)
        return
    for function in (
        lambda: elliptic.locate(0.1, 0.2, semi_major, semi_focal),
        lambda: elliptic.eccentricity(semi_major, semi_focal),
    ):
        with pytest.raises(ValueError, match="semi_major: got .*focal distance"):
            function()


@given(st.floats(-20, 20))
@MANY
def test_an_elevation_beyond_the_zenith(elevation):
    if abs(elevation) <= math.pi / 2:
        elliptic.locate(0.1, elevation, 500.0, 400.0)
    else:
        with pytest.raises(ValueError, match="elevation: got .*90 deg"):
            elliptic.locate(0.1, elevation, 500.0, 400.0)


@given(st.lists(st.integers(1, 4), max_size=3), st.lists(st.integers(1, 4), max_size=3))
@MANY
def test_mismatched_shapes(one, two):
    try:
        shape = np.broadcast_shapes(tuple(one), tuple(two))
    except ValueError:
        with pytest.raises(ValueError, match="azimuth.*semi_major"):
            elliptic.locate(np.zeros(one), 0.1, np.full(two, 500.0), 400.0)
        with pytest.raises(ValueError, match="target.*d_azimuth"):
            elliptic.perturbation_mae(
                np.broadcast_to(TARGET, (*one, 3)), RECEIVER, PAIRS, np.zeros(two), 0.0, "mean"
            )
    else:
        assert elliptic.locate(np.zeros(one), 0.1, np.full(two, 500.0), 400.0).shape == (*shape, 3)


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
    arguments = arguments_of("perturbation_mae") | {"method": "mean"} | change
    with pytest.raises(ValueError) as caught:
        elliptic.perturbation_mae(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda: elliptic.direction(RECEIVER, RECEIVER), "coincide"),
        (lambda: elliptic.binary_weights([]), "M >= 1"),
        (lambda: elliptic.minimum_variance_weights(TARGET, RECEIVER, (400.0, 400.0)), "differ"),
        (lambda: elliptic.minimum_variance_weights(TARGET, RECEIVER, 400.0), "differ"),
        (lambda: elliptic.position_crlb(TARGET, (), 0.01, 1.0), "zero pairs"),
        (lambda: elliptic.position_crlb(TARGET, PAIRS, 0.0, 1.0), "sigma_angle"),
        (lambda: elliptic.position_crlb(TARGET, PAIRS, 0.01, -1.0), "sigma_path"),
        (lambda: elliptic.position_crlb((800.0, 0.0, 0.0), PAIRS, 0.01, 1.0), "second surface"),
        (lambda: elliptic.position_crlb((0.0, 0.0, 5.0), PAIRS, 0.01, 1.0), "straight above"),
    ],
)
def test_the_others_say_what_is_wrong(function, words):
    with pytest.raises(ValueError) as caught:
        function()
    assert words in str(caught.value)
