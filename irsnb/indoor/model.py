"""The room of Aguiar et al. (2024): a base station, two walls of tiles, a user's pilots; eqs. (1)-(4).

The room is 10 m x 10 m x 3 m, x from -5 to 5, y from 0 to 10. Tiles stand on the walls y = 0 and x = 5, the
base station at (0, 5), all at one height. Users stand in a plane. The paper follows Dardari et al. (2022) and
leaves several parameters to that paper or open; :data:`SOURCES` says where each of ours comes from.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light
from scipy.linalg import hadamard

from irsnb.checks import (
    check_memory,
    choice,
    complex_array,
    count,
    generator,
    instance,
    integer_array,
    real_array,
    real_number,
    require,
)
from irsnb.geometry import cosine_sine
from irsnb.noise import circular_noise

__all__ = [
    "CHOICES",
    "Room",
    "SOURCES",
    "measure",
    "pilots",
    "receive",
    "reflection_coefficients",
    "spherical_channels",
    "tile_channels",
    "wall_images",
]

WIDTH, DEPTH, CEILING = 10.0, 10.0, 3.0
"""Extent of the room along x, y and z [m]."""
USERS_X, USERS_Y = (-4.0, 4.0), (1.0, 10.0)
"""Where users stand, as the paper states it [m]."""
CODEBOOKS = ("random", "dft", "hadamard")
SOURCES = {
    "height": ("paper", "1 m or 3 m, base station and tiles alike"),
    "carrier": ("paper", "3.5 GHz"),
    "n_pilots": ("paper", "T = 32"),
    "tiles_per_wall": ("paper", "K = 100 on two walls, 20 cm apart"),
    "tile_cells": ("paper", "4 x 25 cells; which side is vertical is ours"),
    "noise_dbm": ("paper", "-120.2 dBm"),
    "cell_gain_dbi": ("paper", "5 dBi, after Dardari et al."),
    "cell_exponent": ("paper", "q = 0.57, after Dardari et al."),
    "user_height": ("paper", "users in the plane z = 1 m"),
    "tx_power_dbm": ("ours", "20 dBm a pilot"),
    "cell_spacing": ("ours", "half a wavelength, whose aperture has the stated gain"),
    "codebook": ("ours", "independent uniform phases, drawn once and known to all"),
    "phase_seed": ("ours", "which draw"),
    "phase_bits": ("ours", "not quantised; the paper says discrete, without the number"),
}
"""For each parameter of a :class:`Room`: who states it, and what."""
CHOICES = {
    "room, base station": ("paper", "10 x 10 x 3 m, the station at (0, 5)"),
    "users' area": ("paper", "x from -4 to 4 m, y from 1 to 10 m"),
    "cell pattern, (1)": ("Dardari", "cos^q, as the paper quotes it"),
    "array factor, (3)": ("Dardari", "far field of each tile, as the paper quotes it"),
    "cascaded channel h_k": ("ours", "free space on both ways; the paper refers to Dardari"),
    "multipath f, random": ("ours", "one circular Gaussian number a user (Rayleigh), power chosen"),
    "multipath f, walls": ("ours", "images up to 2 reflections, each leaving half the amplitude"),
    "tile centres": ("ours", "from 10 cm off the corners"),
    "vertical side": ("ours", "25 cells upwards: along the wall the tiles would overlap"),
    "subcarriers": ("ours", "one pilot subcarrier of the paper's 2048 is simulated"),
}
"""What is no parameter of a :class:`Room`: who states it, and what."""
_BLOCK = 64


@dataclass(frozen=True)
class Room:
    """The room, its tiles and its pilots.

    Attributes
    ----------
    height : float
        Of the base station and the tiles [m], in (0, 3].
    tx_power_dbm, noise_dbm : float
        Power of one pilot and of the noise in it [dBm], within +-1000.
    n_pilots : int
        T, at least 4: two coordinates and a complex gain are to be found.
    phase_seed : int
        Seed of the tiles' phases.
    codebook : {"random", "dft", "hadamard"}
        How the tiles' phases psi_tk change from pilot to pilot. "dft" and "hadamard" are balanced: over all
        pilots each tile's coefficients sum to zero.
    phase_bits : int or None
        Phases rounded to 2^bits steps, at most 50 bits; not rounded if None.
    user_height : float
        Height of the users' plane [m], in [0, 3].
    carrier : float
        [Hz].
    tiles_per_wall : int
        K / 2, evenly spaced along each wall's 10 m.
    tile_cells : tuple of int
        Cells of a tile along the wall and upwards, (N_x, N_y).
    cell_spacing : float
        [wavelengths].
    cell_gain_dbi, cell_exponent : float
        Boresight gain G_c [dBi] and exponent q of a cell's pattern (1).

    Raises
    ------
    ValueError
        If a value is outside of what is stated here.

    Examples
    --------
    >>> room = Room(height=3.0)
    >>> room.n_tiles, room.signal([(1.0, 4.0), (-2.0, 9.5)]).shape
    (100, (2, 32))
    """

    height: float = 1.0
    tx_power_dbm: float = 20.0
    n_pilots: int = 32
    phase_seed: int = 0
    codebook: str = "random"
    phase_bits: int | None = None
    noise_dbm: float = -120.2
    user_height: float = 1.0
    carrier: float = 3.5e9
    tiles_per_wall: int = 50
    tile_cells: tuple[int, int] = (4, 25)
    cell_spacing: float = 0.5
    cell_gain_dbi: float = 5.0
    cell_exponent: float = 0.57

    def __post_init__(self):
        for name in ("height", "tx_power_dbm", "noise_dbm", "user_height", "carrier") + (
            "cell_spacing",
            "cell_gain_dbi",
            "cell_exponent",
        ):
            object.__setattr__(self, name, real_number(name, getattr(self, name)))
        for name in ("tx_power_dbm", "noise_dbm", "cell_gain_dbi"):
            _checked_level(name, getattr(self, name))
        for name, low, high, allowed in (
            ("height", 0, CEILING, "it must lie above the floor, 0 m, and not above the ceiling, 3 m"),
            ("user_height", None, CEILING, "it must lie between floor, 0 m, and ceiling, 3 m"),
            ("carrier", 0, np.inf, "it must be above 0 Hz"),
            ("cell_spacing", 0, np.inf, "it must be above 0 wavelengths"),
            ("cell_exponent", None, np.inf, "it must not be negative"),
        ):
            value = getattr(self, name)
            above = value >= 0 if low is None else value > low
            require(above and value <= high, name, value, allowed)
        for name, low, high in (
            ("n_pilots", 4, None),
            ("phase_seed", 0, None),
            ("tiles_per_wall", 1, None),
            ("phase_bits", 1, 50),
        ):
            if name != "phase_bits" or self.phase_bits is not None:
                object.__setattr__(self, name, count(name, getattr(self, name), low, high))
        cells = integer_array("tile_cells", self.tile_cells, 1)
        if cells.shape != (2,):
            raise ValueError(f"tile_cells: got shape {cells.shape}; it must be (2,): columns and rows")
        object.__setattr__(self, "tile_cells", tuple(cells.tolist()))
        check_memory("tiles_per_wall", self.tiles_per_wall, 48 * self.n_tiles)
        check_memory("n_pilots", self.n_pilots, 16 * self.n_pilots * self.n_tiles)
        choice("codebook", self.codebook, CODEBOOKS)
        if self.codebook == "hadamard" and self.n_pilots & (self.n_pilots - 1):
            raise ValueError(f"n_pilots: got {self.n_pilots}; codebook 'hadamard' takes a power of two")

    @property
    def wavelength(self):
        """Carrier wavelength [m]."""
        return speed_of_light / self.carrier

    @property
    def n_tiles(self):
        """K, the tiles on both walls."""
        return 2 * self.tiles_per_wall

    @property
    def sigma(self):
        """Standard deviation of the complex noise of one pilot, the root of its power in watts."""
        return 10 ** ((self.noise_dbm - 30) / 20)

    @property
    def base_station(self):
        """Position of the base station, (3,) [m]."""
        return np.array([0.0, DEPTH / 2, self.height])

    @cached_property
    def tiles(self):
        """Centres of the tiles along the wall y = 0, from the left, then along x = 5, (K, 3) [m]."""
        along = (np.arange(self.tiles_per_wall) + 0.5) * WIDTH / self.tiles_per_wall
        flat = np.zeros_like(along)
        front = np.stack([along - WIDTH / 2, flat], axis=-1)
        right = np.stack([flat + WIDTH / 2, along], axis=-1)
        tiles = np.concatenate([front, right])
        tiles = np.concatenate([tiles, np.full((len(tiles), 1), self.height)], axis=-1)
        tiles.setflags(write=False)
        return tiles

    @cached_property
    def axes(self):
        """Each tile's axis along the wall and its normal into the room, both (K, 2), without the vertical."""
        n = self.tiles_per_wall
        along = np.repeat([[1.0, 0.0], [0.0, 1.0]], n, axis=0)
        normal = np.repeat([[0.0, 1.0], [-1.0, 0.0]], n, axis=0)
        return along, normal

    @cached_property
    def phases(self):
        """psi_tk, the phase of every tile for every pilot, (T, K) [rad]."""
        rng = np.random.default_rng(self.phase_seed)
        pilots, tiles = np.arange(self.n_pilots), np.arange(self.n_tiles)
        code = tiles % (self.n_pilots - 1) + 1
        if self.codebook == "random":
            phases = rng.uniform(0, 2 * np.pi, (self.n_pilots, self.n_tiles))
        elif self.codebook == "dft":
            phases = 2 * np.pi * np.outer(pilots, code) / self.n_pilots
        else:
            phases = np.pi * (hadamard(self.n_pilots)[:, code] < 0)
        if self.codebook != "random":
            phases = phases + rng.uniform(0, 2 * np.pi, self.n_tiles)
        if self.phase_bits is not None:
            step = 2 * np.pi / 2**self.phase_bits
            phases = np.round(phases / step) * step
        phases.setflags(write=False)
        return phases

    @cached_property
    def _weights(self):
        """sqrt(P) exp(j psi_tk), (K, T)."""
        weights = 10 ** ((self.tx_power_dbm - 30) / 20) * np.exp(1j * self.phases.T)
        weights.setflags(write=False)
        return weights

    @cached_property
    def _incident(self):
        return _incident(self, self.tiles)

    @cached_property
    def grid(self):
        """The paper's 10 cm grid of users, (7371, 2) [m]."""
        x, y = np.meshgrid(np.linspace(*USERS_X, 81), np.linspace(*USERS_Y, 91), indexing="ij")
        grid = np.stack([x, y], axis=-1).reshape(-1, 2)
        grid.setflags(write=False)
        return grid

    def signal(self, positions: ArrayLike) -> np.ndarray:
        """Noise-free pilots at given positions, without phase offset and without multipath: (4).

        Parameters
        ----------
        positions : array_like, shape (..., 2)
            Users in the plane at `user_height` [m], inside the room.

        Returns
        -------
        ndarray of complex, shape (..., n_pilots)
            In units of the square root of a watt.

        Raises
        ------
        ValueError
            If a position is not finite, has another shape, or lies outside the room.
        """
        return signal_unchecked(self, checked_positions(positions))


def checked_positions(positions, name="positions"):
    """Return positions as an array (..., 2), or raise ``ValueError`` if one is outside the room."""
    positions = real_array(name, positions)
    if positions.ndim == 0 or positions.shape[-1] != 2:
        raise ValueError(f"{name}: got shape {positions.shape}; it must be (..., 2): x, y in metres")
    x, y = positions[..., 0], positions[..., 1]
    require(np.abs(x) < WIDTH / 2, name, x, "that x is outside the room, -5 m < x < 5 m")
    # The area that the paper gives its users ends on the wall y = 10, which carries no tiles.
    require((y > 0) & (y <= DEPTH), name, y, "that y is outside the room, 0 m < y <= 10 m")
    return positions


def _checked_level(name, value):
    """Return a level in decibels as a float, or raise ``ValueError`` beyond +-1000, where powers overflow."""
    value = real_number(name, value)
    require(abs(value) <= 1000, name, value, "it must lie within +-1000 dB")
    return value


def tile_channels(room: Room, positions: ArrayLike, displaced: ArrayLike | None = None) -> np.ndarray:
    """What each tile contributes before its phase: beta_tk h_k of (2)-(4) without exp(j psi_tk).

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., 2)
        Users [m].
    displaced : array_like, shape (K, 3), optional
        By how much each tile stands off its place [m].

    Returns
    -------
    ndarray of complex, shape (..., K)

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, or `displaced` has another shape.

    Examples
    --------
    >>> tile_channels(Room(), [(1.0, 4.0), (-2.0, 9.5)]).shape
    (2, 100)
    """
    instance("room", room, Room)
    positions = checked_positions(positions)
    tiles = room.tiles
    if displaced is not None:
        displaced = real_array("displaced", displaced)
        if displaced.shape != tiles.shape:
            raise ValueError(f"displaced: got shape {displaced.shape}; it must be {tiles.shape}")
        tiles = tiles + displaced
    flat = positions.reshape(-1, 2)
    channels = np.empty((len(flat), 1, room.n_tiles), dtype=complex)
    _fill_channels(room, flat, tiles, _incident(room, tiles), channels)
    return channels.reshape(*positions.shape[:-1], room.n_tiles)


def reflection_coefficients(room: Room, positions: ArrayLike) -> np.ndarray:
    """beta_tk of (2) without exp(j psi_tk): real, its sign that of the product of array factors.

    The phase of beta_tk is psi_tk, turned by half a turn where this is negative; its magnitude is the same in
    all pilots. Both depend on the angles at which the tiles see the user.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., 2)
        Users [m].

    Returns
    -------
    ndarray, shape (..., K)

    Raises
    ------
    ValueError
        If a position is not finite or outside the room.
    """
    instance("room", room, Room)
    positions = checked_positions(positions)
    flat = positions.reshape(-1, 2)

    def factor(points):
        return _pattern(room, *_seen(room, points, room.tiles))[1]

    incident = 10 ** (room.cell_gain_dbi / 10) * factor(room.base_station)
    return (incident * factor(_users(room, flat))).reshape(*positions.shape[:-1], room.n_tiles)


def pilots(room: Room, channels: ArrayLike) -> np.ndarray:
    """Pilots (4) without f and w: ``y_t = sqrt(P) sum_k exp(j psi_tk) channels_k``.

    Parameters
    ----------
    room : Room
    channels : array_like of complex, shape (..., K)
        From :func:`tile_channels`, or of a model of one's own.

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)

    Raises
    ------
    ValueError
        If a channel is not finite, or there are not K of them.

    Examples
    --------
    >>> room, place = Room(), (1.0, 4.0)
    >>> bool(np.allclose(pilots(room, tile_channels(room, place)), room.signal(place), rtol=1e-9, atol=0))
    True
    """
    channels = complex_array("channels", channels, (instance("room", room, Room).n_tiles,))
    return channels @ room._weights


def signal_unchecked(room, positions):
    """:meth:`Room.signal` at positions (..., 2) that are known to be finite and off the tiles' walls."""
    signal = _signals(room, positions.reshape(-1, 2), 1)
    return signal.reshape(*positions.shape[:-1], room.n_pilots)


def signal_and_gradient(room, positions):
    """:func:`signal_unchecked` of positions (n, 2), and its derivatives by x and y, (n, 3, T) together."""
    return _signals(room, positions, 3)


def _signals(room, positions, n_values):
    """Pilots of positions (n, 2), and if 3 values are wanted their derivatives, (n, n_values, T)."""
    signals = np.empty((len(positions), n_values, room.n_pilots), dtype=complex)
    # Blocks that stay in the cache, in one piece of memory.
    scratch = np.empty((min(len(positions), _BLOCK), n_values, room.n_tiles), dtype=complex)
    for i in range(0, len(positions), _BLOCK):
        block = positions[i : i + _BLOCK]
        channels = scratch[: len(block)]
        _fill_channels(room, block, room.tiles, room._incident, channels)
        rows = signals[i : i + _BLOCK].reshape(-1, room.n_pilots)
        np.matmul(channels.reshape(-1, room.n_tiles), room._weights, out=rows)
    return signals


def _phasor(room, distance):
    """exp(-j 2 pi distance / wavelength)."""
    wave = np.empty(distance.shape, dtype=complex)
    wave.real, wave.imag = cosine_sine(-2 * np.pi / room.wavelength * distance)
    return wave


def _users(room, positions):
    """Users (n, 2) as points (n, 1, 3) beside the tiles."""
    heights = np.full((len(positions), 1), room.user_height)
    return np.concatenate([positions, heights], axis=-1)[:, None, :]


def _seen(room, points, tiles):
    """Points (..., 3) as tiles (K, 3) see them: along the wall, off it and upwards, (..., K) each [m]."""
    (dx, dy, dz), (along, normal) = np.moveaxis(points - tiles, -1, 0), room.axes
    return dx * along[:, 0] + dy * along[:, 1], dx * normal[:, 0] + dy * normal[:, 1], dz


def _pattern(room, along, off, up):
    """Distance [m] and sqrt(F) AF of (1) and (3) at offsets from a tile as :func:`_seen`."""
    from irsnb.indoor.kernels import patterns

    offsets = np.broadcast_arrays(along, off, up)
    values = patterns(
        *(np.ravel(offset) for offset in offsets), room.tile_cells, room.cell_spacing, room.cell_exponent
    )
    return tuple(value.reshape(offsets[0].shape) for value in values)


def _incident(room, tiles):
    """What arrives at each tile from the base station, and the constants of the way on, (K,)."""
    distance, pattern = _pattern(room, *_seen(room, room.base_station, tiles))
    gain = 10 ** (room.cell_gain_dbi / 10) * (room.wavelength / (4 * np.pi)) ** 2
    return gain * pattern / distance * _phasor(room, distance)


def _fill_channels(room, positions, tiles, incident, channels):
    """:func:`tile_channels` of positions (n, 2), and their derivatives, into an array (n, 1 or 3, K)."""
    import irsnb.indoor.kernels as kernels

    kernels.channels(
        np.array(positions, order="C"),
        room.user_height,
        np.array(tiles),
        np.array(room.axes),
        incident,
        room.tile_cells,
        room.cell_spacing,
        room.cell_exponent,
        room.wavelength,
        channels,
    )


def signal_on_grid(room, x, y):
    """:func:`signal_unchecked` of all pairs of coordinates, of single precision.

    A tile's channel depends on where the place stands as the tile sees it. On an even grid the tiles of a
    wall see the same few offsets along the wall, which are computed once for all of them.

    Returns
    -------
    ndarray of complex64, shape (len(x), len(y), T)
    """
    places, (_, normal) = (x, y), room.axes
    weights = (room._weights * room._incident[:, None]).astype(np.complex64)
    signal = np.zeros((len(x), len(y), room.n_pilots), dtype=np.complex64)
    for axis, rows_of in ((0, signal), (1, signal.swapaxes(0, 1))):
        on_wall = normal[:, axis] != 0
        tiles, direction = room.tiles[on_wall], normal[on_wall, axis][0]
        seen = np.round(places[1 - axis][:, None] - tiles[:, 1 - axis], 9)
        offsets, index = np.unique(seen, return_inverse=True)
        index, up = index.reshape(seen.shape), np.array(room.user_height - tiles[0, 2])
        for i in range(0, len(places[axis]), 8):
            off = direction * (places[axis][i : i + 8, None] - tiles[0, axis])
            distance, pattern = _pattern(room, offsets, off, up)
            path = (pattern / distance * _phasor(room, distance)).astype(np.complex64)
            channels = np.take(path, index, axis=1)
            received = channels.reshape(-1, len(tiles)) @ weights[on_wall]
            rows_of[i : i + 8] += received.reshape(*channels.shape[:2], -1)
    return signal


def spherical_channels(room: Room, positions: ArrayLike) -> np.ndarray:
    """:func:`tile_channels` with every cell at its own place, in place of the far field of (3).

    The sums over cells that (3) carries out for plane waves are taken over the exact distances of all
    N_x N_y cells, for the wave that arrives and for the one that leaves; the product of the two stays.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., 2)
        Users [m].

    Returns
    -------
    ndarray of complex, shape (..., K)

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, or the tiles have too many cells for memory.
    """
    instance("room", room, Room)
    positions = checked_positions(positions)
    along, normal = room.axes
    columns, rows = room.tile_cells
    check_memory("room.tile_cells", room.tile_cells, 64 * 16 * room.n_tiles * columns * rows)
    spacing = room.cell_spacing * room.wavelength
    right = (np.arange(columns) - (columns - 1) / 2) * spacing
    up = (np.arange(rows) - (rows - 1) / 2) * spacing
    right, up = (v.ravel() for v in np.meshgrid(right, up, indexing="ij"))
    cells = np.concatenate(
        [along[:, None, :] * right[:, None], np.tile(up[:, None], (room.n_tiles, 1, 1))], -1
    )

    def summed(offsets):
        distance = np.linalg.norm(offsets, axis=-1, keepdims=True)
        # Squared distance to a cell without forming the offset of every cell.
        inner = np.einsum("...ki,kci->...kc", offsets, cells)
        extra = (np.sum(cells**2, axis=-1) - 2 * inner) / (
            distance + np.sqrt(np.maximum(distance**2 - 2 * inner + np.sum(cells**2, axis=-1), 0))
        )
        factor = _phasor(room, extra).sum(axis=-1) / np.sqrt(columns * rows)
        distance = distance[..., 0]
        facing = np.maximum(np.sum(offsets[..., :2] * normal, axis=-1) / distance, 0)
        return facing ** (room.cell_exponent / 2) * factor * _phasor(room, distance) / distance

    gain = 10 ** (room.cell_gain_dbi / 10) * (room.wavelength / (4 * np.pi)) ** 2
    incident = gain * summed(room.base_station - room.tiles)
    flat = positions.reshape(-1, 2)
    users = np.concatenate([flat, np.full((len(flat), 1), room.user_height)], axis=-1)
    parts = [
        incident * summed(users[i : i + 64, None, :] - room.tiles) for i in range(0, max(len(users), 1), 64)
    ]
    return np.concatenate(parts).reshape(*positions.shape[:-1], room.n_tiles)


def wall_images(room: Room, positions: ArrayLike, reflection: float = 0.5, order: int = 2) -> np.ndarray:
    """Multipath f of the direct link by image sources: echoes off walls, floor and ceiling.

    The direct ray is blocked, as the paper assumes. An image after n reflections contributes
    ``sqrt(P) reflection^n lambda / (4 pi d) exp(-j 2 pi d / lambda)``.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., 2)
        Users [m].
    reflection : float
        Amplitude that a reflection leaves, in [0, 1]; ours.
    order : int
        Most reflections counted, at least 1.

    Returns
    -------
    ndarray of complex, shape (...)
        The same for every pilot.

    Raises
    ------
    ValueError
        If an input is outside of what is stated here, or the order asks for too many images.

    Examples
    --------
    >>> echoes = wall_images(Room(), [(1.0, 4.0), (-2.0, 9.5)], reflection=0.3)
    >>> echoes.shape
    (2,)
    """
    instance("room", room, Room)
    positions, reflection = checked_positions(positions), real_number("reflection", reflection)
    require(0 <= reflection <= 1, "reflection", reflection, "it must lie in [0, 1]")
    order = count("order", order)
    check_memory("order", order, 100 * (4 * order + 2) ** 3)
    # In one dimension, images of a source at s between walls at 0 and L: s + 2 m L after 2|m| reflections,
    # 2 m L - s after |2 m - 1|. A source on a wall is its own image there: what coincides counts once.
    starts = (WIDTH / 2, DEPTH / 2, room.height)
    steps, reached = np.arange(-order, order + 1), []
    for start, length in zip(starts, (WIDTH, DEPTH, CEILING), strict=True):
        fewest = {}
        for m in steps.tolist():
            for place, bounces in (
                (start + 2 * m * length, abs(2 * m)),
                (2 * m * length - start, abs(2 * m - 1)),
            ):
                fewest[round(place, 9)] = min(bounces, fewest.get(round(place, 9), bounces))
        reached.append(fewest)
    images = np.stack(np.meshgrid(*map(list, reached), indexing="ij"), axis=-1).reshape(-1, 3)
    images = images - [WIDTH / 2, 0, 0]
    bounces = np.meshgrid(*(list(fewest.values()) for fewest in reached), indexing="ij")
    reflections = np.sum(bounces, axis=0).ravel()
    # Without any reflection it is the station itself, which is blocked.
    counted = (reflections > 0) & (reflections <= order)
    images, reflections = images[counted], reflections[counted]
    users = np.concatenate([positions, np.full((*positions.shape[:-1], 1), room.user_height)], axis=-1)
    distance = np.linalg.norm(users[..., None, :] - images, axis=-1)
    waves = reflection**reflections * room.wavelength / (4 * np.pi * distance)
    amplitude = 10 ** ((room.tx_power_dbm - 30) / 20)
    return amplitude * np.sum(waves * _phasor(room, distance), axis=-1)


def measure(
    room: Room, positions: ArrayLike, rng: np.random.Generator, multipath_db: float | None = None
) -> np.ndarray:
    """Pilots as a user receives them: an unknown phase offset, noise and, if asked for, multipath.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., 2)
        Users [m].
    rng : numpy.random.Generator
    multipath_db : float, optional
        Mean power of the multipath term f of (4), relative to the mean power of the user's pilots [dB].
        f is one circular Gaussian number for each user (Rayleigh), the same in all pilots.

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, `rng` is no generator, or `multipath_db` is not one
        number within +-1000.

    Examples
    --------
    >>> measure(Room(), [(1.0, 4.0), (-2.0, 9.5)], np.random.default_rng(0), multipath_db=20.0).shape
    (2, 32)
    """
    signal = instance("room", room, Room).signal(positions)
    generator("rng", rng)
    if multipath_db is not None:
        level = _checked_level("multipath_db", multipath_db)
        power = np.mean(np.abs(signal) ** 2, axis=-1) * 10 ** (level / 10)
        signal = signal + (np.sqrt(power) * circular_noise(rng, power.shape))[..., None]
    return receive(room, signal, rng)


def receive(room: Room, signal: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """Turn noise-free pilots by a random phase offset for each user and add the noise w of (4).

    Parameters
    ----------
    room : Room
    signal : array_like of complex, shape (..., n_pilots)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)

    Raises
    ------
    ValueError
        If the signal is not finite or has another number of pilots, or `rng` is no generator.

    Examples
    --------
    >>> room = Room()
    >>> received = receive(room, room.signal((1.0, 4.0)), np.random.default_rng(0))
    >>> received.shape
    (32,)
    """
    signal = complex_array("signal", signal, (instance("room", room, Room).n_pilots,))
    generator("rng", rng)
    offset = np.exp(1j * rng.uniform(0, 2 * np.pi, signal.shape[:-1]))
    return signal * offset[..., None] + room.sigma * circular_noise(rng, signal.shape)
