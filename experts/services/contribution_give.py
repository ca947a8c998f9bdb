"""A sealed contribution on time, by a key the header names or a bidder's own; and the platform's own (A19, A20)."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.selectors import active_spkis
from experts.models import Contribution, Draw
from experts.policies.draw import may_contribute
from experts.selectors.draws import DrawChain, contributors_of
from experts.services.changes import Entropy
from experts.services.draw_events import (
    Signatures,
    draw_locked,
    form_checked,
    one_signer,
    party_logged,
    standing_required,
    state_required,
)
from experts.states.draw import DrawState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from ledger import sources
from ledger.keys import platform_signer
from protocol.draw import contributing

CLIENT = "sunlit platform"


@transaction.atomic
def contribution_give(
    *, draw_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Contribution:
    """Log one organisation's contribution; the same one again is the same one, another is refused: none is replaced.

    StateConflict before the header stands in the log and after T_close; RuleBroken when it does not conform;
    NotPermitted when it is not signed with the key which counts for its organisation.
    """
    draw = draw_locked(draw_id)
    given = form_checked("contribution", body, draw)
    spki = one_signer("contribution", given, signatures)
    require(may_contribute(actor, frozenset(contributors_of(draw).values())))
    _signed_by_its_own(draw, given["org"], spki, actor)
    if fault := contributing.contribution_fault(draw.header, given, bytes.fromhex(spki)):
        raise RuleBroken("contribution", _("This contribution does not conform: %(why)s"), why=fault)
    known = Contribution.objects.select_related("entry").filter(draw=draw, org=given["org"]).first()
    if known is not None:
        if known.entry.body != given:
            raise StateConflict(
                "contribution_exists",
                _("Your organisation has contributed. A contribution is never replaced."),
            )
        return known
    state_required(draw, DrawState.OPEN)
    chain = DrawChain(draw)
    assert draw.header_entry is not None
    standing_required(chain, draw.header_entry)
    if draw.close_at is None or at >= draw.close_at:
        raise StateConflict("contribution_late", _("The time for contributions is over."))
    entry = party_logged(draw, "contribution", given, signatures, at=at)
    return Contribution.objects.create(draw=draw, org=given["org"], entry=entry, at=at)


def _signed_by_its_own(draw: Draw, org: str, spki: str, actor: Actor) -> None:
    required = {row["org"]: row for row in draw.header["required"]}
    own = contributors_of(draw).get(org)
    platform = required.get(org, {}).get("role") == "platform"
    if (actor == SYSTEM) != platform or (not platform and own != actor.organisation):
        raise NotPermitted("not_permitted", _("An organisation contributes for itself."))
    right = (
        spki == required[org]["spki"] if org in required else own is not None and spki in active_spkis(own)
    )
    if not right:
        raise NotPermitted(
            "signature_unknown", _("Sign with the key which the header names for your organisation.")
        )


@transaction.atomic
def contribution_own(*, draw_id: UUID, at: datetime, random: Entropy = secrets.token_bytes) -> Contribution:
    """The platform's own contribution, once the header stands in the log. Nothing of it is kept."""
    draw = draw_locked(draw_id)
    known = Contribution.objects.filter(draw=draw, org=sources.log_org()).first()
    if known is not None:
        return known
    made = contributing.contribute(
        header=draw.header, org=sources.log_org(), signer=platform_signer(), random=random, client=CLIENT
    )
    return contribution_give(
        draw_id=draw.pk, body=made["body"], signatures=made["signatures"], actor=SYSTEM, at=at
    )
