"""Bounds for a target seen through pairs of surfaces.

The paper derives no bound; the measurement model is the one its algorithm implies: two departure
angles common to all pairs and one path sum for each pair, with Gaussian noise. How small
that noise can be is the waveform's bound, :func:`scan_crlb`; where it stops to hold, :func:`scan_ziv_zakai`.
"""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.bounds import cramer_rao_bound, transform_bound
from irsnb.checks import common_shape, points, require
from irsnb.elliptic.locate import noise_values
from irsnb.elliptic.scene import checked_surfaces
from irsnb.geometry import direction_jacobian

__all__ = ["direction_crlb", "mismatched_covariance", "position_crlb"]


def position_crlb(
    surfaces: ArrayLike,
    targets: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
) -> np.ndarray:
    """Smallest covariance of an unbiased position estimate from both angles and all path sums.

    The mean of the measurements is (theta_r, phi_r) of Duan et al. (2025), eq. (11), and the path sums
    of eq. (7); their gradients are those of the angles at the first surface and the sums of the unit
    vectors from both surfaces to the target.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        The first sends and measures the departure [m]. Leading axes compare placements.
    targets : array_like, shape (..., 3)
        [m].
    sigma_angle : array_like, shape (...)
        Standard deviation of each departure angle [rad], above 0.
    sigma_path : array_like, shape () or (..., M)
        Standard deviation of each path sum [m], above 0: one number, or one for each path sum.
    covariance : array_like, shape (..., M + 2, M + 2)
        In place of the two: covariance of azimuth, elevation and path sums, in that order.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a value is not finite, a noise cannot be, not exactly one description of it is given, the shapes do
        not broadcast, or the target stands on a surface, straight above the first one, or where the
        measurements leave its place open (on the line between the surfaces).

    Examples
    --------
    >>> surfaces = [(0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    >>> covariance = position_crlb(surfaces, (500.0, 1000.0, 700.0), sigma_angle=0.01, sigma_path=1.0)
    >>> print(f"{np.sqrt(np.trace(covariance)):.1f} m")
    14.3 m
    """
    jacobian, whiten = _whitened(surfaces, targets, sigma_angle, sigma_path, covariance)
    jacobian = whiten @ jacobian
    return inverse(np.swapaxes(jacobian, -1, -2) @ jacobian, "targets")


def _whitened(surfaces, targets, sigma_angle, sigma_path, covariance):
    """Derivatives (..., M + 2, 3) of the measurements by a position, and what whitens their noise."""
    surfaces, targets = checked_surfaces(surfaces), points("targets", targets)
    n_pairs = surfaces.shape[-2] - 1
    noise = noise_values(n_pairs, sigma_angle, sigma_path, covariance)
    lead = common_shape(
        surfaces=surfaces.shape[:-2],
        targets=targets.shape[:-1],
        **{name: values.shape[: values.ndim - own] for name, values, own in noise},
    )
    offsets = targets[..., None, :] - surfaces
    lengths = np.linalg.norm(offsets, axis=-1, keepdims=True)
    require(lengths > 0, "targets", lengths, "none may stand on a surface (distance shown)")
    level = np.hypot(offsets[..., 0, 0], offsets[..., 0, 1])
    require(level > 0, "targets", level, "none may stand straight above the first surface (level distance)")
    by_angles = direction_jacobian(targets, surfaces[..., 0, :])
    units = offsets / lengths
    by_sums = units[..., :1, :] + units[..., 1:, :]
    jacobian = np.concatenate(
        [np.broadcast_to(by_angles, (*lead, 2, 3)), np.broadcast_to(by_sums, (*lead, n_pairs, 3))], axis=-2
    )
    return jacobian, _whitening(noise, n_pairs)


def _whitening(noise, n_pairs):
    """Matrices (..., M + 2, M + 2) that make the noise independent with variance 1."""
    name, values, _ = noise[0]
    if name == "covariance":
        return np.linalg.inv(np.linalg.cholesky(checks.covariance("covariance", values, n_pairs + 2)))
    sigma_angle = checks.positive("sigma_angle", values, "rad")
    sigma_path = checks.positive("sigma_path", noise[1][1], "m")
    lead = np.broadcast_shapes(sigma_angle.shape, sigma_path.shape[:-1])
    weights = np.empty((*lead, n_pairs + 2))
    weights[..., :2], weights[..., 2:] = 1 / sigma_angle[..., None], 1 / sigma_path
    return weights[..., None] * np.eye(n_pairs + 2)


def inverse(information, name):
    """The bound of an information matrix, or ``ValueError`` naming the argument that makes it singular."""
    try:
        return cramer_rao_bound(information)
    except ValueError as error:
        raise ValueError(f"{name}: the measurements do not fix it ({error})") from None


def mismatched_covariance(
    surfaces: ArrayLike, targets: ArrayLike, *, covariance: ArrayLike, told: ArrayLike
) -> np.ndarray:
    """Covariance of the positions of :func:`locate` where it is told another noise than there is.

    To first order the fit is ``A = (J^T T^-1 J)^-1 J^T T^-1`` of the measurements, with T what it is told,
    and its covariance ``A C A^T``. Told the truth it is :func:`position_crlb`.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        [m].
    targets : array_like, shape (..., 3)
        [m].
    covariance, told : array_like, shape (..., M + 2, M + 2)
        What the noise has, and what the fit believes: azimuth, elevation and path sums, in that order.

    Returns
    -------
    ndarray, shape (..., 3, 3)
        [m^2].

    Raises
    ------
    ValueError
        As :func:`position_crlb`.

    Examples
    --------
    >>> surfaces = [(0.0, 0.0, 0.0), (2400.0, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    >>> true, told = np.diag([1e-4, 1e-4, 1.0, 9.0]), np.diag([1e-4, 1e-4, 4.0, 4.0])
    >>> reached = mismatched_covariance(surfaces, (500.0, 1000.0, 700.0), covariance=true, told=told)
    >>> bound = position_crlb(surfaces, (500.0, 1000.0, 700.0), covariance=true)
    >>> print(f"{np.sqrt(np.trace(reached) / np.trace(bound)):.2f}")
    1.00
    """
    size = checked_surfaces(surfaces).shape[-2] + 1
    told = checks.covariance("told", told, size)
    covariance = checks.covariance("covariance", covariance, size)
    common_shape(
        surfaces=np.shape(surfaces)[:-2],
        targets=points("targets", targets).shape[:-1],
        covariance=covariance.shape[:-2],
        told=told.shape[:-2],
    )
    jacobian, whiten = _whitened(surfaces, targets, None, None, told)
    whitened = whiten @ jacobian
    believed = inverse(np.swapaxes(whitened, -1, -2) @ whitened, "targets")
    fit = believed @ np.swapaxes(whitened, -1, -2) @ whiten
    reached = fit @ covariance @ np.swapaxes(fit, -1, -2)
    return (reached + np.swapaxes(reached, -1, -2)) / 2


def direction_crlb(
    surfaces: ArrayLike,
    receiver: ArrayLike,
    targets: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
) -> np.ndarray:
    """Smallest covariance of the direction at the receiver: :func:`position_crlb` seen from there.

    Parameters
    ----------
    surfaces : array_like, shape (..., M + 1, 3)
        [m].
    receiver, targets : array_like, shape (..., 3)
        Points [m].
    sigma_angle, sigma_path, covariance : array_like
        As in :func:`position_crlb`.

    Returns
    -------
    ndarray, shape (..., 2, 2)
        Covariance of signed azimuth and elevation [rad^2].

    Raises
    ------
    ValueError
        As :func:`position_crlb`; and if a target stands straight above or below the receiver.

    Examples
    --------
    >>> surfaces, target = [(0, 0, 0), (2400, 0, 0), (1600, 0, 0)], (500, 1000, 700)
    >>> covariance = direction_crlb(surfaces, (200, -400, -30), target, sigma_angle=0.01, sigma_path=1.0)
    >>> np.rad2deg(np.sqrt(np.diag(covariance))).round(2)
    array([0.22, 0.46])
    """
    receiver = points("receiver", receiver)
    position = position_crlb(
        surfaces, targets, sigma_angle=sigma_angle, sigma_path=sigma_path, covariance=covariance
    )
    targets = points("targets", targets)
    common_shape(receiver=receiver.shape[:-1], **{"targets, surfaces and noise": position.shape[:-2]})
    offset = targets - receiver
    require(
        np.any(offset[..., :2] != 0, axis=-1),
        "targets",
        offset[..., 2],
        "none may stand straight above or below the receiver (height shown)",
    )
    return transform_bound(position, direction_jacobian(targets, receiver))
