"""A letter of authorisation names a member who is secret until the award (法37): every opening of one is recorded."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from experts.models import MandateLook
from experts.policies.panel import may_read_mandate
from experts.selectors.mandates import mandate_read
from kernel.policies import require
from ledger.services import record_append


@transaction.atomic
def mandate_look(*, mandate_id: UUID, actor: Actor, at: datetime) -> MandateLook:
    """Write down who opens which letter, before it is handed out; the ledger has its digest, and nobody's name.

    NotFound for everybody who may not open it, as if there were none. Source: 法37; the record is ours.
    """
    mandate = mandate_read(mandate_id, actor)
    lot = mandate.member.request.lot
    project = lot.tender.project
    require(may_read_mandate(actor, project.owner_id, project.supervisor_id))
    assert actor.person is not None
    entry = record_append(
        name="panel-mandate-looked",
        subject=f"{lot.number}/panel",
        data={"mandate": mandate.sha256},
        actor=actor.key,
        at=at,
    )
    return MandateLook.objects.create(
        mandate=mandate, by_id=actor.person, organisation_id=actor.organisation, at=at, entry=entry
    )
