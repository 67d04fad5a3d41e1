"""Curves: errors over settings, percentiles, a paper's points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.figures.contrast import as_text
from irsnb.report.figures.inputs import by_label, one_axes, one_row, passed_on
from irsnb.report.figures.styles import style
from irsnb.report.tables import spoken
from irsnb.report.tables.rendered import INTERVAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["curves", "length_ticks", "paper_points", "percentiles"]


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
        Values by label, see :func:`style`; NaN leaves a gap. A reduction of :mod:`irsnb.montecarlo`, with its
        dimension ``end``, brings its band along.
    bands : dict of str to (array_like, array_like), shapes (N,)
        Lower and upper ends of the intervals of some of them, drawn as a band.
    label_ends : bool
        Whether each label stands at the end of its line, in its colour, in place of a legend.
    markevery : int, optional
        Distance between markers.
    **changes : Any
        Passed on to every line, in place of the method's own.

    Raises
    ------
    ValueError
        If lengths differ, a value is not real, a band belongs to no line or its ends are not in order, or
        matplotlib refuses what is passed on.
    """
    one_axes("axes", axes)
    label_ends = checks.flag("label_ends", label_ends)
    markevery = None if markevery is None else checks.count("markevery", markevery)
    x = one_row("x", x)
    bands, lines = dict(by_label("bands", {} if bands is None else bands)), {}
    for label, values in by_label("by_method", by_method).items():
        if INTERVAL in _dims(values):
            bands.setdefault(label, tuple(values.sel({INTERVAL: end}) for end in ("lower", "upper")))
            values = values.sel({INTERVAL: "value"})
        lines[label] = one_row(f"by_method[{label!r}]", values, len(x))
    within = {label: _band(label, pair, lines, len(x)) for label, pair in bands.items()}
    for label, (low, high) in within.items():
        with passed_on(changes):
            colour = (style(label) | changes)["color"]
            axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    ends = []
    for label, values in lines.items():
        look = style(label, markevery=markevery) | changes
        with passed_on(changes):
            (line,) = axes.plot(x, values, **look)
        shown = np.flatnonzero(np.isfinite(values) & np.isfinite(x))
        if label_ends and len(shown):
            last = shown[np.argmax(x[shown])]
            ends.append((x[last], values[last], look["label"], line.get_color()))
    if ends:
        _label_ends(axes, ends)


def _dims(values):
    """Names of the dimensions of labelled values."""
    dims = getattr(values, "dims", ())
    return dims if isinstance(dims, tuple) else ()


def _band(label, pair, lines, length):
    """The two ends of a band, checked."""
    checks.choice("bands", label, list(lines))
    name = f"bands[{label!r}]"
    if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
        raise ValueError(f"{name}: got {type(pair).__name__}; it must be (low, high)")
    low, high = (one_row(name, end, length) for end in pair)
    checks.require(~(low > high), name, low, "the lower end must not exceed the upper one")
    return low, high


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
            color=as_text(colour),
            fontsize=size,
            annotation_clip=False,
        )


def paper_points(axes: "Axes", x: ArrayLike, y: ArrayLike, **changes: Any) -> None:
    """Draw what a paper prints or draws as grey markers, the same in every figure.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : array_like, shape (N,)
    **changes : Any
        Such as ``label``, in place of "the paper".

    Raises
    ------
    ValueError
        If lengths differ, a value is not real, or matplotlib refuses what is passed on.
    """
    one_axes("axes", axes)
    x = one_row("x", x)
    y = one_row("y", y, len(x))
    with passed_on(changes):
        axes.plot(x, y, **style("paper") | changes)


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
    **changes : Any
        Passed on to every line, in place of the method's own.

    Raises
    ------
    ValueError
        If errors are not one row of real numbers from 0 on, the unit is not above 0, or matplotlib refuses
        what is passed on.
    """
    one_axes("axes", axes)
    unit = float(checks.positive("unit", checks.real_number("unit", unit), "m"))
    rank = np.linspace(0, 100, 201)
    for method, errors in by_label("errors_by_method", errors_by_method).items():
        name = f"errors_by_method[{method!r}]"
        errors = one_row(name, errors)
        checks.require(~(errors < 0), name, errors, "it must be at least 0")
        errors = np.sort(errors)  # NaN last
        place = rank / 100 * (len(errors) - 1)
        last = np.count_nonzero(~np.isnan(errors)) - 1
        values = np.where(place <= last, np.interp(place, np.arange(len(errors)), errors), np.nan)
        with passed_on(changes):
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
        If it is no axis, or not logarithmic.
    """
    from matplotlib.axis import Axis
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    checks.instance("axis", axis, Axis)
    if axis.get_scale() != "log":
        raise ValueError(f"axis: got a {axis.get_scale()} scale; it must be logarithmic")
    axis.set_major_locator(LogLocator(10, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda length, _: spoken(length)))
    axis.set_minor_formatter(NullFormatter())
