"""What happens to each open tender of the demonstration market; every step is the service its people would call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from accounts.states import OrganisationKind
from bidding.rehearsal.clock import Clock
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import Published
from trading.models import Lot
from trading.rules import Times
from trading.selectors import times_in_force
from trading.services import (
    LotChange,
    addendum_bodies,
    addendum_draft,
    addendum_publish,
    addendum_submit,
    cancelled_body,
    documents_take,
    objection_raise,
    postpone_body,
    question_answer,
    question_ask,
    tender_cancel,
    tender_postpone,
    tender_suspend,
)

Story = Callable[[Published, Registry, Clock], None]
WEEK = timedelta(days=7)


def _firm(one: Published, registry: Registry, clock: Clock) -> Party:
    """One of its bidders, who has taken the documents."""
    firm = registry.party(one.plan.offers[0].firm, OrganisationKind.BIDDER, at=clock.now)
    documents_take(tender_id=one.lot.tender_id, actor=firm.actor, at=clock.now)
    return firm


def _later(lot: Lot, by: timedelta) -> Times:
    """All times in force, moved by the same span."""
    now = times_in_force(lot)
    return replace(
        now,
        close_at=now.close_at + by,
        open_at=tuple(moment + by for moment in now.open_at),
        factor_until=now.factor_until + by if now.factor_until else None,
        check_until=now.check_until + by,
        release_until=now.release_until + by,
    )


def quiet(one: Published, registry: Registry, clock: Clock) -> None:
    """Only documents are taken."""
    _firm(one, registry, clock)


def ask_and_answer(one: Published, registry: Registry, clock: Clock) -> None:
    """A question is asked and answered for all; nobody learns who asked."""
    firm = _firm(one, registry, clock)
    question = question_ask(
        tender_id=one.lot.tender_id, text="图纸第 3 页的标高以哪一张为准？", actor=firm.actor, at=clock.now
    )
    clock.after(seconds=600)
    question_answer(
        question_id=question.pk,
        answer="以总平面图为准，图纸已在文件中更正。",
        actor=one.owner.actor,
        at=clock.now,
    )
    clock.cut()


def correct(one: Published, registry: Registry, clock: Clock) -> None:
    """A correction which affects bids: the deadline moves, and what was sealed must be sealed again."""
    _firm(one, registry, clock)
    lot = Lot.objects.select_related("tender__project", "opening").get(pk=one.lot.pk)
    addendum = addendum_draft(
        tender_id=lot.tender_id,
        changes=[{"where": "工期", "before": "180 日历天", "after": "210 日历天"}],
        affects=True,
        reason="设计单位更正",
        lots={lot.pk: LotChange(fields={"duration_days": 210}, times=_later(lot, WEEK))},
        actor=one.owner.actor,
        at=clock.now,
    )
    addendum_submit(addendum_id=addendum.pk, actor=one.owner.actor, at=clock.now)
    addendum.refresh_from_db()
    signed = {
        pk: {"body": body, "signatures": [one.owner.signer.sign(kind, body)]}
        for pk, (kind, body) in addendum_bodies(addendum).items()
    }
    clock.after(seconds=60)
    addendum_publish(addendum_id=addendum.pk, signed=signed, actor=one.owner.actor, at=clock.now)
    clock.cut()


def object_in_time(one: Published, registry: Registry, clock: Clock) -> None:
    """An objection to the documents pauses the tender (条例 22)."""
    firm = _firm(one, registry, clock)
    objection_raise(
        tender_id=one.lot.tender_id,
        request="请取消对本地业绩的要求",
        facts="评标办法第 4 条只对本市业绩加分。",
        actor=firm.actor,
        at=clock.now,
    )
    clock.cut()


def order_to_stop(one: Published, registry: Registry, clock: Clock) -> None:
    """The supervisor orders a stop (条例 62)."""
    _firm(one, registry, clock)
    tender_suspend(
        tender_id=one.lot.tender_id,
        ground="order",
        text="投诉受理期间责令暂停",
        article="条例第六十二条",
        actor=one.supervisor.actor,
        at=clock.now,
    )
    clock.cut()


def postpone(one: Published, registry: Registry, clock: Clock) -> None:
    """A later deadline which keeps the seals (A5)."""
    _firm(one, registry, clock)
    lot = Lot.objects.select_related("tender__project", "opening").get(pk=one.lot.pk)
    times, reason = _later(lot, WEEK), "开标场地设备检修"
    body = postpone_body(lot, times, reason)
    signatures = [party.signer.sign("postpone", body) for party in (one.owner, one.supervisor)]
    tender_postpone(
        lot_id=lot.pk,
        times=times,
        reason=reason,
        signed={"body": body, "signatures": signatures},
        actor=one.owner.actor,
        at=clock.now,
    )
    clock.cut()


def cancel(one: Published, registry: Registry, clock: Clock) -> None:
    """The owner ends the tender, with its ground (条例 31)."""
    _firm(one, registry, clock)
    lot = Lot.objects.select_related("tender__project").get(pk=one.lot.pk)
    reason = "立项批复被撤销"
    body = cancelled_body(lot, reason)
    signed = {lot.pk: {"body": body, "signatures": [one.owner.signer.sign("cancelled", body)]}}
    tender_cancel(
        tender_id=lot.tender_id,
        reason=reason,
        article="条例第三十一条",
        signed=signed,
        actor=one.owner.actor,
        at=clock.now,
    )
    clock.cut()


TELL: tuple[Story, ...] = (quiet, correct, object_in_time, order_to_stop, postpone, cancel, ask_and_answer)
