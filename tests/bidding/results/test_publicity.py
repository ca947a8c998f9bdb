"""O13, O14: receipt, publicity, objections to its last second. The law's days are counted, not guessed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Outbox
from accounts.states import Power
from bidding.services.outcomes import contract_record, validity_answer
from bidding.services.security import refunds_due
from bidding.services.validity_watch import extension_ask
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_bidding as build
from tests.bidding.results import world as worlds
from trading.models import Award, Notice, Objection, Publicity, ResultLetter
from trading.rules.counting import local_day
from trading.selectors import valid_until
from trading.services import objection_answer, publicity
from trading.services.lot_hold import lot_hold, lot_release
from trading.services.result_clocks import result_clocks_watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.opened)


def test_the_candidates_are_shown_from_the_report_and_signed_by_the_owner(world):
    """10号令 6: rank, name, price, quality, duration, manager with certificates, qualification, how to object."""
    made = world.shown()

    assert world.lot.state == "publicity"
    said = dict(Notice.objects.get(pk=made.notice_id).content["zh"])
    assert said["第1名 中标候选人"] == world.bidder(1).organisation.name
    assert said["第1名 投标报价（元）"] == "9000001.00"
    assert said["第1名 相关证书名称和编号"] == "闽2350001"
    assert said["否决投标 1"].endswith("第五十一条第（六）项，工期超过招标文件要求")
    assert said["公示截止时间"] == "2026-03-27 24:00:00"
    assert "第1名 评分：技术" not in said
    event = Entry.objects.get(pk=made.entry_id)
    assert (event.kind, event.chain) == ("publicity", world.lot.award_chain)
    assert event.body["content"] == made.notice.sha256
    assert event.body["report"] == world.report.report_ev


def test_no_score_and_no_bid_behind_the_candidates_is_published(world):
    made = world.shown()

    said = str(made.notice.content)
    assert "27.31" not in said
    assert "71.25" not in said
    assert world.bidder(4).organisation.name not in said


def test_a_report_on_friday_before_a_holiday(world):
    """Scenario 35: the starting day is not counted, a last day that is a rest day moves on (Civil Code 201, 203)."""
    friday = datetime(2026, 4, 3, 6, 0, tzinfo=UTC)
    world.to(friday)
    world.receive()
    world.receipt()

    made = world.publish()

    assert local_day(made.until_at - timedelta(seconds=1)).isoformat() == "2026-04-07"
    steps = publicity.publicity_until(world.lot, 3, friday).steps
    assert [step.code for step in steps][:4] == ["start", "nth", "roll", "last"]


def test_nothing_is_published_before_the_receipt_and_nothing_shorter_than_the_law(world):
    world.receive()
    with pytest.raises(StateConflict, match="receipt"):
        world.publish()
    world.receipt()
    with pytest.raises(RuleBroken) as caught:
        publicity.publicity_until(world.lot, 2, world.now)
    assert caught.value.code == "publicity_short"
    assert caught.value.findings[0].source == "招标投标法实施条例第五十四条"
    with pytest.raises(StateConflict):
        world.receipt()


def test_only_the_owner_by_its_own_key(world):
    world.receive()
    with pytest.raises(NotPermitted):
        world.receipt(actor=world.bidder(1).actor)
    with pytest.raises(NotPermitted):
        world.receipt(actor=replace(world.owner, powers=world.owner.powers - {Power.CONFIRM}))
    world.receipt()
    forged = build.signed(world.bidder(1), "publicity", _body(world))
    with pytest.raises(RuleBroken) as caught:
        world.publish(signed=forged)
    assert caught.value.code == "signature_missing"


def _body(world):
    until = publicity.publicity_until(world.lot, 3, world.now).moment
    report = world.report
    report.lot = world.lot
    return publicity.publicity_body(report, publicity.publicity_content(report, until, world.now))


def test_what_was_signed_yesterday_is_not_published_today(world):
    """The notice names its first day: signed over midnight it is signed again."""
    world.receive()
    world.receipt()
    signed = world.signed("publicity", _body(world))
    world.later(days=1)

    with pytest.raises(RuleBroken) as caught:
        world.publish(signed=signed)

    assert caught.value.code == "signed_differs"


def test_a_publicity_begun_too_late_is_marked_and_the_supervisor_told(world):
    world.receive()
    world.receipt()
    world.later(days=9)
    assert result_clocks_watch(at=world.now) == 1
    assert result_clocks_watch(at=world.now) == 0
    Outbox.objects.all().delete()

    made = world.publish()

    assert made.late
    told = set(Outbox.objects.filter(event="clock_card").values_list("organisation", flat=True))
    assert told == {world.lot.tender.project.supervisor_id}


def test_the_clock_ends_the_publicity_not_a_second_earlier(world):
    made = world.shown()
    assert publicity.publicities_end(at=made.until_at - timedelta(seconds=1)) == 0
    with pytest.raises(NotPermitted):
        publicity.publicity_close(lot_id=world.lot.pk, actor=world.owner, at=made.until_at)

    assert publicity.publicities_end(at=made.until_at) == 1

    assert world.lot.state == "awaiting_award"
    assert Publicity.objects.get().ended_at == made.until_at


def test_an_objection_in_the_last_second_counts_and_locks_the_award_until_the_reply(world):
    """Scenario 36: accepted until the second; the clock of the reply runs; unlocked by the reply."""
    made = world.shown()
    world.to(made.until_at - timedelta(seconds=1))
    objection = world.object()
    world.to(made.until_at)
    publicity.publicities_end(at=world.now)
    world.draft()

    with pytest.raises(RuleBroken) as caught:
        world.sign_award()
    assert [finding.code for finding in caught.value.findings] == ["objection_open"]
    assert not Award.objects.exists()

    world.later(days=1)
    objection_answer(objection_id=objection.pk, answer="业绩经复核有效", actor=world.owner, at=world.now)
    world.sign_award()

    assert world.lot.state == "awarded"
    reply = Notice.objects.get(lot=world.lot, kind="objection_answer")
    assert ["依据", "招标投标法实施条例第五十四条"] in reply.content["zh"]
    assert world.bidder(2).organisation.name not in str(reply.content)


def test_after_the_publicity_an_objection_is_too_late(world):
    made = world.shown()
    world.to(made.until_at)
    with pytest.raises(RuleBroken) as caught:
        world.object()
    assert caught.value.code == "objection_late"
    assert not Objection.objects.exists()


def test_owner_and_agency_do_not_object_and_nobody_before_the_publicity(world):
    world.receive()
    with pytest.raises(StateConflict):
        world.object()
    world.receipt()
    world.publish()
    with pytest.raises(NotPermitted):
        world.object(actor=world.owner)


def test_the_database_refuses_an_award_over_an_open_objection(world):
    """Whoever writes around the services: the trigger stands."""
    world.ended()
    row = world.award()
    facts = {
        field.attname: getattr(row, field.attname)
        for field in Award._meta.concrete_fields
        if field.attname not in {"id", "entry_id", "serial"}
    }
    entry = Entry.objects.exclude(pk=row.entry_id).first()
    made = Objection(
        tender=world.lot.tender,
        lot=world.lot,
        stage="result",
        objector_id=world.bidder(3).organisation.pk,
        code="X",
        request="x",
        facts="x",
        raised_at=world.now,
        reply_due_at=world.now + timedelta(days=3),
    )
    made.save()

    with pytest.raises(IntegrityError, match="stands against the award"), transaction.atomic():
        Award.objects.create(**facts, serial=2, entry=entry)


def test_an_objection_to_the_result_suspends_no_tender(world):
    world.shown()
    world.object()

    assert refunds_due(at=world.now) == []
    assert Objection.objects.get().suspensions.count() == 0
    assert world.lot.tender.state == "closed"


def test_what_is_contested_at_lot_1_leaves_lot_2_alone():
    """Scenario 38, 条例 54, 62, 30号令 29: one lot stands still for 60 days, the other is awarded meanwhile."""
    first, second = worlds.two_lots()
    assert first.lot.tender_id == second.lot.tender_id
    assert (first.lot.no, second.lot.no) == (1, 2)
    first.shown()
    shown = second.shown()
    objection = first.object()
    held = lot_hold(
        lot_id=first.lot.pk,
        ground="complaint",
        text="投诉处理期间暂停",
        article="招标投标法实施条例第六十二条",
        actor=first.hall.one.supervisor.actor,
        at=first.now,
    )
    second.to(shown.until_at)
    publicity.publicities_end(at=first.now)

    award = second.award()
    assert award.winner_id == second.bidder(1).organisation.pk
    assert second.lot.state == "awarded"
    told = ResultLetter.objects.filter(award=award)
    assert {row.organisation_id for row in told} == {second.bidder(n).organisation.pk for n in range(1, 6)}
    second.later(days=10)
    contract_record(
        lot_id=second.lot.pk,
        signed_on=local_day(second.now),
        parties="某业主\n投标单位 1",
        amount=Decimal(9_000_001),
        file=("contract.pdf", worlds.PDF),
        actor=second.owner,
        at=second.now,
    )
    assert second.lot.state == "contracted"
    first.draft()
    with pytest.raises(RuleBroken) as caught:
        first.sign_award()
    assert {finding.code for finding in caught.value.findings} == {"objection_open", "lot_held"}
    assert not Award.objects.filter(lot=first.lot).exists()

    first.later(days=25)
    Outbox.objects.all().delete()
    ends = valid_until(first.lot)
    asked = extension_ask(
        lot_id=first.lot.pk,
        extended_until=ends + timedelta(days=60),
        answer_by=ends - timedelta(days=3),
        reason="投诉处理中",
        actor=first.owner,
        at=first.now,
    )
    assert first.lot.validity_extensions.get() == asked
    assert valid_until(first.lot) == ends + timedelta(days=60)
    assert valid_until(second.lot) < valid_until(first.lot)
    assert not second.lot.validity_extensions.exists()
    told = Outbox.objects.filter(event="validity_ending")
    bidders = {first.bidder(number).organisation.pk for number in range(1, 6)}
    assert set(told.values_list("organisation", flat=True)) == {
        first.hall.one.owner.organisation.pk,
        *bidders,
    }
    assert Notice.objects.get(kind="validity").lot_id == first.lot.pk
    for number in (1, 2):
        validity_answer(
            extension_id=asked.pk, consents=number == 1, actor=first.bidder(number).actor, at=first.now
        )

    objection_answer(objection_id=objection.pk, answer="复核有效", actor=first.owner, at=first.now)
    lot_release(hold_id=held.pk, actor=first.hall.one.supervisor.actor, at=first.later(days=25))
    publicity.publicities_end(at=first.now)
    assert first.award().winner_id == first.bidder(1).organisation.pk
    assert second.lot.state == "contracted"
