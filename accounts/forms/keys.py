"""What a browser sends about keys: public halves and signatures, never a private one."""

import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DomainForm
from accounts.models import SigningKey
from accounts.services.keys import fingerprint

MAX_SIGNATURES_TEXT = 60_000
MAX_PEM = 40_000
MAX_CHAIN = 4


class SignedForm(DomainForm):
    """Signatures made in the browser or brought from the offline tool."""

    signatures = forms.CharField(
        label=gettext_lazy("Signatures"),
        required=False,
        max_length=MAX_SIGNATURES_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_signatures(self) -> list[dict[str, Any]]:
        """The signatures, or what is wrong with the text; whether they hold is asked by the service."""
        try:
            found = json.loads(self.cleaned_data["signatures"] or "[]")
        except ValueError:
            found = None
        if isinstance(found, dict):
            found = found.get("signatures")
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise forms.ValidationError(
                _("This is not a list of signatures. Sign again, or paste the whole file.")
            )
        if not found:
            raise forms.ValidationError(_("Nothing is signed yet. Choose your key and sign."))
        return found


class ChainField(forms.CharField):
    """A certificate chain as PEM text; its value is DER in hex, leaf first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=MAX_PEM, widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), **options
        )

    def clean(self, value: Any) -> Any:
        """The chain, or what is wrong with the text."""
        text = super().clean(value).strip()
        if not text:
            return []
        try:
            chain = x509.load_pem_x509_certificates(text.encode())
        except ValueError:
            raise forms.ValidationError(
                _("The chain cannot be read. Paste the text from BEGIN CERTIFICATE to END CERTIFICATE.")
            ) from None
        if len(chain) > MAX_CHAIN:
            raise forms.ValidationError(_("A chain has at most %(most)s certificates.") % {"most": MAX_CHAIN})
        return [certificate.public_bytes(Encoding.DER).hex() for certificate in chain]


class CertificateForm(DomainForm):
    """A new certificate for a key which is registered already."""

    certificates = ChainField(
        label=gettext_lazy("Certificate chain (PEM)"),
        help_text=gettext_lazy("Leaf first. The leaf must be for this key and valid now."),
    )


class KeyRequestForm(SignedForm):
    """A new key: its public half, a name for it, its own signature as proof, and perhaps a certificate."""

    label = forms.CharField(
        label=gettext_lazy("Name of the key"),
        help_text=gettext_lazy("So that you can tell keys apart, for example: laptop of the bidding desk."),
        max_length=60,
    )
    spki = forms.RegexField(
        regex=r"^[0-9a-f]{2,8192}$",
        max_length=8192,
        widget=forms.HiddenInput(),
        error_messages={"required": gettext_lazy("No key has been made yet. Make the key first.")},
    )
    certificates = ChainField(
        label=gettext_lazy("Certificate chain (PEM), if you have one"),
        help_text=gettext_lazy("Leaf first. The leaf must be for the key made here."),
        required=False,
    )
    field_order = ("label", "spki", "certificates", "signatures")


class KeyLossForm(DomainForm):
    """Which key is gone, which takes its place, and what happened."""

    old = forms.ChoiceField(label=gettext_lazy("Key that is lost"))
    new = forms.ChoiceField(
        label=gettext_lazy("Key that takes its place"),
        help_text=gettext_lazy("It may then replace or withdraw the bids of the lost one."),
    )
    report = forms.CharField(
        label=gettext_lazy("How it was lost"),
        help_text=gettext_lazy(
            "When and how. The ledger keeps the hash of this text, the desk keeps the text."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    places = {"reason": "report"}

    def __init__(self, *args: Any, keys: list[SigningKey], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(key.spki, f"{key.label} · {fingerprint(key.spki)}".lstrip(" ·")) for key in keys]
        for field in ("old", "new"):
            self.fields[field].choices = named  # type: ignore[attr-defined]
