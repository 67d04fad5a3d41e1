"""The room of Aguiar et al. (2024), eqs. (1)-(4), re-derived element by element."""

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from irsnb.indoor import (
    SOURCES,
    Room,
    measure,
    pilots,
    receive,
    spherical_channels,
    tile_channels,
    wall_images,
)
from irsnb.indoor.model import signal_and_gradient, signal_on_grid

C0 = 299_792_458.0
RNG = np.random.default_rng(0)
PLACES = RNG.uniform([-4, 1], [4, 10], (20, 2))


def one_tile(room, k, place):
    """beta_tk h_k of (2)-(4) without its phase, in scalar arithmetic."""
    half = room.n_tiles // 2
    if k < half:
        tile = (-5 + (k + 0.5) * 10 / half, 0.0, room.height)
        normal, along = (0, 1), (1, 0)
    else:
        tile = (5.0, (k - half + 0.5) * 10 / half, room.height)
        normal, along = (-1, 0), (0, 1)
    wavelength = C0 / room.carrier
    value = complex(10 ** (room.cell_gain_dbi / 10))
    for end in ((0.0, 5.0, room.height), (*place, room.user_height)):
        v = [e - t for e, t in zip(end, tile, strict=True)]
        d = math.dist(end, tile)
        cosine = (v[0] * normal[0] + v[1] * normal[1]) / d
        value *= math.sqrt(max(cosine, 0) ** room.cell_exponent)  # (1)
        for n, a in (
            (room.tile_cells[0], (v[0] * along[0] + v[1] * along[1]) / d),
            (room.tile_cells[1], v[2] / d),
        ):
            # (3) as the sum over cells that it is
            cells = [(i - (n - 1) / 2) * room.cell_spacing for i in range(n)]
            value *= sum(math.cos(2 * math.pi * c * a) for c in cells) / math.sqrt(n)
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
            assert abs(got[n, k] - one_tile(room, k, PLACES[n])) < 1e-9 * scale


def test_pilots_are_the_sum_over_tiles():
    room = Room(height=3.0, n_pilots=8)
    channels = tile_channels(room, PLACES[:3])
    amplitude = math.sqrt(1e-3 * 10 ** (room.tx_power_dbm / 10))
    for n in range(3):
        for t in range(8):
            total = sum(channels[n, k] * np.exp(1j * room.phases[t, k]) for k in range(100))
            assert room.signal(PLACES[n])[t] == pytest.approx(amplitude * total, rel=1e-9)


def test_channels_to_the_last_digits():
    # Against the scalar arithmetic above, in the room and with what moves each of its parts; the phase of a
    # hundred wavelengths leaves three digits less than the machine has.
    for room in (
        Room(),
        Room(height=3.0),
        Room(height=2.2, user_height=0.4, tile_cells=(3, 7), cell_exponent=0.0, tiles_per_wall=7),
        Room(height=1.7, carrier=28e9, cell_spacing=0.8, cell_gain_dbi=3.0, cell_exponent=2.0),
    ):
        got = tile_channels(room, PLACES)
        expected = [[one_tile(room, k, place) for k in range(room.n_tiles)] for place in PLACES]
        assert np.abs(got - expected).max() < 2e-12 * np.abs(expected).max()


@pytest.mark.parametrize("height", [1.0, 3.0])
def test_gradient_by_finite_differences(height):
    room, step = Room(height=height), 1e-6
    values = signal_and_gradient(room, PLACES)
    assert np.allclose(values[:, 0], room.signal(PLACES), rtol=1e-12, atol=0)
    for axis in range(2):
        move = step * np.eye(2)[axis]
        numeric = (room.signal(PLACES + move) - room.signal(PLACES - move)) / (2 * step)
        assert np.allclose(values[:, 1 + axis], numeric, atol=1e-6 * np.abs(numeric).max())


def test_spherical_cells_tend_to_the_far_field():
    # A tile of few cells has a short Fraunhofer distance: both agree. The stated one does not.
    small, large = Room(tile_cells=(2, 2)), Room()
    for room, limit in ((small, 0.03), (large, None)):
        near, far = spherical_channels(room, PLACES), tile_channels(room, PLACES)
        off = np.linalg.norm(near - far) / np.linalg.norm(far)
        assert off < limit if limit else off > 0.1


def test_a_spherical_tile_cell_by_cell():
    room, place, k = Room(height=3.0), PLACES[0], 30
    wavelength = room.wavelength
    value = complex(10 ** (room.cell_gain_dbi / 10))
    for end in (room.base_station, np.r_[place, 1.0]):
        centre, total = np.linalg.norm(end - room.tiles[k]), 0
        for i in range(4):
            for j in range(25):
                cell = room.tiles[k] + np.array([(i - 1.5), 0, (j - 12)]) * wavelength / 2
                total += np.exp(-2j * np.pi * np.linalg.norm(end - cell) / wavelength) / 10
        cosine = (end - room.tiles[k])[1] / centre
        value *= cosine ** (room.cell_exponent / 2) * total * wavelength / (4 * np.pi * centre)
    assert spherical_channels(room, place)[k] == pytest.approx(value, rel=1e-9)


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


def test_signals_on_a_grid_are_those_of_its_places():
    # Tiles of 20 cm, which share their offsets, and of a third of a metre, which do not.
    x, y = np.arange(9) * 0.05 - 1.0, np.arange(21) * 0.05 + 3.0
    for room in (Room(height=3.0), Room(tiles_per_wall=30, height=2.0), Room(tiles_per_wall=1)):
        expected = room.signal(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))
        got = signal_on_grid(room, x, y)
        assert got.shape == (9, 21, 32) and np.abs(got - expected).max() < 1e-5 * np.abs(expected).max()


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
    assert np.allclose(np.diff(room.tiles[:50, 0]), 0.2) and np.allclose(np.diff(room.tiles[50:, 1]), 0.2)
    assert room.sigma**2 == pytest.approx(1e-3 * 10**-12.02)
    assert set(SOURCES) == {name for name in Room.__dataclass_fields__}
    with pytest.raises(FrozenInstanceError):
        room.height = 2.0


def test_measurements_have_offset_noise_and_multipath_as_stated():
    room, rng = Room(height=3.0, tx_power_dbm=-20.0), np.random.default_rng(1)
    place = np.broadcast_to(PLACES[5], (4000, 2))
    clean = room.signal(PLACES[5])
    plain = measure(room, place, rng)
    offset = plain @ clean.conj()
    assert abs(np.mean(offset / np.abs(offset))) < 0.06, "any phase"
    rest = plain * np.exp(-1j * np.angle(offset))[:, None] - clean
    assert np.mean(np.abs(rest) ** 2) == pytest.approx(room.sigma**2, rel=0.05)
    for level in (0.0, 20.0):
        through_air = measure(room, place, rng, level)
        mean = through_air.mean(axis=-1)
        expected = np.mean(np.abs(clean) ** 2) * 10 ** (level / 10) + abs(clean.mean()) ** 2
        assert np.mean(np.abs(mean) ** 2) == pytest.approx(expected, rel=0.1)
    assert np.allclose(receive(replace(room, noise_dbm=-300.0), clean[None], rng) / clean, 1, atol=2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Room(height=-1.0), "height: got -1.0"),
        (lambda: Room(height=3.5), "height: got 3.5"),
        (lambda: Room(height=math.nan), "height: got nan"),
        (lambda: Room(n_pilots=0), "n_pilots: got 0"),
        (lambda: Room(n_pilots=2.5), "n_pilots: got 2.5"),
        (lambda: Room(tiles_per_wall=0), "tiles_per_wall: got 0"),
        (lambda: Room(phase_seed=-1), "phase_seed: got -1"),
        (lambda: Room(phase_bits=0), "phase_bits: got 0"),
        (lambda: Room(codebook="gold"), "codebook: got 'gold'"),
        (lambda: Room(codebook="hadamard", n_pilots=12), "power of two"),
        (lambda: Room(tile_cells=(4,)), "tile_cells"),
        (lambda: Room(tile_cells=(4, 0)), "tile_cells: got 0"),
        (lambda: Room(carrier=0.0), "carrier: got 0.0"),
        (lambda: Room(user_height=-0.5), "user_height: got -0.5"),
        (lambda: Room(tx_power_dbm=[1.0, 2.0]), "tx_power_dbm: got shape (2,)"),
        (lambda: Room().signal((6.0, 5.0)), "positions: got 6.0; that x is outside the room"),
        (lambda: Room().signal((0.0, 11.0)), "positions: got 11.0; that y is outside the room"),
        (lambda: Room().signal((0.0, 0.0)), "outside the room"),
        (lambda: Room().signal((0.0, 1.0, 1.0)), "positions: got shape (3,)"),
        (lambda: Room().signal((0.0, math.inf)), "positions: got inf"),
        (lambda: measure(Room(), [(0.0, -1.0)], RNG), "outside the room"),
        (lambda: measure(Room(), [(0.0, 1.0)], RNG, math.nan), "multipath_db: got nan"),
        (lambda: wall_images(Room(), (0.0, 1.0), reflection=1.5), "reflection: got 1.5"),
        (lambda: wall_images(Room(), (0.0, 1.0), order=0), "order: got 0"),
        (
            lambda: tile_channels(Room(), (0.0, 1.0), displaced=np.zeros((3, 3))),
            "displaced: got shape (3, 3)",
        ),
        (lambda: spherical_channels(Room(), (0.0, 20.0)), "outside the room"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_pilots_of_no_users_are_no_pilots():
    assert Room().signal(np.zeros((0, 2))).shape == (0, 32)
    assert pilots(Room(), np.zeros((0, 100))).shape == (0, 32)
