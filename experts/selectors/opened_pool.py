"""The pool of an epoch as the header of a draw shows it to everybody; made with the pool's key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from experts.models import Epoch
from experts.pool_keys import PoolKey
from experts.rules.leaves import Leaves
from protocol import merkle
from protocol.errors import ProtocolError


@dataclass(frozen=True)
class Opened:
    """The pool of an epoch as a header shows it. ``people`` is whose each record is: it never leaves this process."""

    leaves: Sequence[bytes]
    paper: bytes
    shown: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, UUID]


def opened_of(secret: bytes, members: Iterable[tuple[UUID, Mapping[str, Any]]]) -> Opened:
    """The records of these members by eid, under the secret of an epoch."""
    leaves = Leaves(secret)
    rows = sorted(
        ((leaves.eid(expert.bytes), expert, attributes) for expert, attributes in members),
        key=itemgetter(0),
    )
    made = [leaves.opened(name, attributes) for name, _expert, attributes in rows]
    return Opened(
        [leaf for leaf, _text in made],
        b"[" + b",".join(text for _leaf, text in made) + b"]",
        {name.hex(): attributes for name, _expert, attributes in rows},
        {name.hex(): expert for name, expert, _attributes in rows},
    )


def pool_opened(epoch: Epoch, key: PoolKey) -> Opened:
    """The records of an epoch; ProtocolError unless they are those under its root."""
    members = epoch.members.values_list("expert_id", "attributes")
    opened = opened_of(key.epoch(bytes.fromhex(epoch.nonce)), members)
    if merkle.root(opened.leaves).hex() != epoch.root:
        raise ProtocolError("the rows are not those of the pool committed to", evidence=epoch.root)
    return opened
