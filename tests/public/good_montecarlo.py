"""Good calls of the Monte-Carlo engine."""

import numpy as np
import scipy.special
import scipy.stats  # noqa: F401
import tqdm  # noqa: F401
import xarray as xr
from walk import Arg, count, flag, function, optional, seed

from irsnb import montecarlo
from irsnb.montecarlo import content, kept

ERRORS = xr.DataArray(np.random.default_rng(0).standard_normal((2, 9)), dims=("snr_db", "draw"))
NOT_DATA = [
    None,
    5,
    "x",
    ERRORS.values,
    ERRORS.rename(draw="row"),
    ERRORS[:, :0],
    ERRORS.astype(str),
    xr.DataArray,
]
NOT_REAL = [*NOT_DATA, ERRORS * 1j]
NOT_NAMES = ["draw", "row", 5, True, b"snr_db", ["snr_db"]]


def trial(rng, draws, snr_db):
    return {"error": rng.standard_normal(draws)}


def enough(draws):
    return True


GOOD = {
    montecarlo.sweep: {
        "trial": function(trial, bad=[lambda rng, draws: {}, lambda rng, draws, snr_db: rng.random(draws)]),
        "settings": Arg(
            {"snr_db": [0, 10]},
            bad=[
                None,
                5,
                "x",
                {},
                [0, 10],
                {"snr_db": []},
                {"snr_db": 5},
                {"snr_db": "x"},
                {"snr_db": [0, 0.0]},
            ]
            + [{"snr_db": np.eye(2)}, {"snr_db": [np.nan]}, {"snr_db": [object()]}, {"snr_db": range(10**9)}]
            + [{"snr": [0]}, {"draw": [0]}, {5: [0]}],
        ),
        "draws": count(3, skip={}),
        "seed": seed(),
        "until": optional(function(enough, bad=[lambda draws: draws["error"] > 0])),
        "batch_size": count(3),
        "n_jobs": Arg(1, bad=[0, 1.5, True, "1", [1]]),
        "cluster": Arg(None, bad=[5, "x", "", b"tcp://", True, ["tcp://"]]),
        "keep": Arg(None, bad=[5, "", b"", ["x"], 1.0]),
        "dims": Arg(None, bad=[5, "x", ["x"], {"error": ["x"]}, {"other": []}, {"error": 5}, {"error": [5]}]),
        "progress": flag(False),
    },
    montecarlo.mean: {"data": Arg(ERRORS, bad=NOT_REAL)},
    montecarlo.rms: {"data": Arg(ERRORS, bad=NOT_DATA), "component": Arg(None, bad=NOT_NAMES)},
    montecarlo.share: {"data": Arg(ERRORS > 0, bad=[*NOT_REAL, ERRORS])},
    montecarlo.percentile: {
        "data": Arg(ERRORS, bad=NOT_REAL),
        "q": Arg(50, bad=[0, 100, -1, np.nan, np.inf, "50", None, True, [50], 1j]),
    },
    montecarlo.ratio_to_bound: {
        "error": Arg(ERRORS, bad=[*NOT_DATA, ERRORS.to_dataset(name="error")]),
        "bound": Arg(1.0, bad=[0, -1, np.nan, np.inf, 1j, "1", None, True, [1.0, 1.0], ERRORS, {}]),
        "component": Arg(None, bad=NOT_NAMES),
    },
    montecarlo.narrower: {
        "name": Arg("error", bad=[None, 5, b"error", ["error"]]),
        "reduction": function(montecarlo.rms),
        "relative": Arg(0.1, bad=[0, -1, np.nan, np.inf, "1", None, True, [0.1], 1j]),
        "absolute": Arg(None, bad=[0.1]),
        "options": {},
    },
    content.code_digest: {},
    kept.cache_folder: {},
}
