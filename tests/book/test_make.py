"""make says in one clear line what went wrong."""

import os
import shutil
import subprocess

import pytest

from paths import ROOT


def run(*arguments, cwd=ROOT, **environment):
    plain = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(
        ["make", *arguments], cwd=cwd, env=plain | environment, capture_output=True, text=True, timeout=300
    )
    ours = [line for line in done.stderr.splitlines() if "irsnb:" in line]
    assert "Traceback" not in done.stderr
    return done, ours


def test_help_lists_every_target():
    done, _ = run("help")
    for target in "book html test teeth run bench paper-scale scenario lock address clean help".split():
        assert f"make {target} " in done.stdout.replace("\t", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bok"], "no target 'bok'"),
        (["html", "everything"], "no target 'everything'"),
        (["run"], "say which notebook"),
        (["run", "NOTEBOOK="], "say which notebook"),
        (["address"], "say which repository"),
        (["address", "REPO=one name/book"], "got 'one name/book'; it must be owner/name"),
        (["address", "REPO=\"';book"], "it must be owner/name"),
        (["paper-scale"], "say which part"),
        (
            ["paper-scale", "PART=everything"],
            "no part 'everything'; make paper-scale PART=... takes one of: searches, indoor",
        ),
        (
            ["run", "NOTEBOOK=notebooks/none.ipynb"],
            "no notebook 'notebooks/none.ipynb'; there are notebooks/",
        ),
        (["run", "NOTEBOOK=irsnb/geometry.py"], "no notebook 'irsnb/geometry.py'"),
    ],
)
def test_a_wrong_call_is_one_line(arguments, words):
    done, ours = run(*arguments)
    assert done.returncode != 0
    assert len(ours) == 1 and words in ours[0]


def skeleton(folder):
    """A copy of what set-up needs, without the environment."""
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, folder)


def test_a_missing_python(tmp_path):
    skeleton(tmp_path)
    done, ours = run("html", "PYTHON=python-that-is-not-there", cwd=tmp_path)
    assert done.returncode != 0 and len(ours) == 1 and "was not found" in ours[0]


def test_a_python_too_old(tmp_path):
    skeleton(tmp_path)
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.10"\nexit 1\n')
    old.chmod(0o755)
    done, ours = run("html", f"PYTHON={old}", cwd=tmp_path)
    assert done.returncode != 0 and len(ours) == 1
    assert "Python 3.8.10 will not do" in ours[0] and "3.11" in ours[0]


def test_no_network_on_the_first_install(tmp_path):
    skeleton(tmp_path)
    # Every way out leads to a closed port of this machine; caches are empty.
    nowhere = "http://127.0.0.1:9"
    done, ours = run(
        "html",
        cwd=tmp_path,
        PIP_INDEX_URL=f"{nowhere}/simple",
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS="",
        PIP_EXTRA_INDEX_URL="",
        PIP_NO_CACHE_DIR="1",
        UV_CACHE_DIR=str(tmp_path / "cache"),
        http_proxy=nowhere,
        https_proxy=nowhere,
        HTTPS_PROXY=nowhere,
    )
    assert done.returncode != 0 and len(ours) == 1
    assert "could not be downloaded" in ours[0] and "network" in ours[0]
    assert not (tmp_path / ".venv" / ".installed").exists(), "the next call starts over"


def test_a_second_call_installs_nothing():
    done, _ = run("setup")
    assert done.returncode == 0 and done.stdout == done.stderr == ""


def test_a_failing_notebook_is_named_with_its_cell(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import notebooks as tool

    bad = tmp_path / "notebooks" / "bad.py"
    bad.parent.mkdir()
    bad.write_text("# %% [markdown]\n# # Bad\n\n# %%\nx = 1\n\n# %%\nassert x == 2, 'one is not two'\n")
    with pytest.raises(tool.NotebookFailure) as caught:
        tool.execute(bad)
    assert "bad.py, cell 3 of 3: AssertionError: one is not two (at: assert x == 2" in str(caught.value)
    failures = tool.execute_all(tmp_path / "out", root=tmp_path)
    assert len(failures) == 1 and not (tmp_path / "out").exists()
