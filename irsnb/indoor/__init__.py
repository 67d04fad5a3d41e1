"""Part II, Aguiar et al. (2024): a user between two walls of tiles."""

from irsnb.indoor.bounds import errors_at_bound, position_crlb
from irsnb.indoor.causes import CAUSES, cause_trial
from irsnb.indoor.costs import features, likelihood_cost, phase_cost, references
from irsnb.indoor.dictionary import build_dictionary, search
from irsnb.indoor.echoes import wall_images
from irsnb.indoor.fingerprints import Fingerprint, build_fingerprint
from irsnb.indoor.impairments import Impairment, impaired_pilots, impaired_room
from irsnb.indoor.inputs import distinct_inputs, flattened_inputs
from irsnb.indoor.landscape import Lowest, lowest_elsewhere
from irsnb.indoor.locate import locate, refine
from irsnb.indoor.mismatch import mismatched_bound
from irsnb.indoor.networks import NETWORKS, Locator, build_network, count_parameters, train_network
from irsnb.indoor.remedies import calibrated_room, locate_with_offset, offset_crlb
from irsnb.indoor.samples import Samples, draw_samples, samples_at, shuffled, split_samples
from irsnb.indoor.scene import CHOICES, SOURCES, Room
from irsnb.indoor.signal import add_noise, pilots, receive, reflection_coefficients, signal, tile_channels
from irsnb.indoor.swarms import FORMS, SEARCHES, Found, SearchSettings, curvatures, swarm_search
from irsnb.indoor.tiles import Tiles, paper_tiles
from irsnb.indoor.trials import fingerprint_trial, impaired_trial, locate_trial

__all__ = [
    "CAUSES",
    "CHOICES",
    "FORMS",
    "Fingerprint",
    "Found",
    "Impairment",
    "Locator",
    "Lowest",
    "NETWORKS",
    "Room",
    "SEARCHES",
    "SOURCES",
    "Samples",
    "SearchSettings",
    "Tiles",
    "add_noise",
    "build_dictionary",
    "build_fingerprint",
    "build_network",
    "calibrated_room",
    "cause_trial",
    "count_parameters",
    "curvatures",
    "distinct_inputs",
    "draw_samples",
    "errors_at_bound",
    "features",
    "fingerprint_trial",
    "flattened_inputs",
    "impaired_pilots",
    "impaired_room",
    "impaired_trial",
    "likelihood_cost",
    "locate",
    "locate_trial",
    "locate_with_offset",
    "offset_crlb",
    "lowest_elsewhere",
    "paper_tiles",
    "mismatched_bound",
    "phase_cost",
    "pilots",
    "position_crlb",
    "receive",
    "references",
    "refine",
    "reflection_coefficients",
    "samples_at",
    "search",
    "shuffled",
    "signal",
    "split_samples",
    "swarm_search",
    "tile_channels",
    "train_network",
    "wall_images",
]
