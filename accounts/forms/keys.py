"""What a browser sends about keys: public halves and signatures, never a private one."""

import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DomainForm, sentence
from accounts.models import SigningKey
from accounts.rules.offline import tool_signatures
from accounts.rules.signed import fingerprint
from kernel.errors import Finding, RuleBroken
from protocol import bodies, canonical, papers
from protocol.errors import ProtocolError

MAX_SIGNATURES_TEXT = 60_000
MAX_PEM = 40_000
MAX_CHAIN = 4
SIGNED_REQUEST = bodies.record(body=papers.PAPERS[papers.KEY_REQUEST], signatures=bodies.SIGNATURES)


class SignedForm(DomainForm):
    """Signatures over one body: made in the browser, or the file of the offline tool. ``signing`` is the panel's."""

    signatures = forms.CharField(
        label=gettext_lazy("Signatures"),
        help_text=gettext_lazy("The file which the tool wrote, as it stands."),
        required=False,
        max_length=MAX_SIGNATURES_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, signing: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.signing = signing

    def clean_signatures(self) -> list[dict[str, Any]]:
        """The signatures, or what is wrong with the text; those of the tool are compared with what is asked."""
        try:
            found = json.loads(self.cleaned_data["signatures"] or "[]")
        except (ValueError, RecursionError):
            found = None
        if self.signing is not None and is_tool_file(found):
            [signatures] = from_tool(found, self.signing).values()
            return signatures
        if isinstance(found, dict):
            found = found.get("signatures")
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise forms.ValidationError(
                _("This is not a list of signatures. Sign again, or paste the whole file.")
            )
        if not found:
            raise forms.ValidationError(_("Nothing is signed yet. Choose your key and sign."))
        return found


def is_tool_file(found: Any) -> bool:
    """Whether this JSON is what the offline tool writes for a page."""
    return isinstance(found, dict) and "parts" in found


def from_tool(found: dict[str, Any], signing: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The tool's signatures by part; a refusal is said at the field."""
    try:
        return tool_signatures(found, signing["parts"], signing["spkis"])
    except RuleBroken as refusal:
        said = Finding(refusal.code, refusal.message, data=refusal.data)
        raise forms.ValidationError(sentence(said)) from None


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
    """A new key: its public half, a name for it, its own signature as proof, and perhaps a certificate.

    ``made`` is the same from the offline tool, in one file; ``org`` is the code of whoever asks.
    """

    label = forms.CharField(
        label=gettext_lazy("Name of the key"),
        help_text=gettext_lazy("So that you can tell keys apart, for example: laptop of the bidding desk."),
        max_length=60,
    )
    spki = forms.RegexField(
        regex=r"^[0-9a-f]{2,8192}$",
        max_length=8192,
        required=False,
        widget=forms.HiddenInput(),
    )
    certificates = ChainField(
        label=gettext_lazy("Certificate chain (PEM), if you have one"),
        help_text=gettext_lazy("Leaf first. The leaf must be for the key made here."),
        required=False,
    )
    made = forms.CharField(
        label=gettext_lazy("key-request.json"),
        help_text=gettext_lazy("The file which the tool wrote, as it stands."),
        required=False,
        max_length=MAX_SIGNATURES_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )
    field_order = ("label", "spki", "certificates", "made", "signatures")

    def __init__(self, *args: Any, org: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.org = org

    def clean_made(self) -> dict[str, Any] | None:
        """Body and signatures of the tool's request, or what is wrong with it; None when none was pasted."""
        text = self.cleaned_data["made"].strip()
        if not text:
            return None
        try:
            found = canonical.decode_loose(text.encode("utf-8", "replace"))
            SIGNED_REQUEST(found, "key-request.json")
        except ProtocolError as error:
            raise forms.ValidationError(
                _("This is not the file which the tool wrote (%(why)s). Paste the whole file, unchanged.")
                % {"why": error.message}
            ) from None
        if found["body"]["org"] != self.org:
            raise forms.ValidationError(
                _("This request is of the organisation %(given)s. Make it again with --org %(wanted)s.")
                % {"given": found["body"]["org"], "wanted": self.org}
            )
        return dict(found)

    def clean_signatures(self) -> list[dict[str, Any]]:
        """The browser's proof, unless the tool's was pasted."""
        made = self.cleaned_data.get("made")
        if made:
            return list(made["signatures"])
        return [] if self.errors.get("made") else super().clean_signatures()

    def clean(self) -> dict[str, Any]:
        """The tool's key in the place of the browser's."""
        given = super().clean() or self.cleaned_data
        made = given.pop("made", None)
        if made:
            given["spki"] = made["body"]["spki"]
        elif not given.get("spki") and not self.errors:
            self.add_error("spki", _("No key has been made yet. Make the key first."))
        return given


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
