"""The evaluation report: read, made by the chair, signed or dissented from; the panel called back; the closing page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.keys import SignedForm
from accounts.middleware import actor, binding, member
from accounts.rules.offline import signing_one
from experts.forms.scoring import MattersForm, RecallForm, StanceForm
from experts.selectors.closing import closing_page
from experts.selectors.recalls import recall_page
from experts.selectors.report_page import report_page
from experts.selectors.stances import stance_body
from experts.services.panel_recall import panel_recall
from experts.services.report_make import report_make
from experts.services.report_stand import report_sign
from experts.states.recall import RecallGround
from experts.views.answers import done, myself, page
from kernel import clock

REPORT = "experts:report"


@require_safe
@member
def report(request: HttpRequest, panel_id: UUID, number: int | None = None) -> HttpResponse:
    """The report in force or an earlier one; for the chair, before there is one, what it will say."""
    seen = report_page(panel_id, myself(request), clock.now(), number)
    return page(request, "panel_report", MattersForm(), seen=seen, stance=StanceForm())


@require_POST
@binding
def make(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Two steps: what is to be settled; then the chair's signature."""
    who, at = myself(request), clock.now()
    seen, matters = report_page(panel_id, who, at), MattersForm(request.POST)
    chair = seen.panel.chair
    if not matters.is_valid() or not seen.body or chair is None:
        return page(request, "panel_report", matters, seen=seen, stance=StanceForm())
    signing = signing_one("evaluation-report", seen.body, [chair.sig_key])
    form = _signed(request, signing)
    if form.is_bound and form.is_valid():
        given = {"panel_id": panel_id, "body": seen.body, "actor": who, "at": at, **matters.cleaned_data}
        signatures = form.cleaned_data["signatures"]
        if form.attempt(lambda: report_make(signatures=signatures, **given)):
            return done(
                request, _("The report is made. Every member now signs it or dissents."), REPORT, panel_id
            )
    return _sign_page(request, form, signing, matters, seen)


@require_POST
@binding
def stand(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Two steps: agree or dissent with reasons; then the member's signature."""
    who, at = myself(request), clock.now()
    seen, stance = report_page(panel_id, who, at), StanceForm(request.POST)
    body = stance_body(seen.panel, who, stance.cleaned_data) if stance.is_valid() else None
    if body is None:
        return page(request, "panel_report", stance, seen=seen, stance=stance)
    signing = signing_one("report-sign", body, [seen.seat.sig_key if seen.seat else ""])
    form = _signed(request, signing)
    if form.is_bound and form.is_valid():
        signatures, note = form.cleaned_data["signatures"], stance.cleaned_data["note"]
        given: dict[str, Any] = {"panel_id": panel_id, "body": body, "actor": who, "at": at}
        if form.attempt(lambda: report_sign(signatures=signatures, note=note, **given)):
            return done(request, _("Recorded."), REPORT, panel_id)
    return _sign_page(request, form, signing, stance, seen)


def _signed(request: HttpRequest, signing: dict[str, Any]) -> SignedForm:
    return SignedForm(request.POST if "signatures" in request.POST else None, signing=signing)


def _sign_page(
    request: HttpRequest, form: SignedForm, signing: dict[str, Any], extra: Any, seen: Any
) -> HttpResponse:
    return page(request, "panel_report_sign", form, signing=signing, extra=extra, seen=seen)


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def recall(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Call the panel back."""
    who, at = actor(request), clock.now()
    form = RecallForm(request.POST if request.method == "POST" else None)
    seen = recall_page(panel_id, who)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        given: dict[str, Any] = {**data, "ground": RecallGround(data["ground"]), "panel_id": panel_id}
        if form.attempt(lambda: panel_recall(actor=who, at=at, **given)):
            return done(
                request, _("The panel is called back. Its members are told."), "experts:recall", panel_id
            )
    return page(request, "panel_recall", form, seen=seen)


@require_safe
@member
def closing(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The member's closing page: what was promised, what was done, what is on record."""
    return page(request, "panel_closing", seen=closing_page(panel_id, myself(request)))
