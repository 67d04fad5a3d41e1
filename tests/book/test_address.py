"""`make address` moves the repository's address in every tracked file, and back."""

import os
import re
import subprocess
import sys

import pytest

import address
from paths import ROOT

FORMER = address.present(ROOT)
ELSEWHERE = "Another-Group/second.book"


def copy(paths, target):
    """Copy files of the repository into a repository of its own."""
    for path in paths:
        place = target / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.fixture
def clone(tmp_path):
    """A copy of every tracked file, and one file that is not tracked."""
    copy(address.tracked(ROOT), tmp_path)
    (tmp_path / "notes.txt").write_text(f"https://github.com/{FORMER}")
    return tmp_path


def call(folder, *arguments):
    done = subprocess.run(
        [sys.executable, folder / "tools" / "address.py", *arguments], capture_output=True, text=True, cwd="/"
    )
    return done.returncode, done.stdout + done.stderr


def test_no_trace_of_the_former_address_is_left_and_the_way_back_is_exact(clone):
    before = contents(clone)
    code, said = call(clone, ELSEWHERE)
    after = contents(clone)
    changed = {name for name in before if before[name] != after[name]}
    assert code == 0 and said == f"the address is github.com/{ELSEWHERE}: {len(changed)} files changed\n"
    owner, name = FORMER.split("/")
    trace = re.compile(rf"\b{FORMER}\b|{owner}\.github\.io|@{owner}\b".encode(), flags=re.IGNORECASE)
    assert [name for name, text in after.items() if trace.search(text)] == ["notes.txt"]
    sources = {name for name in before if name.startswith("notebooks/") and name.endswith(("py", "ipynb"))}
    pages = {"pyproject.toml", "_config.yml", "CITATION.cff", "README.md", "book/api.md", "book/cite.md"}
    assert changed >= (sources | pages) - {"notebooks/ruff.toml"}
    # What holds files in step with each other holds in the copy as well.
    tests = ["tests/book/test_environment.py::test_one_version_everywhere"]
    tests += [
        f"tests/book/test_notebooks.py::{name}"
        for name in ("test_stored_notebook_is_whole", "test_first_code_cell_is_the_pinned_install")
    ]
    held = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert held.returncode == 0, held.stdout[-2000:]
    assert call(clone, FORMER)[0] == 0
    assert contents(clone) == before


def test_only_the_address_is_replaced(tmp_path):
    copy([ROOT / "pyproject.toml", ROOT / "tools" / "address.py"], tmp_path)
    page = tmp_path / "page.md"
    owner, name = FORMER.split("/")
    line = "{0}, {0}.git {0}/issues {0}. x/{1} {0}-data {0}.io {0}.gitlab {2}.github.io/{1}/a my{0}"
    page.write_text(line.format(f"github.com/{FORMER}", name, owner.lower()))
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    assert address.move("New/b", tmp_path) == [page, tmp_path / "pyproject.toml"]
    assert page.read_text() == (
        "{0}, {0}.git {0}/issues {0}. x/{1} {2}-data {2}.io {2}.gitlab new.github.io/b/a my{2}"
    ).format("github.com/New/b", name, f"github.com/{FORMER}")
    assert address.move("New/b", tmp_path) == [], "a second call changes nothing"


def test_an_address_that_a_page_links_to_already_is_refused(tmp_path):
    copy([ROOT / "pyproject.toml", ROOT / "tools" / "address.py"], tmp_path)
    (tmp_path / "page.md").write_text("as https://github.com/some/library does")
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    before = contents(tmp_path)
    code, said = call(tmp_path, "some/library")
    assert code == 1 and said.count("\n") == 1 and "page.md links to it already" in said
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "book",
        "owner/name/more",
        "/name",
        "owner/",
        "https://github.com/owner/name",
        "github.com/owner/name",
        "git@github.com:owner/name",
        "owner/name.git",
        "owner/name.GIT",
        "owner/..",
        "own er/name",
        "owner/na me",
        "owner/name\n",
        "-owner/name",
        "owner-/name",
        "ow--ner/name",
        "ow.ner/name",
        "o" * 40 + "/name",
        "owner/" + "n" * 101,
        "owner/näme",
        "owner/name@v1",
        "owner/$(name)",
        "",
    ],
)
def test_a_malformed_name_is_refused_in_one_line(name):
    assert address.main([name]).startswith(f"irsnb: REPO: got {name!r}; it must be owner/name")
    assert "\n" not in address.main([name])


@pytest.mark.parametrize(
    "name", ["a/b", "A-1/b_c.d-e", "o" * 39 + "/" + "n" * 100, "owner/name.github", "o/.git-x"]
)
def test_a_name_that_github_allows_is_taken(name):
    assert address.problem(name) is None
