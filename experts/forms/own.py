"""What an expert tells of himself, and what he answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput
from experts.rules.packs import Code, pool_pack
from experts.selectors.pool import chinese
from experts.states.draw import SeatAnswer

SELECT = {"class": "form-select"}
ANSWERS = (SeatAnswer.ACCEPT, SeatAnswer.DECLINE, SeatAnswer.RECUSE, SeatAnswer.EXCUSE)


def code_choices(codes: Mapping[str, Code]) -> list[tuple[str, str]]:
    """The codes of a list of the pack with their words in the page's language."""
    return [(one.code, one.text_zh if chinese() else one.text_en) for one in codes.values()]


class AwayForm(DomainForm):
    """Days on which one cannot come."""

    first = forms.DateField(label=gettext_lazy("First day away"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("Last day away"), widget=DayInput())


class AnswerForm(DomainForm):
    """An answer to an invitation. The seat goes in the body of the post, never in an address: addresses are logged."""

    places: ClassVar[Mapping[str, str]] = {"reason": ""}

    seat = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput())
    answer = forms.ChoiceField(
        choices=[(one.value, one.value) for one in ANSWERS], widget=forms.HiddenInput()
    )
    reason = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())


class InterestForm(DomainForm):
    """A unit one must not judge."""

    unit = forms.CharField(
        label=pgettext_lazy("organisation", "Unit"),
        help_text=gettext_lazy("Its full name, as on its licence."),
        max_length=120,
    )
    code = forms.CharField(
        label=gettext_lazy("Unified social credit code (if known)"), max_length=30, required=False
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("How it stands to you"), widget=forms.Select(attrs=SELECT)
    )
    until = forms.DateField(
        label=gettext_lazy("Last day, if it is over"),
        help_text=gettext_lazy("Leave it empty while it lasts."),
        required=False,
        widget=DayInput(),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["relation"].choices = code_choices(pool_pack().relations)  # type: ignore[attr-defined]
