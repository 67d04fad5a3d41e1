"""What spoils a scan: everything that the signal (1)-(6) of Duan et al. (2025) leaves out.

The paper names interference and multipath as open. Here are these two, and the errors that any built system
has: leakage, motion, phases in steps, surfaces that stand and hang elsewhere than written down, a clock.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from irsnb import checks
from irsnb.checks import require
from irsnb.elliptic.beams import cosines_to_direction, responses
from irsnb.elliptic.radar import Detour, Radar, Scene, checked_detours, checked_interferers, two_numbers
from irsnb.elliptic.scan import scan
from irsnb.elliptic.signal import (
    array_weights,
    arrival_sines,
    delay_phases,
    receive_steering,
)
from irsnb.noise import circular_noise

__all__ = ["Impairment", "calibration_covariance", "detour_bias", "quantised_responses"]

_SNAPSHOTS = 50
"""Samples of the jammer for each antenna, from which its covariance is estimated."""


@dataclass(frozen=True)
class Impairment:
    """What goes wrong in a scan, and what is done about it; by default nothing goes wrong.

    Attributes
    ----------
    detours : tuple of Detour
        Longer ways and clutter; the phase of each is drawn for each scan and pair.
    interferers : tuple of (float, float)
        For each the sine of its direction at the receiving array, and its power relative to the noise of one
        antenna.
    leakage : float
        Amplitude of what passes from the first surface to the other without the target, relative to the echo
        in the middle of a beam. It is scattered by the surfaces' structure, the same in every beam.
    path_rate : float
        By how much every path sum grows in a second [m/s]; beams and pairs are lit one after the other.
    phase_bits : int
        Bits of an element's phase; 0 for any phase.
    sigma_place : float
        Standard deviation of each coordinate of each surface [m].
    sigma_tilt : float
        Standard deviation of the first surface's rotation about each axis [rad].
    sigma_clock : float
        Standard deviation of an error that all path sums of a scan share [m].
    whiten : bool
        Whether the array is weighted against the interferers, by a covariance estimated from 50 samples for
        each antenna; else it is matched to the echo.
    remove_leakage : bool
        Whether what arrives at the distance of the surfaces is removed from the samples.
    remove_motion : bool
        Whether the phase of the motion is taken out; the rate counts as known.
    tell_errors : bool
        Whether :func:`locate` is told of the errors of places, tilt and clock, in its covariance.

    Raises
    ------
    ValueError
        If a value is of another kind or not finite, a deviation is negative, or an interferer or a detour
        cannot be.

    Examples
    --------
    >>> Impairment(sigma_clock=1.0, tell_errors=True).sigma_clock
    1.0
    """

    detours: tuple[Detour, ...] = ()
    interferers: tuple[tuple[float, float], ...] = ()
    leakage: float = 0.0
    path_rate: float = 0.0
    phase_bits: int = 0
    sigma_place: float = 0.0
    sigma_tilt: float = 0.0
    sigma_clock: float = 0.0
    whiten: bool = False
    remove_leakage: bool = False
    remove_motion: bool = False
    tell_errors: bool = False

    def __post_init__(self):
        for entry in fields(self):
            name, value = entry.name, getattr(self, entry.name)
            if isinstance(entry.default, bool):
                value = checks.flag(name, value)
            elif isinstance(entry.default, float):
                value = checks.real_number(name, value)
                require(name == "path_rate" or value >= 0, name, value, "it must not be negative")
            elif name == "phase_bits":
                value = checks.count(name, value, 0, 16)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "detours", checked_detours(self.detours))
        object.__setattr__(self, "interferers", checked_interferers(self.interferers))


def calibration_covariance(scene: Scene, target: ArrayLike, impairment: Impairment) -> np.ndarray:
    """Covariance that errors of places, tilt and clock add to what one scan measures.

    To first order, by central differences of angles and path sums in each coordinate and rotation. The
    known legs from the radar to the surfaces, which eq. (7) subtracts, are wrong with the places.

    Parameters
    ----------
    scene : Scene
    target : array_like, shape (3,)
        [m].
    impairment : Impairment
        Of which `sigma_place`, `sigma_tilt` and `sigma_clock` are used.

    Returns
    -------
    ndarray, shape (M + 2, M + 2)
        Azimuth, elevation, path sums; singular where few of the errors are there.

    Raises
    ------
    ValueError
        If an argument is of another kind or shape, or the target stands on a surface.

    Examples
    --------
    >>> scene = Scene([(0, 0, 0), (1600, 0, 0), (800, 0, 0)], (200, -400, -30), (1.0, 0.8))
    >>> calibration_covariance(scene, (700, 1200, 1400), Impairment(sigma_clock=2.0))[2:, 2:]
    array([[4., 4.],
           [4., 4.]])
    """
    checks.instance("scene", scene, Scene)
    checks.instance("impairment", impairment, Impairment)
    target, size = one_target(scene, target), scene.n_pairs + 2
    total = np.zeros((size, size))
    total[2:, 2:] = impairment.sigma_clock**2
    n_places = scene.surfaces.size
    for sigma, first, last, step in (
        (impairment.sigma_place, 0, n_places, 1e-2),
        (impairment.sigma_tilt, n_places, n_places + 3, 1e-6),
    ):
        if sigma == 0:
            continue
        moved = step * np.eye(n_places + 3)[first:last]
        ends = []
        for sign in (1, -1):
            places = scene.surfaces + sign * moved[:, :n_places].reshape(-1, *scene.surfaces.shape)
            cosines, sums = _seen_from(scene, target, places, sign * moved[:, n_places:])
            ends.append(np.column_stack([*cosines_to_direction(cosines), sums]))
        jacobian = (ends[0] - ends[1]) / (2 * step)
        total += sigma**2 * jacobian.T @ jacobian
    return total


def quantised_responses(
    radar: Radar,
    cosines: ArrayLike,
    middle: ArrayLike,
    arrival: ArrayLike,
    *,
    bits: int,
    reference: float = 0.0,
) -> np.ndarray:
    """Amplitude with which each beam lights a direction if the phases (2) come in steps of 2 pi / 2^bits.

    Parameters
    ----------
    radar : Radar
    cosines, middle, arrival : array_like, shape (2,)
        Direction cosines (y, z), seen from the first surface: of the target, of the middle of the sector, and
        of the radar.
    bits : int
        1 to 16.
    reference : float
        Added to all phases before they are rounded [rad]; it matters to the pattern of the errors.

    Returns
    -------
    ndarray of complex, shape (B,)
        With any phase it would be :func:`beam_responses`.

    Raises
    ------
    ValueError
        If an argument is of another kind or shape.
    """
    checks.instance("radar", radar, Radar)
    bits, reference = checks.count("bits", bits, 1, 16), checks.real_number("reference", reference)
    given = {"cosines": cosines, "middle": middle, "arrival": arrival}
    cosines, middle, arrival = (two_numbers(name, value, "(y, z)") for name, value in given.items())
    side, step = radar.surface_side, 2 * np.pi / 2**bits
    places = np.pi * (np.arange(side) - (side - 1) / 2)
    aims = middle + radar.beam_offsets + arrival
    wanted = -(aims[:, :1] * places)[:, :, None] - (aims[:, 1:] * places)[:, None, :]
    set_to = np.round((wanted + reference) / step) * step
    arriving = (cosines + arrival)[:, None] * places
    return np.exp(1j * (set_to - reference + arriving[0][:, None] + arriving[1])).mean(axis=(-1, -2))


def impaired_samples(
    rng: np.random.Generator,
    draws: int,
    scene: Scene,
    target: np.ndarray,
    impairment: Impairment,
    snr: np.ndarray,
) -> np.ndarray:
    """Samples (draws, M, B, K) of scans in which something goes wrong, with the cures for samples applied."""
    radar, n_pairs = scene.radar, scene.n_pairs
    tilt = impairment.sigma_tilt * rng.standard_normal((draws, 3))
    places = scene.surfaces + impairment.sigma_place * rng.standard_normal((draws, n_pairs + 1, 3))
    cosines, sums = _seen_from(scene, target, places, tilt)
    sums = sums + impairment.sigma_clock * rng.standard_normal((draws, 1))
    echo = _signal(rng, scene, cosines, sums - scene.focal_distances, impairment)
    weights, loudness = _weights(rng, scene, impairment)
    steering = np.sum(weights.conj() * receive_steering(radar, arrival_sines(scene)), axis=-1)
    if impairment.phase_bits:
        steering = steering * np.sinc(2.0**-impairment.phase_bits)  # the other surface's loss
    amplitude = np.sqrt(snr) * steering * np.exp(2j * np.pi * rng.random((draws, n_pairs)))
    samples = amplitude[..., None, None] * echo
    samples += loudness[:, None, None] * circular_noise(rng, samples.shape)
    if impairment.remove_leakage:
        samples -= samples.mean(axis=-1, keepdims=True)
    if impairment.remove_motion:
        samples *= _motion(scene, impairment)[1].conj()[..., None]
    return samples


def detour_bias(scene: Scene, target: ArrayLike, detour: Detour, *, n_phases: int = 16) -> np.ndarray:
    """Root mean square bias of one scan by a detour, over its phase and without noise.

    Parameters
    ----------
    scene : Scene
    target : array_like, shape (3,)
        [m].
    detour : Detour
        Its phase is replaced by `n_phases` ones about the circle.
    n_phases : int

    Returns
    -------
    ndarray, shape (M + 2,)
        Of azimuth and elevation [rad], and of the path sums [m].

    Raises
    ------
    ValueError
        If an argument is of another kind or shape.

    Examples
    --------
    >>> scene = Scene([(0, 0, 0), (1600, 0, 0)], (200, -400, -30), (1.05, 0.78))
    >>> bias = detour_bias(scene, (700, 1200, 1400), Detour(excess=20.0, amplitude=0.5))
    >>> bias[:2].round(6).tolist(), round(float(bias[2]), 1)
    ([0.0, 0.0], 4.4)
    """
    checks.instance("scene", scene, Scene)
    checks.instance("detour", detour, Detour)
    target, n_phases = one_target(scene, target), checks.count("n_phases", n_phases)
    samples = scene.n_pairs * scene.radar.beam_side**2 * scene.radar.subcarriers
    checks.check_memory("n_phases", n_phases, 64.0 * n_phases * samples)
    cosines, sums = _seen_from(scene, target, scene.surfaces, np.zeros(3))
    beyond_focal, offset = sums - scene.focal_distances, cosines - scene.sector
    phases = 2 * np.pi * np.arange(n_phases) / n_phases
    echo, late = (
        responses(scene.radar, offset + turn)[0][:, None]
        * delay_phases(scene.radar, beyond_focal + excess)[:, None]
        for turn, excess in ((0.0, 0.0), (detour.turn, detour.excess))
    )
    found = scan(scene, echo + detour.amplitude * np.exp(1j * phases)[:, None, None, None] * late)
    azimuth, elevation = cosines_to_direction(cosines)
    off = np.column_stack([found.azimuth - azimuth, found.elevation - elevation, found.path_sums - sums])
    return np.sqrt(np.mean(off**2, axis=0))


def one_target(scene, target):
    target = checks.point("target", target)
    apart = np.linalg.norm(target - scene.surfaces, axis=-1)
    require(apart > 0, "target", apart, "it must not stand on a surface (distances shown)")
    return target


def _unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _seen_from(scene, target, places, tilt):
    """Direction cosines (..., 2) and path sums (..., M) that surfaces at `places`, turned by `tilt`, give.

    A surface acts on the sum of the directions to the target and to the radar, like a mirror: turned, it
    turns the beam by up to twice as much. The phases undo the wave of the radar as the scene has it.
    """
    first, others, receiver = places[..., 0, :], places[..., 1:, :], scene.receiver
    both = _unit(target - first) + _unit(receiver - first)
    turned = Rotation.from_rotvec(tilt).inv().apply(both)
    cosines = turned[..., 1:] - _unit(receiver - scene.surfaces[0])[1:]
    out = np.linalg.norm(receiver - first, axis=-1) + np.linalg.norm(target - first, axis=-1)
    back = np.linalg.norm(others - target, axis=-1) + np.linalg.norm(others - receiver, axis=-1)
    nominal = np.linalg.norm(scene.surfaces - receiver, axis=-1)
    return cosines, out[..., None] + back - nominal[0] - nominal[1:]


def _motion(scene, impairment):
    """By how much the paths are longer (M, B) [m] when each beam is lit, and the phases of that."""
    n_beams = scene.radar.beam_side**2
    times = scene.radar.dwell * np.arange(scene.n_pairs * n_beams).reshape(scene.n_pairs, n_beams)
    longer = impairment.path_rate * (times - times.mean())
    return longer, np.exp(-2j * np.pi * longer / scene.radar.wavelength)


def _signal(rng, scene, cosines, beyond_focal, impairment):
    """Echo, detours and leakage (draws, M, B, K), relative to the echo in the middle of a beam."""
    radar, offset = scene.radar, cosines - scene.sector
    draws, n_pairs = beyond_focal.shape
    longer, turning = (
        _motion(scene, impairment) if impairment.path_rate else (np.zeros((1, 1)), np.ones((1, 1)))
    )
    signal = 0
    for number, way in enumerate((Detour(0.0, 1.0), *impairment.detours)):
        light = _light(rng, scene, offset + way.turn, impairment)
        delay = delay_phases(radar, beyond_focal[..., None] + longer + way.excess)
        phase = way.phase + (2 * np.pi * rng.random((draws, n_pairs)) if number else 0.0)
        strength = way.amplitude * np.exp(1j * phase) * np.ones((draws, n_pairs))
        signal = signal + strength[..., None, None] * light[:, None, :, None] * delay
    # While a beam is lit, its phase turns as well, and part of the energy is lost.
    blur = np.sinc(impairment.path_rate * radar.dwell / radar.wavelength)
    signal = signal * (blur * turning[..., None])
    if impairment.leakage:
        phase = np.exp(2j * np.pi * rng.random((draws, n_pairs)))
        signal = signal + impairment.leakage * phase[..., None, None]
    return signal


def _light(rng, scene, offset, impairment):
    """Amplitudes (draws, B) of the beams at offsets (draws, 2) from the middle of the sector."""
    if not impairment.phase_bits:
        return responses(scene.radar, offset)[0]
    arrival = _unit(scene.receiver - scene.surfaces[0])[1:]
    references = 2 * np.pi * rng.random(len(offset))
    rows = zip(offset + scene.sector, references.tolist(), strict=True)
    return np.array(
        [
            quantised_responses(
                scene.radar, row, scene.sector, arrival, bits=impairment.phase_bits, reference=reference
            )
            for row, reference in rows
        ]
    )


def _weights(rng, scene, impairment):
    """Weights (M, N_a) of the array, and the deviation (M,) of what it hears besides the echo."""
    radar, sines = scene.radar, arrival_sines(scene)
    n = radar.antennas
    covariance = np.eye(n, dtype=complex)
    for sine, power in impairment.interferers:
        wave = receive_steering(radar, sine)
        covariance += power * np.outer(wave, wave.conj())
    used = None
    if impairment.whiten:
        drawn = np.linalg.cholesky(covariance) @ circular_noise(rng, (n, _SNAPSHOTS * n))
        used = drawn @ drawn.conj().T / (_SNAPSHOTS * n)
    weights = array_weights(radar, sines, used)[0]
    power = np.einsum("ma,ab,mb->m", weights.conj(), covariance, weights).real
    return weights, np.sqrt(power)
