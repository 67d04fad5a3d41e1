"""From departure angles and path sums to a position and a direction: Duan et al. (2025), sections 3-4."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import choice, common_shape, points, real_array, require, row_values
from irsnb.elliptic.model import (
    checked_ellipse,
    checked_pairs,
    paper_angles_unchecked,
    paper_direction,
    path_sum,
)
from irsnb.fitting import descend, fix_of_descent
from irsnb.fix import Fix, sift_rows
from irsnb.geometry import direction_angles, direction_jacobian, ray_jacobian, unit_vector_unchecked

__all__ = [
    "METHODS",
    "MOST_FITS",
    "Association",
    "associate",
    "binary_weights",
    "fuse",
    "locate",
    "minimum_variance_weights",
    "pair_sensitivities",
    "perturbation_mae",
]

METHODS = ("one-pair", "mean", "binary")
_BLOCK = 2**15
_ZENITH = 1e-6


def locate(
    azimuth: ArrayLike, elevation: ArrayLike, semi_major: ArrayLike, semi_focal: ArrayLike
) -> np.ndarray:
    """Position of the target from one pair: where the departure ray meets the ellipse.

    Algorithm 1 of Duan et al. (2025), eqs. (9)-(16), without its "solve": about its focus S1 the ellipse
    (10) reads ``R = (a^2 - c^2) / (a - c cos(alpha))`` with ``cos(alpha) = cos(theta_r) cos(phi_r)`` from
    (11), so that (13) is explicit and (14), (16) follow.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Departure angles theta_r, phi_r at the first surface [rad]; elevation within +-pi/2.
    semi_major : array_like, shape (...)
        Half the path sum, a [m].
    semi_focal : array_like, shape (...)
        Half the distance between the two surfaces, c [m]; 0 <= c < a.

    Returns
    -------
    ndarray, shape (..., 3)
        Target in the frame whose origin is the first surface and whose x axis points to the second [m].

    Raises
    ------
    ValueError
        If a value is not finite, an elevation lies beyond +-pi/2, c is negative, a does not exceed c, or
        the shapes do not broadcast.

    Examples
    --------
    A path of 10 m over two surfaces 6 m apart, leaving at right angles to the line between them:

    >>> locate(np.pi / 2, 0.0, 5.0, 3.0).round(9) + 0.0
    array([0. , 3.2, 0. ])
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    semi_major, semi_focal = checked_ellipse(semi_major, semi_focal)
    lead = common_shape(
        azimuth=azimuth.shape,
        elevation=elevation.shape,
        semi_major=semi_major.shape,
        semi_focal=semi_focal.shape,
    )
    if np.prod(lead) <= _BLOCK:
        return _locate(azimuth, elevation, semi_major, semi_focal)
    # A million targets at once would spend their time fetching fresh memory: work through the cache instead.
    out = np.empty((*lead, 3))
    step = max(1, _BLOCK // int(np.prod(lead[1:])))
    for start in range(0, lead[0], step):
        rows = slice(start, start + step)
        out[rows] = _locate(
            *(
                array[rows] if array.ndim == len(lead) and len(array) > 1 else array
                for array in (azimuth, elevation, semi_major, semi_focal)
            )
        )
    return out


def _locate(azimuth, elevation, semi_major, semi_focal):
    ray = unit_vector_unchecked(azimuth, elevation)
    # (a - c)(a + c) keeps its digits where a is close to c, a^2 - c^2 does not.
    distance = (semi_major - semi_focal) * (semi_major + semi_focal) / (semi_major - semi_focal * ray[..., 0])
    if distance.shape == ray.shape[:-1]:
        ray *= distance[..., None]
        return ray
    return distance[..., None] * ray


def binary_weights(eccentricities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Binary weights of the pairs: Duan et al. (2025), eqs. (21a)-(21b).

    Parameters
    ----------
    eccentricities : array_like, shape (..., M)
        Eccentricity of each pair's ellipse.

    Returns
    -------
    azimuth_weights, elevation_weights : ndarray, shape (..., M)
        One 1 each, at the smallest and at the largest eccentricity; the first of them where several tie
        (the paper's rule would give a tie two votes and a sum of 2).

    Raises
    ------
    ValueError
        If there is no pair or a value is not in [0, 1).

    Examples
    --------
    >>> binary_weights([0.5, 0.2, 0.9])
    (array([0., 1., 0.]), array([0., 0., 1.]))
    """
    eccentricities = real_array("eccentricities", eccentricities)
    if eccentricities.ndim == 0 or eccentricities.shape[-1] == 0:
        raise ValueError(f"eccentricities: got shape {eccentricities.shape}; it must be (..., M) with M >= 1")
    inside = (eccentricities >= 0) & (eccentricities < 1)
    require(inside, "eccentricities", eccentricities, "an eccentricity of an ellipse lies in [0, 1)")
    pairs = np.arange(eccentricities.shape[-1])
    return (
        (pairs == eccentricities.argmin(-1)[..., None]).astype(float),
        (pairs == eccentricities.argmax(-1)[..., None]).astype(float),
    )


def perturbation_mae(
    target: ArrayLike,
    receiver: ArrayLike,
    semi_focals: ArrayLike,
    d_azimuth: ArrayLike,
    d_elevation: ArrayLike,
    method: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean absolute error of the direction when both departure angles are off: Duan et al. (2025), eq. (23).

    The departure angles are shifted once by +(d_azimuth, d_elevation) and once by -(d_azimuth,
    d_elevation), the path sums stay exact, each pair is located, its direction read in the paper's own
    forms (17)-(18), the pairs are combined, and the two absolute errors averaged.

    Parameters
    ----------
    target : array_like, shape (..., 3)
        Target in the frame of the surfaces [m].
    receiver : array_like, shape (..., 3)
        Receiving array [m].
    semi_focals : array_like, shape (..., M) or ()
        Semi-focal lengths of the M pairs [m]; one number stands for one pair.
    d_azimuth, d_elevation : array_like, shape (...)
        Perturbations of the departure angles [rad].
    method : {"one-pair", "mean", "binary"}
        One pair alone, the mean (22), or binary weighting (21).

    Returns
    -------
    mae_azimuth, mae_elevation : ndarray, shape (...)
        In radians; the leading axes of all inputs broadcast.

    Raises
    ------
    ValueError
        If the method is unknown; there is no pair, or more than one with ``"one-pair"``; a value is not
        finite; the shapes do not broadcast; a target stands on the line between two surfaces (its path sum
        is the focal distance) or straight above or below the receiver.

    Examples
    --------
    Both angles off by one degree, seen through one pair of surfaces 1600 m apart:

    >>> shift, target, receiver = np.deg2rad(1), (700, 1200, 1400), (200, -400, -30)
    >>> np.rad2deg(perturbation_mae(target, receiver, 800, shift, shift, "one-pair")).round(2).tolist()
    [1.08, 0.75]
    """
    choice("method", method, METHODS)
    target, receiver = points("target", target), points("receiver", receiver)
    semi_focals = checked_pairs(semi_focals)
    d_azimuth = checks.azimuth("d_azimuth", d_azimuth)
    d_elevation = checks.elevation("d_elevation", d_elevation)
    n_pairs = semi_focals.shape[-1]
    if method == "one-pair" and n_pairs != 1:
        raise ValueError(f"semi_focals: got {n_pairs} pairs; method 'one-pair' takes exactly one")
    common_shape(
        target=target.shape[:-1],
        receiver=receiver.shape[:-1],
        semi_focals=semi_focals.shape[:-1],
        d_azimuth=d_azimuth.shape,
        d_elevation=d_elevation.shape,
    )
    true_azimuth, true_elevation = paper_direction(target, receiver)
    semi_majors = _path_sum_off_line(target, semi_focals) / 2
    azimuth, elevation, _ = direction_angles(target)
    weights = _weights(semi_focals / semi_majors, method)
    mae_azimuth, mae_elevation = 0.0, 0.0
    for sign in (1, -1):
        located = _locate(
            np.asarray(azimuth + sign * d_azimuth)[..., None],
            np.asarray(elevation + sign * d_elevation)[..., None],
            semi_majors,
            semi_focals,
        )
        azimuths, elevations = paper_angles_unchecked(located - receiver[..., None, :])
        mae_azimuth = mae_azimuth + np.abs(np.sum(weights[0] * azimuths, axis=-1) - true_azimuth) / 2
        mae_elevation = mae_elevation + np.abs(np.sum(weights[1] * elevations, axis=-1) - true_elevation) / 2
    return mae_azimuth, mae_elevation


def _path_sum_off_line(target, semi_focals):
    """Path sums (..., M) of a target that must not stand on the line between two surfaces."""
    # There the path sum rounds to the focal distance, not below it.
    sums = path_sum(target[..., None, :], semi_focals)
    require(
        sums > 2 * semi_focals * (1 + 1e-12),
        "target",
        sums,
        "it must not stand on the line between two surfaces (path sum shown, not above the focal distance)",
    )
    return sums


def _weights(eccentricities, method):
    if method == "binary":
        return binary_weights(eccentricities)
    return (np.full_like(eccentricities, 1 / eccentricities.shape[-1]),) * 2


def pair_sensitivities(
    target: ArrayLike, receiver: ArrayLike, semi_focals: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How each pair's direction answers to a small error of the departure angles, to first order.

    Moving along a pair's ellipsoid, the position changes by ``R du + u dR`` with
    ``dR = k R d(cos alpha)`` and ``k = c R / (a^2 - c^2)`` from the polar form of (10): pairs differ in
    the number k alone. Their gradients therefore lie on one straight line, ``common + k * line``.

    Parameters
    ----------
    target, receiver : array_like, shape (..., 3)
        Points [m]; they broadcast.
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m].

    Returns
    -------
    common, line : ndarray, shape (..., 2, 2)
        Rows: signed azimuth and elevation at the receiver; columns: departure azimuth and elevation
        [rad/rad].
    k : ndarray, shape (..., M)
        Each pair's place on the line; it grows with c.

    Raises
    ------
    ValueError
        If a value is not finite, the shapes do not broadcast, or the geometry is degenerate as in
        :func:`perturbation_mae`.

    Examples
    --------
    >>> common, line, k = pair_sensitivities((700, 1200, 1400), (200, -400, -30), (400, 800, 1200))
    >>> k.round(2).tolist()
    [0.23, 0.46, 0.66]
    """
    target, receiver = points("target", target), points("receiver", receiver)
    semi_focals = checked_pairs(semi_focals)
    common_shape(target=target.shape[:-1], receiver=receiver.shape[:-1], semi_focals=semi_focals.shape[:-1])
    semi_majors = _path_sum_off_line(target, semi_focals) / 2
    azimuth, elevation, distance = direction_angles(target)
    k = semi_focals * distance[..., None] / ((semi_majors - semi_focals) * (semi_majors + semi_focals))
    ray = target / distance[..., None]
    turn = ray_jacobian(azimuth, elevation)
    to_direction = direction_jacobian(target, receiver)
    common = distance[..., None, None] * to_direction @ turn
    line = (distance[..., None, None] * to_direction @ ray[..., None]) * turn[..., :1, :]
    return common, line, k


def minimum_variance_weights(
    target: ArrayLike, receiver: ArrayLike, semi_focals: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the pairs that make the direction least sensitive to equal, independent angle errors.

    The paper leaves better weights to future work. To first order every weighting that sums to one has
    the gradient ``common + kappa * line`` with ``kappa = sum w_j k_j`` (see :func:`pair_sensitivities`), so
    the best is one number, ``kappa = -common.line / |line|^2``; of all weights that reach it, these are the
    shortest. With exact path sums they attain the Cramér–Rao bound. They need two pairs that differ.

    Parameters
    ----------
    target, receiver : array_like, shape (..., 3)
        Points [m]; for weights that a user could compute, the target is a first estimate.
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m], M >= 2 and not all equal.

    Returns
    -------
    azimuth_weights, elevation_weights : ndarray, shape (..., M)
        Each sums to one; they may be negative.

    Raises
    ------
    ValueError
        As :func:`pair_sensitivities`; and if all pairs are alike.

    Examples
    --------
    >>> azimuth_weights, _ = minimum_variance_weights((700, 1200, 1400), (200, -400, -30), (400, 800, 1200))
    >>> azimuth_weights.round(2).tolist()
    [15.68, -0.54, -14.15]
    """
    common, line, k = pair_sensitivities(target, receiver, semi_focals)
    centred = k - k.mean(axis=-1, keepdims=True)
    spread = np.sum(centred**2, axis=-1, keepdims=True)
    require(spread > 0, "semi_focals", np.asarray(semi_focals), "at least two pairs must differ")
    mean_k = k.mean(axis=-1)[..., None]
    gain = np.sum((common + mean_k[..., None] * line) * line, axis=-1)
    square = np.sum(line**2, axis=-1)
    # Where a direction does not answer to range at all, every weighting is as good: stay with the mean.
    answers = square > 1e-24 * np.sum(common**2, axis=-1)
    step = np.where(answers, -gain / np.where(answers, square, 1), 0)
    weights = 1 / k.shape[-1] + step[..., None] * (centred / spread)[..., None, :]
    return weights[..., 0, :], weights[..., 1, :]


def fuse(
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
    semi_focals: ArrayLike,
    sigma_angle: ArrayLike,
    sigma_path: ArrayLike,
) -> Fix:
    """Joint maximum-likelihood position from both departure angles and all path sums.

    The paper combines the *directions* of its pairs, (21)-(22). Here one position is fitted to all
    measurements at once: with the model of :func:`position_crlb`, minimise

    ``((theta_r - theta(p)) / sigma_angle)^2 + ((phi_r - phi(p)) / sigma_angle)^2
    + sum_j ((d_j - |p| - |p - S_j|) / sigma_path_j)^2``

    by Levenberg-Marquardt steps on all targets together, from the mean of the pairs' positions (16). The
    steps are taken in cylindrical coordinates about the line of surfaces: path sums do not see the turn about
    it, so the narrow curved valley that exact path sums make in x, y, z is a straight one there.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Measured departure angles [rad]; elevation within +-pi/2, these excluded.
    path_sums : array_like, shape (..., M)
        Measured path sums 2 a_j [m], each above its focal distance 2 c_j; NaN where one is missing.
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths c_j [m].
    sigma_angle : array_like, shape (...)
        Standard deviation of each of the two angles [rad], above 0.
    sigma_path : array_like, shape () or (..., M)
        Standard deviation of each path sum [m], above 0: one number, or one for each path sum.

    Returns
    -------
    Fix
        Leading axes of all inputs broadcast. The position is in the frame of the surfaces [m]. The misfit has
        M - 1 degrees of freedom, less one for each path sum that is missing.

    Raises
    ------
    ValueError
        If a kind or shape does not fit, there is no pair, or no row has measurements that can be used. In a
        batch, a row with a value that is not allowed (an angle not finite, an elevation beyond +-pi/2, a path
        sum that does not exceed its focal distance, a sigma not above 0, no path sum at all) becomes NaN with
        a remark, and the others stand.

    Examples
    --------
    A target at (300, 400, 0) m; its elevation is off by half a degree, and the second path sum is missing:

    >>> import numpy as np
    >>> sums = path_sum(np.array([300.0, 400.0, 0.0]), np.array([200.0, 300.0, 400.0]))
    >>> sums[1] = np.nan
    >>> fix = fuse(np.arctan2(4, 3), np.deg2rad(0.5), sums, [200.0, 300.0, 400.0], np.deg2rad(0.5), 1.0)
    >>> (fix.position.round(1) + 0.0).tolist(), fix.dof, bool(fix.converged)
    ([300.0, 400.0, 4.4], 1, True)
    """
    found, good, remarks, dof = _fit(azimuth, elevation, path_sums, semi_focals, sigma_angle, sigma_path)
    from irsnb.elliptic.kernels import from_cylindrical

    return fix_of_descent(found, good, remarks, dof, from_cylindrical, "path_sums")


def _fit(azimuth, elevation, path_sums, semi_focals, sigma_angle, sigma_path):
    """Check the measurements of :func:`fuse` and fit them, with rows flattened.

    Returns the descent, which rows are good, the remarks on the others, and the degrees of freedom.
    """
    from irsnb.elliptic.kernels import fusion_residuals, fusion_starts

    azimuth, elevation = row_values("azimuth", azimuth), row_values("elevation", elevation)
    path_sums, semi_focals = row_values("path_sums", path_sums), checked_pairs(semi_focals)
    sigma_angle, sigma_path = row_values("sigma_angle", sigma_angle), row_values("sigma_path", sigma_path)
    n_pairs = semi_focals.shape[-1]
    if path_sums.ndim == 0 or path_sums.shape[-1] != n_pairs:
        raise ValueError(
            f"path_sums: got shape {path_sums.shape}; its last axis must hold one for each of the "
            f"{n_pairs} pairs in semi_focals"
        )
    if sigma_path.ndim and sigma_path.shape[-1] not in (1, n_pairs):
        raise ValueError(
            f"sigma_path: got shape {sigma_path.shape}; it must be one number or end in {n_pairs}, one for "
            "each path sum"
        )
    rows = common_shape(
        azimuth=azimuth.shape,
        elevation=elevation.shape,
        path_sums=path_sums.shape[:-1],
        semi_focals=semi_focals.shape[:-1],
        sigma_angle=sigma_angle.shape,
        sigma_path=sigma_path.shape[:-1],
    )
    if 0 in rows:
        names = "azimuth, elevation, path_sums, semi_focals, sigma_angle, sigma_path"
        raise ValueError(f"{names}: got rows of shape {rows}; at least one row is needed")
    shapes = [rows] * 3 + [(*rows, n_pairs)] * 3
    given = (azimuth, elevation, sigma_angle, path_sums, semi_focals, sigma_path)
    arrays = [np.empty(shape) for shape in shapes]
    for array, values in zip(arrays, given, strict=True):
        array[...] = values
    azimuth, elevation, sigma_angle, path_sums, semi_focals, sigma_path = arrays
    missing = np.isnan(path_sums)
    dof = np.sum(~missing, axis=-1) - 1
    exceeds = "each must exceed its focal distance, twice the semi-focal length, and be finite"
    good, remarks = sift_rows(
        rows,
        [
            (
                "azimuth",
                azimuth,
                np.abs(azimuth) <= 4 * np.pi,
                "it must be finite and lie within +-4 pi rad; convert degrees to radians",
            ),
            (
                "elevation",
                elevation,
                np.abs(elevation) < np.pi / 2 - _ZENITH,
                "it must lie within +-pi/2 rad (+-90 deg), these excluded: there azimuth has no meaning",
            ),
            ("sigma_angle", sigma_angle, _is_finite_above(0, sigma_angle), "it must be above 0 rad"),
            ("sigma_path", sigma_path, _is_finite_above(0, sigma_path), "it must be above 0 m"),
            ("path_sums", path_sums, missing | _is_finite_above(2 * semi_focals, path_sums), exceeds),
            ("path_sums", dof + 1, dof >= 0, "measured; at least one is needed"),
        ],
    )
    if not good.all():
        for array in (*arrays, missing, dof):
            array[~good] = array[good][0]
    azimuth, elevation, sigma_angle = (array.reshape(-1) for array in arrays[:3])
    path_sums, semi_focals, sigma_path = (array.reshape(-1, n_pairs) for array in arrays[3:])
    weights = np.where(missing.reshape(-1, n_pairs), 0.0, 1 / sigma_path)
    found = descend(
        fusion_residuals,
        fusion_starts(azimuth, elevation, path_sums, semi_focals),
        (azimuth, elevation, 1 / sigma_angle, path_sums, semi_focals, weights),
    )
    return found, good, remarks, dof if missing.any() else n_pairs - 1


def _is_finite_above(low, value):
    return (value > low) & (value < np.inf)


MOST_FITS = 300_000
"""Joint fits that :func:`associate` is willing to make."""


@dataclass(frozen=True, eq=False)
class Association:
    """Which path sum belongs to which direction; made by :func:`associate`.

    Attributes
    ----------
    order : ndarray of int, shape (K, M)
        ``path_sums[order[k, m], m]`` is the sum of target k over pair m.
    fix : Fix
        The K fused targets.
    margin : float
        By how much the total misfit of the next best association is larger; infinite if there is none.
    """

    order: np.ndarray
    fix: Fix
    margin: float


def associate(
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
    semi_focals: ArrayLike,
    sigma_angle: ArrayLike,
    sigma_path: ArrayLike,
) -> Association:
    """Sort unlabelled path sums to several targets by consistency.

    Duan et al. (2025) leave several targets to later work. Each of K departure directions comes with a label,
    the N >= K path sums of a pair do not; N - K of them may be ghosts. A direction and one sum of each pair
    are consistent if the joint fit of :func:`fuse` misses them by little. All N^M choices are fitted for
    each direction, and the K choices that share no sum and have the smallest total misfit are taken: the
    maximum-likelihood association.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (K,)
        Departure directions [rad].
    path_sums : array_like, shape (N, M)
        Each pair's path sums in any order [m].
    semi_focals : array_like, shape (M,)
        Semi-focal lengths [m].
    sigma_angle, sigma_path : float
        Standard deviations [rad], [m].

    Returns
    -------
    Association

    Raises
    ------
    ValueError
        As :func:`fuse`; and if the shapes are not (K,), (K,), (N, M), (M,) with N >= K >= 1, or if more than
        300,000 fits would be needed.

    Examples
    --------
    >>> targets, pairs = np.array([[300.0, 400.0, 200.0], [500.0, 100.0, 300.0]]), np.array([200.0, 300.0])
    >>> azimuth, elevation, _ = direction_angles(targets)
    >>> sums = path_sum(targets[:, None, :], pairs)
    >>> sums[:, 1] = sums[::-1, 1]
    >>> associate(azimuth, elevation, sums, pairs, 0.01, 1.0).order.tolist()
    [[0, 1], [1, 0]]
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    path_sums, semi_focals = real_array("path_sums", path_sums), checked_pairs(semi_focals)
    n_pairs = semi_focals.size
    shapes = {"azimuth": azimuth, "elevation": elevation, "path_sums": path_sums, "semi_focals": semi_focals}
    fits = (
        azimuth.ndim == semi_focals.ndim == 1
        and azimuth.shape == elevation.shape
        and path_sums.ndim == 2
        and path_sums.shape[1] == n_pairs
        and path_sums.shape[0] >= azimuth.size >= 1
    )
    if not fits:
        listing = ", ".join(f"{name} {value.shape}" for name, value in shapes.items())
        raise ValueError(f"shapes: got {listing}; they must be (K,), (K,), (N, M), (M,) with N >= K >= 1")
    exceeds = "each must exceed its focal distance, twice the semi-focal length"
    require(path_sums > 2 * semi_focals, "path_sums", path_sums, exceeds)
    n_sums = len(path_sums)
    if azimuth.size * n_sums**n_pairs > MOST_FITS:
        raise ValueError(
            f"path_sums: got {n_sums} sums over {n_pairs} pairs for {azimuth.size} targets; at most "
            f"{MOST_FITS:,} joint fits are made"
        )
    choices = np.indices((n_sums,) * n_pairs).reshape(n_pairs, -1).T
    everything = path_sums[choices, np.arange(n_pairs)]
    found, *_ = _fit(azimuth[:, None], elevation[:, None], everything, semi_focals, sigma_angle, sigma_path)
    misfit = found.misfit.reshape(azimuth.size, len(choices))
    (best, total), (_, next_best) = _two_best_disjoint(misfit, choices)
    picked = np.array(best)
    fix = fuse(azimuth, elevation, everything[picked], semi_focals, sigma_angle, sigma_path)
    return Association(choices[picked], fix, float(next_best - total))


def _two_best_disjoint(misfit, choices):
    """The two sets of choices, one for each row, that share no sum and have the smallest total misfit."""
    ranked = np.argsort(misfit, axis=1, kind="stable")
    least = misfit.min(axis=1)
    found = [(None, np.inf), (None, np.inf)]

    def extend(row, taken, total):
        nonlocal found
        if row == len(misfit):
            found = sorted([*found, (tuple(taken), total)], key=lambda entry: entry[1])[:2]
            return
        rest = least[row + 1 :].sum()
        for index in ranked[row]:
            if total + misfit[row, index] + rest >= found[1][1]:
                return
            if all(np.all(choices[index] != choices[other]) for other in taken):
                extend(row + 1, [*taken, index], total + misfit[row, index])

    extend(0, [], 0.0)
    return found
