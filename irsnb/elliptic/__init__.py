"""Part I, Duan et al. (2025): elliptic positioning through pairs of surfaces."""

from irsnb.elliptic.bounds import direction_crlb, position_crlb
from irsnb.elliptic.estimators import (
    Association,
    Fix,
    associate,
    binary_weights,
    fuse,
    locate,
    minimum_variance_weights,
    pair_sensitivities,
    perturbation_mae,
)
from irsnb.elliptic.model import (
    EXPERIMENTS,
    Experiment,
    direction,
    eccentricity,
    paper_direction,
    path_sum,
    second_surface,
)

__all__ = [
    "Association",
    "EXPERIMENTS",
    "Experiment",
    "Fix",
    "associate",
    "binary_weights",
    "direction",
    "direction_crlb",
    "eccentricity",
    "fuse",
    "locate",
    "minimum_variance_weights",
    "pair_sensitivities",
    "paper_direction",
    "path_sum",
    "perturbation_mae",
    "position_crlb",
    "second_surface",
]
