"""主体变更: a bidder of the set tells a change of itself; owner and supervisor learn it at once (条38)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import OrganisationChange
from accounts.services import notify, organisation_change_tell
from accounts.states import ChangeKind, label
from bidding import policies
from bidding.models import ChangePaper
from bidding.selectors import lots
from bidding.selectors.changes import opened_bid, read_out
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading.models import Lot
from trading.selectors.files import document_store
from trading.services import Paper
from trading.services.attachments import paper_cleaned


@transaction.atomic
def change_tell(
    *,
    lot_id: UUID,
    kind: ChangeKind,
    facts: str,
    new_name: str,
    happened_on: date,
    actor: Actor,
    at: datetime,
    paper: Paper | None = None,
) -> OrganisationChange:
    """Take the notice of a change after the opening, with one file that is cleaned first. NotFound without a bid there.

    RuleBroken at ``file`` for one that cannot be cleaned: then nothing is told. The ledger keeps the file's digest.
    StateConflict ``not_read_out`` before the lines are read: the notice would tell the owner who bids. Until
    the deadline a changed firm replaces or withdraws its bid instead.
    """
    lot = lots.lot_get(lot_id)
    require(policies.may_take_part(actor))
    if not read_out(lot):
        raise StateConflict("not_read_out", _("Changes are told once the lines have been read out."))
    bid = opened_bid(lot, actor)
    if bid is None:
        raise NotFound("bid", _("Your organisation has no bid here."))
    cleaned = paper_cleaned(paper)
    change = organisation_change_tell(
        organisation_id=bid.organisation_id,
        topic=lot.number,
        kind=kind,
        facts=facts,
        new_name=new_name,
        happened_on=happened_on,
        actor=actor,
        at=at,
    )
    _keep(cleaned, change, lot, actor, at)
    data = {
        "number": lot.number,
        "name": change.name_then,
        "change": _word(kind, "zh-hans"),
        "change_en": _word(kind, "en"),
        "url": reverse("bidding:changes", args=[lot.tender.number, lot.no]),
    }
    project = lot.tender.project
    for organisation in filter(None, (project.owner_id, project.supervisor_id)):
        notify(event="party_changed", to_organisation=organisation, data=data, at=at)
    return change


def _keep(paper: Paper | None, change: OrganisationChange, lot: Lot, actor: Actor, at: datetime) -> None:
    """Store the cleaned file of a notice, and its digest in the ledger."""
    if paper is None:
        return
    stored = document_store().put(paper.content)
    data = {"change": str(change.pk), "sha256": stored.sha256}
    entry = record_append(name="party-change-paper", subject=lot.number, data=data, actor=actor.key, at=at)
    ChangePaper.objects.create(
        change=change, name=paper.name, size=stored.size, sha256=stored.sha256, entry=entry, at=at
    )


def _word(kind: ChangeKind, language: str) -> str:
    with translation.override(language):
        return gettext(label(kind))
