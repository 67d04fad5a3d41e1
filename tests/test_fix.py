"""The result of every estimator: its verdict against the chi-square test, and what it says of rows."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from irsnb.fix import LEVEL, MOST_REMARKS, Fix, misfit_limit, sift_rows


def fix_of(misfit, dof, settled=True, remarks=()):
    shape = np.shape(misfit)
    return Fix.from_fit(
        np.zeros((*shape, 2)), np.broadcast_to(np.eye(2), (*shape, 2, 2)), misfit, dof, settled, remarks
    )


@pytest.mark.parametrize("dof", [1, 2, 7, 100])
def test_limit_is_the_quantile_of_chi_square(dof):
    assert misfit_limit(dof) == pytest.approx(chi2.isf(LEVEL, dof), rel=1e-9)


def test_a_fit_without_freedom_is_judged_as_if_it_had_one_degree():
    assert np.allclose(misfit_limit([0, 0, 1]), chi2.isf(LEVEL, 1))


@pytest.mark.parametrize("dof", [1, 4, 30])
def test_share_rejected_under_the_right_model(dof):
    rng = np.random.default_rng(dof)
    misfit = np.sum(rng.standard_normal((200_000, dof)) ** 2, axis=-1)
    rejected = int(np.sum(~fix_of(misfit, dof).converged))
    assert binomtest(rejected, len(misfit), LEVEL).pvalue > 1e-4


def test_converged_asks_steps_and_misfit():
    fix = fix_of([3.0, 3.0, 30.0, np.nan], [4, 4, 4, 0], [True, False, True, True])
    assert fix.converged.tolist() == [True, False, False, False]
    assert len(fix.remarks) == 2
    assert fix.remarks[0].startswith("row 2: misfit: got 30; with 4 degrees of freedom")
    assert fix.remarks[1].startswith("row 1: position: the steps ran out")


def test_freedom_differs_from_row_to_row():
    # 12 is too much for one degree of freedom and little for ten.
    assert fix_of([12.0, 12.0], np.array([1, 10])).converged.tolist() == [False, True]


def test_one_position_has_no_row_in_its_remarks():
    fix = fix_of(50.0, 1)
    assert fix.converged.shape == () and not fix.converged
    assert fix.remarks[0].startswith("misfit: got 50; with 1 degree of freedom")


def test_remarks_of_the_caller_come_first_and_rows_of_a_grid_are_pairs():
    fix = fix_of(np.array([[1.0, 99.0]]), 2, remarks=["row (0, 0): azimuth: odd"])
    assert fix.remarks[0] == "row (0, 0): azimuth: odd"
    assert fix.remarks[1].startswith("row (0, 1): misfit: got 99")


def test_a_huge_batch_is_summed_up():
    fix = fix_of(np.full(1000, 1e3), 1)
    assert len(fix.remarks) == MOST_REMARKS + 1
    assert fix.remarks[-1].startswith(f"{1000 - MOST_REMARKS} more rows like it, the last one row 999")


def test_table():
    lines = repr(fix_of(np.full(12, 1.0), 3)).splitlines()
    assert lines[0] == "Fix of 12 positions, 12 converged"
    assert lines[1].split() == ["row", "position", "sigma", "misfit/dof", "converged"]
    assert lines[-1].strip() == "... 4 more" and len(lines) == 2 + 8 + 1
    alone = repr(fix_of(np.nan, 0)).splitlines()
    assert alone[0] == "Fix of 1 position, 0 converged" and len(alone) == 3


def test_sifting_names_row_argument_and_value_once():
    sums = np.array([[1.0, 2.0], [np.inf, -1.0], [-3.0, 1.0]])
    sigma = np.array([1.0, 0.0, 0.0])
    checks = [
        ("path_sums", sums, np.isfinite(sums), "it must be finite"),
        ("path_sums", sums, sums > 0, "it must be above 0"),
        ("sigma", sigma, sigma > 0, "it must be above 0"),
    ]
    good, remarks = sift_rows((3,), checks)
    assert good.tolist() == [True, False, False]
    assert remarks == [
        "row 1: path_sums: got inf; it must be finite",
        "row 2: path_sums: got -3.0; it must be above 0",
    ]


def test_sifting_raises_where_no_row_is_good():
    with pytest.raises(ValueError, match="^sigma: got -1.0; it must be above 0$"):
        sift_rows((), [("sigma", np.array(-1.0), np.array(False), "it must be above 0")])
    with pytest.raises(ValueError, match="row 0: sigma: got -1.0"):
        sift_rows((2,), [("sigma", np.array(-1.0), np.array(False), "it must be above 0")])
    with pytest.raises(ValueError, match="nothing to locate"):
        sift_rows((0,), [])
