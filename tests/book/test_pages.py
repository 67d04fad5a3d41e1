"""The rendered book: built once here, warnings as errors, then read, and opened in a browser."""

import contextlib
import functools
import http.server
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

import book_extension
import irsnb.report
import pages as measures
from irsnb import elliptic, indoor
from irsnb.report import claims, ledger
from paths import ROOT

HTML = ROOT / "_build" / "html"
AXE_VERSION = "4.14.1"
AXE = ROOT / "_build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


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
        # Sphinx prints curly quotes; compare with straight ones.
        return " ".join(" ".join(self.words).split()).translate(
            str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
        )


@pytest.fixture(scope="module")
def pages():
    subprocess.run([sys.executable, "tools/book.py"], cwd=ROOT, check=True, capture_output=True)
    return {p.relative_to(HTML).as_posix(): Page(p) for p in HTML.rglob("*.html") if "_static" not in p.parts}


def squeezed(text):
    """Text without spaces and marks of emphasis, to compare what is set in different markup."""
    return re.sub(r"[\s*]", "", text)


def test_the_first_page_leads_to_the_landing_page(pages):
    assert "url=book/index.html" in (HTML / "index.html").read_text(encoding="utf-8")


def test_the_landing_page_opens_with_a_result_under_each_scene(pages):
    landing = pages["book/index.html"]
    scenes = [image["src"].rpartition("/")[2] for image in landing.images if "scene-" in image["src"]]
    assert scenes == ["scene-elliptic.svg", "scene-indoor.svg", "scene-hybrid.svg"]
    assert landing.text.count("computed by a cell") == 1
    # the README opens with the same sentences, each a link to the notebook that computed its figures
    opening = (ROOT / "README.md").read_text(encoding="utf-8").partition("```sh")[0]
    results = re.findall(r"\*\*Part I+\.\*\* \[(.*?)\]\((.*?)\.ipynb\)", opening)
    assert len(results) == len(re.findall(r"!\[.{40,}?\]\(book/_static/scene-\w+\.svg\)", opening)) == 3
    for sentence, notebook in results:
        assert re.search(r"\d", sentence) and f"../{notebook}.html" in landing.links
        assert squeezed(sentence) in squeezed(landing.text), "README and landing page differ"


def test_claims_on_the_landing_page_are_folded(pages):
    text = (HTML / "book" / "index.html").read_text(encoding="utf-8")
    folds = re.findall(r"<details(?P<attributes>[^>]*)>.*?</details>", text, flags=re.S)
    assert len(folds) >= 4 and not any("open" in attributes for attributes in folds)
    assert 'class="ledger' in text
    assert "<table" in text and 'class="ledger' not in re.sub(r"<details.*?</details>", "", text, flags=re.S)


def test_no_prose_speaks_of_things_to_come():
    prose = [ROOT / "README.md", *sorted((ROOT / "book").glob("*.md"))]
    assert len(prose) >= 7
    for path in prose:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)to come\b|coming soon|not yet|\bTODO\b|planned|\| State \|", text), (
            path.name
        )


@pytest.mark.parametrize(
    ("words", "text", "figure"),
    [
        ("error {} here", "error 2.9 here", "2.9"),
        ("both | {} /", "both | 1.7 cm / 5.5 cm", "1.7 cm"),
        ("bound | {} /", "bound | 0.64 um / 4.4 um", "0.64 µm"),
        ("{} for all", "87 cm, 0.031 m for all", "3.1 cm"),
        ("mean {} and", "mean 0.60 m and", "60 cm"),
        ("at {} of", "at 79% of", "79%"),
    ],
)
def test_a_figure_is_read_out_of_what_a_cell_printed(words, text, figure):
    assert book_extension.find_figure(words, text).replace("\N{NO-BREAK SPACE}", " ") == figure


@pytest.mark.parametrize("text", ["error none here", "error 1 here, error 2 here", "mistake 1 here"])
def test_a_figure_that_is_not_there_once_is_an_error(text):
    with pytest.raises(ValueError, match="times in"):
        book_extension.find_figure("error {} here", text)


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
    assert len(links) == len(claims.claims("duan2025"))


HELPERS = {"checks", "compiled", "fitting_kernels", "whitening"}
"""Modules that serve the package's other modules and have no section on its page."""


def public_names():
    """Every function and class that a module offers, by its full name."""
    names = [module.name for module in pkgutil.iter_modules(irsnb.__path__) if module.name not in HELPERS]
    names += [f"report.{module.name}" for module in pkgutil.iter_modules(irsnb.report.__path__)]
    for name in names:
        module = importlib.import_module(f"irsnb.{name}")
        for offered in getattr(module, "__all__", ()):
            if callable(getattr(module, offered)):
                yield f"{module.__name__}.{offered}"


def test_the_api_page_has_every_public_name(pages):
    names = set(public_names())
    assert {"irsnb.elliptic.locate", "irsnb.arrays.PlanarArray", "irsnb.report.ledger.record"} <= names
    assert sorted(names - pages["book/api.html"].anchors) == []


def test_signatures_on_the_api_page_are_readable(pages):
    text = (HTML / "book" / "api.html").read_text(encoding="utf-8")
    signatures = [re.sub(r"<[^>]+>", "", s) for s in re.findall(r'<dt class="sig .*?</dt>', text, flags=re.S)]
    assert len(signatures) >= 100
    for signature in signatures:
        assert not re.search(r"ArrayLike|Union\[|numpy\._", signature), signature


def test_a_notebook_page_opens_in_colab(pages):
    links = pages["notebooks/elliptic/one_pair.html"].links
    colab = [link for link in links if "colab.research.google.com" in link]
    assert colab and all(link.endswith("notebooks/elliptic/one_pair.ipynb") for link in colab)


def needed(found, what, how):
    """Skip, or fail where CI promises to have it, if something to test with is missing."""
    if not found:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what} is missing: {how}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def browser(pages):
    """Debian's chromium and the address at which the book is served on loopback."""
    path = measures.chromium()
    needed(path, "chromium", "on Debian and Ubuntu, apt install chromium")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=quiet)
        yield chromium, f"http://127.0.0.1:{server.server_port}"
        chromium.close()
    server.shutdown()


def opened(browser, name, scheme="light"):
    """A page of the book in a context of its own; its complaints, and requests that leave the machine."""
    chromium, address = browser
    page = chromium.new_context(viewport={"width": 1300, "height": 900}, color_scheme=scheme).new_page()
    page.complaints, page.away = [], []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    local = (address, "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(local) else page.away.append(r.url))
    page.goto(f"{address}/{name}")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!window.MathJax || !MathJax.startup || MathJax.startup.promise.then(() => true)")
    return page


@pytest.fixture
def open_page(browser):
    """Open a page for one test."""
    with contextlib.ExitStack() as stack:

        def opening(name, scheme="light"):
            page = opened(browser, name, scheme)
            stack.callback(page.context.close)
            return page

        yield opening


def content_pages(pages):
    """Pages to open; index.html only leads to book/index.html."""
    return [name for name in pages if name not in ("genindex.html", "search.html", "index.html")]


# What sticks out on the left of a formula's box cannot be scrolled to.
CUT_FORMULAS = """[...document.querySelectorAll('div.math')].filter(box => {
    const edge = box.getBoundingClientRect().left - 1;
    const parts = [...box.querySelectorAll('mjx-math *')].map(e => e.getBoundingClientRect());
    return parts.some(part => part.width > 0 && part.left < edge);
}).length"""


@pytest.fixture(scope="module")
def visits(pages, browser):
    """What a browser finds on each page: opened once, made narrow, then dark."""
    found = {}
    for name in content_pages(pages):
        page = opened(browser, name)
        visit = {"merrors": page.locator("mjx-merror").count(), "math": page.locator("mjx-container").count()}
        visit["axe light"] = axe(page, "{}")
        for width in (1300, 390):
            page.set_viewport_size({"width": width, "height": 900})
            visit[width] = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(CUT_FORMULAS)
        page.set_viewport_size({"width": 1300, "height": 900})
        page.add_style_tag(content="* { transition: none !important; animation: none !important }")
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        visit["axe dark"] = axe(page, "{runOnly: ['color-contrast']}")
        found[name] = visit | {"complaints": page.complaints, "away": page.away}
        page.context.close()
    return found


def axe(page, rules):
    """Violations that axe-core finds, or None where it is not installed."""
    if not AXE.exists():
        return None
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    options = f"{{resultTypes: ['violations'], ...{rules}}}"
    found = page.evaluate(f"axe.run({options})")["violations"]
    return [(violation["id"], violation["nodes"][0]["target"]) for violation in found]


def test_pages_load_quietly_typeset_their_math_and_fit(visits):
    assert len(visits) >= 30
    for name, visit in visits.items():
        assert visit["complaints"] == [], name
        assert visit["away"] == [], f"{name} asks another machine"
        assert visit["merrors"] == 0, f"{name}: math that is not typeset"
        formulas = len(re.findall(r'class="math', (HTML / name).read_text(encoding="utf-8")))
        assert visit["math"] >= formulas * 0.9, name
        for width in (1300, 390):
            taken, cut = visit[width]
            assert taken <= width, f"{name} at {width} pixels"
            assert cut == 0, f"{name} at {width} pixels: formulas cut on the left"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(visits, scheme):
    how = f"npm install --prefix _build/axe --no-save axe-core@{AXE_VERSION}"
    needed(AXE.exists(), "axe-core", how)
    assert {name: visit[f"axe {scheme}"] for name, visit in visits.items() if visit[f"axe {scheme}"]} == {}


def test_the_first_page_takes_the_reader_on(browser, open_page):
    page = open_page("index.html")
    page.wait_for_url("**/book/index.html")
    assert page.title().startswith("Locating users")


def test_search_finds_a_word(open_page):
    page = open_page("search.html?q=ellipse")
    page.wait_for_selector("#search-results li", timeout=20_000)
    assert "one pair" in page.locator("#search-results").inner_text().lower()


def test_figures_turn_dark_with_the_page(open_page):
    # White becomes the page's #121212; what a colour is seen as is tested with the figures.
    inverted = "invert(0.93) hue-rotate(180deg)"
    page = open_page("notebooks/elliptic/one_pair.html", scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    looks = page.evaluate(
        """[...document.querySelectorAll('article :is(img[src*="_images"], .irsnb-explorer)')].map(box => {
            const style = getComputedStyle(box); return [style.backgroundColor, style.filter]; })"""
    )
    assert len(looks) >= 3 and all(look == ["rgb(255, 255, 255)", inverted] for look in looks)


def test_finished_pages_open_with_a_figure_and_are_not_too_tall(browser):
    chromium, address = browser
    looks = [
        (page.name, *measures.look(chromium, f"{address}/notebooks/{page.name}.html"))
        for page in measures.finished()
    ]
    assert measures.shortcomings([], looks) == []


def test_the_interactive_figure_computes_what_the_package_computes(open_page):
    page = open_page("notebooks/elliptic/one_pair.html")
    explorer = page.locator(".irsnb-explorer")
    readout = explorer.locator("[data-part=readout]")
    receiver = (200.0, -400.0, 0.0)

    def expected(x, y, c, off_deg):
        off, target = np.deg2rad(off_deg), (x, y, 0.0)
        error, _ = elliptic.perturbation_mae(target, receiver, c, off, 0.0, "one-pair")
        azimuth, _ = elliptic.direction(target, receiver)
        surfaces = elliptic.surfaces_on_line(c)
        covariance = elliptic.direction_crlb(surfaces, receiver, target, sigma_angle=off, sigma_path=1e-3)
        azimuth_deg, error_deg, bound_deg = np.rad2deg([azimuth, error, np.sqrt(covariance[0, 0])])
        return (
            f"azimuth at B = {azimuth_deg:.2f}°, azimuth error (23) = {error_deg:.3f}°, "
            f"bound = {bound_deg:.3f}°"
        )

    def number(name):
        return float(explorer.locator(f"[data-set={name}]").input_value())

    assert expected(500.0, 1000.0, 400.0, 3.0) in readout.inner_text()
    task = explorer.locator("[data-part=task]")
    for x, y, c, off, trend in ((300, 900, 500, 2.5, "grows"), (-400, 300, 700, 1.0, "falls")):
        for name, value in (("x", x), ("y", y), ("c", c), ("d", off)):
            explorer.locator(f"[data-set={name}]").fill(str(value))
        assert expected(x, y, c, off) in readout.inner_text()
        spacings = np.arange(100.0, 801.0, 12.5)[:, None]
        change = np.diff(
            elliptic.perturbation_mae((x, y, 0.0), receiver, spacings, np.deg2rad(off), 0.0, "one-pair")[0]
        )
        assert (change > 0).all() if trend == "grows" else (change < 0).all()
        assert f"error {trend}" in readout.inner_text()
        assert ("here it falls" in task.inner_text()) == (trend == "falls")
    for handle, dragged in (("target", (60, -30)), ("second", (-60, 0))):
        handle = explorer.locator(f"[data-part={handle}] [fill=transparent]")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(*(start + step for start, step in zip(middle, dragged, strict=True)))
        page.mouse.up()
    assert number("x") > -350 and number("y") > 350 and number("c") < 650
    assert expected(number("x"), number("y"), number("c"), 1.0) in readout.inner_text()
    before = number("c")
    explorer.locator("[data-part=second]").press("ArrowRight")
    explorer.locator("[data-part=target]").press("ArrowUp")
    assert number("c") == before + 10
    assert expected(number("x"), number("y"), before + 10, 1.0) in readout.inner_text()


@pytest.mark.parametrize("width", [1300, 390])
def test_nothing_of_the_interactive_figure_is_cut(open_page, width):
    page = open_page("notebooks/elliptic/one_pair.html")
    page.set_viewport_size({"width": width, "height": 900})
    explorer = page.locator(".irsnb-explorer")
    edges = """plan => { const box = plan.getBoundingClientRect();
        const drawn = [...plan.querySelectorAll('path, circle, text')];
        const parts = drawn.map(part => part.getBoundingClientRect());
        return parts.every(part => part.left > box.left - 1 && part.right < box.right + 1
            && part.top > box.top - 1 && part.bottom < box.bottom + 1); }"""
    for corner in ((-400, 150), (-400, 1200), (1200, 150), (1200, 1200)):
        for c in (100, 800):
            for name, value in (*zip("xy", corner, strict=True), ("c", c), ("d", 5)):
                explorer.locator(f"[data-set={name}]").fill(str(value))
            assert explorer.locator("[data-part=plan]").evaluate(edges), (corner, c)


def paper_room_with_formula():
    """The room of the figure on echoes: the paper's, with phases that a formula gives."""
    pilots, tiles = np.arange(1, 33)[:, None], np.arange(1, 101)
    turns = 0.6180339887498949 * pilots * tiles**2
    return indoor.Room(codebook=np.exp(2j * np.pi * (turns % 1)))


def test_the_figure_on_echoes_computes_what_the_package_computes(open_page):
    page = open_page("notebooks/indoor/at_the_bound.html")
    explorer, room = page.locator(".irsnb-explorer"), paper_room_with_formula()
    readout, task = explorer.locator("[data-part=readout]"), explorer.locator("[data-part=task]")

    def set_to(**values):
        for name, value in values.items():
            explorer.locator(f"[data-set={name}]").fill(str(value))

    def shown(subtract):
        explorer.locator("[data-set=mean]").set_checked(subtract)
        page.wait_for_timeout(400)
        assert explorer.get_attribute("data-state") == "fine"
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", readout.inner_text())]
        return numbers[0], numbers[1], np.array(numbers[2:4])

    def share(received, place, subtract):
        method = "ml-projected" if subtract else "ml"
        cost = indoor.likelihood_cost(room, received, place, method)
        return cost * room.sigma**2 / np.sum(np.abs(indoor.features(received, method)) ** 2)

    for x, y, echo in ((1.23, 4.56, None), (1.23, 4.56, 0), (-3.5, 9.2, -10), (3.9, 1.1, 20)):
        user, bare = np.array([x, y]), indoor.signal(room, (x, y))
        size = 0.0 if echo is None else 10 ** (echo / 20)
        received = bare + size * np.sqrt(np.mean(np.abs(bare) ** 2)) * np.exp(0.7j)
        set_to(x=x, y=y, echo=-41 if echo is None else echo, zoom=25)
        for subtract in (False, True):
            at_user, least, place = shown(subtract)
            assert np.isclose(at_user, share(received, user, subtract), atol=6e-4)
            assert np.isclose(least, share(received, place, subtract), atol=1.5e-3)
            around = place + 0.002 * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])
            assert (share(received, around, subtract) >= least - 6e-4).all()
            if subtract or echo is None:
                assert at_user < 6e-4 and np.allclose(place, user, atol=2e-4)
            elif echo == 0:
                assert np.linalg.norm(place - user) > 0.005
                assert "subtract the mean" in task.inner_text().partition("Then")[2][20:]
    assert "The echo is gone" in task.inner_text()
    handle = explorer.locator("[data-part=user] [fill=transparent]")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 40, middle[1] - 30)
    page.mouse.up()
    x, y = (float(explorer.locator(f"[data-set={name}]").input_value()) for name in "xy")
    assert x < 3 and y > 2
    explorer.locator("[data-part=user]").press("ArrowUp")
    assert np.isclose(float(explorer.locator("[data-set=y]").input_value()), y + 0.01)


@pytest.mark.parametrize("width", [1300, 390])
def test_nothing_of_the_figure_on_echoes_is_cut(open_page, width):
    page = open_page("notebooks/indoor/at_the_bound.html")
    page.set_viewport_size({"width": width, "height": 900})
    explorer = page.locator(".irsnb-explorer")
    edges = """drawing => { const box = drawing.getBoundingClientRect();
        const parts = [...drawing.querySelectorAll('circle, text, path')].map(p => p.getBoundingClientRect());
        return parts.every(part => part.left > box.left - 1 && part.right < box.right + 1
            && part.top > box.top - 1 && part.bottom < box.bottom + 1); }"""
    for x, y, echo in ((-4, 1, 20), (4, 10, 0), (0, 5, -41)):
        for name, value in (("x", x), ("y", y), ("echo", echo)):
            explorer.locator(f"[data-set={name}]").fill(str(value))
        assert explorer.locator("[data-part=plan]").evaluate(edges), (x, y)
        assert explorer.locator("[data-part=pilots]").evaluate(edges), echo
