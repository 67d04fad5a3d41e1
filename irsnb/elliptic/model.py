"""The scene of Duan et al. (2025): surfaces on a line, a receiver, a target, and what is measured.

The first surface is the origin, the second one of pair j stands at (2 c_j, 0, 0). Noise-free values
only; the paper perturbs the two departure angles and keeps the path sums exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, points, real_array, require
from irsnb.geometry import direction_angles

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "direction",
    "eccentricity",
    "paper_direction",
    "path_sum",
    "second_surface",
]


@dataclass(frozen=True)
class Experiment:
    """One numerical experiment of Duan et al. (2025), section 5.

    Attributes
    ----------
    target : tuple of float
        Target [m].
    receiver : tuple of float
        Array of the base station [m].
    semi_focals : tuple of float
        Semi-focal lengths c_j of the pairs, in the paper's order [m].
    one_pair : float
        The semi-focal length used where the paper shows a single pair [m]; NaN where it shows none.

    Raises
    ------
    ValueError
        If a point or a length is not finite or of another shape, or a length is not above 0.

    Examples
    --------
    >>> EXPERIMENTS[3].target
    (700.0, 1200.0, 1400.0)
    """

    target: tuple[float, float, float]
    receiver: tuple[float, float, float]
    semi_focals: tuple[float, ...]
    one_pair: float = float("nan")

    def __post_init__(self):
        for name in ("target", "receiver"):
            point = points(name, getattr(self, name))
            if point.ndim != 1:
                raise ValueError(f"{name}: got shape {point.shape}; it must be one point, (3,)")
            object.__setattr__(self, name, tuple(point.tolist()))
        require(
            self.target != self.receiver, "receiver", self.receiver[0], "it must not be the target (x shown)"
        )
        semi_focals = checks.positive("semi_focals", self.semi_focals, "m")
        if semi_focals.ndim != 1 or not semi_focals.size:
            raise ValueError(f"semi_focals: got shape {semi_focals.shape}; it must be (M,) with M >= 1")
        object.__setattr__(self, "semi_focals", tuple(semi_focals.tolist()))
        one_pair = real_array("one_pair", self.one_pair, missing=True)
        if one_pair.ndim:
            raise ValueError(f"one_pair: got shape {one_pair.shape}; it must be one number")
        require(~(one_pair <= 0), "one_pair", one_pair, "it must be above 0 m, or NaN for none")
        object.__setattr__(self, "one_pair", float(one_pair))


_RECEIVER = (200.0, -400.0, -30.0)
_FIVE_PAIRS = (1200.0, 1000.0, 800.0, 600.0, 400.0)
EXPERIMENTS = {
    1: Experiment((500.0, 1000.0, 1500.0), _RECEIVER, tuple(np.arange(400.0, 4001.0, 100.0).tolist())),
    2: Experiment((380.0, 540.0, 230.0), _RECEIVER, tuple(np.arange(2200.0, 399.0, -200.0).tolist())),
    3: Experiment((700.0, 1200.0, 1400.0), _RECEIVER, _FIVE_PAIRS, one_pair=800.0),
    4: Experiment((400.0, 1200.0, 300.0), _RECEIVER, _FIVE_PAIRS),
}
"""The paper's four experiments, by its own numbering."""


def second_surface(semi_focal: ArrayLike) -> np.ndarray:
    """Position of a pair's second surface, (2 c, 0, 0) [m]; Duan et al. (2025), section 5.1.

    Parameters
    ----------
    semi_focal : array_like, shape (...)
        Semi-focal length c [m], not negative.

    Returns
    -------
    ndarray, shape (..., 3)

    Raises
    ------
    ValueError
        If a length is negative or not finite.

    Examples
    --------
    >>> second_surface(400.0)
    array([800.,   0.,   0.])
    """
    semi_focal = real_array("semi_focal", semi_focal)
    require(semi_focal >= 0, "semi_focal", semi_focal, "it is a length and must not be negative")
    return semi_focal[..., None] * np.array([2.0, 0.0, 0.0])


def path_sum(target: ArrayLike, semi_focal: ArrayLike) -> np.ndarray:
    """Length first surface - target - second surface, 2 a [m]; Duan et al. (2025), eqs. (7)-(8).

    Parameters
    ----------
    target : array_like, shape (..., 3)
        Target in the pair's frame [m].
    semi_focal : array_like, shape (...)
        Semi-focal length c [m]; broadcasts with the target's leading axes.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If an input is not finite, a length is negative, or the shapes do not broadcast.

    Examples
    --------
    Surfaces 6 m apart, and a target above the middle between them:

    >>> path_sum((3.0, 0.0, 4.0), 3.0)
    np.float64(10.0)
    """
    target = points("target", target)
    second = second_surface(semi_focal)
    common_shape(target=target.shape[:-1], semi_focal=second.shape[:-1])
    return np.linalg.norm(target, axis=-1) + np.linalg.norm(target - second, axis=-1)


def eccentricity(semi_major: ArrayLike, semi_focal: ArrayLike) -> np.ndarray:
    """Eccentricity e = c / a of a pair's ellipse; Duan et al. (2025), eq. (20).

    Parameters
    ----------
    semi_major, semi_focal : array_like, shape (...)
        a and c [m], 0 <= c < a.

    Returns
    -------
    ndarray, shape (...)
        In [0, 1).

    Raises
    ------
    ValueError
        If a value is not finite, c is negative, or a does not exceed c.

    Examples
    --------
    >>> eccentricity([5.0, 10.0], 3.0)
    array([0.6, 0.3])
    """
    semi_major, semi_focal = checked_ellipse(semi_major, semi_focal)
    return semi_focal / semi_major


def checked_ellipse(semi_major: ArrayLike, semi_focal: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return a and c as float arrays, or raise ``ValueError`` if they do not make an ellipse."""
    semi_major, semi_focal = real_array("semi_major", semi_major), real_array("semi_focal", semi_focal)
    common_shape(semi_major=semi_major.shape, semi_focal=semi_focal.shape)
    require(semi_focal >= 0, "semi_focal", semi_focal, "it is a length and must not be negative")
    require(
        semi_major > semi_focal,
        "semi_major",
        semi_major,
        "it must exceed semi_focal: the path sum 2 a is longer than the focal distance 2 c",
    )
    return semi_major, semi_focal


def checked_pairs(semi_focals: ArrayLike) -> np.ndarray:
    """Return semi-focal lengths as an array (..., M), M >= 1, or raise ``ValueError``."""
    semi_focals = np.atleast_1d(real_array("semi_focals", semi_focals))
    if semi_focals.shape[-1] == 0:
        raise ValueError("semi_focals: got zero pairs; at least one is needed")
    require(semi_focals >= 0, "semi_focals", semi_focals, "they are lengths and must not be negative")
    return semi_focals


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
