"""The room: where tiles, station and users stand, and what the tiles do to the pilots; Aguiar et al. (2024).

:class:`Room` without arguments is the paper's room: 10 m x 10 m x 3 m, x from -5 to 5, y from 0 to 10, tiles
on the walls y = 0 and x = 5, the base station at (0, 5), all at one height, users in a plane. The paper
follows Dardari et al. (2022) and leaves several parameters to that paper or open; :data:`SOURCES` says where
each of ours comes from.
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
    instance,
    points,
    positive,
    real_array,
    real_number,
    require,
)
from irsnb.indoor.tiles import (
    Compared,
    Tiles,
    checked_height,
    checked_level,
    locked,
    on_walls,
)

__all__ = ["CHOICES", "SOURCES", "Room"]

CODEBOOKS = ("random", "dft", "hadamard")
FEWEST = 4
"""Fewest pilots: two coordinates and a complex gain are to be found."""
SOURCES = {
    "height": ("paper", "1 m or 3 m, base station and tiles alike"),
    "extent": ("paper", "users' area, x from -4 to 4 m, y from 1 to 10 m"),
    "station": ("paper", "(0, 5) at the tiles' height"),
    "tiles": ("paper", "K = 100 on two walls, 20 cm apart"),
    "carrier": ("paper", "3.5 GHz"),
    "n_pilots": ("paper", "T = 32"),
    "noise_dbm": ("paper", "-120.2 dBm"),
    "user_height": ("paper", "users in the plane z = 1 m"),
    "walls": ("paper", "10 x 10 m"),
    "ceiling": ("paper", "3 m"),
    "tx_power_dbm": ("ours", "20 dBm a pilot"),
    "codebook": ("ours", "independent uniform phases, drawn once and known to all"),
    "phase_seed": ("ours", "which draw"),
    "phase_bits": ("ours", "not quantised; the paper says discrete, without the number"),
    "tiles.cells": ("paper", "4 x 25 cells; which side is vertical is ours"),
    "tiles.cell_gain_dbi": ("paper", "5 dBi, after Dardari et al."),
    "tiles.cell_exponent": ("paper", "q = 0.57, after Dardari et al."),
    "tiles.cell_spacing": ("ours", "half a wavelength, whose aperture has the stated gain"),
    "tiles.positions": ("ours", "the first and the last of a wall stand 10 cm off its corners"),
    "tiles.normals": ("paper", "into the room"),
    "tiles.reflection": ("Dardari", "product of two array factors, (2), as the paper quotes it"),
    "tiles.waves": ("Dardari", "far field of each tile, (3), as the paper quotes it"),
}
"""For each parameter of a :class:`Room` and of its :class:`Tiles`: who states it, and what."""
CHOICES = {
    "cell pattern, (1)": ("Dardari", "cos^q, as the paper quotes it"),
    "cascaded channel h_k": ("ours", "free space on both ways; the paper refers to Dardari"),
    "multipath f, random": ("ours", "one circular Gaussian number a user (Rayleigh), power chosen"),
    "multipath f, walls": ("ours", "images up to 2 reflections, each leaving half the amplitude"),
    "subcarriers": ("ours", "one pilot subcarrier of the paper's 2048 is simulated"),
}
"""What is no parameter of a :class:`Room`: who states it, and what."""


class _DefaultStation(tuple):
    """A station that a room was not given: it follows its height."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Room(Compared):
    """The room, its tiles and its pilots. ``Room()`` is the paper's.

    Attributes
    ----------
    height : float
        Of station and tiles [m], above 0; without meaning for what is given itself.
    extent : tuple of float
        Where users are searched, (x0, x1, y0, y1) [m]. Tiles and station may stand outside.
    station : array_like, shape (3,), optional
        Position of the base station [m]; by default (0, 5) at `height`.
    tiles : Tiles, optional
        By default :func:`paper_tiles` at `height`.
    codebook : {"random", "dft", "hadamard"} or array_like of complex, shape (T, K)
        What each tile does to each pilot. By name: phases psi_tk; "dft" and "hadamard" are balanced: over all
        pilots each tile's coefficients sum to zero. As an array: coefficients, ``exp(j psi_tk)`` and
        perhaps a magnitude.
    n_pilots : int
        T, at least 4: two coordinates and a complex gain are to be found. By default the codebook's, or 32.
    phase_seed : int
        Seed of a named codebook's phases.
    phase_bits : int or None
        Phases of a named codebook rounded to 2^bits steps, at most 50 bits; not rounded if None.
    tx_power_dbm, noise_dbm : float
        Power of one pilot and of the noise in it [dBm], within +-1000.
    carrier : float
        [Hz].
    user_height : float or tuple of float
        Height of the users' plane [m], not negative. A pair is a range: users' heights are unknown, and
        positions are (..., 3). What stands at one height, station and tiles, sends the same pilots to mirror
        images above and below: a range should lie on one side of it.
    walls : tuple of float
        Of the room, (x0, x1, y0, y1) [m]: echoes come from them (:func:`irsnb.indoor.wall_images`), and users
        stand between them or within the extent.
    ceiling : float
        Height of the ceiling, for echoes [m], above 0.

    Raises
    ------
    ValueError
        If a value is outside of what is stated here.

    Examples
    --------
    >>> room = Room(height=3.0)
    >>> len(room.tiles), room.station, room.n_pilots
    (100, (0.0, 5.0, 3.0), 32)

    A room of 6 m x 8 m whose 24 tiles on the wall y = 0 step through the columns of a Fourier matrix:

    >>> x = 0.5 + 0.2 * np.arange(24)
    >>> tiles = Tiles(np.stack([x, 0 * x, 0 * x + 2], axis=-1), (0.0, 1.0, 0.0), (4, 4))
    >>> codebook = np.exp(2j * np.pi * np.outer(np.arange(24), np.arange(24)) / 24)
    >>> room = Room(
    ...     extent=(0, 6, 0.5, 8), station=(0, 4, 2), tiles=tiles, codebook=codebook, walls=(0, 6, 0, 8)
    ... )
    >>> room.n_pilots
    24
    """

    height: float = 1.0
    extent: tuple[float, float, float, float] = (-4.0, 4.0, 1.0, 10.0)
    station: tuple[float, float, float] | None = None
    tiles: Tiles | None = None
    codebook: str | np.ndarray = "random"
    n_pilots: int | None = None
    phase_seed: int = 0
    phase_bits: int | None = None
    tx_power_dbm: float = 20.0
    noise_dbm: float = -120.2
    carrier: float = 3.5e9
    user_height: float | tuple[float, float] = 1.0
    walls: tuple[float, float, float, float] = (-5.0, 5.0, 0.0, 10.0)
    ceiling: float = 3.0

    def __post_init__(self):
        def keep(name, value):
            object.__setattr__(self, name, value)

        keep("height", checked_height(self.height))
        keep("extent", _checked_sides("extent", self.extent))
        keep("walls", _checked_sides("walls", self.walls))
        for name in ("tx_power_dbm", "noise_dbm"):
            keep(name, checked_level(name, getattr(self, name)))
        for name, unit in (("carrier", "Hz"), ("ceiling", "m")):
            keep(name, real_number(name, getattr(self, name)))
            positive(name, getattr(self, name), unit)
        keep("user_height", _checked_user_height(self.user_height))
        if self.tiles is None or hasattr(self.tiles, "_follow_height"):
            keep("tiles", Tiles(*on_walls(self.height, 50)))
            # The mark of tiles that a room was not given; `dataclasses.replace` of them loses it.
            object.__setattr__(self.tiles, "_follow_height", True)
        instance("tiles", self.tiles, Tiles)
        if self.station is None or isinstance(self.station, _DefaultStation):
            keep("station", _DefaultStation((0.0, 5.0, self.height)))
        else:
            station = points("station", self.station)
            if station.ndim != 1:
                raise ValueError(f"station: got shape {station.shape}; it must be (3,)")
            keep("station", tuple(station.tolist()))
        apart = np.any(self.tiles.positions != self.station, axis=-1)
        require(apart, "station", self.station[0], "no tile may stand where it does (x shown)")
        self._check_codebook(keep)

    def _check_codebook(self, keep):
        keep("phase_seed", count("phase_seed", self.phase_seed, 0))
        if self.phase_bits is not None:
            keep("phase_bits", count("phase_bits", self.phase_bits, 1, 50))
        if self.n_pilots is not None:
            keep("n_pilots", count("n_pilots", self.n_pilots, FEWEST))
        if isinstance(self.codebook, str):
            choice("codebook", self.codebook, CODEBOOKS)
            keep("n_pilots", self.n_pilots or 32)
            check_memory("n_pilots", self.n_pilots, 16 * self.n_pilots * self.n_tiles)
            if self.codebook == "hadamard" and self.n_pilots & (self.n_pilots - 1):
                raise ValueError(f"n_pilots: got {self.n_pilots}; codebook 'hadamard' takes a power of two")
            return
        codebook = complex_array("codebook", self.codebook, (None, None))
        wanted = (self.n_pilots or max(len(codebook), FEWEST), self.n_tiles)
        if codebook.shape != wanted:
            raise ValueError(
                f"codebook: got shape {codebook.shape}; it must be {wanted}, (n_pilots, K) for K tiles"
            )
        moduli = np.abs(codebook)
        require(np.isfinite(moduli).all() and moduli.any(), "codebook", 0.0, "it must have a modulus above 0")
        keep("codebook", locked(codebook))
        keep("n_pilots", len(codebook))

    @property
    def wavelength(self) -> float:
        """Carrier wavelength [m]."""
        return speed_of_light / self.carrier

    @property
    def n_tiles(self) -> int:
        """K."""
        return len(self.tiles)

    @property
    def n_coordinates(self) -> int:
        """D, coordinates of a user: 2, or 3 where the height is unknown."""
        return 3 if isinstance(self.user_height, tuple) else 2

    @property
    def sigma(self) -> float:
        """Standard deviation of the complex noise of one pilot, the root of its power in watts."""
        return 10 ** ((self.noise_dbm - 30) / 20)

    @cached_property
    def limits(self) -> np.ndarray:
        """Least and largest coordinates where users are searched, (2, D) [m]."""
        x0, x1, y0, y1 = self.extent
        heights = self.user_height if self.n_coordinates == 3 else None
        low, high = (x0, y0), (x1, y1)
        return locked([low, high] if heights is None else [(*low, heights[0]), (*high, heights[1])])

    @cached_property
    def phases(self) -> np.ndarray:
        """psi_tk, the phase of every tile for every pilot, (T, K) [rad]."""
        if not isinstance(self.codebook, str):
            return locked(np.angle(self.codebook))
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
        return locked(phases)

    @cached_property
    def coefficients(self) -> np.ndarray:
        """What each tile does to each pilot, (T, K): ``exp(j psi_tk)``, or the codebook itself."""
        return locked(np.exp(1j * self.phases)) if isinstance(self.codebook, str) else self.codebook

    @cached_property
    def weights(self) -> np.ndarray:
        """The coefficients times the root of a pilot's power [W^(1/2)], (K, T)."""
        return locked(10 ** ((self.tx_power_dbm - 30) / 20) * self.coefficients.T)

    @cached_property
    def grid(self) -> np.ndarray:
        """Users every 10 cm over the extent, in the middle of unknown heights, (n, D) [m]."""
        x0, x1, y0, y1 = self.extent
        columns, rows = (round((high - low) / 0.1) + 1 for low, high in ((x0, x1), (y0, y1)))
        check_memory("extent", self.extent, 24.0 * columns * rows)
        x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows), indexing="ij")
        coordinates = [x, y]
        if self.n_coordinates == 3:
            coordinates.append(np.full_like(x, np.mean(self.user_height)))
        return locked(np.stack(coordinates, axis=-1).reshape(-1, self.n_coordinates))


def checked_positions(room: Room, positions: ArrayLike, name: str = "positions") -> np.ndarray:
    """Return users' positions as an array (..., D), or raise ``ValueError`` if one cannot be."""
    positions, wanted = real_array(name, positions), room.n_coordinates
    if positions.ndim == 0 or positions.shape[-1] != wanted:
        asked = "(..., 2): x, y" if wanted == 2 else "(..., 3): x, y and the unknown height, all"
        raise ValueError(f"{name}: got shape {positions.shape}; it must be {asked} in metres")
    for axis, word in enumerate("xy"):
        low = min(room.extent[2 * axis], room.walls[2 * axis])
        high = max(room.extent[2 * axis + 1], room.walls[2 * axis + 1])
        values = positions[..., axis]
        outside = f"that {word} is outside the room, {low:g} m to {high:g} m"
        require((values >= low) & (values <= high), name, values, outside)
    if wanted == 3:
        height = positions[..., 2]
        require(height >= 0, name, height, "that height is below the floor, 0 m")
    places = users(room, positions.reshape(-1, wanted))
    # One number for each point tells most of them apart.
    for row in np.flatnonzero(np.isin(_mixed(places), _mixed(room.tiles.positions))):
        taken = np.all(room.tiles.positions == places[row], axis=-1).any()
        require(not taken, name, places[row, 0], "a tile stands there (x shown)")
    return positions


def _mixed(places):
    return places[:, 0] + np.sqrt(2) * places[:, 1] + np.sqrt(3) * places[:, 2]


def users(room: Room, positions: np.ndarray) -> np.ndarray:
    """Users (n, D) as points (n, 3)."""
    if room.n_coordinates == 3:
        return np.ascontiguousarray(positions)
    places = np.empty((len(positions), 3))
    places[:, :2], places[:, 2] = positions, room.user_height
    return places


def _checked_sides(name, sides):
    sides = real_array(name, sides)
    if sides.shape != (4,):
        raise ValueError(f"{name}: got shape {sides.shape}; it must be (4,): x0, x1, y0, y1 in metres")
    for axis in (0, 2):
        require(sides[axis] < sides[axis + 1], name, sides[axis], "it must lie below the value behind it")
    return tuple(sides.tolist())


def _checked_user_height(value):
    heights = real_array("user_height", value)
    require(heights >= 0, "user_height", heights, "it must not be negative")
    if heights.ndim == 0:
        return float(heights)
    if heights.shape != (2,):
        raise ValueError(f"user_height: got shape {heights.shape}; it must be one number or a range of two")
    require(heights[0] < heights[1], "user_height", heights[0], "it must lie below the range's end")
    return tuple(heights.tolist())
