"""Trials for :func:`irsnb.montecarlo.sweep`: errors of all methods, and of the whole chain from a scan."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from irsnb import checks
from irsnb.checks import points
from irsnb.elliptic.association import MOST_FITS, sort_draws
from irsnb.elliptic.bounds import direction_crlb, position_crlb, scan_crlb
from irsnb.elliptic.impairments import Impairment, calibration_covariance, impaired_samples, one_target
from irsnb.elliptic.locate import locate
from irsnb.elliptic.pair import pair_directions
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.scan import scan
from irsnb.elliptic.scene import checked_surfaces, path_sums
from irsnb.elliptic.signal import array_weights, arrival_sines, link_budget, receive
from irsnb.elliptic.weights import METHODS, direction_weights
from irsnb.geometry import direction_angles

__all__ = ["associate_trial", "impaired_trial", "locate_trial", "scan_trial"]

MOST_TRIES = 10_000
"""Times that :func:`associate_trial` draws targets anew until they can be told apart."""


def locate_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    surfaces: ArrayLike,
    receiver: ArrayLike,
    targets: ArrayLike,
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
    receiver : array_like, shape (3,)
        [m].
    targets : array_like, shape (..., 3)
        [m].
    sigma_angle : float
        Standard deviation of each departure angle [rad].
    sigma_path : array_like, shape () or (M,)
        Standard deviation of each path sum [m].

    Returns
    -------
    dict of ndarray
        ``"one-pair"``, ``"mean"``, ``"binary"``, ``"least-variance"``, ``"best"``, ``"locate"`` and
        ``"direction_bound"``, (draws, ..., 2): errors of azimuth and elevation at the receiver and the root
        of their bound [rad]. ``"position"`` and ``"position_bound"``, (draws, ..., 3): errors of
        :func:`locate` and the root of their bound [m]. ``"converged"``, (draws, ...).

    Raises
    ------
    ValueError
        As :func:`locate` and :func:`direction_weights`.

    Examples
    --------
    >>> setting = {"surfaces": [(0, 0, 0), (2400, 0, 0), (1600, 0, 0)], "receiver": (200, -400, -30)}
    >>> setting |= {"targets": (700, 1200, 1400), "sigma_angle": 0.01, "sigma_path": 1.0}
    >>> drawn = locate_trial(np.random.default_rng(0), 5000, **setting)
    >>> np.sqrt(np.mean(drawn["locate"] ** 2 / drawn["direction_bound"] ** 2, axis=0)).round(1).tolist()
    [1.0, 1.0]
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    surfaces, targets = checked_surfaces(surfaces, batch=False), _targets(targets)
    receiver = points("receiver", receiver)
    if receiver.ndim != 1:
        raise ValueError(f"receiver: got shape {receiver.shape}; it must be one point, (3,)")
    sigma_angle = checks.real_number("sigma_angle", sigma_angle)
    noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
    n_pairs, n_targets = len(surfaces) - 1, targets.size // 3
    checks.check_memory("draws", draws, 16.0 * draws * n_targets * (n_pairs + 2) ** 2)
    bound = position_crlb(surfaces, targets, **noise)
    direction_bound = direction_crlb(surfaces, receiver, targets, **noise)
    azimuth, elevation, _ = direction_angles(targets - surfaces[0])
    azimuth = azimuth + sigma_angle * rng.standard_normal((draws, *azimuth.shape))
    elevation = elevation + sigma_angle * rng.standard_normal((draws, *elevation.shape))
    elevation = np.clip(elevation, -np.pi / 2, np.pi / 2)
    sums = path_sums(surfaces, targets)
    sums = sums + np.asarray(sigma_path, float) * rng.standard_normal((draws, *sums.shape))
    directions = pair_directions(surfaces, receiver, azimuth, elevation, sums)
    true = _seen(targets, receiver)
    out = {}
    for method in METHODS:
        weights = direction_weights(surfaces, receiver, azimuth, elevation, sums, method=method, **noise)
        out[method] = _off(np.moveaxis(np.sum(weights * directions, axis=-1), 0, -1), true)
    fix = locate(surfaces, azimuth, elevation, sums, **noise)
    out["locate"] = _off(_seen(fix.position, receiver), true)
    out["direction_bound"] = _roots(direction_bound, draws)
    out["position"], out["converged"] = fix.position - targets, fix.converged
    out["position_bound"] = _roots(bound, draws)
    return out


def associate_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    surfaces: ArrayLike,
    box: ArrayLike,
    n_targets: int,
    sigma_angle: float,
    sigma_path: ArrayLike,
    separation: float | None = None,
    n_ghosts: int = 0,
    detour: ArrayLike = (20.0, 300.0),
    least_angle: float = 0.0,
    least_sum: float = 0.0,
) -> dict[str, np.ndarray]:
    """Draw several targets whose path sums come in any order; sort the sums, and locate the targets.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    surfaces : array_like, shape (M + 1, 3)
        [m].
    box : array_like, shape (2, 3)
        Corners between which targets are drawn evenly [m]; the same corner twice is one place.
    n_targets : int
        K.
    sigma_angle : float
        Standard deviation of each departure angle [rad].
    sigma_path : array_like, shape () or (M,)
        Standard deviation of each path sum [m].
    separation : float, optional
        Only the first target comes from the box; the others are this far from it, in random directions [m].
    n_ghosts : int
        Further echoes of each pair: some target's path sum and a detour, another one over each pair.
    detour : array_like, shape (2,)
        Between which lengths a detour is drawn [m].
    least_angle, least_sum : float
        What the radar resolves: targets are drawn anew until any two are further apart than this, in
        direction at the first surface [rad] and in each pair's path sum [m].

    Returns
    -------
    dict of ndarray
        ``"right"``, ``"margin"`` and ``"tries"``, (draws,): whether each sum went to its target, the margin
        of :class:`Association`, and how often targets were drawn. ``"position"`` and ``"position_bound"``,
        (draws, K): distance of each located target from the true one, and the bound where echoes have
        names [m].

    Raises
    ------
    ValueError
        As :func:`associate`; if the box or the detours are not in order, or if in 10,000 tries no targets are
        far enough apart.

    Examples
    --------
    >>> setting = {"surfaces": [(0, 0, 0), (2400, 0, 0), (800, 0, 0)], "n_targets": 2}
    >>> setting |= {"box": [(50, 200, 200), (750, 900, 900)], "least_sum": 30.0}
    >>> setting |= {"sigma_angle": 0.003, "sigma_path": 1.0}
    >>> drawn = associate_trial(np.random.default_rng(0), 200, **setting)
    >>> bool(drawn["right"].mean() > 0.9)
    True
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    surfaces = checked_surfaces(surfaces, batch=False)
    n_targets, n_ghosts = checks.count("n_targets", n_targets), checks.count("n_ghosts", n_ghosts, 0)
    n_sums, n_pairs = n_targets + n_ghosts, len(surfaces) - 1
    if n_targets * n_sums**n_pairs > MOST_FITS:
        raise ValueError(
            f"n_targets, n_ghosts: got {n_targets} and {n_ghosts} over {n_pairs} pairs; at most "
            f"{MOST_FITS:,} joint fits are made"
        )
    checks.check_memory("draws", draws, 8.0 * draws * n_targets * n_sums**n_pairs * (n_pairs + 2))
    low, high = _in_order("box", points("box", box), (2, 3))
    detour = _in_order("detour", checks.real_array("detour", detour), (2,))
    if separation is not None:
        separation = float(checks.positive("separation", checks.real_number("separation", separation), "m"))
    least = [
        float(checks.require(value >= 0, name, value, "it must not be negative") or value)
        for name, value in (
            ("least_angle", checks.real_number("least_angle", least_angle)),
            ("least_sum", checks.real_number("least_sum", least_sum)),
        )
    ]
    noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
    targets, tries = _apart(rng, draws, surfaces, (low, high), n_targets, separation, least)
    bound = np.sqrt(np.trace(position_crlb(surfaces, targets, **noise), axis1=-2, axis2=-1))
    azimuth, elevation, _ = direction_angles(targets - surfaces[0])
    angles = rng.standard_normal((2, draws, n_targets)) * np.asarray(sigma_angle, float)
    azimuth, elevation = azimuth + angles[0], np.clip(elevation + angles[1], -np.pi / 2, np.pi / 2)
    sums = path_sums(surfaces, targets)
    sums = sums + rng.standard_normal(sums.shape) * np.asarray(sigma_path, float)
    origins = rng.integers(n_targets, size=(draws, n_ghosts, 1))
    late = np.take_along_axis(sums, origins, axis=1) + rng.uniform(*detour, (draws, n_ghosts, n_pairs))
    sums = np.concatenate([sums, late], axis=1)
    places = np.argsort(rng.random(sums.shape), axis=1)
    sums = np.take_along_axis(sums, places, axis=1)
    order, margin, position = sort_draws(surfaces, azimuth, elevation, sums, noise)
    back = np.argsort(places, axis=1)[:, :n_targets]
    return {
        "right": (order == back).all(axis=(1, 2)),
        "margin": margin,
        "tries": tries,
        "position": np.linalg.norm(position - targets, axis=-1),
        "position_bound": bound,
    }


def _in_order(name, values, shape):
    """Two ends of a range, the first not above the second."""
    if values.shape != shape:
        raise ValueError(f"{name}: got shape {values.shape}; it must be {shape}, least and largest")
    checks.require(values[0] <= values[1], name, values[0], "the first must not exceed the second")
    return values


def _apart(rng, draws, surfaces, box, n_targets, separation, least):
    """Targets (draws, K, 3) of which any two can be told apart, and how often each set was drawn."""
    targets, tries = np.empty((draws, n_targets, 3)), np.zeros(draws, dtype=int)
    missing = np.arange(draws)
    first, second = np.triu_indices(n_targets, 1)
    while missing.size:
        if tries.max() == MOST_TRIES:
            raise ValueError(
                f"least_angle, least_sum: got {least[0]} rad and {least[1]} m; in {MOST_TRIES:,} tries no "
                "targets were that far apart"
            )
        drawn = rng.uniform(*box, (missing.size, n_targets, 3))
        if separation is not None:
            ray = rng.standard_normal((missing.size, n_targets - 1, 3))
            ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
            drawn[:, 1:] = drawn[:, :1] + separation * ray
        targets[missing], tries[missing] = drawn, tries[missing] + 1
        offset = drawn - surfaces[0]
        ray = offset / np.linalg.norm(offset, axis=-1, keepdims=True)
        angle = 2 * np.arcsin(np.clip(np.linalg.norm(ray[:, first] - ray[:, second], axis=-1) / 2, 0, 1))
        sums = path_sums(surfaces, drawn)
        apart = (np.abs(sums[:, first] - sums[:, second]) >= least[1]).all(axis=(1, 2))
        missing = missing[~(apart & (angle >= least[0]).all(axis=1))]
    return targets, tries


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
    targets, radar = _targets(targets), scene.radar
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
    true = _seen(targets, scene.receiver)
    simple = {name: _off(directions, true) for name, directions in _simple(scene, found).items()}
    return simple | {
        "angles": (off + np.pi) % (2 * np.pi) - np.pi,
        "angles_bound": _roots(angles, draws),
        "path_sums": found.path_sums - path_sums(scene.surfaces, targets),
        "path_sums_bound": np.array(np.broadcast_to(sigma_path, (draws, *sigma_path.shape))),
        "direction": _off(_seen(fix.position, scene.receiver), true),
        "direction_bound": _roots(bound, draws),
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
    out["simple"][usable] = _seen(locate(scene.surfaces, *measured, **noise).position, scene.receiver)
    return out


def _targets(targets):
    targets = points("targets", targets)
    if not targets.size:
        raise ValueError(f"targets: got shape {targets.shape}; at least one is needed")
    return targets


def _seen(position, receiver):
    """Azimuth and elevation (..., 2) of positions; NaN stays NaN."""
    offset = position - receiver
    level = np.hypot(offset[..., 0], offset[..., 1])
    return np.stack([np.arctan2(offset[..., 1], offset[..., 0]), np.arctan2(offset[..., 2], level)], axis=-1)


def _off(directions, true):
    """Errors (draws, ..., 2) of directions, within a half turn."""
    return (directions - true + np.pi) % (2 * np.pi) - np.pi


def _roots(covariance, draws):
    """Standard deviations of a covariance, once for each draw."""
    roots = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.array(np.broadcast_to(roots, (draws, *roots.shape)))


def _mahalanobis(off, covariance):
    """Squared distances (draws,); infinite where the covariance is missing or singular."""
    known = np.isfinite(covariance).all(axis=(-1, -2)) & np.isfinite(off).all(axis=-1)
    spread, axes = np.linalg.eigh(np.where(known[:, None, None], covariance, np.eye(3)))
    known &= spread[:, 0] > 1e-12 * spread[:, -1]
    along = np.sum(axes * np.where(known[:, None], off, 0.0)[..., None], axis=-2)
    distance = np.sum(along**2 / np.where(known[:, None], spread, 1.0), axis=-1)
    return np.where(known, distance, np.inf)
