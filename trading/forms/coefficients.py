"""The part of a lot's form in which the coefficient of its method is declared, before anybody bids."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from trading.rules.coefficients import Draw, coefficient_values


class CoefficientForm(DomainForm):
    """Possible values, and how one of them is found at the opening."""

    method_coefficients = forms.CharField(
        label=gettext_lazy("Values of a coefficient drawn at the opening, if there is one"),
        help_text=gettext_lazy("Two to 100 numbers, separated by blanks. For example: 0.95 0.96 0.97"),
        required=False,
        max_length=1200,
    )
    method_draw = forms.ChoiceField(
        label=gettext_lazy("How it is drawn"),
        required=False,
        choices=[
            (Draw.DERIVED.value, gettext_lazy("Computed from the opened bids: everybody can repeat it")),
            (Draw.PHYSICAL.value, gettext_lazy("By balls or lots in the hall, witnessed and recorded")),
        ],
    )

    @staticmethod
    def coefficient_of(method: Mapping[str, Any]) -> dict[str, Any]:
        """The fields as they were saved."""
        given = method.get("coefficient") or {}
        return {
            "method_coefficients": " ".join(given.get("values", [])),
            "method_draw": given.get("draw", Draw.DERIVED.value),
        }

    def clean_method_coefficients(self) -> list[str]:
        """The values in their order."""
        texts = self.cleaned_data["method_coefficients"].replace("，", " ").replace(",", " ").split()
        values = coefficient_values(texts) if texts else []
        if values is None:
            raise forms.ValidationError(
                _("Write 2 to 100 different numbers above zero, separated by blanks: 0.95 0.96 0.97")
            )
        return values

    def coefficient(self) -> dict[str, Any] | None:
        """As the method keeps it; None where nothing is drawn."""
        values = self.cleaned_data["method_coefficients"]
        draw = self.cleaned_data["method_draw"] or Draw.DERIVED.value
        return {"values": values, "draw": draw} if values else None
