"""The test of who is legitimate: its statistic by hand, its rates by Monte Carlo from the snapshots on."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binom

from irsnb import hybrid
from irsnb.arrays import PlanarArray
from irsnb.hybrid.security import FLOOR, SecureUserTest, place_covariance

WAVELENGTH = 0.0857
USERS = np.array([[-0.6, -0.2, 8.0], [0.1, -0.3, 8.0], [0.5, -0.1, 8.0]])
COVARIANCE = np.array(
    [np.diag([1e-5, 2e-5, 0.01]), [[2e-5, 1e-6, 0], [1e-6, 1e-5, 1e-5], [0, 1e-5, 0.02]], np.eye(3) * 1e-4]
)
SNR_DB, SNAPSHOTS = 20, 3000


def block(side=10):
    return PlanarArray(side, side, WAVELENGTH / 2, WAVELENGTH)


def estimates(array, user, count, rng, snr_db=SNR_DB):
    """From the scene to refined places of a user who sends alone."""
    steered = array.steering_vector(*user)
    covariance = np.outer(steered, steered.conj()) + 10 ** (-snr_db / 10) * np.eye(len(steered))
    heard = hybrid.draw_covariance(covariance, SNAPSHOTS, rng, (count,))
    start = np.array([*hybrid.find_directions(heard[0], array, 1)[0], user[2] * 1.1])
    return hybrid.refine(heard, array, np.broadcast_to(start, (count, 1, 3)))[:, 0]


def within(hits, count, rate):
    """Whether a count lies in the binomial's central 99.9 %."""
    low, high = binom.ppf([0.0005, 0.9995], count, rate)
    return low <= hits <= high


def test_the_statistic_by_hand():
    test = SecureUserTest(USERS, COVARIANCE, (0.001, 0.002, 0.05))
    estimate = np.array([0.11, -0.295, 8.2])
    ours = test.statistic(estimate)
    for k in range(3):
        off = np.array([*(estimate - USERS[k])[:2], 1 / estimate[2] - 1 / USERS[k, 2]])
        turn = np.diag([1, 1, -1 / USERS[k, 2] ** 2])
        whole = turn @ (COVARIANCE[k] + np.diag([1e-6, 4e-6, 0.0025])) @ turn
        assert ours[k] == pytest.approx(off @ np.linalg.inv(whole) @ off, rel=1e-9)
    angles = SecureUserTest(USERS, COVARIANCE, (0.001, 0.002, 0.05), use_range=False)
    off = (estimate - USERS[0])[:2]
    expected = off @ np.linalg.inv(COVARIANCE[0, :2, :2] + np.diag([1e-6, 4e-6])) @ off
    assert angles.statistic(estimate)[0] == pytest.approx(expected, rel=1e-9)
    # Two degrees of freedom: P(chi-square > t) = exp(-t / 2).
    assert angles.threshold == pytest.approx(-2 * math.log(0.01))


def test_decisions():
    test = SecureUserTest(USERS, COVARIANCE)
    legitimate, user = test.decide(USERS)
    assert legitimate.all() and user.tolist() == [0, 1, 2]
    legitimate, user = test.decide(np.broadcast_to([0.1, 0.9, 8.0], (4, 2, 3)))
    assert legitimate.shape == (4, 2) and not legitimate.any() and np.all(user == -1)
    assert test.decide([0.1, -0.3, np.inf])[1] == -1
    assert SecureUserTest(USERS, COVARIANCE, use_range=False).decide([0.1, -0.3, np.inf])[1] == 1
    # Azimuths on both sides of 180 degrees are neighbours.
    round_ = SecureUserTest([[math.pi - 0.001, 0, 8]], COVARIANCE[:1])
    assert round_.decide([-math.pi + 0.001, 0, 8])[0]


def test_a_test_cannot_be_changed_from_outside():
    users = USERS.copy()
    test = SecureUserTest(users, COVARIANCE)
    users[:] = 1
    assert np.array_equal(test.users, USERS)
    with pytest.raises(ValueError, match="read-only"):
        test.users[0] = 0
    with pytest.raises(AttributeError):
        test.false_alarm = 0.5


def test_covariances_alone_and_together():
    alone = place_covariance(block(), USERS, SNR_DB, SNAPSHOTS)
    for k in range(3):
        assert np.allclose(alone[k], hybrid.crlb(block(), USERS[k : k + 1], SNR_DB, SNAPSHOTS), rtol=1e-9)
    together = place_covariance(block(), USERS, SNR_DB, SNAPSHOTS, together=True)
    whole = hybrid.crlb(block(), USERS, SNR_DB, SNAPSHOTS)
    assert np.array_equal(together[1], whole[3:6, 3:6])
    assert np.all(np.diagonal(together, axis1=1, axis2=2) > 0.999 * np.diagonal(alone, axis1=1, axis2=2))
    test = SecureUserTest.for_array(block(), USERS, SNR_DB, SNAPSHOTS, together=True)
    assert np.array_equal(test.covariance, together)


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(8)
    return np.stack([estimates(block(), user, 400, rng) for user in USERS])


@pytest.mark.parametrize("use_range", [True, False])
def test_the_false_alarm_rate_from_snapshots_to_decision(found, use_range):
    rng = np.random.default_rng(12)
    for floor in ((0, 0, 0), FLOOR):
        heard = found + rng.normal(size=found.shape) * floor
        for rate in (0.01, 0.05):
            test = SecureUserTest.for_array(
                block(), USERS, SNR_DB, SNAPSHOTS, floor, use_range=use_range, false_alarm=rate
            )
            legitimate, user = test.decide(heard)
            assert within(np.sum(~legitimate), legitimate.size, rate)
            assert np.all((user == np.arange(3)[:, None]) == legitimate)
            # Planted: a covariance a quarter too small is seen.
            tight = SecureUserTest(
                USERS, 0.75 * test.covariance, 0.75**0.5 * np.array(floor), rate, use_range
            )
            assert not within(np.sum(~tight.decide(heard)[0]), legitimate.size, rate)


def test_the_rate_holds_at_91_metres_where_a_distance_is_skewed():
    rng, count, user = np.random.default_rng(9), 1000, np.array([0.3, -0.03, 91.0])
    heard = estimates(block(), user, count, rng, snr_db=0)
    covariance = place_covariance(block(), user[None], 0, SNAPSHOTS)
    test = SecureUserTest(user[None], covariance, (0, 0, 0))
    assert within(np.sum(~test.decide(heard)[0]), count, 0.01)
    # The same in metres, as a Gaussian would have it, is not.
    off = heard - user
    plain = np.einsum("ni,ij,nj->n", off, np.linalg.inv(covariance[0]), off)
    assert not within(np.sum(plain > test.threshold), count, 0.01)


def test_neighbours_only_lower_the_rate():
    close = np.array([[0.1, -0.3, 8.0], [0.102, -0.3, 8.0]])
    rng, covariance = np.random.default_rng(10), np.array([np.diag([1e-5, 1e-5, 1e-4])] * 2)
    drawn = rng.multivariate_normal(close[0], covariance[0], 20_000)
    both = SecureUserTest(close, covariance, (0, 0, 0), 0.05)
    alone = SecureUserTest(close[:1], covariance[:1], (0, 0, 0), 0.05)
    assert within(np.sum(~alone.decide(drawn)[0]), 20_000, 0.05)
    assert np.sum(~both.decide(drawn)[0]) < 0.8 * np.sum(~alone.decide(drawn)[0])


@pytest.mark.parametrize("use_range", [True, False])
def test_the_closed_form_is_what_drawing_finds(use_range):
    rng, draws = np.random.default_rng(11), 40_000
    covariance = np.array([np.diag([4e-6, 2e-6, 0.02])] * 3)
    test = SecureUserTest(USERS, covariance, (0.001, 0.001, 0.1), use_range=use_range)
    impostors = np.array([[0.104, -0.302, 8.3], [0.5, -0.1, 8.4], [0.1, -0.3, 8.0]])
    rates, closed = test.roc(impostors, [0.01, 0.05, 0.3])
    # The covariance that looks from the impostor's distance like the user's from its own.
    grown = test.covariance[:, None] + np.diag(test.floor**2)
    scale = np.ones((3, 3))
    scale[:, 2] = (impostors[:, 2] / 8) ** 2
    own = grown[0] * scale[:, :, None] * scale[:, None, :] - np.diag(test.floor**2)
    drawn = test.roc(impostors, rates, own, rng, draws)[1]
    assert closed.shape == drawn.shape == (3, 3)
    assert np.all(np.abs(closed - drawn) < 4.5 * np.sqrt(closed * (1 - closed) / draws) + 1e-4)
    # And drawn here, without the class.
    spread = np.sqrt(np.diag(own[0] + np.diag(test.floor**2)))
    places = impostors[0] + rng.normal(size=(draws, 3)) * spread * [1, 1, 0]
    curvature = 1 / impostors[0, 2] + rng.normal(size=draws) * spread[2] / impostors[0, 2] ** 2
    places[:, 2] = 1 / curvature
    assert np.mean(~test.decide(places)[0]) == pytest.approx(closed[0, 0], abs=0.012)


def test_a_user_is_detected_as_often_as_it_is_falsely_rejected():
    test = SecureUserTest(USERS, COVARIANCE / 100, (0, 0, 0))
    rates, detection = test.roc(USERS)
    assert rates.shape == (81,) and detection.shape == (3, 81)
    assert np.all(np.diff(rates) > 0) and np.allclose(detection, rates, atol=1e-12)
    assert np.all(np.diff(test.roc([0.1, -0.3, 8.05])[1]) >= 0)


def test_an_impostor_one_metre_behind_is_seen_by_range_alone_and_from_near():
    behind = [0, 0, 1.0]
    near, far = np.array([[0.3, -0.2, 8.0]]), np.array([[0.3, -0.03, 91.0]])

    def detected(array, user, use_range):
        test = SecureUserTest.for_array(array, user, SNR_DB, SNAPSHOTS, use_range=use_range)
        return test.roc(user[0] + behind, [0.01])[1][0]

    assert detected(block(), near, False) == pytest.approx(0.01)
    assert detected(block(), near, True) > 0.85
    assert detected(block(), far, True) < 0.03
    assert detected(block(25), far, True) > 0.85


def test_far_impostors_are_certain():
    test = SecureUserTest(USERS, COVARIANCE * 1e-9, (0, 0, 0))
    assert np.all(test.roc([1.4, 1.2, 500.0])[1] == 1)


GOOD = {"users": USERS, "covariance": COVARIANCE, "floor": FLOOR, "false_alarm": 0.01, "use_range": True}


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.floats(max_value=0), st.floats(min_value=1), st.just(math.nan), st.none(), st.text()))
def test_false_alarms_that_are_none(rate):
    with pytest.raises(ValueError, match="false_alarm: "):
        SecureUserTest(**GOOD | {"false_alarm": rate})
    with pytest.raises(ValueError, match="false_alarm: "):
        SecureUserTest(**GOOD).roc(USERS[0], rate if rate is not None else "none")


@settings(max_examples=60, deadline=None)
@given(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
def test_estimates_of_another_shape(shape):
    test = SecureUserTest(**GOOD)
    value = np.ones(shape)
    if shape[-1:] == (3,):
        assert test.statistic(value).shape == (*shape[:-1], 3)
        return
    for method in (test.statistic, test.decide, test.roc):
        with pytest.raises(ValueError, match=r"got shape .*\(\.\.\., 3\)"):
            method(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("users", USERS[0]),
        ("users", USERS[:, :2]),
        ("users", USERS * [1, 1, -1]),
        ("users", np.full((3, 3), np.nan)),
        ("covariance", COVARIANCE[:2]),
        ("covariance", -COVARIANCE),
        ("covariance", COVARIANCE + np.triu(np.ones((3, 3)), 1) * 1e-6),
        ("covariance", COVARIANCE * np.nan),
        ("floor", (0.1, 0.1)),
        ("floor", (0.1, -0.1, 0.1)),
        ("floor", "low"),
        ("false_alarm", [0.1, 0.2]),
        ("use_range", "yes"),
        ("use_range", 1),
    ],
)
def test_bad_input(name, value):
    with pytest.raises(ValueError, match=f"{name}[:,]"):
        SecureUserTest(**GOOD | {"floor": (0, 0, 0)} | {name: value})


@pytest.mark.parametrize(
    "estimate",
    [[math.nan, 0, 8], [0, math.inf, 8], [0, 0, math.nan], [0, 0, 0], [0, 0, -1], ["a", 0, 1], [1j, 0, 1]],
)
def test_bad_estimates(estimate):
    test = SecureUserTest(**GOOD)
    with pytest.raises(ValueError, match="estimate: "):
        test.decide(estimate)
    with pytest.raises(ValueError, match="impostor: "):
        test.roc(estimate)


def test_bad_drawing():
    test, rng = SecureUserTest(**GOOD), np.random.default_rng(0)
    with pytest.raises(ValueError, match="rng: got None"):
        test.roc(USERS[0], covariance=COVARIANCE[0])
    with pytest.raises(ValueError, match="covariance, impostor: got shapes"):
        test.roc(USERS[0], covariance=COVARIANCE, rng=rng)
    with pytest.raises(ValueError, match="draws: got 0"):
        test.roc(USERS[0], covariance=COVARIANCE[0], rng=rng, draws=0)
    with pytest.raises(ValueError, match="impostor: got inf"):
        test.roc([0, 0, math.inf])
    with pytest.raises(ValueError, match="with distances"):
        place_covariance(block(), USERS[:, :2], SNR_DB, SNAPSHOTS)
