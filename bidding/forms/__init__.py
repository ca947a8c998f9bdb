"""The shapes of what a bidder writes; what may be said, and until when, the services decide."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm

MOST = 4000


class QuestionForm(DomainForm):
    """A question about the documents."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "Everybody will read question and answer, nobody will read who asked. Do not name yourself in it."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ObjectionForm(DomainForm):
    """An objection to the documents."""

    request = forms.CharField(
        label=gettext_lazy("What you ask for"),
        help_text=gettext_lazy("Which clause, and what it should say instead."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    facts = forms.CharField(
        label=gettext_lazy("Facts and reasons"),
        help_text=gettext_lazy("What is wrong with the clause and which provision it offends."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
