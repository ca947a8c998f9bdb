"""Fewer bids could be opened than make a competition: the chair says what the documents say, the supervisor is told."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from accounts.services import notify
from bidding import policies
from bidding.models import FewOpened, Opening
from bidding.selectors import lots
from bidding.selectors.mandates import chairing
from bidding.selectors.shortage import few_opened
from bidding.states import OpeningState
from kernel.errors import Finding, StateConflict
from kernel.policies import require
from ledger.services import record_append

CLAUSE: Final = 60
REASON: Final = 1000


@transaction.atomic
def few_confirm(
    *, lot_id: UUID, clause: str, goes_on: bool, reason: str, actor: Actor, at: datetime
) -> FewOpened:
    """Record by which clause of the documents it goes on or stops with fewer than three opened bids; idempotent.

    No national rule was found (20号令31: the others go on); the documents or the owner decide, the supervisor
    is told in the same moment. StateConflict ``enough_opened`` where enough bids were opened.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    project = lot.tender.project
    require(policies.may_draft_attribution(actor, project.owner_id, chairing(lot, actor, at)))
    if (known := FewOpened.objects.filter(lot=lot).first()) is not None:
        return known
    if opening.state != OpeningState.REVEALED.value or not few_opened(opening):
        raise StateConflict("enough_opened", _("There is nothing to confirm: enough bids were opened."))
    facts = {
        "clause": said(clause, CLAUSE, "clause"),
        "goes_on": goes_on,
        "reason": said(reason, REASON, "reason", optional=True),
    }
    entry = record_append(name="few-opened", subject=lot.number, data=facts, actor=actor.key, at=at)
    if project.supervisor_id is not None:
        told = {"number": lot.number, "title": lot.tender.title, "clause": clause.strip()}
        notify(event="few_opened", to_organisation=project.supervisor_id, data=told, at=at)
    return FewOpened.objects.create(lot=lot, entry=entry, at=at, **facts)


def unconfirmed(opening: Opening) -> list[Finding]:
    """One finding while fewer bids were opened than the policy asks for and nobody has said what that means."""
    if not few_opened(opening) or FewOpened.objects.filter(lot=opening.lot_id).exists():
        return []
    message = _("Fewer than three bids could be opened; the chair confirms which clause applies.")
    return [Finding("few_unconfirmed", message, "20号令31")]
