"""The ledger: what each paper claims, what we computed, how far the bound is, and the verdict.

The paper's side stands in ``irsnb/claims/<paper>.toml``, in our words. Ours is computed: a notebook makes
a :class:`Row` for each claim it tests and shows them with :func:`record`. The rows travel inside the
notebook's stored outputs, where :func:`collect` finds them for the ledger page and for the tests, so a
figure exists in one place only and always comes from a cell.
"""

import html
import json
import os
import tomllib
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np

VERDICTS = (
    "reproduced",
    "same trend",
    "not reproduced",
    "inconsistent in the paper",
    "not stated enough to test",
)
"""Every verdict that a row can carry."""

OUTPUT_KEY = "irsnb_ledger"
TABLE_KEY = "irsnb_table"
SCALES = ("quick", "paper")


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
    printed: tuple = ()
    decimals: int = 0
    headline: bool = False


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

    @property
    def anchor(self):
        """Identifier of the row on the notebook's page."""
        return f"{self.paper}-{self.name}"


def scale():
    """Return the scale that the notebooks run at, from the environment variable ``IRSNB_SCALE``.

    Returns
    -------
    str
        ``"quick"`` (the default: what CI and Colab run) or ``"paper"`` (the papers' own sizes).

    Raises
    ------
    ValueError
        If the variable holds anything else.
    """
    value = os.environ.get("IRSNB_SCALE", "quick")
    if value not in SCALES:
        raise ValueError(f"IRSNB_SCALE: got {value!r}; it must be one of {', '.join(map(repr, SCALES))}")
    return value


def papers():
    """Return the keys of the papers that have claims."""
    return sorted(
        item.name.removesuffix(".toml")
        for item in resources.files("irsnb").joinpath("claims").iterdir()
        if item.name.endswith(".toml")
    )


def paper_title(paper):
    """Return a paper's short title, such as ``"Duan et al. 2025"``."""
    return _claims_file(paper)["title"]


def claims(paper):
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
        for name, entry in _claims_file(paper)["claims"].items()
    }


def _claims_file(paper):
    source = resources.files("irsnb").joinpath("claims", f"{paper}.toml")
    if not source.is_file():
        raise ValueError(f"paper: got {paper!r}; it must be one of {', '.join(map(repr, papers()))}")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def claim(paper, name):
    """Return one claim; raise ``ValueError`` if the paper or the claim is unknown."""
    known = claims(paper)
    if name not in known:
        raise ValueError(f"name: got {name!r}; {paper} has the claims {', '.join(known)}")
    return known[name]


def row(paper, name, *, ours, verdict, why, bound="none applies"):
    """Make our side of one claim.

    Parameters
    ----------
    paper, name : str
        The claim.
    ours : str
        What we got, formatted from computed values, with units.
    verdict : str
        One of :data:`VERDICTS`.
    why : str
        One line: what the verdict rests on, and where the claim fails if it does.
    bound : str
        The Cramér–Rao bound for the same situation, with units, where there is one.

    Returns
    -------
    Row

    Raises
    ------
    ValueError
        If the claim or the verdict is unknown, or a text is empty.
    """
    claim(paper, name)
    if verdict not in VERDICTS:
        raise ValueError(f"verdict: got {verdict!r}; it must be one of {', '.join(map(repr, VERDICTS))}")
    for field_name, text in (("ours", ours), ("why", why), ("bound", bound)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{field_name}: got {text!r}; it must be a text that says something")
    return Row(paper, name, ours, bound, verdict, why, scale())


def judge_printed(paper, name, ours):
    """Verdict on printed numbers: reproduced if each of ours is within one unit of the last digit.

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
    ours = np.asarray(ours, dtype=float)
    if not stated.printed or ours.shape != (len(stated.printed),):
        raise ValueError(f"ours: got shape {ours.shape}; {name} prints {len(stated.printed)} numbers")
    off = np.abs(ours - stated.printed)
    return "reproduced" if np.all(off <= 10.0**-stated.decimals) else "not reproduced"


def judge_share(share):
    """Verdict on a statement tested in many cases, from the share in which it holds.

    Everywhere: reproduced. In at least nine cases of ten: same trend. Else: not reproduced, and the row
    says where it does hold. (Half of the cases would be a coin toss.)

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
    if not 0 <= share <= 1:
        raise ValueError(f"share: got {share!r}; it must lie in [0, 1]")
    return "reproduced" if share == 1 else "same trend" if share >= 0.9 else "not reproduced"


def record(*rows):
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
    names = [entry.anchor for entry in rows]
    if not rows or len(set(names)) != len(names):
        raise ValueError(f"rows: got {names}; at least one is needed and no claim may come twice")
    return Record(rows)


class Record:
    """Rows that display themselves: a table for people, and metadata of the output for :func:`collect`."""

    def __init__(self, rows):
        self.rows = tuple(rows)

    def __repr__(self):
        return "\n".join(
            f"[{r.verdict}] {claim(r.paper, r.name).where}: {r.ours} | bound: {r.bound} | {r.why}"
            for r in self.rows
        )

    def _repr_html_(self):
        cells = "".join(
            f'<tr id="{r.anchor}"><th scope="row">{html.escape(claim(r.paper, r.name).where)}</th>'
            + "".join(
                f"<td>{html.escape(text)}</td>"
                for text in (claim(r.paper, r.name).says, r.ours, r.bound, f"{r.verdict}: {r.why}")
            )
            + "</tr>"
            for r in self.rows
        )
        head = "".join(
            f'<th scope="col">{text}</th>' for text in ("Where", "The paper says", "Ours", "Bound", "Verdict")
        )
        return f'<table class="ledger"><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return shown, {OUTPUT_KEY: [asdict(r) for r in self.rows]}


class Table:
    """A table of computed figures that other pages of the book show too.

    Parameters
    ----------
    name : str
        By which a page asks for it.
    head : sequence of str
        Column heads.
    rows : sequence of sequence of str
        Cells, formatted from computed values; the first of each row is its head.

    Raises
    ------
    ValueError
        If a row has another length than the head, or a cell is no text.
    """

    def __init__(self, name, head, rows):
        self.name, self.head = name, tuple(head)
        self.rows = tuple(tuple(entry) for entry in rows)
        for entry in (self.head, *self.rows):
            if len(entry) != len(self.head) or not all(isinstance(cell, str) and cell for cell in entry):
                raise ValueError(
                    f"rows: got {entry}; each must hold {len(self.head)} texts that say something"
                )

    def __repr__(self):
        return "\n".join(" | ".join(entry) for entry in (self.head, *self.rows))

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in self.head)
        body = "".join(
            f'<tr><th scope="row">{html.escape(first)}</th>'
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        return f'<table class="ledger"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return shown, {TABLE_KEY: {"name": self.name, "head": self.head, "rows": self.rows}}


def collect_tables(folder):
    """Gather the :class:`Table` outputs of every stored notebook below a folder, by name.

    Returns
    -------
    dict of str to Table

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If two cells make a table of the same name.
    """
    found = {}
    for path, metadata in _outputs(folder):
        if TABLE_KEY in metadata:
            table = Table(**metadata[TABLE_KEY])
            if table.name in found:
                raise ValueError(f"{path.name}: there is another table of the name {table.name!r}")
            found[table.name] = table
    return found


def kept(name):
    """Return the figures of a paper-scale run that the package carries, with their provenance.

    Parameters
    ----------
    name : str
        Such as ``"indoor_searches"``; ``make paper-scale`` writes it.

    Returns
    -------
    dict

    Raises
    ------
    FileNotFoundError
        If there is no such run.
    """
    source = resources.files("irsnb").joinpath("data", f"{name}.json")
    if not source.is_file():
        raise FileNotFoundError(f"name: got {name!r}; no paper-scale run of that name is kept")
    return json.loads(source.read_text(encoding="utf-8"))


def collect(folder):
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
    FileNotFoundError
        If the folder does not exist.
    ValueError
        If two cells answer the same claim, or a row names no known claim.
    """
    found = {}
    for path, metadata in _outputs(folder):
        for entry in metadata.get(OUTPUT_KEY, []):
            this = Row(**entry)
            claim(this.paper, this.name)
            key = (this.paper, this.name)
            if key in found:
                raise ValueError(f"{path.name}: {key} is answered in {found[key][1]} already")
            found[key] = (this, path.relative_to(folder))
    return found


def _outputs(folder):
    """Path of the notebook and metadata of every stored output below a folder."""
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"folder: {folder} does not exist; give the folder that holds the notebooks")
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                yield path, output.get("metadata", {})
