"""Separation of duties: the whole list "forbidden together in one tender" of journeys, section 9."""

from itertools import product

import pytest

from accounts.rules import DUTY_ROWS, Assignment, Origin, duties_conflicts
from accounts.states import Duty

A, B, C = "org-a", "org-b", "org-c"
P, Q = "person-p", "person-q"


def unit(duty, organisation, **more):
    return Assignment(duty, organisation=organisation, **more)


def human(duty, person, **more):
    return Assignment(duty, person=person, **more)


CONFLICTS = [
    ("agency_bidder", "law", "条13", unit(Duty.AGENCY, A), unit(Duty.BIDDER, A)),
    ("agency_bidder", "law", "条13", unit(Duty.AGENCY, A), unit(Duty.BID_ADVISER, A)),
    ("agency_bidder", "law", "条13", unit(Duty.AGENCY, A), unit(Duty.BIDDER, B, affiliates=frozenset({A}))),
    (
        "agency_bidder",
        "law",
        "条13",
        unit(Duty.AGENCY, A, affiliates=frozenset({B})),
        unit(Duty.BID_ADVISER, B),
    ),
    ("reserve_price_bidder", "law", "条27", unit(Duty.RESERVE_PRICE_CONSULTANT, A), unit(Duty.BIDDER, A)),
    (
        "reserve_price_bidder",
        "law",
        "条27",
        unit(Duty.RESERVE_PRICE_CONSULTANT, A),
        unit(Duty.BID_ADVISER, A),
    ),
    (
        "ceiling_price_bidder",
        "ours",
        "journeys 9",
        unit(Duty.CEILING_PRICE_CONSULTANT, A),
        unit(Duty.BIDDER, A),
    ),
    ("designer_bidder", "local", "重庆19", unit(Duty.DESIGNER, A), unit(Duty.BIDDER, A)),
    ("designer_bidder", "local", "重庆19", unit(Duty.SUPERVISION_ENGINEER, A), unit(Duty.BIDDER, A)),
    ("panel_bidder_related", "law", "法37, 条46", human(Duty.PANEL_MEMBER, P), human(Duty.BIDDER_RELATED, P)),
    ("panel_bidder_staff", "law", "法37, 条46", unit(Duty.PANEL_MEMBER, A, person=P), unit(Duty.BIDDER, A)),
    ("panel_supervisor", "law", "条46", unit(Duty.PANEL_MEMBER, A, person=P), unit(Duty.SUPERVISING_BODY, A)),
    ("centre_supervisor", "law", "条5", unit(Duty.CENTRE, A, parent=B), unit(Duty.SUPERVISING_BODY, B)),
    ("centre_supervisor", "law", "条5", unit(Duty.CENTRE, A), unit(Duty.SUPERVISING_BODY, A)),
    (
        "related_bidders",
        "law",
        "条34",
        unit(Duty.BIDDER, A, lot="01", affiliates=frozenset({B})),
        unit(Duty.BIDDER, B, lot="01"),
    ),
    (
        "consortium_alone",
        "law",
        "条37",
        unit(Duty.CONSORTIUM_MEMBER, A, consortium="x"),
        unit(Duty.BIDDER, A),
    ),
    (
        "consortium_alone",
        "law",
        "条37",
        unit(Duty.CONSORTIUM_MEMBER, A, consortium="x"),
        unit(Duty.CONSORTIUM_MEMBER, A, consortium="y"),
    ),
    ("officer_bidder", "ours", "journeys 9", human(Duty.OFFICER, P), human(Duty.BIDDER, P, organisation=A)),
    ("officer_bidder", "ours", "journeys 9", unit(Duty.OFFICER, A, person=P), unit(Duty.BIDDER, A)),
    (
        "officers_one_unit",
        "ours",
        "journeys 9",
        unit(Duty.OFFICER, A, person=P),
        unit(Duty.OFFICER, A, person=Q),
    ),
    (
        "officer_twice",
        "ours",
        "sealedbid/v1 V4",
        unit(Duty.OFFICER, A, person=P),
        unit(Duty.OFFICER, B, person=P),
    ),
    (
        "finance_maker_checker",
        "ours",
        "journeys 9",
        human(Duty.FINANCE_MAKER, P),
        human(Duty.FINANCE_CHECKER, P),
    ),
    (
        "draw_exclusions",
        "ours",
        "journeys 9",
        human(Duty.DRAW_OPERATOR, P),
        human(Duty.EXCLUSIONS_OPERATOR, P),
    ),
    ("administrator_business", "ours", "journeys 9", human(Duty.ADMINISTRATOR, P), human(Duty.WITNESS, P)),
    (
        "supervisor_officer",
        "ours",
        "journeys 9",
        unit(Duty.SUPERVISING_BODY, A),
        unit(Duty.OFFICER, A, person=P),
    ),
    ("clerk_helper", "ours", "journeys 9", human(Duty.ANSWERING_CLERK, P), human(Duty.BID_HELPER, P)),
    ("adviser_panel", "ours", "journeys 9", human(Duty.DOCUMENT_ADVISER, P), human(Duty.PANEL_MEMBER, P)),
]


@pytest.mark.parametrize(("code", "origin", "source", "one", "other"), CONFLICTS)
def test_duties_conflicts_finds_the_forbidden_pair_either_way_round(code, origin, source, one, other):
    for pair in ([one, other], [other, one]):
        found = {finding.code: finding for finding in duties_conflicts(pair)}

        assert f"duties_{code}" in found
        assert found[f"duties_{code}"].source == source
        assert found[f"duties_{code}"].data["origin"] == origin


def test_every_row_is_tried_above_and_says_who_says_so():
    assert {row.code for row in DUTY_ROWS} == {case[0] for case in CONFLICTS}
    assert all(row.source and row.message and row.origin in Origin for row in DUTY_ROWS)
    assert {row.code for row in DUTY_ROWS if row.origin is Origin.LAW} == {
        "agency_bidder",
        "reserve_price_bidder",
        "panel_bidder_related",
        "panel_bidder_staff",
        "panel_supervisor",
        "centre_supervisor",
        "related_bidders",
        "consortium_alone",
    }


def test_duties_conflicts_lets_two_officers_of_one_unit_pass_with_a_warning_only():
    """They count as one unit (V4 holds the number below t); it is not forbidden as such."""
    found = duties_conflicts([unit(Duty.OFFICER, A, person=P), unit(Duty.OFFICER, A, person=Q)])

    assert [finding.blocks for finding in found] == [False]


@pytest.mark.parametrize(
    "pair",
    [
        [unit(Duty.AGENCY, A), unit(Duty.BIDDER, B)],
        [unit(Duty.OWNER, A), unit(Duty.AGENCY, A)],
        [unit(Duty.BIDDER, A, lot="01", affiliates=frozenset({B})), unit(Duty.BIDDER, B, lot="02")],
        [unit(Duty.BIDDER, A, lot="01"), unit(Duty.BIDDER, A, lot="02")],
        [unit(Duty.CONSORTIUM_MEMBER, A, consortium="x"), unit(Duty.BIDDER, A, consortium="x")],
        [human(Duty.FINANCE_MAKER, P), human(Duty.FINANCE_CHECKER, Q)],
        [human(Duty.DRAW_OPERATOR, ""), human(Duty.EXCLUSIONS_OPERATOR, "")],
        [unit(Duty.CENTRE, A, parent=C), unit(Duty.SUPERVISING_BODY, B)],
        [unit(Duty.OFFICER, A, person=P), unit(Duty.OWNER, A)],
    ],
)
def test_duties_conflicts_leaves_permitted_pairs_alone(pair):
    assert duties_conflicts(pair) == []


def test_duties_conflicts_lets_an_administrator_hold_no_duty_at_all():
    for duty in set(Duty) - {Duty.ADMINISTRATOR}:
        found = duties_conflicts([human(Duty.ADMINISTRATOR, P), human(duty, P)])

        assert "duties_administrator_business" in [finding.code for finding in found], duty


def test_duties_conflicts_gives_all_findings_of_a_whole_tender_at_once():
    held = [
        unit(Duty.AGENCY, A, person=P),
        unit(Duty.BIDDER, A, lot="01"),
        human(Duty.FINANCE_MAKER, Q),
        human(Duty.FINANCE_CHECKER, Q),
    ]

    assert [finding.code for finding in duties_conflicts(held)] == [
        "duties_agency_bidder",
        "duties_finance_maker_checker",
    ]


def test_duties_conflicts_never_calls_unknown_holders_the_same():
    held = [Assignment(one) for one, _ in product(Duty, range(2))]

    assert duties_conflicts(held) == []
