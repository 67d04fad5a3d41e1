"""Numbers as colours: maps of a place, and tables of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.figures.inputs import by_label, one_axes
from irsnb.report.tables import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

__all__ = ["heat_map", "maps"]


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
        Coordinates of the places [m], each rising or falling, two at least.
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
    from matplotlib.patheffects import withStroke

    log = checks.flag("log", log)
    checks.instance("quantity", quantity, str)
    panels = _panels(panels)
    x, y = _coordinates("x", x), _coordinates("y", y)
    fields = {}
    for title, values in by_label("by_title", by_title).items():
        name = f"by_title[{title!r}]"
        fields[title] = checks.real_array(name, values, missing=True)
        if fields[title].shape != (len(y), len(x)):
            raise ValueError(f"{name}: got shape {fields[title].shape}; y and x have {(len(y), len(x))}")
        if log:
            checks.require(~(fields[title] <= 0), name, fields[title], "it must be above 0 if log")
    if not fields or len(panels) != len(fields):
        raise ValueError(f"panels: got {len(panels)}; by_title has {len(fields)} maps, and each needs one")
    scale = _colour_scale(np.concatenate([values.ravel() for values in fields.values()]), log)
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

    The numbers are black, and the colours so light that each number can be read: contrast is at least 4.5 to
    1, also where the book's dark pages invert the figure.

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
    one_axes("axes", axes)
    rows, columns = checks.texts("rows", rows), checks.texts("columns", columns)
    digits = checks.count("digits", digits, 1, 15)
    log = checks.flag("log", log)
    checks.instance("quantity", quantity, str)
    values = checks.real_array("values", values, missing=True)
    if values.ndim != 2 or values.shape != (len(rows), len(columns)) or not values.size:
        wanted = (len(rows), len(columns))
        raise ValueError(f"values: got shape {values.shape}; rows and columns have {wanted} labels")
    if log:
        checks.require(~(values <= 0), "values", values, "it must be above 0 if log")
    scale = _colour_scale(values, log)
    image = axes.imshow(np.ma.masked_invalid(values), norm=scale, cmap=_light_colours(), aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        axes.text(j, i, number(value, digits), ha="center", va="center", color="black", fontsize=9)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(False)
    axes.figure.colorbar(image, ax=axes, label=quantity)


def _panels(panels):
    """The axes to draw in, as a list."""
    one = not isinstance(panels, Iterable)
    panels = [panels] if one else np.ravel(np.array(list(panels), dtype=object)).tolist()
    return [one_axes("panels" if one else f"panels[{i}]", each) for i, each in enumerate(panels)]


def _coordinates(name, values):
    """A row of coordinates that rise or fall, so that each place has a cell."""
    values = checks.real_array(name, values)
    if values.ndim != 1 or values.size < 2:
        raise ValueError(f"{name}: got shape {values.shape}; it must be one row of two numbers at least")
    steps = np.diff(values)
    checks.require(steps * np.sign(steps[0]) > 0, name, values[1:], "it must rise or fall all along")
    return values


def _light_colours():
    """The colours of the maps without their darkest, mixed with as much white."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    light = (colormaps["viridis"](np.linspace(0.15, 1, 256)) + 1) / 2
    return ListedColormap(light, name="light viridis").with_extremes(bad="#d9d9d9")


def _colour_scale(values, log):
    """Colours from the least to the largest of the values that are known."""
    from matplotlib.colors import LogNorm, Normalize

    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (1.0, 1.0)
    return (LogNorm if log else Normalize)(low, high if high > low else low + (abs(low) or 1.0))
