"""A test of the tests: small bugs planted in irsnb by rule must turn the unit tests red.

``python tools/teeth.py`` draws operator mutants by a seed, runs the unit tests (with doctests, without
notebooks) on each, two at a time, and lists those that survive. It fails when fewer than nine of ten turn the
tests red, or when a survivor is not explained in ``tests/harmless.toml``. Mutants are the classical ones
(DeMillo, Lipton and Sayward 1978): one operator, constant, sign or function exchanged at one place.
"""

import argparse
import ast
import copy
import hashlib
import multiprocessing
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tqdm import tqdm

from paths import ROOT

PACKAGE = ROOT / "irsnb"
TESTS = ROOT / "tests"
HARMLESS = TESTS / "harmless.toml"
WINGS = ("elliptic", "indoor", "hybrid", "report")
NEEDED = 0.9
"""Share of mutants that must turn the tests red."""
PATIENCE = 300
"""Seconds after which tests that still run count as red: the mutant made a loop endless."""
MEMORY = 12 * 2**30
"""Bytes of address space for the tests of a mutant: without a guard, some ask for all there are."""
OPTIONS = ["-q", "-x", "-p", "no:cacheprovider", "--no-header", "-c", str(ROOT / "pyproject.toml")]
PROCESSES = multiprocessing.get_context("forkserver")
"""What all tests import is imported once."""
PROCESSES.set_forkserver_preload(["matplotlib.pyplot", "numba", "pytest", "scipy.stats", "xarray"])

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
EXTREMES = {"min": "max", "argmin": "argmax", "minimum": "maximum"}
EXTREMES |= {other: name for name, other in EXTREMES.items()}
KINDS = ("arithmetic", "comparison", "constant", "sign", "sin and cos", "min and max")


@dataclass(frozen=True)
class Mutant:
    """One bug: in which file, at which node of its syntax tree, of which kind.

    `name` is how the list of harmless mutants calls it; it survives edits elsewhere in the package.
    """

    file: str
    node: int
    kind: str
    line: int
    function: str
    name: str


def mutated(node, kind):
    """A copy of a syntax node with a bug of the given kind, or None where it has no place for one."""
    if kind == "arithmetic" and isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        changes = {"op": OPERATORS[type(node.op)]()}
    elif kind == "comparison" and isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        changes = {"ops": [COMPARISONS[type(node.ops[0])](), *node.ops[1:]]}
    elif kind == "constant" and isinstance(node, ast.Constant) and type(node.value) in (int, float):
        changes = {"value": node.value + 1 if isinstance(node.value, int) else 1.5 * node.value + 1e-3}
    elif kind == "sign" and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    elif kind == "sin and cos" and isinstance(node, ast.Attribute) and node.attr in WAVES:
        changes = {"attr": WAVES[node.attr]}
    elif kind == "min and max" and isinstance(node, ast.Attribute) and node.attr in EXTREMES:
        changes = {"attr": EXTREMES[node.attr]}
    elif kind == "min and max" and isinstance(node, ast.Name) and node.id in EXTREMES:
        changes = {"id": EXTREMES[node.id]}
    else:
        return None
    changed = copy.copy(node)
    vars(changed).update(changes)
    return changed


def places(tree):
    """Nodes of a module where a bug would change what it computes: number in ``ast.walk``, function, node.

    Annotations, messages of exceptions and documentation do not count.
    """
    prose, functions = set(), {}
    for node in ast.walk(tree):
        hidden = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, (ast.Raise, ast.JoinedStr)):
            hidden.append(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("require"):
            hidden += node.args[3:]
        for part in filter(None, hidden):
            prose.update(map(id, ast.walk(part)))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            outer = functions.get(id(node), "")
            functions |= {id(inner): f"{outer}.{node.name}".lstrip(".") for inner in ast.walk(node)}
    return [
        (number, functions.get(id(node), ""), node)
        for number, node in enumerate(ast.walk(tree))
        if id(node) not in prose
    ]


@cache
def all_mutants():
    """Every mutant that the rules allow."""
    found, seen = [], Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        text = path.read_text(encoding="utf-8")
        for number, function, node in places(ast.parse(text)):
            for kind in KINDS:
                changed = mutated(node, kind)
                if changed is not None:
                    line = text.splitlines()[node.lineno - 1].strip()
                    name = f"{file} {function}: {ast.unparse(node)} -> {ast.unparse(changed)} in: {line}"
                    seen[name] += 1
                    again = f" (no. {seen[name]})" if seen[name] > 1 else ""
                    found.append(Mutant(file, number, kind, node.lineno, function, name + again))
    return found


def draw_mutants(count, seed):
    """Draw mutants by seed, as many of each kind as of any other.

    Each has a rank of its own, made of its name and the seed: an edit of the package changes the draw only
    where it adds or removes a mutant.
    """

    def rank(mutant):
        return hashlib.sha256(f"{seed} {mutant.name}".encode()).digest()

    found = sorted(all_mutants(), key=rank)
    share = -(-count // len(KINDS))
    return [mutant for kind in KINDS for mutant in [m for m in found if m.kind == kind][:share]][:count]


def explanations():
    """Why a mutant is harmless, by its name."""
    listed = tomllib.loads(HARMLESS.read_text(encoding="utf-8"))["harmless"]
    return {entry["mutant"]: entry["why"] for entry in listed}


def plant(mutant, package):
    """Put the bug into a copy of the package.

    Compiled loops come along with the copy. They are used where the source is as old as it was, so what
    stands in the changed file is compiled anew, and nothing is taken from a cache where that file has loops,
    because others may contain them.
    """
    path = package / mutant.file
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    target = list(ast.walk(tree))[mutant.node]
    changed = mutated(target, mutant.kind)

    class Plant(ast.NodeTransformer):
        def visit(self, node):
            return changed if node is target else self.generic_visit(node)

    path.write_text(ast.unparse(ast.fix_missing_locations(Plant().visit(tree))) + "\n", encoding="utf-8")
    if "compiled" in text:
        for cached in package.rglob("*.nb[ic]"):
            cached.unlink()


def tests_for(mutant):
    """Unit tests in the order in which they are likely to see a mutant.

    The wing's own come first, and of these the ones that name the function or else most names of the module;
    then the walk over all public functions. For the ground floor the wings' tests follow.
    """
    text = (PACKAGE / mutant.file).read_text(encoding="utf-8")
    names = set(re.findall(r"^ *(?:def|class) (\w+)", text, re.MULTILINE)) | {Path(mutant.file).stem}
    function = set(mutant.function.split("."))

    def used(path):
        words = set(re.findall(r"\w+", path.stem + " " + path.read_text(encoding="utf-8")))
        return bool(function & words), len(names & words)

    def ordered(folder):
        return sorted(sorted(folder.glob("test_*.py")), key=used, reverse=True)

    wing = mutant.file.partition("/")[0]
    if wing in WINGS:
        return ordered(TESTS / wing) + ordered(TESTS / "public")
    return ordered(TESTS) + ordered(TESTS / "public") + [TESTS / wing for wing in WINGS]


def environment(package):
    """Variables under which Python finds the copy of the package."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "NUMBA"))}
    return ours | {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}


def run_tests(package, tests, log):
    """Run tests on a copy of the package, file after file, in a process of its own until one is red.

    The process ends at once, without waiting for workers that a red test has left behind.
    """
    os.setsid()
    with open(log, "w", encoding="utf-8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update(environment(package))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(package.parent)
    sys.path.insert(0, str(package.parent))
    red = (
        code
        for code in (pytest.main([*OPTIONS, str(path)]) for path in tests)
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    )
    code = next(red, pytest.ExitCode.OK)
    sys.stdout.flush()
    os._exit(code)


def is_red(mutant, sound):
    """Whether the unit tests turn red on a mutant of a sound copy; after how many seconds, and where."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        package, log = Path(folder) / "irsnb", Path(folder) / "log"
        shutil.copytree(sound, package)
        plant(mutant, package)
        tests = [package / mutant.file, *tests_for(mutant)]
        process = PROCESSES.Process(target=run_tests, args=(package, tests, log))
        process.start()
        process.join(PATIENCE)
        process.kill()
        process.join()
        with suppress(ProcessLookupError):  # workers that are left
            os.killpg(process.pid, signal.SIGKILL)
        text = log.read_text(encoding="utf-8", errors="replace")
    if process.exitcode in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        raise RuntimeError(text)
    first = re.search(r"^(?:FAILED|ERROR) (\S+)", text, re.MULTILINE)
    return process.exitcode != 0, time.perf_counter() - start, first[1] if first else "in no test"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--verbose", action="store_true", help="say of each which test turned red, and when")
    given = parser.parse_args()
    mutants = draw_mutants(given.count, given.seed)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.jobs) as pool:
        sound = Path(folder) / "irsnb"
        shutil.copytree(PACKAGE, sound)
        # This leaves every loop compiled in the copy, too.
        everything = [sound, *sorted(TESTS.glob("test_*.py")), *(TESTS / name for name in (*WINGS, "public"))]
        command = [sys.executable, "-m", "pytest", *OPTIONS, "-n", str(given.jobs), "--dist", "loadfile"]
        where = {"cwd": folder, "env": environment(sound)}
        done = subprocess.run([*command, *everything], capture_output=True, text=True, **where)
        if done.returncode:
            return f"irsnb: the unit tests are red without a bug:\n{done.stdout[-3000:]}"
        work = pool.map(lambda mutant: is_red(mutant, sound), mutants)
        found = list(tqdm(work, total=len(mutants), desc="mutants", file=sys.stderr))
    explained = explanations()
    survivors = []
    for mutant, (red, seconds, where) in zip(mutants, found, strict=True):
        if given.verbose:
            print(f"{'red' if red else 'survives'} after {seconds:.0f} s: {mutant.name}: {where}")
        if not red:
            survivors.append(mutant)
            print(f"survives  irsnb/{mutant.file}:{mutant.line} ({mutant.kind})")
            print(f"    {mutant.name}\n    {explained.get(mutant.name, 'not explained')}")
    red = len(mutants) - len(survivors)
    slowest = max(seconds for _, seconds, _ in found)
    print(f"{red} of {len(mutants)} mutants turn the unit tests red; the slowest took {slowest:.0f} s")
    if red < NEEDED * len(mutants):
        return f"irsnb: {red} of {len(mutants)} are too few; {NEEDED:.0%} are needed"
    if any(mutant.name not in explained for mutant in survivors):
        return f"irsnb: a mutant survives that {HARMLESS.relative_to(ROOT)} does not explain"
    return None


if __name__ == "__main__":
    sys.exit(main())
