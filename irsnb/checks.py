"""Input checks that all floors share: each raises ``ValueError`` naming argument, value and what is allowed.

The house has no room of its own for these. They stand on the ground floor because every public
function owes its caller the same kind of message, and one way to say it.
"""

import numpy as np


def real_array(name, value):
    """Return `value` as a float array, or raise ``ValueError`` if it is not real and finite.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.

    Returns
    -------
    ndarray of float
    """
    try:
        if np.iscomplexobj(value):
            raise TypeError
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got {_short(value)}; it must be real numbers in a regular array") from None
    require(np.isfinite(array), name, array, "it must be finite")
    return array


def complex_array(name, value, trailing):
    """Return `value` as a complex array whose last axes are `trailing`, or raise ``ValueError``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
        What the caller gave.
    trailing : tuple of int
        Sizes that the last axes must have.

    Returns
    -------
    ndarray of complex
    """
    try:
        array = np.asarray(value, dtype=complex)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got {_short(value)}; it must be numbers in a regular array") from None
    if array.ndim < len(trailing) or array.shape[array.ndim - len(trailing) :] != tuple(trailing):
        raise ValueError(f"{name}: got shape {array.shape}; it must end in {tuple(trailing)}")
    require(np.isfinite(array), name, array, "it must be finite")
    return array


def points(name, value):
    """Return `value` as an array of points (..., 3) in metres, or raise ``ValueError``."""
    array = real_array(name, value)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(f"{name}: got shape {array.shape}; it must be (..., 3): x, y, z in metres")
    return array


def require(ok, name, value, allowed):
    """Raise ``ValueError`` naming the first entry of `value` where `ok` is false.

    Parameters
    ----------
    ok : array_like of bool
        True where the value is allowed; broadcasts with `value`.
    name : str
        The argument's name.
    value : ndarray
        The argument's value.
    allowed : str
        What is allowed, as the end of the sentence.
    """
    if not np.all(ok):
        value, ok = np.broadcast_arrays(value, ok)
        bad = value[~ok]
        raise ValueError(f"{name}: got {_short(bad.flat[0])}; {allowed}")


def common_shape(**shapes):
    """Return the shape to which the named shapes broadcast, or raise ``ValueError`` listing them."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listing = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes do not broadcast together: {listing}") from None


def _short(value):
    if isinstance(value, np.generic):
        value = value.item()
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
