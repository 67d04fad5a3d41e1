"""A test of the tests: a bug planted in irsnb must turn the notebooks red (``make teeth``)."""

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest

import teeth
from paths import ROOT

ELLIPTIC = "notebooks/elliptic"

BUGS = {
    "no bug": (None, None, None, f"{ELLIPTIC}/one_pair.ipynb"),
    "sign in the polar form": (
        "elliptic/pair.py",
        "(semi_major - semi_focal * ray[..., 0])",
        "(semi_major + semi_focal * ray[..., 0])",
        f"{ELLIPTIC}/one_pair.ipynb",
    ),
    "sign of the azimuth": (
        "geometry.py",
        "np.arctan2(vector[..., 1], vector[..., 0])",
        "np.arctan2(-vector[..., 1], vector[..., 0])",
        "notebooks/foundations/frames_and_surfaces.ipynb",
    ),
    "smallest for largest": (
        "elliptic/weights.py",
        "eccentricities.argmin(-1)",
        "eccentricities.argmax(-1)",
        f"{ELLIPTIC}/many_pairs.ipynb",
    ),
    "sign in the bound": (
        "elliptic/bounds.py",
        "units[..., :1, :] + units[..., 1:, :]",
        "units[..., :1, :] - units[..., 1:, :]",
        f"{ELLIPTIC}/one_pair.ipynb",
    ),
    "sign in the fusion": (
        "fitting_kernels.py",
        "value = -normal[p, unknowns] / _scale(normal, p)",
        "value = normal[p, unknowns] / _scale(normal, p)",
        f"{ELLIPTIC}/fusion.ipynb",
    ),
    "sign of the delay": (
        "elliptic/scan.py",
        "length[active] -= turned",
        "length[active] += turned",
        f"{ELLIPTIC}/waveform.ipynb",
    ),
    "exponent of the cell": (
        "indoor/kernels.py",
        "** (0.5 * exponent)",
        "**exponent",
        "notebooks/indoor/room.ipynb",
    ),
    "gain taken as known": (
        "indoor/kernels.py",
        "across = -gain * (values[i, 1 + axis, t] - signal * inner[axis])",
        "across = -gain * values[i, 1 + axis, t]",
        "notebooks/indoor/room.ipynb",
    ),
    "one direction for two": (
        "indoor/networks.py",
        'directions = 2 if name == "bilstm" else 1',
        "directions = 1",
        "notebooks/indoor/networks.ipynb",
    ),
    "weakest span for strongest": (
        "indoor/fingerprints.py",
        "energy.argmax(axis=-1)[:, None]",
        "energy.argmin(axis=-1)[:, None]",
        "notebooks/indoor/what_the_network_reads.ipynb",
    ),
    "amplitude for power": (
        "hybrid/deepmimo.py",
        '10 ** (raw["power"] / 20)',
        '10 ** (raw["power"] / 10)',
        "notebooks/hybrid/street.ipynb",
    ),
    "signal for noise": (
        "hybrid/kernels.py",
        "total -= projector[order[k]]",
        "total += projector[order[k]]",
        "notebooks/hybrid/decoupled_music.ipynb",
    ),
    "curvature left out of the bound": (
        "hybrid/model.py",
        "out[..., 2, 2] = -1 / users[..., 2] ** 2",
        "out[..., 2, 2] = -1 / users[..., 2]",
        "notebooks/hybrid/what_the_surface_can_know.ipynb",
    ),
    "sidelobes sought": (
        "hybrid/annealing.py",
        "return error - weight * np.log(",
        "return error + weight * np.log(",
        "notebooks/hybrid/which_elements.ipynb",
    ),
    "rows for columns": (
        "hybrid/refinement.py",
        "np.linalg.eigvals(by_axis[1] + 1j * by_axis[0])",
        "np.linalg.eigvals(by_axis[0] + 1j * by_axis[1])",
        "notebooks/hybrid/refinement.ipynb",
    ),
    "maps flattened along one side": (
        "hybrid/refinenet.py",
        "else left**2)",
        "else left)",
        "notebooks/hybrid/refinenet.ipynb",
    ),
    "elevation for azimuth": (
        "hybrid/examples.py",
        "coarse = np.stack([grid[columns], grid[rows]], axis=-1)",
        "coarse = np.stack([grid[rows], grid[columns]], axis=-1)",
        "notebooks/hybrid/network_that_helps.ipynb",
    ),
    "a freedom too many": (
        "hybrid/security.py",
        "float(chi2.isf(self.false_alarm, self._freedom))",
        "float(chi2.isf(self.false_alarm, self._freedom + 1))",
        "notebooks/hybrid/secure_users.ipynb",
    ),
    "sign in the best weights": (
        "elliptic/weights.py",
        "weights = (ones - (scaled",
        "weights = (ones + (scaled",
        f"{ELLIPTIC}/best_weights.ipynb",
    ),
    "noise of twice the power": (
        "noise.py",
        "* np.sqrt(0.5)",
        "* 1.0",
        f"{ELLIPTIC}/waveform.ipynb",
    ),
    "half of the draws for all": (
        "report/ledger/rules.py",
        "good = low > 0.95 if drawn",
        "good = low > 0.5 if drawn",
        f"{ELLIPTIC}/one_pair.ipynb",
    ),
    "least likely start": (
        "indoor/dictionary.py",
        "np.argsort(-likeness.max(axis=-1)",
        "np.argsort(likeness.max(axis=-1)",
        "notebooks/indoor/at_the_bound.ipynb",
    ),
    "users close together": (
        "hybrid/users.py",
        "away.min(axis=1).argmax()",
        "away.min(axis=1).argmin()",
        "notebooks/hybrid/street.ipynb",
    ),
}


def bugged(name):
    """Text of the file with the bug."""
    file, right, wrong, _ = BUGS[name]
    text = (ROOT / "irsnb" / file).read_text(encoding="utf-8")
    assert text.count(right) == 1, f"the place for the bug has moved: {right}"
    return text.replace(right, wrong)


@pytest.mark.parametrize("name", [name for name, (file, *_) in BUGS.items() if file])
def test_the_place_for_a_bug_is_there(name):
    ast.parse(bugged(name))
    assert (ROOT / BUGS[name][-1]).is_file()


@pytest.mark.teeth
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_turns_the_notebook_red(name, tmp_path):
    file, *_, notebook = BUGS[name]
    # What was compiled comes along, unless the bug is in compiled code: loops of other files may contain it.
    compiled = "*.nb[ic]" if file and "compiled" in bugged(name) else ""
    shutil.copytree(ROOT / "irsnb", tmp_path / "irsnb", ignore=shutil.ignore_patterns(compiled))
    if file:
        (tmp_path / "irsnb" / file).write_text(bugged(name), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-p", "tests.nbval_rules", notebook]
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == (1 if file else 0), done.stdout[-3000:]


SAMPLE = '''
def turned(x: float = -1.5) -> float:
    """Turned by 2 at most."""
    if x > 3:
        raise ValueError(f"x: got {x + 1}; it must be at most {3 + 4}")
    require(x != 0, "x", x, "it must not be 0" + 5 * "!")
    return np.sin(max(x, 2 * x))
'''


def test_mutants_change_what_is_computed_and_no_message():
    found = {
        (kind, ast.unparse(node), ast.unparse(changed))
        for _, function, node in teeth.places(ast.parse(SAMPLE))
        for kind in teeth.KINDS
        if (changed := teeth.mutated(node, kind)) is not None
    }
    assert found == {
        ("sign", "-1.5", "1.5"),
        ("constant", "1.5", "2.251"),
        ("comparison", "x > 3", "x < 3"),
        ("constant", "3", "4"),
        ("comparison", "x != 0", "x == 0"),
        ("constant", "0", "1"),
        ("sin and cos", "np.sin", "np.cos"),
        ("min and max", "max", "min"),
        ("arithmetic", "2 * x", "2 / x"),
        ("constant", "2", "3"),
    }


def test_the_draw_is_even_and_each_mutant_can_be_planted(tmp_path):
    drawn = teeth.draw_mutants(60, 0)
    assert Counter(mutant.kind for mutant in drawn) == dict.fromkeys(teeth.KINDS, 10)
    assert drawn == teeth.draw_mutants(60, 0) and drawn != teeth.draw_mutants(60, 1)
    for mutant in drawn:
        copy = tmp_path / mutant.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / "irsnb" / mutant.file).read_text(encoding="utf-8")
        copy.write_text(text, encoding="utf-8")
        teeth.plant(mutant, tmp_path)
        before, after = (ast.unparse(ast.parse(t)).splitlines() for t in (text, copy.read_text("utf-8")))
        assert len(before) == len(after)
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1, mutant.name


def test_harmless_mutants_are_still_there():
    there = {mutant.name for mutant in teeth.all_mutants()}
    explained = teeth.explanations()
    assert explained.keys() <= there, f"no such mutant any more: {explained.keys() - there}"
    assert all(len(why) > 20 for why in explained.values())
