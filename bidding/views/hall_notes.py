"""The supervisor's place at an opening: it reads along, and what it notes stands in the record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import actor, binding
from bidding.forms.desk import NoteForm
from bidding.selectors.notes import watch
from bidding.services import note_enter
from bidding.views.answers import done, page
from kernel import clock


@require_http_methods(["GET", "POST"])
@binding
def notes(request: HttpRequest, number: str, lot: int) -> HttpResponse:
    """Read the exceptions, and note something on one of them."""
    who, at = actor(request), clock.now()
    seen = watch(number, lot, who, at)
    form = NoteForm(request.POST or None, about=seen.choices)
    act: dict[str, Any] = {"lot_id": seen.lot.pk, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: note_enter(**act, **form.facts())):
        return done(
            request, _("Noted. It stands in the record with your name."), "bidding:hall-notes", number, lot
        )
    return page(request, "hall_notes", form, watch=seen, hall=seen.hall)
