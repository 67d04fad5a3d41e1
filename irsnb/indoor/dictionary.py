"""The signals of all places of the users' area, and which of them are closest to a measurement.

The modulus of the inner product of a user's vector and a place's has a narrow peak, a sixth of a wavelength
wide where waves come from all around, and thousands of false peaks, so a search must look everywhere, and
closely. It goes from coarse to fine. Over a block of about a wavelength the signals of all places span few
dimensions: the energy of the pilots in that span is tested first, block by block; the places of the best
blocks afterwards; and the best place of each of these is where a few Levenberg-Marquardt steps start. What
does not fit into memory is computed piece by piece at every search.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, choice, complex_array, count, instance
from irsnb.indoor.costs import METHODS, features_unchecked, references_unchecked
from irsnb.indoor.grid import Grid, block_corners, search_grid, span_rank
from irsnb.indoor.scene import Room
from irsnb.indoor.signal import block_signals, signal_unchecked

__all__ = ["Dictionary", "build_dictionary", "search"]

_STARTS, _MOST, _USERS, _BLOCKS, _PIECE = 4, 256, 128, 128, 1024
_ORDINARY, _PILOTS = 7500, 32
"""Blocks and pilots of a room such as the paper's."""
_GATHERED = 2**17
"""Places whose vectors are compared at a time."""
_KEPT_BYTES, _SPAN_BYTES, _VECTOR_BYTES = 2**30, 2**29, 2**28
# Two starts whose likenesses differ by less may change places by rounding, in single precision.
_ROUNDING = 1e-5


class _Vectors:
    """Unit vectors of the signals of a room's places, block by block as they are asked for.

    Where all of them fit into memory, what was computed is kept.
    """

    def __init__(self, room, grid):
        self.room, self.grid = room, grid
        self.shape = (grid.n_blocks, len(grid.inner), room.n_pilots)
        self.kept, self.known = None, None
        if 8.0 * np.prod(self.shape, dtype=float) <= _VECTOR_BYTES:
            # Pages that nobody writes to take no memory.
            self.kept, self.known = np.empty(self.shape, np.complex64), np.zeros(grid.n_blocks, bool)

    @property
    def nbytes(self):
        return 0 if self.kept is None else self.kept.nbytes

    def of_blocks(self, blocks):
        """Vectors of the places of blocks (...), (..., G, T)."""
        if self.kept is None:
            numbers, index = np.unique(blocks, return_inverse=True)
            return self._computed(numbers)[index.reshape(blocks.shape)]
        wanted = np.unique(blocks[~self.known[blocks]])
        if wanted.size:
            self.kept[wanted] = self._computed(wanted)
            self.known[wanted] = True
        return self.kept[blocks]

    def _computed(self, blocks):
        vectors = np.empty((len(blocks), *self.shape[1:]), np.complex64)
        for i in range(0, len(blocks), 16):
            corners = block_corners(self.grid, blocks[i : i + 16])
            values = block_signals(self.room, corners, self.grid.sides, self.grid.inner)
            vectors[i : i + 16] = references_unchecked(values, "ml")
        return vectors


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Unit vectors of all places of the users' area, in blocks; made by :func:`build_dictionary`.

    Attributes
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}
        The method that it serves.
    grid : irsnb.indoor.grid.Grid
        Its places, B blocks of G.
    spans : ndarray of complex64, shape (T, B * R), or None
        For each block, an orthonormal basis of R dimensions that hold most of its places' signals; None
        where they are too large to be kept.
    """

    room: Room
    method: str
    grid: Grid
    spans: np.ndarray | None
    _vectors: _Vectors

    @property
    def is_simple(self) -> bool:
        """Whether the first four blocks lose nobody: the paper's room does, at all its places."""
        room = self.room
        paper = room.n_coordinates == 2 and room.n_pilots >= _PILOTS and room.n_tiles >= 100
        return paper and self.grid.n_blocks <= _ORDINARY

    @property
    def places(self) -> np.ndarray:
        """All places, (B, G, D) [m]."""
        blocks, size = self.grid.n_blocks, self.grid.inner.size
        check_memory("room", self.room, 8.0 * blocks * size)
        return block_corners(self.grid, np.arange(blocks))[:, None, :] + self.grid.inner

    @property
    def vectors(self) -> np.ndarray:
        """Unit vectors of the signals of all places, (B, G, T); those of the other methods follow."""
        check_memory("room", self.room, 8.0 * np.prod(self._vectors.shape, dtype=float))
        return self._vectors.of_blocks(np.arange(self.grid.n_blocks))


# What is kept, by room without its powers (unit vectors do not depend on them) and by kind; oldest first.
_kept: OrderedDict = OrderedDict()


def build_dictionary(room: Room, method: str = "ml") -> Dictionary:
    """The dictionary of a room for one method; what fits into memory is computed once a process.

    Methods share the vectors, and rooms that differ by their powers alone share everything. What was computed
    is kept up to 1 GiB, six of the paper's rooms for all methods; the room that was asked for longest ago
    goes first.

    Parameters
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    Dictionary
        Of the paper's room 120 MB of vectors, computed as they are needed, and 15 MB of spans.

    Raises
    ------
    ValueError
        If the method is unknown, or the room is too large for the search; the message says how large.

    Examples
    --------
    >>> dictionary = build_dictionary(Room(n_pilots=4))
    >>> dictionary.grid.n_blocks, dictionary.spans.shape
    (28461, (4, 56922))
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    key = room.__dict__.get("_without_powers")
    if key is None:
        key = room.__dict__["_without_powers"] = replace(room, tx_power_dbm=0.0, noise_dbm=0.0)
    grid, vectors = _keep((key, "vectors"), lambda: _start(key))
    if 8.0 * grid.n_blocks * span_rank(room) * room.n_pilots > _SPAN_BYTES:
        return Dictionary(room, method, grid, None, vectors)
    # Squares span too many dimensions to rank blocks by: the phase cost, too, ranks them by the signals.
    kind = _span_kind(method)
    (spans,) = _keep((key, kind), lambda: (_all_spans(key, grid, kind),))
    return Dictionary(room, method, grid, spans, vectors)


def _start(room):
    grid = search_grid(room)
    return grid, _Vectors(room, grid)


def _span_kind(method):
    return "ml-projected" if method == "ml-projected" else "ml"


def _keep(key, compute):
    """What is kept under a key, computed if it is not; then the room asked for longest ago makes way."""
    value = _kept.pop(key) if key in _kept else compute()
    _kept[key] = value
    while _kept_bytes() > _KEPT_BYTES and len(_kept) > 1:
        _kept.popitem(last=False)
    return value


def _kept_bytes():
    return sum(getattr(part, "nbytes", 0) for kept in _kept.values() for part in kept)


def _all_spans(room, grid, kind):
    rank = span_rank(room)
    spans = np.empty((room.n_pilots, grid.n_blocks * rank), dtype=np.complex64)
    for blocks in _pieces(grid):
        spans[:, blocks[0] * rank : (blocks[-1] + 1) * rank] = _spans(room, grid, kind, blocks)
    return spans


def _pieces(grid) -> Iterator[np.ndarray]:
    """Numbers of the blocks, so many at a time."""
    for i in range(0, grid.n_blocks, _PIECE):
        yield np.arange(i, min(i + _PIECE, grid.n_blocks))


def _spans(room, grid, kind, blocks):
    """Orthonormal bases of the signals in blocks (m,), (T, m R)."""
    from irsnb.indoor.kernels import orthonormal

    values = block_signals(room, block_corners(grid, blocks), grid.sides, grid.sparse)
    unit = references_unchecked(values, kind)
    bases = orthonormal(unit, span_rank(room))
    return np.moveaxis(bases, -1, 0).reshape(room.n_pilots, -1)


def search(dictionary: Dictionary, measured: ArrayLike, *, depth: int = 1) -> np.ndarray:
    """Where to start: the best place of each of the best blocks, for the measurements of n users.

    Parameters
    ----------
    dictionary : Dictionary
    measured : array_like of complex, shape (n, T)
        Pilots; NaN where one is missing. Each user must have some signal.
    depth : int
        How many times as many blocks as usual are compared place by place; 256 blocks at most. Usual are 4
        of the paper's room, more of a larger one, and more where pilots are few.

    Returns
    -------
    ndarray, shape (n, S, D)
        [m], the best start first; S is 4, or the number of blocks where there are fewer.

    Raises
    ------
    ValueError
        If the measurements are infinite, not (n, T), or hold a user without any signal, or the depth is no
        integer of at least 1.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room = Room()
    >>> search(build_dictionary(room), signal(room, [(1.0, 4.0)]))[0, 0].round(1)
    array([1., 4.])
    """
    instance("dictionary", dictionary, Dictionary)
    n_pilots = dictionary.room.n_pilots
    measured = complex_array("measured", measured, (n_pilots,), finite=False)
    if measured.ndim != 2:
        raise ValueError(f"measured: got shape {measured.shape}; it must be (n, {n_pilots})")
    depth, missing = count("depth", depth), np.isnan(measured)
    measured = complex_array("measured", np.where(missing, 0, measured))
    if not has_signal(np.where(missing, np.nan, measured), dictionary.method).all():
        raise ValueError("measured: got a user without any signal; there is nothing to search for")
    batches = list(_batches(dictionary, measured, missing, depth))
    _rank_blocks(dictionary, batches)
    starts = min(_STARTS, dictionary.grid.n_blocks)
    found = np.empty((len(measured), starts, dictionary.room.n_coordinates))
    for batch in batches:
        found[batch.rows] = _best_places(dictionary, batch, starts)
    return found


def quick_search(
    dictionary: Dictionary, measured: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """The best place of the one best block of users (n, T), and what other blocks could reach.

    A place's likeness to a user's vector, squared, is at most the vector's energy in the span of the place's
    block, but for what the span does not hold. So the best place has been found where it reaches more.

    Returns
    -------
    starts : ndarray, shape (n, 1, D)
    rival : ndarray, shape (n,)
        Largest energy in the span of another block; 1 where pilots are missing.
    full_search : callable
        What :func:`search` gives for some of the users, by their numbers in rising order.
    """
    starts = np.empty((len(measured), 1, dictionary.room.n_coordinates))
    rival, missing = np.ones(len(measured)), np.isnan(measured)
    batches = list(_batches(dictionary, np.where(missing, 0, measured), missing, 1))
    _rank_blocks(dictionary, batches)
    for batch in batches:
        order = np.argsort(-batch.energies, axis=1, kind="stable")[:, :2]
        best = batch.some(np.arange(len(batch.rows)))
        best.blocks = np.take_along_axis(batch.blocks, order[:, :1], axis=1)
        starts[batch.rows] = _best_places(dictionary, best, 1)
        if batch.present is None and order.shape[1] == 2:
            rival[batch.rows] = np.take_along_axis(batch.energies, order[:, 1:], axis=1)[:, 0]

    def full_search(rows):
        n_starts = min(_STARTS, dictionary.grid.n_blocks)
        found = np.empty((len(rows), n_starts, dictionary.room.n_coordinates))
        for batch in batches:
            inside = np.flatnonzero(np.isin(batch.rows, rows))
            if inside.size:
                some = _best_places(dictionary, batch.some(inside), n_starts)
                found[np.isin(rows, batch.rows)] = some
        return found

    return starts, rival, full_search


def has_signal(measured: np.ndarray, method: str) -> np.ndarray:
    """Whether :func:`irsnb.indoor.features` of each user differ from zero: pilots (n, T), NaN if missing."""
    present = np.isfinite(measured)
    with np.errstate(invalid="ignore"):
        values = features_unchecked(np.where(present, measured, 0), method, present)
    return np.any(values != 0, axis=-1)


class _Batch:
    """Users that are compared at a time: with as many pilots, and with as many blocks."""

    def __init__(self, method, rows, measured, present, compared):
        self.rows, self.measured, self.present, self.compared = rows, measured, present, compared
        self.for_spans = self.unit(_span_kind(method)).astype(np.complex64)
        self.blocks = np.empty((len(rows), 0), dtype=np.int64)
        self.energies = np.empty((len(rows), 0), dtype=np.float32)

    def some(self, inside):
        """The same of some of the users."""
        part = copy(self)
        part.rows, part.measured, part.blocks = self.rows[inside], self.measured[inside], self.blocks[inside]
        part.present = None if self.present is None else self.present[inside]
        return part

    def unit(self, kind):
        """Conjugate unit vectors."""
        values = features_unchecked(self.measured, kind, self.present)
        size = np.linalg.norm(values, axis=-1, keepdims=True)
        return (values / np.maximum(size, np.finfo(float).tiny)).conj()


def _batches(dictionary, measured, missing, depth):
    n_pilots, n_blocks = measured.shape[1], dictionary.grid.n_blocks
    heard = n_pilots - missing.sum(axis=1)
    for n_heard in np.unique(heard):
        users = np.flatnonzero(heard == n_heard)
        # Fewer pilots tell blocks apart less well, the spans hold those that are missing, and of many blocks
        # more are like another.
        compared = _STARTS * (_PILOTS / n_heard) ** 2 * (1 + n_pilots - n_heard)
        compared *= depth * max(n_blocks / _ORDINARY, 1.0) ** 0.5
        compared = min(round(np.clip(compared, _STARTS, _MOST)), n_blocks)
        step = max(min(_USERS, _GATHERED // (compared * len(dictionary.grid.inner))), 1)
        for i in range(0, len(users), step):
            rows = users[i : i + step]
            present = None if n_heard == n_pilots else ~missing[rows]
            yield _Batch(dictionary.method, rows, measured[rows], present, compared)


def _rank_blocks(dictionary, batches):
    """Each user's best blocks by the energy of the pilots in their spans, one piece of the grid at a time."""
    from irsnb.indoor.kernels import largest

    room, grid, kind = dictionary.room, dictionary.grid, _span_kind(dictionary.method)
    if dictionary.spans is not None:
        pieces = iter([(0, dictionary.spans)])
    else:
        pieces = ((blocks[0], _spans(room, grid, kind, blocks)) for blocks in _pieces(grid))
    for first, spans in pieces:
        for batch in batches:
            energies = _energies(spans, batch.for_spans, span_rank(room))
            best = largest(energies, min(batch.compared, energies.shape[1]))
            blocks = np.concatenate([batch.blocks, first + best], axis=1)
            energies = np.concatenate([batch.energies, np.take_along_axis(energies, best, axis=1)], axis=1)
            if blocks.shape[1] > batch.compared:
                best = largest(energies, batch.compared)
                blocks, energies = (np.take_along_axis(a, best, axis=1) for a in (blocks, energies))
            batch.blocks, batch.energies = blocks, energies


def _energies(spans, vectors, rank):
    """Energy of unit vectors (n, T) in the span of each block, (n, B)."""
    n_blocks = spans.shape[1] // rank
    energy, ones = np.empty((len(vectors), n_blocks), dtype=np.float32), np.ones(2 * rank, dtype=np.float32)
    # So many blocks at a time that what is in between stays in the cache.
    for i in range(0, n_blocks, _BLOCKS):
        inner = (vectors @ spans[:, i * rank : (i + _BLOCKS) * rank]).view(np.float32)
        np.square(inner, out=inner)
        energy[:, i : i + _BLOCKS] = inner.reshape(len(vectors), -1, 2 * rank) @ ones
    return energy


def _best_places(dictionary, batch, starts):
    """The best place of each of the best blocks, (n, starts, D)."""
    room, method, present = dictionary.room, dictionary.method, batch.present
    vectors = dictionary._vectors.of_blocks(batch.blocks)
    if method != "ml" or present is not None:
        mask = None if present is None else present[:, None, None, :]
        vectors = references_unchecked(vectors, method, mask)
    unit = batch.unit(method)
    likeness = np.abs(np.einsum("nbgt,nt->nbg", vectors, unit.astype(np.complex64), optimize=True))
    order = np.argsort(-likeness.max(axis=-1), axis=1, kind="stable")[:, :starts]
    place = np.take_along_axis(likeness.argmax(axis=-1), order, axis=1)
    grid = dictionary.grid
    found = block_corners(grid, np.take_along_axis(batch.blocks, order, axis=1)) + grid.inner[place]
    if starts == 1:
        return found
    # Where rounding would choose the first start, double precision does.
    reached = np.take_along_axis(likeness.max(axis=-1), order, axis=1)
    close = np.flatnonzero(reached[:, 0] - reached[:, 1] < _ROUNDING)
    if close.size:
        mask = None if present is None else present[close, None, :]
        vectors = references_unchecked(signal_unchecked(room, found[close]), method, mask)
        likeness = np.abs(np.einsum("nst,nt->ns", vectors, unit[close]))
        order = np.argsort(-likeness, axis=1, kind="stable")
        found[close] = np.take_along_axis(found[close], order[..., None], axis=1)
    return found
