"""What spoils the pilots of Part II: each effect by its own formula, each remedy against its own cost."""

from dataclasses import replace

import numpy as np
import pytest

from irsnb.bounds import eliminate_nuisance, fisher_information
from irsnb.indoor import (
    Impairment,
    Room,
    calibrated_room,
    impaired_pilots,
    impaired_room,
    locate_with_offset,
    offset_crlb,
    position_crlb,
    receive,
    signal,
    tile_channels,
)

AREA = (0.0, 2.0, 3.0, 5.0)
"""A part of the paper's, so that searches are short."""
ROOM = Room(extent=AREA)
QUIET = Room(extent=AREA, noise_dbm=-300.0)
USERS = np.array([(1.0, 4.0), (0.2, 4.8), (1.7, 3.2)])
TIMES = (np.arange(32) - 15.5) / 14e3


def spoiled(room=QUIET, users=USERS, seed=0, **settings):
    """Pilots over their clean ones: what has happened to each."""
    received = impaired_pilots(room, users, np.random.default_rng(seed), impairment=Impairment(**settings))
    return received / signal(room, users)


def test_by_default_nothing_goes_wrong_but_phase_and_noise():
    ratio = spoiled()
    assert np.allclose(ratio, ratio[:, :1]) and np.allclose(np.abs(ratio), 1)
    assert impaired_room(ROOM, Impairment(), np.random.default_rng(0)) == ROOM
    received = impaired_pilots(
        ROOM, np.tile(USERS[:1], (400, 1)), np.random.default_rng(1), impairment=Impairment()
    )
    clean = signal(ROOM, USERS[0])
    turned = received * np.exp(-1j * np.angle(received @ clean.conj()))[:, None]
    # 32 pilots of complex noise, less one phase a user.
    power = np.sum(np.abs(turned - clean) ** 2) / 400 / 31.5
    assert power == pytest.approx(ROOM.sigma**2, rel=0.03)


def test_a_carrier_offset_turns_the_pilots_evenly():
    ratio = spoiled(carrier_offset=130.0)
    assert np.allclose(np.diff(np.unwrap(np.angle(ratio))), 2 * np.pi * 130 / 14e3)
    slower = spoiled(carrier_offset=130.0, symbol_time=1e-5)
    assert np.allclose(np.diff(np.unwrap(np.angle(slower))), 2 * np.pi * 130 * 1e-5)


def test_phase_noise_is_a_random_walk_of_its_linewidth():
    users = np.tile(USERS[:1], (3000, 1))
    phase = np.unwrap(np.angle(spoiled(users=users, linewidth=10.0)))
    steps = np.diff(phase)
    assert np.var(steps) == pytest.approx(2 * np.pi * 10 / 14e3, rel=0.03)
    assert np.var(phase[:, 31] - phase[:, 0]) == pytest.approx(31 * 2 * np.pi * 10 / 14e3, rel=0.1)


def test_the_receivers_errors_have_the_power_of_its_error_vector():
    users = np.tile(USERS[1:2], (2000, 1))
    clean, rng = signal(QUIET, USERS[1]), np.random.default_rng(2)
    received = impaired_pilots(QUIET, users, rng, impairment=Impairment(evm=10**-1.5))
    turned = received * np.exp(-1j * np.angle(received @ clean.conj()))[:, None]
    power = np.sum(np.abs(turned - clean) ** 2) / 2000 / 31.5
    assert power == pytest.approx(1e-3 * np.mean(np.abs(clean) ** 2), rel=0.03)


def test_a_moving_user_is_heard_along_a_line_through_its_place():
    received = impaired_pilots(QUIET, USERS, np.random.default_rng(0), impairment=Impairment(speed=2.0))
    assert not np.allclose(np.abs(received), np.abs(signal(QUIET, USERS)), rtol=1e-4)
    for user, pilots in zip(USERS, received, strict=True):
        headings = np.linspace(0, 2 * np.pi, 721)
        course = 2.0 * np.stack([np.cos(headings), np.sin(headings)], axis=-1)
        heard = np.stack([signal(QUIET, user + course * time)[:, t] for t, time in enumerate(TIMES)], axis=-1)
        likeness = np.abs(heard.conj() @ pilots) / np.linalg.norm(heard, axis=-1) / np.linalg.norm(pilots)
        assert likeness.max() > 1 - 1e-7 > likeness.min() + 1e-6


def test_references_take_out_an_offset_and_most_of_a_walk():
    impairment = Impairment(references=8)
    assert impairment.n_symbols(32) == 32 + 4 + 1 and impairment.n_symbols(33) == 33 + 5 + 1
    steady = spoiled(carrier_offset=300.0, references=8)
    assert np.allclose(steady, steady[:, :1], atol=1e-9), "an even turn is taken out whole"
    users = np.tile(USERS[:1], (2000, 1))
    walk = {k: np.unwrap(np.angle(spoiled(users=users, linewidth=5.0, references=k))) for k in (0, 2, 8)}
    rough = {k: np.mean(np.var(phase, axis=1)) for k, phase in walk.items()}
    # Within g steps between two references a walk of steps s is a bridge, of mean variance (g + 1) s^2 / 6.
    step = 2 * np.pi * 5.0 / 14e3
    assert rough[2] == pytest.approx(step * 4 / 6, rel=0.1)
    assert rough[8] == pytest.approx(step * 10 / 6, rel=0.2) and rough[8] < 0.5 * rough[0]


def test_the_room_as_it_is():
    rng = np.random.default_rng(3)
    moved = impaired_room(ROOM, Impairment(sigma_place=0.002), rng)
    off = moved.tiles.positions - ROOM.tiles.positions
    assert np.std(off) == pytest.approx(0.002, rel=0.1) and moved.station == ROOM.station
    assert np.array_equal(moved.coefficients, ROOM.coefficients)
    stepped = impaired_room(ROOM, Impairment(phase_bits=2), rng)
    assert np.allclose(stepped.coefficients**4, 1) and stepped.tiles == ROOM.tiles
    assert np.abs(np.angle(stepped.coefficients / ROOM.coefficients)).max() <= np.pi / 4 + 1e-9
    assert np.allclose(stepped.coefficients, replace(ROOM, phase_bits=2).coefficients)
    mirrors = impaired_room(ROOM, Impairment(specular=True), rng)
    assert mirrors.tiles.reflection == "specular"
    both = impaired_room(ROOM, Impairment(specular=True, sigma_place=0.002), rng)
    assert both.tiles.reflection == "specular" and both.tiles.positions[0, 0] != ROOM.tiles.positions[0, 0]
    assert not np.allclose(signal(both, USERS), signal(ROOM, USERS))


def test_the_offset_is_found_with_the_place_at_the_bound():
    rng = np.random.default_rng(4)
    users = np.repeat(USERS, 120, axis=0)
    impairment = Impairment(carrier_offset=-50.0)
    pilots = impaired_pilots(ROOM, users, rng, impairment=impairment)
    fix, offset, _ = locate_with_offset(ROOM, pilots, most=60.0)
    assert fix.converged.mean() > 0.98 and fix.dof == 64 - 5
    bound = np.trace(offset_crlb(ROOM, USERS), axis1=-2, axis2=-1)
    assert np.allclose(np.trace(fix.covariance[::120], axis1=-2, axis2=-1), bound, rtol=1e-2)
    ratio = np.sum((fix.position - users) ** 2, axis=-1).reshape(3, 120).mean(axis=1) / bound
    assert np.all((ratio > 0.7) & (ratio < 1.4)), ratio
    assert np.abs(offset + 50).max() < 1.0


def test_the_bound_with_an_offset_by_the_whole_information():
    # Unknown: x, y, offset, phase and amplitude of the gain, from numerical derivatives.
    for user in USERS:
        clean, step = signal(ROOM, user), 1e-6
        slopes = [(signal(ROOM, user + d) - signal(ROOM, user - d)) / (2 * step) for d in step * np.eye(2)]
        unknown = [*slopes, 2j * np.pi * TIMES * clean, 1j * clean, clean]
        for moving in (False, True):
            columns = np.stack(unknown + [TIMES * slope for slope in slopes] * moving, axis=-1)
            information = eliminate_nuisance(fisher_information(columns, ROOM.sigma**2), [0, 1])
            wanted = np.linalg.inv(information)
            assert np.allclose(offset_crlb(ROOM, user, moving=moving), wanted, rtol=1e-3), moving
    assert np.all(np.trace(offset_crlb(ROOM, USERS) - position_crlb(ROOM, USERS), axis1=-2, axis2=-1) > 0)


def test_the_velocity_is_found_with_the_place():
    users = np.repeat(USERS[:1], 40, axis=0)
    rng = np.random.default_rng(7)
    pilots = impaired_pilots(ROOM, users, rng, impairment=Impairment(speed=1.5, carrier_offset=20.0))
    fix, offset, velocity = locate_with_offset(ROOM, pilots, most=50.0, moving=True)
    bound = np.trace(offset_crlb(ROOM, USERS[0], moving=True))
    ratio = np.mean(np.sum((fix.position - users) ** 2, axis=-1)) / bound
    assert 0.6 < ratio < 1.5 and fix.converged.mean() > 0.95 and fix.dof == 64 - 7
    assert np.allclose(np.linalg.norm(velocity, axis=-1), 1.5, atol=0.01) and np.abs(offset - 20).max() < 1


def test_with_echoes_the_offset_is_found_from_what_changes():
    room = Room(height=3.0, extent=AREA)
    pilots = receive(room, USERS, np.random.default_rng(5), multipath=0.0)
    turning = np.exp(2j * np.pi * 90.0 * TIMES)
    fix, offset, _ = locate_with_offset(room, pilots * turning, most=120.0, method="ml-projected")
    assert np.linalg.norm(fix.position - USERS, axis=-1).max() < 0.01 and np.abs(offset - 90).max() < 5


def test_calibration_finds_the_gains_of_tiles():
    rng = np.random.default_rng(6)
    gains = (1 + 0.1 * rng.standard_normal(100)) * np.exp(0.2j * rng.standard_normal(100))
    truth = replace(ROOM, codebook=ROOM.coefficients * gains)
    places = rng.uniform(*ROOM.limits, (40, 2))
    found = calibrated_room(ROOM, places, receive(truth, places, rng)).coefficients[0] / ROOM.coefficients[0]
    # A phase common to all is nobody's.
    found = found * np.exp(1j * np.angle(np.vdot(found, gains)))
    heard = np.mean(np.abs(tile_channels(ROOM, ROOM.grid[::50])) ** 2, axis=0)
    assert np.average(np.abs(found - gains) ** 2, weights=heard) < 1e-4 * np.average(
        np.abs(gains - 1) ** 2, weights=heard
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Impairment(linewidth=-1.0), "linewidth: got -1"),
        (lambda: Impairment(specular=1), "specular: got 1"),
        (lambda: Impairment(symbol_time=0.0), "symbol_time: got 0"),
        (lambda: Impairment(evm=-0.01), "evm: got -0.01"),
        (lambda: Impairment(phase_bits=60), "phase_bits: got 60"),
        (lambda: Impairment(references=1.5), "references: got 1.5"),
        (lambda: Impairment().n_symbols(0), "n_pilots: got 0"),
        (lambda: spoiled(users=[(1.0, 4.0, 1.0)]), "positions: got shape (1, 3)"),
        (lambda: spoiled(users=(1.0, 4.0)), "positions: got shape (2,)"),
        (lambda: spoiled(users=[(1.0, 9.9999)], speed=1e4), "positions: got"),
        (lambda: locate_with_offset(ROOM, signal(ROOM, USERS), most=-1.0), "most: got -1"),
        (lambda: locate_with_offset(ROOM, signal(ROOM, USERS), most=1e6), "most: got"),
        (lambda: locate_with_offset(ROOM, np.ones(32), most=1.0), "pilots: got shape (32,)"),
        (lambda: offset_crlb(ROOM, USERS, moving=1), "moving: got 1"),
        (lambda: offset_crlb(ROOM, USERS, method="phase-cost"), "method: got 'phase-cost'"),
        (lambda: calibrated_room(ROOM, USERS, np.ones((2, 32))), "pilots: got shape (2, 32)"),
        (lambda: calibrated_room(ROOM, USERS, np.ones((3, 32)), likely_error=0.0), "likely_error: got 0"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)
