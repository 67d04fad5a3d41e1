"""Render the book: stage its sources under _build/source, then let Jupyter Book make _build/html.

With ``--execute`` every notebook is run first and the pages show those outputs; without, they show the
stored ones. Warnings are errors. The staging folder keeps the virtual environment, the tests and the
package out of Jupyter Book's sight, and the fresh outputs out of the working tree.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from notebooks import execute_all, is_stale
from paths import ROOT

BUILD = ROOT / "_build"


def stage(executed=None):
    """Copy what the book is made of into _build/source, taking notebooks from `executed` if given."""
    target = BUILD / "source"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml", "CONTRIBUTING.md"):
        shutil.copy2(ROOT / name, target)
    shutil.copytree(ROOT / "book", target / "book")
    for folder in ("tools", "benchmarks"):
        (target / folder).mkdir()
    shutil.copy2(ROOT / "benchmarks" / "last.json", target / "benchmarks")
    shutil.copy2(ROOT / "tools" / "book_extension.py", target / "tools")
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        place = target / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(executed / path.relative_to(ROOT) if executed else path, place)
    return target


def render(source):
    """Run Jupyter Book on the staged sources, warnings as errors; return an error message or None."""
    for old in ("html", ".doctrees"):
        shutil.rmtree(BUILD / old, ignore_errors=True)
    log = BUILD / "render.log"
    command = [Path(sys.executable).with_name("jupyter-book"), "build", source, "--path-output", ROOT]
    command += ["-W", "-n", "--keep-going"]
    print("rendering _build/html ...", flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.splitlines() if "WARNING" in line or "ERROR" in line]
    return "\n".join([*lines[:40], f"irsnb: the book did not render (all of it in {log.relative_to(ROOT)})"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--execute", action="store_true", help="run every notebook first")
    executed = None
    if parser.parse_args().execute:
        executed = BUILD / "executed"
        shutil.rmtree(executed, ignore_errors=True)
        failures = execute_all(executed)
        if failures:
            return "\n".join(f"irsnb: {failure}" for failure in failures)
    else:
        stale = [p.relative_to(ROOT) for p in sorted((ROOT / "notebooks").rglob("*.ipynb")) if is_stale(p)]
        for path in stale:
            print(f"irsnb: {path} was run with other irsnb code: make run NOTEBOOK={path}, or make book")
    problem = render(stage(executed))
    if problem:
        return problem
    print(f"the book: {Path('_build/html/index.html')}")
    return None


if __name__ == "__main__":
    sys.exit(main())
