"""The bound over a field by the place of one more surface: path sums left out or weakened by hand."""

import numpy as np
import pytest

from irsnb import elliptic

SURFACES, RECEIVER = [(0, 0, 0), (800, 0, 0), (1200, 0, 0)], np.array([200.0, -400, -30])
TARGETS = np.array([(300.0, 600, 600), (500, 900, 600), (100, 1400, 500)])
NOISE = {"sigma_angle": 0.003, "sigma_path": 2.0}
REFERENCE = NOISE | {"reference_legs": 900.0}


def rms_bound(sigmas_of, place):
    """Root mean square over the targets of the bound with path-sum errors (targets, 3)."""
    squares = []
    for target, sigmas in zip(TARGETS, sigmas_of, strict=True):
        kept = np.flatnonzero(np.isfinite(sigmas))
        stands = np.array([*SURFACES, place], dtype=float)[np.r_[0, kept + 1]]
        spread = elliptic.position_crlb(stands, target, sigma_angle=0.003, sigma_path=sigmas[kept])
        squares.append(np.trace(spread))
    return np.sqrt(np.mean(squares))


def test_without_a_link_every_place_hears_alike():
    place = (500.0, -1600.0, 20.0)
    bound, _ = elliptic.placement_bound(SURFACES, RECEIVER, TARGETS, place, **NOISE)
    assert np.isclose(bound, rms_bound(np.full((3, 3), 2.0), place), rtol=1e-9)


@pytest.mark.parametrize("place", [(500.0, 1600.0, 20.0), (400.0, 700.0, 0.0), (500.0, -1600.0, 0.0)])
def test_unseen_targets_have_no_sum_and_long_legs_weaken_the_others(place):
    place = np.array(place)
    distance = np.linalg.norm
    seen, sigmas = [], np.empty((3, 3))
    for target in TARGETS:
        # In front of the new surface and of the first: between the planes across the line of both.
        seen.append(0 < target @ place < place @ place)
        for pair, stand in enumerate([*np.array(SURFACES[1:], float), place]):
            legs = distance(target) * distance(target - stand) * distance(RECEIVER - stand)
            sigmas[len(seen) - 1, pair] = legs
    sigmas *= 2.0 / 900.0**3
    sigmas[~np.array(seen), 2] = np.inf
    bound, share = elliptic.placement_bound(SURFACES, RECEIVER, TARGETS, place, **REFERENCE)
    assert np.isclose(share, np.mean(seen))
    assert np.isclose(bound, rms_bound(sigmas, place), rtol=1e-6)


def test_places_come_as_a_map():
    places = np.stack(np.meshgrid([-300.0, 500.0, 900.0], [1200.0, 1700.0], [0.0]), axis=-1)[:, :, 0]
    bound, seen = elliptic.placement_bound(SURFACES, RECEIVER, TARGETS, places, **REFERENCE)
    assert bound.shape == seen.shape == (2, 3)
    alone, _ = elliptic.placement_bound(SURFACES, RECEIVER, TARGETS, places[1, 2], **REFERENCE)
    assert np.isclose(bound[1, 2], alone)
