"""O8: questions and objections. Who asks is not even read from the database here."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import actor, binding, member
from kernel import clock
from trading.forms import AnswerForm, ReplyForm
from trading.selectors import desk as reads
from trading.selectors.files import document_pieces
from trading.services import objection_answer, question_answer, question_treat_as_objection
from trading.views.answers import done, download, inside, page


@require_GET
@member
def clarifications(request: HttpRequest, tender_id: UUID) -> HttpResponse:
    """Questions and objections, those waiting first."""
    view, _who = inside(request, tender_id)
    return page(
        request,
        "clarifications",
        view=view,
        questions=reads.questions_open(view.tender) if view.answering else [],
        answered=reads.questions_answered(view.tender),
        objections=reads.objections_listed(view.tender),
    )


@require_http_methods(["GET", "POST"])
@member
def question(request: HttpRequest, tender_id: UUID, question_id: UUID) -> HttpResponse:
    """Answer a question for everyone; the answer is looked at before it is published."""
    view, who = inside(request, tender_id)
    row = reads.question_of(view, question_id)
    form = AnswerForm(request.POST or None, initial={"text": row.text})
    if form.is_valid() and "publish" in request.POST:
        given: dict[str, Any] = {"question_id": row.pk, **form.cleaned_data}
        if form.attempt(lambda: question_answer(actor=who, at=clock.now(), **given)):
            said = _("Published to everyone; each taker was told.")
            return done(request, said, "trading:clarifications", view.tender.pk)
    seen = form.is_bound and form.is_valid()
    return page(request, "question", form, view=view, question=row, seen=seen)


@require_POST
@binding
def question_objection(request: HttpRequest, tender_id: UUID, question_id: UUID) -> HttpResponse:
    """Take a question for the objection it is: the tender pauses, the clock of the reply runs."""
    view, _who = inside(request, tender_id)
    row = reads.question_of(view, question_id)
    question_treat_as_objection(question_id=row.pk, actor=actor(request), at=clock.now())
    said = _("Taken as an objection. The tender is paused until it is answered.")
    return done(request, said, "trading:clarifications", view.tender.pk)


@require_http_methods(["GET", "POST"])
@binding
def objection(request: HttpRequest, tender_id: UUID, objection_id: UUID) -> HttpResponse:
    """Reply to an objection; the tender goes on when nothing else holds it."""
    view, who = inside(request, tender_id)
    row = reads.objection_of(view, objection_id)
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        answer = form.cleaned_data["answer"]
        if form.attempt(
            lambda: objection_answer(objection_id=row.pk, answer=answer, actor=who, at=clock.now())
        ):
            return done(request, _("Published as a notice."), "trading:clarifications", view.tender.pk)
    return page(request, "objection", form, view=view, objection=row)


@require_GET
@member
def attachment(request: HttpRequest, tender_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A file that came with a question or an objection, cleaned of its maker, to be saved."""
    view, _who = inside(request, tender_id)
    row = reads.attachment_of(view, attachment_id)
    return download(document_pieces(row), name=row.name, size=row.size)
