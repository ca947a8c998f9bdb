"""The edge between a login and the domain: who acts, for which organisation, and whether they just proved it.

Pages of every app use these: ``actor(request)`` for reading, ``@member`` for a page behind the login, and
``@binding`` for a page whose post binds somebody (within ten minutes of a password, code or passkey).
"""

from collections.abc import Callable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import selectors
from accounts.actors import ANONYMOUS, Actor
from accounts.models import StaffSession
from kernel import clock

View = Callable[..., HttpResponseBase]
SESSION_KEY = "organisation"


def actor(request: HttpRequest) -> Actor:
    """Who acts, for the organisation chosen last or the first one of the person; ``ANONYMOUS`` without login."""
    if request.user.is_anonymous:
        return ANONYMOUS
    kept: Actor | None = getattr(request, "sunlit_actor", None)
    if kept is None:
        at = clock.now()
        kept = selectors.actor_signed_in(request.user, request.session.get(SESSION_KEY, ""), at)
        request.sunlit_actor = kept  # type: ignore[attr-defined]
    return kept


def act_for(request: HttpRequest, organisation_id: UUID) -> None:
    """Act for this organisation from now on; one the person does not belong to is simply not chosen."""
    request.session[SESSION_KEY] = str(organisation_id)
    if hasattr(request, "sunlit_actor"):
        del request.sunlit_actor


def member(view: View) -> View:
    """A page behind the login."""
    return login_required(view)


def binding(view: View) -> View:
    """A page whose post binds: the person proves anew who they are unless they did so minutes ago.

    The post is kept while they do and goes through afterwards; how long a proof lasts is
    ``ACCOUNT_REAUTHENTICATION_TIMEOUT``.
    """
    proved: View = reauthentication_required(allow_get=True)(view)
    return login_required(proved)


def proven(view: View) -> View:
    """A page that already to be read asks who one is: what is done there must not wait for a password later."""
    proved: View = reauthentication_required()(view)
    return login_required(proved)


def proven_now(request: HttpRequest) -> bool:
    """Whether whoever calls has proved minutes ago who they are: what ``binding`` asks, for programs to ask, too."""
    return not is_reauthentication_required(request, app="account")


class StaffBanner:
    """The open staff session of a login, asked for only when a template shows it."""

    def __init__(self, request: HttpRequest) -> None:
        """Keep the request."""
        self.request = request

    @property
    def session(self) -> StaffSession | None:
        """The session, if one is open and its time is not over."""
        if not getattr(self.request, "user", None) or self.request.user.is_anonymous:
            return None
        return selectors.staff_session_open_of(self.request.user.pk, clock.now())


def staff_banner(request: HttpRequest) -> dict[str, StaffBanner]:
    """Context processor: ``staff`` for the banner on every page."""
    return {"staff": StaffBanner(request)}
