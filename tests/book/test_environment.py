"""Files that say the same thing twice are held in step."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from rattler import MatchSpec

from paths import ROOT
from processors import SETTINGS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
TOOLS = {"pip", "make", "python"}


def split(requirement):
    """Name and version limits of a requirement, markers and spaces left out."""
    name, limits = re.match(r"([A-Za-z0-9_.-]+)\s*(.*)", requirement.partition(";")[0].strip()).groups()
    return name.lower(), frozenset(filter(None, limits.replace(" ", "").split(",")))


def declared():
    every = list(PROJECT["dependencies"])
    for name, extra in PROJECT["optional-dependencies"].items():
        # The tracer makes what the package carries already: nobody's environment needs it.
        every += extra if name != "tracing" else []
    # conda's tensorflow is the CPU build where there is no GPU
    return {split(r) for r in every if not r.startswith("tensorflow-cpu")}


def test_environment_yml_is_in_step_with_pyproject():
    conda = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict))
    assert pip[-1] == "-e ."
    listed = {split(entry) for entry in conda + pip[:-1]}
    assert {entry for entry in listed if entry[0] not in TOOLS} == declared()
    assert ("python", split("python" + PROJECT["requires-python"])[1]) in listed


@pytest.mark.parametrize("spec", [e for e in CONDA["dependencies"] if isinstance(e, str)])
def test_conda_can_read_every_spec(spec):
    assert MatchSpec(spec, strict=True).name is not None


def test_tensorflow_is_an_extra():
    assert not any(r.startswith(("tensorflow", "keras", "deepmimo")) for r in PROJECT["dependencies"])
    assert any(r.startswith("tensorflow-cpu") for r in PROJECT["optional-dependencies"]["networks"])


def test_lock_pins_everything_and_names_no_address():
    pins = dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", LOCK, flags=re.M))
    assert {name for name, _ in declared()} <= set(pins)
    assert "tensorflow-cpu" in pins
    assert "://" not in LOCK and "--index" not in LOCK and "--find-links" not in LOCK
    assert LOCK.count("--hash=sha256:") >= len(pins)


def test_one_version_everywhere():
    import irsnb

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = PROJECT["version"]
    assert irsnb.__version__ == str(citation["version"]) == version
    for page in ("README.md", "book/cite.md"):
        assert version in (ROOT / page).read_text(encoding="utf-8"), page
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["repository"]["url"] == PROJECT["urls"]["Repository"]
    assert set(citation) >= {"cff-version", "message", "title", "authors"}


def test_the_example_in_the_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
    names = {}
    exec(code, names)
    # Duan et al. (2025), Experiment 1 with c = 400 m: the true angles at the receiver
    assert np.rad2deg([names["azimuth"], names["elevation"]]) == pytest.approx([77.91, 46.90], abs=0.02)


def test_every_page_of_the_contents_exists():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [contents["root"]] + [c["file"] for part in contents["parts"] for c in part["chapters"]]
    for page in pages:
        assert any((ROOT / page).with_suffix(s).exists() for s in (".md", ".ipynb")), page
    shown = {p for p in pages if p.startswith("notebooks/")}
    assert shown == {
        p.relative_to(ROOT).with_suffix("").as_posix() for p in (ROOT / "notebooks").rglob("*.py")
    }, "every notebook is in the contents"


WEEKLY = {"cold", "links", "colab", "processors", "teeth"}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_workflows_are_there_and_fit_the_schema():
    assert {p.stem for p in WORKFLOWS} == {"ci", "pages", *WEEKLY}
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [tool, "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_schema_check_can_fail(tmp_path):
    bad = tmp_path / "bad.yml"
    bad.write_text("name: bad\non: push\njobs:\n  a:\n    steps: []\n")
    tool = Path(sys.executable).with_name("check-jsonschema")
    assert subprocess.run(
        [tool, "--builtin-schema", "vendor.github-workflows", bad], capture_output=True
    ).returncode


def test_workflows_call_what_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"run: make (\w+)", text):
            assert f"\n{target}:" in makefile, f"{path.name}: make {target}"
        weekly = path.stem in WEEKLY
        assert weekly == ("schedule:" in text) and "timeout-minutes:" in text


def test_every_setting_of_the_processor_runs_each_week():
    weekly = yaml.safe_load((ROOT / ".github" / "workflows" / "processors.yml").read_text(encoding="utf-8"))
    assert weekly["jobs"]["processors"]["strategy"]["matrix"]["processor"] == list(SETTINGS)


def test_a_change_is_tested_as_on_another_processor():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'make test PROCESSOR="${PROCESSOR:-other}"' in script
