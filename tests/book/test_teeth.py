"""A test of the tests: a bug planted in irsnb must turn the notebooks red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ELLIPTIC = "notebooks/elliptic"

BUGS = {
    "no bug": (None, None, None, f"{ELLIPTIC}/one_pair.ipynb"),
    "sign in the polar form": (
        "elliptic/estimators.py",
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
        "elliptic/estimators.py",
        "eccentricities.argmin(-1)",
        "eccentricities.argmax(-1)",
        f"{ELLIPTIC}/many_pairs.ipynb",
    ),
    "sign in the bound": (
        "elliptic/bounds.py",
        "[..., None, :] + offsets / lengths",
        "[..., None, :] - offsets / lengths",
        f"{ELLIPTIC}/one_pair.ipynb",
    ),
    "sign in the fusion": (
        "fitting.py",
        "step = -np.linalg.solve(",
        "step = np.linalg.solve(",
        f"{ELLIPTIC}/fusion.ipynb",
    ),
    "sign of the delay": (
        "elliptic/waveform.py",
        "length = length - np.clip(",
        "length = length + np.clip(",
        f"{ELLIPTIC}/waveform.ipynb",
    ),
    "exponent of the cell": (
        "indoor/model.py",
        "(room.cell_exponent / 2) / np.sqrt",
        "room.cell_exponent / np.sqrt",
        "notebooks/indoor/room.ipynb",
    ),
    "gain taken as known": (
        "indoor/costs.py",
        "across = gradient - signal[..., None] * inner[:, None, :]",
        "across = gradient",
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
        "hybrid/placement.py",
        "return error - SIDELOBE_WEIGHT",
        "return error + SIDELOBE_WEIGHT",
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
        "elliptic/estimators.py",
        "np.where(answers, -gain",
        "np.where(answers, gain",
        f"{ELLIPTIC}/where_weighting_helps.ipynb",
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_turns_the_notebook_red(name, tmp_path):
    file, right, wrong, notebook = BUGS[name]
    # What was compiled comes along: it is used where the source is as old, and made anew where the bug is.
    shutil.copytree(ROOT / "irsnb", tmp_path / "irsnb")
    if file:
        text = (tmp_path / "irsnb" / file).read_text(encoding="utf-8")
        assert text.count(right) == 1, f"the place for the bug has moved: {right}"
        (tmp_path / "irsnb" / file).write_text(text.replace(right, wrong), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.nbval_rules",
        "--nbval",
    ]
    command += ["--nbval-current-env", "--nbval-sanitize-with", "tests/nbval.cfg", notebook]
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == (1 if file else 0), done.stdout[-3000:]
