"""What a bidder hands in as security beside a transfer: a guarantee, or a part of its annual security."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput
from bidding.forms.security.files import SecurityFileField, file_given
from bidding.models.security.guarantees import FORMS

WORDS = {
    "guarantee": gettext_lazy("bank guarantee"),
    "e_guarantee": gettext_lazy("electronic guarantee"),
    "insurance": gettext_lazy("surety insurance"),
}
SELECT = {"class": "form-select"}


class GuaranteeForm(DomainForm):
    """A guarantee as it is written; the rules compare it with the terms of the lot."""

    form = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.Select(attrs=SELECT))
    number = forms.CharField(
        label=gettext_lazy("Number of the guarantee"),
        help_text=gettext_lazy("As printed on it, with letters and hyphens."),
        max_length=80,
    )
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=200)
    beneficiary = forms.CharField(
        label=gettext_lazy("In favour of"),
        help_text=gettext_lazy("The owner’s full name as the notice has it."),
        max_length=200,
    )
    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=0, max_digits=18, decimal_places=2)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DayInput())
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("It must last as long as the bid does."),
        widget=DayInput(),
    )
    file = SecurityFileField(label=gettext_lazy("The guarantee itself"))

    def __init__(self, *args: Any, accepted: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = [(form, WORDS[form]) for form in FORMS if form in accepted]
        self.fields["form"].choices = chosen  # type: ignore[attr-defined]

    places = {"security_form": "form", "security_file": "file"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        return file_given(dict(self.cleaned_data))


class AnnualAccountForm(DomainForm):
    """How much an organisation means to set aside for the year."""

    amount = forms.DecimalField(
        label=gettext_lazy("Sum for the year, yuan"),
        help_text=gettext_lazy(
            "Parts of it stand for lots you choose, one after the other or together, and come free again."
        ),
        min_value=1,
        max_digits=18,
        decimal_places=2,
    )
