"""The bound of an estimator whose model of the room is wrong: where it tends, and how it scatters there."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import choice, complex_array, instance
from irsnb.fix import Fix
from irsnb.indoor.costs import METHODS
from irsnb.indoor.locate import locate
from irsnb.indoor.scene import Room
from irsnb.indoor.signal import signal_and_gradient

__all__ = ["mismatched_bound"]

_NEWTON_STEPS = 4
_DIFFERENCE = 1e-4
"""Step of the differences, as a share of what changes the pilots by their own size."""


def mismatched_bound(room: Room, pilots: ArrayLike, *, method: str = "ml") -> Fix:
    """Pseudo-true positions of users, and the least covariance about them, where the model is wrong.

    The estimator believes in `room`, but what it is sent was not made by it. With more and more noise-free
    pilots it tends to the position whose pilots are closest, the pseudo-true one; about it no estimator with
    that mean scatters less than ``A^-1 J^T J A^-1`` (misspecified Cramér-Rao bound; Richmond and Horowitz
    2015, Fortunati et al. 2017), with the Jacobian J of all unknowns, those of gain and constant included,
    and ``A = J^T J + sum_k rho_k Hess mu_k`` with what the model leaves of the pilots, rho. About the true
    position the mean square error is at least that and the square of the bias.

    Parameters
    ----------
    room : irsnb.indoor.Room
        What the estimator believes, with its noise.
    pilots : array_like of complex, shape (n, n_pilots)
        Noise-free pilots as they are really sent: of a room with other tiles, or of a model of one's own.
    method : {"ml", "ml-projected"}

    Returns
    -------
    irsnb.fix.Fix
        Its position is the pseudo-true one, found by :func:`irsnb.indoor.locate`; its covariance the bound
        about it, NaN where it is no minimum; its misfit what noise-free pilots leave, by which the misfit of
        noisy ones is larger on average. A user who could not be located is NaN.

    Raises
    ------
    ValueError
        If the method is another, or as :func:`irsnb.indoor.locate`.

    Examples
    --------
    Waves at the tiles are curved, and the estimator takes them for plane: it is off by more than it scatters.

    >>> from dataclasses import replace
    >>> from irsnb.indoor import signal
    >>> room, place = Room(height=3.0), [(1.0, 4.0)]
    >>> truth = replace(room, tiles=replace(room.tiles, waves="curved"))
    >>> fix = mismatched_bound(room, signal(truth, place))
    >>> bias = np.linalg.norm(fix.position - place)
    >>> bool(bias > 5 * np.sqrt(np.trace(fix.covariance[0])))
    True
    """
    choice("method", method, METHODS[:2])
    pilots = complex_array("pilots", pilots, (instance("room", room, Room).n_pilots,))
    fix = locate(room, pilots, method=method)
    rows = np.flatnonzero(np.isfinite(fix.position).all(axis=-1))
    position, covariance, misfit = (np.array(a) for a in (fix.position, fix.covariance, fix.misfit))
    for i in range(0, len(rows), 256):
        some = rows[i : i + 256]
        position[some], covariance[some], misfit[some] = _sandwich(room, pilots[some], position[some], method)
    return Fix.from_fit(position, covariance, misfit, fix.dof, np.isfinite(covariance[:, 0, 0]), fix.remarks)


def _sandwich(room, pilots, position, method):
    """Newton steps from positions (n, D), then the position's block of A^-1 B A^-1 and the misfit."""
    coordinates, deviation = room.n_coordinates, room.sigma / np.sqrt(2)
    # Unknowns in units of what changes the pilots by their size: so A is in balance.
    size = np.linalg.norm(pilots, axis=-1)
    constant = np.ones(room.n_pilots) / np.sqrt(room.n_pilots)

    def model(state):
        """Model (n, T) and its derivatives by all unknowns (n, T, P): p, gain, constant."""
        values = signal_and_gradient(room, state[:, :coordinates])
        gain = (state[:, coordinates] + 1j * state[:, coordinates + 1])[:, None]
        signal = values[:, 0]
        columns = [gain * values[:, 1 + axis] for axis in range(coordinates)] + [signal, 1j * signal]
        mean = gain * signal
        if method == "ml-projected":
            offset = (state[:, -2] + 1j * state[:, -1]) * size
            column = np.broadcast_to(size[:, None] * constant, signal.shape)
            columns += [column, 1j * column]
            mean = mean + offset[:, None] * constant
        return _parts(mean, deviation), _parts(np.stack(columns, axis=-1), deviation)

    state = _start(room, pilots, position, size, constant, method)
    data = _parts(pilots, deviation)
    for step in range(_NEWTON_STEPS + 1):
        mean, jacobian = model(state)
        left = mean - data
        slope = np.einsum("nrp,nr->np", jacobian, left)
        information = np.swapaxes(jacobian, -1, -2) @ jacobian
        curvature = information + _bending(model, state, jacobian, left, data)
        scale = np.sqrt(np.diagonal(information, axis1=-2, axis2=-1))
        outer = scale[:, :, None] * scale[:, None, :]
        minimum = np.linalg.eigvalsh(curvature / outer)[:, 0] > 1e-14
        inverse = np.full(curvature.shape, np.nan)
        inverse[minimum] = np.linalg.inv((curvature / outer)[minimum]) / outer[minimum]
        if step < _NEWTON_STEPS:
            state = np.where(minimum[:, None], state - np.einsum("npq,nq->np", inverse, slope), state)
    covariance = (inverse @ information @ inverse)[:, :coordinates, :coordinates]
    covariance = (covariance + np.swapaxes(covariance, -1, -2)) / 2
    return state[:, :coordinates], covariance, np.sum(left**2, axis=-1)


def _start(room, pilots, position, size, constant, method):
    """Positions with the gain, and the constant, that fit best there: (n, P)."""
    signal = signal_and_gradient(room, position)[:, 0]
    columns = [signal]
    if method == "ml-projected":
        columns.append(np.broadcast_to(size[:, None] * constant, signal.shape))
    design = np.stack(columns, axis=-1)
    adjoint = np.swapaxes(design.conj(), -1, -2)
    solved = np.linalg.solve(adjoint @ design, (adjoint @ pilots[..., None]))[..., 0]
    return np.concatenate([position, solved.view(float)], axis=-1)


def _bending(model, state, jacobian, left, data):
    """sum_k rho_k Hess mu_k, (n, P, P), by central differences of the slope with rho as it is."""
    n, unknowns = state.shape
    steps = _DIFFERENCE * np.linalg.norm(data, axis=-1)[:, None] / np.linalg.norm(jacobian, axis=1)
    bending = np.empty((n, unknowns, unknowns))
    for p in range(unknowns):
        move = np.zeros((n, unknowns))
        move[:, p] = steps[:, p]
        ahead, behind = (model(state + sign * move)[1] for sign in (1, -1))
        bending[:, p] = np.einsum("nrp,nr->np", ahead - behind, left) / (2 * steps[:, p, None])
    return (bending + np.swapaxes(bending, -1, -2)) / 2


def _parts(values, deviation):
    """Real parts, then imaginary parts, along the pilots' axis, in standard deviations of the noise."""
    return np.concatenate([values.real, values.imag], axis=1) / deviation
