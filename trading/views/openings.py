"""O5: the opening of a lot and its officers' seats; the officers' own pages are in ``seats``."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import member
from kernel import clock
from trading.forms import OpeningForm, SeatForm
from trading.rules.officers import MAX_OFFICERS
from trading.selectors import desk as reads
from trading.selectors.seats import hosts, officer_candidates
from trading.services import officer_seat_invite, opening_setup_set
from trading.views.answers import done, inside, page


@require_http_methods(["GET", "POST"])
@member
def opening(request: HttpRequest, tender_id: UUID, lot_id: UUID) -> HttpResponse:
    """T, hall, hosts, threshold, windows; below, the seats with their colours."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    setup = getattr(row, "opening", None)
    initial = OpeningForm.of(setup) if setup else {"chair": str(view.tender.project.owner_id)}
    form = OpeningForm(request.POST or None, initial=initial, hosts=hosts(view.tender.project))
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": row.pk, "fields": form.fields_given()}
        if form.attempt(lambda: opening_setup_set(actor=who, at=clock.now(), **given)):
            return done(request, _("Saved as a draft."), "trading:opening", view.tender.pk, row.pk)
    seats = list(row.seats.select_related("organisation").order_by("i"))
    free = next(n for n in range(1, MAX_OFFICERS + 2) if n not in {seat.i for seat in seats})
    return page(request, "opening", form, view=view, lot=row, seats=seats, setup=setup, free=free)


@require_http_methods(["GET", "POST"])
@member
def seat_offer(request: HttpRequest, tender_id: UUID, lot_id: UUID, i: int) -> HttpResponse:
    """Offer seat ``i`` to an officer."""
    view, who = inside(request, tender_id)
    row = reads.lot_of(view, lot_id)
    form = SeatForm(request.POST or None, candidates=officer_candidates(clock.now()))
    if form.is_valid():
        given: dict[str, Any] = {"lot_id": row.pk, "i": i, **form.fields_given()}
        if form.attempt(lambda: officer_seat_invite(actor=who, at=clock.now(), **given)):
            return done(
                request, _("Offered. The officer is told."), "trading:opening", view.tender.pk, row.pk
            )
    return page(request, "seat_offer", form, view=view, lot=row, i=i)
