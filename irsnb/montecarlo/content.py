"""What values, functions and the package are made of, as digests that are the same in every process.

Seeds hang on the content of a setting, kept results besides on the code that made them.
"""

import ast
import dataclasses
import dis
import enum
import functools
import hashlib
import inspect
import numbers
import sys
import sysconfig
import types
from functools import lru_cache
from pathlib import Path

import numpy as np

__all__ = ["code_digest"]

PACKAGE = Path(__file__).resolve().parent.parent
LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib", "platstdlib")
)


def setting_digest(setting: dict) -> bytes:
    """Digest of a setting, by the names and contents of its values.

    Equal numbers have equal digests, whatever their type: 10, 10.0 and ``numpy.int64(10)``.

    Parameters
    ----------
    setting : dict of str to value
        Numbers, strings, booleans, None, and lists, tuples, sets, dictionaries, arrays, enumerations and
        dataclasses of these.

    Returns
    -------
    bytes
        32 of them.

    Raises
    ------
    ValueError
        If a value is of another kind; names the setting.

    Examples
    --------
    >>> from irsnb.montecarlo.content import setting_digest
    >>> setting_digest({"snr_db": 10}) == setting_digest({"snr_db": 10.0})
    True
    """
    parts = []
    for name, value in setting.items():
        try:
            parts.append(f"{name}={_content(value)}")
        except _Unreadable as error:
            raise ValueError(
                f"settings[{name!r}]: got {_short(value)}; it must be made of numbers, strings, booleans, "
                f"None, tuples, arrays or dataclasses, not of {error}"
            ) from None
    return _sha("\n".join(parts)).digest()


def function_digest(function) -> str:
    """Digest of a function's code, and of everything of the user's own that this code refers to.

    Followed are defaults, closures, arguments of partial functions, global variables, functions and classes,
    as far as they do not belong to irsnb (see :func:`code_digest`) or to an installed library (which count by
    name and version). Comments and docstrings do not count.

    Parameters
    ----------
    function : callable
        A function, a ``functools.partial`` of one, or a method.

    Returns
    -------
    str
        Hexadecimal digits.

    Raises
    ------
    ValueError
        If the code refers to a value whose content cannot be read.
    """
    return _sha(_code(function, "trial", [])).hexdigest()


@lru_cache
def code_digest() -> str:
    """Digest of irsnb's code and data files; docstrings, comments and layout do not count.

    Returns
    -------
    str
        Hexadecimal digits. Other versions of Python and numpy have others.
    """
    return package_digest(PACKAGE)


def package_digest(folder: Path) -> str:
    """The same for the package in a folder."""
    total = _sha(f"python {sys.version_info[:2]} numpy {np.__version__}")
    for path in _package_files(folder):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(_parsed(path).encode() if path.suffix == ".py" else path.read_bytes())
    return total.hexdigest()


def changed_since(moment: float, folder: Path = PACKAGE) -> Path | None:
    """The first file of a package that was changed after a moment (seconds since 1970), or None."""
    return next((path for path in _package_files(folder) if path.stat().st_mtime > moment), None)


def _package_files(folder):
    data = [path for path in (folder / "data").rglob("*") if path.is_file()]
    return sorted(path for path in {*folder.rglob("*.py"), *data} if "__pycache__" not in path.parts)


def _parsed(path):
    """Text of a file's code as Python compiles it, without docstrings and places in the file."""
    tree = ast.parse(path.read_bytes())
    nodes = [tree]
    for node in nodes:
        nodes += [inner for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.stmt)]
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
    return _compiled(compile(tree, str(path), "exec", dont_inherit=True))


def _compiled(code):
    words = []
    for inner in _nested(code):
        plain = [
            _content(constant) for constant in _constants(inner) if not isinstance(constant, types.CodeType)
        ]
        words += [inner.co_code.hex(), inner.co_exceptiontable.hex(), *plain]
        words += [*inner.co_names, *inner.co_varnames, *inner.co_freevars]
    return ",".join(words)


def _nested(code):
    codes = [code]
    for inner in codes:
        codes += [constant for constant in _constants(inner) if isinstance(constant, types.CodeType)]
    return codes


def _constants(code):
    """The constants of a code object; the docstring, a function's first one, counts as None."""
    documented = code.co_consts and isinstance(code.co_consts[0], str) and not code.co_name.startswith("<")
    return (None, *code.co_consts[1:]) if documented else code.co_consts


class _Unreadable(Exception):
    """A value whose content cannot be read; the message says its kind."""


def _sha(text):
    return hashlib.sha256(text.encode())


def _short(value):
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _content(value):
    """Text that two values share if and only if they are equal; raises _Unreadable."""
    if value is None or value is Ellipsis or isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, enum.Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if isinstance(value, str | bytes):
        return repr(str(value) if isinstance(value, str) else value)
    if isinstance(value, numbers.Real):
        return str(int(value)) if float(value).is_integer() else float(value).hex()
    if isinstance(value, numbers.Complex):
        return f"complex({_content(value.real)},{_content(value.imag)})"
    if isinstance(value, Path):
        return f"path({value.as_posix()!r})"
    if isinstance(value, list | tuple):
        return f"({','.join(map(_content, value))})"
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(map(_content, value)))}}}"
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{_content(k)}:{_content(v)}' for k, v in value.items()))}}}"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcUSmM" and not np.ma.isMaskedArray(value):
        plain = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return f"array({value.shape},{plain.dtype.str},{hashlib.sha256(plain.tobytes()).hexdigest()})"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (f"{f.name}={_content(getattr(value, f.name))}" for f in dataclasses.fields(value))
        return f"{type(value).__qualname__}({','.join(fields)})"
    raise _Unreadable(f"{type(value).__module__}.{type(value).__qualname__}")


def _code(value, label, above):
    """Text of a function, class, module or value, followed into all that is the user's own.

    `label` is the name under which it was met, for messages; `above` holds what is being read already.
    """
    for depth, earlier in enumerate(above):
        if earlier is value:
            return f"again({depth})"
    above = [*above, value]
    follow = functools.partial(_code, label=label, above=above)
    if isinstance(value, functools.partial):
        return f"partial({follow(value.func)},{follow(value.args)},{follow(value.keywords)})"
    if isinstance(value, types.MethodType):
        return f"method({follow(value.__func__)},{follow(value.__self__)})"
    if isinstance(value, staticmethod | classmethod):
        return f"{type(value).__name__}({follow(value.__func__)})"
    if isinstance(value, property):
        return f"property({','.join(follow(part) for part in (value.fget, value.fset) if part)})"
    if isinstance(value, functools.cached_property):
        return f"property({follow(value.func)})"
    if isinstance(value, types.ModuleType):
        return _module_text(value)
    if _is_library(getattr(value, "__module__", None)) and hasattr(value, "__qualname__"):
        version = getattr(sys.modules.get(value.__module__.partition(".")[0]), "__version__", "")
        return f"library({value.__module__}.{value.__qualname__},{version})"
    if isinstance(value, types.BuiltinFunctionType | np.ufunc):
        return f"builtin({value.__name__})"
    unwrapped = getattr(value, "py_func", None) or inspect.unwrap(value) if callable(value) else value
    if unwrapped is not value:
        return f"wrapped({_closure(value, label, above)},{follow(unwrapped)})"
    if isinstance(value, types.FunctionType):
        return _function_text(value, above)
    if isinstance(value, type):
        members = {
            name: _code(member, f"{value.__qualname__}.{name}", above)
            for name, member in sorted(vars(value).items())
            if not name.startswith("__") or isinstance(member, types.FunctionType)
        }
        return f"class({value.__qualname__},{[follow(base) for base in value.__bases__]},{members})"
    if isinstance(value, list | tuple):
        return f"({','.join(map(follow, value))})"
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{follow(k)}:{follow(v)}' for k, v in value.items()))}}}"
    kind = "" if type(value).__module__ in ("builtins", "numpy") else follow(type(value))
    return kind + _value_text(value, label)


def _value_text(value, label):
    try:
        return _content(value)
    except _Unreadable:
        pass
    import joblib

    try:
        return f"pickled({joblib.hash(value)})"
    except Exception as error:
        raise ValueError(
            f"keep: {label} is {_short(value)}, whose content cannot be read ({error}); "
            "hand it over in settings, or make it in the trial"
        ) from None


def _closure(function, label, above):
    cells = getattr(function, "__closure__", None) or ()
    return ",".join(_code(cell.cell_contents, label, above) for cell in cells if not _is_empty(cell))


def _is_empty(cell):
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def _function_text(function, above):
    names, modules = set(), set()
    for code in _nested(function.__code__):
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                names.add(step.argval)
            if step.opname == "IMPORT_NAME":
                modules.add(step.argval)
    closed = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    inner = {name: cell.cell_contents for name, cell in closed if not _is_empty(cell)}
    inner |= {name: function.__globals__[name] for name in names if name in function.__globals__}
    inner |= {f"import {name}": sys.modules[name] for name in modules if name in sys.modules}
    inner |= {"defaults": function.__defaults__ or (), "keyword defaults": function.__kwdefaults__ or {}}
    followed = (f"{name}={_code(value, name, above)}" for name, value in sorted(inner.items()))
    return f"function({_compiled(function.__code__)};{','.join(followed)})"


def _module_text(module):
    if _is_library(module.__name__):
        return f"library({module.__name__},{getattr(module, '__version__', '')})"
    path = Path(getattr(module, "__file__", None) or "")
    return f"module({module.__name__},{_parsed(path) if path.suffix == '.py' else ''})"


def _is_library(name):
    """Whether a module belongs to irsnb, to Python or to an installed library."""
    top = (name or "__main__").partition(".")[0]
    if top == "__main__":
        return False  # wherever its file lies: that of a notebook is the kernel's
    if top in sys.stdlib_module_names or top == "irsnb":
        return True
    path = getattr(sys.modules.get(top), "__file__", None)
    return path is not None and any(Path(path).resolve().is_relative_to(library) for library in LIBRARIES)
