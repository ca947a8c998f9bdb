"""What an officer's device is given before it acts: the lot's files as in a bundle, or one pack for the offline tool.

Nothing of it asks to be believed: the device holds it to its anchors, to T, and to what it saw before (A12).
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, Release, ReleaseCommit, Result
from bidding.selectors import evidence, lots
from bidding.selectors.chains import LotChain
from bidding.selectors.clocks import first_stated
from bidding.selectors.keys import key_entries
from bidding.states import OpeningState
from kernel.errors import StateConflict
from kernel.policies import require
from ledger import selectors as ledger
from ledger.models import Checkpoint
from protocol import bundle, officer
from trading.models import Lot, OfficerSeat

Files = list[tuple[str, str]]


def officers_of(lot: Lot) -> frozenset[UUID]:
    """The persons who hold a seat of this lot."""
    return frozenset(OfficerSeat.objects.filter(lot=lot).values_list("person_id", flat=True))


def view(lot: Lot, actor: Actor, seen: int) -> dict[str, Any]:
    """The chain, key events and checkpoints, and the proof that the log continues the tree of size ``seen``."""
    require(policies.may_take_pack(actor, lots.opening_phase(lot), officers_of(lot)))
    chain, trees = LotChain(lot), evidence.Trees()
    events, keys = [event.entry for event in chain.events], key_entries(chain)
    chosen = {point.size: point for point in evidence.checkpoints_for(chain, [*events, *keys])}
    for point in (latest_stated(chain), *_later(seen)):
        chosen[point.size] = point
    rows = [
        (
            size,
            evidence.note_under(chain.policy, chosen[size].note),
            evidence.tokens_under(chain.policy, chosen[size]),
        )
        for size in sorted(chosen)
    ]
    logged = {
        room: [evidence.logged(entry) for entry in entries]
        for room, entries in (("chain", events), ("keys", keys))
    }
    files = {
        room: _texts(bundle.event_members(room, found, rows, trees, "audit"))
        for room, found in logged.items()
    }
    next_size = next((size for size in sorted(chosen) if size >= seen), 0)
    bridge = trees.consistency_path(seen, next_size) if 0 < seen < next_size else []
    return {
        **files,
        "checkpoints": _texts(bundle.checkpoint_members(rows, trees)),
        "bridge": [node.hex() for node in bridge],
    }


def pack(lot: Lot, actor: Actor) -> bytes:
    """The opening pack for ``sealedbid open``: policy, close, manifests of the set, and the proofs around them."""
    require(policies.may_take_pack(actor, lots.opening_phase(lot), officers_of(lot)))
    chain = LotChain(lot)
    close = chain.close
    if close is None:
        raise StateConflict("not_yet", _("The close is not yet in the log."))
    stated = first_stated(close.leaf, lots.terms(lot).names, chain.clock.k)
    if stated is None:
        raise StateConflict("not_yet", _("The close is not yet in the log."))
    now = latest_stated(chain)
    manifests = {event.ev: event for event in chain.of("bid")}
    logged = evidence.logged(close.entry)
    return officer.make_pack(
        policy=_signed(chain.policy_event.entry),
        close=_signed(close.entry),
        manifests=[_signed(manifests[ev].entry) for ev in chain.set_evs],
        event=logged,
        path=evidence.Trees().inclusion_path(close.leaf, stated.size),
        stated=_stamped(chain, stated),
        now=_stamped(chain, now),
    )


def steps(lot: Lot, i: int) -> list[dict[str, Any]]:
    """For each envelope: whether this officer has promised and released, and whether it is open."""
    promised = set(ReleaseCommit.objects.filter(lot=lot, officer=i).values_list("envelope", flat=True))
    released = set(Release.objects.filter(lot=lot, officer=i).values_list("envelope", flat=True))
    opened = set(Result.objects.filter(lot=lot).values_list("envelope", flat=True))
    return [
        {
            "e": row["e"],
            "promised": row["e"] in promised,
            "released": row["e"] in released,
            "opened": row["e"] in opened,
        }
        for row in lots.terms(lot).body["envelopes"]
    ]


def set_size(lot: Lot, actor: Actor) -> int | None:
    """How many bids an officer's release covers; None until the officer may know."""
    phase = lots.opening_phase(lot)
    if phase is OpeningState.RECORDED or not policies.may_take_pack(actor, phase, officers_of(lot)).allowed:
        return None
    return Bid.objects.filter(lot=lot, ev__in=LotChain(lot).set_evs).count()


def latest_stated(chain: LotChain) -> Checkpoint:
    """The newest checkpoint that one of the policy's sources has stated."""
    names = {row["name"] for row in chain.policy["time"]["sources"]}
    rows = Checkpoint.objects.filter(statements__source__in=names).order_by("-size")
    found = rows.prefetch_related("statements").first()
    if found is None:
        raise StateConflict("not_yet", _("The close is not yet in the log."))
    return found


def _later(seen: int) -> list[Checkpoint]:
    """The checkpoint of this very size, if the log has one."""
    return list(ledger.checkpoints_sized([seen])) if seen > 0 else []


def _signed(entry: Any) -> dict[str, Any]:
    return {"body": entry.body, "signatures": entry.signatures}


def _stamped(chain: LotChain, point: Checkpoint) -> tuple[str, list[dict[str, str]]]:
    return evidence.note_under(chain.policy, point.note), evidence.tokens_under(chain.policy, point)


def _texts(members: Any) -> Files:
    return [(name, data.decode("utf-8")) for name, data in members]
