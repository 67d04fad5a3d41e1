"""The waveform of Duan et al. (2025), eqs. (1)-(6), re-derived."""

import math

import numpy as np
import pytest
from small_scan import AZIMUTH, C0, ELEVATION, LINE, MIDDLE, PAIRS, RADAR, RECEIVER, SCENE, TARGET

from irsnb.arrays import PlanarArray
from irsnb.elliptic import (
    Radar,
    Scene,
    array_weights,
    beam_responses,
    combine,
    cosines_to_direction,
    direction,
    direction_cosines,
    link_budget,
    path_sums,
    receive,
    receive_steering,
    scan,
    surfaces_on_line,
)


def test_beams_are_the_sum_over_elements():
    # (1)-(3): h_S2T^T Phi h_B2S with Phi undoing the incoming wave and aiming at the beam.
    surface = PlanarArray(16, 16, RADAR.wavelength / 2, RADAR.wavelength)
    incoming = surface.steering_vector(*direction(RECEIVER, np.zeros(3)))
    outgoing = surface.steering_vector(AZIMUTH, ELEVATION)
    got, _ = beam_responses(RADAR, direction_cosines(AZIMUTH, ELEVATION), direction_cosines(*MIDDLE))
    for b, offset in enumerate(RADAR.beam_offsets):
        aim = direction_cosines(*MIDDLE) + offset
        phi = np.diag(
            np.exp(-2j * np.pi / RADAR.wavelength * surface.positions[:, 1:] @ aim) * incoming.conj()
        )
        assert abs(outgoing @ phi @ incoming / 256 - got[b]) < 1e-12


def test_beam_gradient_by_finite_differences():
    q, middle, step = direction_cosines(AZIMUTH, ELEVATION), direction_cosines(*MIDDLE), 1e-6
    _, gradient = beam_responses(RADAR, q, middle)
    for axis in range(2):
        move = step * np.eye(2)[axis]
        numeric = (
            beam_responses(RADAR, q + move, middle)[0] - beam_responses(RADAR, q - move, middle)[0]
        ) / (2 * step)
        assert np.allclose(gradient[:, axis], numeric, atol=1e-6)


def test_cosines_and_directions_are_inverse():
    rng = np.random.default_rng(0)
    azimuth, elevation = rng.uniform(-1.5, 1.5, (2, 50))
    back = cosines_to_direction(direction_cosines(azimuth, elevation))
    assert np.allclose(back, [azimuth, elevation])
    assert cosines_to_direction([0.8, 0.8])[0] == pytest.approx(math.pi / 2)


def test_the_radar_of_the_page():
    # The sizes that the page lists, put into the radar equation once more, straight ahead of both surfaces.
    radar, wavelength, far = Radar(), C0 / 3.5e9, 1000.0
    first, block = (64 * wavelength / 2) ** 2, (16 * wavelength / 2) ** 2
    density = 2e3 * 2e3 / (4 * math.pi * far**2)
    turned = far / math.sqrt(2)  # under 45 degrees to the line of surfaces, 2000 / sqrt(2) m apart
    for area in (first, block):
        density *= area * 0.5 * 4 * math.pi * area / wavelength**2 / (4 * math.pi * far**2)
    density *= 10.0 / (4 * math.pi * far**2)
    energy = density * 50 * wavelength**2 / (4 * math.pi) * 20e-3 / 128
    at = (turned, -turned, 0.0)
    expected = energy / (1.380649e-23 * 290 * 2)
    assert link_budget(Scene(surfaces_on_line(turned), at, MIDDLE, radar), at)[0] == pytest.approx(
        expected, rel=1e-9
    )
    assert radar.path_window == pytest.approx(128 * C0 / 10e6)
    assert len(radar.beam_offsets) == 25 and radar.antennas == 8


def test_link_budget_step_by_step():
    # Power density after each way, then each surface as an aperture that catches and aims.
    radar, c = RADAR, 800.0
    second = np.array([2 * c, 0, 0])
    wavelength = C0 / radar.carrier
    r1, r2 = math.dist(RECEIVER, (0, 0, 0)), math.dist(TARGET, (0, 0, 0))
    r3, r4 = math.dist(TARGET, second), math.dist(RECEIVER, second)
    density = radar.transmit_power * radar.transmit_gain / (4 * math.pi * r1**2)
    for side, cos_in, cos_out, r in (
        (radar.surface_side, RECEIVER[0] / r1, TARGET[0] / r2, r2),
        (None, None, None, r3),
        (radar.second_side, (1600 - TARGET[0]) / r3, (1600 - RECEIVER[0]) / r4, r4),
    ):
        if side is None:
            density *= radar.cross_section / (4 * math.pi * r**2)
            continue
        area = (side * wavelength / 2) ** 2
        density *= area * cos_in * (4 * math.pi * area * cos_out / wavelength**2) / (4 * math.pi * r**2)
    power = density * radar.antenna_gain * wavelength**2 / (4 * math.pi)
    energy = power * radar.dwell / radar.subcarriers
    expected = energy / (1.380649e-23 * 290 * radar.noise_factor)
    assert link_budget(Scene(surfaces_on_line(c), RECEIVER, MIDDLE, RADAR), TARGET)[0] == pytest.approx(
        expected, rel=1e-12
    )


def test_budget_ends_behind_the_second_surface():
    assert link_budget(Scene(surfaces_on_line(400.0), RECEIVER, MIDDLE, RADAR), (900.0, 500.0, 0.0))[0] == 0


def test_samples_are_the_model_plus_unit_noise():
    rng = np.random.default_rng(1)
    snr = np.array([4.0, 9.0])
    samples = receive(SCENE, np.broadcast_to(TARGET, (2000, 3)), rng, snr=snr)
    assert samples.shape == (2000, 2, 9, 4, 32)
    light, _ = beam_responses(RADAR, direction_cosines(AZIMUTH, ELEVATION), direction_cosines(*MIDDLE))
    f = (np.arange(32) - 15.5) * RADAR.bandwidth / 32
    for j, c in enumerate(PAIRS):
        sine = (2 * c - RECEIVER[0]) / math.dist(RECEIVER, (2 * c, 0, 0))
        steering = np.exp(2j * np.pi * 0.5 * np.arange(4) * sine)  # (5), d = wavelength / 2
        delay = np.exp(-2j * np.pi * f * (path_sums(LINE, TARGET)[j] - 2 * c) / C0)
        model = light[:, None, None] * steering[:, None] * delay
        projected = np.einsum("bak,nbak->n", model.conj(), samples[:, j]) / np.sum(np.abs(model) ** 2)
        assert np.allclose(np.abs(projected), np.sqrt(snr[j]), atol=0.25)
        rest = samples[:, j] - projected[:, None, None, None] * model
        assert np.mean(np.abs(rest) ** 2) == pytest.approx(1, rel=0.01)
    assert abs(np.mean(np.exp(1j * np.angle(projected)))) < 0.1, "the phase is any"


def test_whitened_weights_cancel_a_jammer():
    sine, jammer = 0.3, -0.5
    a, jam = receive_steering(RADAR, sine), receive_steering(RADAR, jammer)
    covariance = np.eye(4) + 1e4 * np.outer(jam, jam.conj())
    weights, gain = array_weights(RADAR, sine, covariance)
    assert (weights.conj() @ covariance @ weights).real == pytest.approx(1)
    assert abs(weights.conj() @ a) ** 2 == pytest.approx(gain)
    # Infinitely strong, the jammer costs exactly the part of the echo that lies along it.
    left = 4 - abs(jam.conj() @ a) ** 2 / 4
    assert gain == pytest.approx(left, rel=1e-3)
    plain, full = array_weights(RADAR, sine)
    assert full == pytest.approx(4) and np.allclose(plain, a / 2)


def test_an_interferer_has_the_stated_power_and_direction():
    rng = np.random.default_rng(4)
    quiet = receive(
        SCENE,
        np.broadcast_to(TARGET, (200, 3)),
        rng,
        snr=np.zeros(2),
        interferers=[(0.4, 25.0)],
    )
    heard = np.moveaxis(quiet, -2, -1).reshape(-1, 4)
    covariance = heard.T @ heard.conj() / len(heard)
    jam = receive_steering(RADAR, 0.4)
    assert np.allclose(covariance, np.eye(4) + 25 * np.outer(jam, jam.conj()), atol=0.6)


def test_antennas_summed_while_receiving_have_the_same_second_moments():
    # Of the sum under weights w, noise and interference have the power w^H R w, an echo |w^H a|^2 times the
    # power that one antenna has of it, whatever the length of w.
    rng = np.random.default_rng(6)
    n, sine, power, snr = 400, 0.4, 25.0, np.array([4.0, 9.0])
    weights = np.array([[1.0, 2.0, -1.0j, 0.5], [0.3, 0.1j, 0.2, -0.4]])
    jam = np.exp(1j * np.pi * np.arange(4) * sine)
    covariance = np.eye(4) + power * np.outer(jam, jam.conj())
    arguments = (SCENE, np.broadcast_to(TARGET, (n, 3)), rng)
    silent = receive(*arguments, snr=np.zeros(2), interferers=[(sine, power)], weights=weights)
    assert silent.shape == (n, 2, 9, 32)
    expected = np.einsum("ma,ab,mb->m", weights.conj(), covariance, weights).real
    assert np.allclose(np.mean(np.abs(silent) ** 2, axis=(0, 2, 3)), expected, rtol=0.02)
    loud = receive(*arguments, snr=1e8 * snr, weights=weights)
    light, _ = beam_responses(RADAR, direction_cosines(AZIMUTH, ELEVATION), direction_cosines(*MIDDLE))
    for j, c in enumerate(PAIRS):
        arrival = (2 * c - RECEIVER[0]) / math.dist(RECEIVER, (2 * c, 0, 0))
        gain = abs(weights[j].conj() @ np.exp(1j * np.pi * np.arange(4) * arrival)) ** 2
        assert np.allclose(
            np.abs(loud[:, j]) ** 2, (1e8 * snr[j] * gain * light**2)[:, None], rtol=1e-2, atol=1e4
        )


SCAN = np.zeros((2, 9, 32), dtype=complex)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Radar(subcarriers=1), "subcarriers: got 1; it must be an integer of at least 2"),
        (lambda: Radar(antennas=10**8), "antennas: got 100000000; it would need"),
        (lambda: link_budget(Scene(LINE, (-1.0, 0, 0), MIDDLE), TARGET), "its receiver must stand in front"),
        (lambda: Scene(LINE[:1], RECEIVER, MIDDLE), "surfaces: got shape (1, 3)"),
        (lambda: array_weights(RADAR, 0.1, np.eye(3)), "covariance: got shape (3, 3)"),
        (lambda: array_weights(RADAR, 0.1, np.triu(np.ones((4, 4)))), "Hermitian"),
        (lambda: combine(RADAR, np.ones((2, 9, 4, 32)), np.ones((3, 4))), "weights (3,)"),
        (lambda: scan(SCENE, SCAN), "no echo"),
        (lambda: Scene(LINE, RECEIVER, 0.1), "middle: got shape ()"),
    ],
)
def test_bad_input_says_what_is_wrong(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)
