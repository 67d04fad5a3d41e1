"""One style for every figure of the book, and the plots that several notebooks share.

Figures stand on an opaque white face with black text, so that they read the same wherever they are shown. On
the book's dark pages its style sheet inverts their lightness and keeps their hues: white becomes the page's
own dark grey and the bound's black line white. Matplotlib is loaded on first use.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.tables import number, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.patches import Ellipse

__all__ = [
    "METHOD_STYLE",
    "Interactive",
    "curves",
    "ellipses",
    "error_ellipse",
    "heat_map",
    "length_ticks",
    "maps",
    "paper_points",
    "percentiles",
    "style",
    "use_style",
]

# Okabe and Ito's colours: told apart by colour-blind readers, and in grey by their line styles.
METHOD_STYLE = {
    "one-pair": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "one pair"},
    "mean": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "mean (22)"},
    "binary": {"color": "#009E73", "linestyle": "-", "marker": "o", "label": "binary weighting (21)"},
    "minimum-variance": {
        "color": "#CC79A7",
        "linestyle": "-",
        "marker": "D",
        "label": "least-variance weights",
    },
    "fusion": {"color": "#E69F00", "linestyle": "-", "marker": "D", "label": "joint fusion"},
    "gradient-descent": {"color": "#56B4E9", "linestyle": "-", "marker": "v", "label": "gradient descent"},
    "pso": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "PSO"},
    "discrete-ga": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "discrete GA"},
    "a-priori-pso": {"color": "#009E73", "linestyle": "--", "marker": "o", "label": "a priori PSO"},
    "ga-pso": {"color": "#CC79A7", "linestyle": "-", "marker": "D", "label": "GA-PSO"},
    "bilstm": {"color": "#0072B2", "linestyle": "-", "marker": "s", "label": "bidirectional LSTM"},
    "lstm": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "LSTM"},
    "rnn": {"color": "#009E73", "linestyle": "--", "marker": "o", "label": "RNN"},
    "mlp": {"color": "#CC79A7", "linestyle": "-", "marker": "D", "label": "MLP"},
    "ml": {"color": "#E69F00", "linestyle": "-", "marker": "P", "label": "maximum likelihood"},
    "ml-projected": {"color": "#009E73", "linestyle": "-.", "marker": "X", "label": "projected likelihood"},
    "phase-cost": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "cost (5), global"},
    "grid": {"color": "#56B4E9", "linestyle": "-.", "marker": "v", "label": "grid"},
    "parabola": {"color": "#E69F00", "linestyle": "--", "marker": "s", "label": "parabola"},
    "esprit": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "unitary ESPRIT"},
    "newton": {"color": "#0072B2", "linestyle": "--", "marker": "o", "label": "Newton on MUSIC"},
    "subspace-fit": {"color": "#009E73", "linestyle": "-", "marker": "D", "label": "subspace fit"},
    "random": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "random"},
    "block": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "block"},
    "corners": {"color": "#E69F00", "linestyle": "-.", "marker": "v", "label": "corners"},
    "greedy": {"color": "#56B4E9", "linestyle": "--", "marker": "o", "label": "greedy"},
    "annealed": {"color": "#009E73", "linestyle": "-", "marker": "D", "label": "annealed"},
    "elementnet": {"color": "#CC79A7", "linestyle": "-", "marker": "P", "label": "ElementNet"},
    "refinenet": {"color": "#CC79A7", "linestyle": "-", "marker": "P", "label": "RefineNet"},
    "crop-network": {"color": "#D55E00", "linestyle": "-", "marker": "X", "label": "network on crops"},
    "training-mean": {"color": "#777777", "linestyle": "--", "marker": "", "label": "training mean"},
    "paper": {"color": "#757575", "linestyle": "none", "marker": "o", "label": "the paper"},
    "bound": {"color": "#000000", "linestyle": ":", "marker": "", "label": "Cramér–Rao bound"},
}
"""How each method is drawn, everywhere. The bound is a black line, the paper's points are grey markers."""


# For labels that the table does not hold: dark colours after Paul Tol's "muted" ones.
_FURTHER_COLOURS = ("#332288", "#117733", "#882255", "#AA4499", "#2F8F83", "#7A7A1F", "#B5495B")
_FURTHER_MARKERS = ("<", ">", "p", "h", "d", "*", "H", "8")
_FURTHER_LINES = ("-", "--", "-.", (0, (3, 1, 1, 1, 1, 1)))


def style(method: str, /, **changes: Any) -> dict[str, Any]:
    """Return how a method is drawn: keyword arguments of ``Axes.plot``.

    A label that :data:`METHOD_STYLE` does not hold gets a colour, a marker and a line style computed from its
    letters alone. So it looks the same in every figure and whatever else is drawn, and in whatever order.
    There are 224 such combinations; two further labels may share one of the three, seldom all.

    Parameters
    ----------
    method : str
        A key of :data:`METHOD_STYLE`, or any other text, which is then its label.
    **changes
        In place of the method's own.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If the method is not a text or is empty.

    Examples
    --------
    >>> style("bound")["color"]
    '#000000'
    >>> style("my beamformer") == style("my beamformer")
    True
    """
    if not checks.instance("method", method, str).strip():
        raise ValueError(f"method: got {method!r}; it must be a text that says something")
    if method in METHOD_STYLE:
        return METHOD_STYLE[method] | changes
    code = zlib.crc32(method.encode())
    found = {}
    for key, options in (
        ("color", _FURTHER_COLOURS),
        ("marker", _FURTHER_MARKERS),
        ("linestyle", _FURTHER_LINES),
    ):
        code, index = divmod(code, len(options))
        found[key] = options[index]
    return found | {"label": method} | changes


def use_style() -> None:
    """Set the book's figure style: SVG on white, one font size, colour-blind-safe colours.

    Call it in a notebook's first cell. Outside a notebook only the style is set.
    """
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "figure.figsize": (7.2, 3.4),
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "white",
            "axes.facecolor": "white",
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": plt.cycler(
                color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
            ),
            "grid.color": "#dddddd",
            "grid.linewidth": 0.7,
            "font.size": 10,
            "legend.frameon": True,
            "legend.framealpha": 0.9,
            "lines.linewidth": 1.8,
            "lines.markersize": 5,
            "image.cmap": "viridis",
            "svg.hashsalt": "irsnb",
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    set_matplotlib_formats("svg", metadata={"Date": None}, facecolor="white")


def curves(
    axes: "Axes",
    x: ArrayLike,
    by_method: Mapping[str, ArrayLike],
    *,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    label_ends: bool = False,
    markevery: int | None = None,
    **changes: Any,
) -> None:
    """Draw one line for each method in its own style.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x : array_like, shape (N,)
    by_method : dict of str to array_like, shape (N,)
        Values by label, see :func:`style`; NaN leaves a gap.
    bands : dict of str to (array_like, array_like), shapes (N,)
        Lower and upper ends of the intervals of some of them, drawn as a band.
    label_ends : bool
        Whether each label stands at the end of its line, in its colour, in place of a legend.
    markevery : int, optional
        Distance between markers.
    **changes
        Passed on to every line, in place of the method's own.

    Raises
    ------
    ValueError
        If lengths differ, a value is not real, or a band belongs to no line.
    """
    label_ends = checks.flag("label_ends", label_ends)
    x = _row("x", x)
    lines = {label: _row(f"by_method[{label!r}]", values, len(x)) for label, values in by_method.items()}
    ends = []
    for label, pair in (bands or {}).items():
        checks.choice("bands", label, list(lines))
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"bands[{label!r}]: got {type(pair).__name__}; it must be (low, high)")
        low, high = (_row(f"bands[{label!r}]", end, len(x)) for end in pair)
        colour = (style(label) | changes)["color"]
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    for label, values in lines.items():
        look = style(label, markevery=markevery) | changes
        (line,) = axes.plot(x, values, **look)
        shown = np.flatnonzero(np.isfinite(values) & np.isfinite(x))
        if label_ends and len(shown):
            last = shown[np.argmax(x[shown])]
            ends.append((x[last], values[last], look["label"], line.get_color()))
    if ends:
        _label_ends(axes, ends)


def _label_ends(axes, ends):
    """Write each label beside the last point of its line, moved apart where two would touch."""
    axes.autoscale_view()
    size = 9.0
    in_points = 72 / axes.figure.dpi
    heights = [axes.transData.transform((x, y))[1] * in_points for x, y, *_ in ends]
    moved, lowest = {}, -np.inf
    for index in np.argsort(heights, kind="stable"):
        moved[index] = max(heights[index], lowest)
        lowest = moved[index] + 1.2 * size
    for index, (x, y, label, colour) in enumerate(ends):
        axes.annotate(
            label,
            (x, y),
            (6, moved[index] - heights[index]),
            textcoords="offset points",
            va="center",
            color=_as_text(colour),
            fontsize=size,
            annotation_clip=False,
        )


def _row(name, values, length=None):
    values = checks.real_array(name, values, missing=True)
    if values.ndim != 1 or not values.size or length not in (None, len(values)):
        allowed = "one row of numbers" if length is None else f"one row of {length} numbers"
        raise ValueError(f"{name}: got shape {values.shape}; it must be {allowed}")
    return values


def paper_points(axes: "Axes", x: ArrayLike, y: ArrayLike, **changes: Any) -> None:
    """Draw what a paper prints or draws as grey markers, the same in every figure.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : array_like, shape (N,)
    **changes
        Such as ``label``, in place of "the paper".

    Raises
    ------
    ValueError
        If lengths differ or a value is not real.
    """
    x = _row("x", x)
    axes.plot(x, _row("y", y, len(x)), **style("paper", **changes))


def percentiles(
    axes: "Axes", errors_by_method: Mapping[str, ArrayLike], unit: float = 1.0, **changes: Any
) -> None:
    """Draw the percentile curve of each method: a percentile against the error that it does not exceed.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    errors_by_method : dict of str to array_like, shape (N,)
        Errors [m] by label, see :func:`style`. NaN is a target that was not located: it counts as an error
        larger than all others, and the curve ends before it.
    unit : float
        Metres in the unit of the axis.
    **changes
        Passed on to every line, in place of the method's own.

    Raises
    ------
    ValueError
        If errors are not one row of real numbers, or the unit is not above 0.
    """
    unit = float(checks.positive("unit", checks.real_number("unit", unit), "m"))
    rank = np.linspace(0, 100, 201)
    for method, errors in errors_by_method.items():
        errors = np.sort(_row(f"errors_by_method[{method!r}]", errors))  # NaN last
        place = rank / 100 * (len(errors) - 1)
        last = np.count_nonzero(~np.isnan(errors)) - 1
        values = np.where(place <= last, np.interp(place, np.arange(len(errors)), errors), np.nan)
        axes.plot(rank, values / unit, **{"markevery": 20} | style(method) | changes)
    axes.set(yscale="log", xlim=(0, 100), xlabel="percentile")


def length_ticks(axis: Any) -> None:
    """Label a logarithmic axis in metres with plain lengths: 1 mm, 1 cm, 1 m.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        ``axes.xaxis`` or ``axes.yaxis``.

    Raises
    ------
    ValueError
        If the axis is not logarithmic.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if axis.get_scale() != "log":
        raise ValueError(f"axis: got a {axis.get_scale()} scale; it must be logarithmic")
    axis.set_major_locator(LogLocator(10, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda length, _: spoken(length)))
    axis.set_minor_formatter(NullFormatter())


def maps(
    panels: "Axes | Iterable[Axes]",
    x: ArrayLike,
    y: ArrayLike,
    by_title: Mapping[str, ArrayLike],
    *,
    quantity: str,
    surfaces: ArrayLike | None = None,
    targets: ArrayLike | None = None,
    log: bool = False,
) -> "QuadMesh":
    """Draw a map for each title, all on one colour scale with one colour bar.

    Parameters
    ----------
    panels : matplotlib.axes.Axes, or an iterable of them
        As many as there are maps.
    x, y : array_like, shapes (X,) and (Y,)
        Coordinates of the places [m].
    by_title : dict of str to array_like, shape (Y, X)
        The quantity at each place; NaN is left blank.
    quantity : str
        What the colours show, with its unit: the label of the colour bar.
    surfaces : array_like, shape (M, 2) or (M, 3), optional
        Positions of tiles or surfaces [m], drawn as black squares with a white edge; z is left out.
    targets : array_like, shape (K, 2) or (K, 3), optional
        Positions drawn as white crosses with a black edge.
    log : bool
        Whether the colours are logarithmic.

    Returns
    -------
    matplotlib.collections.QuadMesh
        Of the last map.

    Raises
    ------
    ValueError
        If a shape does not fit, there are not as many panels as maps, or a logarithmic map has a value at or
        below 0.
    """
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.patheffects import withStroke

    log = checks.flag("log", log)
    checks.instance("quantity", quantity, str)
    panels = list(np.ravel(panels))
    x, y = _row("x", x), _row("y", y)
    fields = {}
    for title, values in by_title.items():
        name = f"by_title[{title!r}]"
        fields[title] = checks.real_array(name, values, missing=True)
        if fields[title].shape != (len(y), len(x)):
            raise ValueError(f"{name}: got shape {fields[title].shape}; it must be {(len(y), len(x))}")
        if log:
            checks.require(~(fields[title] <= 0), name, fields[title], "it must be above 0 if log")
    if not fields or len(panels) != len(fields):
        raise ValueError(f"panels: got {len(panels)}; there are {len(fields)} maps, and each needs one")
    known = np.concatenate([values[np.isfinite(values)] for values in fields.values()])
    low, high = (known.min(), known.max()) if known.size else (1.0, 1.0)
    scale = (LogNorm if log else Normalize)(low, high if high > low else low + (abs(low) or 1.0))
    edges = (
        ("surfaces", surfaces, {"marker": "s", "color": "black", "ms": 5, "mec": "white", "mew": 0.8}),
        ("targets", targets, {"marker": "x", "color": "white", "ms": 6, "mew": 1.6}),
    )
    for axes, (title, values) in zip(panels, fields.items(), strict=True):
        mesh = axes.pcolormesh(x, y, values, norm=scale, rasterized=True, shading="nearest")
        for name, positions, look in edges:
            if positions is None:
                continue
            places = checks.real_array(name, positions)
            if places.ndim != 2 or places.shape[1] not in (2, 3):
                raise ValueError(f"{name}: got shape {places.shape}; it must be (N, 2) or (N, 3)")
            effects = [withStroke(linewidth=3, foreground="black")] if name == "targets" else None
            axes.plot(places[:, 0], places[:, 1], linestyle="none", path_effects=effects, **look)
        axes.set(title=title, xlabel="x [m]", ylabel="y [m]", aspect="equal")
        axes.grid(False)
    panels[0].figure.colorbar(mesh, ax=panels, label=quantity)
    return mesh


def error_ellipse(
    covariance: ArrayLike, *, probability: float = 0.95, plane: Sequence[int] = (0, 1)
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ellipse that holds a Gaussian error in a plane with some probability.

    Of a covariance in three dimensions the error's projection onto the plane of two coordinates is taken. The
    ellipse is where the squared Mahalanobis distance is the quantile of the chi-square distribution with two
    degrees of freedom.

    Parameters
    ----------
    covariance : array_like, shape (..., 2, 2) or (..., 3, 3)
        [m^2].
    probability : float
        Between 0 and 1.
    plane : (int, int)
        Coordinates of the plane: (0, 1) is x and y.

    Returns
    -------
    half_axes : ndarray, shape (..., 2)
        Longer and shorter half axis [m].
    angle : ndarray, shape (...)
        Direction of the longer one from the plane's first coordinate [rad].

    Raises
    ------
    ValueError
        If a covariance is not symmetric and positive definite, the probability is not between 0 and 1, or the
        plane is not two different coordinates.

    Examples
    --------
    >>> half_axes, angle = error_ellipse([[0.04, 0.0], [0.0, 0.01]])
    >>> half_axes.round(3), float(angle)
    (array([0.49 , 0.245]), 0.0)
    """
    covariance = checks.covariance("covariance", covariance)
    size = covariance.shape[-1]
    if size not in (2, 3):
        raise ValueError(f"covariance: got shape {covariance.shape}; it must end in (2, 2) or (3, 3)")
    probability = checks.real_number("probability", probability)
    checks.require(0 < probability < 1, "probability", probability, "it must lie between 0 and 1")
    plane = [checks.count(f"plane[{i}]", c, 0, size - 1) for i, c in enumerate(checks.shape("plane", plane))]
    if len(plane) != 2 or plane[0] == plane[1]:
        raise ValueError(f"plane: got {tuple(plane)}; it must be two different coordinates")
    variances, directions = np.linalg.eigh(covariance[..., plane, :][..., plane])
    # The chi-square quantile in closed form: with two degrees of freedom, P(d^2 <= q) = 1 - exp(-q / 2).
    half_axes = np.sqrt(-2 * np.log1p(-probability) * variances[..., ::-1])
    longest = directions[..., :, 1]
    angle = np.arctan2(longest[..., 1], longest[..., 0])
    return half_axes, np.mod(angle + np.pi / 2, np.pi) - np.pi / 2


def ellipses(
    axes: "Axes",
    centres: ArrayLike,
    covariances: ArrayLike,
    *,
    probability: float = 0.95,
    plane: Sequence[int] = (0, 1),
    **changes: Any,
) -> "list[Ellipse]":
    """Draw the error ellipses of positions.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    centres : array_like, shape (..., 2) or (..., 3)
        Positions [m].
    covariances : array_like, shape (..., 2, 2) or (..., 3, 3)
        Their covariances [m^2].
    probability : float
        That an error lies within, see :func:`error_ellipse`.
    plane : (int, int)
        Coordinates that the axes show.
    **changes
        Passed on to ``matplotlib.patches.Ellipse``; the bound's black outline if left out.

    Returns
    -------
    list of matplotlib.patches.Ellipse

    Raises
    ------
    ValueError
        As :func:`error_ellipse`, and if shapes do not fit.
    """
    from matplotlib.patches import Ellipse

    half_axes, angle = error_ellipse(covariances, probability=probability, plane=plane)
    centres = checks.real_array("centres", centres)
    size = np.shape(covariances)[-1]
    if centres.ndim == 0 or centres.shape[-1] != size:
        raise ValueError(f"centres: got shape {centres.shape}; its last axis must have {size} coordinates")
    shape = checks.common_shape(centres=centres.shape[:-1], covariances=angle.shape)
    centres = np.broadcast_to(centres, (*shape, size))[..., list(plane)].reshape(-1, 2)
    half_axes = np.broadcast_to(half_axes, (*shape, 2)).reshape(-1, 2)
    angle = np.rad2deg(np.broadcast_to(angle, shape)).reshape(-1)
    look = {"facecolor": "none", "edgecolor": METHOD_STYLE["bound"]["color"], "linewidth": 1.2} | changes
    drawn = []
    for centre, (longer, shorter), turn in zip(centres, half_axes, angle, strict=True):
        drawn.append(axes.add_patch(Ellipse(centre, 2 * longer, 2 * shorter, angle=turn, **look)))
    axes.autoscale_view()
    return drawn


def heat_map(
    axes: "Axes",
    values: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    quantity: str,
    digits: int = 2,
    log: bool = False,
) -> None:
    """Draw a table of numbers as coloured cells with the number in each.

    Each number is black or white, whichever has more contrast with its cell: at least 4.5 to 1.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    values : array_like, shape (R, C)
        NaN leaves its cell grey.
    rows, columns : sequence of str
        Labels.
    quantity : str
        What the colours show, with its unit: the label of the colour bar.
    digits : int
        Significant digits of the numbers.
    log : bool
        Whether the colours are logarithmic.

    Raises
    ------
    ValueError
        If there is not one label for each row and column, or a value at or below 0 on a logarithmic scale.
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import LogNorm, Normalize

    log = checks.flag("log", log)
    checks.instance("quantity", quantity, str)
    values = checks.real_array("values", values, missing=True)
    if values.ndim != 2 or values.shape != (len(rows), len(columns)) or not values.size:
        raise ValueError(f"values: got shape {values.shape}; it must be {(len(rows), len(columns))}")
    if log:
        checks.require(~(values <= 0), "values", values, "it must be above 0 if log")
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (1.0, 1.0)
    scale = (LogNorm if log else Normalize)(low, high if high > low else low + (abs(low) or 1.0))
    colours = plt.get_cmap().with_extremes(bad="#d9d9d9")
    image = axes.imshow(np.ma.masked_invalid(values), norm=scale, cmap=colours, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        face = colours(scale(value)) if np.isfinite(value) else colours.get_bad()
        axes.text(j, i, number(value, digits), ha="center", va="center", color=_legible_on(face), fontsize=9)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(False)
    axes.figure.colorbar(image, ax=axes, label=quantity)


def _contrast(first, second):
    """Contrast of two colours, 1 to 21 (WCAG 2.2: ratio of relative luminances)."""
    bright = []
    for channels in np.asarray([first[:3], second[:3]], dtype=float):
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        bright.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return max(bright) / min(bright)


def _legible_on(face):
    """Black or white, whichever has more contrast with a colour."""
    return "black" if _contrast(face, (0.0, 0.0, 0.0)) >= _contrast(face, (1.0, 1.0, 1.0)) else "white"


def _as_text(colour):
    """A line's colour, darkened until a text in it can be read on white: 4.5 to 1."""
    from matplotlib.colors import to_rgb

    channels = np.array(to_rgb(colour))
    while _contrast(channels, (1.0, 1.0, 1.0)) < 4.5:
        channels *= 0.95
    return tuple(channels)


class Interactive:
    """A figure that works without a kernel: drawn by the browser, from one file of the package.

    Parameters
    ----------
    name : {"ellipse_explorer"}
        Which one.

    Raises
    ------
    ValueError
        If the package has no such figure.
    """

    def __init__(self, name: str):
        self.name = checks.choice("name", name, ("ellipse_explorer",))
        source = resources.files("irsnb").joinpath("data", f"{name}.html")
        self._html = source.read_text(encoding="utf-8")

    def __repr__(self):
        return f"interactive figure: {self.name}"

    def _repr_html_(self):
        return self._html
