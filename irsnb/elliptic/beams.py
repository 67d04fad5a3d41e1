"""What the first surface lights: its beams, eqs. (1)-(3) of Duan et al. (2025), and the angles it sees."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, real_array, require
from irsnb.elliptic.radar import Radar
from irsnb.geometry import unit_vector

__all__ = ["beam_responses", "cosines_to_direction", "direction_cosines"]


def beam_responses(radar: Radar, cosines: ArrayLike, middle: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude with which each beam of the scan lights a direction, eqs. (1)-(3).

    Beam b has the phases (2) that undo the arriving wave and aim at direction cosines q_b, so that
    ``h_S2T^T Phi_b h_B2S`` is the sum over the elements of ``exp(j 2 pi p . (q - q_b) / wavelength)``.
    Divided by the number of elements; real, because the surface is symmetric about its centre.

    Parameters
    ----------
    radar : Radar
    cosines : array_like, shape (..., 2)
        Direction cosines of the target along y and z, as seen from the first surface.
    middle : array_like, shape (..., 2)
        Those of the middle of the sector.

    Returns
    -------
    responses : ndarray, shape (..., B)
        1 in the middle of a beam.
    gradient : ndarray, shape (..., B, 2)
        Their derivative by the direction cosines.

    Raises
    ------
    ValueError
        If a cosine is not finite or beyond +-1, or the shapes do not fit.
    """
    checks.instance("radar", radar, Radar)
    cosines, middle = _cosines("cosines", cosines), _cosines("middle", middle)
    for name, value in (("cosines", cosines), ("middle", middle)):
        require(np.abs(value) <= 1, name, value, "a direction cosine must lie in [-1, 1]")
    common_shape(cosines=cosines.shape, middle=middle.shape)
    return responses(radar, cosines - middle)


def responses(radar: Radar, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """:func:`beam_responses` of offsets (..., 2) from the middle of the sector."""
    side = radar.surface_side
    # Half-wavelength spacing: 2 pi / wavelength times the place of an element along y or z.
    places = np.pi * (np.arange(side) - (side - 1) / 2)
    side_beams = radar.beam_offsets[: radar.beam_side, 1]
    turned = (offset[..., None] - side_beams)[..., None] * places
    value = np.cos(turned).mean(axis=-1)
    slope = -(places * np.sin(turned)).mean(axis=-1)
    along_y, along_z = value[..., 0, :, None], value[..., 1, None, :]
    both = (along_y * along_z, slope[..., 0, :, None] * along_z, along_y * slope[..., 1, None, :])
    flat = [v.reshape(*v.shape[:-2], v.shape[-2] * v.shape[-1]) for v in both]
    return flat[0], np.stack(flat[1:], axis=-1)


def _cosines(name, value):
    value = real_array(name, value)
    if value.ndim == 0 or value.shape[-1] != 2:
        raise ValueError(
            f"{name}: got shape {value.shape}; it must be (..., 2): direction cosines along y and z"
        )
    return value


def direction_cosines(azimuth: ArrayLike, elevation: ArrayLike) -> np.ndarray:
    """Direction cosines along y and z: what a planar surface sees of a direction.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Angles [rad]; they broadcast. Azimuth within +-4 pi, elevation within +-pi/2.

    Returns
    -------
    ndarray, shape (..., 2)

    Raises
    ------
    ValueError
        If an angle is not finite or beyond its range, or the shapes do not broadcast.

    Examples
    --------
    >>> direction_cosines(np.pi / 6, 0.0).round(12)
    array([0.5, 0. ])
    """
    return unit_vector(azimuth, elevation)[..., 1:]


def cosines_to_direction(cosines: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth and elevation in front of a surface (x >= 0) from direction cosines along y and z.

    Cosines that belong to no direction, y^2 + z^2 > 1, as estimates may have, give one in the plane of the
    surface.

    Parameters
    ----------
    cosines : array_like, shape (..., 2)

    Returns
    -------
    azimuth, elevation : ndarray, shape (...)
        [rad].

    Raises
    ------
    ValueError
        If a cosine is not finite or the last axis is not 2.

    Examples
    --------
    >>> azimuth, elevation = cosines_to_direction([0.5, 0.0])
    >>> print(f"{np.rad2deg(azimuth):.1f} {np.rad2deg(elevation):.1f}")
    30.0 0.0
    """
    cosines = _cosines("cosines", cosines)
    y, z = np.clip(np.moveaxis(cosines, -1, 0), -1, 1)
    return np.arctan2(y, np.sqrt(np.maximum(1 - y**2 - z**2, 0))), np.arcsin(z)
