"""Runs at paper scale: pieces are kept as they come, and an interrupted run goes on to the same figures."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import paper_scale as tool  # noqa: E402


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
