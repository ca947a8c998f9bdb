"""Experts named for seats a draw left open, or for all: the owner proposes and confirms, the supervisor decides.

Posts hold names: nothing of them is kept in a session (``unstashed``).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import actor, member, proven
from bidding.security_files import file_keep
from experts.forms.naming import NamingForm, RefuseNamingForm
from experts.models import Naming
from experts.pool_keys import pool_key
from experts.selectors.naming_page import NamingPage, consent_read, naming_page
from experts.services.naming_decide import (
    naming_agree,
    naming_confirm,
    naming_refuse,
    naming_take,
    naming_withdraw,
)
from experts.services.naming_propose import naming_propose
from experts.states.naming import NamingState
from experts.views.answers import done, stored, unstashed
from experts.views.draw_answers import DESK, shown
from kernel import clock

NAMING = "experts:draw-naming"
SAID = {
    "confirm": gettext_noop("Confirmed. The supervisor decides."),
    "withdraw": gettext_noop("Taken back. Nobody was asked."),
    "take": gettext_noop("You have taken it in hand. Read it, then agree or refuse."),
    "agree": gettext_noop("Agreed. The experts are asked in the gateway’s own words."),
    "refuse": gettext_noop("Refused. The owner reads your reason."),
}
BARRED = gettext_noop(
    "This cannot be named. Somebody named is not of the pool or not admitted, has another specialty or another "
    "number, is tied to a party, stays out, was asked already, sits on the panel, or is one too many of an employer or "
    "region. Which of it is not told: it would tell who was drawn."
)


@require_http_methods(["GET", "HEAD", "POST"])
@proven
def naming(request: HttpRequest, origin_id: UUID) -> HttpResponse:
    """How the naming stands; the owner proposes here."""
    who, at = actor(request), clock.now()
    seen = naming_page(origin_id, who, at, pool_key())
    posted = request.method == "POST" and seen.may_propose
    form = NamingForm(request.POST if posted else None, request.FILES if posted else None, seen=seen)
    if form.is_valid() and (made := form.attempt(lambda: proposed(form, origin_id, who, at))):
        said = _("Proposed. The second person confirms, then the supervisor decides.")
        return done(request, told(made, said), NAMING, origin_id)
    return shown(request, "naming", form, seen=seen, refuse=RefuseNamingForm(), barred=_(BARRED))


def proposed(form: NamingForm, origin_id: UUID, who: Actor, at: datetime) -> Naming:
    """Keep the consent as it came, and propose."""
    upload, second = form.cleaned_data.get("file"), UUID(form.cleaned_data["second"])
    consent = file_keep(upload.name, upload.read()).sha256 if upload else ""
    given: dict[str, Any] = {"asked": form.asked(consent), "second": second, "key": pool_key()}
    return naming_propose(origin_id=origin_id, actor=who, at=at, **given)


def told(made: Naming, said: str) -> str:
    """What was done; of a naming that is barred, that it is, and never why."""
    return _(BARRED) if made.state == NamingState.BARRED.value else said


@require_safe
@member
def consent(request: HttpRequest, origin_id: UUID, naming_id: UUID) -> HttpResponse:
    """The written consent to a naming, to keep and to compare."""
    return stored(consent_read(origin_id, naming_id, actor(request)))


@require_POST
@unstashed(DESK)
def decide(request: HttpRequest, origin_id: UUID, naming_id: UUID, act: str) -> HttpResponse:
    """Confirm, take back, take in hand, agree, refuse."""
    who, at, form = actor(request), clock.now(), RefuseNamingForm(request.POST)
    here: dict[str, Any] = {"naming_id": naming_id, "actor": who, "at": at}
    acts: dict[str, Callable[[], Naming]] = {
        "confirm": lambda: naming_confirm(key=pool_key(), **here),
        "withdraw": lambda: naming_withdraw(**here),
        "take": lambda: naming_take(**here),
        "agree": lambda: naming_agree(key=pool_key(), **here),
        "refuse": lambda: naming_refuse(reason=form.cleaned_data["reason"], **here),
    }
    if act not in acts:
        raise Http404
    if (act != "refuse" or form.is_valid()) and (made := form.attempt(acts[act])):
        return done(request, told(made, _(SAID[act])), NAMING, origin_id)
    return again(request, naming_page(origin_id, who, at, pool_key()), form)


def again(request: HttpRequest, seen: NamingPage, form: RefuseNamingForm) -> HttpResponse:
    """The page with what stands against the refusal."""
    return shown(request, "naming", form, seen=seen, refuse=form, barred=_(BARRED))
