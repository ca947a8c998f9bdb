"""Rating the members of a panel, an expert's reply, and suspensions for low ratings by two keepers."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms.conduct import MemberForm, ReplyForm, SuspensionAskForm, SuspensionDecideForm
from experts.pool_keys import pool_key
from experts.rules.packs import pool_pack
from experts.selectors.members import low_ratings, panel_seen, panels_to_rate, proposals
from experts.selectors.own import own_rating
from experts.services.member_rate import member_rate
from experts.services.rating_reply import rating_reply
from experts.services.suspension_ask import suspension_ask, suspension_decide
from experts.views.answers import done, myself, page
from kernel import clock

PANEL, PROPOSALS = "experts:rate-panel", "experts:proposals"


@require_safe
@member
def panels(request: HttpRequest) -> HttpResponse:
    """Panels whose members I may rate."""
    return page(request, "rate_panels", draws=panels_to_rate(actor(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def panel(request: HttpRequest, origin_id: UUID) -> HttpResponse:
    """The members of one panel, each to be rated once."""
    who, at, key = actor(request), clock.now(), pool_key()
    form = MemberForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: member_rate(actor=who, at=at, key=key, **given)):
            return done(request, _("Rated. The expert reads it and can reply."), PANEL, origin_id)
    return page(request, "rate_panel", form, seen=panel_seen(origin_id, who, key))


@require_http_methods(["GET", "HEAD", "POST"])
@binding
def reply(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """What I say to a rating of mine."""
    who, at = myself(request), clock.now()
    rating = own_rating(rating_id, who)
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        text = form.cleaned_data["text"]
        if form.attempt(lambda: rating_reply(rating_id=rating_id, text=text, actor=who, at=at)):
            return done(request, _("Your reply stands beside the rating."), "experts:own")
    return page(request, "reply", form, seen=rating, days=pool_pack().number("reply_days"))


def _proposals(request: HttpRequest, form: SuspensionAskForm | SuspensionDecideForm) -> HttpResponse:
    who, least = actor(request), pool_pack().number("rating_suspend")
    return page(
        request, "proposals", form, low=low_ratings(who), waiting=proposals(who), least=least, who=who
    )


@require_safe
@member
def suspensions(request: HttpRequest) -> HttpResponse:
    """Low ratings, and suspensions that wait for a second keeper."""
    return _proposals(request, SuspensionAskForm())


@require_POST
@binding
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a suspension."""
    form, who, at = SuspensionAskForm(request.POST), actor(request), clock.now()
    if form.is_valid():
        given = form.cleaned_data
        asked = {"rating_id": given["rating"], "reason": given["reason"]}
        if form.attempt(lambda: suspension_ask(actor=who, at=at, **asked)):
            return done(request, _("Asked. A second keeper decides."), PROPOSALS)
    return _proposals(request, form)


@require_POST
@binding
def decide(request: HttpRequest) -> HttpResponse:
    """Decide a suspension as the second keeper."""
    form, who, at = SuspensionDecideForm(request.POST), actor(request), clock.now()
    if form.is_valid():
        given = form.cleaned_data
        decision = {"grant": given["grant"] == "yes", "decision_no": given["decision_no"]}
        if form.attempt(
            lambda: suspension_decide(proposal_id=given["proposal"], actor=who, at=at, **decision)
        ):
            return done(request, _("Decided. It stands in the record."), PROPOSALS)
    return _proposals(request, form)
