"""End the factor phase by an event: from here on nobody can add a factor, and names may be read (A8)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import FactorReveal, Opening
from bidding.selectors import lots
from bidding.selectors.chains import LotChain, Placed, known_keys, signature_keys, signers
from bidding.services.lot_close import require_current
from bidding.services.signed_events import platform_event
from bidding.states import OPENING, OpeningAction, OpeningState
from kernel.errors import StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from protocol.opening import factor_matches


@transaction.atomic
def factor_end(*, lot_id: UUID, actor: Actor, at: datetime) -> Opening:
    """Log the factors accepted: after ``factor_until`` by proof, or as soon as every bid has given its own.

    Idempotent. StateConflict ``not_yet`` while the phase lasts, or while a factor has no place in the log.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    require(policies.may_run(actor))
    state = OpeningState(opening.state)
    if opening.factors_ended_at is not None:
        return opening
    after = next_state(OPENING, OpeningAction.END_FACTORS, state)
    chain = LotChain(lot)
    if chain.close is None or opening.close is None or chain.close.ev != opening.close.ev:
        raise StateConflict("not_yet", _("The close is not yet in the log."))
    require_current(opening, chain)
    accepted = accepted_factors(chain, opening)
    if chain.policy["factor"] == "required":
        until = int(opening.factor_until.timestamp()) if opening.factor_until else 0
        if len(accepted) < len(chain.set_evs) and not chain.proven(until):
            raise StateConflict("not_yet", _("The decryption phase still runs."))
        if FactorReveal.objects.filter(lot=lot, entry__leaf_index__isnull=True).exists():
            raise StateConflict("not_yet", _("A factor is not yet in the log."))
    rows = [{"bid": bid, "factor": event.ev} for bid, event in sorted(accepted.items())]
    platform_event(lot, "factor-end", at=at, close=chain.close.ev, factors=rows)
    FactorReveal.objects.filter(lot=lot).update(accepted=False)
    FactorReveal.objects.filter(entry__ev__in=[event.ev for event in accepted.values()]).update(accepted=True)
    opening.state, opening.factors_ended_at = after.value, at
    opening.save(update_fields=["state", "factors_ended_at"])
    return opening


def accepted_factors(chain: LotChain, opening: Opening) -> dict[str, Placed]:
    """The first accepted factor event of each bid of the set (6.4, rule 2), by the ledger alone."""
    if chain.policy["factor"] == "none" or opening.factor_until is None:
        return {}
    n = chain.clock.n(int(opening.factor_until.timestamp()))
    events = [event for event in chain.of("factor") if event.leaf < n]
    keys = known_keys(signature_keys(events))
    inside, found = set(chain.set_evs), dict[str, Placed]()
    for event in events:
        ev = event.body["bid"]
        if ev in found or ev not in inside:
            continue
        manifest = chain.manifest(ev)
        who = signers(event, keys, chain.policy)
        own = bool(who) and all(org == manifest["org"] for org, _spki in who or ())
        if own and factor_matches(chain.policy, manifest, event.body["factors"]):
            found[ev] = event
    return found
