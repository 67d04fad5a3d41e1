"""The searches of Aguiar et al. (2024), Fig. 5: what they owe whatever they find."""

import math
import subprocess
import sys

import numpy as np
import pytest

from irsnb.indoor import SEARCHES, Room, measure, phase_cost, search_all, swarm_search

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
