"""The draws of a lot in its bundle, once the last of them is opened: rooms ``draw/`` and ``drawn/`` (V21 to V24)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding.models import Bundle
from bidding.selectors.evidence import Room, Trees
from bidding.services.bundle_export import bundle_export
from bidding.states import Edition
from experts.models import Draw
from experts.policies.draw import may_settle
from experts.selectors.draws import DrawChain, paper, placed, revealed
from kernel.errors import StateConflict
from kernel.policies import require
from ledger import selectors as ledger
from ledger.models import Entry
from protocol.draw import case, objects
from trading.models import Lot


def draw_bundle(
    *, lot_id: UUID, edition: Edition, actor: Actor, at: datetime, trees: Trees | None = None
) -> Bundle:
    """The lot's bundle with its draws; made once for each last serial.

    StateConflict while a draw is not opened to everybody, or its last event is not yet stated.
    """
    require(may_settle(actor))
    lot = Lot.objects.select_related("tender").get(pk=lot_id)
    room = draw_room(lot)
    return bundle_export(lot_id=lot_id, edition=edition, actor=actor, at=at, trees=trees, rooms=[room])


def draw_room(lot: Lot) -> Room:
    """The chain of a lot's draws with keys and papers; StateConflict while one of them is still closed."""
    draws = list(revealed([lot]).select_related("lot__tender", "header_entry"))
    if not draws or any(draw.reveal_entry_id is None for draw in draws):
        raise StateConflict("not_revealed", _("A draw of this lot is not opened to everybody yet."))
    entries = list(ledger.chain_entries(draws[0].chain))
    for draw in draws:
        placed(draw.reveal_entry)
        placed(draw.end_entry)
    chains = [DrawChain(draw) for draw in draws]
    return Room(
        name=case.ROOM.strip("/"),
        label=f"draw-{draws[-1].serial}",
        entries=entries,
        keys=_keys(draws),
        papers=_papers(draws, entries),
        moments=[moment for chain in chains for moment in _moments(chain)],
        answered=[pair for chain in chains for pair in _answered(chain)],
    )


def _keys(draws: list[Draw]) -> list[Entry]:
    """The key events of the draws' officers."""
    lots = {objects.lot_of(draw.lot.code, draw.serial) for draw in draws}
    tender = draws[0].lot.tender.reference
    rows = ledger.key_entries(["officer-key"])
    return [row for row in rows if row.body["tender"] == tender and row.body["lot"] in lots]


def _papers(draws: list[Draw], entries: list[Entry]) -> list[tuple[str, bytes]]:
    """Every paper a header or a round names, by its hash."""
    named: set[str] = set()
    for body in (entry.body for entry in entries if entry.kind in {"draw-header", "draw-round"}):
        named.add(body["plan"])
        if "problem" in body:
            named |= {body["problem"], body["pool"]["rows"], body["exclusions"]["rows"]}
    return [(f"{case.PAPERS}{digest}.json", paper(draws[-1], digest)) for digest in sorted(named)]


def _moments(chain: DrawChain) -> list[int]:
    """T_close as the header and each postponement say it."""
    return [chain.header["close_at"], *(event.body["close_at"] for event in chain.of("draw-postpone"))]


def _answered(chain: DrawChain) -> list[tuple[int, int]]:
    """Leaves of heads, with the first leaf that answers each: contributions, commits, reveal, end."""
    heads: list[tuple[int, Any]] = [(chain.header_leaf, chain.of("contribution"))]
    heads.append((chain.header_leaf, chain.of_round("draw-commit", 0)))
    heads += [(chain.header_leaf, chain.of("draw-reveal"))]
    heads += [(chain.header_leaf, chain.of("draw-end"))]
    heads += [
        (event.leaf, chain.of_round("draw-commit", event.body["j"])) for event in chain.of("draw-round")
    ]
    return [(leaf, events[0].leaf) for leaf, events in heads if events]
