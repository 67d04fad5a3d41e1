"""Points, angles and frames: right-handed, x east, y north, z up; metres and radians.

Azimuth is ``atan2(dy, dx)`` in (-pi, pi]; elevation is ``asin(dz / r)`` in [-pi/2, pi/2]. Both are signed.
"""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, points, require

__all__ = [
    "cosine_sine",
    "direction_angles",
    "direction_jacobian",
    "frame_along",
    "ray_jacobian",
    "unit_vector",
]


def unit_vector(azimuth: ArrayLike, elevation: ArrayLike) -> np.ndarray:
    """Unit vector that points along an azimuth and an elevation.

    This is the vector **l** of Duan et al. (2025), eq. (11).

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Angles [rad]; they broadcast. Azimuth within +-4 pi, elevation within +-pi/2.

    Returns
    -------
    ndarray, shape (..., 3)

    Raises
    ------
    ValueError
        If an angle is not finite or beyond its range, or the shapes do not broadcast.

    Examples
    --------
    >>> unit_vector(0.0, 0.0)
    array([1., 0., 0.])
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    common_shape(azimuth=azimuth.shape, elevation=elevation.shape)
    return unit_vector_unchecked(azimuth, elevation)


def unit_vector_unchecked(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """:func:`unit_vector` for callers that have checked their angles already.

    Sine and cosine come from the tangent of the half angle, t: ``sin = 2 t / (1 + t^2)`` and
    ``cos = (1 - t^2) / (1 + t^2)``. One tangent stands in for the two, and numpy's is the vectorised one.
    """
    half_az, half_el = np.tan(azimuth / 2), np.tan(elevation / 2)
    over_az, over_el = 1 / (1 + half_az * half_az), 1 / (1 + half_el * half_el)
    level = (1 - half_el) * (1 + half_el) * over_el
    out = np.empty((*np.broadcast_shapes(azimuth.shape, elevation.shape), 3))
    np.multiply(level, (1 - half_az) * (1 + half_az) * over_az, out=out[..., 0])
    np.multiply(level, 2 * half_az * over_az, out=out[..., 1])
    out[..., 2] = 2 * half_el * over_el
    return out


def cosine_sine(angle: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine of an array of angles, both from one tangent of the half angle.

    numpy's tangent is vectorised where its double-precision sine and cosine are not: several times faster for
    large arrays, with an error below 1e-15 for angles of a few turns, growing with the angle as theirs.

    Parameters
    ----------
    angle : array_like, shape (...)
        Angles [rad], of any size: phases as well as directions.

    Returns
    -------
    cosine, sine : ndarray, shape (...)

    Raises
    ------
    ValueError
        If an angle is not finite.

    Examples
    --------
    >>> cosine, sine = cosine_sine([0.0, np.pi / 2])
    >>> cosine.round(12), sine.round(12)
    (array([1., 0.]), array([0., 1.]))
    """
    half = np.tan(checks.real_array("angle", angle) / 2)
    over = 1 / (1 + half * half)
    return (1 - half) * (1 + half) * over, 2 * half * over


def direction_angles(vector: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Azimuth, elevation and length of a vector: the inverse of :func:`unit_vector`.

    Straight up or down the azimuth has no meaning and is returned as ``atan2(0, 0) = 0``.

    Parameters
    ----------
    vector : array_like, shape (..., 3)
        Vectors [m].

    Returns
    -------
    azimuth, elevation : ndarray, shape (...)
        Signed angles [rad].
    distance : ndarray, shape (...)
        Length [m].

    Raises
    ------
    ValueError
        If a vector is not finite, has no length, or the last axis is not 3.

    Examples
    --------
    >>> azimuth, elevation, distance = direction_angles([0.0, 3.0, 4.0])
    >>> print(f"{azimuth:.4f} {elevation:.4f} {distance:.1f}")
    1.5708 0.9273 5.0
    """
    vector = points("vector", vector)
    level = np.hypot(vector[..., 0], vector[..., 1])
    distance = np.hypot(level, vector[..., 2])
    require(distance > 0, "vector", vector[..., 0], "its length must be above 0 m, or it has no direction")
    return np.arctan2(vector[..., 1], vector[..., 0]), np.arctan2(vector[..., 2], level), distance


def frame_along(start: ArrayLike, end: ArrayLike) -> np.ndarray:
    """Rotation into the frame whose x axis runs from one point to another and whose z axis leans up.

    ``frame_along(s1, s2) @ (p - s1)`` gives the coordinates in which s1 is the origin and s2 lies on
    the x axis: the frame of Duan et al. (2025), Fig. 2, for a pair of surfaces standing anywhere.

    Parameters
    ----------
    start, end : array_like, shape (..., 3)
        Points [m]; they broadcast and must differ.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Rows are the new axes in old coordinates; the matrix is orthogonal with determinant +1.

    Raises
    ------
    ValueError
        If a point is not finite, the shapes do not broadcast, or the points coincide.

    Examples
    --------
    The second point lies on the new x axis, at its distance from the first:

    >>> start, end = np.array([1.0, 2.0, 0.0]), np.array([1.0, 6.0, 0.0])
    >>> (frame_along(start, end) @ (end - start)).round(12) + 0.0
    array([4., 0., 0.])
    """
    start, end = points("start", start), points("end", end)
    common_shape(start=start.shape, end=end.shape)
    along = end - start
    length = np.linalg.norm(along, axis=-1, keepdims=True)
    require(length > 0, "end", end, "it must differ from start")
    along = along / length
    # The helper axis is z, or y where the line itself is (nearly) vertical.
    steep = np.abs(along[..., 2:]) > 0.999
    up = np.where(steep, [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
    side = np.cross(up, along)
    side = side / np.linalg.norm(side, axis=-1, keepdims=True)
    return np.stack([along, side, np.cross(along, side)], axis=-2)


def direction_jacobian(target: ArrayLike, origin: ArrayLike) -> np.ndarray:
    """Derivative of the signed azimuth and elevation of a target, seen from an origin, by its position.

    Parameters
    ----------
    target, origin : array_like, shape (..., 3)
        Points [m]; they broadcast.

    Returns
    -------
    ndarray, shape (..., 2, 3)
        Rows: azimuth, elevation [rad/m].

    Raises
    ------
    ValueError
        If a point is not finite, the shapes do not broadcast, or the target stands straight above or
        below the origin, where the azimuth has no derivative.

    Examples
    --------
    Ten metres along x, a step along y turns the azimuth and a step along z the elevation:

    >>> direction_jacobian([10.0, 0.0, 0.0], [0.0, 0.0, 0.0]) + 0.0
    array([[0. , 0.1, 0. ],
           [0. , 0. , 0.1]])
    """
    target, origin = points("target", target), points("origin", origin)
    common_shape(target=target.shape, origin=origin.shape)
    x, y, z = np.moveaxis(target - origin, -1, 0)
    level = np.hypot(x, y)
    require(level > 0, "target", z, "it must not stand straight above or below the origin (height shown)")
    square = level**2 + z**2
    by_azimuth = np.stack([-y / level**2, x / level**2, np.zeros_like(x)], axis=-1)
    by_elevation = np.stack([-z * x / (level * square), -z * y / (level * square), level / square], axis=-1)
    return np.stack([by_azimuth, by_elevation], axis=-2)


def ray_jacobian(azimuth: ArrayLike, elevation: ArrayLike) -> np.ndarray:
    """Derivative of :func:`unit_vector` by azimuth and elevation.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Angles [rad]; they broadcast. Azimuth within +-4 pi, elevation within +-pi/2.

    Returns
    -------
    ndarray, shape (..., 3, 2)
        Columns: by azimuth, by elevation [1/rad].

    Raises
    ------
    ValueError
        If an angle is not finite or beyond its range, or the shapes do not broadcast.

    Examples
    --------
    >>> ray_jacobian(0.0, 0.0) + 0.0
    array([[0., 0.],
           [1., 0.],
           [0., 1.]])
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    common_shape(azimuth=azimuth.shape, elevation=elevation.shape)
    azimuth, elevation = np.broadcast_arrays(azimuth, elevation)
    sin_az, cos_az, sin_el, cos_el = np.sin(azimuth), np.cos(azimuth), np.sin(elevation), np.cos(elevation)
    by_azimuth = np.stack([-cos_el * sin_az, cos_el * cos_az, np.zeros_like(sin_az)], axis=-1)
    by_elevation = np.stack([-sin_el * cos_az, -sin_el * sin_az, cos_el], axis=-1)
    return np.stack([by_azimuth, by_elevation], axis=-1)
