"""Tables that show themselves, from rows or from labelled results."""

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from irsnb import checks
from irsnb.report.tables.words import number, one_number, with_interval

if TYPE_CHECKING:
    import xarray

__all__ = ["TABLE_KEY", "Table", "html_table", "table"]

TABLE_KEY = "irsnb_table"
"""Key of a table in the metadata of a cell's output."""
INTERVAL = "end"
"""Dimension along which a reduction of :mod:`irsnb.montecarlo` holds value, lower and upper end."""


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
        If a row has another length than the head, or a cell is no text that says something.
    """

    def __init__(self, name: str, head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = ""):
        self.name, self.caption = checks.instance("name", name, str), checks.instance("caption", caption, str)
        self.head = tuple(checks.texts("head", head))
        self.rows = _rows_of_texts(rows, len(self.head))

    def __repr__(self):
        lines = [" | ".join(entry) for entry in (self.head, *self.rows)]
        return "\n".join(([*textwrap.wrap(self.caption, 80)] if self.caption else []) + lines)

    def _repr_html_(self):
        return html_table("computed", self.caption, self.head, self.rows)

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        content = {"name": self.name, "head": self.head, "rows": self.rows}
        return shown, {TABLE_KEY: content | ({"caption": self.caption} if self.caption else {})}


def _rows_of_texts(rows, width):
    """Rows of as many texts as there are column heads."""
    checks.instance("rows", rows, Sequence)
    found = tuple(tuple(checks.texts(f"rows[{index}]", entry)) for index, entry in enumerate(rows))
    for index, entry in enumerate(found):
        if len(entry) != width:
            raise ValueError(f"rows[{index}]: got {len(entry)} texts; head has {width}")
    return found


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
        Cells of each row.
    anchors : sequence of str
        An identifier for each row, if rows are linked to.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If what is given is no text, a row has another length than the head, or there is not one identifier
        for each row.
    """
    checks.text("style", style)
    checks.instance("caption", caption, str)
    head = checks.texts("head", head)
    rows = _rows_of_texts(rows, len(head))
    if not isinstance(anchors, (list, tuple)) or anchors:
        anchors = checks.texts("anchors", anchors)
        if len(anchors) != len(rows):
            raise ValueError(f"anchors: got {len(anchors)}; rows has {len(rows)}, and each needs one")
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
        If the caption is empty, a row has another length than the head, a cell is neither text nor number, a
        unit belongs to nothing, or the data have more than two dimensions.

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
    checks.text("caption", caption)
    checks.instance("name", name, str)
    digits = checks.count("digits", digits, 1, 15)
    units = _units(units)
    head = None if head is None else checks.texts("head", head)
    if hasattr(data, "dims") and not isinstance(data, type):
        heads, rows = _of_labelled(data, units)
        heads = heads if head is None else head
    else:
        if head is None:
            raise ValueError("head: got None; rows need column heads")
        _check_units(units, head, "head")
        heads, rows = [_with_unit(each, units.get(each)) for each in head], data
        if isinstance(data, str) or not isinstance(data, Sequence):
            raise ValueError(f"data: got {type(data).__name__}; it must be rows, a Dataset or a DataArray")
    body = [_row_of_cells(f"data[{index}]", row, len(heads), digits) for index, row in enumerate(rows)]
    return Table(name, heads, body, caption)


def _units(units):
    units = {} if units is None else checks.instance("units", units, Mapping)
    return {head: checks.instance(f"units[{head!r}]", unit, str) for head, unit in units.items()}


def _check_units(units, known, argument):
    for each in units:
        if each not in known:
            raise ValueError(f"units: got {each!r}; {argument} has {', '.join(map(repr, known))}")


def _row_of_cells(name, row, width, digits):
    if not isinstance(row, (list, tuple, np.ndarray)):
        raise ValueError(f"{name}: got {row!r:.80}; it must be a row of {width} entries")
    if len(row) != width:
        raise ValueError(f"{name}: got {len(row)} entries; head has {width}")
    return [_cell(f"{name}[{index}]", entry, digits) for index, entry in enumerate(row)]


def _with_unit(head, unit):
    return f"{head} [{unit}]" if unit else str(head)


def _cell(argument, entry, digits):
    if isinstance(entry, str):
        return checks.text(argument, entry)
    if isinstance(entry, (tuple, list)) and len(entry) == 3:
        value, lower, upper = (one_number(argument, each) for each in entry)
        if lower > upper:
            raise ValueError(f"{argument}: got the interval {lower} to {upper}; its ends must be in order")
        return with_interval(value, lower, upper)
    one_number(argument, entry)
    return number(entry, digits)


def _of_labelled(data, units):
    """Heads and rows of an xarray Dataset or DataArray."""

    def unit_of(array):
        return units.get(array.name, array.attrs.get("units", ""))

    def labels(dim):
        values = data[dim].values if dim in data.coords else np.arange(data.sizes[dim])
        return [number(value, 4) if np.asarray(value).dtype.kind in "iuf" else str(value) for value in values]

    def cells(array):
        """Entries of the table, an interval as (value, lower, upper), its dimension left out."""
        if INTERVAL not in array.dims:
            return array.transpose(*(dim for dim in dims if dim in array.dims)).values
        parts = [array.sel({INTERVAL: part}) for part in ("value", "lower", "upper")]
        stacked = np.empty(parts[0].shape, dtype=object)
        for index in np.ndindex(stacked.shape):
            stacked[index] = tuple(part.values[index] for part in parts)
        return stacked

    is_dataset = hasattr(data, "data_vars")
    _check_units(units, [*data.dims, *(data.data_vars if is_dataset else [data.name])], "data")
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
