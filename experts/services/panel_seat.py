"""The panel is formed: the owner signs it, the supervisor signs beside, and it stands in the log (protocol 16.7)."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules.words import said
from accounts.selectors import active_spkis
from bidding.services.signed_events import Signatures, verified
from experts.models import BidLabel, BlindSalt, Panel
from experts.policies.panel import may_confirm_panel, may_offer_panel
from experts.rules.blind import blind_envelopes
from experts.rules.packs import pool_pack
from experts.rules.panels import Sitting, sitting_findings
from experts.selectors.evaluated import Evaluation
from experts.selectors.panels import expected, panel_body, request_of, size_of
from experts.services.changes import Entropy
from experts.services.panel_events import (
    eval_form,
    member_moved,
    panel_in,
    panel_locked,
    panel_moved,
    panel_recorded,
)
from experts.states.panel import MemberAction, MemberState, PanelAction, PanelState
from kernel.errors import Finding, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import event_append

REASON = 500
SITTING = (MemberState.CLEARED.value, MemberState.SEATED.value)
WAITING = (MemberState.EXPECTED.value, MemberState.PRESENT.value)


@transaction.atomic
def panel_offer(
    *, panel_id: UUID, signatures: Signatures, actor: Actor, at: datetime, reason: str = ""
) -> Panel:
    """Sign the panel as it stands, as the owner; RuleBroken names everything that is still missing (法37).

    ``reason`` says why a panel follows another. The offer falls when somebody leaves or comes before it is signed.
    """
    panel = panel_locked(panel_id)
    owner = panel.lot.tender.project.owner_id
    require(may_offer_panel(actor, owner))
    panel_in(panel, PanelState.FORMING)
    _complete(panel)
    words = said(reason, REASON, "reason", optional=True)
    if panel.seated_id is not None and not words:
        raise RuleBroken("reason", _("Give the reason."))
    body = eval_form(panel, "panel", panel_body(panel, words))
    _signed(body, signatures, owner)
    panel.offered = {"body": body, "signatures": [dict(one) for one in signatures]}
    panel.save(update_fields=["offered"])
    panel_recorded(panel, "panel-offered", {"members": len(body["members"])}, actor.key, at)
    return panel


@transaction.atomic
def panel_seat(
    *,
    panel_id: UUID,
    signatures: Signatures,
    actor: Actor,
    at: datetime,
    random: Entropy = secrets.token_bytes,
) -> Panel:
    """Sign beside the owner as the supervisor: the event goes into the log, the members are in their seats.

    StateConflict while the owner has signed nothing, or what it signed is no longer the panel.
    """
    panel = panel_locked(panel_id)
    supervisor = panel.lot.tender.project.supervisor_id
    require(may_confirm_panel(actor, supervisor))
    panel_in(panel, PanelState.FORMING)
    if not panel.offered:
        raise StateConflict("not_offered", _("The owner signs the panel first."))
    _complete(panel)
    body = panel.offered["body"]
    if body != panel_body(panel, body["reason"]):
        raise StateConflict(
            "panel_changed", _("The panel has changed since the owner signed. It signs anew.")
        )
    assert supervisor is not None
    _signed(body, signatures, supervisor)
    panel.seated = event_append(
        kind="panel",
        body=body,
        signatures=[*panel.offered["signatures"], *signatures],
        chain=panel.chain,
        at=at,
    )
    panel_moved(panel, PanelAction.SEAT)
    hours = request_of(panel.lot).hours
    panel.seated_at, panel.offered = at, {}
    panel.until = panel.until or at + timedelta(hours=hours)
    panel.save(update_fields=["state", "seated", "seated_at", "offered", "until"])
    for seat in panel.seats.filter(state__in=SITTING):
        member_moved(seat, MemberAction.TAKE_SEAT)
        seat.save(update_fields=["state"])
    _labelled(panel, random)
    panel_recorded(panel, "panel-seated", {"members": len(body["members"])}, actor.key, at)
    return panel


def _labelled(panel: Panel, random: Entropy) -> None:
    """Give each bid of a lot with blind documents a label that nobody can foresee, once."""
    if not blind_envelopes(panel.lot.method) or panel.labels.exists():
        return
    bids = sorted((one.bid for one in Evaluation(panel.lot).opened), key=lambda _bid: random(16))
    for number, bid in enumerate(bids, start=1):
        label = BidLabel.objects.create(panel=panel, bid=bid, label=f"A{number:02d}")
        BlindSalt.objects.create(label=label, nonce=random(32).hex())


def _findings(panel: Panel) -> list[Finding]:
    sitting = [Sitting(one.seat, one.kind) for one in panel.seats.filter(state__in=SITTING)]
    waiting = panel.seats.filter(state__in=WAITING).count()
    return sitting_findings(sitting, waiting, expected(panel), pool_pack(), size=size_of(panel.lot))


def _complete(panel: Panel) -> None:
    if findings := _findings(panel):
        raise RuleBroken("panel_incomplete", findings[0].message, findings, **findings[0].data)


def _signed(body: dict[str, object], signatures: Signatures, organisation: UUID) -> None:
    found = verified("panel", body, signatures)
    if len(found) != 1 or found[0] not in active_spkis(organisation):
        raise NotPermitted(
            "signature_unknown", _("This must be signed once, with a registered key of your organisation.")
        )
