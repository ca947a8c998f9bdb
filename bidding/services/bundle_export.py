"""Write a lot's bundle: everything a stranger needs to check the opening offline (docs/protocol.md, section 7)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from bidding import policies, store
from bidding.models import Bid, Bundle
from bidding.selectors import evidence, lots
from bidding.selectors.chains import LotChain
from bidding.selectors.keys import key_entries
from bidding.states import Edition
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.models import Checkpoint, Entry
from ledger.services import record_append
from protocol import bodies, bundle, canonical, container
from trading.models import Lot, LotPolicy

IN_MEMORY: Final = 1 << 20
"""Ciphertext up to this size goes into the bundle by way of memory."""


@transaction.atomic
def bundle_export(
    *,
    lot_id: UUID,
    edition: Edition,
    actor: Actor,
    at: datetime,
    trees: evidence.Trees | None = None,
    rooms: Sequence[evidence.Room] = (),
) -> Bundle:
    """Make the bundle of a lot whose chain has ended, once; the same facts give the same bytes.

    ``trees`` may be shared by many exports. ``rooms`` are what floors above add to the opening: another bundle, made
    once, too. StateConflict ``not_stated`` until the end of every chain stands in a checkpoint with its statements.
    """
    lot = lots.lot_get(lot_id)
    opening = lots.opening_locked(lot)
    audit = edition is Edition.AUDIT
    require(policies.may_export(actor, lots.opening_state(lot), audit=audit))
    name = "+".join(room.label for room in rooms)
    known = Bundle.objects.filter(lot=lot, edition=edition.value, rooms=name).first()
    if known is not None:
        return known
    path = f"bundles/{opening.pk}/{'-'.join([edition.value, *(room.label for room in rooms)])}.zip"
    with TemporaryDirectory(prefix="bundle-") as aside:
        target = Path(aside) / "bundle.zip"
        bundle_write(target, lot=lot, edition=edition, trees=trees or evidence.Trees(), rooms=rooms)
        digest, size = store.default().put(path, store.pieces_of(target))
    record_append(
        name="bundle-exported",
        subject=lot.number,
        data={"edition": edition.value, "rooms": name, "sha256": digest, "size": size},
        actor=actor.key,
        at=at,
    )
    return Bundle.objects.create(
        lot=lot, edition=edition.value, rooms=name, path=path, sha256=digest, size=size, made_at=at
    )


def bundle_write(
    target: Path,
    *,
    lot: Lot,
    edition: Edition,
    trees: evidence.Trees,
    rooms: Sequence[evidence.Room] = (),
) -> None:
    """Write the zip of this lot and edition to ``target``, whose directory may be written to."""
    chain = LotChain(lot)
    events = [event.entry for event in chain.events]
    if not events or events[-1].kind not in bodies.ENDS:
        raise StateConflict("not_stated", _("The end of this lot is not yet in the log."))
    keys = sorted(
        [*key_entries(chain), *(key for room in rooms for key in room.keys)],
        key=lambda entry: int(entry.leaf_index or 0),
    )
    chosen = evidence.checkpoints_for(chain, [*events, *keys], rooms)
    members = _members(chain, events, keys, chosen, edition, trees, target.parent, rooms)
    bundle.write(target, edition=edition.value, tender=lot.tender.reference, lot=lot.code, members=members)


def _members(
    chain: LotChain,
    events: Sequence[Entry],
    keys: Sequence[Entry],
    chosen: Sequence[Checkpoint],
    edition: Edition,
    trees: evidence.Trees,
    aside: Path,
    rooms: Sequence[evidence.Room],
) -> Iterator[tuple[str, container.Source]]:
    policy = LotPolicy.objects.get(lot=chain.lot, t=chain.policy_id)
    yield "docs.json", canonical.encode({"files": sorted(policy.files, key=lambda row: str(row["name"]))})
    yield "method.json", policy.method.encode("utf-8")
    rows = [
        (
            point.size,
            evidence.note_under(chain.policy, point.note),
            evidence.tokens_under(chain.policy, point),
        )
        for point in chosen
    ]
    for room, entries in (("chain", events), ("keys", keys), *((one.name, one.entries) for one in rooms)):
        logged = [evidence.logged(entry) for entry in entries]
        yield from bundle.event_members(room, logged, rows, trees, edition.value)
    yield from bundle.checkpoint_members(rows, trees)
    for one in rooms:
        yield from one.papers
    yield from _contents(chain, edition, aside)


def _contents(chain: LotChain, edition: Edition, aside: Path) -> Iterator[tuple[str, container.Source]]:
    """The ciphertext of the bids of the set, large ones by a file in ``aside``.

    What the store has lost is left out, and the verdict says so.
    """
    box = store.default()
    for bid in Bid.objects.filter(lot=chain.lot, ev__in=chain.set_evs).prefetch_related("upload__parts"):
        for row in chain.policy["envelopes"]:
            e = row["e"]
            parts = sorted(
                (part for part in bid.upload.parts.all() if part.envelope == e), key=lambda p: p.number
            )
            if (edition is Edition.PUBLIC and e >= 1) or not all(box.exists(part.key) for part in parts):
                continue
            pieces = (piece for part in parts for piece in box.read(part.key))
            name = f"{bid.ev}.e{e}.bin"
            if sum(part.size for part in parts) <= IN_MEMORY:
                yield f"content/{name}", b"".join(pieces)
                continue
            with (aside / name).open("wb") as file:
                file.writelines(pieces)
            yield f"content/{name}", aside / name
