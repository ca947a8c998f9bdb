"""Somebody asked who bids, or how many: the answer is no, and the question is logged (法22, 条80)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts import policies
from accounts.actors import Actor
from accounts.models import Inquiry
from accounts.rules import tidy
from accounts.states import InquiryWay
from kernel.errors import RuleBroken
from kernel.policies import require
from ledger.services import record_append

LONGEST = 2000
SKEW = timedelta(minutes=1)


@transaction.atomic
def inquiry_log(
    *,
    asked_by: str,
    office: str,
    way: InquiryWay,
    about: str,
    question: str,
    asked_at: datetime,
    actor: Actor,
    at: datetime,
) -> Inquiry:
    """Log a question for what is secret, on the record. RuleBroken: ``asked_by``, ``question``, ``asked_at``.

    The ledger holds the hash of the words and no word of them; supervisors and auditors read the list.
    """
    require(policies.may_log_inquiry(actor))
    assert actor.person is not None
    assert actor.organisation is not None
    if not tidy(asked_by):
        raise RuleBroken("asked_by", _("Say who asked."))
    if not tidy(question) or len(question) > LONGEST:
        raise RuleBroken("question", _("Say what was asked, in at most %(most)s characters."), most=LONGEST)
    if asked_at > at + SKEW:
        raise RuleBroken("asked_at", _("This moment is still to come."))
    inquiry = Inquiry.objects.create(
        asked_by=tidy(asked_by),
        office=tidy(office),
        way=way.value,
        about=tidy(about),
        question=question.strip(),
        asked_at=min(asked_at, at),
        logged_by_id=actor.person,
        organisation_id=actor.organisation,
        logged_at=at,
    )
    data = {
        "asked_by": inquiry.asked_by,
        "office": inquiry.office,
        "way": inquiry.way,
        "about": inquiry.about,
        "question": inquiry.question,
        "asked_at": inquiry.asked_at,
    }
    record_append(name="inquiry-logged", subject=str(inquiry.pk), data=data, actor=actor.key, at=at)
    return inquiry
