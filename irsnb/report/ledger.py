"""The ledger: what each paper claims, what we computed, how far the bound is, and the verdict.

The paper's side comes from :mod:`irsnb.report.claims`. Ours is computed: a notebook makes a :class:`Row` for
each claim it tests and shows them with :func:`record`. The rows travel inside the notebook's stored outputs,
where :func:`collect` finds them for the ledger page and for the tests, so a figure exists in one place only
and always comes from a cell. The verdict comes from one of four rules: :func:`digits`, :func:`holds`,
:func:`inconsistent`, :func:`untestable`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.claims import claim
from irsnb.report.runs import scale
from irsnb.report.tables import html_table, number, stored_outputs

__all__ = [
    "OUTPUT_KEY",
    "VERDICTS",
    "Judgement",
    "Record",
    "Row",
    "Statement",
    "collect",
    "digits",
    "holds",
    "inconsistent",
    "judge_printed",
    "judge_share",
    "record",
    "row",
    "share_interval",
    "untestable",
]

REPRODUCED, SAME_TREND, NOT_REPRODUCED = "reproduced", "same trend", "not reproduced"
INCONSISTENT, UNTESTABLE = "inconsistent in the paper", "not stated enough to test"
VERDICTS = (REPRODUCED, SAME_TREND, NOT_REPRODUCED, INCONSISTENT, UNTESTABLE)
"""Every verdict that a row can carry."""

OUTPUT_KEY = "irsnb_ledger"


@dataclass(frozen=True)
class Judgement:
    """What a rule found.

    Attributes
    ----------
    verdict : str
        One of :data:`VERDICTS`.
    basis : str
        What the verdict rests on, in one line.
    rule : str
        Name of the rule.
    """

    verdict: str
    basis: str
    rule: str


@dataclass(frozen=True)
class Statement:
    """A statement of a paper, quoted by its place.

    Attributes
    ----------
    place : str
        Section, figure, table or equation.
    says : str
        The statement.
    """

    place: str
    says: str

    def __post_init__(self):
        _text("place", self.place)
        _text("says", self.says)


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
    off = np.abs(ours - printed)
    # A difference of exactly one unit counts, whatever binary fractions make of it.
    near = off <= unit * (1 + 1e-9) + 8 * np.spacing(np.abs(printed))
    inside = _inside(printed, lower, upper)
    small, large = np.minimum(np.abs(ours), np.abs(printed)), np.maximum(np.abs(ours), np.abs(printed))
    similar = (np.sign(ours) == np.sign(printed)) & (large <= 1.5 * small * (1 + 1e-12))
    good = near | inside
    if np.all(good):
        verdict = REPRODUCED
    else:
        verdict = SAME_TREND if np.all(good | similar) else NOT_REPRODUCED
    basis = [f"{np.count_nonzero(near)} of {near.size} within one unit of the last printed digit"]
    if np.any(inside & ~near):
        basis.append(f"{np.count_nonzero(inside & ~near)} more within our interval")
    if not np.all(good):
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


def share_interval(n_true: int, n_cases: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share that was counted in random draws (Clopper and Pearson 1934, exact).

    Parameters
    ----------
    n_true, n_cases : int
        In how many of how many draws the statement holds.
    level : float
        Probability that such an interval covers the true share, at least.

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        If a count is negative or `n_true` exceeds `n_cases`, or the level is not between 0 and 1.

    Examples
    --------
    >>> low, high = share_interval(20, 20)
    >>> round(low, 3), high
    (0.832, 1.0)
    """
    n_cases = checks.count("n_cases", n_cases)
    n_true = checks.count("n_true", n_true, 0, n_cases)
    level = checks.real_number("level", level)
    checks.require(0 < level < 1, "level", level, "it must lie between 0 and 1")
    from scipy.special import betaincinv

    tail, n_false = (1 - level) / 2, n_cases - n_true
    low = betaincinv(n_true, n_false + 1, tail) if n_true else 0.0
    high = betaincinv(n_true + 1, n_false, 1 - tail) if n_false else 1.0
    return float(low), float(high)


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
    parts = {name: _judge_cases(f"cases[{name!r}]", values, drawn) for name, values in cases.items()}
    verdicts = [verdict for verdict, _ in parts.values()]
    worst = max(verdicts, key=VERDICTS.index)
    verdict = SAME_TREND if worst == NOT_REPRODUCED and REPRODUCED in verdicts else worst
    basis = "; ".join(f"{name}: {part}, {told}" for name, (part, told) in parts.items())
    return Judgement(verdict, basis, "holds")


def _judge_cases(name, values, drawn):
    """Verdict and basis of one part."""
    values = np.asarray(values)
    if values.dtype != bool or not values.size:
        raise ValueError(
            f"{name}: got {values.dtype} of shape {values.shape}; it must be booleans, at least one"
        )
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
    _text("quantity", quantity)
    checks.instance("otherwise", otherwise, Judgement)
    if not isinstance(readings, Mapping) or not readings:
        raise ValueError(f"readings: got {readings!r}; at least one reading with its two ranges is needed")
    told = []
    for reading, pair in readings.items():
        ranges = checks.real_array(f"readings[{reading!r}]", _finite_ends(pair))
        if ranges.shape != (2, 2) or np.any(ranges[:, 0] > ranges[:, 1]):
            raise ValueError(
                f"readings[{reading!r}]: got {pair!r}; it must be two ranges (low, high), in order"
            )
        if ranges[:, 0].max() <= ranges[:, 1].min():
            both = f"{first.place} and {second.place} can both be true if read so: {reading}"
            return Judgement(
                otherwise.verdict, "; ".join(filter(None, (otherwise.basis, both))), otherwise.rule
            )
        told.append(f"{reading}: {_range(pair[0])} against {_range(pair[1])}")
    quoted = [f'{each.place}: "{each.says}"' for each in (first, second)]
    basis = f"{' excludes '.join(quoted)}; {quantity}, {'; '.join(told)}"
    return Judgement(INCONSISTENT, basis, "inconsistent")


def _finite_ends(pair):
    """Infinite ends as the largest floats: what is compared is order only."""
    try:
        return np.clip(np.asarray(pair, dtype=float), -np.finfo(float).max, np.finfo(float).max)
    except (TypeError, ValueError):
        return pair


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
    _text("missing", missing)
    if tried is None:
        return Judgement(UNTESTABLE, f"not stated: {missing}", "untestable")
    if not isinstance(tried, Mapping) or len(tried) < 2:
        raise ValueError(f"tried: got {tried!r}; at least two values with their judgements are needed")
    verdicts = {
        value: checks.instance(f"tried[{value!r}]", found, Judgement).verdict
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


def judge_printed(paper: str, name: str, ours: ArrayLike) -> str:
    """Verdict on printed numbers: reproduced if each of ours is within one unit of the last digit.

    Pages of the first edition use it; :func:`digits` takes its place.

    Parameters
    ----------
    paper, name : str
        A claim with printed numbers.
    ours : array_like
        Our numbers, in the same order and units.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the claim prints no numbers, or another count of them.
    """
    stated = claim(paper, name)
    ours = checks.real_array("ours", ours)
    if not stated.printed or ours.shape != (len(stated.printed),):
        raise ValueError(f"ours: got shape {ours.shape}; {name} prints {len(stated.printed)} numbers")
    off = np.abs(ours - stated.printed)
    return REPRODUCED if np.all(off <= 10.0**-stated.decimals) else NOT_REPRODUCED


def judge_share(share: float) -> str:
    """Verdict on a statement tested in many cases, from the share in which it holds.

    Pages of the first edition use it; :func:`holds` takes its place. Everywhere: reproduced. In at least nine
    cases of ten: same trend. Else: not reproduced.

    Parameters
    ----------
    share : float
        In [0, 1].

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the share is not in [0, 1].
    """
    share = checks.real_number("share", share)
    checks.require(0 <= share <= 1, "share", share, "it must lie in [0, 1]")
    return REPRODUCED if share == 1 else SAME_TREND if share >= 0.9 else NOT_REPRODUCED


@dataclass(frozen=True)
class Row:
    """Our side of one claim; made by :func:`row`."""

    paper: str
    name: str
    ours: str
    bound: str
    verdict: str
    why: str
    scale: str
    flawed: str = ""
    rule: str = ""

    @property
    def anchor(self) -> str:
        """Identifier of the row on the notebook's page."""
        return f"{self.paper}-{self.name}"

    @property
    def label(self) -> str:
        """The verdict, and whether it is flawed."""
        return f"{self.verdict}, flawed" if self.flawed else self.verdict

    @property
    def reason(self) -> str:
        """What the verdict rests on, and the step that makes it flawed."""
        return f"{self.why}; flawed: {self.flawed}" if self.flawed else self.why


def row(
    paper: str,
    name: str,
    *,
    ours: str,
    verdict: Judgement | str,
    why: str = "",
    bound: str = "none applies",
    flawed: str = "",
) -> Row:
    """Make our side of one claim.

    Parameters
    ----------
    paper, name : str
        The claim.
    ours : str
        What we got, formatted from computed values, with units.
    verdict : Judgement or str
        From one of the four rules. Pages of the first edition give one of :data:`VERDICTS` itself.
    why : str
        One line that goes before what the rule says: where the claim fails, if it does. Required beside a
        verdict that is a text.
    bound : str
        The Cramér–Rao bound for the same situation, with units, where there is one.
    flawed : str
        The step that knows the answer, if the claim comes out by such a step only; empty if it does not.

    Returns
    -------
    Row

    Raises
    ------
    ValueError
        If the claim or the verdict is unknown, a text is empty, or a claim is flawed that does not come out.

    Examples
    --------
    >>> row(
    ...     "duan2025", "exp1-angles", ours="77.91, 46.90, 63.43, 53.30 deg",
    ...     verdict=digits([77.91, 46.9, 63.43, 53.3], [77.91, 46.9, 63.43, 53.3], decimals=2),
    ... ).why
    '4 of 4 within one unit of the last printed digit'
    """
    claim(paper, name)
    rule = ""
    if isinstance(verdict, Judgement):
        if why:
            _text("why", why)
        why = "; ".join(filter(None, (why, verdict.basis)))
        verdict, rule = verdict.verdict, verdict.rule
    checks.choice("verdict", verdict, VERDICTS)
    for argument, text in (("ours", ours), ("why", why), ("bound", bound)):
        _text(argument, text)
    if flawed != "":
        _text("flawed", flawed)
        if verdict not in (REPRODUCED, SAME_TREND):
            raise ValueError(f"flawed: got {flawed!r}; it must be empty where the verdict is {verdict!r}")
    return Row(paper, name, ours, bound, verdict, why, scale(), flawed, rule)


def _text(name, value):
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: got {value!r}; it must be a text that says something")


def record(*rows: Row) -> "Record":
    """Show rows as a table and leave them in the cell's output, where the ledger finds them.

    Parameters
    ----------
    *rows : Row

    Returns
    -------
    Record
        Make it the last value of the cell.

    Raises
    ------
    ValueError
        If there is no row, or one claim comes twice.
    """
    names = [checks.instance(f"rows[{index}]", entry, Row).anchor for index, entry in enumerate(rows)]
    if not rows or len(set(names)) != len(names):
        raise ValueError(f"rows: got {names}; at least one is needed and no claim may come twice")
    return Record(rows)


class Record:
    """Rows that display themselves: a table for people, and metadata of the output for :func:`collect`."""

    def __init__(self, rows):
        self.rows = tuple(rows)

    def __repr__(self):
        return "\n".join(
            f"[{r.verdict}] {claim(r.paper, r.name).where}: {r.ours} | bound: {r.bound} | {r.reason}"
            for r in self.rows
        )

    def _repr_html_(self):
        head = ("Where", "The paper says", "Ours", "Bound", "Verdict")
        body = []
        for r in self.rows:
            stated = claim(r.paper, r.name)
            body.append((stated.where, stated.says, r.ours, r.bound, f"{r.label}: {r.reason}"))
        anchors = [r.anchor for r in self.rows]
        caption = "Claims, our results and verdicts"
        return html_table("ledger", caption, head, body, anchors)

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return shown, {OUTPUT_KEY: [asdict(r) for r in self.rows]}


def collect(folder: str | Path) -> dict[tuple[str, str], tuple[Row, PurePosixPath]]:
    """Gather the rows from the stored outputs of every notebook below a folder.

    Parameters
    ----------
    folder : path-like
        Where to look for ``*.ipynb``.

    Returns
    -------
    dict of (str, str) to (Row, pathlib.PurePosixPath)
        By (paper, claim): our row, and the notebook it stands in, relative to the folder.

    Raises
    ------
    ValueError
        If the folder does not exist, two cells answer the same claim, or a row names no known claim.
    """
    found = {}
    for path, metadata in stored_outputs(folder):
        for entry in metadata.get(OUTPUT_KEY, []):
            stored = Row(**entry)
            claim(stored.paper, stored.name)
            key = (stored.paper, stored.name)
            if key in found:
                raise ValueError(f"{path}: {key} is answered in {found[key][1]} already")
            found[key] = (stored, path)
    return found
