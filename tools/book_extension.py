"""Sphinx extension of the book: tables and figures that notebooks computed, and MathJax from this machine.

``{ledger} PAPER`` renders every claim of a paper beside the rows that the notebooks computed;
``{ledger-headlines} PAPER`` only those that the landing page shows. ``{kept-table} NAME`` renders a table of
a notebook, ``{bench}`` the tables of the last ``make bench``. The role ``{computed}`` puts one figure of a
row or of a table into a sentence. What is missing is a warning, which the build treats as an error.
"""

import json
import posixpath
import re
import shutil
from functools import cache
from importlib import util
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from irsnb.report import claims, ledger, tables

LOG = logging.getLogger(__name__)
MATHJAX = "vendor/mathjax"
FIGURE = r"(\d+(?:[.,]\d+)*(?: ?(?:[nµumck]?m|deg|dB|s|%|°)(?!\w))?)"
"""A number as cells print it, with its unit."""


def computed_table(head, rows, classes=()):
    """A table from its column heads and rows; a cell is a text, a node, or a list of them."""

    def line(cells):
        row = nodes.row()
        for cell in cells:
            parts = cell if isinstance(cell, list) else [cell]
            parts = [nodes.Text(part) if isinstance(part, str) else part for part in parts]
            row += nodes.entry("", nodes.paragraph("", "", *parts))
        return row

    group = nodes.tgroup("", *[nodes.colspec(colwidth=1) for _ in head], cols=len(head))
    group += [nodes.thead("", line(head)), nodes.tbody("", *map(line, rows))]
    return nodes.container("", nodes.table("", group, classes=list(classes)), classes=["wide"])


def depend_on_notebooks(env):
    """Render the page anew when a notebook changes; return the folder of the notebooks."""
    folder = Path(env.srcdir) / "notebooks"
    for path in folder.rglob("*.ipynb"):
        env.note_dependency(str(path))
    return folder


collect_rows, collect_tables = cache(ledger.collect), cache(tables.collect_tables)


class LedgerTable(SphinxDirective):
    """The claims of one paper as a table."""

    required_arguments = 1
    headlines_only = False
    columns = ("Where", "The paper says", "Ours", "Bound", "Verdict and why", "Cell")

    def run(self):
        paper = self.arguments[0]
        rows = collect_rows(depend_on_notebooks(self.env))
        body = []
        for name, claim in claims.claims(paper).items():
            if (paper, name) not in rows:
                LOG.warning("claim %s of %s has no row in any notebook", name, paper)
            elif claim.headline or not self.headlines_only:
                body.append((claim, *rows[paper, name]))
        table = computed_table(self.columns, [self._cells(*entry) for entry in body], classes=["ledger"])
        return [table, *self._summary([row for _, row, _ in body])]

    def _cells(self, claim, row, path):
        page = posixpath.join("notebooks", path.with_suffix("").as_posix())
        uri = self.env.app.builder.get_relative_uri(self.env.docname, page) + f"#{row.anchor}"
        link = nodes.reference("", path.stem.replace("_", " "), refuri=uri, internal=True)
        verdict = nodes.inline("", row.label, classes=["verdict", f"verdict-{row.verdict.replace(' ', '-')}"])
        ours = row.ours if row.scale == "quick" else f"{row.ours} ({row.scale} scale)"
        return claim.where, claim.says, ours, row.bound, [verdict, f": {row.reason}"], link

    def _summary(self, rows):
        if self.headlines_only:
            return []
        counts = [(verdict, sum(row.verdict == verdict for row in rows)) for verdict in ledger.VERDICTS]
        text = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
        return [nodes.paragraph("", f"{len(rows)} claims: {text}.")]


class LedgerHeadlines(LedgerTable):
    """The claims of one paper that the landing page shows."""

    headlines_only = True


class KeptTable(SphinxDirective):
    """A table that a notebook computed, by its name."""

    required_arguments = 1

    def run(self):
        kept = collect_tables(depend_on_notebooks(self.env)).get(self.arguments[0])
        if kept is None:
            raise self.error(f"no notebook holds a table of the name {self.arguments[0]!r}")
        return [computed_table(kept.head, kept.rows, classes=["computed"])]


class BenchTables(SphinxDirective):
    """The tables that `make bench` wrote last."""

    def run(self):
        source = Path(self.env.srcdir) / "benchmarks" / "last.json"
        self.env.note_dependency(str(source))
        kept = json.loads(source.read_text(encoding="utf-8"))
        found = [nodes.paragraph("", f"Measured on {kept['date']}: {kept['machine']}.")]
        for title, rows in kept["tables"].items():
            body = []
            for row in rows:
                each, ratio = (
                    f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
                    for value in (row["microseconds"], row["ratio"])
                )
                body.append((row["method"], f"{row['targets']:,}", each, ratio))
            found.append(nodes.rubric("", title.capitalize()))
            found.append(computed_table(("Method", "Cases", "Time each [µs]", "Times ours"), body))
        return found


def find_figure(words, text):
    """The number, with its unit, that stands in a text where `words` have ``{}``.

    Raises
    ------
    ValueError
        If the words do not stand in the text exactly once.
    """
    before, _, after = words.partition("{}")
    found = re.findall(r"(?<![\d.])" * (not before) + re.escape(before) + FIGURE + re.escape(after), text)
    if len(found) != 1:
        raise ValueError(f"{words!r} stands {len(found)} times in {text!r}")
    number, _, unit = found[0].replace("um", "µm").partition(" ")
    if unit == "m":
        digits = len(number.replace(".", "").lstrip("0"))
        number, _, unit = tables.spoken(float(number), digits=max(digits, 1)).partition(" ")
    return f"{number}\N{NO-BREAK SPACE}{unit}" if unit else number


class Computed(SphinxRole):
    """A figure out of a row or a table: ``PAPER CLAIM: words {} words`` or ``TABLE: words {} words``.

    ``{}`` stands for the figure. The words around it are those of the row's figures, bound or reason, or of
    one line of the table.
    """

    def run(self):
        key, _, words = self.text.partition(": ")
        folder = depend_on_notebooks(self.env)
        try:
            if " " in key:
                row, _ = collect_rows(folder)[tuple(key.split())]
                text = "\n".join((row.ours, row.bound, row.why))
            else:
                text = repr(collect_tables(folder)[key])
            return [nodes.strong("", find_figure(words, text))], []
        except (KeyError, ValueError) as problem:
            LOG.warning("no figure for %s: %s", self.text, problem, location=self.get_location())
            return [nodes.strong("", "?")], []


def bring_mathjax(app, error):
    """Copy MathJax and its fonts out of the package that carries them: no page asks another machine."""
    if error or app.builder.format != "html":
        return
    package = Path(next(iter(util.find_spec("sphinx-mathjax-offline").submodule_search_locations)))
    source, target = package / "static" / "mathjax", Path(app.outdir) / MATHJAX
    fonts = Path("output/chtml/fonts/woff-v2")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source / "tex-chtml-full.js", target)
    shutil.copytree(source / fonts, target / fonts, dirs_exist_ok=True)


def drop_live_code(app, pagename, templatename, context, doctree):
    """Leave out sphinx-thebe's scripts: the book has no live kernel, and they would name another machine."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in f"{getattr(script, 'filename', script)} {getattr(script, 'attributes', '')}".lower()
    ]


MENDS = (
    # names of buttons that leave out the text inside them
    (r'(<button class="[^"]*search-button-field[^"]*")([^>]*?) aria-label="[^"]*"', r"\1\2"),
    (r'(<i class="theme-switch [^>]*?) +title="[^"]*"', r"\1"),
    (r'<summary aria-label="[^"]*">', "<summary>"),
    # content outside of every landmark
    (
        r'<div class="sidebar-primary-item">(\s*<a class="navbar-brand)',
        r'<div class="sidebar-primary-item" role="navigation" aria-label="Front page">\1',
    ),
    # a list whose children are no list items, and a role that is no longer one
    (r'<div role="list" class="citation-list">', '<div class="citation-list">'),
    (r' role="doc-biblioentry"', ""),
)
"""What axe-core finds in the theme's and docutils' own markup, mended: pattern and replacement."""


def mend_markup(app, error):
    """Apply MENDS to every page."""
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for pattern, replacement in MENDS:
            text = re.sub(pattern, replacement, text)
        path.write_text(text, encoding="utf-8")


def setup(app):
    app.add_directive("ledger", LedgerTable)
    app.add_directive("ledger-headlines", LedgerHeadlines)
    app.add_directive("kept-table", KeptTable)
    app.add_directive("bench", BenchTables)
    app.add_role("computed", Computed())
    app.connect("html-page-context", drop_live_code, priority=900)
    app.connect("build-finished", bring_mathjax)
    app.connect("build-finished", mend_markup, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
