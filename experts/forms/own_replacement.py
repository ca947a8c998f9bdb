"""Whom the owner sends where a member of its own fell out and no substitute is left, by which letter, and why."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from bidding.forms.security.files import SecurityFileField
from experts.forms.keeper import SELECT
from experts.rules.own_members import REASON, Delegate, Letter
from experts.selectors.own_replacements import ReplacementPage
from experts.states import label
from experts.states.own import ReplacementCause
from trading.forms.base import text_area


class ReplacementForm(DomainForm):
    """Cause, reason, person and letter."""

    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"),
        help_text=gettext_lazy("Everybody reads it once the supervisor has agreed."),
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The supervisor and auditors read it."),
        max_length=REASON,
        widget=text_area(),
    )
    person = forms.TypedChoiceField(
        label=gettext_lazy("Who is sent now"),
        coerce=UUID,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": gettext_lazy("Choose a person.")},
    )
    letter = SecurityFileField(label=gettext_lazy("Letter of authorisation of this person"))

    def __init__(self, *args: Any, seen: ReplacementPage, **options: Any) -> None:
        super().__init__(*args, **options)
        causes = [("", "–"), *((one.value, _(label(one))) for one in ReplacementCause)]
        self.fields["cause"].choices = causes  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "–"), *seen.people]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data, upload = self.cleaned_data, self.cleaned_data["letter"]
        paper = Letter(upload.name, upload.read())
        return {
            "one": Delegate(data["person"], paper),
            "cause": data["cause"],
            "reason": data["reason"],
        }


class RefuseReplacementForm(DomainForm):
    """Why the supervisor refuses."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        help_text=gettext_lazy("The owner reads it."),
        max_length=REASON,
        widget=text_area(),
    )
