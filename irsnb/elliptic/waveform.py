"""From a waveform to departure angles and path sums: eqs. (1)-(6) of Duan et al. (2025), simulated.

The paper writes the signal down and computes nothing from it. Here the first surface scans a few beams over a
sector, the echo returns over the second surface of one pair after the other, and a linear array receives
K subcarriers of every beam. What the paper leaves open (carrier, bandwidth, powers, sizes, how the beams
are steered) is chosen here and stands in :class:`Radar`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann, speed_of_light

from irsnb import checks
from irsnb.checks import common_shape, complex_array, points, real_array, require
from irsnb.elliptic.model import checked_pairs, second_surface
from irsnb.geometry import unit_vector_unchecked
from irsnb.noise import circular_noise

__all__ = [
    "Detour",
    "Radar",
    "Scan",
    "array_weights",
    "arrival_sines",
    "beam_responses",
    "combine",
    "cosines_to_direction",
    "direction_cosines",
    "link_budget",
    "receive",
    "receive_steering",
    "scan",
]

_COUNTS = ("subcarriers", "antennas", "surface_side", "second_side", "beam_side")
_STEPS = 5
_BLOCK = 2**22


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
        turn = real_array("turn", self.turn)
        if turn.shape != (2,):
            raise ValueError(f"turn: got shape {turn.shape}; it must be (2,)")
        require(np.abs(turn) <= 2, "turn", turn, "a difference of direction cosines must lie within +-2")
        object.__setattr__(self, "turn", tuple(turn.tolist()))


@dataclass(frozen=True)
class Scan:
    """What one scan tells; made by :func:`scan`.

    Attributes
    ----------
    azimuth, elevation : ndarray, shape (...)
        Departure angles at the first surface [rad].
    path_sums : ndarray, shape (..., M)
        First surface - target - second surface [m].
    snr : ndarray, shape (..., M)
        Estimated signal-to-noise ratio of one subcarrier in the middle of a beam, after the array.
    """

    azimuth: np.ndarray
    elevation: np.ndarray
    path_sums: np.ndarray
    snr: np.ndarray


def beam_responses(radar: Radar, cosines: ArrayLike, middle: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude with which each beam of the scan lights a direction, eqs. (1)-(3).

    Beam b has the phases (2) that undo the arriving wave and aim at direction cosines q_b, so that
    ``h_S2T^T Phi_b h_B2S`` is the sum over the elements of ``exp(j 2 pi p . (q - q_b) / wavelength)``.
    Divided by the number of elements; real, because the surface is symmetric about its centre.

    Parameters
    ----------
    radar : Radar
    cosines : array_like, shape (..., 2)
        Direction cosines of the target along y and z, as seen from the first surface.
    middle : array_like, shape (..., 2)
        Those of the middle of the sector.

    Returns
    -------
    responses : ndarray, shape (..., B)
        1 in the middle of a beam.
    gradient : ndarray, shape (..., B, 2)
        Their derivative by the direction cosines.

    Raises
    ------
    ValueError
        If a cosine is not finite or beyond +-1, or the shapes do not fit.
    """
    checks.instance("radar", radar, Radar)
    cosines, middle = _cosines("cosines", cosines), _cosines("middle", middle)
    for name, value in (("cosines", cosines), ("middle", middle)):
        require(np.abs(value) <= 1, name, value, "a direction cosine must lie in [-1, 1]")
    common_shape(cosines=cosines.shape, middle=middle.shape)
    return _responses(radar, cosines - middle)


def _responses(radar, offset):
    """:func:`beam_responses` of offsets (..., 2) from the middle of the sector."""
    side = radar.surface_side
    # Half-wavelength spacing: 2 pi / wavelength times the place of an element along y or z.
    places = np.pi * (np.arange(side) - (side - 1) / 2)
    side_beams = radar.beam_offsets[: radar.beam_side, 1]
    turned = (offset[..., None] - side_beams)[..., None] * places
    value = np.cos(turned).mean(axis=-1)
    slope = -(places * np.sin(turned)).mean(axis=-1)
    along_y, along_z = value[..., 0, :, None], value[..., 1, None, :]
    both = (along_y * along_z, slope[..., 0, :, None] * along_z, along_y * slope[..., 1, None, :])
    flat = [v.reshape(*v.shape[:-2], v.shape[-2] * v.shape[-1]) for v in both]
    return flat[0], np.stack(flat[1:], axis=-1)


def _cosines(name, value):
    value = real_array(name, value)
    if value.ndim == 0 or value.shape[-1] != 2:
        raise ValueError(
            f"{name}: got shape {value.shape}; it must be (..., 2): direction cosines along y and z"
        )
    return value


def direction_cosines(azimuth: ArrayLike, elevation: ArrayLike) -> np.ndarray:
    """Direction cosines along y and z: what a planar surface sees of a direction.

    Parameters
    ----------
    azimuth, elevation : array_like, shape (...)
        Angles [rad]; they broadcast. Azimuth within +-4 pi, elevation within +-pi/2.

    Returns
    -------
    ndarray, shape (..., 2)

    Raises
    ------
    ValueError
        If an angle is not finite or beyond its range, or the shapes do not broadcast.

    Examples
    --------
    >>> direction_cosines(np.pi / 6, 0.0).round(12)
    array([0.5, 0. ])
    """
    azimuth, elevation = checks.azimuth("azimuth", azimuth), checks.elevation("elevation", elevation)
    common_shape(azimuth=azimuth.shape, elevation=elevation.shape)
    return unit_vector_unchecked(azimuth, elevation)[..., 1:]


def cosines_to_direction(cosines: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Azimuth and elevation in front of a surface (x >= 0) from direction cosines along y and z.

    Cosines that belong to no direction, y^2 + z^2 > 1, as estimates may have, give one in the plane of the
    surface.

    Parameters
    ----------
    cosines : array_like, shape (..., 2)

    Returns
    -------
    azimuth, elevation : ndarray, shape (...)
        [rad].

    Raises
    ------
    ValueError
        If a cosine is not finite or the last axis is not 2.

    Examples
    --------
    >>> azimuth, elevation = cosines_to_direction([0.5, 0.0])
    >>> print(f"{np.rad2deg(azimuth):.1f} {np.rad2deg(elevation):.1f}")
    30.0 0.0
    """
    cosines = _cosines("cosines", cosines)
    y, z = np.clip(np.moveaxis(cosines, -1, 0), -1, 1)
    return np.arctan2(y, np.sqrt(np.maximum(1 - y**2 - z**2, 0))), np.arcsin(z)


def arrival_sines(receiver: ArrayLike, semi_focals: ArrayLike) -> np.ndarray:
    """sin(theta_k) of eq. (5): each second surface as seen along the receiving array.

    Parameters
    ----------
    receiver : array_like, shape (..., 3)
        Receiving array [m].
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m].

    Returns
    -------
    ndarray, shape (..., M)

    Raises
    ------
    ValueError
        If a value is not finite, there is no pair, the shapes do not broadcast, or the receiver stands on a
        second surface.
    """
    receiver, semi_focals = points("receiver", receiver), checked_pairs(semi_focals)
    common_shape(receiver=receiver.shape[:-1], semi_focals=semi_focals.shape[:-1])
    offsets = second_surface(semi_focals) - receiver[..., None, :]
    lengths = np.linalg.norm(offsets, axis=-1)
    require(lengths > 0, "receiver", lengths, "it must not stand on a second surface (distance shown)")
    return offsets[..., 0] / lengths


def receive_steering(radar: Radar, sine: ArrayLike) -> np.ndarray:
    """Steering vector (5) of the receiving array, half a wavelength apart.

    Parameters
    ----------
    radar : Radar
    sine : array_like, shape (...)
        sin(theta_k).

    Returns
    -------
    ndarray of complex, shape (..., N_a)

    Raises
    ------
    ValueError
        If a sine is not finite or beyond +-1.
    """
    checks.instance("radar", radar, Radar)
    sine = real_array("sine", sine)
    require(np.abs(sine) <= 1, "sine", sine, "it must lie in [-1, 1]")
    return np.exp(1j * np.pi * np.arange(radar.antennas) * sine[..., None])


def link_budget(radar: Radar, target: ArrayLike, receiver: ArrayLike, semi_focals: ArrayLike) -> np.ndarray:
    """Signal-to-noise ratio of one subcarrier of one antenna in one dwell, in the middle of a beam.

    The power travels receiver - first surface - target - second surface - receiver. A surface of area A
    takes in ``A cos(in)`` of what arrives and sends it on with gain ``4 pi A cos(out) / wavelength^2``
    (Ozdogan et al. 2019, the paper's [39], for a beam in focus); the target scatters its cross-section.

    Parameters
    ----------
    radar : Radar
    target, receiver : array_like, shape (..., 3)
        Points [m]; both in front of the first surface (x > 0).
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m]; target and receiver are in front of each second surface (x < 2 c).

    Returns
    -------
    ndarray, shape (..., M)
        As a ratio; 0 where target or receiver are behind a second surface.

    Raises
    ------
    ValueError
        If a value is not finite, the shapes do not broadcast, or a point is behind the first surface or on a
        second one.
    """
    checks.instance("radar", radar, Radar)
    target, receiver = points("target", target), points("receiver", receiver)
    semi_focals = checked_pairs(semi_focals)
    common_shape(target=target.shape[:-1], receiver=receiver.shape[:-1], semi_focals=semi_focals.shape[:-1])
    for name, point in (("target", target), ("receiver", receiver)):
        require(point[..., 0] > 0, name, point[..., 0], "it must stand in front of the first surface, x > 0")
    seconds = second_surface(semi_focals)
    to_target, to_receiver = (
        np.linalg.norm(seconds - point[..., None, :], axis=-1) for point in (target, receiver)
    )
    for name, lengths in (("target", to_target), ("receiver", to_receiver)):
        require(lengths > 0, name, lengths, "it must not stand on a second surface (distance shown)")
    first_target, first_receiver = (np.linalg.norm(point, axis=-1) for point in (target, receiver))
    second_focus = [
        np.maximum(seconds[..., 0] - point[..., 0, None], 0) / length
        for point, length in ((target, to_target), (receiver, to_receiver))
    ]

    def passed_on(side, cos_in, cos_out):
        area = (side * radar.wavelength / 2) ** 2
        return 4 * np.pi * (area / radar.wavelength) ** 2 * cos_in * cos_out

    first = passed_on(radar.surface_side, receiver[..., 0] / first_receiver, target[..., 0] / first_target)
    second = passed_on(radar.second_side, *second_focus)
    spread = [4 * np.pi * length**2 for length in (first_receiver, first_target, to_target, to_receiver)]
    aperture = radar.antenna_gain * radar.wavelength**2 / (4 * np.pi)
    power = radar.transmit_power * radar.transmit_gain * aperture * radar.cross_section
    outward = first / (spread[0] * spread[1])
    received = power * outward[..., None] * second / (spread[2] * spread[3])
    return received * radar.dwell / (radar.subcarriers * Boltzmann * 290.0 * radar.noise_factor)


def receive(
    radar: Radar,
    target: ArrayLike,
    receiver: ArrayLike,
    semi_focals: ArrayLike,
    middle: ArrayLike,
    rng: np.random.Generator,
    snr: ArrayLike | None = None,
    detours: Sequence[Detour] = (),
    interferers: Sequence[tuple[float, float]] = (),
    weights: ArrayLike | None = None,
) -> np.ndarray:
    """Received samples (6) of one scan over each pair: y = a(theta_k) y_2 + interference + noise.

    In units of the noise's standard deviation. The echo of a pair has one unknown phase. Interference is
    Gaussian, new in every subcarrier and beam, from one direction each. A detour comes back over the same
    second surface, so its arrival angle is the echo's.

    Parameters
    ----------
    radar : Radar
    target, receiver : array_like, shape (..., 3)
        Points [m].
    semi_focals : array_like, shape (..., M)
        Semi-focal lengths [m].
    middle : array_like, shape (2,)
        Azimuth and elevation of the middle of the scanned sector at the first surface [rad].
    rng : numpy.random.Generator
    snr : array_like, shape (..., M), optional
        As :func:`link_budget`, which is taken if left out.
    detours : sequence of Detour
    interferers : sequence of (float, float)
        For each: sin(theta) of its direction, and its power relative to the noise of one antenna.
    weights : array_like of complex, shape (..., M, N_a), optional
        Sum the antennas under these, as :func:`combine` does. The noise is drawn after the sum: the same in
        distribution, for fewer random numbers.

    Returns
    -------
    ndarray of complex, shape (..., M, B, N_a, K), or (..., M, B, K) with `weights`

    Raises
    ------
    ValueError
        If an input is not as stated or not finite, a ratio is negative, or the shapes do not broadcast.
    """
    checks.instance("radar", radar, Radar)
    rng = checks.generator("rng", rng)
    detours, interferers = _checked_detours(detours), _checked_interferers(interferers)
    target, receiver, semi_focals = (
        points("target", target),
        points("receiver", receiver),
        checked_pairs(semi_focals),
    )
    if snr is None:
        snr = link_budget(radar, target, receiver, semi_focals)
    snr = np.atleast_1d(real_array("snr", snr))
    require(snr >= 0, "snr", snr, "it is a ratio of powers and must not be negative")
    sines = arrival_sines(receiver, semi_focals)
    lead = common_shape(
        target=(*target.shape[:-1], 1),
        semi_focals=semi_focals.shape,
        snr=snr.shape,
        receiver=(*receiver.shape[:-1], 1),
    )
    distance = np.linalg.norm(target, axis=-1, keepdims=True)
    require(distance > 0, "target", target, "it must not stand on the first surface")
    seconds = second_surface(semi_focals)
    beyond_focal = distance + np.linalg.norm(target[..., None, :] - seconds, axis=-1) - 2 * semi_focals
    offset = target[..., 1:] / distance - sector_cosines(middle)
    phase = rng.uniform(0, 2 * np.pi, lead)
    signal = 0
    for way in (Detour(0.0, 1.0), *detours):
        light = _responses(radar, offset + way.turn)[0]
        delay = _delay_phases(radar, beyond_focal + way.excess)
        weight = way.amplitude * np.exp(1j * way.phase)
        signal = signal + weight * light[..., None, :, None] * delay[..., None, :]
    # Only now the antennas: (..., M, B, N_a, K), or 1 in place of N_a where they are summed.
    loudness = np.ones(1)
    if weights is not None:
        weights = complex_array("weights", weights, (radar.antennas,))
        common_shape(pairs=lead, weights=weights.shape[:-1])
        loudness = np.linalg.norm(weights, axis=-1)

    def seen(steering):
        if weights is not None:
            steering = np.sum(weights.conj() * steering, axis=-1, keepdims=True)
        return steering[..., None, :, None]

    amplitude = np.broadcast_to(np.sqrt(snr) * np.exp(1j * phase), lead)[..., None, None, None]
    samples = amplitude * seen(receive_steering(radar, sines)) * signal[..., None, :]
    for sine, power in interferers:
        wave = np.sqrt(power) * circular_noise(rng, (*samples.shape[:-2], 1, samples.shape[-1]))
        samples += seen(receive_steering(radar, sine)) * wave
    samples = samples + loudness[..., None, None, None] * circular_noise(rng, samples.shape)
    return samples if weights is None else samples[..., 0, :]


def _checked_detours(detours):
    if not isinstance(detours, (tuple, list)):
        raise ValueError(f"detours: got {detours!r}; it must be a sequence of Detour")
    for i, way in enumerate(detours):
        checks.instance(f"detours[{i}]", way, Detour)
    return detours


def _checked_interferers(interferers):
    """Interferers (n, 2): sine and power."""
    interferers = real_array("interferers", interferers)
    if interferers.size == 0:
        return interferers.reshape(0, 2)
    if interferers.ndim != 2 or interferers.shape[1] != 2:
        raise ValueError(
            f"interferers: got shape {interferers.shape}; it must be (n, 2): a sine and a power each"
        )
    require(np.abs(interferers[:, 0]) <= 1, "interferers", interferers[:, 0], "a sine must lie in [-1, 1]")
    require(interferers[:, 1] >= 0, "interferers", interferers[:, 1], "a power must not be negative")
    return interferers


def sector_cosines(middle: ArrayLike) -> np.ndarray:
    """Direction cosines (2,) of the middle of a sector, given as azimuth and elevation [rad]."""
    middle = real_array("middle", middle)
    if middle.shape != (2,):
        raise ValueError(f"middle: got shape {middle.shape}; it must be (2,): azimuth and elevation in rad")
    checks.azimuth("middle", middle[:1])
    checks.elevation("middle", middle[1:])
    return direction_cosines(*middle)


def _delay_phases(radar, lengths):
    """exp(-j 2 pi f_k length / c), shape (..., K)."""
    return np.exp(-2j * np.pi / speed_of_light * lengths[..., None] * radar.frequencies)


def array_weights(
    radar: Radar, sine: ArrayLike, covariance: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the receiving array that leave unit noise: matched, or against interference.

    ``w = R^-1 a / sqrt(a^H R^-1 a)``: the most signal for the noise that there is, with R the covariance of
    noise and interference (the identity for noise alone).

    Parameters
    ----------
    radar : Radar
    sine : array_like, shape (...)
        sin(theta_k) of the echo.
    covariance : array_like, shape (N_a, N_a), optional
        R, in units of the noise of one antenna.

    Returns
    -------
    weights : ndarray of complex, shape (..., N_a)
        Apply them conjugated.
    gain : ndarray, shape (...)
        By how much they raise the signal-to-noise ratio of one antenna: ``a^H R^-1 a``, at most N_a.

    Raises
    ------
    ValueError
        If the covariance has another shape, is not finite, or is not positive definite.
    """
    steering = receive_steering(radar, sine)
    n = radar.antennas
    covariance = (
        np.eye(n) if covariance is None else checks.covariance("covariance", covariance, n, is_complex=True)
    )
    if covariance.ndim != 2:
        raise ValueError(f"covariance: got shape {covariance.shape}; it must be {(n, n)}")
    solved = np.linalg.solve(covariance, steering[..., None])[..., 0]
    gain = np.sum(steering.conj() * solved, axis=-1).real
    return solved / np.sqrt(gain)[..., None], gain


def combine(radar: Radar, samples: ArrayLike, weights: ArrayLike) -> np.ndarray:
    """Sum the antennas under given weights.

    Parameters
    ----------
    radar : Radar
    samples : array_like of complex, shape (..., M, B, N_a, K)
        From :func:`receive`.
    weights : array_like of complex, shape (..., M, N_a)
        From :func:`array_weights`.

    Returns
    -------
    ndarray of complex, shape (..., M, B, K)

    Raises
    ------
    ValueError
        If the shapes do not fit or a value is not finite.
    """
    checks.instance("radar", radar, Radar)
    trailing = (radar.beam_side**2, radar.antennas, radar.subcarriers)
    samples = complex_array("samples", samples, trailing)
    weights = complex_array("weights", weights, (radar.antennas,))
    common_shape(samples=samples.shape[:-3], weights=weights.shape[:-1])
    return (weights.conj()[..., None, None, :] @ samples)[..., 0, :]


def scan(radar: Radar, combined: ArrayLike, semi_focals: ArrayLike, middle: ArrayLike) -> Scan:
    """Departure angles and path sums from the samples of one scan: maximum likelihood.

    All pairs share the departure angles; each has its own delay and complex gain. With the gains
    eliminated, ``sum_j |g(q)^T Y_j e(d_j)*|^2 / |g(q)|^2`` is maximised over direction cosines q and
    path sums d_j: on a grid of half beams and half resolution cells first, then by Gauss-Newton steps in
    both. (For one q the best d_j are separate maxima, which makes the grid cheap.)

    Parameters
    ----------
    radar : Radar
    combined : array_like of complex, shape (..., M, B, K)
        From :func:`combine`, with unit noise.
    semi_focals : array_like, shape (M,)
        Semi-focal lengths [m].
    middle : array_like, shape (2,)
        Azimuth and elevation of the middle of the sector [rad].

    Returns
    -------
    Scan

    Raises
    ------
    ValueError
        If the shapes do not fit, a value is not finite, or the samples of a pair are all zero.
    """
    checks.instance("radar", radar, Radar)
    semi_focals = checked_pairs(semi_focals)
    if semi_focals.ndim != 1:
        raise ValueError(f"semi_focals: got shape {semi_focals.shape}; it must be (M,)")
    trailing = (semi_focals.size, radar.beam_side**2, radar.subcarriers)
    combined = complex_array("combined", combined, trailing)
    lead, sector = combined.shape[:-3], sector_cosines(middle)
    flat = combined.reshape(-1, *trailing)
    require(np.any(flat != 0, axis=(-1, -2)), "combined", flat[..., 0, 0], "a scan of zeros holds no echo")
    block = max(1, _BLOCK // (trailing[0] * trailing[1] * trailing[2]))
    parts = [_scan(radar, flat[i : i + block]) for i in range(0, max(len(flat), 1), block)]
    offset, beyond_focal, snr = (np.concatenate(part) for part in zip(*parts, strict=True))
    azimuth, elevation = cosines_to_direction(offset + sector)
    return Scan(
        azimuth.reshape(lead),
        elevation.reshape(lead),
        (beyond_focal + 2 * semi_focals).reshape(*lead, trailing[0]),
        snr.reshape(*lead, trailing[0]),
    )


def _scan(radar, samples):
    """:func:`scan` of samples (n, M, B, K): offsets (n, 2), lengths beyond the focal (n, M), snr (n, M)."""
    # Half a beam beyond the outermost ones; another half further out they all have their first zero.
    edge = radar.beam_side / radar.surface_side
    steps = np.linspace(-edge, edge, 2 * radar.beam_side + 1)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    light = _responses(radar, grid)[0]
    light = light / np.linalg.norm(light, axis=-1, keepdims=True)
    cells = 2 * radar.subcarriers
    # The phase of the first subcarrier turns every cell alike and does not matter to the modulus.
    profile = np.fft.ifft(samples, n=cells, axis=-1) * cells
    score = np.zeros((len(samples), len(grid)))
    places = np.empty((len(samples), samples.shape[1], len(grid)), dtype=int)
    for pair in range(samples.shape[1]):
        power = np.abs(light @ profile[:, pair]) ** 2
        places[:, pair] = power.argmax(axis=-1)
        score += np.take_along_axis(power, places[:, pair, :, None], axis=-1)[..., 0]
    best = score.argmax(axis=-1)
    offset = grid[best]
    length = np.take_along_axis(places, best[:, None, None], axis=-1)[..., 0] * radar.path_window / cells
    rates = 2 * np.pi / speed_of_light * radar.frequencies
    for _ in range(_STEPS):
        response, gradient = _responses(radar, offset)
        energy = np.sum(response**2, axis=-1)
        # Delay: the phase slope that is left once the beams are summed.
        beam = np.einsum("nb,nmbk->nmk", response, samples)
        turned = beam * _delay_phases(radar, length).conj()
        total, moment = turned.sum(axis=-1), (turned * rates).sum(axis=-1)
        slope = (total.conj() * moment).imag / np.abs(total) ** 2
        length = length - np.clip(
            slope * radar.subcarriers / np.sum(rates**2),
            -radar.path_window / cells,
            radar.path_window / cells,
        )
        # Direction: variable projection of the beams' amplitudes at that delay.
        amplitudes = np.einsum("nmbk,nmk->nmb", samples, _delay_phases(radar, length).conj())
        gain = np.einsum("nb,nmb->nm", response, amplitudes) / energy[:, None]
        missed = amplitudes - gain[..., None] * response[:, None, :]
        along = np.einsum("nb,nbp->np", response, gradient) / energy[:, None]
        across = gradient - response[..., None] * along[:, None, :]
        weight = np.sum(np.abs(gain) ** 2, axis=-1)
        normal = weight[:, None, None] * (np.swapaxes(across, -1, -2) @ across)
        right = np.einsum("nm,nbp,nmb->np", gain.conj(), across, missed).real
        step = np.linalg.solve(normal, right[..., None])[..., 0]
        offset = np.clip(offset + np.clip(step, -1 / radar.surface_side, 1 / radar.surface_side), -edge, edge)
    return offset, np.mod(length, radar.path_window), np.abs(gain / radar.subcarriers) ** 2
