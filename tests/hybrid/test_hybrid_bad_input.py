"""Bad input to the functions of Part III: a ValueError that names the argument, many times."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb import hybrid
from irsnb.arrays import PlanarArray

ARRAY = PlanarArray(4, 4, 0.043, 0.0857)
USERS = ((0.1, -0.2, 7.0), (0.6, -0.4, 9.0))
GRID = np.linspace(-1, 1, 5)
EYE = np.eye(16)
STEERED = ARRAY.steering_vector(*np.transpose(USERS))
HEARD = EYE + STEERED.T @ STEERED.conj()
BAD = st.sampled_from([math.nan, math.inf, -math.inf, "x", None, [1.0, [2.0]]])
MANY = settings(max_examples=300, deadline=None)

GOOD = {
    "smoothed_covariance": {"snapshots": np.ones((16, 3)), "shape": (4, 4), "subarray": (3, 3)},
    "smooth": {"covariance": EYE, "shape": (4, 4), "subarray": (3, 3)},
    "sample_covariance": {"snapshots": np.ones((16, 3))},
    "noise_subspace": {"covariance": EYE, "n_sources": 2},
    "pseudospectrum": {
        "covariance": EYE,
        "array": ARRAY,
        "n_sources": 2,
        "azimuth": GRID,
        "elevation": GRID,
    },
    "find_directions": {
        "covariance": EYE,
        "array": ARRAY,
        "n_sources": 2,
        "azimuth": GRID,
        "elevation": GRID,
    },
    "range_spectrum": {
        "covariance": EYE,
        "array": ARRAY,
        "n_sources": 2,
        "directions": [u[:2] for u in USERS],
        "distances": [5.0, 6.0],
    },
    "find_ranges": {
        "covariance": EYE,
        "array": ARRAY,
        "n_sources": 2,
        "directions": [u[:2] for u in USERS],
        "distances": [5.0, 6.0],
    },
    "search_3d": {
        "covariance": EYE,
        "array": ARRAY,
        "n_sources": 2,
        "azimuth": GRID,
        "elevation": GRID,
        "distances": [5.0, 6.0],
    },
    "crlb": {"array": ARRAY, "users": USERS, "snr_db": 10.0, "n_snapshots": 100},
    "find_users": {
        "covariance": HEARD,
        "array": ARRAY,
        "n_users": 2,
        "azimuth": GRID,
        "elevation": GRID,
        "candidates": 5,
    },
    "standard_errors": {"bound": np.eye(6)},
    "spread_out": {"users": USERS, "count": 2},
    "miscalibration": {"array": ARRAY, "users": USERS, "sigma_phase": 0.01},
    "first_order_bias": {"array": ARRAY, "users": USERS, "disturbance": np.ones((2, 16))},
    "refine": {"covariance": HEARD, "array": ARRAY, "users": USERS},
    "signal_covariance": {"channels": np.ones((2, 1, 4))},
    "receive": {
        "channels": np.ones((2, 1, 4)),
        "n_snapshots": 5,
        "noise": 1.0,
        "rng": np.random.default_rng(0),
    },
    "draw_covariance": {"covariance": EYE, "n_snapshots": 50, "rng": np.random.default_rng(0)},
}
NUMBERS = [
    (name, argument)
    for name, arguments in GOOD.items()
    for argument in arguments
    if argument not in ("array", "rng")
]


@pytest.mark.parametrize("name", GOOD)
def test_the_good_arguments_are_good(name):
    assert np.all(np.isfinite(getattr(hybrid, name)(**GOOD[name]))) or name in (
        "find_directions",
        "find_users",
        "search_3d",
    )


@pytest.mark.parametrize(("name", "argument"), NUMBERS)
@MANY
@given(data=st.data())
def test_nonsense_names_the_argument(name, argument, data):
    value, wrong = GOOD[name][argument], argument
    bad = data.draw(BAD)
    if isinstance(value, (int, float, tuple)) and argument in (
        "n_sources",
        "n_snapshots",
        "n_users",
        "candidates",
        "count",
        "shape",
        "subarray",
    ):
        bad = data.draw(st.sampled_from([math.nan, "x", None, 0, -1, 1.5, (1,), (0, 2), True]))
    elif data.draw(st.booleans()) and np.ndim(value):
        if not isinstance(bad, float):
            bad = math.nan
        array = np.array(value, dtype=complex if np.iscomplexobj(value) else float)
        array.flat[data.draw(st.integers(0, array.size - 1))] = bad
        bad = array
    if bad is None and argument in ("azimuth", "elevation", "candidates"):
        return  # left out
    if argument == "n_users":
        argument = "n_sources|n_users"
    if argument == "directions" and name == "find_ranges":
        # a direction that is NaN is one that was not found
        bad = "x"
    if argument == "noise" and bad is None:
        bad = "x"
    with pytest.raises(ValueError, match=argument):
        getattr(hybrid, name)(**GOOD[name] | {wrong: bad})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hybrid.pseudospectrum(EYE, ARRAY, 16, GRID, GRID), "outnumber"),
        (lambda: hybrid.noise_subspace(EYE, 17), "outnumber"),
        (lambda: hybrid.smoothed_covariance(np.ones((16, 3)), (4, 4), (5, 4)), "must fit into"),
        (lambda: hybrid.smoothed_covariance(np.ones((15, 3)), (4, 4), (2, 2)), "needs"),
        (
            lambda: hybrid.pseudospectrum(EYE + np.triu(np.ones((16, 16)), 1), ARRAY, 2, GRID, GRID),
            "Hermitian",
        ),
        (lambda: hybrid.pseudospectrum(np.ones((16, 15)), ARRAY, 2, GRID, GRID), "square"),
        (lambda: hybrid.pseudospectrum(np.eye(9), ARRAY, 2, GRID, GRID), "16 elements"),
        (lambda: hybrid.pseudospectrum(EYE, ARRAY, 2, GRID[None], GRID), "one axis"),
        (lambda: hybrid.find_directions(EYE, ARRAY, 2, GRID[:2], GRID), "at least 3"),
        (lambda: PlanarArray(4, 4, 0.04, 0.08, np.ones((4, 5), dtype=bool)), "mask"),
        (lambda: PlanarArray(4, 4, 0.04, 0.08, np.ones((4, 4))), "mask"),
        (lambda: hybrid.crlb(ARRAY, np.ones((16, 3)), 10, 100), "outnumber"),
        (lambda: hybrid.crlb(ARRAY, [USERS[0], USERS[0]], 10, 100), "singular|diagonal"),
        (lambda: hybrid.crlb(ARRAY, USERS, [1.0, 2.0, 3.0], 100), "broadcast"),
        (lambda: hybrid.crlb(ARRAY, [(0.1, 0.1, -1.0)], 10, 100), "above 0 m"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 0), "n_snapshots"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, np.eye(3)), "correlation"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, [[1, 0.5], [0, 1]]), "correlation.*Hermitian"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, [[1, 5], [5, 1]]), "correlation.*negative"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, 2 * np.eye(2)), "correlation.*diagonal"),
        (
            lambda: hybrid.first_order_bias(PlanarArray(1, 2, 0.04, 0.08), USERS[:1], np.ones((1, 2))),
            "do not fix|above 0",
        ),
        (lambda: PlanarArray(2, 2, 0.04, 0.08, [[True, True], [True]]), "mask"),
        (lambda: hybrid.peaks(np.ones(4), 1), "spectrum.*E, A"),
        (lambda: hybrid.peaks(np.full((4, 4), math.nan), 1), "spectrum.*finite"),
        (lambda: hybrid.standard_errors(np.eye(4)), "3K"),
        (lambda: hybrid.peaks(np.ones((4, 4)), 0), "at least 1"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS), "no signal"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS, "magic"), "subspace-fit"),
        (lambda: hybrid.refine(EYE, ARRAY, np.ones((16, 2))), "outnumber"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS, n_signals=3), "n_sources"),
        (lambda: hybrid.refine(np.stack([EYE, EYE]), ARRAY, np.ones((3, 2, 2))), "leading axes"),
        (
            lambda: hybrid.refine(
                np.eye(3),
                PlanarArray(2, 2, 0.04, 0.08, np.array([[True, True], [True, False]])),
                [(0.1, 0.1)],
                "esprit",
            ),
            "masked",
        ),
        (
            lambda: hybrid.refine(np.eye(5), PlanarArray(1, 5, 0.04, 0.08), [(0.1, 0.1)], "esprit"),
            "two rows",
        ),
        (lambda: hybrid.receive(np.ones((2, 1, 4)), 5, -1.0, np.random.default_rng(0)), "at least 0"),
        (lambda: hybrid.signal_covariance(np.ones((2, 1, 4)), "some"), "same pilot"),
        (lambda: hybrid.draw_covariance(EYE, 4, np.random.default_rng(0)), "at least 16"),
        (lambda: hybrid.draw_covariance(-EYE, 50, np.random.default_rng(0)), "positive definite"),
        (lambda: hybrid.find_users(HEARD, ARRAY, 2, candidates=1), "at least as many"),
        (lambda: hybrid.find_users(np.stack([HEARD] * 2), ARRAY, 2), "one at a time"),
        (lambda: hybrid.spread_out(USERS, 3), "at least the count"),
        (lambda: hybrid.spread_out([u[:2] for u in USERS], 1), "at least the count"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), [0], ARRAY, "round"), "spherical"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), [0], ARRAY, hears="left"), "front"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), [10_000], ARRAY), "no such user"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), 0.5, ARRAY), "indices"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
