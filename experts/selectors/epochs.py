"""Epochs as they are read: is one due, which are there, and what opens an expert's own leaf."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import Epoch, EpochMember, Expert
from experts.policies import may_read_own
from experts.pool_keys import PoolKey
from kernel.errors import NotFound
from kernel.policies import require
from protocol import merkle
from protocol.draw import pool
from trading.rules.counting import local_day

SHOWN = 60


@dataclass(frozen=True)
class OwnEpoch:
    """An epoch as its expert reads it."""

    number: int
    cut_at: datetime
    size: int
    root: str
    inside: bool


def night_due(at: datetime) -> bool:
    """Whether today (in China) has no epoch yet and there is somebody to commit to, or was."""
    last = Epoch.objects.order_by("-number").values_list("cut_at", flat=True).first()
    if last is None:
        return Expert.objects.exists()
    return local_day(last) < local_day(at)


def epochs_of(expert: Expert) -> list[OwnEpoch]:
    """The last epochs, and whether this expert was in them."""
    rows = list(Epoch.objects.defer("leaves", "types", "body").order_by("-number")[:SHOWN])
    mine = set(EpochMember.objects.filter(expert=expert, epoch__in=rows).values_list("epoch_id", flat=True))
    return [OwnEpoch(row.number, row.cut_at, row.size, row.root, row.number in mine) for row in rows]


def own_statement(expert: Expert, number: int, key: PoolKey, actor: Actor) -> dict[str, Any]:
    """What opens the expert's leaf of an epoch: attributes with their salts, place, path, and where the root stands.

    ``NotFound`` when he was not in it.
    """
    require(may_read_own(actor, expert.person_id))
    member = EpochMember.objects.select_related("epoch").filter(expert=expert, epoch=number).first()
    if member is None:
        raise NotFound("epoch", _("You are not in this epoch of the pool."))
    epoch = member.epoch
    secret = key.epoch(bytes.fromhex(epoch.nonce))
    name = pool.eid(secret, expert.pk.bytes)
    opened = pool.record(secret, name, member.attributes)
    own, _shown = pool.record_leaf(opened)
    leaves = leaves_of(epoch)
    index = leaves.index(own)
    return {
        "v": pool.VERSION,
        "kind": "record",
        "epoch": epoch.number,
        "root": epoch.root,
        "size": epoch.size,
        "index": index,
        "path": [step.hex() for step in merkle.inclusion_path(leaves, index, epoch.size)],
        "entry": epoch.entry.ev,
        **opened,
    }


def leaves_of(epoch: Epoch) -> list[bytes]:
    """The leaf hashes of an epoch in their order."""
    whole = bytes(epoch.leaves)
    return [whole[place : place + pool.HASH] for place in range(0, len(whole), pool.HASH)]


def epoch_public(number: int) -> dict[str, Any]:
    """What everybody may read of an epoch: its body and the table of types as recorded. ``NotFound`` for none."""
    row = Epoch.objects.filter(number=number).first()
    if row is None:
        raise NotFound("epoch", _("There is no such epoch of the pool."))
    return {"body": row.body, "table": row.types, "digest": row.digest}
