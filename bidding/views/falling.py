"""O16: a candidate falls out (条例 55): written down with its evidence, then read and signed by the owner."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignedForm
from accounts.middleware import actor, binding
from bidding.forms.result import OutForm
from bidding.selectors import result_pages as reads
from bidding.views.answers import done, page
from bidding.views.result import OUTCOME, may
from kernel import clock
from trading.services import candidate_out as acts

SIGN = "bidding:hall-out-sign"


@require_http_methods(["GET", "POST"])
@binding
def out(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The owner writes down who falls out, on which ground, with its evidence; a draft that waits is written on."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_leave_out")
    rows = [(str(row.pk), f"{row.rank}. {row.bidder.name}") for row in seen.can_fall]
    form = OutForm(request.POST or None, request.FILES or None, candidates=rows, draft=seen.out_draft)
    if form.is_valid() and form.attempt(
        lambda: acts.candidate_out_draft(lot_id=seen.lot.pk, actor=who, at=at, **form.given())
    ):
        return done(request, _("Prepared. Read it and sign it with your key."), SIGN, number, lot)
    return page(request, "result_out", form, page=seen, hall=seen.hall)


@require_http_methods(["GET", "POST"])
@binding
def out_sign(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Read the paper word for word, sign: the candidate has fallen out, and an award to it has fallen."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_sign_out")
    if seen.out_draft is None:
        return done(request, _("Nothing waits for your signature here."), OUTCOME, number, lot)
    body = acts.out_body(seen.out_draft)
    panel = reads.signing_panel(seen.lot, "candidate-out", body)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid() and form.attempt(lambda: _sign(seen, body, form, request)):
        return done(request, _("Signed. Take the next in order, or tender again."), OUTCOME, number, lot)
    paper = acts.out_content(seen.out_draft)
    return page(request, "result_out_sign", form, page=seen, hall=seen.hall, paper=paper, signing=panel)


def _sign(seen: reads.ResultPage, body: dict[str, Any], form: SignedForm, request: HttpRequest) -> object:
    signed = {"body": body, "signatures": form.cleaned_data["signatures"]}
    return acts.candidate_out(lot_id=seen.lot.pk, signed=signed, actor=actor(request), at=clock.now())


@require_POST
@binding
def out_withdraw(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Take back what was prepared and not signed."""
    who, at = actor(request), clock.now()
    seen = reads.result_page(number, lot, who, at)
    acts.candidate_out_withdraw(lot_id=seen.lot.pk, actor=who, at=at)
    return done(request, _("Taken back."), OUTCOME, number, lot)
