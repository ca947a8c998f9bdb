"""The parts of an organisation's registration, and its papers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import Boxes, DayInput, DomainForm, PaperField, choices, sentence
from accounts.models import BasicAccount, Organisation
from accounts.rules import AccountFacts, uscc_findings, uscc_normalise
from accounts.states import OrganisationKind, RecordKind

OPEN_KINDS = (
    OrganisationKind.BIDDER,
    OrganisationKind.OWNER,
    OrganisationKind.AGENCY,
    OrganisationKind.OFFICER_BODY,
)
PARTS = ("unit", "contacts", "account")
CONTACT_ROWS = (1, 2, 3)
NAME_HINT = _("Exactly as on the licence.")


class CodeForm(DomainForm):
    """A unified social credit code by itself, for the check while it is typed."""

    code = forms.CharField(
        label=_("Unified social credit code"),
        help_text=_("18 characters, as on the licence. Checked when you leave the field."),
        max_length=40,
    )

    def clean_code(self) -> str:
        """The code as stored, or what is wrong with it."""
        code = uscc_normalise(self.cleaned_data["code"])
        if findings := uscc_findings(code):
            raise forms.ValidationError([sentence(finding) for finding in findings])
        return code


class KindsField(forms.MultipleChoiceField):
    """What the organisation registers as."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Registers as"),
            choices=lambda: choices(OrganisationKind, OPEN_KINDS),
            help_text=_("Several are possible, for example tenderer and owner."),
            widget=Boxes,
        )


class StartForm(CodeForm):
    """What a registration begins with; the code cannot be changed afterwards."""

    name = forms.CharField(label=_("Registered name"), help_text=NAME_HINT, max_length=200)
    kinds = KindsField()


class UnitForm(DomainForm):
    """The organisation itself."""

    name = forms.CharField(label=_("Registered name"), help_text=NAME_HINT, max_length=200)
    name_en = forms.CharField(label=_("English name, if there is one"), required=False, max_length=200)
    kinds = KindsField()
    legal_representative = forms.CharField(
        label=_("Legal representative"),
        help_text=_("The name only. Nobody has to come in person."),
        required=False,
        max_length=100,
    )
    region = forms.CharField(
        label=_("Region code"), help_text=_("Six digits, for example 350100."), required=False, max_length=6
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=300)
    parent_code = forms.CharField(
        label=_("Code of the superior authority, if there is one"),
        help_text=_("Its unified social credit code."),
        required=False,
        max_length=40,
    )
    affiliate_codes = forms.CharField(
        label=_("Codes of affiliates"),
        help_text=_(
            "Firms under one head, or of which one holds or manages the other, cannot bid for the same lot. "
            "One code a line."
        ),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @staticmethod
    def of(organisation: Organisation) -> dict[str, Any]:
        """The draft as it was saved."""
        names = ("name", "name_en", "kinds", "legal_representative", "region", "address", "parent_code")
        return {name: getattr(organisation, name) for name in names} | {
            "affiliate_codes": "\n".join(organisation.affiliate_codes)
        }

    def fields_given(self) -> dict[str, Any]:
        """For ``organisation_amend``."""
        data = dict(self.cleaned_data)
        data["affiliate_codes"] = data["affiliate_codes"].split()
        data["kinds"] = [OrganisationKind(kind) for kind in data["kinds"]]
        return data


class ContactsForm(DomainForm):
    """Whom to call; two different telephone numbers at least."""

    places: ClassVar[Mapping[str, str]] = {"contacts": "phone_2"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for row in CONTACT_ROWS:
            number = {"number": row}
            self.fields[f"name_{row}"] = forms.CharField(
                label=_("Contact %(number)s: name or post") % number, required=False, max_length=100
            )
            self.fields[f"phone_{row}"] = forms.CharField(
                label=_("Contact %(number)s: telephone") % number,
                required=False,
                max_length=30,
                widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            )
            self.fields[f"email_{row}"] = forms.EmailField(
                label=_("Contact %(number)s: e-mail, if there is one") % number, required=False
            )

    @staticmethod
    def of(organisation: Organisation) -> dict[str, Any]:
        """The draft as it was saved."""
        return {
            f"{key}_{number}": contact.get(key, "")
            for number, contact in enumerate(organisation.contacts, start=1)
            for key in ("name", "phone", "email")
        }

    def fields_given(self) -> dict[str, Any]:
        """For ``organisation_amend``: the rows in which something stands."""
        rows = [
            {key: self.cleaned_data[f"{key}_{row}"] for key in ("name", "phone", "email")}
            for row in CONTACT_ROWS
        ]
        return {"contacts": [row for row in rows if any(row.values())]}


class AccountForm(DomainForm):
    """The basic deposit account; its holder is the organisation itself."""

    places: ClassVar[Mapping[str, str]] = {"account": "number"}

    holder = forms.CharField(
        label=_("Holder"),
        help_text=_("The registered name itself: deposits are paid from here."),
        max_length=200,
    )
    number = forms.CharField(label=_("Account number"), max_length=40)
    bank = forms.CharField(label=_("Bank and branch"), max_length=200)
    cnaps = forms.CharField(
        label=_("Clearing number of the bank"), help_text=_("12 digits; the bank tells you."), max_length=20
    )
    permit = forms.CharField(
        label=_("Permit or record number, if there is one"), required=False, max_length=60
    )
    proof = PaperField(label=_("Proof of the account"), required=False)

    @staticmethod
    def of(account: BasicAccount | None) -> dict[str, Any]:
        """The account declared last."""
        names = ("holder", "number", "bank", "cnaps", "permit")
        return {name: getattr(account, name) for name in names} if account else {}

    def facts(self) -> AccountFacts:
        """For ``account_declare``."""
        data = self.cleaned_data
        return AccountFacts(
            data["holder"],
            data["number"].replace(" ", ""),
            data["bank"],
            data["cnaps"].replace(" ", ""),
            data["permit"],
        )


class PaperForm(DomainForm):
    """One item of the register of subjects."""

    kind = forms.ChoiceField(label=_("Kind of paper"))
    title = forms.CharField(
        label=_("What it certifies"),
        help_text=_("For example: general contracting for building works, class two."),
        max_length=200,
    )
    number = forms.CharField(
        label=_("Number"),
        help_text=_("As printed. May stay empty for past performance."),
        required=False,
        max_length=80,
    )
    holder = forms.CharField(
        label=_("Person it is issued to"),
        help_text=_("For registered constructors: the name."),
        required=False,
        max_length=100,
    )
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=DayInput())
    valid_to = forms.DateField(
        label=_("Last valid day"),
        help_text=_("We tell you 30, 7 and 1 days before."),
        required=False,
        widget=DayInput(),
    )
    file = PaperField(label=_("The scanned paper"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = choices(RecordKind)  # type: ignore[attr-defined]

    def fields_given(self) -> dict[str, Any]:
        """For ``record_add``, the file apart."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return data | {"kind": RecordKind(data["kind"])}
