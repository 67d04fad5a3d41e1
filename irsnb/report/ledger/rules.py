"""The four rules that give verdicts.

Each gives different verdicts on different numbers; none has a threshold that a page could choose."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.binomial import share_interval
from irsnb.report.ledger.verdicts import (
    INCONSISTENT,
    NOT_REPRODUCED,
    REPRODUCED,
    SAME_TREND,
    UNTESTABLE,
    VERDICTS,
    Judgement,
    Statement,
)
from irsnb.report.tables import number
from irsnb.report.tables.words import one_number

__all__ = ["digits", "holds", "inconsistent", "untestable"]


def digits(
    printed: ArrayLike,
    ours: ArrayLike,
    *,
    decimals: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
) -> Judgement:
    """Judge printed numbers by their last digit.

    Reproduced if each of our numbers is within one unit of the printed one's last digit, or if the printed
    number lies in our interval. Same trend if each of the others has the printed sign and is within a factor
    of 1.5. Else not reproduced.

    Parameters
    ----------
    printed, ours : array_like, shape (N,) or ()
        What the paper prints and what we got, in the same order and units.
    decimals : int or array_like of int
        Decimals to which each number is printed; negative where its last digits are zeros that say nothing.
    lower, upper : array_like, shape (N,), optional
        Ends of our intervals (95 %), where ours are drawn at random.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If shapes differ, a number is not finite, or only one end of the intervals is given.

    Examples
    --------
    >>> digits([77.91, 46.90], [77.905, 46.904], decimals=2).verdict
    'reproduced'
    >>> digits(2.0, 2.9, decimals=1).verdict
    'same trend'
    >>> digits(2.0, 2.9, decimals=1, lower=1.9, upper=4.0).verdict
    'reproduced'
    """
    printed, ours = (
        np.atleast_1d(checks.real_array(n, v)) for n, v in (("printed", printed), ("ours", ours))
    )
    if printed.ndim > 1 or printed.shape != ours.shape or not printed.size:
        raise ValueError(
            f"ours: got shape {ours.shape}; printed has {printed.shape}, one row of numbers is allowed"
        )
    places = checks.integer_array("decimals", decimals, -300, 300)
    if np.broadcast_shapes((1,), places.shape) not in ((1,), printed.shape):
        raise ValueError(f"decimals: got shape {places.shape}; it must be one integer or {printed.shape}")
    unit = np.broadcast_to(10.0**-places, printed.shape)
    with np.errstate(over="ignore"):
        off = np.abs(ours - printed)
        # A difference of exactly one unit counts, whatever binary fractions make of it.
        near = off <= unit * (1 + 1e-9) + 8 * np.spacing(np.abs(printed))
    inside = _inside(printed, lower, upper)
    small, large = np.minimum(np.abs(ours), np.abs(printed)), np.maximum(np.abs(ours), np.abs(printed))
    similar = (np.sign(ours) == np.sign(printed)) & (large / 1.5 <= small * (1 + 1e-12))
    good = near | inside
    if np.all(good):
        verdict = REPRODUCED
    else:
        verdict = SAME_TREND if np.all(good | similar) else NOT_REPRODUCED
    basis = [f"{np.count_nonzero(near)} of {near.size} within one unit of the last printed digit"]
    if np.any(inside & ~near):
        basis.append(f"{np.count_nonzero(inside & ~near)} more within our interval")
    if not np.all(good):
        with np.errstate(over="ignore"):
            worst = np.flatnonzero(~good)[np.argmax((off / unit)[~good])]
        basis.append(f"farthest: {number(ours[worst], 4)} for {number(printed[worst], 4)}")
    return Judgement(verdict, "; ".join(basis), "digits")


def _inside(printed, lower, upper):
    if (lower is None) != (upper is None):
        raise ValueError(
            f"{'lower' if lower is None else 'upper'}: got None; both ends of the intervals are needed"
        )
    if lower is None:
        return np.zeros(printed.shape, dtype=bool)
    ends = [np.atleast_1d(checks.real_array(n, v)) for n, v in (("lower", lower), ("upper", upper))]
    for name, end in zip(("lower", "upper"), ends, strict=True):
        if end.shape != printed.shape:
            raise ValueError(f"{name}: got shape {end.shape}; it must be that of printed, {printed.shape}")
    checks.require(ends[0] <= ends[1], "lower", ends[0], "it must not exceed upper")
    return (ends[0] <= printed) & (printed <= ends[1])


def holds(cases: ArrayLike | Mapping[str, ArrayLike], *, drawn: bool) -> Judgement:
    """Judge a statement that is tested in many cases.

    Reproduced if it holds in all cases; where the cases are random draws, if the lower end of the share's
    interval (95 %) is above 95 %. Same trend if it holds in 90 % of the cases, or, of a statement with
    several parts, if at least one part is reproduced. Else not reproduced. A statement with several parts is
    reproduced if all parts are.

    Parameters
    ----------
    cases : array_like of bool, or dict of str to array_like of bool
        Whether the statement holds in each case; for each part of it by name, if it has several.
    drawn : bool
        Whether the cases are random draws.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If there is no case, or a case is not a boolean.

    Examples
    --------
    >>> holds([True] * 20, drawn=False).verdict
    'reproduced'
    >>> holds([True] * 20, drawn=True)
    Judgement(verdict='same trend', basis='holds in 20 of 20 draws, 100 % (83.2 to 100 %)', rule='holds')
    >>> holds({"range": [True, True], "azimuth": [True, False]}, drawn=False).verdict
    'same trend'
    """
    drawn = checks.flag("drawn", drawn)
    if not isinstance(cases, Mapping):
        verdict, basis = _judge_cases("cases", cases, drawn)
        return Judgement(verdict, basis, "holds")
    if not cases:
        raise ValueError("cases: got no part; at least one is needed")
    parts = {
        checks.text("part of cases", name): _judge_cases(f"cases[{name!r}]", values, drawn)
        for name, values in cases.items()
    }
    verdicts = [verdict for verdict, _ in parts.values()]
    worst = max(verdicts, key=VERDICTS.index)
    verdict = SAME_TREND if worst == NOT_REPRODUCED and REPRODUCED in verdicts else worst
    basis = "; ".join(f"{name}: {part}, {told}" for name, (part, told) in parts.items())
    return Judgement(verdict, basis, "holds")


def _judge_cases(name, values, drawn):
    """Verdict and basis of one part."""
    values = checks.mask(name, values)
    if not values.size:
        raise ValueError(f"{name}: got shape {values.shape}; at least one case is needed")
    n_true, n_cases = int(np.count_nonzero(values)), values.size
    low, high = share_interval(n_true, n_cases)
    share = f"{100 * n_true / n_cases:.3g} %"
    if drawn:
        share += f" ({100 * low:.3g} to {100 * high:.3g} %)"
    good = low > 0.95 if drawn else n_true == n_cases
    verdict = REPRODUCED if good else SAME_TREND if n_true >= 0.9 * n_cases else NOT_REPRODUCED
    return verdict, f"holds in {n_true} of {n_cases} {'draws' if drawn else 'cases'}, {share}"


def inconsistent(
    first: Statement,
    second: Statement,
    *,
    quantity: str,
    readings: Mapping[str, tuple[tuple[float, float], tuple[float, float]]],
    otherwise: Judgement,
) -> Judgement:
    """Judge whether two of a paper's own statements exclude each other.

    Under each reading, each statement allows a range of one quantity, computed from what it says. The
    statements are inconsistent if under every reading the two ranges have no number in common. If one reading
    lets both be true, the claim is judged by another rule under that reading.

    Parameters
    ----------
    first, second : Statement
        The two, quoted by place.
    quantity : str
        What the ranges are ranges of, with its unit.
    readings : dict of str to ((low, high), (low, high))
        For every reading that we can name: the range that the first statement allows, and that of the second.
        A number printed to some decimals allows half a unit of its last digit either way; ends may be
        infinite.
    otherwise : Judgement
        Of another rule, under the reading that lets both be true.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If there is no reading, or a range is not two numbers in order.

    Examples
    --------
    >>> table = Statement("Table I", "64 elements")
    >>> text = Statement("Section IV", "an array of 8 by 4")
    >>> fits = Judgement("reproduced", "", "digits")
    >>> inconsistent(
    ...     table, text, quantity="elements", readings={"as it stands": ((64, 64), (32, 32))}, otherwise=fits
    ... ).verdict
    'inconsistent in the paper'
    """
    for name, given in (("first", first), ("second", second)):
        checks.instance(name, given, Statement)
    checks.text("quantity", quantity)
    checks.instance("otherwise", otherwise, Judgement)
    if not isinstance(readings, Mapping) or not readings:
        raise ValueError(f"readings: got {readings!r}; at least one reading with its two ranges is needed")
    told = []
    for reading, pair in readings.items():
        checks.text("reading of readings", reading)
        (first_low, first_high), (second_low, second_high) = _ranges(f"readings[{reading!r}]", pair)
        if max(first_low, second_low) <= min(first_high, second_high):
            both = f"{first.place} and {second.place} can both be true if read so: {reading}"
            return Judgement(
                otherwise.verdict, "; ".join(filter(None, (otherwise.basis, both))), otherwise.rule
            )
        told.append(f"{reading}: {_range(pair[0])} against {_range(pair[1])}")
    quoted = [f'{each.place}: "{each.says}"' for each in (first, second)]
    basis = f"{' excludes '.join(quoted)}; {quantity}, {'; '.join(told)}"
    return Judgement(INCONSISTENT, basis, "inconsistent")


def _ranges(name, pair):
    """Two ranges (low, high) in order; ends may be infinite."""
    wanted = "it must be two ranges (low, high), in order"
    try:
        ((a, b), (c, d)) = pair
    except (TypeError, ValueError):
        raise ValueError(f"{name}: got {pair!r:.80}; {wanted}") from None
    ends = [one_number(name, end) for end in (a, b, c, d)]
    if not (ends[0] <= ends[1] and ends[2] <= ends[3]):
        raise ValueError(f"{name}: got {pair!r:.80}; {wanted}")
    return ends[:2], ends[2:]


def _range(ends):
    low, high = (number(float(end), 4) for end in ends)
    return low if low == high else f"{low} to {high}"


def untestable(missing: str, *, tried: Mapping[str, Judgement] | None = None) -> Judgement:
    """Judge a claim for which the paper leaves out an input.

    Not stated enough to test, unless the input does not matter: if the claim was tried with several values of
    it and the verdict is the same with all of them, that verdict stands.

    Parameters
    ----------
    missing : str
        The missing input.
    tried : dict of str to Judgement, optional
        Verdict by another rule for each value that was tried; at least two.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If the input is not named, or fewer than two values were tried.

    Examples
    --------
    >>> yes, no = (Judgement(verdict, "", "digits") for verdict in ("reproduced", "not reproduced"))
    >>> untestable("the number of pilots", tried={"10": no, "100": yes}).verdict
    'not stated enough to test'
    >>> untestable("the number of pilots", tried={"10": no, "100": no}).verdict
    'not reproduced'
    """
    checks.text("missing", missing)
    if tried is None:
        return Judgement(UNTESTABLE, f"not stated: {missing}", "untestable")
    if not isinstance(tried, Mapping) or len(tried) < 2:
        raise ValueError(f"tried: got {tried!r}; at least two values with their judgements are needed")
    verdicts = {
        checks.text("value in tried", value): checks.instance(f"tried[{value!r}]", found, Judgement).verdict
        for value, found in tried.items()
    }
    told = ", ".join(f"{value}: {verdict}" for value, verdict in verdicts.items())
    if len(set(verdicts.values())) == 1:
        return Judgement(
            next(iter(verdicts.values())), f"whatever {missing}, which is not stated ({told})", "untestable"
        )
    return Judgement(
        UNTESTABLE, f"not stated: {missing}, and the verdict depends on it ({told})", "untestable"
    )
