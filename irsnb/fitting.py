"""Least squares for many small problems at once. On the ground floor, because every system fits this way.

scipy's ``least_squares`` takes one problem a call, which costs more than the arithmetic of a problem with
two or three unknowns; ``make bench`` shows the ratio.
"""

import numpy as np


def levenberg_marquardt(function, state, data, max_steps=60, settled=1e-9):
    """Minimise the squared residuals of n independent problems; only the unsettled ones are carried on.

    Parameters
    ----------
    function : callable
        ``function(state, *data)`` returns real residuals (n, R), in standard deviations, and their
        Jacobian (n, R, P); called with any subset of the n rows.
    state : ndarray, shape (n, P)
        Where to start.
    data : sequence of ndarray, shape (n, ...)
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
    """
    state, converged = state.copy(), np.zeros(len(state), dtype=bool)
    damping, active = np.full(len(state), 1e-3), np.arange(len(state))
    residuals, jacobian = function(state, *data)
    misfit, last = np.sum(residuals**2, axis=-1), jacobian.copy()
    for _ in range(max_steps):
        normal = np.swapaxes(jacobian, -1, -2) @ jacobian
        gradient = np.einsum("nrp,nr->np", jacobian, residuals)
        diagonal = np.einsum("npp->np", normal)
        damped = normal + np.eye(state.shape[1]) * (damping[active, None] * diagonal)[:, None, :]
        step = -np.linalg.solve(damped, gradient[..., None])[..., 0]
        trial = state[active] + step
        new_residuals, new_jacobian = function(trial, *(values[active] for values in data))
        new_misfit = np.sum(new_residuals**2, axis=-1)
        better = new_misfit <= misfit[active]
        damping[active] *= np.where(better, 0.1, 10.0)
        moved = active[better]
        state[moved], misfit[moved], last[moved] = trial[better], new_misfit[better], new_jacobian[better]
        residuals = np.where(better[:, None], new_residuals, residuals)
        jacobian = np.where(better[:, None, None], new_jacobian, jacobian)
        # Settled: the step promised next to nothing.
        done = np.einsum("np,np->n", -step, gradient) < settled
        converged[active[done]] = True
        active, residuals, jacobian = active[~done], residuals[~done], jacobian[~done]
        if active.size == 0:
            break
    return state, misfit, converged, last
