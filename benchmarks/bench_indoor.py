"""Locating one user in the room of Aguiar et al. (2024): maximum likelihood beside every search."""

import resource

import numpy as np
from timing import best_of

from irsnb import indoor

BUDGET = 5000


def plain_grid_search(dictionary, measured):
    """Every place of the dictionary for every user, without a shortlist and without last steps."""
    everything = dictionary.vectors.reshape(-1, measured.shape[1])
    places = dictionary.places.reshape(-1, 2)
    unit = (measured / np.linalg.norm(measured, axis=-1, keepdims=True)).astype(np.complex64)
    return np.concatenate(
        [places[np.abs(everything.conj() @ unit[i : i + 8].T).argmax(axis=0)] for i in range(0, len(unit), 8)]
    )


def tables(rng):
    """All tables of Part II."""
    room = indoor.Room()
    measured = indoor.measure(room, room.grid, rng)
    building = best_of(1, lambda: indoor.build_dictionary(room, "ml"))
    spent = best_of(2, lambda: indoor.locate(room, measured))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = indoor.locate(room, measured).position
    assert np.linalg.norm(found - room.grid, axis=-1).max() < 0.01
    rows = [("irsnb.indoor.locate, a batch", len(room.grid), spent / len(room.grid))]
    few = measured[:: len(measured) // 63][:64]
    spent = best_of(2, lambda: [indoor.locate(room, one[None]) for one in few])
    rows.append(("irsnb.indoor.locate, one by one", len(few), spent / len(few)))
    dictionary = indoor.build_dictionary(room, "ml")
    spent = best_of(2, lambda: plain_grid_search(dictionary, few))
    rows.append(("plain search of the same places", len(few), spent / len(few)))
    for eliminated in (False, True):
        for method in indoor.SEARCHES:
            users = few[::16]
            spent = best_of(
                1,
                lambda m=method, e=eliminated, u=users: [
                    indoor.swarm_search(room, one, m, e, BUDGET) for one in u
                ],
            )
            name = f"{method}, {'x, y' if eliminated else 'x, y, offset'}"
            rows.append((name, len(users), spent / len(users)))
    title = f"locating one user (dictionary built in {building:.1f} s, peak memory {peak:.2f} GiB)"
    return {title: rows}
