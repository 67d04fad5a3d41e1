"""Maximum likelihood for any model with Gaussian noise: least squares for many small problems at once.

:func:`fit` takes a model, data and the noise's covariance; :func:`levenberg_marquardt` is the descent beneath
it, for residuals that come with their Jacobian. scipy's ``least_squares`` takes one problem a call, which
costs more than the arithmetic of a problem with two or three unknowns; ``make bench`` shows the ratio.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from irsnb import checks
from irsnb.checks import row_values
from irsnb.fix import Fix, sift_rows
from irsnb.whitening import read_covariance, whitener

__all__ = ["LEAST_PIVOT", "Descent", "descend", "fit", "fix_of_descent", "levenberg_marquardt"]

LEAST_PIVOT = 1e-14
"""Share of a parameter's information that the other parameters must leave, or it is not determined."""

_STEP = np.finfo(float).eps ** (1 / 3)
# Times that derivatives at the start are taken anew because their steps were far off.
_SEARCHES = 4


def fit(
    model: Callable[[np.ndarray], np.ndarray],
    data: Any,
    covariance: Any,
    start: Any,
    *,
    jacobian: Callable[[np.ndarray], np.ndarray] | None = None,
    max_steps: int = 60,
    settled: float = 1e-9,
) -> Fix:
    """Fit the parameters of a model to data with Gaussian noise, by maximum likelihood.

    Minimises ``|L^-1 (data - model(p))|^2`` with ``covariance = L L^H`` (twice that for complex data) by
    Levenberg-Marquardt steps, all rows at once, each with a damping of its own. The covariance of the
    estimate is the inverse of the Fisher information there (Kay 1993, eqs. 3.31 and 15.52).

    Parameters
    ----------
    model : callable
        ``model(parameters (..., P))`` gives noise-free data (..., N), real or complex. Leading axes are those
        of the batch, with one more in front where derivatives are taken numerically. For a single problem a
        model that takes nothing but a vector (P,) will do; it is called more often.
    data : array_like, shape (..., N)
        Real or complex; NaN where a measurement is missing.
    covariance : array_like, shape (), (N,), (..., N) or (..., N, N)
        Of the noise: variances of independent measurements, or full matrices; for complex data ``E[n n^H]``
        of circular noise. Leading axes are the batch's or 1. A shape that could be read both ways is refused.
    start : array_like, shape (..., P)
        Where to start; its leading axes and those of `data` broadcast to those of the batch.
    jacobian : callable, optional
        ``jacobian(parameters (..., P))`` gives the model's derivatives (..., N, P). By default central
        differences, with steps of 6e-6 of the start (of 1 where that is 0), kept between 1e-4 and 0.1 of the
        change that moves the data by one standard deviation.
    max_steps : int
        Most steps.
    settled : float
        A row has settled when a step promises to lower its misfit by less than this.

    Returns
    -------
    Fix
        `position` holds the parameters (..., P). `dof` counts real numbers: a complex one has two.

    Raises
    ------
    ValueError
        If shapes or kinds do not fit, or no row can be fitted. In a batch, a row with a value that is not
        allowed, with fewer measurements than parameters, or with measurements that do not determine the
        parameters, becomes NaN with a remark, and the others stand.

    Examples
    --------
    Two decays; the model does not fit the second one, where a reading is off by 40 standard deviations:

    >>> times = np.arange(8.0)
    >>> def decay(p):
    ...     return p[..., :1] * np.exp(-p[..., 1:] * times)
    >>> data = decay(np.array([[3.0, 0.5], [2.0, 0.2]]))
    >>> data[1, 4] += 0.4
    >>> fix = fit(decay, data, 0.01**2, [1.0, 1.0])
    >>> fix.position[0].round(6)
    array([3. , 0.5])
    >>> fix.converged
    array([ True, False])
    """
    checks.function("model", model)
    if jacobian is not None:
        checks.function("jacobian", jacobian)
    max_steps, settled = checks.count("max_steps", max_steps), _tolerance(settled)
    data, start = row_values("data", data, is_complex=True), row_values("start", start)
    for name, array in (("data", data), ("start", start)):
        if array.ndim == 0 or array.shape[-1] == 0:
            raise ValueError(f"{name}: got shape {array.shape}; it must be a vector or a batch of vectors")
    rows = checks.common_shape(data=data.shape[:-1], start=start.shape[:-1])
    n_rows, n_data, unknowns = math.prod(rows), data.shape[-1], start.shape[-1]
    data, start = _over(data, (*rows, n_data)), _over(start, (*rows, unknowns))
    parts = 2 if data.dtype.kind == "c" else 1
    values, are_matrices, noise_checks = read_covariance(covariance, n_data, rows, parts == 2)
    observed = ~np.isnan(data)
    dof = parts * n_data - unknowns
    whole = dof >= 0 and bool(observed.all())
    if not whole:
        dof = parts * observed.sum(axis=-1) - unknowns
    enough = f"numbers measured; at least {unknowns} are needed for as many parameters"
    good, remarks = sift_rows(
        rows,
        [
            ("start", start, np.isfinite(start), "it must be finite"),
            ("data", data, ~np.isinf(data), "it must be finite, or NaN where it is missing"),
            *noise_checks,
            *([] if whole else [("data", dof + unknowns, dof >= 0, enough)]),
        ],
    )
    data, observed = data.reshape(n_rows, n_data), observed.reshape(n_rows, n_data)
    start, values = start.reshape(n_rows, unknowns), values.reshape(n_rows, *values.shape[len(rows) :])
    if not good.all():
        # A row that cannot be fitted starts where another one does, and nothing was measured there.
        bad, whole = ~good.reshape(-1), False
        observed, start = observed & ~bad[:, None], np.where(bad[:, None], start[~bad][0], start)
        dof = np.where(good, dof, 0)
    if not whole:
        data = np.where(observed, data, 0)
    whiten = whitener(values, are_matrices, None if whole else observed, parts)
    residuals = _Residuals(model, jacobian, data, whiten, rows, start)
    found = descend(residuals, start, (np.arange(n_rows),), max_steps, settled)
    return fix_of_descent(found, good, remarks, dof)


def levenberg_marquardt(
    function: Callable[..., tuple[np.ndarray, np.ndarray]],
    state: Any,
    data: Sequence[Any],
    max_steps: int = 60,
    settled: float = 1e-9,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Minimise the squared residuals of n independent problems; only the unsettled ones are carried on.

    Parameters
    ----------
    function : callable
        ``function(state, *data)`` returns real residuals (n, R), in standard deviations, and their
        Jacobian (n, R, P); called with any subset of the n rows.
    state : array_like, shape (n, P)
        Where to start.
    data : sequence of array_like, shape (n, ...)
        Passed on row by row.
    max_steps : int
        Most steps.
    settled : float
        A problem is settled when a step promises to lower its misfit by less than this.

    Returns
    -------
    state : ndarray, shape (n, P)
    misfit : ndarray, shape (n,)
        Squared residuals at the minimum.
    converged : ndarray of bool, shape (n,)
    jacobian : ndarray, shape (n, R, P)
        At the minimum.

    Raises
    ------
    ValueError
        If the state is not real, finite and of shape (n, P), the data have other lengths, or the function
        returns complex numbers or other shapes.

    Examples
    --------
    The square roots of 2 and 9:

    >>> def miss(state, square):
    ...     return state**2 - square, 2 * state[..., None]
    >>> levenberg_marquardt(miss, [[1.0], [1.0]], [[[2.0], [9.0]]])[0].round(6).tolist()
    [[1.414214], [3.0]]
    """
    checks.function("function", function)
    if not isinstance(data, (list, tuple, np.ndarray)):
        raise ValueError(f"data: got {type(data).__name__}; it must be a sequence of arrays")
    max_steps, settled = checks.count("max_steps", max_steps), _tolerance(settled)
    state = checks.real_array("state", state)
    if state.ndim != 2 or 0 in state.shape:
        raise ValueError(f"state: got shape {state.shape}; it must be (n, P), both at least 1")
    rows = []
    for i, values in enumerate(data):
        try:
            rows.append(np.asarray(values))
        except ValueError:
            raise ValueError(f"data[{i}]: got rows of different shapes; it must be a regular array") from None
        if rows[-1].shape[:1] != state.shape[:1]:
            raise ValueError(f"data[{i}]: got shape {rows[-1].shape}; it must be ({len(state)}, ...)")
    found = descend(function, state, rows, max_steps, settled)
    return found.state, found.misfit, found.settled, found.jacobian


@dataclass(eq=False)
class Descent:
    """Where :func:`descend` ended.

    Attributes
    ----------
    state : ndarray, shape (n, P)
    misfit : ndarray, shape (n,)
        Squared residuals.
    settled : ndarray of bool, shape (n,)
    jacobian : ndarray, shape (n, R, P)
    normal : ndarray, shape (n, P, P + 1)
        The Jacobian's products with itself and, in the last column, with the residuals.
    """

    state: np.ndarray
    misfit: np.ndarray
    settled: np.ndarray
    jacobian: np.ndarray
    normal: np.ndarray


def descend(
    function: Callable,
    start: np.ndarray,
    data: Sequence[np.ndarray],
    max_steps: int = 60,
    settled: float = 1e-9,
) -> Descent:
    """:func:`levenberg_marquardt` for callers that have checked their input; leaves `start` as it is.

    Parameters
    ----------
    function, start, data, max_steps, settled
        As there.

    Returns
    -------
    Descent
    """
    from irsnb.fitting_kernels import advance

    n, unknowns = start.shape
    trial, active, going = np.array(start), np.arange(n), n
    residuals, jacobian = _checked(*function(trial, *data), n, unknowns)
    found = Descent(
        np.array(start),
        np.empty(n),
        np.zeros(n, dtype=bool),
        np.empty(jacobian.shape),
        np.empty((n, unknowns, unknowns + 1)),
    )
    damping = np.full(n, 1e-3)
    for step in range(max_steps + 1):
        if step:
            some = data if going == n else [values[active[:going]] for values in data]
            residuals, jacobian = function(trial[:going], *some)
        going = advance(
            step == 0,
            settled,
            active,
            np.ascontiguousarray(residuals),
            np.ascontiguousarray(jacobian),
            trial,
            found.state,
            found.misfit,
            damping,
            found.settled,
            found.jacobian,
            found.normal,
        )
        if going == 0:
            break
    return found


def fix_of_descent(
    found: Descent,
    good: np.ndarray,
    remarks: Sequence[str],
    dof: np.ndarray | int,
    to_position: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None,
    data: str = "data",
) -> Fix:
    """The fix of a batch whose problems :func:`descend` has solved.

    Parameters
    ----------
    found : Descent
    good : ndarray of bool, shape rows
        Which rows were fitted; from :func:`irsnb.fix.sift_rows`, as `remarks`. The others become NaN.
    remarks : sequence of str
    dof : int or ndarray of int, shape rows
        Degrees of freedom.
    to_position : callable, optional
        Positions (n, D) and their derivatives (n, D, P) of parameters (n, P), where these differ.
    data : str
        Name of the measurements, as the caller knows them, for remarks.

    Returns
    -------
    Fix

    Raises
    ------
    ValueError
        If no row is determined.
    """
    from irsnb.fitting_kernels import inverse_information

    rows = good.shape
    covariance, pivot = inverse_information(found.normal)
    position = found.state
    if to_position is not None:
        position, slopes = to_position(position)
        covariance = slopes @ covariance @ np.swapaxes(slopes, -1, -2)
    pivot, misfit = pivot.reshape(rows), found.misfit.reshape(rows)
    position, covariance = position.reshape(*rows, -1), covariance.reshape(*rows, *covariance.shape[1:])
    if not (good & (pivot >= LEAST_PIVOT)).all():
        finite = "the squared residuals at the start must be finite"
        fixed = "the measurements do not determine the parameters (information left to one of them shown)"
        determined, more = sift_rows(
            rows,
            [
                ("model", misfit, ~good | np.isfinite(misfit), finite),
                (data, pivot, ~good | (pivot >= LEAST_PIVOT), fixed),
            ],
        )
        good, remarks = good & determined, [*remarks, *more]
        if not good.any():
            raise ValueError(remarks[0])
        position[~good], covariance[~good], misfit[~good] = np.nan, np.nan, np.nan
    return Fix.from_fit(position, covariance, misfit, dof, found.settled.reshape(rows), remarks)


class _Residuals:
    """Whitened residuals of a model and their Jacobian, for :func:`descend`; all rows at every call."""

    def __init__(self, model, jacobian, data, whiten, rows, start):
        self.model, self.jacobian, self.data, self.whiten, self.rows = model, jacobian, data, whiten, rows
        self.current = np.array(start)
        self.point_by_point = False
        n, unknowns = start.shape
        if jacobian is None:
            self.points = np.empty((2 * unknowns + 1, n, unknowns))
            self.step = _STEP * np.where(start == 0, 1.0, np.abs(start))
            self.searches = _SEARCHES
            # One row's plain vector first: what is wrong there is wrong with the model, not with the batch.
            if not rows:
                self._values(start[None], batch=False)

    def __call__(self, trial, active):
        some = len(active) < len(self.current)
        self.current[active if some else slice(None)] = trial
        if self.jacobian is None:
            values, slopes = self._by_differences()
        else:
            values, slopes = self._values(self.current[None], batch=False)[0], self._slopes()
        residuals, slopes = self.whiten(values - self.data), self.whiten(slopes)
        if self.jacobian is None:
            while self._follow(slopes) and self.searches:
                self.searches -= 1
                slopes = self.whiten(self._by_differences()[1])
            self.searches = 0
        return (residuals[active], slopes[active]) if some else (residuals, slopes)

    def _by_differences(self):
        """Model and central differences, in one call."""
        points, step, unknowns = self.points, self.step, self.step.shape[1]
        points[:] = self.current
        for p in range(unknowns):
            points[1 + p, :, p] += step[:, p]
            points[1 + unknowns + p, :, p] -= step[:, p]
        values = self._values(points, batch=True)
        slopes = (values[1 : 1 + unknowns] - values[1 + unknowns :]).transpose(1, 2, 0)
        return values[0], slopes / (2 * step[:, None, :])

    def _follow(self, slopes):
        """Keep the steps in proportion to what moves the data by a standard deviation; were they far off?"""
        information = np.einsum("nrp,nrp->np", slopes, slopes)
        known = information > 0
        reach = 1 / np.sqrt(np.where(known, information, 1))
        before = self.step
        self.step = np.where(known, np.minimum(np.maximum(before, 1e-4 * reach), 0.1 * reach), before)
        return bool((np.maximum(self.step, before) > 10 * np.minimum(self.step, before)).any())

    def _values(self, points, batch):
        """The model at points (S, n, P), as (S, n, N)."""
        n_points, n, unknowns = points.shape
        leading = (n_points, *self.rows) if batch else self.rows
        wanted = (*leading, self.data.shape[-1])
        values = None
        if not self.point_by_point:
            try:
                values = self._kind(self.model(points.reshape(*leading, unknowns).copy()))
            except (IndexError, TypeError, ValueError):
                if not batch or self.rows:
                    raise
        if batch and not self.rows and (values is None or values.shape != wanted):
            self.point_by_point = True
            values = np.stack([self._kind(self.model(point.copy())) for point in points[:, 0]])
        if values.shape != wanted:
            raise ValueError(
                f"model: got shape {values.shape} for parameters {(*leading, unknowns)}; it must be {wanted}"
            )
        return values.reshape(n_points, n, -1)

    def _kind(self, values):
        is_complex = self.data.dtype.kind == "c"
        if type(values) is np.ndarray and values.dtype == float:
            return values
        values = row_values("model", values, is_complex=True)
        if values.dtype.kind == "c" and not is_complex:
            raise ValueError("model: got complex values; they must be real as the data are")
        return values

    def _slopes(self):
        n, unknowns = self.current.shape
        wanted = (*self.rows, self.data.shape[-1], unknowns)
        slopes = self.jacobian(self.current.reshape(*self.rows, unknowns))
        slopes = row_values("jacobian", slopes, is_complex=self.data.dtype.kind == "c")
        if slopes.shape != wanted:
            raise ValueError(f"jacobian: got shape {slopes.shape}; it must be {wanted}")
        return slopes.reshape(n, *wanted[len(self.rows) :])


def _checked(residuals, jacobian, n, unknowns):
    """Residuals and Jacobian of a caller's function, or ``ValueError`` that says what they must be."""
    residuals, jacobian = np.asarray(residuals), np.asarray(jacobian)
    if residuals.dtype != float or jacobian.dtype != float:
        raise ValueError(
            f"function: got residuals of {residuals.dtype} and a Jacobian of {jacobian.dtype}; both must be "
            "float64: a complex residual is two real ones"
        )
    if residuals.ndim != 2 or len(residuals) != n or jacobian.shape != (*residuals.shape, unknowns):
        raise ValueError(
            f"function: got residuals {residuals.shape} and a Jacobian {jacobian.shape}; they must be "
            f"({n}, R) and ({n}, R, {unknowns})"
        )
    return residuals, jacobian


def _tolerance(settled):
    settled = checks.real_number("settled", settled)
    if settled <= 0:
        raise ValueError(f"settled: got {settled}; it must be above 0")
    return settled


def _over(array, shape):
    return array if array.shape == shape else np.broadcast_to(array, shape)
