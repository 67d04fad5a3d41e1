"""How far a fresh output may be from the stored one: no word, and no number by over a unit of its last digit.

Processors round differently, so a number computed elsewhere may end in another digit. The rules:

* Words, HTML tags and numbers that are part of a name (``MUSIC2D``, ``V1.2``, ``0.2.0``, ``Section 3.2``)
  agree exactly.
* A number with a decimal point or an exponent may differ by one unit of the stored number's last digit.
* An integer agrees exactly, because most of them count something, unless an interval stands beside it.
* A number with an interval beside it may lie anywhere in it. Beside means in brackets behind the number and
  its unit, ``2.3 m (2.1 to 2.6 m)`` or ``2.3 [2.1, 2.6]``, behind a level, ``2.3, 95 %: 2.1 to 2.6``, or
  ``2.3 ± 0.2``. The interval's ends may move as far as the number does, and by one unit of their last digit.
* Blanks agree exactly, but on a line where a number became longer or shorter columns may shift by as much.
"""

import copy
import json
import re
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Number", "line_up", "line_up_outputs", "numbers"]

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?![,\d])|\d+)(?:\.\d+)?|\.\d+"
NUMBER = re.compile(
    # Not within a word, and with a sign only where that is no hyphen.
    rf"(?<![\w.])(?<![A-Za-z_][-−])(?:(?<![\w)\]%°])[-+−])?(?:{DIGITS})(?:[eE][-+]?\d+)?(?!\d|\.\d)"
)
NAMED = re.compile(
    r"\b(?:Sections?|Secs?\.|Figs?\.|Figures?|Tables?|Eqs?\.|Equations?|Chapters?|Version) ?\(?$", re.I
)
"""Behind these words a number is a name."""

LENGTHS = {"nm": -9, "um": -6, "µm": -6, "mm": -3, "cm": -2, "m": 0, "km": 3}
"""Units of length by their power of ten: an interval's end may be printed in another unit than the number."""

UNIT = r" ?(?P<unit>[^\s\d()\[\],;:|<>]{1,12})?"
"""A word behind a number is its unit if the interval has the same one, or none."""

BRACKET = re.compile(UNIT + r",? ?[(\[]")
LEVEL = re.compile(r" ?%(?: interval)?[:,]? ?")
COMMA = re.compile(UNIT + r"[,;:]? ")
TO = re.compile(UNIT + r"(?: to |, ?| ?[–…] ?)")
CLOSED = re.compile(UNIT + r"[)\]]")
HALF = re.compile(UNIT + r" ?(?:±|\+/-) ?")

END = re.compile(r"(\n)")
TAG_OR_END = re.compile(r"(<script.*?</script>|<style.*?</style>|<[^>]*>|\n)", re.DOTALL)


@dataclass(frozen=True)
class Number:
    """A number as it is printed.

    Attributes
    ----------
    text : str
    start, end : int
        Where it stands.
    """

    text: str
    start: int
    end: int

    @property
    def value(self):
        """Its value, exactly as printed."""
        return Decimal(self.text.replace(",", "").replace("−", "-"))

    @property
    def unit(self):
        """One unit of its last printed digit."""
        return Decimal(1).scaleb(self.value.as_tuple().exponent)

    @property
    def is_integer(self):
        """Whether it is printed without a decimal point and without an exponent."""
        return not re.search(r"[.eE]", self.text)


def numbers(text):
    """Return the numbers in a line, those that are part of a name left out.

    >>> [number.text for number in numbers("MUSIC2D, V1.2: -0.03 of 1,234.5 (12.5 %)")]
    ['-0.03', '1,234.5', '12.5']
    """
    return [
        Number(match.group(), match.start(), match.end())
        for match in NUMBER.finditer(text)
        if not NAMED.search(text, 0, match.start())
    ]


def intervals(found, gaps):
    """Find the numbers with an interval beside them.

    Parameters
    ----------
    found : list of Number
    gaps : list of str
        What stands before, between and behind them.

    Yields
    ------
    value, low, high : int
        Their places in the list; in ``2.3 ± 0.2`` low and high are the half width's.
    low_value, high_value : Decimal
        The interval, in the unit of the number.
    scale : tuple of Decimal
        The units in which low and high are printed, in that of the number.
    """
    for i in range(len(found) - 1):
        value, between = found[i].value, gaps[i + 1]
        if HALF.fullmatch(between):
            half = found[i + 1].value
            yield i, i + 1, i + 1, value - half, value + half, (Decimal(1), Decimal(1))
            continue
        bracket, low = BRACKET.fullmatch(between), i + 1
        level = LEVEL.fullmatch(gaps[low + 1]) if low + 2 < len(found) else None
        before = bracket or (level and COMMA.fullmatch(between))
        low += bool(level)
        if not before or low + 1 >= len(found):
            continue
        to = TO.fullmatch(gaps[low + 1])
        behind = (CLOSED if bracket else re.compile(UNIT)).match(gaps[low + 2])
        if not to or not behind:
            continue
        unit, high_unit = before["unit"], behind["unit"]
        scale = [_ratio(end_unit or high_unit or unit, unit) for end_unit in (to["unit"], high_unit)]
        if None in scale:
            continue
        ends = found[low].value * scale[0], found[low + 1].value * scale[1]
        if ends[0] <= value <= ends[1]:
            yield i, low, low + 1, *ends, scale


def _ratio(unit, other):
    """How many of another unit a unit has; None if that cannot be said."""
    if {unit, other} <= set(LENGTHS):
        return Decimal(10) ** (LENGTHS[unit] - LENGTHS[other])
    return Decimal(1) if unit == other or other is None else None


def _step(number, *beside):
    """The unit of a number's last digit; among integers that are rounded alike, 2,900 to 3,600, a hundred."""
    powers = [each.value.normalize().as_tuple().exponent for each in beside if each.value]
    return (
        Decimal(1).scaleb(min(powers, default=0)) if all(each.is_integer for each in beside) else number.unit
    )


def _agree(stored, gaps, fresh):
    """Whether each fresh number is as near to the stored one as the rules ask."""
    moved = [abs(b.value - a.value) for a, b in zip(stored, fresh, strict=True)]
    agree = [
        a.text == b.text or (not a.is_integer and distance <= a.unit)
        for a, b, distance in zip(stored, fresh, moved, strict=True)
    ]
    for i, low, high, least, most, scales in intervals(stored, gaps):
        agree[i] = agree[i] or least <= fresh[i].value <= most
        for end, scale in zip((low, high), scales, strict=True):
            follows = (
                moved[end] * scale
                <= moved[i] + _step(stored[end], stored[i], stored[low], stored[high]) * scale
            )
            agree[end] = agree[end] or (agree[i] and follows)
    return agree


def _gaps(text, found):
    ends = [0, *(number.end for number in found)]
    starts = [*(number.start for number in found), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def _line(fresh, stored):
    """Put the stored digits into a fresh line where the numbers agree."""
    if fresh == stored:
        return fresh
    ours, theirs = numbers(fresh), numbers(stored)
    if len(ours) != len(theirs):
        return fresh
    our_gaps, gaps = _gaps(fresh, ours), _gaps(stored, theirs)
    shift = max((abs(len(a.text) - len(b.text)) for a, b in zip(ours, theirs, strict=True)), default=0)
    for a, b in zip(our_gaps, gaps, strict=True):
        # With no shift the gaps must be the same; with one, only their blanks may differ.
        if a != b and (a.split() != b.split() or abs(len(a) - len(b)) > shift):
            return fresh
    kept = [b if agrees else a for a, b, agrees in zip(ours, theirs, _agree(theirs, gaps, ours), strict=True)]
    return "".join(gap + number.text for gap, number in zip(gaps, kept, strict=False)) + gaps[-1]


def line_up(fresh, stored, html=False):
    """Put the stored digits into a fresh text wherever its words and numbers agree with the stored one's.

    Parameters
    ----------
    fresh, stored : str
    html : bool
        Whether tags are to be told from text.

    Returns
    -------
    str
        The stored text if all agrees; else the fresh one, with the stored digits on all but what disagrees.

    >>> line_up("error 12.4 % of 30", "error 12.5 % of 30")
    'error 12.5 % of 30'
    >>> line_up("error 12.3 % of 31", "error 12.5 % of 30")
    'error 12.3 % of 31'
    """
    parts = TAG_OR_END if html else END
    ours, theirs = parts.split(fresh), parts.split(stored)
    # Odd parts are the tags and the ends of lines.
    if ours[1::2] != theirs[1::2]:
        return fresh
    return "".join(
        _line(a, b) if place % 2 == 0 else a for place, (a, b) in enumerate(zip(ours, theirs, strict=True))
    )


def line_up_outputs(fresh, stored):
    """Line up the outputs of a cell, kind by kind; leave it to the caller to compare what comes out.

    Parameters
    ----------
    fresh, stored : list of nbformat.NotebookNode
        Outputs as a kernel sends them and as a notebook keeps them.

    Returns
    -------
    fresh, stored : list of nbformat.NotebookNode
        Copies. Metadata that other pages read (ledger rows, tables) stands in them as one more kind of data.
    """
    fresh, stored = (_with_metadata(copy.deepcopy(outputs)) for outputs in (fresh, stored))
    ours, theirs = _texts(fresh), _texts(stored)
    for kind in ours.keys() & theirs.keys():
        if len(ours[kind]) == len(theirs[kind]):
            for (holder, key), (reference, other) in zip(ours[kind], theirs[kind], strict=True):
                holder[key] = line_up(holder[key], reference[other], html=kind == "text/html")
    return fresh, stored


def _with_metadata(outputs):
    for output in outputs:
        for key, value in output.get("metadata", {}).items():
            if key.startswith("irsnb"):
                output["data"][key] = json.dumps(
                    _rounded(value), indent=1, ensure_ascii=False, sort_keys=True
                )
    return outputs


def _rounded(value):
    """What metadata holds, its floats to the three digits that a page would print."""
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    return f"{value:.2e}" if isinstance(value, float) else value


def _texts(outputs):
    """Where the texts of some outputs stand, by kind: (mapping, key)."""
    found = {}
    for output in outputs:
        if output["output_type"] == "stream":
            found.setdefault(output["name"], []).append((output, "text"))
        for kind, value in output.get("data", {}).items():
            if isinstance(value, str):
                found.setdefault(kind, []).append((output["data"], kind))
    return found
