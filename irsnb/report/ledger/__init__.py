"""The ledger: what each paper claims, what we computed, how far the bound is, and the verdict.

The paper's side comes from :mod:`irsnb.report.claims`. Ours is computed: a notebook makes a :class:`Row` for
each claim it tests and shows them with :func:`record`. The rows travel inside the notebook's stored outputs,
where :func:`collect` finds them for the ledger page and for the tests, so a figure exists in one place only
and always comes from a cell. The verdict comes from one of four rules: :func:`digits`, :func:`holds`,
:func:`inconsistent`, :func:`untestable`."""

from irsnb.report.ledger.first_edition import judge_printed, judge_share
from irsnb.report.ledger.rows import OUTPUT_KEY, Record, Row, collect, record, row
from irsnb.report.ledger.rules import digits, holds, inconsistent, untestable
from irsnb.report.ledger.verdicts import VERDICTS, Judgement, Statement

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
    "untestable",
]
