"""Figures that a reader moves, drawn by the browser."""

from importlib import resources

from irsnb import checks

__all__ = ["Interactive"]


class Interactive:
    """A figure that works without a kernel: drawn by the browser, from one file of the package.

    Parameters
    ----------
    name : {"ellipse_explorer", "echo_explorer"}
        Which one.

    Raises
    ------
    ValueError
        If the package has no such figure.
    """

    def __init__(self, name: str):
        self.name = checks.choice("name", name, ("ellipse_explorer", "echo_explorer"))
        source = resources.files("irsnb").joinpath("data", f"{name}.html")
        self._html = source.read_text(encoding="utf-8")

    def __repr__(self):
        return f"interactive figure: {self.name}"

    def _repr_html_(self):
        return self._html
