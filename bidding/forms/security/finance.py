"""What the finance desk hands in: bank files, proposals for lines, lists of refunds, and decisions on both."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import Boxes
from bidding.forms.security.files import SecurityFileField, file_given
from bidding.states.security import NO_DEPOSIT, LineKind

MOST_BYTES = 200 << 20
MOST = 1000
SELECT = {"class": "form-select"}
BACK, BOOK = "back", "book"
KINDS = {kind.value: kind for kind in NO_DEPOSIT}
CONFIRM, REFUSE = "confirm", "refuse"
PART = re.compile(r"^(?P<number>[0-9 ]{16,40})[\s:=]+(?P<amount>[0-9][0-9,]*(?:\.[0-9]{1,2})?)$")


class BankFileForm(DomainForm):
    """A statement of one collecting account, taken in as a whole or not at all."""

    account = forms.ChoiceField(label=gettext_lazy("Collecting account"), widget=forms.Select(attrs=SELECT))
    file = forms.FileField(
        label=gettext_lazy("Statement of the bank"),
        help_text=gettext_lazy(
            "camt.053 or camt.054 (XML), or the bank’s own CSV or XLSX. Take it as the bank gave it; do not open and "
            "save it again."
        ),
        allow_empty_file=True,
        max_length=400,
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.xlsx,.txt"}),
        error_messages={"required": gettext_lazy("No file chosen. Choose the statement of the bank.")},
    )
    dry_run = forms.BooleanField(
        label=gettext_lazy("Only check the file, change nothing"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """The file, unless it is far beyond what a bank writes."""
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 200 MB. Ask the bank for shorter periods.")
            )
        return upload


class ProposalForm(DomainForm):
    """What one person proposes for a line nobody could place by rule."""

    what = forms.ChoiceField(
        label=gettext_lazy("What should happen with it"), widget=forms.Select(attrs=SELECT)
    )
    parts = forms.CharField(
        label=gettext_lazy("Sub-accounts and sums, one a line"),
        help_text=gettext_lazy(
            "Number of the sub-account, a space, the sum: 6217 0001 0000 0000 0042 20000.00. "
            "The sums add up to the line. Only for booking."
        ),
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    order = forms.CharField(
        label=gettext_lazy("End-to-end id of the order"),
        help_text=gettext_lazy(
            "24 letters and digits, as on the refund list. Only for the answer to an order."
        ),
        required=False,
        max_length=35,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "What you have seen: the bank’s answer, a letter. The second person reads it."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    places = {"sub_account": "parts"}

    def __init__(self, *args: Any, receipt: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        deposit = [
            (BACK, gettext_lazy("Send it back to the account it came from")),
            (BOOK, gettext_lazy("Book it to sub-accounts, as written below")),
        ]
        none = [
            (LineKind.FEE.value, gettext_lazy("It is a fee of the bank, or one given back")),
            (LineKind.INTEREST.value, gettext_lazy("It is interest of the bank")),
            (
                LineKind.TRANSFER.value,
                gettext_lazy("It is the bank’s answer to an order of ours, as named below"),
            ),
        ]
        self.fields["what"].choices = [*deposit, *none] if receipt else none  # type: ignore[attr-defined]
        if not receipt:
            del self.fields["parts"]

    def clean(self) -> dict[str, Any]:
        """Parts as numbers and sums, each line on its own."""
        given = super().clean() or {}
        book = given.get("what") == BOOK
        lines = [line.strip() for line in given.get("parts", "").splitlines() if line.strip()] if book else []
        if book and not lines:
            self.add_error("parts", _("No sub-account named. Write its number and the sum."))
        given["kind"] = KINDS.get(given.get("what", ""))
        if given["kind"] is LineKind.TRANSFER and not given.get("order"):
            self.add_error("order", _("No order named. Write its end-to-end id."))
        given["split"] = [part for n, line in enumerate(lines, 1) if (part := self._part(n, line))]
        return given

    def _part(self, n: int, line: str) -> tuple[str, Decimal] | None:
        found = PART.match(line)
        if found is not None:
            return found["number"].replace(" ", ""), Decimal(found["amount"].replace(",", ""))
        told = _("Line %(n)s is not a number of a sub-account and a sum. Write both, with a space between.")
        self.add_error("parts", told % {"n": n})
        return None


class DecisionForm(DomainForm):
    """What the second person says: yes, or no, and why. Neither is chosen for anybody: a default would decide alone."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[
            ("", gettext_lazy("Not chosen yet")),
            (CONFIRM, gettext_lazy("I have checked it and confirm it")),
            (REFUSE, gettext_lazy("I refuse it")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    answer = forms.CharField(
        label=gettext_lazy("What you checked, or why not"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def given(self) -> dict[str, Any]:
        """As the services take it."""
        return {"confirm": self.cleaned_data["decision"] == CONFIRM, "answer": self.cleaned_data["answer"]}


class GuaranteeCheckForm(DomainForm):
    """What the issuer said of a guarantee, on paper or by telephone, as the first person heard it."""

    genuine = forms.TypedChoiceField(
        label=gettext_lazy("What the issuer says"),
        choices=[
            ("1", gettext_lazy("It is genuine, with this sum and these days")),
            ("0", gettext_lazy("It is not, or something differs")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(
        label=gettext_lazy("Who said so, when, on which number or paper"),
        help_text=gettext_lazy("Look the issuer’s number up yourself; do not take it from the guarantee."),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefundListForm(DomainForm):
    """Which of the sums due go on a list."""

    account = forms.CharField(widget=forms.HiddenInput)
    refunds = forms.MultipleChoiceField(
        label=gettext_lazy("Sums due back"),
        widget=Boxes,
        error_messages={"required": gettext_lazy("No sum chosen. Tick at least one.")},
    )

    def __init__(self, *args: Any, refunds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["refunds"].choices = refunds  # type: ignore[attr-defined]

    def chosen(self) -> list[UUID]:
        """The ids of the sums."""
        return [UUID(value) for value in self.cleaned_data["refunds"]]


class PayeeForm(DomainForm):
    """Where a sum goes whose bank line names no account, or whose refund came back."""

    name = forms.CharField(label=gettext_lazy("Payee"), max_length=200)
    account = forms.CharField(label=gettext_lazy("The payee’s account"), max_length=40)
    reason = forms.CharField(
        label=gettext_lazy("How it is shown that the money came from there"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = SecurityFileField(label=gettext_lazy("Proof: the bank’s letter, the payer’s slip"))
    places = {"security_file": "file"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        return file_given(dict(self.cleaned_data))


class RefundOrderForm(DomainForm):
    """In which form the bank takes the orders."""

    format = forms.ChoiceField(
        label=gettext_lazy("Form of the file"),
        choices=[("pain.001", "pain.001 (ISO 20022, XML)"), ("csv", "CSV")],
        widget=forms.Select(attrs=SELECT),
    )
