"""How each page reads, in numbers: words, code, printed lines, figures; in a browser, how tall it is.

``python tools/pages.py`` prints a table of all pages; with ``--browser`` also where the first figure stands
and how tall the rendered page is (``make html`` first). What the numbers may be stands in :data:`LIMITS`,
the pages that must keep to them in :data:`FINISHED`.
"""

import argparse
import re
import shutil
import statistics
import sys
from dataclasses import astuple, dataclass, fields

import nbformat

from notebooks import sources
from paths import ROOT

WIDTH, HEIGHT = 1400, 1000
"""Of the window in which pages are measured [pixels]."""
LIMITS = {
    "words a line": 15,
    "longest cell": 25,
    "mean cell": 12,
    "code of a page, median": 300,
    "printed lines in all": 60,
    "words a figure": 300,
    "first figure [px]": 1.5 * HEIGHT,
    "page [px]": 12_000,
}
"""The first is a least value, the others are greatest values."""
FINISHED = ("foundations/frames_and_surfaces", "elliptic/")
"""Folders and pages whose text is finished: the tests hold the limits for them."""
FOLDED = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
FENCE = re.compile(r"^\s*(?:`{3,}|:{3,})")
PICTURES = ("image/svg+xml", "image/png", "application/vnd.irsnb.interactive+json")


@dataclass(frozen=True)
class Page:
    """Counts of one notebook.

    Attributes
    ----------
    name : str
    words : int
        Of text, captions apart; formulas count as one word each.
    visible_lines : int
        Of code that is not folded, blank lines apart.
    longest_cell, mean_cell : float
        Of the visible cells [lines].
    code_lines : int
        Folded code included.
    printed_lines : int
        On standard output and standard error.
    figures : int
        Pictures, interactive ones included.
    """

    name: str
    words: int
    visible_lines: int
    longest_cell: int
    mean_cell: float
    code_lines: int
    printed_lines: int
    figures: int

    @property
    def words_a_line(self):
        """Words for each visible line of code."""
        return self.words / max(self.visible_lines, 1)

    @property
    def words_a_figure(self):
        """Words for each figure."""
        return self.words / self.figures if self.figures else float("inf")


def words_of(text):
    """Number of words in a cell of text: formulas are one word, marks of markup and addresses none."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", " formula ", text, flags=re.S)
    text = re.sub(r"\]\([^)]*\)", "] ", text)
    lines = [line for line in text.splitlines() if not FENCE.match(line) and not line.startswith(":class:")]
    text = "\n".join(lines)
    return len(re.findall(r"\w[\w'’.,-]*", text))


def pictures_of(cell):
    """Number of pictures among a cell's outputs."""
    found = 0
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        found += any(kind in data for kind in PICTURES) or 'class="irsnb-' in html and "<table" not in html
    return found


def measure(path):
    """Count what a stored notebook shows.

    Parameters
    ----------
    path : pathlib.Path
        The ``.ipynb``.

    Returns
    -------
    Page
    """
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    lines = {id(cell): sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in code}
    visible = [lines[id(cell)] for cell in code if not FOLDED & set(cell.metadata.get("tags", []))]
    printed = [o for cell in code for o in cell.outputs if o.output_type == "stream"]
    return Page(
        name=path.relative_to(ROOT / "notebooks").with_suffix("").as_posix(),
        words=sum(words_of(cell.source) for cell in cells if cell.cell_type == "markdown"),
        visible_lines=sum(visible),
        longest_cell=max(visible, default=0),
        mean_cell=statistics.mean(visible) if visible else 0.0,
        code_lines=sum(lines.values()),
        printed_lines=sum(len(output.text.splitlines()) for output in printed),
        figures=sum(map(pictures_of, code)),
    )


def look(browser, address):
    """Where the first figure of a rendered page begins and how tall the page is [pixels].

    Parameters
    ----------
    browser : playwright browser
    address : str
        Of the page.

    Returns
    -------
    first_figure, height : float
    """
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!window.MathJax || !MathJax.startup || MathJax.startup.promise.then(() => true)")
    found = page.evaluate(
        """() => {
            const figures = [...document.querySelectorAll('article img, article .irsnb-explorer')];
            const tops = figures.map(figure => figure.getBoundingClientRect().top + scrollY);
            return [Math.min(...tops), document.querySelector('article').getBoundingClientRect().height];
        }"""
    )
    page.close()
    return found


def shortcomings(pages, looks=()):
    """What is beyond :data:`LIMITS`, a line each.

    Parameters
    ----------
    pages : list of Page
    looks : iterable of (name, first_figure, height)

    Returns
    -------
    list of str
    """
    found = []

    def ask(ok, name, what, value):
        if not ok:
            found.append(f"{name}: {what}: {value:.4g}, limit {LIMITS[what]:g}")

    for page in pages:
        ask(page.words_a_line >= LIMITS["words a line"], page.name, "words a line", page.words_a_line)
        ask(page.longest_cell <= LIMITS["longest cell"], page.name, "longest cell", page.longest_cell)
        ask(page.mean_cell <= LIMITS["mean cell"], page.name, "mean cell", page.mean_cell)
        ask(page.words_a_figure <= LIMITS["words a figure"], page.name, "words a figure", page.words_a_figure)
    for name, first, height in looks:
        ask(first <= LIMITS["first figure [px]"], name, "first figure [px]", first)
        ask(height <= LIMITS["page [px]"], name, "page [px]", height)
    if pages:
        median = statistics.median(page.code_lines for page in pages)
        ask(median <= LIMITS["code of a page, median"], "all", "code of a page, median", median)
        printed = sum(page.printed_lines for page in pages)
        ask(printed <= LIMITS["printed lines in all"], "all", "printed lines in all", printed)
    return found


def table(pages):
    """The counts of pages as text, a line each."""
    rows = [[field.name for field in fields(Page)] + ["words_a_line", "words_a_figure"]]
    for page in pages:
        counts = (*astuple(page), page.words_a_line, page.words_a_figure)
        rows.append([f"{count:.4g}" if isinstance(count, float) else str(count) for count in counts])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(v.rjust(w) for v, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


def chromium():
    """Path of an installed browser, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def finished():
    """Counts of the pages that must keep to the limits."""
    return [page for page in map(measure, twins()) if page.name.startswith(FINISHED)]


def twins():
    """The stored notebooks."""
    return [source.with_suffix(".ipynb") for source in sources()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="pages or folders, such as elliptic; all if none is given")
    parser.add_argument("--browser", action="store_true", help="measure the rendered pages, too")
    given = parser.parse_args()
    pages = [measure(path) for path in twins()]
    if given.names:
        pages = [page for page in pages if page.name.startswith(tuple(given.names))]
    if not pages:
        return f"irsnb: no page is called {' or '.join(given.names)}"
    print(table(pages))
    looks = []
    if given.browser:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for page in pages:
                address = (ROOT / "_build" / "html" / "notebooks" / f"{page.name}.html").as_uri()
                looks.append((page.name, *look(browser, address)))
                print("{}: first figure at {:.0f}, {:.0f} pixels tall".format(*looks[-1]))
            browser.close()
    print("\n".join(shortcomings(pages, looks)))
    return None


if __name__ == "__main__":
    sys.exit(main())
