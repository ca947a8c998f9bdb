"""What is evaluated of a bid beside its marks: a member enters it from the bid, others look and confirm (12号令 19)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from experts.models import FactItem, FactVote, Panel, PanelSeat
from experts.policies.panel import may_read_bids
from experts.rules.review import fact_findings
from experts.selectors.evaluated import Evaluation, last_items
from experts.services.panel_events import key_of, panel_in, panel_recorded, seat_locked
from experts.states.panel import MemberState, PanelState
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require

REASON: Final = 1000


@transaction.atomic
def fact_enter(
    *,
    seat_id: UUID,
    bid: str,
    kind: str,
    of: str = "",
    value: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> FactItem:
    """Enter a quantity of an objective criterion, one of an adjustment, or a corrected price of a bid (by event).

    What is entered already is not written again (StateConflict ``fact_same``); another value than the one before says
    why. It counts once others confirm it: one for a quantity, more than half of the members for a price. A later one
    for the same takes its place, and is confirmed anew.
    """
    seat = _member(seat_id, actor)
    evaluation = Evaluation(seat.panel.lot)
    row = evaluation.get(bid).bid
    kept = said(reason, REASON, "reason", optional=True)
    if found := fact_findings(kind, of, value, kept, evaluation.method):
        raise RuleBroken("fact", found[0].message, found, **found[0].data)
    _differs(seat.panel, row.pk, kind, of, value, kept)
    data = {"bid": bid, "kind": kind, "of": of, "value": value}
    entry = panel_recorded(seat.panel, "panel-fact", data, key_of(seat), at, seat=seat.seat)
    return FactItem.objects.create(
        panel=seat.panel, bid=row, kind=kind, of=of, value=value, reason=kept, seat=seat, at=at, entry=entry
    )


@transaction.atomic
def fact_confirm(*, item_id: UUID, seat_id: UUID, actor: Actor, at: datetime) -> FactVote:
    """Confirm what another member entered. StateConflict when it was entered anew since, or confirmed already."""
    seat = _member(seat_id, actor)
    item = FactItem.objects.filter(pk=item_id, panel=seat.panel).first()
    if item is None:
        raise NotFound("fact", _("There is no such entry."))
    if item.seat_id == seat.pk:
        raise StateConflict("own_fact", _("You entered this yourself. Another member confirms it."))
    if last_items(seat.panel)[item.bid_id, item.kind, item.of].pk != item.pk:
        raise StateConflict("fact_replaced", _("This was entered anew since. Look at the new entry."))
    if item.votes.filter(seat=seat).exists():
        raise StateConflict("voted", _("You have confirmed this."))
    return FactVote.objects.create(item=item, seat=seat, at=at)


def _differs(panel: Panel, bid: object, kind: str, of: str, value: str, reason: str) -> None:
    """An entry in the place of another says something else, and why."""
    before = last_items(panel).get((bid, kind, of))
    if before is None:
        return
    if before.value == value:
        raise StateConflict("fact_same", _("This is what stands there already. Confirm it instead."))
    if not reason:
        text = _("Say why %(before)s is changed.")
        finding = Finding("reason", text, "12号令19", field="reason", data={"before": before.value})
        raise RuleBroken("fact", text, [finding], before=before.value)


def _member(seat_id: UUID, actor: Actor) -> PanelSeat:
    seat = seat_locked(seat_id)
    require(may_read_bids(actor, seat.person_id, seated=seat.state == MemberState.SEATED.value))
    panel_in(seat.panel, PanelState.REVIEWING)
    return seat
