"""The rendered book: built once here, warnings as errors, then read."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from irsnb import ledger

ROOT = Path(__file__).resolve().parent.parent.parent
HTML = ROOT / "_build" / "html"


class Page(HTMLParser):
    """Links, images, anchors and text of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.images, self.anchors, self.words = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.update(v for k, v in given.items() if k in ("id", "name") and v)
        if tag == "img":
            self.images.append(given)
        for key in ("href", "src"):
            if given.get(key):
                self.links.append(given[key])

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


@pytest.fixture(scope="module")
def pages():
    subprocess.run([sys.executable, "tools/book.py"], cwd=ROOT, check=True, capture_output=True)
    return {p.relative_to(HTML).as_posix(): Page(p) for p in HTML.rglob("*.html") if "_static" not in p.parts}


def test_the_front_page_is_the_landing_page(pages):
    front = pages["index.html"]
    assert "Results at a glance" in front.text and "still to come" in front.text
    assert front.text.count("computed by a cell") == 1
    assert len([i for i in front.images if "scene-" in i["src"]]) == 3


def test_every_local_link_leads_somewhere(pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:|//", link):
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (HTML / name).parent.joinpath(path.partition("?")[0]).resolve() if path else HTML / name
            if not target.exists():
                broken.append(f"{name}: {link}")
            elif anchor and target.suffix == ".html":
                there = pages[target.relative_to(HTML.resolve()).as_posix()] if path else page
                if anchor not in there.anchors:
                    broken.append(f"{name}: no anchor {link}")
    assert not broken


def test_every_image_says_what_it_shows(pages):
    ours = [(name, i) for name, page in pages.items() for i in page.images if "_images/" in i["src"]]
    assert len(ours) >= 15
    for name, image in ours:
        assert len(image.get("alt") or "") > 40, f"{name}: {image['src']}"


def test_the_ledger_page_shows_every_claim(pages):
    text = pages["book/ledger.html"].text
    rows = ledger.collect(ROOT / "notebooks")
    for (_, _name), (row, _) in rows.items():
        assert " ".join(row.ours.split()) in text and row.why in text
    links = [link for link in pages["book/ledger.html"].links if "#duan2025-" in link]
    assert len(links) == len(ledger.claims("duan2025"))


def test_the_api_page_has_the_public_names(pages):
    anchors = pages["book/api.html"].anchors
    for name in ("locate", "direction", "perturbation_mae", "position_crlb"):
        assert f"irsnb.elliptic.{name}" in anchors
    assert {"irsnb.arrays.PlanarArray", "irsnb.ledger.record", "irsnb.bounds.fisher_information"} <= anchors


def test_a_notebook_page_opens_in_colab(pages):
    links = pages["notebooks/elliptic/one_pair.html"].links
    colab = [link for link in links if "colab.research.google.com" in link]
    assert colab and all(link.endswith("notebooks/elliptic/one_pair.ipynb") for link in colab)
