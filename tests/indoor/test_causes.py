"""What each cause costs and its remedy brings back: orders of magnitude, and the bound."""

import numpy as np
import pytest

from irsnb.indoor import CAUSES, Room, cause_trial

ROOM = Room(height=3.0)


def medians(cause, **settings):
    drawn = cause_trial(np.random.default_rng(5), 2, room=ROOM, cause=cause, n_users=12, **settings)
    return {name: np.median(values) for name, values in drawn.items()}


def test_noise_alone_is_at_the_bound_and_has_no_remedy():
    found = medians("noise alone")
    assert 0.5 < found["plain"] / found["bound"] < 2 and np.isnan(found["remedied"])


@pytest.mark.parametrize("cause", [name for name, (_, mended) in CAUSES.items() if mended])
def test_a_remedy_lowers_the_error(cause):
    found = medians(cause)
    assert found["plain"] > 3 * found["bound"] and found["remedied"] < 0.8 * found["plain"]


@pytest.mark.parametrize("cause", ["tiles are mirrors", "phases in 4 steps", "waves are curved"])
def test_the_right_model_comes_back_to_the_bound(cause):
    found = medians(cause)
    assert found["remedied"] < 2 * found["bound"]


def test_too_few_places_do_not_calibrate():
    # 3 places give 96 complex numbers for 100 gains.
    assert medians("tiles off by 1 mm", places=3)["remedied"] > 2 * medians("tiles off by 1 mm")["remedied"]


def test_unknown_heights_are_refused():
    free = Room(height=3.0, user_height=(0.5, 1.5))
    with pytest.raises(ValueError, match="room: got user_height .* it must be one height"):
        cause_trial(np.random.default_rng(0), 1, room=free, cause="noise alone")
