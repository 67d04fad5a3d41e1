"""What spoils the pilots: everything that the signal (1)-(6) of Aguiar et al. (2024) leaves out.

The paper's pilots come one after the other, yet its oscillators and its user stand still, and its tiles are
where the model has them and do what the model says. Here each of these is wrong by a given amount; what can
be done about it is in :mod:`irsnb.indoor.remedies`.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.checks import real_number, require
from irsnb.indoor.scene import Room, checked_positions
from irsnb.indoor.signal import signal
from irsnb.noise import circular_noise

__all__ = ["SYMBOL_TIME", "Impairment", "impaired_pilots", "impaired_room"]

SYMBOL_TIME = 1 / 14e3
"""Of an OFDM symbol with its prefix at 15 kHz between subcarriers [s]; the paper states none."""


@dataclass(frozen=True)
class Impairment:
    """What goes wrong while the pilots are sent, and what is done about it; by default nothing goes wrong.

    Attributes
    ----------
    carrier_offset : float
        Between the oscillators of station and user [Hz].
    linewidth : float
        Of the two oscillators together [Hz]. Their phase is a random walk, whose variance grows by 2 pi times
        this in a second.
    speed : float
        Of the user, level and in a direction of its own in each draw [m/s]; it is where it is said to be in
        the middle of the pilots.
    evm : float
        Error vector magnitude of the receiver: deviation of further noise relative to the root mean square of
        the user's pilots; 0.01 is -40 dB.
    sigma_place : float
        Standard deviation of each coordinate of each tile [m].
    phase_bits : int
        Bits of a tile's phase, of which the model knows nothing; 0 for any phase.
    specular : bool
        Whether the tiles reflect as mirrors (:class:`irsnb.indoor.Tiles`), whatever the model says.
    symbol_time : float
        From one pilot to the next [s].
    references : int
        Remedy: before every so many pilots, and at the end, the first is sent once more; what its phase has
        turned by is taken out of the pilots in between. 0 for none. It costs air time (:meth:`n_symbols`).
    estimate_offset : bool
        Remedy: the carrier offset is a further unknown, by :func:`irsnb.indoor.locate_with_offset`. It costs
        information (:func:`irsnb.indoor.offset_crlb`), and a search for each offset that is tried.
    estimate_velocity : bool
        Remedy: so are the offset and the user's velocity.
    calibration_places : int
        Remedy: pilots measured at so many known places tell each tile's gain, by
        :func:`irsnb.indoor.calibrated_room`.
    tell_model : bool
        Remedy: the model knows of the steps of the phases and of the mirrors. It costs nothing.

    Raises
    ------
    ValueError
        If a value is of another kind or not finite, or negative where it cannot be.

    Examples
    --------
    >>> Impairment(carrier_offset=100.0, references=8).n_symbols(32)
    37
    """

    carrier_offset: float = 0.0
    linewidth: float = 0.0
    speed: float = 0.0
    evm: float = 0.0
    sigma_place: float = 0.0
    phase_bits: int = 0
    specular: bool = False
    symbol_time: float = SYMBOL_TIME
    references: int = 0
    estimate_offset: bool = False
    estimate_velocity: bool = False
    calibration_places: int = 0
    tell_model: bool = False

    def __post_init__(self):
        for entry in fields(self):
            name, value = entry.name, getattr(self, entry.name)
            if isinstance(entry.default, bool):
                value = checks.flag(name, value)
            elif isinstance(entry.default, int):
                value = checks.count(name, value, 0, 50 if name == "phase_bits" else 10_000)
            else:
                value = real_number(name, value)
                ok = name == "carrier_offset" or value >= 0
                require(ok, name, value, "it must not be negative")
            object.__setattr__(self, name, value)
        checks.positive("symbol_time", self.symbol_time, "s")

    def n_symbols(self, n_pilots: int) -> int:
        """Symbols that are sent for so many pilots, references counted in.

        Parameters
        ----------
        n_pilots : int

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If `n_pilots` is no integer of at least 1.
        """
        n_pilots = checks.count("n_pilots", n_pilots)
        return n_pilots + (-(-n_pilots // self.references) + 1 if self.references else 0)

    def _sent(self, n_pilots):
        """Number of the pilot that each symbol carries, -1 for a reference."""
        if self.references == 0:
            return np.arange(n_pilots)
        sent = []
        for pilot in range(n_pilots):
            sent += [-1, pilot] if pilot % self.references == 0 else [pilot]
        return np.array([*sent, -1])


def impaired_room(room: Room, impairment: Impairment, rng: np.random.Generator) -> Room:
    """The room as it is: its tiles off their places, their phases in steps, mirrors.

    Parameters
    ----------
    room : Room
        As the model has it.
    impairment : Impairment
        Of which `sigma_place`, `phase_bits` and `specular` are used.
    rng : numpy.random.Generator

    Returns
    -------
    Room

    Raises
    ------
    ValueError
        If an argument is of another kind.

    Examples
    --------
    >>> moved = impaired_room(Room(), Impairment(sigma_place=0.001), np.random.default_rng(0))
    >>> bool(0.0008 < np.std(moved.tiles.positions - Room().tiles.positions) < 0.0012)
    True
    """
    checks.instance("room", room, Room)
    checks.instance("impairment", impairment, Impairment)
    checks.generator("rng", rng)
    tiles, changes = room.tiles, {}
    if impairment.sigma_place:
        off = impairment.sigma_place * rng.standard_normal(tiles.positions.shape)
        changes["tiles"] = tiles = replace(tiles, positions=tiles.positions + off)
    if impairment.specular:
        changes["tiles"] = replace(tiles, reflection="specular")
    if impairment.phase_bits:
        changes["codebook"] = _stepped(room.coefficients, impairment.phase_bits)
    return replace(room, **changes)


def _stepped(coefficients, bits):
    step = 2 * np.pi / 2**bits
    return np.abs(coefficients) * np.exp(1j * step * np.round(np.angle(coefficients) / step))


def impaired_pilots(
    room: Room, positions: ArrayLike, rng: np.random.Generator, *, impairment: Impairment
) -> np.ndarray:
    """Pilots as a user receives them when oscillators, user and receiver are not at rest.

    Parameters
    ----------
    room : Room
        As it is (:func:`impaired_room`).
    positions : array_like, shape (n, D)
        Users [m].
    rng : numpy.random.Generator
    impairment : Impairment
        Of which `carrier_offset`, `linewidth`, `speed`, `evm` and `symbol_time` are used, and the remedy
        `references`.

    Returns
    -------
    ndarray of complex, shape (n, n_pilots)
        Turned back by the references, if there are any.

    Raises
    ------
    ValueError
        If an argument is of another kind or shape, or a user leaves the room while the pilots are sent.

    Examples
    --------
    >>> room = Room()
    >>> received = impaired_pilots(
    ...     room, [(1.0, 4.0)], np.random.default_rng(0), impairment=Impairment(carrier_offset=100.0)
    ... )
    >>> turned = np.angle(received / signal(room, [(1.0, 4.0)]))[0]
    >>> bool(np.allclose(np.diff(np.unwrap(turned)), 2 * np.pi * 100 / 14e3, atol=1e-2))
    True
    """
    checks.instance("room", room, Room)
    checks.instance("impairment", impairment, Impairment)
    positions, rng = checked_positions(room, positions), checks.generator("rng", rng)
    if positions.ndim != 2:
        raise ValueError(
            f"positions: got shape {positions.shape}; it must be (n, {room.n_coordinates}), one row a user"
        )
    sent = impairment._sent(room.n_pilots)
    n, pilot = len(positions), np.maximum(sent, 0)
    times = impairment.symbol_time * (np.arange(len(sent)) - (len(sent) - 1) / 2)
    clean = _moving(room, positions, pilot, times, impairment.speed, rng)
    steps = np.sqrt(2 * np.pi * impairment.linewidth * impairment.symbol_time)
    walk = np.cumsum(steps * rng.standard_normal((n, len(sent))), axis=1)
    phase = 2 * np.pi * (impairment.carrier_offset * times + rng.random((n, 1))) + walk
    power = np.mean(np.abs(clean) ** 2, axis=1, keepdims=True)
    deviation = np.sqrt(room.sigma**2 + power * impairment.evm**2)
    received = clean * np.exp(1j * phase) + deviation * circular_noise(rng, clean.shape)
    data = received[:, sent >= 0]
    if not impairment.references:
        return data
    # Between two references the phase is taken to turn evenly.
    marks = received[:, sent < 0]
    turned = np.unwrap(np.angle(marks * marks[:, :1].conj()), axis=1)
    between = np.array([np.interp(times[sent >= 0], times[sent < 0], row) for row in turned])
    return data * np.exp(-1j * between)


def _moving(room, positions, pilot, times, speed, rng):
    """Noise-free symbols (n, S): each carries one pilot, heard where the user is at that time."""
    if speed == 0:
        return signal(room, positions)[:, pilot]
    heading = 2 * np.pi * rng.random(len(positions))
    course = np.zeros(positions.shape)
    course[:, 0], course[:, 1] = speed * np.cos(heading), speed * np.sin(heading)
    symbols = np.empty((len(positions), len(pilot)), dtype=complex)
    for symbol, (number, time) in enumerate(zip(pilot, times, strict=True)):
        symbols[:, symbol] = signal(room, positions + course * time)[:, number]
    return symbols
