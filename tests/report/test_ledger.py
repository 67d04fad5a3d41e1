"""The ledger: its vocabulary, its judges, and how rows travel."""

import json
import tomllib
from pathlib import Path

import pytest

import irsnb
from irsnb.report import claims, ledger

PACKAGE = Path(irsnb.__file__).parent


def test_claims_are_complete_sentences():
    for paper in claims.papers():
        assert claims.paper_title(paper)
        for name, claim in claims.claims(paper).items():
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
        (lambda: make_row(why=""), "why"),
        (lambda: make_row(flawed=True), "flawed"),
        (lambda: make_row(flawed="is told the count", verdict="not reproduced"), "flawed.*not reproduced"),
        (lambda: make_row(verdict=ledger.untestable("pilots"), why=3), "why"),
        (lambda: ledger.record("fig5a"), r"rows\[0\]: got 'fig5a'"),
        (lambda: make_row("fig99"), "fig99"),
        (lambda: claims.claims("nobody1999"), "nobody1999"),
        (lambda: ledger.record(), "at least one"),
        (lambda: ledger.record(make_row(), make_row()), "twice"),
    ],
)
def test_bad_rows_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


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
    with pytest.raises(ValueError, match="folder: got .*nowhere"):
        ledger.collect(tmp_path / "nowhere")


def test_a_list_for_people_escapes_anchors_and_has_badges():
    text = ledger.record(make_row())._repr_html_()
    assert '<li id="duan2025-fig5a">' in text and "1 &lt; 2 deg" in text
    assert '<span class="verdict verdict-reproduced">reproduced</span>' in text
    assert "1 < 2 deg" in repr(ledger.record(make_row()))


def test_a_rule_goes_into_a_row_with_what_it_rests_on():
    judged = ledger.digits([1.5], [1.9], decimals=1)
    found = make_row(verdict=judged, why="at 10 dB only")
    assert (found.verdict, found.rule) == ("same trend", "digits")
    assert found.why == f"at 10 dB only; {judged.basis}" and "farthest: 1.9 for 1.5" in found.why
    assert make_row(verdict=judged, why="").why == judged.basis
    assert make_row().rule == "", "a verdict that a page writes is by no rule"


def test_a_flawed_row_says_so_everywhere_and_travels(tmp_path):
    flawed = make_row(flawed="the search starts at the truth")
    assert (flawed.verdict, flawed.label) == ("reproduced", "reproduced, flawed")
    assert flawed.reason == "because; flawed: the search starts at the truth"
    record = ledger.record(flawed)
    assert "reproduced, flawed</span>" in record._repr_html_()
    assert "because; flawed: the search" in repr(record)
    assert "flawed: the search starts at the truth" in repr(record)
    write_notebook(tmp_path / "page.ipynb", record)
    assert ledger.collect(tmp_path)["duan2025", "fig5a"][0] == flawed
    assert make_row().label == "reproduced" and "flawed" not in repr(ledger.record(make_row()))


def test_rows_stored_before_a_row_could_be_flawed_still_load(tmp_path):
    write_notebook(tmp_path / "page.ipynb", ledger.record(make_row()))
    path = tmp_path / "page.ipynb"
    stored = json.loads(path.read_text())
    (entry,) = stored["cells"][0]["outputs"][0]["metadata"][ledger.OUTPUT_KEY]
    del entry["flawed"], entry["rule"]
    path.write_text(json.dumps(stored))
    assert ledger.collect(tmp_path)["duan2025", "fig5a"][0] == make_row()
