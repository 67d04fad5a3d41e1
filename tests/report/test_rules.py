"""The four rules: each on numbers that turn it, and on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irsnb.report import ledger
from irsnb.report.ledger import Judgement, Statement, digits, holds, inconsistent, untestable

# Best verdict first.
ORDER = ("reproduced", "same trend", "not reproduced")
numbers = st.floats(-1e12, 1e12, allow_nan=False)


def rank(judgement):
    return ORDER.index(judgement.verdict)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        # The paper prints 2.0: one unit of the last digit is 0.1, a factor of 1.5 ends at 1.333 and 3.0.
        (2.0, "reproduced"),
        (2.1, "reproduced"),
        (1.9, "reproduced"),
        (2.1001, "same trend"),
        (1.8999, "same trend"),
        (3.0, "same trend"),
        (3.001, "not reproduced"),
        (1.334, "same trend"),
        (1.333, "not reproduced"),
        (-2.0, "not reproduced"),
        (0.0, "not reproduced"),
    ],
)
def test_digits_turns_at_one_unit_and_at_a_factor(ours, verdict):
    assert digits(2.0, ours, decimals=1).verdict == verdict


def test_digits_knows_the_units_of_binary_fractions_and_of_round_numbers():
    # 77.92 - 77.91 is more than 0.01 in binary.
    assert digits(77.91, 77.92, decimals=2).verdict == "reproduced"
    assert digits(1200, 1290, decimals=-2).verdict == "reproduced"
    assert digits(1200, 1310, decimals=-2).verdict == "same trend"
    assert digits([10, 0.01], [10.9, 0.02], decimals=[0, 2]).verdict == "reproduced"
    assert digits([10, 0.01], [10.9, 0.02], decimals=[0, 3]).verdict == "not reproduced"


def test_digits_takes_a_printed_number_within_our_interval():
    def judged(lower, upper):
        return digits([2.0, 5.0], [2.8, 5.0], decimals=1, lower=lower, upper=upper)

    assert judged([2.0, 4.0], [3.0, 6.0]).verdict == "reproduced"
    assert "1 of 2 within one unit" in judged([2.0, 4.0], [3.0, 6.0]).basis
    assert "1 more within our interval" in judged([2.0, 4.0], [3.0, 6.0]).basis
    assert judged([2.01, 4.0], [3.0, 6.0]).verdict == "same trend"
    assert digits(2.0, 9.0, decimals=1, lower=1.0, upper=9.5).verdict == "reproduced"


def test_digits_goes_by_the_worst_number():
    assert digits([1.0, 2.0], [1.0, 2.5], decimals=1).verdict == "same trend"
    found = digits([1.0, 2.0, 3.0], [1.0, 2.5, 9.0], decimals=1)
    assert found.verdict == "not reproduced" and "farthest: 9 for 3" in found.basis
    assert "1 of 3" in found.basis


@given(printed=numbers, ours=numbers, nearer=st.floats(0, 1), decimals=st.integers(-8, 8))
@settings(max_examples=150, deadline=None)
def test_digits_never_gets_worse_as_ours_comes_nearer(printed, ours, nearer, decimals):
    far = digits(printed, ours, decimals=decimals)
    close = digits(printed, printed + nearer * (ours - printed), decimals=decimals)
    assert rank(close) <= rank(far)
    width = abs(ours - printed) * nearer
    assert rank(digits(printed, ours, decimals=decimals, lower=ours - width, upper=ours + width)) <= rank(far)
    assert rank(digits(printed, ours, decimals=decimals - 1)) <= rank(far), "fewer digits ask for less"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"printed": [1.0, 2.0], "ours": [1.0]}, "ours: got shape"),
        ({"printed": [[1.0]], "ours": [[1.0]]}, "ours: got shape"),
        ({"printed": [], "ours": []}, "ours: got shape"),
        ({"printed": np.nan}, "printed: got nan"),
        ({"ours": np.inf}, "ours: got inf"),
        ({"ours": "1"}, "ours"),
        ({"decimals": 1.0}, "decimals"),
        ({"decimals": [1, 2]}, "decimals: got shape"),
        ({"lower": 0.5}, "upper: got None"),
        ({"upper": 0.5}, "lower: got None"),
        ({"lower": 2.0, "upper": 1.0}, "lower: got 2.0"),
        ({"lower": [0, 0], "upper": [1, 1]}, "lower: got shape"),
    ],
)
def test_digits_refuses(arguments, words):
    with pytest.raises(ValueError, match=words):
        digits(**{"printed": 1.0, "ours": 1.0, "decimals": 1} | arguments)


@pytest.mark.parametrize(
    ("n_true", "n_cases", "exact", "drawn"),
    [
        (10, 10, "reproduced", "same trend"),
        # 0.025 ** (1 / n) is the lower end if all hold: above 95 % from n = 72 on.
        (71, 71, "reproduced", "same trend"),
        (72, 72, "reproduced", "reproduced"),
        (999, 1000, "same trend", "reproduced"),
        (9, 10, "same trend", "same trend"),
        (89, 100, "not reproduced", "not reproduced"),
        (0, 3, "not reproduced", "not reproduced"),
    ],
)
def test_holds_turns_at_all_at_95_and_at_90_percent(n_true, n_cases, exact, drawn):
    cases = np.arange(n_cases) < n_true
    assert holds(cases, drawn=False).verdict == exact
    assert holds(cases, drawn=True).verdict == drawn
    assert f"{n_true} of {n_cases}" in holds(cases, drawn=True).basis


def test_holds_names_the_parts_that_hold():
    yes, most, no = [True] * 10, [True] * 9 + [False], [False] * 10
    found = holds({"azimuth": yes, "range": no}, drawn=False)
    assert found.verdict == "same trend"
    assert "azimuth: reproduced" in found.basis and "range: not reproduced" in found.basis
    assert holds({"azimuth": yes, "range": yes}, drawn=False).verdict == "reproduced"
    assert holds({"azimuth": yes, "range": most}, drawn=False).verdict == "same trend"
    assert holds({"azimuth": most, "range": most}, drawn=False).verdict == "same trend"
    assert holds({"azimuth": most, "range": no}, drawn=False).verdict == "not reproduced"
    assert holds({"azimuth": no}, drawn=False).verdict == "not reproduced"


@given(
    parts=st.lists(st.lists(st.booleans(), min_size=1, max_size=40), min_size=1, max_size=3),
    drawn=st.booleans(),
    data=st.data(),
)
@settings(max_examples=100, deadline=None)
def test_holds_never_gets_worse_as_one_more_case_holds(parts, drawn, data):
    before = holds({str(i): part for i, part in enumerate(parts)}, drawn=drawn)
    part = data.draw(st.integers(0, len(parts) - 1))
    parts[part][data.draw(st.integers(0, len(parts[part]) - 1))] = True
    assert rank(holds({str(i): part for i, part in enumerate(parts)}, drawn=drawn)) <= rank(before)


@pytest.mark.parametrize("cases", [[], [1, 0], [0.9], "yes", {}, {"range": []}, {"range": [1]}, None])
def test_holds_refuses(cases):
    with pytest.raises(ValueError, match="cases"):
        holds(cases, drawn=True)
    with pytest.raises(ValueError, match="drawn"):
        holds([True], drawn=1)


TABLE, TEXT = Statement("Table II", "64 elements"), Statement("Section V", "the array is 8 by 4")
FITS = Judgement("not reproduced", "ours is twice theirs", "digits")


def judge_pair(readings):
    return inconsistent(TABLE, TEXT, quantity="elements", readings=readings, otherwise=FITS)


def test_inconsistent_turns_where_one_reading_lets_both_be_true():
    found = judge_pair({"all elements": ((64, 64), (32, 32)), "active ones": ((64, 64), (0, 32))})
    assert found.verdict == "inconsistent in the paper" and found.rule == "inconsistent"
    for words in ("Table II", "64 elements", "Section V", "8 by 4", "active ones: 64 against 0 to 32"):
        assert words in found.basis
    found = judge_pair({"all elements": ((64, 64), (32, 32)), "two sides": ((64, 64), (64, 64))})
    assert (found.verdict, found.rule) == ("not reproduced", "digits")
    assert "two sides" in found.basis and FITS.basis in found.basis


def test_ranges_that_touch_do_not_exclude_each_other():
    assert judge_pair({"rounded": ((1.0, 2.0), (2.0, 3.0))}).verdict == "not reproduced"
    assert judge_pair({"rounded": ((1.0, 1.999), (2.0, 3.0))}).verdict == "inconsistent in the paper"
    assert judge_pair({"open": ((-np.inf, 1.0), (2.0, np.inf))}).verdict == "inconsistent in the paper"
    assert judge_pair({"open": ((-np.inf, 1.0), (-5.0, np.inf))}).verdict == "not reproduced"


@given(ends=st.lists(numbers, min_size=4, max_size=4), wider=st.floats(0, 1e6))
@settings(max_examples=100, deadline=None)
def test_a_wider_range_never_makes_two_statements_inconsistent(ends, wider):
    first, second = sorted(ends[:2]), sorted(ends[2:])
    before = judge_pair({"as printed": (first, second)})
    after = judge_pair({"as printed": ((first[0] - wider, first[1] + wider), second)})
    assert not (before.verdict == "not reproduced" and after.verdict == "inconsistent in the paper")
    swapped = judge_pair({"as printed": (second, first)})
    assert swapped.verdict == before.verdict


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first": "Table II"}, "first"),
        ({"second": None}, "second"),
        ({"quantity": " "}, "quantity"),
        ({"readings": {}}, "readings"),
        ({"readings": {"a": ((1, 2), (4, 3))}}, r"readings\['a'\].*in order"),
        ({"readings": {"a": (1, 2)}}, r"readings\['a'\]"),
        ({"readings": {"a": ((1, 2), (3, np.nan))}}, r"readings\['a'\].*nan"),
        ({"readings": {"a": "bc"}}, r"readings\['a'\]"),
        ({"otherwise": "reproduced"}, "otherwise"),
    ],
)
def test_inconsistent_refuses(changes, words):
    arguments = {
        "first": TABLE,
        "second": TEXT,
        "quantity": "elements",
        "readings": {"a": ((1, 2), (3, 4))},
        "otherwise": FITS,
    }
    with pytest.raises(ValueError, match=words):
        inconsistent(**arguments | changes)
    with pytest.raises(ValueError, match="place"):
        Statement("", "64 elements")


def test_untestable_turns_where_the_missing_input_does_not_matter():
    yes, no = (Judgement(verdict, "", "digits") for verdict in ("reproduced", "not reproduced"))
    alone = untestable("the number of pilots")
    assert alone.verdict == "not stated enough to test" and "the number of pilots" in alone.basis
    found = untestable("the number of pilots", tried={"10": no, "100": yes})
    assert found.verdict == "not stated enough to test" and "100: reproduced" in found.basis
    assert untestable("the number of pilots", tried={"10": no, "100": no}).verdict == "not reproduced"
    assert untestable("the number of pilots", tried={"10": yes, "100": yes}).verdict == "reproduced"


@pytest.mark.parametrize(
    ("missing", "tried", "words"),
    [
        ("", None, "missing"),
        (3, None, "missing"),
        ("pilots", {}, "tried"),
        ("pilots", {"10": FITS}, "tried"),
        ("pilots", {"10": FITS, "100": "reproduced"}, r"tried\['100'\]"),
    ],
)
def test_untestable_refuses(missing, tried, words):
    with pytest.raises(ValueError, match=words):
        untestable(missing, tried=tried)


def test_rules_give_every_verdict_and_no_other():
    found = {digits(1.0, ours, decimals=1).verdict for ours in (1.0, 1.4, 9.0)} | {
        judge_pair({"a": ((1, 2), (3, 4))}).verdict,
        untestable("pilots").verdict,
    }
    assert found == set(ledger.VERDICTS)
