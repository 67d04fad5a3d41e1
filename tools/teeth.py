"""A test of the tests: small bugs planted in irsnb by rule must turn the unit tests red.

``python tools/teeth.py`` draws operator mutants by a seed, runs the unit tests (no notebooks) on each, two at
a time, and lists those that survive. It fails when fewer than nine of ten turn the tests red, or when a
survivor is not explained in ``tests/harmless.toml``. Mutants are the classical ones (DeMillo, Lipton and
Sayward 1978): one operator, constant, sign or function exchanged at one place.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "irsnb"
HARMLESS = ROOT / "tests" / "harmless.toml"
WINGS = ("elliptic", "indoor", "hybrid", "report")
NEEDED = 0.9
"""Share of mutants that must turn the tests red."""
PATIENCE = 600
"""Seconds after which tests that still run count as red: the mutant made a loop endless."""

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
COMPARISONS = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
WAVES = {"sin": "cos", "cos": "sin", "arcsin": "arccos", "arccos": "arcsin"}
EXTREMES = {"min": "max", "argmin": "argmax", "minimum": "maximum", "floor": "ceil"}
EXTREMES |= {other: name for name, other in EXTREMES.items()}
KINDS = ("arithmetic", "comparison", "constant", "sign", "sin and cos", "min and max")


@dataclass(frozen=True)
class Mutant:
    """One bug: in which file, at which node of its syntax tree, of which kind."""

    file: str
    node: int
    kind: str
    line: int
    before: str
    after: str

    @property
    def name(self):
        """How the list of harmless mutants names it: it survives edits elsewhere in the file."""
        return f"{self.file}: {self.before} -> {self.after}"


def mutated(node, kind):
    """A copy of a syntax node with a bug of the given kind, or None where it has no place for one."""
    changed = copy.deepcopy(node)
    if kind == "arithmetic" and isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        changed.op = OPERATORS[type(node.op)]()
    elif kind == "comparison" and isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        changed.ops[0] = COMPARISONS[type(node.ops[0])]()
    elif kind == "constant" and isinstance(node, ast.Constant) and type(node.value) in (int, float):
        changed.value = node.value + 1 if isinstance(node.value, int) else 1.5 * node.value + 1e-3
    elif kind == "sign" and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        changed = changed.operand
    elif kind == "sin and cos" and isinstance(node, ast.Attribute) and node.attr in WAVES:
        changed.attr = WAVES[node.attr]
    elif kind == "min and max" and isinstance(node, ast.Attribute) and node.attr in EXTREMES:
        changed.attr = EXTREMES[node.attr]
    elif kind == "min and max" and isinstance(node, ast.Name) and node.id in EXTREMES:
        changed.id = EXTREMES[node.id]
    else:
        return None
    return changed


def places(tree):
    """Nodes of a module where a bug would change what it computes, by number, with the statement around.

    Annotations, messages of exceptions and documentation do not count.
    """
    prose = set()
    for node in ast.walk(tree):
        hidden = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, (ast.Raise, ast.JoinedStr)):
            hidden.append(node)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
            hidden += node.args[3:]
        for part in filter(None, hidden):
            prose.update(map(id, ast.walk(part)))
    return [(number, node) for number, node in enumerate(ast.walk(tree)) if id(node) not in prose]


def draw_mutants(count, seed):
    """Draw mutants by seed, as many of each kind as of any other, spread over all places of the package."""
    found = {kind: [] for kind in KINDS}
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        for number, node in places(ast.parse(path.read_text(encoding="utf-8"))):
            for kind in KINDS:
                changed = mutated(node, kind)
                if changed is not None:
                    texts = (ast.unparse(node), ast.unparse(changed))
                    found[kind].append(Mutant(file, number, kind, node.lineno, *texts))
    rng = random.Random(seed)
    share = -(-count // len(KINDS))
    drawn = [mutant for kind in KINDS for mutant in rng.sample(found[kind], min(share, len(found[kind])))]
    return drawn[:count]


def plant(mutant, folder):
    """Write a copy of the package that has the bug."""
    shutil.copytree(PACKAGE, folder / "irsnb", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "irsnb" / mutant.file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    target = list(ast.walk(tree))[mutant.node]
    changed = mutated(target, mutant.kind)

    class Plant(ast.NodeTransformer):
        def visit(self, node):
            return changed if node is target else self.generic_visit(node)

    path.write_text(ast.unparse(ast.fix_missing_locations(Plant().visit(tree))) + "\n", encoding="utf-8")


def tests_for(file):
    """Unit tests in the order in which they are likely to see a bug in a file of the package."""
    tests = ROOT / "tests"
    wing = file.partition("/")[0]
    ground = [path.name for path in sorted(tests.glob("test_*.py"))]
    folders = [name for name in WINGS if (tests / name).is_dir()]
    if wing in folders:
        stem = Path(file).stem
        near = sorted((tests / wing).glob("test_*.py"), key=lambda path: stem not in path.stem)
        chosen = [f"{wing}/{path.name}" for path in near]
    else:
        stem = Path(file).stem
        chosen = sorted(ground, key=lambda name: stem not in name) + folders
    return [str(tests / name) for name in chosen] + [str(tests / "public")]


def is_red(mutant):
    """Whether the unit tests turn red on a mutant; and after how many seconds."""
    start = time.perf_counter()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header"]
    with tempfile.TemporaryDirectory() as folder:
        plant(mutant, Path(folder))
        environment |= {
            "PYTHONPATH": folder,
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_CACHE_DIR": f"{folder}/numba",
        }
        try:
            done = subprocess.run(
                [*command, *filter(os.path.exists, tests_for(mutant.file))],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            red = done.returncode != 0
        except subprocess.TimeoutExpired:
            red = True
    return red, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    given = parser.parse_args()
    mutants = draw_mutants(given.count, given.seed)
    with ThreadPoolExecutor(given.jobs) as pool:
        found = list(tqdm(pool.map(is_red, mutants), total=len(mutants), desc="mutants", file=sys.stderr))
    explained = tomllib.loads(HARMLESS.read_text(encoding="utf-8")) if HARMLESS.exists() else {}
    survivors = [mutant for mutant, (red, _) in zip(mutants, found, strict=True) if not red]
    for mutant in survivors:
        why = explained.get(mutant.name, "unexplained")
        print(
            f"survives  {mutant.file}:{mutant.line} ({mutant.kind}) {mutant.before} -> {mutant.after}: {why}"
        )
    red = len(mutants) - len(survivors)
    slowest = max(seconds for _, seconds in found)
    print(f"{red} of {len(mutants)} mutants turn the unit tests red; the slowest took {slowest:.0f} s")
    if red < NEEDED * len(mutants):
        return f"irsnb: {red} of {len(mutants)} are too few; {NEEDED:.0%} are needed"
    if any(mutant.name not in explained for mutant in survivors):
        return f"irsnb: a mutant survives that {HARMLESS.relative_to(ROOT)} does not explain"
    return None


if __name__ == "__main__":
    sys.exit(main())
