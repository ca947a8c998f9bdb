"""提问与答疑: the asker is never shown, and a question has no number until it is answered."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import MandatePower
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Question, Tender
from trading.rules import notices
from trading.rules.numbers import CODE_BYTES, question_number, random_code
from trading.services.attachments import Paper, paper_cleaned, paper_keep
from trading.services.notice_publish import notice_publish
from trading.services.takers import takers_notify
from trading.states import QUESTION, QuestionAction, QuestionState, TenderState

Entropy = Callable[[int], bytes]
MAX_TEXT = 4000
LIVE = frozenset({TenderState.OPEN.value, TenderState.SUSPENDED.value})


def require_live(tender: Tender) -> None:
    """``StateConflict`` unless the tender is published and its deadline has not passed."""
    if tender.state not in LIVE:
        raise StateConflict("tender_not_open", _("This tender is not open."), state=tender.state)


def may_answer(tender: Tender, actor: Actor, at: datetime) -> None:
    """``NotPermitted`` unless the actor is of the owner, or of its agency with the mandate to answer."""
    charged = selectors.agencies(tender.project, tender.reference, MandatePower.ANSWER, at)
    require(policies.may_answer(actor, tender.project.owner_id, charged))


def clean_text(text: str, what: str) -> str:
    """The text without surrounding space; ``RuleBroken`` when it is empty or too long."""
    text = text.strip()
    if not text or len(text) > MAX_TEXT:
        raise RuleBroken("text_length", _("A text has 1 to %(most)s characters."), what=what, most=MAX_TEXT)
    return text


@transaction.atomic
def question_ask(
    *,
    tender_id: UUID,
    text: str,
    actor: Actor,
    at: datetime,
    paper: Paper | None = None,
    entropy: Entropy = secrets.token_bytes,
) -> Question:
    """Ask about the documents. What comes back is a random code, not a number that could be counted.

    ``paper`` is kept without its author and properties, or refused with what to do (scenario 8).
    """
    tender = selectors.tender_for_update(tender_id)
    require(policies.may_ask(actor, tender.project.owner_id, tender.project.agency_id))
    require_live(tender)
    if tender.questions_until and at >= tender.questions_until:
        raise RuleBroken("question_late", _("The time for questions is over."))
    cleaned = paper_cleaned(paper)
    question = Question.objects.create(
        tender=tender,
        asker_id=own_organisation(actor),
        code=random_code(entropy(CODE_BYTES)),
        text=clean_text(text, "text"),
        asked_at=at,
    )
    files = paper_keep(cleaned, question, at)
    record_append(
        name="question-asked",
        subject=tender.reference,
        data={"code": question.code, **({"files": files} if files else {})},
        actor=actor.key,
        at=at,
    )
    return question


@transaction.atomic
def question_answer(
    *, question_id: UUID, answer: str, actor: Actor, at: datetime, text: str = ""
) -> Question:
    """Answer a question for everyone; ``text`` is the question as published, if it must not hint at its asker."""
    tender = selectors.tender_for_update(tender_of_question(question_id))
    question = selectors.question_for_update(question_id)
    may_answer(tender, actor, at)
    require_live(tender)
    question.state = next_state(QUESTION, QuestionAction.ANSWER, QuestionState(question.state)).value
    count = tender.questions.filter(state=QuestionState.ANSWERED.value).count()
    question.number = question_number(tender.number, count + 1)
    question.answer = clean_text(answer, "answer")
    question.answered_at = at
    question.save()
    published = clean_text(text or question.text, "text")
    record_append(
        name="question-answered",
        subject=question.number,
        data={"question": published, "answer": question.answer},
        actor=actor.key,
        at=at,
    )
    words = notices.answer_notice(number=question.number, question=published, answer=question.answer)
    notice_publish(tender=tender, kind="answers", content=words, actor=actor, at=at)
    takers_notify(tender=tender, event="answers_published", data={}, at=at)
    return question


@transaction.atomic
def question_withdraw(*, question_id: UUID, actor: Actor, at: datetime) -> Question:
    """Take back one's own unanswered question."""
    tender = selectors.tender_for_update(tender_of_question(question_id))
    question = selectors.question_for_update(question_id)
    require(policies.may_ask(actor, tender.project.owner_id, tender.project.agency_id))
    require_own(question.asker_id, actor)
    question.state = next_state(QUESTION, QuestionAction.WITHDRAW, QuestionState(question.state)).value
    question.save(update_fields=["state"])
    record_append(
        name="question-withdrawn",
        subject=tender.reference,
        data={"code": question.code},
        actor=actor.key,
        at=at,
    )
    return question


def own_organisation(actor: Actor) -> UUID:
    """The organisation the actor acts for; the policies have made sure that there is one."""
    if actor.organisation is None:
        raise NotPermitted("not_permitted", _("Only a registered bidder may do this."))
    return actor.organisation


def require_own(organisation: UUID, actor: Actor) -> None:
    """``NotFound`` unless the thing is the actor's own organisation's: not even its existence may show."""
    if actor.organisation != organisation:
        raise NotFound("not_own", _("There is no such thing, or none you may know of."))


def tender_of_question(question_id: UUID) -> UUID:
    """Which tender to lock before the question."""
    return selectors.question_for_update(question_id).tender_id
