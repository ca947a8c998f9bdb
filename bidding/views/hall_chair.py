"""The chair's seat: one main action a phase; incidents, objections, attributions, the end of the opening."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files import ContentStore
from accounts.forms import DomainForm, SignedForm
from accounts.middleware import actor, binding, member
from accounts.rules.offline import signing_one
from accounts.rules.records import MAX_FILE_BYTES
from accounts.selectors import active_spkis
from bidding import services
from bidding.forms.desk import FewForm, VacancyForm
from bidding.forms.hall import AbsenceForm, AnswerForm, AttributionForm, IncidentForm, ResumeForm
from bidding.selectors import chair as seats
from bidding.selectors.seats import lot_chaired
from bidding.states import Finding
from bidding.views.answers import done, page
from kernel import clock
from trading.models import Lot

CHAIR = "bidding:hall-chair"


@require_safe
@member
def chair(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The chair's page."""
    return again(request, number, lot)


def again(request: HttpRequest, number: str, lot: int, **forms: DomainForm) -> HttpResponse:
    """The chair's page, with the form that was refused."""
    seen = seats.chair_page(number, lot, actor(request), clock.now())
    fresh: dict[str, Any] = {
        "answer": AnswerForm(),
        "incident": IncidentForm(),
        "resume": ResumeForm(),
        "absence": AbsenceForm(officers=seen.missing),
        "vacancy": VacancyForm(seats=seen.excusable),
        "few": FewForm(),
    }
    refused = next(iter(forms.values()), None)
    return page(request, "hall_chair", refused, chair=seen, hall=seen.hall, **(fresh | forms))


@require_POST
@binding
def answer(request: HttpRequest, number: str, lot: int, objection_id: UUID) -> HttpResponse:
    """Answer an objection on the spot."""
    who, at = actor(request), clock.now()
    lot_chaired(number, lot, who, at)
    form = AnswerForm(request.POST)
    given: dict[str, Any] = {"objection_id": objection_id, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.opening_answer(**given, **form.cleaned_data)):
        return done(request, _("Answered. Objection and answer are public."), CHAIR, number, lot)
    return again(request, number, lot, answer=form)


@require_POST
@binding
def pause(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Pause the opening, with the incident in the ledger."""
    who, at = actor(request), clock.now()
    row, form = lot_chaired(number, lot, who, at), IncidentForm(request.POST)
    given: dict[str, Any] = {"lot_id": row.pk, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.opening_pause(**given, **form.cleaned_data)):
        return done(request, _("Paused. The incident is in the ledger."), CHAIR, number, lot)
    return again(request, number, lot, incident=form)


@require_POST
@binding
def resume(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Go on where the opening stopped."""
    who, at = actor(request), clock.now()
    row, form = lot_chaired(number, lot, who, at), ResumeForm(request.POST)
    given: dict[str, Any] = {"lot_id": row.pk, "code": "resumed", "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.opening_resume(**given, **form.cleaned_data)):
        return done(request, _("The opening goes on where it stopped."), CHAIR, number, lot)
    return again(request, number, lot, resume=form)


@require_POST
@binding
def absent(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Record by name that an officer is absent."""
    who, at = actor(request), clock.now()
    lot_chaired(number, lot, who, at)
    seen = seats.chair_page(number, lot, who, at)
    form = AbsenceForm(request.POST, officers=seen.missing)
    e = seats.envelope_open(seen.lot)
    given: dict[str, Any] = {"lot_id": seen.lot.pk, "envelope": e, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.absence_record(**given, **form.facts())):
        return done(request, _("Recorded. The opening goes on without this officer."), CHAIR, number, lot)
    return again(request, number, lot, absence=form)


@require_http_methods(["GET", "POST"])
@binding
def attribute(request: HttpRequest, number: str, lot: int, ev: str) -> HttpResponse:
    """Draft whose cause it is that a bid was not decrypted, with the evidence."""
    who, at = actor(request), clock.now()
    row = seats.unread_bid(number, lot, ev, who, at)
    sheet = seats.evidence(row)
    known = {"finding": row.draft.finding if row.draft else sheet.proposed.value}
    known |= {"reason": row.draft.reason} if row.draft else {}
    posted = request.method == "POST"
    given = (request.POST, request.FILES) if posted else (None, None)
    form = AttributionForm(*given, initial=known)
    if form.is_valid() and form.attempt(lambda: draft(form, row, request)):
        return done(request, _("Drafted. It binds once the owner has signed."), SIGN, number, lot, ev)
    return page(request, "hall_attribute", form, unread=row, sheet=sheet, number=number, no=lot)


SIGN = "bidding:hall-sign"


def draft(form: AttributionForm, row: seats.Unread, request: HttpRequest) -> object:
    """Keep the paper, if there is one, and write the draft."""
    given, paper = form.cleaned_data, form.cleaned_data["paper"]
    evidence = list(row.draft.evidence) if row.draft else []
    if paper is not None:
        store = ContentStore(Path(settings.STORE_DIR) / "papers")
        evidence.append(store.put(paper.chunks(), limit=MAX_FILE_BYTES).sha256)
    return services.attribution_draft(
        lot_id=row.bid.lot_id,
        bid_ev=row.bid.ev,
        finding=Finding(given["finding"]),
        reason=given["reason"],
        evidence=sorted(set(evidence)),
        actor=actor(request),
        at=clock.now(),
    )


@require_http_methods(["GET", "POST"])
@binding
def sign(request: HttpRequest, number: str, lot: int, ev: str) -> HttpResponse:
    """Read the finding and sign it with the owner's own key."""
    who, at = actor(request), clock.now()
    row, place = seats.unread_bid(number, lot, ev, who, at), lot_chaired(number, lot, who, at)
    if row.draft is None or row.signed:
        return again(request, number, lot)
    body = seats.attribution_body(place, row.draft)
    panel = signing_one("attribution", body, active_spkis(place.tender.project.owner_id))
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid() and form.attempt(lambda: record(place, body, form, request)):
        return done(request, _("Signed and recorded. It is public and final."), CHAIR, number, lot)
    sheet = seats.evidence(row)
    here = {"number": number, "no": lot, "sheet": sheet, "waits": sheet.waits(at)}
    return page(request, "hall_sign", form, unread=row, signing=panel, **here)


def record(lot: Lot, body: dict[str, Any], form: SignedForm, request: HttpRequest) -> object:
    """Hand the signed finding to the service."""
    signatures = form.cleaned_data["signatures"]
    return services.attribution_record(
        lot_id=lot.pk, body=body, signatures=signatures, actor=actor(request), at=clock.now()
    )


@require_POST
@binding
def end(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Close the record of the opening."""
    who, at = actor(request), clock.now()
    row, form = lot_chaired(number, lot, who, at), DomainForm(request.POST)
    act: dict[str, Any] = {"lot_id": row.pk, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.opening_end(**act)):
        return done(request, _("The record is closed and public."), CHAIR, number, lot)
    return again(request, number, lot, end=form)
