"""Estimators and bounds of Part II against independent derivations and a search without shortcuts."""

import math
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares, minimize_scalar
from scipy.stats import chi2, kstest

from irsnb.bounds import position_error_bound
from irsnb.indoor import (
    Room,
    build_dictionary,
    dictionary,
    features,
    locate,
    paper_tiles,
    phase_cost,
    position_crlb,
    receive,
    references,
    refine,
    search,
    signal,
)
from irsnb.indoor.costs import METHODS, phase_cost_gradient, residuals

RNG = np.random.default_rng(0)
PLACES = RNG.uniform([-4, 1], [4, 10], (400, 2))


def information(room, place, unknown):
    """Fisher information of x, y, the complex gain and, if asked for, f: by finite differences of (4)."""

    def mean(v):
        y = (v[2] + 1j * v[3]) * signal(room, v[:2])
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
        method = "ml-projected" if unknown == "f" else "ml"
        got = position_error_bound(position_crlb(room, place, method=method))
        assert got == pytest.approx(expected, rel=1e-4)


def test_bound_of_the_phase_cost_has_one_amplitude_for_each_pilot():
    # y_t = r_t exp(j (phi_t(p) + phi_0)): T amplitudes, an offset, two coordinates.
    room, place = Room(), PLACES[7]
    amplitudes = np.abs(signal(room, place))

    def mean(v):
        y = v[3:] * np.exp(1j * (np.angle(signal(room, v[:2])) + v[2]))
        return np.r_[y.real, y.imag]

    truth = np.r_[place, 0.0, amplitudes]
    steps = np.r_[1e-7, 1e-7, 1e-6, amplitudes * 1e-4]
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
    assert np.allclose(position_crlb(room, place, method="phase-cost"), inverse[:2, :2], rtol=1e-3)


def test_multipath_costs_nothing_with_a_balanced_codebook():
    for codebook, is_free in (("dft", True), ("random", False)):
        room = Room(codebook=codebook)
        without, projected = (
            position_error_bound(position_crlb(room, PLACES, method=method))
            for method in ("ml", "ml-projected")
        )
        assert np.allclose(projected, without, rtol=1e-9) if is_free else np.all(projected > without)


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
    fix = locate(room, receive(room, PLACES, rng, multipath=multipath), method=method)
    error = np.linalg.norm(fix.position - PLACES, axis=-1)
    bound = np.sqrt(np.trace(position_crlb(room, PLACES, method=method), axis1=-2, axis2=-1))
    assert error.max() < 0.01
    assert np.sqrt(np.mean((error / bound) ** 2)) == pytest.approx(1, abs=0.1)
    freedom = 2 * room.n_pilots - (6 if method == "ml-projected" else 4)
    if method == "phase-cost":
        freedom = room.n_pilots - 3
    assert fix.misfit.mean() == pytest.approx(freedom, rel=0.05) and np.all(fix.dof == freedom)
    # The test of the misfit is at level 1e-3: of 400 users, more than four in one case of 1600.
    assert np.sum(~fix.converged) <= 4


@pytest.mark.parametrize("method", ["ml", "ml-projected", "phase-cost"])
@pytest.mark.parametrize("height", [1.0, 3.0])
def test_the_misfit_is_chi_square_with_its_freedom(height, method):
    # From the true places, so that nobody is lost: the share rejected and the whole distribution.
    room, rng = Room(height=height), np.random.default_rng(8)
    places = rng.uniform([-4, 1], [4, 10], (2000, 2))
    fix = refine(room, receive(room, places, rng), places[:, None], method=method)
    exceeded = chi2.sf(fix.misfit, fix.dof)
    assert kstest(exceeded, "uniform").pvalue > 1e-3
    assert np.mean(~fix.converged) == np.mean(exceeded < 1e-3) <= 0.004


@pytest.mark.parametrize("method", ["ml", "ml-projected", "phase-cost"])
def test_misfit_from_the_equations(method):
    # min over gain and f by least squares; (5) by a search over the offset, with a_t sin of variance 1/2.
    room, rng = Room(tx_power_dbm=-10.0), np.random.default_rng(9)
    places = PLACES[:3]
    measured = receive(room, places, rng)
    fix = refine(room, measured, places[:, None], method=method)
    for place, pilots, misfit in zip(fix.position, measured, fix.misfit, strict=True):
        clean = signal(room, place)
        if method == "phase-cost":

            def cost(offset, pilots=pilots, clean=clean):
                missed = np.abs(pilots) * np.sin(np.angle(pilots) - np.angle(clean) - offset)
                return np.sum(missed**2) / (room.sigma**2 / 2)

            best = min(np.linspace(0, np.pi, 101), key=cost)
            expected = minimize_scalar(cost, bounds=(best - 0.04, best + 0.04), options={"xatol": 1e-9}).fun
        else:
            columns = [clean] if method == "ml" else [clean, np.full(32, np.abs(clean).max())]
            model = np.stack(columns, axis=-1)
            left = pilots - model @ np.linalg.lstsq(model, pilots, rcond=None)[0]
            expected = np.sum(np.abs(left) ** 2) / (room.sigma**2 / 2)
        assert misfit == pytest.approx(expected, rel=1e-4)


def test_who_is_lost_has_not_converged():
    # Half of the pilots' power comes from elsewhere: the model does not fit, and the misfit says so.
    room, rng = Room(), np.random.default_rng(10)
    fix = locate(room, receive(room, PLACES[:40], rng, multipath=0.0))
    lost = np.linalg.norm(fix.position - PLACES[:40], axis=-1) > 0.01
    assert lost.any() and not fix.converged[lost].any()
    assert any("misfit: got" in remark for remark in fix.remarks)


@pytest.mark.parametrize("method", ["ml", "ml-projected", "phase-cost"])
def test_missing_pilots_count_for_nothing_else(method):
    room, rng = Room(height=3.0), np.random.default_rng(11)
    measured = receive(room, PLACES[:60], rng)
    for row, users_pilots in enumerate(measured):
        users_pilots[rng.permutation(32)[: row % 5]] = np.nan
    fix = locate(room, measured, method=method)
    assert np.all(np.linalg.norm(fix.position - PLACES[:60], axis=-1) < 0.01)
    unknowns = {"ml": 4, "ml-projected": 6, "phase-cost": 3}[method]
    heard = 32 - np.arange(60) % 5
    assert np.array_equal(fix.dof, (1 if method == "phase-cost" else 2) * heard - unknowns)
    assert fix.misfit.sum() == pytest.approx(fix.dof.sum(), rel=0.1)

    # A pilot that is missing and one that was never sent: the same as a room with the others alone.
    fewer = Room(height=3.0, codebook=np.exp(1j * room.phases[:30]))
    measured = receive(room, PLACES[:5], rng)
    measured[:, 30:] = np.nan
    with_gaps = refine(room, measured, PLACES[:5, None], method=method)
    without = refine(fewer, measured[:, :30], PLACES[:5, None], method=method)
    assert np.allclose(with_gaps.position, without.position, atol=1e-8)
    assert np.allclose(with_gaps.covariance, without.covariance, rtol=1e-6)
    assert np.allclose(with_gaps.misfit, without.misfit, rtol=1e-6)


def test_a_bad_row_spoils_no_other():
    room, rng = Room(), np.random.default_rng(12)
    measured = receive(room, PLACES[:5], rng)
    measured[1, 3], measured[2], measured[3, 3:] = np.inf, 0, np.nan
    fix = locate(room, measured)
    alone = locate(room, measured[[0, 4]])
    assert np.allclose(fix.position[[0, 4]], alone.position, atol=1e-9)
    assert np.isnan(fix.position[1:4]).all() and np.isnan(fix.misfit[1:4]).all()
    assert fix.converged.tolist() == [True, False, False, False, True]
    for row, words in ((1, "got (inf+0j)"), (2, "without any signal"), (3, "got 3; pilots not missing")):
        assert any(f"row {row}: pilots: " in line and words in line for line in fix.remarks)


def test_a_fix_outside_the_users_area_has_not_converged():
    room = Room()
    outside, edge = (4.4, 5.0), (4.0, 5.0)
    fix = refine(room, signal(room, [outside, edge]), [[outside], [edge]])
    assert np.allclose(fix.position, [outside, edge], atol=1e-6)
    assert fix.converged.tolist() == [False, True]
    assert fix.remarks == (
        "row 0: position: got (4.4, 5); it must lie in x from -4 to 4 m, y from 1 to 10 m",
    )


def test_a_dictionary_is_built_once_for_rooms_that_differ_by_their_powers(monkeypatch):
    built = []
    monkeypatch.setattr(dictionary, "_kept", OrderedDict())
    for name in ("_start", "_all_spans"):
        compute = getattr(dictionary, name)
        monkeypatch.setattr(dictionary, name, lambda *a, n=name, c=compute: built.append(n) or c(*a))
    rooms = [Room(n_pilots=4), Room(n_pilots=4, tx_power_dbm=-5.0), Room(n_pilots=4, noise_dbm=-90.0)]
    for _ in range(2):
        for room in rooms:
            for method in ("ml", "phase-cost", "ml-projected"):
                assert build_dictionary(room, method).room is room
    assert built == ["_start", "_all_spans", "_all_spans"]
    # Other tiles make another dictionary.
    build_dictionary(Room(n_pilots=4, tiles=paper_tiles(1.0, 49)))
    assert built == ["_start", "_all_spans", "_all_spans", "_start", "_all_spans"]
    # What is kept is bounded: the room asked for longest ago goes first.
    monkeypatch.setattr(dictionary, "_KEPT_BYTES", 10**6)
    build_dictionary(Room(n_pilots=4, height=2.0))
    assert [room.height for room, _ in dictionary._kept] == [2.0]


def test_vectors_and_spans_of_a_block():
    room = Room(n_pilots=16, height=2.0)
    book = build_dictionary(room, "ml-projected")
    blocks = book.grid.n_blocks
    for block in (0, 4000, blocks - 1):
        inside = np.all(np.abs(book.places[block] - (0, 5)) < 5, axis=-1)
        clean = signal(room, book.places[block][inside])
        unit = clean / np.linalg.norm(clean, axis=-1, keepdims=True)
        # Amplitudes between the corners of a block: nearly the places' own signals, up to a factor.
        alike = np.abs(np.sum(book.vectors[block][inside] * unit.conj(), axis=-1))
        assert alike.min() > 0.995 and alike.max() < 1 + 1e-5, alike.min()
        centred = book.vectors[block] - book.vectors[block].mean(axis=-1, keepdims=True)
        centred = centred / np.linalg.norm(centred, axis=-1, keepdims=True)
        span = book.spans.reshape(16, blocks, 8)[:, block]
        assert np.allclose(span.conj().T @ span, np.eye(8), atol=1e-5)
        # Each vector but for a thousandth; eight dimensions cannot hold more than the singular values say.
        held = np.sum(np.abs(centred @ span.conj()) ** 2, axis=-1)
        most = np.sum(np.linalg.svd(centred, compute_uv=False)[:8] ** 2)
        assert held.min() > 0.995 and held.sum() < most + 1e-3, held.min()


def test_the_shortlist_of_blocks_loses_nothing():
    # Every place of the dictionary, one by one, for users between its places and on the edge of the area.
    room, rng = Room(height=3.0), np.random.default_rng(2)
    users = np.concatenate([PLACES[:40], [[-4, 1], [4, 10], [-4, 10], [4, 1], [4, 5.55]]])
    measured = receive(room, users, rng)
    dictionary = build_dictionary(room, "ml")
    everything = dictionary.vectors.reshape(-1, room.n_pilots)
    unit = (measured / np.linalg.norm(measured, axis=-1, keepdims=True)).astype(np.complex64)
    best = np.array([np.abs(everything @ vector.conj()).argmax() for vector in unit])
    found = locate(room, measured).position
    grid = dictionary.places.reshape(-1, 2)[best]
    assert np.all(np.linalg.norm(found - users, axis=-1) < 0.001)
    near = np.linalg.norm(grid - users, axis=-1) < 0.02
    assert near.mean() > 0.9, "the plain search finds most of them too"


def test_levenberg_marquardt_agrees_with_scipy():
    room, rng = Room(), np.random.default_rng(3)
    measured = receive(room, PLACES[:5], rng)
    fix = locate(room, measured)
    for place, pilots, ours in zip(PLACES[:5], measured, fix.position, strict=True):

        def missed(v, pilots=pilots):
            y = pilots - (v[2] + 1j * v[3]) * signal(room, v[:2])
            return np.r_[y.real, y.imag] / room.sigma

        clean = signal(room, place)
        gain = clean.conj() @ pilots / np.sum(np.abs(clean) ** 2)
        theirs = least_squares(
            missed, [*place, gain.real, gain.imag], x_scale=[1e-6, 1e-6, 1e-4, 1e-4], xtol=1e-15
        )
        assert np.allclose(theirs.x[:2], ours, atol=2e-8)


def test_the_eliminated_offset_is_the_best_one():
    room, rng = Room(), np.random.default_rng(4)
    measured = receive(room, PLACES[:1], rng)[0]
    offsets = np.linspace(0, np.pi, 20001)
    for place in PLACES[1:20]:
        # (5) as printed
        missed = np.angle(measured) - np.angle(signal(room, place)) - offsets[:, None]
        printed = np.sum(np.abs(measured) ** 2 / room.sigma**2 * np.sin(missed) ** 2, axis=-1)
        assert phase_cost(room, measured, place) == pytest.approx(printed.min(), rel=1e-6)
        assert phase_cost(room, measured, place, offsets[77]) == pytest.approx(printed[77], rel=1e-9)


@pytest.mark.parametrize("offset", [None, 0.7])
def test_gradient_of_the_cost(offset):
    room, rng = Room(), np.random.default_rng(5)
    measured, step = receive(room, PLACES[:1], rng)[0], 1e-6
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
    fix = locate(room, receive(room, np.repeat(PLACES, 3, axis=0), rng))
    error = fix.position - np.repeat(PLACES, 3, axis=0)
    square = np.einsum("ni,nij,nj->n", error, np.linalg.inv(fix.covariance), error)
    assert np.mean(square < 5.991) == pytest.approx(0.95, abs=0.02)


@given(st.floats(0.1, 10), st.floats(0, 6.28), st.integers(0, 399))
@settings(max_examples=30, deadline=None)
def test_gain_and_offset_do_not_matter(gain, phase, index):
    room = Room(height=3.0)
    measured = receive(room, PLACES[index : index + 1], np.random.default_rng(index))
    plain = locate(room, measured).position
    scaled = locate(room, measured * gain * np.exp(1j * phase)).position
    assert np.allclose(plain, scaled, atol=1e-7)


def test_constant_in_all_pilots_does_not_matter_once_projected():
    room = Room()
    clean = signal(room, PLACES[:3])
    assert np.allclose(features(clean + 5.0, "ml-projected"), features(clean, "ml-projected"))
    assert np.allclose(np.linalg.norm(references(clean, "phase-cost"), axis=-1), 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: locate(Room(), np.full((2, 32), np.nan)), "pilots: got 0; pilots not missing"),
        (lambda: refine(Room(), np.ones((1, 32)), [[(45.0, 46.0)]]), "starts: got 45.0"),
        (lambda: locate(Room(), np.ones((2, 31))), "pilots: got shape (2, 31)"),
        (lambda: locate(Room(), np.ones(32)), "pilots: got shape (32,)"),
        (lambda: locate(Room(), np.ones((0, 32))), "pilots: got shape (0, 32)"),
        (lambda: locate(Room(), np.zeros((1, 32))), "without any signal"),
        (lambda: locate(Room(), np.ones((1, 32)), method="ml-projected"), "without any signal"),
        (lambda: locate(Room(), np.ones((1, 32)), method="music"), "method: got 'music'"),
        (lambda: locate(Room(), "pilots"), "pilots: got"),
        (lambda: locate(Room(carrier=3e12), np.ones((1, 32))), "their spans would need"),
        (lambda: build_dictionary(Room(), "music"), "method: got 'music'"),
        (lambda: search(build_dictionary(Room(n_pilots=4)), np.ones((1, 4)), depth=0), "depth: got 0"),
        (lambda: position_crlb(Room(), (0.0, 1.0), method="music"), "method: got 'music'"),
        (lambda: position_crlb(Room(), (0.0, 12.0)), "outside the room"),
        (lambda: position_crlb(Room(), (0.0, math.nan)), "positions: got nan"),
        (lambda: phase_cost(Room(), np.ones(5), (0.0, 1.0)), "measured: got shape (5,)"),
        (lambda: phase_cost(Room(), np.ones(32), (0.0, 1.0), math.nan), "offset: got nan"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize("method", METHODS[:2])
def test_residuals_are_what_the_likelihood_leaves(method):
    # Of (4): the best complex gain and, projected, the best constant by numpy's least squares on the pilots
    # that are there; the Jacobian by central differences of the misfit that is left.
    room, places = Room(height=3.0), PLACES[:5]
    measured = receive(room, places, np.random.default_rng(5), multipath=3.0)
    measured[1::2, 3:9] = np.nan
    deviation, step = room.sigma / np.sqrt(2), 1e-6

    def left(n, place):
        present = np.isfinite(measured[n])
        columns = [signal(room, place)[present]] + [np.ones(present.sum())] * (method == "ml-projected")
        columns = np.stack(columns, axis=-1)
        fitted = np.linalg.lstsq(columns, measured[n, present], rcond=None)[0]
        out = np.zeros(room.n_pilots, dtype=complex)
        out[present] = (measured[n, present] - columns @ fitted) / deviation
        return np.concatenate([out.real, out.imag])

    got, jacobian = residuals(room, method)(places, measured)
    for n, place in enumerate(places):
        expected = left(n, place)
        assert np.abs(got[n] - expected).max() < 1e-9 * np.abs(measured[n, 0]) / deviation
        for axis, move in enumerate(step * np.eye(2)):
            slope = np.sum(left(n, place + move) ** 2) - np.sum(left(n, place - move) ** 2)
            assert 2 * jacobian[n, :, axis] @ got[n] == pytest.approx(
                slope / (2 * step),
                rel=1e-4,
                abs=1e-6 * np.linalg.norm(jacobian[n]) * np.linalg.norm(got[n]) + 1e-3,
            )


def test_the_largest_are_found_whatever_their_order():
    from irsnb.indoor.kernels import largest

    rng = np.random.default_rng(0)
    values = rng.normal(size=(7, 300)).astype(np.float32)
    values[0], values[1] = np.sort(values[0]), -np.sort(values[1])
    for count in (1, 4, 256, 300):
        expected = np.sort(np.argsort(-values, axis=1)[:, :count], axis=1)
        assert np.array_equal(largest(values, count), expected)
