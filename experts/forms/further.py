"""What the owner writes when it asks to name again for a panel named whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from experts.forms.keeper import SELECT
from experts.rules.naming import REASON
from experts.states import label
from experts.states.naming import FurtherCause
from trading.forms.base import MomentField, text_area


class FurtherForm(DomainForm):
    """Cause, reason, and when the evaluation now begins."""

    cause = forms.ChoiceField(label=gettext_lazy("Cause"), widget=forms.Select(attrs=SELECT))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody reads it once the supervisor has agreed. Name nobody."),
        max_length=REASON,
        widget=text_area(),
    )
    begins_at = MomentField(label=gettext_lazy("Evaluation begins"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cause"].choices = [("", "–"), *((one.value, _(label(one))) for one in FurtherCause)]  # type: ignore[attr-defined]
