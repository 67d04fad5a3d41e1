"""Error ellipses: where a Gaussian error lies with some probability."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks
from irsnb.report.figures.inputs import one_axes, passed_on
from irsnb.report.figures.styles import METHOD_STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Ellipse

__all__ = ["ellipses", "error_ellipse"]


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
    return _ellipse("covariance", covariance, probability, plane)


def _ellipse(name, covariance, probability, plane):
    covariance = checks.covariance(name, covariance)
    size = covariance.shape[-1]
    if size not in (2, 3):
        raise ValueError(f"{name}: got shape {covariance.shape}; it must end in (2, 2) or (3, 3)")
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
    **changes : Any
        Passed on to ``matplotlib.patches.Ellipse``; the bound's black outline if left out.

    Returns
    -------
    list of matplotlib.patches.Ellipse

    Raises
    ------
    ValueError
        As :func:`error_ellipse`, if shapes do not fit, or matplotlib refuses what is passed on.
    """
    from matplotlib.patches import Ellipse

    one_axes("axes", axes)
    half_axes, angle = _ellipse("covariances", covariances, probability, plane)
    centres = checks.real_array("centres", centres)
    size = np.shape(covariances)[-1]
    if centres.ndim == 0 or centres.shape[-1] != size:
        raise ValueError(f"centres: got shape {centres.shape}; it must be (..., {size}), as covariances are")
    shape = checks.common_shape(centres=centres.shape[:-1], covariances=angle.shape)
    centres = np.broadcast_to(centres, (*shape, size))[..., list(plane)].reshape(-1, 2)
    half_axes = np.broadcast_to(half_axes, (*shape, 2)).reshape(-1, 2)
    angle = np.rad2deg(np.broadcast_to(angle, shape)).reshape(-1)
    look = {"facecolor": "none", "edgecolor": METHOD_STYLE["bound"]["color"], "linewidth": 1.2} | changes
    drawn = []
    for centre, (longer, shorter), turn in zip(centres, half_axes, angle, strict=True):
        with passed_on(changes):
            drawn.append(axes.add_patch(Ellipse(centre, 2 * longer, 2 * shorter, angle=turn, **look)))
    axes.autoscale_view()
    return drawn
