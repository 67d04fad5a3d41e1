"""Antenna arrays and surfaces: element positions and steering vectors."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.geometry import unit_vector_unchecked

__all__ = ["PlanarArray"]


@dataclass(frozen=True, eq=False)
class PlanarArray:
    """A uniform planar array in the y-z plane that faces +x, centred on the origin.

    Elements are counted row by row: rows run along z from below, columns along y.

    Parameters
    ----------
    rows, columns : int
        Elements along z and along y, at least 1 each.
    spacing : float
        Distance between neighbours [m].
    wavelength : float
        Carrier wavelength [m].
    mask : array_like of bool, shape (rows, columns), optional
        True for the elements in use; all of them if left out.

    Attributes
    ----------
    positions : ndarray, shape (M, 3)
        Elements in use [m]; the centre of the full array is the origin, whatever the mask.

    Raises
    ------
    ValueError
        If a size is not a positive integer or takes too much memory, a length is not positive, the mask has
        another shape or leaves no element.

    Examples
    --------
    >>> array = PlanarArray(rows=2, columns=2, spacing=0.05, wavelength=0.1)
    >>> array.positions
    array([[ 0.   , -0.025, -0.025],
           [ 0.   ,  0.025, -0.025],
           [ 0.   , -0.025,  0.025],
           [ 0.   ,  0.025,  0.025]])
    """

    rows: int
    columns: int
    spacing: float
    wavelength: float
    mask: np.ndarray | None = None
    positions: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        for name in ("rows", "columns"):
            object.__setattr__(self, name, checks.count(name, getattr(self, name)))
        for name in ("spacing", "wavelength"):
            length = checks.real_number(name, getattr(self, name))
            checks.require(length > 0, name, length, "it must be above 0 m")
            object.__setattr__(self, name, length)
        larger = "rows" if self.rows > self.columns else "columns"
        # The positions, x, y and z of each element.
        checks.check_memory(larger, getattr(self, larger), 24 * self.rows * self.columns)
        z, y = np.meshgrid(
            (np.arange(self.rows) - (self.rows - 1) / 2) * self.spacing,
            (np.arange(self.columns) - (self.columns - 1) / 2) * self.spacing,
            indexing="ij",
        )
        positions = np.stack([np.zeros_like(y), y, z], axis=-1)
        if self.mask is not None:
            mask = checks.mask("mask", self.mask, (self.rows, self.columns)).copy()
            if not mask.any():
                raise ValueError("mask: got no True entry; at least one element must be in use")
            mask.setflags(write=False)
            object.__setattr__(self, "mask", mask)
            positions = positions[mask]
        positions = positions.reshape(-1, 3)
        positions.setflags(write=False)
        object.__setattr__(self, "positions", positions)

    def steering_vector(
        self, azimuth: ArrayLike, elevation: ArrayLike, distance: ArrayLike | None = None
    ) -> np.ndarray:
        """Phases of a unit wave across the array, zero at its centre.

        Far away, element p sees ``exp(j 2 pi p.u / wavelength)`` with u the direction of the source; at a
        finite distance r, ``exp(j 2 pi (r - |r u - p|) / wavelength)``, the spherical wave, which tends to
        the former.

        Parameters
        ----------
        azimuth, elevation : array_like, shape (...)
            Direction of the source [rad]; azimuth within +-4 pi, elevation within +-pi/2.
        distance : array_like, shape (...), optional
            Its distance from the array's centre [m]; a plane wave if left out.

        Returns
        -------
        ndarray of complex, shape (..., M)
            Unit modulus.

        Raises
        ------
        ValueError
            If an input is not finite, an angle is beyond its range, a distance is not positive, or the shapes
            do not broadcast.

        Examples
        --------
        Straight ahead a plane wave reaches all elements at once, a spherical one does not:

        >>> array = PlanarArray(rows=1, columns=3, spacing=0.05, wavelength=0.1)
        >>> array.steering_vector(0.0, 0.0) + 0.0
        array([1.+0.j, 1.+0.j, 1.+0.j])
        >>> np.angle(array.steering_vector(0.0, 0.0, distance=1.0)).round(4) + 0.0
        array([-0.0785,  0.    , -0.0785])
        """
        azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
        shapes = {"azimuth": azimuth.shape, "elevation": elevation.shape}
        if distance is not None:
            distance = checks.positive("distance", distance, "m")
            shapes["distance"] = distance.shape
        checks.common_shape(**shapes)
        return np.exp(1j * phases_unchecked(self, azimuth, elevation, distance))


def phases_unchecked(array, azimuth, elevation, distance=None):
    """Phases of :meth:`PlanarArray.steering_vector` [rad], of input that has been checked."""
    along = unit_vector_unchecked(azimuth, elevation) @ array.positions.T
    if distance is not None:
        # r - |r u - p|, written without the cancellation of two long lengths:
        # (2 r along - square) / (r + sqrt(r^2 - 2 r along + square)), with little memory.
        r, square = distance[..., None], np.sum(array.positions**2, axis=-1)
        along = 2 * r * along
        root = r**2 - along
        root += square
        np.sqrt(root, out=root)
        root += r
        along -= square
        along /= root
    along *= 2 * np.pi / array.wavelength
    return along
