"""What is written when members are rated, an expert replies, and keepers ask for and decide a suspension."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import Boxes
from experts.forms.keeper import reason_field
from experts.rules.packs import pool_pack
from experts.selectors.pool import chinese


class MemberForm(DomainForm):
    """The rating of one member."""

    seat = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput())
    found = forms.MultipleChoiceField(
        label=gettext_lazy("What was found (nothing ticked: full marks)"), required=False, widget=Boxes()
    )
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        items = pool_pack().ratings.values()
        self.fields["found"].choices = [  # type: ignore[attr-defined]
            (one.code, f"{one.text_zh if chinese() else one.text_en} (−{one.points})") for one in items
        ]


class ReplyForm(DomainForm):
    """What an expert says to a rating."""

    text = forms.CharField(
        label=gettext_lazy("What you say to it"),
        help_text=gettext_lazy("Once, and it is not changed. The keepers of the pool read it."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SuspensionAskForm(DomainForm):
    """Why an expert should be suspended."""

    rating = forms.UUIDField(widget=forms.HiddenInput())
    reason = reason_field(gettext_lazy("Reason"))


class SuspensionDecideForm(DomainForm):
    """What the second keeper decides."""

    proposal = forms.UUIDField(widget=forms.HiddenInput())
    grant = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], widget=forms.HiddenInput())
    decision_no = forms.CharField(
        label=gettext_lazy("Number of the decision"), max_length=120, required=False
    )
