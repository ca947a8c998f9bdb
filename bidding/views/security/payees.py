"""Where a sum goes whose bank line names no account of its payer: one person shows a proof, another confirms it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.security import DecisionForm, PayeeForm
from bidding.selectors.security_pages import payees as reads
from bidding.services import security as acts
from bidding.views.answers import done, download
from bidding.views.security.finance import REFUNDS, page
from kernel import clock


@require_http_methods(["GET", "POST"])
@binding
def payee(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Propose where the sum goes, or decide on what another person proposed."""
    who, at = actor(request), clock.now()
    seen = reads.payee_page(refund_id, who)
    form = (DecisionForm if seen.proof else PayeeForm)(request.POST or None, request.FILES or None)
    if form.is_valid():
        act: object
        if isinstance(form, DecisionForm) and seen.proof:
            given = {"proof_id": seen.proof.pk, **form.given()}
            act = form.attempt(lambda: acts.payee_decide(actor=who, at=at, **given))
        else:
            act = form.attempt(
                lambda: acts.payee_propose(refund_id=refund_id, actor=who, at=at, **form.given())
            )
        if act:
            return done(request, _("Recorded. Both names stand in the ledger."), REFUNDS)
    return page(request, "payee", form, page=seen)


@require_safe
@member
def proof(request: HttpRequest, refund_id: UUID) -> HttpResponseBase:
    """The proof as it was handed in, as a download."""
    row = reads.proof_of(refund_id, actor(request))
    return download(reads.pieces(row), name=row.file_name, size=row.file_size)
