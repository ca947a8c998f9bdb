"""The keeper's reads: the list, a record, imports. Every one asks first, for each of them shows names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.rules import name_key
from bidding.rules.codes import code_read
from experts.models import (
    AwayPeriod,
    Epoch,
    Expert,
    ExpertCertificate,
    ExpertChange,
    ExpertRating,
    ExpertSpecialty,
    ExpertSuspension,
    PoolImport,
)
from experts.policies import may_admit, may_keep
from experts.rules.eligibility import drawable_from, eligibility_findings
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.selectors.records import codes_of, facts_of, standing_of
from experts.states import EXPERT, ChangeKind, ExpertAction, ExpertState, TitleGrade, label
from kernel.errors import Finding, NotFound
from kernel.policies import require
from kernel.transitions import allowed_actions
from trading.rules.counting import local_day

PER_PAGE = 50
KINDS = {
    ExpertState.APPLIED: "wait",
    ExpertState.EXAMINED: "wait",
    ExpertState.IN_POOL: "done",
    ExpertState.OUTSIDE: "soon",
    ExpertState.SUSPENDED: "stop",
    ExpertState.EXPIRED: "",
    ExpertState.REMOVED: "",
}
"""How the look shows a state."""


@dataclass(frozen=True)
class StateWord:
    """A state as it is shown."""

    word: str
    kind: str


@dataclass(frozen=True)
class Line:
    """One expert of the list."""

    id: UUID
    code: str
    name: str
    employer: str
    region: str
    specialties: list[str]
    state: StateWord


@dataclass(frozen=True)
class Listing:
    """A page of the list."""

    rows: list[Line]
    total: int
    number: int
    count: int


@dataclass(frozen=True)
class Said:
    """A line of the history, in words."""

    at: datetime
    word: str
    by: str
    reason: str
    digest: str


@dataclass(frozen=True)
class Record:
    """All that the keeper sees of one expert."""

    expert: Expert
    state: StateWord
    specialties: list[ExpertSpecialty]
    certificates: list[ExpertCertificate]
    ratings: list[ExpertRating]
    suspensions: list[ExpertSuspension]
    away: list[AwayPeriod]
    history: list[Said]
    actions: tuple[ExpertAction, ...]
    unmet: tuple[Finding, ...]
    drawable: date | None
    may_admit: bool
    grade: str
    low: bool


def day_words(day: date) -> str:
    """A day of the calendar in the language of the page."""
    return date_format(day, "Y年n月j日" if chinese() else "j\xa0F\xa0Y")


def chinese() -> bool:
    """Whether the page in view is Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def state_word(state: str) -> StateWord:
    """The word of a state and how it looks."""
    found = ExpertState(state)
    return StateWord(_(label(found)), KINDS[found])


def specialty_words(codes: Sequence[str]) -> list[str]:
    """Codes with their words, in the language of the page."""
    tree = specialty_tree()
    return [f"{code} {tree.name(code, chinese=chinese())}" for code in codes]


def with_specialties(rows: QuerySet[Expert]) -> QuerySet[Expert]:
    """The rows with what they hold now, in one query more."""
    held = ExpertSpecialty.objects.filter(ended_at__isnull=True)
    return rows.prefetch_related(Prefetch("specialties", queryset=held, to_attr="current"))


def pool_list(actor: Actor, *, query: str, state: str, specialty: str, page: int) -> Listing:
    """Experts by record number: those a name, number, employer or region fits, of one state, of one code."""
    require(may_keep(actor))
    rows = _found(Expert.objects.all(), query.strip())
    if state:
        rows = rows.filter(state=state)
    if specialty:
        held = ExpertSpecialty.objects.filter(ended_at__isnull=True, code__startswith=specialty)
        rows = rows.filter(pk__in=held.values("expert"))
    total = rows.count()
    count = max(1, -(-total // PER_PAGE))
    number = min(max(page, 1), count)
    first = (number - 1) * PER_PAGE
    shown = with_specialties(rows.order_by("code"))[first : first + PER_PAGE]
    lines = [
        Line(
            one.pk,
            one.code,
            one.name,
            one.employer,
            one.region,
            specialty_words(codes_of(one)),
            state_word(one.state),
        )
        for one in shown
    ]
    return Listing(lines, total, number, count)


def _found(rows: QuerySet[Expert], query: str) -> QuerySet[Expert]:
    if not query:
        return rows
    if code := code_read(query):
        return rows.filter(code=code)
    if re.fullmatch(r"[0-9]{2,6}", query):
        return rows.filter(region__startswith=query)
    key = name_key(query)
    return rows.filter(Q(name_key__contains=key) | Q(employer_key__contains=key))


def expert_of(expert_id: UUID, actor: Actor) -> Expert:
    """One expert's row; ``NotFound`` for none."""
    require(may_keep(actor))
    found = Expert.objects.filter(pk=expert_id).first()
    if found is None:
        raise NotFound("expert", gettext_noop("There is no such expert."))
    return found


def record_page(expert_id: UUID, actor: Actor, at: datetime) -> Record:
    """The record with its history and what can be done with it now."""
    expert = expert_of(expert_id, actor)
    today, pack = local_day(at), pool_pack()
    ratings = list(expert.ratings.all())
    this_year = [one.score for one in ratings if local_day(one.at).year == today.year]
    return Record(
        expert=expert,
        state=state_word(expert.state),
        specialties=list(expert.specialties.filter(ended_at__isnull=True)),
        certificates=list(expert.certificates.all()),
        ratings=ratings,
        suspensions=list(expert.suspensions.all()),
        away=list(expert.away.filter(taken_back_at__isnull=True, last__gte=today)),
        history=history_of(expert),
        actions=allowed_actions(EXPERT, ExpertState(expert.state)),
        unmet=eligibility_findings(facts_of(expert), pack=pack, today=today),
        drawable=drawable_from(standing_of(expert), pack),
        may_admit=may_admit(actor, expert.person_id, expert.examined_by_id).allowed,
        grade=_(label(TitleGrade(expert.title_grade))),
        low=bool(this_year) and min(this_year) < pack.number("rating_review"),
    )


def history_of(expert: Expert) -> list[Said]:
    """The lines of the history, the newest first."""
    lines = ExpertChange.objects.filter(expert=expert).select_related("by").order_by("-at", "-id")
    return [
        Said(
            line.at,
            _(label(ChangeKind(line.kind))),
            str(line.by) if line.by else _("the platform"),
            line.reason,
            line.digest,
        )
        for line in lines
    ]


def imports_waiting(actor: Actor) -> list[dict[str, Any]]:
    """Imports whose experts nobody has admitted yet, and whether this person may."""
    require(may_keep(actor))
    found = []
    for row in PoolImport.objects.select_related("by"):
        waiting = row.experts.filter(state=ExpertState.EXAMINED.value).count()
        if waiting:
            allowed = may_admit(actor, None, row.by_id).allowed
            found.append({"row": row, "waiting": waiting, "may_admit": allowed})
    return found


def pool_numbers(actor: Actor) -> dict[str, Any]:
    """What stands on top of the list: how many in each state, and the last epoch."""
    require(may_keep(actor))
    counts = Counter(Expert.objects.values_list("state", flat=True))
    rows = [(state.value, state_word(state.value), counts.get(state.value, 0)) for state in ExpertState]
    last = Epoch.objects.defer("leaves", "types").order_by("-number").first()
    return {"states": rows, "epoch": last}


def certificate_of(certificate_id: UUID, actor: Actor) -> ExpertCertificate:
    """A certificate: the keeper's to open. ``NotFound`` for none."""
    require(may_keep(actor))
    found = ExpertCertificate.objects.filter(pk=certificate_id).first()
    if found is None:
        raise NotFound("certificate", gettext_noop("There is no such paper."))
    return found


@dataclass(frozen=True)
class Pages:
    """Where a list goes on, as components/pages.html shows it."""

    number: int
    count: int
    previous_query: str
    next_query: str


def pages_of(listing: Listing, query: Mapping[str, str]) -> Pages:
    """The queries that lead on and back."""

    def link(number: int) -> str:
        kept = {name: value for name, value in query.items() if value}
        return urlencode({**kept, "page": number}) if 1 <= number <= listing.count else ""

    return Pages(listing.number, listing.count, link(listing.number - 1), link(listing.number + 1))


def codes_offered() -> list[tuple[str, str]]:
    """The codes one can search by, with their words."""
    tree = specialty_tree()
    return [(code, f"{code} {tree.name(code, chinese=chinese())}") for code in sorted(tree.nodes)]


def initial_of(seen: Record) -> dict[str, Any]:
    """A record as the form for corrections begins with it; the telephone number is not among it."""
    facts = facts_of(seen.expert)
    return {**facts.__dict__, "specialties": list(facts.specialties)}
