"""Mandates (委托代理): the owner signs and offers, the agency signs and accepts, either side ends."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import MandateForm, ReasonForm, SignedForm
from accounts.middleware import actor, binding
from accounts.middleware import member as behind_login
from accounts.models import Organisation
from accounts.rules import MandateFacts, mandate_body, uscc_normalise
from accounts.rules.mandates import KIND
from accounts.rules.offline import signing_one
from accounts.selectors import active_spkis, organisation_by_code, pages
from accounts.services import mandate_accept, mandate_grant, mandate_revoke
from accounts.views.answers import done, page
from kernel import clock


@require_GET
@behind_login
def mandates(request: HttpRequest) -> HttpResponse:
    """Mandates given and held."""
    own = pages.own_organisation(actor(request))
    return page(request, "mandates", organisation=own, mandates=pages.mandates(own.pk))


@require_http_methods(["GET", "POST"])
@binding
def mandate_new(request: HttpRequest) -> HttpResponse:
    """Fill in, read what will be signed, sign: the form comes back with its body until it is signed."""
    own = pages.own_organisation(actor(request))
    asked = {name: request.GET.get(name, "") for name in ("tender", "agency")}
    form = MandateForm(request.POST or None, initial=asked)
    agency = _agency(form) if form.is_valid() else None
    if agency is None:
        return page(request, "mandate_new", form, organisation=own)
    facts = form.facts(own, agency)
    panel = signing_one(KIND, mandate_body(facts), active_spkis(own.pk))
    signed = SignedForm(request.POST if "signatures" in request.POST else None, signing=panel)
    if signed.is_valid() and signed.attempt(lambda: _grant(request, own, agency, facts, signed)):
        return done(request, _("Offered. It counts once the agency has signed too."), "accounts:mandates")
    return page(
        request, "mandate_sign", signed, fields=form, facts=facts, agency=agency, signing=panel, owner=own
    )


@require_http_methods(["GET", "POST"])
@binding
def mandate_sign(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """The agency reads what the owner signed and signs it too."""
    who = actor(request)
    row = pages.mandate_of(mandate_id, who)
    panel = signing_one(KIND, row.body, active_spkis(row.agency_id))
    form = SignedForm(request.POST or None, signing=panel)
    if form.is_valid():
        signatures = form.cleaned_data["signatures"]
        act = {"mandate_id": row.pk, "signatures": signatures, "actor": who, "at": clock.now()}
        if form.attempt(lambda: mandate_accept(**act)):
            return done(request, _("Signed by both: the mandate is in force."), "accounts:mandates")
    return page(request, "mandate_sign", form, facts=row, agency=row.agency, owner=row.owner, signing=panel)


@require_http_methods(["GET", "POST"])
@binding
def mandate_end(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """End a mandate at once."""
    who = actor(request)
    row = pages.mandate_of(mandate_id, who)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(lambda: mandate_revoke(mandate_id=row.pk, reason=reason, actor=who, at=clock.now())):
            return done(request, _("The mandate has ended; acts done under it stand."), "accounts:mandates")
    return page(request, "mandate_end", form, mandate=row)


def _agency(form: MandateForm) -> Organisation | None:
    found = organisation_by_code(uscc_normalise(form.cleaned_data["agency"]))
    if found is None:
        form.add_error(
            "agency", _("No organisation with this code is registered here. Compare it with the licence.")
        )
    return found


def _grant(
    request: HttpRequest, own: Organisation, agency: Organisation, facts: MandateFacts, signed: SignedForm
) -> object:
    return mandate_grant(
        owner_id=own.pk,
        agency_id=agency.pk,
        tender=facts.tender,
        powers=facts.powers,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        fee_basis=facts.fee_basis,
        fee_payer=facts.fee_payer,
        signatures=signed.cleaned_data["signatures"],
        actor=actor(request),
        at=clock.now(),
    )
