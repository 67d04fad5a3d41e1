"""Trials for :func:`irsnb.montecarlo.sweep`: every method beside its bound, and what spoils the pilots."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.indoor.bounds import position_crlb
from irsnb.indoor.costs import METHODS
from irsnb.indoor.fingerprints import FEWEST, build_fingerprint
from irsnb.indoor.impairments import Impairment, impaired_pilots, impaired_room
from irsnb.indoor.locate import locate
from irsnb.indoor.remedies import calibrated_room, locate_with_offset, offset_crlb
from irsnb.indoor.samples import draw_samples
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import receive

__all__ = ["fingerprint_trial", "impaired_trial", "locate_trial"]

MARGIN = 1.2
"""Offsets are looked for up to so many times the one that is there, and one step of the search beyond."""


def locate_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    room: Room,
    positions: ArrayLike,
    multipath: float | str | None = None,
) -> dict[str, np.ndarray]:
    """Draw pilots of users at given places; errors of every method beside its bound.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    room : Room
    positions : array_like, shape (..., D)
        Users [m].
    multipath : float or "walls", optional
        Of the direct link, as :func:`receive`.

    Returns
    -------
    dict of ndarray
        ``"ml"``, ``"ml-projected"`` and ``"phase-cost"``, (draws, ..., D): errors of :func:`locate` [m]; with
        ``"_bound"`` behind the name the roots of their bounds without multipath, and with ``"_converged"``,
        (draws, ...), whether the fit says so.

    Raises
    ------
    ValueError
        As :func:`receive` and :func:`locate`.

    Examples
    --------
    >>> room = Room(extent=(0, 2, 3, 5))
    >>> drawn = locate_trial(np.random.default_rng(0), 200, room=room, positions=(1.0, 4.0))
    >>> ratio = np.sqrt(np.mean(drawn["ml"] ** 2 / drawn["ml_bound"] ** 2))
    >>> bool(0.9 < ratio < 1.1)
    True
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("room", room, Room)
    positions = checked_positions(room, positions)
    if positions.size == 0:
        raise ValueError(f"positions: got shape {positions.shape}; at least one user is needed")
    checks.check_memory("draws", draws, 64.0 * draws * positions.size * room.n_pilots)
    everywhere = np.broadcast_to(positions, (draws, *positions.shape))
    pilots = receive(room, everywhere, rng, multipath=multipath).reshape(-1, room.n_pilots)
    out = {}
    for method in METHODS:
        fix = locate(room, pilots, method=method)
        out[method] = fix.position.reshape(everywhere.shape) - positions
        out[f"{method}_bound"] = _roots(position_crlb(room, positions, method=method), draws)
        out[f"{method}_converged"] = fix.converged.reshape(everywhere.shape[:-1])
    return out


def impaired_trial(
    rng: np.random.Generator, draws: int, *, room: Room, positions: ArrayLike, impairment: Impairment
) -> dict[str, np.ndarray]:
    """Draw pilots in which something goes wrong, apply the remedies, and locate the users.

    The tiles' places are drawn once a call, for all its draws.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
    room : Room
        As the model has it.
    positions : array_like, shape (n, D)
        Users [m].
    impairment : Impairment

    Returns
    -------
    dict of ndarray
        ``"position"`` (draws, n, D): errors of maximum likelihood [m]. ``"position_bound"`` (draws, n, D):
        root of the bound without any impairment [m]. ``"remedied_bound"`` (draws, n, D): with offset and
        velocity unknown, if they are estimated, and with the receiver's own errors counted as noise [m].
        ``"accepted"`` (draws, n): whether the fit says that it converged.

    Raises
    ------
    ValueError
        As :func:`impaired_pilots` and :func:`locate`.

    Examples
    --------
    >>> setting = {"room": Room(extent=(0, 2, 3, 5)), "positions": [(1.0, 4.0), (0.2, 4.8)]}
    >>> rng = np.random.default_rng(0)
    >>> spoiled = impaired_trial(rng, 5, **setting, impairment=Impairment(carrier_offset=20.0))
    >>> remedied = impaired_trial(
    ...     rng, 5, **setting, impairment=Impairment(carrier_offset=20.0, estimate_offset=True)
    ... )
    >>> bool(np.abs(remedied["position"]).max() < 0.1 * np.abs(spoiled["position"]).max())
    True
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("room", room, Room)
    checks.instance("impairment", impairment, Impairment)
    positions = checked_positions(room, positions)
    if positions.ndim != 2 or len(positions) == 0:
        raise ValueError(
            f"positions: got shape {positions.shape}; it must be (n, {room.n_coordinates}), n >= 1"
        )
    checks.check_memory("draws", draws, 64.0 * draws * len(positions) * room.n_pilots)
    truth = impaired_room(room, impairment, rng)
    believed = room
    if impairment.tell_model:
        quiet = {"phase_bits": impairment.phase_bits, "specular": impairment.specular}
        believed = impaired_room(room, Impairment(**quiet), rng)
    if impairment.calibration_places:
        low, high = room.limits
        places = rng.uniform(low, high, (impairment.calibration_places, room.n_coordinates))
        believed = calibrated_room(believed, places, receive(truth, places, rng))
    everywhere = np.tile(positions, (draws, 1))
    pilots = impaired_pilots(truth, everywhere, rng, impairment=impairment)
    shape = draws, *positions.shape
    moving = impairment.estimate_velocity
    if impairment.estimate_offset or moving:
        beyond = 1 / (4 * room.n_pilots * impairment.symbol_time)
        most, time = MARGIN * abs(impairment.carrier_offset) + beyond, impairment.symbol_time
        fix = locate_with_offset(believed, pilots, most=most, moving=moving, symbol_time=time)[0]
        bound = offset_crlb(room, positions, moving=moving, symbol_time=time)
    else:
        fix, bound = locate(believed, pilots), position_crlb(room, positions)
    own = np.mean(np.abs(pilots.reshape(draws, len(positions), -1)) ** 2, axis=(0, 2))
    louder = 1 + own * impairment.evm**2 / room.sigma**2
    return {
        "position": fix.position.reshape(shape) - positions,
        "position_bound": _roots(position_crlb(room, positions), draws),
        "remedied_bound": _roots(bound * louder[:, None, None], draws),
        "accepted": fix.converged.reshape(shape[:-1]),
    }


def fingerprint_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    room: Room,
    changed: Room,
    n_samples: int,
    multipath: float | str | None = None,
) -> dict[str, np.ndarray]:
    """Take a fingerprint, change the room, and locate users by it, before and after.

    The remedy is to take the fingerprint anew, at the cost of as many samples.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
        Users, drawn evenly from the extent.
    room, changed : Room
        With as many pilots.
    n_samples : int
        Of a fingerprint, at least 1000; it is taken once a call.
    multipath : float or "walls", optional
        Of the direct link, as :func:`receive`.

    Returns
    -------
    dict of ndarray
        ``"before"``, ``"after"`` and ``"renewed"``, (draws, 2): errors in the room where it was taken, in the
        changed one, and there with a fingerprint of its own [m].

    Raises
    ------
    ValueError
        As :func:`receive` and :func:`build_fingerprint`; or if the rooms differ in pilots or coordinates.
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    checks.instance("room", room, Room)
    checks.instance("changed", changed, Room)
    for name in ("n_pilots", "n_coordinates"):
        if getattr(room, name) != getattr(changed, name):
            raise ValueError(
                f"changed: got {getattr(changed, name)} {name[2:]}; the room has {getattr(room, name)}"
            )
    n_samples = checks.count("n_samples", n_samples, FEWEST)
    for name, count in (("draws", draws), ("n_samples", n_samples)):
        checks.check_memory(name, count, 16.0 * count * max(room.n_pilots, room.n_tiles))
    places = rng.uniform(*room.limits, (draws, room.n_coordinates))
    old, new = (
        build_fingerprint(draw_samples(each, n_samples, rng, multipath=multipath)) for each in (room, changed)
    )
    heard, moved = (receive(each, places, rng, multipath=multipath) for each in (room, changed))
    return {
        "before": old.predict(heard) - places,
        "after": old.predict(moved) - places,
        "renewed": new.predict(moved) - places,
    }


def _roots(covariance, draws):
    """Standard deviations of a covariance, once for each draw."""
    roots = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.array(np.broadcast_to(roots, (draws, *roots.shape)))
