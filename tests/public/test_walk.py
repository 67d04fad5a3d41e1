"""Bad input to every public callable: a ``ValueError`` that names the argument, or the right answer."""

import importlib
import inspect

import pytest
import walk

GOOD, RESULTS = walk.tables()
CALLABLES = walk.public_callables()
NAMES = {target: name for target, name in CALLABLES.items() if target in GOOD}
ARGUMENTS = [
    pytest.param(target, name, id=f"{label.removeprefix('irsnb.')}-{name}")
    for target, label in NAMES.items()
    for name, arg in GOOD[target].items()
    if isinstance(arg, walk.Arg)
]


def test_every_public_callable_is_walked():
    missing = sorted(
        name for target, name in CALLABLES.items() if target not in GOOD and target not in RESULTS
    )
    assert not missing, f"no good call in tests/public/good_*.py: {missing}"


def test_every_module_says_what_is_public():
    bare = [
        name
        for name in walk.modules()
        if not walk.is_open(name) and not hasattr(importlib.import_module(name), "__all__")
    ]
    assert not bare, f"modules without __all__: {bare}"


@pytest.mark.parametrize("target", NAMES, ids=lambda t: NAMES[t].removeprefix("irsnb."))
def test_the_good_call_is_good(target):
    walk.call(target, GOOD[target])
    parameters = set(inspect.signature(target).parameters)
    left_out = parameters - set(GOOD[target])
    assert not left_out, f"not probed: {sorted(left_out)}"


@pytest.mark.parametrize(("target", "name"), ARGUMENTS)
def test_bad_input(target, name):
    arguments = GOOD[target]
    wrong = {}
    for probe in arguments[name].probes():
        if fault := walk.judge(target, arguments, name, probe):
            wrong[probe.label] = fault
    if arguments[name].lead is not None and (fault := walk.mismatched(target, arguments, name)):
        wrong["shapes"] = fault
    assert not wrong, "\n" + "\n".join(f"  {label}: {fault}" for label, fault in wrong.items())
