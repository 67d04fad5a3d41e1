"""Part III, Surendran et al. (2025): users in a street, and a surface of which a few elements listen."""

from irsnb.hybrid.bounds import crlb, first_order_bias, miscalibration, standard_errors
from irsnb.hybrid.model import (
    CORRELATIONS,
    N_SNAPSHOTS,
    PAPER_NOISE,
    draw_covariance,
    path_channels,
    receive,
    signal_covariance,
    spread_out,
    to_cosines,
)
from irsnb.hybrid.music import (
    find_directions,
    find_ranges,
    noise_subspace,
    paper_grid,
    peaks,
    pseudospectrum,
    range_spectrum,
    sample_covariance,
    search_3d,
    smooth,
    smoothed_covariance,
)
from irsnb.hybrid.refinement import METHODS, refine
from irsnb.hybrid.scenario import PAPER_USERS, Scenario, load_scenario, paper_users, polar

__all__ = [
    "CORRELATIONS",
    "METHODS",
    "N_SNAPSHOTS",
    "PAPER_NOISE",
    "PAPER_USERS",
    "Scenario",
    "crlb",
    "draw_covariance",
    "find_directions",
    "find_ranges",
    "first_order_bias",
    "load_scenario",
    "miscalibration",
    "noise_subspace",
    "paper_grid",
    "paper_users",
    "path_channels",
    "peaks",
    "polar",
    "pseudospectrum",
    "range_spectrum",
    "receive",
    "refine",
    "sample_covariance",
    "search_3d",
    "signal_covariance",
    "smooth",
    "smoothed_covariance",
    "spread_out",
    "standard_errors",
    "to_cosines",
]
