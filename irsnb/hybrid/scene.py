"""A street: where the surface hangs, where users stand, and the paths between them.

Positions are those of O1, the outdoor scenario of DeepMIMO (A. Alkhateeb, "DeepMIMO: a generic deep learning
dataset for millimeter wave and massive MIMO applications", ITA 2019).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light

from irsnb import checks

__all__ = ["COLUMNS", "FIRST_USER", "PITCH", "ROWS", "SURFACE", "TOLERANCE", "Scenario"]

SURFACE = (235.504, 389.504, 6.0)
"""O1's base station BS1, where Surendran et al. (2025) hang the surface [m]."""
FIRST_USER, PITCH, ROWS, COLUMNS = (242.423, 297.171, 2.0), 0.2, 2751, 181
"""O1's user grid 1: row 1, column 1 [m]; distance between neighbours [m]; y grows with the row, x with the
column."""
TOLERANCE = 0.01  # m; a user or BS1 within this of its place is the one meant


@dataclass(frozen=True, eq=False)
class Scenario:
    """Users, and the paths between each of them and the surface. N users, at most P paths, at most B bounces.

    Paths stand by falling power: path 0 is the line of sight where there is one. Arrays are read-only.

    Parameters
    ----------
    name : str
        Its name.
    carrier : float
        Carrier frequency [Hz].
    surface : ndarray, shape (3,)
        Where the surface hangs: O1's BS1 [m].
    positions : ndarray, shape (N, 3)
        Users [m].
    rows, columns : ndarray of int, shape (N,)
        Place on O1's user grid 1, from 1; both 0 for a user who does not stand on it.
    gain : ndarray of complex, shape (N, P)
        What each path multiplies the sent amplitude with, at the carrier: between isotropic antennas its
        squared modulus is the path gain, and the carrier's ``-2 pi fc delay`` is in its phase. 0 for no path.
    delay : ndarray, shape (N, P)
        [s]; NaN for no path.
    azimuth, elevation : ndarray, shape (N, P)
        Direction from the surface in which the path leaves or arrives, as in :mod:`irsnb.geometry` [rad];
        NaN for no path. A point at distance ``c delay`` in this direction is the user's image in the faces
        touched: from it a specular path's wave spreads as a sphere.
    interactions : ndarray of int, shape (N, P)
        DeepMIMO's code, a digit a bounce: 0 line of sight, 1 one reflection, 11 two; 2 diffraction,
        3 scattering, 4 transmission; -1 for no path.
    corners : ndarray, shape (N, P, B, 3)
        Points where a path is bent, from the surface to the user [m]; NaN beyond its last.
    buildings : tuple of ndarray, each (Q, 2)
        Ground outlines, counterclockwise, for a map of the street from above [m].

    Raises
    ------
    ValueError
        If a field is of another kind or shape, the carrier is not above 0, or a number is infinite, or NaN
        where a path is.
    """

    name: str
    carrier: float
    surface: np.ndarray
    positions: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    gain: np.ndarray
    delay: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    interactions: np.ndarray
    corners: np.ndarray
    buildings: tuple[np.ndarray, ...]

    def __post_init__(self):
        checks.instance("name", self.name, str)
        carrier = checks.real_number("carrier", self.carrier)
        checks.require(carrier > 0, "carrier", carrier, "it must be above 0 Hz")
        object.__setattr__(self, "carrier", carrier)
        paths = checks.complex_array("gain", self.gain, (None, None)).shape
        if len(paths) != 2 or 0 in paths:
            raise ValueError(f"gain: got shape {paths}; it must be (N, P)")
        bounces = checks.real_array("corners", self.corners, missing=True).shape[2:3]
        shapes = {
            "surface": (3,),
            "positions": (paths[0], 3),
            "rows": paths[:1],
            "columns": paths[:1],
            "gain": paths,
            "delay": paths,
            "azimuth": paths,
            "elevation": paths,
            "interactions": paths,
            "corners": (*paths, *(bounces or (1,)), 3),
        }
        for name, shape in shapes.items():
            self._freeze(name, shape)
        there = self.interactions >= 0
        for name in ("delay", "azimuth", "elevation"):
            value = getattr(self, name)
            checks.require(np.isfinite(value) | ~there, name, value, "it must be finite where a path is")
        if not isinstance(self.buildings, (tuple, list)):
            raise ValueError(f"buildings: got {type(self.buildings).__name__}; it must be a tuple of (Q, 2)")
        outlines = tuple(checks.real_array("buildings", outline).copy() for outline in self.buildings)
        for outline in outlines:
            if outline.ndim != 2 or outline.shape[1] != 2:
                raise ValueError(f"buildings: got shape {outline.shape}; each must be (Q, 2): x, y in metres")
            outline.setflags(write=False)
        object.__setattr__(self, "buildings", outlines)

    def _freeze(self, name, shape):
        """Replace a field by a read-only copy of the right kind and shape."""
        value = getattr(self, name)
        if name in ("rows", "columns", "interactions"):
            array = checks.integer_array(name, value)
        elif name == "gain":
            array = checks.complex_array(name, value)
        else:
            array = checks.real_array(name, value, missing=name not in ("surface", "positions"))
        if array.shape != shape:
            raise ValueError(f"{name}: got shape {array.shape}; with this gain it must be {shape}")
        array = array.copy()
        array.setflags(write=False)
        object.__setattr__(self, name, array)

    def __repr__(self):
        users, paths = self.gain.shape
        return f"Scenario({self.name!r}, {users} users, up to {paths} paths, {self.carrier / 1e9:g} GHz)"

    @property
    def wavelength(self) -> float:
        """Carrier wavelength [m]."""
        return speed_of_light / self.carrier

    def find(self, row: int, column: int) -> int:
        """Index of the user at a place on user grid 1.

        Parameters
        ----------
        row, column : int
            Counted from 1.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If no user kept in this scenario stands there.

        Examples
        --------
        >>> from irsnb.hybrid import load_scenario
        >>> load_scenario().find(10, 15)
        194
        """
        row, column = checks.count("row", row), checks.count("column", column)
        found = np.flatnonzero((self.rows == row) & (self.columns == column) & (self.rows > 0))
        if not found.size:
            raise ValueError(
                f"row, column: got ({row!r}, {column!r}); no user of {self.name} stands there; "
                "its rows and columns list the places it has, and nearest() takes any point"
            )
        return int(found[0])

    def nearest(self, point: ArrayLike) -> int:
        """Index of the user nearest to a point.

        Parameters
        ----------
        point : array_like, shape (3,)
            [m].

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If the point is not three finite numbers.
        """
        point = checks.points("point", point)
        if point.shape != (3,):
            raise ValueError(f"point: got shape {point.shape}; it must be (3,): x, y, z in metres")
        return int(np.argmin(np.sum((self.positions - point) ** 2, axis=-1)))


def grid_places(users):
    """Rows and columns of positions (N, 3) on user grid 1; 0, 0 for those who do not stand on it."""
    place = np.round((users[:, :2] - FIRST_USER[:2]) / PITCH).astype(int) + 1
    exact = np.column_stack([FIRST_USER[:2] + PITCH * (place - 1), np.full(len(users), FIRST_USER[2])])
    on = (np.abs(users - exact) <= TOLERANCE).all(axis=1)
    on &= (place >= 1).all(axis=1) & (place[:, 0] <= COLUMNS) & (place[:, 1] <= ROWS)
    return np.where(on, place[:, 1], 0), np.where(on, place[:, 0], 0)
