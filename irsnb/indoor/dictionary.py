"""The signals of all places of the users' area, and which of them are closest to a measurement.

The modulus of the inner product of a user's vector and a place's has a peak 1.4 cm wide at the narrowest and
thousands of false peaks, so a search must look everywhere, and closely. It is cheap because over a block of
10 cm the signals of all places span few dimensions: the energy of the pilots in that span is tested first,
the places of the best blocks afterwards, and the best place of each of these is where a few
Levenberg-Marquardt steps start.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, choice, complex_array, instance
from irsnb.indoor.costs import METHODS, features_unchecked, references_unchecked
from irsnb.indoor.model import USERS_X, USERS_Y, Room, signal_on_grid, signal_unchecked

__all__ = ["Dictionary", "build_dictionary", "search"]

BLOCK = 0.1
"""Side of a block [m]. The blocks surround the users' area by half of it."""
_PER_METRE, _SIDE, _RANK, _STARTS, _MOST, _USERS, _BLOCKS = round(1 / BLOCK), 8, 8, 4, 256, 128, 128
_KEPT_BYTES = 2**30
# Two starts whose likenesses differ by less may change places by rounding, in single precision.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Unit vectors of all places of the users' area, in blocks of 10 cm; made by :func:`build_dictionary`.

    Attributes
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}
        The method that it serves.
    places : ndarray, shape (B, G, 2)
        Places of each block [m].
    vectors : ndarray of complex64, shape (B, G, T)
        Unit vectors of their signals, from which those of the other methods follow.
    spans : ndarray of complex64, shape (T, B * R)
        For each block, an orthonormal basis of the R dimensions that hold most of its places' signals.
    """

    room: Room
    method: str
    places: np.ndarray
    vectors: np.ndarray
    spans: np.ndarray


# What is kept, by room without its powers (unit vectors do not depend on them) and by kind; oldest first.
_kept = OrderedDict()


def build_dictionary(room: Room, method: str = "ml") -> Dictionary:
    """The dictionary of a room for one method, computed once a process.

    Methods share the vectors, and rooms that differ by their powers alone share everything. What was computed
    is kept up to 1 GiB, six rooms with 32 pilots for all methods; the room that was asked for longest ago
    goes first.

    Parameters
    ----------
    room : irsnb.indoor.Room
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    Dictionary
        With 32 pilots 120 MB of vectors and 15 MB of spans.

    Raises
    ------
    ValueError
        If the method is unknown, or the room has so many pilots that they do not fit into memory.

    Examples
    --------
    >>> dictionary = build_dictionary(Room(n_pilots=4))
    >>> dictionary.vectors.shape, dictionary.spans.shape
    ((7371, 64, 4), (4, 14742))
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    n_places = len(_corners(*USERS_X)) * len(_corners(*USERS_Y)) * _SIDE**2
    check_memory("n_pilots", room.n_pilots, 2 * 8 * n_places * room.n_pilots)
    key = replace(room, tx_power_dbm=0.0, noise_dbm=0.0)
    places, vectors = _keep((key, "vectors"), lambda: _vectors(key))
    # Squares span too many dimensions to rank blocks by: the phase cost, too, ranks them by the signals.
    kind = "ml-projected" if method == "ml-projected" else "ml"
    (spans,) = _keep((key, kind), lambda: (_spans(vectors, kind),))
    return Dictionary(room, method, places, vectors, spans)


def _keep(key, compute):
    """What is kept under a key, computed if it is not; then the room asked for longest ago makes way."""
    value = _kept.pop(key) if key in _kept else compute()
    _kept[key] = value
    while sum(array.nbytes for kept in _kept.values() for array in kept) > _KEPT_BYTES and len(_kept) > 1:
        _kept.popitem(last=False)
    return value


def _corners(low, high):
    # Blocks are centred on a grid that begins and ends on the edge of the area, and so surround it.
    return np.arange(round((high - low) * _PER_METRE) + 1) / _PER_METRE + low - BLOCK / 2


def _vectors(room):
    """Places (B, G, 2) and the unit vectors of their signals (B, G, T)."""
    inner = (np.arange(_SIDE) + 0.5) / (_SIDE * _PER_METRE)
    x, y = ((_corners(*edges)[:, None] + inner) for edges in (USERS_X, USERS_Y))
    places = np.stack(np.broadcast_arrays(x[:, None, :, None], y[None, :, None, :]), axis=-1)
    signal = signal_on_grid(room, x.ravel(), y.ravel())
    vectors = np.empty((len(x) * len(y), _SIDE**2, room.n_pilots), dtype=np.complex64)
    for i, column in enumerate(signal.reshape(len(x), _SIDE, len(y), _SIDE, -1)):
        blocks = column.swapaxes(0, 1).reshape(len(y), _SIDE**2, -1)
        vectors[i * len(y) : (i + 1) * len(y)] = references_unchecked(blocks, "ml")
    return places.reshape(len(vectors), -1, 2), vectors


def _spans(vectors, method):
    n_blocks, _, n_pilots = vectors.shape
    rank = min(_RANK, n_pilots // 2)
    spans = np.empty((n_pilots, n_blocks, rank), dtype=np.complex64)
    # Sixteen places, those on the edge among them, span what all 64 do, and have the smaller Gram matrix.
    spread = np.array([0, 2, 5, 7])
    chosen = (spread[:, None] * _SIDE + spread).ravel()
    for i in range(0, n_blocks, 128):
        unit = references_unchecked(vectors[i : i + 128, chosen].astype(complex), method)
        size, mixture = np.linalg.eigh(unit.conj() @ np.swapaxes(unit, -1, -2))
        basis = np.swapaxes(unit, -1, -2) @ mixture[..., -rank:] / np.sqrt(size[:, None, -rank:])
        spans[:, i : i + 128] = np.moveaxis(basis, 0, 1)
    return spans.reshape(n_pilots, -1)


def search(dictionary: Dictionary, measured: ArrayLike) -> np.ndarray:
    """Where to start: the best place of each of the best blocks, for the measurements of n users.

    Parameters
    ----------
    dictionary : Dictionary
    measured : array_like of complex, shape (n, T)
        Pilots; NaN where one is missing. Each user must have some signal.

    Returns
    -------
    ndarray, shape (n, 4, 2)
        [m], the best start first.

    Raises
    ------
    ValueError
        If the measurements are infinite, not (n, T), or hold a user without any signal.

    Examples
    --------
    >>> room = Room()
    >>> search(build_dictionary(room), room.signal([(1.005, 4.005)]))[0, 0].round(2)
    array([1.01, 4.01])
    """
    instance("dictionary", dictionary, Dictionary)
    n_pilots = dictionary.room.n_pilots
    measured = complex_array("measured", measured, (n_pilots,), finite=False)
    if measured.ndim != 2:
        raise ValueError(f"measured: got shape {measured.shape}; it must be (n, {n_pilots})")
    missing = np.isnan(measured)
    complex_array("measured", np.where(missing, 0, measured))
    if not has_signal(measured, dictionary.method).all():
        raise ValueError("measured: got a user without any signal; there is nothing to search for")
    found, heard = np.empty((len(measured), _STARTS, 2)), n_pilots - missing.sum(axis=1)
    for n_heard in np.unique(heard):
        users = np.flatnonzero(heard == n_heard)
        # Fewer pilots tell blocks apart less well, and the spans hold those that are missing.
        compared = _STARTS * (32 / n_heard) ** 2 * (1 + n_pilots - n_heard)
        compared = round(np.clip(compared, _STARTS, _MOST))
        step = min(_USERS, 2048 // compared)
        for i in range(0, len(users), step):
            rows = users[i : i + step]
            present = None if n_heard == n_pilots else ~missing[rows]
            found[rows] = _search(dictionary, np.where(missing[rows], 0, measured[rows]), present, compared)
    return found


def has_signal(measured, method):
    """Whether :func:`irsnb.indoor.features` of each user differ from zero: pilots (n, T), NaN if missing."""
    present = np.isfinite(measured)
    with np.errstate(invalid="ignore"):
        values = features_unchecked(np.where(present, measured, 0), method, present)
    return np.any(values != 0, axis=-1)


def _energies(dictionary, vectors):
    """Energy of unit vectors (n, T) in the span of each block, (n, B)."""
    n_blocks = len(dictionary.places)
    rank = dictionary.spans.shape[1] // n_blocks
    energy, ones = np.empty((len(vectors), n_blocks), dtype=np.float32), np.ones(2 * rank, dtype=np.float32)
    # So many blocks at a time that what is in between stays in the cache.
    for i in range(0, n_blocks, _BLOCKS):
        inner = (vectors @ dictionary.spans[:, i * rank : (i + _BLOCKS) * rank]).view(np.float32)
        np.square(inner, out=inner)
        energy[:, i : i + _BLOCKS] = inner.reshape(len(vectors), -1, 2 * rank) @ ones
    return energy


def _search(dictionary, measured, present, compared):
    """:func:`search` by the places of the best blocks, so many compared; zeros where a pilot is missing."""
    from irsnb.indoor.kernels import largest

    room, method = dictionary.room, dictionary.method

    def unit(kind):
        values = features_unchecked(measured, kind, present)
        return (values / np.linalg.norm(values, axis=-1, keepdims=True)).conj()

    for_spans = unit("ml" if method == "phase-cost" else method).astype(np.complex64)
    best = largest(_energies(dictionary, for_spans), compared)
    vectors = dictionary.vectors[best]
    if method != "ml" or present is not None:
        mask = None if present is None else present[:, None, None, :]
        vectors = references_unchecked(vectors, method, mask)
    for_places = unit(method)
    likeness = np.abs(np.einsum("nbgt,nt->nbg", vectors, for_places.astype(np.complex64), optimize=True))
    order = np.argsort(-likeness.max(axis=-1), axis=1, kind="stable")[:, :_STARTS]
    place = np.take_along_axis(likeness.argmax(axis=-1), order, axis=1)
    found = dictionary.places[np.take_along_axis(best, order, axis=1), place]
    # Where rounding would choose the first start, double precision does.
    reached = np.take_along_axis(likeness.max(axis=-1), order, axis=1)
    close = np.flatnonzero(reached[:, 0] - reached[:, 1] < _ROUNDING)
    if close.size:
        mask = None if present is None else present[close, None, :]
        vectors = references_unchecked(signal_unchecked(room, found[close]), method, mask)
        likeness = np.abs(np.einsum("nst,nt->ns", vectors, for_places[close]))
        order = np.argsort(-likeness, axis=1, kind="stable")
        found[close] = np.take_along_axis(found[close], order[..., None], axis=1)
    return found
