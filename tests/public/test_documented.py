"""Every public callable has type hints and says what it takes, returns and raises."""

import inspect
import re

import pytest
import walk

CALLABLES, (_, RESULTS) = walk.public_callables(), walk.tables()
SECTION = r"^ *{}\n *-+\n"


@pytest.mark.parametrize("target", CALLABLES, ids=lambda t: CALLABLES[t].removeprefix("irsnb."))
def test_hints_and_sections(target):
    missing = []
    signature = inspect.signature(target)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    missing += [f"hint of {p.name}" for p in parameters if p.annotation is p.empty]
    if not inspect.isclass(target) and signature.return_annotation is signature.empty:
        missing.append("hint of the return")
    text = "" if target in RESULTS else inspect.getdoc(target) or ""
    if parameters and target not in RESULTS:
        heads = "(Parameters|Attributes)" if inspect.isclass(target) else "(Parameters)"
        listed = re.search(SECTION.format(heads) + r"(.*?)(?=^\w[^\n]*\n-+\n|\Z)", text, re.M | re.S)
        names = re.findall(r"^\**(\w[\w, ]*?)(?: :.*)?$", listed[2], re.M) if listed else []
        known = {name.strip() for entry in names for name in entry.split(",")}
        missing += [f"description of {p.name}" for p in parameters if p.name not in known]
        missing += [] if re.search(SECTION.format("Raises"), text, re.M) else ["Raises"]
    returns = not inspect.isclass(target) and signature.return_annotation not in (None, "None")
    if returns and target not in RESULTS and not re.search(SECTION.format("(Returns|Yields)"), text, re.M):
        missing.append("Returns")
    assert not missing, f"{CALLABLES[target]} lacks: {', '.join(missing)}"
