"""What each paper claims, in our words: read from ``irsnb/claims/<paper>.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from irsnb import checks

__all__ = ["Claim", "claim", "claims", "paper_title", "papers"]


@dataclass(frozen=True)
class Claim:
    """One statement of a paper.

    Attributes
    ----------
    paper, name : str
        Key of the paper and of the claim within it.
    where : str
        Section, figure, table or equation.
    says : str
        The claim, in our words.
    printed : tuple of float
        Numbers that the paper prints for it, if any.
    decimals : int
        Decimals to which they are printed.
    headline : bool
        Whether the landing page shows it.
    """

    paper: str
    name: str
    where: str
    says: str
    printed: tuple[float, ...] = ()
    decimals: int = 0
    headline: bool = False


def papers() -> list[str]:
    """Return the keys of the papers that have claims.

    Returns
    -------
    list of str

    Examples
    --------
    >>> papers()
    ['aguiar2024', 'duan2025', 'surendran2025']
    """
    return sorted(
        item.name.removesuffix(".toml")
        for item in resources.files("irsnb").joinpath("claims").iterdir()
        if item.name.endswith(".toml")
    )


def paper_title(paper: str) -> str:
    """Return a paper's short title.

    Parameters
    ----------
    paper : str
        Key of the paper.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such paper.

    Examples
    --------
    >>> paper_title("duan2025")
    'Duan et al. 2025'
    """
    return _read(_known_paper(paper))["title"]


def claims(paper: str) -> dict[str, Claim]:
    """Return the claims of a paper in the paper's order, by name.

    Parameters
    ----------
    paper : str
        Key of the paper, such as ``"duan2025"``.

    Returns
    -------
    dict of str to Claim

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    return {
        name: Claim(paper, name, **entry | {"printed": tuple(entry.get("printed", ()))})
        for name, entry in _read(_known_paper(paper))["claims"].items()
    }


def claim(paper: str, name: str) -> Claim:
    """Return one claim.

    Parameters
    ----------
    paper, name : str
        Key of the paper and of the claim within it.

    Returns
    -------
    Claim

    Raises
    ------
    ValueError
        If there is no such paper, or it has no such claim.

    Examples
    --------
    >>> claim("duan2025", "exp1-angles").printed
    (77.91, 46.9, 63.43, 53.3)
    """
    return claims(paper)[checks.choice("name", name, list(claims(paper)))]


def _known_paper(paper):
    return checks.choice("paper", paper, papers())


@cache
def _read(paper):
    source = resources.files("irsnb").joinpath("claims", f"{paper}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
