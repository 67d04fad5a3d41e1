"""The changelog's tables of names: every new name exists, every old one is gone."""

import importlib
import inspect
import re
import tomllib

import pytest

import irsnb
from paths import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def exists(name):
    """Whether a dotted name, or ``name(argument=)``, can be imported from the package."""
    path, _, argument = name.partition("(")
    found = irsnb
    for part in path.split(".")[1:]:
        if not hasattr(found, part):
            try:
                importlib.import_module(f"{found.__name__}.{part}")
            except (AttributeError, ModuleNotFoundError):
                return False
        found = getattr(found, part)
    return not argument or argument.removesuffix("=)") in inspect.signature(found).parameters


def renamed(text):
    """Pairs of old and new names in the tables of a changelog; an entry may hold several names, or none."""
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|$", text, flags=re.M)
    return [tuple(re.findall(r"`([^`]+)`", cell) for cell in row) for row in rows]


def problems(text):
    found = []
    for old, new in renamed(text):
        found += [f"{name} is still there" for name in old if exists(name)]
        found += [f"{name} does not exist" for name in new if not exists(name)]
    return found


def test_old_names_are_gone_and_new_ones_exist():
    assert len(renamed(CHANGELOG)) >= 2
    assert problems(CHANGELOG) == []


def test_every_entry_names_what_takes_its_place():
    for cell in re.findall(r"^\| `.*? \| (.*?) \|$", CHANGELOG, flags=re.M):
        assert cell == "none" or re.match(r"`irsnb\.", cell), cell


def test_the_version_has_a_section():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r"^## (\S+)", CHANGELOG, flags=re.M)[0] == project["version"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("| `irsnb.geometry` | `irsnb.arrays` |", ["irsnb.geometry is still there"]),
        ("| `irsnb.gone` | `irsnb.nowhere.thing` |", ["irsnb.nowhere.thing does not exist"]),
        ("| `irsnb.gone` | `irsnb.arrays.steer` |", ["irsnb.arrays.steer does not exist"]),
        ("| `irsnb.gone`, `irsnb.checks` | none |", ["irsnb.checks is still there"]),
        (
            "| `irsnb.geometry.unit_vector(azimuth=)` | `irsnb.geometry.unit_vector(angle=)` |",
            [
                "irsnb.geometry.unit_vector(azimuth=) is still there",
                "irsnb.geometry.unit_vector(angle=) does not exist",
            ],
        ),
        ("| `irsnb.geometry.unit_vector(angle=)` | `irsnb.geometry.unit_vector(azimuth=)` |", []),
    ],
)
def test_the_check_can_fail(row, words):
    assert problems(f"| Old | New |\n|---|---|\n{row}\n") == words
