"""Planted and innocent data for what surrounds draws and sheets: hasty refusals, copied words, late ties and changes."""

import pytest

from experts.rules.analytics import (
    AnswerRow,
    Around,
    CommentRow,
    EditRow,
    ExclusionRow,
    TieRow,
    find_leads,
    thresholds,
)
from experts.rules.analytics.process import (
    copied,
    hasty,
    late_edits,
    late_exclusions,
    late_ties,
    plain,
)

LIMITS = thresholds()


def answers(fast, *, callers="abcd", each=15, refused=True):
    """Each caller's answers after 90 seconds, but for the ``fast`` first ones of caller a, after 4."""
    return [
        AnswerRow(f"{who}{n}", who, 4 if who == "a" and n < fast else 90, refused)
        for who in callers
        for n in range(each)
    ]


def test_refusals_nobody_can_have_heard_so_soon():
    """Attack: a caller writes refusals down without a call, until somebody else is drawn."""
    tests, found = hasty(answers(8), LIMITS)

    assert tests == 4
    assert [(lead.subjects, lead.observed) for lead in found] == [(("a",), 8)]
    assert found[0].expected == pytest.approx(2)
    assert found[0].evidence == {"refusals": 15, "shortest": 4}


def test_fast_acceptances_and_a_habit_of_all_are_no_lead():
    assert hasty(answers(8, refused=False), LIMITS) == (0, [])
    assert hasty([AnswerRow(row.draw, row.caller, 4, True) for row in answers(0)], LIMITS) == (4, [])
    assert hasty(answers(8, callers="a"), LIMITS) == (0, [])


def comments(write, *, tenders=4, members=5, bidders=3):
    return [
        CommentRow(f"t{t}", f"e{e}", f"b{b}", "plan", write(t, e, b))
        for t in range(tenders)
        for e in range(members)
        for b in range(bidders)
    ]


def own_words(t, e, b):
    return f"第{t}标第{e}位评委认为投标人{b}的施工组织设计针对性一般"


def test_two_members_with_the_same_words_for_the_same_bids():
    """Attack: one member writes for two. Blanks, width and stops do not hide it."""

    def planted(t, e, b):
        if t == 1 and e in (1, 3):
            text = f"工期安排与标段{b}的地质条件不符，缺少雨季措施"
            return text if e == 1 else text.replace("，", " , ") + "。"
        return own_words(t, e, b)

    tests, found = copied(comments(planted), LIMITS)

    assert tests == 4 * 10
    assert [(lead.tender, lead.subjects, lead.observed) for lead in found] == [("t1", ("e1", "e3"), 3)]
    assert found[0].evidence == {"comments": 3, "where": ["b0 plan", "b1 plan", "b2 plan"]}


@pytest.mark.parametrize(
    "write",
    [
        own_words,
        lambda t, e, b: "满分理由充分" if e in (1, 3) else own_words(t, e, b),
        lambda t, e, b: "方案完整可行，符合招标文件要求" if e in (1, 3) else own_words(t, e, b),
        lambda t, e, b: f"投标文件第{t}{b}页未附雨季施工专项措施",
    ],
    ids=["own words", "too short", "a phrase of everywhere", "what all quote"],
)
def test_own_words_short_texts_and_phrases_are_no_lead(write):
    tests, found = copied(comments(write), LIMITS)

    assert found == []
    assert tests in (40, 12)


def test_how_comments_are_compared():
    assert plain(" Ａb，C。\n") == "abc"


def ties(late, *, members=10, each=12):
    return [TieRow(f"t{t}", f"e{e}", late(t, e)) for e in range(members) for t in range(each)]


def test_ties_told_only_at_the_table_again_and_again():
    """Attack: a member lets himself be drawn and leaves at the table, so that a panel is short when it begins."""
    tests, found = late_ties(ties(lambda t, e: e == 4 and t < 6), LIMITS)

    assert tests == 10
    assert [(lead.subjects, lead.observed) for lead in found] == [(("e4",), 6)]
    assert found[0].evidence == {"sat": 12, "lots": [f"t{n}" for n in range(6)]}


def test_a_tie_now_and_then_and_one_known_panel_are_no_lead():
    assert late_ties(ties(lambda t, e: t == e), LIMITS) == (10, [])
    assert late_ties(ties(lambda t, e: True, each=1), LIMITS) == (0, [])


def exclusions(hours, raised, *, desks="abc", each=12):
    return [ExclusionRow(f"{by}{n}", by, hours(by, n), raised(by, n)) for by in desks for n in range(each)]


def late_of_a(by, n):
    return 3.0 if by == "a" and n < 7 else 80.0


def test_exclusions_that_come_late_and_raise_a_chance():
    """Attack: units are left out at the last moment, so that few are left who can be drawn."""
    tests, found = late_exclusions(exclusions(late_of_a, lambda by, n: 40 + n), LIMITS)

    assert tests == 3
    assert [(lead.subjects, lead.observed) for lead in found] == [(("a",), 7)]
    assert found[0].evidence["exclusions"] == 12
    assert found[0].evidence["raised"] == 46


def test_late_exclusions_without_effect_and_early_ones_are_no_lead():
    assert late_exclusions(exclusions(late_of_a, lambda by, n: 0), LIMITS) == (3, [])
    assert late_exclusions(exclusions(late_of_a, lambda by, n: None), LIMITS) == (3, [])
    assert late_exclusions(exclusions(lambda by, n: 80.0, lambda by, n: 90), LIMITS) == (3, [])
    assert late_exclusions(exclusions(lambda by, n: 3.0, lambda by, n: 90), LIMITS) == (3, [])


def test_requests_changed_at_the_last_moment_by_one_owner():
    """Attack: seats are asked for anew once the pool of that day is known."""
    rows = [EditRow(f"{o}{n}", o, int(o == "a" and n < 6)) for o in "abcd" for n in range(10)]
    tests, found = late_edits(rows, LIMITS)

    assert tests == 4
    assert [(lead.subjects, lead.observed) for lead in found] == [(("a",), 6)]
    assert found[0].evidence == {"made": 10, "lots": [f"a{n}" for n in range(6)]}


def test_changes_alike_with_all_owners_are_no_lead():
    rows = [EditRow(f"{o}{n}", o, int(n < 3)) for o in "abcd" for n in range(10)]

    assert late_edits(rows, LIMITS) == (4, [])
    assert late_edits(rows[:10], LIMITS) == (0, [])


def test_each_family_states_its_own_number_of_tests():
    around = Around(
        answers=answers(8),
        comments=comments(own_words),
        ties=ties(lambda t, e: False),
        exclusions=exclusions(late_of_a, lambda by, n: 40),
        edits=[EditRow(f"{o}{n}", o, 0) for o in "ab" for n in range(5)],
    )
    empty = {"draws": [], "calls": [], "scores": [], "others": [], "joint": lambda _d, _a: {}}
    report = find_leads(**empty, limits=LIMITS, around=around)

    made = {
        name: report.tests[name] for name in ("haste", "comment", "late-tie", "late-exclusion", "late-edit")
    }
    assert made == {"haste": 4, "comment": 40, "late-tie": 10, "late-exclusion": 3, "late-edit": 2}
    assert [name for name, found in report.leads.items() if found] == ["haste", "late-exclusion"]
