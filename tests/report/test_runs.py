"""Scale and kept runs: one place for their names."""

import json
import os
import platform

import numpy as np
import pytest
import xarray as xr

from irsnb import montecarlo
from irsnb.report import ledger, runs


def test_scale_switch(monkeypatch):
    monkeypatch.delenv("IRSNB_SCALE", raising=False)
    assert runs.scale() == "quick"
    monkeypatch.setenv("IRSNB_SCALE", "paper")
    row = ledger.row("duan2025", "fig5a", ours="1", verdict="reproduced", why="because")
    assert runs.scale() == row.scale == "paper"
    monkeypatch.setenv("IRSNB_SCALE", "huge")
    with pytest.raises(ValueError, match="IRSNB_SCALE: got 'huge'; it must be one of 'quick', 'paper'"):
        runs.scale()


@pytest.mark.parametrize("name", runs.KEPT.values())
def test_a_kept_run_names_its_provenance(name):
    made = runs.kept(name)["provenance"]
    assert made["scale"] == "paper" and {"seed", "versions", "machine", "date"} <= set(made)
    runs.kept(name)["provenance"]["seed"] = -1
    assert runs.kept(name)["provenance"]["seed"] == made["seed"], "a caller's changes are the caller's"


def test_elementnets_name_their_loss_and_their_scenes():
    # Eq. (5) of Surendran et al. takes the mean of the squares and the sum of the moduli.
    assert runs.ELEMENTNETS == {
        "elementnet, eq. (5), 25 scenes": (False, 25),
        "elementnet, both a mean, 25 scenes": (True, 25),
        "elementnet, eq. (5), 250 scenes": (False, 250),
        "elementnet, both a mean, 250 scenes": (True, 250),
    }


def test_unknown_runs_are_refused():
    with pytest.raises(ValueError, match="name: got 'nothing'; it must be one of 'indoor_searches'"):
        runs.kept("nothing")
    kept = runs.kept("indoor_networks")
    for arguments, words in (
        ((kept, "cnn", 50), "run: got 'cnn'"),
        ((kept, "latency", 50), "run: got 'latency'"),
        ((kept, "mlp, both, 1 m", 101), "percentile: got 101"),
        ((kept, "mlp, both, 1 m", np.nan), "percentile: got nan"),
        (("indoor_networks", "mlp, both, 1 m", 50), "kept_runs"),
        ((runs.kept("hybrid_networks"), "mlp", 50), "kept_runs: got .*percentiles"),
    ):
        with pytest.raises(ValueError, match=words):
            runs.error_at(*arguments)


def test_every_kept_run_has_a_name_that_is_made_here():
    names = {*runs.INDOOR, *(runs.hybrid_name(*task) for task in runs.HYBRIDS), "latency"}
    names |= {f"fingerprint, {where}" for where in runs.CONDITIONS}
    assert set(runs.kept("indoor_networks")["runs"]) <= names
    assert set(runs.kept("hybrid_networks")["runs"]) <= {*runs.REFINENETS, *runs.ELEMENTNETS}
    stems = [runs.file_stem(name) for name in names]
    assert len(set(stems)) == len(names) and not any(set(stem) & set(", /\\") for stem in stems)


def test_errors_at_percentiles():
    kept = runs.kept("indoor_networks")
    errors = kept["runs"]["mlp, both, 1 m"]["errors"]
    assert runs.error_at(kept, "mlp, both, 1 m", 0) == errors[0]
    assert runs.error_at(kept, "mlp, both, 1 m", 100) == errors[-1]
    both = runs.error_at(kept, "mlp, both, 1 m", [50, 98.25])
    assert both[0] == errors[100] and both[1] == pytest.approx((errors[196] + errors[197]) / 2)
    searches = runs.kept("indoor_searches")
    assert runs.error_at(searches, "ga-pso", 90) == searches["errors"]["ga-pso"][180]


def test_interval_of_a_kept_percentile():
    """Kept percentiles give the interval that the draws themselves have (David and Nagaraja 2003, 7.1)."""
    drawn = np.random.default_rng(3).exponential(size=2000)
    rank = np.linspace(0, 100, 201)
    content = {"errors": np.percentile(drawn, rank).tolist(), "users": len(drawn)}
    kept = {"percentiles": rank.tolist(), "runs": {"few": content | {"users": 71}, "many": content}}
    wanted = montecarlo.percentile(xr.DataArray(drawn, dims="draw"), 95).values
    assert runs.error_interval(kept, "many", 95) == pytest.approx(wanted, rel=5e-3)
    assert runs.error_interval(kept, "few", 95)[2] == np.inf
    with pytest.raises(ValueError, match="percentile: got 100"):
        runs.error_interval(kept, "many", 100)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mlp, both", "2 m", "projected"), "where: got '2 m'"),
        (("mlp, both", "1 m", "best"), "form: got 'best'"),
        (("mlp, both", "1 m", "projected", 0.0), "half: got 0.0"),
        (("mlp, both", "1 m", "projected", "1"), "half"),
    ],
)
def test_a_hybrid_needs_known_parts(arguments, words):
    with pytest.raises(ValueError, match=words):
        runs.hybrid_name(*arguments)


def test_provenance_says_what_made_a_run():
    made = runs.provenance(["numpy", "not-a-distribution"], seed=3, users=4)
    assert made["seed"] == 3 and made["users"] == 4
    assert made["versions"] == {"python": platform.python_version(), "numpy": np.__version__}
    assert made["machine"] == runs.machine() and runs.machine().startswith(f"{os.cpu_count()} cores, ")
    json.dumps(made)


def test_interval_of_a_kept_percentile_covers_the_ranks_of_the_binomial():
    # 99 users at 1..99 m: the median's interval lies between ranks 40 and 60 (David and Nagaraja, sec. 7.1).
    errors = np.percentile(np.arange(1.0, 100.0), np.linspace(0, 100, 201))
    kept = {
        "provenance": {"users": 99},
        "percentiles": np.linspace(0, 100, 201).tolist(),
        "errors": {"a": errors.tolist()},
    }
    assert np.allclose(runs.error_interval(kept, "a", 50), (50, 40, 60), atol=1e-9)
    assert runs.error_interval(kept, "a", 99)[2] == np.inf
    with pytest.raises(ValueError, match="^percentile: got 100"):
        runs.error_interval(kept, "a", 100)


def test_forms_are_those_of_the_searches():
    from irsnb.indoor.swarms import FORMS

    assert {name[2] for name in runs.HYBRIDS} == set(FORMS)
    assert all(form in runs.hybrid_name("mlp, both", "1 m", form) for form in FORMS)
