"""What the walk over all public callables feeds, and how it judges the answer.

A file ``good_<wing>.py`` beside this one holds, for each public callable, one good call::

    from walk import azimuth, count, rng

    GOOD = {
        geometry.unit_vector: {"azimuth": azimuth(0.3), "elevation": elevation(0.2)},
        PlanarArray.steering_vector: {"self": ARRAY, "azimuth": azimuth(0.3), ...},
    }

Keys are the functions, classes (for their constructors) and methods themselves. Values map the argument's
name to an :class:`Arg`, made by the functions of this module (``real``, ``azimuth``, ``points``, ``count``,
``choice``, ``rng`` ...): it holds the good value and knows which values must be refused. What is not an
:class:`Arg` is passed on as it stands. Name all arguments. ``self`` is the object on which a method is
called. An object that a call may change is given as ``Fresh(make)``, one that is costly to make as
``Once(make)``.

Good calls must be small: each is repeated some ten times for each argument. Where one takes seconds, wrap the
arguments in ``costly``.

What goes to ``*rows`` is given as a tuple under that name, what goes to ``**changes`` as a dict.

``skip={"label": "reason"}`` exempts one probe where the documentation gives the value a meaning (NaN for a
missing measurement: ``skip={"nan": "means missing"}``); ``bad=[...]`` adds values that must be refused.
``RESULTS = {cls: "made by ..."}`` of such a file lists classes that only functions make; their constructors
are not walked.

Probes are judged so:

* ``refuse``: the call must raise ``ValueError`` with the argument's name in its message;
* ``like``: the call must give what it gives with an equivalent value (1 for 1.0), or be refused;
* ``free``: any answer without NaN, or refused.

Never another exception, a warning, more than two seconds of processor time, or more than a gigabyte.
"""

import contextlib
import dataclasses
import importlib
import inspect
import pkgutil
import re
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import irsnb

NOT_WALKED = {
    "irsnb.compiled": "a decorator for compiled functions",
    "kernels": "compiled functions, whose callers check: every module of that name",
}
NOT_YET_WALKED = set()
"""Modules, with those inside them, whose tables are still to be written."""

SECONDS = 2.0
MEMORY = 1 << 30
HUGE = 10**9


# ------------------------------------------------------------------------------------------- arguments


@dataclasses.dataclass(frozen=True)
class Probe:
    """A value to feed; `judge` is "refuse", "like" (with `equivalent`) or "free"."""

    label: str
    value: Any
    judge: str = "refuse"
    equivalent: Any = None


class Arg:
    """A good value, and the probes for its kind."""

    def __init__(self, good, probes=(), *, bad=(), skip=None, lead=None):
        self._good, self._probes = good, list(probes)
        self._probes += [Probe(f"bad[{i}]", value) for i, value in enumerate(bad)]
        self.skip = skip or {}
        self.lead = lead
        """For a batch: how many of the good value's last axes belong to one entry; None: no batch."""

    @property
    def good(self):
        return self._good() if isinstance(self._good, Fresh) else self._good

    def probes(self):
        unknown = set(self.skip) - {probe.label for probe in self._probes}
        assert not unknown, f"no such probe: {unknown}"
        return [probe for probe in self._probes if probe.label not in self.skip]


class Fresh:
    """A value that is made anew for every call, such as a generator."""

    def __init__(self, make: Callable):
        self.make = make

    def __call__(self):
        return self.make()


class Once(Fresh):
    """A value that is made when it is first needed, and kept: a network, which bad calls leave alone."""

    def __call__(self):
        if not hasattr(self, "value"):
            self.value = self.make()
        return self.value


NOT_NUMBERS = [
    Probe("None", None),
    Probe("text", "x"),
    Probe("empty text", ""),
    Probe("numeric text", "1"),
    Probe("object", object()),
    Probe("ragged", [1.0, [2.0]]),
    Probe("dict", {}),
    Probe("function", len),
]


def _filled(good, value):
    """The good value with `value` in its last entry."""
    array = np.array(good, dtype=complex if isinstance(value, complex) else None)
    if array.dtype.kind in "iub" and not isinstance(value, (bool, int)):
        array = array.astype(float)
    array.flat[-1] = value
    return array if array.ndim else array[()]


def _numbers(good, *, is_complex=False):
    good = np.asarray(good)
    size = good.shape or ()
    probes = [
        *NOT_NUMBERS,
        Probe("nan", _filled(good, np.nan)),
        Probe("inf", _filled(good, np.inf)),
        Probe("-inf", _filled(good, -np.inf)),
        Probe("boolean", np.ones(size, dtype=bool) if size else True),
        Probe("dates", np.full(size, np.datetime64("2020-01-01"))),
        Probe("durations", np.full(size, np.timedelta64(1, "s"))),
        Probe("texts", np.full(size, "1.0")),
        Probe("bytes", np.full(size, b"1.0")),
        Probe("objects of None", np.full(size, None, dtype=object)),
        Probe("objects", good.astype(object), "like", good),
        Probe("masked", np.ma.masked_array(np.array(good, copy=True), mask=np.ones(size, dtype=bool))),
        Probe("mask in part", np.ma.masked_array(np.array(good, copy=True), mask=_last(size))),
        Probe("list", good.tolist(), "like", good),
        Probe("not contiguous", np.repeat(good[..., None], 2, axis=-1)[..., 0], "like", good),
        Probe("long double", good.astype(np.clongdouble if is_complex else np.longdouble), "like", good),
        Probe("too large an integer", 10**400),
    ]
    if is_complex:
        probes.append(Probe("complex nan", _filled(good, complex(0, np.nan))))
        probes.append(Probe("complex inf", _filled(good, complex(np.inf, 0))))
        real = np.round(good.real * 8)
        probes.append(Probe("integers", real.astype(int), "like", real))
        probes.append(Probe("real", real, "like", real.astype(complex)))
    else:
        probes.append(Probe("complex", good + 1j))
        probes.append(Probe("complex without imaginary part", good + 0j, "like", good))
        if good.dtype.kind == "f":
            whole = np.round(good)
            probes.append(Probe("integers", whole.astype(int), "like", whole))
            probes.append(Probe("integers rounded up", np.ceil(good).astype(int), "like", np.ceil(good)))
    return probes


def _last(size):
    mask = np.zeros(size, dtype=bool)
    mask.flat[-1] = True
    return mask


def real(good, *, low=None, above=None, high=None, trailing=None, bad=(), skip=None, lead=True, array=True):
    """Real numbers, from `low` (or above `above`) to `high`.

    `trailing`: how many last axes belong to one entry (default: all of them). `lead`: whether more axes may
    stand in front (a batch). `array=False`: one number only.
    """
    value = np.asarray(good, dtype=float)
    trailing = value.ndim if trailing is None else trailing
    probes = _numbers(value)
    probes.append(Probe("empty", np.zeros((0, *value.shape[value.ndim - trailing :])), "free"))
    if not array:
        probes += [Probe("two numbers", np.array([float(value)] * 2)), Probe("no numbers", np.zeros(0))]
        lead = False
    if low is not None:
        probes += [Probe("below", _filled(value, low - 1.0)), Probe("far below", _filled(value, low - 1e9))]
    if above is not None:
        probes += [
            Probe("at the limit", _filled(value, float(above))),
            Probe("below", _filled(value, above - 1.0)),
        ]
    if high is not None:
        probes += [
            Probe("above", _filled(value, high * 1.01 + 0.01)),
            Probe("far above", _filled(value, 1e9)),
        ]
    return Arg(good, probes, bad=bad, skip=skip, lead=trailing if lead else None)


def number(good, **kwargs):
    """One real number."""
    return real(good, array=False, **kwargs)


def positive(good, **kwargs):
    """Real numbers above 0: lengths, standard deviations, ratios of powers."""
    return real(good, above=0, **kwargs)


def azimuth(good, **kwargs):
    """Azimuths [rad]: degrees are refused."""
    return real(good, bad=[_filled(good, 45.0), _filled(good, -120.0)], trailing=0, **kwargs)


def elevation(good, **kwargs):
    """Elevations [rad]: beyond +-pi/2 is refused."""
    return real(good, bad=[_filled(good, v) for v in (45.0, 1.5708, -1.6)], trailing=0, **kwargs)


def angles(good, columns=(0, 1), **kwargs):
    """Rows (..., n, >= 2) whose columns are azimuth and elevation [rad] (and perhaps more)."""
    degrees = np.array(good, dtype=float)
    degrees[..., list(columns)] = (120.0, 45.0)[: len(columns)]
    steep = np.array(good, dtype=float)
    steep[..., columns[-1]] = 1.6
    short = np.array(good, dtype=float)[..., :1]
    extra = kwargs.pop("bad", [])
    return real(good, bad=[degrees, steep, short, *extra], **kwargs)


def points(good, **kwargs):
    """Points (..., 3) [m]."""
    value = np.asarray(good, dtype=float)
    bad = [value[..., :2], np.concatenate([value, value], axis=-1), 3.0, *kwargs.pop("bad", [])]
    kwargs.setdefault("trailing", 1)
    return real(good, bad=bad, **kwargs)


def complex_array(good, *, trailing, bad=(), skip=None, lead=True):
    """Complex arrays whose last `trailing` axes have fixed sizes."""
    value = np.asarray(good)
    probes = _numbers(value.astype(complex), is_complex=True)
    probes.append(Probe("no shape", 1.0 + 1j))
    probes.append(Probe("a longer axis", np.concatenate([value, value[..., :1]], axis=-1)))
    return Arg(good, probes, bad=bad, skip=skip, lead=trailing if lead else None)


def covariance(good, *, is_complex=False, bad=(), skip=None, lead=True, definite=True):
    """Hermitian positive (semi-)definite matrices (..., N, N)."""
    value = np.asarray(good, dtype=complex if is_complex else float)
    n = value.shape[-1]
    crooked = value.copy()
    crooked[..., 0, -1] += 0.5 * np.abs(value).max()
    probes = [p for p in _numbers(value, is_complex=is_complex) if not p.label.startswith("integers")]
    probes += [
        Probe("not Hermitian", crooked),
        Probe("not square", value[..., :-1]),
        Probe("a vector", value[..., 0]) if value.ndim == 2 else Probe("a number", 2.0),
        Probe("another size", value[..., : n - 1, : n - 1]),
    ]
    if definite:
        probes += [Probe("negative", -value), Probe("zeros", np.zeros_like(value))]
    return Arg(good, probes, bad=bad, skip=skip, lead=2 if lead else None)


def count(good, *, low=1, bad=(), skip=None):
    """An integer of at least `low`; 10^9 must be refused or answered at once."""
    probes = [
        *NOT_NUMBERS,
        Probe("too few", low - 1),
        Probe("-1000", -1000),
        Probe("a fraction", good + 0.5),
        Probe("a float", float(good)),
        Probe("nan", np.nan),
        Probe("inf", np.inf),
        Probe("True", True),
        Probe("numpy True", np.True_),
        Probe("list", [good]),
        Probe("array", np.array([good])),
        Probe("two", (good, good)),
        Probe("complex", complex(good)),
        Probe("durations", np.timedelta64(2, "s")),
        Probe("masked", np.ma.masked_array(good, mask=True)),
        Probe("numpy integer", np.int64(good), "like", good),
        Probe("numpy small integer", np.int16(good), "like", good),
        Probe("1e9", HUGE, "free"),
        Probe("1e18", 10**18, "free"),
        Probe("1e30", 10**30, "free"),
    ]
    return Arg(good, probes, bad=bad, skip=skip)


def choice(good, *, bad=(), skip=None):
    """One of a few values."""
    values = ["nonsense", "", None, 0, 1, True, 1.5, [], [good], {}, np.array(["a", "b"]), np.nan, len]
    probes = [Probe(f"{value!r}", value) for value in values if value is not good]
    return Arg(good, probes, bad=bad, skip=skip)


def flag(good, *, skip=None):
    """True or False, nothing else."""
    values = ["no", "False", "", None, 0, 1, 2, 1.0, [], [True], np.array([True, False])]
    probes = [Probe(f"{value!r}", value) for value in values]
    return Arg(good, [*probes, Probe("numpy's", np.bool_(good), "like", good)], skip=skip)


def rng(seed=0, *, skip=None):
    """A random generator, made anew for every call."""
    values = [None, 42, "x", np.random, np.random.default_rng, object(), 0.5, [1, 2]]
    probes = [Probe(f"{value!r:.20}", value) for value in values]
    return Arg(Fresh(lambda: np.random.default_rng(seed)), probes, skip=skip)


def seed(good=0, *, skip=None):
    """A seed: an integer of at least 0."""
    values = [None, "x", 0.5, 1.0, -1, [0.5], np.nan, True, object()]
    return Arg(good, [Probe(f"{value!r:.20}", value) for value in values], skip=skip)


def instance(good, *, bad=(), skip=None):
    """An object of one class: a room, an array, a model."""
    values = [None, "x", 5, 1.5, [], {}, object(), np.ones(3), int]
    return Arg(good, [Probe(f"{value!r:.20}", value) for value in values], bad=bad, skip=skip)


def function(good, *, bad=(), skip=None):
    """A function."""
    values = [None, "x", 5, 1.5, [], np.ones(3)]
    return Arg(good, [Probe(f"{value!r}", value) for value in values], bad=bad, skip=skip)


def mask(good, *, bad=(), skip=None):
    """An array of booleans of a given shape."""
    value = np.asarray(good)
    values = {
        "None": None,
        "text": "x",
        "numbers": value.astype(float),
        "integers": value.astype(int),
        "texts": value.astype(str),
        "ragged": [[True], [True, False]],
        "longer": np.concatenate([value, value]),
        "one number": True,
        "masked": np.ma.masked_array(value, mask=~value),
        "nan": np.full(value.shape, np.nan),
        "none in use": np.zeros_like(value),
    }
    probes = [Probe(label, v) for label, v in values.items()]
    return Arg(good, [*probes, Probe("list", value.tolist(), "like", good)], bad=bad, skip=skip)


def integers(good, *, low=None, high=None, bad=(), skip=None):
    """An array of integers (indices, sizes): floats are refused."""
    value = np.asarray(good)
    probes = [
        *NOT_NUMBERS,
        Probe("floats", value.astype(float) + 0.5),
        Probe("whole floats", value.astype(float)),
        Probe("nan", np.full(value.shape, np.nan)),
        Probe("boolean", np.ones(value.shape, dtype=bool)),
        Probe("complex", value.astype(complex)),
        Probe("masked", np.ma.masked_array(value, mask=np.ones(value.shape, dtype=bool))),
        Probe("durations", np.full(value.shape, np.timedelta64(1, "s"))),
        Probe("numpy small integers", value.astype(np.int16), "like", value),
    ]
    if low is not None:
        probes.append(Probe("below", _filled(value, low - 1)))
    if high is not None:
        probes.append(Probe("above", _filled(value, high + 1)))
    return Arg(good, probes, bad=bad, skip=skip)


def optional(arg):
    """The same argument where None means that it is left out."""
    arg.skip = arg.skip | {"None": "left out"}
    return arg


def costly(arg):
    """The same argument of a call that takes seconds: only what must be refused is fed."""
    arg._probes = [probe for probe in arg._probes if probe.judge == "refuse"]
    return arg


def free(good, *, bad=()):
    """Anything; only what `bad` lists must be refused."""
    return Arg(good, bad=bad)


# --------------------------------------------------------------------------------------------- the walk


def modules():
    """Names of all modules of the package, without the compiled ones."""
    names = [info.name for info in pkgutil.walk_packages(irsnb.__path__, "irsnb.")]
    return [name for name in names if name not in NOT_WALKED and not name.endswith("kernels")]


def is_open(name):
    """Whether a module's table is still to be written."""
    return any(name == entry or name.startswith(entry + ".") for entry in NOT_YET_WALKED)


def public_callables():
    """``{callable: name}`` of functions, classes and public methods in ``__all__`` of the modules walked."""
    found = {}
    for module_name in modules():
        module = importlib.import_module(module_name)
        if is_open(module_name):
            continue
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            home = getattr(thing, "__module__", "") or ""
            if not callable(thing) or not home.startswith("irsnb") or is_open(home):
                continue
            found.setdefault(thing, f"{home}.{thing.__qualname__}")
            if inspect.isclass(thing):
                for label, member in inspect.getmembers(thing, callable):
                    if not label.startswith("_") and label in vars(thing):
                        found.setdefault(member, f"{home}.{member.__qualname__}")
    return found


def tables():
    """The good calls, and the classes that only functions make, of all ``good_*.py``."""
    good, results = {}, {}
    for info in pkgutil.iter_modules([__file__.rpartition("/")[0]]):
        if info.name.startswith("good_"):
            table = importlib.import_module(info.name)
            good |= table.GOOD
            results |= getattr(table, "RESULTS", {})
    return good, results


def call(target, arguments):
    """Call a function, constructor or method (``self`` among the arguments) with warnings as errors."""
    values = {name: arg.good if isinstance(arg, Arg) else arg for name, arg in arguments.items()}
    values = {name: value() if isinstance(value, Fresh) else value for name, value in values.items()}
    place = []
    for name, parameter in inspect.signature(target).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            values |= values.pop(name, {})
        elif parameter.kind is parameter.VAR_POSITIONAL:
            place += values.pop(name, ())
        elif parameter.kind is parameter.POSITIONAL_ONLY and name in values:
            place.append(values.pop(name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module="keras|tensorflow")
        if "self" in values:
            place.insert(0, values.pop("self"))
        return target(*place, **values)


class TooSlow(BaseException):
    """More processor time than a probe may take."""


@contextlib.contextmanager
def limits():
    """Processor time and memory that one probe may take."""

    def stop(signum, frame):
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            in_use = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY, hard))
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def outcome(target, arguments):
    """``("returned", answer)``, ``("refused", message)`` or ``("broke", what)``."""
    try:
        with limits():
            return "returned", call(target, arguments)
    except ValueError as error:
        return "refused", str(error)
    except TooSlow:
        return "broke", f"more than {SECONDS:g} s"
    except MemoryError:
        return "broke", "more than 1 GB"
    except (Exception, Warning) as error:
        return "broke", f"{type(error).__name__}: {error}"


def judge(target, arguments, name, probe):
    """None if the outcome of a probe is right, else what is wrong with it."""
    kind, answer = outcome(target, arguments | {name: probe.value})
    shown = " ".join(f"{answer!r}".split())[:150]
    if kind == "broke":
        return answer[:200]
    if kind == "refused":
        return None if re.search(rf"\b{re.escape(name)}\b", answer) else f"does not name {name}: {shown}"
    if probe.judge == "refuse":
        return f"silently gave {shown}"
    if probe.judge == "like":
        other = outcome(target, arguments | {name: probe.equivalent})
        if other[0] != "returned" or not same(answer, other[1]):
            return f"gave {shown}, but {' '.join(repr(other[1]).split())[:150]} for the equivalent value"
    if probe.judge == "free" and has_nan(answer):
        return f"gave NaN: {shown}"
    return None


def mismatched(target, arguments, name):
    """Judge a batch of 5 of one argument against a batch of 7 of another."""
    batch = [other for other, arg in arguments.items() if isinstance(arg, Arg) and arg.lead is not None]
    for other in batch:
        if other == name:
            continue
        changed = {}
        for key, size in ((name, 5), (other, 7)):
            value = np.asarray(arguments[key].good)
            last = value.shape[value.ndim - arguments[key].lead :]
            changed[key] = np.broadcast_to(value, (size, *value.shape))
            if value.ndim > len(last):
                changed[key] = np.broadcast_to(value[(0,) * (value.ndim - len(last))], (size, *last))
        kind, answer = outcome(target, arguments | changed)
        shown = " ".join(f"{answer!r}".split())[:150]
        if kind != "refused" or not re.search(rf"\b({re.escape(name)}|{re.escape(other)})\b", answer):
            return f"5 of {name} and 7 of {other}: {kind} {shown}"
    return None


def _parts(thing):
    """The arrays and numbers inside an answer."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return [part for f in dataclasses.fields(thing) for part in _parts(getattr(thing, f.name))]
    if isinstance(thing, dict):
        return [part for value in thing.values() for part in _parts(value)]
    if isinstance(thing, (tuple, list)):
        return [part for value in thing for part in _parts(value)]
    if hasattr(thing, "data_vars"):
        return [np.asarray(variable) for variable in (*thing.data_vars.values(), *thing.coords.values())]
    return [thing]


def same(one, other):
    """Whether two answers agree, numbers to rounding."""
    one, other = _parts(one), _parts(other)
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one, other):
    if isinstance(one, (np.ndarray, np.generic, float, int, complex)):
        one, other = np.asarray(one), np.asarray(other)
        if one.dtype.kind not in "fciub":
            return np.array_equal(one, other)
        return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=1e-300, equal_nan=True)
    return type(one) is type(other) and (one == other or repr(one) == repr(other) or " at 0x" in repr(one))


def has_nan(answer):
    """Whether an answer holds NaN."""
    return any(
        np.isnan(part).any()
        for part in map(
            np.asarray, (p for p in _parts(answer) if isinstance(p, (np.ndarray, np.generic, float)))
        )
        if part.dtype.kind in "fc"
    )
