"""Estimators and bounds of Part II against independent derivations and a search without shortcuts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from irsnb.indoor import (
    Room,
    build_dictionary,
    features,
    locate,
    measure,
    phase_cost,
    position_crlb,
    position_error_bound,
    receive,
    references,
    wall_images,
)
from irsnb.indoor.costs import phase_cost_gradient

RNG = np.random.default_rng(0)
PLACES = RNG.uniform([-4, 1], [4, 10], (400, 2))


def information(room, place, unknown):
    """Fisher information of x, y, the complex gain and, if asked for, f: by finite differences of (4)."""

    def mean(v):
        y = (v[2] + 1j * v[3]) * room.signal(v[:2])
        if unknown == "f":
            y = y + 1e-6 * (v[4] + 1j * v[5])
        return np.r_[y.real, y.imag]

    truth = np.r_[place, 1.0, 0.0, np.zeros(2 if unknown == "f" else 0)]
    steps = np.r_[1e-6, 1e-6, np.full(len(truth) - 2, 1e-4)]
    jacobian = np.stack(
        [
            (mean(truth + h * e) - mean(truth - h * e)) / (2 * h)
            for h, e in zip(steps, np.eye(len(truth)), strict=True)
        ],
        axis=-1,
    )
    return 2 / room.sigma**2 * jacobian.T @ jacobian


@pytest.mark.parametrize("height", [1.0, 3.0])
@pytest.mark.parametrize("unknown", ["gain", "f"])
def test_bound_from_the_whole_information_matrix(height, unknown):
    room = Room(height=height)
    for place in PLACES[:5]:
        whole = information(room, place, unknown)
        scale = np.sqrt(np.diag(whole))
        inverse = np.linalg.inv(whole / np.outer(scale, scale)) / np.outer(scale, scale)
        expected = math.sqrt(np.trace(inverse[:2, :2]))
        assert position_error_bound(room, place, multipath=unknown == "f") == pytest.approx(
            expected, rel=1e-4
        )


def test_bound_of_the_phase_cost_has_one_amplitude_for_each_pilot():
    # y_t = r_t exp(j (phi_t(p) + phi_0)): T amplitudes, an offset, two coordinates.
    room, place = Room(), PLACES[7]
    signal = room.signal(place)

    def mean(v):
        y = v[3:] * np.exp(1j * (np.angle(room.signal(v[:2])) + v[2]))
        return np.r_[y.real, y.imag]

    truth = np.r_[place, 0.0, np.abs(signal)]
    steps = np.r_[1e-7, 1e-7, 1e-6, np.abs(signal) * 1e-4]
    jacobian = np.stack(
        [
            (mean(truth + h * e) - mean(truth - h * e)) / (2 * h)
            for h, e in zip(steps, np.eye(35), strict=True)
        ],
        axis=-1,
    )
    whole = 2 / room.sigma**2 * jacobian.T @ jacobian
    scale = np.sqrt(np.diag(whole))
    inverse = np.linalg.inv(whole / np.outer(scale, scale)) / np.outer(scale, scale)
    assert np.allclose(position_crlb(room, place, "phase-cost"), inverse[:2, :2], rtol=1e-3)


def test_multipath_costs_nothing_with_a_balanced_codebook():
    room = Room(codebook="dft")
    assert np.allclose(
        position_error_bound(room, PLACES, True), position_error_bound(room, PLACES), rtol=1e-9
    )
    plain = Room()
    assert np.all(position_error_bound(plain, PLACES, True) > position_error_bound(plain, PLACES))


@pytest.mark.parametrize(
    ("height", "method", "multipath"),
    [
        (1.0, "ml", None),
        (3.0, "ml", None),
        (1.0, "ml-projected", 20.0),
        (3.0, "ml-projected", 0.0),
        (3.0, "ml-projected", "walls"),
        (1.0, "phase-cost", None),
    ],
)
def test_nobody_is_lost_and_the_error_is_the_bound(height, method, multipath):
    room, rng = Room(height=height), np.random.default_rng(1)
    if multipath == "walls":
        measured = receive(room, room.signal(PLACES) + wall_images(room, PLACES)[:, None], rng)
    else:
        measured = measure(room, PLACES, rng, multipath)
    fix = locate(room, measured, method)
    error = np.linalg.norm(fix.position - PLACES, axis=-1)
    bound = np.sqrt(np.trace(position_crlb(room, PLACES, method), axis1=-2, axis2=-1))
    assert error.max() < 0.01
    assert np.sqrt(np.mean((error / bound) ** 2)) == pytest.approx(1, abs=0.1)
    freedom = 2 * room.n_pilots - (6 if method == "ml-projected" else 4)
    if method == "phase-cost":
        freedom = room.n_pilots - 3
    assert fix.misfit.mean() == pytest.approx(freedom, rel=0.05)
    assert fix.converged.all()


def test_the_shortlist_of_blocks_loses_nothing():
    # Every place of the dictionary, one by one, for users between its places and on the edge of the area.
    room, rng = Room(height=3.0), np.random.default_rng(2)
    users = np.concatenate([PLACES[:40], [[-4, 1], [4, 10], [-4, 10], [4, 1], [4, 5.55]]])
    measured = measure(room, users, rng)
    dictionary = build_dictionary(room, "ml")
    everything = dictionary.vectors.reshape(-1, room.n_pilots)
    unit = (measured / np.linalg.norm(measured, axis=-1, keepdims=True)).astype(np.complex64)
    best = np.array([np.abs(everything @ one.conj()).argmax() for one in unit])
    found = locate(room, measured).position
    grid = dictionary.places.reshape(-1, 2)[best]
    assert np.all(np.linalg.norm(found - users, axis=-1) < 0.001)
    near = np.linalg.norm(grid - users, axis=-1) < 0.02
    assert near.mean() > 0.9, "the plain search finds most of them too"


def test_levenberg_marquardt_agrees_with_scipy():
    room, rng = Room(), np.random.default_rng(3)
    measured = measure(room, PLACES[:5], rng)
    fix = locate(room, measured)
    for place, pilots, ours in zip(PLACES[:5], measured, fix.position, strict=True):

        def missed(v, pilots=pilots):
            y = pilots - (v[2] + 1j * v[3]) * room.signal(v[:2])
            return np.r_[y.real, y.imag] / room.sigma

        signal = room.signal(place)
        gain = signal.conj() @ pilots / np.sum(np.abs(signal) ** 2)
        theirs = least_squares(
            missed, [*place, gain.real, gain.imag], x_scale=[1e-6, 1e-6, 1e-4, 1e-4], xtol=1e-15
        )
        assert np.allclose(theirs.x[:2], ours, atol=2e-8)


def test_the_eliminated_offset_is_the_best_one():
    room, rng = Room(), np.random.default_rng(4)
    measured = measure(room, PLACES[:1], rng)[0]
    offsets = np.linspace(0, np.pi, 20001)
    for place in PLACES[1:20]:
        # (5) as printed
        missed = np.angle(measured) - np.angle(room.signal(place)) - offsets[:, None]
        printed = np.sum(np.abs(measured) ** 2 / room.sigma**2 * np.sin(missed) ** 2, axis=-1)
        assert phase_cost(room, measured, place) == pytest.approx(printed.min(), rel=1e-6)
        assert phase_cost(room, measured, place, offsets[77]) == pytest.approx(printed[77], rel=1e-9)


@pytest.mark.parametrize("offset", [None, 0.7])
def test_gradient_of_the_cost(offset):
    room, rng = Room(), np.random.default_rng(5)
    measured, step = measure(room, PLACES[:1], rng)[0], 1e-6
    given_offset = None if offset is None else np.full(10, offset)
    gradient = phase_cost_gradient(room, measured, PLACES[:10], given_offset)
    for axis in range(2):
        move = step * np.eye(2)[axis]
        up, down = (phase_cost(room, measured, PLACES[:10] + s * move, given_offset) for s in (1, -1))
        assert np.allclose(
            gradient[:, axis], (up - down) / (2 * step), rtol=1e-4, atol=1e-4 * np.abs(gradient).max()
        )
    if offset is not None:
        up, down = (phase_cost(room, measured, PLACES[:10], given_offset + s * step) for s in (1, -1))
        assert np.allclose(gradient[:, 2], (up - down) / (2 * step), rtol=1e-4)


def test_ellipses_hold_the_user():
    room, rng = Room(height=3.0), np.random.default_rng(6)
    fix = locate(room, measure(room, np.repeat(PLACES, 3, axis=0), rng))
    error = fix.position - np.repeat(PLACES, 3, axis=0)
    square = np.einsum("ni,nij,nj->n", error, np.linalg.inv(fix.covariance), error)
    assert np.mean(square < 5.991) == pytest.approx(0.95, abs=0.02)


@given(st.floats(0.1, 10), st.floats(0, 6.28), st.integers(0, 399))
@settings(max_examples=30, deadline=None)
def test_gain_and_offset_do_not_matter(gain, phase, index):
    room = Room(height=3.0)
    measured = measure(room, PLACES[index : index + 1], np.random.default_rng(index))
    one = locate(room, measured).position
    other = locate(room, measured * gain * np.exp(1j * phase)).position
    assert np.allclose(one, other, atol=1e-7)


def test_constant_in_all_pilots_does_not_matter_once_projected():
    room = Room()
    signal = room.signal(PLACES[:3])
    assert np.allclose(features(signal + 5.0, "ml-projected"), features(signal, "ml-projected"))
    assert np.allclose(np.linalg.norm(references(signal, "phase-cost"), axis=-1), 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: locate(Room(), np.full((2, 32), np.nan)), "measurements: got"),
        (lambda: locate(Room(), np.ones((2, 31))), "measurements: got shape (2, 31)"),
        (lambda: locate(Room(), np.ones(32)), "measurements: got shape (32,)"),
        (lambda: locate(Room(), np.ones((0, 32))), "measurements: got shape (0, 32)"),
        (lambda: locate(Room(), np.zeros((1, 32))), "without any signal"),
        (lambda: locate(Room(), np.ones((1, 32)), "ml-projected"), "without any signal"),
        (lambda: locate(Room(), np.ones((1, 32)), "music"), "method: got 'music'"),
        (lambda: locate(Room(), "pilots"), "measurements: got"),
        (lambda: build_dictionary(Room(), "music"), "method: got 'music'"),
        (lambda: position_crlb(Room(), (0.0, 1.0), "music"), "method: got 'music'"),
        (lambda: position_error_bound(Room(), (0.0, 12.0)), "outside the room"),
        (lambda: position_error_bound(Room(), (0.0, math.nan)), "positions: got nan"),
        (lambda: phase_cost(Room(), np.ones(5), (0.0, 1.0)), "measured: got shape (5,)"),
        (lambda: phase_cost(Room(), np.ones(32), (0.0, 1.0), math.nan), "offset: got nan"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)
