"""Registering an organisation, part by part, until it is handed in; and what the desk answered."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import PARTS, AccountForm, CodeForm, ContactsForm, DomainForm, StartForm, UnitForm
from accounts.middleware import act_for, actor, binding, member
from accounts.models import Organisation
from accounts.selectors import basic_account_current, pages
from accounts.services import (
    account_declare,
    organisation_amend,
    organisation_register,
    organisation_submit,
)
from accounts.states import OrganisationKind
from accounts.views.answers import done, keep, page
from kernel import clock

FormOf = Callable[[HttpRequest, Organisation], DomainForm]
SaveOf = Callable[[HttpRequest, Organisation, Any], Any]


@require_http_methods(["GET", "POST"])
@member
def register(request: HttpRequest) -> HttpResponse:
    """Begin: code, name and kinds."""
    form = StartForm(request.POST or None)
    if form.is_valid():
        data, who = form.cleaned_data, actor(request)
        kinds = [OrganisationKind(kind) for kind in data["kinds"]]
        begun = form.attempt(
            lambda: organisation_register(
                code=data["code"], name=data["name"], kinds=kinds, actor=who, at=clock.now()
            )
        )
        if begun:
            act_for(request, begun.pk)
            return redirect("accounts:part", "unit")
    return page(request, "register", form)


@require_GET
@member
def code_check(request: HttpRequest) -> HttpResponse:
    """The code alone, while the form is being filled in."""
    form = CodeForm(request.GET)
    form.is_valid()
    return page(request, "code_check", None, check=form)


@require_GET
@member
def organisation(request: HttpRequest) -> HttpResponse:
    """The registration, its state, and the one complete list of defects."""
    own = pages.own_organisation(actor(request))
    return page(request, "organisation", registration=pages.registration(own), parts=PARTS)


@require_http_methods(["GET", "POST"])
@member
def part(request: HttpRequest, part: str) -> HttpResponse:
    """One part of the registration; saved as a draft until it is handed in."""
    if part not in PARTS:
        raise Http404
    own = pages.own_organisation(actor(request))
    form = FORM_OF[part](request, own)
    if form.is_bound and form.is_valid() and form.attempt(lambda: SAVE_OF[part](request, own, form)):
        following = PARTS[PARTS.index(part) + 1 :]
        if following and "stay" not in request.POST:
            return redirect("accounts:part", following[0])
        return done(request, _("Saved as a draft."), "accounts:organisation")
    return page(request, "part", form, part=part, number=PARTS.index(part) + 1, organisation=own)


@require_http_methods(["GET", "POST"])
@binding
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand the registration in; everything a machine finds missing is listed at once."""
    who = actor(request)
    own = pages.own_organisation(who)
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.attempt(
        lambda: organisation_submit(organisation_id=own.pk, actor=who, at=clock.now())
    ):
        return done(
            request, _("Handed in. The desk answers with one complete list."), "accounts:organisation"
        )
    return page(request, "hand_in", form, registration=pages.registration(own))


def _amend(request: HttpRequest, own: Organisation, form: Any) -> Any:
    return organisation_amend(
        organisation_id=own.pk, actor=actor(request), at=clock.now(), **form.fields_given()
    )


def _declare(request: HttpRequest, own: Organisation, form: AccountForm) -> Any:
    proof, known = form.cleaned_data.get("proof"), basic_account_current(own.pk)
    sha256 = keep(proof).sha256 if proof else (known.proof_sha256 if known else "")
    return account_declare(
        organisation_id=own.pk,
        account=form.facts(),
        proof_sha256=sha256,
        actor=actor(request),
        at=clock.now(),
    )


FORM_OF: dict[str, FormOf] = {
    "unit": lambda request, own: UnitForm(request.POST or None, initial=UnitForm.of(own)),
    "contacts": lambda request, own: ContactsForm(request.POST or None, initial=ContactsForm.of(own)),
    "account": lambda request, own: AccountForm(
        request.POST or None,
        request.FILES or None,
        initial=AccountForm.of(basic_account_current(own.pk)) or {"holder": own.name},
    ),
}
SAVE_OF: dict[str, SaveOf] = {"unit": _amend, "contacts": _amend, "account": _declare}
