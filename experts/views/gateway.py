"""The caller's desk: one invitation at a time, shown on demand, and how the call ended."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import actor, proven
from experts.forms.gateway import OutcomeForm
from experts.forms.own import code_choices
from experts.pool_keys import pool_key
from experts.rules.packs import pool_pack
from experts.selectors.calls import ToCall, desk_of
from experts.services.call_look import call_look, call_outcome
from experts.services.call_words import script
from experts.states.calls import TryOutcome
from experts.views.answers import done, page, unstashed
from kernel import clock

PAGE = "experts:gateway"


def _shown(request: HttpRequest, form: OutcomeForm, call: ToCall | None) -> HttpResponse:
    pack = pool_pack()
    claim = timedelta(minutes=pack.number("claim_minutes"))
    return page(
        request,
        "gateway",
        form,
        desk=desk_of(actor(request), clock.now(), claim),
        call=call,
        script=script(call.words, call.until) if call else "",
        declines=code_choices(pack.declines),
        relations=code_choices(pack.relations),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@proven
def gateway(request: HttpRequest) -> HttpResponse:
    """The desk; a post shows whom to call next. The name is in the answer to the post alone, and in no address."""
    if request.method != "POST":
        return _shown(request, OutcomeForm(), None)
    found = call_look(actor=actor(request), at=clock.now(), key=pool_key())
    return _shown(request, OutcomeForm(), found)


@require_POST
@unstashed(PAGE)
def outcome(request: HttpRequest) -> HttpResponse:
    """How the call ended; the same invitation again when something is missing."""
    form, who, at = OutcomeForm(request.POST), actor(request), clock.now()
    if not form.is_valid():
        return _shown(request, form, None)
    given = dict(form.cleaned_data)
    ended = {"call_id": given["call"], "outcome": TryOutcome(given["outcome"]), "reason": given["reason"]}
    if form.attempt(lambda: call_outcome(**ended, actor=who, at=at)):
        return done(request, _("Written down."), PAGE)
    again = call_look(call_id=given["call"], actor=who, at=at, key=pool_key())
    return _shown(request, form, again)
