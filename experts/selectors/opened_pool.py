"""The pool of an epoch as the header of a draw shows it to everybody; made with the pool's key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from experts.models import Epoch, ExpertChange
from experts.pool_keys import PoolKey
from experts.rules.leaves import Leaves
from experts.rules.packs import pool_pack
from protocol import merkle
from protocol.errors import ProtocolError
from trading.rules.counting import local_day


@dataclass(frozen=True)
class Shown:
    """What a header shows of each expert of its pool, by eid, and whose it is: that never leaves this process."""

    rows: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, UUID]


@dataclass(frozen=True)
class Opened:
    """The pool of an epoch as a header commits to it: leaves and paper, in the order of what is shown."""

    leaves: Sequence[bytes]
    paper: bytes
    pool: Shown


def opened_of(secret: bytes, members: Iterable[tuple[UUID, Mapping[str, Any]]]) -> Opened:
    """The records of these members by eid, under the secret of an epoch."""
    leaves, rows = Leaves(secret), _by_eid(secret, members)
    made = [leaves.opened(name, attributes) for name, _expert, attributes in rows]
    paper = b"[" + b",".join(text for _leaf, text in made) + b"]"
    return Opened([leaf for leaf, _text in made], paper, _shown(rows))


def pool_opened(epoch: Epoch, key: PoolKey) -> Opened:
    """The records of an epoch; ProtocolError unless they are those under its root."""
    opened = opened_of(key.epoch(bytes.fromhex(epoch.nonce)), _members(epoch))
    if merkle.root(opened.leaves).hex() != epoch.root:
        raise ProtocolError("the rows are not those of the pool committed to", evidence=epoch.root)
    return opened


def pool_shown(epoch: Epoch, key: PoolKey) -> Shown:
    """What is shown of an epoch whose paper was made before: nothing is hashed again but the eids."""
    return _shown(_by_eid(key.epoch(bytes.fromhex(epoch.nonce)), _members(epoch)))


def changed_since(epoch: Epoch, at: datetime) -> bool:
    """Whether an act, a day or other rules may have changed who may be drawn, or as whom, since the epoch was cut."""
    acted = ExpertChange.objects.filter(at__gte=epoch.cut_at).exists()
    ruled = epoch.body["rules_digest"] != pool_pack().digest
    return acted or ruled or local_day(at) != local_day(epoch.cut_at)


Row = tuple[bytes, UUID, Mapping[str, Any]]


def _members(epoch: Epoch) -> Iterable[tuple[UUID, Mapping[str, Any]]]:
    return epoch.members.values_list("expert_id", "attributes")


def _by_eid(secret: bytes, members: Iterable[tuple[UUID, Mapping[str, Any]]]) -> list[Row]:
    eid = Leaves(secret).eid
    return sorted(
        ((eid(expert.bytes), expert, attributes) for expert, attributes in members), key=itemgetter(0)
    )


def _shown(rows: Iterable[Row]) -> Shown:
    found = {name.hex(): (attributes, expert) for name, expert, attributes in rows}
    return Shown(
        {name: attributes for name, (attributes, _expert) in found.items()},
        {name: expert for name, (_attributes, expert) in found.items()},
    )
