"""One position from both departure angles and all path sums, by maximum likelihood.

Duan et al. (2025) combine the *directions* of their pairs, (21)-(22). Here one position is fitted to all
measurements at once, each with its own noise, for surfaces that stand anywhere.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import common_shape, row_values
from irsnb.elliptic.scene import checked_surfaces, require_one_each
from irsnb.fitting import Descent, fix_of_descent
from irsnb.fix import Fix, misfit_limit, remark_lines, sift_rows
from irsnb.whitening import read_covariance

__all__ = ["locate"]

ZENITH = 1e-6
"""Angle from the vertical within which an azimuth has no meaning [rad]."""


def locate(
    surfaces: ArrayLike,
    azimuth: ArrayLike,
    elevation: ArrayLike,
    path_sums: ArrayLike,
    *,
    sigma_angle: ArrayLike | None = None,
    sigma_path: ArrayLike | None = None,
    covariance: ArrayLike | None = None,
    robust: bool = False,
) -> Fix:
    """Position of a target from departure angles and path sums: the joint maximum-likelihood fit.

    With the model of :func:`position_crlb`, minimise the squared differences between what was measured and
    what a position p would give, ``azimuth(p - S_0)``, ``elevation(p - S_0)`` and ``|p - S_0| + |p - S_m|``,
    each in its standard deviation, or all under the inverse of their covariance. The start is the mean of the
    pairs' positions, Duan et al. (2025), eq. (16); the steps are Levenberg's and Marquardt's.

    Parameters
    ----------
    surfaces : array_like, shape (M + 1, 3)
        Where the surfaces stand [m]; the first sends and measures the departure.
    azimuth, elevation : array_like, shape (...)
        Departure angles at the first surface, in world axes [rad]; elevation within +-pi/2. Straight up or
        down the azimuth has no meaning: there each of the two steps across has the elevation's noise, and
        none of its correlations. Close to the vertical, where noise may carry an elevation across, an azimuth
        that claims to be as good as the elevation may leave a row undetermined.
    path_sums : array_like, shape (..., M)
        First surface - target - other surface, each above the distance of the two surfaces [m]; NaN where
        one is missing.
    sigma_angle : array_like, shape (...)
        Standard deviation of each of the two angles [rad], above 0.
    sigma_path : array_like, shape () or (..., M)
        Standard deviation of each path sum [m], above 0: one number, or one for each sum.
    covariance : array_like, shape (..., M + 2, M + 2)
        In place of the two: covariance of azimuth, elevation and path sums, in that order.
    robust : bool
        Withstand one wrong path sum: where the misfit says that the model does not fit
        (:class:`irsnb.fix.Fix`), and the fit without one of the sums passes the test, the sum whose absence
        lowers the misfit most is left out and named in the remarks. It takes three sums, as two that
        contradict each other do not say which is wrong.

    Returns
    -------
    irsnb.fix.Fix
        Leading axes of all inputs broadcast. The position is in the world [m]. The misfit has M - 1 degrees
        of freedom, less one for each path sum that is missing or left out.

    Raises
    ------
    ValueError
        If a kind or shape does not fit, not exactly one description of the noise is given, or no row has
        measurements that can be used. In a batch, a row with a value that is not allowed (an angle not finite
        or beyond its range, a path sum that does not exceed the distance of its surfaces, a noise that cannot
        be, no path sum at all) becomes NaN with a remark, and the others stand.

    Examples
    --------
    A target at (300, 400, 0) m; its elevation is off by half a degree, and the second path sum is missing:

    >>> surfaces = [(0.0, 0.0, 0.0), (400.0, 0.0, 0.0), (600.0, 50.0, 0.0), (0.0, 900.0, 30.0)]
    >>> sums = [912.31, np.nan, 1083.78]
    >>> half = np.deg2rad(0.5)
    >>> fix = locate(surfaces, np.arctan2(4, 3), half, sums, sigma_angle=half, sigma_path=1.0)
    >>> fix.position.round(0).tolist(), fix.dof, bool(fix.converged)
    ([300.0, 400.0, 4.0], 1, True)
    """
    robust = checks.flag("robust", robust)
    data = _read(surfaces, azimuth, elevation, path_sums, sigma_angle, sigma_path, covariance, robust)
    found, basis = _fit(data)
    dof, remarks = data.dof, data.remarks
    if robust:
        dof, more = _leave_one_out(data, found, basis)
        remarks = [*remarks, *more]

    def to_position(state):
        return state + data.surfaces[0], basis

    return fix_of_descent(found, data.good, remarks, dof, to_position, "path_sums")


def fit_misfits(surfaces, azimuth, elevation, path_sums, **noise) -> np.ndarray:
    """Misfits of the fits of :func:`locate`, whether or not they converge."""
    data = _read(surfaces, azimuth, elevation, path_sums, **noise)
    return _fit(data)[0].misfit.reshape(data.good.shape)


@dataclass
class _Measured:
    """Checked measurements with rows flattened; rows that cannot be used hold another row's values."""

    surfaces: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    path_sums: np.ndarray
    weights: np.ndarray
    matrices: np.ndarray
    good: np.ndarray
    remarks: list
    dof: np.ndarray | int


def _read(
    surfaces,
    azimuth,
    elevation,
    path_sums,
    sigma_angle=None,
    sigma_path=None,
    covariance=None,
    robust=False,
):
    """Check the measurements of :func:`locate`."""
    surfaces = checked_surfaces(surfaces, batch=False)
    azimuth, elevation = row_values("azimuth", azimuth), row_values("elevation", elevation)
    path_sums, n_pairs = row_values("path_sums", path_sums), len(surfaces) - 1
    if path_sums.ndim == 0 or path_sums.shape[-1] != n_pairs:
        raise ValueError(
            f"path_sums: got shape {path_sums.shape}; its last axis must hold one for each of the "
            f"{n_pairs} surfaces after the first"
        )
    noise = noise_values(n_pairs, sigma_angle, sigma_path, covariance)
    shapes = {"azimuth": azimuth.shape, "elevation": elevation.shape, "path_sums": path_sums.shape[:-1]}
    rows = common_shape(
        **shapes, **{name: values.shape[:-k] if k else values.shape for name, values, k in noise}
    )
    if 0 in rows:
        names = ", ".join([*shapes, *(name for name, *_ in noise)])
        raise ValueError(f"{names}: got rows of shape {rows}; at least one row is needed")
    n_rows = int(np.prod(rows))
    azimuth, elevation = _over(azimuth, rows), _over(elevation, rows)
    path_sums = _over(path_sums, (*rows, n_pairs))
    reach = np.sqrt(np.sum((surfaces[1:] - surfaces[0]) ** 2, axis=-1))
    missing, remarks = np.isnan(path_sums), []
    possible = (path_sums > reach) & (path_sums < np.inf)
    if robust and not (possible | missing).all():
        wrong = ~possible & ~missing
        wrong &= (wrong.sum(axis=-1) == 1)[..., None] & (possible.sum(axis=-1) >= 2)[..., None]
        remarks += _left_out(wrong, path_sums, "no target has it")
        path_sums = np.where(wrong, np.nan, path_sums)
        missing = missing | wrong
    any_missing = bool(missing.any())
    dof = np.sum(~missing, axis=-1) - 1 if any_missing else n_pairs - 1
    tests = [
        ("azimuth", azimuth, np.abs(azimuth) <= 4 * np.pi, _AZIMUTH),
        ("elevation", elevation, np.abs(elevation) <= np.pi / 2, _ELEVATION),
        ("path_sums", path_sums, missing | possible, _SUMS),
    ]
    if any_missing:
        tests.append(("path_sums", dof + 1, dof >= 0, "measured; at least one is needed"))
    weights, matrices, more = _noise(noise, n_pairs, rows)
    tests += more
    good = np.ones(rows, dtype=bool)
    if not all(ok.all() for _, _, ok, _ in tests):
        good, found = sift_rows(rows, tests)
        remarks += found
    azimuth, elevation, path_sums = azimuth.reshape(-1), elevation.reshape(-1), path_sums.reshape(n_rows, -1)
    if not good.all():
        bad, first = ~good.reshape(-1), int(np.argmax(good.reshape(-1)))
        azimuth, elevation, path_sums = azimuth.copy(), elevation.copy(), path_sums.copy()
        for array in (azimuth, elevation, path_sums):
            array[bad] = array[first]
        weights, matrices = (
            np.where(bad.reshape(-1, *(1,) * (a.ndim - 1)), a[first : first + 1], a) if len(a) > 1 else a
            for a in (weights, matrices)
        )
        if any_missing:
            dof = np.where(good, dof, dof.reshape(-1)[first])
    return _Measured(surfaces, azimuth, elevation, path_sums, weights, matrices, good, remarks, dof)


_AZIMUTH = "it must be finite and lie within +-4 pi rad; convert degrees to radians"
_ELEVATION = "it must be finite and lie within +-pi/2 rad (+-90 deg)"
_SUMS = "each must be finite and exceed the distance of its two surfaces; NaN means missing"


def noise_values(n_pairs, sigma_angle, sigma_path, covariance):
    """Name, values and own axes of what describes the noise, or ``ValueError`` for a wrong kind or shape."""
    if covariance is not None:
        for name, value in (("sigma_angle", sigma_angle), ("sigma_path", sigma_path)):
            if value is not None:
                raise ValueError(
                    f"{name}: got a value beside covariance; give either the sigmas or covariance"
                )
        covariance, size = row_values("covariance", covariance), n_pairs + 2
        if covariance.shape[-2:] != (size, size):
            raise ValueError(
                f"covariance: got shape {covariance.shape}; it must be (..., {size}, {size}): azimuth, "
                f"elevation and {n_pairs} path sums"
            )
        return [("covariance", covariance, 2)]
    for name, value in (("sigma_angle", sigma_angle), ("sigma_path", sigma_path)):
        if value is None:
            raise ValueError(f"{name}: got None; give sigma_angle and sigma_path, or covariance")
    sigma_angle, sigma_path = row_values("sigma_angle", sigma_angle), row_values("sigma_path", sigma_path)
    require_one_each("sigma_path", sigma_path, n_pairs)
    return [("sigma_angle", sigma_angle, 0), ("sigma_path", sigma_path, 1 if sigma_path.ndim else 0)]


def _noise(noise, n_pairs, rows):
    """Reciprocal deviations (n or 1, M + 2), whitened later, or matrices (n or 1, ...); and their checks."""
    size = n_pairs + 2
    name, values, _ = noise[0]
    if name == "covariance":
        # One matrix for all rows is looked at once.
        lead = () if values.ndim == 2 else rows
        values = values.reshape((1,) * (len(lead) + 2 - values.ndim) + values.shape)
        values, _, tests = read_covariance(values, size, lead, False)
        if not lead:
            tests = [
                (label, *(np.broadcast_to(a, (*rows, *np.shape(a))) for a in (value, ok)), text)
                for label, value, ok, text in tests
            ]
        return np.empty((0, size)), np.ascontiguousarray(values.reshape(-1, size, size)), tests
    sigma_path = noise[1][1]
    few = values.ndim == 0 and sigma_path.ndim < 2
    weights = np.empty((size,) if few else (*rows, size))
    weights[..., :2], weights[..., 2:] = values[..., None], sigma_path
    ok = (weights > 0) & (weights < np.inf)
    ok, shown = np.broadcast_to(ok, (*rows, size)), np.broadcast_to(weights, (*rows, size))
    tests = [
        ("sigma_angle", shown[..., 0], ok[..., 0], "it must be finite and above 0 rad"),
        ("sigma_path", shown[..., 2:], ok[..., 2:], "it must be finite and above 0 m"),
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = 1 / weights.reshape(-1, size)
    return weights, np.empty((0, size, size)), tests


def _over(values, shape):
    return values if values.shape == shape else np.broadcast_to(values, shape)


def _fit(data):
    """Fit the measurements; returns the descent, and the directions of its information."""
    from irsnb.elliptic.kernels import locate_rows

    others = data.surfaces[1:] - data.surfaces[0]
    position, misfit, settled, normal, basis = locate_rows(
        np.ascontiguousarray(data.azimuth),
        np.ascontiguousarray(data.elevation),
        np.ascontiguousarray(data.path_sums),
        others,
        _frame(others),
        data.weights,
        _mixing(data),
    )
    return Descent(position, misfit, settled, basis, normal), basis


def _frame(others):
    """Axes: the line through the first surface that fits the others best, a level one, and the third."""
    along = others[0] if len(others) == 1 else np.linalg.eigh(others.T @ others)[1][:, 2]
    along = along / np.sqrt(along @ along)
    across = np.array([-along[1], along[0], 0.0])
    length = np.sqrt(across @ across)
    across = across / length if length > 1e-6 else np.array([1.0, 0.0, 0.0])
    across = across - (across @ along) * along
    across /= np.sqrt(across @ across)
    third = [along[1] * across[2] - along[2] * across[1], along[2] * across[0] - along[0] * across[2]]
    return np.array([along, across, [*third, along[0] * across[1] - along[1] * across[0]]])


def _mixing(data):
    """Matrices that whiten full covariances, (n or 1, M + 2, M + 2); what is missing drops out of them."""
    matrices = data.matrices
    if not len(matrices):
        return matrices
    zenith = np.abs(data.elevation) > np.pi / 2 - ZENITH
    observed = np.ones((len(data.elevation), matrices.shape[-1]), dtype=bool)
    observed[:, 2:] = ~np.isnan(data.path_sums)
    if zenith.any():
        matrices = np.array(np.broadcast_to(matrices, (len(zenith), *matrices.shape[1:])))
        variance = matrices[zenith, 1, 1]
        matrices[zenith, :2, :] = matrices[zenith, :, :2] = 0
        matrices[zenith, 0, 0] = matrices[zenith, 1, 1] = variance
    if not observed.all():
        both = observed[:, :, None] & observed[:, None, :]
        matrices = np.where(both, matrices, np.eye(matrices.shape[-1]))
    scale = np.sqrt(np.diagonal(matrices, axis1=-2, axis2=-1))
    balanced = matrices / (scale[:, :, None] * scale[:, None, :])
    return np.ascontiguousarray(np.linalg.inv(np.linalg.cholesky(balanced)) / scale[:, None, :])


def _leave_one_out(data, found, basis):
    """Where one sum contradicts the others, put the fit without it in its place; returns dof and remarks."""
    rows, n_pairs = data.good.shape, data.path_sums.shape[1]
    dof = np.array(np.broadcast_to(data.dof, rows)).reshape(-1)
    doubtful = data.good.reshape(-1) & (found.misfit > misfit_limit(dof)) & (dof >= 2)
    remarks, index = [], np.flatnonzero(doubtful)
    if index.size:
        some = np.repeat(index, n_pairs)
        sums = data.path_sums[some]
        sums[np.arange(len(some)), np.tile(np.arange(n_pairs), index.size)] = np.nan
        weights, matrices = (a[some] if len(a) > 1 else a for a in (data.weights, data.matrices))
        fewer = replace(
            data,
            azimuth=data.azimuth[some],
            elevation=data.elevation[some],
            path_sums=sums,
            weights=weights,
            matrices=matrices,
        )
        tried, bases = _fit(fewer)
        misfit = tried.misfit.reshape(index.size, n_pairs)
        misfit = np.where(np.isnan(data.path_sums[index]), np.inf, misfit)
        out = misfit.argmin(axis=1)
        passes = misfit[np.arange(index.size), out] <= misfit_limit(dof[index] - 1)
        index, out, chosen = index[passes], out[passes], (np.arange(index.size) * n_pairs + out)[passes]
        basis[index] = bases[chosen]
        for name in ("state", "misfit", "settled", "normal"):
            getattr(found, name)[index] = getattr(tried, name)[chosen]
        dof[index] -= 1
        wrong = np.zeros(data.path_sums.shape, dtype=bool)
        wrong[index, out] = True
        wrong = wrong.reshape(*rows, n_pairs)
        remarks = _left_out(wrong, data.path_sums.reshape(wrong.shape), "the others agree without it")
    return dof.reshape(rows) if np.ndim(data.dof) or remarks else data.dof, remarks


def _left_out(wrong, path_sums, why):
    """Remarks on the sums that are left out, one at most in a row."""

    def text(row):
        pair = int(np.argmax(wrong[row]))
        return f"path_sums: got {path_sums[row][pair].item()!r} for pair {pair}; left out: {why}"

    return list(remark_lines(wrong.any(axis=-1), text))
