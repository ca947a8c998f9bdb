"""The shapes of what those who conduct an opening write down."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm, SignedForm
from accounts.forms.base import PaperField
from bidding.rules.notes import NoteAbout
from bidding.selectors.hall_desk import FIGURES, PRESENT
from bidding.services.statement_give import MOST

SELECT = {"class": "form-select"}
DIGEST: Final = r"^[0-9a-f]{64}$"


class PresenceForm(DomainForm):
    """Somebody in the hall."""

    role = forms.ChoiceField(
        label=gettext_lazy("Present as"),
        choices=[(item.value, gettext_lazy(text)) for item, text in PRESENT.items()],
        widget=forms.Select(attrs=SELECT),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    of = forms.CharField(
        label=gettext_lazy("Organisation (if any)"),
        help_text=gettext_lazy("Public with the record, never before the names are read out."),
        max_length=120,
        required=False,
    )


class FigureForm(DomainForm):
    """A reserve price, or a coefficient drawn in the hall."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is made public"),
        choices=[(item.value, gettext_lazy(text)) for item, text in FIGURES.items()],
        widget=forms.Select(attrs=SELECT),
    )
    value = forms.DecimalField(
        label=gettext_lazy("Value"),
        help_text=gettext_lazy("A price in the lot’s currency, or the coefficient as drawn, e.g. 0.97."),
        max_digits=20,
        decimal_places=6,
    )
    how = forms.CharField(
        label=gettext_lazy("How, and by whom"),
        help_text=gettext_lazy("For a draw: among which values, how, who drew and who watched."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    watched = forms.CharField(
        label=gettext_lazy("Watched by (for a coefficient drawn by hand)"), max_length=120, required=False
    )
    recording = forms.CharField(
        label=gettext_lazy("Number of the recording (for a coefficient drawn by hand)"),
        max_length=120,
        required=False,
    )


class FewForm(DomainForm):
    """What the documents say when fewer than three bids could be opened."""

    clause = forms.CharField(
        label=gettext_lazy("Clause of the tender documents"),
        help_text=gettext_lazy("Its number, as printed."),
        max_length=60,
    )
    goes_on = forms.TypedChoiceField(
        label=gettext_lazy("What it says"),
        choices=[
            ("1", gettext_lazy("The bids that were opened are evaluated")),
            ("0", gettext_lazy("The tender stops here")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason (if the owner decides)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class VacancyForm(DomainForm):
    """Why a seat does not sign."""

    seat = forms.ChoiceField(label=gettext_lazy("Seat"), widget=forms.Select(attrs=SELECT))
    reason = forms.CharField(
        label=gettext_lazy("Why it does not sign"),
        help_text=gettext_lazy("Public. Absent, ill, or refuses and says why."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, seats: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["seat"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = seats


class RecordForm(SignedForm):
    """A signature under the record that was read: ``record`` is its digest."""

    record = forms.RegexField(regex=DIGEST, widget=forms.HiddenInput)


def record_read(given: str) -> str:
    """The digest of the record that was read, or "" when the page did not say it."""
    return given if re.fullmatch(DIGEST, given, re.ASCII) else ""


class NoteForm(DomainForm):
    """What the supervisor notes, and about which matter."""

    about = forms.ChoiceField(label=gettext_lazy("About"), widget=forms.Select(attrs=SELECT))
    text = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, about: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["about"].choices = list(about)  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        """As the service takes it: the matter, the bid it concerns or "", the words."""
        about, _sign, ev = self.cleaned_data["about"].partition(":")
        return {"about": NoteAbout(about), "bid_ev": ev, "text": self.cleaned_data["text"]}


class StatementForm(DomainForm):
    """Why one's own bid was not decrypted."""

    text = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("When you tried, on what device and line, what the page said."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    paper = PaperField(label=gettext_lazy("Evidence (if there is a paper)"), required=False)
