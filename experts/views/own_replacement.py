"""A member of the owner's own fell out and no substitute is left: who is sent, the supervisor decides.

A post says who sits: nothing of it is kept in a session (``proven``).
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import actor, proven
from experts.forms.own_replacement import RefuseReplacementForm, ReplacementForm
from experts.models import OwnReplacement
from experts.selectors.own_replacements import replacement_get, replacement_page
from experts.services.own_replacement import (
    own_replacement_agree,
    own_replacement_ask,
    own_replacement_refuse,
    own_replacement_withdraw,
)
from experts.views.answers import done, page
from kernel import clock

HERE = "experts:panel-own-replace"
SAID = {
    "withdraw": gettext_noop("Taken back."),
    "agree": gettext_noop("Agreed. This person is called in to the panel."),
    "refuse": gettext_noop("Refused. The owner reads your reason."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@proven
def replace(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """How requests stand; the owner asks here."""
    who, at = actor(request), clock.now()
    seen = replacement_page(panel_id, who, at)
    posted = request.method == "POST" and seen.may_ask
    form = ReplacementForm(request.POST if posted else None, request.FILES if posted else None, seen=seen)
    given: dict[str, Any] = {"panel_id": panel_id, "actor": who, "at": at}
    if form.is_valid() and form.attempt(lambda: own_replacement_ask(**given, **form.given())):
        return done(request, _("Asked for. The supervisor decides."), HERE, panel_id)
    return page(request, "panel_own_replace", form, seen=seen, refuse=RefuseReplacementForm())


@require_POST
@proven
def decide(request: HttpRequest, replacement_id: UUID, act: str) -> HttpResponse:
    """Take back, agree, refuse."""
    who, at = actor(request), clock.now()
    panel_id = replacement_get(replacement_id).panel_id
    replacement_page(panel_id, who, at)
    form = RefuseReplacementForm(request.POST)
    here: dict[str, Any] = {"replacement_id": replacement_id, "actor": who, "at": at}
    acts: dict[str, Callable[[], OwnReplacement]] = {
        "withdraw": lambda: own_replacement_withdraw(**here),
        "agree": lambda: own_replacement_agree(**here),
        "refuse": lambda: own_replacement_refuse(reason=form.cleaned_data["reason"], **here),
    }
    if act not in acts:
        raise Http404
    if (act != "refuse" or form.is_valid()) and form.attempt(acts[act]):
        return done(request, _(SAID[act]), HERE, panel_id)
    return page(request, "panel_own_replace", form, seen=replacement_page(panel_id, who, at), refuse=form)
