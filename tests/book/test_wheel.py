"""A stranger's machine: the wheel, one notebook, an empty folder, and the project absent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from paths import ROOT

UV = Path(sys.executable).with_name("uv")


def call(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Python of a fresh environment that holds the wheel and a kernel, nothing of the project."""
    folder = tmp_path_factory.mktemp("stranger")
    call(
        UV,
        "build",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "-o",
        folder / "dist",
        cwd=ROOT,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    call(UV, "venv", "--python", sys.executable, folder / "env")
    python = folder / "env" / "bin" / "python"
    pins = folder / "pins.txt"
    # the locked versions, without their hashes, so that the fresh environment is the tested one
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line and line[0] != " "))
    call(UV, "pip", "install", "--python", python, "-c", pins, wheel, "ipykernel", "nbclient")
    return python


def test_the_wheel_brings_neither_tensorflow_nor_the_project(stranger):
    code = "import irsnb, importlib.util as u; print(irsnb.__file__); print(u.find_spec('tensorflow'))"
    where, heavy = call(stranger, "-c", code, cwd=stranger.parent).stdout.splitlines()
    assert str(ROOT) not in where and heavy == "None"


@pytest.mark.parametrize("name", ["elliptic/one_pair", "indoor/room", "hybrid/street"])
def test_one_notebook_alone_runs_on_the_wheel(stranger, tmp_path, name):
    shutil.copy2(ROOT / "notebooks" / f"{name}.ipynb", tmp_path / "alone.ipynb")
    code = (
        "import nbformat, nbclient\n"
        "nb = nbformat.read('alone.ipynb', 4)\n"
        "nbclient.NotebookClient(nb, kernel_name='python3', coalesce_streams=True).execute()\n"
        "nbformat.write(nb, 'done.ipynb')\n"
    )
    plain = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL", "JUPYTER", "PYTEST"))
    }
    call(stranger, "-c", code, cwd=tmp_path, env=plain | {"PATH": f"{stranger.parent}:{plain['PATH']}"})
    fresh = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    stored = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    for ours, theirs in zip(stored.cells, fresh.cells, strict=True):
        texts = [
            [
                o.get("text", o.get("data", {}).get("text/plain"))
                for o in cell.get("outputs", [])
                if o.get("name") != "stderr"
            ]
            for cell in (ours, theirs)
        ]
        assert texts[0] == texts[1]
