"""Numbers for people: lengths in words, values with their interval, and tables with units in their heads.

A :class:`Table` shows itself in a notebook, as text and as HTML with a caption and the scope of each head,
and travels in the metadata of the cell's output, so that other pages of the book can show it too.
"""

import html
import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from irsnb import checks

if TYPE_CHECKING:
    import xarray

__all__ = [
    "TABLE_KEY",
    "Table",
    "collect_tables",
    "html_table",
    "number",
    "spoken",
    "stored_outputs",
    "table",
    "with_interval",
]

TABLE_KEY = "irsnb_table"
INTERVAL = "end"
"""Dimension along which a reduction of :mod:`irsnb.montecarlo` holds value, lower and upper end."""
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
        If it is not one real number, or only one end is given.

    Examples
    --------
    >>> spoken(12.3), spoken(0.0345), spoken(-0.00512), spoken(2.5e-6), spoken(0)
    ('12 m', '3.5 cm', '-5.1 mm', '2.5 um', '0 m')
    >>> spoken(0.0321, lower=0.029, upper=0.036)
    '3.2 cm (2.9 to 3.6 cm)'
    """
    length = _number("length_m", length_m)
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
            _number(name, value) * 10.0**-exponent for name, value in (("lower", lower), ("upper", upper))
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

    Examples
    --------
    >>> number(0.012345), number(98765.4), number(7371), number(1.2e-9)
    ('0.0123', '98800', '7371', '1.2e-09')
    """
    digits = checks.count("digits", digits, 1, 15)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(int(value))
    value = _number("value", value)
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
    value, lower, upper = (_number(n, v) for n, v in (("value", value), ("lower", lower), ("upper", upper)))
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


def _number(name, value):
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


class Table:
    """A table of computed figures that other pages of the book can show too.

    Parameters
    ----------
    name : str
        By which a page asks for it.
    head : sequence of str
        Column heads, with units.
    rows : sequence of sequence of str
        Cells, formatted from computed values; the first of each row is its head. :func:`table` formats
        numbers.
    caption : str
        What the table shows.

    Raises
    ------
    ValueError
        If a row has another length than the head, or a cell is no text.
    """

    def __init__(self, name: str, head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = ""):
        self.name, self.caption = checks.instance("name", name, str), checks.instance("caption", caption, str)
        if isinstance(head, str):
            raise ValueError(f"head: got {head!r}; it must be a sequence of texts")
        self.head = tuple(head)
        self.rows = tuple(tuple(entry) for entry in rows)
        for entry in (self.head, *self.rows):
            if len(entry) != len(self.head) or not all(isinstance(cell, str) and cell for cell in entry):
                raise ValueError(
                    f"rows: got {entry}; each must hold {len(self.head)} texts that say something"
                )

    def __repr__(self):
        lines = [" | ".join(entry) for entry in (self.head, *self.rows)]
        return "\n".join(([*textwrap.wrap(self.caption, 80)] if self.caption else []) + lines)

    def _repr_html_(self):
        return html_table("computed", self.caption, self.head, self.rows)

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        content = {"name": self.name, "head": self.head, "rows": self.rows}
        return shown, {TABLE_KEY: content | ({"caption": self.caption} if self.caption else {})}


def html_table(
    style: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], anchors: Sequence[str] = ()
) -> str:
    """Return a table in HTML: heads say their scope, the first cell of each row is its head, text is escaped.

    Parameters
    ----------
    style : str
        Class of the table in the book's style sheet.
    caption : str
        Left out if empty.
    head : sequence of str
        Column heads.
    rows : sequence of sequence of str
    anchors : sequence of str
        An identifier for each row, if rows are linked to.
    """
    told = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    heads = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in head)
    body = []
    for index, (first, *rest) in enumerate(rows):
        anchor = f' id="{html.escape(anchors[index])}"' if anchors else ""
        cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
        body.append(f'<tr{anchor}><th scope="row">{html.escape(first)}</th>{cells}</tr>')
    return (
        f'<table class="{style}">{told}<thead><tr>{heads}</tr></thead><tbody>{"".join(body)}</tbody></table>'
    )


def table(
    data: "xarray.Dataset | xarray.DataArray | Sequence[Sequence[Any]]",
    *,
    caption: str,
    head: Sequence[str] | None = None,
    name: str = "",
    units: Mapping[str, str] | None = None,
    digits: int = 3,
) -> Table:
    """Return a table of results that shows itself, with units in its head and intervals in its cells.

    Parameters
    ----------
    data : sequence of rows, xarray.Dataset or xarray.DataArray
        Rows: each a sequence whose first entry names it; an entry is a text, a number, or (value, lower,
        upper). A DataArray has one or two dimensions: the first gives the rows, the second the columns. A
        Dataset has one, which gives the rows, and a column for each variable. Where they also have the
        dimension ``end`` of a reduction of :mod:`irsnb.montecarlo`, cells show the interval.
    caption : str
        What the table shows, in one sentence.
    head : sequence of str, optional
        Column heads; required with rows.
    name : str
        By which another page can ask for it.
    units : dict of str to str, optional
        Unit of each head, coordinate or variable by its name, in place of its attribute ``units``.
    digits : int
        Significant digits of numbers without an interval.

    Returns
    -------
    Table
        At most seven rows and five columns read well.

    Raises
    ------
    ValueError
        If the caption is empty, a row has another length than the head, a cell is neither text nor number, or
        the data have more than two dimensions.

    Examples
    --------
    >>> print(table(
    ...     [("fusion", (0.321, 0.290, 0.352)), ("mean", 1.5)],
    ...     head=("method", "rms error"), units={"rms error": "m"}, caption="Errors at 10 dB.",
    ... ))
    Errors at 10 dB.
    method | rms error [m]
    fusion | 0.32 (0.29 to 0.35)
    mean | 1.5
    """
    if not isinstance(caption, str) or not caption.strip():
        raise ValueError(f"caption: got {caption!r}; it must be a text that says what the table shows")
    digits, units = checks.count("digits", digits, 1, 15), dict(units or {})
    if hasattr(data, "dims") and hasattr(data, "coords"):
        heads, rows = _of_labelled(data, units)
        heads = heads if head is None else head
    else:
        if head is None:
            raise ValueError("head: got None; rows need column heads")
        heads = [_with_unit(each, units.get(each)) for each in head]
        if isinstance(data, (str, Mapping)) or not isinstance(data, Sequence):
            raise ValueError(f"data: got {type(data).__name__}; it must be rows, a Dataset or a DataArray")
        rows = data
    body = [
        [_cell(f"data[{i}][{j}]", entry, digits) for j, entry in enumerate(r)] for i, r in enumerate(rows)
    ]
    return Table(name, heads, body, caption)


def _with_unit(head, unit):
    return f"{head} [{unit}]" if unit else str(head)


def _cell(argument, entry, digits):
    if isinstance(entry, str):
        return entry
    if isinstance(entry, (tuple, list)) and len(entry) == 3:
        value, lower, upper = (_number(argument, each) for each in entry)
        if lower > upper:
            raise ValueError(f"{argument}: got the interval {lower} to {upper}; its ends must be in order")
        return with_interval(value, lower, upper)
    _number(argument, entry)
    return number(entry, digits)


def _of_labelled(data, units):
    """Heads and rows of an xarray Dataset or DataArray."""

    def unit_of(array):
        return units.get(array.name, array.attrs.get("units", ""))

    def labels(dim):
        values = data[dim].values if dim in data.coords else np.arange(data.sizes[dim])
        return [value if isinstance(value, str) else number(value.item(), 4) for value in values]

    def cells(array):
        """Entries of the table, an interval as (value, lower, upper), its dimension left out."""
        if INTERVAL not in array.dims:
            return array.transpose(*(dim for dim in dims if dim in array.dims)).values
        parts = [array.sel({INTERVAL: part}) for part in ("value", "lower", "upper")]
        stacked = np.empty(parts[0].shape, dtype=object)
        for index in np.ndindex(stacked.shape):
            stacked[index] = tuple(float(part.values[index]) for part in parts)
        return stacked

    is_dataset = hasattr(data, "data_vars")
    dims = [dim for dim in data.dims if dim != INTERVAL]
    if not 1 <= len(dims) <= (1 if is_dataset else 2):
        raise ValueError(f"data: got the dimensions {dims}; {'1' if is_dataset else '1 or 2'} can be shown")
    if is_dataset and any(set(dims) - set(data[each].dims) for each in data.data_vars):
        raise ValueError(f"data: got a variable without the dimension {dims[0]}; each needs it")
    if INTERVAL in data.dims and not {"value", "lower", "upper"} <= set(data.get_index(INTERVAL)):
        given = list(data.get_index(INTERVAL))
        raise ValueError(f"data: got {given} along {INTERVAL}; it must hold value, lower and upper")
    corner = _with_unit(dims[0], unit_of(data[dims[0]]) if dims[0] in data.coords else units.get(dims[0]))
    if is_dataset:
        heads = [_with_unit(each, unit_of(data[each])) for each in data.data_vars]
        columns = [cells(data[each]) for each in data.data_vars]
    else:
        title = _with_unit(data.name or "value", unit_of(data))
        columns, heads = [cells(data)], [title]
        if len(dims) == 2:
            across = unit_of(data[dims[1]]) if dims[1] in data.coords else ""
            heads = [f"{title}, {dims[1]} {label} {across}".rstrip() for label in labels(dims[1])]
            columns = list(columns[0].T)
    return [corner, *heads], [
        (label, *(column[i] for column in columns)) for i, label in enumerate(labels(dims[0]))
    ]


def stored_outputs(folder: str | Path) -> Iterator[tuple[PurePosixPath, dict[str, Any]]]:
    """Yield the notebook, relative to the folder, and the metadata of every stored output below a folder.

    Raises
    ------
    ValueError
        If the folder does not exist.
    """
    if not isinstance(folder, (str, Path)) or not Path(folder).is_dir():
        raise ValueError(f"folder: got {str(folder)!r}; it must be an existing folder that holds notebooks")
    folder = Path(folder)
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                yield PurePosixPath(path.relative_to(folder).as_posix()), output.get("metadata", {})


def collect_tables(folder: str | Path) -> dict[str, Table]:
    """Gather the :class:`Table` outputs of every stored notebook below a folder, by name.

    Tables without a name are left out.

    Returns
    -------
    dict of str to Table

    Raises
    ------
    ValueError
        If the folder does not exist, or two cells make a table of the same name.
    """
    found = {}
    for path, metadata in stored_outputs(folder):
        if metadata.get(TABLE_KEY, {}).get("name"):
            stored = Table(**metadata[TABLE_KEY])
            if stored.name in found:
                raise ValueError(f"{path}: there is another table of the name {stored.name!r}")
            found[stored.name] = stored
    return found
