"""Places beside the chair's: the roll with what is drawn, the reader's seat, and the signing of the record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import DomainForm
from accounts.middleware import actor, binding, member
from bidding import services
from bidding.forms.desk import FewForm, FigureForm, PresenceForm, RecordForm, VacancyForm, record_read
from bidding.selectors import chair as seats
from bidding.selectors import hall_desk
from bidding.selectors.seats import lot_chaired, lot_seated
from bidding.states import FigureKind, HostSeat, PresentAs
from bidding.views.answers import done, page
from bidding.views.hall_chair import CHAIR, again
from kernel import clock
from kernel.errors import NotFound

ROLL = "bidding:hall-roll"
READER = "bidding:hall-reader"


@require_safe
@member
def roll(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Who is present, and what was made public in the hall."""
    return roll_again(request, number, lot)


def roll_again(request: HttpRequest, number: str, lot: int, **forms: Any) -> HttpResponse:
    """The roll, with the form that was refused."""
    seen = hall_desk.desk(number, lot, HostSeat.RECORDER, actor(request), clock.now())
    fresh: dict[str, Any] = {"presence": PresenceForm(), "figure": FigureForm(), **forms}
    refused = next(iter(forms.values()), None)
    return page(request, "hall_roll", refused, desk=seen, hall=seen.hall, **fresh)


@require_POST
@binding
def present(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Write down somebody who is present."""
    who, at, form = actor(request), clock.now(), PresenceForm(request.POST)
    given: dict[str, Any] = {"lot_id": lot_seated(number, lot, who, at).pk, "actor": who, "at": at}
    if form.is_valid():
        facts = {**form.cleaned_data, "role": PresentAs(form.cleaned_data["role"])}
        if form.attempt(lambda: services.presence_enter(**given, **facts)):
            return done(request, _("Written down."), ROLL, number, lot)
    return roll_again(request, number, lot, presence=form)


@require_POST
@binding
def figure(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Make a reserve price or a drawn coefficient public."""
    who, at, form = actor(request), clock.now(), FigureForm(request.POST)
    given: dict[str, Any] = {"lot_id": lot_seated(number, lot, who, at).pk, "actor": who, "at": at}
    if form.is_valid():
        facts = {**form.cleaned_data, "kind": FigureKind(form.cleaned_data["kind"])}
        if form.attempt(lambda: services.figure_announce(**given, **facts)):
            return done(request, _("Public now, in the hall and in the record."), ROLL, number, lot)
    return roll_again(request, number, lot, figure=form)


@require_POST
@binding
def draw(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Compute the coefficient the documents declared."""
    who, at, form = actor(request), clock.now(), DomainForm(request.POST)
    act: dict[str, Any] = {"lot_id": lot_seated(number, lot, who, at).pk, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.coefficient_draw(**act)):
        return done(request, _("Public now, in the hall and in the record."), ROLL, number, lot)
    return roll_again(request, number, lot, drawn=form)


@require_safe
@member
def reader(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The reader's seat: the next line, in large type."""
    seen = hall_desk.desk(number, lot, HostSeat.READER, actor(request), clock.now())
    return page(request, "hall_reader", desk=seen, hall=seen.hall)


@require_POST
@binding
def read(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The line is being read aloud now."""
    who, at = actor(request), clock.now()
    row = lot_seated(number, lot, who, at)
    services.line_read(lot_id=row.pk, ev=request.POST.get("line", ""), actor=who, at=at)
    return done(request, _("Read. The wall shows it now."), READER, number, lot)


@require_http_methods(["GET", "POST"])
@binding
def sign_record(request: HttpRequest, number: str, lot: int, seat: str) -> HttpResponse:
    """Read the record and sign it from one's seat."""
    if seat not in {item.value for item in HostSeat}:
        raise NotFound("seat", _("There is no such seat."))
    who, at, record = actor(request), clock.now(), record_read(request.POST.get("record", ""))
    seen = hall_desk.signing_page(number, lot, HostSeat(seat), who, at, record)
    form = RecordForm(request.POST or None, signing=seen.data)
    act: dict[str, Any] = {"lot_id": seen.lot.pk, "seat": HostSeat(seat), "body": seen.body}
    if form.is_valid() and form.attempt(
        lambda: services.record_sign(signatures=form.cleaned_data["signatures"], actor=who, at=at, **act)
    ):
        return done(request, _("Signed. Your signature stands under the record."), CHAIR, number, lot)
    if record:
        seen = hall_desk.signing_page(number, lot, HostSeat(seat), who, at, "")
    extra = [RecordForm(initial={"record": seen.digest})["record"]]
    return page(request, "hall_record", form, desk=seen, hall=seen.hall, signing=seen.data, extra=extra)


@require_POST
@binding
def excuse(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Record why a seat does not sign."""
    who, at = actor(request), clock.now()
    seen = seats.chair_page(number, lot, who, at)
    form = VacancyForm(request.POST, seats=seen.excusable)
    act: dict[str, Any] = {"lot_id": seen.lot.pk, "actor": who, "at": at}
    if form.is_valid():
        facts = {**form.cleaned_data, "seat": HostSeat(form.cleaned_data["seat"])}
        if form.attempt(lambda: services.vacancy_record(**act, **facts)):
            return done(
                request, _("Recorded. The record can close without this signature."), CHAIR, number, lot
            )
    return again(request, number, lot, vacancy=form)


@require_POST
@binding
def few(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Confirm which clause applies when fewer than three bids could be opened."""
    who, at, form = actor(request), clock.now(), FewForm(request.POST)
    act: dict[str, Any] = {"lot_id": lot_chaired(number, lot, who, at).pk, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: services.few_confirm(**act, **form.cleaned_data)):
        return done(request, _("Confirmed. The supervisor has been told."), CHAIR, number, lot)
    return again(request, number, lot, few=form)
