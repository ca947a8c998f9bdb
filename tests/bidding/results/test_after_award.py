"""O16, the stopped lot, and how a failed lot is tendered again (法 47; 条例 31, 42)."""

import pytest

from accounts.models import Outbox
from bidding.services.security import refunds_due
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests import builders_bidding as build
from tests.bidding.results import world as worlds
from tests.bidding.results.world import PAPER
from trading.models import LotStop, Notice, WrittenReport
from trading.services import lot_stop, objection_answer, written_report
from trading.services.policy_body import cancelled_body
from trading.services.tender_draft import retender_parent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.opened)


def send(world, **changes):
    award = written_report.award_decided(world.lot)
    content = written_report.report_content(world.lot, award)
    facts = {
        "lot_id": world.lot.pk,
        "signed": world.signed("written-report", written_report.report_body(world.lot, award, content)),
        "actor": world.owner,
        "at": world.now,
    }
    return written_report.written_report_send(**{**facts, **changes})


def test_the_written_report_is_made_from_data_signed_and_received(world):
    """法47: within 15 days; objections with their replies, without who raised them."""
    row = world.shown()
    objection = world.object()
    objection_answer(objection_id=objection.pk, answer="维持", actor=world.owner, at=world.now)
    world.to(row.until_at)
    worlds.publicity.publicities_end(at=world.now)
    world.award()
    world.later(days=3)

    made = send(world)

    said = dict(made.content["zh"])
    assert said["中标人"] == world.bidder(1).organisation.name
    assert said["评标报告"] == "评字〔2026〕7号"
    assert any(label.startswith("异议 YY-") for label in said)
    assert not made.late
    assert Entry.objects.get(pk=made.entry_id).body["content"] == made.sha256
    supervisor = world.hall.one.supervisor
    told = set(Outbox.objects.filter(event="written_report_sent").values_list("organisation", flat=True))
    assert told == {supervisor.organisation.pk}
    with pytest.raises(StateConflict):
        send(world)
    with pytest.raises(NotPermitted):
        written_report.written_report_receive(report_id=made.pk, actor=world.owner, at=world.now)
    written_report.written_report_receive(report_id=made.pk, actor=supervisor.actor, at=world.now)
    assert WrittenReport.objects.get().received_at == world.now


def test_what_happened_after_it_was_read_is_not_left_out(world):
    """Signed over another text than the platform would send now: refused."""
    world.ended()
    world.award()
    award = written_report.award_decided(world.lot)
    content = written_report.report_content(world.lot, award)
    body = written_report.report_body(world.lot, award, {**content, "zh": content["zh"][:-1]})
    with pytest.raises(RuleBroken) as caught:
        send(world, signed=world.signed("written-report", body))
    assert caught.value.code == "signed_differs"


def stop(world, **changes):
    facts = {
        "lot_id": world.lot.pk,
        "reason": "项目被取消",
        "article": "招标投标法实施条例第三十一条",
        "decision": PAPER,
        "actor": world.owner,
        "at": world.now,
    }
    return lot_stop.lot_stop_propose(**{**facts, **changes})


def end(world, **changes):
    facts = {
        "lot_id": world.lot.pk,
        "signed": world.signed("cancelled", cancelled_body(world.lot, "项目被取消")),
        "actor": world.owner,
        "at": world.now,
    }
    return lot_stop.lot_stop_sign(**{**facts, **changes})


def test_an_opened_lot_is_stopped_after_the_supervisor_was_told(world, tmp_path):
    """Scenario 39: ground, supervisor first, notice, record stays public, the bundle still verifies."""
    world.receive()
    with pytest.raises(NotFound):
        end(world)
    stop(world)
    assert Outbox.objects.filter(event="cancellation_listed").exists()
    assert not Notice.objects.filter(kind="cancellation").exists()
    world.later(hours=1)

    end(world)

    assert world.lot.state == "cancelled"
    assert Notice.objects.filter(lot=world.lot, kind="record").exists()
    event = Entry.objects.get(pk=LotStop.objects.get().entry_id)
    assert event.chain == world.lot.award_chain
    assert refunds_due(at=world.now) == []
    world.hall.cut()
    assert build.faults(world.hall.judged(tmp_path)) == []


def test_a_proposed_stop_can_be_taken_back_and_is_needed_once(world):
    world.receive()
    stop(world)
    with pytest.raises(StateConflict):
        stop(world)
    lot_stop.lot_stop_withdraw(lot_id=world.lot.pk, actor=world.owner, at=world.now)
    stop(world)
    with pytest.raises(NotPermitted):
        end(world, actor=world.bidder(1).actor)


def test_an_awarded_lot_is_not_stopped(world):
    """条例 73: after the award there is a contract to sign."""
    world.ended()
    world.award()
    with pytest.raises(StateConflict):
        stop(world)


def test_a_lot_that_failed_may_be_tendered_again(world):
    rows = [world.rejected(number) for number in range(1, 6)]
    world.receive(candidates=[], losers=[], rejected=rows, failed=True)
    project = world.lot.tender.project_id

    assert retender_parent(world.lot.tender_id, project) == world.lot.tender
