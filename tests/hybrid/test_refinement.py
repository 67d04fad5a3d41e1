"""Snapshots, bounds and refinement: closed forms, numeric derivatives, and convergence to the bound."""

import math

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray
from irsnb.hybrid.model import from_cosines, steering, to_cosines
from irsnb.hybrid.music import signal_eigenpairs

WAVELENGTH = 0.0857
USERS = np.array([[-0.7, -0.3, 8.0], [-0.2, -0.55, 10.0], [0.25, -0.2, 9.0], [0.8, -0.45, 11.0]])
FAR_AWAY = np.radians([[-85.63, -2.52]]), 90.885


def square(side, mask=None):
    return PlanarArray(side, side, WAVELENGTH / 2, WAVELENGTH, mask)


def truth(array, users, snr_db, correlation="uncorrelated"):
    """True covariance of users with one path each, noise of unit power divided by the SNR."""
    distance = users[:, 2] if users.shape[1] == 3 else None
    channels = array.steering_vector(users[:, 0], users[:, 1], distance)[:, None]
    noise = 10 ** (-snr_db / 10) * np.eye(len(array.positions))
    return hybrid.signal_covariance(channels, correlation) + noise


def numeric_bound(array, users, snr_db, n_snapshots):
    """The bound from the definition: Fisher information of a Gaussian covariance, tr(R^-1 dR R^-1 dR).

    Unknown besides the users' places: every entry of the signals' covariance and the noise power.
    """
    count, size = len(users), len(array.positions)
    level = 10 ** (snr_db / 10)

    def covariance(place, powers, noise):
        parts = array.steering_vector(*place.reshape(count, -1).T)
        return parts.T @ powers @ parts.conj() + noise * np.eye(size)

    powers = level * np.eye(count, dtype=complex)
    derivatives = []
    for n in range(users.size):
        step = np.zeros(users.size)
        step[n] = 1e-4 if n % users.shape[1] == 2 else 1e-6
        ahead, behind = (covariance(users.ravel() + s * step, powers, 1.0) for s in (1, -1))
        derivatives.append((ahead - behind) / (2 * step[n]))
    for a in range(count):
        for b in range(a, count):
            for unit in (1,) if a == b else (1, 1j):
                one = np.zeros((count, count), dtype=complex)
                one[a, b], one[b, a] = unit, np.conj(unit)
                derivatives.append(covariance(users.ravel(), one, 0.0))
    derivatives.append(np.eye(size))
    inverse = np.linalg.inv(covariance(users.ravel(), powers, 1.0))
    white = np.stack([inverse @ d for d in derivatives])
    information = n_snapshots * np.real(np.einsum("aij,bji->ab", white, white))
    scale = 1 / np.sqrt(np.diag(information))
    return (np.linalg.inv(information * np.outer(scale, scale)) * np.outer(scale, scale))[
        : users.size, : users.size
    ]


@pytest.mark.parametrize("snr_db", [-10, 0, 20])
def test_the_bound_is_the_inverse_of_the_whole_fisher_information(snr_db):
    mask = np.zeros((6, 6), dtype=bool)
    mask[::2] = mask[:, ::3] = True
    for array in (square(5), square(6, mask)):
        users = USERS[:2] * [1, 1, 0.1]  # within a metre, where the distance matters
        ours = hybrid.crlb(array, users, snr_db, 3000)
        spread = np.sqrt(np.diag(ours))
        off = (ours - numeric_bound(array, users, snr_db, 3000)) / np.outer(spread, spread)
        assert np.abs(off).max() < 1e-5


def test_one_user_far_away_has_the_textbook_bound():
    # Half a wavelength apart, side n, broadside: var(u) = 6 sigma^2 / (P T M k^2 d^2 (n^2 - 1)) at high SNR.
    side, snr_db, snaps = 10, 30, 3000
    ours = hybrid.crlb(square(side), [[0.0, 0.0]], snr_db, snaps)
    per_cosine = 6 / (10 ** (snr_db / 10) * snaps * side**2 * math.pi**2 * (side**2 - 1))
    assert np.allclose(ours, np.diag([per_cosine] * 2), rtol=1e-3, atol=1e-15)


def test_same_pilots_are_no_better_and_shapes_broadcast():
    array = square(10)
    plain = hybrid.crlb(array, USERS, 10, 3000)
    same = hybrid.crlb(array, USERS, 10, 3000, np.ones((4, 4)))
    assert plain.shape == same.shape == (12, 12)
    assert np.all(np.diag(same) > 0.99 * np.diag(plain))
    sweep = hybrid.crlb(array, USERS, np.array([0.0, 10.0])[:, None], 3000)
    assert sweep.shape == (2, 12, 12) and np.allclose(sweep[1], plain, rtol=1e-9)
    assert hybrid.standard_errors(sweep, 4).shape == (2, 4, 3)
    assert np.allclose(hybrid.crlb(array, USERS, 10, 6000), plain / 2, rtol=1e-9)


def test_steering_derivatives_are_numeric_ones_down_to_plane_waves():
    array = square(6)
    for state in (to_cosines(USERS[1]), np.array([0.3, -0.2, 1e-9]), np.array([0.3, -0.2, -0.01])):
        vector, slopes = steering(array, state)
        for n in range(3):
            step = 1e-5 * np.eye(3)[n]
            numeric = (steering(array, state + step)[0] - steering(array, state - step)[0]) / 2e-5
            assert np.allclose(slopes[n], numeric, atol=1e-6)
    plane = steering(array, np.array([0.3, -0.2]))[0]
    assert np.allclose(steering(array, np.array([0.3, -0.2, 0.0]))[0], plane, atol=1e-12)
    assert np.allclose(from_cosines(to_cosines(USERS)), USERS, rtol=1e-12)
    beyond = from_cosines(np.array([-1.2, 0.0, -0.1]))
    assert np.allclose(beyond[:2], [-math.pi / 2, 0]) and np.isinf(beyond[2])


def test_drawn_covariances_have_the_moments_of_snapshots():
    array = square(3)
    covariance = truth(array, USERS[:2], 3)
    drawn = hybrid.draw_covariance(covariance, 50, np.random.default_rng(1), (20_000,))
    assert np.allclose(drawn.mean(axis=0), covariance, atol=0.02)
    # E |R_pq - mean|^2 = R_pp R_qq / T for circular Gaussian snapshots
    power = np.real(np.diag(covariance))
    assert np.allclose(drawn.var(axis=0), np.outer(power, power) / 50, rtol=0.06)
    heard = hybrid.receive(np.ones((1, 1, 9)), 200_000, 0.5, np.random.default_rng(2))
    assert np.allclose(hybrid.sample_covariance(heard), 1 + 0.5 * np.eye(9), atol=0.02)


@pytest.mark.parametrize("correlation", hybrid.CORRELATIONS)
def test_snapshots_have_the_covariance_that_the_model_says(correlation):
    rng = np.random.default_rng(3)
    channels = rng.standard_normal((2, 3, 4)) + 1j * rng.standard_normal((2, 3, 4))
    expected = np.zeros((4, 4), dtype=complex)
    flat = channels.reshape(6, 4)
    user = np.repeat([0, 1], 3)
    for p in range(6):
        for q in range(6):
            together = {
                "uncorrelated": user[p] == user[q],
                "fading": p == q,
                "same pilot": True,
            }[correlation]
            expected += together * np.outer(flat[p], flat[q].conj())
    assert np.allclose(hybrid.signal_covariance(channels, correlation), expected)
    heard = hybrid.receive(channels, 100_000, 0.1, rng, correlation)
    scale = np.abs(expected).max()
    assert np.allclose(hybrid.sample_covariance(heard), expected + 0.1 * np.eye(4), atol=0.03 * scale)


def test_leading_axes_are_many_scenes():
    # Scenes of a batch know nothing of each other: E[x x^H] = sum over users of h h^H, plus noise, in each.
    rng = np.random.default_rng(11)
    channels = rng.standard_normal((2, 3, 1, 4)) + 1j * rng.standard_normal((2, 3, 1, 4))
    heard = hybrid.receive(channels, 100_000, 0.1, rng)
    for scene, snapshots in zip(channels[:, :, 0], heard, strict=True):
        expected = scene.T @ scene.conj() + 0.1 * np.eye(4)
        found = hybrid.sample_covariance(snapshots)
        assert np.allclose(found, expected, atol=0.03 * np.abs(expected).max())
    array = square(10)
    drawn = hybrid.draw_covariance(truth(array, USERS, 20), 3000, rng, (2, 3))
    found = hybrid.refine(drawn, array, USERS)
    assert found.shape == (2, 3, *USERS.shape)
    for index in np.ndindex(2, 3):
        assert np.allclose(found[index], hybrid.refine(drawn[index], array, USERS), rtol=1e-6)


@pytest.mark.parametrize("distances", [False, True])
@pytest.mark.parametrize("method", hybrid.METHODS)
def test_the_truth_is_a_fixed_point(method, distances):
    array, users = square(10), USERS if distances else USERS[:, :2]
    exact = truth(array, users, 60)
    if method in ("esprit", "parabola") and distances:
        with pytest.raises(ValueError, match="plane waves"):
            hybrid.refine(exact, array, users, method)
        return
    found = hybrid.refine(exact, array, users + 0.003, method)
    # The parabola is only as good as the curve is one: a sixth of its step of 0.6 degrees.
    assert np.allclose(found, users, atol=2e-3 if method == "parabola" else 1e-6)


def coarse(drawn, near):
    """Where the grid says the four users are, one after another by azimuth, with ranges if they are near."""
    found = hybrid.find_directions(hybrid.smooth(drawn, (10, 10), (7, 7)), square(7), 4)
    found = np.take_along_axis(found, np.argsort(found[..., :1], axis=1), axis=1)
    if not near:
        return found
    distances = np.geomspace(1, 150, 161)
    ranges = [
        hybrid.find_ranges(each, square(10), 4, at, distances) for each, at in zip(drawn, found, strict=True)
    ]
    return np.concatenate([found, np.stack(ranges)[..., None]], axis=-1)


@pytest.mark.parametrize("snr_db", [0, 30])
def test_refined_errors_reach_the_bound_from_the_grid(snr_db):
    array, rng = square(10), np.random.default_rng(snr_db)
    for users in (USERS, USERS[:, :2]):
        bound = np.sqrt(np.diag(hybrid.crlb(array, users, snr_db, 3000))).reshape(users.shape)
        drawn = hybrid.draw_covariance(truth(array, users, snr_db), 3000, rng, (250,))
        start = coarse(drawn, users.shape[1] == 3)
        for method in ("subspace-fit", "newton"):
            error = (hybrid.refine(drawn, array, start, method) - users) / bound
            # 1000 errors for each unknown: their rms is off by 2.2 % at one sigma
            assert np.all(np.abs(np.sqrt(np.mean(error**2, axis=(0, 1))) - 1) < 0.07)
            assert abs(np.sqrt(np.mean(error**2)) - 1) < 0.05


@pytest.mark.parametrize("snr_db", [60, 120])
def test_a_start_at_the_truth_does_not_stop_short_of_the_noise(snr_db):
    array, rng = square(10), np.random.default_rng(7)
    for users in (USERS, USERS[:, :2]):
        bound = np.sqrt(np.diag(hybrid.crlb(array, users, snr_db, 3000))).reshape(users.shape)
        drawn = hybrid.draw_covariance(truth(array, users, snr_db), 3000, rng, (200,))
        for method in ("subspace-fit", "newton"):
            found = hybrid.refine(drawn, array, np.broadcast_to(users, (200, *users.shape)), method)
            assert abs(np.sqrt(np.mean(((found - users) / bound) ** 2)) - 1) < 0.07


def test_subspace_fit_reaches_the_bound_for_users_who_send_the_same():
    array, rng, snr_db = square(10), np.random.default_rng(4), 15
    bound = np.sqrt(np.diag(hybrid.crlb(array, USERS[:, :2], snr_db, 3000, np.ones((4, 4)))))
    drawn = hybrid.draw_covariance(truth(array, USERS[:, :2], snr_db, "same pilot"), 3000, rng, (400,))
    found = hybrid.refine(drawn, array, np.broadcast_to(USERS[:, :2], (400, 4, 2)), n_signals=1)
    ratio = np.sqrt(np.mean(((found - USERS[:, :2]) / bound.reshape(4, 2)) ** 2))
    assert 0.93 < ratio < 1.07


def test_esprit_is_within_half_again_of_the_bound_and_needs_no_start():
    array, rng, snr_db = square(10), np.random.default_rng(5), 10
    users = USERS[:, :2]
    bound = np.sqrt(np.diag(hybrid.crlb(array, users, snr_db, 3000))).reshape(4, 2)
    drawn = hybrid.draw_covariance(truth(array, users, snr_db), 3000, rng, (300,))
    found = hybrid.refine(drawn, array, users + rng.uniform(-0.1, 0.1, users.shape), "esprit")
    assert 1.0 < np.sqrt(np.mean(((found - users) / bound) ** 2)) < 1.6


def test_esprit_on_an_oblong_array_keeps_the_axes_apart():
    array = PlanarArray(4, 9, 0.4 * WAVELENGTH, WAVELENGTH)
    users = USERS[:3, :2]
    found = hybrid.refine(truth(array, users, 50), array, users + 0.01, "esprit")
    assert np.allclose(found, users, atol=1e-4)


def test_miscalibration_is_what_random_phases_do_to_newton():
    array, rng, sigma = square(10), np.random.default_rng(6), math.radians(0.5)
    user = USERS[:1]
    predicted = np.sqrt(np.diagonal(hybrid.miscalibration(array, user, sigma)[0]))
    steered = array.steering_vector(*user[0])
    off = steered * np.exp(1j * rng.normal(0, sigma, (400, 100)))
    covariance = off[:, :, None] * off[:, None, :].conj() + 1e-9 * np.eye(100)
    found = hybrid.refine(covariance, array, user, "newton")
    assert np.allclose(np.std(found[:, 0] - user[0], axis=0) / predicted, 1, atol=0.12)


def test_a_reflection_pulls_as_the_first_step_says():
    array, user = square(10), USERS[2:3]
    disturbance = 0.01 * np.exp(0.7j) * array.steering_vector(0.35, 0.25, 12.0)
    predicted = hybrid.first_order_bias(array, user, disturbance)[0]
    together = array.steering_vector(*user[0]) + disturbance
    covariance = np.outer(together, together.conj()) + 1e-9 * np.eye(100)
    found = hybrid.refine(covariance, array, user)[0] - user[0]
    assert np.allclose(found, predicted, rtol=0.1, atol=1e-6)


def test_figures_of_the_physics_at_91_metres():
    # Curvature at end-fire: the phase's second difference falls with 1/r^2 (re-derived: Fresnel term of |r
    # u - p|).
    azimuth, elevation = FAR_AWAY[0][0]
    user = [[azimuth, elevation, FAR_AWAY[1]]]
    spread = hybrid.standard_errors(hybrid.crlb(square(10), user, 0, 3000), 1)[0, 2]
    y, z = square(10).positions[:, 1], square(10).positions[:, 2]
    u, v = math.sin(azimuth) * math.cos(elevation), math.sin(elevation)
    phase = math.pi / WAVELENGTH * (y**2 + z**2 - (u * y + v * z) ** 2) / FAR_AWAY[1] ** 2
    rest = np.column_stack([np.ones(100), y, z])
    left = phase - rest @ np.linalg.lstsq(rest, phase, rcond=None)[0]
    assert spread == pytest.approx(1 / math.sqrt(2 * 3000 * left @ left), rel=0.02)


def test_users_are_found_where_a_false_peak_stands_out_on_the_grid():
    # Eight scattered elements: in some scenes a false peak outranks a true one on the 0.6 degree grid.
    mask, rng, plain, ours = hybrid.place_elements(8, "annealed"), np.random.default_rng(5), 0, 0
    array = PlanarArray(25, 25, WAVELENGTH / 2, WAVELENGTH, mask)

    def all_near(answers):
        away = np.linalg.norm(
            to_cosines(users)[:, None] - to_cosines(np.nan_to_num(answers, nan=9.0)), axis=-1
        )
        return sorted(away.argmin(axis=1)) == [0, 1, 2, 3] and away.min(axis=1).max() < 0.05

    for _ in range(60):
        users = np.stack([np.linspace(-0.9, 0.9, 4) + rng.uniform(-0.2, 0.2, 4), rng.uniform(-0.7, 0, 4)], -1)
        drawn = hybrid.draw_covariance(truth(array, users, 20), 3000, rng)
        plain += all_near(hybrid.find_directions(drawn, array, 4))
        ours += all_near(hybrid.find_users(drawn, array, 4))
    assert ours >= 59 and ours >= plain


def test_find_users_of_a_batch_are_those_of_its_members():
    # Two places are as many as the last covariance has peaks of; the grids are coarse, the fit is not.
    array, rng = square(6), np.random.default_rng(4)
    drawn = np.stack(
        [
            hybrid.draw_covariance(truth(array, USERS[:3, :2], snr, "uncorrelated"), 300, rng)
            for snr in (20, 0)
        ]
        + [truth(array, USERS[:1, :2], 20)]
    )
    grid = np.linspace(-1.2, 1.2, 41)
    together = hybrid.find_users(drawn.reshape(3, 1, 36, 36), array, 3, grid, grid)
    alone = np.stack([hybrid.find_users(one, array, 3, grid, grid) for one in drawn])
    assert together.shape == (3, 1, 3, 2) and np.isfinite(alone[:2]).all()
    assert np.allclose(together[:, 0], alone, atol=1e-9, equal_nan=True)
    for found in together[:2, 0]:
        assert (hybrid.whose(found, USERS[:3, :2]) >= 0).all()


def test_eigenpairs_of_the_signals_are_those_of_all_eigenvalues():
    # Users of whom two stand close, so that the third eigenvalue is 1e4 below the first.
    array = square(10)
    users = np.array([[0.1, -0.2], [0.1, -0.202], [0.6, -0.4]])
    covariance = np.stack([truth(array, users, snr) for snr in (0, 20, 60)])
    values, vectors, noise = signal_eigenpairs(covariance, 3)
    all_values = np.linalg.eigvalsh(covariance)
    assert np.allclose(values, all_values[:, -3:], rtol=1e-9)
    assert np.allclose(noise[:, 0], all_values[:, :-3].mean(axis=-1), rtol=1e-6)
    assert np.allclose(covariance @ vectors, vectors * values[:, None], atol=1e-9)
    assert np.allclose(np.swapaxes(vectors.conj(), 1, 2) @ vectors, np.eye(3), atol=1e-12)


def test_find_users_says_when_there_are_not_enough_of_them():
    array = square(4)
    one = truth(array, USERS[:1, :2], 40)
    assert np.isnan(
        hybrid.find_users(one, array, 3, np.linspace(-0.2, 0.2, 3), np.linspace(-0.2, 0.2, 3))
    ).all()
