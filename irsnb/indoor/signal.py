"""What users receive: channels of the tiles, pilots, noise and multipath; Aguiar et al. (2024), (1)-(4)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import complex_array, generator, instance
from irsnb.geometry import cosine_sine
from irsnb.indoor.echoes import wall_images
from irsnb.indoor.scene import Room, checked_positions, users
from irsnb.indoor.tiles import checked_level
from irsnb.noise import circular_noise

__all__ = ["add_noise", "pilots", "receive", "reflection_coefficients", "signal", "tile_channels"]

_BLOCK = 64


def signal(room: Room, positions: ArrayLike) -> np.ndarray:
    """Noise-free pilots at given positions, without phase offset and without multipath: (4).

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m]: x and y in the plane at `user_height`; with z where the height is unknown.

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)
        In units of the square root of a watt. Zeros behind all tiles.

    Raises
    ------
    ValueError
        If a position is not finite, has another shape, lies outside the room, or a tile stands there.

    Examples
    --------
    >>> signal(Room(height=3.0), [(1.0, 4.0), (-2.0, 9.5)]).shape
    (2, 32)
    """
    instance("room", room, Room)
    return signal_unchecked(room, checked_positions(room, positions))


def tile_channels(room: Room, positions: ArrayLike) -> np.ndarray:
    """What each tile contributes before its phase: beta_tk h_k of (2)-(4) without exp(j psi_tk).

    Parameters
    ----------
    room : irsnb.indoor.Room
        Its tiles say whether waves are plane or curved, and whether tiles reflect as (2) or as mirrors.
    positions : array_like, shape (..., D)
        Users [m].

    Returns
    -------
    ndarray of complex, shape (..., K)

    Raises
    ------
    ValueError
        As :func:`signal`.

    Examples
    --------
    >>> tile_channels(Room(), [(1.0, 4.0), (-2.0, 9.5)]).shape
    (2, 100)
    """
    instance("room", room, Room)
    positions = checked_positions(room, positions)
    flat = positions.reshape(-1, room.n_coordinates)
    channels = np.empty((len(flat), 1, room.n_tiles), dtype=complex)
    _fill_channels(room, flat, channels)
    return channels.reshape(*positions.shape[:-1], room.n_tiles)


def reflection_coefficients(room: Room, positions: ArrayLike) -> np.ndarray:
    """beta_tk of (2) without exp(j psi_tk): real, its sign that of the product of array factors.

    The phase of beta_tk is psi_tk, turned by half a turn where this is negative; its magnitude is the same in
    all pilots. Both depend on the angles at which the tiles see the user. Of specular tiles the sum over
    cells of (3) at the sum of both direction cosines stands in place of the product. Waves are plane, also in
    a room whose waves are curved.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m].

    Returns
    -------
    ndarray, shape (..., K)

    Raises
    ------
    ValueError
        As :func:`signal`.
    """
    instance("room", room, Room)
    positions = checked_positions(room, positions)
    flat = users(room, positions.reshape(-1, room.n_coordinates))
    arrival = _plane_arrival(room)
    _, element, factor = _patterns(room, flat, arrival.shifts)
    return (arrival.pattern * element * factor).reshape(*positions.shape[:-1], room.n_tiles)


def pilots(room: Room, channels: ArrayLike) -> np.ndarray:
    """Pilots (4) without f and w: ``y_t = sqrt(P) sum_k exp(j psi_tk) channels_k``.

    Parameters
    ----------
    room : irsnb.indoor.Room
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
    >>> bool(np.allclose(pilots(room, tile_channels(room, place)), signal(room, place), rtol=1e-9, atol=0))
    True
    """
    channels = complex_array("channels", channels, (instance("room", room, Room).n_tiles,))
    return channels @ room.weights


def receive(
    room: Room,
    positions: ArrayLike,
    rng: np.random.Generator,
    *,
    multipath: float | str | None = None,
) -> np.ndarray:
    """Pilots as users receive them: an unknown phase offset each, noise and, if asked for, multipath.

    Parameters
    ----------
    room : irsnb.indoor.Room
    positions : array_like, shape (..., D)
        Users [m].
    rng : numpy.random.Generator
    multipath : float or "walls", optional
        The term f of (4), the same in all pilots of a user. A number: mean power of f relative to the mean
        power of the user's pilots [dB], within +-1000; f is one circular Gaussian number for each user
        (Rayleigh). "walls": echoes off walls, floor and ceiling, by :func:`irsnb.indoor.wall_images`.

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)
        In units of the square root of a watt.

    Raises
    ------
    ValueError
        As :func:`signal`; if `rng` is no generator or `multipath` is neither; and, with echoes, if a user or
        the station stands outside the walls.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> receive(Room(), [(1.0, 4.0), (-2.0, 9.5)], rng, multipath=20.0).shape
    (2, 32)
    """
    values = signal(room, positions)
    generator("rng", rng)
    if isinstance(multipath, str):
        if multipath != "walls":
            raise ValueError(f"multipath: got {multipath!r}; it must be a number in dB, 'walls' or None")
        values = values + wall_images(room, positions)[..., None]
    elif multipath is not None:
        level = checked_level("multipath", multipath)
        power = np.mean(np.abs(values) ** 2, axis=-1) * 10 ** (level / 10)
        values = values + (np.sqrt(power) * circular_noise(rng, power.shape))[..., None]
    return add_noise(room, values, rng)


def add_noise(room: Room, values: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """Turn noise-free pilots by a random phase offset for each user and add the noise w of (4).

    Parameters
    ----------
    room : irsnb.indoor.Room
    values : array_like of complex, shape (..., n_pilots)
        From :func:`signal`, or of a model of one's own [W^(1/2)].
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of complex, shape (..., n_pilots)

    Raises
    ------
    ValueError
        If a value is not finite, there is another number of pilots, or `rng` is no generator.

    Examples
    --------
    >>> room = Room()
    >>> add_noise(room, signal(room, (1.0, 4.0)), np.random.default_rng(0)).shape
    (32,)
    """
    values = complex_array("values", values, (instance("room", room, Room).n_pilots,))
    generator("rng", rng)
    offset = np.exp(1j * rng.uniform(0, 2 * np.pi, values.shape[:-1]))
    return values * offset[..., None] + room.sigma * circular_noise(rng, values.shape)


def signal_unchecked(room: Room, positions: np.ndarray) -> np.ndarray:
    """:func:`signal` at positions (..., D) that are known to be finite and off the tiles."""
    values = _signals(room, positions.reshape(-1, room.n_coordinates), 1)
    return values.reshape(*positions.shape[:-1], room.n_pilots)


def signal_and_gradient(room: Room, positions: np.ndarray) -> np.ndarray:
    """:func:`signal_unchecked` of positions (n, D), and its derivatives by them, (n, 1 + D, T) together."""
    return _signals(room, positions, 1 + room.n_coordinates)


def block_signals(room: Room, corners: np.ndarray, sides: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Pilots at the places of blocks, in single precision, at a fraction of :func:`signal`'s price.

    Phases are exact; amplitudes, which change slowly, are those between the corners of a block.

    Parameters
    ----------
    room : irsnb.indoor.Room
    corners : ndarray, shape (m, D)
        First corners of the blocks [m].
    sides : ndarray, shape (D,)
        Of a block [m].
    inner : ndarray, shape (S, D)
        Places from the first corner, the same in each block [m].

    Returns
    -------
    ndarray of complex64, shape (m, S, n_pilots)
    """
    from irsnb.indoor.kernels import block_channels

    ends = np.stack(np.meshgrid(*[(0.0, 1.0)] * len(sides), indexing="ij"), axis=-1).reshape(-1, len(sides))
    share = (inner / sides)[:, None, :]
    mixing = np.prod(np.where(ends == 1, share, 1 - share), axis=-1)
    lattice = corners[:, None, :] + ends * sides
    places = corners[:, None, :] + inner
    at_corners = np.empty((len(corners) * len(ends), 1, room.n_tiles), dtype=complex)
    _fill_channels(room, lattice.reshape(-1, len(sides)), at_corners)
    at_corners = at_corners.reshape(len(corners), len(ends), room.n_tiles)
    lattice, places = (
        users(room, points.reshape(-1, len(sides))).reshape(*points.shape[:2], 3)
        for points in (lattice, places)
    )
    tiles, weights = _arrival(room)[0], room.weights.astype(np.complex64)
    channels = np.empty((len(inner), room.n_tiles), dtype=np.complex64)
    signals = np.empty((*places.shape[:2], room.n_pilots), dtype=np.complex64)
    for block in range(len(corners)):
        block_channels(
            at_corners[block], lattice[block], mixing, places[block], tiles, room.wavelength, channels
        )
        np.matmul(channels, weights, out=signals[block])
    return signals


def _signals(room, positions, n_values):
    """Pilots of positions (n, D), and if 1 + D values are wanted their derivatives, (n, n_values, T)."""
    signals = np.empty((len(positions), n_values, room.n_pilots), dtype=complex)
    # Blocks that stay in the cache, in one piece of memory.
    scratch = np.empty((min(len(positions), _BLOCK), n_values, room.n_tiles), dtype=complex)
    for i in range(0, len(positions), _BLOCK):
        block = positions[i : i + _BLOCK]
        channels = scratch[: len(block)]
        _fill_channels(room, block, channels)
        rows = signals[i : i + _BLOCK].reshape(-1, room.n_pilots)
        np.matmul(channels.reshape(-1, room.n_tiles), room.weights, out=rows)
    return signals


def _fill_channels(room, positions, channels):
    """:func:`tile_channels` of positions (n, D), and their derivatives, into an array (n, 1 or 1 + D, K)."""
    import irsnb.indoor.kernels as kernels

    tiles, arrival = room.tiles, _arrival(room)
    made = tiles.cells, tiles.cell_spacing, tiles.cell_exponent, room.wavelength
    places = users(room, positions)
    fill = kernels.plane_channels if tiles.waves == "plane" else kernels.curved_channels
    # Arrays that can be written to, so that the loops are compiled once.
    fill(places, *arrival, *made, channels)


class _Plane(NamedTuple):
    """What arrives at the tiles as plane waves, (K,): amplitude of beta, and the cosines to be added."""

    pattern: np.ndarray
    shifts: np.ndarray


def _arrival(room):
    """Tiles, axes, what arrives at each tile with the constants of the way on, and at its cells; kept."""
    kept = room.__dict__.get("_arrival")
    if kept is None:
        kept = room.__dict__["_arrival"] = _compute_arrival(room)
    return kept


def _compute_arrival(room):
    import irsnb.indoor.kernels as kernels

    tiles, station = room.tiles, np.array([room.station])
    places, axes = np.array(tiles.positions), np.array(tiles.axes)
    plane = _plane_arrival(room)
    distance = np.linalg.norm(station - places, axis=-1)
    incident = plane.pattern * (room.wavelength / (4 * np.pi)) ** 2 / distance * _phasor(room, distance)
    if tiles.waves == "plane":
        return places, axes, incident, np.array(plane.shifts)
    arriving = kernels.curved_sums(station, places, axes, tiles.cells, tiles.cell_spacing, room.wavelength)[0]
    if tiles.reflection == "product":
        # The sum over cells of the wave that arrives, in place of that of plane waves.
        _, element, _ = _patterns(room, station, np.zeros((2, len(tiles))))
        gathered = element[0] * arriving.sum(axis=-1) / np.prod(tiles.cells)
        gain = 10 ** (tiles.cell_gain_dbi / 10) * (room.wavelength / (4 * np.pi)) ** 2
        incident = gain * gathered / distance * _phasor(room, distance)
        arriving = np.ones(arriving.shape, dtype=complex)
    return places, axes, incident, arriving


def _plane_arrival(room):
    tiles, station = room.tiles, np.array([room.station])
    gain = 10 ** (tiles.cell_gain_dbi / 10)
    _, element, factor = _patterns(room, station, np.zeros((2, len(tiles))))
    if tiles.reflection == "product":
        return _Plane(gain * (element * factor)[0] / np.prod(tiles.cells), np.zeros((2, len(tiles))))
    offset = station - tiles.positions
    outward = offset / np.linalg.norm(offset, axis=-1, keepdims=True)
    return _Plane(gain * element[0], np.sum(outward * tiles.axes[:2], axis=-1))


def _patterns(room, places, shifts):
    from irsnb.indoor.kernels import patterns

    tiles = room.tiles
    made = tiles.cells, tiles.cell_spacing, tiles.cell_exponent
    return patterns(places, np.array(tiles.positions), np.array(tiles.axes), shifts, *made)


def _phasor(room, distance):
    """exp(-j 2 pi distance / wavelength)."""
    wave = np.empty(distance.shape, dtype=complex)
    wave.real, wave.imag = cosine_sine(-2 * np.pi / room.wavelength * distance)
    return wave
