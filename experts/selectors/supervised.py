"""The pool in numbers, for who supervises or audits: how many, what was done and when. No name, no record number."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import Epoch, Expert, ExpertChange, ExpertSpecialty
from experts.policies import may_read_numbers
from experts.rules.packs import pool_pack
from experts.selectors.pool import StateWord, specialty_words, state_word
from experts.states import ChangeKind, ExpertState, label
from kernel.policies import require

NEWEST = 100


@dataclass(frozen=True)
class Count:
    """How many; empty where fewer than the pack allows to be told, for few would be known by it."""

    word: str
    number: int | None


@dataclass(frozen=True)
class Act:
    """Something done with the pool: what, when, by which office, and the digest the ledger holds."""

    at: datetime
    word: str
    by: str
    digest: str


@dataclass(frozen=True)
class Numbers:
    """The whole page."""

    states: list[tuple[StateWord, int]]
    specialties: list[Count]
    regions: list[Count]
    epochs: list[Epoch]
    acts: list[Act]
    small: int


def numbers(actor: Actor) -> Numbers:
    """How many by state, specialty and region, the last epochs, and the newest acts."""
    require(may_read_numbers(actor))
    small = pool_pack().number("small_cell")
    states = Counter(Expert.objects.values_list("state", flat=True))
    live = Expert.objects.filter(state=ExpertState.IN_POOL.value)
    held = ExpertSpecialty.objects.filter(ended_at__isnull=True, expert__in=live)
    codes = Counter(held.values_list("code", flat=True))
    regions = Counter(live.values_list("region", flat=True))
    named = dict(zip(sorted(codes), specialty_words(sorted(codes)), strict=True))
    return Numbers(
        states=[(state_word(one.value), states.get(one.value, 0)) for one in ExpertState],
        specialties=[_count(named[code], codes[code], small) for code in sorted(codes)],
        regions=[_count(code, regions[code], small) for code in sorted(regions)],
        epochs=list(Epoch.objects.defer("leaves", "types").order_by("-number")[:20]),
        acts=_acts(),
        small=small,
    )


def _count(word: str, number: int, small: int) -> Count:
    return Count(word, number if number >= small else None)


def _acts() -> list[Act]:
    lines = ExpertChange.objects.only("at", "kind", "by", "digest").order_by("-at", "-id")[:NEWEST]
    return [
        Act(
            line.at,
            _(label(ChangeKind(line.kind))),
            _("a keeper of the pool") if line.by_id else _("the platform"),
            line.digest,
        )
        for line in lines
    ]
