"""Part II, Aguiar et al. (2024): a user between two walls of tiles."""

from irsnb.indoor.bounds import errors_at_bound, position_crlb
from irsnb.indoor.costs import features, likelihood_cost, phase_cost, references
from irsnb.indoor.dictionary import build_dictionary, search
from irsnb.indoor.echoes import wall_images
from irsnb.indoor.fingerprints import Fingerprint, build_fingerprint
from irsnb.indoor.locate import locate, refine
from irsnb.indoor.mismatch import mismatched_bound
from irsnb.indoor.networks import (
    NETWORKS,
    Locator,
    build_network,
    count_parameters,
    distinct_inputs,
    flattened_inputs,
    train_network,
)
from irsnb.indoor.samples import Samples, draw_samples, samples_at, shuffled, split_samples
from irsnb.indoor.scene import CHOICES, SOURCES, Room
from irsnb.indoor.signal import add_noise, pilots, receive, reflection_coefficients, signal, tile_channels
from irsnb.indoor.swarms import SEARCHES, Found, search_all, swarm_search
from irsnb.indoor.tiles import Tiles, paper_tiles

__all__ = [
    "CHOICES",
    "Fingerprint",
    "Found",
    "Locator",
    "NETWORKS",
    "Room",
    "SEARCHES",
    "SOURCES",
    "Samples",
    "Tiles",
    "add_noise",
    "build_dictionary",
    "build_fingerprint",
    "build_network",
    "count_parameters",
    "distinct_inputs",
    "draw_samples",
    "errors_at_bound",
    "features",
    "flattened_inputs",
    "likelihood_cost",
    "locate",
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
    "search_all",
    "shuffled",
    "signal",
    "split_samples",
    "swarm_search",
    "tile_channels",
    "train_network",
    "wall_images",
]
