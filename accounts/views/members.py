"""Members of an organisation: who, in which role, with which power; inviting and letting go."""

import secrets
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import DomainForm, InvitationForm, MembershipForm, ReasonForm
from accounts.middleware import act_for, actor, binding
from accounts.middleware import member as behind_login
from accounts.selectors import pages
from accounts.services import (
    invitation_accept,
    invitation_send,
    invitation_withdraw,
    membership_grant,
    membership_revoke,
)
from accounts.services.invitations import token_hash
from accounts.views.answers import done, page
from kernel import clock

TOKEN_BYTES = 24


@require_GET
@behind_login
def members(request: HttpRequest) -> HttpResponse:
    """Members and open invitations."""
    own, at = pages.own_organisation(actor(request)), clock.now()
    return page(
        request,
        "members",
        organisation=own,
        members=pages.members(own.pk, at),
        invitations=pages.invitations(own.pk, at),
    )


@require_http_methods(["GET", "POST"])
@binding
def invite(request: HttpRequest) -> HttpResponse:
    """Ask somebody to join by e-mail; the link is also shown once to the person who invites."""
    who = actor(request)
    own = pages.own_organisation(who)
    form = InvitationForm(request.POST or None, kinds=own.kinds)
    if form.is_valid():
        token, email = secrets.token_urlsafe(TOKEN_BYTES), form.cleaned_data["email"]
        given = {"organisation_id": own.pk, "email": email, **form.roles_given()}
        if form.attempt(lambda: invitation_send(token=token, actor=who, at=clock.now(), **given)):
            link = request.build_absolute_uri(reverse("accounts:join", args=[token]))
            get_adapter(request).send_mail(
                "accounts/email/invitation", email, {"link": link, "name": own.name}
            )
            return page(request, "invited", email=email, link=link)
    return page(request, "invite", form, organisation=own)


@require_http_methods(["GET", "POST"])
@binding
def member(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Give a member other roles and powers."""
    who = actor(request)
    row = pages.member_of(membership_id, who)
    form = MembershipForm(request.POST or None, kinds=row.organisation.kinds, initial=MembershipForm.of(row))
    if form.is_valid():
        given = {"organisation_id": row.organisation_id, "person_id": row.person_id, **form.roles_given()}
        if form.attempt(lambda: membership_grant(actor=who, at=clock.now(), **given)):
            return done(request, _("Roles and powers are changed from now on."), "accounts:members")
    return page(request, "member", form, member=row)


@require_http_methods(["GET", "POST"])
@binding
def member_end(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """End a membership."""
    who = actor(request)
    row = pages.member_of(membership_id, who)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        ended = {"membership_id": membership_id, "reason": form.cleaned_data["reason"]}
        if form.attempt(lambda: membership_revoke(actor=who, at=clock.now(), **ended)):
            return done(request, _("The membership has ended."), "accounts:members")
    return page(request, "member_end", form, member=row)


@require_POST
@behind_login
def invitation_end(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation_withdraw(invitation_id=invitation_id, actor=actor(request), at=clock.now())
    return done(request, _("The invitation is taken back; its link leads nowhere."), "accounts:members")


@require_http_methods(["GET", "POST"])
@behind_login
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation."""
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        joined = form.attempt(lambda: invitation_accept(token=token, actor=actor(request), at=clock.now()))
        if joined:
            act_for(request, joined.organisation_id)
            return done(request, _("You have joined."), "accounts:home")
    return page(request, "join", form, invitation=pages.invitation_with(token_hash(token)))
