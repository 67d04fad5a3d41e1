"""The checks themselves: what passes unchanged, what is converted, and what each message says."""

import re

import numpy as np
import pytest

from irsnb import checks


def refused(call, *words):
    with pytest.raises(ValueError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1j, "not complex numbers"),
        ("1.5", "not text"),
        (["1", "2"], "not text"),
        (b"1", "not text"),
        (True, "not booleans"),
        (np.array([True, False]), "not booleans"),
        (np.datetime64("2024-01-01"), "not dates"),
        (np.array([1, 2], dtype="m8[s]"), "not durations"),
        (None, "got None"),
        ([1.0, None], "got [1.0, None]"),
        ([1.0, [2.0]], "regular array"),
        (np.ma.masked_array([1.0, 2.0], mask=[0, 1]), "value.filled(numpy.nan)"),
        ([np.ma.masked_array([1.0, 2.0], mask=[0, 1])], "value.filled(numpy.nan)"),
        ([1.0, np.ma.masked], "value.filled(numpy.nan)"),
        (np.zeros(2, dtype=[("x", float)]), "not records"),
        (10**400, "finite"),
        (-(10**400), "got -inf"),
        (np.longdouble("1e400"), "finite"),
        ([1.0, np.nan], "got nan; it must be finite (at index 1)"),
        (np.full((2, 3), -np.inf), "got -inf; it must be finite (at index (0, 0))"),
    ],
)
def test_what_is_no_real_number(value, words):
    refused(lambda: checks.real_array("height", value), "height: got", words)


def test_numbers_of_all_kinds_become_floats_and_arrays_of_floats_are_not_copied():
    for value in ([1, 2], (1.0, 2.0), np.array([1, 2], dtype=np.uint8), np.float32([1, 2])):
        array = checks.real_array("height", value)
        assert array.dtype == float and array.tolist() == [1, 2]
    given = np.arange(3.0)
    assert checks.real_array("height", given) is given
    assert checks.real_array("height", 10**30) == 1e30


def test_missing_is_nan_and_nothing_else():
    array = checks.real_array("height", [1.0, np.nan], missing=True)
    assert array[0] == 1 and np.isnan(array[1])
    refused(
        lambda: checks.real_array("height", [np.nan, np.inf], missing=True), "height: got inf", "at index 1"
    )


def test_complex_arrays():
    assert checks.complex_array("x", [1, 2]).dtype == complex
    assert checks.complex_array("x", np.ones((5, 2, 3)), (None, 3)).shape == (5, 2, 3)
    refused(lambda: checks.complex_array("x", np.ones((2, 3)), (3, 3)), "x: got shape (2, 3)", "(3, 3)")
    refused(lambda: checks.complex_array("x", np.ones((2, 3)), (None, 4)), "(any, 4)")
    refused(lambda: checks.complex_array("x", 1.0, (None,)), "got shape ()")
    refused(lambda: checks.complex_array("x", [1, complex(0, np.inf)]), "finite (at index 1)")
    refused(lambda: checks.complex_array("x", "1j"), "x: got '1j'", "not text")


def test_integers_are_not_floats():
    assert checks.integer_array("users", np.int16([1, 2])).tolist() == [1, 2]
    assert checks.integer_array("users", []).dtype == int
    refused(lambda: checks.integer_array("users", [1.0, 2.0]), "users", "not floats")
    refused(lambda: checks.integer_array("users", [True]), "users", "not booleans")
    refused(lambda: checks.integer_array("users", [0, 3], low=1), "got 0; it must be at least 1 (at index 0)")
    refused(lambda: checks.integer_array("users", [0, 3], high=2), "got 3; it must be at most 2 (at index 1)")


def test_one_number():
    assert checks.real_number("x", np.float32(0.5)) == 0.5 and type(checks.real_number("x", 2)) is float
    refused(lambda: checks.real_number("x", [1.0]), "x: got shape (1,)")
    refused(lambda: checks.real_number("x", float("nan")), "x: got nan")


def test_angles():
    assert checks.elevation("tilt", np.deg2rad([-90, 90])).shape == (2,)
    assert checks.azimuth("turn", 4 * np.pi) == 4 * np.pi
    assert checks.azimuth("turn", []).shape == (0,)
    refused(lambda: checks.elevation("tilt", [0.0, -1.58]), "tilt: got -1.58", "90 deg", "index 1")
    refused(lambda: checks.azimuth("turn", 45.0), "turn: got 45.0", "4 pi")


def test_covariances():
    good = np.array([[2.0, 0.5], [0.5, 1.0]])
    assert checks.covariance("noise", good).dtype == float
    assert checks.covariance("noise", [[1, 1j * 0.5], [-0.5j, 1]], is_complex=True).dtype == complex
    tiny = good * 1e-200
    assert np.array_equal(checks.covariance("noise", tiny), tiny)
    rounded = (good + [[0, 1e-7], [0, 0]]).astype(np.float32)
    assert checks.covariance("noise", rounded).shape == (2, 2)
    refused(lambda: checks.covariance("noise", good + [[0, 1e-3], [0, 0]]), "noise", "symmetric")
    refused(lambda: checks.covariance("noise", [[1, 1j], [1j, 2]], is_complex=True), "Hermitian")
    refused(lambda: checks.covariance("noise", [[1, 1j], [1j, 2]]), "noise", "not complex")
    refused(lambda: checks.covariance("noise", -good), "positive definite")
    refused(lambda: checks.covariance("noise", np.stack([good, 0 * good])), "definite", "at index 1")
    refused(lambda: checks.covariance("noise", [[1, 1], [1, 1]]), "definite")
    refused(lambda: checks.covariance("noise", good, 3), "noise: got shape (2, 2); it must be (..., 3, 3)")
    refused(lambda: checks.covariance("noise", np.ones(3)), "(..., N, N)")
    refused(lambda: checks.covariance("noise", np.ones((0, 0))), "(..., N, N)")


@pytest.mark.parametrize("value", [0, 1.0, "1", True, np.True_, None, [1], np.array([1]), np.nan, 7])
def test_what_is_no_count(value):
    refused(lambda: checks.count("rows", value, high=6), "rows: got", "an integer from 1 to 6")


def test_counts():
    assert type(checks.count("rows", np.int8(3))) is int and checks.count("rows", 0, low=0) == 0
    assert checks.count("rows", np.array(4)) == 4
    assert checks.shape("size", (2, np.int64(3))) == (2, 3) and checks.shape("size", 4) == (4,)
    refused(lambda: checks.shape("size", (2, 1.5)), "size[1]: got 1.5")
    refused(lambda: checks.shape("size", "23"), "size: got '23'")


@pytest.mark.parametrize("value", ["Mean", None, 0, True, [], np.array(["mean", "x"]), 2.0])
def test_what_is_no_choice(value):
    refused(lambda: checks.choice("method", value, ("mean", 2)), "method: got", "one of 'mean', 2")


def test_choices_flags_and_functions():
    assert checks.choice("method", np.str_("mean"), ("mean", 2)) == "mean"
    assert checks.choice("method", None, ("mean", None)) is None
    assert checks.flag("xla", np.False_) is False
    assert checks.function("model", len) is len
    for value in (1, 0, "no", None):
        refused(lambda value=value: checks.flag("xla", value), "xla: got", "True or False")
    refused(lambda: checks.function("model", 3), "model: got 3", "a function")


def test_objects():
    rng = np.random.default_rng(0)
    assert checks.generator("rng", rng) is rng
    refused(lambda: checks.generator("rng", 42), "rng: got 42", "numpy.random.default_rng(42)")
    refused(lambda: checks.generator("rng", None), "rng: got None", "default_rng(seed)")
    assert checks.instance("path", "x", str) == "x"
    refused(lambda: checks.instance("array", None, np.ndarray), "array: got None; it must be a ndarray")


def test_long_values_are_shortened():
    message = refused(lambda: checks.choice("method", "x" * 500, ("mean",)))
    assert len(message) < 150
    refused(
        lambda: checks.real_array("x", np.ones(10**6, dtype=bool)), "an array of bool of shape (1000000,)"
    )


def test_memory(monkeypatch):
    checks.check_memory("rows", 5, checks.MEMORY_LIMIT)
    refused(
        lambda: checks.check_memory("rows", 10**9, 8e9), "rows: got 1000000000", "8 GB", "the limit is 4 GB"
    )
    monkeypatch.setattr(checks, "MEMORY_LIMIT", 1e10)
    checks.check_memory("rows", 10**9, 8e9)


def test_shapes():
    assert checks.common_shape(a=(5, 1), b=(3,)) == (5, 3)
    assert re.search(r"a \(5,\), b \(3,\)", refused(lambda: checks.common_shape(a=(5,), b=(3,))))
    assert checks.points("user", np.ones((4, 3))).shape == (4, 3)
    refused(lambda: checks.points("user", 3.0), "user: got shape ()")
    refused(lambda: checks.mask("mask", [1, 0]), "mask", "booleans", "not integers")
    refused(lambda: checks.mask("mask", [True], (2,)), "mask: got shape (1,)")
    assert checks.positive("step", 2).dtype == float
    refused(lambda: checks.positive("step", [1, 0], "m"), "step: got 0.0; it must be above 0 m (at index 1)")


def test_what_is_not_installed_is_named_with_its_extra():
    error = checks.missing("pymoo", "searches")
    assert isinstance(error, ImportError) and str(error).endswith("pip install 'irsnb[searches]'")
