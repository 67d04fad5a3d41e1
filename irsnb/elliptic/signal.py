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
from irsnb.elliptic.radar import Detour, Radar, Scene
from irsnb.geometry import ray_jacobian, unit_vector_unchecked
from irsnb.noise import circular_noise

__all__ = [
    "array_weights",
    "arrival_sines",
    "beam_responses",
    "combine",
    "cosines_to_direction",
    "direction_cosines",
    "link_budget",
    "receive",
    "receive_steering",
]


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
    return responses(radar, cosines - middle)


def responses(radar: Radar, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
    detours, interferers = _checked_detours(detours), _checked_interferers(interferers)
    radar, targets = scene.radar, points("targets", targets)
    if snr is None:
        snr = link_budget(scene, targets)
    snr = np.atleast_1d(real_array("snr", snr))
    require(snr >= 0, "snr", snr, "it is a ratio of powers and must not be negative")
    if snr.shape[-1] not in (1, scene.n_pairs):
        raise ValueError(f"snr: got shape {snr.shape}; its last axis must hold one for {scene.n_pairs} pairs")
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


def scan_information(
    scene: Scene, azimuth: np.ndarray, elevation: np.ndarray, cosines: np.ndarray, snr: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What one scan tells of directions (...) at ratios (..., M), once the gains are eliminated.

    Returns the Fisher information (..., 2, 2) of azimuth and elevation, the smallest standard deviation of
    each path sum (..., M), and each pair's energy over the noise (..., M).
    """
    radar = scene.radar
    response, gradient = responses(radar, cosines - scene.sector)
    energy = np.sum(response**2, axis=-1)
    along = np.einsum("...b,...bp->...p", response, gradient) / energy[..., None]
    across = gradient - response[..., None] * along[..., None, :]
    by_angles = across @ ray_jacobian(azimuth, elevation)[..., 1:, :]
    # A complex sample of unit noise has a deviation of sqrt(1/2) in each of its two parts.
    total = radar.subcarriers * snr.sum(axis=-1)
    information = 2 * total[..., None, None] * (np.swapaxes(by_angles, -1, -2) @ by_angles)
    slopes = np.sum((2 * np.pi / speed_of_light * radar.frequencies) ** 2)
    strength = snr * energy[..., None]
    return information, np.sqrt(0.5 / (strength * slopes)), radar.subcarriers * strength
