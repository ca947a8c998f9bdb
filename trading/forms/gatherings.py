"""O7 and O10: the notice in its media, visits of the site, officers' absences."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput, PaperField
from trading.forms.base import LONG, MomentField, text_area
from trading.services import Paper

MEETINGS = {
    "visit": gettext_lazy("Visit of the site"),
    "meeting": gettext_lazy("Meeting before bids"),
}


class MeetingForm(DomainForm):
    """When and where; everybody who took the documents is invited, in the same words."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(MEETINGS.items()))
    starts_at = MomentField(label=gettext_lazy("Begins at"))
    place = forms.CharField(label=gettext_lazy("Meeting point"), max_length=300)
    note = forms.CharField(
        label=gettext_lazy("What to bring, whom to call on the spot"),
        help_text=gettext_lazy("It is published. Ask for no names and no confirmation."),
        required=False,
        max_length=LONG,
        widget=text_area(),
    )
    invited = forms.ChoiceField(
        label=gettext_lazy("Who is invited"),
        choices=[
            ("all", gettext_lazy("Everybody who took the documents")),
            ("some", gettext_lazy("Some of them only")),
        ],
    )
    places = {"meeting_kind": "kind"}


class MediaForm(DomainForm):
    """One medium of the notice: the page, since when, a picture of it."""

    medium = forms.ChoiceField(label=gettext_lazy("Medium"))
    url = forms.CharField(
        label=gettext_lazy("Address of the page"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    seen_at = MomentField(label=gettext_lazy("Published there at"))
    file = PaperField(label=gettext_lazy("Picture of the page"), required=False)

    def __init__(self, *args: Any, media: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["medium"].choices = [("", _("Choose")), *((name, name) for name in media)]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """For the service."""
        data = dict(self.cleaned_data)
        upload = data.pop("file")
        return data | {"paper": Paper(upload.name, upload.read()) if upload else None}


class AbsenceForm(DomainForm):
    """The days one cannot come."""

    from_day = forms.DateField(label=gettext_lazy("Away from"), widget=DayInput())
    until_day = forms.DateField(
        label=gettext_lazy("Away until"),
        help_text=gettext_lazy("Both days included. The owner sees it when it postpones an opening."),
        widget=DayInput(),
    )
