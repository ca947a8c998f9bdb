"""Following: a person asks to be told what is published about a tender or a region.

It is no act of a tender and has no entry in the ledger: entries would count those who take an interest.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts import policies, selectors
from accounts.actors import Actor
from accounts.models import Follow
from accounts.rules.topics import topic_known
from accounts.services.notifications import notify
from kernel.errors import RuleBroken
from kernel.policies import require

MOST = 200


@transaction.atomic
def follow_begin(*, topic: str, actor: Actor, at: datetime) -> Follow:
    """Follow a topic; following twice is following once. RuleBroken: ``topic``, ``topics_many``."""
    require(policies.may_follow(actor))
    assert actor.person is not None
    if not topic_known(topic):
        raise RuleBroken("topic", _("Nothing is published under this number."))
    known = Follow.objects.filter(person=actor.person, topic=topic).first()
    if known is not None:
        return known
    if Follow.objects.filter(person=actor.person).count() >= MOST:
        raise RuleBroken("topics_many", _("You follow %(most)s topics already. End one first."), most=MOST)
    return Follow.objects.get_or_create(person_id=actor.person, topic=topic, defaults={"since": at})[0]


@transaction.atomic
def follow_end(*, topic: str, actor: Actor) -> None:
    """Follow a topic no more; ending what is not followed changes nothing."""
    require(policies.may_follow(actor))
    Follow.objects.filter(person=actor.person, topic=topic).delete()


def followers_notify(*, topics: Sequence[str], event: str, data: Mapping[str, object], at: datetime) -> None:
    """Tell everybody who follows one of these topics, each once and alone, in the transaction which publishes."""
    for person in selectors.followers(topics):
        notify(event=event, to_person=person, data=data, at=at)
