"""Rate an expert's conduct after an assessment, by the pack's table: points come off, nobody invents a number."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import Expert, ExpertRating
from experts.policies import may_change
from experts.rules.eligibility import rating_score
from experts.rules.packs import pool_pack
from experts.services.changes import change_record, expert_locked, reasoned
from experts.states import ChangeKind
from kernel.errors import Finding, RuleBroken
from kernel.policies import require


@transaction.atomic
def rating_give(
    *,
    expert_id: UUID,
    occasion: str,
    found: Collection[str],
    reason: str,
    actor: Actor,
    at: datetime,
) -> ExpertRating:
    """Rate one assessment (``occasion``: its reference). ``found`` are codes of the pack; none of them is full marks.

    ``RuleBroken``: ``rating`` for a code that is none or no occasion, ``rating_exists`` for an occasion rated already.
    A rating is never changed; a wrong one is answered by another with its reason.
    """
    expert = expert_locked(expert_id)
    require(may_change(actor, expert.person_id))
    return rating_made(expert, occasion, found, reason, actor, at)


def rating_made(
    expert: Expert, occasion: str, found: Collection[str], reason: str, actor: Actor, at: datetime
) -> ExpertRating:
    """Write a rating of an expert whose row the caller has locked, after asking who may."""
    pack, why, what = pool_pack(), reasoned(reason), tidy(occasion)
    codes = frozenset(found)
    if not what or not codes <= pack.ratings.keys():
        message = _("Name the assessment, and tick only what the table of ratings lists.")
        raise RuleBroken("rating", message, [Finding("rating", message, field="occasion")])
    try:
        with transaction.atomic():
            made = ExpertRating.objects.create(
                expert=expert,
                occasion=what,
                found=sorted(codes),
                score=rating_score(codes, pack),
                pack=f"{pack.id} {pack.version}",
                reason=why,
                by_id=actor.person,
                at=at,
            )
    except IntegrityError as error:
        message = _("This assessment has been rated. A rating is not changed.")
        finding = Finding("rating_exists", message, field="occasion")
        raise RuleBroken("rating_exists", message, [finding]) from error
    more = {"occasion": what, "found": made.found, "score": made.score}
    change_record(expert, ChangeKind.RATED, actor=actor, at=at, reason=why, more=more)
    return made
