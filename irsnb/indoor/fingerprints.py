"""A fingerprint of the room that reads measurements alone: what the networks of Part II could have been.

It learns from the same samples as the networks, pilots with positions, and knows no model of the room. Two
facts of :mod:`irsnb.indoor.dictionary` carry over from signals to samples: a unit vector's outer product with
itself is free of the phase offset, and all signals within a few centimetres span few dimensions.

Neighbourhoods overlap, and the best two of a user often hold the same of a vector up to a ten-millionth: with
single precision, rounding would choose between them. So single precision draws up a short list, and double
precision chooses from it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from irsnb.checks import choice, complex_array, instance, require
from irsnb.indoor.costs import features_unchecked
from irsnb.indoor.samples import Samples

__all__ = ["Fingerprint", "build_fingerprint"]

PITCH, RANK, MEMBERS, POWER = 0.05, 8, 22, 16
"""Metres between neighbourhoods, dimensions kept of each, samples wanted in each, power of the weights."""
FEWEST = 1000
"""Fewest samples of a fingerprint."""
_USERS, _LISTED = 16, 16


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """Neighbourhoods of samples with the span of each; made by :func:`build_fingerprint`.

    Attributes
    ----------
    method : {"ml", "ml-projected"}
        Whether what is constant in all pilots was left out.
    centres : ndarray, shape (B, 2)
        Of the neighbourhoods [m].
    spans : ndarray of complex, shape (T, B * R)
        Orthonormal bases of the R dimensions that hold most of each neighbourhood's samples.
    members : ndarray of int, shape (B, M)
        Numbers of its samples, filled up with -1.
    vectors : ndarray of complex, shape (n, T)
        The samples' unit vectors.
    positions : ndarray, shape (n, 2)
        Where they were taken [m].
    """

    method: str
    centres: np.ndarray
    spans: np.ndarray
    members: np.ndarray
    vectors: np.ndarray
    positions: np.ndarray

    @cached_property
    def _narrow_spans(self):
        return self.spans.astype(np.complex64)

    @property
    def n_parameters(self) -> int:
        """Real numbers kept, to be held against a network's parameters."""
        arrays = self.centres, self.spans, self.members, self.vectors, self.positions
        return sum(a.size * (2 if np.iscomplexobj(a) else 1) for a in arrays)

    def predict(self, pilots: ArrayLike) -> np.ndarray:
        """Positions of users from their pilots.

        The neighbourhood whose span holds most of a user's vector is where the user is; the samples in it are
        averaged, each weighted by a power of its likeness to the user's vector.

        Parameters
        ----------
        pilots : array_like of complex, shape (n, T)

        Returns
        -------
        ndarray, shape (n, 2)
            [m].

        Raises
        ------
        ValueError
            If a pilot is not finite, there are not T of them, or a user has no signal.
        """
        measured = complex_array("pilots", pilots, (self.vectors.shape[1],))
        if measured.ndim != 2 or len(measured) == 0:
            raise ValueError(f"pilots: got shape {measured.shape}; it must be (n, T), n >= 1")
        users = _unit("pilots", measured, self.method)
        by_centre = self.spans.reshape(users.shape[1], len(self.centres), -1)
        listed, found = min(_LISTED, len(self.centres)), np.empty((len(users), 2))
        for i in range(0, len(users), _USERS):
            rows = users[i : i + _USERS].conj()
            inner = (rows.astype(np.complex64) @ self._narrow_spans).view(np.float32)
            np.square(inner, out=inner)
            inner = inner.reshape(len(rows), len(self.centres), -1)
            energy = inner @ np.ones(inner.shape[-1], dtype=np.float32)
            short = np.sort(np.argpartition(energy, -listed, axis=1)[:, -listed:], axis=1)
            energy = np.sum(np.abs(np.einsum("nt,tnlr->nlr", rows, by_centre[:, short])) ** 2, axis=-1)
            best = np.take_along_axis(short, energy.argmax(axis=-1)[:, None], axis=1)[:, 0]
            members = self.members[best]
            likeness = np.abs(np.einsum("nmt,nt->nm", self.vectors[members], rows))
            weights = np.where(members >= 0, likeness**POWER, 0)
            total = np.einsum("nm,nmc->nc", weights, self.positions[members])
            found[i : i + _USERS] = total / weights.sum(axis=-1, keepdims=True)
        return found


def build_fingerprint(samples: Samples, method: str = "ml-projected") -> Fingerprint:
    """Group samples into overlapping neighbourhoods and keep the span of each.

    A neighbourhood is a disc wide enough to hold 22 samples on average; its span has 8 dimensions.

    Parameters
    ----------
    samples : irsnb.indoor.samples.Samples
        Only their pilots and positions are read.
    method : {"ml", "ml-projected"}
        Projected, it does not notice multipath of the direct link.

    Returns
    -------
    Fingerprint

    Raises
    ------
    ValueError
        If the method is another, there are fewer than 1000 samples, or one of them has no signal.
    """
    choice("method", method, ("ml", "ml-projected"))
    positions = instance("samples", samples, Samples).positions
    if len(positions) < FEWEST:
        raise ValueError(f"samples: got {len(positions)}; at least {FEWEST} are needed to fill the area")
    vectors = _unit("samples", samples.pilots, method)
    # Neighbourhoods stand on whole multiples of their distance, around all samples.
    low, high = np.floor(positions.min(axis=0) / PITCH), np.ceil(positions.max(axis=0) / PITCH)
    axes = [PITCH * np.arange(first, last + 1) for first, last in zip(low, high, strict=True)]
    centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    area = np.prod(PITCH * np.maximum(high - low, 1))
    radius = np.sqrt(MEMBERS * area / len(positions) / np.pi)
    tree = cKDTree(positions)
    lists = tree.query_ball_point(centres, radius)
    # Where a disc happens to be too empty to span anything, its nearest samples serve.
    few = [i for i, inside in enumerate(lists) if len(inside) < RANK]
    for i, nearest in zip(few, tree.query(centres[few], k=RANK)[1], strict=True):
        lists[i] = nearest.tolist()
    members = np.full((len(lists), max(map(len, lists))), -1, dtype=np.int32)
    for row, inside in zip(members, lists, strict=True):
        row[: len(inside)] = inside
    spans = np.empty((vectors.shape[1], len(centres), RANK), dtype=complex)
    for i in range(0, len(centres), 512):
        inside = members[i : i + 512]
        held = vectors[inside] * (inside >= 0)[..., None]
        gram = np.swapaxes(held, -1, -2) @ held.conj()
        spans[:, i : i + 512] = np.moveaxis(np.linalg.eigh(gram)[1][..., -RANK:], 0, 1)
    return Fingerprint(method, centres, spans.reshape(len(spans), -1), members, vectors, positions)


def _unit(name, pilots, method):
    values = features_unchecked(pilots, method)
    size = np.linalg.norm(values, axis=-1)
    require(size > 0, name, size, "a user without any signal cannot be located (norm of the pilots shown)")
    return values / size[:, None]
