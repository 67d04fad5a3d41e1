"""The house's doors: imports run one way, and nothing heavy comes along."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "irsnb"
GROUND = ("checks", "noise", "fitting", "geometry", "arrays", "bounds", "training")
ABOVE = ("ledger", "figures")
SYSTEMS = ("elliptic", "indoor", "hybrid")
FLOORS = (
    "scene",
    "kernels",
    "annealing",
    "inputs",
    "scenario",
    "model",
    "users",
    "deepmimo",
    "waveform",
    "music",
    "estimators",
    "swarms",
    "refinement",
    "networks",
    "examples",
    "refinenet",
    "cropnet",
    "elementnet",
    "fingerprints",
    "bounds",
    "placement",
    "security",
)


def imports(path):
    """irsnb modules that a file imports, as dotted names without the leading irsnb."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("irsnb"):
            names.add(node.module.removeprefix("irsnb").lstrip("."))
        if isinstance(node, ast.Import):
            names.update(a.name.removeprefix("irsnb.") for a in node.names if a.name.startswith("irsnb"))
    return {name for name in names if name}


def floor_of(dotted):
    """Rank of a module: what has a rank may import only what stands strictly lower."""
    head, _, tail = dotted.partition(".")
    if head in GROUND:
        return (0, GROUND.index(head))
    if head in SYSTEMS:
        return (1, FLOORS.index(tail)) if tail in FLOORS else (1, len(FLOORS))
    return (2, ABOVE.index(head) if head in ABOVE else 0)


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_imports_go_down(path):
    dotted = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    if dotted == "__init__":
        return
    for other in imports(path):
        assert floor_of(other) < floor_of(dotted), f"{dotted} imports {other}"
        here, there = dotted.partition(".")[0], other.partition(".")[0]
        assert not (here in SYSTEMS and there in SYSTEMS and here != there), f"{dotted} imports {other}"


@pytest.mark.parametrize(
    "module",
    [
        "irsnb",
        "irsnb.elliptic",
        "irsnb.indoor",
        "irsnb.hybrid",
        "irsnb.training",
        "irsnb.ledger",
        "irsnb.figures",
        "irsnb.arrays",
    ],
)
def test_nothing_heavy_comes_along(module):
    heavy = {"tensorflow", "keras", "sklearn", "deepmimo", "torch", "numba"}
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
