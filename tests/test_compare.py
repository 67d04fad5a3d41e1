"""The comparison of outputs: what passes, and that what must not pass does not."""

import json
import re
import subprocess
import sys
from decimal import Decimal

import nbformat
import pytest
from compare import line_up, line_up_outputs, numbers
from hypothesis import given
from hypothesis import strategies as st

from paths import ROOT

PASSES = [
    # stored, fresh
    ("12.5 %", "12.4 %"),
    ("12.5 %", "12.6 %"),
    ("12.5%,", "12.4%,"),
    ("1,234.5 m", "1,234.6 m"),
    ("999.9 m", "1,000.0 m"),
    ("-0.03", "-0.04"),
    ("−0.03", "−0.02"),
    ("0.1", "-0.0"),
    ("-0.0", "0.0"),
    ("1.3e-05", "1.2e-05"),
    ("9.99e-4", "1.00e-3"),
    ("1.00e-3", "9.99e-4"),
    ("3.2 um", "3.1 um"),
    ("3.2um", "3.3um"),
    ("9.9", "10.0"),
    ("9.9 um", "10 um"),
    ("(-0.5, 0.25)", "(-0.4, 0.26)"),
    ("[1.2 3.4]", "[1.1 3.5]"),
    ("[ 9.9 10.1]", "[10.0 10.1]"),
    ("SNR=-5.0 dB", "SNR=-5.1 dB"),
    ("1.5-fold", "1.6-fold"),
    ("1.2-1.5", "1.3-1.4"),
    ("| 9.99|  3", "|10.00|  3"),
    ("a   9.9 um  b", "a  10.0 um  b"),
    ("9.9   b", "10.0  b"),
    # with an interval beside the number
    ("2.3 (2.1 to 2.6)", "2.6 (2.1 to 2.6)"),
    ("2.3 (2.1 to 2.6)", "2.5 (2.3 to 2.8)"),
    ("2.3 [2.1, 2.6]", "2.1 [2.1, 2.6]"),
    ("2.3 m (2.1 to 2.6 m)", "2.5 m (2.1 to 2.6 m)"),
    ("12 % (10 to 15 %)", "14 % (11 to 16 %)"),
    ("12% (10% to 15%)", "13% (10% to 15%)"),
    ("12 (10 to 15)", "11 (10 to 15)"),
    ("1.2 cm (9 mm to 1.5 cm)", "0.9 cm (9 mm to 1.5 cm)"),
    ("0.15 (95 %: 0.12 to 0.18)", "0.18 (95 %: 0.12 to 0.18)"),
    ("0.15, 95 %: 0.12 to 0.18", "0.12, 95 %: 0.12 to 0.18"),
    ("95 %: 0.12 to 0.18", "95 %: 0.13 to 0.17"),
    ("2.3 ± 0.2", "2.5 ± 0.2"),
    ("3,200 (2,900 to 3,600)", "3,200 (2,800 to 3,600)"),
    ("0 (0 to 0)", "0 (0 to 1)"),
    ("93 users (90 to 96 users)", "92 users (90 to 95 users)"),
]

FAILS = [
    ("12.5 %", "12.3 %"),
    ("12.5 %", "12.5 m"),
    ("1,234.5", "1,234.7"),
    ("-0.03", "0.03"),
    ("0.2", "-0.0"),
    ("1.3e-05", "1.1e-05"),
    ("1.3e-05", "1.3e-06"),
    ("9.99e-4", "1.01e-3"),
    ("9.99e-4", "9.99e-3"),
    ("3.2 um", "3.2 mm"),
    ("990 um", "1 mm"),
    ("12 of 30", "13 of 30"),
    ("12 of 30", "12.0 of 30"),
    ("1,234 users", "1,235 users"),
    ("58% of the area", "59% of the area"),
    ("nan", "0.1"),
    ("0.1", "nan"),
    ("inf", "-inf"),
    # names
    ("MUSIC2D", "MUSIC3D"),
    ("V1.2", "V1.3"),
    ("x1.2", "x1.3"),
    ("GPT-1.2", "GPT-1.3"),
    ("0.2.0", "0.2.1"),
    ("Section 3.2", "Section 3.3"),
    ("(21)", "(22)"),
    ("cell [3]", "cell [4]"),
    ("2026-11-22", "2026-11-23"),
    # words and blanks
    ("error 1.2", "errors 1.2"),
    ("reproduced: 1.2", "not reproduced: 1.2"),
    ("1.2 1.3", "1.2"),
    ("1.2\n1.3", "1.2"),
    ("a  1.2", "a 1.2"),
    ("a  1.2", "a 1.3"),
    ("a  9.9", "a    10.0"),
    ("1.2 1.3", "1.21.3"),
    # intervals
    ("2.3 (2.1 to 2.6)", "2.7 (2.1 to 2.6)"),
    ("2.3 (2.1 to 2.6)", "2.3 (1.9 to 2.8)"),
    ("2.3 (2.1 to 2.6)", "2.4 (2.1 to 2.9)"),
    ("12 (10 to 15)", "16 (10 to 15)"),
    ("12 (10 to 15)", "12 (10 to 17)"),
    ("12 (10 to 15)", "12 (9 to 17)"),
    ("3,200 (2,900 to 3,600)", "3,200 (2,700 to 3,600)"),
    ("0 (0 to 3)", "0 (0 to 5)"),
    ("1.2 cm (9 mm to 1.5 cm)", "0.8 cm (9 mm to 1.5 cm)"),
    ("95 %: 0.12 to 0.18", "90 %: 0.12 to 0.18"),
    ("95 %: 0.12 to 0.18", "95 %: 0.14 to 0.18"),
    ("2.3 ± 0.2", "2.6 ± 0.2"),
    # a range that the number is not in is no interval of it
    ("12 users (1 to 20 m)", "13 users (1 to 20 m)"),
    ("30 (1 to 20)", "19 (1 to 20)"),
]


def dressings(text):
    """A text on its own, in an HTML table, and in a ledger row's metadata, as (text, whether it is HTML)."""
    table = f'<table class="ledger"><tr id="row-1.5"><th scope="row">ours</th><td>{text}</td></tr></table>'
    yield text, False
    yield f"head 1.0\n{text}\nfoot", False
    yield table, True
    yield json.dumps([{"ours": text, "paper": "aguiar2024"}], indent=1, ensure_ascii=False), False


@pytest.mark.parametrize(("stored", "fresh"), PASSES)
def test_what_passes(stored, fresh):
    for (kept, html), (new, _) in zip(dressings(stored), dressings(fresh), strict=True):
        assert line_up(new, kept, html) == kept


@pytest.mark.parametrize(("stored", "fresh"), FAILS)
def test_what_fails(stored, fresh):
    for (kept, html), (new, _) in zip(dressings(stored), dressings(fresh), strict=True):
        assert line_up(new, kept, html) != kept


@pytest.mark.parametrize(
    ("stored", "fresh"),
    [
        ('<td style="width:12.5px">1.2</td>', '<td style="width:12.4px">1.2</td>'),
        ('<tr id="row-1.5"><td>1.2</td></tr>', '<tr id="row-1.6"><td>1.2</td></tr>'),
        ("<td>1.2</td><td>1.3</td>", "<td>1.2</td>"),
        ("<td>1.2</td>", "<th>1.2</th>"),
    ],
)
def test_tags_are_exact(stored, fresh):
    assert line_up(fresh, stored, html=True) != stored


def test_only_what_disagrees_is_left_to_be_shown():
    stored, fresh = "a 1.2, b 3.40\nc 5.6", "a 1.3, b 3.50\nc 5.5"
    assert line_up(fresh, stored) == "a 1.2, b 3.50\nc 5.6"


words = st.sampled_from(
    ["error", "of the area", "azimuth [deg]", "MUSIC2D", "m", "%", "over V1.2,", "|", "to"]
)
floats = st.builds(
    lambda digits, places, thousands: (
        f"{Decimal(digits).scaleb(-places):{',' if thousands else ''}.{places}f}"
    ),
    st.integers(-(10**7), 10**7),
    st.integers(1, 4),
    st.booleans(),
)
exponents = st.builds(
    lambda digits, power: f"{Decimal(digits).scaleb(power - 2):.2e}".replace("E", "e"),
    st.integers(100, 999),
    st.integers(-9, 9),
)
lines = st.lists(st.tuples(words, floats | exponents), min_size=1, max_size=6)


def printed(value, like):
    """A value in the form of a number that is printed already."""
    if "e" in like:
        return f"{value:.2e}"
    places = len(like.partition(".")[2])
    return f"{value:,.{places}f}" if "," in like else f"{value:.{places}f}"


def moved(pairs, steps):
    """The line of pairs (word, number), and the same with each number moved by so many units of its digit."""
    stored = " ".join(f"{word} {number}" for word, number in pairs)
    fresh = []
    for (word, text), step in zip(pairs, steps, strict=False):
        value = Decimal(text.replace(",", ""))
        unit = Decimal(1).scaleb(value.as_tuple().exponent)
        fresh.append(f"{word} {printed(value + step * unit, text)}")
    return stored, " ".join(fresh)


@given(lines, st.lists(st.integers(-1, 1), min_size=6, max_size=6))
def test_one_unit_passes(pairs, steps):
    stored, fresh = moved(pairs, steps)
    assert line_up(fresh, stored) == stored


@given(lines, st.data())
def test_more_than_a_unit_fails(pairs, data):
    steps = [0] * len(pairs)
    which = data.draw(st.integers(0, len(pairs) - 1))
    steps[which] = data.draw(st.integers(2, 1000)) * data.draw(st.sampled_from([-1, 1]))
    stored, fresh = moved(pairs, steps)
    before, after = (numbers(line)[-len(pairs) :][which] for line in (stored, fresh))
    # Three digits may not show so small a step up, once there is a digit more before the point.
    if abs(after.value - before.value) > before.unit:
        assert line_up(fresh, stored) != stored


@given(lines, st.data())
def test_another_word_fails(pairs, data):
    stored, _ = moved(pairs, [0] * len(pairs))
    place = data.draw(st.integers(0, len(stored)))
    letter = data.draw(st.sampled_from("abxyzAZ_"))
    fresh = stored[:place] + letter + stored[place:]
    assert line_up(fresh, stored) != stored


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_any_text_is_equal_to_itself_and_nothing_raises(a, b, html):
    assert line_up(a, a, html) == a
    result = line_up(b, a, html)
    assert result == a or line_up(result, a, html) == result


def stored_texts():
    """Every text that the stored notebooks show, with whether it is HTML, ledger rows and tables included."""
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            outputs, _ = line_up_outputs(cell.get("outputs", []), [])
            for output in outputs:
                shown = {"text": output.get("text", "")} | output.get("data", {})
                for kind, text in shown.items():
                    if isinstance(text, str) and kind != "image/svg+xml":
                        yield text, kind == "text/html"


def test_stored_outputs_pass_a_unit_off_and_fail_far_off():
    """Each of the first numbers of every stored output, moved."""
    floats_seen = 0
    for text, html in stored_texts():
        tags = r"(?s)<(script|style).*?</\1>|<[^>]*>"
        bare = re.sub(tags, lambda tag: "\n" * len(tag[0]), text) if html else text
        here = [number for number in numbers(bare) if not number.is_integer and "e" not in number.text]
        for number in here[:5]:
            floats_seen += 1
            for value, passes in (
                (number.value + number.unit, True),
                (number.value * 1000 + 1000 * number.unit, False),  # beyond any interval beside it
            ):
                put = printed(value, number.text)
                fresh = text[: number.start] + put + text[number.end :]
                assert (line_up(fresh, text, html) == text) == passes, (number, put, text)
    assert floats_seen > 100


def notebook(cells):
    """A notebook of cells (source, outputs stored)."""
    made = nbformat.v4.new_notebook()
    for count, (source, outputs) in enumerate(cells, 1):
        cell = nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs)
        made.cells.append(cell)
    return made


def test_nbval_compares_by_these_rules(tmp_path):
    def says(text):
        return [nbformat.v4.new_output("stream", name="stdout", text=f"{text}\n")]

    def shows(row):
        return [
            nbformat.v4.new_output("display_data", {"text/plain": "a row"}, metadata={"irsnb_ledger": row})
        ]

    show = "from IPython.display import display\ndisplay({{'text/plain': 'a row'}}, metadata={}, raw=True)"
    rows = [
        {"ours": text, "verdict": word}
        for text, word in (("1.2 m", "same"), ("1.3 m", "same"), ("1.2 m", "no"))
    ]
    cells = [
        ("print('12.4 %')", says("12.5 %"), "passed"),
        ("print('12.3 %')", says("12.5 %"), "failed"),
        ("print('12.5 m')", says("12.5 %"), "failed"),
        (show.format({"irsnb_ledger": rows[1]}), shows(rows[0]), "passed"),
        (show.format({"irsnb_ledger": rows[2]}), shows(rows[0]), "failed"),
        (show.format({}), shows(rows[0]), "failed"),
    ]
    path = tmp_path / "page.ipynb"
    nbformat.write(notebook((source, outputs) for source, outputs, _ in cells), path)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.nbval_rules"]
    command += ["-p", "no:cacheprovider", "-v", path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    for place, (source, _, outcome) in enumerate(cells):
        assert f"Cell {place} {outcome.upper()}" in done.stdout, (source, done.stdout[-3000:])
