"""What a registration, a paper and a review must hold; all pure."""

from dataclasses import replace
from datetime import date

import pytest

from accounts.rules import (
    AT_MOST,
    AccountFacts,
    Defect,
    PastReview,
    RecordFacts,
    RegistrationFacts,
    covers,
    days_left,
    flag_missed,
    kinds_findings,
    record_findings,
    registration_findings,
    roles_findings,
)
from accounts.rules.records import MAX_FILE_BYTES, MAX_OPEN_RECORDS
from accounts.states import OrganisationKind, RecordKind, Role

NAME = "福建省第一建筑工程（集团）有限公司"
ACCOUNT = AccountFacts(holder=NAME, number="350000001234", bank="Bank", cnaps="105391000013")
COMPLETE = RegistrationFacts(
    code="91350100M000100Y43",
    name=NAME,
    kinds=frozenset({OrganisationKind.BIDDER}),
    legal_representative="Representative",
    region="350100",
    phones=["0591-87650001", "+86 139 0000 0001"],
    account=ACCOUNT,
)
DAY = date(2026, 11, 27)


def codes(findings):
    return [found.code for found in findings]


def test_registration_findings_is_empty_for_a_complete_registration():
    assert registration_findings(COMPLETE) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "91350100M000100Y44"}, "uscc_check"),
        ({"kinds": frozenset()}, "kinds"),
        ({"legal_representative": " "}, "missing"),
        ({"region": "3501"}, "region"),
        ({"phones": ["0591-87650001"]}, "phones"),
        ({"phones": ["0591-87650001", "0591 87650001"]}, "phones"),
        ({"phones": ["0591-87650001", "call me"]}, "phones"),
        ({"account": None}, "account_missing"),
        ({"account": replace(ACCOUNT, holder="张三")}, "account_holder"),
        ({"account": replace(ACCOUNT, number="12")}, "account_number"),
        ({"account": replace(ACCOUNT, bank="")}, "account_bank"),
        ({"account": replace(ACCOUNT, cnaps="10539100001")}, "account_cnaps"),
    ],
)
def test_registration_findings_names_each_gap(change, code):
    assert codes(registration_findings(replace(COMPLETE, **change))) == [code]


def test_registration_findings_gives_everything_at_once():
    """一次性告知 holds for the machine, too."""
    empty = RegistrationFacts("1", "", frozenset({OrganisationKind.BIDDER}), "", "", [], None)

    assert codes(registration_findings(empty)) == [
        "uscc_length",
        "missing",
        "missing",
        "region",
        "phones",
        "account_missing",
    ]


def test_registration_findings_asks_an_owner_for_no_basic_account():
    """条26 speaks of the deposit, which only a bidder pays."""
    owner = replace(COMPLETE, kinds=frozenset({OrganisationKind.OWNER}), account=None)

    assert registration_findings(owner) == ()


def test_account_holder_is_compared_as_a_name():
    spelled = replace(ACCOUNT, holder="福建省第一建筑工程(集团) 有限公司")

    assert registration_findings(replace(COMPLETE, account=spelled)) == ()


@pytest.mark.parametrize(
    ("kinds", "source"),
    [
        ({OrganisationKind.CENTRE, OrganisationKind.SUPERVISOR}, "条5"),
        ({OrganisationKind.CENTRE, OrganisationKind.AGENCY}, "条5"),
        ({OrganisationKind.SUPERVISOR, OrganisationKind.AGENCY}, "法14"),
        ({OrganisationKind.SUPERVISOR, OrganisationKind.OFFICER_BODY}, "ours"),
    ],
)
def test_kinds_findings_cites_why_two_kinds_exclude_each_other(kinds, source):
    assert [found.source for found in kinds_findings(frozenset(kinds))] == [source]


def test_kinds_findings_lets_a_firm_be_owner_and_bidder():
    """A state-owned contractor builds for others and has its own yard built."""
    assert kinds_findings(frozenset({OrganisationKind.OWNER, OrganisationKind.BIDDER})) == ()


CENTRE = frozenset({OrganisationKind.CENTRE})


@pytest.mark.parametrize(
    ("roles", "elsewhere", "expected"),
    [
        ({Role.INTAKE}, set(), []),
        ({Role.INTAKE, Role.WITNESS}, set(), ["posts"]),
        ({Role.FINANCE}, {Role.WITNESS}, ["posts"]),
        ({Role.SYSADMIN}, {Role.BIDDER}, ["administrator"]),
        ({Role.SYSADMIN}, {Role.FINANCE}, ["posts"]),
        ({Role.BIDDER}, set(), ["role_not_of_kind"]),
        ({Role.EXPERT, Role.INTAKE}, set(), ["role_not_of_kind"]),
    ],
)
def test_roles_findings_keeps_the_posts_of_a_centre_apart(roles, elsewhere, expected):
    found = roles_findings(frozenset(roles), kinds=CENTRE, held_elsewhere=frozenset(elsewhere))

    assert codes(found) == expected


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "valid"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2026, 11, 28), None, False),
        (None, date(2026, 11, 26), False),
        (date(2020, 1, 1), date(2026, 11, 27), True),
    ],
)
def test_covers_counts_both_ends(valid_from, valid_to, valid):
    assert covers(valid_from, valid_to, DAY) is valid


def test_days_left_counts_to_the_last_valid_day():
    assert days_left(date(2026, 12, 27), DAY) == 30
    assert days_left(DAY, DAY) == 0
    assert days_left(date(2026, 11, 26), DAY) == -1
    assert days_left(None, DAY) is None


def paper(kind=RecordKind.QUALIFICATION, number="D235000001", organisation="a", **more):
    dates = {"valid_from": date(2024, 1, 1), "valid_to": date(2029, 1, 1)} | more
    return RecordFacts(organisation=organisation, kind=kind, number=number, **dates)


def test_record_findings_takes_a_complete_paper():
    assert record_findings(paper(), [paper(number="D235000002")]) == ()


@pytest.mark.parametrize(
    ("new", "others", "expected"),
    [
        (paper(number=""), [], ["record_number"]),
        (paper(valid_to=None), [], ["record_no_end"]),
        (paper(valid_from=date(2030, 1, 1)), [], ["record_dates"]),
        (paper(file_size=MAX_FILE_BYTES + 1), [], ["record_file_size"]),
        (paper(), [paper(organisation="b")], ["record_number_taken"]),
        (
            paper(RecordKind.SAFETY_LICENCE, "闽JZ1"),
            [paper(RecordKind.SAFETY_LICENCE, "闽JZ2")],
            ["record_at_most"],
        ),
        (
            paper(RecordKind.CONSTRUCTOR, "闽1350001"),
            [paper(RecordKind.CONSTRUCTOR, "闽1350001", organisation="b")],
            ["record_number_taken"],
        ),
        (
            paper(),
            [paper(RecordKind.PERFORMANCE, "", valid_to=None)] * MAX_OPEN_RECORDS,
            ["record_too_many"],
        ),
    ],
)
def test_record_findings_holds_the_at_most_rules(new, others, expected):
    assert codes(record_findings(new, others)) == expected


def test_record_findings_takes_any_number_of_performances_without_a_number():
    works = paper(RecordKind.PERFORMANCE, "", valid_to=None)

    assert record_findings(works, [works, works]) == ()


def test_at_most_has_a_row_for_every_kind():
    assert {row.kind for row in AT_MOST} == set(RecordKind)


MARKS = {"name": "m1", "region": "m2", "contacts": "m3"}


def test_flag_missed_flags_nothing_at_the_first_review():
    defects = [Defect("name", "spelling", "As on the licence.")]

    assert [found.missed for found in flag_missed(defects, marks=MARKS, past=[])] == [False]


def test_flag_missed_flags_a_later_defect_of_an_unchanged_field():
    """Acceptance scenario 1: five defects in one list; a sixth later is flagged as missed."""
    past = [PastReview(marks=MARKS, listed=frozenset({("name", "spelling")}))]
    defects = [Defect("region", "wrong", "Another county.")]

    assert [found.missed for found in flag_missed(defects, marks=MARKS, past=past)] == [True]


def test_flag_missed_flags_neither_an_old_defect_nor_a_new_one_in_a_changed_field():
    past = [PastReview(marks=MARKS, listed=frozenset({("name", "spelling")}))]
    now = {**MARKS, "contacts": "changed"}
    defects = [Defect("name", "spelling", "Still."), Defect("contacts", "dead line", "Nobody answers.")]

    assert [found.missed for found in flag_missed(defects, marks=now, past=past)] == [False, False]


def test_flag_missed_looks_at_every_earlier_review():
    """A defect missed by the first review stays missed though the second listed another one there."""
    past = [
        PastReview(marks=MARKS, listed=frozenset()),
        PastReview(marks=MARKS, listed=frozenset({("region", "wrong")})),
    ]
    defects = [Defect("region", "wrong", "Another county."), Defect("unknown", "x", "y")]

    assert [found.missed for found in flag_missed(defects, marks=MARKS, past=past)] == [True, False]
