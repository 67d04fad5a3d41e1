"""Good calls of the indoor wing: the room, the estimators, the bounds."""

from functools import cache
from importlib import import_module

import numpy as np
import walk
from walk import (
    choice,
    complex_array,
    count,
    instance,
    number,
    optional,
    positive,
    real,
    rng,
    seed,
)

from irsnb.indoor import (
    bounds,
    costs,
    dictionary,
    echoes,
    grid,
    mismatch,
    scene,
    tiles,
)

# The functions of these names stand where the modules do.
locating, signals = (import_module(f"irsnb.indoor.{name}") for name in ("locate", "signal"))

TILES = tiles.paper_tiles(3.0, 10)
ROOM = scene.Room(height=3.0, n_pilots=8, tiles=TILES)
PLACE, PLACES = (1.0, 4.0), [(1.0, 4.0), (-2.0, 9.0)]
SIGNAL = signals.signal(ROOM, PLACES)
MEASURED = signals.receive(ROOM, PLACES, np.random.default_rng(0))
MISSING = {"nan": "means missing", "complex nan": "means missing"}


@cache
def built():
    return dictionary.build_dictionary(ROOM)


def room():
    return instance(ROOM, bad=[scene.Room])


def places(good=PLACES, **kwargs):
    outside = [(6.0, 5.0), (0.0, 11.0), (0.0, -1.0), (1.0, 2.0, 3.0), (1.0,), 1.0]
    return real(good, trailing=kwargs.pop("trailing", 1), bad=outside, **kwargs)


def users(good=MEASURED, name_bad=(), **kwargs):
    return complex_array(good, trailing=2, lead=False, bad=[good[0], good[:0], *name_bad], **kwargs)


SIDES = [(4.0, -4.0, 1.0, 10.0), (-4.0, 4.0, 1.0, 1.0), (-4.0, 4.0), (-4.0, 4.0, 1.0, 10.0, 0.0, 3.0), 1.0]
GOOD = {
    tiles.Tiles: {
        "positions": walk.points(TILES.positions, trailing=2, lead=False, bad=[np.ones((20, 3)), np.ones(3)]),
        "normals": real(TILES.normals, lead=False, bad=[(0.0, 0.0, 0.0), (0.0, 1.0), np.ones((2, 3))]),
        "cells": walk.integers((4, 25), low=1, bad=[4, (4,), (4, 25, 1), [[4, 25]], "ab"]),
        "cell_spacing": positive(0.5, array=False),
        "cell_gain_dbi": number(5.0, low=-1000, high=1000),
        "cell_exponent": number(0.57, low=0),
        "reflection": choice("specular", bad=["mirror", 1]),
        "waves": choice("curved", bad=["flat", 1]),
    },
    tiles.paper_tiles: {
        "height": positive(2.0, array=False),
        "n_per_wall": count(10),
        "cells": walk.integers((4, 25), low=1, bad=[4, (4,), (4, 25, 1), [[4, 25]], "ab"]),
        "settings": {"cell_exponent": 1.0},
    },
    scene.Room: {
        "height": positive(2.0, array=False),
        "extent": real((-4.0, 4.0, 1.0, 10.0), lead=False, bad=SIDES),
        "station": optional(real((0.0, 5.0, 2.0), lead=False, bad=[(0.0, 5.0), 1.0, TILES.positions[0]])),
        "tiles": optional(instance(TILES, bad=[tiles.Tiles])),
        "codebook": choice("random", bad=["gold", "DFT", np.ones((8, 19)), np.zeros((8, 20)), np.nan]),
        "n_pilots": optional(count(8, low=4)),
        "phase_seed": seed(),
        "phase_bits": optional(count(2)),
        "tx_power_dbm": number(20.0, low=-1000, high=1000),
        "noise_dbm": number(-120.0, low=-1000, high=1000),
        "carrier": positive(3.5e9, array=False),
        "user_height": real(
            1.0, low=0, lead=False, bad=[(1.0, 0.5), (1.0, 1.0), (0.0, 1.0, 2.0), (-1.0, 1.0)]
        ),
        "walls": real((-5.0, 5.0, 0.0, 10.0), lead=False, bad=SIDES),
        "ceiling": positive(3.0, array=False),
    },
    signals.signal: {"room": room(), "positions": places()},
    signals.tile_channels: {"room": room(), "positions": places()},
    signals.reflection_coefficients: {"room": room(), "positions": places()},
    signals.pilots: {"room": room(), "channels": complex_array(np.full((2, 20), 1e-6 + 1e-7j), trailing=1)},
    signals.receive: {
        "room": room(),
        "positions": places(),
        "rng": rng(),
        "multipath": optional(number(20.0, low=-1000, high=1000, bad=["trees"])),
    },
    signals.add_noise: {"room": room(), "values": complex_array(SIGNAL, trailing=1), "rng": rng()},
    echoes.wall_images: {
        "room": room(),
        "positions": places(),
        "reflection": number(0.5, low=0, high=1),
        "order": count(2),
    },
    grid.search_grid: {"room": instance(ROOM, bad=[scene.Room, scene.Room(carrier=3e12)])},
    costs.features: {
        "values": complex_array(SIGNAL, trailing=2, skip={"a longer axis": "any number of pilots"}),
        "method": choice("ml", bad=["ML", "music"]),
    },
    costs.references: {
        "signal": complex_array(
            SIGNAL, trailing=2, bad=[np.zeros((2, 8))], skip={"a longer axis": "any number of pilots"}
        ),
        "method": choice("ml", bad=["ML", "music"]),
    },
    costs.phase_cost: {
        "room": room(),
        "measured": complex_array(MEASURED[0], trailing=1, lead=False, bad=[MEASURED]),
        "positions": places(PLACE),
        "offset": optional(real(0.5, bad=[45.0], trailing=0)),
    },
    costs.likelihood_cost: {
        "room": room(),
        "measured": complex_array(MEASURED[0], trailing=1, lead=False, bad=[MEASURED]),
        "positions": places(),
        "method": choice("ml", bad=["phase-cost"]),
    },
    dictionary.build_dictionary: {"room": room(), "method": choice("ml", bad=["music"])},
    dictionary.search: {
        "dictionary": instance(walk.Fresh(built)),
        "measured": complex_array(MEASURED, trailing=2, lead=False, bad=[MEASURED[0]], skip=MISSING),
        "depth": count(2),
    },
    locating.locate: {
        "room": room(),
        "pilots": users(MEASURED[:1], [np.zeros((1, 8))], skip=MISSING),
        "method": choice("ml", bad=["music"]),
    },
    locating.refine: {
        "room": room(),
        "pilots": users(MEASURED[:1], [np.zeros((1, 8))], skip=MISSING),
        "starts": real(
            [[PLACE, (1.1, 4.0)]],
            lead=False,
            bad=[PLACE, [PLACE], [[PLACE], [PLACE]], [[(45.0, 46.0)]], np.zeros((1, 0, 2))],
        ),
        "method": choice("ml", bad=["music"]),
    },
    mismatch.mismatched_bound: {
        "room": room(),
        "pilots": users(SIGNAL[:1], [np.zeros((1, 8))]),
        "method": choice("ml", bad=["phase-cost"]),
    },
    bounds.position_crlb: {"room": room(), "positions": places(), "method": choice("ml", bad=["music"])},
    bounds.errors_at_bound: {
        "room": room(),
        "positions": places(),
        "rng": rng(),
        "method": choice("ml", bad=["music"]),
    },
}
RESULTS = {
    dictionary.Dictionary: "made by build_dictionary",
    grid.Grid: "made by search_grid",
}
