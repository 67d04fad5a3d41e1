"""What every committed notebook owes its reader."""

import re
import tomllib
from types import SimpleNamespace

import jupytext
import nbformat
import nbval_rules
import pytest

import notebooks as tool
from irsnb.report import claims, ledger
from paths import ROOT

SOURCES = tool.sources()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
A_MACHINE = re.compile(r"(/(home|root|work|tmp|Users|opt|var|content)/|[A-Z]:\\\\|site-packages)")


def load(source):
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


each_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)


def test_there_are_notebooks_and_each_has_its_twin():
    assert len(SOURCES) >= 4
    assert {p.with_suffix("") for p in SOURCES} == {
        p.with_suffix("")
        for p in (ROOT / "notebooks").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in p.parts
    }


def problems(source, notebook):
    """Everything that is wrong with a stored notebook, as short lines."""
    found = []
    if jupytext.writes(notebook, fmt="py:percent") != source.read_text(encoding="utf-8"):
        found.append("pair diverged")
    outputs = [(n, o) for n, c in enumerate(notebook.cells) for o in c.get("outputs", [])]
    if not outputs:
        found.append("no outputs")
    if [c.execution_count for c in code_cells(notebook)] != list(range(1, len(code_cells(notebook)) + 1)):
        found.append("not run from top to bottom")
    for number, output in outputs:
        if output.output_type == "error":
            found.append(f"cell {number}: an error")
        if output.get("name") == "stderr":
            found.append(f"cell {number}: a warning")
        texts = [output.get("text", "")] + [
            v for k, v in output.get("data", {}).items() if k.startswith("text")
        ]
        if any(A_MACHINE.search(str(text)) for text in texts):
            found.append(f"cell {number}: a path of a machine")
        for line in str(output.get("text", "")).splitlines():
            if len(line) > 80:
                found.append(f"cell {number}: a line of {len(line)} characters")
    return found


@each_notebook
def test_stored_notebook_is_whole(source):
    assert problems(source, load(source)) == []


def test_the_check_above_can_fail():
    source = SOURCES[0]
    notebook = load(source)
    notebook.cells[0].source += " "
    assert "pair diverged" in problems(source, notebook)
    notebook = load(source)
    for cell in code_cells(notebook):
        cell.outputs = []
    assert "no outputs" in problems(source, notebook)
    notebook = load(source)
    cell = code_cells(notebook)[-1]
    cell.outputs = [
        nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]),
        nbformat.v4.new_output("stream", name="stdout", text="read /home/someone/data"),
        nbformat.v4.new_output("stream", name="stderr", text="UserWarning"),
    ]
    text = " ".join(problems(source, notebook))
    assert all(word in text for word in ("an error", "a path of a machine", "a warning"))


def test_progress_bars_are_not_stored_but_warnings_are(tmp_path):
    source = tmp_path / "bars.py"
    source.write_text(
        "# %%\nimport warnings\n\nfrom tqdm import tqdm\n\nprint(sum(tqdm(range(5))))\n"
        "# %%\nwarnings.warn('overflow')\n"
    )
    first, second = code_cells(tool.execute(source))
    assert [output.text for output in first.outputs] == ["10\n"]
    assert [output.name for output in second.outputs] == ["stderr"] and "overflow" in second.outputs[0].text


@each_notebook
def test_stored_outputs_come_from_todays_code(source):
    assert not tool.is_stale(source.with_suffix(".ipynb")), (
        f"make run NOTEBOOK={source.with_suffix('.ipynb')}"
    )


def test_digest_sees_code_but_not_prose(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "irsnb_digest_probe.py"
    digests = []
    for text in (
        'def f(x):\n    """Say."""\n    return x\n',
        '# new\ndef f(x):\n    """Say more."""\n\n    return x\n',
        "def f(x):\n    return -x\n",
    ):
        module.write_text(text)
        digests.append(tool.digest(["irsnb_digest_probe"]))
    assert digests[0] == digests[1] != digests[2]


@each_notebook
def test_first_code_cell_is_the_pinned_install(source):
    reference = f'reference = "irsnb[searches] @ git+{PROJECT["urls"]["Repository"]}@v{PROJECT["version"]}"'
    cells = [code_cells(load(path))[0].source for path in SOURCES]
    assert reference in code_cells(load(source))[0].source
    assert len(set(cells)) == 1, "the same cell, word for word, in every notebook"


@each_notebook
def test_shape_of_a_chapter(source):
    notebook = load(source)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for words in ("**Run time**", "you can", "## Exercises", "## Checks"):
        assert words in prose, words
    # Folded, either way.
    assert "<summary>Solution" in prose or re.search(r"admonition\} Solution.*\n:class: dropdown", prose)
    last = notebook.cells[-1]
    assert last.cell_type == "code" and last.source.count("assert ") >= 5


@each_notebook
def test_every_figure_has_name_caption_and_alt_text(source):
    names = []
    for cell in code_cells(load(source)):
        images = [o for o in cell.outputs if "image/svg+xml" in o.get("data", {})]
        if not images:
            continue
        described = cell.metadata.get("mystnb", {})
        figure = described.get("figure", {})
        assert len(images) == 1 and len(figure.get("caption", "")) > 40, cell.source[:80]
        assert len(described.get("image", {}).get("alt", "")) > 60, cell.source[:80]
        assert cell.source.rstrip().endswith(("plt.show()", ")")), cell.source[-80:]
        assert (
            "2021-" not in images[0].data["image/svg+xml"]
            and "<dc:date>" not in images[0].data["image/svg+xml"]
        )
        names.append(figure["name"])
    assert len(names) == len(set(names))


def test_every_claim_is_answered_once_by_a_computed_row():
    found = ledger.collect(ROOT / "notebooks")
    for paper in claims.papers():
        missing = [name for name in claims.claims(paper) if (paper, name) not in found]
        assert not missing
    for row, _ in found.values():
        assert row.verdict in ledger.VERDICTS and row.scale == "quick"


def test_rows_are_what_the_tables_show():
    # nbval compares the tables; the rows travel beside them in the output's metadata.
    for source in SOURCES:
        for cell in code_cells(load(source)):
            for output in cell.outputs:
                for entry in output.get("metadata", {}).get(ledger.OUTPUT_KEY, []):
                    shown = output.data["text/plain"]
                    assert f"[{entry['verdict']}]" in shown
                    assert all(entry[key] in shown for key in ("ours", "bound", "why"))


@each_notebook
def test_a_page_says_how_long_it_runs(source):
    # The longest are tested first, and this is how the tests know.
    assert 0 < tool.stated_seconds(source) <= 120


def test_tests_that_take_long_come_first():
    files = [ROOT / "tests" / "test_compare.py", *(path.with_suffix(".ipynb") for path in SOURCES)]
    items = [SimpleNamespace(path=path) for path in files]
    nbval_rules.pytest_collection_modifyitems(items)
    assert items[-1].path.name == "test_compare.py"
    times = [tool.stated_seconds(item.path) for item in items[:-1]]
    assert times == sorted(times, reverse=True) and times[0] > times[-1]
