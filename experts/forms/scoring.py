"""What the pages of scoring and report send, read and bounded before a service sees it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.forms import DomainForm
from experts.rules.sheets import Change
from experts.states import label
from experts.states.recall import RecallGround, StanceWord
from kernel.errors import RuleBroken
from trading.forms.base import MomentField

MOST = 4 << 20
"""A signed sheet of 1,000 bids and criteria is not larger."""
_CELLS = 1000


def _broken() -> RuleBroken:
    return RuleBroken(
        "malformed", gettext_noop("This page sent something that cannot be read. Open it again.")
    )


def json_read(data: bytes) -> dict[str, Any]:
    """The object a page's script sent; RuleBroken ``malformed`` for anything else."""
    try:
        value = json.loads(data) if len(data) <= MOST else None
    except ValueError as error:
        raise _broken() from error
    if not isinstance(value, dict):
        raise _broken()
    return value


def changes_read(value: dict[str, Any]) -> tuple[list[Change], str]:
    """Cells and the reason of a further look; RuleBroken ``malformed``."""
    rows, reason = value.get("changes"), value.get("reason", "")
    if not isinstance(rows, list) or len(rows) > _CELLS or not isinstance(reason, str):
        raise _broken()
    found = []
    for row in rows:
        texts = [row.get(name) for name in ("bid", "criterion", "note")] if isinstance(row, dict) else [None]
        mark = row.get("mark") if isinstance(row, dict) else None
        if not all(isinstance(one, str) for one in texts) or not (mark is None or isinstance(mark, str)):
            raise _broken()
        found.append(Change(str(texts[0]), str(texts[1]), mark, str(texts[2])))
    return found, reason


def signed_read(value: dict[str, Any]) -> dict[str, Any]:
    """The signed sheet and its lock; RuleBroken ``malformed``."""
    for name in ("sheet", "lock"):
        one = value.get(name)
        if not isinstance(one, dict) or not isinstance(one.get("body"), dict):
            raise _broken()
        if not isinstance(one.get("signatures"), list):
            raise _broken()
    return {"sheet": value["sheet"], "lock": value["lock"]}


class ReasonForm(DomainForm):
    """Why a sheet is kept as it is."""

    reason = forms.CharField(
        label=gettext_lazy("Why you keep your marks"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )


class TimeForm(DomainForm):
    """Until when the evaluation is planned now."""

    until = MomentField(
        label=gettext_lazy("The evaluation goes on until"),
        help_text=gettext_lazy("Beijing time. Later than planned so far."),
    )


class MattersForm(DomainForm):
    """What is to be settled before the contract is signed (12号令 42)."""

    matters = forms.CharField(
        label=gettext_lazy("To be settled before the contract is signed"),
        help_text=gettext_lazy("Stands in the report as it is. Leave it empty where there is nothing."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
    )


class StanceForm(DomainForm):
    """Sign the report, or dissent in writing (条例 53)."""

    stance = forms.ChoiceField(
        label=gettext_lazy("The report"),
        choices=(
            ("agree", gettext_lazy("I agree and sign it")),
            ("dissent", gettext_lazy("I do not agree; my reasons are below")),
        ),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Reasons for not agreeing"),
        help_text=gettext_lazy("They stand in the report. Needed only if you do not agree."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
    )

    def clean(self) -> dict[str, Any]:
        """A dissent has its reasons."""
        data = super().clean() or {}
        if data.get("stance") == StanceWord.DISSENT.value and not data.get("note"):
            self.add_error("note", _("Say in writing why you do not agree."))
        return data


class RecallForm(DomainForm):
    """Why the panel is called back."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=lambda: [(one.value, _(label(one))) for one in RecallGround],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    evidence = forms.CharField(
        label=gettext_lazy("SHA-256 of the evidence"),
        help_text=gettext_lazy("64 digits and letters a–f. Leave it empty where there is no file."),
        required=False,
        max_length=64,
    )
