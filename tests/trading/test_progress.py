"""Postponement, closing, failure, validity, and what the public sees of it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.models import Outbox
from accounts.states import Role
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from ledger.services import batch_cut
from tests import builders_trading as build
from tests.builders_trading import START, SYSTEM
from trading import selectors, services
from trading.models import Failure, Lot, Postponement
from trading.rules import notices, shifted
from trading.rules.numbers import is_code
from trading.visibility import Audience

pytestmark = pytest.mark.django_db
CLOSE = build.day(START, build.DAYS)
CONTENT = notices.content([("开标", "Opening", "x", "x")])


@pytest.fixture
def made(kept):
    return kept(build.published_tender)


def close(made, at=CLOSE):
    return services.lot_mark_closed(lot_id=made.lot.pk, actor=SYSTEM, at=at)


# postponement


def test_postponement_is_signed_by_owner_and_supervisor_and_keeps_the_policy(made):
    """Amendment A5: a pure delay does not void sealed bids."""
    later = build.postponed(made, CLOSE + timedelta(days=3), at=START)

    assert later.lot.policy == made.lot.policy
    assert later.lot.close_at == CLOSE + timedelta(days=3)
    event = Entry.objects.get(kind="postpone")
    assert event.body["policy"] == made.lot.policy
    assert len(event.signatures) == 2
    assert "无须重新递交" in str(made.tender.notices.get(kind="postponement").content)


def test_postponement_without_the_supervisor_is_refused(made):
    """Attack: the owner alone moves the deadline for a friend who is late."""
    new = shifted(selectors.times_in_force(made.lot), CLOSE + timedelta(days=3))
    body = services.postpone_body(made.lot, new, "x")
    given = {"lot_id": made.lot.pk, "times": new, "actor": made.owner, "at": START}

    with pytest.raises(RuleBroken) as refused:
        services.tender_postpone(reason="x", signed=build.signed(made, "postpone", body), **given)
    with pytest.raises(RuleBroken):
        services.tender_postpone(
            reason=" ", signed=build.signed(made, "postpone", body, supervisor=True), **given
        )

    assert refused.value.code == "signature_missing"
    assert not Postponement.objects.exists()


def test_postponement_to_an_earlier_time_is_refused(made):
    with pytest.raises(RuleBroken):
        build.postponed(made, CLOSE - timedelta(days=1), at=START)


def test_postponement_after_an_undisturbed_deadline_is_refused(kept):
    """Amendment A5: with a time statement in the last minute the deadline stands."""
    made = kept(build.published_tender)
    batch_cut(at=CLOSE - timedelta(seconds=20))

    with pytest.raises(RuleBroken) as refused:
        build.postponed(made, CLOSE + timedelta(hours=1), at=CLOSE + timedelta(seconds=1))

    assert refused.value.findings[0].code == "postpone_after_deadline"


def test_postponement_after_a_disturbed_deadline_reopens_the_lot(made):
    """A5 (a)-(c): no time source answered at the deadline; within 24 hours it may be moved."""
    close(made)

    later = build.postponed(made, CLOSE + timedelta(hours=3), at=CLOSE + timedelta(hours=1))

    assert (later.lot.state, later.lot.closed_at, later.tender.state) == ("open", None, "open")


# closing and opening, driven from above


def test_a_lot_goes_from_deadline_to_evaluation(made):
    with pytest.raises(StateConflict):
        close(made, CLOSE - timedelta(seconds=1))
    assert selectors.lots_due(CLOSE) == [made.lot.pk]
    close(made)
    drive = {"lot_id": made.lot.pk, "actor": SYSTEM, "at": CLOSE}
    services.lot_mark_opening(**drive)
    services.lot_mark_paused(reason="power cut", **drive)
    services.lot_mark_continued(**drive)
    services.lot_mark_opened(content=CONTENT, **drive)

    after = build.refreshed(made)
    assert (after.tender.state, after.lot.state, after.lot.opened_at) == ("closed", "evaluating", CLOSE)
    assert after.tender.notices.get(kind="record").lot == after.lot
    assert selectors.lots_due(CLOSE) == []


def test_nobody_but_the_platform_moves_a_lot(made):
    person = Actor(
        person=made.owner.person, organisation=made.owner.organisation, roles=frozenset({Role.SYSADMIN})
    )

    with pytest.raises(NotPermitted):
        services.lot_mark_closed(lot_id=made.lot.pk, actor=person, at=CLOSE)
    with pytest.raises(NotPermitted):
        services.lot_fail(lot_id=made.lot.pk, reason="too-few-bids", actor=made.owner, at=CLOSE)


def test_fewer_than_three_bids_fail_without_names_or_number(made):
    """Scenario 3. 法28, 条44: no opening; who came and how many stays sealed, for they may bid again."""
    firm = build.bidder(1)
    services.documents_take(tender_id=made.tender.pk, actor=firm, at=START)
    with pytest.raises(StateConflict):
        services.lot_fail(lot_id=made.lot.pk, reason="too-few-bids", actor=SYSTEM, at=START)
    close(made)
    with pytest.raises(RuleBroken):
        services.lot_fail(lot_id=made.lot.pk, reason="bad-weather", actor=SYSTEM, at=CLOSE)

    services.lot_fail(
        lot_id=made.lot.pk, reason="too-few-bids", next_step="Tender again", actor=SYSTEM, at=CLOSE
    )

    after = build.refreshed(made)
    assert (after.tender.state, after.lot.state) == ("unsuccessful", "unsuccessful")
    event = Entry.objects.get(kind="failed")
    assert event.body["reason"] == "too-few-bids"
    words = str(after.tender.notices.get(kind="failure").content)
    assert "少于三个" in words
    assert "Firm" not in words
    assert {field.name for field in Failure._meta.get_fields()} == {"id", "lot", "reason", "next_step", "at"}
    told = Outbox.objects.filter(event="tender_unsuccessful").first()
    assert set(told.data) <= {"title", "number", "reason", "url"}


def test_one_failed_lot_leaves_the_other_alone(kept):
    made = kept(build.published_tender, lots=[build.lot_fields(), build.lot_fields(name="第二标段")])
    for lot in made.lots:
        services.lot_mark_closed(lot_id=lot.pk, actor=SYSTEM, at=CLOSE)
    services.lot_fail(lot_id=made.lot.pk, reason="not-openable", actor=SYSTEM, at=CLOSE, log_event=False)

    after = build.refreshed(made)
    assert [lot.state for lot in after.lots] == ["unsuccessful", "closed"]
    assert after.tender.state == "closed"
    assert not Entry.objects.filter(kind="failed").exists()


def test_the_database_refuses_an_opened_lot_without_its_moment(made):
    close(made)

    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.filter(pk=made.lot.pk).update(state="evaluating")


# validity


def test_validity_is_extended_in_time_or_not_at_all(made):
    """条25, 30号令29: asked in writing before it ends, with a date for the answer."""
    until = selectors.valid_until(made.lot)
    assert until.astimezone(START.tzinfo) > CLOSE + timedelta(days=90)
    ask = {"lot_id": made.lot.pk, "reason": "A complaint is open", "actor": made.owner, "at": CLOSE}
    with pytest.raises(RuleBroken):
        services.validity_extend(extended_until=until, answer_by=until - timedelta(days=7), **ask)
    with pytest.raises(RuleBroken):
        services.validity_extend(
            extended_until=until + timedelta(days=9), answer_by=until + timedelta(days=1), **ask
        )

    longer = until + timedelta(days=30)
    services.validity_extend(extended_until=longer, answer_by=until - timedelta(days=7), **ask)

    assert selectors.valid_until(made.lot) == longer
    draft = build.draft_tender(of=made.market, officers=0)
    with pytest.raises(StateConflict):
        services.validity_extend(extended_until=longer, answer_by=until, **(ask | {"lot_id": draft.lot.pk}))


# documents taken


def test_documents_take_gives_a_random_receipt_once(made):
    """法22: a receipt is free, random, and the same when asked again."""
    first, second = build.bidder(1), build.bidder(2)
    one = services.documents_take(tender_id=made.tender.pk, actor=first, at=START)
    again = services.documents_take(tender_id=made.tender.pk, actor=first, at=START + timedelta(days=30))
    other = services.documents_take(tender_id=made.tender.pk, actor=second, at=START)

    assert one == again
    assert is_code(one.code)
    assert one.code != other.code


@pytest.mark.parametrize("at", [START - timedelta(seconds=1), build.day(START, 8, 17)])
def test_documents_take_is_refused_outside_the_window(made, at):
    """条16: the document window."""
    with pytest.raises(StateConflict):
        services.documents_take(tender_id=made.tender.pk, actor=build.bidder(1), at=at)


def test_documents_take_is_for_bidders_and_published_tenders(made):
    with pytest.raises(NotPermitted):
        services.documents_take(tender_id=made.tender.pk, actor=made.owner, at=START)
    draft = build.draft_tender(of=made.market, officers=0)
    with pytest.raises(StateConflict):
        services.documents_take(tender_id=draft.tender.pk, actor=build.bidder(1), at=START)


def test_takers_are_told_by_voice_within_48_hours_of_the_deadline(made):
    services.documents_take(tender_id=made.tender.pk, actor=build.bidder(1), at=START)
    build.postponed(made, CLOSE + timedelta(days=1), at=START)
    assert not Outbox.objects.filter(event="deadline_moved", channel="voice").exists()

    build.postponed(build.refreshed(made), CLOSE + timedelta(days=1, hours=2), at=CLOSE - timedelta(hours=20))

    assert Outbox.objects.filter(event="deadline_moved", channel="voice").exists()


# what the public sees


def view(made, audience=Audience.PUBLIC, at=START):
    return selectors.tender_view(build.refreshed(made).tender, audience=audience, at=at)


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTY, Audience.SUPERVISOR, Audience.AUDITOR])
def test_nothing_differs_between_no_takers_and_two(made, audience):
    """Scenario 7. 法22: no name, no number, no difference between 0 and 12, for any audience."""
    before = view(made, audience)
    for number in (1, 2):
        firm = build.bidder(number)
        services.documents_take(tender_id=made.tender.pk, actor=firm, at=START)
        services.question_ask(tender_id=made.tender.pk, text="Why?", actor=firm, at=START)

    assert view(made, audience) == before


def test_the_public_sees_a_published_tender_with_officers_and_what_comes_next(made):
    seen = view(made)

    lot = seen.lots[0]
    assert (lot["policy"], lot["n"], lot["t"]) == (made.lot.policy, 5, 3)
    assert {"organisation", "role", "fingerprint"} <= set(lot["officers"][0])
    assert "estimate" not in lot
    assert lot["offline_secret"]
    assert len(seen.documents) == 5
    ahead = [moment.code for moment in seen.timeline if moment.ahead]
    assert set(ahead) == {
        *(
            "documents_until",
            "objection_until",
            "questions_until",
            "close_at",
            "check_until",
            "release_until",
        ),
    }
    assert [moment.at for moment in seen.timeline] == sorted(moment.at for moment in seen.timeline)
    assert view(made, Audience.PARTY).lots[0]["estimate"] == made.lot.estimate


def test_a_draft_is_not_found_by_the_public(kept):
    made = kept(build.draft_tender)

    assert not selectors.tenders_public().exists()
    with pytest.raises(NotFound):
        selectors.tender_by_number("")
    assert view(made).tender == {}
    assert view(made, Audience.PARTY).tender["title"] == made.tender.title


def test_tenders_are_found_by_state_region_words_and_day(made):
    other = build.published_tender(
        of=made.market,
        project=build.accepted_project(made.market, region="500112"),
        fields=build.tender_fields(START, title="桥梁工程", title_en="Bridge"),
    )

    def found(**query):
        return [tender.number for tender in selectors.tenders_public(**query)]

    assert set(found()) == {made.tender.number, other.tender.number}
    assert found(region="50") == [other.tender.number] == found(text="桥梁 Bridge")
    assert found(text="nothing") == []
    assert set(found(state="open", since=date(2026, 11, 2), until=date(2026, 11, 2))) == set(found())
    assert found(state="evaluating") == found(since=date(2026, 11, 3)) == []
    assert found(text=made.tender.number) == [made.tender.number]


def test_notices_and_lots_are_found_by_number_and_never_disappear(made):
    number = made.tender.notices.get().number

    assert selectors.notice_by_number(number).version == 1
    assert selectors.notice_by_number(number, 1).kind == "tender"
    assert selectors.lot_by_number(made.lot.number) == made.lot
    assert [row.number for row in selectors.notices_public(kind="tender", since=date(2026, 11, 2))] == [
        number
    ]
    with pytest.raises(NotFound):
        selectors.notice_by_number(number, 2)
    with pytest.raises(NotFound):
        selectors.lot_by_number(f"{made.tender.number}-xx")


def test_a_corrected_notice_keeps_its_number_and_the_old_version_stays(made):
    first = made.tender.notices.get()
    second = services.notice_publish(
        tender=made.tender, kind="tender", content=CONTENT, actor=made.owner, at=START, corrects=first
    )

    assert (second.number, second.version) == (first.number, 2)
    assert selectors.notice_by_number(first.number).pk == second.pk
    assert selectors.notice_by_number(first.number, 1).pk == first.pk


def test_todays_board_lists_openings_by_the_deadline_in_force(made):
    day = CLOSE.astimezone(START.tzinfo).date()
    assert selectors.openings_on(day) == [made.lot]

    build.postponed(made, CLOSE + timedelta(days=1), at=START)

    assert selectors.openings_on(day) == []
    assert selectors.openings_on(day + timedelta(days=1)) == [made.lot]


def test_audiences_follow_from_the_relation_to_the_tender(made):
    def audience(actor):
        return selectors.audience_of(actor, made.tender)

    assert audience(made.owner) is Audience.PARTY
    assert audience(made.market.supervisor.actor) is Audience.SUPERVISOR
    assert audience(build.bidder(1)) is Audience.PUBLIC
    assert audience(Actor(roles=frozenset({Role.AUDITOR}))) is Audience.AUDITOR
    assert audience(Actor()) is Audience.PUBLIC


def test_ones_own_receipts_are_shown_to_oneself(made):
    firm = build.bidder(1)
    code = services.documents_take(tender_id=made.tender.pk, actor=firm, at=START).code
    services.question_ask(tender_id=made.tender.pk, text="Why?", actor=firm, at=START)

    own = selectors.own_receipts(made.tender, firm.organisation)

    assert own["taken"][0]["code"] == code
    assert (len(own["questions"]), own["objections"]) == (1, [])
    assert selectors.own_receipts(made.tender, made.owner.organisation)["taken"] == []


def test_the_timeline_of_an_ended_tender_has_nothing_ahead(made):
    close(made)
    services.lot_fail(lot_id=made.lot.pk, reason="too-few-bids", actor=SYSTEM, at=CLOSE)

    moments = view(made, at=CLOSE).timeline

    assert not [moment for moment in moments if moment.ahead]
    assert {"closed_at", "failed_at"} <= {moment.code for moment in moments}
