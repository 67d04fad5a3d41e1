"""From a waveform to samples: eqs. (1)-(6) of Duan et al. (2025), simulated.

The paper writes the signal down and computes nothing from it. Here the first surface scans a few beams over a
sector, the echo returns over the other surface of one pair after the other, and a linear array receives
K subcarriers of every beam. What the paper leaves open (carrier, bandwidth, powers, sizes, how the beams
are steered) is chosen here and stands in :class:`irsnb.elliptic.Radar`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann, speed_of_light

from irsnb import checks
from irsnb.checks import common_shape, complex_array, points, real_array, require
from irsnb.elliptic.beams import responses
from irsnb.elliptic.radar import Detour, Radar, Scene, checked_detours, checked_interferers
from irsnb.noise import circular_noise

__all__ = [
    "array_weights",
    "arrival_sines",
    "combine",
    "link_budget",
    "receive",
    "receive_steering",
]


def arrival_sines(scene: Scene) -> np.ndarray:
    """sin(theta_k) of eq. (5): each other surface as seen along the receiving array.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    ndarray, shape (M,)

    Raises
    ------
    ValueError
        If it is no scene.

    Examples
    --------
    >>> arrival_sines(Scene([(0, 0, 0), (300, 0, 0)], (0, -400, 0), (1.0, 0.0)))
    array([0.6])
    """
    checks.instance("scene", scene, Scene)
    offsets = scene.surfaces[1:] - scene.receiver
    return offsets[:, 0] / np.linalg.norm(offsets, axis=-1)


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


def link_budget(scene: Scene, targets: ArrayLike) -> np.ndarray:
    """Signal-to-noise ratio of one subcarrier of one antenna in one dwell, in the middle of a beam.

    The power travels receiver - first surface - target - other surface - receiver. A surface of area A
    takes in ``A cos(in)`` of what arrives and sends it on with gain ``4 pi A cos(out) / wavelength^2``
    (Ozdogan et al. 2019, the paper's [39], for a beam in focus); the target scatters its cross-section.

    Parameters
    ----------
    scene : Scene
        Its receiver stands in front of the first surface, at larger x.
    targets : array_like, shape (..., 3)
        [m]; in front of the first surface.

    Returns
    -------
    ndarray, shape (..., M)
        As a ratio; 0 where target or receiver are behind another surface, at larger x.

    Raises
    ------
    ValueError
        If a value is not finite, or a point is behind the first surface or on another one.
    """
    checks.instance("scene", scene, Scene)
    targets, radar, first_surface = points("targets", targets), scene.radar, scene.surfaces[0]
    ahead = scene.receiver[0] - first_surface[0]
    require(ahead > 0, "scene", ahead, "its receiver must stand in front of the first surface (x from there)")
    ahead = targets[..., 0] - first_surface[0]
    require(ahead > 0, "targets", ahead, "they must stand in front of the first surface (x from there)")
    seconds = scene.surfaces[1:]
    to_target = np.linalg.norm(seconds - targets[..., None, :], axis=-1)
    to_receiver = np.linalg.norm(seconds - scene.receiver, axis=-1)
    require(to_target > 0, "targets", to_target, "none may stand on another surface (distance shown)")
    out_target, out_receiver = targets - first_surface, scene.receiver - first_surface
    first_target, first_receiver = np.linalg.norm(out_target, axis=-1), np.linalg.norm(out_receiver)
    second_focus = [
        np.maximum(seconds[:, 0] - point[..., 0, None], 0) / length
        for point, length in ((targets, to_target), (scene.receiver, to_receiver))
    ]

    def passed_on(side, cos_in, cos_out):
        area = (side * radar.wavelength / 2) ** 2
        return 4 * np.pi * (area / radar.wavelength) ** 2 * cos_in * cos_out

    first = passed_on(radar.surface_side, out_receiver[0] / first_receiver, out_target[..., 0] / first_target)
    second = passed_on(radar.second_side, *second_focus)
    spread = [4 * np.pi * length**2 for length in (first_receiver, first_target, to_target, to_receiver)]
    aperture = radar.antenna_gain * radar.wavelength**2 / (4 * np.pi)
    power = radar.transmit_power * radar.transmit_gain * aperture * radar.cross_section
    outward = first / (spread[0] * spread[1])
    received = power * outward[..., None] * second / (spread[2] * spread[3])
    return received * radar.dwell / (radar.subcarriers * Boltzmann * 290.0 * radar.noise_factor)


def receive(
    scene: Scene,
    targets: ArrayLike,
    rng: np.random.Generator,
    *,
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
    scene : Scene
    targets : array_like, shape (..., 3)
        [m].
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
    checks.instance("scene", scene, Scene)
    rng = checks.generator("rng", rng)
    detours, interferers = checked_detours(detours), checked_interferers(interferers)
    radar, targets = scene.radar, points("targets", targets)
    if snr is None:
        snr = link_budget(scene, targets)
    snr = checked_ratios(scene, snr)
    require(snr >= 0, "snr", snr, "it is a ratio of powers and must not be negative")
    sines = arrival_sines(scene)
    lead = (*common_shape(targets=targets.shape[:-1], snr=snr.shape[:-1]), scene.n_pairs)
    away = targets - scene.surfaces[0]
    distance = np.linalg.norm(away, axis=-1, keepdims=True)
    require(distance > 0, "targets", distance, "none may stand on the first surface (distance shown)")
    seconds = scene.surfaces[1:]
    beyond_focal = distance + np.linalg.norm(targets[..., None, :] - seconds, axis=-1) - scene.focal_distances
    offset = away[..., 1:] / distance - scene.sector
    phase = rng.uniform(0, 2 * np.pi, lead)
    signal = 0
    for way in (Detour(0.0, 1.0), *detours):
        light = responses(radar, offset + way.turn)[0]
        delay = delay_phases(radar, beyond_focal + way.excess)
        weight = way.amplitude * np.exp(1j * way.phase)
        signal = signal + weight * light[..., None, :, None] * delay[..., None, :]
    # Only now the antennas: (..., M, B, N_a, K), or 1 in place of N_a where they are summed.
    loudness = np.ones(1)
    if weights is not None:
        weights = complex_array("weights", weights, (radar.antennas,))
        common_shape(targets=lead, weights=weights.shape[:-1])
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


def checked_ratios(scene: Scene, snr: ArrayLike) -> np.ndarray:
    """Return ratios (..., M) or (..., 1), or raise ``ValueError`` if they do not fit the scene."""
    snr = np.atleast_1d(real_array("snr", snr))
    if snr.shape[-1] not in (1, scene.n_pairs):
        raise ValueError(f"snr: got shape {snr.shape}; its last axis must hold one for {scene.n_pairs} pairs")
    return snr


def delay_phases(radar: Radar, lengths: np.ndarray) -> np.ndarray:
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
