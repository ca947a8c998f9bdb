"""Signing keys of an organisation: made in the browser, certified by the registrar, lost, retired."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import CertificateForm, DomainForm, KeyLossForm, KeyRequestForm
from accounts.middleware import actor, binding
from accounts.middleware import member as behind_login
from accounts.selectors import pages
from accounts.services import (
    key_loss_report,
    key_request_open,
    signing_key_certificate_bind,
    signing_key_retire,
)
from accounts.views.answers import done, page
from kernel import clock


@require_GET
@behind_login
def keys(request: HttpRequest) -> HttpResponse:
    """Keys in force, asked for and gone."""
    own = pages.own_organisation(actor(request))
    return page(request, "keys", organisation=own, keys=pages.keys(own.pk))


@require_http_methods(["GET", "POST"])
@binding
def key_new(request: HttpRequest) -> HttpResponse:
    """Make a key, save its backup, prove that it can be read back, ask for its registration."""
    who = actor(request)
    own = pages.own_organisation(who)
    form = KeyRequestForm(request.POST or None, org=own.code)
    if form.is_valid():
        given = {**form.cleaned_data, "organisation_id": own.pk}
        if form.attempt(lambda: key_request_open(actor=who, at=clock.now(), **given)):
            return done(
                request, _("Asked for. Read the fingerprint to the registrar by telephone."), "accounts:keys"
            )
    return page(request, "key_new", form, organisation=own)


@require_http_methods(["GET", "POST"])
@binding
def key_lost(request: HttpRequest) -> HttpResponse:
    """Report a key as lost."""
    who = actor(request)
    own = pages.own_organisation(who)
    held = pages.keys(own.pk).active
    form = KeyLossForm(request.POST or None, keys=held)
    if form.is_valid():
        given = {**form.cleaned_data, "organisation_id": own.pk}
        if form.attempt(lambda: key_loss_report(actor=who, at=clock.now(), **given)):
            sentence = _("Reported. It counts once registrar and supervisor have signed.")
            return done(request, sentence, "accounts:keys")
    return page(request, "key_lost", form, keys=held)


@require_http_methods(["GET", "POST"])
@binding
def key_retire(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Stop signing with a key."""
    who = actor(request)
    own = pages.own_organisation(who)
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(lambda: signing_key_retire(key_id=key_id, actor=who, at=clock.now())):
        return done(request, _("The key is retired. What it signed stands."), "accounts:keys")
    return page(request, "key_retire", form, key=pages.own_key(key_id, own.pk))


@require_http_methods(["GET", "POST"])
@binding
def key_certificate(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Bind a new certificate to a key in force."""
    who = actor(request)
    key = pages.own_key(key_id, pages.own_organisation(who).pk)
    form = CertificateForm(request.POST or None)
    if form.is_valid() and form.attempt(
        lambda: signing_key_certificate_bind(
            key_id=key.pk, certificates=form.cleaned_data["certificates"], actor=who, at=clock.now()
        )
    ):
        return done(request, _("The new certificate is bound. You can seal again."), "accounts:keys")
    return page(request, "key_certificate", form, key=key)
