"""The intake desk, reasons, and staff sessions."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DomainForm, choices
from accounts.policies import STAFF_ROLES
from accounts.rules import Defect
from accounts.services.reviews import REVIEWED_FIELDS
from accounts.states import Role

FIELDS = (*REVIEWED_FIELDS, "account", "records")
ACCEPT, RETURN = "accept", "return"
HOURS = (1, 2, 4, 8)


class ReviewForm(DomainForm):
    """A remark a field, all in one: an empty remark means that the field is in order."""

    decision = forms.ChoiceField(choices=[(ACCEPT, ACCEPT), (RETURN, RETURN)], widget=forms.HiddenInput())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in FIELDS:
            self.fields[f"defect_{name}"] = forms.CharField(
                label=gettext_lazy("Remark of the desk"),
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def defects(self) -> list[Defect]:
        """The complete list."""
        return [
            Defect(field=name, code="desk", message=text)
            for name in FIELDS
            if (text := self.cleaned_data.get(f"defect_{name}", "").strip())
        ]

    def clean(self) -> dict[str, Any]:
        """A decision that fits its remarks."""
        data = super().clean() or {}
        decision, listed = data.get("decision"), self.defects()
        if decision == ACCEPT and listed:
            raise forms.ValidationError(
                _("You listed defects. Return the registration, or empty the remarks and accept it.")
            )
        if decision == RETURN and not listed:
            raise forms.ValidationError(
                _("You listed no defect. Write what to put right beside each field concerned, all at once.")
            )
        return data


class ReasonForm(DomainForm):
    """Why: one sentence that stays on the record."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class StaffSessionForm(DomainForm):
    """What a staff session is for, and how long it lasts."""

    role = forms.ChoiceField(label=gettext_lazy("In the role of"))
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy(
            "Letter number, case or incident. It is written into the record as it stands."
        ),
        max_length=300,
    )
    scope = forms.CharField(label=gettext_lazy("Tender it concerns, if one"), required=False, max_length=60)
    hours = forms.TypedChoiceField(label=gettext_lazy("Ends after"), coerce=int)
    places = {"session_length": "hours"}

    def __init__(self, *args: Any, roles: frozenset[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        held = [role for role in Role if role in roles & STAFF_ROLES]
        self.fields["role"].choices = choices(Role, held)  # type: ignore[attr-defined]
        self.fields["hours"].choices = [  # type: ignore[attr-defined]
            (hours, _("%(hours)s h") % {"hours": hours}) for hours in HOURS
        ]
