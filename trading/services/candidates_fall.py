"""条例 55, 56: tendering again once a candidate fell out; its ability to perform checked by the same panel."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Lot, Recheck
from trading.selectors import awarding as reads
from trading.services.award_decide import candidate_of
from trading.services.lot_progress import lot_fail
from trading.services.outcomes import Paper
from trading.services.questions import clean_text
from trading.states import LotState


@transaction.atomic
def tender_again(*, lot_id: UUID, actor: Actor, at: datetime) -> Lot:
    """After a candidate fell out the owner tenders again instead of taking the next (条例 55): the lot ends, 流标.

    StateConflict ``nobody_out`` while every candidate can still win.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    report = reads.report_for_update(lot)
    if lot.state != LotState.AWAITING_AWARD.value or not reads.ranks_out(report):
        raise StateConflict("nobody_out", _("Every candidate can still be awarded this lot."))
    data = {"report": report.report_ev}
    record_append(name="tender-again-chosen", subject=lot.number, data=data, actor=actor.key, at=at)
    return lot_fail(lot_id=lot.pk, reason="no-winner", actor=SYSTEM, at=at, log_event=False)


@transaction.atomic
def recheck_ask(
    *, lot_id: UUID, candidate_id: UUID, reason: str, evidence: Paper, actor: Actor, at: datetime
) -> Recheck:
    """Ask the same panel whether a candidate can still perform (条例 56), before the award notice; locks the award.

    By the owner, when the candidate's business or standing changed much or it acted unlawfully. StateConflict
    ``recheck_open`` while another is unanswered, or once the lot is awarded.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    report = reads.report_for_update(lot)
    if lot.state not in {LotState.PUBLICITY.value, LotState.AWAITING_AWARD.value}:
        raise StateConflict("not_awaiting", _("A re-check is asked before the award notice."))
    if reads.recheck_open(report) is not None:
        raise StateConflict("recheck_open", _("The panel has not answered the re-check of a candidate yet."))
    candidate = candidate_of(report, candidate_id)
    reason = clean_text(reason, "reason")
    data = {"report": report.report_ev, "bid": candidate.bid_ev, "evidence": evidence.sha256}
    entry = record_append(name="recheck-asked", subject=lot.number, data=data, actor=actor.key, at=at)
    assert actor.person is not None
    return Recheck.objects.create(
        report=report,
        candidate=candidate,
        reason=reason,
        file_sha256=evidence.sha256,
        file_name=evidence.name,
        file_size=evidence.size,
        by=actor.person,
        at=at,
        entry=entry,
    )


@transaction.atomic
def recheck_answer(*, recheck_id: UUID, stands: bool, answer: str, actor: Actor, at: datetime) -> Recheck:
    """The panel's answer, as ``experts`` brings it; a changed opinion is a new report, which answers by itself.

    ``stands``: the panel confirms the candidate; else the candidate can no longer be awarded the lot once the owner
    records that (``candidate_out``). NotPermitted for a person; NotFound for none; StateConflict the second time.
    """
    found = Recheck.objects.filter(pk=recheck_id).select_related("report").first()
    if found is None:
        raise NotFound("recheck", _("There is no such re-check."))
    lot = selectors.lot_for_update(found.report.lot_id)
    require(policies.may_drive(actor))
    row = Recheck.objects.select_for_update().get(pk=recheck_id)
    if row.answered_at is not None:
        raise StateConflict("answered", _("This re-check is answered."))
    row.answered_at, row.stands, row.answer = at, stands, clean_text(answer, "answer")
    row.save(update_fields=["answered_at", "stands", "answer"])
    data = {"recheck": row.pk, "stands": stands}
    record_append(name="recheck-answered", subject=lot.number, data=data, actor=actor.key, at=at)
    return row
