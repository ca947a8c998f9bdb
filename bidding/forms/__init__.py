"""The shapes of what a bidder writes; what may be said, and until when, the services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from trading.rules.stripping import MEDIA_TYPES
from trading.services import Paper

MOST = 4000


class PaperForm(DomainForm):
    """A text that may come with a file, whose maker is taken out before it is stored."""

    file = forms.FileField(
        label=gettext_lazy("File, if one is needed"),
        help_text=gettext_lazy(
            "PDF, DOCX, XLSX, PNG or JPEG, at most 10 MB. Author, company and other properties are taken out; "
            "what the pages themselves say stays."
        ),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES)}),
    )

    def given(self) -> dict[str, Any]:
        """For the services: the texts, and the file as ``paper``."""
        data = dict(self.cleaned_data)
        upload = data.pop("file")
        return data | {"paper": Paper(upload.name, upload.read()) if upload else None}


class QuestionForm(PaperForm):
    """A question about the documents."""

    field_order = ("text", "file")

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy(
            "Everybody will read question and answer, nobody will read who asked. Do not name yourself in it."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ObjectionForm(PaperForm):
    """An objection to the documents."""

    field_order = ("request", "facts", "file")

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
