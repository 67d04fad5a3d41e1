"""Locating one user in the room of Aguiar et al. (2024): maximum likelihood beside every search."""

import resource

import numpy as np
from timing import best_of

from irsnb import indoor
from irsnb.indoor.networks import LABELS

BUDGET = 5000


def plain_grid_search(dictionary, measured):
    """Every place of the dictionary for every user, without a shortlist and without last steps."""
    everything = dictionary.vectors.reshape(-1, measured.shape[1])
    places = dictionary.places.reshape(-1, 2)
    unit = (measured / np.linalg.norm(measured, axis=-1, keepdims=True)).astype(np.complex64)
    return np.concatenate(
        [places[np.abs(everything.conj() @ unit[i : i + 8].T).argmax(axis=0)] for i in range(0, len(unit), 8)]
    )


def latency_rows(room, rng):
    """One answer of each network on the paper's 6464 inputs, the hybrid, the fingerprint, the likelihood."""
    samples = indoor.draw_samples(room, 1024, rng)
    inputs = indoor.flattened_inputs(room, samples)
    inputs = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    indoor.locate(room, samples.pilots[:1])
    rows, few = [], 20
    spent = best_of(3, lambda: [indoor.locate(room, user[None]) for user in samples.pilots[:few]])
    rows.append(("maximum likelihood, one by one", few, spent / few))
    spent = best_of(3, lambda: indoor.locate(room, samples.pilots))
    rows.append(("maximum likelihood, a batch", len(inputs), spent / len(inputs)))
    for name in indoor.NETWORKS:
        network = indoor.build_network(name, np.ones(inputs.shape[1]))
        answer = network.predict_on_batch
        answer(inputs[:1]), answer(inputs)
        spent = best_of(3, lambda a=answer: [a(user[None]) for user in inputs[:few]])
        rows.append((f"{LABELS[name]}, one by one", few, spent / few))
        alone = spent / few
        spent = best_of(3, lambda a=answer: a(inputs))
        rows.append((f"{LABELS[name]}, a batch", len(inputs), spent / len(inputs)))
        if name == "bilstm":
            hybrid = alone
    fingerprint = indoor.build_fingerprint(indoor.draw_samples(room, 80_000, rng))
    spent = best_of(3, lambda: [fingerprint.predict(user[None]) for user in samples.pilots[:few]])
    rows.append(("fingerprint, one by one", few, spent / few))
    spent = best_of(3, lambda: fingerprint.predict(samples.pilots))
    rows.append(("fingerprint, a batch", len(inputs), spent / len(inputs)))
    # The hybrid: an answer of the network, then a swarm in the box around it.
    for form in indoor.FORMS:
        search = indoor.SearchSettings("pso", form, BUDGET)
        spent = best_of(
            1,
            lambda s=search: indoor.swarm_search(
                room, samples.pilots[:few], s, centres=samples.positions[:few]
            ),
        )
        rows.append((f"LSTM-PSO, {form}", few, hybrid + spent / few))
    return rows


def tables(rng):
    """All tables of Part II."""
    room = indoor.Room()
    measured = indoor.receive(room, room.grid, rng)
    building = best_of(1, lambda: indoor.build_dictionary(room, "ml"))
    spent = best_of(2, lambda: indoor.locate(room, measured))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = indoor.locate(room, measured).position
    assert np.linalg.norm(found - room.grid, axis=-1).max() < 0.01
    rows = [("irsnb.indoor.locate, a batch", len(room.grid), spent / len(room.grid))]
    few = measured[:: len(measured) // 63][:64]
    spent = best_of(2, lambda: [indoor.locate(room, user[None]) for user in few])
    rows.append(("irsnb.indoor.locate, one by one", len(few), spent / len(few)))
    dictionary = indoor.build_dictionary(room, "ml")
    spent = best_of(2, lambda: plain_grid_search(dictionary, few))
    rows.append(("plain search of the same places", len(few), spent / len(few)))
    for form in ("as published", "eliminated"):
        for method in indoor.SEARCHES:
            users, search = few[::16], indoor.SearchSettings(method, form, BUDGET)
            spent = best_of(1, lambda s=search, u=users: indoor.swarm_search(room, u, s))
            rows.append((f"{method}, {form}", len(users), spent / len(users)))
    title = f"locating one user (dictionary built in {building:.1f} s, peak memory {peak:.2f} GiB)"
    return {title: rows, "latency of one position": latency_rows(room, rng)}
