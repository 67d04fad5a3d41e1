"""Tiles of an indoor surface: where they stand, whither they look, and how they reflect."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from irsnb.checks import (
    check_memory,
    choice,
    count,
    integer_array,
    points,
    positive,
    real_number,
    require,
)

__all__ = ["REFLECTIONS", "WAVES", "Tiles", "paper_tiles"]

REFLECTIONS, WAVES = ("product", "specular"), ("plane", "curved")


class Compared:
    """Equality and hash of a frozen dataclass whose fields may be arrays, by their content."""

    @cached_property
    def _key(self):
        values = (getattr(self, field.name) for field in fields(self))
        return tuple((v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values)

    def __eq__(self, other):
        return self._key == other._key if isinstance(other, type(self)) else NotImplemented

    def __hash__(self):
        return hash(self._key)


@dataclass(frozen=True, eq=False, repr=False)
class Tiles(Compared):
    """Reflecting tiles: where they stand, whither they look, and of what they are made.

    Columns of cells run level, rows upwards: along ``normal x z`` and ``(normal x z) x normal``. On a ceiling
    or floor, where that has no direction, columns run along x.

    Attributes
    ----------
    positions : array_like, shape (K, 3)
        Centres [m].
    normals : array_like, shape (3,) or (K, 3)
        Directions into the room, of any length; kept as unit vectors (K, 3).
    cells : tuple of int
        Cells of a tile along its columns' axis and along its rows' axis, (N_x, N_y).
    cell_spacing : float
        [wavelengths].
    cell_gain_dbi, cell_exponent : float
        Boresight gain G_c [dBi] and exponent q of a cell's pattern (1).
    reflection : {"product", "specular"}
        How a tile passes on what arrives. "product": by the product of two array factors, (2), as if it
        gathered the wave and sent it anew. "specular": every cell reflects what arrives at it, with the one
        phase that all cells share: as a mirror. At the mirror's angle both are equal if that is the normal.
    waves : {"plane", "curved"}
        Of each tile: far field (3), or exact distances to all its cells.

    Raises
    ------
    ValueError
        If a value is outside of what is stated here, or two tiles coincide.

    Examples
    --------
    Three tiles of 8 x 8 cells, 30 cm apart, on the wall y = 0:

    >>> Tiles([(1.0, 0.0, 2.0), (1.3, 0.0, 2.0), (1.6, 0.0, 2.0)], (0.0, 1.0, 0.0), (8, 8))
    Tiles(3 tiles of 8 x 8 cells, 0.5 wavelengths apart, product of array factors, plane waves)
    """

    positions: np.ndarray
    normals: np.ndarray
    cells: tuple[int, int] = (4, 25)
    cell_spacing: float = 0.5
    cell_gain_dbi: float = 5.0
    cell_exponent: float = 0.57
    reflection: str = "product"
    waves: str = "plane"

    def __post_init__(self):
        positions, normals = points("positions", self.positions), points("normals", self.normals)
        if positions.ndim != 2 or len(positions) == 0:
            raise ValueError(f"positions: got shape {positions.shape}; it must be (K, 3) with K >= 1")
        if normals.shape not in ((3,), positions.shape):
            raise ValueError(f"normals: got shape {normals.shape}; it must be (3,) or {positions.shape}")
        if len(np.unique(positions, axis=0)) < len(positions):
            raise ValueError(f"positions: got {len(positions)} tiles of which two coincide")
        length = np.linalg.norm(normals, axis=-1, keepdims=True)
        require(np.isfinite(length) & (length > 0), "normals", length, "its length must be above 0")
        normals = np.broadcast_to(normals / length, positions.shape)
        for name, array in (("positions", positions), ("normals", normals)):
            object.__setattr__(self, name, locked(array))
        cells = integer_array("cells", self.cells, 1)
        if cells.shape != (2,):
            raise ValueError(f"cells: got shape {cells.shape}; it must be (2,): columns and rows")
        object.__setattr__(self, "cells", tuple(cells.tolist()))
        for name in ("cell_spacing", "cell_gain_dbi", "cell_exponent"):
            object.__setattr__(self, name, real_number(name, getattr(self, name)))
        positive("cell_spacing", self.cell_spacing, "wavelengths")
        require(self.cell_exponent >= 0, "cell_exponent", self.cell_exponent, "it must not be negative")
        checked_level("cell_gain_dbi", self.cell_gain_dbi)
        choice("reflection", self.reflection, REFLECTIONS)
        choice("waves", self.waves, WAVES)
        if self.waves == "curved":
            check_memory("cells", self.cells, 16.0 * len(positions) * self.cells[0] * self.cells[1])

    def __repr__(self):
        made = "product of array factors" if self.reflection == "product" else "specular"
        return (
            f"Tiles({len(self)} tiles of {self.cells[0]} x {self.cells[1]} cells, {self.cell_spacing:g} "
            f"wavelengths apart, {made}, {self.waves} waves)"
        )

    def __len__(self):
        return len(self.positions)

    @cached_property
    def axes(self) -> np.ndarray:
        """Unit vectors of each tile along its columns, along its rows and along its normal, (3, K, 3)."""
        along = np.cross(self.normals, [0.0, 0.0, 1.0])
        size = np.linalg.norm(along, axis=-1, keepdims=True)
        along = np.where(size > 1e-9, along / np.maximum(size, 1e-300), [1.0, 0.0, 0.0])
        # Nearly level tiles: columns stay in the tile's plane.
        along = along - self.normals * np.sum(along * self.normals, axis=-1, keepdims=True)
        along = along / np.linalg.norm(along, axis=-1, keepdims=True)
        # Whole numbers come out whole, without a sign on their zeros.
        return locked(np.stack([along, np.cross(along, self.normals), self.normals]) + 0.0)


def paper_tiles(
    height: float = 1.0, n_per_wall: int = 50, *, cells: tuple[int, int] = (4, 25), **settings: Any
) -> Tiles:
    """Tiles on the walls y = 0, from the left, and x = 5 of the paper's room, evenly spaced along its 10 m.

    Parameters
    ----------
    height : float
        [m], above 0.
    n_per_wall : int
        K / 2.
    cells : tuple of int
        Columns and rows of a tile.
    **settings : object
        What else :class:`Tiles` takes.

    Returns
    -------
    Tiles

    Raises
    ------
    ValueError
        If a value is outside of what is stated here.

    Examples
    --------
    >>> paper_tiles(3.0, 25, cells=(8, 12)).positions[[0, -1]]
    array([[-4.8,  0. ,  3. ],
           [ 5. ,  9.8,  3. ]])
    """
    height = checked_height(height)
    n = count("n_per_wall", n_per_wall)
    check_memory("n_per_wall", n, 96 * n)
    return Tiles(*on_walls(height, n), cells, **settings)


def on_walls(height, n):
    along = (np.arange(n) + 0.5) * 10.0 / n
    flat, level = np.zeros(n), np.full(n, height)
    front = np.stack([along - 5.0, flat, level], axis=-1)
    right = np.stack([flat + 5.0, along, level], axis=-1)
    normals = np.repeat([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]], n, axis=0)
    return np.concatenate([front, right]), normals


def checked_level(name, value):
    """Return a level in decibels as a float, or raise ``ValueError`` beyond +-1000, where powers overflow."""
    value = real_number(name, value)
    require(abs(value) <= 1000, name, value, "it must lie within +-1000 dB")
    return value


def checked_height(height):
    height = real_number("height", height)
    positive("height", height, "m")
    return height


def locked(array):
    array = np.array(array)
    array.setflags(write=False)
    return array
