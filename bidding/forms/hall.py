"""The shapes of what is handed in at an opening; what may be said, and when, the services decide."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import PaperField
from bidding.selectors.hall_log import INCIDENTS, PAUSES
from bidding.services.opening_object import MOST
from bidding.states import Finding

MOST_BYTES = 64 << 20
FINDINGS = [
    (Finding.REVOKED.value, gettext_lazy("Treated as revoked: the bidder’s cause; the deposit may be kept")),
    (
        Finding.WITHDRAWN.value,
        gettext_lazy("Treated as withdrawn: not the bidder’s cause; the deposit goes back"),
    ),
    (Finding.PLATFORM.value, gettext_lazy("The platform’s cause; the deposit goes back")),
]


class HandedIn(DomainForm):
    """A commit or a release: signed in the browser, or the file of the offline tool."""

    signed = forms.CharField(required=False, max_length=MOST_BYTES, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("File of the offline tool"),
        help_text=gettext_lazy("release-commit.json first, release.json when the page asks for it."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )

    def clean(self) -> dict[str, Any]:
        """The signed object, from whichever of the two was given."""
        given = super().clean() or {}
        upload = given.get("file")
        if upload is not None and (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large to be a release."))
        try:
            text = upload.read().decode("utf-8") if upload is not None else given.get("signed", "")
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        whole = isinstance(found, dict) and isinstance(found.get("body"), dict)
        if not whole or not isinstance(found.get("signatures"), list):
            raise forms.ValidationError(
                _(
                    "This is not a signed file. Choose release-commit.json or release.json as the tool wrote it."
                )
            )
        return {"body": found["body"], "signatures": found["signatures"]}


class SpokenForm(DomainForm):
    """An objection on the spot."""

    text = forms.CharField(
        label=gettext_lazy("What you object to"),
        help_text=gettext_lazy("Which bid, which item, and what you think should have been done."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(DomainForm):
    """The owner's answer on the spot."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        help_text=gettext_lazy("It is public at once and stands in the record."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class IncidentForm(DomainForm):
    """What stopped the opening, or that it goes on."""

    code = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[(code, gettext_lazy(INCIDENTS[code])) for code in PAUSES],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    note = forms.CharField(
        label=gettext_lazy("In one or two sentences"),
        help_text=gettext_lazy("Public. Say what is safe and when it goes on. Name no tenderer."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ResumeForm(DomainForm):
    """What has been done so that the opening can go on."""

    note = forms.CharField(
        label=gettext_lazy("What has been put right"),
        help_text=gettext_lazy("Public, with the time of the interruption."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AbsenceForm(DomainForm):
    """Why an officer does not release."""

    officer = forms.ChoiceField(
        label=gettext_lazy("Officer"), widget=forms.Select(attrs={"class": "form-select"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Public and by name. An absence stops nothing while enough officers are there."
        ),
        max_length=200,
    )

    def __init__(self, *args: Any, officers: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["officer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = officers

    def facts(self) -> dict[str, Any]:
        """Number and reason, as the service takes them."""
        return {"officer": int(self.cleaned_data["officer"]), "reason": self.cleaned_data["reason"]}


class AttributionForm(DomainForm):
    """Whose cause it is that a bid was not decrypted (20号令31)."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Whose cause"),
        choices=FINDINGS,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "What the evidence shows. The bidder, the supervisor and everyone else will read it."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    paper = PaperField(label=gettext_lazy("Evidence (if there is a paper)"), required=False)
