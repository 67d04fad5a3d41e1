"""The scan against its bounds, its likelihood, and what it must not take for an echo in its window."""

import numpy as np
import pytest
from scipy.optimize import minimize
from small_scan import AZIMUTH, C0, ELEVATION, LINE, MIDDLE, PAIRS, RADAR, RECEIVER, SCENE, TARGET

from irsnb.elliptic import (
    Detour,
    Scene,
    array_weights,
    arrival_sines,
    beam_responses,
    combine,
    direction,
    direction_cosines,
    locate,
    path_sums,
    receive,
    scan,
    scan_crlb,
    scan_ziv_zakai,
)
from irsnb.elliptic.scan_bounds import error_probability


def test_the_bound_from_the_whole_information_matrix():
    # All unknowns at once, by finite differences: two angles, two path sums, two complex gains.
    snr = np.array([0.5, 2.0])
    f = (np.arange(32) - 15.5) * RADAR.bandwidth / 32

    def mean(x):
        light, _ = beam_responses(RADAR, direction_cosines(x[0], x[1]), direction_cosines(*MIDDLE))
        gains = x[4:6] + 1j * x[6:8]
        delay = np.exp(-2j * np.pi * f * x[2:4, None] / C0)
        z = gains[:, None, None] * light[None, :, None] * delay[:, None, :]
        return np.r_[z.real.ravel(), z.imag.ravel()]

    truth = np.r_[AZIMUTH, ELEVATION, 300.0, 500.0, np.sqrt(snr) * np.cos(1.0), np.sqrt(snr) * np.sin(1.0)]
    steps = np.r_[1e-6, 1e-6, 1e-3, 1e-3, 1e-4, 1e-4, 1e-4, 1e-4]
    jacobian = np.stack(
        [
            (mean(truth + h * e) - mean(truth - h * e)) / (2 * h)
            for h, e in zip(steps, np.eye(8), strict=True)
        ],
        axis=-1,
    )
    whole = np.linalg.inv(jacobian.T @ jacobian / 0.5)
    angles, sigma_path = scan_crlb(SCENE, AZIMUTH, ELEVATION, snr)
    assert np.allclose(angles, whole[:2, :2], rtol=1e-5)
    assert np.allclose(sigma_path, np.sqrt(np.diag(whole)[2:4]), rtol=1e-5)
    assert np.abs(whole[:2, 2:4]).max() < 1e-6 * np.sqrt(whole[0, 0] * whole[2, 2]), (
        "they do not disturb each other"
    )


def test_scan_reaches_the_bound_and_is_unbiased():
    rng = np.random.default_rng(2)
    n, snr = 1500, np.array([1.0, 3.0])
    weights, gain = array_weights(RADAR, arrival_sines(SCENE))
    samples = receive(SCENE, np.broadcast_to(TARGET, (n, 3)), rng, snr=snr)
    found = scan(SCENE, combine(RADAR, samples, weights))
    angles, sigma_path = scan_crlb(SCENE, AZIMUTH, ELEVATION, snr * gain)
    error = np.stack([found.azimuth - AZIMUTH, found.elevation - ELEVATION], axis=-1)
    assert np.allclose(np.cov(error.T) / angles, 1, atol=0.15)
    off = found.path_sums - path_sums(LINE, TARGET)
    assert np.allclose(off.std(axis=0) / sigma_path, 1, atol=0.08)
    assert np.all(np.abs(off.mean(axis=0)) < 4 * sigma_path / np.sqrt(n))
    assert np.all(np.abs(error.mean(axis=0)) < 4 * np.sqrt(np.diag(angles) / n))
    assert np.allclose(found.snr.mean(axis=0), snr * gain, rtol=0.05)


def test_scan_of_a_noise_free_echo_is_exact_anywhere_in_the_sector():
    rng = np.random.default_rng(3)
    aim = direction_cosines(*MIDDLE)
    q = aim + rng.uniform(-1, 1, (40, 2)) * RADAR.beam_side / RADAR.surface_side * 0.9
    q = q[np.sum(q**2, axis=-1) < 0.95]
    away = np.concatenate([np.sqrt(1 - np.sum(q**2, -1, keepdims=True)), q], -1)
    targets = away * rng.uniform(900, 1500, (len(q), 1))
    weights, _ = array_weights(RADAR, arrival_sines(SCENE))
    samples = receive(SCENE, targets, rng, snr=np.array([1e16, 1e16]))
    found = scan(SCENE, combine(RADAR, samples, weights))
    azimuth, elevation = direction(targets, np.zeros(3))
    assert np.allclose(found.azimuth, azimuth, atol=1e-6)
    assert np.allclose(found.elevation, elevation, atol=1e-6)
    window = RADAR.path_window
    beyond = path_sums(LINE, targets) - 2 * PAIRS
    assert np.allclose(found.path_sums, 2 * PAIRS + beyond % window, atol=1e-3)


def test_a_resolved_detour_is_a_second_peak_and_moves_no_angle():
    rng = np.random.default_rng(5)
    weights, _ = array_weights(RADAR, arrival_sines(SCENE))
    far = Detour(excess=6 * C0 / RADAR.bandwidth, amplitude=0.5)
    samples = receive(SCENE, TARGET, rng, snr=np.array([1e8, 1e8]), detours=[far])
    found = scan(SCENE, combine(RADAR, samples, weights))
    assert found.azimuth == pytest.approx(AZIMUTH, abs=1e-4)
    assert np.allclose(found.path_sums, path_sums(LINE, TARGET), atol=8.0)
    near = Detour(excess=0.4 * C0 / RADAR.bandwidth, amplitude=0.5)
    samples = receive(SCENE, TARGET, rng, snr=np.array([1e8, 1e8]), detours=[near])
    biased = scan(SCENE, combine(RADAR, samples, weights))
    assert np.all(biased.path_sums - path_sums(LINE, TARGET) > 8.0), "in phase, it pulls the peak its way"


def test_a_scan_gives_the_covariance_that_the_chain_needs():
    # Correlated angles and a sigma for each pair: the bound at the estimate, close to that at the truth.
    rng, snr = np.random.default_rng(7), np.array([20.0, 80.0])
    weights, gain = array_weights(RADAR, arrival_sines(SCENE))
    samples = receive(SCENE, np.broadcast_to(TARGET, (400, 3)), rng, snr=snr, weights=weights)
    found = scan(SCENE, samples)
    angles, sigma_path = scan_crlb(SCENE, AZIMUTH, ELEVATION, snr * gain)
    expected = np.zeros((4, 4))
    expected[:2, :2], expected[[2, 3], [2, 3]] = angles, sigma_path**2
    assert np.allclose(found.covariance.mean(axis=0), expected, rtol=0.05, atol=1e-12)
    fix = locate(LINE, found.azimuth, found.elevation, found.path_sums, covariance=found.covariance)
    error = fix.position - TARGET
    distance = np.einsum("ni,nij,nj->n", error, np.linalg.inv(fix.covariance), error)
    assert distance.mean() == pytest.approx(3, rel=0.15) and found.converged.mean() > 0.98


def test_a_delay_beyond_the_window_is_marked():
    # Both sums wrap: each appears shorter by one window, and no position on the ray has the two.
    target = np.array([4000.0, 4000.0, 1000.0])
    scene = Scene(LINE, RECEIVER, direction(target, np.zeros(3)), RADAR)
    weights, _ = array_weights(RADAR, arrival_sines(scene))
    samples = receive(scene, target, np.random.default_rng(8), snr=[1e4, 1e4], weights=weights)
    found = scan(scene, samples)
    true = path_sums(LINE, target)
    windows = np.floor((true - 2 * PAIRS) / RADAR.path_window)
    assert np.allclose(true - found.path_sums, RADAR.path_window * windows, atol=1.0) and windows.any()
    assert not found.converged and "longer than the window of 3837 m" in found.remarks[0]
    inside = receive(scene, target / 3, np.random.default_rng(8), snr=[1e4, 1e4], weights=weights)
    near = scan(scene, inside)
    assert near.converged and near.remarks == ()


def test_an_echo_from_beyond_the_sector_is_marked():
    aside = Scene(LINE, RECEIVER, (AZIMUTH - 0.6, ELEVATION), RADAR)
    samples = receive(aside, TARGET, np.random.default_rng(9), snr=[1e6, 1e6])
    found = scan(aside, combine(RADAR, samples, array_weights(RADAR, arrival_sines(aside))[0]))
    assert not found.converged and len(found.remarks) == 1


def test_steps_settle_on_the_likelihood_peak():
    # The score of (1)-(6) with gains eliminated, by a general-purpose search from the estimate.
    samples = receive(SCENE, TARGET, np.random.default_rng(10), snr=[3.0, 9.0])
    combined = combine(RADAR, samples, array_weights(RADAR, arrival_sines(SCENE))[0])
    found = scan(SCENE, combined)
    f = (np.arange(32) - 15.5) * RADAR.bandwidth / 32
    sigma = np.sqrt(np.diag(found.covariance))
    middle = np.r_[found.azimuth, found.elevation, found.path_sums]

    def score(x):
        azimuth, elevation, *sums = middle + sigma * x
        light, _ = beam_responses(RADAR, direction_cosines(azimuth, elevation), direction_cosines(*MIDDLE))
        delay = np.exp(2j * np.pi * f * (np.array(sums)[:, None] - 2 * PAIRS[:, None]) / C0)
        return -np.sum(np.abs(np.einsum("b,mbk,mk->m", light, combined, delay)) ** 2) / np.sum(light**2)

    peak = minimize(score, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-6})
    assert np.all(np.abs(peak.x) < 5e-3)
    light, _ = beam_responses(RADAR, direction_cosines(*middle[:2]), direction_cosines(*MIDDLE))
    there = -score(np.zeros(4)) / 32**2
    assert np.sum(found.snr) * np.sum(light**2) == pytest.approx(there, rel=1e-9), "snr of the last step"


def test_ziv_zakai_tends_to_the_crlb_and_to_the_window():
    levels = 10.0 ** (np.arange(-60, 41, 5) / 10)
    snr = np.stack([levels, levels], axis=-1)
    window = RADAR.path_window / 2
    bound = scan_ziv_zakai(SCENE, AZIMUTH, ELEVATION, snr)
    _, crlb = scan_crlb(SCENE, AZIMUTH, ELEVATION, snr)
    assert np.allclose(bound[-4:], crlb[-4:], rtol=0.01)
    assert np.allclose(bound[0], window / np.sqrt(12), rtol=0.01)
    assert np.all(np.diff(bound, axis=0) < 0) and np.all(bound < window / np.sqrt(12))
    assert (bound / crlb).max() > 3, "there is a threshold"
    narrow = scan_ziv_zakai(SCENE, AZIMUTH, ELEVATION, [1e-9, 1e-9], window=100.0)
    assert narrow[0] == pytest.approx(100 / np.sqrt(12), rel=1e-3)


def test_the_error_probability_by_drawing():
    # Two echoes h apart, equally strong, phase unknown: how often is the larger modulus the wrong one?
    rng, strength, h = np.random.default_rng(11), 6.0, 40.0
    f = (np.arange(32) - 15.5) * RADAR.bandwidth / 32
    echoes = np.exp(-2j * np.pi * np.array([[0.0], [h]]) * f / C0) / np.sqrt(32)
    noise = np.sqrt(0.5) * (rng.standard_normal((200_000, 32)) + 1j * rng.standard_normal((200_000, 32)))
    received = np.sqrt(strength) * echoes[0] + noise
    first, second = np.abs(received @ echoes.conj().T).T
    overlap = abs(np.vdot(*echoes))
    assert error_probability(strength, overlap) == pytest.approx(np.mean(second > first), abs=4e-3)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_maximum_likelihood_inside_the_window_does_not_beat_ziv_zakai(level):
    rng = np.random.default_rng(12)
    window, n = RADAR.path_window / 2, 3000
    f = (np.arange(32) - 15.5) * RADAR.bandwidth / 32
    light, _ = beam_responses(RADAR, direction_cosines(AZIMUTH, ELEVATION), direction_cosines(*MIDDLE))
    grid = np.linspace(0, window, 1200)
    replicas = np.exp(2j * np.pi * f[:, None] * grid / C0)
    true = rng.uniform(0, window, n)
    phase = np.exp(2j * np.pi * rng.uniform(size=(n, 1)))
    echo = np.sqrt(level * np.sum(light**2)) * phase * np.exp(-2j * np.pi * f * true[:, None] / C0)
    noise = np.sqrt(0.5) * (rng.standard_normal((n, 32)) + 1j * rng.standard_normal((n, 32)))
    found = grid[np.abs((echo + noise) @ replicas).argmax(axis=-1)]
    bound = scan_ziv_zakai(SCENE, AZIMUTH, ELEVATION, [level, level])[0]
    ratio = np.sqrt(np.mean((found - true) ** 2)) / bound
    assert 0.95 < ratio < 3
