"""Trials for :func:`irsnb.montecarlo.sweep`: errors of all methods from drawn angles and path sums."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import points
from irsnb.elliptic.association import MOST_FITS, sort_draws
from irsnb.elliptic.bounds import direction_crlb, position_crlb
from irsnb.elliptic.locate import locate
from irsnb.elliptic.pair import pair_directions
from irsnb.elliptic.scene import checked_surfaces, path_sums
from irsnb.elliptic.weights import METHODS, direction_weights
from irsnb.geometry import direction_angles

__all__ = ["associate_trial", "locate_trial"]

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
    surfaces, targets = checked_surfaces(surfaces, batch=False), some_targets(targets)
    receiver = checks.point("receiver", receiver)
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
    true = directions_seen(targets, receiver)
    out = {}
    for method in METHODS:
        weights = direction_weights(surfaces, receiver, azimuth, elevation, sums, method=method, **noise)
        out[method] = direction_errors(np.moveaxis(np.sum(weights * directions, axis=-1), 0, -1), true)
    fix = locate(surfaces, azimuth, elevation, sums, **noise)
    out["locate"] = direction_errors(directions_seen(fix.position, receiver), true)
    out["direction_bound"] = deviations(direction_bound, draws)
    out["position"], out["converged"] = fix.position - targets, fix.converged
    out["position_bound"] = deviations(bound, draws)
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
    cosine_resolution: float = 0.0,
    path_resolution: float = 0.0,
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
    cosine_resolution, path_resolution : float
        What the radar resolves: targets are drawn anew until any two are at least this far apart, in the
        plane of the direction cosines (y, z) at the first surface, and in every pair's path sum [m]. A beam
        has the same width everywhere in direction cosines (2 over the elements on a side of the surface),
        and not in angles: it is wider to the side of the surface than straight ahead.

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
    >>> setting |= {"box": [(50, 200, 200), (750, 900, 900)]}
    >>> setting |= {"cosine_resolution": 2 / 64, "path_resolution": 30.0}
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
    resolution = {"cosine_resolution": cosine_resolution, "path_resolution": path_resolution}
    for name, value in resolution.items():
        resolution[name] = checks.real_number(name, value)
        checks.require(resolution[name] >= 0, name, resolution[name], "it must not be negative")
    noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
    targets, tries = _apart(rng, draws, surfaces, (low, high), n_targets, separation, **resolution)
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


def _apart(rng, draws, surfaces, box, n_targets, separation, cosine_resolution, path_resolution):
    """Targets (draws, K, 3) of which any two can be told apart, and how often each set was drawn."""
    targets, tries = np.empty((draws, n_targets, 3)), np.zeros(draws, dtype=int)
    missing = np.arange(draws)
    first, second = np.triu_indices(n_targets, 1)
    while missing.size:
        if tries.max() == MOST_TRIES:
            raise ValueError(
                f"cosine_resolution, path_resolution: got {cosine_resolution} and {path_resolution} m; in "
                f"{MOST_TRIES:,} tries no targets were that far apart"
            )
        drawn = rng.uniform(*box, (missing.size, n_targets, 3))
        if separation is not None:
            ray = rng.standard_normal((missing.size, n_targets - 1, 3))
            ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
            drawn[:, 1:] = drawn[:, :1] + separation * ray
        targets[missing], tries[missing] = drawn, tries[missing] + 1
        offset = drawn - surfaces[0]
        cosines = offset[..., 1:] / np.linalg.norm(offset, axis=-1, keepdims=True)
        gaps = np.linalg.norm(cosines[:, first] - cosines[:, second], axis=-1)
        apart = (gaps >= cosine_resolution).all(axis=1)
        sums = path_sums(surfaces, drawn)
        apart &= (np.abs(sums[:, first] - sums[:, second]) >= path_resolution).all(axis=(1, 2))
        missing = missing[~apart]
    return targets, tries


def some_targets(targets):
    targets = points("targets", targets)
    if not targets.size:
        raise ValueError(f"targets: got shape {targets.shape}; at least one is needed")
    return targets


def directions_seen(position, receiver):
    """Azimuth and elevation (..., 2) of positions; NaN stays NaN."""
    offset = position - receiver
    level = np.hypot(offset[..., 0], offset[..., 1])
    return np.stack([np.arctan2(offset[..., 1], offset[..., 0]), np.arctan2(offset[..., 2], level)], axis=-1)


def direction_errors(directions, true):
    """Errors (draws, ..., 2) of directions, within a half turn."""
    return (directions - true + np.pi) % (2 * np.pi) - np.pi


def deviations(covariance, draws):
    """Standard deviations of a covariance, once for each draw."""
    roots = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.array(np.broadcast_to(roots, (draws, *roots.shape)))
