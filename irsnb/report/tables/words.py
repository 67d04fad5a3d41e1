"""Numbers as people read them: lengths in a fitting unit, values with their interval."""

import math

import numpy as np

from irsnb import checks

__all__ = ["number", "spoken", "with_interval"]

_UNITS = (("m", 0), ("cm", -2), ("mm", -3), ("um", -6), ("nm", -9))


def spoken(
    length_m: float, *, digits: int = 2, lower: float | None = None, upper: float | None = None
) -> str:
    """Return a length in words, in the unit that fits it.

    Parameters
    ----------
    length_m : float
        Length [m]; NaN reads as ``n/a``.
    digits : int
        Significant digits. With an interval, the interval decides.
    lower, upper : float, optional
        Ends of its interval [m].

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it is not one real number, only one end is given, the ends are not in order, or `digits` is not
        from 1 to 15.

    Examples
    --------
    >>> spoken(12.3), spoken(0.0345), spoken(-0.00512), spoken(2.5e-6), spoken(0)
    ('12 m', '3.5 cm', '-5.1 mm', '2.5 um', '0 m')
    >>> spoken(0.0321, lower=0.029, upper=0.036)
    '3.2 cm (2.9 to 3.6 cm)'
    """
    length = one_number("length_m", length_m)
    digits = checks.count("digits", digits, 1, 15)
    if math.isnan(length):
        return "n/a"
    if length == 0 or math.isinf(length):
        unit, exponent = "m", 0
    else:
        # The unit is chosen after rounding: 9.99 mm has two digits as 1 cm.
        size = abs(float(f"{length:.{digits - 1}e}"))
        unit, exponent = next((pair for pair in _UNITS if size >= 10.0 ** pair[1]), _UNITS[-1])
    if lower is not None or upper is not None:
        ends = [
            one_number(name, value) * 10.0**-exponent for name, value in (("lower", lower), ("upper", upper))
        ]
        return with_interval(length * 10.0**-exponent, *ends, unit=unit)
    return f"{number(length * 10.0**-exponent, digits)} {unit}"


def number(value: float, digits: int = 3) -> str:
    """Return a number with some significant digits, without an exponent where it is short without.

    Parameters
    ----------
    value : float
        NaN reads as ``n/a``, infinity as ``infinite``.
    digits : int
        Significant digits; an integer keeps all of its digits.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If it is not one real number, or `digits` is not from 1 to 15.

    Examples
    --------
    >>> number(0.012345), number(98765.4), number(7371), number(1.2e-9)
    ('0.0123', '98800', '7371', '1.2e-09')
    """
    digits = checks.count("digits", digits, 1, 15)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(int(value))
    value = one_number("value", value)
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    rounded = float(f"{value:.{digits - 1}e}") + 0.0  # no minus zero
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e6:
        return np.format_float_positional(rounded, trim="-")
    return f"{rounded:.{digits}g}"


def with_interval(value: float, lower: float, upper: float, *, unit: str = "") -> str:
    """Return a value with its interval; the interval decides the last digit that is shown.

    Parameters
    ----------
    value, lower, upper : float
        A value and the ends of its interval, in the same unit. NaN in the value reads as ``n/a``, in an end
        as ``no interval``, an infinite end as ``infinite``.
    unit : str
        Shown after the value and after the interval.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If one is not a real number, or the ends are not in order.

    Examples
    --------
    >>> with_interval(3.217, 2.883, 3.604)
    '3.2 (2.9 to 3.6)'
    >>> with_interval(93.33, 90.2, 95.9, unit="%")
    '93 % (90 to 96 %)'
    """
    value, lower, upper = (
        one_number(n, v) for n, v in (("value", value), ("lower", lower), ("upper", upper))
    )
    checks.instance("unit", unit, str)
    if lower > upper:
        raise ValueError(f"lower: got {lower}; it must not exceed upper, {upper}")
    if math.isnan(value):
        return "n/a"
    if math.isnan(lower) or math.isnan(upper):
        return f"{number(value)}{f' {unit}' if unit else ''} (no interval)"
    sizes = [abs(end - value) for end in (lower, upper) if math.isfinite(end - value)]
    half = (upper - lower) / 2 if math.isfinite(upper - lower) else max(sizes, default=0.0)
    if half > 0:
        decimals = -math.floor(math.log10(half) + 1e-9)
        told = [_rounded(each, decimals) for each in (value, lower, upper)]
    else:
        told = [number(each) for each in (value, lower, upper)]
    after = f" {unit}" if unit else ""
    return f"{told[0]}{after} ({told[1]} to {told[2]}{after})"


def _rounded(value, decimals):
    if not math.isfinite(value):
        return number(value)
    if decimals > 12:
        return f"{value:.3g}"
    rounded = round(value, decimals) + 0.0  # no minus zero
    return f"{rounded:.{max(decimals, 0)}f}"


def one_number(name, value):
    """One float; NaN and infinity are allowed, anything that is not one real number is refused."""
    if value is None or isinstance(value, (bool, np.bool_, str, bytes, np.ma.MaskedArray)):
        raise ValueError(f"{name}: got {value!r}; it must be one real number")
    try:
        array = np.asarray(value)
        if array.ndim or array.dtype.kind not in "iuf":
            raise TypeError
        return float(array)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got {value!r}; it must be one real number") from None
