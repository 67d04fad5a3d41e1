"""Settings under which the notebooks run: each takes away what it says, and one that does not is refused."""

import json
import subprocess
import sys

import pytest

import processors as tool
from paths import ROOT

AVX = ["SSE42", "FMA3", "AVX2", "AVX512F", "AVX512_SKX"]


@pytest.fixture(autouse=True)
def as_the_processor_is(monkeypatch):
    """These tests may themselves run under a setting."""
    for _, variables in tool.SETTINGS.values():
        for name in ("NPY_DISABLE_CPU_FEATURES", *variables):
            monkeypatch.delenv(name, raising=False)


def run(*arguments):
    command = [sys.executable, ROOT / "tools" / "processors.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_one_at_hand_is_left_alone():
    done = run("native", sys.executable, "-c", "import os; print('NPY_DISABLE_CPU_FEATURES' in os.environ)")
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "False"


def test_another_takes_effect_in_the_command():
    here = tool.at_hand()
    done = run("other", sys.executable, "-c", tool.PROBE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) != here or tool.other(here) == "native"


@pytest.mark.parametrize("name", tool.SETTINGS)
def test_each_setting_takes_effect_here(name):
    here = tool.at_hand()
    there = tool.at_hand(tool.environment(name, here))
    assert tool.problem(name, here, there) is None
    assert (there != here) == tool.differs(name, here)


def test_the_first_that_differs():
    assert tool.other({"numpy": AVX, "blas": ["SkylakeX"]}) == "no-avx512"
    assert tool.other({"numpy": AVX[:3], "blas": ["Haswell"]}) == "no-avx2"
    assert tool.other({"numpy": AVX[:1], "blas": ["Sandybridge"]}) == "other-blas"
    assert tool.other({"numpy": AVX[:1], "blas": []}) == "native"


def test_a_setting_without_effect_is_refused():
    here = {"numpy": AVX, "blas": ["SkylakeX"]}
    assert "numpy still uses AVX512F" in tool.problem("no-avx512", here, here)
    numpy_alone = {"numpy": AVX[:3], "blas": ["SkylakeX"]}
    assert "OpenBLAS uses SkylakeX, not Haswell" in tool.problem("no-avx512", here, numpy_alone)
    assert tool.problem("no-avx512", here, {"numpy": AVX[:3], "blas": ["Haswell"]}) is None


def test_an_unknown_one_is_named():
    done = run("pentium", "true")
    assert done.returncode != 0
    assert "got 'pentium'; it must be one of native, no-avx512, no-avx2, other-blas, other" in done.stderr


@pytest.mark.parametrize(
    ("features", "no_avx512", "no_avx2"),
    [
        (AVX, "AVX512F AVX512_SKX", "FMA3 AVX2 AVX512F AVX512_SKX"),
        # what numpy calls them from 2.4 on
        (["X86_V3", "X86_V4", "AVX512_ICL"], "X86_V4 AVX512_ICL", "X86_V3 X86_V4 AVX512_ICL"),
    ],
)
def test_what_numpy_goes_without(features, no_avx512, no_avx2):
    here = {"numpy": features, "blas": ["SkylakeX"]}
    for name, without in (("no-avx512", no_avx512), ("no-avx2", no_avx2)):
        assert tool.environment(name, here)["NPY_DISABLE_CPU_FEATURES"] == without
    assert "NPY_DISABLE_CPU_FEATURES" not in tool.environment("other-blas", here)
