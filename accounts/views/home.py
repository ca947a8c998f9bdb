"""The first page behind the login, messages, and staff sessions."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import StaffSessionForm
from accounts.middleware import act_for, actor, binding, member
from accounts.selectors import pages, staff_session_open_of
from accounts.services import notification_read, staff_session_close, staff_session_open
from accounts.services.notifications import rendered
from accounts.states import Role
from accounts.views.answers import back, done, page
from kernel import clock


@require_GET
@member
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, and for whom they act."""
    return page(request, "home", home=pages.home(actor(request), clock.now()))


@require_POST
@member
def acting(request: HttpRequest) -> HttpResponse:
    """Act for another of one's organisations."""
    act_for(
        request,
        UUID(request.POST.get("organisation", "")) if request.POST.get("organisation") else UUID(int=0),
    )
    return back(request, "accounts:home")


@require_GET
@member
def messages(request: HttpRequest) -> HttpResponse:
    """In-site messages."""
    rows = [(row, rendered(row)) for row in pages.messages(actor(request))]
    return page(request, "messages", rows=rows)


@require_POST
@member
def message_read(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take note of a message; that is its receipt."""
    notification_read(item_id=item_id, actor=actor(request), at=clock.now())
    return redirect("accounts:messages")


@require_http_methods(["GET", "POST"])
@binding
def sessions(request: HttpRequest) -> HttpResponse:
    """Open a timed session, and see one's own."""
    who, at = actor(request), clock.now()
    listed = pages.staff_sessions(who)
    form = StaffSessionForm(request.POST or None, roles=who.roles)
    if form.is_valid():
        data = form.cleaned_data
        until = at + timedelta(hours=data["hours"])
        role, purpose, scope = Role(data["role"]), data["purpose"], data["scope"]
        if form.attempt(
            lambda: staff_session_open(role=role, purpose=purpose, scope=scope, until=until, actor=who, at=at)
        ):
            return done(request, _("The session is open and recorded."), "accounts:sessions")
    return page(
        request,
        "sessions",
        form,
        rows=listed,
        open=staff_session_open_of(who.person, at) if who.person else None,
    )


@require_POST
@member
def session_close(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End a session before its time."""
    staff_session_close(session_id=session_id, actor=actor(request), at=clock.now())
    return done(request, _("The session is closed and recorded."), "accounts:sessions")
