"""Something went wrong: say so in the log, pause the opening, and go on without repeating what is done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.services import notify
from bidding import policies
from bidding.models import Incident, Opening
from bidding.selectors import lots
from bidding.services import stages
from bidding.services.signed_events import platform_event
from bidding.services.windows_extend import WINDOWED, windows_extend
from bidding.states import OPENING, RESUME, OpeningAction, OpeningState
from kernel.errors import RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from trading.models import Lot


@transaction.atomic
def incident_record(
    *,
    lot_id: UUID,
    code: str,
    begins_at: datetime,
    ends_at: datetime,
    note: str,
    actor: Actor,
    at: datetime,
) -> Incident:
    """Log an incident of the platform with its span; the same code and span again is the same incident."""
    lot = lots.lot_get(lot_id)
    lots.opening_locked(lot)
    require(policies.may_report_incident(actor))
    if ends_at < begins_at or ends_at > at:
        raise RuleBroken("incident_span", _("An incident ends after it has begun and not in the future."))
    known = Incident.objects.filter(lot=lot, code=code, begins_at=begins_at, ends_at=ends_at).first()
    if known is not None:
        return known
    entry = platform_event(
        lot,
        "incident",
        at=at,
        code=code,
        from_=int(begins_at.timestamp()),
        to=int(ends_at.timestamp()),
        note=note,
    )
    return Incident.objects.create(
        lot=lot, code=code, begins_at=begins_at, ends_at=ends_at, note=note, entry=entry, at=at
    )


@transaction.atomic
def opening_pause(*, lot_id: UUID, code: str, note: str, actor: Actor, at: datetime) -> Opening:
    """Pause a running opening (中止): power cut, network, illness of the chair. What is done stays done."""
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_report_incident(actor))
    before = OpeningState(opening.state)
    opening.state = next_state(OPENING, OpeningAction.PAUSE, before).value
    opening.paused_from, opening.paused_at = before.value, at
    opening.save(update_fields=["state", "paused_from", "paused_at"])
    stages.paused(lot, reason=code, at=at)
    incident_record(lot_id=lot_id, code=code, begins_at=at, ends_at=at, note=note, actor=actor, at=at)
    tell(lot, "opening_paused", {"number": lot.number, "incident": code}, at)
    return opening


@transaction.atomic
def opening_resume(*, lot_id: UUID, code: str, note: str, actor: Actor, at: datetime) -> Opening:
    """Go on where the pause began; the whole span is logged, so that a gap of checkpoints is explained (V7).

    The time of the pause is added to the windows that were running or still to come (宁波25, 濮阳21), by a close
    anew of the same set; what was done is not repeated, and nothing moves once a release is promised.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_report_incident(actor))
    began = opening.paused_at or at
    before = OpeningState(opening.paused_from or opening.state)
    opening.state = next_state(OPENING, RESUME[before], OpeningState(opening.state)).value
    opening.paused_from, opening.paused_at = "", None
    opening.save(update_fields=["state", "paused_from", "paused_at"])
    stages.resumed(lot, at=at)
    incident_record(lot_id=lot_id, code=code, begins_at=began, ends_at=at, note=note, actor=actor, at=at)
    if before in WINDOWED:
        windows_extend(opening, began=began, at=at)
    tell(lot, "opening_resumed", {"number": lot.number, "incident": code}, at)
    return opening


def tell(lot: Lot, event: str, data: dict[str, Any], at: datetime) -> None:
    """Those who are in the hall and those who follow from afar: host, officers, the bidders of the set."""
    project = lot.tender.project
    hosts = [party for party in (project.owner_id, project.agency_id) if party is not None]
    for organisation in [*hosts, *(one.pk for one in lots.organisations_in_set(lot))]:
        notify(event=event, to_organisation=organisation, data=data, at=at)
    for person in lot.seats.order_by("i").values_list("person", flat=True):
        notify(event=event, to_person=person, data=data, at=at)
