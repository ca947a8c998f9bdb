"""What a device hands in to a draw: one signed object, from the page's script or as a file."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm

MOST_BYTES = 4 << 20


class SignedObjectForm(DomainForm):
    """A body with its signatures: ``signed`` as the script gives it, or ``file`` as a tool wrote it."""

    signed = forms.CharField(required=False, max_length=MOST_BYTES, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("Signed file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )

    def clean(self) -> dict[str, Any]:
        """``{"body", "signatures"}``, from whichever of the two was given."""
        given = super().clean() or {}
        upload = given.get("file")
        if upload is not None and (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large to be a signed object."))
        try:
            text = upload.read().decode("utf-8") if upload is not None else given.get("signed", "")
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        whole = isinstance(found, dict) and isinstance(found.get("body"), dict)
        signatures = found.get("signatures") if isinstance(found, dict) else None
        if not whole or not isinstance(signatures, list) or not all(isinstance(s, dict) for s in signatures):
            raise forms.ValidationError(
                _("This is not a signed file. Choose the file as your device or the tool wrote it.")
            )
        return {"body": found["body"], "signatures": signatures}


class OfficerKeyForm(DomainForm):
    """An officer's signed object of its own keys: made in the browser, or by the offline tool."""

    signed = forms.JSONField(
        label=gettext_lazy("What the offline tool gives out"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Nothing was handed in. Make the key on this page, or paste the file."),
            "invalid": gettext_lazy("This is not what the tool gave out. Paste the whole file."),
        },
    )
    automated = forms.BooleanField(
        label=gettext_lazy("A program of my organisation will act for me with this key"), required=False
    )

    def clean_signed(self) -> dict[str, Any]:
        """``{"body", "signatures"}``, or a refusal in words."""
        found = self.cleaned_data["signed"]
        whole = isinstance(found, dict) and isinstance(found.get("body"), dict)
        if not whole or not isinstance(found.get("signatures"), list):
            raise forms.ValidationError(_("This is not what the tool gave out. Paste the whole file."))
        return {"body": found["body"], "signatures": found["signatures"]}
