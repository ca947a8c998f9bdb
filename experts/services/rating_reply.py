"""What an expert says to a rating of his: once, in his time; it stands beside the rating for ever."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import ExpertRating, RatingReply
from experts.policies import may_reply
from experts.rules.packs import pool_pack
from experts.services.changes import expert_locked
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from ledger.services import record_append
from protocol import canonical, hashing

MOST = 1000


@transaction.atomic
def rating_reply(*, rating_id: UUID, text: str, actor: Actor, at: datetime) -> RatingReply:
    """Reply to one's own rating within ``reply_days``; the ledger holds the hash of the words, and names nobody.

    NotFound for a rating that is not one's own, StateConflict ``reply_over`` later or for a second reply.
    """
    rating = ExpertRating.objects.select_related("expert").filter(pk=rating_id).first()
    if rating is None or not may_reply(actor, rating.expert.person_id).allowed:
        raise NotFound("rating", _("There is no such rating."))
    expert_locked(rating.expert_id)
    require(may_reply(actor, rating.expert.person_id))
    said = tidy(text)
    if not 0 < len(said) <= MOST:
        message = _("Write what you say to this rating, in at most 1000 characters.")
        raise RuleBroken("reply", message, [Finding("reply", message, field="text")])
    if at >= reply_ends(rating):
        raise StateConflict("reply_over", _("The time to reply to this rating is over."))
    try:
        with transaction.atomic():
            made = RatingReply.objects.create(rating=rating, text=said, at=at)
    except IntegrityError as error:
        raise StateConflict("reply_exists", _("You have replied to this rating already.")) from error
    digest = hashing.sha256(canonical.encode([str(rating.pk), said])).hex()
    record_append(
        name="expert-rating-reply", subject="expert-pool", data={"reply": digest}, actor="expert", at=at
    )
    return made


def reply_ends(rating: ExpertRating) -> datetime:
    """Until when the expert may reply to a rating."""
    return rating.at + timedelta(days=pool_pack().number("reply_days"))
