"""Whom the owner names of its own people, each with the letter of authorisation that says so."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from accounts.forms import DomainForm
from bidding.forms.security.files import SecurityFileField
from experts.forms.keeper import SELECT
from experts.rules.own_members import Delegate, Letter
from experts.selectors.mandates import OwnMembers


class OwnForm(DomainForm):
    """A row for each member that was asked for: who, and the letter; one given before stays until another comes."""

    def __init__(self, *args: Any, own: OwnMembers, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = range(1, own.request.own_members + 1)
        known = dict(enumerate(own.named, start=1))
        for number in self.rows:
            self.fields[f"member_{number}"] = forms.TypedChoiceField(
                label=_("Member %(number)s") % {"number": number},
                choices=[("", "–"), *own.people],
                coerce=UUID,
                initial=known.get(number, ""),
                widget=forms.Select(attrs=SELECT),
                error_messages={"required": _("Choose a person.")},
            )
            self.fields[f"letter_{number}"] = SecurityFileField(
                label=_("Letter of authorisation of member %(number)s") % {"number": number}, required=False
            )

    def delegates(self) -> list[Delegate]:
        """As the service takes them, in the order of the form."""
        return [Delegate(self.cleaned_data[f"member_{number}"], self._letter(number)) for number in self.rows]

    def _letter(self, number: int) -> Letter | None:
        upload = self.cleaned_data[f"letter_{number}"]
        return Letter(upload.name, upload.read()) if upload else None
