"""Rows of the ledger: made on a page, kept in the notebook's outputs, gathered from there."""

import html
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from irsnb import checks
from irsnb.report.claims import claim
from irsnb.report.ledger.verdicts import REPRODUCED, SAME_TREND, VERDICTS, Judgement
from irsnb.report.runs import scale
from irsnb.report.tables import stored_outputs

__all__ = ["OUTPUT_KEY", "Record", "Row", "collect", "record", "row"]

OUTPUT_KEY = "irsnb_ledger"
"""Key of the rows in the metadata of a cell's output."""


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
        From one of the four rules. Pages of the first edition give one of
        :data:`~irsnb.report.ledger.verdicts.VERDICTS` itself.
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
    >>> from irsnb.report.ledger import digits
    >>> row(
    ...     "duan2025", "exp1-angles", ours="77.91, 46.90, 63.43, 53.30 deg",
    ...     verdict=digits([77.91, 46.9, 63.43, 53.3], [77.91, 46.9, 63.43, 53.3], decimals=2),
    ... ).why
    '4 of 4 within one unit of the last printed digit'
    """
    claim(paper, name)
    rule = ""
    checks.instance("why", why, str)
    checks.instance("flawed", flawed, str)
    if isinstance(verdict, Judgement):
        if why:
            checks.text("why", why)
        why = "; ".join(filter(None, (why, verdict.basis)))
        verdict, rule = verdict.verdict, verdict.rule
    checks.choice("verdict", verdict, VERDICTS)
    for argument, text in (("ours", ours), ("why", why), ("bound", bound)):
        checks.text(argument, text)
    if flawed:
        checks.text("flawed", flawed)
        if verdict not in (REPRODUCED, SAME_TREND):
            raise ValueError(f"flawed: got {flawed!r}; it must be empty where the verdict is {verdict!r}")
    return Row(paper, name, ours, bound, verdict, why, scale(), flawed, rule)


def record(*rows: Row) -> "Record":
    """Show rows as a list and leave them in the cell's output, where the ledger finds them.

    The list has verdicts, claims and our results; bounds and reasons stand in the ledger.

    Parameters
    ----------
    *rows : Row
        Made by :func:`row`.

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
    """Rows that display themselves: a list for people, and metadata of the output for :func:`collect`."""

    def __init__(self, rows: Iterable[Row]):
        self.rows = tuple(rows)

    def __repr__(self):
        return "\n".join(
            f"[{r.verdict}] {claim(r.paper, r.name).where}: {r.ours} | bound: {r.bound} | {r.reason}"
            for r in self.rows
        )

    def _repr_html_(self):
        entries = []
        for r in self.rows:
            stated = claim(r.paper, r.name)
            where, says, ours, label = map(html.escape, (stated.where, stated.says, r.ours, r.label))
            badge = f'<span class="verdict verdict-{r.verdict.replace(" ", "-")}">{label}</span>'
            entries.append(
                f'<li id="{html.escape(r.anchor)}">{badge} <b>{where}</b>: {says} <i>Ours:</i> {ours}</li>'
            )
        return f'<ul class="claims">{"".join(entries)}</ul>'

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
            try:
                stored = Row(**entry)
            except TypeError:
                raise ValueError(f"{path}: got the row {entry!r:.80}; it must have a row's fields") from None
            claim(stored.paper, stored.name)
            key = (stored.paper, stored.name)
            if key in found:
                raise ValueError(f"{path}: {key} is answered in {found[key][1]} already")
            found[key] = (stored, path)
    return found
