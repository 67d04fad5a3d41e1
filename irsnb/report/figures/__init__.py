"""One style for every figure of the book, and the plots that several notebooks share.

Figures stand on an opaque white face with black text, so that they read the same wherever they are shown. On
the book's dark pages its style sheet inverts their lightness and keeps their hues: white becomes the page's
own dark grey and the bound's black line white. Matplotlib is loaded on first use."""

from irsnb.report.figures.confidence import ellipses, error_ellipse
from irsnb.report.figures.fields import heat_map, maps
from irsnb.report.figures.interactive import Interactive
from irsnb.report.figures.lines import curves, length_ticks, paper_points, percentiles
from irsnb.report.figures.styles import METHOD_STYLE, style, use_style

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
