"""A bidder shows the seed of an envelope itself, where so many officers failed that t shares cannot exist."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, Release, SeedReveal
from bidding.rules import shares
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.services.signed_events import Signatures, body_checked, party_event, signed_by
from kernel.errors import NotFound, RuleBroken, StateConflict
from kernel.policies import require
from protocol.sealing import Sealed


@transaction.atomic
def seed_reveal(
    *, bid_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> SeedReveal:
    """Log a seed before the first release of its envelope, never after (6.4, rule 5); idempotent."""
    bid = (
        Bid.objects.select_related("lot__tender__project", "entry")
        .filter(pk=bid_id, organisation=actor.organisation)
        .first()
    )
    if bid is None:
        raise NotFound("bid", _("There is no such bid."))
    lot = bid.lot
    lots.opening_locked(lot)
    require(policies.may_seal(actor, bid.organisation_id))
    seed = body_checked("seed", body, lot)
    known = SeedReveal.objects.filter(bid=bid, envelope=seed["e"]).first()
    if known is not None:
        return known
    chain = LotChain(lot)
    failed = shares.seed_counts(chain.panel, chain.commits(seed["e"]), bid.ev)
    if not failed or Release.objects.filter(lot=lot, envelope=seed["e"]).exists():
        raise StateConflict(
            "no_seed_now", _("A seed counts only where shares cannot exist, and before any is shown.")
        )
    sealed = Sealed.of(chain.policy, bid.entry.body, seed["e"])
    if seed["bid"] != bid.ev or not sealed.seed_matches(bytes.fromhex(seed["s"])):
        raise RuleBroken("seed_wrong", _("This is not the seed this envelope was sealed with."))
    signed_by("seed", seed, signatures, organisations=[bid.organisation_id])
    entry = party_event(lot, "seed", seed, signatures, at=at)
    return SeedReveal.objects.create(lot=lot, bid=bid, envelope=seed["e"], entry=entry, at=at)
