"""What a bidder writes of a change of itself after the opening."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms.base import DayInput, choices
from accounts.states import ChangeKind
from bidding.forms import PaperForm

MOST = 4000


class ChangeForm(PaperForm):
    """Kind, day, facts, the name afterwards, and a file that proves it."""

    field_order = ("kind", "happened_on", "facts", "new_name", "file")

    kind = forms.ChoiceField(label=gettext_lazy("What has happened"))
    happened_on = forms.DateField(label=gettext_lazy("Day it took effect"), widget=DayInput())
    facts = forms.CharField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy(
            "Which firms take part, who takes over the bid, and whether qualification, licences and project "
            "manager stay."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    new_name = forms.CharField(
        label=gettext_lazy("Name afterwards, if it is another"), required=False, max_length=200
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = choices(ChangeKind)  # type: ignore[attr-defined]

    def clean_kind(self) -> ChangeKind:
        """The kind as the service takes it."""
        return ChangeKind(self.cleaned_data["kind"])
