"""Users with their pilots and coefficients: what the networks and the fingerprint of Part II learn from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import check_memory, choice, complex_array, count, generator, instance, real_array
from irsnb.indoor.scene import Room
from irsnb.indoor.signal import receive, reflection_coefficients
from irsnb.training import split

__all__ = ["Samples", "draw_samples", "samples_at", "shuffled", "split_samples"]


@dataclass(frozen=True)
class Samples:
    """Users with what the paper's simulation records of each; made by :func:`draw_samples`.

    Attributes
    ----------
    positions : ndarray, shape (n, 2)
        [m].
    pilots : ndarray of complex, shape (n, T)
        As measured.
    coefficients : ndarray, shape (n, K)
        By :func:`irsnb.indoor.reflection_coefficients`.

    Raises
    ------
    ValueError
        If an array is not finite, or the shapes do not fit.
    """

    positions: np.ndarray
    pilots: np.ndarray
    coefficients: np.ndarray

    def __post_init__(self):
        positions = real_array("positions", self.positions)
        if positions.ndim != 2 or positions.shape[1] != 2:
            raise ValueError(f"positions: got shape {positions.shape}; it must be (n, 2): x, y in metres")
        pilots = complex_array("pilots", self.pilots, (None,))
        coefficients = real_array("coefficients", self.coefficients)
        for name, values in (("pilots", pilots), ("coefficients", coefficients)):
            if values.ndim != 2 or len(values) != len(positions) or values.shape[1] == 0:
                raise ValueError(
                    f"{name}: got shape {values.shape}; "
                    f"it must have as many rows as positions, {len(positions)}"
                )
            object.__setattr__(self, name, values)
        object.__setattr__(self, "positions", positions)

    def __getitem__(self, rows) -> "Samples":
        return Samples(self.positions[rows], self.pilots[rows], self.coefficients[rows])


def draw_samples(
    room: Room, n_users: int, rng: np.random.Generator, *, multipath: float | str | None = None
) -> Samples:
    """Users drawn uniformly from the room's extent, with their pilots and coefficients.

    Parameters
    ----------
    room : irsnb.indoor.Room
        With users in a plane.
    n_users : int
    rng : numpy.random.Generator
    multipath : float or "walls", optional
        Of the direct link, as :func:`irsnb.indoor.receive`.

    Returns
    -------
    Samples

    Raises
    ------
    ValueError
        If `n_users` is no integer of at least 1 or takes too much memory, `rng` is no generator, `multipath`
        is neither of the two, or the users' heights are unknown.

    Examples
    --------
    >>> samples = draw_samples(Room(), 5, np.random.default_rng(0), multipath="walls")
    >>> samples.pilots.shape, samples.coefficients.shape
    ((5, 32), (5, 100))
    """
    _check_plane(room)
    n_users = count("n_users", n_users)
    check_memory("n_users", n_users, 8.0 * n_users * max(2 * room.n_pilots, room.n_tiles))
    positions = generator("rng", rng).uniform(*room.limits, (n_users, 2))
    return samples_at(room, positions, rng, multipath=multipath)


def samples_at(
    room: Room, positions: ArrayLike, rng: np.random.Generator, *, multipath: float | str | None = None
) -> Samples:
    """Pilots and coefficients of users at given places.

    Parameters
    ----------
    room : irsnb.indoor.Room
        With users in a plane.
    positions : array_like, shape (n, 2)
        [m].
    rng : numpy.random.Generator
    multipath : float or "walls", optional
        Of the direct link, as :func:`irsnb.indoor.receive`.

    Returns
    -------
    Samples

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, `rng` is no generator, `multipath` is neither, or the
        users' heights are unknown.

    Examples
    --------
    >>> samples_at(Room(), [(1.0, 4.0)], np.random.default_rng(0), multipath=20.0).positions
    array([[1., 4.]])
    """
    _check_plane(room)
    positions = real_array("positions", positions)
    if positions.ndim != 2:
        raise ValueError(f"positions: got shape {positions.shape}; it must be (n, 2): x, y in metres")
    pilots = receive(room, positions, rng, multipath=multipath)
    return Samples(positions, pilots, reflection_coefficients(room, positions))


def _check_plane(room):
    if instance("room", room, Room).n_coordinates != 2:
        raise ValueError(
            f"room: got user_height {room.user_height}; it must be one height, users are drawn in a plane"
        )


def check_samples(room, samples):
    """Raise ``ValueError`` unless these are a room and samples of such a room."""
    instance("room", room, Room)
    widths = instance("samples", samples, Samples).pilots.shape[1], samples.coefficients.shape[1]
    if widths != (room.n_pilots, room.n_tiles):
        raise ValueError(
            f"samples: got {widths[0]} pilots and {widths[1]} tiles; "
            f"the room has {room.n_pilots} and {room.n_tiles}"
        )


def split_samples(samples: Samples, seed: int = 0) -> list[Samples]:
    """Part samples 80/10/10 into training, validation and test, as :func:`irsnb.indoor.train_network` does.

    Parameters
    ----------
    samples : Samples
    seed : int
        Of the permutation.

    Returns
    -------
    list of Samples

    Raises
    ------
    ValueError
        If there are too few samples for three parts, or `seed` is no integer of at least 0.

    Examples
    --------
    >>> samples = draw_samples(Room(), 50, np.random.default_rng(0))
    >>> [len(part.positions) for part in split_samples(samples)]
    [40, 5, 5]
    """
    instance("samples", samples, Samples)
    rng = np.random.default_rng(count("seed", seed, 0))
    if len(samples.positions) < 10:
        raise ValueError(f"samples: got {len(samples.positions)}; at least 10 are needed for three parts")
    return [samples[part] for part in split(len(samples.positions), rng)]


def shuffled(samples: Samples, what: str, rng: np.random.Generator) -> Samples:
    """Samples in which the users' measurements, or their coefficients, are dealt out anew.

    Parameters
    ----------
    samples : Samples
    what : {"pilots", "coefficients"}
    rng : numpy.random.Generator

    Returns
    -------
    Samples

    Raises
    ------
    ValueError
        If `what` is neither, or `rng` is no generator.

    Examples
    --------
    >>> samples = draw_samples(Room(), 50, np.random.default_rng(0))
    >>> dealt = shuffled(samples, "pilots", np.random.default_rng(1))
    >>> bool(np.all(dealt.coefficients == samples.coefficients)), bool(np.all(dealt.pilots == samples.pilots))
    (True, False)
    """
    instance("samples", samples, Samples)
    choice("what", what, ("pilots", "coefficients"))
    return replace(samples, **{what: generator("rng", rng).permutation(getattr(samples, what))})
