"""What one follows, and the questions for what is secret that were logged."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Follow, Inquiry
from accounts.policies import may_follow, may_log_inquiry, may_read_inquiries
from accounts.rules.topics import REGION
from accounts.states import Role
from kernel.policies import require

MOST = 500


@dataclass(frozen=True)
class Topic:
    """A topic as its follower reads it."""

    row: Follow
    region: str
    url: str


@dataclass(frozen=True)
class Inquiries:
    """Logged questions the reader may see, and whether the reader may log one."""

    rows: Sequence[Inquiry]
    may_log: bool
    all_of_them: bool


def followed(actor: Actor) -> list[Topic]:
    """The topics this person follows, the newest first."""
    require(may_follow(actor))
    rows = Follow.objects.filter(person=actor.person).order_by("-since", "topic")
    return [
        Topic(row, row.topic.removeprefix(REGION), "")
        if row.topic.startswith(REGION)
        else Topic(row, "", reverse("portal:notice", args=[row.topic]))
        for row in rows
    ]


def inquiries(actor: Actor) -> Inquiries:
    """One's own organisation's log; all of it for supervisor and auditor. NotPermitted for whoever is not asked."""
    may_log = may_log_inquiry(actor)
    reader = bool(actor.roles & {Role.SUPERVISOR, Role.AUDITOR})
    if not reader:
        require(may_log)
    rows = Inquiry.objects.select_related("organisation", "logged_by").order_by("-logged_at")
    if not reader:
        rows = rows.filter(organisation=actor.organisation)
    listed = [row for row in rows[:MOST] if may_read_inquiries(actor, row.organisation_id).allowed]
    return Inquiries(listed, may_log.allowed, reader)
