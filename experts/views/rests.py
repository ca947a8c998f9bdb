"""A panel that rests: its times of sitting, and what chair, desk and supervisor do about them."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, binding, member
from experts.forms import rests as forms
from experts.selectors.panel_pages import reader
from experts.selectors.rest_page import rest_act, rest_page
from experts.services import panel_rest as acts
from experts.views.answers import done, page
from kernel import clock

ACTS: Final[dict[str, tuple[Any, Any, str]]] = {
    "adjourn": (
        forms.AdjournForm,
        acts.panel_adjourn,
        gettext_noop("The panel rests. Desk and supervisor seal now."),
    ),
    "seal": (forms.SealForm, acts.rest_seal, gettext_noop("Recorded: your office has sealed.")),
    "unbroken": (
        forms.UnbrokenForm,
        acts.rest_unbroken,
        gettext_noop("Recorded. With both statements the panel resumes, and its members sign in again."),
    ),
    "broken": (
        forms.BrokenForm,
        acts.rest_broken,
        gettext_noop("Reported as an incident. The supervisor decides whether the panel goes on."),
    ),
    "decide": (
        forms.DecideForm,
        acts.rest_decide,
        gettext_noop("Decided. The panel resumes; its members sign in again."),
    ),
}


@require_safe
@member
def rest(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """When the panel rested, and what I am to do about it."""
    seen = rest_page(panel_id, reader(actor(request), panel_id))
    return page(request, "panel_rest", seen=seen.page, rest=seen)


@require_http_methods(["GET", "POST"])
@binding
def act(request: HttpRequest, panel_id: UUID, act: str) -> HttpResponse:
    """Adjourn, seal, open, report a broken seal, decide."""
    who, at = reader(actor(request), panel_id), clock.now()
    seen = rest_act(panel_id, who, act)
    made, run, said = ACTS[act]
    form = made(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"panel_id": panel_id, "actor": who, "at": at}
    if form.is_bound and form.is_valid() and form.attempt(lambda: run(**given, **form.cleaned_data)):
        to = "experts:panel" if act == "adjourn" and seen.page.seat else "experts:panel-rest"
        return done(request, _(said), to, panel_id)
    return page(request, "panel_rest_act", form, seen=seen.page, rest=seen, act=act)
