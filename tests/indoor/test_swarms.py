"""The searches of Aguiar et al. (2024), Fig. 5: what they owe whatever they find."""

import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from irsnb.indoor import SEARCHES, Room, measure, phase_cost, search_all, swarm_search
from irsnb.indoor.swarms import _best_of_grid, _descent, _Task

ROOM = Room()
USER = np.array([[1.23, 4.56]])
MEASURED = measure(ROOM, USER, np.random.default_rng(0))[0]


@pytest.mark.parametrize("eliminated", [False, True])
@pytest.mark.parametrize("method", SEARCHES)
def test_every_search_keeps_its_budget_and_its_box(method, eliminated):
    found = swarm_search(ROOM, MEASURED, method, eliminated, budget=1000, seed=3)
    assert 900 <= found.evaluations <= 1100
    assert -4 <= found.position[0] <= 4 and 1 <= found.position[1] <= 10
    again = swarm_search(ROOM, MEASURED, method, eliminated, budget=1000, seed=3)
    assert np.array_equal(found.position, again.position), "the seed decides"
    # The best of as many random places, on average, is the least that a search must beat.
    blind = np.random.default_rng(1).uniform([-4, 1], [4, 10], (1000, 2))
    assert found.cost < 2 * phase_cost(ROOM, MEASURED, blind).min()


@pytest.mark.parametrize("method", SEARCHES)
def test_within_a_box_around_the_user_every_search_comes_close(method):
    box = {"centre": USER[0] + [0.01, -0.01], "half_width": 0.05}
    found = swarm_search(ROOM, MEASURED, method, True, 1000, **box)
    assert np.linalg.norm(found.position - USER[0]) < 0.01
    assert np.all(np.abs(found.position - box["centre"]) <= 0.05 + 1e-9)


def task(cost, slope, population=3, low=(0.0, 0.0), high=(1.0, 1.0), wavelength=0.1):
    """A task of a cost of one's own, with what was asked of it."""
    made = _Task(SimpleNamespace(wavelength=wavelength), None, np.array(low), np.array(high), population, "")
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
    _descent(falling, 5, Starts([[1.0, 1.0]]))
    assert np.allclose(np.diff([p[0, 0] for p in falling.asked]), 0.01 * 1.5 ** np.arange(4))
    assert np.allclose([p[0, 1] for p in falling.asked], 1.0)
    # One that rises wherever the slope leads: the point stays, and steps shrink to 0.4 of the last.
    rising = task(lambda p: np.abs(p[:, 0] - 1), lambda p: np.array([[-7.0, 0.0]]), 1, high=(9.0, 9.0))
    end = _descent(rising, 5, Starts([[1.0, 1.0]]))
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
    end = _descent(both, 4, Starts([[5.0, 5.0, 5.0], [4.0, 5.0, 5.0]]))
    moved = both.asked[0] - both.asked[1]
    assert np.allclose(moved, [[0.1 * 0.1 / 2**0.5, 0.0, 0.1 / 2**0.5]] * 2)
    assert np.array_equal(end, both.asked[1][1])


def test_the_descent_stays_in_its_box():
    # Each start is beside one edge, and the slope leads out over it.
    out = np.array([[-1.0, 0], [1.0, 0], [0, -1.0], [0, 1.0]])
    starts = [[0.999, 0.5], [0.001, 0.5], [0.5, 0.999], [0.5, 0.001]]
    bounded = task(lambda p: np.sum(p * out, axis=1), lambda p: out, 4)
    _descent(bounded, 40, Starts(starts))
    last = bounded.asked[-1]
    assert np.array_equal(last[[0, 1], 0], [1.0, 0.0]) and np.array_equal(last[[2, 3], 1], [1.0, 0.0])


def test_the_best_of_an_even_grid_begin_the_swarm():
    # 8 x 2 m and 100 places: 2.5 places a metre, 20 by 5 cells.
    gridded = task(lambda p: np.hypot(p[:, 0] - 1.02, p[:, 1] + 0.99), None, 4, (0.0, -2.0), (8.0, 0.0))
    best = _best_of_grid(gridded, 100)
    (places,) = gridded.asked
    assert len(places) == 100
    assert np.allclose(np.unique(places[:, 0]), 0.2 + 0.4 * np.arange(20))
    assert np.allclose(np.unique(places[:, 1]), -1.8 + 0.4 * np.arange(5))
    assert np.allclose(best, [[1.0, -1.0], [1.4, -1.0], [1.0, -0.6], [1.0, -1.4]])
    # With an offset to be found, all of the circle is in it.
    turned = task(lambda p: p[:, 2], None, 100, (0.0, -2.0, 0.0), (8.0, 0.0, 2 * np.pi))
    offsets = _best_of_grid(turned, 100)[:, 2]
    assert np.all(np.diff(offsets) >= 0) and offsets[0] < 0.1 and offsets[-1] > 2 * np.pi - 0.1
    assert np.diff(offsets).max() < 0.15


def test_the_genetic_search_stays_on_its_grid():
    found = swarm_search(ROOM, MEASURED, "discrete-ga", True, budget=400)
    cells = (found.position - [-4, 1]) / 0.01
    assert np.allclose(cells, np.round(cells), atol=1e-6)
    assert found.cost == pytest.approx(phase_cost(ROOM, MEASURED, found.position))


def test_a_box_is_cut_at_the_edge_of_the_area():
    corner = {"centre": (4.1, 0.9), "half_width": 0.2}
    for method in ("gradient-descent", "ga-pso"):
        found = swarm_search(ROOM, MEASURED, method, True, 400, **corner)
        assert np.all(found.position >= [3.9, 1.0]) and np.all(found.position <= [4.0, 1.1])


def test_many_users_are_searched_as_one_by_one():
    measured = measure(ROOM, np.repeat(USER, 3, axis=0), np.random.default_rng(1))
    serial = search_all(ROOM, measured, "pso", True, 400, jobs=1)
    parallel = search_all(ROOM, measured, "pso", True, 400, jobs=2)
    assert np.array_equal(serial, parallel) and serial.shape == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"method": "ant colony"}, "method: got 'ant colony'"),
        ({"budget": 10}, "budget: got 10"),
        ({"measured": np.ones(3)}, "measured: got shape (3,)"),
        ({"measured": np.full(32, math.nan)}, "measured: got"),
        ({"centre": (0.0, math.nan)}, "centre: got nan"),
        ({"centre": (0.0, 5.0), "half_width": 0.0}, "half_width: got 0.0"),
        ({"centre": (30.0, 5.0)}, "centre: got"),
    ],
)
def test_bad_input_says_what_is_wrong(arguments, words):
    with pytest.raises(ValueError) as caught:
        swarm_search(**{"room": ROOM, "measured": MEASURED, "method": "pso"} | arguments)
    assert words in str(caught.value)


def test_without_pymoo_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['pymoo'] = None\n"
        "import numpy as np\n"
        "from irsnb.indoor import Room, swarm_search\n"
        "swarm_search(Room(), np.ones(32), 'pso')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'irsnb[searches]'" in done.stderr.splitlines()[-1]
