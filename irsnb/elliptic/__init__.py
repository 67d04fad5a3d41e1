"""Part I, Duan et al. (2025): elliptic positioning through pairs of surfaces."""

from irsnb.elliptic.association import Association, associate
from irsnb.elliptic.beams import beam_responses, cosines_to_direction, direction_cosines
from irsnb.elliptic.bounds import direction_crlb, mismatched_covariance, position_crlb
from irsnb.elliptic.experiments import EXPERIMENTS, Experiment
from irsnb.elliptic.impairments import (
    Impairment,
    calibration_covariance,
    detour_bias,
    quantised_responses,
)
from irsnb.elliptic.linear import locate_sums
from irsnb.elliptic.locate import locate
from irsnb.elliptic.pair import locate_pair, pair_directions, pair_positions, pair_sensitivities
from irsnb.elliptic.placement import placement_bound
from irsnb.elliptic.radar import Detour, Radar, Scene
from irsnb.elliptic.scan import Scan, scan
from irsnb.elliptic.scan_bounds import scan_crlb, scan_ziv_zakai
from irsnb.elliptic.scan_trials import impaired_trial, scan_trial
from irsnb.elliptic.scene import (
    direction,
    eccentricity,
    legs,
    paper_direction,
    path_sums,
    surfaces_on_line,
    zones,
)
from irsnb.elliptic.signal import (
    array_weights,
    arrival_sines,
    combine,
    link_budget,
    receive,
    receive_steering,
)
from irsnb.elliptic.trials import associate_trial, locate_trial
from irsnb.elliptic.weights import METHODS, binary_weights, direction_weights, perturbation_mae

__all__ = [
    "Association",
    "Detour",
    "EXPERIMENTS",
    "Experiment",
    "Impairment",
    "METHODS",
    "Radar",
    "Scan",
    "Scene",
    "array_weights",
    "arrival_sines",
    "associate",
    "associate_trial",
    "beam_responses",
    "binary_weights",
    "calibration_covariance",
    "combine",
    "cosines_to_direction",
    "detour_bias",
    "direction",
    "direction_cosines",
    "direction_crlb",
    "direction_weights",
    "eccentricity",
    "impaired_trial",
    "legs",
    "link_budget",
    "locate",
    "locate_pair",
    "locate_sums",
    "locate_trial",
    "mismatched_covariance",
    "pair_directions",
    "pair_positions",
    "pair_sensitivities",
    "paper_direction",
    "path_sums",
    "perturbation_mae",
    "placement_bound",
    "position_crlb",
    "quantised_responses",
    "receive",
    "receive_steering",
    "scan",
    "scan_crlb",
    "scan_trial",
    "scan_ziv_zakai",
    "surfaces_on_line",
    "zones",
]
