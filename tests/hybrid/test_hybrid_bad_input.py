"""What the messages of Part III say about arguments that do not fit together; the walk has the rest."""

import math

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray

ARRAY = PlanarArray(4, 4, 0.043, 0.0857)
USERS = ((0.1, -0.2, 7.0), (0.6, -0.4, 9.0))
GRID = np.linspace(-1, 1, 5)
EYE = np.eye(16)
STEERED = ARRAY.steering_vector(*np.transpose(USERS))
HEARD = EYE + STEERED.T @ STEERED.conj()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hybrid.pseudospectrum(EYE, ARRAY, 16, GRID, GRID), "outnumber"),
        (lambda: hybrid.noise_subspace(EYE, 17), "outnumber"),
        (lambda: hybrid.smoothed_covariance(np.ones((16, 3)), (4, 4), (5, 4)), "must fit into"),
        (lambda: hybrid.smoothed_covariance(np.ones((15, 3)), (4, 4), (2, 2)), "needs"),
        (
            lambda: hybrid.pseudospectrum(EYE + np.triu(np.ones((16, 16)), 1), ARRAY, 2, GRID, GRID),
            "Hermitian",
        ),
        (lambda: hybrid.pseudospectrum(np.ones((16, 15)), ARRAY, 2, GRID, GRID), "square"),
        (lambda: hybrid.pseudospectrum(np.eye(9), ARRAY, 2, GRID, GRID), "16 elements"),
        (lambda: hybrid.pseudospectrum(EYE, ARRAY, 2, GRID[None], GRID), "one axis"),
        (lambda: hybrid.find_directions(EYE, ARRAY, 2, GRID[:2], GRID), "at least 3"),
        (lambda: PlanarArray(4, 4, 0.04, 0.08, np.ones((4, 5), dtype=bool)), "mask"),
        (lambda: PlanarArray(4, 4, 0.04, 0.08, np.ones((4, 4))), "mask"),
        (lambda: hybrid.crlb(ARRAY, np.ones((16, 3)), 10, 100), "outnumber"),
        (lambda: hybrid.crlb(ARRAY, [USERS[0], USERS[0]], 10, 100), "users.*look alike"),
        (lambda: hybrid.crlb(ARRAY, USERS, [1.0, 2.0, 3.0], 100), "broadcast"),
        (lambda: hybrid.crlb(ARRAY, [(0.1, 0.1, -1.0)], 10, 100), "above 0 m"),
        (lambda: hybrid.crlb(ARRAY, [USERS[0], (30.0, -0.2, 7.0)], 10, 100), "4 pi"),
        (lambda: hybrid.crlb(ARRAY, [USERS[0], (0.1, -2.0, 7.0)], 10, 100), "pi/2"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 0), "n_snapshots"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, np.eye(3)), "correlation"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, [[1, 0.5], [0, 1]]), "correlation.*Hermitian"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, [[1, 5], [5, 1]]), "correlation.*negative"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, 2 * np.eye(2)), "correlation.*diagonal"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, np.diag([1, 2])), "correlation.*diagonal"),
        (lambda: hybrid.crlb(ARRAY, USERS, 10, 100, np.eye(2)[None]), r"correlation: got shape \(1, 2, 2\)"),
        (lambda: hybrid.sample_covariance([[1, 1e150]]), "snapshots: got 1e.150.*squares must be finite"),
        (lambda: hybrid.build_cropnet((11, 4, 3)), "shape: got .*at least 5"),
        (
            lambda: hybrid.first_order_bias(PlanarArray(1, 2, 0.04, 0.08), USERS[:1], np.ones((1, 2))),
            "do not fix|above 0",
        ),
        (lambda: PlanarArray(2, 2, 0.04, 0.08, [[True, True], [True]]), "mask"),
        (lambda: hybrid.peaks(np.ones(4), 1), "spectrum.*E, A"),
        (lambda: hybrid.peaks(np.full((4, 4), math.nan), 1), "spectrum.*finite"),
        (lambda: hybrid.standard_errors(np.eye(4), 3), "bound, n_users.*9, 9"),
        (lambda: hybrid.peaks(np.ones((4, 4)), 0), "at least 1"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS), "no signal"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS, "magic"), "subspace-fit"),
        (lambda: hybrid.refine(EYE, ARRAY, np.ones((16, 2))), "outnumber"),
        (lambda: hybrid.refine(EYE, ARRAY, USERS, n_signals=3), "n_signals: got 3.*from 1 to 2"),
        (lambda: hybrid.refine(np.stack([EYE, EYE]), ARRAY, np.ones((3, 2, 2))), "leading axes"),
        (
            lambda: hybrid.refine(
                np.eye(3),
                PlanarArray(2, 2, 0.04, 0.08, np.array([[True, True], [True, False]])),
                [(0.1, 0.1)],
                "esprit",
            ),
            "masked",
        ),
        (
            lambda: hybrid.refine(np.eye(5), PlanarArray(1, 5, 0.04, 0.08), [(0.1, 0.1)], "esprit"),
            "two rows",
        ),
        (lambda: hybrid.receive(np.ones((2, 1, 4)), 5, -1.0, np.random.default_rng(0)), "at least 0"),
        (lambda: hybrid.signal_covariance(np.ones((2, 1, 4)), "some"), "same pilot"),
        (lambda: hybrid.draw_covariance(EYE, 4, np.random.default_rng(0)), "at least 16"),
        (lambda: hybrid.draw_covariance(-EYE, 50, np.random.default_rng(0)), "negative eigenvalue"),
        (lambda: hybrid.find_users(HEARD, ARRAY, 2, candidates=1), "candidates: got 1; .*at least 2"),
        (lambda: hybrid.find_users(np.stack([HEARD] * 2), ARRAY, 16), "n_users: got 16 with 16 elements"),
        (lambda: hybrid.spread_out(USERS, 3), "count: got 3; .*from 1 to 2"),
        (lambda: hybrid.spread_out([u[:2] for u in USERS], 1), "with distances"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), [0], ARRAY, "round"), "spherical"),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), [0], ARRAY, hears="left"), "front"),
        (
            lambda: hybrid.path_channels(hybrid.load_scenario(), [10_000], ARRAY),
            "users: got 10000; .*from 0 to 881",
        ),
        (lambda: hybrid.path_channels(hybrid.load_scenario(), 0.5, ARRAY), "users: got 0.5; .*integers"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(ValueError, match=words):
        call()
