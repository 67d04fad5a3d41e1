"""The room of Aguiar et al. (2024), eqs. (1)-(4), re-derived element by element."""

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from irsnb.indoor import (
    SOURCES,
    Room,
    Tiles,
    add_noise,
    paper_tiles,
    pilots,
    receive,
    reflection_coefficients,
    signal,
    tile_channels,
    wall_images,
)
from irsnb.indoor.signal import signal_and_gradient

C0 = 299_792_458.0
RNG = np.random.default_rng(0)
PLACES = RNG.uniform([-4, 1], [4, 10], (20, 2))


def by_cells(room, k, place):
    """beta_tk h_k of (2)-(4) without its phase, cell by cell in scalar arithmetic.

    "product": the sums over cells (3) of the wave that arrives and of the one that leaves, multiplied.
    "specular": one sum over cells of both waves together. Plane waves: offsets of cells projected on the
    direction; curved ones: exact distances.
    """
    tiles, wavelength = room.tiles, C0 / room.carrier
    centre, normal = tiles.positions[k], tiles.normals[k]
    level = np.cross(normal, [0.0, 0.0, 1.0])
    level = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-9 else np.array([1.0, 0.0, 0.0])
    steep = np.cross(level, normal)
    columns, rows = tiles.cells
    ends = np.array(room.station), np.array(place)
    sums, value, both = [0j, 0j], complex(10 ** (tiles.cell_gain_dbi / 10)), 0j
    for i in range(columns):
        for j in range(rows):
            off = (
                (level * (i - (columns - 1) / 2) + steep * (j - (rows - 1) / 2))
                * tiles.cell_spacing
                * wavelength
            )
            phases = []
            for end in ends:
                v = end - centre
                d = math.dist(end, centre)
                extra = -float(v @ off) / d if tiles.waves == "plane" else math.dist(end, centre + off) - d
                phases.append(np.exp(-2j * np.pi * extra / wavelength))
            both += phases[0] * phases[1]
            sums = [total + phase for total, phase in zip(sums, phases, strict=True)]
    value *= both if tiles.reflection == "specular" else sums[0] * sums[1] / (columns * rows)
    for end in ends:
        d = math.dist(end, centre)
        cosine = float((end - centre) @ normal) / d
        value *= math.sqrt(max(cosine, 0) ** tiles.cell_exponent)  # (1)
        value *= wavelength / (4 * math.pi * d)
        value *= complex(math.cos(2 * math.pi * d / wavelength), -math.sin(2 * math.pi * d / wavelength))
    return value


@pytest.mark.parametrize("height", [1.0, 3.0, 2.2])
def test_tile_channels_are_the_sums_over_cells(height):
    room = Room(height=height)
    got = tile_channels(room, PLACES)
    scale = np.abs(got).max()
    for n in (0, 7, 19):
        for k in (0, 13, 49, 50, 77, 99):
            assert abs(got[n, k] - by_cells(room, k, (*PLACES[n], 1.0))) < 1e-9 * scale


def test_pilots_are_the_sum_over_tiles():
    room = Room(height=3.0, n_pilots=8)
    channels = tile_channels(room, PLACES[:3])
    amplitude = math.sqrt(1e-3 * 10 ** (room.tx_power_dbm / 10))
    for n in range(3):
        for t in range(8):
            total = sum(channels[n, k] * np.exp(1j * room.phases[t, k]) for k in range(100))
            assert signal(room, PLACES[n])[t] == pytest.approx(amplitude * total, rel=1e-9)


TURNED = Tiles(
    [(2.0, 0.5, 2.0), (-3.0, 1.0, 2.5), (0.3, 5.2, 3.0), (4.9, 5.0, 1.2)],
    [(0.3, 1.0, -0.2), (0.0, 2.0, 0.0), (0.0, 0.0, -1.0), (-1.0, 0.1, 0.3)],
    (5, 3),
)


@pytest.mark.parametrize("reflection", ["product", "specular"])
@pytest.mark.parametrize("waves", ["plane", "curved"])
def test_channels_to_the_last_digits(reflection, waves):
    # Tiles turned anywhere, one of them on the ceiling, and what moves each part of the model; the phase of a
    # hundred wavelengths leaves three digits less than the machine has.
    made = {"reflection": reflection, "waves": waves}
    for room in (
        Room(height=2.2, tiles=paper_tiles(2.2, 4, cells=(3, 7), cell_exponent=0.0, **made), user_height=0.4),
        Room(height=1.7, tiles=replace(TURNED, cell_spacing=0.8, cell_gain_dbi=3.0, **made), carrier=28e9),
        Room(tiles=replace(TURNED, cell_exponent=2.0, **made), station=(1.0, 3.0, 1.5)),
    ):
        got = tile_channels(room, PLACES)
        places = [(*place, room.user_height) for place in PLACES]
        expected = [[by_cells(room, k, place) for k in range(room.n_tiles)] for place in places]
        assert np.abs(got - expected).max() < (2e-12 if waves == "plane" else 2e-11) * np.abs(expected).max()


def test_grating_lobes_have_the_height_of_the_main_lobe():
    # Cells a whole wavelength apart: a user in the plane of the tile, along its columns, sees all in phase.
    tiles = Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), (4, 3), cell_spacing=1.0, cell_exponent=0.0)
    for reflection in ("product", "specular"):
        room = Room(tiles=replace(tiles, reflection=reflection), station=(0.0, 4.0, 1.0))
        places = (0.0, 3.0), (3.0, 0.0), (3.0, 1e-7)
        ahead, aside, nearly = np.abs(tile_channels(room, places))[:, 0]
        assert aside == pytest.approx(ahead, rel=1e-9) and nearly == pytest.approx(ahead, rel=1e-6)
        values = [by_cells(room, 0, (*place, 1.0)) for place in places]
        assert np.allclose(tile_channels(room, places)[:, 0], values, rtol=1e-6, atol=0)


def test_a_mirror_reflects_at_the_angle_of_arrival():
    # A large mirror at the origin: most of the power leaves at the angle at which it arrived, and (2)'s
    # product of array factors hears nothing from there and sends nothing thither.
    tiles = Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), (40, 1), cell_exponent=0.0)
    angles = np.deg2rad(np.arange(-80, 81))
    places = 5 * np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    station = (-5 * np.sin(0.5), 5 * np.cos(0.5), 1.0)
    room = {
        kind: Room(tiles=replace(tiles, reflection=kind), station=station) for kind in ("product", "specular")
    }
    seen = {kind: np.abs(tile_channels(each, places)[:, 0]) for kind, each in room.items()}
    assert np.rad2deg(angles[seen["specular"].argmax()]) == pytest.approx(np.rad2deg(0.5), abs=0.5)
    assert angles[seen["product"].argmax()] == pytest.approx(0.0, abs=1e-9)
    assert seen["product"].max() < 0.1 * seen["specular"].max()
    # With the station ahead of it both are the same.
    ahead = {kind: replace(each, station=(0.0, 5.0, 1.0)) for kind, each in room.items()}
    assert np.allclose(*(tile_channels(each, places) for each in ahead.values()), rtol=1e-9, atol=1e-18)


@pytest.mark.parametrize("reflection", ["product", "specular"])
def test_reflection_coefficients_are_the_channels_without_the_way(reflection):
    room = Room(height=3.0, tiles=paper_tiles(3.0, 10, reflection=reflection))
    points = np.concatenate([PLACES, np.ones((20, 1))], axis=-1)
    ways = [np.linalg.norm(room.tiles.positions - end, axis=-1) for end in (room.station, points[:, None])]
    free = np.prod([room.wavelength / (4 * np.pi * way) for way in np.broadcast_arrays(*ways)], axis=0)
    turn = np.exp(-2j * np.pi * sum(ways) / room.wavelength)
    got = reflection_coefficients(room, PLACES) * free * turn
    expected = tile_channels(room, PLACES)
    assert np.abs(got - expected).max() < 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize("waves", ["plane", "curved"])
@pytest.mark.parametrize("reflection", ["product", "specular"])
def test_gradient_by_finite_differences(reflection, waves):
    # By x, y and an unknown height; in the paper's room and among tiles that are turned anywhere.
    step = 1e-6
    for tiles in (paper_tiles(3.0, 10), TURNED):
        tiles = replace(tiles, reflection=reflection, waves=waves)
        room = Room(height=3.0, tiles=tiles, user_height=(0.5, 2.0), carrier=5e9)
        places = np.concatenate([PLACES, RNG.uniform(0.5, 2.0, (20, 1))], axis=-1)
        values = signal_and_gradient(room, places)
        assert np.allclose(values[:, 0], signal(room, places), rtol=1e-12, atol=0)
        for axis, move in enumerate(step * np.eye(3)):
            numeric = (signal(room, places + move) - signal(room, places - move)) / (2 * step)
            assert np.allclose(values[:, 1 + axis], numeric, atol=1e-6 * np.abs(numeric).max())
        flat = replace(room, user_height=1.0)
        level = np.concatenate([PLACES, np.ones((20, 1))], axis=-1)
        assert np.allclose(
            signal_and_gradient(flat, PLACES), signal_and_gradient(room, level)[:, :3], rtol=1e-10
        )


def test_curved_waves_tend_to_the_far_field():
    # A tile of few cells has a short Fraunhofer distance: both agree. The stated one does not.
    for cells, limit in (((2, 2), 0.03), ((4, 25), None)):
        near, far = (
            tile_channels(Room(tiles=paper_tiles(cells=cells, waves=waves)), PLACES)
            for waves in ("curved", "plane")
        )
        off = np.linalg.norm(near - far) / np.linalg.norm(far)
        assert off < limit if limit else off > 0.1


def test_wall_images_are_the_mirrored_base_stations():
    room, place = Room(height=1.0), PLACES[3]
    user = np.r_[place, 1.0]
    first = [(-10, 5, 1), (10, 5, 1), (0, -5, 1), (0, 15, 1), (0, 5, -1), (0, 5, 5)]
    total = 0
    for image in first:
        d = math.dist(image, user)
        total += 0.5 * room.wavelength / (4 * np.pi * d) * np.exp(-2j * np.pi * d / room.wavelength)
    amplitude = math.sqrt(0.1)
    assert wall_images(room, place, 0.5, order=1) == pytest.approx(amplitude * total, rel=1e-9)
    assert wall_images(room, place, 0.0) == 0
    # Under the ceiling the ceiling's image is the blocked station itself: one image fewer.
    tall = Room(height=3.0)
    assert abs(wall_images(tall, place, 0.5, order=1)) < amplitude * 5 * 0.5 * room.wavelength / (4 * np.pi)


@pytest.mark.parametrize("height", [1.0, 2.2, 3.0])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_images_by_mirroring_again_and_again(height, order):
    # Every sequence of reflections at six planes, by hand; a point reached in several ways is one image.
    room, users = Room(height=height), PLACES[:4]
    planes = [(0, -5.0), (0, 5.0), (1, 0.0), (1, 10.0), (2, 0.0), (2, 3.0)]
    station = (0.0, 5.0, height)
    reached, newest = {station: 0}, {station}
    for count in range(1, order + 1):
        mirrored = set()
        for image in newest:
            for axis, place in planes:
                other = list(image)
                other[axis] = round(2 * place - other[axis], 9)
                mirrored.add(tuple(other))
        newest = {image for image in mirrored if image not in reached}
        reached |= dict.fromkeys(newest, count)
    if order == 2:
        # Under the ceiling five images of two reflections stand where one of fewer does.
        assert len(reached) - 1 == (18 if height == 3.0 else 24)
    expected = np.zeros(4, dtype=complex)
    for image, count in reached.items():
        if count:
            for n, (x, y) in enumerate(users):
                d = math.dist(image, (x, y, 1.0))
                wave = np.exp(-2j * np.pi * d / room.wavelength)
                expected[n] += 0.3**count * room.wavelength / (4 * np.pi * d) * wave
    # The power of a pilot is 100 mW.
    assert np.allclose(wall_images(room, users, 0.3, order), math.sqrt(0.1) * expected, rtol=1e-9)


@pytest.mark.parametrize("codebook", ["dft", "hadamard"])
def test_balanced_codebooks_have_no_mean(codebook):
    room = Room(codebook=codebook)
    assert np.abs(np.exp(1j * room.phases).mean(axis=0)).max() < 1e-12
    assert len(np.unique(np.exp(1j * room.phases).round(6), axis=1).T) == 100, "all columns differ"


def test_quantised_phases_take_their_steps():
    steps = Room(phase_bits=2).phases / (np.pi / 2)
    assert np.allclose(steps, np.round(steps))


def test_phases_are_fixed_by_the_seed():
    assert np.array_equal(Room().phases, Room().phases)
    assert not np.array_equal(Room().phases, Room(phase_seed=1).phases)


def test_the_paper_s_sizes():
    room = Room()
    assert room.grid.shape == (7371, 2) and room.n_tiles == 100
    tiles = room.tiles.positions
    assert np.allclose(np.diff(tiles[:50, 0]), 0.2) and np.allclose(np.diff(tiles[50:, 1]), 0.2)
    assert room.sigma**2 == pytest.approx(1e-3 * 10**-12.02)
    of_tiles = {f"tiles.{name}" for name in Tiles.__dataclass_fields__}
    assert set(SOURCES) == set(Room.__dataclass_fields__) | of_tiles
    with pytest.raises(FrozenInstanceError):
        room.height = 2.0


def test_measurements_have_offset_noise_and_multipath_as_stated():
    room, rng = Room(height=3.0, tx_power_dbm=-20.0), np.random.default_rng(1)
    place = np.broadcast_to(PLACES[5], (4000, 2))
    clean = signal(room, PLACES[5])
    plain = receive(room, place, rng)
    offset = plain @ clean.conj()
    assert abs(np.mean(offset / np.abs(offset))) < 0.06, "any phase"
    rest = plain * np.exp(-1j * np.angle(offset))[:, None] - clean
    assert np.mean(np.abs(rest) ** 2) == pytest.approx(room.sigma**2, rel=0.05)
    for level in (0.0, 20.0):
        through_air = receive(room, place, rng, multipath=level)
        mean = through_air.mean(axis=-1)
        expected = np.mean(np.abs(clean) ** 2) * 10 ** (level / 10) + abs(clean.mean()) ** 2
        assert np.mean(np.abs(mean) ** 2) == pytest.approx(expected, rel=0.1)
    assert np.allclose(add_noise(replace(room, noise_dbm=-300.0), clean[None], rng) / clean, 1, atol=2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Room(height=-1.0), "height: got -1.0"),
        (lambda: Room(height=math.nan), "height: got nan"),
        (lambda: Room(n_pilots=0), "n_pilots: got 0"),
        (lambda: Room(n_pilots=2.5), "n_pilots: got 2.5"),
        (lambda: Room(phase_seed=-1), "phase_seed: got -1"),
        (lambda: Room(phase_bits=0), "phase_bits: got 0"),
        (lambda: Room(codebook="gold"), "codebook: got 'gold'"),
        (lambda: Room(codebook="hadamard", n_pilots=12), "power of two"),
        (lambda: Room(codebook=np.ones((8, 99))), "codebook: got shape (8, 99); it must be (8, 100)"),
        (lambda: Room(codebook=np.ones((8, 100)), n_pilots=16), "it must be (16, 100)"),
        (lambda: Room(codebook=np.ones((3, 100))), "it must be (4, 100)"),
        (lambda: Room(codebook=np.zeros((8, 100))), "codebook: got 0.0"),
        (lambda: Room(carrier=0.0), "carrier: got 0.0"),
        (lambda: Room(user_height=-0.5), "user_height: got -0.5"),
        (lambda: Room(user_height=(1.0, 0.5)), "user_height: got 1.0"),
        (lambda: Room(user_height=(1.0, 2.0, 3.0)), "user_height: got shape (3,)"),
        (lambda: Room(tx_power_dbm=[1.0, 2.0]), "tx_power_dbm: got shape (2,)"),
        (lambda: Room(extent=(4.0, -4.0, 1.0, 10.0)), "extent: got 4.0"),
        (lambda: Room(extent=(0.0, 1.0)), "extent: got shape (2,)"),
        (lambda: Room(station=(0.0, 5.0)), "station: got shape (2,)"),
        (lambda: Room(station=(-4.9, 0.0, 1.0)), "station: got -4.9; no tile may stand where it does"),
        (lambda: Room(tiles=np.zeros((4, 3))), "tiles: got"),
        (lambda: Tiles(np.zeros((0, 3)), (0.0, 1.0, 0.0)), "positions: got shape (0, 3)"),
        (lambda: Tiles(np.zeros((2, 3)), (0.0, 1.0, 0.0)), "positions: got 2 tiles of which two coincide"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 0.0, 0.0)), "normals: got 0.0"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0)), "normals: got shape (2,)"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), (4,)), "cells: got shape (1,)"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), (4, 0)), "cells: got 0"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), reflection="mirror"), "reflection: got 'mirror'"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), waves="flat"), "waves: got 'flat'"),
        (lambda: Tiles([(0.0, 0.0, 1.0)], (0.0, 1.0, 0.0), (10**5, 10**5), waves="curved"), "cells: got"),
        (lambda: paper_tiles(n_per_wall=0), "n_per_wall: got 0"),
        (lambda: signal(Room(), (6.0, 5.0)), "positions: got 6.0; that x is outside the room"),
        (lambda: signal(Room(), (0.0, 11.0)), "positions: got 11.0; that y is outside the room"),
        (lambda: signal(Room(), (-4.9, 0.0)), "positions: got -4.9; a tile stands there"),
        (lambda: signal(Room(), (0.0, 1.0, 1.0)), "positions: got shape (3,)"),
        (lambda: signal(Room(user_height=(0.0, 1.0)), (0.0, 1.0)), "unknown height"),
        (lambda: signal(Room(), (0.0, math.inf)), "positions: got inf"),
        (lambda: receive(Room(), [(0.0, -1.0)], RNG), "outside the room"),
        (lambda: receive(Room(), [(0.0, 1.0)], RNG, multipath=math.nan), "multipath: got nan"),
        (lambda: receive(Room(), [(0.0, 1.0)], RNG, multipath="trees"), "multipath: got 'trees'"),
        (lambda: wall_images(Room(), (0.0, 1.0), reflection=1.5), "reflection: got 1.5"),
        (lambda: wall_images(Room(), (0.0, 1.0), order=0), "order: got 0"),
        (lambda: wall_images(Room(height=3.5), (0.0, 1.0)), "station: got 3.5; for echoes it must stand"),
        (lambda: wall_images(Room(extent=(-9, 4, 1, 10)), (-8.0, 2.0)), "positions: got -8.0; for echoes"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_pilots_of_no_users_are_no_pilots():
    assert signal(Room(), np.zeros((0, 2))).shape == (0, 32)
    assert pilots(Room(), np.zeros((0, 100))).shape == (0, 32)


def test_station_and_tiles_follow_the_height_unless_they_are_given():
    low, high = Room(), replace(Room(), height=3.0)
    assert high == Room(height=3.0) and hash(high) == hash(Room(height=3.0)) and high != low
    assert high.station[2] == 3.0 and np.all(high.tiles.positions[:, 2] == 3.0)
    given = Room(height=3.0, tiles=paper_tiles(2.0), station=(0.0, 5.0, 2.5))
    raised = replace(given, height=1.0)
    assert raised.station == (0.0, 5.0, 2.5) and np.all(raised.tiles.positions[:, 2] == 2.0)
    # Without them the height says nothing.
    assert np.array_equal(signal(given, PLACES), signal(raised, PLACES))
    # Tiles that were changed are given, whoever made them.
    mirrors = replace(low, tiles=replace(low.tiles, reflection="specular"))
    assert mirrors.tiles.reflection == "specular" and replace(mirrors, height=3.0).tiles == mirrors.tiles
    # What was computed for one room does not serve another.
    assert not np.allclose(signal(replace(low, tiles=paper_tiles(1.0, 49)), PLACES), signal(low, PLACES))


def test_a_codebook_of_one_s_own():
    named = Room(codebook="dft", n_pilots=16, phase_seed=3)
    given = Room(codebook=np.exp(1j * named.phases))
    assert given.n_pilots == 16 and np.allclose(given.phases, np.angle(np.exp(1j * named.phases)))
    assert np.allclose(signal(given, PLACES), signal(named, PLACES), rtol=1e-12, atol=0)
    assert given == Room(codebook=np.exp(1j * named.phases)) and given != named
    # Coefficients may have a modulus: a tile that is switched off sends nothing.
    half = np.exp(1j * named.phases) * (np.arange(100) < 50)
    first = replace(named.tiles, positions=named.tiles.positions[:50], normals=named.tiles.normals[:50])
    alone = Room(tiles=first, codebook=np.exp(1j * named.phases[:, :50]))
    assert np.allclose(signal(Room(codebook=half), PLACES), signal(alone, PLACES), rtol=1e-9, atol=0)


def test_receive_with_walls_adds_the_images():
    room, place = Room(height=3.0, noise_dbm=-300.0), PLACES[:3]
    got = receive(room, place, np.random.default_rng(0), multipath="walls")
    clean = signal(room, place) + wall_images(room, place)[:, None]
    assert np.allclose(np.abs(got), np.abs(clean), rtol=1e-9)
    inner = np.sum(got * clean.conj(), axis=-1)
    assert np.allclose(np.abs(inner), np.sum(np.abs(clean) ** 2, axis=-1), rtol=1e-9), (
        "one phase for each user"
    )


def test_what_is_drawn_is_fixed_by_the_seed():
    for multipath in (None, 3.0, "walls"):
        draws = [receive(Room(), PLACES, np.random.default_rng(5), multipath=multipath) for _ in range(2)]
        assert np.array_equal(*draws)
    assert not np.array_equal(draws[0], receive(Room(), PLACES, np.random.default_rng(6), multipath="walls"))


def test_nothing_is_sent_behind_the_tiles():
    tiles = Tiles([(0.0, 2.0, 1.5), (1.0, 2.0, 1.5)], (0.0, 1.0, 0.0))
    room = Room(tiles=tiles)
    assert np.all(signal(room, [(0.5, 1.0), (0.5, 2.0)]) == 0) and np.all(signal(room, (0.5, 3.0)) != 0)
    assert np.all(signal_and_gradient(room, np.array([[0.5, 1.0]])) == 0)
