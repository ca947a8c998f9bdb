"""Who may be an expert (法37), and who of the pool may be drawn on a day: pure, every unmet condition named at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _

from experts.rules.facts import ExpertFacts
from experts.rules.packs import PoolPack
from experts.states import ExpertState
from kernel.errors import Finding


def eligibility_findings(facts: ExpertFacts, *, pack: PoolPack, today: date) -> tuple[Finding, ...]:
    """The conditions of the rule pack that are not met, each with its article."""
    return tuple(_unmet(facts, pack, today))


def _unmet(facts: ExpertFacts, pack: PoolPack, today: date) -> Iterator[Finding]:
    years = pack.rules["min_years"]
    worked = today.year - facts.work_since
    if worked < years.value:
        message = _("%(worked)s years of work in the field; %(needed)s are needed.")
        data = {"worked": worked, "needed": years.value}
        yield Finding("min_years", message, years.article, years.blocks, field="work_since", data=data)
    title = pack.rules["title"]
    if facts.title_grade not in title.values:
        message = _("A senior title is needed, or the same professional level.")
        yield Finding("title", message, title.article, title.blocks, field="title_grade")
    if facts.term_to < today:
        yield Finding("term_over", _("The term is over. Renew it."), field="term_to")


@dataclass(frozen=True)
class Standing:
    """What decides whether an expert can be drawn on a day."""

    state: ExpertState
    in_pool_since: date | None
    term_from: date
    term_to: date


def drawable_from(standing: Standing, pack: PoolPack) -> date | None:
    """The first day on which this expert can be drawn, None for one who is not in the pool."""
    if standing.state is not ExpertState.IN_POOL or standing.in_pool_since is None:
        return None
    waited = standing.in_pool_since + timedelta(days=pack.number("waiting_days"))
    return max(waited, standing.term_from)


def may_be_drawn(standing: Standing, pack: PoolPack, day: date) -> bool:
    """Whether the expert belongs to the epoch of this day: in the pool, has waited, term not over."""
    first = drawable_from(standing, pack)
    return first is not None and first <= day <= standing.term_to


def rating_score(codes: frozenset[str], pack: PoolPack) -> int:
    """The score of one assessment: 100 less what was found, never below 0; ``KeyError`` for a code of none."""
    return max(0, 100 - sum(pack.ratings[code].points for code in codes))
