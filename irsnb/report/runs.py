"""The scale that pages run at, and the runs at the papers' own sizes: their names, files and figures.

``tools/paper_scale.py`` makes the runs, notebooks show them. Both take the names from here.
"""

import datetime
import json
import os
import platform
import re
from collections.abc import Sequence
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from irsnb import checks

__all__ = [
    "COMBS",
    "CONDITIONS",
    "ELEMENTNETS",
    "HALF_BOX",
    "HYBRIDS",
    "INDOOR",
    "INPUTS",
    "KEPT",
    "REFINENETS",
    "SCALES",
    "TARGETS",
    "WAYS",
    "error_at",
    "error_interval",
    "file_stem",
    "hybrid_name",
    "kept",
    "machine",
    "provenance",
    "scale",
]

SCALES = ("quick", "paper")
"""What ``IRSNB_SCALE`` may say."""

KEPT = {
    "searches": "indoor_searches",
    "indoor": "indoor_networks",
    "hybrid": "hybrid_networks",
    "costs": "indoor_costs",
}
"""Name of the kept file for each part of ``make paper-scale``."""

CONDITIONS = {"1 m": (1.0, None), "3 m": (3.0, None), "3 m, multipath": (3.0, "walls")}
"""Height of base station and tiles [m], and multipath of the direct link, in the figures of Aguiar et al."""

_PLACES = 7371
"""Of the paper's grid; a run that does not say how many users it located was tested on all of them."""

INPUTS = ("both", "coefficients", "measurements", "known", "invariant")
"""What the indoor networks read."""

INDOOR = {
    **{f"mlp, both, {where}": ("mlp", "both", where, None) for where in CONDITIONS},
    **{f"bilstm, both, {where}": ("bilstm", "both", where, None) for where in reversed(CONDITIONS)},
    **{f"{network}, both, 1 m": (network, "both", "1 m", None) for network in ("lstm", "rnn")},
    "bilstm, both, 1 m, no dropout": ("bilstm", "both", "1 m", 0.0),
    "mlp, both, 1 m, dropout": ("mlp", "both", "1 m", 0.4),
    "mlp, flattened, 1 m": ("mlp", "flattened", "1 m", None),
    **{
        f"{network}, both, {where}": (network, "both", where, None)
        for where in ("3 m", "3 m, multipath")
        for network in ("lstm", "rnn")
    },
    **{
        f"mlp, {kind}, {where}": ("mlp", kind, where, None)
        for where in reversed(CONDITIONS)
        for kind in INPUTS[1:]
    },
}
"""Training runs of Part II by name: network, inputs, condition, and dropout where it is not the paper's."""

_FORMS = ("as published", "eliminated", "projected")  # irsnb.indoor.swarms.FORMS, which would load scipy
HALF_BOX = 0.25
"""Half the side of the box that the hybrid searches [m], unless a run's name says another."""

COMBS = 5
"""A map of all places is searched in so many interleaved parts: cut short, it still covers the area."""

HYBRIDS = {
    **{("mlp, both", where, form, HALF_BOX): 30 for where in CONDITIONS for form in _FORMS},
    **{("fingerprint", where, form, 0.1): 30 for where in CONDITIONS for form in ("eliminated", "projected")},
    **{
        ("mlp, both", "1 m", form, half): 30
        for form in ("as published", "eliminated")
        for half in (0.05, 0.1, 0.5)
    },
    **{("bilstm, both", where, "as published", HALF_BOX): 30 for where in CONDITIONS if where != "1 m"},
    ("bilstm, both", "1 m", "as published", HALF_BOX): 1,
}
"""Runs of the hybrid: (run whose estimate is the box's centre, condition, form, half the box's side [m]) and
the step between the places of the grid that are searched."""

TARGETS = ("angles", "ranges")
"""What RefineNet estimates."""

WAYS = {"paper": (30, (1, 10), (1, 15), 4), "street": (200, (1, 951), (1, 171), 1)}
"""Scenes for RefineNet: how many, from which rows and columns of the street, draws of each; the paper's four
users come first."""

REFINENETS = {
    **{f"{target}, pool, paper, {k}": (target, "pool", "paper", k) for target in TARGETS for k in range(5)},
    **{f"{target}, pool, street, 2": (target, "pool", "street", 2) for target in TARGETS},
    **{f"{target}, flatten, paper, 2": (target, "flatten", "paper", 2) for target in TARGETS},
}
"""Training runs of RefineNet by name: target, head, scenes, fold held out of five; the paper's own scene is
in fold 2."""

ELEMENTNETS = {
    f"elementnet, {loss}, {count} scenes": (loss == "both a mean", count)
    for count in (25, 250)
    for loss in ("eq. (5)", "both a mean")
}
"""Training runs of ElementNet by name: whether the 1-norm is a mean too, and how many scenes; the paper has
25, a fifth held out."""


def scale() -> str:
    """Return the scale that the notebooks run at, from the environment variable ``IRSNB_SCALE``.

    Returns
    -------
    str
        ``"quick"`` (the default: what CI and Colab run) or ``"paper"`` (the papers' own sizes).

    Raises
    ------
    ValueError
        If the variable holds anything else.
    """
    return checks.choice("IRSNB_SCALE", os.environ.get("IRSNB_SCALE", "quick"), SCALES)


def hybrid_name(centres: str, where: str, form: str, half: float = HALF_BOX) -> str:
    """Return the name of a run of the hybrid in the kept file.

    Parameters
    ----------
    centres : str
        The run whose estimates are the centres of the boxes, without its condition.
    where : str
        A key of :data:`CONDITIONS`.
    form : str
        One of :data:`irsnb.indoor.swarms.FORMS`.
    half : float
        Half the box's side [m].

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If condition or form is unknown, `centres` is no text, or `half` is not above 0.

    Examples
    --------
    >>> hybrid_name("mlp, both", "1 m", "eliminated")
    'hybrid, mlp, both, 1 m, eliminated, 0.25 m'
    """
    checks.text("centres", centres)
    checks.choice("where", where, CONDITIONS)
    checks.choice("form", form, _FORMS)
    half = float(checks.positive("half", checks.real_number("half", half), "m"))
    return f"hybrid, {centres}, {where}, {form}, {half:g} m"


def file_stem(run: str) -> str:
    """Return the stem of the files in which a run keeps its state.

    Parameters
    ----------
    run : str
        Name of the run.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the name is no text or empty.

    Examples
    --------
    >>> file_stem("mlp, both, 3 m, multipath")
    'mlp-both-3m-multipath'
    """
    return checks.text("run", run).replace(", ", "-").replace(" ", "")


@cache
def _stored(name):
    return resources.files("irsnb").joinpath("data", f"{name}.json").read_text(encoding="utf-8")


def kept(name: str) -> dict[str, Any]:
    """Return the figures of a paper-scale run that the package carries, with their provenance.

    Parameters
    ----------
    name : str
        One of the values of :data:`KEPT`; ``make paper-scale`` writes them.

    Returns
    -------
    dict
        ``provenance`` and the figures; each call gives a copy of its own.

    Raises
    ------
    ValueError
        If there is no such run.

    Examples
    --------
    >>> kept("indoor_searches")["provenance"]["scale"]
    'paper'
    """
    return json.loads(_stored(checks.choice("name", name, list(KEPT.values()))))


def error_at(kept_runs: dict[str, Any], run: str, percentile: ArrayLike) -> float | np.ndarray:
    """Return the error of a kept run that a given percentage of its users do not exceed.

    Parameters
    ----------
    kept_runs : dict
        From :func:`kept`, with the errors' percentiles: ``"indoor_searches"`` or ``"indoor_networks"``.
    run : str
        Name of the run in it.
    percentile : array_like
        From 0 to 100.

    Returns
    -------
    float or ndarray
        Error [m], of the shape of `percentile`.

    Raises
    ------
    ValueError
        If the run is unknown or has no errors, `kept_runs` holds no percentiles, or a percentile lies
        outside.

    Examples
    --------
    >>> error_at(kept("indoor_searches"), "ml", 50) < 1e-5
    True
    """
    checks.instance("kept_runs", kept_runs, dict)
    if "percentiles" not in kept_runs or not {"runs", "errors"} & set(kept_runs):
        raise ValueError(f"kept_runs: got {list(kept_runs)}; it must hold percentiles and errors")
    if "runs" in kept_runs:
        errors = {name: entry["errors"] for name, entry in kept_runs["runs"].items() if "errors" in entry}
    else:
        errors = kept_runs["errors"]
    rank = checks.real_array("percentile", percentile)
    checks.require((rank >= 0) & (rank <= 100), "percentile", rank, "it must lie from 0 to 100")
    found = np.interp(rank, kept_runs["percentiles"], errors[checks.choice("run", run, list(errors))])
    return float(found) if rank.ndim == 0 else found


def error_interval(kept_runs: dict[str, Any], run: str, percentile: float) -> np.ndarray:
    """Return a percentile of a kept run's errors, and the interval that its number of users leaves it.

    The ends (95 %) are two of the sorted errors, as in :func:`irsnb.montecarlo.percentile`; between the kept
    percentiles they are interpolated. What another training would give is not in it.

    Parameters
    ----------
    kept_runs : dict
        As :func:`error_at`.
    run : str
        Name of the run in it.
    percentile : float
        Greater than 0 and less than 100.

    Returns
    -------
    ndarray, shape (3,)
        Value, lower and upper end [m]; 0 or infinite where there are too few users to give an end.

    Raises
    ------
    ValueError
        As :func:`error_at`, or if the percentile is not above 0 and below 100.

    Examples
    --------
    >>> value, lower, upper = error_interval(kept("indoor_searches"), "ml", 50)
    >>> bool(0 < lower < value < upper)
    True
    """
    rank = checks.real_number("percentile", percentile)
    checks.require(0 < rank < 100, "percentile", rank, "it must be above 0 and below 100")
    value = error_at(kept_runs, run, rank)
    users = kept_runs.get("runs", {}).get(run, {}).get("users")
    users = users or kept_runs.get("provenance", {}).get("few" if run.endswith(" x") else "users", _PLACES)
    from scipy.stats import binom

    ends = binom.ppf([0.025, 0.975], users, rank / 100) + [0, 1]
    known = (ends >= 1) & (ends <= users)
    ranks = np.where(known, (ends - 1) / (users - 1), 0.5) * 100
    lower, upper = np.where(known, error_at(kept_runs, run, ranks), [0.0, np.inf])
    return np.array([value, lower, upper])


def machine() -> str:
    """Return the kind of machine, in words: its cores and its processor.

    Returns
    -------
    str
    """
    source = Path("/proc/cpuinfo")
    text = source.read_text(encoding="utf-8") if source.exists() else ""
    model = re.search(r"model name\s*: (.+)", text)
    return f"{os.cpu_count()} cores, {model.group(1).strip() if model else platform.machine()}"


def provenance(packages: Sequence[str], **settings: Any) -> dict[str, Any]:
    """Return how a run was made: its settings, versions, machine and date.

    Parameters
    ----------
    packages : sequence of str
        Distributions whose versions are kept; one that is not installed is left out.
    **settings : Any
        Kept as they are.

    Returns
    -------
    dict
        `settings`, ``versions``, ``machine``, ``date``.

    Raises
    ------
    ValueError
        If `packages` is no list of texts.

    Examples
    --------
    >>> sorted(provenance(["numpy"], seed=1))
    ['date', 'machine', 'seed', 'versions']
    """
    versions = {"python": platform.python_version()}
    for package in checks.texts("packages", packages):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    date = datetime.date.today().isoformat()
    return settings | {"versions": versions, "machine": machine(), "date": date}
