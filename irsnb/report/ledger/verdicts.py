"""The verdicts, what a rule found, and what a paper states."""

from dataclasses import dataclass

from irsnb import checks

__all__ = ["VERDICTS", "Judgement", "Statement"]

REPRODUCED, SAME_TREND, NOT_REPRODUCED = "reproduced", "same trend", "not reproduced"
INCONSISTENT, UNTESTABLE = "inconsistent in the paper", "not stated enough to test"
VERDICTS = (REPRODUCED, SAME_TREND, NOT_REPRODUCED, INCONSISTENT, UNTESTABLE)
"""Every verdict that a row can carry."""


@dataclass(frozen=True)
class Judgement:
    """What a rule found.

    Attributes
    ----------
    verdict : str
        One of :data:`~irsnb.report.ledger.verdicts.VERDICTS`.
    basis : str
        What the verdict rests on, in one line.
    rule : str
        Name of the rule.

    Raises
    ------
    ValueError
        If the verdict is none of them, or another attribute is no text.
    """

    verdict: str
    basis: str
    rule: str

    def __post_init__(self):
        checks.choice("verdict", self.verdict, VERDICTS)
        checks.instance("basis", self.basis, str)
        checks.instance("rule", self.rule, str)


@dataclass(frozen=True)
class Statement:
    """A statement of a paper, quoted by its place.

    Attributes
    ----------
    place : str
        Section, figure, table or equation.
    says : str
        The statement.

    Raises
    ------
    ValueError
        If one is empty or no text.
    """

    place: str
    says: str

    def __post_init__(self):
        checks.text("place", self.place)
        checks.text("says", self.says)
