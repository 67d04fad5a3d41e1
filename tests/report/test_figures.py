"""Figures: the same look for the same method, ellipses of the right size, numbers that can be read."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from irsnb.report import figures
from irsnb.report.figures import styles
from irsnb.report.figures.contrast import as_text

PAGE_DARK = np.full(3, 0x12 / 255)


@pytest.fixture
def axes():
    with plt.rc_context():
        figures.use_style()
        figure, drawn = plt.subplots()
        yield drawn
        plt.close(figure)


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    channels = np.asarray(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ [
        0.2126,
        0.7152,
        0.0722,
    ]


def contrast(first, second):
    dark, bright = sorted((luminance(first), luminance(second)))
    return (bright + 0.05) / (dark + 0.05)


def on_a_dark_page(colour):
    """What `invert(0.93) hue-rotate(180deg)` of the style sheet makes of a colour (CSS Filter Effects 1)."""
    inverted = 0.93 - 0.86 * np.asarray(to_rgb(colour))
    red, green, blue = (0.213, 0.715, 0.072)
    turn = 2 * np.array([[red, green, blue]] * 3) - np.eye(3)
    return np.clip(turn @ inverted, 0, 1)


def test_a_known_method_looks_as_the_table_says():
    assert figures.style("ml") == figures.METHOD_STYLE["ml"]
    assert figures.style("ml", color="red")["color"] == "red"
    assert figures.METHOD_STYLE["ml"]["color"] != "red", "the table stays as it is"
    assert figures.style("bound")["color"] == "#000000" and figures.style("paper")["linestyle"] == "none"
    assert list(figures.METHOD_STYLE.values()).count(figures.METHOD_STYLE["bound"]) == 1


def test_a_further_label_looks_the_same_in_every_process_and_order():
    labels = ["my beamformer", "yours", "ESPRIT, 4 snapshots", "größer"]
    here = [figures.style(label) for label in labels]
    assert here[::-1] == [figures.style(label) for label in labels[::-1]]
    assert [look["label"] for look in here] == labels
    code = f"from irsnb.report import figures; print([figures.style(label) for label in {labels!r}])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={
            "PYTHONHASHSEED": "7",
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": ":".join(filter(None, sys.path)),
        },
    )
    assert done.stdout.strip() == repr(here)
    looks = {str({**figures.style(f"method {k}"), "label": ""}) for k in range(40)}
    assert len(looks) > 30, "many labels, many looks"


@given(st.text())
def test_any_text_is_a_label(label):
    if label.strip():
        look = figures.style(label)
        assert look["label"] == figures.METHOD_STYLE.get(label, {"label": label})["label"] and look["color"]
    else:
        with pytest.raises(ValueError, match="method"):
            figures.style(label)


@pytest.mark.parametrize("bad", [None, 3, b"ml"])
def test_no_label_but_text(bad):
    with pytest.raises(ValueError, match="method"):
        figures.style(bad)


def test_colours_are_seen_on_white_and_on_dark_pages():
    assert on_a_dark_page("white") == pytest.approx(PAGE_DARK, abs=1e-2)
    colours = {look["color"] for look in figures.METHOD_STYLE.values()} | set(styles._FURTHER_COLOURS)
    for colour in colours:
        assert contrast(on_a_dark_page(colour), PAGE_DARK) > 3, colour
    # Okabe and Ito's two light colours are below 3 on white; markers and line styles tell them.
    assert all(contrast(colour, "white") > 3 for colour in colours - {"#56B4E9", "#E69F00"})
    assert all(contrast(as_text(colour), "white") >= 4.5 for colour in colours)
    assert all(contrast(on_a_dark_page(as_text(colour)), PAGE_DARK) > 4.5 for colour in colours)


def test_curves_have_their_look_their_band_and_their_label(axes):
    x = np.linspace(1, 2, 11)
    figures.curves(
        axes,
        x,
        {"bound": x, "my way": x + 1, "gone": x * np.nan},
        bands={"my way": (x + 0.5, x + 2)},
        label_ends=True,
    )
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["Cramér–Rao bound"].get_color() == "#000000"
    assert lines["my way"].get_color() == figures.style("my way")["color"]
    (band,) = axes.collections
    points = band.get_paths()[0].vertices
    assert points[:, 1].min() == 1.5 and points[:, 1].max() == 4.0
    assert tuple(band.get_facecolor()[0][:3]) == pytest.approx(to_rgb(figures.style("my way")["color"]))
    texts = {text.get_text(): text for text in axes.texts}
    assert set(texts) == {"Cramér–Rao bound", "my way"}, "a line of nothing has no end"
    assert texts["my way"].xy == (2.0, 3.0)


def test_a_reduction_brings_its_band_along(axes):
    xarray = pytest.importorskip("xarray")
    held = {"end": ["value", "lower", "upper"]}
    values = [[2.0, 1.0, 4.0], [3.0, 2.0, 5.0]]
    ends = xarray.DataArray(values, dims=("snr_db", "end"), coords=held)
    figures.curves(axes, [0.0, 1.0], {"mean": ends})
    (line,), (band,) = axes.lines, axes.collections
    assert line.get_ydata().tolist() == [2, 3]
    heights = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert heights == {(0, 1), (0, 4), (1, 2), (1, 5)}


def test_labels_at_ends_do_not_touch(axes):
    x = np.arange(5.0)
    figures.curves(axes, x, {f"method {k}": x + 0.01 * k for k in range(6)}, label_ends=True)
    axes.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in axes.texts), key=lambda box: box.y0)
    assert len(boxes) == 6
    # Boxes hold the font's white, too: middles are at least a text's height apart.
    middles = [(box.y0 + box.y1) / 2 for box in boxes]
    assert min(np.diff(middles)) >= 9 * axes.figure.dpi / 72


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by_method": {"ml": [1.0]}}, r"by_method\['ml'\]: got shape \(1,\)"),
        ({"by_method": {"ml": [1j, 2]}}, r"by_method\['ml'\]"),
        ({"by_method": {"": [1.0, 2.0]}}, "method"),
        ({"bands": {"mean": ([0, 0], [1, 1])}}, "bands: got 'mean'"),
        ({"bands": {"ml": [0, 0, 0]}}, r"bands\['ml'\]"),
        ({"bands": {"ml": ([0, 0], [1])}}, r"bands\['ml'\]"),
        ({"x": [[1, 2]]}, "x: got shape"),
        ({"label_ends": "yes"}, "label_ends"),
    ],
)
def test_curves_refuse(axes, changes, words):
    with pytest.raises(ValueError, match=words):
        figures.curves(axes, **{"x": [1, 2], "by_method": {"ml": [1.0, 2.0]}} | changes)


def test_the_papers_points_are_grey_markers(axes):
    figures.paper_points(axes, [1, 2], [3, 4], label="Fig. 5")
    (line,) = axes.lines
    assert line.get_linestyle() == "None" and line.get_marker() == "o" and line.get_label() == "Fig. 5"
    red, green, blue = to_rgb(line.get_color())
    assert red == green == blue and contrast(line.get_color(), "white") >= 4.5
    with pytest.raises(ValueError, match="y: got shape"):
        figures.paper_points(axes, [1, 2], [3])


def test_percentile_curves(axes):
    rng = np.random.default_rng(1)
    errors = rng.exponential(0.01, 201)
    figures.percentiles(axes, {"ml": errors, "mine": errors}, unit=0.01)
    first, second = axes.lines
    assert np.allclose(first.get_ydata(), 100 * np.percentile(errors, np.linspace(0, 100, 201)))
    assert first.get_color() == figures.METHOD_STYLE["ml"]["color"] != second.get_color()
    assert axes.get_yscale() == "log"


def test_a_target_that_was_not_located_ends_the_percentile_curve(axes):
    figures.percentiles(axes, {"ml": [0.3, np.nan, 0.1, 0.2, np.nan]})
    values = axes.lines[0].get_ydata()
    assert values[0] == 0.1 and values[100] == pytest.approx(0.3) and np.isnan(values[101:]).all()
    figures.percentiles(axes, {"mean": [np.nan, np.nan]})
    assert np.isnan(axes.lines[1].get_ydata()).all()
    for arguments, words in ((({"ml": []},), "errors_by_method"), (({"ml": [1.0]}, 0.0), "unit")):
        with pytest.raises(ValueError, match=words):
            figures.percentiles(axes, *arguments)


def test_ticks_are_plain_lengths(axes):
    axes.loglog([1e-6, 1.0], [1e-6, 1.0])
    figures.length_ticks(axes.yaxis)
    axes.set_ylim(0.9e-3, 1.1)
    axes.figure.canvas.draw()
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert {"1 mm", "1 cm", "10 cm", "1 m"} <= set(shown)
    axes.set_xscale("linear")
    with pytest.raises(ValueError, match="axis: got a linear scale"):
        figures.length_ticks(axes.xaxis)


def draws(covariance, n_draws, seed):
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(covariance)), covariance, n_draws)


def share_inside(errors, half_axes, angle):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.mean(np.sum((errors @ turn.T / half_axes) ** 2, axis=1) <= 1)


@pytest.mark.parametrize("probability", [0.5, 0.95, 0.99])
@pytest.mark.parametrize(("size", "plane"), [(2, (0, 1)), (3, (0, 1)), (3, (2, 0))])
def test_an_ellipse_holds_its_share_of_errors(probability, size, plane):
    root = np.random.default_rng(size).normal(size=(size, size))
    covariance = root @ root.T
    half_axes, angle = figures.error_ellipse(covariance, probability=probability, plane=plane)
    errors = draws(covariance, 40_000, 5)[:, plane]
    deviation = np.sqrt(probability * (1 - probability) / 40_000)
    assert abs(share_inside(errors, half_axes, angle) - probability) < 4 * deviation
    # Right in its directions too, not only in its area: the ends of both half axes have the same density.
    block = covariance[np.ix_(plane, plane)]
    for direction, half in ((angle, half_axes[0]), (angle + np.pi / 2, half_axes[1])):
        end = half * np.array([np.cos(direction), np.sin(direction)])
        # P(chi-square with 2 degrees of freedom <= q) = 1 - exp(-q / 2)
        assert 1 - np.exp(-(end @ np.linalg.solve(block, end)) / 2) == pytest.approx(probability)
    assert half_axes[0] >= half_axes[1] and -np.pi / 2 <= angle < np.pi / 2


def test_ellipses_of_a_batch_are_drawn_where_they_belong(axes):
    covariances = np.array([np.diag([0.04, 0.01]), [[0.02, 0.015], [0.015, 0.02]]])
    centres = np.array([[1.0, 2.0], [3.0, 4.0]])
    drawn = figures.ellipses(axes, centres, covariances, probability=0.9, label="bound")
    scale = 2 * np.sqrt(-2 * np.log(0.1))
    assert np.allclose([patch.center for patch in drawn], centres)
    assert (drawn[0].width, drawn[0].height) == pytest.approx((0.2 * scale, 0.1 * scale))
    assert drawn[1].angle == pytest.approx(45.0)
    assert drawn[1].width == pytest.approx(np.sqrt(0.035) * scale)
    assert to_rgb(drawn[0].get_edgecolor()) == (0, 0, 0)
    # One covariance for all, and the plane of three dimensions.
    third = np.diag([1.0, 4.0, 9.0])
    upright = figures.ellipses(axes, np.zeros((2, 3)) + [1, 2, 3], third, plane=(0, 2), edgecolor="red")
    assert (
        len(upright) == 2
        and tuple(upright[0].center) == (1, 3)
        and upright[0].angle % 180 == pytest.approx(90)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"covariance": np.eye(4)}, "covariance: got shape"),
        ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "covariance"),
        ({"covariance": [[1.0, 0.5], [0.0, 1.0]]}, "covariance"),
        ({"covariance": np.full((2, 2), np.nan)}, "covariance"),
        ({"probability": 1.0}, "probability: got 1.0"),
        ({"probability": 95}, "probability: got 95"),
        ({"plane": (0, 0)}, "plane"),
        ({"plane": (0, 2)}, r"plane\[1\]: got 2"),
        ({"plane": (0,)}, "plane"),
    ],
)
def test_an_ellipse_refuses(changes, words):
    with pytest.raises(ValueError, match=words):
        figures.error_ellipse(**{"covariance": np.eye(2)} | changes)


def test_ellipses_refuse_what_does_not_fit(axes):
    with pytest.raises(ValueError, match="centres: got shape"):
        figures.ellipses(axes, [0.0, 0.0, 0.0], np.eye(2))
    with pytest.raises(ValueError, match="do not broadcast"):
        figures.ellipses(axes, np.zeros((3, 2)), np.stack([np.eye(2)] * 2))


def test_maps_share_one_scale_and_show_tiles():
    figure, panels = plt.subplots(1, 2)
    x, y = np.arange(4.0), np.arange(3.0)
    near, far = np.full((3, 4), 0.01), np.full((3, 4), 1.0)
    near[0, 0] = np.nan
    figures.maps(
        panels,
        x,
        y,
        {"near": near, "far": far},
        quantity="error [m]",
        surfaces=[[1, 2, 3], [2, 2, 3]],
        targets=[[0, 1]],
        log=True,
    )
    left, right = (panel.collections[0] for panel in panels)
    assert left.norm is right.norm and (left.norm.vmin, left.norm.vmax) == (0.01, 1.0)
    assert np.array_equal(panels[0].lines[0].get_xydata(), [[1, 2], [2, 2]])
    assert panels[0].lines[0].get_color() == "black" and panels[1].get_title() == "far"
    assert len(figure.axes) == 3 and figure.axes[2].get_ylabel() == "error [m]"
    figure.canvas.draw()
    plt.close(figure)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by_title": {"a": np.ones((4, 3))}}, r"by_title\['a'\]: got shape"),
        ({"by_title": {}}, "panels: got 1"),
        ({"by_title": {"a": np.ones((3, 4)), "b": np.ones((3, 4))}}, "panels: got 1; by_title has 2"),
        ({"by_title": {"a": np.zeros((3, 4))}, "log": True}, r"by_title\['a'\]: got 0.0"),
        ({"surfaces": [1, 2]}, "surfaces: got shape"),
        ({"targets": [[np.nan, 1]]}, "targets: got nan"),
        ({"quantity": None}, "quantity"),
        ({"log": 1}, "log"),
    ],
)
def test_maps_refuse(axes, changes, words):
    sizes = {
        "x": np.arange(4),
        "y": np.arange(3),
        "by_title": {"a": np.ones((3, 4))},
        "quantity": "error [m]",
    }
    with pytest.raises(ValueError, match=words):
        figures.maps(axes, **sizes | changes)


def test_numbers_of_a_heat_map_can_be_read(axes):
    values = np.linspace(1, 100, 20).reshape(4, 5)
    values[2, 2] = np.nan
    figures.heat_map(axes, values, list("abcd"), list("vwxyz"), quantity="error [m]", log=True)
    (image,) = axes.images
    texts = {(round(text.get_position()[1]), round(text.get_position()[0])): text for text in axes.texts}
    assert len(texts) == 20 and texts[2, 2].get_text() == "n/a" and texts[0, 0].get_text() == "1"
    for (i, j), text in texts.items():
        face = image.cmap(image.norm(values[i, j])) if np.isfinite(values[i, j]) else image.cmap.get_bad()
        assert contrast(text.get_color(), face[:3]) >= 4.5
        assert contrast(on_a_dark_page(text.get_color()), on_a_dark_page(face[:3])) >= 4.5
    assert [label.get_text() for label in axes.get_yticklabels()] == list("abcd")
    for bad, words in (
        ((values, list("abc"), list("vwxyz")), "values: got shape"),
        ((-values, list("abcd"), list("vwxyz")), "values: got -"),
    ):
        with pytest.raises(ValueError, match=words):
            figures.heat_map(axes, *bad, quantity="error [m]", log=True)


def test_a_figure_is_the_same_file_each_time(tmp_path):
    texts = []
    for name in ("one.svg", "two.svg"):
        with plt.rc_context():
            figures.use_style()
            figure, drawn = plt.subplots()
            figures.curves(drawn, [1, 2], {"ml": [1, 2], "mine": [2, 1]}, label_ends=True)
            figure.savefig(tmp_path / name, metadata={"Date": None})
            plt.close(figure)
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1] and "#ffffff" in texts[0], "on an opaque white face"


def test_the_interactive_figures_are_there():
    for name in ("ellipse_explorer", "echo_explorer"):
        shown = figures.Interactive(name)
        assert "<" in shown._repr_html_() and repr(shown) == f"interactive figure: {name}"
    with pytest.raises(ValueError, match="name: got 'explorer'; it must be one of 'ellipse_explorer'"):
        figures.Interactive("explorer")


def test_matplotlib_is_loaded_on_first_use():
    code = (
        "import sys, irsnb.report.figures, irsnb.report.ledger, irsnb.report.tables, irsnb.report.runs;"
        "print({'matplotlib', 'xarray', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
