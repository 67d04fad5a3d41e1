"""The judges of pages of the first edition, until those pages take the four rules."""

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.claims import claim
from irsnb.report.ledger.verdicts import NOT_REPRODUCED, REPRODUCED, SAME_TREND

__all__ = ["judge_printed", "judge_share"]


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
