"""What `tools/pages.py` counts, and that finished pages keep to its limits."""

import nbformat
import pytest

import pages
from paths import ROOT

LINES = "\n".join(f"x{n} = {n}" for n in range(4))


def cell(source, tags=(), printed="", kinds=()):
    outputs = [nbformat.v4.new_output("stream", text=printed)] if printed else []
    outputs += [nbformat.v4.new_output("display_data", {kind: "..."}) for kind in kinds]
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=outputs)


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    text = nbformat.v4.new_markdown_cell("# One pair\n\n:::{note}\nThe sum $a + b$ is [here](x.md).\n:::")
    notebook = nbformat.v4.new_notebook(
        cells=[
            text,
            cell(LINES, printed="1\n2\n"),
            cell(LINES + "\n\n" + LINES, tags=["hide-input"], kinds=["image/svg+xml"]),
            cell("y = 1\n\ny"),
        ]
    )
    path = tmp_path / "notebooks" / "part" / "one.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return pages.measure(path)


def test_a_page_is_counted(page):
    # One, pair, The, sum, formula, is, here: seven words.
    expected = {"name": "part/one", "words": 7, "visible_lines": 6, "longest_cell": 4, "mean_cell": 3}
    expected |= {"code_lines": 14, "printed_lines": 2, "figures": 1, "words_a_line": 7 / 6}
    assert {name: getattr(page, name) for name in expected} == expected


def test_each_limit_can_be_missed(page):
    good = pages.Page("good", 600, 40, 25, 12.0, 300, 60, 2)
    assert pages.shortcomings([good], [("good", 1500, 12_000)]) == []
    worse = pages.Page("bad", 601, 41, 26, 12.1, 301, 61, 2)
    found = pages.shortcomings([worse], [("bad", 1501, 12_001)])
    assert {line.split(": ")[1] for line in found} == set(pages.LIMITS) and len(found) == len(pages.LIMITS)
    assert pages.shortcomings([pages.Page("none", 600, 0, 0, 0.0, 0, 0, 0)]) == [
        "none: words a figure: inf, limit 300"
    ]


def test_finished_pages_keep_to_the_limits():
    assert pages.shortcomings(pages.finished()) == []
    assert all((ROOT / "notebooks" / name).exists() for name in pages.FINISHED if name.endswith("/"))
