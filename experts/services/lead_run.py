"""Leads are computed at night, or when somebody who reads them asks, and kept: never while a page is looked at."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.states import Role
from experts.models import Draw, KeptLead, LeadAsk, LeadDraw, LeadRun
from experts.policies import may_ask_leads, may_run_leads
from experts.pool_keys import PoolKey
from experts.rules.analytics import KeptDraw, Report, Thresholds, packed, thresholds
from experts.rules.analytics.identity import evidence_hash, lead_name
from experts.selectors.lead_draws import about, kept_draws, opened_draws, unkept_lots, worked_out
from experts.selectors.lead_runs import (
    ALL,
    Due,
    due_runs,
    kept_leads,
    lots_of,
    newest_run,
    open_ask,
    scope_of,
    stated,
    told,
)
from experts.selectors.leads import LotRows, counts_of, lot_rows, report_of
from experts.services.changes import Entropy
from kernel.errors import StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol import canonical, hashing
from trading.models import Lot
from trading.rules.counting import local_day

SUBJECT = "leads"
BYTES = 32


@dataclass(frozen=True)
class Found:
    """What one computing found: the report, the hash of the rows it was made from, what was looked at."""

    report: Report
    rows: str
    counts: Mapping[str, int]


@transaction.atomic
def lead_run_ask(*, actor: Actor, at: datetime) -> LeadAsk:
    """Ask for the leads to be computed now: who may read them, for the lots whose leads it reads.

    StateConflict ``leads_asked`` while a wish of the same scope is open. The ledger says that one asked, not who.
    """
    require(may_ask_leads(actor))
    assert actor.person is not None
    scope = scope_of(actor)
    number = LeadAsk.objects.filter(scope=scope).count() + 1
    asked = StateConflict(
        "leads_asked", _("They are being computed already. Open the page again in a minute.")
    )
    if open_ask(scope) is not None:
        raise asked
    who = Role.AUDITOR if scope == ALL else Role.SUPERVISOR
    entry = record_append(
        name="leads-asked", subject=SUBJECT, data={"number": number}, actor=who.value, at=at
    )
    try:
        with transaction.atomic():
            return LeadAsk.objects.create(scope=scope, number=number, by_id=actor.person, at=at, entry=entry)
    except IntegrityError as error:
        raise asked from error


@transaction.atomic
def lead_draws_keep(
    *,
    serials: Sequence[Draw],
    limits: Thresholds,
    actor: Actor,
    at: datetime,
    key: PoolKey,
    random: Entropy = secrets.token_bytes,
) -> None:
    """Work out what the opened draws of one lot mean for the leads, and keep it sealed; what is kept stays as it is.

    It follows from published papers and the pool's key: no act of anybody, so that the ledger says nothing of it.
    """
    require(may_run_leads(actor))
    rows = [
        LeadDraw(
            draw=draw,
            pack=limits.digest,
            sealed=key.seal_leads(packed(kept), about(draw, limits), random(BYTES)),
            at=at,
        )
        for draw, kept in worked_out(serials, limits, key)
    ]
    LeadDraw.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def lead_run_keep(
    *, due: Due, found: Found, actor: Actor, at: datetime, random: Entropy = secrets.token_bytes
) -> LeadRun:
    """Keep what was found, the leads that are gone with their last numbers, and a ledger entry of hashes and counts.

    StateConflict ``leads_computed`` when another worker has kept this night, or answered this wish, meanwhile.
    """
    require(may_run_leads(actor))
    limits, before, salt = found.report.limits, newest_run(due.scope), random(BYTES)
    same = (
        before if before is not None and (before.rows, before.pack) == (found.rows, limits.digest) else None
    )
    leads = _leads(found.report, before, at)
    results = hashing.sha256(salt, canonical.encode([[one.name, one.evidence] for one in leads])).hex()
    number = before.number + 1 if before is not None else 1
    data = {
        "scope": "all" if due.scope == ALL else "supervisor",
        "pack": limits.digest,
        "inputs": hashing.sha256(salt, bytes.fromhex(found.rows)).hex(),
        "results": results,
        "counts": dict(found.counts),
        "tests": sum(found.report.tests.values()),
        "leads": sum(one.seen_at == at for one in leads),
    }
    entry = record_append(name="leads-computed", subject=SUBJECT, data=data, actor=actor.key, at=at)
    try:
        with transaction.atomic():
            run = LeadRun.objects.create(
                scope=due.scope,
                number=number,
                day=local_day(at),
                night=due.night,
                ask=due.ask,
                at=at,
                pack=limits.digest,
                limits=stated(limits),
                salt=salt.hex(),
                rows=found.rows,
                results=results,
                counts=dict(found.counts),
                tests=dict(found.report.tests),
                same_id=(same.same_id or same.pk) if same is not None else None,
                entry=entry,
            )
    except IntegrityError as error:
        raise StateConflict("leads_computed", _("The leads have been computed meanwhile.")) from error
    if same is None:
        for one in leads:
            one.run = run
        KeptLead.objects.bulk_create(leads, batch_size=500)
    return run


def _leads(report: Report, before: LeadRun | None, at: datetime) -> list[KeptLead]:
    """The leads of a run in their order, and after them those of the run before that are gone."""
    found = {lead_name(lead): lead for own in report.leads.values() for lead in own}
    rows = [
        KeptLead(
            name=name,
            family=lead.family,
            evidence=evidence_hash(lead),
            told=told(lead),
            seen_at=at,
            run_at=at,
        )
        for name, lead in found.items()
    ]
    for row in kept_leads(before) if before is not None else ():
        if row.name not in found:
            rows.append(
                KeptLead(
                    name=row.name,
                    family=row.family,
                    evidence=row.evidence,
                    told=row.told,
                    seen_at=row.seen_at,
                    run_at=at,
                )
            )
    for place, one in enumerate(rows):
        one.place = place
    return rows


def leads_drive(*, at: datetime, key: PoolKey, random: Entropy = secrets.token_bytes) -> int:
    """Make every run that is due, by the clock or because somebody asked; how many were made. Idempotent.

    Draws are kept one lot after the other, so that whoever is stopped in between goes on there; a run is kept whole or
    not at all.
    """
    waiting = due_runs(at)
    if not waiting:
        return 0
    limits, made = thresholds(), 0
    rows = _rows(list(lots_of(one.scope for one in waiting)), limits, at, key, random)
    for due in waiting:
        lots = set(lots_of([due.scope]).values_list("pk", flat=True))
        own = [row for pk, row in rows.items() if pk in lots]
        digest = hashing.sha256(canonical.encode(sorted(row.digest.hex() for row in own))).hex()
        found = Found(report_of(own, limits), digest, counts_of(own))
        try:
            lead_run_keep(due=due, found=found, actor=SYSTEM, at=at, random=random)
        except StateConflict:
            continue
        made += 1
    return made


def _rows(
    lots: Sequence[Lot], limits: Thresholds, at: datetime, key: PoolKey, random: Entropy
) -> dict[UUID, LotRows]:
    """The rows of every lot, by its id, once all its opened draws are kept."""
    draws = opened_draws(lots)
    for serials in unkept_lots(draws, limits):
        lead_draws_keep(serials=serials, limits=limits, actor=SYSTEM, at=at, key=key, random=random)
    kept = kept_draws(draws, limits, key)
    by_lot: dict[UUID, list[Draw]] = {}
    for draw in draws:
        by_lot.setdefault(draw.lot_id, []).append(draw)
    return {lot.pk: lot_rows(lot, _with(by_lot.get(lot.pk, ()), kept), key, limits) for lot in lots}


def _with(draws: Iterable[Draw], kept: Mapping[UUID, KeptDraw]) -> list[tuple[Draw, KeptDraw]]:
    return [(draw, kept[draw.pk]) for draw in draws]
