"""Imports run one way, and importing the package loads nothing heavy."""

import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import irsnb
from paths import ROOT

HEAVY = {
    "dask",
    "deepmimo",
    "distributed",
    "joblib",
    "keras",
    "matplotlib",
    "numba",
    "pandas",
    "pymoo",
    "sklearn",
    "tensorflow",
    "torch",
    "xarray",
}


def lint(folder):
    """Check a folder's package against its contracts; return the broken ones, and everything said."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert re.search(r"Contracts: \d+ kept", said), said
    return re.findall(r"^(.+) BROKEN$", said, flags=re.M), said


def test_imports_run_one_way():
    broken, said = lint(ROOT)
    assert not broken, said


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("geometry", "from irsnb import arrays", "Ground floor"),
        ("indoor/scene", "from irsnb.elliptic import locate", "Ground floor"),
        ("elliptic/bounds", "import irsnb.report.ledger", "Ground floor"),
        ("hybrid/model", "from irsnb.hybrid import music", "Part III"),
        ("indoor/networks", "import keras", "Only irsnb.training loads Keras"),
        ("elliptic/scene", "import matplotlib.pyplot as plt", "Only irsnb.report draws"),
        ("new", "import numpy", "Ground floor"),
    ],
)
def test_the_contracts_can_break(tmp_path, module, line, contract):
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "irsnb", tmp_path / "irsnb", ignore=shutil.ignore_patterns("data", "__pycache__"))
    with (tmp_path / "irsnb" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    broken, said = lint(tmp_path)
    assert any(name.startswith(contract) for name in broken), said


def test_nothing_heavy_comes_along():
    names = sorted(m.name for m in pkgutil.iter_modules(irsnb.__path__, "irsnb."))
    # compiled loops load numba: whoever calls them imports them on first use
    names = [name for name in names if name != "irsnb.compiled" and not name.endswith("kernels")]
    assert {"irsnb.elliptic", "irsnb.indoor", "irsnb.hybrid", "irsnb.report"} <= set(names)
    # the report last: it draws, and is allowed matplotlib
    order = ["irsnb", *sorted(names, key=lambda name: name == "irsnb.report"), "irsnb.report.ledger"]
    code = (
        "import importlib, sys\n"
        f"for name in {order}:\n"
        "    importlib.import_module(name)\n"
        f"    print(name, *sorted({HEAVY} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == order
