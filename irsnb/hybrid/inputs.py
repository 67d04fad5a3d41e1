"""Input checks that the functions of this wing share: users, covariances, numbers of sources, grids, shapes.

Each returns what it was given in the form in which a computation needs it, or raises ``ValueError`` with
argument, value and what is allowed.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.arrays import PlanarArray

__all__: list[str] = []


def users(name: str, value: ArrayLike, unknowns: tuple[int, ...] = (2, 3)) -> np.ndarray:
    """Users (..., K, P): azimuth, elevation [rad] and, if P = 3, a distance above 0 [m]."""
    array = checks.real_array(name, value)
    if array.ndim < 2 or array.shape[-1] not in unknowns or not array.size:
        allowed = {
            (2,): "(..., K, 2): azimuth, elevation [rad]",
            (3,): "(..., K, 3), with distances: azimuth, elevation [rad], distance [m]",
        }
        both = "(..., K, 3): azimuth, elevation [rad], distance [m], or (..., K, 2) for plane waves"
        raise ValueError(f"{name}: got shape {array.shape}; it must be {allowed.get(unknowns, both)}")
    angles(name, array)
    checks.require(array[..., 2:] > 0, name, array[..., 2:], "a distance must be above 0 m")
    return array


def angles(name: str, array: np.ndarray) -> None:
    """Raise ``ValueError`` unless the first two columns of an array are an azimuth and an elevation."""
    # One pass where all is well, which is nearly always.
    if not (np.abs(array[..., 1]).max(initial=0) <= np.pi / 2 and np.abs(array[..., 0]).max(initial=0) <= 7):
        checks.azimuth(name, array[..., 0])
        checks.elevation(name, array[..., 1])


def unbounded(name: str, value: ArrayLike, missing: bool = False) -> np.ndarray:
    """A float array in which infinity is allowed, as an unresolved distance, and NaN if `missing`."""
    try:
        infinite = np.isposinf(value)
    except (TypeError, ValueError):
        infinite = np.zeros((), dtype=bool)
    if isinstance(value, np.ma.MaskedArray) or not np.any(infinite):
        return checks.real_array(name, value, missing=missing)
    array = checks.real_array(name, np.where(infinite, 1.0, value), missing=missing)
    return np.where(infinite, np.inf, array)


def covariances(name: str, value: ArrayLike, size: int | None = None) -> np.ndarray:
    """Covariances as a complex array (..., M, M): Hermitian, and no larger off the diagonal than on it.

    The latter is what can be seen of a negative eigenvalue without computing any.
    """
    import irsnb.hybrid.kernels as kernels

    # Products of single-precision snapshots are Hermitian to their own rounding.
    single = getattr(value, "dtype", None) in (np.dtype("complex64"), np.dtype("float32"))
    array = checks.complex_array(name, value)
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or not array.size:
        raise ValueError(f"{name}: got shape {array.shape}; it must be square, (..., M, M)")
    if size is not None and array.shape[-1] != size:
        raise ValueError(
            f"{name}: got shape {array.shape}; the array has {size} elements, so it must end in "
            f"({size}, {size})"
        )
    size = array.shape[-1]
    departure, excess, largest = kernels.departures(np.ascontiguousarray(array).reshape(-1, size, size))
    tolerance = (1e-4 if single else 1e-9) * largest
    checks.require(
        departure <= tolerance, name, departure, "it must be Hermitian (the largest departure is shown)"
    )
    checks.require(
        excess <= tolerance,
        name,
        excess,
        "it must have no negative eigenvalue: an entry is larger than the mean of its row's and its column's "
        "diagonal entries (by the number shown)",
    )
    return array


def no_negative(name: str, eigenvalues: np.ndarray) -> None:
    """Raise ``ValueError`` if an eigenvalue (..., M), rising, is below 0 by more than rounding."""
    least = eigenvalues[..., 0]
    largest = np.abs(eigenvalues).max(axis=-1)
    checks.require(least >= -1e-4 * largest, name, least, "it must have no negative eigenvalue (least shown)")


def rows(name: str, value: ArrayLike, missing: bool = False) -> np.ndarray:
    """A real array; one of single precision, which may be large, stays so. NaN is allowed if `missing`."""
    if type(value) is not np.ndarray or value.dtype != np.float32:
        return checks.real_array(name, value, missing=missing)
    finite = np.isfinite(value)
    checks.require(finite | np.isnan(value) if missing else finite, name, value, "it must be finite")
    return value


def sources(name: str, value: Any, size: int, low: int = 1) -> int:
    """A number of sources that leaves an array of `size` elements a noise subspace."""
    number = checks.count(name, value, low)
    if number >= size:
        raise ValueError(
            f"{name}: got {number} with {size} elements; the elements must outnumber the sources, or "
            "no noise subspace is left"
        )
    return number


def axis(name: str, value: ArrayLike, kind: str = "") -> np.ndarray:
    """One axis of a grid, not empty: of azimuths, of elevations, of distances above 0 or of any numbers."""
    check = {"azimuth": checks.azimuth, "elevation": checks.elevation, "distance": checks.positive}
    array = check.get(kind, checks.real_array)(name, value)
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"{name}: got shape {array.shape}; it must be one axis, (n,), with at least one point"
        )
    return array


def sides(name: str, value: Any, low: int = 1) -> tuple[int, int]:
    """Rows and columns of an array, at least `low` each."""
    try:
        sizes = checks.shape(name, value, low)
    except ValueError:
        sizes = ()
    if len(sizes) != 2:
        raise ValueError(f"{name}: got {value!r}; it must be (rows, columns), two integers of at least {low}")
    return sizes


def masks(name: str, value: ArrayLike, low: int = 2) -> np.ndarray:
    """A mask (rows, columns) of booleans with at least one True entry."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name}: it must be a regular array of bool, (rows, columns)") from None
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name}: got a masked array; it must be an array of bool, (rows, columns)")
    if array.ndim != 2 or min(array.shape) < low or array.dtype != bool:
        raise ValueError(
            f"{name}: got {array.dtype} of shape {array.shape}; it must be bool, (rows, columns), "
            f"both at least {low}"
        )
    if not array.any():
        raise ValueError(f"{name}: got no True entry; at least one element must listen")
    return array


def indices(name: str, value: ArrayLike, size: int) -> np.ndarray:
    """Indices from 0 to `size` - 1, at least one."""
    array = checks.integer_array(name, value)
    if not array.size:
        raise ValueError(f"{name}: got shape {array.shape}; it must hold at least one index")
    checks.require((array >= 0) & (array < size), name, array, f"it must be from 0 to {size - 1}")
    return array


def power(name: str, value: Any) -> float:
    """One power, at least 0."""
    number = checks.real_number(name, value)
    checks.require(number >= 0, name, number, "it must be at least 0")
    return number


def planar_array(name: str, value: Any) -> PlanarArray:
    """A :class:`irsnb.arrays.PlanarArray`."""
    return checks.instance(name, value, PlanarArray)
