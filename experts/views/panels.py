"""A member's pages: the list, the panel, signing in, declaring, the chair, coming and going."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import actor, binding, member
from experts.forms import panel as forms
from experts.selectors import panel_pages as reads
from experts.selectors.panel_desk_pages import asked_of
from experts.selectors.panels import (
    DECLARATION_KIND,
    KEY_KIND,
    declaration_body,
    key_body,
    seated,
    units,
)
from experts.selectors.rests import anytime, working
from experts.services.chair_vote import chair_vote
from experts.services.competition_state import competition_state
from experts.services.facts_make import facts_make
from experts.services.member_out import member_recuse
from experts.services.member_sign_in import member_sign_in, passage_log
from experts.services.unit_answer import unit_answer
from experts.views.answers import done, page
from experts.views.signing import asked, sign_page
from kernel import clock

PANEL, LIST = "experts:panel", "experts:panels"


@require_safe
@member
def panels(request: HttpRequest) -> HttpResponse:
    """Every panel I have something to do with, and questions to my bids."""
    who = actor(request)
    return page(request, "panels", rows=reads.my_panels(who), asked=asked_of(who))


@require_safe
@member
def panel(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """The panel, as one of its members finds it."""
    return page(request, "panel", seen=reads.panel_page(panel_id, _who(request, panel_id), gate=anytime))


@require_http_methods(["GET", "POST"])
@binding
def sign_in(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Sign in: the device makes a key and signs for it."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who)
    form = forms.SignInForm(request.POST or None, initial={"place": seen.panel.place})
    if form.is_valid() and seen.seat:
        given: dict[str, Any] = {
            "seat_id": seen.seat.pk,
            "actor": who,
            "at": clock.now(),
            **form.cleaned_data,
        }
        if form.attempt(lambda: member_sign_in(**given)):
            return done(
                request, _("Signed in. Answer for each bidder next."), "experts:panel-declare", panel_id
            )
    assert seen.seat is not None
    body = {**key_body(seen.seat, ""), "spki": ""}
    return page(request, "panel_sign_in", form, seen=seen, body=body, kind=KEY_KIND)


@require_http_methods(["GET", "POST"])
@binding
def declare(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """回避声明: answer for each bidder, then sign the answers."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who)
    assert seen.seat is not None
    form = forms.DeclareForm(request.POST or None, units=units(seen.panel.lot))
    if form.is_valid():
        body = declaration_body(seen.seat, form.answers())
        if asked(form):
            return sign_page(request, form, seen, DECLARATION_KIND, body)
        given: dict[str, Any] = {"answers": form.answers(), "signatures": form.cleaned_data["signatures"]}
        given |= {"seat_id": seen.seat.pk, "actor": who, "at": clock.now()}
        if form.attempt(lambda: unit_answer(**given)):
            return done(request, _("Your declaration is recorded."), PANEL, panel_id)
    return page(request, "panel_act", form, seen=seen, act="declare")


@require_http_methods(["GET", "POST"])
@binding
def recuse(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Withdraw, at any time."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who, gate=anytime)
    assert seen.seat is not None
    form = forms.ReasonForm(request.POST or None)
    given: dict[str, Any] = {"seat_id": seen.seat.pk, "actor": who, "at": clock.now()}
    if form.is_valid() and form.attempt(lambda: member_recuse(**given, **form.cleaned_data)):
        said = _("You have withdrawn; your opinions are void. Please leave the evaluation area.")
        return done(request, said, PANEL, panel_id)
    return page(request, "panel_act", form, seen=seen, act="recuse")


@require_http_methods(["GET", "POST"])
@binding
def chair(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Vote for the chair."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who)
    assert seen.seat is not None
    form = forms.ChairForm(request.POST or None, seats=seated(seen.panel))
    given: dict[str, Any] = {"seat_id": seen.seat.pk, "actor": who, "at": clock.now()}
    if form.is_valid() and form.attempt(lambda: chair_vote(**given, **form.cleaned_data)):
        return done(request, _("Your vote is recorded."), PANEL, panel_id)
    return page(request, "panel_act", form, seen=seen, act="chair")


@require_http_methods(["GET", "POST"])
@binding
def competition(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """State why the few bids left compete enough."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who)
    assert seen.seat is not None
    form = forms.ReasonForm(request.POST or None)
    given: dict[str, Any] = {"seat_id": seen.seat.pk, "actor": who, "at": clock.now()}
    if form.is_valid() and form.attempt(lambda: competition_state(**given, **form.cleaned_data)):
        return done(request, _("Your statement is recorded."), PANEL, panel_id)
    return page(request, "panel_act", form, seen=seen, act="competition")


@require_http_methods(["GET", "POST"])
@binding
def passage(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """Note that I go out or come in."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who, gate=working)
    assert seen.seat is not None
    form = forms.PassageForm(request.POST or None, initial={"place": seen.panel.place})
    given: dict[str, Any] = {"seat_id": seen.seat.pk, "actor": who, "at": clock.now()}
    if form.is_valid() and form.attempt(lambda: passage_log(**given, **form.cleaned_data)):
        return done(request, _("Noted in the log of entries and exits."), PANEL, panel_id)
    return page(request, "panel_act", form, seen=seen, act="passage")


@require_POST
@binding
def score(request: HttpRequest, panel_id: UUID) -> HttpResponse:
    """End the preliminary review, as the chair."""
    who = _who(request, panel_id)
    seen = reads.panel_page(panel_id, who)
    assert seen.seat is not None
    facts_make(seat_id=seen.seat.pk, actor=who, at=clock.now())
    return done(request, _("The facts are in the log. Every member marks the bids now."), PANEL, panel_id)


def _who(request: HttpRequest, panel_id: UUID) -> Any:
    return reads.reader(actor(request), panel_id)
