"""A tenderer in the hall: confirm the own line, object on the spot."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import actor, binding, member
from bidding.forms.hall import SpokenForm
from bidding.selectors import own_hall
from bidding.services import line_confirm, opening_object
from bidding.views.answers import done, page
from kernel import clock

MINE = "bidding:hall-mine"


@require_safe
@member
def mine(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """One's own bid at the opening."""
    seen = own_hall.own_hall(number, lot, actor(request), clock.now())
    return page(request, "hall_mine", SpokenForm(), own=seen, hall=seen.hall)


@require_POST
@binding
def confirm(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """The own line was read out as written."""
    who = actor(request)
    seen = own_hall.own_hall(number, lot, who, clock.now())
    line_confirm(bid_id=seen.bid.pk, actor=who, at=clock.now())
    return done(request, _("Confirmed."), MINE, number, lot)


@require_POST
@binding
def object_(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Object on the spot: public at once, answered there."""
    who, at, form = actor(request), clock.now(), SpokenForm(request.POST)
    seen = own_hall.own_hall(number, lot, who, at)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    if text and form.attempt(lambda: opening_object(lot_id=seen.bid.lot_id, text=text, actor=who, at=at)):
        return done(
            request, _("Your objection is in the record. The owner answers it now."), MINE, number, lot
        )
    return page(request, "hall_mine", form, own=seen, hall=seen.hall)
