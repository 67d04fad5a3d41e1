"""The four numerical experiments of Duan et al. (2025), section 5."""

from dataclasses import dataclass

import numpy as np

from irsnb import checks
from irsnb.checks import real_array, require
from irsnb.elliptic.scene import checked_line, surfaces_on_line

__all__ = ["EXPERIMENTS", "Experiment"]


@dataclass(frozen=True)
class Experiment:
    """One numerical experiment of Duan et al. (2025), section 5.

    Attributes
    ----------
    target : tuple of float
        Target [m].
    receiver : tuple of float
        Array of the base station [m].
    semi_focals : tuple of float
        Semi-focal lengths c_j of the pairs, in the paper's order [m].
    one_pair : float
        The semi-focal length used where the paper shows a single pair [m]; NaN where it shows none.

    Raises
    ------
    ValueError
        If a point or a length is not finite or of another shape, or a length is not above 0.

    Examples
    --------
    >>> EXPERIMENTS[3].target
    (700.0, 1200.0, 1400.0)
    """

    target: tuple[float, float, float]
    receiver: tuple[float, float, float]
    semi_focals: tuple[float, ...]
    one_pair: float = float("nan")

    def __post_init__(self):
        for name in ("target", "receiver"):
            object.__setattr__(self, name, tuple(checks.point(name, getattr(self, name)).tolist()))
        require(
            self.target != self.receiver, "receiver", self.receiver[0], "it must not be the target (x shown)"
        )
        semi_focals = checked_line(self.semi_focals)
        object.__setattr__(self, "semi_focals", tuple(semi_focals.tolist()))
        one_pair = real_array("one_pair", self.one_pair, missing=True)
        if one_pair.ndim:
            raise ValueError(f"one_pair: got shape {one_pair.shape}; it must be one number")
        require(~(one_pair <= 0), "one_pair", one_pair, "it must be above 0 m, or NaN for none")
        object.__setattr__(self, "one_pair", float(one_pair))

    @property
    def surfaces(self) -> np.ndarray:
        """The first surface and the others on a line, (M + 1, 3) [m]."""
        return surfaces_on_line(self.semi_focals)


_RECEIVER = (200.0, -400.0, -30.0)
_FIVE_PAIRS = (1200.0, 1000.0, 800.0, 600.0, 400.0)
EXPERIMENTS = {
    1: Experiment((500.0, 1000.0, 1500.0), _RECEIVER, tuple(np.arange(400.0, 4001.0, 100.0).tolist())),
    2: Experiment((380.0, 540.0, 230.0), _RECEIVER, tuple(np.arange(2200.0, 399.0, -200.0).tolist())),
    3: Experiment((700.0, 1200.0, 1400.0), _RECEIVER, _FIVE_PAIRS, one_pair=800.0),
    4: Experiment((400.0, 1200.0, 300.0), _RECEIVER, _FIVE_PAIRS),
}
"""The paper's four experiments, by its own numbering."""
