"""Good calls of the indoor wing: searches, samples, networks, fingerprints, and what spoils the pilots."""

from dataclasses import replace
from functools import cache

import numpy as np
import walk
from walk import (
    choice,
    complex_array,
    costly,
    count,
    flag,
    function,
    instance,
    number,
    optional,
    positive,
    real,
    rng,
    seed,
)

from irsnb import indoor
from irsnb.indoor import (
    Fingerprint,
    Found,
    Impairment,
    Locator,
    Room,
    Samples,
    SearchSettings,
    paper_tiles,
)

ROOM = Room(height=3.0, n_pilots=8, tiles=paper_tiles(3.0, 10), extent=(-2.5, 1.5, 3.5, 9.5))
OTHER_ROOM = Room(n_pilots=4, tiles=paper_tiles(1.0, 5))
PLACE, PLACES = (1.0, 4.0), [(1.0, 4.0), (-2.0, 9.0)]
PILOTS = indoor.receive(ROOM, PLACES, np.random.default_rng(0))
SAMPLES = indoor.draw_samples(ROOM, 30, np.random.default_rng(0))
MANY = indoor.draw_samples(ROOM, 1000, np.random.default_rng(0))
OTHER = indoor.draw_samples(OTHER_ROOM, 30, np.random.default_rng(0))
OUTSIDE = [(6.0, 5.0), (0.0, 11.0), (0.0, -1.0), (1.0, 2.0, 3.0), (1.0,), 1.0]


@cache
def locator():
    return indoor.train_network(ROOM, SAMPLES, "mlp", "coefficients", epochs=1)


@cache
def fingerprint():
    return indoor.build_fingerprint(MANY)


def room():
    return instance(ROOM, bad=[Room])


def plane():
    return instance(ROOM, bad=[Room, Room(user_height=(0.2, 0.8))])


def places(good=PLACES, **kwargs):
    return real(good, trailing=kwargs.pop("trailing", 1), bad=kwargs.pop("bad", OUTSIDE), **kwargs)


def multipath():
    return optional(number(20.0, low=-1000, high=1000, bad=["trees"]))


def recorded(good=SAMPLES):
    return instance(good, bad=[OTHER, Samples, (PLACES, PILOTS)])


def impairment(**settings):
    return instance(Impairment(**settings), bad=[Impairment, "none"])


def symbol_time():
    return positive(1e-4, array=False)


GOOD = {
    SearchSettings: {
        "method": choice("pso", bad=["ant colony", "PSO"]),
        "form": choice("eliminated", bad=["best"]),
        "budget": count(40, bad=[10, 39, 10**9]),
        "population": count(20, low=2),
        "half_width": positive(0.25, array=False, high=100.0),
    },
    indoor.swarm_search: {
        "room": room(),
        "pilots": complex_array(PILOTS, trailing=1, bad=[PILOTS[:0]]),
        "settings": optional(
            instance(SearchSettings("a-priori-pso", "eliminated", 40, 20), bad=[SearchSettings, "pso"])
        ),
        "centres": optional(real(PLACES, lead=False, bad=[PLACES[:1] * 3, (1.0,), (1.0, 2.0, 3.0), 1.0])),
        "seed": seed(),
        "n_jobs": count(1),
    },
    indoor.curvatures: {
        "room": room(),
        "positions": places(),
        "form": choice("eliminated", bad=["best"]),
        "half_width": positive(0.25, array=False),
    },
    Samples: {
        "positions": real(PLACES, lead=False, bad=[PLACE, np.ones((2, 3)), np.ones((3, 2))]),
        "pilots": complex_array(
            PILOTS, trailing=2, lead=False, bad=[PILOTS[0], PILOTS[:0]], skip={"a longer axis": "any number"}
        ),
        "coefficients": real(np.ones((2, 20)), lead=False, bad=[np.ones(20), np.ones((3, 20))]),
    },
    indoor.draw_samples: {"room": plane(), "n_users": count(3), "rng": rng(), "multipath": multipath()},
    indoor.samples_at: {
        "room": plane(),
        "positions": places(lead=False, trailing=2),
        "rng": rng(),
        "multipath": multipath(),
    },
    indoor.split_samples: {"samples": instance(SAMPLES, bad=[SAMPLES[:9]]), "seed": seed()},
    indoor.shuffled: {
        "samples": instance(SAMPLES),
        "what": choice("pilots", bad=["positions"]),
        "rng": rng(),
    },
    indoor.distinct_inputs: {
        "room": room(),
        "samples": recorded(),
        "kind": choice("both", bad=["all", "flattened"]),
    },
    indoor.flattened_inputs: {"room": room(), "samples": recorded()},
    indoor.count_parameters: {
        "name": choice("mlp", bad=["gru"]),
        "n_pilots": count(32),
        "n_tiles": count(100),
    },
    indoor.build_network: {
        "name": choice("mlp", bad=["gru"]),
        "copies": costly(real(np.array([1.0, 2.0]), low=1, lead=False, bad=[2.0, [], [[1.0, 2.0]]])),
        "seed": costly(seed()),
        "dropout": costly(optional(number(0.5, low=0, bad=[1.0]))),
    },
    indoor.train_network: {
        "room": room(),
        "samples": recorded(),
        "name": choice("mlp", bad=["gru"]),
        "kind": choice("coefficients", bad=["all"]),
        "epochs": costly(count(1)),
        "seed": costly(seed()),
        "dropout": costly(optional(number(0.5, low=0, bad=[1.0]))),
        "directory": walk.Arg(None, bad=[5, 1.5, True]),
        "after_epoch": optional(function(print)),
        "xla": costly(flag(True)),
    },
    Locator.predict: {"self": walk.Fresh(locator), "room": room(), "samples": recorded()},
    Fingerprint.predict: {
        "self": walk.Fresh(fingerprint),
        "pilots": complex_array(
            PILOTS, trailing=2, lead=False, bad=[PILOTS[0], PILOTS[:0], np.zeros((2, 8))]
        ),
    },
    indoor.build_fingerprint: {
        "samples": costly(instance(MANY, bad=[SAMPLES])),
        "method": costly(choice("ml", bad=["phase-cost"])),
    },
    Impairment: {
        "carrier_offset": number(10.0),
        "linewidth": number(1.0, low=0),
        "speed": number(1.0, low=0),
        "evm": number(0.01, low=0),
        "sigma_place": number(0.001, low=0),
        "phase_bits": count(2, low=0),
        "specular": flag(True),
        "symbol_time": symbol_time(),
        "references": count(8, low=0),
        "estimate_offset": flag(True),
        "estimate_velocity": flag(True),
        "calibration_places": count(20, low=0),
        "tell_model": flag(True),
    },
    Impairment.n_symbols: {"self": Impairment(references=8), "n_pilots": count(32)},
    indoor.impaired_room: {
        "room": room(),
        "impairment": impairment(sigma_place=0.001, phase_bits=3),
        "rng": rng(),
    },
    indoor.impaired_pilots: {
        "room": room(),
        "positions": places(lead=False, trailing=2, bad=[PLACE, [(1.0, 2.0, 3.0)], [(6.0, 5.0)], 1.0]),
        "rng": rng(),
        "impairment": impairment(carrier_offset=10.0, linewidth=1.0, speed=1.0, evm=0.01, references=4),
    },
    indoor.calibrated_room: {
        "room": room(),
        "positions": places(lead=False, trailing=2, bad=[PLACE, PLACES[:1], [(6.0, 5.0)] * 2, 1.0]),
        "pilots": complex_array(PILOTS, trailing=2, lead=False, bad=[PILOTS[0], PILOTS[:0]]),
        "likely_error": positive(0.3, array=False),
    },
    indoor.locate_with_offset: {
        "room": room(),
        "pilots": complex_array(PILOTS[:1], trailing=2, lead=False, bad=[PILOTS[0], PILOTS[:0]]),
        "most": number(10.0, low=0, bad=[1e9]),
        "moving": flag(False),
        "method": choice("ml", bad=["phase-cost"]),
        "symbol_time": costly(symbol_time()),
    },
    indoor.offset_crlb: {
        "room": room(),
        "positions": places(),
        "moving": flag(False),
        "method": choice("ml", bad=["phase-cost"]),
        "symbol_time": symbol_time(),
    },
    indoor.locate_trial: {
        "rng": rng(),
        "draws": count(1),
        "room": room(),
        "positions": places(PLACE),
        "multipath": multipath(),
    },
    indoor.impaired_trial: {
        "rng": rng(),
        "draws": count(1),
        "room": room(),
        "positions": places(PLACES[:1], lead=False, trailing=2, bad=[PLACE, [(6.0, 5.0)], 1.0]),
        "impairment": impairment(carrier_offset=10.0, references=4),
    },
    indoor.cause_trial: {
        "rng": rng(),
        "draws": count(1),
        "room": plane(),
        "cause": choice("tiles off by 1 mm"),
        "n_users": count(2),
        "places": count(3),
    },
    indoor.fingerprint_trial: {
        "rng": rng(),
        "draws": count(2),
        "room": costly(plane()),
        "changed": costly(instance(replace(ROOM, height=2.0), bad=[Room, OTHER_ROOM])),
        "n_samples": costly(count(1000, low=1000)),
        "multipath": costly(multipath()),
    },
}
RESULTS = {
    Found: "made by swarm_search",
    Locator: "made by train_network",
    Fingerprint: "made by build_fingerprint",
}
