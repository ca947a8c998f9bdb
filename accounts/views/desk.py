"""The intake desk: registrations, and the registrar's and supervisor's signatures under keys."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import ReasonForm, ReviewForm, SignedForm
from accounts.middleware import actor, binding
from accounts.middleware import member as behind_login
from accounts.registrar_keys import registrar_spkis
from accounts.rules.offline import signing_one
from accounts.selectors import pages, spkis_of_kind
from accounts.services import (
    key_loss_refuse,
    key_loss_sign,
    key_request_certify,
    key_request_refuse,
    organisation_review,
)
from accounts.services.key_requests import signer_key_body
from accounts.states import OrganisationKind, Role
from accounts.views.answers import done, page
from kernel import clock


@require_GET
@behind_login
def desk(request: HttpRequest) -> HttpResponse:
    """Registrations waiting, the oldest first."""
    return page(request, "desk", waiting=pages.desk(actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def review(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Field by field: accept, or return with everything at once."""
    who = actor(request)
    registration = pages.desk_registration(organisation_id, who)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        defects = form.defects()
        if form.attempt(
            lambda: organisation_review(
                organisation_id=organisation_id, defects=defects, actor=who, at=clock.now()
            )
        ):
            said = _("Returned with the complete list.") if defects else _("Accepted.")
            return done(request, said, "accounts:desk")
    return page(request, "review", form, registration=registration)


@require_GET
@behind_login
def desk_keys(request: HttpRequest) -> HttpResponse:
    """Keys waiting for a signature."""
    return page(request, "desk_keys", waiting=pages.desk_keys(actor(request)), trusted=registrar_spkis())


@require_GET
@behind_login
def registrar(request: HttpRequest) -> HttpResponse:
    """Make the registrar's own key in this browser, or see which keys are trusted."""
    pages.desk(actor(request), clock.now())
    return page(request, "registrar", trusted=sorted(registrar_spkis()))


@require_http_methods(["GET", "POST"])
@binding
def key_certify(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The registrar's signature under one key."""
    who = actor(request)
    row, trusted = pages.key_request_of(request_id, who), registrar_spkis()
    panel = signing_one("signer-key", signer_key_body(row.organisation, row.spki), trusted)
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        act = {"request_id": row.pk, "signatures": form.cleaned_data["signatures"], "registrar": trusted}
        if form.attempt(lambda: key_request_certify(actor=who, at=clock.now(), **act)):
            return done(request, _("The key is registered and in the ledger."), "accounts:desk-keys")
    return page(request, "key_certify", form, asked=row, signing=panel)


@require_http_methods(["GET", "POST"])
@binding
def key_refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Refuse to certify, with the reason."""
    who = actor(request)
    row = pages.key_request_of(request_id, who)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(
            lambda: key_request_refuse(request_id=row.pk, reason=reason, actor=who, at=clock.now())
        ):
            return done(request, _("Refused; the applicant sees the reason."), "accounts:desk-keys")
    return page(request, "desk_refuse", form, asked=row)


@require_http_methods(["GET", "POST"])
@binding
def loss_sign(request: HttpRequest, loss_id: UUID) -> HttpResponse:
    """One office's signature under a loss; the second one puts it into the ledger."""
    who = actor(request)
    row = pages.key_loss_of(loss_id, who)
    offices = {"registrar": registrar_spkis(), "supervisor": spkis_of_kind(OrganisationKind.SUPERVISOR)}
    office = "supervisor" if Role.SUPERVISOR in who.roles else "registrar"
    panel = signing_one("key-loss", row.body, offices[office])
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        act = {"loss_id": row.pk, "signatures": form.cleaned_data["signatures"], **offices}
        if form.attempt(lambda: key_loss_sign(actor=who, at=clock.now(), **act)):
            return done(request, _("Signed and recorded."), "accounts:desk-keys")
    return page(request, "loss_sign", form, loss=row, signing=panel, office=office)


@require_http_methods(["GET", "POST"])
@binding
def loss_refuse(request: HttpRequest, loss_id: UUID) -> HttpResponse:
    """Refuse a report of loss, with the reason."""
    who = actor(request)
    row = pages.key_loss_of(loss_id, who)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(lambda: key_loss_refuse(loss_id=row.pk, reason=reason, actor=who, at=clock.now())):
            return done(request, _("Refused; the organisation sees the reason."), "accounts:desk-keys")
    return page(request, "desk_refuse", form, asked=row)
