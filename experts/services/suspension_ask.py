"""A low rating can suspend an expert: one keeper asks for it, another decides, after the expert could reply."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import tidy
from experts.models import ExpertRating, RatingReply, SuspensionProposal
from experts.policies import may_admit, may_change
from experts.rules.packs import pool_pack
from experts.services.changes import SUBJECT, expert_locked, reasoned
from experts.services.expert_standing import expert_suspend
from experts.services.rating_reply import reply_ends
from experts.states.conduct import SUSPENSION_ASKED, SuspensionAction, SuspensionAsked
from kernel.errors import Finding, NotFound, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append


@transaction.atomic
def suspension_ask(*, rating_id: UUID, reason: str, actor: Actor, at: datetime) -> SuspensionProposal:
    """Ask to suspend an expert for one rating below ``rating_suspend``. Nothing happens to him by this alone.

    RuleBroken ``rating_high`` for a rating that is not, StateConflict when it was asked for already.
    """
    rating = ExpertRating.objects.select_related("expert").filter(pk=rating_id).first()
    if rating is None:
        raise NotFound("rating", _("There is no such rating."))
    expert = expert_locked(rating.expert_id)
    require(may_change(actor, expert.person_id))
    assert actor.person is not None
    least, why = pool_pack().number("rating_suspend"), reasoned(reason)
    if rating.score >= least:
        message = _("Only a rating below %(least)s can suspend an expert.")
        raise RuleBroken("rating_high", message, least=least)
    try:
        with transaction.atomic():
            made = SuspensionProposal.objects.create(
                rating=rating, reason=why, asked_by_id=actor.person, asked_at=at
            )
    except IntegrityError as error:
        raise StateConflict(
            "asked_already", _("A suspension for this rating was asked for already.")
        ) from error
    record_append(name="expert-suspension-asked", subject=SUBJECT, data={}, actor=actor.key, at=at)
    return made


@transaction.atomic
def suspension_decide(
    *, proposal_id: UUID, grant: bool, decision_no: str, actor: Actor, at: datetime
) -> SuspensionProposal:
    """Grant or refuse, as a second keeper, once the expert has replied or his time to reply is over.

    StateConflict ``reply_open`` before that. A grant needs the number of the decision and suspends from today.
    """
    found = SuspensionProposal.objects.select_related("rating__expert").filter(pk=proposal_id).first()
    if found is None:
        raise NotFound("proposal", _("There is no such proposal."))
    expert = expert_locked(found.rating.expert_id)
    row = SuspensionProposal.objects.select_for_update(of=("self",)).select_related("rating").get(pk=found.pk)
    require(may_admit(actor, expert.person_id, row.asked_by_id))
    action = SuspensionAction.GRANT if grant else SuspensionAction.REFUSE
    row.state = next_state(SUSPENSION_ASKED, action, SuspensionAsked(row.state)).value
    if not RatingReply.objects.filter(rating=row.rating).exists() and at < reply_ends(row.rating):
        raise StateConflict("reply_open", _("The expert can still reply to this rating. Decide after that."))
    number = tidy(decision_no)
    if grant and not number:
        message = _("Give the number of the decision.")
        raise RuleBroken("decision_no", message, [Finding("decision_no", message, field="decision_no")])
    row.decided_by_id, row.decided_at, row.decision_no = actor.person, at, number
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_no"])
    if grant:
        expert_suspend(expert_id=expert.pk, reason=row.reason, decision_no=number, actor=actor, at=at)
    else:
        record_append(name="expert-suspension-refused", subject=SUBJECT, data={}, actor=actor.key, at=at)
    return row
