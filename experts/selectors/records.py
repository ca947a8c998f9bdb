"""An expert's row as the values the rules work on."""

from collections.abc import Iterable

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
