"""异议 (条22): raised in time it stops the tender until the owner has replied, within three days."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import SYSTEM, Actor
from accounts.services import notify
from kernel.errors import RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Lot, Objection, Question, Tender
from trading.rules import notices, objection_findings, objection_reply_due
from trading.rules.numbers import CODE_BYTES, objection_number, random_code
from trading.services.attachments import Paper, paper_cleaned, paper_keep
from trading.services.notice_publish import notice_publish
from trading.services.questions import clean_text, may_answer, own_organisation, require_live, require_own
from trading.services.suspension import resume_when_possible, suspension_begin
from trading.services.takers import takers_notify
from trading.states import (
    OBJECTION,
    QUESTION,
    ObjectionAction,
    ObjectionState,
    QuestionAction,
    QuestionState,
)

Entropy = Callable[[int], bytes]


@transaction.atomic
def objection_raise(
    *,
    tender_id: UUID,
    request: str,
    facts: str,
    actor: Actor,
    at: datetime,
    question_id: UUID | None = None,
    paper: Paper | None = None,
    entropy: Entropy = secrets.token_bytes,
) -> Objection:
    """Object to the tender documents, ten full days before the deadline or earlier.

    Later it is refused with the rule (``objection_late``) and may be asked as a question. In time, the tender
    is suspended at once; sealing and withdrawing stay possible. ``question_id`` turns one's own question into
    the objection it is. ``paper`` is kept without its author and properties, or refused with what to do.
    """
    tender = selectors.tender_for_update(tender_id)
    lots = selectors.lots_for_update(tender)
    require(policies.may_ask(actor, tender.project.owner_id, tender.project.agency_id))
    require_live(tender)
    rules, calendar = selectors.rules_of(tender, at), selectors.calendar()
    close_at = selectors.first_close(tender)
    assert close_at is not None
    if findings := objection_findings(at, close_at, rules, calendar):
        raise RuleBroken("objection_late", findings[0].message, findings, **findings[0].data)
    cleaned = paper_cleaned(paper)
    asked = question_convert(tender, question_id, actor) if question_id is not None else None
    objection = Objection(
        tender=tender,
        objector_id=own_organisation(actor),
        code=random_code(entropy(CODE_BYTES)),
        request=clean_text(request, "request"),
        facts=clean_text(facts, "facts"),
    )
    objection_begin(
        tender=tender, lots=lots, objection=objection, actor=actor, at=at, paper=cleaned, asked=asked
    )
    return objection


@transaction.atomic
def question_treat_as_objection(
    *, question_id: UUID, actor: Actor, at: datetime, entropy: Entropy = secrets.token_bytes
) -> Objection:
    """Take a question for the objection it is, as the owner: whoever asked need not know the word (条22).

    It counts as raised when it was asked; if that was too late it is refused and answered as a question. The
    clock of the reply starts now.
    """
    tender = selectors.tender_for_update(selectors.question_for_update(question_id).tender_id)
    lots = selectors.lots_for_update(tender)
    question = selectors.question_for_update(question_id)
    may_answer(tender, actor, at)
    require_live(tender)
    rules, calendar = selectors.rules_of(tender, at), selectors.calendar()
    close_at = selectors.first_close(tender)
    assert close_at is not None
    if findings := objection_findings(question.asked_at, close_at, rules, calendar):
        raise RuleBroken("objection_late", findings[0].message, findings, **findings[0].data)
    question.state = next_state(QUESTION, QuestionAction.CONVERT, QuestionState(question.state)).value
    question.save(update_fields=["state"])
    objection = Objection(
        tender=tender,
        objector_id=question.asker_id,
        code=random_code(entropy(CODE_BYTES)),
        request=question.text,
        facts=question.text,
    )
    objection_begin(tender=tender, lots=lots, objection=objection, actor=actor, at=at, asked=question)
    return objection


def objection_begin(
    *,
    tender: Tender,
    lots: Sequence[Lot],
    objection: Objection,
    actor: Actor,
    at: datetime,
    paper: Paper | None = None,
    asked: Question | None = None,
) -> None:
    """Receive an objection: its clock runs, the tender stops, the owner is told. Rows are locked.

    ``paper`` is already cleaned; what came with the question ``asked`` goes with the objection it became.
    """
    rules, calendar = selectors.rules_of(tender, at), selectors.calendar()
    due = objection_reply_due(at, rules, calendar)
    objection.raised_at, objection.reply_due_at = at, due.moment
    objection.save()
    files = paper_keep(paper, objection, at)
    if asked is not None:
        asked.attachments.update(question=None, objection=objection)
    record_append(
        name="objection-raised",
        subject=tender.reference,
        data={"code": objection.code, **({"files": files} if files else {})},
        actor=actor.key,
        at=at,
    )
    article = rules["objection_reply"].article
    suspension_begin(
        tender=tender,
        lots=lots,
        ground="objection",
        text="",
        article=article,
        actor=SYSTEM,
        at=at,
        objection=objection,
    )
    data = {"number": tender.number, "reply_until_at": due.moment, "url": f"/n/{tender.number}"}
    notify(event="objection_received", to_organisation=tender.project.owner_id, data=data, at=at)


def question_convert(tender: Tender, question_id: UUID, actor: Actor) -> Question:
    """Mark one's own unanswered question as taken for the objection it is."""
    question = selectors.question_for_update(question_id)
    if question.tender_id != tender.pk:
        raise StateConflict("other_tender", _("This question belongs to another tender."))
    require_own(question.asker_id, actor)
    question.state = next_state(QUESTION, QuestionAction.CONVERT, QuestionState(question.state)).value
    question.save(update_fields=["state"])
    return question


@transaction.atomic
def objection_answer(*, objection_id: UUID, answer: str, actor: Actor, at: datetime) -> Objection:
    """Reply to an objection, published without its objector.

    About the documents: the tender goes on if nothing else stops it and its deadlines are late enough (条22). About the
    result: its lock on the award of the lot falls (条54).
    """
    tender = selectors.tender_for_update(selectors.objection_for_update(objection_id).tender_id)
    lots = selectors.lots_for_update(tender)
    objection = selectors.objection_for_update(objection_id)
    may_answer(tender, actor, at)
    objection.state = next_state(OBJECTION, ObjectionAction.ANSWER, ObjectionState(objection.state)).value
    count = tender.objections.filter(state=ObjectionState.ANSWERED.value).count()
    objection.number = objection_number(tender.number, count + 1)
    objection.answer = clean_text(answer, "answer")
    objection.answered_at = at
    objection.save()
    rules = selectors.outcome_rules(objection.lot, at) if objection.lot else selectors.rules_of(tender, at)
    article = rules["objection_to_result_reply" if objection.lot else "objection_reply"].article
    late = at >= objection.reply_due_at
    record_append(
        name="objection-answered",
        subject=objection.number,
        data={"request": objection.request, "answer": objection.answer, "late": late},
        actor=actor.key,
        at=at,
    )
    words = notices.objection_notice(
        number=objection.number, request=objection.request, answer=objection.answer, article=article
    )
    notice_publish(
        tender=tender, kind="objection_answer", content=words, actor=actor, at=at, lot=objection.lot
    )
    takers_notify(tender=tender, event="answers_published", data={}, at=at)
    objection.suspensions.filter(lifted_at__isnull=True).update(lifted_at=at)
    resume_when_possible(tender=tender, lots=lots, actor=SYSTEM, at=at)
    return objection


@transaction.atomic
def objection_withdraw(*, objection_id: UUID, actor: Actor, at: datetime) -> Objection:
    """Take back one's own unanswered objection."""
    tender = selectors.tender_for_update(selectors.objection_for_update(objection_id).tender_id)
    lots = selectors.lots_for_update(tender)
    objection = selectors.objection_for_update(objection_id)
    require(policies.may_ask(actor, tender.project.owner_id, tender.project.agency_id))
    require_own(objection.objector_id, actor)
    objection.state = next_state(OBJECTION, ObjectionAction.WITHDRAW, ObjectionState(objection.state)).value
    objection.withdrawn_at = at
    objection.save(update_fields=["state", "withdrawn_at"])
    record_append(
        name="objection-withdrawn",
        subject=tender.reference,
        data={"code": objection.code},
        actor=actor.key,
        at=at,
    )
    objection.suspensions.filter(lifted_at__isnull=True).update(lifted_at=at)
    resume_when_possible(tender=tender, lots=lots, actor=SYSTEM, at=at)
    return objection
