"""What a user's trial of the package found wrong, each by name, so that the walk cannot lose it."""

import numpy as np
import pytest
import walk

from irsnb import arrays, bounds, elliptic, fitting, geometry, noise, training

ARRAY = arrays.PlanarArray(2, 3, 0.05, 0.1)
LOCATE = {
    "surfaces": ((0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 0.0, 0.0)),
    "azimuth": 0.5,
    "elevation": 0.3,
    "path_sums": (2900.0, 2100.0),
    "sigma_angle": 0.01,
    "sigma_path": 1.0,
}
SCENE = {
    "surfaces": LOCATE["surfaces"],
    "receiver": (200.0, -400.0, -30.0),
    "middle": (1.0, 0.5),
    "radar": elliptic.Radar(subcarriers=8),
}
SCAN_CRLB = {"scene": elliptic.Scene(**SCENE), "azimuth": 1.0, "elevation": 0.5, "snr": (9.0, 9.0)}
RECEIVE = {
    "scene": elliptic.Scene(**SCENE),
    "targets": (500.0, 1000.0, 700.0),
    "rng": np.random.default_rng(0),
}
MASKED = np.ma.masked_array([2900.0, 2100.0], mask=[False, True])


def square(state, data):
    return state**2 - data, 2 * state[..., None]


@pytest.mark.parametrize(
    ("target", "arguments", "name"),
    [
        (geometry.cosine_sine, {"angle": np.nan}, "angle"),
        (arrays.PlanarArray, {"rows": 10**9, "columns": 2, "spacing": 0.05, "wavelength": 0.1}, "rows"),
        (arrays.PlanarArray, {"rows": 2, "columns": 2, "spacing": "0.5", "wavelength": 0.1}, "spacing"),
        (noise.circular_noise, {"rng": 42, "shape": (2,)}, "rng"),
        (training.split, {"n": 100, "rng": 42}, "rng"),
        (bounds.cramer_rao_bound, {"information": 2.0}, "information"),
        (bounds.cramer_rao_bound, {"information": [[2.0, 1.0], [0.0, 2.0]]}, "information"),
        (bounds.transform_bound, {"bound": np.eye(2), "jacobian": np.ones(3)}, "jacobian"),
        (fitting.levenberg_marquardt, {"function": square, "state": [1 + 1j], "data": [[2.0]]}, "state"),
        (elliptic.Scene, SCENE | {"middle": 0.1}, "middle"),
        (elliptic.scan_crlb, SCAN_CRLB | {"scene": None}, "scene"),
        (elliptic.receive, RECEIVE | {"scene": None}, "scene"),
        (elliptic.receive, RECEIVE | {"rng": 42}, "rng"),
        (elliptic.locate, LOCATE | {"elevation": 1.6}, "elevation"),
        (elliptic.locate, LOCATE | {"sigma_path": np.datetime64("2024-01-01")}, "sigma_path"),
        (elliptic.locate, LOCATE | {"sigma_path": "1.0"}, "sigma_path"),
        (elliptic.locate, LOCATE | {"path_sums": MASKED}, "path_sums"),
    ],
)
def test_bad_input_is_refused_by_name(target, arguments, name):
    kind, message = walk.outcome(target, arguments)
    assert kind == "refused" and name in message, message


def test_a_number_is_a_shape():
    assert noise.circular_noise(np.random.default_rng(0), 5).shape == (5,)


def test_an_integer_state_is_not_rounded():
    whole, *_ = fitting.levenberg_marquardt(square, np.array([[1]]), [np.array([[2.89]])])
    assert whole[0, 0] == pytest.approx(1.7)
