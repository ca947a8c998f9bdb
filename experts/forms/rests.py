"""What chair, desk and supervisor write about a panel that rests."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from experts.forms.panel import LINES, SELECT
from experts.states.rest import LABELS, RestCause
from trading.forms.base import MomentField


class AdjournForm(DomainForm):
    """Why and until when the panel rests."""

    cause = forms.ChoiceField(
        label=gettext_lazy("Why the panel rests"),
        choices=[(one.value, gettext_lazy(LABELS[RestCause][one])) for one in RestCause],
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(
        label=gettext_lazy("In words, where it is another cause"),
        help_text=gettext_lazy("Owner and supervisor read it: no name, and nothing out of the bids."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LINES),
    )
    until = MomentField(
        label=gettext_lazy("The panel resumes at"),
        help_text=gettext_lazy("Beijing time; at most 7 days from now. It does not resume before."),
    )


class SealForm(DomainForm):
    """The numbers of the seals."""

    seals = forms.CharField(
        label=gettext_lazy("Numbers of the seals on room and cabinet"),
        help_text=gettext_lazy(
            "As the other office has given them, or gives them next: the same, in the same order."
        ),
        required=False,
        max_length=200,
    )


class UnbrokenForm(DomainForm):
    """Nothing to fill in: the button says it."""


class BrokenForm(DomainForm):
    """What was found."""

    reason = forms.CharField(
        label=gettext_lazy("What you found"), max_length=500, widget=forms.Textarea(attrs=LINES)
    )


class DecideForm(DomainForm):
    """Why the panel may go on."""

    reason = forms.CharField(
        label=gettext_lazy("Why the panel may go on all the same"),
        max_length=500,
        widget=forms.Textarea(attrs=LINES),
    )
