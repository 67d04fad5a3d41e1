"""Good calls of Part III: the street, its users, the surface's spectra, bounds, placements and networks."""

import numpy as np
import walk
from walk import (
    Arg,
    Once,
    Probe,
    angles,
    azimuth,
    choice,
    complex_array,
    costly,
    count,
    covariance,
    elevation,
    flag,
    function,
    instance,
    integers,
    mask,
    number,
    optional,
    positive,
    real,
    rng,
    seed,
)

from irsnb.arrays import PlanarArray
from irsnb.hybrid import (
    bounds,
    cropnet,
    deepmimo,
    elementnet,
    examples,
    model,
    music,
    placement,
    refinement,
    refinenet,
    scene,
    security,
    users,
)

STREET = deepmimo.load_scenario()
ARRAY = PlanarArray(4, 4, 0.043, 0.0857)
USERS = np.array([(0.1, -0.2, 7.0), (0.6, -0.4, 9.0)])
STEERED = ARRAY.steering_vector(*USERS.T)
COVARIANCE = np.eye(16) + STEERED.T @ STEERED.conj()
GRID = np.linspace(-1, 1, 9)
CHANNELS = np.random.default_rng(0).standard_normal((2, 1, 16, 2)).view(complex)[..., 0]
MASK = np.array([[True, True, False], [True, False, True], [True, True, True]])
OTHER_SURFACE = {"longer": "the mask of another surface"}
BOUND = bounds.crlb(ARRAY, USERS, 20.0, 100)
PLACES = security.place_covariance(ARRAY, USERS, 20.0, 100)
TEST = security.SecureUserTest(USERS, PLACES)
EXAMPLES = examples.make_examples(
    np.stack([CHANNELS] * 2),
    np.stack([USERS] * 2),
    ARRAY,
    [5.0, 6.0, 7.0],
    subarray=(3, 3),
    draws=1,
    noise=0.1,
)


def _with_peaks():
    """Examples whose coarse directions are the users'."""
    fields = {name: getattr(EXAMPLES, name) for name in EXAMPLES.__dataclass_fields__}
    return examples.Examples(**fields | {"coarse": EXAMPLES.truth[..., :2]})


PEAKS = _with_peaks()


def sides(good, *, low=1):
    """Rows and columns."""
    values = [
        None,
        "x",
        3,
        2.0,
        (2.5, 3),
        (3,),
        (3, 3, 3),
        (low - 1, 5),
        (-2, 5),
        (True, 5),
        ("4", "4"),
        np.nan,
    ]
    return Arg(good, [Probe("sizes of gigabytes", (10**9, 10**9))], bad=values)


def directions(good, **kwargs):
    """Rows (n, 2) of azimuth and elevation."""
    return angles(np.asarray(good)[:, :2], lead=False, **kwargs)


def places(good, **kwargs):
    """Rows (..., K, 3) of azimuth, elevation and distance."""
    behind = np.array(good, dtype=float)
    behind[..., 2] = -1.0
    return angles(good, bad=[behind, np.zeros((0, 3)), 2.0], **kwargs)


def waves(good=COVARIANCE, **kwargs):
    """A covariance of the surface; what has no negative diagonal entry may be of low rank."""
    return covariance(good, is_complex=True, skip={"zeros": "of rank 0, which no spectrum minds"}, **kwargs)


def network():
    return refinenet.build_refinenet(2, n_points=9)


INPUTS = np.random.default_rng(1).standard_normal((6, 9, 9, 1))
TARGETS = np.random.default_rng(2).standard_normal((6, 2))
TRAINED = refinenet.train(network(), INPUTS, TARGETS, range(4), [4, 5], 1, batch=2, rate=1e-3, xla=False)
TABLE = {
    "name": Arg("a street", bad=[None, 3, 1.5, []]),
    "carrier": positive(3.5e9, array=False),
    "surface": real((0.0, 0.0, 6.0), lead=False, bad=[(0.0, 6.0)]),
    "positions": real([(9.0, 1.0, 2.0), (8.0, 3.0, 2.0)], lead=False, bad=[np.ones((3, 3)), np.ones((2, 2))]),
    "rows": integers([1, 0], bad=[[1], 1]),
    "columns": integers([1, 0], bad=[[1], 1]),
    "gain": complex_array(np.array([[1e-4 + 1e-4j], [1e-4j]]), trailing=2, lead=False, bad=[np.ones(2)]),
    "delay": real([[3e-8], [3e-8]], lead=False, bad=[[3e-8]]),
    "azimuth": real([[0.1], [0.2]], lead=False, bad=[[0.1]]),
    "elevation": real([[-0.4], [-0.4]], lead=False, bad=[[0.1]]),
    "interactions": integers([[0], [0]], bad=[[0], 0]),
    "corners": real(
        np.full((2, 1, 1, 3), 5.0), lead=False, bad=[np.ones((2, 1, 3))], skip={"nan": "no corner"}
    ),
    "buildings": Arg((np.eye(3, 2),), bad=[None, 3, "x", [np.eye(3)], [np.eye(3, 2) * np.nan], [["a", "b"]]]),
}
TRAINING = {
    "training": integers(np.arange(4), low=0, high=5, bad=[[4, 5], [[0]], []]),
    "validation": integers([4, 5], low=0, high=5, bad=[[0], [[4]], []]),
    "epochs": costly(count(1, bad=[10**9])),
}

GOOD = {
    scene.Scenario: TABLE,
    scene.Scenario.find: {"self": STREET, "row": count(10), "column": count(15)},
    scene.Scenario.nearest: {"self": STREET, "point": walk.points((240.0, 390.0, 2.0), lead=False)},
    deepmimo.load_scenario: {
        "name": choice("o1_like_3p5"),
        "folder": Arg(None, bad=[3, 1.5, [], b"data", True, np.ones(2)]),
        "download": flag(False),
    },
    users.paper_users: {"scenario": instance(STREET)},
    users.polar: {
        "scenario": instance(STREET),
        "users": optional(integers([3, 5], low=0, high=881, bad=[[[1]], []])),
    },
    users.street_scenes: {
        "scenario": instance(STREET),
        "n_scenes": count(3),
        "rng": rng(),
        "rows": sides((1, 10)),
        "columns": sides((1, 15)),
        "first": optional(
            integers([3, 5, 6, 9], low=0, high=881, bad=[[3, 5], [3, 3, 5, 6], [[3, 5, 6, 9]], []])
        ),
        "n_users": count(4),
    },
    users.spread_out: {"users": places(USERS, lead=False), "count": count(2, bad=[3])},
    users.draw_directions: {
        "rng": rng(),
        "count": count(3, bad=[10**4, 10**6]),
        "apart": number(0.15, low=0.0, high=0.3),
    },
    model.path_channels: {
        "scenario": instance(STREET),
        "users": integers([3, 5], low=0, high=881, bad=[[[1]], []]),
        "array": instance(ARRAY),
        "wave": choice("spherical"),
        "hears": choice("all around"),
    },
    model.signal_covariance: {
        "channels": complex_array(
            CHANNELS, trailing=3, skip={"a longer axis": "another array"}, bad=[CHANNELS[0]]
        ),
        "correlation": choice("uncorrelated"),
    },
    model.receive: {
        "channels": complex_array(
            CHANNELS, trailing=3, skip={"a longer axis": "another array"}, bad=[CHANNELS[0]]
        ),
        "n_snapshots": count(5),
        "noise": number(0.1, low=0),
        "rng": rng(),
        "correlation": choice("uncorrelated"),
    },
    model.draw_covariance: {
        "covariance": covariance(
            COVARIANCE,
            is_complex=True,
            lead=False,
            skip={"another size": "another array"},
            bad=[[COVARIANCE] * 2],
        ),
        "n_snapshots": count(50, low=16),
        "rng": rng(),
        "draws": Arg((2,), bad=[None, "x", 1.5, (2.0,), -1, (2, -1), True, 10**9, (10**9, 2), np.nan]),
    },
    model.to_cosines: {"users": angles(USERS, skip={"inf": "unresolved"}, bad=[-USERS, 1.0])},
    model.from_cosines: {"state": real([0.1, -0.2, 0.1], trailing=1, bad=[1.0, [0.1], [0.1] * 4])},
    music.sample_covariance: {
        "snapshots": complex_array(
            CHANNELS[0].T,
            trailing=2,
            skip={"a longer axis": "another snapshot"},
            bad=[1e200 * CHANNELS[0], []],
        )
    },
    music.smoothed_covariance: {
        "snapshots": complex_array(
            np.ones((16, 3)) + 1j,
            trailing=2,
            skip={"a longer axis": "another snapshot"},
            bad=[np.ones((15, 3))],
        ),
        "shape": sides((4, 4)),
        "subarray": sides((3, 3)),
    },
    music.smooth: {"covariance": waves(), "shape": sides((4, 4)), "subarray": sides((3, 3))},
    music.noise_subspace: {
        "covariance": covariance(
            COVARIANCE, is_complex=True, skip={"another size": "another array", "zeros": "of rank 0"}
        ),
        "n_sources": count(2, bad=[16, 17]),
    },
    music.pseudospectrum: {
        "covariance": waves(),
        "array": instance(ARRAY),
        "n_sources": count(2, bad=[16, 17]),
        "azimuth": azimuth(GRID, lead=False),
        "elevation": elevation(GRID, lead=False),
    },
    music.find_directions: {
        "covariance": waves(),
        "array": instance(ARRAY),
        "n_sources": count(1, bad=[16, 17]),
        "azimuth": optional(azimuth(GRID, lead=False)),
        "elevation": optional(elevation(GRID, lead=False)),
    },
    music.peaks: {
        "spectrum": real(np.random.default_rng(0).random((9, 9)), bad=[np.ones(4)]),
        "count": count(2),
    },
    music.range_spectrum: {
        "covariance": waves(lead=False, bad=[[COVARIANCE] * 2]),
        "array": instance(ARRAY),
        "n_sources": count(2, bad=[16, 17]),
        "directions": directions(USERS),
        "distances": positive([5.0, 6.0], lead=False, bad=[5.0, [[5.0]]]),
    },
    music.find_ranges: {
        "covariance": waves(lead=False, bad=[[COVARIANCE] * 2]),
        "array": instance(ARRAY),
        "n_sources": count(2, bad=[16, 17]),
        "directions": directions(USERS, skip={"nan": "not found"}),
        "distances": positive([5.0, 6.0], lead=False, bad=[5.0, [[5.0]]]),
    },
    music.search_3d: {
        "covariance": waves(lead=False, bad=[[COVARIANCE] * 2]),
        "array": instance(ARRAY),
        "n_sources": count(1, bad=[16, 17]),
        "azimuth": azimuth(GRID, lead=False),
        "elevation": elevation(GRID, lead=False),
        "distances": positive([5.0, 6.0], lead=False, bad=[5.0, [[5.0]]]),
    },
    music.paper_grid: {},
    refinement.refine: {
        "covariance": covariance(COVARIANCE, is_complex=True, bad=[np.eye(16)]),
        "array": instance(ARRAY),
        "users": angles(USERS, trailing=2, bad=[-USERS, USERS[0], np.ones((16, 3))]),
        "method": choice("subspace-fit"),
        "n_signals": optional(count(2, bad=[3])),
    },
    refinement.whose: {
        "answers": angles(
            USERS, lead=False, skip={"nan": "none", "inf": "unresolved"}, bad=[USERS[:1], USERS[0]]
        ),
        "users": angles(USERS, lead=False, bad=[USERS[:1], USERS[0]]),
        "within": positive(0.05, array=False, skip={"inf": "any distance"}),
    },
    refinement.find_users: {
        "covariance": waves(),
        "array": instance(ARRAY),
        "n_users": count(1, bad=[16, 17]),
        "azimuth": optional(azimuth(GRID, lead=False)),
        "elevation": optional(elevation(GRID, lead=False)),
        "candidates": optional(count(3)),
    },
    bounds.crlb: {
        "array": instance(ARRAY),
        "users": angles(USERS, trailing=2, bad=[-USERS, USERS[0], [USERS[0]] * 2, np.ones((16, 3))]),
        "snr_db": real([20.0, 10.0], trailing=1, bad=[1e4, -1e4, [1.0] * 3]),
        "n_snapshots": count(100),
        "correlation": optional(
            covariance(
                np.eye(2), is_complex=True, lead=False, bad=[2 * np.eye(2), np.eye(3), [[1, 5], [5, 1]]]
            )
        ),
    },
    bounds.standard_errors: {
        "bound": covariance(
            BOUND, bad=[np.eye(5)], skip={"not Hermitian": "its diagonal is taken", "zeros": "none"}
        ),
        "n_users": count(2, bad=[1, 6]),
    },
    bounds.miscalibration: {
        "array": instance(ARRAY),
        "users": angles(USERS, trailing=2, bad=[-USERS, USERS[0]]),
        "sigma_phase": positive(0.01, array=False, bad=[1e300]),
    },
    bounds.first_order_bias: {
        "array": instance(ARRAY),
        "users": angles(USERS, trailing=2, bad=[-USERS, USERS[0]]),
        "disturbance": complex_array(np.ones((2, 16)) + 1j, trailing=2, bad=[np.ones((3, 16))]),
    },
    placement.place_elements: {
        "n_active": count(3, bad=[17]),
        "method": choice("greedy"),
        "shape": sides((4, 4), low=2),
        "seed": seed(),
    },
    placement.criterion: {"mask": mask(MASK, skip=OTHER_SURFACE)},
    placement.peak_sidelobe: {"mask": mask(MASK, skip=OTHER_SURFACE)},
    placement.beam_pattern: {
        "mask": mask(MASK, skip=OTHER_SURFACE),
        "u": real([0.1, 0.5], trailing=0),
        "v": real([0.1, 0.5], trailing=0),
    },
    security.place_covariance: {
        "array": instance(ARRAY),
        "users": places(USERS, trailing=2),
        "snr_db": real([20.0, 10.0], trailing=1, bad=[1e4, [1.0] * 3]),
        "n_snapshots": count(100),
        "together": flag(False),
    },
    security.SecureUserTest: {
        "users": places(USERS, lead=False),
        "covariance": covariance(PLACES, lead=False, bad=[PLACES[0]], skip={"zeros": "the floor is added"}),
        "floor": real(security.FLOOR, low=0, lead=False, bad=[0.1, [0.1] * 4]),
        "false_alarm": positive(0.01, array=False, high=1.0, bad=[1.0]),
        "use_range": flag(True),
    },
    security.SecureUserTest.for_array: {
        "array": instance(ARRAY),
        "users": places(USERS, lead=False),
        "snr_db": real([20.0, 10.0], lead=False, bad=[1e4, [1.0] * 3]),
        "n_snapshots": count(100),
        "floor": real(security.FLOOR, low=0, lead=False, bad=[0.1, [0.1] * 4]),
        "use_range": flag(True),
        "false_alarm": positive(0.01, array=False, high=1.0, bad=[1.0]),
        "together": flag(False),
    },
    security.SecureUserTest.statistic: {
        "self": TEST,
        "estimate": angles(USERS[0], trailing=1, skip={"inf": "unresolved"}, bad=[-USERS, 1.0]),
    },
    security.SecureUserTest.decide: {
        "self": TEST,
        "estimate": angles(USERS[0], trailing=1, skip={"inf": "unresolved"}, bad=[-USERS, 1.0]),
    },
    security.SecureUserTest.roc: {
        "self": TEST,
        "impostor": angles(USERS[0], trailing=1, bad=[-USERS, 1.0]),
        "false_alarm": optional(positive([0.01, 0.1], high=1.0, lead=False, bad=[1.0, [[0.1]]])),
        "covariance": optional(covariance(PLACES[0], skip={"zeros": "the floor is added"})),
        "rng": rng(),
        "draws": count(100),
    },
    examples.street_channels: {
        "scenario": instance(STREET),
        "scenes": integers([[3, 5]], low=0, high=881, bad=[[1], []]),
        "array": instance(ARRAY),
        "hears": choice("all around"),
    },
    examples.street_window: {
        "scenario": instance(STREET),
        "margin": number(5.0, low=0),
        "points": count(5),
    },
    examples.make_examples: {
        "channels": costly(
            complex_array(CHANNELS[None], trailing=4, lead=False, bad=[CHANNELS, CHANNELS[None, :1]])
        ),
        "truth": costly(angles(USERS[None], lead=False, bad=[-USERS[None], USERS, USERS[None, :, :2]])),
        "array": instance(ARRAY, bad=[PlanarArray(2, 2, 0.04, 0.08)]),
        "distances": costly(positive([5.0, 6.0], lead=False, bad=[5.0, [[5.0]]])),
        "subarray": sides((3, 3)),
        "draws": costly(count(1)),
        "correlation": choice("fading"),
        "noise": costly(positive(0.1, array=False)),
        "n_snapshots": costly(count(50, low=16)),
        "seed": seed(),
        "folder": Arg(None, bad=[3, 1.5, [], b"data", True, np.ones(2)]),
        "jobs": costly(count(1)),
        "progress": optional(function(list)),
    },
    examples.Examples: {
        "spectra": real(
            EXAMPLES.spectra[:, ::60, ::60], lead=False, bad=[EXAMPLES.spectra[0], EXAMPLES.spectra[:1]]
        ),
        "coarse": real(PEAKS.coarse, lead=False, bad=[PEAKS.coarse[0]], skip={"nan": "no peak"}),
        "scans": real(EXAMPLES.scans, lead=False, bad=[EXAMPLES.scans[0], EXAMPLES.scans[..., :1]]),
        "truth": places(EXAMPLES.truth, lead=False),
        "covariance": complex_array(
            EXAMPLES.covariance, trailing=3, lead=False, skip={"a longer axis": "any size"}
        ),
        "scene": integers(EXAMPLES.scene, bad=[0, [0]]),
        "distances": positive(EXAMPLES.distances, lead=False, bad=[5.0, [5.0]]),
    },
    examples.targets_of: {"examples": instance(EXAMPLES), "target": choice("angles")},
    examples.grouped_folds: {
        "groups": integers([0, 0, 1, 2], bad=[[[0, 1]], 0, []]),
        "n_folds": count(3, low=2, bad=[4]),
        "seed": seed(),
    },
    cropnet.crops: {
        "examples": instance(PEAKS),
        "within": positive(0.05, array=False, skip={"inf": "any distance"}),
    },
    cropnet.scan_crops: {
        "examples": instance(PEAKS),
        "owner": integers(
            [[0, 0, 0], [1, 1, 1]], low=0, high=1, bad=[[0, 0, 0], [[0, 0]], [[2, 0, 0]], [[0, 0, 2]]]
        ),
    },
    cropnet.build_cropnet: {
        "shape": Arg(
            (11, 11, 3),
            bad=[None, "x", 3, (3,), (4, 3), (11.0, 11, 3), (-1, 5, 3), (10**6, 10**6, 3), (5, 10**9)],
        ),
        "n_outputs": costly(count(2)),
        "seed": seed(),
    },
    elementnet.build_elementnet: {"n_users": costly(count(2)), "shape": sides((5, 6), low=5), "seed": seed()},
    elementnet.element_inputs: {"users": places(USERS[None], lead=False), "shape": sides((5, 6))},
    elementnet.sparsity_loss: {"per_element": flag(True), "weight": number(0.1, low=0)},
    elementnet.label_masks: {
        "channels": complex_array(CHANNELS[None], trailing=4, lead=False, bad=[CHANNELS, CHANNELS[None, :1]]),
        "truth": angles(USERS[None], lead=False, bad=[-USERS[None], USERS]),
        "spacing": positive(0.5, array=False),
        "wavelength": positive(1.0, array=False),
        "counts": integers([3, 5], low=3, high=16, bad=[[5, 3], [3, 3], [], 3]),
        "tries": costly(count(1)),
        "noise": positive(0.1, array=False),
        "limit": positive(0.1, array=False),
        "rng": rng(),
        "n_snapshots": costly(count(50, low=5)),
        "shape": sides((4, 4)),
    },
    elementnet.strongest: {
        "answers": real(np.arange(6) / 7.0, bad=[1.0, np.ones(5)]),
        "n_active": count(2, bad=[7]),
        "shape": sides((2, 3)),
    },
    refinenet.count_refinenet: {
        "n_outputs": count(8),
        "head": choice("pool"),
        "n_points": count(301, low=9),
    },
    refinenet.build_refinenet: {
        "n_outputs": costly(count(2)),
        "head": choice("pool"),
        "n_points": costly(count(9, low=9)),
        "seed": seed(),
    },
    refinenet.train: {
        "model": instance(Once(network), bad=[network]),
        "inputs": costly(real(INPUTS, lead=False, bad=[INPUTS[:, 0], INPUTS[:0]])),
        "targets": costly(real(TARGETS, lead=False, bad=[TARGETS[0], TARGETS[:3], TARGETS[:, :1]])),
        **{name: costly(arg) for name, arg in TRAINING.items()},
        "batch": costly(count(2)),
        "rate": costly(positive(1e-3, array=False)),
        "seed": seed(),
        "standardise": costly(flag(True)),
        "after_epoch": optional(function(print)),
        "loss": costly(Arg("mse", bad=[5, None, "no such loss"])),
        "xla": costly(flag(False)),
    },
    refinenet.Refiner.predict: {
        "self": TRAINED,
        "inputs": real(INPUTS, lead=False, bad=[INPUTS[:, 0], INPUTS[:0]]),
    },
    refinenet.Refiner.mean_squared_error: {
        "self": TRAINED,
        "inputs": real(INPUTS, lead=False, bad=[INPUTS[:, 0], INPUTS[:0]]),
        "targets": real(TARGETS, lead=False, bad=[TARGETS[0], TARGETS[:3], TARGETS[:, :1]]),
    },
    refinenet.train_refinenet: {
        "examples": instance(EXAMPLES),
        "target": choice("ranges"),
        "training": costly(integers([0], low=0, high=1, bad=[[1], [[0]], []])),
        "validation": costly(integers([1], low=0, high=1, bad=[[0], [[1]], []])),
        "head": choice("pool"),
        "epochs": costly(count(1, bad=[10**9])),
        "seed": seed(),
        "standardise": costly(flag(True)),
        "after_epoch": optional(function(print)),
    },
}
RESULTS = {refinenet.Refiner: "made by train"}
