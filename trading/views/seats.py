"""The officers' own pages: accept a seat, make its key, have it certified, answer the dry run."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import actor, binding, member
from kernel import clock
from trading.forms import KeyForm, SignedForm
from trading.models import OfficerSeat
from trading.selectors import seats as reads
from trading.services import (
    officer_cert_body,
    officer_dryrun,
    officer_dryrun_challenge,
    officer_key_ask,
    officer_key_certify,
    officer_seat_accept,
)
from trading.states import TenderState
from trading.views.answers import done, page, signing


@require_GET
@member
def seats(request: HttpRequest) -> HttpResponse:
    """The seats of a person, and keys its organisation has still to certify."""
    who = actor(request)
    return page(request, "seats", seats=reads.seats_of(who), waiting=reads.seats_to_certify(who))


@require_GET
@member
def seat(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """One seat: what is done, what comes next, and on the day what happens when a key is lost."""
    who = actor(request)
    return seat_again(request, reads.seat_seen(seat_id, who), KeyForm())


def seat_again(request: HttpRequest, row: OfficerSeat, key: KeyForm) -> HttpResponse:
    """The page of a seat, with the answer to its dry run as far as it was given."""
    drafted = row.lot.tender.state == TenderState.DRAFT.value
    context = {"seat": row, "mine": row.person_id == actor(request).person, "drafted": drafted}
    stage, form = "publish" if drafted else "eve", key if key.is_bound else None
    return page(request, "seat", form, **context, stage=stage, key=key)


@require_POST
@binding
def seat_accept(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Accept the seat, in person."""
    officer_seat_accept(seat_id=seat_id, actor=actor(request), at=clock.now())
    return done(
        request, _("Accepted. Make your key now, on the device you will use."), "trading:seat", seat_id
    )


@require_http_methods(["GET", "POST"])
@binding
def seat_key(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Make the two keys of this seat, save and prove the backup, hand in the public halves."""
    who = actor(request)
    row = reads.seat_seen(seat_id, who)
    form = KeyForm(request.POST or None)
    if form.is_valid():
        given: dict[str, Any] = {"seat_id": row.pk, **form.cleaned_data}
        if form.attempt(lambda: officer_key_ask(actor=who, at=clock.now(), **given)):
            said = _("Handed in. Your organisation certifies the key; then comes the dry run.")
            return done(request, said, "trading:seat", row.pk)
    return page(request, "seat_key", form, seat=row)


@require_http_methods(["GET", "POST"])
@binding
def seat_certify(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """The organisation's signature under its officer's key."""
    who = actor(request)
    row = reads.seat_seen(seat_id, who)
    asked = row.asked_key.get("signed", {}).get("body", {})
    body = officer_cert_body(row, asked.get("sig_key", ""))
    panel = signing(
        who.organisation, [{"id": "cert", "title": row.name, "kind": "officer-cert", "body": body}]
    )
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        [given] = form.cleaned_data["signed"]["cert"][:1]
        if form.attempt(
            lambda: officer_key_certify(seat_id=row.pk, certificate=given, actor=who, at=clock.now())
        ):
            return done(request, _("Certified. The key is in the ledger."), "trading:seats")
    return page(request, "seat_certify", form, seat=row, asked=asked, signing=panel)


@require_POST
@member
def seat_ask(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Ask for the challenge of a dry run."""
    officer_dryrun_challenge(seat_id=seat_id, actor=actor(request), at=clock.now())
    return done(request, _("Asked. Answer it below with your key."), "trading:seat", seat_id)


@require_POST
@member
def seat_answer(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Take the answer to a dry run."""
    who = actor(request)
    row = reads.seat_seen(seat_id, who)
    form = KeyForm(request.POST)
    if form.is_valid():
        signed = form.cleaned_data["signed"]
        given = form.attempt(lambda: officer_dryrun(seat_id=row.pk, signed=signed, actor=who, at=clock.now()))
        if given:
            passed = given.proven_at is not None
            said = (
                _("Passed: your key opens.") if passed else _("Failed: this key does not open the challenge.")
            )
            return done(request, said, "trading:seat", row.pk)
    return seat_again(request, row, form)
