"""A panel named whole has come apart and its namings are used up: the owner asks to name again, the supervisor decides.

Nobody named stands on these pages; a reason that names somebody is refused.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DomainForm
from accounts.middleware import actor, binding
from experts.forms.further import FurtherForm
from experts.forms.naming import RefuseNamingForm
from experts.models import FurtherNaming
from experts.pool_keys import pool_key
from experts.selectors.further import further_page
from experts.services.further_naming import (
    further_agree,
    further_ask,
    further_confirm,
    further_refuse,
    further_withdraw,
)
from experts.views.answers import done
from experts.views.draw_answers import shown
from kernel import clock

FURTHER = "experts:draw-further"
SAID = {
    "confirm": gettext_noop("Confirmed. The supervisor decides."),
    "withdraw": gettext_noop("Taken back."),
    "agree": gettext_noop("Agreed. The owner names again for the open seats."),
    "refuse": gettext_noop("Refused. The owner reads your reason."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def further(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """How further requests stand; the owner asks here."""
    who, at = actor(request), clock.now()
    seen = further_page(request_id, who)
    form = FurtherForm(request.POST if request.method == "POST" and seen.may_ask else None)
    given: dict[str, Any] = {"request_id": request_id, "actor": who, "at": at, "key": pool_key()}
    if form.is_valid() and form.attempt(lambda: further_ask(**given, **form.cleaned_data)):
        return done(
            request,
            _("Asked for. A second person confirms, then the supervisor decides."),
            FURTHER,
            request_id,
        )
    return shown(request, "further", form, seen=seen, refuse=RefuseNamingForm())


@require_POST
@binding
def decide(request: HttpRequest, request_id: UUID, further_id: UUID, act: str) -> HttpResponse:
    """Confirm, take back, agree, refuse."""
    form = RefuseNamingForm(request.POST)
    here: dict[str, Any] = {"further_id": further_id, "actor": actor(request), "at": clock.now()}
    acts: dict[str, Callable[[], FurtherNaming]] = {
        "confirm": lambda: further_confirm(**here),
        "withdraw": lambda: further_withdraw(**here),
        "agree": lambda: further_agree(**here),
        "refuse": lambda: further_refuse(reason=form.cleaned_data["reason"], **here),
    }
    if act not in acts:
        raise Http404
    if (act != "refuse" or form.is_valid()) and form.attempt(acts[act]):
        return done(request, _(SAID[act]), FURTHER, request_id)
    return again(request, request_id, form)


def again(request: HttpRequest, request_id: UUID, form: DomainForm) -> HttpResponse:
    """The page with what stands against the refusal."""
    return shown(request, "further", form, seen=further_page(request_id, actor(request)), refuse=form)
