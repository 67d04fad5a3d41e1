"""Execute notebooks: the .py is the source, the .ipynb beside it holds the outputs.

``python tools/notebooks.py NOTEBOOK`` runs one and stores its outputs.
"""

import ast
import hashlib
import importlib.util
import os
import re
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from tqdm import tqdm

from paths import ROOT

PARSING = threading.Lock()
"""Held while Python is parsed.

CPython 3.11 counts the depth of syntax trees for all threads together: two at once may fail (SystemError).
"""
RUN_TIME = re.compile(r"run time\D{0,30}(\d+) ?(s|min)", re.IGNORECASE)
"""How a page says how long it runs."""
PROBE = "import sys as _s; print(' '.join(sorted(m for m in _s.modules if m.split('.')[0] == 'irsnb')))"


class NotebookFailure(Exception):
    """A notebook did not run to its end; the message names notebook and cell."""


def sources(root=ROOT):
    """Every notebook source of the book, in reading order of the folders' names."""
    return sorted((root / "notebooks").rglob("*.py"))


def stated_seconds(path):
    """How long a notebook says that it runs; 0 if it does not say, or has no source."""
    source = path.with_suffix(".py")
    found = RUN_TIME.search(source.read_text(encoding="utf-8")) if source.exists() else None
    return int(found[1]) * {"s": 1, "min": 60}[found[2]] if found else 0


def read(source):
    """Read a .py source into a notebook without outputs, its cells numbered so that re-runs diff cleanly."""
    with PARSING:
        notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "jupytext": {"cell_metadata_filter": "mystnb,tags,-all", "notebook_metadata_filter": "-all"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def execute(source, on_cell=lambda: None, timeout=900):
    """Run a source from top to bottom in an empty folder; return the notebook with its outputs.

    Raises :class:`NotebookFailure` naming the notebook and the cell.
    """
    notebook = read(source)
    total = len(notebook.cells)
    probe = nbformat.v4.new_code_cell(PROBE, id="probe")
    notebook.cells.append(probe)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            # Kernels listen on loopback alone; their warning that it is not encrypted is not for our reader.
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
            on_cell_executed=lambda cell, **_: cell is probe or on_cell(),
        )
        try:
            # A notebook keeps what was computed, not how long it took.
            # Another backend than the notebook's own would store no figures.
            others = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
            client.execute(env=others | {"TQDM_DISABLE": "1"})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise NotebookFailure(f"{_label(source)}, {_where(notebook, total, error)}") from None
    notebook.cells.pop()
    modules = probe.outputs[0].text.split() if probe.outputs else []
    notebook.metadata["irsnb"] = {"modules": modules, "digest": digest(modules)}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _where(notebook, total, error):
    for number, cell in enumerate(notebook.cells[:total], 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                marked = re.findall(
                    r"^-+> *\d+ (.*)$", re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback)), re.M
                )
                line = f" (at: {marked[0].strip()})" if marked else ""
                return f"cell {number} of {total}: {output.ename}: {output.evalue}{line}"
    ran = sum(1 for cell in notebook.cells if cell.get("execution_count"))
    return f"after {ran} code cells: {type(error).__name__}: {str(error).strip().splitlines()[0]}"


def digest(modules):
    """Fingerprint of the code in some irsnb modules: comments, docstrings and blank lines do not count."""
    total = hashlib.sha256()
    for name in modules:
        spec = importlib.util.find_spec(name)
        text = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else "gone"
        prose = set()
        with PARSING:
            tree = ast.parse(text)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
                value = body[0].value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    prose.update(range(body[0].lineno, body[0].end_lineno + 1))
        code = [
            line.rstrip()
            for number, line in enumerate(text.splitlines(), 1)
            if number not in prose and line.strip() and not line.lstrip().startswith("#")
        ]
        total.update("\n".join([name, *code]).encode())
    return total.hexdigest()[:16]


def is_stale(path):
    """Whether a notebook's stored outputs come from other irsnb code than today's."""
    recorded = nbformat.read(path, as_version=4).metadata.get("irsnb")
    return recorded is None or digest(recorded["modules"]) != recorded["digest"]


def execute_all(target, root=ROOT, workers=2):
    """Run every notebook, `workers` at a time, into a folder; print progress and a table of run times.

    Those that take long come first, so that all workers end together. Returns the failures, as messages
    that name notebook and cell.
    """
    found = sources(root)
    seconds, failures = {}, []
    progress = tqdm(
        total=sum(cell.cell_type == "code" for source in found for cell in read(source).cells),
        desc="cells",
        unit="cell",
        file=sys.stderr,
        mininterval=1,
    )

    def one(source):
        start = time.perf_counter()
        try:
            notebook = execute(source, progress.update)
        except NotebookFailure as failure:
            failures.append(str(failure))
            tqdm.write(f"FAILED  {failure}", file=sys.stderr)
            return
        path = target / source.relative_to(root).with_suffix(".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        seconds[source] = time.perf_counter() - start
        tqdm.write(f"done    {_label(source, root)} ({seconds[source]:.1f} s)", file=sys.stderr)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, sorted(found, key=stated_seconds, reverse=True)))
    progress.close()
    width = max((len(_label(source, root)) for source in found), default=0)
    print(f"\n{'notebook':<{width}}  run time")
    for source in found:
        spent = f"{seconds[source]:6.1f} s" if source in seconds else "  failed"
        print(f"{_label(source, root):<{width}}  {spent}")
    return failures


def _label(source, root=ROOT):
    return source.relative_to(root).as_posix() if source.is_relative_to(root) else str(source)


def _diverged(source, path):
    """Whether the .ipynb holds newer edits that its .py lacks."""
    if not path.exists():
        return False
    stored = nbformat.read(path, as_version=4)
    same = [(c.cell_type, c.source) for c in stored.cells] == [
        (c.cell_type, c.source) for c in read(source).cells
    ]
    return not same and path.stat().st_mtime > source.stat().st_mtime


def store_all():
    """Run every notebook and store its outputs; return a message about those that failed, or None."""
    diverged = [_label(source) for source in sources() if _diverged(source, source.with_suffix(".ipynb"))]
    if diverged:
        return (
            f"irsnb: edits newer than the .py in {', '.join(diverged)}; .venv/bin/jupytext --sync keeps them"
        )
    scale = os.environ.get("IRSNB_SCALE", "quick")
    failures = execute_all(ROOT if scale == "quick" else ROOT / "_build" / scale)
    return "\n".join(f"irsnb: {failure}" for failure in failures) or None


def main(arguments):
    if len(arguments) != 1:
        return "usage: python tools/notebooks.py NOTEBOOK"
    if arguments[0] == "all":
        return store_all()
    given = Path(arguments[0])
    source = (given if given.is_absolute() else ROOT / given).resolve().with_suffix(".py")
    if source not in sources():
        known = ", ".join(_label(each) for each in sources())
        return f"irsnb: no notebook '{given}'; there are {known}"
    path = source.with_suffix(".ipynb")
    if _diverged(source, path):
        return f"irsnb: {_label(path)} holds edits newer than its .py; .venv/bin/jupytext --sync keeps them"
    start = time.perf_counter()
    codes = sum(cell.cell_type == "code" for cell in read(source).cells)
    with tqdm(total=codes, desc=source.stem, unit="cell", file=sys.stderr, mininterval=1) as progress:
        try:
            notebook = execute(source, progress.update)
        except NotebookFailure as failure:
            progress.close()
            return f"irsnb: {failure}"
    if os.environ.get("IRSNB_SCALE", "quick") != "quick":
        # The stored outputs are those of quick scale; others are kept apart.
        path = ROOT / "_build" / os.environ["IRSNB_SCALE"] / path.relative_to(ROOT)
        path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".ipynb.part")
    nbformat.write(notebook, fresh)
    os.replace(fresh, path)
    print(f"{_label(path)}: outputs stored, {time.perf_counter() - start:.1f} s")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
