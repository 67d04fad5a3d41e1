"""Where else the cost (5) is low, against a plain scan of the same area."""

import numpy as np
import pytest

from irsnb.indoor import Room, lowest_elsewhere, phase_cost, signal

ROOM = Room(extent=(0.0, 0.8, 4.0, 4.8))
USERS = np.array([(0.4, 4.4), (0.1, 4.7)])


def test_nothing_of_a_close_scan_is_lower():
    pilots = signal(ROOM, USERS) * np.exp(1j * np.array([[0.3], [2.0]]))
    found = lowest_elsewhere(ROOM, pilots, USERS, beyond=0.2)
    axis = np.arange(0, 0.8001, 0.004)
    places = np.stack(np.meshgrid(axis, 4 + axis), axis=-1).reshape(-1, 2)
    for user, measured, cost, position in zip(USERS, pilots, found.cost, found.position, strict=True):
        far = places[np.linalg.norm(places - user, axis=-1) > 0.2]
        # Eq. (5), its offset eliminated, from the phases themselves.
        missed = np.angle(measured) - np.angle(signal(ROOM, far))
        weights = np.abs(measured) ** 2 / ROOM.sigma**2
        scanned = (weights.sum() - np.abs(np.sum(weights * np.exp(2j * missed), axis=-1))) / 2
        assert 0.5 * scanned.min() < cost < 1.1 * scanned.min()
        assert np.isclose(cost, phase_cost(ROOM, measured, position))
        assert np.linalg.norm(position - user) > 0.2


def test_a_second_user_in_the_pilots_is_found():
    # Pilots of the second place, asked for the first one: the least cost elsewhere is at the second.
    found = lowest_elsewhere(ROOM, signal(ROOM, USERS[1:]), USERS[:1])
    assert np.allclose(found.position, USERS[1:], atol=1e-6) and found.cost[0] < 1e-3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"beyond": 0.0}, "beyond"),
        ({"beyond": 5.0}, "beyond"),
        ({"starts": 0}, "starts"),
        ({"positions": USERS[:1]}, "pilots, positions"),
    ],
)
def test_bad_input_is_named(change, words):
    given = {"positions": USERS} | change
    with pytest.raises(ValueError, match=f"^{words}: got"):
        lowest_elsewhere(ROOM, signal(ROOM, USERS), **given)
