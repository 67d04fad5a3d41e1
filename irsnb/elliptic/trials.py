"""Trials for :func:`irsnb.montecarlo.sweep`: errors of all methods, and of the whole chain from a scan."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import points
from irsnb.elliptic.bounds import direction_crlb, position_crlb, scan_crlb
from irsnb.elliptic.locate import locate
from irsnb.elliptic.pair import pair_directions
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.scan import scan
from irsnb.elliptic.scene import checked_surfaces, path_sums
from irsnb.elliptic.signal import array_weights, arrival_sines, link_budget, receive
from irsnb.elliptic.weights import METHODS, direction_weights
from irsnb.geometry import direction_angles

__all__ = ["locate_trial", "scan_trial"]


def locate_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    surfaces: ArrayLike,
    receiver: ArrayLike,
    target: ArrayLike,
    sigma_angle: float,
    sigma_path: ArrayLike,
) -> dict[str, np.ndarray]:
    """Draw noisy angles and path sums; errors of the direction by every method, and of the joint fit.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    surfaces : array_like, shape (M + 1, 3)
        [m].
    receiver, target : array_like, shape (3,)
        [m].
    sigma_angle : float
        Standard deviation of each departure angle [rad].
    sigma_path : array_like, shape () or (M,)
        Standard deviation of each path sum [m].

    Returns
    -------
    dict of ndarray
        ``"one-pair"``, ``"mean"``, ``"binary"``, ``"least-variance"``, ``"best"``, ``"locate"`` and
        ``"direction_bound"``, (draws, 2): errors of azimuth and elevation at the receiver and the root of
        their bound [rad]. ``"position"`` and ``"position_bound"``, (draws, 3): errors of :func:`locate` and
        the root of their bound [m]. ``"converged"``, (draws,).

    Raises
    ------
    ValueError
        As :func:`locate` and :func:`direction_weights`.

    Examples
    --------
    >>> setting = {"surfaces": [(0, 0, 0), (2400, 0, 0), (1600, 0, 0)], "receiver": (200, -400, -30)}
    >>> setting |= {"target": (700, 1200, 1400), "sigma_angle": 0.01, "sigma_path": 1.0}
    >>> drawn = locate_trial(np.random.default_rng(0), 5000, **setting)
    >>> np.sqrt(np.mean(drawn["locate"] ** 2 / drawn["direction_bound"] ** 2, axis=0)).round(1).tolist()
    [1.0, 1.0]
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    surfaces = checked_surfaces(surfaces, batch=False)
    receiver, target = _point("receiver", receiver), _point("target", target)
    noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
    checks.check_memory("draws", draws, 8.0 * draws * (len(surfaces) + 1) ** 2)
    bound = position_crlb(surfaces, target, **noise)
    direction_bound = direction_crlb(surfaces, receiver, target, **noise)
    azimuth, elevation, sums = _measure(rng, draws, surfaces, target, sigma_angle, sigma_path)
    elevation = np.clip(elevation, -np.pi / 2, np.pi / 2)
    directions = pair_directions(surfaces, receiver, azimuth, elevation, sums)
    out = {}
    for method in METHODS:
        weights = direction_weights(surfaces, receiver, azimuth, elevation, sums, method=method, **noise)
        out[method] = _direction_error(np.sum(weights * directions, axis=-1).T, target - receiver)
    fix = locate(surfaces, azimuth, elevation, sums, **noise)
    out["locate"] = _direction_error(_seen(fix.position, receiver), target - receiver)
    out["direction_bound"] = np.tile(np.sqrt(np.diagonal(direction_bound)), (draws, 1))
    out["position"], out["converged"] = fix.position - target, fix.converged
    out["position_bound"] = np.tile(np.sqrt(np.diagonal(bound)), (draws, 1))
    return out


def scan_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    scene: Scene,
    target: ArrayLike,
    snr_db: float | None = None,
) -> dict[str, np.ndarray]:
    """Draw scans, measure them and locate the target: the whole chain of Part I.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    scene : Scene
    target : array_like, shape (3,)
        [m].
    snr_db : float, optional
        Signal-to-noise ratio of the weakest pair, one subcarrier in the middle of a beam before the array
        [dB]; the other pairs keep their ratios to it. By default that of :func:`link_budget`.

    Returns
    -------
    dict of ndarray
        ``"angles"`` and ``"angles_bound"``, (draws, 2): errors of azimuth and elevation at the first surface
        and the root of :func:`scan_crlb` [rad]. ``"path_sums"`` and ``"path_sums_bound"``, (draws, M) [m].
        ``"direction"`` and ``"direction_bound"``, (draws, 2): at the receiver, by :func:`locate` with each
        scan's own covariance [rad]; NaN where a scan is of no use. ``"scanned"`` and ``"converged"``,
        (draws,): whether the scan and the fit say that they converged.

    Raises
    ------
    ValueError
        As :func:`receive`, :func:`scan` and :func:`locate`; and if a pair has no echo.
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("scene", scene, Scene)
    target, radar = _point("target", target), scene.radar
    size = 16.0 * draws * scene.n_pairs * radar.beam_side**2 * radar.subcarriers
    checks.check_memory("draws", draws, size)
    snr = link_budget(scene, target)
    checks.require(snr > 0, "target", snr, "it must be in front of every surface (ratio shown)")
    if snr_db is not None:
        snr = snr / snr.min() * 10 ** (checks.real_number("snr_db", snr_db) / 10)
    weights, gain = array_weights(radar, arrival_sines(scene))
    samples = receive(scene, np.broadcast_to(target, (draws, 3)), rng, snr=snr, weights=weights)
    found = scan(scene, samples)
    azimuth, elevation, _ = direction_angles(target - scene.surfaces[0])
    angles, sigma_path = scan_crlb(scene, azimuth, elevation, snr * gain)
    covariance = np.diag(np.r_[0.0, 0.0, sigma_path**2])
    covariance[:2, :2] = angles
    fix = locate(scene.surfaces, found.azimuth, found.elevation, found.path_sums, covariance=found.covariance)
    bound = direction_crlb(scene.surfaces, scene.receiver, target, covariance=covariance)
    off = np.stack([found.azimuth - azimuth, found.elevation - elevation], axis=-1)
    return {
        "angles": (off + np.pi) % (2 * np.pi) - np.pi,
        "angles_bound": np.tile(np.sqrt(np.diagonal(angles)), (draws, 1)),
        "path_sums": found.path_sums - path_sums(scene.surfaces, target),
        "path_sums_bound": np.tile(sigma_path, (draws, 1)),
        "direction": _direction_error(_seen(fix.position, scene.receiver), target - scene.receiver),
        "direction_bound": np.tile(np.sqrt(np.diagonal(bound)), (draws, 1)),
        "scanned": found.converged,
        "converged": fix.converged,
    }


def _point(name, value):
    point = points(name, value)
    if point.ndim != 1:
        raise ValueError(f"{name}: got shape {point.shape}; it must be one point, (3,)")
    return point


def _measure(rng, draws, surfaces, target, sigma_angle, sigma_path):
    """Noisy angles (draws,) and path sums (draws, M) of one target."""
    azimuth, elevation, _ = direction_angles(target - surfaces[0])
    angles = rng.standard_normal((2, draws)) * np.asarray(sigma_angle, float)
    sums = rng.standard_normal((draws, len(surfaces) - 1)) * np.asarray(sigma_path, float)
    return azimuth + angles[0], elevation + angles[1], path_sums(surfaces, target) + sums


def _seen(position, receiver):
    offset = position - receiver
    level = np.hypot(offset[..., 0], offset[..., 1])
    return np.stack([np.arctan2(offset[..., 1], offset[..., 0]), np.arctan2(offset[..., 2], level)], axis=-1)


def _direction_error(directions, offset):
    """Errors (draws, 2) of directions (draws, 2), within a half turn."""
    return (directions - _seen(offset, np.zeros(3)) + np.pi) % (2 * np.pi) - np.pi
