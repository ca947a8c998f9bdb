"""What owner and bidders write after the opening: award notice, contract, and the validity of bids."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput
from bidding.forms.security.files import SecurityFileField
from trading.rules.counting import end_of
from trading.services.outcomes import Terms

SELECT = {"class": "form-select"}
MOST = 1000


def _file(data: dict[str, Any], name: str) -> tuple[str, bytes]:
    upload = data.pop(name)
    return upload.name, upload.read()


class AwardForm(DomainForm):
    """The award notice, by the report of an evaluation held outside the platform."""

    winner = forms.ChoiceField(
        label=gettext_lazy("Awarded to"),
        help_text=gettext_lazy("As the report ranks them; bidders whose bid no longer stands are left out."),
        widget=forms.Select(attrs=SELECT),
    )
    outside_reason = forms.CharField(
        label=gettext_lazy("Why the evaluation was held outside"),
        help_text=gettext_lazy("Stands in the ledger with the award; the supervisor reads it."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    report_number = forms.CharField(label=gettext_lazy("Number of the evaluation report"), max_length=80)
    report_on = forms.DateField(label=gettext_lazy("Report signed on"), widget=DayInput())
    report = SecurityFileField(label=gettext_lazy("The evaluation report, signed by the panel"))
    notified_on = forms.DateField(label=gettext_lazy("Award notice sent on"), widget=DayInput())
    notice = SecurityFileField(label=gettext_lazy("The award notice as it was sent"))
    places = {"security_file": "report"}

    def __init__(self, *args: Any, bidders: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["winner"].choices = bidders  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        papers = {name: _file(data, name) for name in ("report", "notice")}
        winner = UUID(data.pop("winner"))
        return {**data, **papers, "winner_id": winner}


class ContractForm(DomainForm):
    """The contract as it was signed."""

    signed_on = forms.DateField(label=gettext_lazy("Signed on"), widget=DayInput())
    parties = forms.CharField(
        label=gettext_lazy("Between whom"),
        help_text=gettext_lazy("Full names of the parties, one a line."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Sum of the contract"), min_value=0, max_digits=18, decimal_places=2
    )
    duration = forms.CharField(
        label=gettext_lazy("Duration"),
        help_text=gettext_lazy("As the contract says it; in calendar days."),
        max_length=80,
        required=False,
    )
    bond = forms.DecimalField(
        label=gettext_lazy("Performance bond"),
        help_text=gettext_lazy("Yuan; empty when none was asked for."),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        required=False,
    )
    difference = forms.CharField(
        label=gettext_lazy("Why price or duration differ from the bid, if they do"),
        help_text=gettext_lazy("Published with the contract; the supervisor reads it."),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = SecurityFileField(label=gettext_lazy("The contract, signed by both"))
    places = {"security_file": "file"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        terms = Terms(data.pop("duration"), data.pop("bond") or Decimal(0), data.pop("difference"))
        return {"file": _file(data, "file"), "terms": terms, **data}


class ExtendForm(DomainForm):
    """The owner asks all bidders in writing to extend the validity of their bids."""

    until = forms.DateField(label=gettext_lazy("Valid until, new"), widget=DayInput())
    answer_by = forms.DateField(
        label=gettext_lazy("Answer by"),
        help_text=gettext_lazy("At the latest on the last day the bids are valid now."),
        widget=DayInput(),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=MOST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def given(self, last: datetime) -> dict[str, Any]:
        """As the service takes it: both days to their ends, the answer not after ``last``."""
        data = self.cleaned_data
        return {
            "extended_until": end_of(data["until"]),
            "answer_by": min(end_of(data["answer_by"]), last),
            "reason": data["reason"],
        }


class RefusalForm(DomainForm):
    """A bidder's letter that it does not extend the validity of its bid."""

    organisation = forms.ChoiceField(label=gettext_lazy("Bidder"), widget=forms.Select(attrs=SELECT))
    refused_on = forms.DateField(label=gettext_lazy("Day of the letter"), widget=DayInput())
    letter = SecurityFileField(label=gettext_lazy("The letter"))
    places = {"security_file": "letter"}

    def __init__(self, *args: Any, bidders: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = bidders  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        letter = _file(data, "letter")
        return {
            "organisation_id": UUID(data["organisation"]),
            "refused_on": data["refused_on"],
            "letter": letter,
        }


class ValidityForm(DomainForm):
    """A bidder's answer, given once."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            ("consent", gettext_lazy("We extend the validity of our bid; nothing else in it changes")),
            ("refuse", gettext_lazy("We do not extend it; our bid ends and our security comes back")),
        ],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
