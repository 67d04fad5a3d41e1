"""Trials of Part II: what they return, and that each remedy does what it is there for."""

import numpy as np
import pytest

from irsnb.indoor import (
    Impairment,
    Room,
    Tiles,
    fingerprint_trial,
    impaired_trial,
    locate_trial,
    position_crlb,
)
from irsnb.montecarlo import sweep

AREA = (0.0, 2.0, 3.0, 5.0)
"""A part of the paper's, so that searches are short."""
ROOM = Room(extent=AREA)
USERS = np.array([(1.0, 4.0), (0.2, 4.8), (1.7, 3.2), (0.5, 3.9)])


def median(impairment, draws=6, seed=0, name="position", room=ROOM):
    drawn = impaired_trial(
        np.random.default_rng(seed), draws, room=room, positions=USERS, impairment=impairment
    )
    return np.median(np.linalg.norm(drawn[name], axis=-1))


def test_every_method_reaches_its_bound():
    drawn = locate_trial(np.random.default_rng(0), 100, room=ROOM, positions=USERS)
    for method in ("ml", "ml-projected", "phase-cost"):
        errors, bound = drawn[method], drawn[f"{method}_bound"]
        assert errors.shape == bound.shape == (100, 4, 2)
        assert np.allclose(
            bound[7] ** 2, np.diagonal(position_crlb(ROOM, USERS, method=method), axis1=-2, axis2=-1)
        )
        ratio = np.sqrt(np.mean(errors**2 / bound**2))
        assert 0.94 < ratio < 1.06, (method, ratio)
        assert drawn[f"{method}_converged"].shape == (100, 4)
        assert drawn[f"{method}_converged"].mean() > 0.98


def test_under_echoes_only_the_projected_method_stays_at_its_bound():
    room = Room(height=3.0, extent=AREA)
    drawn = locate_trial(np.random.default_rng(1), 30, room=room, positions=USERS, multipath="walls")
    ratio = {m: np.sqrt(np.mean(drawn[m] ** 2 / drawn[f"{m}_bound"] ** 2)) for m in ("ml", "ml-projected")}
    assert ratio["ml-projected"] < 1.1 and ratio["ml"] > 100


def test_a_sweep_takes_the_trials():
    drawn = sweep(
        locate_trial,
        {"room": [ROOM], "positions": [((1.0, 4.0), (0.2, 4.8))], "multipath": [None, 10.0]},
        draws=4,
        seed=1,
        batch_size=4,
        progress=False,
    )
    assert drawn["ml"].sizes["multipath"] == 2


@pytest.mark.parametrize(
    ("spoiled", "remedy", "gain"),
    [
        ({"carrier_offset": 30.0}, {"estimate_offset": True}, 20),
        ({"carrier_offset": 30.0}, {"references": 8}, 20),
        ({"linewidth": 1.0}, {"references": 1}, 2),
        ({"speed": 1.0}, {"estimate_velocity": True}, 100),
        ({"phase_bits": 2}, {"tell_model": True}, 100),
        ({"specular": True}, {"tell_model": True}, 100),
        ({"sigma_place": 0.002}, {"calibration_places": 40}, 2),
    ],
)
def test_a_remedy_undoes_what_it_is_for(spoiled, remedy, gain):
    ideal, bad = median(Impairment()), median(Impairment(**spoiled))
    better = median(Impairment(**spoiled, **remedy))
    assert bad > 5 * ideal and bad > gain * better, (ideal, bad, better)


def test_bounds_of_the_trial():
    rng = np.random.default_rng(3)
    plain = impaired_trial(rng, 3, room=ROOM, positions=USERS, impairment=Impairment())
    assert plain["position"].shape == plain["position_bound"].shape == (3, 4, 2)
    assert np.allclose(plain["position_bound"], plain["remedied_bound"], rtol=1e-6)
    assert plain["accepted"].shape == (3, 4)
    unknown = impaired_trial(rng, 3, room=ROOM, positions=USERS, impairment=Impairment(estimate_offset=True))
    assert np.all(unknown["remedied_bound"] > unknown["position_bound"])
    # An error vector of -40 dB is what is left of 80 dB.
    noisy = impaired_trial(rng, 60, room=ROOM, positions=USERS, impairment=Impairment(evm=0.01))
    ratio = np.sqrt(np.mean(noisy["position"] ** 2 / noisy["remedied_bound"] ** 2))
    assert 0.85 < ratio < 1.15 and np.all(noisy["remedied_bound"] > 10 * noisy["position_bound"])
    assert noisy["accepted"].mean() < 0.1 < 0.9 < plain["accepted"].mean()


def test_a_fingerprint_ages_with_its_room():
    tiles = ROOM.tiles
    thinned = Tiles(tiles.positions[10:], tiles.normals[10:], tiles.cells)
    room, changed = (Room(tiles=t, n_pilots=16, extent=AREA) for t in (tiles, thinned))
    drawn = fingerprint_trial(np.random.default_rng(4), 200, room=room, changed=changed, n_samples=2_000)
    size = {name: np.median(np.linalg.norm(errors, axis=-1)) for name, errors in drawn.items()}
    assert size["after"] > 3 * size["before"] and size["renewed"] < 1.5 * size["before"]
    with pytest.raises(ValueError, match="changed: got 32 pilots; the room has 16"):
        fingerprint_trial(np.random.default_rng(0), 2, room=room, changed=ROOM, n_samples=1000)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda rng: locate_trial(rng, 0, room=ROOM, positions=USERS), "draws: got 0"),
        (lambda rng: locate_trial(rng, 1, room=ROOM, positions=USERS[:0]), "positions: got shape (0, 2)"),
        (lambda rng: locate_trial(rng, 1, room=ROOM, positions=USERS, multipath="trees"), "multipath: got"),
        (lambda rng: locate_trial(5, 1, room=ROOM, positions=USERS), "rng: got 5"),
        (
            lambda rng: impaired_trial(rng, 1, room=ROOM, positions=USERS[0], impairment=Impairment()),
            "positions: got shape (2,)",
        ),
        (
            lambda rng: impaired_trial(rng, 1, room=ROOM, positions=USERS, impairment="none"),
            "impairment: got 'none'",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call(np.random.default_rng(0))
    assert words in str(caught.value)
