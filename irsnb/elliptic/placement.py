"""Where one more surface serves best: the bound over a field of targets, with what a place sees and hears."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import points, require
from irsnb.elliptic.bounds import position_crlb
from irsnb.elliptic.scene import checked_surfaces, legs, zones

__all__ = ["placement_bound"]

_UNSEEN = 1e6
"""Standard deviation of the path sum over a surface that does not see the target [m]: as good as none."""


def placement_bound(
    surfaces: ArrayLike,
    receiver: ArrayLike,
    targets: ArrayLike,
    places: ArrayLike,
    *,
    sigma_angle: float,
    sigma_path: float,
    reference_legs: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Position error bound over a field of targets, by the place of one more surface.

    The root mean square over the targets of the bound of :func:`position_crlb`. With `reference_legs`, the
    new surface, turned towards the first, has a path sum only of the targets in front of it (:func:`zones`),
    and an echo's amplitude falls with the product of its three legs (:func:`legs`), so that the error of each
    path sum grows with it, ``sigma_path (legs / reference_legs)^3``. Without, all places see and hear alike.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        Surfaces that stand already; the first sends [m]. They see all targets.
    receiver : array_like, shape (3,)
        [m].
    targets : array_like, shape (K, 3)
        [m].
    places : array_like, shape (..., 3)
        Places of the new surface [m].
    sigma_angle : float
        Standard deviation of each departure angle [rad], above 0.
    sigma_path : float
        Standard deviation of each path sum, or of one over the reference legs [m], above 0.
    reference_legs : float, optional
        Legs over which a path sum has that error [m], above 0; then visibility and the link budget count.

    Returns
    -------
    bound : ndarray, shape (...)
        [m].
    seen : ndarray, shape (...)
        Share of the targets that are in front of the new surface and of the first.

    Raises
    ------
    ValueError
        If a value is not finite or of another shape, a noise is not above 0, there is no target or place, or
        the bound does not exist.

    Examples
    --------
    >>> surfaces, receiver = [(0, 0, 0), (800, 0, 0), (1200, 0, 0)], (200, -400, -30)
    >>> targets, places = [(300, 600, 600), (500, 900, 600)], [(500, 1600, 0), (500, -1600, 0)]
    >>> noise = {"sigma_angle": np.deg2rad(0.2), "sigma_path": 1.0, "reference_legs": 1000.0}
    >>> bound, seen = placement_bound(surfaces, receiver, targets, places, **noise)
    >>> bound.round(1).tolist(), seen.tolist()
    ([3.6, 4.7], [1.0, 0.0])
    """
    surfaces, receiver = checked_surfaces(surfaces, batch=False), checks.point("receiver", receiver)
    targets, places = points("targets", targets), points("places", places)
    if targets.ndim != 2 or not len(targets):
        raise ValueError(f"targets: got shape {targets.shape}; it must be (K, 3) with K >= 1")
    if not places.size:
        raise ValueError(f"places: got shape {places.shape}; at least one place is needed")
    sigma_angle = checks.real_number("sigma_angle", sigma_angle)
    sigma_path = checks.real_number("sigma_path", sigma_path)
    if reference_legs is not None:
        reference_legs = checks.real_number("reference_legs", reference_legs)
        require(reference_legs > 0, "reference_legs", reference_legs, "it is a length and must be above 0 m")
    apart = (places != surfaces[0]).any(axis=-1)
    require(apart, "places", places[..., 0], "none may be that of the first surface (x shown)")
    n_surfaces = len(surfaces) + 1
    size = 8.0 * (places.size // 3) * len(targets) * (n_surfaces + 1) ** 2
    checks.check_memory("places", places.size // 3, size)
    grown = np.empty((*places.shape[:-1], 1, n_surfaces, 3))
    grown[..., 0, :-1, :], grown[..., 0, -1, :] = surfaces, places
    new = grown[..., [0, -1], :]
    in_front = zones(new, receiver, targets, reach=np.finfo(float).max)[..., 0]
    sigmas = np.full((*in_front.shape, n_surfaces - 1), sigma_path)
    if reference_legs is not None:
        sigmas *= (legs(grown, receiver, targets) / reference_legs) ** 3
        sigmas[..., -1] = np.where(in_front, sigmas[..., -1], _UNSEEN)
    spread = position_crlb(grown, targets, sigma_angle=sigma_angle, sigma_path=sigmas)
    bound = np.sqrt(np.trace(spread, axis1=-2, axis2=-1).mean(axis=-1))
    return bound, in_front.mean(axis=-1)
