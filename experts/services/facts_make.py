"""What is evaluated goes into the log: opened lines, prices, quantities, adjustments, coefficient (protocol 16.7)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import FactItem, Facts, Panel
from experts.policies.panel import may_sit
from experts.rules.fact_changes import same_facts
from experts.selectors.evaluated import (
    Evaluation,
    Opened,
    agreed_items,
    open_findings,
)
from experts.services.panel_events import (
    key_of,
    panel_in,
    panel_moved,
    panel_recorded,
    platform_event,
    seat_locked,
)
from experts.states.panel import PanelAction, PanelState
from experts.states.recall import RecallGround
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from protocol.evaluation_method import Method


@transaction.atomic
def facts_make(*, seat_id: UUID, actor: Actor, at: datetime) -> Facts:
    """End the preliminary review, as the chair: the platform signs the facts, and the members score.

    RuleBroken names everything still open: findings owed, motions being voted on, questions without an answer, entries
    not confirmed, quantities missing, a rejection the panel as it stands does not carry. StateConflict while a member
    whose opinion is void (条例 48) sits in the panel that was called back for it. Where a panel that has formed
    anew comes to the same facts, those in the log stay in force and so do the sheets made on them; a panel called
    back (条例 71) always gets facts of its own.
    """
    seat = seat_locked(seat_id)
    require(may_sit(actor, seat.person_id))
    panel = seat.panel
    panel_in(panel, PanelState.REVIEWING)
    if panel.chair_id != seat.pk:
        raise StateConflict("not_chair", _("The chair does this."))
    _void_member_left(panel)
    evaluation = Evaluation(panel.lot)
    method = evaluation.method
    if method is None:
        raise StateConflict("no_scheme", _("The method of this lot is in words; it is not scored here."))
    if found := open_findings(panel, evaluation):
        raise RuleBroken("review_open", found[0].message, found, **found[0].data)
    last = panel.facts.select_related("entry").order_by("-number").first()
    bids = _rows(panel, evaluation, method)
    if last is not None and _stand(panel, last, bids, evaluation):
        panel_recorded(panel, "panel-facts-kept", {"facts": last.entry.ev}, key_of(seat), at, seat=seat.seat)
        panel_moved(panel, PanelAction.SCORE)
        panel.save(update_fields=["state"])
        return last
    entry = platform_event(
        panel,
        "evaluation-facts",
        at=at,
        replaces=last.entry.ev if last else None,
        coefficient=evaluation.coefficient,
        bids=bids,
    )
    panel_moved(panel, PanelAction.SCORE)
    panel.save(update_fields=["state"])
    number = last.number + 1 if last else 1
    return Facts.objects.create(panel=panel, number=number, body=entry.body, at=at, entry=entry)


def _void_member_left(panel: Panel) -> None:
    last = panel.recalls.order_by("-number").first()
    if last is None or last.ground != RecallGround.OPINION_VOID.value:
        return
    if not panel.seats.filter(left_at__gte=last.at).exists():
        message = _(
            "A member’s opinion is void: the supervisor takes this member out, and another takes the seat."
        )
        raise StateConflict("void_member_sits", message)


def _stand(panel: Panel, last: Facts, bids: list[dict[str, Any]], evaluation: Evaluation) -> bool:
    """Whether the last facts say the same, and nobody has called the panel back since."""
    recalled = panel.recalls.filter(at__gte=last.at).exists()
    return not recalled and same_facts(last.body, bids, evaluation.coefficient)


def _rows(panel: Panel, evaluation: Evaluation, method: Method) -> list[dict[str, Any]]:
    agreed = agreed_items(panel)
    return [_row(one, agreed, method) for one in evaluation.opened]


def _row(one: Opened, agreed: dict[Any, FactItem], method: Method) -> dict[str, Any]:
    price = agreed.get((one.bid.pk, "price", ""))
    read = f"{one.price:.2f}" if one.price is not None else "0"
    return {
        "bid": one.ev,
        "line": one.line,
        "price": price.value if price else read,
        "correction": price.reason if price else ("" if one.price is not None else "no price"),
        "quantities": [
            [name, agreed[one.bid.pk, "quantity", name].value]
            for name in method.of_kind("objective")
            if (one.bid.pk, "quantity", name) in agreed
        ],
        "adjustments": [
            [name, agreed[one.bid.pk, "adjustment", name].value]
            for name in sorted(method.adjustments)
            if (one.bid.pk, "adjustment", name) in agreed
        ],
    }
