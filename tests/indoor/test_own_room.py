"""Rooms of one's own: other carriers, tiles, codebooks and heights, and searches larger than memory."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb.bounds import position_error_bound
from irsnb.indoor import (
    Room,
    Tiles,
    build_dictionary,
    dictionary,
    likelihood_cost,
    locate,
    paper_tiles,
    phase_cost,
    position_crlb,
    receive,
    refine,
    signal,
)
from irsnb.indoor.costs import METHODS
from irsnb.indoor.grid import PER_SIDE, block_corners, direction_spreads, search_grid


def own_room(carrier=28e9, n=24, **settings):
    """6 m x 8 m, small tiles every 20 cm on the wall y = 0, and a Fourier matrix as their codebook."""
    x = 0.5 + 0.2 * np.arange(n)
    tiles = Tiles(np.stack([x, 0 * x, 0 * x + 2], axis=-1), (0.0, 1.0, 0.0), (4, 4))
    codebook = np.exp(2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    return Room(
        extent=(0, 6, 0.5, 8),
        walls=(0, 6, 0, 8),
        station=(0.0, 4.0, 2.0),
        tiles=tiles,
        codebook=codebook,
        carrier=carrier,
        **{"tx_power_dbm": 30.0} | settings,
    )


def errors_over_bound(room, places, seed, method="ml", multipath=None):
    fix = locate(room, receive(room, places, np.random.default_rng(seed), multipath=multipath), method=method)
    error = np.linalg.norm(fix.position - places, axis=-1)
    return error, error / position_error_bound(position_crlb(room, places, method=method)), fix


def drawn(room, n, seed):
    return np.random.default_rng(seed).uniform(*room.limits, (n, room.n_coordinates))


def test_one_s_own_room_at_28_ghz():
    room = own_room()
    error, ratio, fix = errors_over_bound(room, np.repeat(drawn(room, 60, 0), 3, axis=0), 1)
    assert error.max() < 0.02 and ratio.max() < 6
    assert np.sqrt(np.mean(ratio**2)) == pytest.approx(1, abs=0.12)
    assert fix.converged.mean() > 0.98


@pytest.mark.parametrize("carrier", [1e9, 5.9e9, 10e9])
def test_the_paper_s_room_at_other_carriers(carrier):
    room = Room(carrier=carrier)
    error, ratio, fix = errors_over_bound(room, drawn(room, 60, 2), 3)
    assert error.max() < 0.001 and np.sqrt(np.mean(ratio**2)) == pytest.approx(1, abs=0.2)
    assert fix.converged.mean() > 0.95


@pytest.mark.parametrize("reflection", ["product", "specular"])
@pytest.mark.parametrize("waves", ["plane", "curved"])
def test_every_kind_of_tile_is_located_at_its_bound(reflection, waves):
    # Half as many tiles with a quarter of the cells, so that curved waves are computed in a second.
    tiles = paper_tiles(2.0, 25, cells=(4, 6), reflection=reflection, waves=waves)
    room = Room(height=2.0, tiles=tiles, extent=(-1.0, 1.0, 3.0, 5.0))
    error, ratio, _ = errors_over_bound(room, drawn(room, 100, 4), 5, "ml-projected", 10.0)
    assert error.max() < 0.005 and np.sqrt(np.mean(ratio**2)) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_height_is_found_at_its_bound(method):
    room = Room(height=3.0, user_height=(0.5, 1.8), extent=(-1.0, 1.0, 3.0, 5.0))
    places = drawn(room, 100, 6)
    error, ratio, fix = errors_over_bound(room, places, 7, method, 0.0 if method == "ml-projected" else None)
    assert fix.position.shape == (100, 3) and fix.covariance.shape == (100, 3, 3)
    assert error.max() < 0.01 and np.sqrt(np.mean(ratio**2)) == pytest.approx(1, abs=0.15)
    unknowns = {"ml": 5, "ml-projected": 7, "phase-cost": 4}[method]
    assert fix.dof == pytest.approx((1 if method == "phase-cost" else 2) * 32 - unknowns)
    # To know the height is worth something.
    flat = replace(room, user_height=1.0)
    level = np.concatenate([places[:, :2], np.ones((100, 1))], axis=-1)
    known = position_crlb(flat, places[:, :2], method=method)
    unknown = position_crlb(room, level, method=method)[:, :2, :2]
    assert np.all(np.linalg.eigvalsh(unknown - known)[:, 0] > -1e-9 * np.trace(known, axis1=1, axis2=2))
    assert np.median(position_error_bound(unknown) / position_error_bound(known)) > 1.01


def test_the_bound_of_an_unknown_height_by_finite_differences():
    room, step = Room(height=3.0, user_height=(0.5, 1.8)), 1e-6
    for place in drawn(room, 5, 8):
        clean = signal(room, place)
        slopes = [
            (signal(room, place + step * e) - signal(room, place - step * e)) / (2 * step) for e in np.eye(3)
        ]
        slopes = np.stack([*slopes, clean, 1j * clean], axis=-1)
        whole = 2 / room.sigma**2 * (slopes.conj().T @ slopes).real
        scale = np.sqrt(np.diag(whole))
        expected = (np.linalg.inv(whole / np.outer(scale, scale)) / np.outer(scale, scale))[:3, :3]
        assert np.allclose(position_crlb(room, place), expected, rtol=1e-4, atol=1e-4 * expected.max())


def test_users_on_several_floors():
    # Tiles at 1.5 m, seen by users from the first floor to the third.
    room = own_room(3.5e9, user_height=(2.5, 9.0), tx_power_dbm=40.0)
    error, ratio, _ = errors_over_bound(room, drawn(room, 60, 9), 10)
    assert np.median(ratio) < 1.2 and np.mean(ratio > 10) < 0.05


def test_a_mirror_image_in_the_tiles_height_sends_the_same():
    room = Room(height=1.5, user_height=(0.0, 3.0))
    above, below = signal(room, (1.0, 4.0, 1.9)), signal(room, (1.0, 4.0, 1.1))
    assert np.allclose(above, below, rtol=1e-12, atol=0)
    with pytest.raises(ValueError, match="information: got"):
        position_crlb(room, (1.0, 4.0, 1.5))


@pytest.mark.parametrize("method", METHODS)
def test_a_search_piece_by_piece_finds_the_same(monkeypatch, method):
    room = Room(extent=(-1.0, 1.0, 3.0, 5.0))
    pilots = receive(room, drawn(room, 30, 11), np.random.default_rng(12))
    pilots[::7, 3] = np.nan
    whole = locate(room, pilots, method=method)
    assert build_dictionary(room, method).spans is not None
    for name, value in (("_kept", OrderedDict()), ("_SPAN_BYTES", 0), ("_VECTOR_BYTES", 0), ("_PIECE", 37)):
        monkeypatch.setattr(dictionary, name, value)
    assert build_dictionary(room, method).spans is None
    pieces = locate(room, pilots, method=method)
    assert np.allclose(pieces.position, whole.position, atol=1e-9) and np.all(pieces.converged)
    # Nothing of it is kept.
    assert dictionary._kept_bytes() == 0


def test_the_grid_follows_wavelength_and_aperture():
    paper = search_grid(Room())
    assert paper.sides == pytest.approx([0.1, 0.1], rel=0.02)
    for carrier in (1e9, 14e9, 28e9):
        sides = search_grid(Room(carrier=carrier)).sides
        assert sides * carrier == pytest.approx(paper.sides * 3.5e9, rel=0.06)
    # Blocks surround the extent by half of one, and their places are even.
    assert np.allclose(paper.low + paper.sides / 2, [-4, 1])
    assert np.allclose(paper.low + paper.sides * (np.array(paper.counts) - 0.5), [4, 10])
    places = block_corners(paper, np.arange(paper.n_blocks))[:, None, :] + paper.inner
    x = np.unique(places[..., 0].round(9))
    assert len(x) == PER_SIDE * paper.counts[0] and np.allclose(np.diff(x), paper.sides[0] / PER_SIDE)
    # Along y waves come from one wall only: from their directions by hand, at the widest.
    room = own_room()
    low, high = room.limits
    tiles, widest = room.tiles.positions, np.zeros(2)
    for place in np.stack(np.meshgrid(*np.linspace(low, high, 25).T), axis=-1).reshape(-1, 2):
        outward = (*place, 1.0) - tiles
        outward = outward / np.linalg.norm(outward, axis=-1, keepdims=True)
        widest = np.maximum(widest, np.ptp(outward, axis=0)[:2])
    assert np.all(direction_spreads(room) == pytest.approx(widest, rel=0.1))
    # A few tiles far away tell less apart, so fewer places do.
    near = Room(tiles=paper_tiles(1.0, 5), extent=(-4, 4, 1, 10))
    far = replace(near, extent=(-4, 4, 101, 110), walls=(-5, 5, 0, 200))
    assert search_grid(far).n_blocks < 0.1 * search_grid(near).n_blocks


@pytest.mark.parametrize(
    "room", [Room(carrier=3e12), Room(extent=(0.0, 1e6, 0.0, 1e6)), Room(carrier=1e300), own_room(3e12)]
)
def test_a_grid_that_is_too_large_says_how_large(room):
    with pytest.raises(ValueError, match=r"room: got a search grid of .* blocks .* would need .* GB"):
        locate(room, np.ones((1, room.n_pilots)) + 1j)


@pytest.mark.parametrize("method", METHODS)
def test_where_the_tiles_send_nothing(method):
    # Behind the tiles: no signal, no derivative, and no step that leads nowhere.
    tiles = Tiles([(x, 5.0, 1.5) for x in np.arange(-3.9, 4, 0.2)], (0.0, 1.0, 0.0))
    room = Room(tiles=tiles, station=(0.0, 9.0, 1.5), extent=(-2, 2, 1, 9))
    places = np.array([[0.3, 7.0], [-1.0, 8.0], [1.5, 6.0]])
    pilots = receive(room, places, np.random.default_rng(13))
    assert np.all(np.linalg.norm(locate(room, pilots, method=method).position - places, axis=-1) < 0.01)
    fix = refine(room, pilots, np.full((3, 1, 2), (0.5, 3.0)), method=method)
    assert np.all(fix.position == (0.5, 3.0)) and not fix.converged.any()
    assert sum("do not fix a position there" in remark for remark in fix.remarks) == 3
    assert np.isfinite(fix.misfit).all()
    cost = phase_cost if method == "phase-cost" else likelihood_cost
    behind, there = cost(room, pilots[0], [(0.5, 3.0), places[0]])
    assert np.isfinite(behind) and behind > 100 * there
    with pytest.raises(ValueError, match="information: got"):
        position_crlb(room, (0.5, 3.0), method=method)


@given(
    st.integers(5, 12),
    st.integers(1, 4),
    st.sampled_from(["random", "dft"]),
    st.floats(0, 2 * np.pi),
    st.integers(0, 10**6),
)
@settings(max_examples=15, deadline=None)
def test_any_room_is_located(n_tiles, rows, codebook, turn, seed):
    # Tiles on a slanted wall, users in front of it, wherever in the world: noise-free pilots lead home.
    rng = np.random.default_rng(seed)
    along, normal = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    middle = np.array([*rng.uniform(-30, 30, 2), 2.0])
    tiles = Tiles(middle + np.linspace(-1.5, 1.5, n_tiles)[:, None] * along, normal, (2, rows))
    centre = middle + 3 * normal
    extent = (centre[0] - 1, centre[0] + 1, centre[1] - 1, centre[1] + 1)
    room = Room(
        tiles=tiles,
        station=middle + 2 * normal + 2 * along,
        extent=extent,
        codebook=codebook,
        walls=(-100, 100, -100, 100),
        n_pilots=24,
        phase_seed=seed,
    )
    places = drawn(room, 5, seed)
    fix = locate(room, signal(room, places))
    assert np.all(np.linalg.norm(fix.position - places, axis=-1) < 1e-6) and fix.converged.all()


def test_the_same_seed_gives_the_same_fix():
    room, places = own_room(10e9), drawn(own_room(), 20, 14)
    first, again = (
        locate(room, receive(room, places, np.random.default_rng(15), multipath=0.0), method="ml-projected")
        for _ in range(2)
    )
    assert np.array_equal(first.position, again.position) and first.remarks == again.remarks
    # And users do not depend on the others of their batch.
    pilots = receive(room, places, np.random.default_rng(15))
    alone = [locate(room, user[None]).position[0] for user in pilots]
    assert np.allclose(locate(room, pilots).position, alone, atol=1e-9)
