"""What a caller writes down of one call."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms

from accounts.forms import DomainForm
from experts.states.calls import TryOutcome


class OutcomeForm(DomainForm):
    """How one call ended; a refusal with its reason."""

    places: ClassVar[Mapping[str, str]] = {"reason": ""}

    call = forms.UUIDField(widget=forms.HiddenInput())
    outcome = forms.ChoiceField(
        choices=[(one.value, one.value) for one in TryOutcome], widget=forms.HiddenInput()
    )
    reason = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
