"""Topics to follow, and the log of questions for what is secret."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms.base import DomainForm, choices
from accounts.rules.topics import region_topic
from accounts.states import InquiryWay


class FollowForm(DomainForm):
    """A topic, as a page gives it."""

    topic = forms.CharField(max_length=60, widget=forms.HiddenInput())
    places = {"topic": "topic"}


class RegionForm(DomainForm):
    """A region whose new tenders one wants to hear of."""

    region = forms.RegexField(
        regex=r"^[0-9]{6}$",
        label=gettext_lazy("Region code"),
        help_text=gettext_lazy("Six digits, for example 350100. You are told of every tender notice of it."),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("A region code has 6 digits.")},
    )
    places = {"topic": "region"}

    def clean(self) -> dict[str, Any]:
        """The region as a topic."""
        data = super().clean() or {}
        return {"topic": region_topic(data["region"])} if "region" in data else data


class InquiryForm(DomainForm):
    """Who asked for what is secret, how, when, about what."""

    asked_by = forms.CharField(label=gettext_lazy("Who asked"), max_length=120)
    office = forms.CharField(label=gettext_lazy("Office or unit"), required=False, max_length=200)
    way = forms.ChoiceField(label=gettext_lazy("How"))
    asked_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text=gettext_lazy("Beijing time."),
    )
    about = forms.CharField(label=gettext_lazy("Tender or project"), required=False, max_length=120)
    question = forms.CharField(
        label=gettext_lazy("What was asked"),
        help_text=gettext_lazy(
            "In the words used, as far as you remember them. Write no bidder’s name here."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["way"].choices = choices(InquiryWay)  # type: ignore[attr-defined]

    def clean_way(self) -> InquiryWay:
        """The way as the service takes it."""
        return InquiryWay(self.cleaned_data["way"])
