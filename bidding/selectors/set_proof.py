"""密封检查 (法36, A12): what a bidder's own device needs to find its receipt in the closed set by itself.

It is the signed close with its proof of inclusion in a stated checkpoint, and the proof that this checkpoint
continues the one of the bidder's receipt. Nothing of it asks to be believed. It is handed out when the decryption
phase has ended, and only to whoever holds the receipt of a bid: before that the close body would count bids (A8).
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Receipt
from bidding.selectors import evidence, lots
from bidding.selectors.chains import LotChain
from bidding.selectors.clocks import first_stated
from kernel.errors import StateConflict
from kernel.policies import require
from trading.models import Lot

OF_A_BID = ("bid", "withdraw")
"""Kinds of receipts that say where a bidder stands; the last of them decides."""


def standing_receipts(lot: Lot, organisation: UUID | None) -> list[Receipt]:
    """The organisation's receipts of bids and withdrawals under the policy in force, in the order of the log."""
    rows = Receipt.objects.filter(lot=lot, organisation=organisation, kind__in=OF_A_BID)
    found = [row for row in rows.select_related("entry") if row.entry.body["policy"] == lot.policy]
    return sorted(found, key=lambda row: int(row.entry.leaf_index or 0))


def holders(lot: Lot, organisation: UUID | None) -> frozenset[UUID]:
    """This organisation, if the last receipt it holds is of a bid: then the set must hold that bid."""
    rows = standing_receipts(lot, organisation)
    return frozenset({organisation}) if organisation and rows and rows[-1].kind == "bid" else frozenset()


def set_proof(lot: Lot, actor: Actor, seen: int) -> dict[str, Any]:
    """The close in force with its proofs; ``seen`` is the tree size of the receipt the device holds, 0 for none.

    NotPermitted before the decryption phase has ended, and for who holds no receipt of a bid; StateConflict
    ``not_yet`` until the time sources have confirmed the close.
    """
    phase = lots.opening_phase(lot)
    require(policies.may_check_set(actor, phase, holders(lot, actor.organisation)))
    chain = LotChain(lot)
    terms = lots.terms(lot)
    place = max(chain.close.leaf, seen - 1) if chain.close else 0
    stated = first_stated(place, terms.names, terms.k) if chain.close else None
    if chain.close is None or stated is None:
        raise StateConflict("not_yet", _("The close is not yet in the log."))
    trees, event = evidence.Trees(), evidence.logged(chain.close.entry)
    between = trees.consistency_path(seen, stated.size) if 0 < seen < stated.size else []
    return {
        "close": {name: event[name] for name in ("body", "signatures", "r", "link", "leaf")},
        "note": evidence.note_under(chain.policy, stated.note),
        "tokens": evidence.tokens_under(chain.policy, stated),
        "path": [node.hex() for node in trees.inclusion_path(chain.close.leaf, stated.size)],
        "consistency": [node.hex() for node in between],
    }
