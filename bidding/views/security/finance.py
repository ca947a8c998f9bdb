"""The desk of the centre's finance people: bank files, exceptions, refunds, books. By sub-account alone."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import DomainForm
from accounts.middleware import actor, binding, member
from bidding.forms.security import BankFileForm, DecisionForm, ProposalForm, RefundListForm, RefundOrderForm
from bidding.selectors.security_pages import books as book_reads
from bidding.selectors.security_pages import desk as reads
from bidding.selectors.security_pages import refunds as refund_reads
from bidding.services import security as acts
from bidding.views.answers import done
from bidding.views.answers import page as answered
from bidding.views.security.answers import file_answer, line_proposed, statement_take
from kernel import clock

DESK, REFUNDS = "bidding:security-desk", "bidding:security-refunds"


def page(request: HttpRequest, name: str, form: DomainForm | None = None, **context: Any) -> HttpResponse:
    """A page of the desk with its tabs."""
    return answered(request, f"security/{name}", form, tabs=reads.tabs(request.path), **context)


@require_safe
@member
def desk(request: HttpRequest) -> HttpResponse:
    """What no rule could place."""
    return page(request, "desk", rows=reads.exceptions(actor(request)))


@require_http_methods(["GET", "POST"])
@binding
def bring(request: HttpRequest) -> HttpResponse:
    """Take in a statement, as a whole or not at all."""
    who = actor(request)
    accounts = reads.accounts_open(who)
    chosen = [(str(row.pk), row.code) for row in accounts]
    form = BankFileForm(request.POST or None, request.FILES or None, accounts=chosen)
    told = statement_take(form, who, clock.now()) if form.is_valid() else {}
    return page(request, "import", form, accounts=accounts, files=reads.files_taken(who), **told)


@require_http_methods(["GET", "POST"])
@binding
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Propose what happens with a sum."""
    who = actor(request)
    row = reads.exception_of(line_id, who)
    form = ProposalForm(request.POST or None, receipt=row.kind == "receipt")
    if form.is_valid():
        data = form.cleaned_data
        given: dict[str, Any] = {"line_id": row.id, **{key: data[key] for key in ("reason", "kind", "order")}}
        split = data["split"]
        if form.attempt(lambda: line_proposed(split, actor=who, at=clock.now(), **given)):
            return done(request, _("Proposed. It waits for a second person."), DESK)
    return page(request, "line", form, line=row)


@require_http_methods(["GET", "POST"])
@binding
def decide(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Confirm or refuse what another person proposed."""
    who = actor(request)
    row = reads.proposal_of(proposal_id, who)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        given = {"proposal_id": proposal_id, **form.given()}
        if form.attempt(lambda: acts.proposal_decide(actor=who, at=clock.now(), **given)):
            return done(request, _("Recorded. Both names stand in the ledger."), DESK)
    return page(request, "decide", form, line=row, parts=reads.parts_shown(row.proposal))


@require_http_methods(["GET", "POST"])
@binding
def refunds(request: HttpRequest) -> HttpResponse:
    """What is due back, and the lists; a list is made of what is ticked."""
    who, at = actor(request), clock.now()
    groups = refund_reads.due(who, at)
    choices = [(str(row.id), row.end_to_end_id) for group in groups for row in group.rows]
    form = RefundListForm(request.POST or None, refunds=choices)
    if form.is_valid():
        given: dict[str, Any] = {"refund_ids": form.chosen()}
        given["account_id"] = UUID(form.cleaned_data["account"])
        made = form.attempt(lambda: acts.refund_list_make(actor=who, at=at, **given))
        if made:
            return done(request, _("Made. It waits for a second person."), "bidding:security-list", made.pk)
    return page(request, "refunds", form, groups=groups, lists=refund_reads.lists(who))


@require_http_methods(["GET", "POST"])
@binding
def refund_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """One list: read it, decide on it, take its file."""
    who = actor(request)
    seen = refund_reads.list_page(list_id, who)
    form = DecisionForm(request.POST or None)
    if form.is_valid():
        given = {"list_id": list_id, **form.given()}
        if form.attempt(lambda: acts.refund_list_decide(actor=who, at=clock.now(), **given)):
            return done(
                request, _("Recorded. Both names stand in the ledger."), "bidding:security-list", list_id
            )
    return page(request, "list", form, page=seen, order=RefundOrderForm())


@require_http_methods(["POST"])
@binding
def order(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """The file for the bank, of a list another person approved."""
    who = actor(request)
    seen = refund_reads.list_page(list_id, who)
    form = RefundOrderForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data["format"]
        made = form.attempt(
            lambda: acts.refund_list_send(list_id=list_id, format=wanted, actor=who, at=clock.now())
        )
        if made:
            return file_answer(made, refund_reads.file_name(seen.row, wanted))
    return page(request, "list", form, page=seen, order=form)


@require_safe
@member
def books(request: HttpRequest) -> HttpResponse:
    """The books beside the bank, account by account."""
    return page(request, "books", books=book_reads.books_page(actor(request), clock.now()))


@require_safe
@member
def accounts(request: HttpRequest) -> HttpResponse:
    """Where bid security is paid to."""
    return page(request, "accounts", rows=reads.accounts_all(actor(request)))
