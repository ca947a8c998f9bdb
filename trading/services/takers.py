"""领取文件: a bidder takes the documents. Who did, and how many did, is secret for good (法22)."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from trading import policies, selectors
from trading.models import DocumentTaker, Tender
from trading.rules.numbers import CODE_BYTES, random_code
from trading.states import TenderState

Entropy = Callable[[int], bytes]
URGENT = timedelta(hours=48)
TAKING = frozenset({TenderState.OPEN.value, TenderState.SUSPENDED.value})


@transaction.atomic
def documents_take(
    *, tender_id: UUID, actor: Actor, at: datetime, entropy: Entropy = secrets.token_bytes
) -> DocumentTaker:
    """Take the documents within their window; the receipt's code is random. Taking twice is taking once."""
    tender = selectors.tender_for_update(tender_id)
    require(policies.may_ask(actor, tender.project.owner_id, tender.project.agency_id))
    assert actor.organisation is not None
    taken = tender.takers.filter(organisation=actor.organisation).first()
    if taken is not None:
        return taken
    if tender.state not in TAKING:
        raise StateConflict("documents_not_open", _("The documents of this tender cannot be taken now."))
    if tender.documents_from and not tender.documents_from <= at:
        raise StateConflict("documents_not_yet", _("The documents cannot be taken yet."))
    if tender.documents_until and at >= tender.documents_until:
        raise StateConflict("documents_over", _("The time for taking the documents is over."))
    taken = DocumentTaker.objects.create(
        tender=tender, organisation_id=actor.organisation, code=random_code(entropy(CODE_BYTES)), at=at
    )
    record_append(
        name="documents-taken", subject=tender.reference, data={"code": taken.code}, actor=actor.key, at=at
    )
    return taken


def takers_notify(*, tender: Tender, event: str, data: Mapping[str, object], at: datetime) -> None:
    """Tell every taker, each alone and in the same words; within 48 hours of the deadline also by voice."""
    deadline = selectors.first_close(tender)
    urgent = deadline is not None and at >= deadline - URGENT
    shared = {"title": tender.title, "number": tender.number, "url": f"/n/{tender.number}", **data}
    for organisation in tender.takers.order_by("code").values_list("organisation", flat=True):
        notify(event=event, to_organisation=organisation, data=shared, at=at, urgent=urgent)


def supervisor_notify(*, tender: Tender, event: str, data: Mapping[str, object], at: datetime) -> None:
    """Tell the competent supervisor of an exception, in the transaction that makes it."""
    supervisor = tender.project.supervisor_id
    if supervisor is not None:
        shared = {"title": tender.title, "url": "/supervised/", **data}
        notify(event=event, to_organisation=supervisor, data=shared, at=at)
