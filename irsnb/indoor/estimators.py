"""From pilots to a position: maximum likelihood and the paper's phase cost (5), at their bounds.

A search over the users' area (:mod:`irsnb.indoor.dictionary`), then Levenberg-Marquardt steps on what a
method minimises (:mod:`irsnb.indoor.costs`).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from irsnb.bounds import cramer_rao_bound
from irsnb.checks import choice, complex_array, instance
from irsnb.fitting import descend
from irsnb.fix import MOST_REMARKS, Fix, sift_rows
from irsnb.indoor.costs import METHODS, residuals
from irsnb.indoor.dictionary import BLOCK, build_dictionary, has_signal, search
from irsnb.indoor.model import USERS_X, USERS_Y, Room, checked_positions

__all__ = ["locate", "refine"]

FEWEST = 4
"""Fewest pilots of a user: two coordinates and a complex gain are to be found."""
_USERS = 256
# Unknowns of each method's residuals: two coordinates, a complex gain or an offset, and f.
_UNKNOWNS = {"ml": 4, "ml-projected": 6, "phase-cost": 3}


def locate(room: Room, measurements: ArrayLike, method: str = "ml") -> Fix:
    """Positions of users from their pilots: a search over the users' area, then Levenberg-Marquardt steps.

    "ml" is maximum likelihood with an unknown complex gain. "ml-projected" leaves out what is the same in all
    pilots, and with it any multipath f of the direct link in (4). "phase-cost" is the paper's cost (5), with
    the phase offset in closed form.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measurements : array_like of complex, shape (n, n_pilots)
        From :func:`irsnb.indoor.measure`; NaN where a pilot is missing.
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    irsnb.fix.Fix
        As :func:`refine`. A user whose pilots are infinite, without any signal, or fewer than four gets NaN
        and a remark; the others stand.

    Raises
    ------
    ValueError
        If the method is unknown, the measurements are not (n, n_pilots), or no user can be located.

    Examples
    --------
    >>> room = Room()
    >>> pilots = room.signal([(1.0, 4.0), (-2.5, 7.25)])
    >>> pilots[1, :3] = np.nan
    >>> fix = locate(room, pilots)
    >>> fix.position.round(6)
    array([[ 1.  ,  4.  ],
           [-2.5 ,  7.25]])
    >>> fix.dof
    array([60, 54])
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    measured = complex_array("measurements", measurements, (room.n_pilots,), finite=False)
    if measured.ndim != 2 or len(measured) == 0:
        raise ValueError(f"measurements: got shape {measured.shape}; it must be (n, {room.n_pilots}), n >= 1")
    good, remarks = _usable("measurements", measured, method)
    starts = search(build_dictionary(room, method), measured[good])
    return _judged(_descend(room, measured[good], starts, method), good, remarks)


def refine(room: Room, measured: ArrayLike, starts: ArrayLike, method: str = "ml") -> Fix:
    """Levenberg-Marquardt steps from given starts, all users at once.

    Parameters
    ----------
    room : irsnb.indoor.Room
    measured : array_like of complex, shape (n, n_pilots)
        Pilots; NaN where one is missing.
    starts : array_like, shape (n, S, 2)
        Inside the room, the best first; the others serve users whose misfit noise cannot explain [m].
    method : {"ml", "ml-projected", "phase-cost"}

    Returns
    -------
    irsnb.fix.Fix
        Its degrees of freedom are two for each pilot less four ("ml") or six ("ml-projected"); for the phase
        cost, whose residuals are real, one for each pilot less three. A position outside the users' area by
        more than 5 cm has not converged, whatever its misfit.

    Raises
    ------
    ValueError
        If the method is unknown, a shape does not fit, a start is outside the room, or no user can be
        located.

    Examples
    --------
    >>> room = Room()
    >>> fix = refine(room, room.signal([(1.0, 4.0)]), [[(1.002, 3.998)]])
    >>> fix.position.round(6), fix.converged
    (array([[1., 4.]]), array([ True]))
    """
    instance("room", room, Room)
    choice("method", method, METHODS)
    measured = complex_array("measured", measured, (room.n_pilots,), finite=False)
    if measured.ndim != 2 or len(measured) == 0:
        raise ValueError(f"measured: got shape {measured.shape}; it must be (n, {room.n_pilots}), n >= 1")
    starts = checked_positions(starts, "starts")
    if starts.ndim != 3 or len(starts) != len(measured) or starts.shape[1] == 0:
        raise ValueError(f"starts: got shape {starts.shape}; it must be ({len(measured)}, S, 2), S >= 1")
    good, remarks = _usable("measured", measured, method)
    return _judged(_descend(room, measured[good], starts[good], method), good, remarks)


def _usable(name, measured, method):
    """Which users can be located, (n,), and a remark on each of the others."""
    missing = np.isnan(measured)
    heard = measured.shape[1] - missing.sum(axis=1, keepdims=True)
    signal = has_signal(measured, method)[:, None]
    return sift_rows(
        (len(measured),),
        [
            (
                name,
                measured,
                np.isfinite(measured) | missing,
                "it must be finite, or NaN where it is missing",
            ),
            (name, heard, heard >= FEWEST, f"pilots that are not missing; at least {FEWEST} are needed"),
            (name, np.zeros(signal.shape), signal, "a user without any signal; there is nothing to locate"),
        ],
    )


def _descend(room, measured, starts, method):
    """Of users that can be located: position, covariance, misfit, its freedom, whether the steps settled."""
    function = residuals(room, method)
    fitted = _fit(function, starts[:, 0], measured)
    # Where noise alone cannot explain what is left, but for one user in a million, other starts are tried.
    heard = np.isfinite(measured).sum(axis=-1)
    dof = heard * (1 if method == "phase-cost" else 2) - _UNKNOWNS[method]
    limit = chi2.isf(1e-6, dof)
    for start in range(1, starts.shape[1]):
        poor = np.flatnonzero(~(fitted[1] <= limit))
        if poor.size == 0:
            break
        again = _fit(function, starts[poor, start], measured[poor])
        better = ~(again[1] >= fitted[1][poor])
        for kept, new in zip(fitted, again, strict=True):
            kept[poor[better]] = new[better]
    position, misfit, settled, jacobian = fitted
    return position, _covariances(jacobian), misfit, dof, settled


def _fit(function, start, measured):
    """:func:`irsnb.fitting.descend` of n users, in blocks that stay in the cache."""
    parts = [
        descend(function, start[i : i + _USERS], (measured[i : i + _USERS],))
        for i in range(0, len(start), _USERS)
    ]
    names = "state", "misfit", "settled", "jacobian"
    return [np.concatenate([getattr(part, name) for part in parts]) for name in names]


def _covariances(jacobian):
    """Bounds at the estimates, (n, 2, 2); NaN where the residuals do not fix a position."""
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


def _judged(fitted, good, remarks):
    """A Fix of all users, NaN for those who are not good; converged inside the users' area alone."""
    position, covariance, misfit, dof, settled = (
        _spread(values, good, fill)
        for values, fill in zip(fitted, (np.nan, np.nan, np.nan, 0, False), strict=True)
    )
    low, high = np.transpose([USERS_X, USERS_Y])
    inside = np.all((position >= low - BLOCK / 2) & (position <= high + BLOCK / 2), axis=-1)
    fixed = np.isfinite(covariance).all(axis=(-1, -2))
    edges = f"x from {low[0]:g} to {high[0]:g} m, y from {low[1]:g} to {high[1]:g} m"
    found = []
    for row in np.flatnonzero(good & ~(inside & fixed)):
        x, y = position[row]
        told = (
            "the pilots do not fix a position there"
            if inside[row]
            else f"it must lie in the users' area, {edges}"
        )
        found.append(f"row {row}: position: got ({x:.4g}, {y:.4g}); {told}")
    if len(found) > MOST_REMARKS:
        found[MOST_REMARKS:] = [f"{len(found) - MOST_REMARKS} more rows like it, the last one {found[-1]}"]
    fix = Fix.from_fit(position, covariance, misfit, dof, settled, (*remarks, *found))
    return replace(fix, converged=fix.converged & inside & fixed)


def _spread(values, good, fill):
    """Values of the good users among those of all."""
    if good.all():
        return values
    spread = np.full((len(good), *values.shape[1:]), fill, dtype=values.dtype)
    spread[good] = values
    return spread
