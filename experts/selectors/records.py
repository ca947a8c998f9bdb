"""An expert's row as the values the rules work on."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import NamedTuple
from uuid import UUID

from experts.models import Expert, ExpertSpecialty
from experts.rules.eligibility import Standing
from experts.rules.facts import ExpertFacts
from experts.states import ExpertState


def codes_of(expert: Expert) -> tuple[str, ...]:
    """The specialties held, by code; rows that were prefetched as ``current`` are not asked for again."""
    rows: Iterable[ExpertSpecialty] | None = getattr(expert, "current", None)
    if rows is None:
        rows = expert.specialties.filter(ended_at__isnull=True)
    return tuple(sorted(row.code for row in rows))


def facts_of(expert: Expert) -> ExpertFacts:
    """The verified attributes."""
    return ExpertFacts(
        name=expert.name,
        region=expert.region,
        employer=expert.employer,
        title=expert.title,
        title_grade=expert.title_grade,
        work_since=expert.work_since,
        specialties=codes_of(expert),
        term_from=expert.term_from,
        term_to=expert.term_to,
        employer_code=expert.employer_code,
        employer_group=expert.employer_group,
    )


def standing_of(expert: Expert) -> Standing:
    """What decides whether the expert can be drawn."""
    return Standing(ExpertState(expert.state), expert.in_pool_since, expert.term_from, expert.term_to)


class InPool(NamedTuple):
    """Somebody who is in the pool: whose record, the keyed hash of the identity, standing and facts."""

    id: UUID
    identity: str
    standing: Standing
    facts: ExpertFacts


_TOLD = tuple(field.name for field in fields(ExpertFacts) if field.name != "specialties")


def in_pool() -> Iterator[InPool]:
    """Everybody in the pool, by id: two queries and no model instances, for hundreds of thousands may be in it."""
    state = ExpertState.IN_POOL
    codes: dict[UUID, list[str]] = {}
    held = ExpertSpecialty.objects.filter(ended_at__isnull=True, expert__state=state.value)
    for expert, code in held.order_by("expert", "code").values_list("expert_id", "code"):
        codes.setdefault(expert, []).append(code)
    rows = Expert.objects.filter(state=state.value).order_by("pk")
    named = ("pk", "identity_hash", "in_pool_since", *_TOLD)
    for pk, identity, since, *told in rows.values_list(*named):
        facts = ExpertFacts(**dict(zip(_TOLD, told, strict=True)), specialties=tuple(codes.get(pk, ())))
        yield InPool(pk, identity, Standing(state, since, facts.term_from, facts.term_to), facts)
