"""Antenna arrays and surfaces: element positions and steering vectors."""

from dataclasses import dataclass, field

import numpy as np

from irsnb.checks import common_shape, real_array, require
from irsnb.geometry import unit_vector_unchecked


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
        If a size is not a positive integer, a length is not positive, the mask has another shape or
        leaves no element.
    """

    rows: int
    columns: int
    spacing: float
    wavelength: float
    mask: np.ndarray | None = None
    positions: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        for name in ("rows", "columns"):
            size = getattr(self, name)
            if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 1:
                raise ValueError(f"{name}: got {size!r}; it must be an integer of at least 1")
        for name in ("spacing", "wavelength"):
            length = real_array(name, getattr(self, name))
            if length.ndim:
                raise ValueError(f"{name}: got shape {length.shape}; it must be one length in metres")
            require(length > 0, name, length, "it must be above 0 m")
        z, y = np.meshgrid(
            (np.arange(self.rows) - (self.rows - 1) / 2) * self.spacing,
            (np.arange(self.columns) - (self.columns - 1) / 2) * self.spacing,
            indexing="ij",
        )
        positions = np.stack([np.zeros_like(y), y, z], axis=-1)
        if self.mask is not None:
            try:
                mask = np.array(self.mask)
            except ValueError:
                raise ValueError("mask: it must be a regular array of bool") from None
            if mask.shape != (self.rows, self.columns) or mask.dtype != bool:
                raise ValueError(
                    f"mask: got {mask.dtype} of shape {mask.shape}; it must be bool of shape "
                    f"{(self.rows, self.columns)}"
                )
            if not mask.any():
                raise ValueError("mask: got no True entry; at least one element must be in use")
            mask.setflags(write=False)
            object.__setattr__(self, "mask", mask)
            positions = positions[mask]
        positions = positions.reshape(-1, 3)
        positions.setflags(write=False)
        object.__setattr__(self, "positions", positions)

    def steering_vector(self, azimuth, elevation, distance=None):
        """Phases of a unit wave across the array, zero at its centre.

        Far away, element p sees ``exp(j 2 pi p.u / wavelength)`` with u the direction of the source; at a
        finite distance r, ``exp(j 2 pi (r - |r u - p|) / wavelength)``, the spherical wave, which tends to
        the former.

        Parameters
        ----------
        azimuth, elevation : array_like, shape (...)
            Direction of the source [rad].
        distance : array_like, shape (...), optional
            Its distance from the array's centre [m]; a plane wave if left out.

        Returns
        -------
        ndarray of complex, shape (..., M)
            Unit modulus.

        Raises
        ------
        ValueError
            If an input is not finite, a distance is not positive, or the shapes do not broadcast.
        """
        azimuth, elevation = real_array("azimuth", azimuth), real_array("elevation", elevation)
        shapes = {"azimuth": azimuth.shape, "elevation": elevation.shape}
        if distance is not None:
            distance = real_array("distance", distance)
            require(distance > 0, "distance", distance, "it must be above 0 m")
            shapes["distance"] = distance.shape
        common_shape(**shapes)
        along = unit_vector_unchecked(azimuth, elevation) @ self.positions.T
        if distance is not None:
            # r - |r u - p|, written without the cancellation of two long lengths
            r, square = distance[..., None], np.sum(self.positions**2, axis=-1)
            along = (2 * r * along - square) / (r + np.sqrt(r**2 - 2 * r * along + square))
        return np.exp(2j * np.pi / self.wavelength * along)
