"""What makes a real room differ from its model, by cause, each with its remedy: trials for one picture."""

from dataclasses import replace

import numpy as np

from irsnb import checks
from irsnb.indoor.bounds import errors_at_bound
from irsnb.indoor.impairments import Impairment, impaired_pilots, impaired_room
from irsnb.indoor.locate import locate, refine
from irsnb.indoor.remedies import calibrated_room, locate_with_offset
from irsnb.indoor.scene import Room
from irsnb.indoor.signal import add_noise, pilots, receive, tile_channels
from irsnb.noise import circular_noise

__all__ = ["CAUSES", "cause_trial"]

CAUSES = {
    "noise alone": (Impairment(), False),
    "tiles are mirrors": (Impairment(specular=True), True),
    "phases in 4 steps": (Impairment(phase_bits=2), True),
    "waves are curved": (Impairment(), True),
    "tiles off by 1 mm": (Impairment(sigma_place=1e-3), True),
    "user 5 cm higher": (Impairment(), True),
    "echoes beside tiles": (Impairment(), False),
    "carrier offset 100 Hz": (Impairment(carrier_offset=100.0), True),
    "phase noise 1 Hz": (Impairment(linewidth=1.0), True),
    "walking, 1 m/s": (Impairment(speed=1.0), True),
    "receiver, 1 % error": (Impairment(evm=0.01), True),
}
"""What is wrong, as far as an :class:`irsnb.indoor.Impairment` can say it, and whether a remedy is known."""

# Starts around an estimate whose height was wrong: to the sides, and upwards.
_SIDES, _HIGHER = np.array([0, -0.04, 0.04, -0.08, 0.08]), np.array([0.02, 0.06, 0.1])
_AROUND = np.stack(np.meshgrid(_SIDES, _SIDES, _HIGHER), axis=-1).reshape(-1, 3)
_MARGIN = 0.01


def cause_trial(
    rng: np.random.Generator,
    draws: int,
    *,
    room: Room,
    cause: str,
    n_users: int = 10,
    places: int = 30,
) -> dict[str, np.ndarray]:
    """Draw rooms that differ from their model by one cause, and locate users in each of them.

    The estimator, maximum likelihood, is told a noise that covers what the model misses: no misfit asks for
    a deeper search. The remedies: the right model, for mirrors, phases and, in the last steps, curved
    waves; calibration at known places; the height, or the carrier offset, as a further unknown; the first
    pilot once more before every second one; symbols an eighth as long; 16 times the pilots.

    Parameters
    ----------
    rng : numpy.random.Generator
    draws : int
        Rooms.
    room : Room
        As the model has it, with users in a plane.
    cause : str
        A key of `CAUSES`. Echoes beside tiles: each tile's signal comes with an unknown
        one 20 dB weaker.
    n_users : int
        Users in each room, drawn evenly from its extent.
    places : int
        Known places for calibration.

    Returns
    -------
    dict of ndarray
        ``"plain"``, ``"remedied"`` and ``"bound"``, (draws, n_users): distances from the users [m], as the
        model is, with the remedy (NaN where none is known), and drawn from the bound.

    Raises
    ------
    ValueError
        If the cause is unknown, users' heights are, or an argument is of another kind.

    Examples
    --------
    >>> drawn = cause_trial(np.random.default_rng(0), 1, room=Room(), cause="carrier offset 100 Hz")
    >>> bool(np.median(drawn["plain"]) > 100 * np.median(drawn["remedied"]))
    True
    """
    rng, draws = checks.generator("rng", rng), checks.count("draws", draws)
    if checks.instance("room", room, Room).n_coordinates != 2:
        raise ValueError(f"room: got user_height {room.user_height}; it must be one height")
    checks.choice("cause", cause, CAUSES)
    n_users, places = checks.count("n_users", n_users), checks.count("places", places)
    checks.check_memory("places", places, 1024.0 * places * room.n_pilots)
    checks.check_memory("n_users", n_users, 1024.0 * n_users * room.n_pilots)
    checks.check_memory("draws", draws, 64.0 * draws * n_users * room.n_pilots)
    mended = CAUSES[cause][1]
    out = {name: np.full((draws, n_users), np.nan) for name in ("plain", "remedied", "bound")}
    low, high = room.limits
    for draw in range(draws):
        users = rng.uniform(low + _MARGIN, high - _MARGIN, (n_users, 2))
        truth = _real_room(room, cause, rng)
        found = locate(_lenient(room), _measured(truth, users, cause, rng, False)).position
        out["plain"][draw] = np.linalg.norm(found - users, axis=-1)
        if mended:
            measured = _measured(truth, users, cause, rng, True)
            found = _remedied(room, truth, cause, measured, rng, places)
            out["remedied"][draw] = np.linalg.norm(found - users, axis=-1)
        out["bound"][draw] = errors_at_bound(room, users, rng)
    return out


def _lenient(room):
    return replace(room, noise_dbm=-20.0)


def _real_room(room, cause, rng):
    if cause == "waves are curved":
        return replace(room, tiles=replace(room.tiles, waves="curved"))
    if cause == "user 5 cm higher":
        return replace(room, user_height=room.user_height + 0.05)
    return impaired_room(room, CAUSES[cause][0], rng)


def _measured(truth, users, cause, rng, remedy):
    """Pilots of users in the room as it is; with the remedies that change what is sent."""
    impairment = CAUSES[cause][0]
    if cause == "echoes beside tiles":
        channels = tile_channels(truth, users)
        echoes = 0.1 * circular_noise(rng, channels.shape)
        return add_noise(truth, pilots(truth, channels * (1 + echoes)), rng)
    if remedy and impairment.linewidth:
        impairment = replace(impairment, references=2)
    if remedy and impairment.evm:
        impairment = replace(impairment, evm=impairment.evm / 4)
    if remedy and impairment.speed:
        impairment = replace(impairment, symbol_time=impairment.symbol_time / 8)
    return impaired_pilots(truth, users, rng, impairment=impairment)


def _remedied(room, truth, cause, measured, rng, places):
    """Positions by an estimator that knows better."""
    if cause == "carrier offset 100 Hz":
        return locate_with_offset(_lenient(room), measured, most=110.0)[0].position
    if cause in ("tiles are mirrors", "phases in 4 steps"):
        return locate(_lenient(truth), measured).position
    found = locate(_lenient(room), measured).position
    starts = np.clip(found, *room.limits)[:, None]
    if cause == "waves are curved":
        return refine(_lenient(truth), measured, starts).position
    if cause == "user 5 cm higher":
        free = replace(room, user_height=(room.user_height, room.user_height + 0.2))
        starts = np.insert(starts, 2, room.user_height, axis=-1) + _AROUND
        starts[..., :2] = np.clip(starts[..., :2], *room.limits)
        return refine(free, measured, starts).position[:, :2]
    if cause == "tiles off by 1 mm":
        known = rng.uniform(*room.limits, (places, 2))
        told = calibrated_room(room, known, receive(truth, known, rng))
        return refine(_lenient(told), measured, starts).position
    return found
