"""Cut an epoch: who may be drawn at this moment, under one root in the ledger, with what changed since the last."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from accounts.actors import Actor
from experts.models import Epoch, ExpertChange
from experts.policies import may_cut
from experts.pool_keys import PoolKey
from experts.rules.commitment import leaf_attributes
from experts.rules.eligibility import drawable_from, may_be_drawn
from experts.rules.leaves import Leaves
from experts.rules.packs import PoolPack, pool_pack
from experts.selectors.opened_pool import Opened, opened_of
from experts.selectors.records import in_pool
from experts.services.changes import SUBJECT, Entropy
from kernel.policies import require
from ledger.services import record_append
from protocol import merkle
from protocol.draw import pool
from trading.rules.counting import local_day

BATCH = 2_000
INSERT = "INSERT INTO experts_epochmember (epoch_id, expert_id, attributes) VALUES (%s, %s, %s)"
WAITED, TERM = "waiting_over", "term"
"""Why the pool changes without anybody having done anything that day."""


@dataclass(frozen=True)
class Snapshot:
    """Who can be drawn, by expert id, and what their leaves are made of."""

    members: Mapping[UUID, Mapping[str, pool.Value]]

    def leaves(self, secret: bytes) -> Iterator[bytes]:
        """The leaves by eid, RFC 6962."""
        leaves = Leaves(secret)
        named = sorted((leaves.eid(one.bytes), one) for one in self.members)
        return (leaves.leaf(name, self.members[one]) for name, one in named)


@transaction.atomic
def epoch_cut(*, actor: Actor, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes) -> Epoch:
    """Commit to the pool as it stands. Nightly, and before each draw; two at once wait for each other.

    The ledger gets the root, the table of types (rows with fewer than three experts in a cell as their hash alone),
    the previous epoch and how many came and went for what reason. No name, nothing that links two epochs.
    """
    return _cut(actor, at, key, random, lambda secret, taken: taken.leaves(secret))


@transaction.atomic
def epoch_cut_opened(
    *, actor: Actor, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes
) -> tuple[Epoch, Opened]:
    """Cut an epoch for a draw, and its records as the header shows them: made once, for both (``epoch_cut``)."""
    made: list[Opened] = []

    def leaves(secret: bytes, taken: Snapshot) -> Iterable[bytes]:
        made.append(opened_of(secret, taken.members.items()))
        return made[0].leaves

    return _cut(actor, at, key, random, leaves), made[0]


def _cut(
    actor: Actor,
    at: datetime,
    key: PoolKey,
    random: Entropy,
    leaves_of: Callable[[bytes, Snapshot], Iterable[bytes]],
) -> Epoch:
    require(may_cut(actor))
    last = Epoch.objects.select_for_update().order_by("-number").first()
    pack, nonce = pool_pack(), random(32)
    secret = key.epoch(nonce)
    taken = snapshot(pack, at)
    tree = merkle.Tree(leaves_of(secret, taken))
    rows = pool.type_rows(taken.members.values())
    table = pool.type_table(secret, rows, pack.number("small_cell"))
    added, removed = changes_since(last, taken.members.keys())
    number, root = (last.number + 1 if last else 1), tree.root().hex()
    body: dict[str, object] = {
        "v": pool.VERSION,
        "kind": "epoch",
        "epoch": number,
        "cut": int(at.timestamp()),
        "size": tree.size,
        "root": root,
        "types": pool.type_root(table).hex(),
        "rules": f"{pack.id} {pack.version}",
        "rules_digest": pack.digest,
        "added": added,
        "removed": removed,
        "prev": last.digest if last else None,
    }
    entry = record_append(
        name="pool-epoch", subject=SUBJECT, data={"body": body, "table": table}, actor=actor.key, at=at
    )
    epoch = Epoch.objects.create(
        number=number,
        cut_at=at,
        nonce=nonce.hex(),
        size=tree.size,
        root=root,
        leaves=b"".join(tree.node(0, i) for i in range(tree.size)),
        types=table,
        body=body,
        digest=pool.epoch_digest(body).hex(),
        entry=entry,
    )
    _members_kept(epoch, taken)
    return epoch


def _members_kept(epoch: Epoch, taken: Snapshot) -> None:
    """One row for each member: rows of values, in a fifth of the time that instances of the model take."""
    native = connection.features.has_native_uuid_field
    rows = (
        (epoch.pk, one if native else one.hex, json.dumps(attributes, ensure_ascii=False))
        for one, attributes in taken.members.items()
    )
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            cursor.executemany(INSERT, batch)


def snapshot(pack: PoolPack, at: datetime) -> Snapshot:
    """Everybody who may be drawn on the day of ``at``."""
    day = local_day(at)
    found: dict[UUID, Mapping[str, pool.Value]] = {}
    for one in in_pool():
        since = drawable_from(one.standing, pack)
        if since is not None and may_be_drawn(one.standing, pack, day):
            found[one.id] = leaf_attributes(one.facts, identity=one.identity, since=since)
    return Snapshot(found)


def changes_since(last: Epoch | None, now: Iterable[UUID]) -> tuple[dict[str, int], dict[str, int]]:
    """How many came and how many went since ``last``, by what was done with them last, or by the clock alone."""
    before = set(last.members.values_list("expert_id", flat=True)) if last else set()
    present = set(now)
    done: dict[UUID, str] = {}
    if last is not None:
        moves = ("admit", "resume", "extend", "renew", "suspend", "expire", "remove", "edited")
        lines = ExpertChange.objects.filter(at__gte=last.cut_at, kind__in=moves).order_by("at", "id")
        done = dict(lines.values_list("expert_id", "kind"))
    return _counted(present - before, done, WAITED), _counted(before - present, done, TERM)


def _counted(who: Iterable[UUID], done: Mapping[UUID, str], otherwise: str) -> dict[str, int]:
    return dict(sorted(Counter(done.get(one, otherwise) for one in who).items()))
