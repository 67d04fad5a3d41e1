"""What draws say about the quantity behind them: value and 95 % interval."""

from typing import TYPE_CHECKING

import numpy as np

from irsnb import checks
from irsnb.binomial import share_interval

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["mean", "percentile", "ratio_to_bound", "rms", "share"]

LEVEL = 0.95
"""Confidence level of every interval."""


def mean(data: "xr.DataArray | xr.Dataset") -> "xr.DataArray | xr.Dataset":
    """Mean over draws, with its interval.

    The interval is that of Student's t with the skewness of the draws taken out by Hall's cubic
    transformation (Hall 1992). It needs no distribution, only finite third moments; with heavy tails and few
    draws, every interval of this kind is too short.

    Parameters
    ----------
    data : DataArray or Dataset
        Real numbers with dimension ``draw``. Draws beyond the coordinate ``n_draws`` are left out; any other
        NaN makes the result NaN.

    Returns
    -------
    DataArray or Dataset
        ``draw`` is gone, and a last dimension ``end`` is there with coordinate "value", "lower", "upper". The
        ends are NaN where there are fewer than two draws.

    Raises
    ------
    ValueError
        If the data are not real numbers or booleans with draws.

    References
    ----------
    P. Hall, "On the removal of skewness by transformation", J. R. Statist. Soc. B 54 (1992), 221-228.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> from irsnb.montecarlo import mean
    >>> bias = mean(xr.DataArray(np.arange(101.0), dims="draw"))
    >>> bias.sel(end="value").item()
    50.0
    >>> bias.sel(end=["lower", "upper"]).values.round(1)
    array([44.2, 55.8])
    """
    return _reduce(data, _mean_interval, kinds="biuf")


def rms(data: "xr.DataArray | xr.Dataset", component: str | None = None) -> "xr.DataArray | xr.Dataset":
    """Root mean square over draws, with its interval.

    The interval is that of :func:`mean` for the squares, and its root. It holds for errors that are not
    Gaussian as well, unlike one from the chi-square distribution.

    Parameters
    ----------
    data : DataArray or Dataset
        Real or complex numbers with dimension ``draw``, such as errors; see :func:`mean` for NaN.
    component : str, optional
        A dimension, such as x, y, z of an error, over which squares are summed first.

    Returns
    -------
    DataArray or Dataset
        In the unit of `data`; with a last dimension ``end`` as in :func:`mean`.

    Raises
    ------
    ValueError
        If the data are not numbers with draws, or the component is not one of their other dimensions.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> from irsnb.montecarlo import rms
    >>> errors = np.random.default_rng(1).standard_normal((1000, 2))
    >>> rms(xr.DataArray(errors, dims=("draw", "axis")), component="axis").values.round(2)
    array([1.42, 1.38, 1.47])
    """
    _check_data("data", data)
    if component is not None and component not in data.dims:
        dims = ", ".join(map(repr, data.dims))
        raise ValueError(f"component: got {component!r}; it must be one of the dimensions {dims}")
    if component == "draw":
        raise ValueError("component: got 'draw'; it must be a dimension other than that of the draws")

    def squares(values):
        power = np.abs(values) ** 2
        return (
            power if component is None or component not in values.dims else power.sum(component, skipna=False)
        )

    def root_interval(power, kept):
        return np.sqrt(np.maximum(_mean_interval(power, kept), 0.0))

    return _reduce(data, root_interval, kinds="iufc", prepare=squares)


def ratio_to_bound(
    error: "xr.DataArray", bound: "xr.DataArray | float", component: str | None = None
) -> "xr.DataArray":
    """Root mean square error over a bound, with its interval; 1 is what an efficient estimator reaches.

    Parameters
    ----------
    error : DataArray
        Real or complex errors with dimension ``draw``.
    bound : DataArray or float
        Bound of the root mean square error, in the same unit, positive; over settings, or a number. Where it
        has a dimension ``draw`` as well, each draw is divided by its own bound.
    component : str, optional
        The dimension of `error` that holds components of a vector; the bound is then one of its length
        (:func:`irsnb.bounds.position_error_bound`).

    Returns
    -------
    DataArray
        Without a unit; with a last dimension ``end`` as in :func:`mean`.

    Raises
    ------
    ValueError
        If the error is not numbers with draws, the component is not one of its other dimensions, or the bound
        is not positive or does not fit the error.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> from irsnb.montecarlo import ratio_to_bound
    >>> errors = xr.DataArray(0.1 * np.random.default_rng(1).standard_normal(1000), dims="draw")
    >>> ratio_to_bound(errors, 0.1).values.round(2)
    array([0.99, 0.94, 1.04])
    """
    import xarray as xr

    _check_data("error", error, Dataset=False)
    _check_kind("error", error, "iufc")
    bound = bound if isinstance(bound, xr.DataArray) else xr.DataArray(np.asarray(bound))
    if bound.dtype.kind not in "iuf" or np.ma.isMaskedArray(bound.data):
        raise ValueError(f"bound: got {bound.dtype} values; it must be real numbers")
    if bound.ndim and not set(bound.dims) <= set(error.dims):
        extra = sorted(map(str, set(bound.dims) - set(error.dims)))
        raise ValueError(f"bound: got dimensions {extra} that error lacks; it must have some of {error.dims}")
    try:
        with xr.set_options(arithmetic_join="exact"):
            bound = bound.drop_vars("n_draws", errors="ignore")
            bad = ~(np.isfinite(bound) & (bound > 0)) & (_drawn(error) if "draw" in bound.dims else True)
            ratio = error / bound
    except ValueError:
        raise ValueError("bound: its coordinates are not those of error") from None
    if bad.any():
        worst = bound.broadcast_like(bad).transpose(*bad.dims).values[bad.values][0]
        raise ValueError(f"bound: got {worst.item()!r}; it must be finite and greater than 0")
    return rms(ratio.transpose(*error.dims), component)


def share(data: "xr.DataArray | xr.Dataset") -> "xr.DataArray | xr.Dataset":
    """Share of draws that are true, with the exact interval of :func:`irsnb.binomial.share_interval`.

    Parameters
    ----------
    data : DataArray or Dataset
        Booleans, or 0 and 1, with dimension ``draw``. Draws beyond the coordinate ``n_draws`` are left out.

    Returns
    -------
    DataArray or Dataset
        Between 0 and 1; with a last dimension ``end`` as in :func:`mean`.

    Raises
    ------
    ValueError
        If the data are not booleans, or 0 and 1, with draws.

    Examples
    --------
    >>> import xarray as xr
    >>> from irsnb.montecarlo import share
    >>> share(xr.DataArray([True] * 100, dims="draw")).values.round(3)
    array([1.   , 0.964, 1.   ])
    """
    return _reduce(data, _share_interval, kinds="biuf")


def percentile(data: "xr.DataArray | xr.Dataset", q: float) -> "xr.DataArray | xr.Dataset":
    """Percentile over draws, with the interval between two of the sorted draws (David and Nagaraja 2003).

    The number of draws below the percentile is binomial whatever the distribution; so the interval holds in
    at least 95 % of cases.

    Parameters
    ----------
    data : DataArray or Dataset
        Real numbers with dimension ``draw``; see :func:`mean` for NaN.
    q : float
        Percent, greater than 0 and less than 100.

    Returns
    -------
    DataArray or Dataset
        In the unit of `data`; with a last dimension ``end`` as in :func:`mean`. An end is infinite where
        there are too few draws to give it: 71 draws bound no 95th percentile from above, 72 do.

    Raises
    ------
    ValueError
        If the data are not real numbers with draws, or `q` is not above 0 and below 100.

    References
    ----------
    H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed., Wiley 2003, section 7.1.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> from irsnb.montecarlo import percentile
    >>> percentile(xr.DataArray(np.arange(1.0, 101.0), dims="draw"), 50).values
    array([50.5, 40. , 61. ])
    """
    q = checks.real_number("q", q)
    checks.require(0 < q < 100, "q", q, "it must be percent, above 0 and below 100")

    def interval(values, kept):
        return _percentile_interval(values, kept, q / 100)

    return _reduce(data, interval, kinds="biuf")


def _check_data(name, data, Dataset=True):
    import xarray as xr

    if not isinstance(data, (xr.DataArray, xr.Dataset) if Dataset else xr.DataArray):
        kinds = "a DataArray or Dataset" if Dataset else "a DataArray"
        raise ValueError(f"{name}: got {type(data).__name__}; it must be {kinds} with the dimension 'draw'")
    if "draw" not in data.dims or data.sizes["draw"] == 0:
        raise ValueError(
            f"{name}: got sizes {dict(data.sizes)}; it must have draws along the dimension 'draw'"
        )


def _check_kind(name, data, kinds):
    if data.dtype.kind not in kinds or np.ma.isMaskedArray(data.data):
        asked = "real or complex numbers" if "c" in kinds else "real numbers or booleans"
        raise ValueError(f"{name}: got {data.dtype} values; it must be {asked}")


def _drawn(data):
    """Where there are draws and no padding.

    Without coordinates: where one value of a setting whose values are arrays is selected, xarray cannot tell
    whether two coordinates are the same.
    """
    counted = {"draw", "n_draws"} <= set(data.coords)
    return data["draw"].variable < data["n_draws"].variable if counted else True


def _reduce(data, interval, kinds, prepare=None):
    """Apply `interval(values (..., n), kept (..., n)) -> (..., 3)` to whatever has draws."""
    import xarray as xr

    _check_data("data", data)
    if isinstance(data, xr.Dataset):
        drawn = [name for name in data.data_vars if "draw" in data[name].dims]
        return data[drawn].map(lambda values: _reduce(values, interval, kinds, prepare))
    _check_kind("data", data, kinds)
    values = data if prepare is None else prepare(data)
    kept = xr.ones_like(values, dtype=bool) & _drawn(data)
    values = values.transpose(..., "draw")
    array = interval(values.values, kept.transpose(*values.dims).values)
    coords = {name: coord for name, coord in values.coords.items() if "draw" not in coord.dims}
    coords["end"] = ["value", "lower", "upper"]
    return xr.DataArray(array, coords, (*values.dims[:-1], "end"), name=data.name)


def _stack(value, lower, upper, count):
    few = count < 1
    return np.stack([np.where(few, np.nan, part) for part in (value, lower, upper)], axis=-1)


def _mean_interval(values, kept):
    from scipy.special import stdtrit

    values = np.where(kept, values, 0.0)
    count = kept.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        average = values.sum(-1) / count
        # In units of the largest deviation, so that no power over- or underflows.
        away = np.where(kept, values - average[..., None], 0.0)
        unit = np.abs(away).max(-1)
        away = away / np.where(unit == 0, 1.0, unit)[..., None]
        deviation = np.sqrt((away**2).sum(-1) / (count - 1))
        skewness = (away**3).sum(-1) / count / deviation**3
        quantile = stdtrit(count - 1.0, (1 + LEVEL) / 2) / np.sqrt(count)
        lower, upper = (
            average - unit * deviation * _skewed(side * quantile, skewness, count) for side in (1, -1)
        )
        lower, upper = (np.where((unit == 0) & (count > 1), average, end) for end in (lower, upper))
    return _stack(average, lower, upper, count)


def _skewed(quantile, skewness, count):
    """Inverse of Hall's transformation t + g t^2 / 3 + g^2 t^3 / 27 + g / (6 n), g the skewness."""
    shifted = quantile - skewness / (6 * count)
    slight = np.abs(skewness) < 1e-6
    steep = np.where(slight, 1.0, skewness)
    return np.where(slight, shifted, 3 / steep * (np.cbrt(1 + steep * shifted) - 1))


def _share_interval(values, kept):
    given = values[kept]
    wrong = ~np.isin(given, (0, 1))
    if wrong.any():
        raise ValueError(f"data: got {given[wrong][0].item()!r}; a share needs booleans, or 0 and 1")
    count, n_true = kept.sum(-1), (np.where(kept, values, 0) != 0).sum(-1)
    some = np.maximum(count, 1)
    return _stack(n_true / some, *share_interval(n_true, some, LEVEL), count)


def _percentile_interval(values, kept, q):
    from scipy.stats import binom

    count = kept.sum(-1)
    ranked = np.sort(np.where(kept, values, np.inf), axis=-1)
    broken = (kept & np.isnan(values)).any(-1)
    place = q * np.maximum(count - 1, 0)
    below = np.floor(place).astype(int)
    first, second = (_pick(ranked, np.minimum(rank, np.maximum(count - 1, 0))) for rank in (below, below + 1))
    with np.errstate(invalid="ignore"):
        value = np.where(place == below, first, first + (place - below) * (second - first))
    # The k-th smallest draw (from 1) lies above the percentile if fewer than k draws lie below it.
    tail = (1 - LEVEL) / 2
    low, high = binom.ppf(tail, count, q), binom.ppf(1 - tail, count, q) + 1
    low, high = np.nan_to_num(low).astype(int), np.nan_to_num(high).astype(int)
    lower = np.where(low < 1, -np.inf, _pick(ranked, np.maximum(low, 1) - 1))
    upper = np.where(high > count, np.inf, _pick(ranked, np.minimum(high, np.maximum(count, 1)) - 1))
    return _stack(*(np.where(broken, np.nan, part) for part in (value, lower, upper)), count)


def _pick(ranked, rank):
    return np.take_along_axis(ranked, np.asarray(rank)[..., None], axis=-1)[..., 0]
