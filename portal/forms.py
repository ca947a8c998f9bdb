"""The search form: shapes only, every field may be left empty; a wrong value counts as not given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.words import TRADES

STAGES = (
    ("open", _("Open for bids")),
    ("opening", _("Opening")),
    ("evaluation", _("Evaluation and award")),
    ("ended", _("Unsuccessful or terminated")),
)
PERIODS = (
    ("1", _("Today")),
    ("3", _("Last three days")),
    ("7", _("Last week")),
    ("31", _("Last month")),
    ("366", _("Last year")),
)
AMOUNTS = (
    ("0-1000000", _("Below 1 million")),
    ("1000000-10000000", _("1 to 10 million")),
    ("10000000-", _("10 million and above")),
)
ANY = (("", _("Any")),)


class SearchForm(forms.Form):
    """What the home page is asked for; bound to GET."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    trade = forms.ChoiceField(required=False, choices=ANY + tuple(TRADES.items()))
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=ANY + STAGES)
    region = forms.ChoiceField(label=_("Region"), required=False)
    published = forms.ChoiceField(label=_("Time of publication"), required=False, choices=ANY + PERIODS)
    amount = forms.ChoiceField(label=_("Amount"), required=False, choices=ANY + AMOUNTS)
    closes = forms.ChoiceField(required=False, choices=(*ANY, ("today", ""), ("week", "")))
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def __init__(self, data: Mapping[str, Any], *, regions: list[tuple[str, str]]) -> None:
        """Offer the regions that have published tenders."""
        super().__init__(data, auto_id="f_%s")
        self.fields["region"].choices = [*ANY, *regions]  # type: ignore[attr-defined]

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields of the filter row, in the order people know from other platforms."""
        names = ["stage", "region", "published", "amount"]
        return [self[name] for name in names if name != "region" or len(self.fields["region"].choices) > 1]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The valid values only; what is wrong or empty is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class ReceiptCodeForm(forms.Form):
    """The number printed on a receipt; groups and case are put right here."""

    code = forms.CharField(required=False, max_length=40, strip=True)

    def clean_code(self) -> str:
        """Upper case in the groups of the print; anything but letters, digits and lines is refused."""
        code = str(self.cleaned_data["code"]).upper().replace(" ", "")
        if code and not re.fullmatch(r"[0-9A-Z-]{6,40}", code):
            raise forms.ValidationError(_("A receipt number has letters, digits and lines only."))
        return code

    def first_error(self) -> str:
        """The first problem, or nothing."""
        return next((str(errors[0]) for errors in self.errors.values()), "") if self.is_bound else ""


class LeafForm(forms.Form):
    """A leaf of the ledger as 64 hexadecimal characters; spaces are ignored."""

    leaf = forms.CharField(required=False, max_length=200, strip=True)

    def clean_leaf(self) -> str:
        """Lower case without spaces, else an error that says how many characters are there."""
        leaf = "".join(str(self.cleaned_data["leaf"]).split()).lower()
        if leaf and not re.fullmatch(r"[0-9a-f]{64}", leaf):
            raise forms.ValidationError(
                _("A leaf has 64 characters of 0-9 and a-f; this has %(count)s."), params={"count": len(leaf)}
            )
        return leaf

    def wanted(self) -> str:
        """What was asked for, as far as it could be read."""
        return str(self.cleaned_data["leaf"]) if self.is_valid() else str(self.data.get("leaf", ""))

    def first_error(self) -> str:
        """The first problem, or nothing."""
        return next((str(errors[0]) for errors in self.errors.values()), "")


class VerifyForm(forms.Form):
    """Paths of this site to verify: nothing of another origin is ever fetched."""

    bundle = forms.RegexField(required=False, regex=r"^/n/[^?#\\]+/bundle\.zip$", max_length=300)
    anchors = forms.RegexField(required=False, regex=r"^/t/[0-9a-f]{64}/anchors\.json$", max_length=300)

    def urls(self) -> dict[str, str]:
        """Both paths, or neither."""
        both = self.is_valid() and all(self.cleaned_data.values())
        names = ("bundle", "anchors")
        return {f"{name}_url": str(self.cleaned_data[name]) if both else "" for name in names}
