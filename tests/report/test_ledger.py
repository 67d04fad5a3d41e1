"""The ledger: its vocabulary, its judges, and how rows travel."""

import json
import tomllib
from pathlib import Path

import pytest

from irsnb.report import ledger

PACKAGE = Path(ledger.__file__).parent.parent


def test_claims_are_complete_sentences():
    for paper in ledger.papers():
        assert ledger.paper_title(paper)
        for name, claim in ledger.claims(paper).items():
            assert claim.where and claim.says.endswith("."), name
        source = PACKAGE / "claims" / f"{paper}.toml"
        for name, entry in tomllib.loads(source.read_text(encoding="utf-8"))["claims"].items():
            assert ("printed" in entry) == ("decimals" in entry), (
                f"{name}: printed numbers need their decimals"
            )


def test_printed_numbers_are_judged_by_their_last_digit():
    # section 5.2 prints 77.91, 46.90, 63.43, 53.30
    assert ledger.judge_printed("duan2025", "exp1-angles", [77.905, 46.904, 63.43, 53.30]) == "reproduced"
    assert ledger.judge_printed("duan2025", "exp1-angles", [77.93, 46.90, 63.43, 53.30]) == "not reproduced"
    with pytest.raises(ValueError, match="prints 4 numbers"):
        ledger.judge_printed("duan2025", "exp1-angles", [77.91])
    with pytest.raises(ValueError, match="prints 0 numbers"):
        ledger.judge_printed("duan2025", "fig5a", [1.0])


def test_shares_are_judged_in_three_steps():
    assert [ledger.judge_share(s) for s in (1, 0.999, 0.9, 0.899, 0)] == [
        "reproduced",
        "same trend",
        "same trend",
        "not reproduced",
        "not reproduced",
    ]
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="share"):
            ledger.judge_share(bad)


def make_row(name="fig5a", **changes):
    return ledger.row(
        "duan2025", name, **{"ours": "1 < 2 deg", "verdict": "reproduced", "why": "because"} | changes
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: make_row(verdict="fine"), "verdict"),
        (lambda: make_row(ours=" "), "ours"),
        (lambda: make_row(why=3), "why"),
        (lambda: make_row("fig99"), "fig99"),
        (lambda: ledger.claims("nobody1999"), "nobody1999"),
        (lambda: ledger.record(), "at least one"),
        (lambda: ledger.record(make_row(), make_row()), "twice"),
    ],
)
def test_bad_rows_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_scale_switch(monkeypatch):
    monkeypatch.delenv("IRSNB_SCALE", raising=False)
    assert ledger.scale() == "quick"
    monkeypatch.setenv("IRSNB_SCALE", "paper")
    assert ledger.scale() == make_row().scale == "paper"
    monkeypatch.setenv("IRSNB_SCALE", "huge")
    with pytest.raises(ValueError, match="IRSNB_SCALE: got 'huge'"):
        ledger.scale()


def write_notebook(path, *records):
    outputs = []
    for record in records:
        data, metadata = record._repr_mimebundle_()
        outputs.append({"output_type": "execute_result", "data": data, "metadata": metadata})
    path.write_text(
        json.dumps({"cells": [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown"}]})
    )


def test_rows_travel_inside_a_notebook(tmp_path):
    rows = make_row(), make_row("fig5b", bound="0.5 deg")
    write_notebook(tmp_path / "one.ipynb", ledger.record(*rows))
    found = ledger.collect(tmp_path)
    assert found["duan2025", "fig5a"] == (rows[0], (tmp_path / "one.ipynb").relative_to(tmp_path))
    assert found["duan2025", "fig5b"][0].bound == "0.5 deg"


def test_a_claim_is_answered_once(tmp_path):
    write_notebook(tmp_path / "one.ipynb", ledger.record(make_row()))
    write_notebook(tmp_path / "two.ipynb", ledger.record(make_row()))
    with pytest.raises(ValueError, match="answered in one.ipynb already"):
        ledger.collect(tmp_path)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        ledger.collect(tmp_path / "nowhere")


def test_a_table_for_people_escapes_and_anchors():
    text = ledger.record(make_row())._repr_html_()
    assert 'id="duan2025-fig5a"' in text and "1 &lt; 2 deg" in text and 'scope="col"' in text
    assert "1 < 2 deg" in repr(ledger.record(make_row()))


def test_tables_travel_too(tmp_path):
    table = ledger.Table("lengths", ["what", "how long"], [["a < b", "1 m"]])
    write_notebook(tmp_path / "one.ipynb", table, ledger.record(make_row()))
    found = ledger.collect_tables(tmp_path)
    assert found["lengths"].rows == (("a < b", "1 m"),) and found["lengths"].head == ("what", "how long")
    assert "a &lt; b" in table._repr_html_() and repr(table) == "what | how long\na < b | 1 m"
    assert list(ledger.collect(tmp_path)) == [("duan2025", "fig5a")]
    write_notebook(tmp_path / "two.ipynb", table)
    with pytest.raises(ValueError, match="another table of the name 'lengths'"):
        ledger.collect_tables(tmp_path)
    with pytest.raises(ValueError, match="each must hold 2 texts"):
        ledger.Table("lengths", ["what", "how long"], [["a"]])
    with pytest.raises(ValueError, match="each must hold 2 texts"):
        ledger.Table("lengths", ["what", "how long"], [["a", 1.0]])


def test_a_kept_run_names_its_provenance():
    made = ledger.kept("indoor_searches")["provenance"]
    assert made["scale"] == "paper" and {"seed", "versions", "machine", "date", "users", "budget"} <= set(
        made
    )
    with pytest.raises(FileNotFoundError, match="name: got 'nothing'"):
        ledger.kept("nothing")
