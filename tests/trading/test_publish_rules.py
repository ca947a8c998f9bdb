"""What stands in the way of publishing: every rule with its article, all at once (journeys, scenarios 2-6, 22)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from trading.rules import (
    CHINA,
    LotFacts,
    SeatFacts,
    TenderFacts,
    Times,
    blocking,
    choose,
    load_calendar,
    load_packs,
    publish_blockers,
)

AT = datetime(2026, 11, 2, 9, 0, tzinfo=CHINA)
CALENDAR = load_calendar()
RULES = choose(load_packs(), trade="GC", region="350100", on=AT.date())
METHOD = {"kind": "comprehensive", "tie": ["lower price"], "rounding": {"places": 2}, "candidates": 3}


def times(close_at=AT + timedelta(days=21, minutes=30), *, factor=None, check=10):
    begin = factor or close_at
    return Times(close_at, (close_at,), factor, begin + timedelta(minutes=check), begin + timedelta(days=1))


def seat(i, organisation=None, **changes):
    given = SeatFacts(
        i=i,
        organisation=organisation or f"org-{(i - 1) % 3}",
        person=f"person-{i}",
        sig_key=f"s{i}",
        pk=f"k{i}",
        certified=True,
        proven=True,
    )
    return replace(given, **changes)


def lot(**changes):
    given = LotFacts(
        code="01",
        name="Lot",
        scope="Road",
        estimate=Decimal("5000000.00"),
        ceiling=Decimal("4800000.00"),
        duration_days=100,
        quality="合格",
        deposit_amount=Decimal("100000.00"),
        deposit_forms=frozenset({"transfer", "guarantee"}),
        validity_days=90,
        bond_percent=Decimal(10),
        method=METHOD,
        times=times(),
        t=3,
        min_bids=3,
        seats=tuple(seat(i) for i in range(1, 6)),
        documents=frozenset({"data_sheet", "method", "boq", "contract"}),
    )
    return replace(given, **changes)


def tender(*lots, **changes):
    given = TenderFacts(
        title="工程",
        title_en="Works",
        owner_address="here",
        place="there",
        obtain_documents="on the platform",
        mandatory=True,
        state_funded=True,
        scheme_approved=True,
        supervisor_named=True,
        project_accepted=True,
        consortium_allowed=False,
        documents_from=AT,
        documents_until=AT + timedelta(days=8),
        lots=lots or (lot(),),
    )
    return replace(given, **changes)


def findings(facts, at=AT):
    return publish_blockers(facts, at, rules=RULES, calendar=CALENDAR)


def codes(facts, at=AT):
    return {item.code for item in findings(facts, at)}


def one(facts, code):
    return next(item for item in findings(facts) if item.code == code)


def test_a_lawful_tender_has_no_findings():
    assert findings(tender()) == ()


def test_mandatory_tender_is_blocked_nineteen_days_after_the_documents():
    """法24: at least twenty days; the refusal names the article and proposes the earliest lawful deadline."""
    early = tender(lot(times=times(AT + timedelta(days=19, minutes=30))))

    found = one(early, "bid_preparation")

    assert found.blocks
    assert found.source == "招标投标法第二十四条"
    assert found.data["earliest"] == "2026-11-23 09:30:00"  # the 22nd is a Sunday
    assert "20" in found.message % found.data


def test_the_twentieth_day_is_enough_for_a_mandatory_tender():
    """法24 with Civil Code 201: the day of issue is not counted, D+20 is twenty days."""
    assert "bid_preparation" not in codes(tender(lot(times=times(AT + timedelta(days=20, minutes=30)))))


def test_other_tenders_may_be_shorter_and_it_is_shown():
    """法24 binds only projects that must be tendered by law."""
    free = tender(lot(times=times(AT + timedelta(days=17, minutes=30))), mandatory=False)

    assert blocking(findings(free)) == ()
    assert "bid_preparation_free" in codes(free)


def test_days_run_from_publication_when_the_documents_were_dated_earlier():
    """法24: from the day the documents *are* issued, not from a date written into a form."""
    backdated = tender(documents_from=AT - timedelta(days=30))

    assert "bid_preparation" in codes(backdated, at=AT + timedelta(days=5))


def test_deposit_above_two_per_cent_and_cash_only_are_two_blockers_with_articles():
    """条26: at most 2 % of the estimate; 中小企业条例13: public owners take guarantees."""
    bad = tender(lot(deposit_amount=Decimal("105000.00"), deposit_forms=frozenset({"transfer"})))

    found = {item.code: item for item in findings(bad)}

    assert set(found) == {"deposit_cap", "guarantee_accepted"}
    assert found["deposit_cap"].source == "招标投标法实施条例第二十六条"
    assert found["guarantee_accepted"].source == "保障中小企业款项支付条例第十三条"
    assert found["deposit_cap"].data["most"] == Decimal("100000.00")


def test_deposit_of_exactly_two_per_cent_is_allowed():
    assert "deposit_cap" not in codes(tender(lot(deposit_amount=Decimal("100000.00"))))
    assert "deposit_cap" in codes(tender(lot(deposit_amount=Decimal("100000.01"))))


def test_private_owner_may_ask_for_a_transfer_only():
    private = tender(lot(deposit_forms=frozenset({"transfer"})), state_funded=False)

    assert findings(private) == ()


def test_no_deposit_needs_no_form():
    assert findings(tender(lot(deposit_amount=Decimal(0), deposit_forms=frozenset()))) == ()


@pytest.mark.parametrize("name", ["kind", "tie", "rounding", "candidates"])
def test_method_without_a_part_is_blocked_and_the_field_named(name):
    """条49: the criteria are those of the document, so they must decide everything, ties and rounding too."""
    short = {key: value for key, value in METHOD.items() if key != name}

    found = one(tender(lot(method=short)), f"method_{name}_missing")

    assert found.blocks
    assert found.field == f"lots[01].method.{name}"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "lottery"}, "method_kind_unknown"),
        ({"candidates": 4}, "candidates_max"),
        ({"candidates": "three"}, "candidates_max"),
    ],
)
def test_method_the_law_does_not_know_is_blocked(changed, code):
    """条53: at most three candidates."""
    assert code in codes(tender(lot(method={**METHOD, **changed})))


def test_deadline_on_a_holiday_is_warned_with_the_days_name():
    """Civil Code 203 does not move a deadline; the day is named and the owner decides."""
    holiday = tender(
        lot(times=times(datetime(2026, 10, 1, 9, 30, tzinfo=CHINA))),
        documents_from=datetime(2026, 9, 1, 9, 0, tzinfo=CHINA),
        documents_until=datetime(2026, 9, 10, 9, 0, tzinfo=CHINA),
    )

    found = publish_blockers(
        holiday, datetime(2026, 9, 1, 9, 0, tzinfo=CHINA), rules=RULES, calendar=CALENDAR
    )

    assert [(item.code, item.blocks) for item in found] == [("rest_day", False)]
    assert found[0].data["name_zh"] == "国庆节"


def test_deadline_in_a_year_without_table_or_before_nine_is_warned():
    late = datetime(2027, 3, 1, 8, 0, tzinfo=CHINA)

    found = {item.code: item.blocks for item in findings(tender(lot(times=times(late))))}

    assert found == {"rest_days_unsure": False, "earliest_hour": False}


@pytest.mark.parametrize("close_at", [AT, AT + timedelta(days=7)])
def test_deadline_in_the_past_or_in_the_document_window_is_blocked(close_at):
    assert "deadline_passed" in codes(tender(lot(times=times(close_at)), mandatory=False))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mandatory": None}, "flags_set"),
        ({"state_funded": None}, "flags_set"),
        ({"project_accepted": False}, "project_not_accepted"),
        ({"supervisor_named": False}, "supervisor_named"),
        ({"scheme_approved": False}, "scheme_approved"),
        ({"open_tendering": False}, "open_tendering"),
        ({"title": " "}, "notice_content"),
        ({"consortium_allowed": None}, "consortium_stated"),
        ({"documents_until": None}, "document_window"),
        ({"documents_until": AT + timedelta(days=4)}, "document_window"),
        ({"documents_until": AT + timedelta(days=5)}, "document_window"),  # D+5 is a Saturday: until Monday
    ],
)
def test_each_missing_fact_of_the_tender_blocks(changed, code):
    """法7, 法9, 法16, 条7, 条8, 条16, 条37: nothing is published and fixed later."""
    found = [item for item in findings(tender(**changed)) if item.code == code]

    assert found
    assert all(item.blocks for item in found)


def test_invited_tendering_is_free_without_state_funds():
    """条8 binds only state-controlled funds."""
    assert "open_tendering" not in codes(tender(open_tendering=False, state_funded=False))


def test_a_project_in_small_parts_is_warned_of_splitting():
    """条24: a project is not cut up to avoid tendering."""
    found = one(tender(mandatory=False, untendered_sum=Decimal(4_000_000)), "splitting")

    assert not found.blocks


def test_a_tender_without_lots_is_blocked():
    assert codes(replace(tender(), lots=())) == {"lots_missing"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": ""}, "notice_content"),
        ({"duration_days": None}, "notice_content"),
        ({"estimate": None}, "estimate_missing"),
        ({"bond_percent": Decimal("10.01")}, "bond_cap"),
        ({"floor_price": Decimal(1)}, "no_floor_price"),
        ({"deposit_validity_days": 60}, "deposit_validity"),
        ({"documents": frozenset({"data_sheet", "method", "boq"})}, "document_missing"),
        ({"validity_days": None}, "validity_stated"),
        ({"min_bids": 2}, "min_bids"),
        ({"times": None}, "opening_missing"),
        ({"times": replace(times(), open_at=(AT + timedelta(days=22),))}, "opening_at_deadline"),
        ({"times": replace(times(), release_until=AT)}, "opening_at_deadline"),
        ({"times": times(check=4)}, "check_window"),
        ({"factor": "required", "remedy": "sealed twice"}, "factor_until"),
    ],
)
def test_each_missing_fact_of_a_lot_blocks(changed, code):
    """法19, 法28, 法34, 法36, 条25, 条26, 条27, 条58."""
    found = [item for item in findings(tender(lot(**changed))) if item.code == code]

    assert found
    assert all(item.blocks for item in found)


def test_a_lot_without_ceiling_is_warned():
    """条27: a ceiling, if there is one, stands in the document."""
    assert not one(tender(lot(ceiling=None)), "ceiling_stated").blocks
    assert findings(tender(lot(ceiling=None, ceiling_method="average of valid bids"))) == ()


def test_required_factor_without_remedy_blocks_until_it_is_overridden():
    """20号令31: the document may set a remedy; without one, only by name, with a reason, under the supervisor's eyes."""
    close_at = AT + timedelta(days=21, minutes=30)
    plan = times(factor=close_at + timedelta(minutes=30))
    bare = lot(times=plan, factor="required")

    assert one(tender(bare), "remedy_stated").blocks

    passed = one(tender(replace(bare, overrides=frozenset({"remedy_stated"}))), "remedy_stated")
    assert not passed.blocks
    assert passed.data["overridden"]
    assert findings(tender(replace(bare, remedy="sealed twice"))) == ()


@pytest.mark.parametrize(
    ("seats", "t", "code"),
    [
        ([seat(1)], 1, "officers_threshold"),
        ([seat(i) for i in range(1, 4)], 3, "officers_threshold"),  # t < n
        ([seat(i) for i in range(1, 5)], 3, "officers_threshold"),  # n >= 2t-1
        ([seat(i, f"o{i}") for i in range(1, 34)], 3, "officers_threshold"),  # more than 32
        ([seat(i, "one") for i in range(1, 4)], 2, "officers_organisations"),
        ([seat(i, "a" if i < 5 else "b") for i in range(1, 6)], 3, "officers_one_organisation"),
        ([seat(1), seat(2), seat(3, person="person-1")], 2, "officers_persons"),
        ([seat(1), seat(2), seat(3, sig_key="s1")], 2, "officers_sig_keys"),
        ([seat(1), seat(2), seat(3, pk="k1")], 2, "officers_keys"),
        ([seat(1), seat(2), seat(3, pk="")], 2, "officer_key_missing"),
        ([seat(1), seat(2), seat(3, certified=False)], 2, "officer_not_certified"),
        ([seat(1), seat(2), seat(3, proven=False)], 2, "officer_dryrun_missing"),
    ],
)
def test_officers_who_could_read_early_or_stall_are_blocked(seats, t, code):
    """Amendment A9: five invented officers, or one organisation with t keys, is full early reading."""
    found = one(tender(lot(seats=tuple(seats), t=t)), code)

    assert found.blocks
    assert found.message % found.data


def test_no_officers_at_all_is_one_clear_refusal():
    assert {"officers_threshold", "officers_organisations"} <= codes(tender(lot(seats=(), t=0)))


def test_every_finding_fills_its_message_and_names_a_source():
    """A refusal names the rule and where it is written, whatever is missing."""
    empty = TenderFacts(lots=(LotFacts(code="01"), LotFacts(code="02", times=times(AT), factor="required")))

    found = findings(empty)

    assert len(found) > 30
    for item in found:
        assert item.source
        assert item.message % item.data
