"""An officer hands over its shares of one envelope of every bid of the set: all of them, once, as promised."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Incident, Release, ReleaseCommit, Result
from bidding.selectors import lots
from bidding.selectors.chains import LotChain
from bidding.selectors.reveals import COMMIT_WINDOW, reveal_allowed
from bidding.services.commit_submit import signed_by_seat
from bidding.services.signed_events import Signatures, body_checked, party_event
from bidding.states import OpeningState
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from protocol import dsse

_TAKES = frozenset({OpeningState.RELEASING, OpeningState.REVEALED})


@transaction.atomic
def release_submit(
    *, lot_id: UUID, body: Mapping[str, Any], signatures: Signatures, actor: Actor, at: datetime
) -> Release:
    """Log a release, once enough commits are in the log and every bid's fate is settled by them; idempotent.

    Until t releases of the envelope are in, no page shows any of them. RuleBroken ``not_as_promised`` unless
    it is exactly the release whose hash was committed, over exactly the set, with the FAILs of the commit.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    release = body_checked("release", body, lot)
    seat = lots.seat_get(lot, release["officer"])
    require(policies.may_release(actor, seat.person_id))
    signed_by_seat("release", release, signatures, seat)
    e = release["e"]
    if (known := Release.objects.filter(lot=lot, envelope=e, officer=seat.i).first()) is not None:
        return known
    if OpeningState(opening.state) not in _TAKES or Result.objects.filter(lot=lot, envelope=e).exists():
        raise StateConflict("no_releases_now", _("Shares are not released now."))
    commit = ReleaseCommit.objects.filter(lot=lot, envelope=e, officer=seat.i).first()
    ev = dsse.event_id("release", release).hex()
    fails = [one for one, share in release["shares"] if share == "FAIL"]
    if commit is None or commit.hash != ev or commit.fails != fails:
        raise RuleBroken("not_as_promised", _("This is not the release that was promised."))
    chain = LotChain(lot)
    if release["close"] != (chain.close.ev if chain.close else "") or release["set_root"] != opening.set_root:
        raise RuleBroken("other_close", _("The release is for another set than the one in force."))
    if [one for one, _ in release["shares"]] != chain.set_evs:
        raise RuleBroken("other_set", _("A release covers every bid of the set and no other."))
    if not reveal_allowed(chain, e):
        raise StateConflict("commits_missing", _("Other officers must promise their release first."))
    entry = party_event(lot, "release", release, signatures, at=at)
    return Release.objects.create(lot=lot, envelope=e, officer=seat.i, entry=entry, at=at)


def window_incident_wanted(chain: LotChain, e: int) -> bool:
    """Whether t, but not t+1, commits are in and the commit window is over: an incident opens the way (A11)."""
    have = len(chain.commits(e))
    latest = max((s.size for s in chain.clock.statements), default=0)
    over = chain.clock.reached(chain.times.open_at[e] + chain.policy["commit_s"], 0, latest)
    logged = Incident.objects.filter(lot=chain.lot, code=COMMIT_WINDOW).exists()
    return over and not logged and chain.panel.t <= have < chain.panel.enough
