"""From pilots to a position: maximum likelihood and the paper's phase cost (5), at their bounds.

A search over the users' area (:mod:`irsnb.indoor.dictionary`), then Levenberg-Marquardt steps on what a
method minimises (:mod:`irsnb.indoor.costs`).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb.bounds import cramer_rao_bound
from irsnb.checks import choice, complex_array, instance
from irsnb.fitting import descend
from irsnb.fix import Fix, misfit_limit, remark_lines, sift_rows
from irsnb.indoor.costs import METHODS, features_unchecked, residuals
from irsnb.indoor.dictionary import build_dictionary, has_signal, quick_search, search
from irsnb.indoor.grid import block_sides
from irsnb.indoor.scene import FEWEST, Room, checked_positions

__all__ = ["locate", "refine"]

_USERS, _DEPTH = 256, 16
# Unknowns of each method besides the coordinates: a complex gain or an offset, and f.
_UNKNOWNS = {"ml": 2, "ml-projected": 4, "phase-cost": 1}


def locate(room: Room, pilots: ArrayLike, *, method: str = "ml") -> Fix:
    """Positions of users from their pilots: a search over the users' area, then Levenberg-Marquardt steps.

    "ml" is maximum likelihood with an unknown complex gain. "ml-projected" leaves out what is the same in all
    pilots, and with it any multipath f of the direct link in (4). "phase-cost" is the paper's cost (5), with
    the phase offset in closed form. Where the room's `user_height` is a range, the height is found as well.

    Parameters
    ----------
    room : irsnb.indoor.Room
        As the receiver knows it. Its extent is searched on a grid that follows wavelength and aperture.
    pilots : array_like of complex, shape (n, n_pilots)
        From :func:`irsnb.indoor.receive`; NaN where a pilot is missing.
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    irsnb.fix.Fix
        Positions (n, D). Otherwise as :func:`refine`. A user whose pilots are infinite, without any signal,
        or fewer than four gets NaN and a remark; the others stand.

    Raises
    ------
    ValueError
        If the method is unknown, the pilots are not (n, n_pilots), no user can be located, or the room is too
        large for the search.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room = Room()
    >>> pilots = signal(room, [(1.0, 4.0), (-2.5, 7.25)])
    >>> pilots[1, :3] = np.nan
    >>> fix = locate(room, pilots)
    >>> fix.position.round(6)
    array([[ 1.  ,  4.  ],
           [-2.5 ,  7.25]])
    >>> fix.dof
    array([60, 54])
    """
    measured = _checked(room, pilots, method)
    good, remarks = _usable(measured, method)
    fitted = _search_and_descend(build_dictionary(room, method), measured[good])
    return _judged(room, fitted, good, remarks)


def refine(room: Room, pilots: ArrayLike, starts: ArrayLike, *, method: str = "ml") -> Fix:
    """Levenberg-Marquardt steps from given starts, all users at once.

    Parameters
    ----------
    room : irsnb.indoor.Room
    pilots : array_like of complex, shape (n, n_pilots)
        NaN where one is missing.
    starts : array_like, shape (n, S, D)
        Inside the room, the best first; the others serve users whose misfit noise cannot explain [m].
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    irsnb.fix.Fix
        Its degrees of freedom are two for each pilot less two and D ("ml") or four and D ("ml-projected");
        for the phase cost, whose residuals are real, one for each pilot less one and D. A position outside
        the extent by more than half a block of the search (5 cm in the paper's room) has not converged,
        whatever its misfit, and neither has one where the tiles send no signal.

    Raises
    ------
    ValueError
        If the method is unknown, a shape does not fit, a start is outside the room, or no user can be
        located.

    Examples
    --------
    >>> from irsnb.indoor import signal
    >>> room = Room()
    >>> fix = refine(room, signal(room, [(1.0, 4.0)]), [[(1.002, 3.998)]])
    >>> fix.position.round(6), fix.converged
    (array([[1., 4.]]), array([ True]))
    """
    measured = _checked(room, pilots, method)
    starts = checked_positions(room, starts, "starts")
    if starts.ndim != 3 or len(starts) != len(measured) or starts.shape[1] == 0:
        wanted = f"({len(measured)}, S, {room.n_coordinates})"
        raise ValueError(f"starts: got shape {starts.shape}; it must be {wanted}, S >= 1")
    good, remarks = _usable(measured, method)
    return _judged(room, _descend(room, measured[good], starts[good], method), good, remarks)


def _checked(room, pilots, method):
    instance("room", room, Room)
    choice("method", method, METHODS)
    pilots = complex_array("pilots", pilots, (room.n_pilots,), finite=False)
    if pilots.ndim != 2 or len(pilots) == 0:
        raise ValueError(f"pilots: got shape {pilots.shape}; it must be (n, {room.n_pilots}), n >= 1")
    return pilots


def _usable(measured, method):
    """Which users can be located, (n,), and a remark on each of the others."""
    missing = np.isnan(measured)
    finite = np.isfinite(measured) | missing
    heard = measured.shape[1] - missing.sum(axis=1, keepdims=True)
    signal = has_signal(measured, method)[:, None]
    return sift_rows(
        (len(measured),),
        [
            ("pilots", measured, finite, "it must be finite, or NaN where it is missing"),
            ("pilots", heard, heard >= FEWEST, f"pilots not missing; at least {FEWEST} are needed"),
            ("pilots", np.zeros(signal.shape), signal, "a user without any signal; nothing to locate"),
        ],
    )


@dataclass
class _Fitted:
    """Of users that can be located: what Levenberg-Marquardt steps ended with, and the misfit's freedom."""

    state: np.ndarray
    misfit: np.ndarray
    settled: np.ndarray
    jacobian: np.ndarray
    dof: np.ndarray
    tried: np.ndarray
    """The latest starts, (n, 4, D); NaN where there were fewer."""


def _search_and_descend(dictionary, measured):
    """The best block alone for most users; more blocks for whom another could hold a better place."""
    room, method = dictionary.room, dictionary.method
    if dictionary.spans is None or method == "phase-cost":
        fitted = _descend(room, measured, search(dictionary, measured), method)
    else:
        starts, rival, full_search = quick_search(dictionary, measured)
        fitted = _descend(room, measured, starts, method)
        values = np.where(np.isfinite(measured), measured, 0)
        energy = np.sum(np.abs(features_unchecked(values, method)) ** 2, axis=-1)
        # The squared likeness reached, against what other blocks could reach.
        doubtful = np.flatnonzero(~(1 - fitted.misfit * room.sigma**2 / (2 * energy) > rival))
        _look_again(room, fitted, measured, doubtful, full_search(doubtful), method)
    if method == "phase-cost" and (poor := np.flatnonzero(_is_poor(fitted))).size:
        # Squares change twice as fast as pilots: a grid too coarse for them is not too coarse for these.
        likely = _search_and_descend(replace(dictionary, method="ml"), measured[poor])
        _look_again(room, fitted, measured, poor, likely.state[:, None], method)
    if dictionary.is_simple:
        return fitted
    # Where that leaves more than noise can explain, the search looks deeper.
    poor = np.flatnonzero(_is_poor(fitted))
    _look_again(room, fitted, measured, poor, search(dictionary, measured[poor], depth=_DEPTH), method)
    return fitted


def _look_again(room, fitted, measured, rows, starts, method):
    """Steps from further starts (k, S, D) of some rows, where those have not been taken; the best is kept."""
    for start in starts.swapaxes(0, 1):
        new = ~np.any(np.all(fitted.tried[rows] == start[:, None], axis=-1), axis=-1)
        some = rows[new]
        if some.size:
            _keep_better(fitted, some, _descend(room, measured[some], start[new, None], method))
    count = min(starts.shape[1], fitted.tried.shape[1])
    fitted.tried[rows, :count] = starts[:, :count]


def _descend(room, measured, starts, method):
    """Steps from the first start; from the others for users whose misfit is poor."""
    function = residuals(room, method)
    heard = np.isfinite(measured).sum(axis=-1)
    dof = heard * (1 if method == "phase-cost" else 2) - _UNKNOWNS[method] - room.n_coordinates
    fitted = _fit(function, starts[:, 0], measured, dof)
    fitted.tried[:, : starts.shape[1]] = starts[:, : fitted.tried.shape[1]]
    for start in range(1, starts.shape[1]):
        poor = np.flatnonzero(_is_poor(fitted))
        if poor.size == 0:
            break
        _keep_better(fitted, poor, _fit(function, starts[poor, start], measured[poor], dof[poor]))
    return fitted


def _is_poor(fitted):
    """Where noise alone explains the misfit of one user in a thousand at most."""
    return ~(fitted.misfit <= misfit_limit(fitted.dof))


def _keep_better(fitted, rows, other):
    """Take over the rows of another fit that have the smaller misfit."""
    better = (other.misfit < fitted.misfit[rows]) | np.isnan(fitted.misfit[rows])
    for name in ("state", "misfit", "settled", "jacobian"):
        getattr(fitted, name)[rows[better]] = getattr(other, name)[better]


def _fit(function, start, measured, dof):
    """:func:`irsnb.fitting.descend` of n users, in blocks that stay in the cache."""
    parts = [
        descend(function, start[i : i + _USERS], (measured[i : i + _USERS],))
        for i in range(0, len(start), _USERS)
    ]
    names = "state", "misfit", "settled", "jacobian"
    found = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    return _Fitted(*found, dof, np.full((len(start), 4, start.shape[1]), np.nan))


def _covariances(jacobian):
    """Bounds at the estimates, (n, D, D); NaN where the residuals do not fix a position."""
    information = np.swapaxes(jacobian, -1, -2) @ jacobian
    try:
        return cramer_rao_bound(information)
    except ValueError:
        bounds = np.full(information.shape, np.nan)
        for row, alone in enumerate(information):
            try:
                bounds[row] = cramer_rao_bound(alone)
            except ValueError:
                continue
        return bounds


def _judged(room, fitted, good, remarks):
    """A Fix of all users, NaN for those who are not good; converged inside the users' area alone."""
    values = fitted.state, _covariances(fitted.jacobian), fitted.misfit, fitted.dof, fitted.settled
    position, covariance, misfit, dof, settled = (
        _spread(part, good, fill)
        for part, fill in zip(values, (np.nan, np.nan, np.nan, 0, False), strict=True)
    )
    (low, high), margin = room.limits, block_sides(room) / 2
    inside = np.all((position >= low - margin) & (position <= high + margin), axis=-1)
    fixed = np.isfinite(covariance).all(axis=(-1, -2))
    sides = (f"{word} from {a:g} to {b:g} m" for word, a, b in zip("xyz", low, high, strict=False))
    edges = ", ".join(sides)

    def line(row):
        told = "the pilots do not fix a position there" if inside[row] else f"it must lie in {edges}"
        return f"position: got ({', '.join(f'{value:.4g}' for value in position[row])}); {told}"

    remarks = (*remarks, *remark_lines(good & ~(inside & fixed), line))
    fix = Fix.from_fit(position, covariance, misfit, dof, settled, remarks)
    return replace(fix, converged=fix.converged & inside & fixed)


def _spread(values, good, fill):
    """Values of the good users among those of all."""
    if good.all():
        return values
    spread = np.full((len(good), *values.shape[1:]), fill, dtype=values.dtype)
    spread[good] = values
    return spread
