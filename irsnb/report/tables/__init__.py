"""Numbers for people: lengths in words, values with their interval, and tables with units in their heads.

A :class:`Table` shows itself in a notebook, as text and as HTML with a caption and the scope of each head,
and travels in the metadata of the cell's output, so that other pages of the book can show it too."""

from irsnb.report.tables.rendered import TABLE_KEY, Table, html_table, table
from irsnb.report.tables.stored import collect_tables, stored_outputs
from irsnb.report.tables.words import number, spoken, with_interval

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
