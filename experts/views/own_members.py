"""The owner names its own members with their letters; the letters for those who may open them.

A post says who sits: nothing of it is kept in a session (``proven``), and a letter is a file, never a page.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import actor, member, proven
from experts.forms.own_members import OwnForm
from experts.selectors.mandates import mandate_read, own_members_of
from experts.selectors.own_replacements import replacement_of
from experts.services.mandate_look import mandate_look
from experts.services.own_members import own_members_name
from experts.views.answers import done, page, stored
from kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
@proven
def own_members(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The owner names its own members."""
    who, at = actor(request), clock.now()
    seen = own_members_of(request_id, who, at)
    form = OwnForm(request.POST or None, request.FILES or None, own=seen)
    if form.is_valid():
        given = {"members": form.delegates(), "substitutes": form.substitutes()}
        if form.attempt(lambda: own_members_name(request_id=request_id, actor=who, at=at, **given)):
            return done(request, _("Named. The ledger tells how many, not whom."), "experts:panels")
    return page(request, "panel_own", form, own=seen, replace=replacement_of(seen.request.lot, who))


@require_safe
@member
def mandate(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """A letter of authorisation, to keep and to compare; that it was opened is recorded before it leaves."""
    who = actor(request)
    answer = stored(mandate_read(mandate_id, who).sha256)
    mandate_look(mandate_id=mandate_id, actor=who, at=clock.now())
    return answer
