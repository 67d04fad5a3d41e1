"""A stranger's machine: the wheel, one notebook, an empty folder, and the project absent."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nbformat
import pytest

from paths import ROOT
from tests.compare import line_up

UV = Path(sys.executable).with_name("uv")


OURS = ("PYTHON", "VIRTUAL", "JUPYTER", "PYTEST")
"""How variables begin by which this environment would reach into the fresh one."""


def call(*command, **options):
    """Run a command without the variables of this environment, the fresh one's commands found first."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    plain["PATH"] = f"{Path(command[0]).parent}:{plain['PATH']}"
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, env=plain, **options)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The source archive, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    call(UV, "build", "--no-build-isolation", "--python", sys.executable, "-o", folder, cwd=ROOT)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


@pytest.fixture(scope="module")
def stranger(archives, tmp_path_factory):
    """Python of a fresh environment that holds the wheel and a kernel, nothing of the project."""
    folder = tmp_path_factory.mktemp("stranger")
    call(UV, "venv", "--python", sys.executable, folder / "env")
    python = folder / "env" / "bin" / "python"
    pins = folder / "pins.txt"
    # the locked versions, without their hashes, so that the fresh environment is the tested one
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line and line[0] != " "))
    call(UV, "pip", "install", "--python", python, "-c", pins, archives[0], "ipykernel", "nbclient")
    return python


def test_both_archives_hold_the_package_whole(archives):
    wheel, source = archives
    with tarfile.open(source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "irsnb"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    assert "irsnb/py.typed" in files, "type checkers read the hints of a package that has this file"
    assert any(name.startswith("irsnb/claims/") for name in files)
    assert files <= packed and {"README.md", "LICENSE", "pyproject.toml"} <= packed
    assert files == {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("irsnb/")}


def test_the_wheel_brings_neither_tensorflow_nor_the_project(stranger):
    code = (
        "import importlib.util as u, irsnb; print(irsnb.__file__);"
        " print(*[u.find_spec(name) for name in ('tensorflow', 'pytest')])"
    )
    where, heavy = call(stranger, "-c", code, cwd=stranger.parent).stdout.splitlines()
    assert str(ROOT) not in where and heavy == "None None"


def texts(notebook):
    """What the cells of a notebook print and return, progress left out."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [
        output.text if "text" in output else output.get("data", {}).get("text/plain", "")
        for output in outputs
        if output.get("name") != "stderr"
    ]


def test_one_notebook_alone_runs_on_the_wheel(stranger, tmp_path):
    name = "hybrid/street"  # it reads a street and claims that travel with the package
    shutil.copy2(ROOT / "notebooks" / f"{name}.ipynb", tmp_path / "alone.ipynb")
    code = (
        "import nbformat, nbclient\n"
        "nb = nbformat.read('alone.ipynb', 4)\n"
        "nbclient.NotebookClient(nb, kernel_name='python3', coalesce_streams=True).execute()\n"
        "nbformat.write(nb, 'done.ipynb')\n"
    )
    call(stranger, "-c", code, cwd=tmp_path)
    fresh = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    stored = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for ours, theirs in zip(texts(stored), texts(fresh), strict=True):
        assert line_up(theirs, ours) == ours
