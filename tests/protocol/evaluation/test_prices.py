"""Every price formula worked by hand. The arithmetic stands in the test; the code must give the same strings."""

import pytest

from protocol.errors import ProtocolError
from protocol.evaluation import recompute
from protocol.evaluation_method import read_method
from tests.protocol.evaluation import methods
from tests.protocol.evaluation.methods import BENCHMARK, bid, given, lowest, only_price


def worked(scheme, prices, **more):
    result = recompute(
        read_method(scheme), given([bid(name, price) for name, price in prices.items()], **more)
    )
    return result, {row["bid"]: row["total"] for row in result.rows}


def test_lowest_price_takes_full_marks():
    """87号令 55: price score = lowest price / price x weight x 100."""
    criteria = methods.criteria(most="30")
    scheme = methods.scheme(criteria=criteria)
    bids = [bid("a", "90", "0"), bid("b", "100", "0"), bid("c", "120", "0")]
    sheets = [methods.sheet("1", dict.fromkeys("abc", ("0", "0")))]

    result = recompute(read_method(scheme), given(bids, sheets))

    # 90/90 x 30 = 30; 90/100 x 30 = 27; 90/120 x 30 = 22.5
    assert {row["bid"]: row["total"] for row in result.rows} == {"a": "30.00", "b": "27.00", "c": "22.50"}
    assert result.base == [["lowest", "90.00"], ["highest", "120.00"]]


def test_benchmark_of_the_plain_mean_with_deductions():
    # mean (98 + 100 + 102)/3 = 100. a: 2 % under x 0.5 = 1 off; b: none; c: 2 % over x 1 = 2 off
    result, totals = worked(only_price(BENCHMARK), {"a": "98", "b": "100", "c": "102"})

    assert totals == {"a": "99.00", "b": "100.00", "c": "98.00"}
    assert result.base == [["bids", "3"], ["mean", "100.00"], ["base", "100.00"]]
    assert result.rows[2]["price"][-2:] == [["per cent over", "2.00"], ["score", "98.00"]]


def test_benchmark_drops_extremes_by_the_number_of_bids():
    """去掉一个最高价和一个最低价: from five bids on one of each, from seven two high and one low."""
    trim = [{"from": 5, "high": 1, "low": 1}, {"from": 7, "high": 2, "low": 1}]
    scheme = only_price({**BENCHMARK, "trim": trim})

    four, _ = worked(scheme, {"a": "80", "b": "90", "c": "110", "d": "140"})
    five, _ = worked(scheme, {"a": "80", "b": "90", "c": "110", "d": "140", "e": "100"})
    seven, _ = worked(
        scheme, {"a": "80", "b": "90", "c": "110", "d": "140", "e": "100", "f": "150", "g": "101"}
    )

    # four: (80+90+110+140)/4 = 105; five: (90+100+110)/3 = 100; seven: (90+100+101+110)/4 = 100.25
    assert four.base[-1] == ["base", "105.00"]
    assert five.base == [
        ["bids", "5"],
        ["dropped high", "1"],
        ["dropped low", "1"],
        ["mean", "100.00"],
        ["base", "100.00"],
    ]
    assert seven.base[-1] == ["base", "100.25"]


def test_benchmark_mixed_with_the_ceiling_and_a_drawn_coefficient():
    """(ceiling x 0.4 + mean x 0.6) x (1 - K)."""
    formula = {**BENCHMARK, "ceiling_weight": "0.4", "coefficient": "one-minus"}
    declared = {"values": ["0.01", "0.02", "0.03"], "draw": "derived"}

    result, totals = worked(
        only_price(formula, coefficient=declared), {"a": "95", "b": "105"}, ceiling="120", coefficient="0.02"
    )

    # mean 100; 0.4 x 120 + 0.6 x 100 = 108; x 0.98 = 105.84
    # a: (105.84 - 95)/105.84 = 10.2418… % -> 10.24 x 0.5 = 5.12 -> 94.88; b: 0.84/105.84 = 0.7936… -> 0.79 x 0.5 = 0.395
    # 100 - 0.395 = 99.605 -> 99.61 (half up)
    assert result.base == [
        ["bids", "2"],
        ["mean", "100.00"],
        ["with ceiling", "108.00"],
        ["coefficient", "0.02"],
        ["base", "105.84"],
    ]
    assert totals == {"a": "94.88", "b": "99.61"}


def test_benchmark_times_a_coefficient():
    formula = {**BENCHMARK, "coefficient": "times"}
    declared = {"values": ["0.95", "0.97"], "draw": "physical"}

    result, totals = worked(
        only_price(formula, coefficient=declared), {"a": "95", "b": "105"}, coefficient="0.95"
    )

    assert result.base[-1] == ["base", "95.00"]  # 100 x 0.95
    assert totals["a"] == "100.00"
    assert totals["b"] == "89.47"  # 10/95 = 10.526… % -> 10.53 x 1


@pytest.mark.parametrize(
    ("of", "base"), [("lowest", "80.00"), ("second-lowest", "90.00"), ("ceiling", "150.00")]
)
def test_benchmark_of_something_else_than_the_mean(of, base):
    result, _ = worked(only_price({**BENCHMARK, "of": of}), {"a": "80", "b": "90", "c": "100"}, ceiling="150")

    assert result.base[-1] == ["base", base]


def test_deduction_stops_at_the_least_score():
    # base (100 + 300)/2 = 200; both are 50 % away: under 25 off, over 50 off, but never below 60
    _, totals = worked(only_price({**BENCHMARK, "least": "60"}), {"a": "100", "b": "300"})

    assert totals == {"a": "75.00", "b": "60.00"}


def test_per_cent_may_count_whole_steps_only():
    """每高 1% 扣 1 分, 不足 1% 不计: the stage `percent` with no places, rounded down."""
    scheme = only_price(BENCHMARK)
    scheme["rounding"] = scheme["rounding"] | {"percent": {"places": 0, "mode": "floor"}}

    _, totals = worked(scheme, {"a": "97.1", "b": "102.9"})

    assert totals == {"a": "99.00", "b": "98.00"}  # 2.9 % -> 2: under 2 x 0.5, over 2 x 1


def test_interpolation_between_lowest_and_highest():
    # lowest 100 points, highest 40; in the middle 100 - 60 x (110-100)/(150-100) = 88
    scheme = only_price({"how": "interpolation", "least": "40"})

    _, totals = worked(scheme, {"a": "100", "b": "110", "c": "150"})
    _, same = worked(scheme, {"a": "100", "b": "100.00"})

    assert totals == {"a": "100.00", "b": "88.00", "c": "40.00"}
    assert same == {"a": "100.00", "b": "100.00"}


def test_lowest_evaluated_price_prices_deviations():
    """12号令 30-31: deviations are turned into money by the ways declared, then the lowest ranks first."""
    adjustments = [
        {"id": "late", "name": "each day later", "how": "unit", "sign": "add", "value": "1000"},
        {"id": "small", "name": "small firm", "how": "percent", "sign": "deduct", "value": "10"},
    ]
    bids = [
        bid("a", "100000", adjustments=[("late", "3")]),
        bid("b", "110000", adjustments=[("small", "1")]),
        bid("c", "101000"),
    ]

    result = recompute(read_method(lowest(adjustments=adjustments)), given(bids))

    # a: 100,000 + 3 x 1,000 = 103,000; b: 110,000 - 10 % = 99,000; c: 101,000
    assert result.ranking == [["b", 1, "99000.00"], ["c", 2, "101000.00"], ["a", 3, "103000.00"]]
    assert result.rows[0]["price"] == [
        ["price", "100000.00"],
        ["add late", "3000.00"],
        ["evaluated", "103000.00"],
    ]
    assert result.rows[0]["total"] is None


def test_prices_far_below_are_flagged_and_still_ranked():
    """12号令 21: asked about, never rejected by the machine."""
    scheme = lowest(flags={"below_mean": "20", "below_ceiling": "45"})

    result = recompute(
        read_method(scheme), given([bid("a", "50"), bid("b", "90"), bid("c", "101")], ceiling="100")
    )

    # mean 80.33: a is below 64.27, and below 55
    assert result.flags == [
        {"bid": "a", "flag": "below-mean"},
        {"bid": "a", "flag": "below-ceiling"},
        {"bid": "c", "flag": "above-ceiling"},
    ]
    assert result.candidates == ["a", "b", "c"]


def test_a_rejected_price_does_not_move_the_base():
    prices = [bid("a", "98"), bid("b", "102"), bid("c", "500")]

    result = recompute(read_method(only_price(BENCHMARK)), given(prices, rejected=["c"]))

    assert result.base[-1] == ["base", "100.00"]
    assert result.rejected == ["c"]
    assert [row[0] for row in result.ranking] == ["a", "b"]


@pytest.mark.parametrize(
    ("formula", "more", "about"),
    [
        ({**BENCHMARK, "of": "ceiling"}, {}, "ceiling"),
        ({**BENCHMARK, "trim": [{"from": 1, "high": 1, "low": 1}]}, {}, "trim"),
        (BENCHMARK, {"coefficient": "0.5"}, "coefficient"),
        (BENCHMARK, {"rejected": ["z"]}, "z"),
    ],
)
def test_what_is_missing_is_named_and_nothing_filled_in(formula, more, about):
    with pytest.raises(ProtocolError) as refused:
        worked(only_price(formula), {"a": "98", "b": "102"}, **more)

    assert refused.value.obj == about


def test_the_coefficient_must_be_one_of_those_declared():
    formula = {**BENCHMARK, "coefficient": "times"}
    declared = {"values": ["0.95", "0.97"], "draw": "derived"}

    for value in (None, "0.96"):
        with pytest.raises(ProtocolError, match="none of those declared"):
            worked(only_price(formula, coefficient=declared), {"a": "98", "b": "102"}, coefficient=value)
