"""What owner and supervisor write about a bidder's security once the names have been read out."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from bidding.forms.security.files import SecurityFileField, file_given

MOST = 4000
SELECT = {"class": "form-select"}


class ForfeitureForm(DomainForm):
    """不予退还: whose security is kept, on which ground, by which decision."""

    organisation = forms.ChoiceField(label=gettext_lazy("Bidder"), widget=forms.Select(attrs=SELECT))
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        help_text=gettext_lazy(
            "Only a ground of the law or of the tender documents; anything else goes back."
        ),
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(
        label=gettext_lazy("What happened, and how it is proved"),
        help_text=gettext_lazy("The bidder and the supervisor read it."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    file = SecurityFileField(label=gettext_lazy("The decision, signed"))
    places = {"forfeit_ground": "ground", "forfeit_attribution": "ground", "security_file": "file"}

    def __init__(
        self, *args: Any, bidders: list[tuple[str, str]], grounds: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = bidders  # type: ignore[attr-defined]
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = file_given(dict(self.cleaned_data))
        chosen = UUID(data.pop("organisation"))
        return {**data, "organisation_id": chosen}


class HoldForm(DomainForm):
    """冻结: what must not go back for now, and by which paper."""

    organisation = forms.ChoiceField(
        label=gettext_lazy("Whose security"), required=False, widget=forms.Select(attrs=SELECT)
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[
            ("order", gettext_lazy("order of the supervisor")),
            ("complaint", gettext_lazy("complaint being handled")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    reference = forms.CharField(label=gettext_lazy("Number of the case or the order"), max_length=120)

    def __init__(self, *args: Any, bidders: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        everybody = ("", gettext_lazy("every bidder of this lot"))
        self.fields["organisation"].choices = [everybody, *bidders]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        chosen = self.cleaned_data["organisation"]
        facts = {key: self.cleaned_data[key] for key in ("ground", "reference")}
        return {**facts, "organisation_id": UUID(chosen) if chosen else None}
