"""What can be done where something spoils the pilots: the offset as an unknown, gains from known places."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.bounds import cramer_rao_bound
from irsnb.checks import real_number, require
from irsnb.fitting import descend, fix_of_descent
from irsnb.fix import Fix
from irsnb.indoor.costs import residuals
from irsnb.indoor.impairments import SYMBOL_TIME
from irsnb.indoor.locate import locate
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal, tile_channels

__all__ = ["calibrated_room", "locate_with_offset", "offset_crlb"]

_ROUNDS = 30


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


def _with_offset(room, method, symbol_time):
    """Residuals and their Jacobian over the place and the carrier offset [Hz]."""
    function = residuals(room, method)
    turning = 2j * np.pi * symbol_time * (np.arange(room.n_pilots) - (room.n_pilots - 1) / 2)

    def joint(state, pilots):
        steady = pilots * np.exp(-turning * state[:, -1:])
        missed, jacobian = function(state[:, :-1], steady)
        # For a given place the residuals are linear in the pilots.
        by_offset = function(state[:, :-1], -turning * steady)[0]
        return missed, np.concatenate([jacobian, by_offset[..., None]], axis=-1)

    return joint


def locate_with_offset(
    room: Room,
    pilots: ArrayLike,
    *,
    most: float,
    method: str = "ml",
    symbol_time: float = SYMBOL_TIME,
) -> tuple[Fix, np.ndarray]:
    """Positions of users whose oscillators differ: maximum likelihood with the offset as an unknown.

    Offsets are tried in steps of a quarter of what the pilots resolve; each costs a search. From the best one
    Levenberg-Marquardt steps go over place and offset together.

    Parameters
    ----------
    room : Room
    pilots : array_like of complex, shape (n, n_pilots)
    most : float
        Largest offset that is tried, either way [Hz].
    method : {"ml", "ml-projected"}
    symbol_time : float
        From one pilot to the next [s].

    Returns
    -------
    fix : irsnb.fix.Fix
        Positions (n, D), their covariance with the offset unknown.
    offset : ndarray, shape (n,)
        [Hz].

    Raises
    ------
    ValueError
        If an argument is of another kind or shape, or more than 1000 offsets would be tried.

    Examples
    --------
    >>> room = Room()
    >>> turning = np.exp(2j * np.pi * 150.0 * SYMBOL_TIME * np.arange(32))
    >>> fix, offset = locate_with_offset(room, signal(room, [(1.0, 4.0)]) * turning, most=200.0)
    >>> fix.position.round(5), offset.round(3)
    (array([[1., 4.]]), array([150.]))
    """
    checks.instance("room", room, Room)
    pilots = checks.complex_array("pilots", pilots, (room.n_pilots,))
    if pilots.ndim != 2 or len(pilots) == 0:
        raise ValueError(f"pilots: got shape {pilots.shape}; it must be (n, {room.n_pilots}), n >= 1")
    checks.choice("method", method, ("ml", "ml-projected"))
    most = real_number("most", most)
    require(most >= 0, "most", most, "it must not be negative")
    symbol_time = float(checks.positive("symbol_time", real_number("symbol_time", symbol_time), "s"))
    each_way = np.ceil(most * 4 * room.n_pilots * symbol_time)
    require(each_way <= 500, "most", most, "at most 1000 offsets are tried, each with a search of its own")
    turning = 2j * np.pi * symbol_time * (np.arange(room.n_pilots) - (room.n_pilots - 1) / 2)
    best, start = np.full(len(pilots), np.inf), np.zeros((len(pilots), room.n_coordinates + 1))
    for tried in np.unique(np.linspace(-most, most, 2 * int(each_way) + 1)):
        fix = locate(room, pilots * np.exp(-turning * tried), method=method)
        better = fix.misfit < best
        best[better] = fix.misfit[better]
        start[better] = np.column_stack([fix.position, np.full(len(pilots), tried)])[better]
    good, remarks = np.isfinite(best), [line for line in fix.remarks if "nothing to locate" in line]
    found = descend(_with_offset(room, method, symbol_time), start, (pilots,))
    places = np.eye(room.n_coordinates, room.n_coordinates + 1)
    dof = 2 * room.n_pilots - room.n_coordinates - (3 if method == "ml" else 5)
    offset = np.where(good, found.state[:, -1], np.nan)
    return fix_of_descent(
        found, good, remarks, dof, lambda state: (state[:, :-1], places), data="pilots"
    ), offset


def offset_crlb(
    room: Room, positions: ArrayLike, *, method: str = "ml", symbol_time: float = SYMBOL_TIME
) -> np.ndarray:
    """Bound of positions where the carrier offset, too, is unknown.

    Parameters
    ----------
    room : Room
    positions : array_like, shape (..., D)
        Users [m].
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
        If a position is not finite or outside the room, the method is unknown, or the time is not above 0.

    Examples
    --------
    >>> from irsnb.indoor import position_crlb
    >>> unknown, known = offset_crlb(Room(), (1.0, 4.0)), position_crlb(Room(), (1.0, 4.0))
    >>> bool(1 < np.trace(unknown) / np.trace(known) < 2)
    True
    """
    checks.instance("room", room, Room)
    checks.choice("method", method, ("ml", "ml-projected"))
    symbol_time = float(checks.positive("symbol_time", real_number("symbol_time", symbol_time), "s"))
    positions = checked_positions(room, positions)
    places = positions.reshape(-1, room.n_coordinates)
    state = np.column_stack([places, np.zeros(len(places))])
    jacobian = _with_offset(room, method, symbol_time)(state, signal(room, places))[1]
    bound = cramer_rao_bound(np.swapaxes(jacobian, -1, -2) @ jacobian)[..., :-1, :-1]
    return bound.reshape(*positions.shape[:-1], *bound.shape[-2:])
