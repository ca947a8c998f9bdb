"""O13, O14: the report, its receipt, the publicity; files of the result; the supervisor's order for one lot."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import DomainForm, SignedForm
from accounts.middleware import actor, binding, member
from bidding.forms.result import DaysForm, HoldForm
from bidding.selectors import result_pages as reads
from bidding.views.answers import done, download, page
from kernel import clock
from kernel.errors import NotPermitted
from trading.services import lot_hold as holds
from trading.services import publicity as acts
from trading.services.report_receipt import report_receipt

OUTCOME = "bidding:hall-outcome"
REPORT = "bidding:hall-report"


def may(seen: reads.ResultPage, mark: str) -> reads.ResultPage:
    """The page, for whoever may act on it now."""
    if not getattr(seen, mark):
        raise NotPermitted("not_yours", _("This cannot be recorded here now, or not by you."))
    return seen


@require_safe
@member
def report(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The panel's report: candidates, rejected bids, everybody's standing."""
    seen = reads.result_page(number, lot, actor(request), clock.now())
    if seen.report is None:
        return done(request, _("No evaluation report has come yet."), OUTCOME, number, lot)
    steps = reads.steps_shown(seen.start) if seen.start else []
    return page(request, "result_report", DomainForm(), page=seen, hall=seen.hall, steps=steps)


@require_POST
@binding
def receipt(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The owner confirms the receipt: the clock of the publicity runs."""
    who, at = actor(request), clock.now()
    seen = reads.result_page(number, lot, who, at)
    report_receipt(lot_id=seen.lot.pk, actor=who, at=at)
    return done(
        request, _("Receipt confirmed. The candidates are shown within three days."), REPORT, number, lot
    )


@require_http_methods(["GET", "POST"])
@binding
def publicity(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Choose the days, read the notice as it will stand, sign it, publish it."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_publish")
    form = DaysForm(request.POST or None)
    counted = form.is_valid() and form.attempt(
        lambda: acts.publicity_until(seen.lot, form.cleaned_data["days"], at)
    )
    if not counted:
        return page(request, "result_publicity", form, page=seen, hall=seen.hall)
    return sign_publicity(request, seen, form, counted)


def sign_publicity(
    request: HttpRequest, seen: reads.ResultPage, form: DaysForm, counted: Any
) -> HttpResponse:
    """The second half: the notice word for word, the end with its computation, the signature."""
    who, at, days = actor(request), clock.now(), form.cleaned_data["days"]
    assert seen.report is not None
    seen.report.lot = seen.lot
    content = acts.publicity_content(seen.report, counted.moment, at)
    body = acts.publicity_body(seen.report, content)
    panel = reads.signing_panel(seen.lot, "publicity", body)
    signed = SignedForm(request.POST if "signatures" in request.POST else None, signing=panel)
    if signed.is_valid():
        given = {"body": body, "signatures": signed.cleaned_data["signatures"]}
        act: dict[str, Any] = {"lot_id": seen.lot.pk, "days": days, "signed": given}
        if signed.attempt(lambda: acts.publicity_publish(actor=who, at=at, **act)):
            return done(request, _("Published. The publicity runs from now."), OUTCOME, seen.number, seen.no)
    more = {"content": content, "until": counted.moment, "steps": reads.steps_shown(counted)}
    more |= {"worked": reads.worked_days(at, counted.moment), "fields": form, "signing": panel}
    return page(request, "result_publicity_sign", signed, page=seen, hall=seen.hall, **more)


@require_POST
@binding
def waive(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Go on without publicity where no rule asks for one."""
    who, at = actor(request), clock.now()
    acts.publicity_waive(lot_id=reads.result_page(number, lot, who, at).lot.pk, actor=who, at=at)
    return done(request, _("No publicity is asked for here; the lot awaits its award."), OUTCOME, number, lot)


@require_http_methods(["GET", "POST"])
@binding
def hold(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The supervisor suspends this lot alone; the others go on."""
    who, at = actor(request), clock.now()
    seen = may(reads.result_page(number, lot, who, at), "may_hold")
    form = HoldForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": seen.lot.pk, **form.cleaned_data}
        if form.attempt(lambda: holds.lot_hold(actor=who, at=at, **given)):
            return done(request, _("Suspended. Nothing is awarded until you lift it."), OUTCOME, number, lot)
    return page(request, "result_hold", form, page=seen, hall=seen.hall)


@require_POST
@binding
def hold_lift(request: HttpRequest, number: str, lot: int, hold_id: UUID) -> HttpResponse:
    """The supervisor lifts its suspension."""
    who, at = actor(request), clock.now()
    reads.result_page(number, lot, who, at)
    holds.lot_release(hold_id=hold_id, actor=who, at=at)
    return done(request, _("Lifted. The lot goes on."), OUTCOME, number, lot)


@require_safe
@member
def file(request: HttpRequest, number: str, lot: int, digest: str) -> HttpResponseBase:
    """A file of the result, for owner, agency and supervisor, as a download."""
    seen = reads.result_page(number, lot, actor(request), clock.now())
    pieces, name, size = reads.paper_of(seen, digest)
    return download(pieces, name=name, size=size)
