"""Good calls of the ground floor: geometry, arrays, noise and training."""

import numpy as np
import walk
from walk import (
    Once,
    azimuth,
    choice,
    costly,
    count,
    elevation,
    flag,
    function,
    instance,
    mask,
    optional,
    points,
    positive,
    real,
    rng,
    seed,
)

from irsnb import arrays, checks, geometry, noise, training

ARRAY = arrays.PlanarArray(2, 3, 0.05, 0.1)
POINT, OTHER = (3.0, -4.0, 12.0), (1.0, 2.0, 2.5)


def _network():
    keras = training.load_keras()
    keras.utils.set_random_seed(0)
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(1)(inputs))


ROWS = (np.ones((8, 2)), np.ones((8, 1)))
BAD_ROWS = [
    None,
    5,
    "x",
    (ROWS[0],),
    (ROWS[0], ROWS[1][:4]),
    (ROWS[0][:0], ROWS[1][:0]),
    (ROWS[0][:, :1], ROWS[1]),
    (ROWS[0] * np.nan, ROWS[1]),
    (ROWS[0], ROWS[1] * np.inf),
    (ROWS[0] + 1j, ROWS[1]),
    (ROWS[0].astype(str), ROWS[1]),
    (np.ma.masked_array(ROWS[0], mask=True), ROWS[1]),
]

GOOD = {
    geometry.unit_vector: {"azimuth": azimuth(0.3), "elevation": elevation(0.2)},
    geometry.ray_jacobian: {"azimuth": azimuth(0.3), "elevation": elevation(0.2)},
    geometry.cosine_sine: {"angle": real([0.3, -2.0], trailing=0)},
    geometry.direction_angles: {"vector": points(POINT, bad=[(0.0, 0.0, 0.0)])},
    geometry.frame_along: {"start": points(POINT, bad=[OTHER]), "end": points(OTHER, bad=[POINT])},
    geometry.direction_jacobian: {
        "target": points(POINT, bad=[OTHER, (1.0, 2.0, 9.0)]),
        "origin": points(OTHER),
    },
    noise.circular_noise: {
        "rng": rng(),
        "shape": walk.Arg(
            (2, 3),
            bad=[
                None,
                "x",
                1.5,
                (2.0,),
                (2, -1),
                -1,
                True,
                (True,),
                [[2]],
                np.array([2.0]),
                10**9,
                (10**9, 2),
            ],
        ),
    },
    arrays.PlanarArray: {
        "rows": count(2),
        "columns": count(3),
        "spacing": positive(0.05, array=False),
        "wavelength": positive(0.1, array=False),
        "mask": optional(mask([[True, True, False], [True, False, True]])),
    },
    arrays.PlanarArray.steering_vector: {
        "self": ARRAY,
        "azimuth": azimuth(0.3),
        "elevation": elevation(0.2),
        "distance": optional(positive(2.0)),
    },
    training.load_keras: {},
    training.standard_scaler: {"values": real([[1.0, 2.0], [2.0, 0.0]], lead=False, bad=[np.ones(3), 2.0])},
    training.split: {
        "n": count(20, low=3),
        "rng": rng(),
        "shares": real(
            (0.8, 0.1, 0.1),
            above=0,
            lead=False,
            bad=[(0.5, 0.6), (1.0, 0.0), 1.0, [[0.5, 0.5]], (0.98, 0.02)],
        ),
    },
    training.learning_rate: {
        "validation": real([3.0, 2.0, 2.5], lead=False, bad=[2.0, [[1.0]]]),
        "first": positive(1e-3, array=False),
        "factor": positive(0.8, array=False, bad=[1.5]),
        "patience": optional(count(1)),
    },
    training.fit: {
        "model": instance(Once(_network), bad=[_network]),
        "training": walk.Arg(ROWS, bad=BAD_ROWS),
        "validation": walk.Arg(ROWS, bad=BAD_ROWS),
        "epochs": costly(count(1, bad=[10**9, 10**18])),
        "batch": costly(count(4)),
        "first_rate": costly(positive(1e-3, array=False)),
        "seed": seed(),
        "directory": walk.Arg(None, bad=[5, 1.5, [], np.ones(2), True]),
        "after_epoch": optional(function(print)),
        "loss": walk.Arg("mse", bad=[5, None, "no such loss", [], 1.5]),
        "patience": costly(optional(count(3))),
        "keep": choice("best"),
        "xla": costly(flag(False)),
    },
}
RESULTS = {
    training.History: "made by fit",
    **{getattr(checks, n): "a check" for n in checks.__all__ if n != "MEMORY_LIMIT"},
}
