"""Take in a workbook of experts: all of them or none, every defect named at once; a second person admits them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import Expert, ExpertChange, ExpertSpecialty, PoolImport
from experts.policies import may_import
from experts.pool_keys import PoolKey
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.rules.workbook import Defect, Measure, Row, WorkbookRefused, workbook_read
from experts.services.changes import SUBJECT, Entropy, change_made
from experts.services.expert_register import EXISTS, expert_row, specialty_rows
from experts.states import ChangeKind, ExpertState
from kernel.errors import Finding, RuleBroken
from kernel.policies import require
from ledger.services import record_append
from protocol import hashing
from trading.rules.counting import local_day

BATCH = 1_000


@dataclass(frozen=True)
class Imported:
    """How many experts the file holds, and under which import they wait; None after a dry run."""

    count: int
    id: UUID | None


@transaction.atomic
def pool_import(
    *,
    name: str,
    content: bytes,
    actor: Actor,
    at: datetime,
    identity_key: bytes,
    key: PoolKey,
    dry_run: bool = False,
    random: Entropy = secrets.token_bytes,
) -> Imported:
    """Read the workbook; with no defect at all write everybody as examined by whoever imports, who cannot admit them.

    ``WorkbookRefused`` holds every defect with row and column, doubles with the pool included; nothing is written
    then, nor with ``dry_run``. ``RuleBroken`` (``import_again``) for a file that was taken in before.
    """
    require(may_import(actor))
    digest = hashing.sha256(content).hex()
    if PoolImport.objects.filter(sha256=digest).exists():
        raise RuleBroken("import_again", _("This file was taken in before. Nothing was changed."))
    measure = Measure(pool_pack(), specialty_tree(), local_day(at), identity_key)
    read = workbook_read(content, measure)
    defects = [*read.defects, *known(read.rows, read.columns["identity_number"])]
    if defects:
        raise WorkbookRefused(defects)
    if dry_run:
        return Imported(len(read.rows), None)
    made, held = people(read.rows, actor=actor, at=at, key=key, random=random)
    lines = [change_made(one, ChangeKind.IMPORTED, actor=actor, at=at, random=random) for one in made]
    data: dict[str, object] = {
        "file": digest,
        "count": len(made),
        "changes": hashing.tagged("pool import", *(bytes.fromhex(line.digest) for line in lines)),
    }
    entry = record_append(name="pool-imported", subject=SUBJECT, data=data, actor=actor.key, at=at)
    source = PoolImport.objects.create(
        name=tidy(name)[:200], sha256=digest, count=len(made), by_id=actor.person, imported_at=at, entry=entry
    )
    for expert, line in zip(made, lines, strict=True):
        expert.source, line.entry = source, entry
    Expert.objects.bulk_create(made, batch_size=BATCH)
    ExpertSpecialty.objects.bulk_create(held, batch_size=BATCH)
    ExpertChange.objects.bulk_create(lines, batch_size=BATCH)
    return Imported(len(made), source.pk)


def known(rows: Sequence[Row], column: str) -> list[Defect]:
    """Those of the file who are in the pool already, or were."""
    found: list[Defect] = []
    for start in range(0, len(rows), BATCH):
        part = {row.mark.keyed_hash: row for row in rows[start : start + BATCH]}
        held = Expert.objects.filter(identity_hash__in=part).values_list("identity_hash", flat=True)
        finding = Finding("expert_exists", EXISTS, field="identity_number")
        found += [Defect(part[mark].number, column, finding) for mark in held]
    return found


def people(
    rows: Sequence[Row], *, actor: Actor, at: datetime, key: PoolKey, random: Entropy
) -> tuple[list[Expert], list[ExpertSpecialty]]:
    """The experts of the file and what they hold, not yet written."""
    made: list[Expert] = []
    held: list[ExpertSpecialty] = []
    for row in rows:
        sealed = key.seal_phone(tidy(row.phone), random(32))
        expert = expert_row(row.facts, mark=row.mark, kind="resident", sealed=sealed, at=at, random=random)
        expert.state = ExpertState.EXAMINED.value
        expert.examined_by_id = actor.person
        current = specialty_rows(expert, set(row.facts.specialties), actor, at)
        expert.current = current  # type: ignore[attr-defined] # what selectors.records would ask for
        made.append(expert)
        held += current
    return made, held
