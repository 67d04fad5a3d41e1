"""Runs at the papers' own sizes: one part a call, resumable, kept as small JSON files with their provenance.

Every finished piece is written at once to irsnb's part of the user's cache folder, which outlives a checkout;
after an interruption the next call goes on. A run that has reached the epochs asked for is left as it is. The
kept figures stand in `irsnb/data`, where the notebooks show them beside their own quick ones.
"""

import argparse
import datetime
import functools
import json
import sys
import time
import zlib

import numpy as np
from tqdm import tqdm

from irsnb.montecarlo.kept import cache_folder
from irsnb.report.runs import (
    COMBS,
    CONDITIONS,
    ELEMENTNETS,
    HYBRIDS,
    INDOOR,
    KEPT,
    REFINENETS,
    WAYS,
    file_stem,
    hybrid_name,
    machine,
    provenance,
)
from paths import ROOT

STATE = cache_folder() / "paper_scale"
TARGET = ROOT / "irsnb" / "data"
SEED = 2024
RANK = np.linspace(0, 100, 201)


def write(path, content):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=None) + "\n", encoding="utf-8")
    partial.replace(path)


def searches(n_users=400, few=60, piece=20, budget=5000, population=100):
    """The searches of Aguiar et al. (2024), Fig. 5, for users drawn as the paper draws them.

    Beside them GA-PSO, their best, for the first few users with ten times the population and the budget.
    """
    from irsnb.indoor import SEARCHES, Room, SearchSettings, errors_at_bound, locate, receive, swarm_search

    room, rng = Room(), np.random.default_rng(SEED)
    users = rng.uniform(*room.limits, (n_users, 2))
    pilots = receive(room, users, rng)
    errors = {}
    forms = ("as published", "eliminated")
    tasks = [(m, form, 1, i) for m in SEARCHES for form in forms for i in range(0, n_users, piece)]
    tasks += [("ga-pso", form, 10, i) for form in forms for i in range(0, few, piece)]
    for method, form, times, first in tqdm(tasks, unit="piece"):
        some = slice(first, first + piece)
        settings = SearchSettings(method, form, times * budget, times * population)
        stem = f"{method}-{form}-{first}-{piece}-{settings.budget}-{settings.population}-{SEED}"
        path = STATE / "searches" / f"{file_stem(stem)}.json"
        if not path.exists():
            found = swarm_search(room, pilots[some], settings, seed=SEED + first).position
            write(path, np.linalg.norm(found - users[some], axis=-1).tolist())
        name = (
            f"{method}{', eliminated' if form == 'eliminated' else ''}{f', {times} x' if times > 1 else ''}"
        )
        errors.setdefault(name, []).extend(json.loads(path.read_text(encoding="utf-8")))
    errors["ml"] = np.linalg.norm(locate(room, pilots).position - users, axis=-1)
    errors["bound"] = errors_at_bound(room, users, rng)
    sizes = {"users": n_users, "few": few, "budget": budget, "population": population}
    return KEPT["searches"], {
        "provenance": provenance(("numpy", "scipy", "pymoo"), seed=SEED, scale="paper", **sizes),
        "percentiles": RANK.tolist(),
        "errors": {name: rounded(np.percentile(values, RANK)) for name, values in errors.items()},
        "within_1_cm": {name: int(np.sum(np.asarray(values) < 0.01)) for name, values in errors.items()},
    }


def indoor(only="", epochs=25, n_samples=100_000, budget=5000, run=True):
    """The networks of Aguiar et al. (2024), the fingerprint, and the hybrids that start from either.

    Every run whose name begins with `only`, or none; what other calls have finished is kept beside it.
    """
    tasks = {name: lambda name=name: train_indoor(name, epochs, n_samples) for name in INDOOR}
    for where in CONDITIONS:
        tasks[f"fingerprint, {where}"] = lambda where=where: take_fingerprints(where, n_samples)
    for task, step in HYBRIDS.items():
        tasks[hybrid_name(*task)] = lambda task=task, step=step: run_hybrid(task, step, n_samples, budget)
    tasks["latency"] = take_latencies
    chosen = [name for name in tasks if name.startswith(only)]
    if not chosen:
        sys.exit(f"irsnb: no run of this part begins with '{only}'; there are: {'; '.join(tasks)}")
    for name in chosen if run else ():
        tasks[name]()
    runs = finished_runs("indoor", tasks)
    sizes = {"samples": n_samples, "batch": 32, "epochs": epochs, "budget": budget}
    packages = ("numpy", "keras", "tensorflow-cpu", "tensorflow", "scikit-learn", "pymoo")
    made = provenance(packages, seed=SEED, scale="paper", **sizes)
    return KEPT["indoor"], {"provenance": made, "percentiles": RANK.tolist(), "runs": runs}


def finished_runs(part, names):
    """The runs of a part's kept file, each replaced by its newer one if that got at least as far."""
    path, runs = TARGET / f"{KEPT[part]}.json", {}
    if path.exists():
        runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    for name in names:
        path = STATE / part / f"{file_stem(name)}.json"
        if path.exists():
            run = json.loads(path.read_text(encoding="utf-8"))
            if run.get("epochs", 0) >= runs.get(name, {}).get("epochs", 0):
                runs[name] = run
    return {name: runs[name] for name in names if name in runs}


def indoor_samples(where, n_samples):
    """Training samples of a condition, and samples on the paper's grid."""
    from irsnb.indoor import Room
    from irsnb.indoor.samples import draw_samples, samples_at

    height, multipath = CONDITIONS[where]
    room, number = Room(height=height), list(CONDITIONS).index(where)
    samples = draw_samples(room, n_samples, np.random.default_rng([SEED, number]), multipath=multipath)
    check_state(where, samples)
    rng = np.random.default_rng([SEED, number, 1])
    return room, samples, samples_at(room, room.grid, rng, multipath=multipath)


def check_state(where, samples):
    """Stop where the state's runs learned from other samples: then the package has changed in between."""
    path = STATE / "indoor" / f"samples-{file_stem(where)}-{len(samples.positions)}.json"
    first = np.concatenate([samples.positions[0], samples.pilots[0].real / np.abs(samples.pilots[0, 0])])
    if not path.exists():
        write(path, first.tolist())
    elif not np.allclose(json.loads(path.read_text(encoding="utf-8")), first, rtol=1e-6, atol=1e-9):
        sys.exit(f"irsnb: the runs in {path.parent} learned from other samples at {where}; move them away")


def train_indoor(name, epochs, n_samples):
    """One training run; after an interruption it goes on at its last finished epoch."""
    from irsnb.indoor import shuffled, train_network

    network, kind, where, dropout = INDOOR[name]
    path = STATE / "indoor" / f"{file_stem(name)}.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8"))["epochs"] >= epochs:
        return
    room, samples, grid = indoor_samples(where, n_samples)
    with tqdm(total=epochs, desc=name, unit="epoch") as bar:

        def show(history):
            bar.update(history.epochs - bar.n)
            bar.set_postfix(loss=f"{history.validation[-1]:.5f}")

        directory = STATE / "indoor" / file_stem(name)
        settings = {"epochs": epochs, "seed": SEED, "dropout": dropout}
        found = train_network(room, samples, network, kind, **settings, directory=directory, after_epoch=show)
    content = {
        "epochs": found.history.epochs,
        "best": found.history.best + 1,
        "training": rounded(found.history.training),
        "validation": rounded(found.history.validation),
        "test_loss": rounded([found.test_loss])[0],
    }
    if kind == "both":
        # What it uses: everybody's measurements, or coefficients, dealt out anew.
        content["dealt"] = {}
        for what in ("pilots", "coefficients"):
            dealt = found.predict(room, shuffled(grid, what, np.random.default_rng(SEED)))
            errors = np.linalg.norm(dealt - grid.positions, axis=-1)
            content["dealt"][what] = rounded(np.percentile(errors, RANK))
    keep_positions(name, found.predict(room, grid), grid, **content)


def take_fingerprints(where, n_samples):
    """The fingerprint of the samples that a network trains on."""
    from irsnb.indoor import build_fingerprint, split_samples

    name = f"fingerprint, {where}"
    if (STATE / "indoor" / f"{file_stem(name)}.json").exists():
        return
    _, samples, grid = indoor_samples(where, n_samples)
    found = build_fingerprint(split_samples(samples, SEED)[0])
    keep_positions(name, found.predict(grid.pilots), grid, parameters=found.n_parameters)


def take_latencies(repeats=30):
    """Shortest time of one answer of each network on the paper's input [ms]; weights do not change it."""
    from irsnb.indoor import NETWORKS, build_network

    spent = {}
    for name in NETWORKS:
        network = build_network(name, np.ones(2 * 32 * 101))
        row = np.zeros((1, 2 * 32 * 101), dtype=np.float32)
        network.predict_on_batch(row)
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            network.predict_on_batch(row)
            times.append(time.perf_counter() - start)
        spent[name] = round(1000 * min(times), 2)
    write(STATE / "indoor" / "latency.json", {"ms": spent, "date": datetime.date.today().isoformat()})


def costs(n_samples=100_000, few=3, repeats=10, budget=5000):
    """What an answer of each method costs: time of one answer asked for alone, preparation, memory.

    Times are those of the processor, one thread; the least of some, for what else runs makes them longer.
    """
    from irsnb import indoor as wing

    room, rng = wing.Room(), np.random.default_rng(SEED)
    samples = wing.draw_samples(room, n_samples, rng)
    users = samples.pilots[:repeats]
    found = {}
    # What is compiled and imported at a first call belongs to no method.
    wing.locate(wing.Room(phase_seed=1), users[:1])
    wing.swarm_search(room, users[0], wing.SearchSettings(budget=200))
    for method in ("ml", "ml-projected", "phase-cost"):
        prepared = spent_on(lambda m=method: wing.locate(room, users, method=m))
        each = min(spent_on(lambda u=u, m=method: wing.locate(room, u[None], method=m)) for u in users)
        dictionary = wing.build_dictionary(room, method)
        # Single precision: what a search keeps once all places have been looked at.
        vectors = 8 * dictionary.grid.n_blocks * len(dictionary.grid.inner) * room.n_pilots
        size = dictionary.spans.nbytes + vectors
        found[method] = {"ms": 1e3 * each, "preparation": prepared, "bytes": size}
    for method in wing.SEARCHES:
        search = wing.SearchSettings(method, budget=budget)
        each = min(spent_on(lambda u=u, s=search: wing.swarm_search(room, u, s)) for u in users[:few])
        found[method] = {"ms": 1e3 * each}
    box = {"centres": samples.positions[0]}
    swarm = min(spent_on(lambda u=u: wing.swarm_search(room, u, **box)) for u in users[:few])
    found["swarm in a box"] = {"ms": 1e3 * swarm}
    kept = []
    training = wing.split_samples(samples, SEED)[0]
    prepared = spent_on(lambda: kept.append(wing.build_fingerprint(training)))
    each = min(spent_on(lambda u=u: kept[0].predict(u[None])) for u in users)
    fields = "centres", "spans", "members", "vectors", "positions"
    size = sum(getattr(kept[0], field).nbytes for field in fields)
    found["fingerprint"] = {"ms": 1e3 * each, "preparation": prepared, "bytes": size}
    row = np.zeros((1, 2 * room.n_pilots * (room.n_tiles + 1)), dtype=np.float32)
    for name in wing.NETWORKS:
        network = wing.build_network(name, np.ones(row.shape[1]))
        network.predict_on_batch(row)
        each = min(spent_on(lambda n=network: n.predict_on_batch(row)) for _ in range(repeats))
        found[name] = {"ms": 1e3 * each, "bytes": 4 * network.count_params()}
    sizes = {"samples": n_samples, "budget": budget}
    made = provenance(("numpy", "keras", "tensorflow-cpu", "pymoo"), seed=SEED, scale="paper", **sizes)
    short = {name: {key: float(f"{value:.3g}") for key, value in of.items()} for name, of in found.items()}
    return KEPT["costs"], {"provenance": made, "methods": short}


def spent_on(task):
    """Seconds of the processor."""
    start = time.process_time()
    task()
    return time.process_time() - start


def keep_positions(name, positions, truth, step=1, **content):
    """Keep percentiles of the errors, each place's error where a map needs them, and the positions."""
    errors = np.linalg.norm(positions - truth.positions[::step], axis=-1)
    path = STATE / "indoor" / f"{file_stem(name)}.json"
    content |= {"errors": rounded(np.percentile(errors, RANK)), "users": len(errors)}
    content["step"] = step
    if name in ("bilstm, both, 1 m", hybrid_name("bilstm, both", "1 m", "as published")):
        content["map"] = [float(f"{error:.3g}") for error in errors]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path.with_suffix(".npy"), positions.astype(np.float32))
    write(path, content | {"date": datetime.date.today().isoformat(), "machine": machine()})


def run_hybrid(task, step, n_samples, budget, piece=82):
    """A swarm in a box around an estimate, for every `step`-th place of the grid, in resumable pieces.

    A map of all places (step 1) is searched comb by comb: cut short, it still covers the area. Where the
    estimates have changed since, because their network was trained further, all is searched anew.
    """
    from irsnb.indoor import refine

    centres, where, form, half = task
    name = hybrid_name(*task)
    path = STATE / "indoor" / f"{file_stem(name)}.json"
    estimates = STATE / "indoor" / f"{file_stem(f'{centres}, {where}')}.npy"
    if not estimates.exists():
        return
    starts = np.load(estimates)
    mark = zlib.crc32(starts.tobytes())
    if path.exists() and json.loads(path.read_text(encoding="utf-8"))["estimates"] == mark:
        return
    room, _, grid = indoor_samples(where, 10)
    found = np.full(starts.shape, np.nan)
    for comb in range(COMBS if step == 1 else 1):
        some = slice(comb, None, COMBS if step == 1 else step)
        label = f"{name}, {mark}" + (f", {comb}" if step == 1 else "")
        found[some] = search_pieces(room, grid.pilots[some], starts[some], task, label, budget, piece)
    found, starts, truth = found[::step], starts[::step], grid.positions[::step]
    outside = np.any(np.abs(starts - truth) > half, axis=-1)
    lost = np.linalg.norm(found - truth, axis=-1) > 0.01
    counts = {
        "outside": int(outside.sum()),
        "lost": int(lost.sum()),
        "lost_inside": int((lost & ~outside).sum()),
    }
    before = rounded(np.percentile(np.linalg.norm(starts - truth, axis=-1), RANK))
    # The last steps that the paper leaves out: Levenberg-Marquardt on the cost that the swarm minimised.
    inside = np.clip(found, *room.limits)[:, None]
    method = "ml-projected" if form == "projected" else "phase-cost"
    last = refine(room, grid.pilots[::step], inside, method=method)
    counts["refined"] = rounded(np.percentile(np.linalg.norm(last.position - truth, axis=-1), RANK))
    counts["refined_lost"] = int(np.sum(np.linalg.norm(last.position - truth, axis=-1) > 0.01))
    keep_positions(name, found, grid, step, centres=before, estimates=mark, **counts)


def search_pieces(room, pilots, starts, task, label, budget, piece):
    """Positions that the swarms find, (n, 2); each piece is kept as soon as it is done."""
    from irsnb.indoor import SearchSettings, swarm_search

    _, _, form, half = task
    settings, found = SearchSettings("pso", form, budget, half_width=half), []
    for first in tqdm(range(0, len(starts), piece), desc=label, unit="piece"):
        path = STATE / "indoor" / "pieces" / f"{file_stem(label)}-{first}.json"
        if not path.exists():
            some = slice(first, first + piece)
            place = swarm_search(
                room, pilots[some], settings, centres=starts[some], seed=SEED + first
            ).position
            write(path, place.tolist())
        found += json.loads(path.read_text(encoding="utf-8"))
    return found


def hybrid(only="", epochs=20, run=True):
    """RefineNet and ElementNet of Surendran et al. (2025) at their sizes: every run whose name begins with
    `only`, or none; what other calls have finished is kept beside it."""
    names = [*REFINENETS, *ELEMENTNETS]
    chosen = [name for name in names if name.startswith(only)]
    if not chosen:
        sys.exit(f"irsnb: no run of this part begins with '{only}'; it has: {'; '.join(names)}")
    for name in chosen if run else ():
        if name in REFINENETS:
            train_refinenets(name, epochs)
        else:
            train_elementnets(name, epochs)
    runs = finished_runs("hybrid", names)
    made = provenance(
        ("numpy", "keras", "tensorflow-cpu", "tensorflow", "scikit-learn"),
        seed=SEED,
        scale="paper",
        epochs=epochs,
        draws=WAYS["paper"][3],
    )
    return KEPT["hybrid"], {"provenance": made, "runs": runs}


def surface_examples(way):
    """Spectra of the scenes of a street, and its fixed window of distances."""
    from irsnb import hybrid as wing
    from irsnb.arrays import PlanarArray

    scenario = wing.load_scenario()
    array = PlanarArray(10, 10, scenario.wavelength / 2, scenario.wavelength)
    count, rows, columns, draws = WAYS[way]
    first = wing.paper_users(scenario)
    scenes = wing.street_scenes(scenario, count, np.random.default_rng(SEED), rows, columns, first)
    channels, truth = wing.street_channels(scenario, scenes, array)
    distances = wing.street_window(scenario)
    kept = STATE / "examples"
    bar = functools.partial(tqdm, total=count, desc=f"{way}: scenes")
    return wing.make_examples(
        channels, truth, array, distances, draws=draws, seed=SEED, folder=kept, progress=bar
    )


def train_refinenets(name, epochs):
    """One training run and what it makes of the scenes held out."""
    from irsnb import hybrid as wing

    target, head, way, fold = REFINENETS[name]
    path = STATE / "hybrid" / f"{file_stem(name)}.json"
    if path.exists() and len(json.loads(path.read_text(encoding="utf-8"))["validation"]) == epochs:
        return
    examples = surface_examples(way)
    training, held_out = wing.grouped_folds(examples.scene, seed=SEED)[fold]
    start = time.perf_counter()
    with tqdm(total=epochs, desc=name, unit="epoch") as bar:

        def show(history):
            bar.update(history.epochs - bar.n)
            bar.set_postfix(loss=f"{history.validation[-1]:.4f}")

        found = wing.train_refinenet(
            examples, target, training, held_out, head, epochs, SEED, after_epoch=show
        )
    values = wing.targets_of(examples, target)
    answers = found.predict(examples.spectra[held_out, ..., None])
    mean = values[training].mean(axis=0)
    content = {
        "parameters": found.model.count_params(),
        "examples": [len(training), len(held_out)],
        "training": rounded(found.history.training),
        "validation": rounded(found.history.validation),
        "penalty": rounded(found.penalties),
        "rms": rounded(np.sqrt(np.mean((answers - values[held_out]) ** 2, axis=0))),
        "mean_rms": rounded(np.sqrt(np.mean((mean - values[held_out]) ** 2, axis=0))),
        "seconds": round(time.perf_counter() - start),
        "date": datetime.date.today().isoformat(),
    }
    # The paper's own four, if they are held out: their answers, averaged over the draws.
    theirs = examples.scene[held_out] == 0
    if theirs.any():
        content["paper_users"] = {
            "answer": rounded(answers[theirs].mean(axis=0), 6),
            "truth": rounded(values[held_out][theirs][0], 6),
            "mean": rounded(mean, 6),
        }
    write(path, content)


def train_elementnets(name, epochs, tries=30):
    """ElementNet on labels of its own making, each fifth of the scenes held out once."""
    from irsnb import hybrid as wing
    from irsnb.training import fit, standard_scaler

    path = STATE / "hybrid" / f"{file_stem(name)}.json"
    if path.exists() and len(json.loads(path.read_text(encoding="utf-8"))["validation"][0]) == epochs:
        return
    per_element, count = ELEMENTNETS[name]
    users, masks, least = labelled_scenes(count, tries)
    wanted, inputs = masks.reshape(count, -1).astype(np.float32), wing.element_inputs(users)
    content = {"parameters": 0, "scenes": count, "tries": tries, "training": [], "validation": [], "on": []}
    for training, held_out in tqdm(wing.grouped_folds(np.arange(count), seed=SEED), desc=name, unit="fold"):
        scaler = standard_scaler(inputs[training, 0, 0])
        known = scaler.transform(inputs[:, 0, 0]).astype(np.float32)
        pictures = np.broadcast_to(known[:, None, None], inputs.shape)
        model = wing.build_elementnet(users.shape[1], seed=SEED)
        history = fit(
            model,
            (pictures[training], wanted[training]),
            (pictures[held_out], wanted[held_out]),
            epochs,
            batch=8,
            first_rate=1e-3,
            seed=SEED,
            loss=wing.sparsity_loss(per_element),
            patience=None,
            keep="last",
            xla=False,
        )
        answers = np.asarray(model(pictures[held_out]))
        content["training"].append(rounded(history.training))
        content["validation"].append(rounded(history.validation))
        content["on"].append((answers > 0.5).sum(axis=1).tolist())
        content["parameters"] = model.count_params()
    size = np.mean if per_element else np.sum
    content["empty"] = float(f"{np.mean(wanted**2):.4g}")
    content["labels"] = float(f"{np.mean(0.1 * size(wanted, axis=1)):.4g}")
    content["label_sizes"] = np.bincount(masks.sum(axis=(1, 2)), minlength=11).tolist()
    content["least_error_deg"] = rounded(np.rad2deg(np.median(least, axis=0)))
    write(path, content | {"date": datetime.date.today().isoformat()})


def labelled_scenes(count, tries):
    """Scenes of four separable users at 20 dB, and the paper's labels for them."""
    from irsnb import hybrid as wing
    from irsnb.arrays import PlanarArray

    rng = np.random.default_rng([SEED, count])
    users = np.stack([wing.draw_directions(rng, 4) for _ in range(count)])
    users = np.concatenate([users, rng.uniform(50, 100, (count, 4, 1))], axis=-1)
    channels = PlanarArray(25, 25, 0.5, 1.0).steering_vector(users[..., 0], users[..., 1])[:, :, None]
    limit = np.deg2rad(5)
    return users, *wing.label_masks(channels, users, 0.5, 1.0, range(5, 11), tries, 0.01, limit, rng)


def rounded(values, digits=4):
    """A few digits of each."""
    return [float(f"{value:.{digits}g}") for value in values]


PARTS = {"searches": searches, "indoor": indoor, "hybrid": hybrid, "costs": costs}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", help=f"one of: {', '.join(PARTS)}")
    parser.add_argument("--only", help="runs whose names begin so", default="")
    parser.add_argument("--epochs", help="of each network; the paper's if left out", type=int)
    parser.add_argument("--collect", help="run nothing, keep what is finished", action="store_true")
    given = parser.parse_args()
    part = given.part
    if part not in PARTS:
        sys.exit(f"irsnb: no part '{part}'; make paper-scale PART=... takes one of: {', '.join(PARTS)}")
    sizes = {} if given.epochs is None else {"epochs": given.epochs}
    name, kept = (
        PARTS[part]()
        if part in ("searches", "costs")
        else PARTS[part](given.only, run=not given.collect, **sizes)
    )
    target = TARGET / f"{name}.json"
    write(target, kept)
    print(f"kept: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
