"""Part III, Surendran et al. (2025): users in a street, and a surface of which a few elements listen."""

from irsnb.hybrid.bounds import crlb, first_order_bias, miscalibration, standard_errors
from irsnb.hybrid.cropnet import build_cropnet, crops, scan_crops
from irsnb.hybrid.deepmimo import load_scenario
from irsnb.hybrid.elementnet import build_elementnet, element_inputs, label_masks, sparsity_loss, strongest
from irsnb.hybrid.examples import (
    Examples,
    grouped_folds,
    make_examples,
    street_channels,
    street_window,
    targets_of,
)
from irsnb.hybrid.model import (
    CORRELATIONS,
    N_SNAPSHOTS,
    PAPER_NOISE,
    draw_covariance,
    path_channels,
    receive,
    signal_covariance,
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
from irsnb.hybrid.placement import PLACEMENTS, beam_pattern, criterion, peak_sidelobe, place_elements
from irsnb.hybrid.refinement import METHODS, find_users, refine, whose
from irsnb.hybrid.refinenet import Refiner, build_refinenet, count_refinenet, train, train_refinenet
from irsnb.hybrid.scene import Scenario
from irsnb.hybrid.security import FLOOR, SecureUserTest, place_covariance
from irsnb.hybrid.users import PAPER_USERS, draw_directions, paper_users, polar, spread_out, street_scenes

__all__ = [
    "CORRELATIONS",
    "FLOOR",
    "METHODS",
    "N_SNAPSHOTS",
    "PAPER_NOISE",
    "PAPER_USERS",
    "PLACEMENTS",
    "Examples",
    "Refiner",
    "Scenario",
    "SecureUserTest",
    "beam_pattern",
    "build_cropnet",
    "build_elementnet",
    "build_refinenet",
    "count_refinenet",
    "criterion",
    "crlb",
    "crops",
    "draw_covariance",
    "draw_directions",
    "element_inputs",
    "find_directions",
    "find_ranges",
    "find_users",
    "first_order_bias",
    "grouped_folds",
    "label_masks",
    "load_scenario",
    "make_examples",
    "miscalibration",
    "noise_subspace",
    "paper_grid",
    "paper_users",
    "path_channels",
    "peak_sidelobe",
    "peaks",
    "place_covariance",
    "place_elements",
    "polar",
    "pseudospectrum",
    "range_spectrum",
    "receive",
    "refine",
    "sample_covariance",
    "scan_crops",
    "search_3d",
    "signal_covariance",
    "smooth",
    "smoothed_covariance",
    "sparsity_loss",
    "spread_out",
    "standard_errors",
    "street_channels",
    "street_scenes",
    "street_window",
    "strongest",
    "targets_of",
    "to_cosines",
    "train",
    "train_refinenet",
    "whose",
]
