"""A bidder's tenders: the list, one tender with its six lights, its documents, questions and objections."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms import ObjectionForm, QuestionForm
from bidding.selectors import desk as own
from bidding.selectors import papers
from bidding.views.answers import done, download, page
from kernel import clock
from trading.services import documents_take, objection_raise, question_ask, question_withdraw


@require_safe
@member
def desk(request: HttpRequest) -> HttpResponse:
    """Every tender one's organisation takes part in."""
    return page(request, "desk", rows=own.desk(actor(request), clock.now()))


@require_safe
@member
def tender(request: HttpRequest, number: str) -> HttpResponse:
    """One tender: six lights a lot, the next thing, documents, questions, bids."""
    found = papers.tender_page(number, actor(request), clock.now())
    return page(request, "tender", paper=found)


@require_POST
@member
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take the documents; nobody else learns it."""
    row = papers.published(number)
    taken = documents_take(tender_id=row.pk, actor=actor(request), at=clock.now())
    sentence = _("Documents taken, receipt %(code)s. Addenda will reach you.") % {"code": taken.code}
    return done(request, sentence, "bidding:tender", number)


@require_safe
@member
def document(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """One document as a download, for who has taken them."""
    row = papers.document_taken(document_id, actor(request))
    return download(papers.pieces(row), name=row.name, size=row.size)


@require_http_methods(["GET", "POST"])
@member
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a question about the documents."""
    who, at, row = actor(request), clock.now(), papers.published(number)
    form = QuestionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.attempt(lambda: question_ask(tender_id=row.pk, actor=who, at=at, **form.given()))
        if given:
            sentence = _("Asked, receipt %(code)s. It gets its number with the answer.")
            return done(request, sentence % {"code": given.code}, "bidding:tender", number)
    return page(request, "ask", form, paper=papers.tender_page(number, who, at))


@require_http_methods(["GET", "POST"])
@binding
def object_(request: HttpRequest, number: str) -> HttpResponse:
    """Raise an objection to the documents: it stops the tender until it is answered."""
    who, at, row = actor(request), clock.now(), papers.published(number)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.attempt(lambda: objection_raise(tender_id=row.pk, actor=who, at=at, **form.given()))
        if given:
            sentence = _(
                "Objection received, receipt %(code)s. The tender is suspended until it is answered."
            )
            return done(request, sentence % {"code": given.code}, "bidding:tender", number)
    return page(request, "object", form, paper=papers.tender_page(number, who, at))


@require_POST
@member
def question_end(request: HttpRequest, number: str, question_id: UUID) -> HttpResponse:
    """Take back one's own unanswered question."""
    question_withdraw(question_id=question_id, actor=actor(request), at=clock.now())
    return done(request, _("The question is taken back."), "bidding:tender", number)
