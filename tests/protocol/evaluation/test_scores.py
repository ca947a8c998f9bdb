"""Marks, aggregation, rounding, ties, warnings: worked by hand; and what must hold for every input."""

import copy
from fractions import Fraction

import pytest
from hypothesis import given as with_any
from hypothesis import settings
from hypothesis import strategies as st

from protocol import canonical
from protocol.errors import ProtocolError
from protocol.evaluation import input_digest, objective_points, recompute
from protocol.evaluation_method import method_defects, read_method
from protocol.evaluation_numbers import Rounding, fixed, shortest
from protocol.evaluation_rank import drawn, lot
from protocol.evaluation_sheet import sheet_totals
from tests.protocol.evaluation.methods import BENCHMARK, bid, given, lowest, method, only_price, scheme, sheet

SEEDS = {
    "policy": "11" * 32,
    "close": "22" * 32,
    "set_root": "33" * 32,
    "seeds": [["aa" * 32, "01" * 32], ["bb" * 32, "02" * 32]],
}


def test_weighted_scoring_from_marks_to_rank():
    bids = [bid("a", "90", "3"), bid("b", "100", "2"), bid("c", "120", "0")]
    sheets = [
        sheet("1", {"a": ("15", "8"), "b": ("18", "9"), "c": ("20", "10")}),
        sheet("2", {"a": ("16.5", "7"), "b": ("17", "9"), "c": ("19.5", "9")}),
        sheet("3", {"a": ("14", "8"), "b": ("18", "8"), "c": ("20", "10")}),
    ]

    result = recompute(method(), given(bids, sheets))

    # a: plan (15+16.5+14)/3 = 15.1667 -> 15.17, team (8+7+8)/3 = 7.67, works 3 -> 10, price 60: 92.84
    # b: plan 53/3 = 17.67, team 26/3 = 8.67, works 2 -> 4, price 90/100 x 60 = 54: 84.34
    # c: plan 59.5/3 = 19.83, team 29/3 = 9.67, works 0 -> 0, price 90/120 x 60 = 45: 74.50
    assert result.ranking == [["a", 1, "92.84"], ["b", 2, "84.34"], ["c", 3, "74.50"]]
    assert result.rows[0]["criteria"] == [
        ["plan", "15.17"],
        ["price", "60.00"],
        ["team", "7.67"],
        ["works", "10.00"],
    ]
    assert result.rows[0]["judged"] == "22.84"
    assert result.rows[0]["members"] == [["1", "23", True], ["2", "23.5", True], ["3", "22", True]]
    assert result.candidates == ["a", "b", "c"]
    assert result.status == "ranked"


def test_one_highest_and_one_lowest_mark_are_dropped():
    """去掉一个最高分和一个最低分, from five members on, for each criterion."""
    aggregate = {"over": "criterion", "trim_from": 5, "members_least": 3}
    marks = {"1": ("10", "5"), "2": ("20", "5"), "3": ("12", "5"), "4": ("13", "5"), "5": ("14", "5")}
    sheets = [sheet(who, {"a": pair}) for who, pair in marks.items()]

    five = recompute(method(aggregate=aggregate), given([bid("a", "90", "0")], sheets))
    four = recompute(method(aggregate=aggregate), given([bid("a", "90", "0")], sheets[:4]))

    assert five.rows[0]["criteria"][0] == ["plan", "13.00"]  # (12 + 13 + 14)/3
    assert four.rows[0]["criteria"][0] == ["plan", "13.75"]  # (10 + 20 + 12 + 13)/4
    assert five.rows[0]["marks"][0]["by"] == [
        ["1", "10", False],
        ["2", "20", False],
        ["3", "12", True],
        ["4", "13", True],
        ["5", "14", True],
    ]
    # of five equal marks the first and the last member's are left out of the mean
    assert [row[2] for row in five.rows[0]["marks"][1]["by"]] == [False, True, True, True, False]


def test_extremes_may_be_dropped_from_the_members_sums():
    aggregate = {"over": "total", "trim_from": 3, "members_least": 3}
    sheets = [
        sheet("1", {"a": ("10", "5")}),  # 15
        sheet("2", {"a": ("20", "1")}),  # 21
        sheet("3", {"a": ("12", "10")}),  # 22
    ]

    result = recompute(
        method(aggregate=aggregate, ties=[{"rule": "score-higher", "of": None}]),
        given([bid("a", "90", "0")], sheets),
    )

    assert result.rows[0]["judged"] == "21.00"
    assert result.rows[0]["members"] == [["1", "15", False], ["2", "21", True], ["3", "22", False]]
    assert result.rows[0]["total"] == "81.00"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half_up", ["0.13", "0.12", "0.13", "0.14"]),
        ("half_even", ["0.12", "0.12", "0.13", "0.14"]),
        ("floor", ["0.12", "0.12", "0.12", "0.13"]),
        ("ceiling", ["0.13", "0.13", "0.13", "0.14"]),
    ],
)
def test_rounding_at_the_boundary(mode, expected):
    """Exactly half, just below, just above; and a half above an odd digit."""
    rounding = Rounding(2, mode)

    given_ = ["0.125", "0.124999", "0.125001", "0.135"]

    assert [rounding.text(rounding(Fraction(text))) for text in given_] == expected


def test_a_third_is_never_cut_before_it_is_rounded():
    """Two thirds of 0.0075 are 0.005 exactly; any finite decimal of a third would fall to one side."""
    assert Rounding(2, "half_up")(Fraction("0.0075") * Fraction(2, 3)) == Fraction("0.01")


def test_numbers_as_text():
    assert [fixed(Fraction(5), 0), fixed(Fraction(1, 2), 2), fixed(Fraction("12.345"), 3)] == [
        "5",
        "0.50",
        "12.345",
    ]
    assert [shortest(Fraction(text)) for text in ("5.00", "0.50", "100", "0")] == ["5", "0.5", "100", "0"]


@pytest.mark.parametrize(
    ("formula", "quantity", "points"),
    [
        ({"how": "steps", "rows": [["1", "4"], ["3", "10"]]}, "0.99", "0"),
        ({"how": "steps", "rows": [["1", "4"], ["3", "10"]]}, "1", "4"),
        ({"how": "steps", "rows": [["1", "4"], ["3", "10"]]}, "99", "10"),
        ({"how": "choice", "rows": [["A", "5"], ["B", "3"]]}, "B", "3"),
        ({"how": "linear", "rows": [["10", "0"], ["20", "5"]]}, "9", "0"),
        ({"how": "linear", "rows": [["10", "0"], ["20", "5"]]}, "15", "2.5"),
        ({"how": "linear", "rows": [["10", "5"], ["20", "0"]]}, "12", "4"),
        ({"how": "linear", "rows": [["10", "5"], ["20", "0"]]}, "21", "0"),
    ],
)
def test_objective_points(formula, quantity, points):
    assert objective_points(formula, quantity) == Fraction(points)


def test_a_choice_nobody_declared_is_refused():
    with pytest.raises(ProtocolError, match="none of the choices"):
        objective_points({"how": "choice", "rows": [["A", "5"]]}, "C")


# ties --------------------------------------------------------------------------------------------------------


def tied(ties, **more):
    """Two bids with 94.00 points each: price 90 and 24 points judged, price 100 and 30 points judged."""
    bids = [bid("aa" * 32, "90", "3"), bid("bb" * 32, "100", "3")]
    sheets = [sheet("1", {"aa" * 32: ("14", "10"), "bb" * 32: ("20", "10")})]
    return recompute(method(ties=ties), given(bids, sheets, **more))


def test_a_tie_is_decided_by_the_first_declared_rule_that_parts():
    """Row 8 of the real days: 60 + 10 + 24 = 54 + 10 + 30, so the declared rule decides and the step is shown."""
    lower = tied([{"rule": "price-lower", "of": None}])
    higher = tied([{"rule": "score-higher", "of": "works"}, {"rule": "score-higher", "of": "tech"}])

    assert [row[2] for row in lower.ranking] == ["94.00", "94.00"]
    assert lower.candidates == ["aa" * 32, "bb" * 32]
    assert higher.candidates == ["bb" * 32, "aa" * 32]
    assert [(row["step"], row["rule"], len(row["parts"])) for row in higher.ties] == [
        (1, "score-higher", 1),
        (2, "score-higher", 2),
    ]


def test_steps_keep_their_number_where_a_rule_parts_only_some():
    """The page says "step 2 of the document decides": the number is that of the declared list."""
    rules = [{"rule": "price-lower", "of": None}, {"rule": "panel-vote", "of": None}]
    criteria = only_price({**BENCHMARK, "over": "0", "under": "0"})["criteria"]
    bids = [bid("a", "90"), bid("b", "90"), bid("c", "80")]

    result = recompute(method(criteria=criteria, ties=rules), given(bids, votes=[["b", "a"]]))

    assert [(row["step"], row["rule"], row["parts"]) for row in result.ties] == [
        (1, "price-lower", [["c"], ["a", "b"]]),
        (2, "panel-vote", [["b"], ["a"]]),
    ]
    assert result.candidates == ["c", "b", "a"]


def test_nothing_undeclared_decides_a_tie():
    """No rule parts them: they share the rank and nobody is a candidate."""
    result = tied([{"rule": "score-higher", "of": "works"}])

    assert (result.status, result.candidates) == ("tie", [])
    assert [row[1] for row in result.ranking] == [1, 1]


def test_a_tie_below_the_candidates_leaves_them_alone():
    bids = [bid("a", "80"), bid("b", "90"), bid("c", "90.00")]

    first = recompute(read_method(lowest(candidates=1)), given(bids))
    second = recompute(read_method(lowest(candidates=2)), given(bids))

    assert (first.status, first.candidates) == ("ranked", ["a"])
    assert (second.status, second.candidates) == ("tie", ["a"])
    assert [row[1] for row in second.ranking] == [1, 2, 2]


def test_a_vote_of_the_panel_decides_only_the_tie_it_was_about():
    rule = [{"rule": "panel-vote", "of": None}, {"rule": "price-lower", "of": None}]

    voted = tied(rule, votes=[["bb" * 32, "aa" * 32]])
    open_ = tied(rule, votes=[["bb" * 32, "cc" * 32]])

    assert voted.candidates == ["bb" * 32, "aa" * 32]
    assert open_.status == "tie"  # the next rule does not take the place of a vote not yet taken


def test_a_lot_comes_out_of_the_seeds():
    result = tied([{"rule": "seeds", "of": None}], seeds=SEEDS)

    by_lot = sorted(("aa" * 32, "bb" * 32), key=lambda name: lot(SEEDS, name))
    assert result.candidates == by_lot
    assert tied([{"rule": "seeds", "of": None}]).status == "tie"


def test_two_votes_on_one_tie_are_refused():
    votes = [["bb" * 32, "aa" * 32], ["aa" * 32, "bb" * 32]]

    with pytest.raises(ProtocolError, match="two votes"):
        tied([{"rule": "panel-vote", "of": None}], votes=votes)


def test_the_derived_coefficient_is_that_of_the_hall():
    """ADR 31: one computation, in the hall and here."""
    from bidding.rules.coefficients import coefficient_drawn

    values = ["0.95", "0.96", "0.97"]
    place = {**SEEDS, "seeds": [tuple(row) for row in SEEDS["seeds"]]}

    assert drawn(SEEDS, values) == coefficient_drawn(**place, values=values).value


def test_all_rejected_is_no_ranking():
    """招标投标法 42: all rejected, tender again."""
    result = recompute(read_method(lowest()), given([bid("a", "1")], rejected=["a"]))

    assert (result.status, result.candidates, result.ranking) == ("none", [], [])


# what makes a sheet or a method unfit -------------------------------------------------------------------------

GOOD = [sheet("1", {"a": ("15", "8")}), sheet("2", {"a": ("16", "8")})]


@pytest.mark.parametrize(
    "change",
    [
        lambda sheets: sheets.append(sheets[0]),
        lambda sheets: sheets[0]["rows"].clear(),
        lambda sheets: sheets[0]["rows"].append({"bid": "z", "marks": []}),
        lambda sheets: sheets[0]["rows"][0]["marks"].pop(),
        lambda sheets: sheets[0]["rows"][0]["marks"].append(["plan", "1"]),
        lambda sheets: sheets[0]["rows"][0]["marks"].append(["works", "1"]),
        lambda sheets: sheets[0]["rows"][0].update(marks=[["plan", "20.5"], ["team", "1"]]),
        lambda sheets: sheets[0]["rows"][0].update(marks=[["plan", "1.3"], ["team", "1"]]),
        lambda sheets: sheets[0]["rows"][0].update(marks=[["plan", "-1"], ["team", "1"]]),
        lambda sheets: sheets.pop(),
    ],
)
def test_a_sheet_that_breaks_the_method_is_refused_and_never_mended(change):
    aggregate = {"over": "criterion", "trim_from": None, "members_least": 2}
    sheets = copy.deepcopy(GOOD)
    assert recompute(method(aggregate=aggregate), given([bid("a", "1", "0")], sheets)).status == "ranked"
    change(sheets)

    with pytest.raises(ProtocolError):
        recompute(method(aggregate=aggregate), given([bid("a", "1", "0")], sheets))


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": scheme()["criteria"][1:]},
        {"criteria": [*scheme()["criteria"], scheme()["criteria"][0]]},
        {
            "criteria": [
                {**row, "parent": None} if row["id"] == "team" else row for row in scheme()["criteria"]
            ]
        },
        {
            "criteria": [
                {**row, "step": "0.3"} if row["id"] == "plan" else row for row in scheme()["criteria"]
            ]
        },
        {
            "criteria": [
                {**row, "parent": "tech"} if row["id"] == "tech" else row for row in scheme()["criteria"]
            ]
        },
        {
            "criteria": [
                {**row, "formula": None} if row["id"] == "price" else row for row in scheme()["criteria"]
            ]
        },
        {"ties": []},
        {"ties": [{"rule": "earlier-receipt", "of": None}]},
        {"ties": [{"rule": "score-higher", "of": "nothing"}]},
        {"aggregate": {"over": "total", "trim_from": None, "members_least": 1}},
        {"coefficient": {"values": ["0.9", "0.95"], "draw": "derived"}},
        {"kind": "lowest_evaluated"},
        {"candidates": 0},
        {"rounding": {"score": {"places": 2, "mode": "half_up"}}},
    ],
)
def test_a_method_that_does_not_fit_together_is_refused(change):
    with pytest.raises(ProtocolError):
        method(**change)


# warnings ----------------------------------------------------------------------------------------------------


def test_marks_far_from_the_mean_are_to_be_looked_at_again():
    sheets = [sheet("1", {"a": ("10", "5")}), sheet("2", {"a": ("10", "5")}), sheet("3", {"a": ("19", "7")})]

    result = recompute(method(), given([bid("a", "1", "0")], sheets))

    # sums 15, 15, 26; mean 18.67; 26 is 39 % above, 15 is 20 % below
    assert result.warnings == [{"bid": "a", "member": "3", "warning": "deviation", "criterion": ""}]


def test_full_and_zero_marks_need_a_reason():
    warnings = {"deviation": None, "reasons": True}
    sheets = [sheet("1", {"a": ("20", "0")}, reasons=[("a", "plan")]), sheet("2", {"a": ("20", "5")})]

    result = recompute(method(warnings=warnings), given([bid("a", "1", "0")], sheets))

    assert [(row["member"], row["warning"], row["criterion"]) for row in result.warnings] == [
        ("1", "zero", "team"),
        ("2", "full", "plan"),
    ]


# for every input ---------------------------------------------------------------------------------------------

MARK = st.integers(0, 40).map(lambda n: f"{n / 2:g}")
TEAM = st.integers(0, 10).map(str)
PRICE = st.integers(8000, 12000).map(lambda n: f"{n / 100:.2f}")


@st.composite
def inputs(draw):
    names = [f"b{n}" for n in range(draw(st.integers(1, 6)))]
    members = [str(n) for n in range(1, draw(st.integers(1, 7)) + 1)]
    bids = [bid(name, draw(PRICE), draw(st.sampled_from(["0", "1", "5"]))) for name in names]
    sheets = [sheet(who, {name: (draw(MARK), draw(TEAM)) for name in names}) for who in members]
    return given(bids, sheets, rejected=draw(st.lists(st.sampled_from(names), max_size=2)), seeds=SEEDS)


METHODS = st.builds(
    scheme,
    aggregate=st.builds(
        lambda trim: {"over": "criterion", "trim_from": trim, "members_least": 1},
        st.sampled_from([None, 3, 5]),
    ),
    ties=st.permutations(
        [
            {"rule": "price-lower", "of": None},
            {"rule": "score-higher", "of": "tech"},
            {"rule": "seeds", "of": None},
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@with_any(value=inputs(), rules=METHODS, data=st.data())
def test_no_order_changes_the_result(value, rules, data):
    """Bids, members, rows, marks and criteria in any order: the same bytes."""
    before = recompute(read_method(rules), value)
    mixed, turned = copy.deepcopy(value), copy.deepcopy(rules)
    mixed["bids"] = data.draw(st.permutations(mixed["bids"]))
    mixed["sheets"] = data.draw(st.permutations(mixed["sheets"]))
    mixed["rejected"] = data.draw(st.permutations(mixed["rejected"]))
    for one in mixed["sheets"]:
        one["rows"] = data.draw(st.permutations(one["rows"]))
        for row in one["rows"]:
            row["marks"] = row["marks"][::-1]
    turned["criteria"] = data.draw(st.permutations(turned["criteria"]))

    after = recompute(read_method(turned), mixed)

    assert canonical.encode(after.as_json()) == canonical.encode(before.as_json())
    assert after.digest() == before.digest()
    assert input_digest(mixed) == input_digest(value)


@settings(max_examples=150, deadline=None)
@with_any(value=inputs(), rules=METHODS, data=st.data())
def test_a_higher_mark_never_lowers_the_rank(value, rules, data):
    value["rejected"] = []
    who = data.draw(st.integers(0, len(value["sheets"]) - 1))
    row = data.draw(st.integers(0, len(value["bids"]) - 1))
    raised = copy.deepcopy(value)
    marks = raised["sheets"][who]["rows"][row]["marks"]
    marks[0][1] = f"{data.draw(st.integers(int(float(marks[0][1]) * 2), 40)) / 2:g}"
    name = raised["sheets"][who]["rows"][row]["bid"]

    def place(found):
        return next(row[1] for row in recompute(read_method(rules), found).ranking if row[0] == name)

    assert place(raised) <= place(value)


@settings(max_examples=100, deadline=None)
@with_any(prices=st.lists(PRICE, min_size=2, max_size=7))
def test_a_lower_price_never_scores_less_where_the_lowest_takes_full_marks(prices):
    bids = [bid(f"b{n}", price) for n, price in enumerate(prices)]

    result = recompute(read_method(only_price({"how": "lowest-full-marks"})), given(bids, seeds=SEEDS))

    scores = [Fraction(row["total"]) for row in result.rows]
    for n, first in enumerate(prices):
        for m, second in enumerate(prices):
            assert not (Fraction(first) < Fraction(second) and scores[n] < scores[m])
    assert max(scores) == 100


def test_a_members_own_sheet_adds_up_to_what_the_result_will_show():
    """The page a member marks on shows sums before anybody else's marks or any price may be seen."""
    bids = [bid("a", "90", "3"), bid("b", "100", "2")]
    own = sheet("1", {"a": ("15.5", "8"), "b": ("18", "9")})

    rows = recompute(method(), given(bids, [own])).rows

    assert sheet_totals(method(), own) == {row["bid"]: row["members"][0][1] for row in rows}
    assert sheet_totals(method(), own) == {"a": "23.5", "b": "27"}


def test_a_sheet_half_filled_in_adds_up_as_far_as_it_goes():
    half = {"member": "1", "rows": [{"bid": "a", "marks": [["plan", "15.5"]]}, {"bid": "b", "marks": []}]}

    assert sheet_totals(method(), half) == {"a": "15.5", "b": "0"}


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ([["plan", "20.5"]], "too high"),
        ([["plan", "0.25"]], "between two steps"),
        ([["plan", "-1"]], "form"),
        ([["works", "1"]], "not judged"),
        ([["plan", "1"], ["plan", "1"]], "twice"),
    ],
)
def test_a_mark_which_no_sheet_may_hold_is_refused_while_marking(marks, sentence):
    with pytest.raises(ProtocolError, match=sentence):
        sheet_totals(method(), {"member": "1", "rows": [{"bid": "a", "marks": marks}]})


def test_every_defect_of_a_method_is_named_at_once():
    """An owner puts a file right once, not once for each fault."""
    broken = scheme()
    del broken["flags"]
    broken["criteria"][0]["max"] = 60
    broken["criteria"][2]["kind"] = "guessed"
    broken["candidates"] = 0
    broken["more"] = 1

    assert [defect.obj for defect in method_defects(broken)] == [
        "method.flags",
        "method.more",
        "method.candidates",
        "method.criteria[0].max",
        "method.criteria[2].kind",
    ]


def test_everything_that_does_not_fit_together_is_named_at_once():
    rules = scheme(ties=[{"rule": "score-higher", "of": "nobody"}])
    rules["criteria"][2]["max"] = "19"
    rules["criteria"][3]["step"] = "3"

    assert [(defect.obj, defect.message) for defect in method_defects(rules)] == [
        ("team", "the most points are above zero and a multiple of the step"),
        ("tech", "the points of a group are not the sum of its criteria"),
    ]
    assert [defect.obj for defect in method_defects(scheme(ties=rules["ties"]))] == ["method.ties nobody"]
    assert method_defects(scheme()) == []
