"""Members, invitations, mandates."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import Boxes, DayInput, DomainForm, choices, day_begins, day_ends
from accounts.models import Membership, Organisation
from accounts.rules import MandateFacts
from accounts.rules.registration import ROLES_OF_KIND
from accounts.states import MandatePower, OrganisationKind, Power, Role


class MembershipForm(DomainForm):
    """What a member is and may do."""

    roles = forms.MultipleChoiceField(label=_("Works as"), required=False, widget=Boxes)
    powers = forms.MultipleChoiceField(
        label=_("May do"), help_text=_("Give each person only what they need."), required=False, widget=Boxes
    )

    def __init__(self, *args: Any, kinds: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        possible = {role for kind in kinds for role in ROLES_OF_KIND[OrganisationKind(kind)]}
        self.fields["roles"].choices = choices(Role, [role for role in Role if role in possible])  # type: ignore[attr-defined]
        self.fields["powers"].choices = choices(Power)  # type: ignore[attr-defined]

    @staticmethod
    def of(member: Membership) -> dict[str, Any]:
        """What the member has now."""
        return {"roles": member.roles, "powers": member.powers}

    def roles_given(self) -> dict[str, Any]:
        """For the services."""
        data = self.cleaned_data
        return {
            "roles": [Role(role) for role in data["roles"]],
            "powers": [Power(power) for power in data["powers"]],
        }


class InvitationForm(MembershipForm):
    """Whom to ask, and what for."""

    email = forms.EmailField(
        label=_("E-mail"), help_text=_("The address this person signs in with, or will."), max_length=254
    )
    field_order = ("email", "roles", "powers")

    def clean_email(self) -> str:
        """Addresses are compared in lower case."""
        return str(self.cleaned_data["email"]).lower()


class MandateForm(DomainForm):
    """A mandate for one tender, before it is signed."""

    agency = forms.CharField(
        label=_("Agency’s unified social credit code"),
        help_text=_("The agency must be registered here."),
        max_length=40,
    )
    tender = forms.CharField(
        label=_("Tender or project number"), help_text=_("A mandate stands for one tender."), max_length=60
    )
    powers = forms.MultipleChoiceField(label=_("The agency may"), required=False, widget=Boxes)
    valid_from = forms.DateField(label=_("First day"), widget=DayInput())
    valid_to = forms.DateField(
        label=_("Last day"), help_text=_("Counts until 24:00 of this day."), widget=DayInput()
    )
    fee_basis = forms.CharField(
        label=_("Basis of the fee"),
        help_text=_("For example the number of the agency contract."),
        max_length=200,
    )
    fee_payer = forms.ChoiceField(
        label=_("Who pays the agency"), choices=[("owner", _("the owner")), ("winner", _("the winner"))]
    )
    places = {"fee": "fee_payer"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["powers"].choices = choices(MandatePower)  # type: ignore[attr-defined]

    def facts(self, owner: Organisation, agency: Organisation) -> MandateFacts:
        """What both sign."""
        data = self.cleaned_data
        return MandateFacts(
            owner=owner.code,
            agency=agency.code,
            tender=data["tender"].strip(),
            powers=frozenset(MandatePower(power) for power in data["powers"]),
            valid_from=day_begins(data["valid_from"]),
            valid_to=day_ends(data["valid_to"]),
            fee_basis=data["fee_basis"].strip(),
            fee_payer=data["fee_payer"],
        )
