"""Part II, Aguiar et al. (2024): a user between two walls of tiles."""

from irsnb.indoor.bounds import position_crlb, position_error_bound
from irsnb.indoor.estimators import Fix, build_dictionary, features, locate, references, refine, search
from irsnb.indoor.model import (
    SOURCES,
    Room,
    measure,
    pilots,
    receive,
    spherical_channels,
    tile_channels,
    wall_images,
)

__all__ = [
    "Fix",
    "Room",
    "SOURCES",
    "build_dictionary",
    "features",
    "locate",
    "measure",
    "pilots",
    "position_crlb",
    "position_error_bound",
    "receive",
    "references",
    "refine",
    "search",
    "spherical_channels",
    "tile_channels",
    "wall_images",
]
