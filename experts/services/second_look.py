"""异常复核: a member whose sums stand far from the others' looks again, and keeps his sheet with a reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from experts.models import SecondLook, Sheet
from experts.policies.panel import may_sit
from experts.selectors.evaluation import evaluation_of
from experts.selectors.panels import own_seat
from experts.selectors.second_looks import looks_due
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_locked,
    panel_recorded,
    seated_required,
)
from experts.states.panel import PanelState, SheetState
from kernel.errors import StateConflict
from kernel.policies import require

REASON = 1000


@transaction.atomic
def sheet_keep(*, panel_id: UUID, reason: str, actor: Actor, at: datetime) -> SecondLook:
    """Record that the actor has looked again at his shown sheet and keeps it; again is the same one.

    To change it instead is a sheet of the next look (``sheet_save``, ``sheet_lock``). StateConflict ``no_deviation``
    where nothing asks for a second look.
    """
    panel = panel_locked(panel_id)
    seat = own_seat(panel, actor)
    require(may_sit(actor, seat.person_id))
    seated_required(seat)
    panel_in(panel, PanelState.SHOWN)
    sheet = Sheet.objects.filter(seat=seat, state=SheetState.SHOWN.value).order_by("-round").first()
    known = SecondLook.objects.filter(sheet=sheet).first() if sheet else None
    if known is not None:
        return known
    if sheet is None or seat.seat not in looks_due(evaluation_of(panel)):
        raise StateConflict("no_deviation", _("Nothing in your sheet asks for a second look."))
    kept = said(reason, REASON, "reason")
    entry = panel_recorded(
        panel, "panel-sheet-kept", {"round": sheet.round, "reason": kept}, key_of(seat), at, seat=seat.seat
    )
    return SecondLook.objects.create(sheet=sheet, reason=kept, at=at, entry=entry)
