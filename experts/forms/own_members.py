"""Whom the owner names of its own people, and who steps in for them, each with the letter that says so."""

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
        self.turns = range(1, own.most + 1)
        for number in self.rows:
            self._person(f"member_{number}", _("Member %(number)s") % {"number": number}, own, required=True)
            self.fields[f"letter_{number}"] = SecurityFileField(
                label=_("Letter of authorisation of member %(number)s") % {"number": number}, required=False
            )
        for number in self.turns:
            label = _("Substitute %(number)s (may stay empty)") % {"number": number}
            self._person(f"substitute_{number}", label, own)
            self.fields[f"substitute_letter_{number}"] = SecurityFileField(
                label=_("Letter of authorisation of substitute %(number)s") % {"number": number},
                required=False,
            )
        known = dict(zip((f"member_{number}" for number in self.rows), own.named, strict=False))
        known |= dict(zip((f"substitute_{number}" for number in self.turns), own.substitutes, strict=False))
        for name, person in known.items():
            self.fields[name].initial = person

    def _person(self, name: str, label: str, own: OwnMembers, *, required: bool = False) -> None:
        self.fields[name] = forms.TypedChoiceField(
            label=label,
            choices=[("", "–"), *own.people],
            coerce=UUID,
            empty_value=None,
            required=required,
            widget=forms.Select(attrs=SELECT),
            error_messages={"required": _("Choose a person.")},
        )

    def clean(self) -> dict[str, Any]:
        """Substitutes stand in order, without a gap, and every letter has its person."""
        data = super().clean() or {}
        last = max((number for number in self.turns if data.get(f"substitute_{number}")), default=0)
        for number in self.turns:
            lonely = data.get(f"substitute_letter_{number}") or number < last
            if lonely and not data.get(f"substitute_{number}"):
                self.add_error(f"substitute_{number}", _("Choose a person."))
        return data

    def delegates(self) -> list[Delegate]:
        """As the service takes them, in the order of the form."""
        return [self._delegate("member", "letter", number) for number in self.rows]

    def substitutes(self) -> list[Delegate]:
        """Who steps in, the first first."""
        given = [one for one in self.turns if self.cleaned_data[f"substitute_{one}"]]
        return [self._delegate("substitute", "substitute_letter", number) for number in given]

    def _delegate(self, person: str, letter: str, number: int) -> Delegate:
        upload = self.cleaned_data[f"{letter}_{number}"]
        paper = Letter(upload.name, upload.read()) if upload else None
        return Delegate(self.cleaned_data[f"{person}_{number}"], paper)
