"""Trials of the whole chain of Part I, for :func:`irsnb.montecarlo.sweep`: scan, measure, locate."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from irsnb import checks
from irsnb.elliptic.bounds import direction_crlb, position_crlb
from irsnb.elliptic.impairments import Impairment, calibration_covariance, impaired_samples, one_target
from irsnb.elliptic.locate import locate
from irsnb.elliptic.pair import pair_directions
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.scan import scan
from irsnb.elliptic.scan_bounds import scan_crlb
from irsnb.elliptic.scene import path_sums
from irsnb.elliptic.signal import array_weights, arrival_sines, link_budget, receive
from irsnb.elliptic.trials import deviations, direction_errors, directions_seen, some_targets
from irsnb.elliptic.weights import METHODS, direction_weights
from irsnb.geometry import direction_angles

__all__ = ["impaired_trial", "scan_trial"]


def scan_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    scene: Scene,
    targets: ArrayLike,
    snr_db: float | None = None,
) -> dict[str, np.ndarray]:
    """Draw scans, measure them and locate the target: the whole chain of Part I.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    scene : Scene
    targets : array_like, shape (..., 3)
        [m].
    snr_db : float, optional
        Signal-to-noise ratio of the weakest pair, one subcarrier in the middle of a beam before the array
        [dB]; the other pairs keep their ratios to it. By default that of :func:`link_budget`.

    Returns
    -------
    dict of ndarray
        ``"angles"`` and ``"angles_bound"``, (draws, ..., 2): errors of azimuth and elevation at the first
        surface and the root of :func:`scan_crlb` [rad]. ``"path_sums"`` and ``"path_sums_bound"``, (draws,
        ..., M) [m]. ``"direction"`` and ``"direction_bound"``, (draws, ..., 2): at the receiver, by
        :func:`locate` with each scan's own covariance [rad]; NaN where a scan is of no use. ``"simple"`` and
        the methods of :func:`direction_weights`, (draws, ..., 2): by :func:`locate` and by weighted
        directions, told one deviation for both angles and one for all path sums, the roots of their mean
        variances [rad]. ``"scanned"`` and ``"converged"``, (draws,): whether the scan and the fit say that
        they converged.

    Raises
    ------
    ValueError
        As :func:`receive`, :func:`scan` and :func:`locate`; and if a pair has no echo.
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("scene", scene, Scene)
    targets, radar = some_targets(targets), scene.radar
    samples = 16.0 * scene.n_pairs * radar.beam_side**2 * radar.subcarriers
    checks.check_memory("draws", draws, draws * samples * targets.size // 3)
    snr = link_budget(scene, targets)
    checks.require(snr > 0, "targets", snr, "they must be in front of every surface (ratio shown)")
    if snr_db is not None:
        snr_db = checks.real_number("snr_db", snr_db)
        checks.require(abs(snr_db) <= 300, "snr_db", snr_db, "it must lie within +-300 dB")
        snr = snr / snr.min(axis=-1, keepdims=True) * 10 ** (snr_db / 10)
    weights, gain = array_weights(radar, arrival_sines(scene))
    everywhere = np.broadcast_to(targets, (draws, *targets.shape))
    found = scan(scene, receive(scene, everywhere, rng, snr=snr, weights=weights))
    azimuth, elevation, _ = direction_angles(targets - scene.surfaces[0])
    angles, sigma_path = scan_crlb(scene, azimuth, elevation, snr * gain)
    covariance = sigma_path[..., None] ** 2 * np.eye(scene.n_pairs)
    covariance = np.pad(covariance, [(0, 0)] * (covariance.ndim - 2) + [(2, 0)] * 2)
    covariance[..., :2, :2] = angles
    fix = locate(scene.surfaces, found.azimuth, found.elevation, found.path_sums, covariance=found.covariance)
    bound = direction_crlb(scene.surfaces, scene.receiver, targets, covariance=covariance)
    off = np.stack([found.azimuth - azimuth, found.elevation - elevation], axis=-1)
    true = directions_seen(targets, scene.receiver)
    simple = {name: direction_errors(directions, true) for name, directions in _simple(scene, found).items()}
    return simple | {
        "angles": (off + np.pi) % (2 * np.pi) - np.pi,
        "angles_bound": deviations(angles, draws),
        "path_sums": found.path_sums - path_sums(scene.surfaces, targets),
        "path_sums_bound": np.array(np.broadcast_to(sigma_path, (draws, *sigma_path.shape))),
        "direction": direction_errors(directions_seen(fix.position, scene.receiver), true),
        "direction_bound": deviations(bound, draws),
        "scanned": found.converged,
        "converged": fix.converged,
    }


def impaired_trial(
    rng: np.random.Generator, draws: int, *, scene: Scene, target: ArrayLike, impairment: Impairment
) -> dict[str, np.ndarray]:
    """Draw scans in which something goes wrong, measure them and locate the target.

    What the surfaces do is computed for where they are; the scan and the fit believe `scene`.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    scene : Scene
    target : array_like, shape (3,)
        In front of every surface [m].
    impairment : Impairment

    Returns
    -------
    dict of ndarray
        ``"angles"`` (draws, 2) [rad], ``"path_sums"`` (draws, M) [m] and ``"position"`` (draws, 3) [m]:
        errors against the true ones. ``"position_bound"`` (draws, 3): root of the bound without any
        impairment [m]. ``"accepted"`` (draws,): whether scan and fit say that they converged. ``"inside"``
        (draws,): whether the target lies in the fit's 95 % ellipsoid.

    Raises
    ------
    ValueError
        As :func:`link_budget` and :func:`scan`; or if a pair has no echo.
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("scene", scene, Scene)
    checks.instance("impairment", impairment, Impairment)
    target, radar = one_target(scene, target), scene.radar
    n_beams, n_pairs = radar.beam_side**2, scene.n_pairs
    checks.check_memory("draws", draws, 64.0 * draws * n_pairs * n_beams * radar.subcarriers)
    ahead = target[0] - scene.surfaces[0, 0]
    checks.require(ahead > 0, "target", ahead, "it must stand in front of the first surface (x from there)")
    snr = link_budget(scene, target)
    checks.require(snr > 0, "target", snr, "it must be in front of every surface (ratio shown)")
    samples = impaired_samples(rng, draws, scene, target, impairment, snr)
    found = scan(scene, samples)
    covariance = found.covariance
    if impairment.tell_errors:
        covariance = covariance + calibration_covariance(scene, target, impairment)
    fix = locate(scene.surfaces, found.azimuth, found.elevation, found.path_sums, covariance=covariance)
    azimuth, elevation, _ = direction_angles(target - scene.surfaces[0])
    angles, sigma_path = scan_crlb(
        scene, azimuth, elevation, snr * array_weights(radar, arrival_sines(scene))[1]
    )
    noise = np.zeros((n_pairs + 2, n_pairs + 2))
    noise[:2, :2], noise[2:, 2:] = angles, np.diag(sigma_path**2)
    bound = np.sqrt(np.diag(position_crlb(scene.surfaces, target, covariance=noise)))
    off = fix.position - target
    return {
        "angles": np.stack([found.azimuth - azimuth, found.elevation - elevation], axis=-1),
        "path_sums": found.path_sums - path_sums(scene.surfaces, target),
        "position": off,
        "position_bound": np.tile(bound, (draws, 1)),
        "accepted": found.converged & fix.converged,
        "inside": _mahalanobis(off, fix.covariance) <= chi2.ppf(0.95, 3),
    }


def _simple(scene, found):
    """Directions (..., 2) at the receiver by all methods that take one noise for each kind of measurement."""
    variances = np.diagonal(found.covariance, axis1=-2, axis2=-1)
    usable = np.isfinite(variances).all(axis=-1) & (found.path_sums > scene.focal_distances).all(axis=-1)
    names = (*METHODS, "simple")
    out = {name: np.full((*usable.shape, 2), np.nan) for name in names}
    if not usable.any():
        return out
    measured = found.azimuth[usable], found.elevation[usable], found.path_sums[usable]
    noise = {
        "sigma_angle": np.sqrt(variances[usable, :2].mean(axis=-1)),
        "sigma_path": np.sqrt(variances[usable, 2:].mean(axis=-1, keepdims=True)) + 0 * measured[2],
    }
    directions = pair_directions(scene.surfaces, scene.receiver, *measured)
    for method in METHODS:
        weights = direction_weights(scene.surfaces, scene.receiver, *measured, method=method, **noise)
        out[method][usable] = np.sum(weights * directions, axis=-1).T
    position = locate(scene.surfaces, *measured, **noise).position
    out["simple"][usable] = directions_seen(position, scene.receiver)
    return out


def _mahalanobis(off, covariance):
    """Squared distances (draws,); infinite where the covariance is missing or singular."""
    known = np.isfinite(covariance).all(axis=(-1, -2)) & np.isfinite(off).all(axis=-1)
    spread, axes = np.linalg.eigh(np.where(known[:, None, None], covariance, np.eye(3)))
    known &= spread[:, 0] > 1e-12 * spread[:, -1]
    along = np.sum(axes * np.where(known[:, None], off, 0.0)[..., None], axis=-2)
    distance = np.sum(along**2 / np.where(known[:, None], spread, 1.0), axis=-1)
    return np.where(known, distance, np.inf)
