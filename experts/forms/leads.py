"""What a supervisor writes about a lead."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from experts.forms.panel import Boxes
from experts.states import label
from experts.states.leads import LeadAction


class LeadForm(DomainForm):
    """The decision about one lead, on the evidence that was looked at."""

    evidence = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput())
    action = forms.TypedChoiceField(label=gettext_lazy("What you decide"), coerce=LeadAction, widget=Boxes())
    reason = forms.CharField(
        label=gettext_lazy("Why, in words"),
        help_text=gettext_lazy("What you read, whom you asked, what was said. It is kept and not changed."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, actions: Sequence[LeadAction], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["action"].choices = [(one.value, _(label(one))) for one in actions]  # type: ignore[attr-defined]
