"""Where a search looks: a grid over the users' area as fine as wavelength and aperture ask for.

A place's signal is a sum of waves from the tiles. Along x it changes with the wavelength, divided by the
spread of the waves' directions along x; the likeness of two places follows. The spread is 2 at most, where
waves come from all around, and small where the tiles are few, close together and far away.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from irsnb import checks
from irsnb.checks import instance
from irsnb.indoor.scene import Room, users

__all__ = ["PER_SIDE", "Grid", "search_grid"]

PER_SIDE = 8
"""Places along each side of a block."""
_SIDE = 2.34
"""Side of a block in wavelengths over spread: a span of few dimensions holds all signals in it."""
_LEAST_SPREAD = 0.05
_RANKS = {2: 8, 3: 12}
_SPARSE = {2: (0, 2, 5, 7), 3: (0, 3, 7)}
_STREAMED = 10
"""How many times the memory's limit a grid's spans may take when they are computed piece by piece."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Places in blocks; made by :func:`search_grid`.

    Attributes
    ----------
    low : ndarray, shape (D,)
        Corner of the first block [m].
    sides : ndarray, shape (D,)
        Of a block [m].
    counts : tuple of int
        Blocks along each coordinate.

    Examples
    --------
    >>> grid = search_grid(Room())
    >>> grid.counts, grid.sides.round(3)
    ((80, 90), array([0.101, 0.101]))
    """

    low: np.ndarray
    sides: np.ndarray
    counts: tuple[int, ...]

    @property
    def n_blocks(self) -> int:
        """B, blocks in all."""
        return int(np.prod(self.counts))

    @cached_property
    def inner(self) -> np.ndarray:
        """Places of a block from its corner, (G, D) [m]."""
        return self._lattice(np.arange(PER_SIDE))

    @cached_property
    def sparse(self) -> np.ndarray:
        """Fewer of them, those on the edge among them, whose signals span what all do, (S, D) [m]."""
        return self._lattice(np.array(_SPARSE[len(self.sides)]))

    def _lattice(self, steps):
        along = [(steps + 0.5) / PER_SIDE * side for side in self.sides]
        return np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, len(along))


def block_corners(grid: Grid, blocks: np.ndarray) -> np.ndarray:
    """Corners of blocks by their numbers, (..., D) [m]."""
    return grid.low + np.stack(np.unravel_index(blocks, grid.counts), axis=-1) * grid.sides


def search_grid(room: Room) -> Grid:
    """The grid on which users of a room are searched; it surrounds the extent by half a block.

    Parameters
    ----------
    room : irsnb.indoor.Room

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        If the grid is too large to be searched; the message says how large it is.

    Examples
    --------
    >>> search_grid(Room(carrier=28e9)).n_blocks
    456092
    """
    instance("room", room, Room)
    (low, high), sides = room.limits, block_sides(room)
    with np.errstate(over="ignore"):
        steps = np.maximum(np.ceil((high - low) / sides - 1e-9), 1.0)
        n_blocks = np.prod(steps + 1)
    needed = 8.0 * n_blocks * span_rank(room) * room.n_pilots
    limit = _STREAMED * checks.MEMORY_LIMIT
    if not needed <= limit:
        size = " x ".join(f"{side:.3g} m" for side in sides)
        raise ValueError(
            f"room: got a search grid of {n_blocks:.3g} blocks of {size}; their spans would need "
            f"{needed / 1e9:.3g} GB, the limit is {limit / 1e9:.3g} GB ({_STREAMED} times "
            "checks.MEMORY_LIMIT): a smaller extent, a longer wavelength or a known height takes less"
        )
    sides = (high - low) / steps
    return Grid(low - sides / 2, sides, tuple((steps + 1).astype(int).tolist()))


def block_sides(room: Room) -> np.ndarray:
    """Largest sides of a block, (D,) [m]; kept with the room."""
    sides = room.__dict__.get("_block_sides")
    if sides is None:
        # Where fewer dimensions are kept, they hold the signals of a smaller block.
        size = _SIDE * (span_rank(room) / _RANKS[room.n_coordinates]) ** (1 / room.n_coordinates)
        sides = size * room.wavelength / np.maximum(direction_spreads(room), _LEAST_SPREAD)
        room.__dict__["_block_sides"] = sides
    return sides


def span_rank(room: Room) -> int:
    """R, dimensions kept of a block's signals: 8, or 12 with the height, and at most half of all."""
    return min(_RANKS[room.n_coordinates], max(min(room.n_pilots, room.n_tiles) // 2, 1))


def direction_spreads(room: Room) -> np.ndarray:
    """By how much directions from the tiles differ, along each coordinate, where they differ most, (D,).

    Directions are unit vectors from the tiles' corners to users in front of them.
    """
    tiles, coordinates = room.tiles, room.n_coordinates
    half = (np.array(tiles.cells) - 1) / 2 * tiles.cell_spacing * room.wavelength
    signs = np.stack(np.meshgrid([-1, 1], [-1, 1]), axis=-1).reshape(-1, 2)
    corners = tiles.positions + np.einsum("ca,akd->ckd", signs * half, tiles.axes[:2])
    along = [np.linspace(low, high, 7) for low, high in room.limits.T]
    places = users(room, np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, coordinates))
    spread = np.zeros(coordinates)
    for place in places:
        facing = np.sum((place - tiles.positions) * tiles.axes[2], axis=-1) > 0
        offsets = (place - corners)[:, facing].reshape(-1, 3)
        if len(offsets):
            outward = offsets / np.maximum(np.linalg.norm(offsets, axis=-1, keepdims=True), 1e-12)
            spread = np.maximum(spread, np.ptp(outward[:, :coordinates], axis=0))
    return spread
