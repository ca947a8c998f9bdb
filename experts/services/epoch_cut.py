"""Cut an epoch: who may be drawn at this moment, under one root in the ledger, with what changed since the last."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from experts.models import Epoch, EpochMember, Expert, ExpertChange
from experts.policies import may_cut
from experts.pool_keys import PoolKey
from experts.rules.commitment import leaf_attributes
from experts.rules.eligibility import drawable_from, may_be_drawn
from experts.rules.leaves import Leaves
from experts.rules.packs import PoolPack, pool_pack
from experts.selectors.pool import with_specialties
from experts.selectors.records import facts_of, standing_of
from experts.services.changes import SUBJECT, Entropy
from experts.states import ExpertState
from kernel.policies import require
from ledger.services import record_append
from protocol import merkle
from protocol.draw import pool
from trading.rules.counting import local_day

BATCH = 2_000
WAITED, TERM = "waiting_over", "term"
"""Why the pool changes without anybody having done anything that day."""


@dataclass(frozen=True)
class Snapshot:
    """Who can be drawn, by expert id, and what their leaves are made of."""

    members: Mapping[UUID, Mapping[str, pool.Value]]

    def tree(self, secret: bytes) -> merkle.Tree:
        """The leaves by eid, RFC 6962."""
        leaves = Leaves(secret)
        named = sorted((leaves.eid(one.bytes), one) for one in self.members)
        return merkle.Tree(leaves.leaf(name, self.members[one]) for name, one in named)


@transaction.atomic
def epoch_cut(*, actor: Actor, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes) -> Epoch:
    """Commit to the pool as it stands. Nightly, and before each draw; two at once wait for each other.

    The ledger gets the root, the table of types (rows with fewer than three experts in a cell as their hash alone),
    the previous epoch and how many came and went for what reason. No name, nothing that links two epochs.
    """
    require(may_cut(actor))
    last = Epoch.objects.select_for_update().order_by("-number").first()
    pack, nonce = pool_pack(), random(32)
    secret = key.epoch(nonce)
    taken = snapshot(pack, at)
    tree = taken.tree(secret)
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
    EpochMember.objects.bulk_create(
        (
            EpochMember(epoch=epoch, expert_id=one, attributes=attributes)
            for one, attributes in taken.members.items()
        ),
        batch_size=BATCH,
    )
    return epoch


def snapshot(pack: PoolPack, at: datetime) -> Snapshot:
    """Everybody who may be drawn on the day of ``at``."""
    day = local_day(at)
    found: dict[UUID, Mapping[str, pool.Value]] = {}
    for expert in with_specialties(Expert.objects.filter(state=ExpertState.IN_POOL.value)).order_by("pk"):
        standing = standing_of(expert)
        since = drawable_from(standing, pack)
        if since is not None and may_be_drawn(standing, pack, day):
            found[expert.pk] = leaf_attributes(facts_of(expert), identity=expert.identity_hash, since=since)
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
