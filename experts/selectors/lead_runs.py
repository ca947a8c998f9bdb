"""Leads as the newest run kept them: whose they are, what it looked at, what has gone since; which runs are due.

Nothing is computed here. A lead that a run no longer finds stays, with the numbers it had last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.states import Role
from experts.models import Draw, KeptLead, LeadAsk, LeadRun, Report
from experts.policies import may_read_leads
from experts.rules.analytics import Lead, Thresholds
from kernel.policies import require
from trading.models import Lot
from trading.rules.counting import local_day

ALL = "all"
"""The scope of auditors; a supervisor's is its id."""


@dataclass(frozen=True)
class Stated:
    """The thresholds of a run, as far as its page states them."""

    id: str
    since: date
    digest: str
    fdr: float


@dataclass(frozen=True)
class LeadsPage:
    """The newest run, its leads and tests by family, and since when a lead was found no more (by its name).

    ``run`` is None before the first one; ``ask`` is a wish for a run that is still open.
    """

    run: LeadRun | None
    ask: LeadAsk | None
    leads: Mapping[str, Sequence[Lead]]
    tests: Mapping[str, int]
    limits: Stated | None
    counts: Mapping[str, int]
    gone: Mapping[str, datetime]


@dataclass(frozen=True)
class Due:
    """A run that is due: whose, whether by the clock, and who asked for it."""

    scope: str
    night: bool
    ask: LeadAsk | None


def leads_page(actor: Actor) -> LeadsPage:
    """What the newest run found in the lots the actor supervises, or in all of them for an auditor."""
    require(may_read_leads(actor))
    scope = scope_of(actor)
    run, ask = newest_run(scope), open_ask(scope)
    if run is None:
        return LeadsPage(None, ask, {}, {}, None, {}, {})
    leads: dict[str, list[Lead]] = {}
    gone: dict[str, datetime] = {}
    for row in kept_leads(run):
        lead = read_lead(row)
        leads.setdefault(lead.family, []).append(lead)
        if row.seen_at < row.run_at:
            gone[row.name] = row.seen_at
    limits = Stated(
        run.limits["id"], date.fromisoformat(run.limits["since"]), run.pack, float(run.limits["fdr"])
    )
    return LeadsPage(run, ask, leads, run.tests, limits, run.counts, gone)


def scope_of(actor: Actor) -> str:
    """Whose leads somebody reads: an auditor those of all lots, a supervisor those of its own."""
    return ALL if Role.AUDITOR in actor.roles else str(actor.organisation)


def newest_run(scope: str) -> LeadRun | None:
    """The last run of a scope."""
    return LeadRun.objects.filter(scope=scope).order_by("-number").first()


def open_ask(scope: str) -> LeadAsk | None:
    """The wish of this scope that no run has answered."""
    return LeadAsk.objects.filter(scope=scope, run=None).order_by("number").first()


def kept_leads(run: LeadRun) -> QuerySet[KeptLead]:
    """The leads of a run, or of the run whose leads they are."""
    return KeptLead.objects.filter(run=run.same_id or run.pk).order_by("place")


def told(lead: Lead) -> dict[str, Any]:
    """A lead as it is kept."""
    return {
        "subjects": list(lead.subjects),
        "tender": lead.tender,
        "numbers": [lead.observed, lead.expected, lead.p, lead.q],
        "evidence": dict(lead.evidence),
    }


def read_lead(row: KeptLead) -> Lead:
    """A kept lead as it was found."""
    value = row.told
    observed, expected, p, q = value["numbers"]
    return Lead(
        row.family, tuple(value["subjects"]), value["tender"], observed, expected, p, q, value["evidence"]
    )


def lots_of(scopes: Iterable[str]) -> QuerySet[Lot]:
    """The lots of some scopes: all of them, or those of the projects these organisations supervise."""
    own = set(scopes)
    rows = Lot.objects.exclude(policy="").select_related("tender__project").order_by("pk")
    return rows if ALL in own else rows.filter(tender__project__supervisor__in=own)


def due_runs(at: datetime) -> list[Due]:
    """Every run that is due: of each scope with something to look at once a day (in China), and whoever asked."""
    asked = {ask.scope: ask for ask in LeadAsk.objects.filter(run=None).order_by("-number")}
    made = set(LeadRun.objects.filter(day=local_day(at), night=True).values_list("scope", flat=True))
    nights = [scope for scope in _scopes() if scope not in made and _anything(scope)]
    return [Due(scope, scope in nights, asked.get(scope)) for scope in sorted({*nights, *asked})]


def _scopes() -> list[str]:
    owners = lots_of([ALL]).exclude(tender__project__supervisor=None).order_by()
    found = owners.values_list("tender__project__supervisor", flat=True).distinct()
    return [ALL, *(str(pk) for pk in found)]


def _anything(scope: str) -> bool:
    lots = lots_of([scope]).order_by()
    opened = Draw.objects.filter(lot__in=lots, reveal_entry__isnull=False)
    return opened.exists() or Report.objects.filter(panel__lot__in=lots).exists()


def stated(limits: Thresholds) -> dict[str, object]:
    """What a run says of its thresholds."""
    return {"id": limits.id, "since": limits.since.isoformat(), "fdr": limits.fdr}
