"""Checks of what a caller gave: each raises ``ValueError`` with argument, value and what is allowed.

Every message reads ``name: got VALUE; it must be ...``. Where one entry of an array is at fault, its index is
named: ``name: got nan; it must be finite (at index 17)``. Checks return the value in the form that a
computation needs.
"""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

__all__ = [
    "MEMORY_LIMIT",
    "azimuth",
    "check_memory",
    "choice",
    "common_shape",
    "complex_array",
    "count",
    "covariance",
    "elevation",
    "flag",
    "function",
    "generator",
    "instance",
    "integer_array",
    "least_eigenvalue",
    "mask",
    "missing",
    "point",
    "points",
    "positive",
    "real_array",
    "real_number",
    "require",
    "row_values",
    "shape",
    "text",
    "texts",
]

MEMORY_LIMIT = 4e9
"""Bytes that one array may take before :func:`check_memory` refuses it. Assign to change it."""

_T = TypeVar("_T")
_REAL, _NUMBERS = "must be real numbers in a regular array", "must be numbers in a regular array"
_KINDS = {
    "b": "booleans",
    "i": "integers",
    "u": "integers",
    "f": "real numbers",
    "c": "complex numbers",
    "U": "text",
    "S": "text",
    "T": "text",
    "M": "dates",
    "m": "durations",
    "V": "records",
}
_TURNS = 4 * np.pi
_ZENITH = np.pi / 2 * (1 + 1e-12)


# ---------------------------------------------------------------------------------------------- numbers


def real_array(name: str, value: Any, *, missing: bool = False) -> np.ndarray:
    """Return `value` as a float array, or raise ``ValueError`` if it is not real and finite.

    Integers are converted. Text, booleans, dates, complex numbers and masked arrays are refused.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.
    missing : bool
        Whether NaN is allowed because it means a missing measurement.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If the value is of another kind, not a regular array, infinite, or NaN where that is not allowed.

    Examples
    --------
    >>> real_array("height", [1, 2])
    array([1., 2.])
    >>> real_array("height", [1.0, float("nan")])
    Traceback (most recent call last):
    ValueError: height: got nan; it must be finite (at index 1)
    """
    array = _array(name, value, "fiu", _REAL, float)
    finite = np.isfinite(array)
    if not finite.all():
        if missing:
            require(finite | np.isnan(array), name, array, "it must be finite, or NaN where it is missing")
        else:
            require(finite, name, array, "it must be finite")
    return array


def complex_array(
    name: str, value: Any, trailing: Iterable[int | None] = (), *, finite: bool = True
) -> np.ndarray:
    """Return `value` as a complex array whose last axes are `trailing`, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave; real numbers are converted.
    trailing : sequence of int or None
        Sizes that the last axes must have; None stands for any size.
    finite : bool
        False where a value that is not finite is a matter of its row, not of the call.

    Returns
    -------
    ndarray of complex

    Raises
    ------
    ValueError
        If the value is not numbers, not finite, or of another shape.
    """
    array = _array(name, value, "cfiu", _NUMBERS, complex)
    trailing = tuple(trailing)
    sizes = array.shape[array.ndim - len(trailing) :] if array.ndim >= len(trailing) else None
    if sizes != trailing and (
        sizes is None or any(asked not in (None, size) for asked, size in zip(trailing, sizes, strict=True))
    ):
        asked = str(trailing).replace("None", "any")
        raise ValueError(f"{name}: got shape {array.shape}; it must end in {asked}")
    if finite:
        require(np.isfinite(array), name, array, "it must be finite")
    return array


def row_values(name: str, value: Any, *, is_complex: bool = False) -> np.ndarray:
    """Return numbers of a batch as an array, whatever their values, or raise ``ValueError`` for another kind.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave: NaN and infinities pass, :func:`irsnb.fix.sift_rows` judges them row by row.
    is_complex : bool
        Whether complex numbers are allowed; they stay complex, and real numbers real.

    Returns
    -------
    ndarray of float or complex
    """
    array = _array(name, value, "fiuc" if is_complex else "fiu", "must be numbers in a regular array", None)
    return (
        array
        if array.dtype in (float, complex)
        else array.astype(complex if array.dtype.kind == "c" else float)
    )


def integer_array(name: str, value: Any, low: int | None = None, high: int | None = None) -> np.ndarray:
    """Return `value` as an array of integers from `low` to `high`, both included, or raise ``ValueError``.

    Floats are refused, also whole ones: an index that was computed as a float is a mistake.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like of int
        What the caller gave.
    low, high : int, optional
        Range.

    Returns
    -------
    ndarray of int
    """
    array = _array(name, value, "iuf", "must be integers in a regular array", None)
    if array.dtype.kind == "f":
        if array.size:
            raise ValueError(
                f"{name}: got {_short(value)}; it must be integers in a regular array, not floats"
            )
        array = array.astype(int)
    if low is not None:
        require(array >= low, name, array, f"it must be at least {low}")
    if high is not None:
        require(array <= high, name, array, f"it must be at most {high}")
    return array.astype(int, copy=False)


def mask(name: str, value: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return `value` as an array of booleans, of a given shape if one is asked, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like of bool
        What the caller gave.
    shape : tuple of int, optional
        The shape that is asked; any if left out.

    Returns
    -------
    ndarray of bool

    Raises
    ------
    ValueError
        If the value is not booleans, or of another shape.
    """
    wanted = "must be booleans in a regular array"
    array = _array(name, value, "b", wanted, None)
    if shape is not None and array.shape != tuple(shape):
        raise ValueError(f"{name}: got shape {array.shape}; it {wanted} of shape {tuple(shape)}")
    return array


def real_number(name: str, value: Any) -> float:
    """Return `value` as one finite float, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : float
        What the caller gave.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the value is not one number, or not real and finite.
    """
    if type(value) is float and math.isfinite(value):
        return value
    array = real_array(name, value)
    if array.ndim:
        raise ValueError(f"{name}: got shape {array.shape}; it must be one number")
    return float(array)


def positive(name: str, value: Any, unit: str = "") -> np.ndarray:
    """Return `value` as a float array above 0, or raise ``ValueError`` that says so with the unit.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.
    unit : str
        The value's unit, for the message.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If a value is not real and finite, or not above 0.
    """
    array = real_array(name, value)
    require(array > 0, name, array, f"it must be above 0 {unit}".rstrip())
    return array


def points(name: str, value: Any) -> np.ndarray:
    """Return `value` as an array of points (..., 3) in metres, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like, shape (..., 3)
        What the caller gave.

    Returns
    -------
    ndarray of float, shape (..., 3)

    Raises
    ------
    ValueError
        If a value is not real and finite, or the last axis is not 3.
    """
    array = real_array(name, value)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"{name}: got shape {array.shape}; it must be (..., 3): x, y, z in metres")
    return array


def point(name: str, value: Any) -> np.ndarray:
    """Return `value` as one point (3,) in metres, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like, shape (3,)
        What the caller gave.

    Returns
    -------
    ndarray of float, shape (3,)

    Raises
    ------
    ValueError
        If a value is not real and finite, or the shape is not (3,).
    """
    array = points(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name}: got shape {array.shape}; it must be one point, (3,)")
    return array


def azimuth(name: str, value: Any) -> np.ndarray:
    """Return `value` as a float array of azimuths [rad], or raise ``ValueError``.

    Up to two turns either way are allowed, because a sum of angles may exceed one. What lies beyond is taken
    for degrees.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If a value is not real and finite, or beyond +-4 pi.
    """
    array = real_array(name, value)
    if array.size and not -_TURNS <= array.min() <= array.max() <= _TURNS:
        allowed = "it must lie within +-4 pi rad; convert degrees to radians"
        require(np.abs(array) <= _TURNS, name, array, allowed)
    return array


def elevation(name: str, value: Any) -> np.ndarray:
    """Return `value` as a float array of elevations [rad] within +-pi/2, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        If a value is not real and finite, or beyond +-pi/2.
    """
    array = real_array(name, value)
    if array.size and not -_ZENITH <= array.min() <= array.max() <= _ZENITH:
        allowed = "it must lie within +-pi/2 rad (+-90 deg); convert degrees to radians"
        require(np.abs(array) <= _ZENITH, name, array, allowed)
    return array


def covariance(name: str, value: Any, size: int | None = None, *, is_complex: bool = False) -> np.ndarray:
    """Return `value` as Hermitian, positive definite matrices (..., N, N), or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like, shape (..., N, N)
        What the caller gave.
    size : int, optional
        N; any size from 1 if left out.
    is_complex : bool
        Whether complex entries are allowed; the result is complex then, else real.

    Returns
    -------
    ndarray, shape (..., N, N)

    Raises
    ------
    ValueError
        If the matrices are not finite, not square, of another size, differ from their conjugate transpose by
        more than 1e-9 of their largest entry (1e-4 in single precision), or have an eigenvalue not above 0.
    """
    single = str(getattr(value, "dtype", "")) in ("float32", "complex64")
    array = complex_array(name, value) if is_complex else real_array(name, value)
    if (
        array.ndim < 2
        or array.shape[-1] != array.shape[-2]
        or array.shape[-1] == 0
        or size
        not in (
            None,
            array.shape[-1],
        )
    ):
        wanted = "(..., N, N)" if size is None else f"(..., {size}, {size})"
        raise ValueError(f"{name}: got shape {array.shape}; it must be {wanted}")
    departure = np.abs(array - np.swapaxes(array.conj(), -1, -2)).max(axis=(-1, -2))
    scale = np.abs(array).max(axis=(-1, -2))
    word = "Hermitian" if is_complex else "symmetric"
    require(
        departure <= (1e-4 if single else 1e-9) * scale,
        name,
        departure,
        f"it must be {word} (largest departure shown)",
    )
    least = least_eigenvalue(array)
    require(least > 0, name, least, "it must be positive definite (least eigenvalue of correlations shown)")
    return array


# ---------------------------------------------------------------------------------------------- settings


def least_eigenvalue(matrices: np.ndarray) -> np.ndarray:
    """Least eigenvalue of covariances, each scaled to ones on its diagonal.

    So mixed units, such as microradians beside metres, and large numbers do no harm.

    Parameters
    ----------
    matrices : ndarray, shape (..., N, N)
        Hermitian.

    Returns
    -------
    ndarray, shape (...)
        -1 where an entry of the diagonal is not above 0, or a correlation is far beyond 1.
    """
    variances = np.diagonal(matrices, axis1=-2, axis2=-1).real
    scale = np.sqrt(np.where(variances > 0, variances, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        correlations = matrices / scale[..., :, None] / scale[..., None, :]
        hopeless = ~(np.abs(correlations).max(axis=(-1, -2)) <= 2) | (variances <= 0).any(axis=-1)
    least = np.linalg.eigvalsh(np.where(hopeless[..., None, None], 0, correlations))[..., 0]
    return np.where(hopeless, -1.0, least)


def count(name: str, value: Any, low: int = 1, high: int | None = None) -> int:
    """Return `value` as an integer from `low` to `high`, both included, or raise ``ValueError``.

    numpy's integers are accepted; booleans and floats, also whole ones, are refused.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : int
        What the caller gave.
    low, high : int, optional
        Range, both included.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the value is not an integer in the range.

    Examples
    --------
    >>> count("rows", 4)
    4
    >>> count("rows", 2.0)
    Traceback (most recent call last):
    ValueError: rows: got 2.0; it must be an integer of at least 1
    """
    number = None
    if not isinstance(value, (bool, np.bool_, np.ma.MaskedArray)):
        try:
            number = operator.index(value)
        except TypeError:
            pass
    if number is None or number < low or (high is not None and number > high):
        allowed = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name}: got {_short(value)}; it must be an integer {allowed}")
    return number


def shape(name: str, value: Any, low: int = 0) -> tuple[int, ...]:
    """Return `value`, an integer or a sequence of them, as the shape of an array, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : int or sequence of int
        What the caller gave.
    low : int
        Least size of an axis.

    Returns
    -------
    tuple of int

    Raises
    ------
    ValueError
        If the value is something else.
    """
    if isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return tuple(count(f"{name}[{i}]", size, low) for i, size in enumerate(value))
    if isinstance(value, (int, np.integer)):
        return (count(name, value, low),)
    raise ValueError(f"{name}: got {_short(value)}; it must be a tuple of integers of at least {low}")


def choice(name: str, value: Any, allowed: Iterable[_T]) -> _T:
    """Return the entry of `allowed` that equals `value`, or raise ``ValueError`` that lists them.

    True is not taken for 1, nor False for 0.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
        What the caller gave.
    allowed : iterable
        What it may be.

    Returns
    -------
    object
        The entry of `allowed`.

    Raises
    ------
    ValueError
        If the value is none of them.

    Examples
    --------
    >>> choice("method", "median", ("mean", "binary"))
    Traceback (most recent call last):
    ValueError: method: got 'median'; it must be one of 'mean', 'binary'
    """
    allowed = tuple(allowed)
    for entry in allowed:
        if value is entry or (
            isinstance(value, type(entry))
            and isinstance(value, bool) == isinstance(entry, bool)
            and value == entry
        ):
            return entry
    listing = ", ".join(map(repr, allowed))
    raise ValueError(f"{name}: got {_short(value)}; it must be one of {listing}")


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False, or raise ``ValueError``: 1, "no" and None are neither.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : bool
        What the caller gave.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If the value is something else.
    """
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise ValueError(f"{name}: got {_short(value)}; it must be True or False")


def generator(name: str, value: Any) -> np.random.Generator:
    """Return `value` if it is a ``numpy.random.Generator``, or raise ``ValueError`` that shows one.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : numpy.random.Generator
        What the caller gave.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    ValueError
        If the value is something else, such as a seed.
    """
    if isinstance(value, np.random.Generator):
        return value
    seed = value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "seed"
    raise ValueError(
        f"{name}: got {_short(value)}; it must be a numpy.random.Generator, such as "
        f"numpy.random.default_rng({_short(seed) if seed is value else seed})"
    )


def instance(name: str, value: Any, cls: type[_T]) -> _T:
    """Return `value` if it is an instance of `cls`, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
        What the caller gave.
    cls : type
        The class that is asked.

    Returns
    -------
    object
        The value.

    Raises
    ------
    ValueError
        If the value is no instance of the class.
    """
    if isinstance(value, cls):
        return value
    article = "an" if cls.__name__[0] in "AEIOU" else "a"
    raise ValueError(f"{name}: got {_short(value)}; it must be {article} {cls.__name__}")


def function(name: str, value: Any) -> Callable:
    """Return `value` if it can be called, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : callable
        What the caller gave.

    Returns
    -------
    callable
        The value.

    Raises
    ------
    ValueError
        If the value cannot be called.
    """
    if callable(value):
        return value
    raise ValueError(f"{name}: got {_short(value)}; it must be a function")


def text(name: str, value: Any) -> str:
    """Return `value` if it is a text that says something, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : str
        What the caller gave.

    Returns
    -------
    str
        The value.

    Raises
    ------
    ValueError
        If the value is no text, empty, or white space only.
    """
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError(f"{name}: got {_short(value)}; it must be a text that says something")


def texts(name: str, value: Any) -> list[str]:
    """Return `value` as a list of texts that say something, at least one, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : sequence of str
        What the caller gave: a list, a tuple or an array of one dimension.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If the value is no such sequence, is empty, or an entry is no text or empty.
    """
    if not (isinstance(value, (list, tuple)) or getattr(value, "ndim", 0) == 1) or not len(value):
        raise ValueError(f"{name}: got {_short(value)}; it must be a list of texts, at least one")
    return [text(f"{name}[{index}]", entry) for index, entry in enumerate(value)]


# ------------------------------------------------------------------------------------- shapes and sizes


def require(ok: Any, name: str, value: Any, allowed: str) -> None:
    """Raise ``ValueError`` naming the first entry of `value` where `ok` is false, and its index.

    Parameters
    ----------
    ok : array_like of bool
        True where the value is allowed; broadcasts with `value`.
    name : str
        The argument's name.
    value : array_like
        The argument's value.
    allowed : str
        What is allowed, as the end of the sentence.

    Raises
    ------
    ValueError
        If `ok` is false anywhere.
    """
    ok = np.asarray(ok)
    if ok.all():
        return
    value, ok = np.broadcast_arrays(value, ok)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmin(ok)), ok.shape))
    where = "" if not index else f" (at index {index[0] if len(index) == 1 else index})"
    raise ValueError(f"{name}: got {_short(value[index])}; {allowed}{where}")


def common_shape(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape to which the named shapes broadcast, or raise ``ValueError`` listing them.

    Parameters
    ----------
    **shapes : tuple of int
        One shape for each argument's name.

    Returns
    -------
    tuple of int

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> common_shape(target=(5, 1), receiver=(4,))
    (5, 4)
    >>> common_shape(target=(5,), receiver=(4,))
    Traceback (most recent call last):
    ValueError: shapes do not broadcast together: target (5,), receiver (4,)
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listing = ", ".join(f"{name} {sizes}" for name, sizes in shapes.items())
        raise ValueError(f"shapes do not broadcast together: {listing}") from None


def check_memory(name: str, value: Any, n_bytes: float) -> None:
    """Raise ``ValueError`` if `value` of argument `name` asks for more memory than :data:`MEMORY_LIMIT`.

    Call it before the allocation.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
        What the caller gave.
    n_bytes : float
        Size of the largest array that the value leads to.

    Raises
    ------
    ValueError
        If that is above the limit.

    Examples
    --------
    >>> check_memory("rows", 10**6, 24e9)
    Traceback (most recent call last):
    ValueError: rows: got 1000000; it would need 24 GB of memory, the limit is 4 GB (checks.MEMORY_LIMIT)
    """
    if n_bytes > MEMORY_LIMIT:
        raise ValueError(
            f"{name}: got {_short(value)}; it would need {n_bytes / 1e9:.3g} GB of memory, "
            f"the limit is {MEMORY_LIMIT / 1e9:.3g} GB (checks.MEMORY_LIMIT)"
        )


def missing(package: str, extra: str) -> ImportError:
    """Return the ``ImportError`` to raise where a package of an optional extra is not installed.

    Parameters
    ----------
    package : str
        Its name.
    extra : str
        The extra of irsnb that installs it.

    Returns
    -------
    ImportError

    Examples
    --------
    >>> str(missing("keras", "networks"))
    "keras is not installed: pip install 'irsnb[networks]'"
    """
    return ImportError(f"{package} is not installed: pip install 'irsnb[{extra}]'")


# ----------------------------------------------------------------------------------------------- helpers


def _array(name, value, kinds, wanted, dtype):
    """`value` as an array of `dtype` if its kind is one of `kinds`; else ``ValueError`` with `wanted`."""
    if type(value) is not np.ndarray:
        if _is_masked(value):
            raise ValueError(
                f"{name}: got a masked array; it {wanted}: fill the masked entries, value.filled(numpy.nan)"
            )
        try:
            array = np.asarray(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"{name}: got {_short(value)}; it {wanted}") from None
        if array.dtype.kind == "O" and isinstance(value, int):
            array = _large_integer(value)
    else:
        array = value
    kind = array.dtype.kind
    if kind not in kinds:
        instead = f", not {_KINDS[kind]}" if kind in _KINDS else ""
        raise ValueError(f"{name}: got {_short(value)}; it {wanted}{instead}")
    if dtype is None or array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def _large_integer(value):
    """An integer beyond 64 bits as a float array; infinite where it is beyond the range of floats."""
    try:
        return np.asarray(float(value))
    except OverflowError:
        return np.asarray(math.inf if value > 0 else -math.inf)


def _is_masked(value):
    if isinstance(value, (list, tuple)):
        return any(
            isinstance(entry, (list, tuple, np.ma.MaskedArray)) and _is_masked(entry) for entry in value
        )
    return isinstance(value, np.ma.MaskedArray)


def _short(value):
    if isinstance(value, np.generic):
        value = value.item() if value.dtype.kind not in "Mm" else value
    if isinstance(value, np.ndarray) and value.size > 12:
        return f"an array of {value.dtype} of shape {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
