"""The arithmetic of :mod:`irsnb.fitting` between two calls of a model, compiled.

Importing this module loads numba, so :mod:`irsnb.fitting` imports it at the first fit.
"""

import numpy as np

from irsnb.compiled import compiled

__all__: list[str] = []
"""Nothing here checks its input, so nothing here is for other callers."""

LIBERTIES = {"contract", "reassoc", "nsz", "arcp"}
"""Of the compiler; NaN keeps its meaning."""


@compiled(fastmath=LIBERTIES)
def advance(
    first,
    settled,
    active,
    residuals,
    jacobian,
    trial,
    state,
    misfit,
    damping,
    converged,
    kept,
    normal,
):
    """Judge a step of each active problem by its residuals and propose the next one.

    Levenberg-Marquardt with Marquardt's scaling: ``(N + damping diag(N)) step = -gradient``; the damping
    falls tenfold after a step that lowered the misfit, and grows tenfold after another, which is taken back.

    Parameters
    ----------
    first : bool
        Whether the residuals are those of the start.
    settled : float
        A problem is settled when a step promises to lower its misfit by less than this; that step is taken
        unseen, unless it is so short because others failed.
    active : ndarray of int, shape (n,)
        Problems whose rows follow, k of them; on return those that go on.
    residuals, jacobian : ndarray, shape (k, R), (k, R, P)
        At the trial.
    trial : ndarray, shape (n, P)
        Where the residuals were taken; on return where they are wanted next.
    state, misfit, damping, converged, kept, normal : ndarray, shape (n, ...)
        Of all problems, updated: parameters, sum of squares, damping, whether settled, Jacobian where the
        residuals were last computed, and the products ``J^T J`` and, in one column more, ``J^T r``.

    Returns
    -------
    int
        Problems that go on.
    """
    unknowns, going = state.shape[1], 0
    factor, step = np.empty((unknowns, unknowns)), np.empty(unknowns)
    for k in range(len(residuals)):
        i, total = active[k], 0.0
        for value in residuals[k]:
            total += value * value
        if first or total <= misfit[i]:
            misfit[i] = total
            state[i], kept[i] = trial[k], jacobian[k]
            _products(jacobian[k], residuals[k], normal[i])
            if not first:
                damping[i] *= 0.1
        else:
            damping[i] *= 10.0
        if first and not np.isfinite(total):
            continue
        damping[i], promise = _damped_step(normal[i], damping[i], factor, step)
        if promise < settled:
            converged[i] = True
            if damping[i] < 1:
                misfit[i] = max(misfit[i] - promise, 0.0)
                for p in range(unknowns):
                    state[i, p] += step[p]
            continue
        active[going] = i
        for p in range(unknowns):
            trial[going, p] = state[i, p] + step[p]
        going += 1
    return going


@compiled(fastmath=LIBERTIES)
def _products(jacobian, residuals, normal):
    """Write ``J^T J`` and, in the last column, ``J^T r``."""
    unknowns = jacobian.shape[1]
    normal[:] = 0.0
    for r in range(len(jacobian)):
        for p in range(unknowns):
            slope = jacobian[r, p]
            for q in range(p + 1):
                normal[p, q] += slope * jacobian[r, q]
            normal[p, unknowns] += slope * residuals[r]
    for p in range(unknowns):
        for q in range(p):
            normal[q, p] = normal[p, q]


@compiled(fastmath=LIBERTIES)
def _damped_step(normal, damping, factor, step):
    """Write the step; return the damping that it took, and by how much the step promises to lower the misfit.

    A parameter that moves no measurement stays where it is.
    """
    unknowns = len(step)
    for _ in range(40):
        if _cholesky(normal, damping, factor) > 0:
            break
        damping = max(10 * damping, 1e-15)
    else:
        step[:] = 0.0
        return damping, np.nan
    for p in range(unknowns):
        value = -normal[p, unknowns] / _scale(normal, p)
        for q in range(p):
            value -= factor[p, q] * step[q]
        step[p] = value / factor[p, p]
    promise = 0.0
    for p in range(unknowns - 1, -1, -1):
        value = step[p]
        for q in range(p + 1, unknowns):
            value -= factor[q, p] * step[q]
        step[p] = value / factor[p, p]
    for p in range(unknowns):
        step[p] /= _scale(normal, p)
        promise -= step[p] * normal[p, unknowns]
    return damping, promise


@compiled()
def _scale(normal, p):
    return np.sqrt(normal[p, p]) if normal[p, p] > 0 else 1.0


@compiled(fastmath=LIBERTIES)
def _cholesky(normal, damping, factor):
    """Cholesky factor of the matrix balanced by its diagonal, plus damping; returns the smallest pivot.

    The factor is whole only if that is above 0.
    """
    smallest = np.inf
    for p in range(len(factor)):
        for q in range(p + 1):
            value = normal[p, q] / (_scale(normal, p) * _scale(normal, q))
            if p == q:
                value = 1.0 + damping if normal[p, p] >= 0 else np.nan
            for r in range(q):
                value -= factor[p, r] * factor[q, r]
            if p == q:
                if not value > 0:
                    return 0.0
                smallest = min(smallest, value)
                factor[p, p] = np.sqrt(value)
            else:
                factor[p, q] = value / factor[q, q]
    return smallest


@compiled(fastmath=LIBERTIES)
def inverse_information(normal):
    """Covariances of the parameters from ``J^T J``, and how well each is determined.

    Parameters
    ----------
    normal : ndarray, shape (n, P, P + 1)
        As written by :func:`advance`.

    Returns
    -------
    covariance : ndarray, shape (n, P, P)
        NaN where the last pivot vanishes.
    pivot : ndarray, shape (n,)
        The share of a parameter's information that the other parameters leave, for the parameter with the
        least; 0 where nothing is left, or a parameter moves no measurement.
    """
    n, unknowns = normal.shape[0], normal.shape[1]
    covariance, pivot = np.full((n, unknowns, unknowns), np.nan), np.zeros(n)
    factor, inverse = np.empty((unknowns, unknowns)), np.empty((unknowns, unknowns))
    for i in range(n):
        moves = True
        for p in range(unknowns):
            moves = moves and normal[i, p, p] > 0 and np.isfinite(normal[i, p, p])
        if moves:
            pivot[i] = _cholesky(normal[i], 0.0, factor)
        if pivot[i] <= 0:
            continue
        inverse[:] = 0.0
        for column in range(unknowns):
            for p in range(column, unknowns):
                value = 1.0 if p == column else 0.0
                for q in range(column, p):
                    value -= factor[p, q] * inverse[q, column]
                inverse[p, column] = value / factor[p, p]
        for p in range(unknowns):
            for q in range(p + 1):
                value = 0.0
                for r in range(p, unknowns):
                    value += inverse[r, p] * inverse[r, q]
                value /= _scale(normal[i], p) * _scale(normal[i], q)
                covariance[i, p, q], covariance[i, q, p] = value, value
    return covariance, pivot
