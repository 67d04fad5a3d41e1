"""How each method is drawn, and the book's figure style."""

import zlib
from typing import Any

from irsnb import checks

__all__ = ["METHOD_STYLE", "style", "use_style"]

# Okabe and Ito's colours: told apart by colour-blind readers, and in grey by their line styles.
METHOD_STYLE = {
    "one-pair": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "one pair"},
    "mean": {"color": "#D55E00", "linestyle": "-.", "marker": "^", "label": "mean (22)"},
    "binary": {"color": "#009E73", "linestyle": "-", "marker": "o", "label": "binary weighting (21)"},
    "least-variance": {"color": "#CC79A7", "linestyle": "-", "marker": "D", "label": "least variance"},
    "best": {"color": "#0072B2", "linestyle": "-", "marker": "v", "label": "best weights"},
    "locate": {"color": "#E69F00", "linestyle": "-", "marker": "P", "label": "joint fit"},
    "robust": {"color": "#117733", "linestyle": "--", "marker": "X", "label": "robust joint fit"},
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
    "phase-cost": {"color": "#0072B2", "linestyle": "--", "marker": "s", "label": "cost (5)"},
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

    Any other label gets a colour, a marker and a line style computed from its letters alone. So it looks the
    same in every figure and whatever else is drawn, and in whatever order. There are 224 such combinations;
    two further labels may share one of the three, seldom all.

    Parameters
    ----------
    method : str
        A key of :data:`~irsnb.report.figures.styles.METHOD_STYLE`, or any other text, which is then its
        label.
    **changes : Any
        In place of the method's own.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If the method is no text or empty.

    Examples
    --------
    >>> style("bound")["color"]
    '#000000'
    >>> style("my beamformer") == style("my beamformer")
    True
    """
    checks.text("method", method)
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
