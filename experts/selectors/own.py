"""What an expert reads of himself: what is recorded, where it is committed, days away, ratings. Telephone first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.states import Role
from experts.models import (
    AwayPeriod,
    Expert,
    ExpertCertificate,
    ExpertRating,
    ExpertSuspension,
    InterestDeclaration,
)
from experts.policies import may_declare, may_read_own
from experts.pool_keys import PoolKey
from experts.rules.eligibility import drawable_from
from experts.rules.packs import pool_pack
from experts.selectors.epochs import OwnEpoch, epochs_of
from experts.selectors.pool import (
    Said,
    StateWord,
    chinese,
    day_words,
    history_of,
    specialty_words,
    state_word,
)
from experts.selectors.records import codes_of, standing_of
from experts.states import ExpertState, TitleGrade, label
from kernel.errors import NotFound
from kernel.policies import require
from trading.rules.counting import local_day


@dataclass(frozen=True)
class Fact:
    """A label and what is recorded under it, as components/facts.html shows it."""

    label: str
    value: str
    note: str = ""
    key: bool = False
    hash: bool = False


@dataclass(frozen=True)
class RatingLine:
    """A rating with what was found in words."""

    row: ExpertRating
    found: list[str]


@dataclass(frozen=True)
class OwnPage:
    """Everything on the expert's page."""

    code: str
    state: StateWord
    drawable: date | None
    waits: bool
    facts: list[Fact]
    specialties: list[str]
    certificates: list[ExpertCertificate]
    epochs: list[OwnEpoch]
    away: list[AwayPeriod]
    ratings: list[RatingLine]
    suspensions: Sequence[ExpertSuspension]
    history: list[Said]
    may_tell: bool


def as_expert(actor: Actor) -> Actor:
    """The same person as an expert and nothing else, when a record of the pool is his; else the actor unchanged."""
    if actor.person is None or not Expert.objects.filter(person=actor.person).exists():
        return actor
    return replace(actor, organisation=None, roles=frozenset({Role.EXPERT}), powers=frozenset())


def own_record(actor: Actor) -> Expert:
    """The record of whoever asks; ``NotFound`` when the pool holds none of this login."""
    found = Expert.objects.filter(person=actor.person).first() if actor.person else None
    if found is None:
        message = gettext_noop(
            "No record of the expert pool belongs to this login. Ask the keeper of the pool."
        )
        raise NotFound("expert", message)
    require(may_read_own(actor, found.person_id))
    return found


def own_page(actor: Actor, at: datetime, key: PoolKey) -> OwnPage:
    """The page of whoever asks."""
    expert, today = own_record(actor), local_day(at)
    drawable = drawable_from(standing_of(expert), pool_pack())
    return OwnPage(
        code=expert.code,
        state=state_word(expert.state),
        drawable=drawable,
        waits=drawable is not None and drawable > today,
        facts=_facts(expert, key),
        specialties=specialty_words(codes_of(expert)),
        certificates=list(expert.certificates.all()),
        epochs=epochs_of(expert),
        away=list(expert.away.filter(taken_back_at__isnull=True, last__gte=today)),
        ratings=[RatingLine(row, rating_words(row.found)) for row in expert.ratings.select_related("reply")],
        suspensions=list(expert.suspensions.all()),
        history=history_of(expert),
        may_tell=expert.state != ExpertState.REMOVED.value,
    )


def interests_of(expert: Expert, actor: Actor) -> list[InterestDeclaration]:
    """The units an expert has declared, for himself alone."""
    require(may_declare(actor, expert.person_id))
    return list(expert.interests.filter(taken_back_at__isnull=True))


def own_rating(rating_id: UUID, actor: Actor) -> RatingLine:
    """One's own rating; NotFound for another's."""
    found = (
        ExpertRating.objects.select_related("reply").filter(pk=rating_id, expert=own_record(actor)).first()
    )
    if found is None:
        raise NotFound("rating", gettext_noop("There is no such rating."))
    return RatingLine(found, rating_words(found.found))


def rating_words(codes: Sequence[str]) -> list[str]:
    """What an assessment found, in words."""
    items = pool_pack().ratings
    found = [items[code] for code in codes if code in items]
    return [one.text_zh if chinese() else one.text_en for one in found]


def _facts(expert: Expert, key: PoolKey) -> list[Fact]:
    grade = _(label(TitleGrade(expert.title_grade)))
    return [
        Fact(_("Name"), expert.name, key=True),
        Fact(_("Record number"), expert.code),
        Fact(
            _("Identity number"),
            f"…{expert.identity_last4}",
            _("only a keyed digest and these characters are kept"),
        ),
        Fact(
            _("Telephone"),
            key.open_phone(expert.phone_sealed) or "–",
            _("sealed; read here and when you are called"),
        ),
        Fact(_("Region code"), expert.region),
        Fact(_("Employer"), expert.employer, expert.employer_code),
        Fact(_("Group of the employer"), expert.employer_group or "–"),
        Fact(_("Professional title"), expert.title, grade),
        Fact(_("Works in the field since"), str(expert.work_since)),
        Fact(_("Appointed for"), f"{day_words(expert.term_from)} – {day_words(expert.term_to)}"),
    ]
