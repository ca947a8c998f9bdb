"""O13: the owner confirms the receipt of the report; from then the publicity must begin in time (条例 54)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import EvaluationReport
from trading.selectors import awarding as reads
from trading.states import LotState


@transaction.atomic
def report_receipt(*, lot_id: UUID, actor: Actor, at: datetime) -> EvaluationReport:
    """Confirm the receipt, once: the clock of the publicity counts from this moment.

    NotPermitted unless the actor confirms binding acts of the owner; StateConflict ``receipted`` the second time.
    """
    lot = selectors.lot_for_update(lot_id)
    require(policies.may_publish(actor, lot.tender.project.owner_id))
    report = reads.report_for_update(lot)
    if report.receipted_at is not None or lot.state != LotState.REPORTED.value:
        raise StateConflict("receipted", _("The receipt of this report is confirmed already."))
    report.receipted_at, report.receipted_by = at, actor.person
    report.save(update_fields=["receipted_at", "receipted_by"])
    record_append(
        name="evaluation-report-received",
        subject=lot.number,
        data={"report": report.report_ev},
        actor=actor.key,
        at=at,
    )
    return report
