"""What owner and supervisor write for experts who are named; what may be, the services decide."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import PaperField
from experts.forms.keeper import SELECT
from experts.rules.naming import REASON, Named, NamingAsked
from experts.selectors.named import feature_word
from experts.selectors.naming_page import NamingPage
from trading.forms.base import text_area

QUIET = {"autocomplete": "off", "spellcheck": "false"}
MOST = 12
"""Seats the form offers at once."""


class NamingForm(DomainForm):
    """The owner names experts: a name and a record number for each open seat, why, and who confirms."""

    places: ClassVar[dict[str, str]] = {"named": "name_1", "consent": "file"}

    feature = forms.ChoiceField(
        label=gettext_lazy("What makes this project a special one"), widget=forms.Select(attrs=SELECT)
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public once the draw is open. Name nobody."),
        max_length=REASON,
        widget=text_area(),
    )
    second = forms.ChoiceField(
        label=gettext_lazy("Who of your organisation confirms"),
        help_text=gettext_lazy("Of the owner only you and this person read whom you name."),
        widget=forms.Select(attrs=SELECT),
    )
    file = PaperField(label=gettext_lazy("Written consent"))

    def __init__(self, *args: Any, seen: NamingPage, **options: Any) -> None:
        super().__init__(*args, **options)
        rule = seen.rule
        if seen.draw is None:
            self.fields["reason"].help_text = _("Public once the members are called in. Name nobody.")
        self.seats = [(code, word) for code, word, number in seen.open for _place in range(number)][:MOST]
        self.fields["feature"].choices = [("", "–"), *_features(rule.features if rule else ())]  # type: ignore[attr-defined]
        self.fields["second"].choices = [("", "–"), *seen.seconds]  # type: ignore[attr-defined]
        for place, (_code, word) in enumerate(self.seats, start=1):
            for part, text in (("name", _("Expert")), ("code", _("Record number"))):
                self.fields[f"{part}_{place}"] = forms.CharField(
                    label=f"{text} {place} · {word}",
                    max_length=80,
                    required=False,
                    widget=forms.TextInput(attrs=QUIET),
                )
        if seen.consent:
            self.fields["file"].label = _("Written consent of %(body)s") % {"body": seen.consent}
        else:
            del self.fields["file"]

    def asked(self, consent: str) -> NamingAsked:
        """For the service; ``consent`` is the hash of the paper. Seats left empty are not named for."""
        data, rows = self.cleaned_data, []
        for place, (specialty, _word) in enumerate(self.seats, start=1):
            name, code = data[f"name_{place}"].strip(), data[f"code_{place}"].strip()
            if name or code:
                rows.append(Named(specialty, name, code))
        return NamingAsked(data["feature"], data["reason"], consent, rows)


class RefuseNamingForm(DomainForm):
    """Why the supervisor refuses."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        help_text=gettext_lazy("The owner reads it. Name nobody."),
        max_length=REASON,
        widget=text_area(),
    )


def _features(codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, feature_word(code)) for code in codes]
