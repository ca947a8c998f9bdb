"""The officer's seat: today's openings, the checks of one's own device, promise and release."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.middleware import actor, binding, member, proven
from bidding.forms.hall import HandedIn
from bidding.selectors import officer_seat, opening_pack
from bidding.selectors.hall import hall as seen
from bidding.services import commit_submit, release_submit
from bidding.views.answers import done, page
from kernel import clock


@require_safe
@member
def today(request: HttpRequest) -> HttpResponse:
    """The openings at which this person holds a key, the nearest first."""
    return page(request, "hall_today", seats=officer_seat.own_seats(actor(request), clock.now()))


@require_safe
@proven
def officer(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """One's own seat: checks, key, one button."""
    who, at = actor(request), clock.now()
    seat = officer_seat.seat_page(number, lot, who, at)
    return page(request, "hall_officer", HandedIn(), seat=seat, hall=seen(number, lot, at))


@require_GET
@member
def view(request: HttpRequest, number: str, lot: int) -> JsonResponse:
    """What the officer's device checks before it acts."""
    who = actor(request)
    row = officer_seat.seat_lot(number, lot, who)
    given = request.GET.get("seen", "")
    size = int(given) if given.isascii() and given.isdecimal() and len(given) < 12 else 0
    return fresh(JsonResponse(opening_pack.view(row, who, size)))


@require_GET
@member
def state(request: HttpRequest, number: str, lot: int) -> JsonResponse:
    """How far the opening and this officer are: what the page waits for."""
    return fresh(JsonResponse(officer_seat.progress(number, lot, actor(request))))


@require_GET
@member
def pack(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The opening pack for the offline tool."""
    who = actor(request)
    row = officer_seat.seat_lot(number, lot, who)
    answer = HttpResponse(opening_pack.pack(row, who), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}-pack.json"'
    return answer


@require_POST
@binding
def commit(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Promise the release: every share of one envelope, by its hash."""
    return hand_in(request, number, lot, kind="commit")


@require_POST
@member
def release(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Hand over what was promised; the promise was the binding act."""
    return hand_in(request, number, lot, kind="release")


def hand_in(request: HttpRequest, number: str, lot: int, *, kind: str) -> HttpResponse:
    """One signed object, from the page's script or as a file of the offline tool."""
    who, at = actor(request), clock.now()
    row = officer_seat.seat_lot(number, lot, who)
    form = HandedIn(request.POST, request.FILES)
    act = commit_submit if kind == "commit" else release_submit
    if form.is_valid() and form.attempt(lambda: act(lot_id=row.pk, actor=who, at=at, **form.cleaned_data)):
        if "json" in request.headers.get("Accept", ""):
            return JsonResponse({"done": True})
        said = _("Promised.") if kind == "commit" else _("Released.")
        return done(request, said, "bidding:hall-officer", number, lot)
    seat = officer_seat.seat_page(number, lot, who, at)
    return page(request, "hall_officer", form, seat=seat, hall=seen(number, lot, at))


def fresh(answer: JsonResponse) -> JsonResponse:
    """Never kept by a cache: it is for one officer at one moment."""
    answer["Cache-Control"] = "no-store"
    return answer
