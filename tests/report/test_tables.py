"""Numbers for people: lengths in words, intervals, tables."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from irsnb.report import tables
from irsnb.report.tables import Table, number, spoken, table, with_interval

METRES = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}


@pytest.mark.parametrize(
    ("length_m", "words"),
    [
        (12.34, "12 m"),
        (1.0, "1 m"),
        (1234, "1200 m"),
        (0.347, "35 cm"),
        (0.01, "1 cm"),
        (0.00512, "5.1 mm"),
        (0.00096, "960 um"),
        (2.5e-6, "2.5 um"),
        (8e-9, "8 nm"),
        (-0.0347, "-3.5 cm"),
        (0, "0 m"),
        (-0.0, "0 m"),
        (np.nan, "n/a"),
        (np.inf, "infinite m"),
        # The unit is that of the rounded length.
        (0.00999, "1 cm"),
        (0.9999, "1 m"),
        (np.float32(0.5), "50 cm"),
        (np.array(0.5), "50 cm"),
    ],
)
def test_lengths_in_words(length_m, words):
    assert spoken(length_m) == words


@given(st.floats(1e-9, 1e6))
def test_a_spoken_length_is_right_to_its_digits(length_m):
    value, unit = spoken(length_m).split()
    assert abs(float(value) * METRES[unit] - length_m) <= 0.0501 * length_m
    assert float(value) >= 1, "the unit fits"
    assert spoken(-length_m) == f"-{spoken(length_m)}"
    value, unit = spoken(length_m, digits=6).split()
    assert float(value) * METRES[unit] == pytest.approx(length_m, rel=6e-6)


def test_a_length_with_its_interval():
    assert spoken(0.0321, lower=0.029, upper=0.036) == "3.2 cm (2.9 to 3.6 cm)"
    assert spoken(2e-6, lower=1.5e-6, upper=np.inf) == "2.0 um (1.5 to infinite um)"
    with pytest.raises(ValueError, match="upper: got None"):
        spoken(1.0, lower=0.5)


@pytest.mark.parametrize("bad", [None, "1", True, 1j, [1.0], np.ones(2), np.ma.masked, b"1", object()])
def test_what_is_not_one_number_is_refused(bad):
    for call, name in ((spoken, "length_m"), (number, "value"), (lambda v: with_interval(v, 0, 1), "value")):
        with pytest.raises(ValueError, match=f"{name}: got"):
            call(bad)
    with pytest.raises(ValueError, match="digits: got 0"):
        spoken(1.0, digits=0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((3.217, 2.883, 3.604), "3.2 (2.9 to 3.6)"),
        ((0.03217, 0.0311, 0.0334), "0.032 (0.031 to 0.033)"),
        ((1234, 1190, 1290), "1230 (1190 to 1290)"),
        ((98765.4, 95000, 99999), "99000 (95000 to 100000)"),
        ((0.0, -0.2, 0.3), "0.0 (-0.2 to 0.3)"),
        ((-0.01, -0.2, 0.3), "0.0 (-0.2 to 0.3)"),
        ((5.0, 5.0, 5.0), "5 (5 to 5)"),
        ((100, 83.2, 100), "100 (83 to 100)"),
        ((2.0, 1.5, np.inf), "2.0 (1.5 to infinite)"),
        ((2.0, np.nan, np.nan), "2 (no interval)"),
        ((np.nan, 1.0, 2.0), "n/a"),
    ],
)
def test_the_interval_decides_the_last_digit(arguments, text):
    assert with_interval(*arguments) == text


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_rounding_stays_small_beside_the_interval(value, below, above):
    found = [
        float(part)
        for part in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", with_interval(value, value - below, value + above))
    ]
    half = (below + above) / 2
    for shown, exact in zip(found, (value, value - below, value + above), strict=True):
        assert abs(shown - exact) <= 0.51 * half + 1e-9 * abs(exact)
    assert found[1] < found[2]


def test_an_interval_out_of_order_is_refused():
    with pytest.raises(ValueError, match="lower: got 2.0; it must not exceed upper, 1.0"):
        with_interval(1.5, 2.0, 1.0)


class Tags(HTMLParser):
    """What a table is made of."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def test_html_says_what_heads_what():
    shown = table(
        [("a < b", 1.5), ("c", 2)], head=("method", "error"), units={"error": "m"}, caption="Errors & co."
    )
    tags = Tags(shown._repr_html_())
    scopes = [attrs["scope"] for tag, attrs in tags.found if tag == "th"]
    assert scopes == ["col", "col", "row", "row"]
    assert [tag for tag, _ in tags.found].count("caption") == 1
    assert tags.text == ["Errors & co.", "method", "error [m]", "a < b", "1.5", "c", "2"]
    assert "a < b | 1.5" in repr(shown) and repr(shown).startswith("Errors & co.\n")
    assert [tag for tag, _ in Tags(Table("n", ["h"], [["c"]])._repr_html_()).found].count("caption") == 0


def reduction(values, dims, **coords):
    """A result with value, lower and upper end, as irsnb.montecarlo makes it."""
    values = np.asarray(values, dtype=float)
    ends = np.stack([values, 0.9 * values, 1.1 * values], axis=-1)
    return xr.DataArray(ends, {**coords, "end": ["value", "lower", "upper"]}, (*dims, "end"), "error")


def test_a_reduction_becomes_a_table_with_units_and_intervals():
    error = reduction([3.0, 0.3], ["snr_db"], snr_db=[0, 20])
    error.attrs["units"] = "m"
    error["snr_db"].attrs["units"] = "dB"
    shown = table(error, caption="Errors.")
    assert shown.head == ("snr_db [dB]", "error [m]")
    assert shown.rows == (("0", "3.0 (2.7 to 3.3)"), ("20", "0.30 (0.27 to 0.33)"))
    assert table(error, caption="Errors.", units={"error": "cm"}).head[1] == "error [cm]"
    assert table(error, caption="Errors.", head=("SNR", "rms")).head == ("SNR", "rms")


def test_a_second_dimension_gives_the_columns():
    error = reduction(
        np.arange(1.0, 7).reshape(2, 3), ["method", "snr_db"], method=["ml", "mean"], snr_db=[0, 10, 20]
    )
    error["snr_db"].attrs["units"] = "dB"
    shown = table(error, caption="Errors.")
    assert shown.head == ("method", *(f"error, snr_db {level} dB" for level in (0, 10, 20)))
    assert [entry[0] for entry in shown.rows] == ["ml", "mean"]
    assert shown.rows[1][2] == "5.0 (4.5 to 5.5)"
    # The dimension of the interval may stand anywhere.
    assert table(error.transpose("end", "method", "snr_db"), caption="Errors.").rows == shown.rows


def test_variables_of_a_dataset_are_columns():
    data = xr.Dataset(
        {"rms": reduction([1.0, 2.0], ["method"]), "cost": ("method", [7, 123456])},
        {"method": ["ml", "mean"]},
    )
    shown = table(data, caption="Two methods.", units={"rms": "m", "cost": "us"})
    assert shown.head == ("method", "rms [m]", "cost [us]")
    assert shown.rows == (("ml", "1.0 (0.9 to 1.1)", "7"), ("mean", "2.0 (1.8 to 2.2)", "123456"))
    plain = table(xr.DataArray([0.5, np.nan], dims="trial"), caption="Two numbers.")
    assert plain.head == ("trial", "value") and plain.rows == (("0", "0.5"), ("1", "n/a"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"caption": ""}, "caption"),
        ({"caption": None}, "caption"),
        ({"head": None}, "head"),
        ({"data": [("a", 1, 2)]}, "data.0.: got 3 entries; head has 2"),
        ({"data": [("a", None)]}, r"data\[0\]\[1\]: got None"),
        ({"data": [("a", True)]}, r"data\[0\]\[1\]: got True"),
        ({"data": [("a", (1, 2))]}, r"data\[0\]\[1\]"),
        ({"data": [("a", (1, 3, 2))]}, r"data\[0\]\[1\]: got the interval 3.0 to 2.0"),
        ({"data": "text"}, "data: got str"),
        ({"data": xr.DataArray(np.ones((2, 2, 2))), "head": None}, "dimensions"),
        ({"data": xr.DataArray(1.0), "head": None}, "dimensions"),
        ({"data": xr.DataArray(np.ones((2, 2)), dims=["a", "end"])}, "value, lower and upper"),
        ({"data": xr.Dataset({"a": ("x", [1.0]), "b": 2.0})}, "without the dimension x"),
        ({"digits": 0}, "digits"),
    ],
)
def test_a_table_refuses(arguments, words):
    with pytest.raises(ValueError, match=words):
        table(**{"data": [("a", 1)], "head": ("name", "value"), "caption": "One."} | arguments)


def write_notebook(path, *shown):
    outputs = [dict(zip(("data", "metadata"), each._repr_mimebundle_(), strict=True)) for each in shown]
    path.write_text(
        json.dumps({"cells": [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown"}]})
    )


def test_tables_travel(tmp_path):
    first = Table("lengths", ["what", "how long"], [["a < b", "1 m"]])
    second = table([("a", 1)], head=("name", "value"), caption="One.", name="values")
    write_notebook(
        tmp_path / "one.ipynb", first, second, table([("a", 1)], head=("b", "c"), caption="No name.")
    )
    found = tables.collect_tables(tmp_path)
    assert set(found) == {"lengths", "values"}
    assert found["lengths"].rows == (("a < b", "1 m"),) and found["lengths"].head == ("what", "how long")
    assert found["values"].caption == "One." and repr(found["values"]) == repr(second)
    assert "a &lt; b" in first._repr_html_() and repr(first) == "what | how long\na < b | 1 m"
    write_notebook(tmp_path / "two.ipynb", first)
    with pytest.raises(ValueError, match="two.ipynb: there is another table of the name 'lengths'"):
        tables.collect_tables(tmp_path)
    with pytest.raises(ValueError, match="folder: got .*nowhere"):
        tables.collect_tables(tmp_path / "nowhere")
    for cells in (["a"], ["a", 1.0], ["a", ""]):
        with pytest.raises(ValueError, match=r"rows\[0\]"):
            Table("lengths", ["what", "how long"], [cells])
    with pytest.raises(ValueError, match="head: got 'ab'"):
        Table("lengths", "ab", [])


def test_copies_of_a_notebook_in_progress_are_left_out(tmp_path):
    (tmp_path / ".ipynb_checkpoints").mkdir()
    shown = Table("lengths", ["what"], [["a"]])
    write_notebook(tmp_path / "one.ipynb", shown)
    write_notebook(tmp_path / ".ipynb_checkpoints" / "one.ipynb", shown)
    ((path, _),) = tables.stored_outputs(tmp_path)
    assert str(path) == "one.ipynb"
