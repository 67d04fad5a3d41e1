"""One style for every figure of the book, and the few plots that several notebooks share."""

from importlib import resources

import matplotlib.pyplot as plt
import numpy as np

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
    "bound": {"color": "#000000", "linestyle": ":", "marker": "", "label": "Cramér–Rao bound"},
}
"""How each method is drawn, everywhere."""


def use_style():
    """Set the book's figure style: SVG on white, one font size, colour-blind-safe colours.

    Call it in a notebook's first cell. Outside a notebook only the style is set.
    """
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


def curves(axes, x, by_method, markevery=None):
    """Draw one line for each method in its own style.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x : array_like, shape (N,)
    by_method : dict of str to array_like, shape (N,)
        Keys of :data:`METHOD_STYLE`.
    markevery : int, optional
        Distance between markers.
    """
    for method, values in by_method.items():
        axes.plot(x, values, markevery=markevery, **METHOD_STYLE[method])


def percentiles(axes, errors_by_method, unit=1.0, **style):
    """Draw the percentile curve of each method: a percentile against the error that it does not exceed.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    errors_by_method : dict of str to array_like, shape (N,)
        Keys of :data:`METHOD_STYLE`; errors in metres.
    unit : float
        Metres in the unit of the axis.
    **style
        Passed on to every line, in place of the method's own.
    """
    rank = np.linspace(0, 100, 201)
    for method, errors in errors_by_method.items():
        values = np.percentile(errors, rank) / unit
        axes.plot(rank, values, markevery=20, **METHOD_STYLE[method] | style)
    axes.set(yscale="log", xlim=(0, 100), xlabel="percentile")


class Interactive:
    """A figure that works without a kernel: drawn by the browser, from one file of the package.

    Parameters
    ----------
    name : {"ellipse_explorer"}
        Which one.

    Raises
    ------
    FileNotFoundError
        If the package has no such figure.
    """

    def __init__(self, name):
        source = resources.files("irsnb").joinpath("data", f"{name}.html")
        if not source.is_file():
            raise FileNotFoundError(f"name: got {name!r}; the package has no such interactive figure")
        self.name, self._html = name, source.read_text(encoding="utf-8")

    def __repr__(self):
        return f"interactive figure: {self.name}"

    def _repr_html_(self):
        return self._html
