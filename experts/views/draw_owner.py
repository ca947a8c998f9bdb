"""The owner's pages: ask for a panel, confirm as a second person, take a request back; and the list of draws."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import DomainForm
from accounts.middleware import actor, binding, member
from experts.forms.draws import KeyForm, RequestForm
from experts.selectors import draw_pages as reads
from experts.services.draw_request import draw_confirm, draw_request, draw_withdraw
from experts.views.answers import done
from experts.views.draw_answers import REQUEST, shown
from kernel import clock


@require_safe
@member
def draws(request: HttpRequest) -> HttpResponse:
    """Requests and draws, without names."""
    return shown(request, "list", desk=reads.desk(actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def ask(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Ask for a panel of a lot; or read what is asked, and confirm it."""
    who = actor(request)
    seen = reads.request_page(lot_id, who)
    if not seen.may_ask:
        return asked(request, seen)
    form = RequestForm(request.POST or None, special=seen.may_special)
    if form.is_valid() and form.attempt(
        lambda: draw_request(lot_id=lot_id, fields=form.given(), actor=who, at=clock.now())
    ):
        said = _("Asked for. A second person of your organisation confirms it now.")
        return done(request, said, REQUEST, lot_id)
    return shown(request, "request", form, seen=seen)


def asked(request: HttpRequest, seen: reads.RequestPage, form: DomainForm | None = None) -> HttpResponse:
    """The request in force, with what its reader may do."""
    named = seen.request is not None and seen.request.named
    fresh = form or (KeyForm(keys=seen.keys) if seen.may_confirm and not named else None)
    return shown(request, "asked", fresh, seen=seen)


@require_POST
@binding
def confirm(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Confirm as a second person, and name the key."""
    who = actor(request)
    seen = reads.request_page(lot_id, who)
    if seen.request and seen.request.named:
        draw_confirm(request_id=seen.request.pk, actor=who, at=clock.now())
        return done(request, _("Confirmed. Name the experts now."), REQUEST, lot_id)
    form = KeyForm(request.POST, keys=seen.keys)
    if seen.request and form.is_valid():
        pk, key = seen.request.pk, form.cleaned_data["owner_key"]
        if form.attempt(lambda: draw_confirm(request_id=pk, owner_key=key, actor=who, at=clock.now())):
            return done(request, _("Confirmed. The operator of the draw begins it now."), REQUEST, lot_id)
    return asked(request, seen, form)


@require_POST
@binding
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take a request back."""
    gone = draw_withdraw(request_id=request_id, actor=actor(request), at=clock.now())
    return done(
        request, _("Taken back. Units that were left out stay noted for this lot."), REQUEST, gone.lot_id
    )
