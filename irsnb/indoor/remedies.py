"""What can be done where something spoils the pilots: the offset as an unknown, gains from known places."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.bounds import cramer_rao_bound
from irsnb.checks import real_number, require
from irsnb.fitting import descend, fix_of_descent
from irsnb.fix import Fix
from irsnb.indoor.impairments import SYMBOL_TIME
from irsnb.indoor.locate import locate
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal, signal_and_gradient, tile_channels

__all__ = ["calibrated_room", "locate_with_offset", "offset_crlb"]

_ROUNDS, _FOLLOWED = 30, 4


def calibrated_room(
    room: Room, positions: ArrayLike, pilots: ArrayLike, *, likely_error: float = 0.3
) -> Room:
    """The room with a complex gain for each tile, from pilots measured at known places.

    A tile off its place turns what it reflects by a phase that differs little from user to user: one gain a
    tile takes most of it out. Least squares, the phase offset of each place in turn with the gains of all
    tiles, which are held near 1 where the pilots say little of them.

    Parameters
    ----------
    room : Room
        As the model has it.
    positions : array_like, shape (n, D)
        Where the pilots were measured [m].
    pilots : array_like of complex, shape (n, n_pilots)
    likely_error : float
        By how much a gain differs from 1, as a standard deviation.

    Returns
    -------
    Room
        Its codebook holds the gains.

    Raises
    ------
    ValueError
        If an argument is of another kind or shape, or `likely_error` is not above 0.

    Examples
    --------
    >>> room, places = Room(), Room().grid[::200]
    >>> bent = np.exp(0.2j * np.sin(np.arange(100)))
    >>> measured = tile_channels(room, places) * bent @ room.weights
    >>> gains = calibrated_room(room, places, measured).coefficients[0] / room.coefficients[0]
    >>> bool(np.abs(np.angle(gains / bent * np.vdot(gains, bent))).max() < 0.05)
    True
    """
    checks.instance("room", room, Room)
    positions = checked_positions(room, positions)
    pilots = checks.complex_array("pilots", pilots, (room.n_pilots,))
    if positions.ndim != 2 or pilots.shape != (len(positions), room.n_pilots) or len(pilots) == 0:
        raise ValueError(
            f"pilots: got shape {pilots.shape} for positions {positions.shape}; they must be "
            f"(n, {room.n_pilots}) for (n, {room.n_coordinates}), n >= 1"
        )
    likely_error = float(checks.positive("likely_error", real_number("likely_error", likely_error)))
    checks.check_memory("positions", positions, 16.0 * pilots.size * room.n_tiles)
    channels = tile_channels(room, positions)
    # Rows in units of their noise; the prior adds one row for each tile.
    system = (channels[:, None, :] * room.weights.T / room.sigma).reshape(-1, room.n_tiles)
    normal = system.conj().T @ system + np.eye(room.n_tiles) / likely_error**2
    factor = np.linalg.cholesky(normal)
    gains = np.ones(room.n_tiles, dtype=complex)
    for _ in range(_ROUNDS):
        model = (system @ gains).reshape(pilots.shape)
        offset = np.exp(-1j * np.angle(np.sum(model.conj() * pilots, axis=1, keepdims=True)))
        wanted = system.conj().T @ (offset * pilots / room.sigma).ravel() + 1 / likely_error**2
        gains = np.linalg.solve(factor.conj().T, np.linalg.solve(factor, wanted))
    return replace(room, codebook=room.coefficients * gains)


def _drifting(room, method, symbol_time, moving):
    """Residuals and their Jacobian over place, carrier offset [Hz] and, if it moves, the level velocity."""
    from irsnb.indoor.kernels import likelihood_residuals

    times = symbol_time * (np.arange(room.n_pilots) - (room.n_pilots - 1) / 2)
    turning, n, deviation = 2j * np.pi * times, room.n_coordinates, room.sigma / np.sqrt(2)

    def joint(state, pilots):
        places, offset, velocity = state[:, :n], state[:, n : n + 1], state[:, n + 1 :]
        if moving:
            # Each pilot where the user is by then.
            way = np.zeros((len(state), room.n_pilots, n))
            way[..., :2] = times[:, None] * velocity[:, None, :]
            each = signal_and_gradient(room, (places[:, None, :] + way).reshape(-1, n))
            each = each.reshape(len(state), room.n_pilots, 1 + n, room.n_pilots)
            values = np.diagonal(each, axis1=1, axis2=3)
        else:
            values = signal_and_gradient(room, places)
        more = [turning * values[:, :1]] + ([times * values[:, 1:3]] if moving else [])
        steady = pilots * np.exp(-turning * offset)
        values = np.ascontiguousarray(np.concatenate([values, *more], axis=1))
        return likelihood_residuals(values, steady, deviation, method == "ml-projected")

    return joint


def locate_with_offset(
    room: Room,
    pilots: ArrayLike,
    *,
    most: float,
    moving: bool = False,
    method: str = "ml",
    symbol_time: float = SYMBOL_TIME,
) -> tuple[Fix, np.ndarray, np.ndarray]:
    """Positions of users whose oscillators differ, or who move: maximum likelihood with further unknowns.

    Offsets are tried in steps of a quarter of what the pilots resolve; each costs a search. From the best
    four Levenberg-Marquardt steps go over all unknowns together.

    Parameters
    ----------
    room : Room
    pilots : array_like of complex, shape (n, n_pilots)
    most : float
        Largest offset that is tried, either way [Hz].
    moving : bool
        Whether the user's level velocity is unknown as well; the position is that in the middle of the
        pilots.
    method : {"ml", "ml-projected"}
        Projected, steps are half as wide: a turning echo is not the same in all pilots.
    symbol_time : float
        From one pilot to the next [s].

    Returns
    -------
    fix : irsnb.fix.Fix
        Positions (n, D), their covariance with the other unknowns unknown.
    offset : ndarray, shape (n,)
        [Hz].
    velocity : ndarray, shape (n, 2)
        [m/s]; zeros if not `moving`.

    Raises
    ------
    ValueError
        If an argument is of another kind or shape, there are too few pilots for all unknowns, or more than
        1000 offsets would be tried.

    Examples
    --------
    >>> room = Room(extent=(0, 2, 3, 5))
    >>> turning = np.exp(2j * np.pi * 150.0 * SYMBOL_TIME * np.arange(32))
    >>> fix, offset, _ = locate_with_offset(room, signal(room, [(1.0, 4.0)]) * turning, most=200.0)
    >>> fix.position.round(5), offset.round(3)
    (array([[1., 4.]]), array([150.]))
    """
    checks.instance("room", room, Room)
    pilots = checks.complex_array("pilots", pilots, (room.n_pilots,))
    if pilots.ndim != 2 or len(pilots) == 0:
        raise ValueError(f"pilots: got shape {pilots.shape}; it must be (n, {room.n_pilots}), n >= 1")
    checks.choice("method", method, ("ml", "ml-projected"))
    moving, most = checks.flag("moving", moving), real_number("most", most)
    require(most >= 0, "most", most, "it must not be negative")
    symbol_time = _checked_time(symbol_time)
    n, unknowns = room.n_coordinates, room.n_coordinates + (3 if moving else 1)
    dof = 2 * room.n_pilots - unknowns - (2 if method == "ml" else 4)
    if dof < 0:
        raise ValueError(
            f"pilots: got shape {pilots.shape}; too few pilots for {unknowns} unknowns and a gain"
        )
    per_width = 4 if method == "ml" else 8
    each_way = np.ceil(most * per_width * room.n_pilots * symbol_time)
    require(each_way <= 500, "most", most, "at most 1000 offsets are tried, each with a search of its own")
    turning = 2j * np.pi * symbol_time * (np.arange(room.n_pilots) - (room.n_pilots - 1) / 2)
    offsets = np.unique(np.linspace(-most, most, 2 * int(each_way) + 1))
    starts, misfits = np.zeros((len(offsets), len(pilots), unknowns)), np.empty((len(offsets), len(pilots)))
    for start, misfit, tried in zip(starts, misfits, offsets, strict=True):
        fix = locate(room, pilots * np.exp(-turning * tried), method=method)
        start[:, :n], start[:, n], misfit[:] = fix.position, tried, fix.misfit
    # The offset next to the true one need not lead to the least misfit: the best few are followed.
    good, remarks = np.isfinite(misfits).any(axis=0), [row for row in fix.remarks if "nothing to loc" in row]
    order = np.argsort(np.where(np.isfinite(misfits), misfits, np.inf), axis=0, kind="stable")[:_FOLLOWED]
    function, found = _drifting(room, method, symbol_time, moving), None
    for some in np.where(good, order, 0):
        again = descend(function, np.nan_to_num(starts[some, np.arange(len(pilots))]), (pilots,))
        found = again if found is None else _better(found, again)
    places, state = np.eye(n, unknowns), np.where(good[:, None], found.state, np.nan)
    fix = fix_of_descent(found, good, remarks, dof, lambda state: (state[:, :n], places), data="pilots")
    return fix, state[:, n], state[:, n + 1 :] if moving else np.zeros((len(pilots), 2))


def _better(found, again):
    """Of two descents the rows with the smaller misfit."""
    won = again.misfit < found.misfit
    for name in ("state", "misfit", "settled", "jacobian", "normal"):
        getattr(found, name)[won] = getattr(again, name)[won]
    return found


def offset_crlb(
    room: Room,
    positions: ArrayLike,
    *,
    moving: bool = False,
    method: str = "ml",
    symbol_time: float = SYMBOL_TIME,
) -> np.ndarray:
    """Bound of positions where the carrier offset, too, is unknown.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., D)
        Users [m].
    moving : bool
        Whether the user's level velocity is unknown as well.
    method : {"ml", "ml-projected"}
    symbol_time : float
        From one pilot to the next [s].

    Returns
    -------
    ndarray, shape (..., D, D)
        Covariance [m^2].

    Raises
    ------
    ValueError
        If a position is not finite or outside the room, the method is unknown, the time is not above 0, or
        the pilots do not determine all unknowns.

    Examples
    --------
    >>> from irsnb.indoor import position_crlb
    >>> unknown, known = offset_crlb(Room(), (1.0, 4.0)), position_crlb(Room(), (1.0, 4.0))
    >>> bool(1 < np.trace(unknown) / np.trace(known) < 2)
    True
    """
    checks.instance("room", room, Room)
    checks.choice("method", method, ("ml", "ml-projected"))
    moving, symbol_time = checks.flag("moving", moving), _checked_time(symbol_time)
    positions, n = checked_positions(room, positions), room.n_coordinates
    places = positions.reshape(-1, n)
    state = np.column_stack([places, np.zeros((len(places), 3 if moving else 1))])
    jacobian = _drifting(room, method, symbol_time, moving)(state, signal(room, places))[1]
    bound = cramer_rao_bound(np.swapaxes(jacobian, -1, -2) @ jacobian)[..., :n, :n]
    return bound.reshape(*positions.shape[:-1], n, n)


def _checked_time(symbol_time):
    return float(checks.positive("symbol_time", real_number("symbol_time", symbol_time), "s"))
