"""Good calls of fits and bounds."""

import numpy as np
from walk import count, covariance, free, function, integers, optional, positive, real

from irsnb import bounds, fitting, fix, whitening

TIMES = np.arange(5.0)
TRUTH = np.array([3.0, 0.5])
NOISE = np.diag([0.01, 0.02, 0.01, 0.03, 0.01])
INFORMATION = [[4.0, 1.0, 0.0], [1.0, 9.0, 2.0], [0.0, 2.0, 5.0]]


def decay(p):
    return p[..., :1] * np.exp(-p[..., 1:] * TIMES)


def slopes(p):
    wave = np.exp(-p[..., 1:] * TIMES)
    return np.stack([wave, -p[..., :1] * TIMES * wave], axis=-1)


def miss(state, square):
    return state**2 - square, 2 * state[..., None]


DATA = decay(TRUTH)
MEANS_MISSING = {"nan": "means missing"}
EITHER = {
    label: "real and complex data are allowed" for label in ("complex", "complex without imaginary part")
}

GOOD = {
    bounds.fisher_information: {
        "jacobian": real(slopes(TRUTH), skip=EITHER, bad=[np.ones(5), np.ones((5, 0))]),
        "covariance": covariance(NOISE, bad=[-1.0, 0.0, np.zeros(5), np.ones(4)]),
    },
    bounds.eliminate_nuisance: {
        "information": covariance(INFORMATION, lead=False, skip={"another size": "is another matrix"}),
        "interest": integers([0, 2], low=0, high=2, bad=[[0, 0], [], 1, [[0]]]),
    },
    bounds.cramer_rao_bound: {
        "information": covariance(INFORMATION, lead=False, skip={"another size": "is another matrix"})
    },
    bounds.transform_bound: {
        "bound": covariance(INFORMATION, definite=False),
        "jacobian": real(np.ones((2, 3)), bad=[np.ones(3), np.ones((2, 2)), 1.0]),
    },
    bounds.position_error_bound: {
        "covariance": covariance(
            INFORMATION,
            skip={"zeros": "a bound of a known position", "another size": "is another matrix"},
        )
    },
    fitting.fit: {
        "model": function(decay, bad=[lambda p: np.ones(4), lambda p: "x", lambda p: decay(p) + 1j]),
        "data": real(DATA, skip=MEANS_MISSING | EITHER, bad=[1.0, DATA * np.nan]),
        "covariance": covariance(NOISE, bad=[-1.0, 0.0, np.zeros(5), np.ones(4)]),
        "start": real([2.0, 0.4], bad=[1.0, []]),
        "jacobian": optional(function(slopes, bad=[decay, lambda p: slopes(p) + 1j, lambda p: None])),
        "max_steps": count(60),
        "settled": positive(1e-9, array=False),
    },
    fitting.levenberg_marquardt: {
        "function": function(miss, bad=[lambda s, q: s, lambda s, q: (s + 1j, 2 * s[..., None])]),
        "state": real([[1.0], [2.0]], lead=False, bad=[[1.0, 2.0], 1.0, np.zeros((2, 0))]),
        "data": free([[[2.0], [9.0]]], bad=[None, 5, "x", [[[2.0]]], [[[2.0], [9.0, 1.0]]]]),
        "max_steps": count(60),
        "settled": positive(1e-9, array=False),
    },
    fix.misfit_limit: {"dof": integers([0, 4], low=0)},
}
RESULTS = {
    fix.Fix: "made by estimators",
    fix.Fix.from_fit: "called by estimators, which have checked",
    fix.remark_lines: "called by estimators, which have checked",
    fix.sift_rows: "a check",
    fitting.Descent: "made by descend",
    fitting.descend: "levenberg_marquardt for callers that have checked",
    fitting.fix_of_descent: "called by estimators, which have checked",
    whitening.read_covariance: "a check",
    whitening.whitener: "called by fits and bounds, which have checked",
}
