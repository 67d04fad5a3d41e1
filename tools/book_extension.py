"""Sphinx extension of the book: the ledger's pages, MathJax from this machine, and a front page.

``{ledger} PAPER`` renders every claim of a paper beside the rows that the notebooks computed;
``{ledger-headlines} PAPER`` only those that the landing page shows. A claim without a row is a warning,
which the build treats as an error.
"""

import json
import posixpath
import re
import shutil
from importlib import util
from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from irsnb.report import ledger

LOG = logging.getLogger(__name__)
MATHJAX = "vendor/mathjax"


class LedgerTable(SphinxDirective):
    """The claims of one paper as a table."""

    required_arguments = 1
    headlines_only = False
    columns = ("Where", "The paper says", "Ours", "Bound", "Verdict and why", "Cell")

    def run(self):
        paper = self.arguments[0]
        source = Path(self.env.srcdir)
        rows = ledger.collect(source / "notebooks")
        for path in (source / "notebooks").rglob("*.ipynb"):
            self.env.note_dependency(str(path))
        body = []
        for name, claim in ledger.claims(paper).items():
            if (paper, name) not in rows:
                LOG.warning("claim %s of %s has no row in any notebook", name, paper)
            elif claim.headline or not self.headlines_only:
                body.append((claim, *rows[paper, name]))
        return [self._table(body), *self._summary([row for _, row, _ in body])]

    def _table(self, body):
        table = nodes.table(classes=["ledger"])
        group = nodes.tgroup(cols=len(self.columns))
        group += [nodes.colspec(colwidth=1) for _ in self.columns]
        head = nodes.thead()
        head += self._row([nodes.Text(title) for title in self.columns])
        rows = nodes.tbody()
        for claim, row, path in body:
            page = posixpath.join("notebooks", path.with_suffix("").as_posix())
            uri = self.env.app.builder.get_relative_uri(self.env.docname, page) + f"#{row.anchor}"
            link = nodes.reference("", path.stem.replace("_", " "), refuri=uri, internal=True)
            verdict = nodes.inline("", row.verdict, classes=["verdict", f"verdict-{row.verdict.split()[0]}"])
            ours = row.ours if row.scale == "quick" else f"{row.ours} ({row.scale} scale)"
            cells = [nodes.Text(claim.where), nodes.Text(claim.says), nodes.Text(ours), nodes.Text(row.bound)]
            rows += self._row([*cells, [verdict, nodes.Text(f": {row.why}")], link])
        group += [head, rows]
        table += group
        return nodes.container("", table, classes=["wide"])

    @staticmethod
    def _row(cells):
        row = nodes.row()
        for cell in cells:
            parts = cell if isinstance(cell, list) else [cell]
            row += nodes.entry("", nodes.paragraph("", "", *parts))
        return row

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
        folder = Path(self.env.srcdir) / "notebooks"
        for path in folder.rglob("*.ipynb"):
            self.env.note_dependency(str(path))
        kept = ledger.collect_tables(folder).get(self.arguments[0])
        if kept is None:
            raise self.error(f"no notebook holds a table of the name {self.arguments[0]!r}")
        table, group = nodes.table(), nodes.tgroup(cols=len(kept.head))
        group += [nodes.colspec(colwidth=1) for _ in kept.head]
        head, body = nodes.thead(), nodes.tbody()
        head += LedgerTable._row([nodes.Text(text) for text in kept.head])
        for entry in kept.rows:
            body += LedgerTable._row([nodes.Text(text) for text in entry])
        group += [head, body]
        table += group
        return [nodes.container("", table, classes=["wide"])]


class BenchTables(SphinxDirective):
    """The tables that `make bench` wrote last."""

    def run(self):
        source = Path(self.env.srcdir) / "benchmarks" / "last.json"
        self.env.note_dependency(str(source))
        kept = json.loads(source.read_text(encoding="utf-8"))
        found = [nodes.paragraph("", f"Measured on {kept['date']}: {kept['machine']}.")]
        for title, rows in kept["tables"].items():
            found.append(nodes.rubric("", title.capitalize()))
            table, group = nodes.table(), nodes.tgroup(cols=4)
            group += [nodes.colspec(colwidth=width) for width in (4, 2, 2, 2)]
            head, body = nodes.thead(), nodes.tbody()
            head += LedgerTable._row(
                [nodes.Text(t) for t in ("Method", "Cases", "Time each [µs]", "Times ours")]
            )
            for row in rows:
                each, ratio = (
                    f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
                    for value in (row["microseconds"], row["ratio"])
                )
                cells = (row["method"], f"{row['targets']:,}", each, ratio)
                body += LedgerTable._row([nodes.Text(text) for text in cells])
            group += [head, body]
            table += group
            found.append(table)
        return found


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


def front_page(app, error):
    """Make index.html the landing page itself, where Jupyter Book leaves a redirect to it."""
    root = app.config.root_doc
    page = Path(app.outdir) / f"{root}.html"
    if error or app.builder.format != "html" or not page.exists():
        return
    folder = posixpath.dirname(root)

    def rebase(match):
        name, quote, uri = match.groups()
        if re.match(r"(#|[a-z]+:|//)", uri):
            return match.group(0)
        path, mark, rest = uri.partition("#")
        moved = posixpath.normpath(posixpath.join(folder, path))
        return f"{name}={quote}{'./' if name == 'data-content_root' else moved}{mark}{rest}{quote}"

    text = page.read_text(encoding="utf-8")
    text = re.sub(r"\b(href|src|action|data-content_root)=([\"'])([^\"']+)\2", rebase, text)
    (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


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
    app.connect("html-page-context", drop_live_code, priority=900)
    app.connect("build-finished", bring_mathjax)
    app.connect("build-finished", mend_markup, priority=800)
    app.connect("build-finished", front_page, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
