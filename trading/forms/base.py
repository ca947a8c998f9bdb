"""Fields the trading forms share: moments in Beijing's time, sums in yuan, yes or no or not yet said."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.keys import from_tool, is_tool_file
from accounts.rules.notices import BEIJING

MAX_SIGNED = 400_000
LONG = 4000


class MomentInput(forms.DateTimeInput):
    """A moment to the minute, by the browser's own picker."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment in Beijing's time, to the minute."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Beijing time."))
        super().__init__(
            widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **options
        )

    def prepare_value(self, value: Any) -> Any:
        """As the picker wants it, in Beijing's time."""
        return value.astimezone(BEIJING) if isinstance(value, datetime) and value.tzinfo else value


class MoneyField(forms.DecimalField):
    """Yuan with two places; blanks and commas between figures are left out."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Yuan, two places."))
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=18, decimal_places=2, min_value=0, widget=widget, **options)

    def to_python(self, value: Any) -> Any:
        """The sum without the separators people type."""
        if isinstance(value, str):
            value = value.replace(",", "").replace("，", "").replace(" ", "")
        return super().to_python(value)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not yet said: an answer nobody has given is not a no."""

    def __init__(self, **options: Any) -> None:
        said = [
            ("", gettext_lazy("Not stated yet")),
            ("yes", gettext_lazy("Yes")),
            ("no", gettext_lazy("No")),
        ]
        super().__init__(
            choices=said, coerce=lambda text: text == "yes", empty_value=None, required=False, **options
        )

    def prepare_value(self, value: Any) -> Any:
        """True, False and None as the choices name them."""
        return {True: "yes", False: "no", None: ""}.get(value, value)


def text_area(rows: int = 3) -> forms.Textarea:
    """A box for text."""
    return forms.Textarea(attrs={"rows": rows})


def lines(text: str) -> list[str]:
    """The lines in which something stands."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class SignedForm(DomainForm):
    """Signatures over several bodies, by name of the body, from browser or offline tool; ``signing`` is the panel."""

    signed = forms.CharField(
        label=gettext_lazy("Signatures"),
        help_text=gettext_lazy("What the offline tool gives out, as it stands."),
        max_length=MAX_SIGNED,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Nothing is signed yet. Choose your key and sign.")},
    )

    def __init__(self, *args: Any, signing: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.signing = signing

    def clean_signed(self) -> dict[str, list[dict[str, Any]]]:
        """Signatures by body, those of the tool compared with what is asked; the service asks whether they hold."""
        try:
            found = json.loads(self.cleaned_data["signed"])
        except (ValueError, RecursionError):
            found = None
        if is_tool_file(found):
            return from_tool(found, self.signing)
        if not isinstance(found, dict) or not all(is_signatures(rows) for rows in found.values()):
            raise forms.ValidationError(
                _("This is not a list of signatures. Sign again, or paste the whole file.")
            )
        if set(found) != {part["id"] for part in self.signing["parts"]}:
            raise forms.ValidationError(
                _("Signatures are missing. Sign again: every part is signed at once.")
            )
        return found

    def objects(self, bodies: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, dict[str, Any]]:
        """Bodies with their signatures, for the services."""
        given = self.cleaned_data["signed"]
        return {pk: {"body": body, "signatures": given[str(pk)]} for pk, body in bodies.items()}


def is_signatures(rows: Any) -> bool:
    """Whether something has the shape of signatures."""
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) for row in rows)
