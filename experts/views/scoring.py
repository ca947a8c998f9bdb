"""A member's score sheet: the page, what its script saves and locks; second looks, votes on ties, more time."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.scoring import ReasonForm, TimeForm, changes_read, json_read, signed_read
from experts.selectors.looks_page import looks_page
from experts.selectors.sheet_page import sheet_page
from experts.selectors.time_page import time_page
from experts.services.second_look import sheet_keep
from experts.services.sheet_lock import sheet_lock
from experts.services.sheet_save import sheet_save
from experts.services.tie_vote import tie_vote
from experts.services.time_ask import time_ask, time_extend
from experts.views.answers import done, myself, page
from kernel import clock

SHEET, LOOKS = "experts:sheet", "experts:looks"


@require_safe
@member
def sheet(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """My score sheet."""
    return page(request, "panel_sheet", seen=sheet_page(panel_id, myself(request)))


@require_POST
@member
def save(request: HttpRequest, panel_id: UUID) -> JsonResponse:
    """Cells of my draft, as the page's script sends them."""
    who, at = myself(request), clock.now()
    changes, reason = changes_read(json_read(request.body))
    saved = sheet_save(panel_id=panel_id, changes=changes, reason=reason, actor=who, at=at)
    return JsonResponse({"saved_at": f"{localtime(at):%H:%M:%S}", "totals": saved.totals})


@require_POST
@member
def lock(request: HttpRequest, panel_id: UUID) -> JsonResponse:
    """My sheet and its lock, both signed on my device."""
    given = signed_read(json_read(request.body))
    sheet_lock(panel_id=panel_id, actor=myself(request), at=clock.now(), **given)
    return JsonResponse({"next": reverse(SHEET, args=[panel_id])})


@require_safe
@member
def looks(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The open sheets, and what asks for a second look."""
    return page(request, "panel_looks", ReasonForm(), seen=looks_page(panel_id, myself(request)))


@require_POST
@binding
def keep(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Keep my marks after a second look."""
    who, at, form = myself(request), clock.now(), ReasonForm(request.POST)
    if form.is_valid():
        given = {"panel_id": panel_id, "actor": who, "at": at, **form.cleaned_data}
        if form.attempt(lambda: sheet_keep(**given)):
            return done(request, _("Recorded: you have looked again and keep your marks."), LOOKS, panel_id)
    return page(request, "panel_looks", form, seen=looks_page(panel_id, who))


@require_POST
@binding
def tie(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """My order of tied bids: one place for each."""
    who, at = myself(request), clock.now()
    seen = looks_page(panel_id, who)
    places = sorted((request.POST.get(f"place-{ev}", ""), ev) for ev, _word in seen.tie)
    if [place for place, _ev in places] != [str(n) for n in range(1, len(places) + 1)]:
        form = ReasonForm({"reason": "-"})
        form.add_error(None, _("Give every one of the tied bids its place, once."))
        return page(request, "panel_looks", form, seen=seen)
    tie_vote(panel_id=panel_id, order=[ev for _place, ev in places], actor=who, at=at)
    return done(request, _("Your vote is recorded."), LOOKS, panel_id)


@require_POST
@member
def ask_time(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The time is short."""
    time_ask(panel_id=panel_id, actor=myself(request), at=clock.now())
    said = _(
        "Recorded. Nobody is told that it was you; past a third of the members the owner must give more time."
    )
    return done(request, said, SHEET, panel_id)


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def time(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The owner's page: whether more time must be given, and until when."""
    who, at = actor(request), clock.now()
    form = TimeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        until = form.cleaned_data["until"]
        if form.attempt(lambda: time_extend(panel_id=panel_id, until=until, actor=who, at=at)):
            return done(request, _("The panel has time until then."), "experts:time", panel_id)
    return page(request, "panel_time", form, seen=time_page(panel_id, who))
