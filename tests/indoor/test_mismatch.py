"""The bound of a wrong model against Monte-Carlo runs of the estimator that believes in it."""

from dataclasses import replace

import numpy as np
import pytest

from irsnb.bounds import position_error_bound
from irsnb.indoor import Room, add_noise, locate, mismatched_bound, position_crlb, refine, signal

PLACES = np.random.default_rng(0).uniform([-1, 3], [1, 5], (6, 2))
ROOM = Room(height=3.0, extent=(-1.5, 1.5, 2.5, 5.5))


def curved(room):
    return replace(room, tiles=replace(room.tiles, waves="curved"))


def lower(room):
    return replace(room, user_height=0.99)


@pytest.mark.parametrize("method", ["ml", "ml-projected"])
@pytest.mark.parametrize("wrong", [curved, lower])
def test_the_estimator_scatters_about_the_pseudo_true_position_as_the_bound_says(wrong, method):
    clean = signal(wrong(ROOM), PLACES)
    bound = mismatched_bound(ROOM, clean, method=method)
    draws, rng = 300, np.random.default_rng(1)
    for row, pilots in enumerate(clean):
        sent = add_noise(ROOM, np.repeat(pilots[None], draws, axis=0), rng)
        starts = np.broadcast_to(bound.position[row], (draws, 1, 2))
        fix = refine(ROOM, sent, starts, method=method)
        error = fix.position - bound.position[row]
        rms = np.sqrt(np.mean(np.sum(error**2, axis=-1)))
        assert rms == pytest.approx(position_error_bound(bound.covariance[row]), rel=0.15)
        # The mean is the pseudo-true position, and noisy pilots leave so much more.
        square = (
            draws * np.mean(error, axis=0) @ np.linalg.solve(bound.covariance[row], np.mean(error, axis=0))
        )
        assert square < 14
        assert np.mean(fix.misfit) == pytest.approx(bound.misfit[row] + fix.dof[0], rel=0.05)


def test_a_true_model_has_the_ordinary_bound():
    for method in ("ml", "ml-projected"):
        bound = mismatched_bound(ROOM, signal(ROOM, PLACES), method=method)
        assert np.allclose(bound.position, PLACES, atol=1e-9) and np.all(bound.misfit < 1e-6)
        expected = position_crlb(ROOM, PLACES, method=method)
        assert np.allclose(bound.covariance, expected, rtol=1e-5, atol=1e-5 * expected.max())
        assert bound.converged.all()


def test_where_the_model_leads():
    # It is where locate ends on the noise-free pilots; the misfit is what they leave.
    clean = signal(curved(ROOM), PLACES)
    bound, found = mismatched_bound(ROOM, clean), locate(ROOM, clean)
    assert np.allclose(bound.position, found.position, atol=1e-6)
    assert np.allclose(bound.misfit, found.misfit, rtol=1e-6) and not bound.converged.any()


def test_an_unknown_height():
    room = replace(ROOM, user_height=(0.5, 1.5), extent=(-0.5, 0.5, 3.5, 4.5))
    places = [(0.1, 4.0, 1.1)]
    bound = mismatched_bound(room, signal(curved(room), places))
    assert bound.position.shape == (1, 3) and bound.covariance.shape == (1, 3, 3)
