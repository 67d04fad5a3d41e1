"""Where surfaces, receiver and targets stand, and what would be measured there without noise.

Surfaces are positions (M + 1, 3) in the world: the first one sends and measures the departure, each of
the others makes a pair with it. The scenes of Duan et al. (2025) have them on a line
(:func:`surfaces_on_line`).
"""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, points, real_array, require
from irsnb.geometry import direction_angles

__all__ = [
    "direction",
    "eccentricity",
    "legs",
    "paper_direction",
    "path_sums",
    "surfaces_on_line",
    "zones",
]


def surfaces_on_line(semi_focals: ArrayLike) -> np.ndarray:
    """Surfaces of pairs on a line: the origin, and (2 c_j, 0, 0); Duan et al. (2025), section 5.1.

    Parameters
    ----------
    semi_focals : array_like, shape (M,)
        Semi-focal lengths c_j, half the distance of a pair's surfaces [m], above 0; one number is one pair.

    Returns
    -------
    ndarray, shape (M + 1, 3)
        [m].

    Raises
    ------
    ValueError
        If there is no pair, or a length is not finite or not above 0.

    Examples
    --------
    >>> surfaces_on_line([400.0, 200.0])
    array([[  0.,   0.,   0.],
           [800.,   0.,   0.],
           [400.,   0.,   0.]])
    """
    semi_focals = checked_line(np.atleast_1d(checks.positive("semi_focals", semi_focals, "m")))
    surfaces = np.zeros((semi_focals.size + 1, 3))
    surfaces[1:, 0] = 2 * semi_focals
    return surfaces


def path_sums(surfaces: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """Lengths first surface - target - other surface [m]; Duan et al. (2025), eqs. (7)-(8).

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        The first sends [m].
    targets : array_like, shape (..., 3)
        [m]; leading axes broadcast.

    Returns
    -------
    ndarray, shape (..., M)

    Raises
    ------
    ValueError
        If an input is not finite, another surface stands where the first does, or the shapes do not fit.

    Examples
    --------
    Surfaces 6 m apart, and a target above the middle between them:

    >>> path_sums([(0.0, 0.0, 0.0), (6.0, 0.0, 0.0)], (3.0, 0.0, 4.0))
    array([10.])
    """
    surfaces, targets = checked_surfaces(surfaces), points("targets", targets)
    common_shape(surfaces=surfaces.shape[:-2], targets=targets.shape[:-1])
    lengths = np.linalg.norm(targets[..., None, :] - surfaces, axis=-1)
    return lengths[..., :1] + lengths[..., 1:]


def eccentricity(path_sum: ArrayLike, semi_focal: ArrayLike) -> np.ndarray:
    """Eccentricity e = c / a of a pair's ellipse, with 2 a the path sum; Duan et al. (2025), eq. (20).

    Parameters
    ----------
    path_sum : array_like, shape (...)
        Whole path sum 2 a [m].
    semi_focal : array_like, shape (...)
        Half the distance of the two surfaces, c [m]; 0 <= 2 c < 2 a.

    Returns
    -------
    ndarray, shape (...)
        In [0, 1).

    Raises
    ------
    ValueError
        If a value is not finite, c is negative, or the path sum does not exceed 2 c.

    Examples
    --------
    >>> eccentricity([10.0, 20.0], 3.0)
    array([0.6, 0.3])
    """
    path_sum, semi_focal = checked_ellipse(path_sum, semi_focal)
    return 2 * semi_focal / path_sum


def checked_ellipse(path_sum: ArrayLike, semi_focal: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return 2 a and c as float arrays, or raise ``ValueError`` if they do not make an ellipse."""
    path_sum, semi_focal = real_array("path_sum", path_sum), real_array("semi_focal", semi_focal)
    common_shape(path_sum=path_sum.shape, semi_focal=semi_focal.shape)
    require(semi_focal >= 0, "semi_focal", semi_focal, "it is a length and must not be negative")
    require(
        path_sum > 2 * semi_focal,
        "path_sum",
        path_sum,
        "it is the whole sum and must exceed the focal distance, twice semi_focal",
    )
    return path_sum, semi_focal


def checked_line(semi_focals: ArrayLike) -> np.ndarray:
    """Return semi-focal lengths of pairs on a line as an array (M,), M >= 1, or raise ``ValueError``."""
    semi_focals = checks.positive("semi_focals", semi_focals, "m")
    if semi_focals.ndim != 1 or not semi_focals.size:
        raise ValueError(f"semi_focals: got shape {semi_focals.shape}; it must be (M,) with M >= 1")
    return semi_focals


def checked_pairs(semi_focals: ArrayLike) -> np.ndarray:
    """Return semi-focal lengths as an array (..., M), M >= 1, or raise ``ValueError``."""
    semi_focals = np.atleast_1d(real_array("semi_focals", semi_focals))
    if semi_focals.shape[-1] == 0:
        raise ValueError("semi_focals: got zero pairs; at least one is needed")
    require(semi_focals >= 0, "semi_focals", semi_focals, "they are lengths and must not be negative")
    return semi_focals


def require_one_each(name: str, value: np.ndarray, n_pairs: int) -> None:
    """Raise ``ValueError`` unless `value` is one number or has one for each path sum on its last axis."""
    if value.ndim and value.shape[-1] not in (1, n_pairs):
        raise ValueError(
            f"{name}: got shape {value.shape}; it must be one number or end in {n_pairs}, one for each "
            "path sum"
        )


def checked_surfaces(surfaces: ArrayLike, batch: bool = True) -> np.ndarray:
    """Return surfaces (..., M + 1, 3), M >= 1, or raise ``ValueError``; ``batch=False``: no leading axes."""
    surfaces = points("surfaces", surfaces)
    if surfaces.ndim < 2 or surfaces.shape[-2] < 2 or (surfaces.ndim > 2 and not batch):
        wanted = "(..., M + 1, 3)" if batch else "(M + 1, 3)"
        raise ValueError(f"surfaces: got shape {surfaces.shape}; it must be {wanted} with M >= 1")
    apart = (surfaces[..., 1:, :] != surfaces[..., :1, :]).any(axis=-1)
    if not apart.all():
        require(apart, "surfaces", surfaces[..., 1:, 0], "none may stand where the first does (x shown)")
    return surfaces


def legs(surfaces: ArrayLike, receiver: ArrayLike, targets: ArrayLike) -> np.ndarray:
    """Geometric mean of the three legs over which the echo of a pair spreads [m].

    The legs first surface - target - other surface - receiver weaken the echo by the square of their
    product; the leg from the radar to the first surface is the same for all. Where the mean is the same, a
    fixed pair hears equally well: the outlines are ovals of Cassini.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
    receiver, targets : array_like, shape (..., 3)
        [m]; leading axes broadcast.

    Returns
    -------
    ndarray, shape (..., M)

    Raises
    ------
    ValueError
        If an input is not finite, another surface stands where the first does, or the shapes do not fit.

    Examples
    --------
    >>> legs([(0.0, 0.0, 0.0), (8.0, 0.0, 0.0)], (8.0, -1.0, 0.0), (0.0, 6.0, 0.0)).round(3)
    array([3.915])
    """
    surfaces = checked_surfaces(surfaces)
    receiver, targets = points("receiver", receiver), points("targets", targets)
    common_shape(surfaces=surfaces.shape[:-2], receiver=receiver.shape[:-1], targets=targets.shape[:-1])
    out = np.linalg.norm(targets[..., None, :] - surfaces, axis=-1)
    back = np.linalg.norm(receiver[..., None, :] - surfaces[..., 1:, :], axis=-1)
    return np.cbrt(out[..., :1] * out[..., 1:] * back)


def zones(surfaces: ArrayLike, receiver: ArrayLike, targets: ArrayLike, *, reach: ArrayLike) -> np.ndarray:
    """Which pairs serve a target: it is in front of both surfaces, and in reach; Duan et al. (2025), Fig. 4.

    The first surface faces along the line to the other one, which faces back: in front of both is what lies
    between their planes.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
    receiver, targets : array_like, shape (..., 3)
        [m]; leading axes broadcast.
    reach : array_like, shape (...)
        Largest :func:`legs` over which an echo is still heard [m], above 0.

    Returns
    -------
    ndarray of bool, shape (..., M)

    Raises
    ------
    ValueError
        As :func:`legs`; and if the reach is not above 0.

    Examples
    --------
    >>> surfaces, receiver = surfaces_on_line([200.0, 600.0]), (200.0, -400.0, -30.0)
    >>> zones(surfaces, receiver, (500.0, 700.0, 0.0), reach=1500.0)
    array([False,  True])
    """
    spread = legs(surfaces, receiver, targets)
    reach = checks.positive("reach", reach, "m")
    common_shape(surfaces_receiver_targets=spread.shape[:-1], reach=reach.shape)
    surfaces, targets = np.asarray(surfaces, float), np.asarray(targets, float)
    others = surfaces[..., 1:, :] - surfaces[..., :1, :]
    along = np.sum((targets[..., None, :] - surfaces[..., :1, :]) * others, axis=-1)
    in_front = (along > 0) & (along < np.sum(others**2, axis=-1))
    return in_front & (spread <= reach[..., None])


def direction(target: ArrayLike, receiver: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Direction from the receiver to the target, signed.

    The azimuth of Duan et al. (2025), eq. (17), as ``atan2`` and the elevation of eq. (18) without its
    modulus, so that targets behind the receiver (dy < 0) and below it (dz < 0) keep their sign.

    Parameters
    ----------
    target, receiver : array_like, shape (..., 3)
        Points [m]; they broadcast.

    Returns
    -------
    azimuth : ndarray, shape (...)
        In (-pi, pi] [rad]; 0 straight above or below the receiver, where it has no meaning.
    elevation : ndarray, shape (...)
        In [-pi/2, pi/2] [rad].

    Raises
    ------
    ValueError
        If a point is not finite, the shapes do not broadcast, or target and receiver coincide.

    Examples
    --------
    >>> azimuth, elevation = direction((200.0, 100.0, 0.0), (100.0, 0.0, 0.0))
    >>> print(f"{np.rad2deg(azimuth):.1f} deg, {np.rad2deg(elevation):.1f} deg")
    45.0 deg, 0.0 deg
    """
    azimuth, elevation, _ = direction_angles(_line_of_sight(target, receiver))
    return azimuth, elevation


def paper_direction(target: ArrayLike, receiver: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Direction from the receiver to the target exactly as Duan et al. (2025) print it, eqs. (17)-(18).

    ``arccos`` folds the azimuth of a target behind the receiver onto the front, and the modulus folds
    the elevation of a target below onto above; see :func:`direction` for the signed form.

    Parameters
    ----------
    target, receiver : array_like, shape (..., 3)
        Points [m]; they broadcast.

    Returns
    -------
    azimuth : ndarray, shape (...)
        In [0, pi] [rad].
    elevation : ndarray, shape (...)
        In [0, pi/2) [rad].

    Raises
    ------
    ValueError
        As :func:`direction`; and if the target stands straight above or below the receiver, where (17)
        divides by zero.

    Examples
    --------
    A target behind and below the receiver is reported as in front and above:

    >>> azimuth, elevation = paper_direction((0.0, -100.0, -100.0), (100.0, 0.0, 0.0))
    >>> print(f"{np.rad2deg(azimuth):.1f} deg, {np.rad2deg(elevation):.1f} deg")
    135.0 deg, 35.3 deg
    """
    offset = _line_of_sight(target, receiver)
    level = np.hypot(offset[..., 0], offset[..., 1])
    require(
        level > 0,
        "target",
        offset[..., 2],
        "it stands straight above or below the receiver (height shown), where eq. (17) has no azimuth",
    )
    return paper_angles_unchecked(offset)


def paper_angles_unchecked(offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eqs. (17)-(18) of an offset (..., 3) whose level part is known not to vanish."""
    level = np.hypot(offset[..., 0], offset[..., 1])
    return np.arccos(offset[..., 0] / level), np.arctan(np.abs(offset[..., 2]) / level)


def _line_of_sight(target, receiver):
    target, receiver = points("target", target), points("receiver", receiver)
    common_shape(target=target.shape, receiver=receiver.shape)
    offset = target - receiver
    apart = np.any(offset != 0, axis=-1)
    require(apart, "target", target[..., 0], "it must not coincide with the receiver (x shown)")
    return offset
