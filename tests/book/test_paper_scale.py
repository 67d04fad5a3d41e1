"""Runs at paper scale: pieces are kept as they come, and an interrupted run goes on to the same figures."""

import json
from types import SimpleNamespace

import joblib
import numpy as np
import pytest

import paper_scale as tool
from irsnb import indoor
from irsnb.montecarlo.kept import cache_folder


@pytest.fixture(autouse=True)
def one_process(tmp_path, monkeypatch):
    """Searches so short are not worth the start of processes; no run is kept yet."""
    monkeypatch.setattr(tool, "TARGET", tmp_path / "data")
    with joblib.parallel_config(backend="sequential"):
        yield


def test_the_state_outlives_a_checkout():
    assert tool.ROOT not in tool.STATE.parents and tool.STATE.is_relative_to(cache_folder())


def test_an_interrupted_run_goes_on_to_the_same_figures(tmp_path, monkeypatch):
    sizes = {"n_users": 4, "few": 2, "piece": 2, "budget": 200, "population": 20}
    monkeypatch.setattr(tool, "STATE", tmp_path / "whole")
    name, whole = tool.searches(**sizes)
    monkeypatch.setattr(tool, "STATE", tmp_path / "broken")
    calls, write = [], tool.write

    def killed(path, content):
        if len(calls) == 5:
            raise KeyboardInterrupt
        calls.append(path)
        write(path, content)

    monkeypatch.setattr(tool, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        tool.searches(**sizes)
    monkeypatch.setattr(tool, "write", lambda path, content: (calls.append(path), write(path, content)))
    _, resumed = tool.searches(**sizes)
    assert len(calls) == len(set(calls)) == 22, "no piece is computed twice"
    assert resumed["errors"] == whole["errors"] and name == "indoor_searches"
    assert len(whole["errors"]) == 14 and len(whole["percentiles"]) == 201
    json.dumps(whole)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "kept.json"
    tool.write(target, {"a": 1})
    with pytest.raises(TypeError):
        tool.write(target, {"a": np.array([1])})
    assert json.loads(target.read_text()) == {"a": 1}


def test_a_killed_training_goes_on_to_the_same_figures(tmp_path, monkeypatch):
    only, n_samples = "mlp, coefficients, 1 m", 400
    monkeypatch.setattr(tool, "STATE", tmp_path / "whole")
    name, whole = tool.indoor(only, 3, n_samples)
    assert name == "indoor_networks" and list(whole["runs"]) == [only]
    assert whole["runs"][only]["epochs"] == 3 and len(whole["runs"][only]["errors"]) == 201
    monkeypatch.setattr(tool, "STATE", tmp_path / "broken")
    from irsnb import training

    keep, written = training._keep, []

    def killed(path, *rest):
        if len(written) == 3:
            raise KeyboardInterrupt
        keep(path, *rest)
        written.append(path.name)

    monkeypatch.setattr(training, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        tool.indoor(only, 2, n_samples)
    monkeypatch.setattr(training, "_keep", keep)
    # More epochs later: from where it stands, not from the beginning.
    _, resumed = tool.indoor(only, 3, n_samples)
    assert resumed["runs"] == whole["runs"]
    made = resumed["provenance"]
    assert made["seed"] == tool.SEED and made["samples"] == 400 and made["machine"] and made["date"]


def test_costs_are_kept_for_every_method():
    from irsnb.indoor import NETWORKS, SEARCHES
    from irsnb.indoor.costs import METHODS

    name, kept = tool.costs(n_samples=1500, few=1, repeats=1, budget=200)
    of = kept["methods"]
    assert name == "indoor_costs" and set(of) == {
        *METHODS, *SEARCHES, *NETWORKS, "swarm in a box", "fingerprint"
    }  # fmt: skip
    assert all(entry["ms"] > 0 for entry in of.values())
    # 31.0 million parameters of four bytes; 81 x 91 places of a decimetre are the least that a search keeps.
    assert of["bilstm"]["bytes"] == pytest.approx(4 * 31.0e6, rel=0.01)
    assert of["ml"]["bytes"] > 8 * 32 * 7371 and of["ml"]["preparation"] > 0
    json.dumps(kept)


def test_refinenet_is_kept_with_what_it_answers_for_scenes_held_out(tmp_path, monkeypatch):
    only, sizes = "ranges, pool, paper, 2", {"epochs": 1}
    monkeypatch.setattr(tool, "STATE", tmp_path)
    monkeypatch.setattr(tool, "WAYS", {"paper": (5, (1, 10), (1, 15), 1)})
    name, kept = tool.hybrid(only, **sizes)
    assert name == "hybrid_networks" and list(kept["runs"]) == [only]
    run = kept["runs"][only]
    assert run["parameters"] == 15_620 and run["examples"] == [4, 1]
    assert len(run["validation"]) == len(run["penalty"]) == 1 and len(run["rms"]) == 4
    assert run["penalty"][0] < run["validation"][0]
    path = next((tmp_path / "hybrid").glob("*.json"))
    before = path.stat().st_mtime_ns
    assert tool.hybrid(only, **sizes)[1]["runs"] == kept["runs"] and path.stat().st_mtime_ns == before
    with pytest.raises(SystemExit, match="no run of this part begins with 'cnn'"):
        tool.hybrid("cnn")
    json.dumps(kept)


def test_a_hybrid_is_run_in_pieces_from_kept_estimates(tmp_path, monkeypatch):
    task = ("fingerprint", "1 m", "eliminated", 0.1)
    monkeypatch.setattr(tool, "STATE", tmp_path)
    monkeypatch.setattr(tool, "HYBRIDS", {task: 1500})
    _, kept = tool.indoor("fingerprint, 1 m", n_samples=2_000)
    with pytest.raises(SystemExit, match="no run of this part begins with 'cnn'"):
        tool.indoor("cnn")
    _, kept = tool.indoor("hybrid, fingerprint", n_samples=2_000, budget=400)
    run = kept["runs"][tool.hybrid_name(*task)]
    assert run["users"] == 5 and len(run["errors"]) == 201
    assert "parameters" in kept["runs"]["fingerprint, 1 m"]


def test_a_map_is_searched_comb_by_comb_and_put_together_in_order(tmp_path, monkeypatch):
    task, labels = ("bilstm, both", "1 m", "as published", 0.25), []
    monkeypatch.setattr(tool, "STATE", tmp_path)
    grid = tool.indoor_samples("1 m", 10)[2].positions
    estimates = grid + np.linspace(0, 0.05, len(grid))[:, None]
    np.save(tmp_path / "indoor" / f"{tool.file_stem('bilstm, both, 1 m')}.npy", estimates)

    def stays(room, pilots, starts, task, label, budget, piece):
        labels.append(label)
        return starts.tolist()

    monkeypatch.setattr(tool, "search_pieces", stays)
    # Where the last steps lead is another test's.
    monkeypatch.setattr(
        indoor, "refine", lambda room, pilots, starts, method: SimpleNamespace(position=starts[:, 0])
    )
    tool.run_hybrid(task, 1, 10, 100)
    kept = json.loads((tmp_path / "indoor" / f"{tool.file_stem(tool.hybrid_name(*task))}.json").read_text())
    assert len(set(labels)) == tool.COMBS and kept["users"] == len(grid) == 7371
    assert np.allclose(kept["map"], np.linalg.norm(estimates - grid, axis=-1), rtol=6e-3)
    # They start inside the area.
    assert 0.98 * max(kept["errors"]) < max(kept["refined"]) <= max(kept["errors"])
    assert 0 < kept["refined_lost"] <= kept["lost"]
    assert kept["outside"] == 0 and kept["lost"] == kept["lost_inside"] > 0


def test_a_kept_run_stays_until_a_newer_one_has_got_as_far(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "STATE", tmp_path / "state")
    kept, part = tmp_path / "data" / "indoor_networks.json", tmp_path / "state" / "indoor"
    names = ["rnn, both, 1 m", "lstm, both, 1 m", "fingerprint, 1 m"]
    tool.write(
        kept, {"runs": {"rnn, both, 1 m": {"epochs": 25}, "fingerprint, 1 m": {"users": 1}, "old": {}}}
    )
    for name, run in zip(names, ({"epochs": 5}, {"epochs": 5}, {"users": 2}), strict=True):
        tool.write(part / f"{tool.file_stem(name)}.json", run)
    _, found = tool.indoor(run=False)
    assert found["runs"] == {
        "rnn, both, 1 m": {"epochs": 25},
        "lstm, both, 1 m": {"epochs": 5},
        "fingerprint, 1 m": {"users": 2},
    }


def test_a_state_of_other_samples_is_not_gone_on_with(tmp_path, monkeypatch):
    from irsnb.indoor import receive, samples

    monkeypatch.setattr(tool, "STATE", tmp_path / "state")
    tool.indoor_samples("3 m, multipath", 10)
    tool.indoor_samples("3 m, multipath", 10)
    monkeypatch.setattr(samples, "receive", lambda room, places, rng, multipath: receive(room, places, rng))
    with pytest.raises(SystemExit, match="learned from other samples at 3 m, multipath"):
        tool.indoor_samples("3 m, multipath", 10)


def test_a_hybrid_is_searched_anew_when_its_network_was_trained_further(tmp_path, monkeypatch):
    task = ("mlp, both", "1 m", "eliminated", 0.1)
    monkeypatch.setattr(tool, "STATE", tmp_path)
    room, _, grid = tool.indoor_samples("1 m", 10)
    path = tmp_path / "indoor" / f"{tool.file_stem('mlp, both, 1 m')}.npy"
    calls, found = [], []
    search = tool.search_pieces
    monkeypatch.setattr(tool, "search_pieces", lambda *given: calls.append(given) or search(*given))
    for shift in (0.01, 0.01, 0.02):
        np.save(path, grid.positions + shift)
        tool.run_hybrid(task, 2000, 10, 400)
        name = tool.file_stem(tool.hybrid_name(*task))
        found.append(json.loads((tmp_path / "indoor" / f"{name}.json").read_text()))
    assert len(calls) == 2 and found[0] == found[1] != found[2]
    # The last steps lead from the swarm's answer to the bound, micrometres.
    assert max(found[2]["refined"]) < 1e-4 < max(found[2]["errors"]) and found[2]["refined_lost"] == 0
