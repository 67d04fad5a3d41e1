"""Echoes off walls, floor and ceiling, by image sources: the term f of (4) in Aguiar et al. (2024)."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, count, instance, real_number, require
from irsnb.geometry import cosine_sine
from irsnb.indoor.scene import Room, checked_positions, users

__all__ = ["wall_images"]


def wall_images(room: Room, positions: ArrayLike, reflection: float = 0.5, order: int = 2) -> np.ndarray:
    """Multipath f of the direct link by image sources: echoes off walls, floor and ceiling.

    The direct ray is blocked, as the paper assumes. An image after n reflections contributes
    ``sqrt(P) reflection^n lambda / (4 pi d) exp(-j 2 pi d / lambda)``. Images that coincide, as they do for a
    station on a wall or on the ceiling, are one image, after the fewest of their reflections.

    Parameters
    ----------
    room : irsnb.indoor.Room
        Its `walls` and its `ceiling` reflect; the floor is at 0 m.
    positions : array_like, shape (..., D)
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
        If an input is outside of what is stated here, station or users do not stand between the walls, floor
        and ceiling, or the order asks for too many images.

    Examples
    --------
    >>> echoes = wall_images(Room(), [(1.0, 4.0), (-2.0, 9.5)], reflection=0.3)
    >>> echoes.shape
    (2,)
    """
    instance("room", room, Room)
    positions, reflection = checked_positions(room, positions), real_number("reflection", reflection)
    require(0 <= reflection <= 1, "reflection", reflection, "it must lie in [0, 1]")
    order = count("order", order)
    check_memory("order", order, 100 * (4 * order + 2) ** 3)
    places = users(room, positions.reshape(-1, room.n_coordinates))
    x0, x1, y0, y1 = room.walls
    low, high = np.array([x0, y0, 0.0]), np.array([x1, y1, room.ceiling])
    for name, points in (("station", np.array(room.station)), ("positions", places)):
        inside = (points >= low) & (points <= high)
        require(inside, name, points, "for echoes it must stand between walls, floor and ceiling")
    images, reflections = _images(np.array(room.station) - low, high - low, order)
    waves = np.empty(len(places), dtype=complex)
    for i in range(0, len(places), 4096):
        distance = np.linalg.norm(places[i : i + 4096, None, :] - (images + low), axis=-1)
        cosine, sine = cosine_sine(2 * np.pi / room.wavelength * distance)
        amplitudes = reflection**reflections * room.wavelength / (4 * np.pi * distance)
        waves[i : i + 4096] = np.sum(amplitudes * (cosine - 1j * sine), axis=-1)
    return 10 ** ((room.tx_power_dbm - 30) / 20) * waves.reshape(positions.shape[:-1])


def _images(station, sizes, order):
    """Images (n, 3) of a station in a box from 0 to `sizes`, and how many reflections each took."""
    # In one dimension, images of a source at s between walls at 0 and L: s + 2 m L after 2|m| reflections,
    # 2 m L - s after |2 m - 1|. A source on a wall is its own image there: what coincides counts once.
    reached = []
    for start, length in zip(station.tolist(), sizes.tolist(), strict=True):
        fewest = {}
        for m in range(-order, order + 1):
            ways = (start + 2 * m * length, abs(2 * m)), (2 * m * length - start, abs(2 * m - 1))
            for place, bounces in ways:
                fewest[round(place, 9)] = min(bounces, fewest.get(round(place, 9), bounces))
        reached.append(fewest)
    images = np.stack(np.meshgrid(*map(list, reached), indexing="ij"), axis=-1).reshape(-1, 3)
    bounces = np.meshgrid(*(list(fewest.values()) for fewest in reached), indexing="ij")
    reflections = np.sum(bounces, axis=0).ravel()
    # Without any reflection it is the station itself, which is blocked.
    counted = (reflections > 0) & (reflections <= order)
    return images[counted], reflections[counted]
