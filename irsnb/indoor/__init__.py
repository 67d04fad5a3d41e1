"""Part II, Aguiar et al. (2024): a user between two walls of tiles."""

from irsnb.indoor.bounds import errors_at_bound, position_crlb, position_error_bound
from irsnb.indoor.estimators import (
    Fix,
    build_dictionary,
    features,
    locate,
    phase_cost,
    references,
    refine,
    search,
)
from irsnb.indoor.model import (
    CHOICES,
    SOURCES,
    Room,
    measure,
    pilots,
    receive,
    spherical_channels,
    tile_channels,
    wall_images,
)
from irsnb.indoor.swarms import SEARCHES, Found, search_all, swarm_search

__all__ = [
    "CHOICES",
    "Fix",
    "Found",
    "Room",
    "SEARCHES",
    "SOURCES",
    "build_dictionary",
    "errors_at_bound",
    "features",
    "locate",
    "measure",
    "phase_cost",
    "pilots",
    "position_crlb",
    "position_error_bound",
    "receive",
    "references",
    "refine",
    "search",
    "search_all",
    "spherical_channels",
    "swarm_search",
    "tile_channels",
    "wall_images",
]
