"""Placements of listening elements: the criterion by hand, the beam pattern by brute force, and what MUSIC
finds."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from irsnb import checks, hybrid
from irsnb.arrays import PlanarArray
from irsnb.hybrid.model import to_cosines
from irsnb.hybrid.placement import (
    PLACEMENTS,
    SIDELOBE_WEIGHT,
    _placed,
    beam_pattern,
    criterion,
    peak_sidelobe,
    place_elements,
)

WAVELENGTH = 0.0857
NEAR = math.radians(3)


def surface(mask):
    return PlanarArray(*mask.shape, WAVELENGTH / 2, WAVELENGTH, mask)


def drawn(rows, columns, *chosen):
    mask = np.zeros((rows, columns), dtype=bool)
    for row, column in chosen:
        mask[row, column] = True
    return mask


def scenes(count, seed):
    """Users (count, 4, 2) at |azimuth| < 60 deg, elevation -45 to 0 deg, cosines 0.15 apart."""
    rng, out = np.random.default_rng(seed), []
    while len(out) < count:
        users = np.column_stack([rng.uniform(-math.pi / 3, math.pi / 3, 4), rng.uniform(-math.pi / 4, 0, 4)])
        state = to_cosines(users)
        if (np.linalg.norm(state[:, None] - state, axis=-1) + 9 * np.eye(4)).min() > 0.15:
            out.append(users)
    return np.array(out)


def solved(mask, users, rng, snr_db=20, n_snapshots=3000):
    """Share of scenes in which the paper's grid finds all users, and errors there in standard deviations."""
    array, found, errors = surface(mask), [], []
    for scene in users:
        steered = array.steering_vector(*scene.T).T
        covariance = steered @ steered.conj().T + 10 ** (-snr_db / 10) * np.eye(len(steered))
        heard = hybrid.draw_covariance(covariance, n_snapshots, rng)
        coarse = hybrid.find_directions(heard, array, 4)
        away = np.linalg.norm(to_cosines(np.nan_to_num(coarse)) - to_cosines(scene)[:, None], axis=-1)
        rows, order = linear_sum_assignment(away)
        found.append(np.isfinite(coarse).all() and away[rows, order].max() < NEAR)
        if found[-1]:
            bound = np.diag(hybrid.crlb(array, scene, snr_db, n_snapshots)).reshape(4, 2)
            errors.append((hybrid.refine(heard, array, coarse[order]) - scene) / np.sqrt(bound))
    return np.mean(found), np.array(errors)


@pytest.mark.parametrize("method", PLACEMENTS)
def test_so_many_elements_and_the_same_again(method):
    for count in (1, 2, 8, 30):
        mask = place_elements(count, method, (6, 5), seed=3)
        assert mask.shape == (6, 5) and mask.dtype == bool and mask.sum() == count
    first = place_elements(8, method)
    assert first.shape == (25, 25)
    kept = first.copy()
    first[:] = False  # what a caller does to the mask must not reach the next caller
    assert np.array_equal(place_elements(8, method), kept)
    small = place_elements(5, method, (6, 5), seed=4)
    _placed.cache_clear()
    assert np.array_equal(place_elements(5, method, (6, 5), seed=4), small)


def test_seeds_differ():
    for method in ("random", "annealed"):
        assert np.any(place_elements(12, method, (11, 12), 0) != place_elements(12, method, (11, 12), 1))


def test_fixed_shapes():
    block = np.argwhere(place_elements(9, "block"))
    assert block.min(axis=0).tolist() == [11, 11] and block.max(axis=0).tolist() == [13, 13]
    ragged = np.argwhere(place_elements(8, "block"))
    assert np.ptp(ragged, axis=0).max() == 2
    assert np.argwhere(place_elements(20, "block", (2, 30)))[:, 1].tolist() == [*range(10, 20)] * 2
    corners = np.argwhere(place_elements(32, "corners"))
    away = np.minimum(corners, 24 - corners)
    assert away.max() == 2
    quarters = np.unique(corners > 12, axis=0, return_counts=True)[1]
    assert quarters.tolist() == [8, 8, 8, 8]


def test_the_criterion_by_hand():
    # A 2 x 3 rectangle's corners: second moments about the middle 4 * 0.5^2 = 1 and 4 * 1^2 = 4.
    mask = drawn(4, 5, (0, 0), (0, 2), (1, 0), (1, 2))
    depth = 1 - peak_sidelobe(mask) ** 2
    assert depth == pytest.approx(0.0, abs=1e-12)  # columns 0 and 2 alone: an alias at u = 1
    mask = drawn(4, 5, (0, 0), (0, 2), (1, 0), (1, 2), (3, 3))
    places = np.argwhere(mask) - np.argwhere(mask).mean(axis=0)
    moments = places.T @ places
    expected = 0.5 * math.log(np.trace(np.linalg.inv(moments))) - SIDELOBE_WEIGHT * math.log(
        1 - peak_sidelobe(mask) ** 2
    )
    assert criterion(mask) == pytest.approx(expected, rel=1e-12)
    assert criterion(drawn(5, 5, (0, 0), (1, 1), (4, 4))) == math.inf
    assert criterion(drawn(5, 5, (0, 0), (1, 3))) == math.inf


def test_the_error_in_the_criterion_is_the_bound():
    # A lone user at broadside: azimuth and elevation are the cosines.
    mask, snr_db, snapshots = place_elements(8, "random", seed=5), 30, 3000
    ours = criterion(mask) + SIDELOBE_WEIGHT * math.log(1 - peak_sidelobe(mask) ** 2)
    bound = np.trace(hybrid.crlb(surface(mask), [[0.0, 0.0]], snr_db, snapshots))
    assert math.exp(2 * ours) / (2 * snapshots * 1e3 * math.pi**2) == pytest.approx(bound, rel=1e-3)


def test_beam_patterns_element_by_element():
    mask, rng = place_elements(8, "random", seed=6), np.random.default_rng(7)
    u, v = rng.uniform(-2, 2, (2, 3, 4))
    ours = beam_pattern(mask, u, v)
    for place in np.ndindex(3, 4):
        waves = [cmath.exp(1j * math.pi * (m * u[place] + n * v[place])) for n, m in np.argwhere(mask)]
        assert ours[place] == pytest.approx(abs(sum(waves)) / 8, abs=1e-12)
    # It is what steering vectors have in common.
    first, second = np.array([0.4, -0.3]), np.array([-0.2, -0.7])
    array = surface(mask)
    inner = abs(np.vdot(array.steering_vector(*first), array.steering_vector(*second))) / 8
    assert beam_pattern(mask, *(to_cosines(first) - to_cosines(second))) == pytest.approx(inner, abs=1e-12)


@pytest.mark.parametrize(
    ("method", "shape"), [("random", (25, 25)), ("annealed", (9, 14)), ("block", (7, 6))]
)
def test_the_peak_sidelobe_by_brute_force(method, shape):
    mask, (rows, columns) = place_elements(9, method, shape), shape
    # All differences, -2 to 2, on a grid of its own and finer than the lobes.
    u, v = np.linspace(-2, 2, 1401), np.linspace(-2, 2, 1403)[:, None]
    n, m = np.nonzero(mask)
    pattern = np.abs(np.exp(1j * np.pi * v * n) @ np.exp(1j * np.pi * np.outer(m, u))) / 9
    # The main lobe and its repetitions.
    beside = [np.abs((each + 1) % 2 - 1) for each in (u, v)]
    main = (beside[0] < 2 / columns) & (beside[1] < 2 / rows)
    assert peak_sidelobe(mask) == pytest.approx(pattern[~main].max(), abs=0.02)
    assert peak_sidelobe(np.roll(mask[::-1], 1, axis=1)) <= 1


def test_grating_lobes_and_full_surfaces():
    every_other = np.zeros((12, 12), dtype=bool)
    every_other[::2] = True
    assert peak_sidelobe(every_other) == pytest.approx(1)
    # A full one: the first sidelobe of sin(25 x) / (25 sin x), found on a fine grid.
    x = np.linspace(math.pi / 25, 2 * math.pi / 25, 100_001)
    first = np.abs(np.sin(25 * x) / (25 * np.sin(x))).max()
    assert peak_sidelobe(np.ones((25, 25), dtype=bool)) == pytest.approx(first, rel=1e-2)


@pytest.mark.parametrize("count", [8, 24])
def test_annealing_beats_the_others_in_what_it_lowers(count):
    costs = {method: criterion(place_elements(count, method)) for method in PLACEMENTS}
    assert costs.pop("annealed") < min(costs.values()) and costs["greedy"] < min(
        costs["block"], costs["corners"]
    )
    annealed = criterion(place_elements(count, "annealed"))
    assert all(criterion(place_elements(count, "random", seed=s)) > annealed for s in range(50))


def test_corners_have_the_least_bound_and_the_worst_sidelobe():
    # What a criterion without sidelobes would take.
    error = {
        method: criterion(mask) + SIDELOBE_WEIGHT * math.log(1 - peak_sidelobe(mask) ** 2)
        for method in PLACEMENTS
        for mask in (place_elements(8, method),)
    }
    assert error["corners"] == min(error.values()) and error["block"] == max(error.values())
    assert (
        peak_sidelobe(place_elements(8, "corners"))
        > 0.99
        > 0.85
        > peak_sidelobe(place_elements(8, "annealed"))
    )


def test_eight_annealed_elements_find_four_users_and_reach_the_bound():
    users = scenes(120, 20260)
    share, errors = solved(place_elements(8, "annealed"), users, np.random.default_rng(1))
    assert share >= 0.95
    assert 0.9 < np.sqrt(np.mean(errors**2)) < 1.1
    assert solved(place_elements(8, "block"), users, np.random.default_rng(1))[0] < 0.9
    # A planted fault: the error alone as criterion.
    assert solved(place_elements(8, "corners"), users[:40], np.random.default_rng(1))[0] < 0.3


NOT_COUNTS = st.one_of(
    st.integers(max_value=0), st.integers(31), st.floats(), st.booleans(), st.none(), st.text(max_size=3)
)


@settings(max_examples=40, deadline=None)
@given(NOT_COUNTS, st.sampled_from(PLACEMENTS))
def test_numbers_that_are_none(count, method):
    with pytest.raises(ValueError, match="n_active: got"):
        place_elements(count, method, (6, 5))


@pytest.mark.parametrize("method", ["Annealed", "", None, 3, ("block",)])
def test_unknown_methods(method):
    with pytest.raises(ValueError, match="method: got .*'annealed'"):
        place_elements(8, method)


@pytest.mark.parametrize("shape", [(1, 9), (5,), 5, (5, 5, 5), (5.0, 5), None, "ab", (True, 5), (-3, 4)])
def test_shapes_that_are_none(shape):
    with pytest.raises(ValueError, match="shape: got"):
        place_elements(3, "block", shape)


@pytest.mark.parametrize("seed", [-1, 0.5, None, "a", True])
def test_seeds_that_are_none(seed):
    with pytest.raises(ValueError, match="seed: got"):
        place_elements(3, "random", seed=seed)


@pytest.mark.parametrize("function", [peak_sidelobe, criterion, lambda mask: beam_pattern(mask, 0, 0)])
@pytest.mark.parametrize(
    "mask",
    [np.zeros((5, 5), dtype=bool), np.ones((5, 5)), np.ones(5, dtype=bool), np.ones((1, 5), dtype=bool), None]
    + [[[True], [True, False]], np.ones((2, 5, 5), dtype=bool), "mask"],
)
def test_masks_that_are_none(function, mask):
    with pytest.raises(ValueError, match="mask: "):
        function(mask)


@pytest.mark.parametrize(
    ("u", "v"), [(np.nan, 0), (0, np.inf), ("a", 0), (np.zeros(2), np.zeros(3)), (1j, 0)]
)
def test_differences_that_are_none(u, v):
    with pytest.raises(ValueError, match="u: got|v: got|do not broadcast"):
        beam_pattern(np.ones((5, 5), dtype=bool), u, v)


def test_a_pattern_too_fine_for_the_memory_is_refused(monkeypatch):
    # Twenty times finer each way, in half as many complex numbers: at least 8 * 400 bytes an element.
    monkeypatch.setattr(checks, "MEMORY_LIMIT", 8 * 400 * 625)
    with pytest.raises(ValueError, match="mask: .* of memory"):
        peak_sidelobe(np.ones((25, 25), dtype=bool))
    assert peak_sidelobe(np.ones((5, 5), dtype=bool)) < 1
