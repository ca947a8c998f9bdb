"""What people note beside their acts: topics they follow, and questions for what is secret."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import FollowForm, InquiryForm, RegionForm
from accounts.middleware import actor, member
from accounts.selectors import notes as reads
from accounts.services import follow_begin, follow_end, inquiry_log
from accounts.views.answers import done, page
from kernel import clock

FOLLOWING = "accounts:following"


@require_http_methods(["GET", "POST"])
@member
def following(request: HttpRequest) -> HttpResponse:
    """What one follows, and nobody else sees; a region can be added."""
    who = actor(request)
    form = RegionForm(request.POST or None)
    if form.is_valid() and form.attempt(
        lambda: follow_begin(topic=form.cleaned_data["topic"], actor=who, at=clock.now())
    ):
        return done(request, _("You follow this region now."), FOLLOWING)
    return page(request, "following", form, topics=reads.followed(who))


@require_http_methods(["GET", "POST"])
@member
def follow(request: HttpRequest) -> HttpResponse:
    """Follow the tender a public page names."""
    who = actor(request)
    form = FollowForm(request.POST or None, initial={"topic": request.GET.get("topic", "")[:60]})
    if form.is_valid() and form.attempt(
        lambda: follow_begin(topic=form.cleaned_data["topic"], actor=who, at=clock.now())
    ):
        return done(request, _("You follow this tender now. Every notice of it is sent to you."), FOLLOWING)
    return page(request, "follow", form, topic=form["topic"].value())


@require_POST
@member
def unfollow(request: HttpRequest) -> HttpResponse:
    """Follow a topic no more."""
    follow_end(topic=request.POST.get("topic", "")[:60], actor=actor(request))
    return done(request, _("You are not told of it any more."), FOLLOWING)


@require_http_methods(["GET", "POST"])
@member
def asked(request: HttpRequest) -> HttpResponse:
    """The answer to "how many have signed up?", and the log of who asked."""
    who, at = actor(request), clock.now()
    found = reads.inquiries(who)
    form = InquiryForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: inquiry_log(actor=who, at=at, **form.cleaned_data)):
        return done(request, _("Logged. The ledger holds its hash."), "accounts:asked")
    return page(request, "asked", form, inquiries=found)
