"""What is known of the radar: its sizes and powers, where it and its surfaces stand, and where it looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light

from irsnb import checks
from irsnb.checks import real_array, require
from irsnb.elliptic.scene import checked_surfaces
from irsnb.geometry import unit_vector_unchecked

__all__ = ["Detour", "Radar", "Scene"]

_COUNTS = ("subcarriers", "antennas", "surface_side", "second_side", "beam_side")


@dataclass(frozen=True)
class Radar:
    """Sizes and powers of the radar, all of them chosen here: Duan et al. (2025) give none.

    Attributes
    ----------
    carrier, bandwidth : float
        [Hz].
    subcarriers : int
        K, equally spaced over the bandwidth; echoes are told apart within K c / bandwidth of path.
    antennas : int
        N_a of the receiving linear array (5), half a wavelength apart along x.
    surface_side : int
        Elements along each side of the first surface, half a wavelength apart, in the y-z plane.
    second_side : int
        The same of the block that is phased on the second surface: few, so that its beam holds the sector.
    beam_side : int
        Beams along each side of the scanned sector, 2 / `surface_side` apart in direction cosine.
    transmit_power : float
        [W].
    transmit_gain, antenna_gain : float
        Of the transmitting array and of one receiving antenna, as ratios.
    cross_section : float
        Radar cross-section of the target [m^2].
    dwell : float
        Time on each beam [s].
    noise_factor : float
        Of the receiver, as a ratio, at 290 K.

    Raises
    ------
    ValueError
        If a count is not an integer of at least 1 (2 subcarriers), another value is not above 0, or the
        samples of one pair would take too much memory.

    Examples
    --------
    >>> radar = Radar(bandwidth=20e6)
    >>> print(f"{radar.wavelength:.4f} m, {radar.path_window:.0f} m, {len(radar.beam_offsets)} beams")
    0.0857 m, 1919 m, 25 beams
    """

    carrier: float = 3.5e9
    bandwidth: float = 10e6
    subcarriers: int = 128
    antennas: int = 8
    surface_side: int = 64
    second_side: int = 16
    beam_side: int = 5
    transmit_power: float = 2e3
    transmit_gain: float = 2e3
    antenna_gain: float = 50.0
    cross_section: float = 10.0
    dwell: float = 20e-3
    noise_factor: float = 2.0

    def __post_init__(self):
        for entry in fields(self):
            name, value = entry.name, getattr(self, entry.name)
            if name in _COUNTS:
                value = checks.count(name, value, low=2 if name == "subcarriers" else 1)
            else:
                value = checks.real_number(name, value)
                require(value > 0, name, value, "it must be above 0")
            object.__setattr__(self, name, value)
        largest = max(_COUNTS, key=lambda name: getattr(self, name))
        # The samples of one pair, and the terms of one response.
        samples = 16 * self.beam_side**2 * self.antennas * self.subcarriers
        terms = 16 * self.beam_side * self.surface_side
        checks.check_memory(largest, getattr(self, largest), max(samples, terms))

    @property
    def wavelength(self) -> float:
        """Carrier wavelength [m]."""
        return speed_of_light / self.carrier

    @property
    def frequencies(self) -> np.ndarray:
        """Subcarriers about the carrier, (K,) [Hz]; their mean is 0."""
        k = np.arange(self.subcarriers)
        return (k - k.mean()) * self.bandwidth / self.subcarriers

    @property
    def path_window(self) -> float:
        """Span of path lengths told apart, ``K c / bandwidth`` [m]; the gate opens at the focal distance."""
        return self.subcarriers * speed_of_light / self.bandwidth

    @property
    def beam_offsets(self) -> np.ndarray:
        """Direction cosines (y, z) of the beams about the middle of the sector, (B, 2)."""
        side = (np.arange(self.beam_side) - (self.beam_side - 1) / 2) * 2 / self.surface_side
        return np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)


def two_numbers(name: str, value: ArrayLike, what: str) -> np.ndarray:
    """Return two real numbers as an array (2,), or raise ``ValueError`` that says `what` they are."""
    value = real_array(name, value)
    if value.shape != (2,):
        raise ValueError(f"{name}: got shape {value.shape}; it must be (2,): {what}")
    return value


@dataclass(frozen=True)
class Detour:
    """An echo that takes a longer way: multipath, which Duan et al. (2025) leave for later.

    Attributes
    ----------
    excess : float
        By how much its path is longer [m].
    amplitude : float
        Its amplitude relative to the direct echo, before the beams weight either.
    phase : float
        Its phase against the direct echo [rad].
    turn : tuple of float
        By how much its departure from the first surface differs, in direction cosines (y, z). (0, 0) for a
        detour between target and second surface.

    Raises
    ------
    ValueError
        If a value is not finite, a length or an amplitude is negative, or a cosine differs by more than 2.

    Examples
    --------
    >>> Detour(excess=30.0, amplitude=0.5)
    Detour(excess=30.0, amplitude=0.5, phase=0.0, turn=(0.0, 0.0))
    """

    excess: float
    amplitude: float
    phase: float = 0.0
    turn: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self):
        for name in ("excess", "amplitude", "phase"):
            value = checks.real_number(name, getattr(self, name))
            require(name == "phase" or value >= 0, name, value, "it must not be negative")
            object.__setattr__(self, name, value)
        turn = two_numbers("turn", self.turn, "(y, z)")
        require(np.abs(turn) <= 2, "turn", turn, "a difference of direction cosines must lie within +-2")
        object.__setattr__(self, "turn", tuple(turn.tolist()))


def checked_detours(detours: Sequence[Detour]) -> tuple[Detour, ...]:
    """Return the detours as a tuple, or raise ``ValueError``."""
    if not isinstance(detours, (tuple, list)):
        raise ValueError(f"detours: got {detours!r}; it must be a sequence of Detour")
    for i, way in enumerate(detours):
        checks.instance(f"detours[{i}]", way, Detour)
    return tuple(detours)


def checked_interferers(interferers: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return for each interferer the sine of its direction and its power, or raise ``ValueError``."""
    pairs = real_array("interferers", interferers)
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2):
        raise ValueError(f"interferers: got shape {pairs.shape}; it must be (n, 2): a sine and a power each")
    pairs = pairs.reshape(-1, 2)
    require(np.abs(pairs[:, 0]) <= 1, "interferers", pairs[:, 0], "a sine must lie in [-1, 1]")
    require(pairs[:, 1] >= 0, "interferers", pairs[:, 1], "a power must not be negative")
    return tuple(map(tuple, pairs.tolist()))


@dataclass(frozen=True, eq=False)
class Scene:
    """A radar, its surfaces, and the sector that it scans.

    The first surface faces along x and the others against it; the receiving array lies along x.

    Attributes
    ----------
    surfaces : ndarray, shape (M + 1, 3)
        The first sends and measures the departure [m].
    receiver : ndarray, shape (3,)
        Where the radar stands [m].
    middle : tuple of float
        Azimuth and elevation of the middle of the scanned sector, seen from the first surface [rad].
    radar : Radar

    Raises
    ------
    ValueError
        If a value is not finite or of another shape, another surface or the receiver stands where the first
        surface does, or an angle is beyond its range.

    Examples
    --------
    >>> scene = Scene([(0, 0, 0), (1600, 0, 0), (800, 0, 0)], (200, -400, -30), (1.0, 0.8))
    >>> scene.n_pairs, scene.focal_distances.tolist()
    (2, [1600.0, 800.0])
    """

    surfaces: np.ndarray
    receiver: np.ndarray
    middle: tuple[float, float]
    radar: Radar = field(default_factory=Radar)

    def __post_init__(self):
        surfaces = np.array(checked_surfaces(self.surfaces, batch=False))
        receiver = np.array(checks.point("receiver", self.receiver))
        require(
            (receiver != surfaces).any(axis=-1), "receiver", receiver[0], "it must not be a surface (x shown)"
        )
        middle = two_numbers("middle", self.middle, "azimuth and elevation in rad")
        checks.azimuth("middle", middle[:1])
        checks.elevation("middle", middle[1:])
        checks.instance("radar", self.radar, Radar)
        surfaces.flags.writeable = receiver.flags.writeable = False
        object.__setattr__(self, "surfaces", surfaces)
        object.__setattr__(self, "receiver", receiver)
        object.__setattr__(self, "middle", tuple(middle.tolist()))

    @property
    def n_pairs(self) -> int:
        """Surfaces after the first, M."""
        return len(self.surfaces) - 1

    @property
    def focal_distances(self) -> np.ndarray:
        """Distances of the other surfaces from the first, (M,) [m]."""
        return np.linalg.norm(self.surfaces[1:] - self.surfaces[0], axis=-1)

    @property
    def sector(self) -> np.ndarray:
        """Direction cosines (y, z) of the middle of the sector, (2,)."""
        azimuth, elevation = np.array(self.middle)
        return unit_vector_unchecked(azimuth, elevation)[1:]
