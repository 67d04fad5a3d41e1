"""Good calls of the report: claims, the ledger, tables, figures and kept runs."""

import json
import tempfile
from pathlib import Path

import numpy as np
import scipy.special  # noqa: F401
import xarray as xr
from matplotlib.figure import Figure
from walk import (
    Arg,
    Fresh,
    Probe,
    choice,
    count,
    covariance,
    flag,
    function,
    instance,
    mask,
    number,
    optional,
    real,
)

from irsnb import binomial
from irsnb.report import claims, counting, figures, ledger, runs, tables

NOT_TEXT = [None, 5, 1.5, True, b"x", [], ["x"], {}, np.ones(2), object(), len]
NOT_COUNTS = [None, "3", True, 3.0, 1.5, 3j, np.nan, 10**30, b"3", {}, [True], object(), len]
NOT_A_DICT = [None, 5, "x", [], ["x"], [("a", 1)], np.ones(2), len]


def text(good, *, bad=(), empty=False, skip=None):
    """A text that says something, or any text if it may be empty."""
    values = [*NOT_TEXT, *([] if empty else ["", "  "])]
    probes = [Probe(f"{value!r:.20}", value) for value in values]
    return Arg(good, probes, bad=bad, skip=skip)


def texts(good, *, bad=()):
    """A list of texts."""
    values = [None, 5, "x", "", [], {}, {"x"}, [""], [None], [5], [[good[0]]], np.ones(2), len]
    probes = [Probe(f"{value!r:.20}", value) for value in values]
    return Arg(good, [*probes, Probe("tuple", tuple(good), "like", good)], bad=bad)


def by_label(good, *, bad=()):
    """A dict by labels, whose values `bad` are refused, too."""
    label = next(iter(good))
    return Arg(good, bad=[*NOT_A_DICT, {5: good[label]}, {"": good[label]}, *[{label: each} for each in bad]])


def shown(good, *also):
    """A number that is written out; NaN is, too, and what `also` labels."""
    return number(good, skip=dict.fromkeys(("nan", *also), "is written out"))


def axes():
    """Axes of a figure of their own, made anew for every call."""
    values = [None, 5, "x", object(), Figure(), Figure, np.ones(2)]
    return Arg(Fresh(lambda: Figure().subplots()), [Probe(f"{value!r:.20}", value) for value in values])


def _folder():
    """A notebook with a row of the ledger and a table."""
    folder = Path(tempfile.mkdtemp())
    outputs = [{"metadata": each._repr_mimebundle_()[1]} for each in (ledger.record(ROW), TABLE)]
    cells = [{"cell_type": "code", "outputs": outputs}]
    (folder / "page.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return folder


FITS = ledger.Judgement("reproduced", "4 of 4", "digits")
FIRST, SECOND = ledger.Statement("Table I", "64 elements"), ledger.Statement("Section IV", "8 by 4")
ROW = ledger.row("duan2025", "exp1-angles", ours="77.91 deg", verdict=FITS)
TABLE = tables.Table("lengths", ["what", "how long"], [["a", "1 m"]])
FOLDER = _folder()
NO_FOLDER = Arg(FOLDER, bad=[*NOT_TEXT, "", "nowhere", FOLDER / "nowhere", FOLDER / "page.ipynb"])

ROWS = [("fusion", (0.321, 0.290, 0.352)), ("mean", 1.5)]
HEAD = ["method", "rms error"]
LABELLED = xr.DataArray([[1.0, 0.9, 1.1]], {"end": ["value", "lower", "upper"]}, ("snr_db", "end"), "error")
BAD_CELLS = [None, True, 1j, "", [1.0], (1.0, 2.0), (1.0, 3.0, 2.0), (1.0, None, 2.0), np.ma.masked, object()]
BAD_DATA = [None, 5, "x", {}, {"a": 1}, np.ones((2, 2)), [5], ["ab"], [("a",)], [("a", 1, 2)], len]
BAD_DATA += [[("a", cell)] for cell in BAD_CELLS]
BAD_DATA += [LABELLED.isel(end=0, snr_db=0), LABELLED.isel(end=[0]), LABELLED * 1j, LABELLED > 0]
BAD_DATA += [LABELLED.expand_dims(a=2, b=2), LABELLED.astype("datetime64[s]"), xr.DataArray]

X = [1.0, 2.0, 4.0]
NOT_ROWS = [None, 5.0, "x", ["a", "b", "c"], [[1.0], [2.0], [4.0]], [1j, 2j, 4j], [True] * 3, object()]
NOT_ROWS += [[1.0, np.inf, 2.0], [], [1.0, [2.0], 3.0], np.ma.masked_array(X, mask=[0, 0, 1])]
BAD_ROWS = [*NOT_ROWS, [1.0, 2.0]]
CHANGES = Arg({"linewidth": 2}, bad=[{"nonsense": 1}, {"linewidth": "x"}, {"color": "no colour"}])
PATCH_CHANGES = Arg({"linewidth": 2}, bad=[{"nonsense": 1}, {"linewidth": "x"}, {"edgecolor": "no colour"}])
PLACES = [None, 5, "x", [1.0, 2.0], [[1.0]], [[np.nan, 1.0]], [[1j, 1.0]], [["a", "b"]], [[True, False]]]
PLANE = Arg((0, 1), bad=[None, 5, "xy", (0,), (0, 0), (0, 1, 2), (0, 3), (-1, 0), (0.0, 1.0), (True, False)])
COVARIANCE = np.diag([0.04, 0.01, 0.09])
PROBABILITY = number(0.95, above=0, bad=[1.0, 95.0])
QUANTITY = text("error [m]", empty=True)

RESULTS = {
    claims.Claim: "made by claims.claims",
    ledger.Row: "made by ledger.row",
    ledger.Record: "made by ledger.record",
}

GOOD = {
    binomial.share_interval: {
        "n_true": Arg(3, bad=[*NOT_COUNTS, -1, 21]),
        "n_cases": Arg(20, bad=[*NOT_COUNTS, 0, -1, 2]),
        "level": number(0.95, above=0, high=1, bad=[1.0]),
    },
    # --- counting
    counting.count_operations: {
        "function": function(np.add),
        "arguments": Arg(
            (1.0, 2.0), bad=[(1.0, "x"), (1.0, None), (1.0, 3j), (1.0, np.nan), (1.0, object())]
        ),
    },
    # --- claims
    claims.papers: {},
    claims.paper_title: {"paper": choice("duan2025", bad=["nobody1999"])},
    claims.claims: {"paper": choice("duan2025", bad=["nobody1999"])},
    claims.claim: {"paper": choice("duan2025", bad=["nobody1999"]), "name": choice("exp1-angles")},
    # --- ledger
    ledger.Judgement: {
        "verdict": choice("reproduced"),
        "basis": text("4 of 4", empty=True),
        "rule": text("digits", empty=True),
    },
    ledger.Statement: {"place": text("Table I"), "says": text("64 elements")},
    ledger.digits: {
        "printed": real([77.91, 46.9]),
        "ours": real([77.9, 46.9]),
        "decimals": Arg(2, bad=[*NOT_COUNTS, [1, 2, 3], 1000, -1000]),
        "lower": optional(real([77.0, 46.0], bad=[[79.0, 46.0]])),
        "upper": optional(real([78.0, 47.0], bad=[[76.0, 47.0]])),
    },
    ledger.holds: {
        "cases": mask(
            [True, False],
            bad=[{}, {5: [True]}, {"": [True]}, {"a": []}, {"a": [1]}, {"a": None}, {"a": [[True], []]}, []],
            skip={"longer": "more cases", "one number": "one case", "none in use": "holds in none"},
        ),
        "drawn": flag(True),
    },
    ledger.inconsistent: {
        "first": instance(FIRST),
        "second": instance(SECOND),
        "quantity": text("elements"),
        "readings": Arg(
            {"as it stands": ((64, 64), (32, 32))},
            bad=[
                *NOT_A_DICT,
                {},
                {5: ((64, 64), (32, 32))},
                *({"a": pair} for pair in (None, 5, "ab", (1, 2), ((1, 2), 3), ((1, 2), (4, 3)))),
                *({"a": ((1, 2), (3, end))} for end in (None, "4", np.nan, 4j, True, [4], np.ma.masked)),
            ],
        ),
        "otherwise": instance(FITS),
    },
    ledger.untestable: {
        "missing": text("the number of pilots"),
        "tried": Arg(
            {"10": FITS, "100": FITS},
            bad=[
                *NOT_A_DICT[1:],
                {},
                {"10": FITS},
                {"10": FITS, "100": "reproduced"},
                {5: FITS, 6: FITS},
            ],
        ),
    },
    ledger.judge_printed: {
        "paper": choice("duan2025"),
        "name": choice("exp1-angles", bad=["fig99"]),
        "ours": real([77.91, 46.9, 63.43, 53.3], bad=[77.91, [77.91, 46.9]]),
    },
    ledger.judge_share: {"share": number(0.9, low=0, high=1)},
    ledger.row: {
        "paper": choice("duan2025"),
        "name": choice("exp1-angles", bad=["fig99"]),
        "ours": text("77.91 deg"),
        "verdict": choice(FITS, bad=["fine", ledger.Judgement]),
        "why": text("at 10 dB", empty=True, bad=["  "]),
        "bound": text("none applies"),
        "flawed": text("starts at the truth", empty=True, bad=["  "]),
    },
    ledger.record: {"rows": Arg((ROW,), bad=[(), (None,), ("x",), (ROW, ROW), (ROW, 5), ([ROW],)])},
    ledger.collect: {"folder": NO_FOLDER},
    # --- tables
    tables.Table: {
        "name": text("lengths", empty=True),
        "head": texts(HEAD, bad=[["what"]]),
        "rows": Arg(
            [["a", "1 m"]],
            bad=[None, 5, "x", [5], [["a"]], [["a", 1.0]], [["a", ""]], ["ab"], [None], iter([["a", "b"]])],
        ),
        "caption": text("Two lengths.", empty=True),
    },
    tables.collect_tables: {"folder": NO_FOLDER},
    tables.stored_outputs: {"folder": NO_FOLDER},
    tables.html_table: {
        "style": text("computed"),
        "caption": text("Two lengths.", empty=True),
        "head": texts(HEAD, bad=[["what"]]),
        "rows": Arg(
            [["a", "1 m"]], bad=[None, 5, "x", [5], [["a"]], [["a", 1.0]], [["a", ""]], ["ab"], [None]]
        ),
        "anchors": Arg(["one"], bad=[None, 5, "x", [5], [""], ["one", "two"], {}, np.ones(1)]),
    },
    tables.number: {
        "value": shown(0.25, "inf", "-inf", "too large an integer"),
        "digits": count(3, bad=[0, 16]),
    },
    tables.spoken: {
        "length_m": shown(0.0321, "inf", "-inf"),
        "digits": count(2, bad=[0, 16]),
        "lower": shown(0.029, "-inf"),
        "upper": shown(0.036, "inf"),
    },
    tables.with_interval: {
        "value": shown(3.217, "inf", "-inf"),
        "lower": shown(2.883, "-inf"),
        "upper": shown(3.604, "inf"),
        "unit": text("m", empty=True),
    },
    tables.table: {
        "data": Arg(ROWS, [Probe("rows as lists", [list(row) for row in ROWS], "like", ROWS)], bad=BAD_DATA),
        "caption": text("Errors at 10 dB."),
        "head": texts(HEAD, bad=[["method"], [*HEAD, "time"]]),
        "name": text("errors", empty=True),
        "units": Arg(None, bad=[*NOT_A_DICT[1:], {"error": "m"}, {"rms error": 5}, {5: "m"}]),
        "digits": count(3, bad=[0, 16]),
    },
    # --- figures
    figures.style: {"method": text("ml"), "changes": {"color": "red"}},
    figures.use_style: {},
    figures.curves: {
        "axes": axes(),
        "x": Arg(X, bad=BAD_ROWS),
        "by_method": by_label({"ml": X}, bad=BAD_ROWS),
        "bands": Arg(
            {"ml": (X, X)},
            bad=[*NOT_A_DICT[1:], {"mean": (X, X)}, {"ml": X}, {"ml": None}, {"ml": (X, [0.0, 0.0, 0.0])}]
            + [{"ml": (X, each)} for each in BAD_ROWS],
        ),
        "label_ends": flag(True),
        "markevery": optional(count(2)),
        "changes": CHANGES,
    },
    figures.paper_points: {
        "axes": axes(),
        "x": Arg(X, bad=BAD_ROWS),
        "y": Arg(X, bad=BAD_ROWS),
        "changes": CHANGES,
    },
    figures.percentiles: {
        "axes": axes(),
        "errors_by_method": by_label({"ml": X}, bad=[*NOT_ROWS, [-1.0, 1.0]]),
        "unit": number(0.01, above=0),
        "changes": CHANGES,
    },
    figures.length_ticks: {
        "axis": Arg(
            Fresh(lambda: Figure().subplots(subplot_kw={"yscale": "log"}).yaxis),
            bad=[None, 5, "x", object(), Figure(), Figure().subplots(), Figure().subplots().yaxis],
        )
    },
    figures.maps: {
        "panels": Arg(
            Fresh(lambda: Figure().subplots(1, 2)),
            bad=[None, 5, "x", [], {}, object(), Figure(), [None, None], np.ones(2), [1.0, [2.0]]]
            + [Fresh(lambda: Figure().subplots()), Fresh(lambda: Figure().subplots(1, 3))],
        ),
        "x": Arg(X, bad=[*BAD_ROWS, [1.0, np.nan, 2.0], [1.0, 2.0, 2.0], [1.0, 3.0, 2.0]]),
        "y": Arg([1.0, 0.0], bad=[*NOT_ROWS, [1.0], [1.0, np.nan], [1.0, 1.0]]),
        "by_title": by_label(
            {"near": np.ones((2, 3)), "far": 2 * np.ones((2, 3))},
            bad=[
                None,
                5,
                "x",
                np.ones((3, 2)),
                np.zeros((2, 3)),
                1j * np.ones((2, 3)),
                np.full((2, 3), np.inf),
            ]
            + [np.ones((2, 3)) > 0, np.ma.masked_array(np.ones((2, 3)), mask=True)],
        ),
        "quantity": QUANTITY,
        "surfaces": Arg([[1.0, 0.5, 3.0]], bad=PLACES[1:]),
        "targets": Arg([[1.0, 0.5]], bad=PLACES[1:]),
        "log": flag(True),
    },
    figures.heat_map: {
        "axes": axes(),
        "values": real([[1.0, 2.0]], above=0, lead=False, skip={"nan": "is left grey"}, bad=[[[1.0], [2.0]]]),
        "rows": texts(["a"], bad=[["a", "b"]]),
        "columns": texts(["v", "w"], bad=[["v"]]),
        "quantity": QUANTITY,
        "digits": count(2, bad=[0, 16]),
        "log": flag(True),
    },
    figures.error_ellipse: {
        "covariance": covariance(
            COVARIANCE, bad=[np.eye(4), np.eye(1)], skip={"another size": "a plane of its own"}
        ),
        "probability": PROBABILITY,
        "plane": PLANE,
    },
    figures.ellipses: {
        "axes": axes(),
        "centres": real([1.0, 2.0, 3.0], bad=[[1.0, 2.0], 1.0]),
        "covariances": covariance(COVARIANCE, bad=[np.eye(4), np.eye(2)]),
        "probability": PROBABILITY,
        "plane": PLANE,
        "changes": PATCH_CHANGES,
    },
    figures.Interactive: {"name": choice("ellipse_explorer", bad=["explorer"])},
    # --- runs
    runs.scale: {},
    runs.machine: {},
    runs.kept: {"name": choice("indoor_searches", bad=["../checks"])},
    runs.error_at: {
        "kept_runs": instance(runs.kept("indoor_searches"), bad=[runs.kept("hybrid_networks")]),
        "run": choice("ml"),
        "percentile": real([50.0, 90.0], low=0, high=100),
    },
    runs.error_interval: {
        "kept_runs": instance(runs.kept("indoor_searches"), bad=[runs.kept("hybrid_networks")]),
        "run": choice("ml"),
        "percentile": number(50.0, above=0, bad=[100.0, 250.0]),
    },
    runs.file_stem: {"run": text("mlp, both, 1 m")},
    runs.hybrid_name: {
        "centres": text("mlp, both"),
        "where": choice("1 m"),
        "form": choice("eliminated"),
        "half": number(0.25, above=0),
    },
    runs.provenance: {"packages": texts(["numpy"]), "settings": {"seed": 1}},
}
