"""The searches of Aguiar et al. (2024), Fig. 5: what they owe whatever they find."""

import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from irsnb.indoor import (
    FORMS,
    SEARCHES,
    Room,
    SearchSettings,
    curvatures,
    likelihood_cost,
    phase_cost,
    receive,
    refine,
    signal,
    swarm_search,
)
from irsnb.indoor.minimisers import Task, best_of_grid, descent

ROOM = Room()
USER = np.array([[1.23, 4.56]])
PILOTS = receive(ROOM, USER, np.random.default_rng(0))[0]


@pytest.mark.parametrize("form", ["as published", "eliminated"])
@pytest.mark.parametrize("method", SEARCHES)
def test_every_search_keeps_its_budget_and_the_area(method, form):
    settings = SearchSettings(method, form, budget=1000)
    found = swarm_search(ROOM, PILOTS, settings, seed=3)
    assert 900 <= found.evaluations <= 1100
    reach = 0.25 if method == "ga-pso" else 0.0
    assert np.all(np.abs(found.position - [0, 5.5]) <= np.array([4, 4.5]) + reach)
    again = swarm_search(ROOM, PILOTS, settings, seed=3)
    assert np.array_equal(found.position, again.position), "the seed decides"
    # The best of as many random places, on average, is the least that a search must beat.
    blind = np.random.default_rng(1).uniform([-4, 1], [4, 10], (1000, 2))
    assert found.cost < 2 * phase_cost(ROOM, PILOTS, blind).min()


@pytest.mark.parametrize("method", SEARCHES)
def test_within_a_box_around_the_user_every_search_comes_close(method):
    centre = USER[0] + [0.01, -0.01]
    found = swarm_search(
        ROOM, PILOTS, SearchSettings(method, "eliminated", 1000, half_width=0.05), centres=centre
    )
    assert np.linalg.norm(found.position - USER[0]) < 0.01
    assert np.all(np.abs(found.position - centre) <= (0.1 if method == "ga-pso" else 0.05) + 1e-9)


def test_each_form_reports_its_own_cost():
    for form in FORMS:
        found = swarm_search(
            ROOM, PILOTS, SearchSettings("pso", form, 1000, half_width=0.05), centres=USER[0]
        )
        if form == "projected":
            assert found.cost == pytest.approx(likelihood_cost(ROOM, PILOTS, found.position, "ml-projected"))
        else:
            least = phase_cost(ROOM, PILOTS, found.position)
            assert found.cost >= least * (1 - 1e-9)
            assert (found.cost == pytest.approx(least)) == (form == "eliminated")


def task(cost, slope, population=3, low=(0.0, 0.0), high=(1.0, 1.0), wavelength=0.1):
    """A task of a cost of one's own, with what was asked of it."""
    room = SimpleNamespace(wavelength=wavelength, n_coordinates=2)
    search = SimpleNamespace(form="", population=population)
    made = Task(room, None, search, np.array(low), np.array(high))
    made.asked = []

    def counted(points):
        made.evaluations += len(points)
        made.asked.append(points.copy())
        return cost(points)

    made.cost, made.gradient = counted, slope
    return made


class Starts:
    """A generator that draws what it was told."""

    def __init__(self, points):
        self.points = np.array(points)

    def uniform(self, low, high, shape):
        assert shape == self.points.shape
        return self.points.copy()


def test_steps_of_the_descent_grow_after_a_gain_and_shrink_after_a_loss():
    # A cost that falls along x, by steps of a tenth of a wavelength of 0.1 m to begin with.
    falling = task(lambda p: -p[:, 0], lambda p: np.array([[-7.0, 0.0]]), 1, high=(9.0, 9.0))
    descent(falling, 5, Starts([[1.0, 1.0]]))
    assert np.allclose(np.diff([p[0, 0] for p in falling.asked]), 0.01 * 1.5 ** np.arange(4))
    assert np.allclose([p[0, 1] for p in falling.asked], 1.0)
    # One that rises wherever the slope leads: the point stays, and steps shrink to 0.4 of the last.
    rising = task(lambda p: np.abs(p[:, 0] - 1), lambda p: np.array([[-7.0, 0.0]]), 1, high=(9.0, 9.0))
    end = descent(rising, 5, Starts([[1.0, 1.0]]))
    assert np.array_equal(end, [1.0, 1.0])
    assert np.allclose([p[0, 0] - 1 for p in rising.asked[1:]], 0.01 * 0.4 ** np.arange(4))
    assert rising.evaluations == 5


def test_the_descent_moves_in_wavelengths_and_radians_and_keeps_the_best_start():
    # Slopes by x [1/m] and by the offset [1/rad]: the step is along slope times scale, scaled back.
    both = task(
        lambda p: p @ [1.0, 0.0, 1.0],
        lambda p: np.array([[10.0, 0.0, 1.0]] * 2),
        2,
        low=(0.0, 0.0, 0.0),
        high=(9.0, 9.0, 9.0),
    )
    end = descent(both, 4, Starts([[5.0, 5.0, 5.0], [4.0, 5.0, 5.0]]))
    moved = both.asked[0] - both.asked[1]
    assert np.allclose(moved, [[0.1 * 0.1 / 2**0.5, 0.0, 0.1 / 2**0.5]] * 2)
    assert np.array_equal(end, both.asked[1][1])


def test_the_descent_stays_in_its_box():
    # Each start is beside one edge, and the slope leads out over it.
    out = np.array([[-1.0, 0], [1.0, 0], [0, -1.0], [0, 1.0]])
    starts = [[0.999, 0.5], [0.001, 0.5], [0.5, 0.999], [0.5, 0.001]]
    bounded = task(lambda p: np.sum(p * out, axis=1), lambda p: out, 4)
    descent(bounded, 40, Starts(starts))
    last = bounded.asked[-1]
    assert np.array_equal(last[[0, 1], 0], [1.0, 0.0]) and np.array_equal(last[[2, 3], 1], [1.0, 0.0])


def test_the_best_of_an_even_grid_begin_the_swarm():
    # 8 x 2 m and 100 places: 2.5 places a metre, 20 by 5 cells.
    gridded = task(lambda p: np.hypot(p[:, 0] - 1.02, p[:, 1] + 0.99), None, 4, (0.0, -2.0), (8.0, 0.0))
    best = best_of_grid(gridded, 100)
    (places,) = gridded.asked
    assert len(places) == 100
    assert np.allclose(np.unique(places[:, 0]), 0.2 + 0.4 * np.arange(20))
    assert np.allclose(np.unique(places[:, 1]), -1.8 + 0.4 * np.arange(5))
    assert np.allclose(best, [[1.0, -1.0], [1.4, -1.0], [1.0, -0.6], [1.0, -1.4]])
    # With an offset to be found, all of the circle is in it.
    turned = task(lambda p: p[:, 2], None, 100, (0.0, -2.0, 0.0), (8.0, 0.0, 2 * np.pi))
    offsets = best_of_grid(turned, 100)[:, 2]
    assert np.all(np.diff(offsets) >= 0) and offsets[0] < 0.1 and offsets[-1] > 2 * np.pi - 0.1
    assert np.diff(offsets).max() < 0.15


def test_the_genetic_search_stays_on_its_grid():
    found = swarm_search(ROOM, PILOTS, SearchSettings("discrete-ga", "eliminated", budget=400))
    cells = (found.position - [-4, 1]) / 0.01
    assert np.allclose(cells, np.round(cells), atol=1e-6)
    assert found.cost == pytest.approx(phase_cost(ROOM, PILOTS, found.position))


def test_a_user_on_the_edge_of_the_area_is_found_in_a_box_that_reaches_beyond():
    # Boxes cut at the edge put such users on an edge of the box, which pymoo's swarm seldom comes near.
    users = np.array([(4.0, 10.0), (-4.0, 10.0), (4.0, 1.0), (-4.0, 5.5), (4.0, 6.0), (0.5, 10.0)])
    pilots = receive(ROOM, users, np.random.default_rng(1))
    centres = users + np.random.default_rng(2).uniform(-0.03, 0.03, users.shape)
    settings = SearchSettings("pso", "eliminated", 3000, half_width=0.1)
    found = swarm_search(ROOM, pilots, settings, centres=centres)
    assert np.linalg.norm(found.position - users, axis=-1).max() < 0.001
    # A centre beyond the area is moved to its edge; the box around it is whole.
    for method in ("gradient-descent", "ga-pso"):
        found = swarm_search(ROOM, pilots[0], SearchSettings(method, "eliminated", 400), centres=(5.0, 10.9))
        assert np.all(np.abs(found.position - [4.0, 10.0]) <= (0.5 if method == "ga-pso" else 0.25))


def test_the_last_steps_lead_from_the_published_swarm_to_the_bound():
    users = np.random.default_rng(3).uniform(*ROOM.limits, (10, 2))
    pilots = receive(ROOM, users, np.random.default_rng(4))
    swarm = swarm_search(ROOM, pilots, SearchSettings(half_width=0.05), centres=users + 0.01)
    fix = refine(ROOM, pilots, swarm.position[:, None], method="phase-cost")
    before, after = (np.median(np.linalg.norm(p - users, axis=-1)) for p in (swarm.position, fix.position))
    assert after < 1e-5 < 1e-4 < before


def test_curvatures_are_those_of_the_costs():
    place, step = np.array([1.0, 4.0]), 1e-5
    pilots = signal(ROOM, place)

    def hessian(function, size):
        units = np.array([0.2, 0.2, np.pi])[:size]
        moves = step * np.eye(size)
        return np.outer(units, units) * np.array(
            [
                [
                    (function(a + b) - function(a - b) - function(b - a) + function(-a - b)) / (4 * step**2)
                    for a in moves
                ]
                for b in moves
            ]
        )

    costs = {
        "as published": (lambda d: phase_cost(ROOM, pilots, place + d[:2], d[2]), 3),
        "eliminated": (lambda d: phase_cost(ROOM, pilots, place + d), 2),
        "projected": (lambda d: likelihood_cost(ROOM, pilots, place + d), 2),
    }
    for form, (function, size) in costs.items():
        wanted = np.linalg.eigvalsh(hessian(function, size))
        assert np.allclose(curvatures(ROOM, place, form, half_width=0.2), wanted, rtol=1e-3), form
    assert curvatures(ROOM, np.zeros((2, 0, 2)) + 4).shape == (2, 0, 3)


def test_with_the_offset_among_the_unknowns_the_cost_is_a_hundred_times_flatter_in_some_direction():
    places = ROOM.grid[::50]
    published, eliminated = (curvatures(ROOM, places, form) for form in ("as published", "eliminated"))
    worse = np.median(published[:, -1] / published[:, 0]) / np.median(eliminated[:, -1] / eliminated[:, 0])
    assert worse > 50


def test_many_users_are_searched_alike_on_one_process_and_on_two():
    pilots = receive(ROOM, np.repeat(USER, 3, axis=0), np.random.default_rng(1))
    settings = SearchSettings("pso", "eliminated", 400)
    serial = swarm_search(ROOM, pilots, settings)
    parallel = swarm_search(ROOM, pilots.reshape(3, 1, -1), settings, n_jobs=2)
    assert serial.position.shape == (3, 2) and parallel.position.shape == (3, 1, 2)
    assert np.array_equal(serial.position, parallel.position[:, 0])
    assert parallel.cost.shape == parallel.evaluations.shape == (3, 1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "ant colony"}, "method: got 'ant colony'"),
        ({"form": "best"}, "form: got 'best'"),
        ({"method": "gradient-descent", "form": "projected"}, "form: got 'projected'"),
        ({"budget": 10}, "budget: got 10"),
        ({"population": 1}, "population: got 1"),
        ({"half_width": 0.0}, "half_width: got 0.0"),
        ({"half_width": 1e3}, "half_width: got 1000"),
    ],
)
def test_bad_settings_say_what_is_wrong(settings, words):
    with pytest.raises(ValueError) as caught:
        SearchSettings(**settings)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pilots": np.ones(3)}, "pilots: got shape (3,)"),
        ({"pilots": np.full(32, math.nan)}, "pilots: got"),
        ({"centres": (0.0, math.nan)}, "centres: got nan"),
        ({"centres": (0.0, 5.0, 1.0)}, "centres: got shape (3,)"),
        ({"centres": [(0.0, 5.0), (0.0, 5.0)]}, "centres: got shape (2, 2)"),
        ({"settings": "pso"}, "settings: got 'pso'"),
    ],
)
def test_bad_input_says_what_is_wrong(arguments, words):
    with pytest.raises(ValueError) as caught:
        swarm_search(**{"room": ROOM, "pilots": PILOTS} | arguments)
    assert words in str(caught.value)


def test_without_pymoo_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['pymoo'] = None\n"
        "import numpy as np\n"
        "from irsnb.indoor import Room, swarm_search\n"
        "swarm_search(Room(), np.ones(32))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'irsnb[searches]'" in done.stderr.splitlines()[-1]
