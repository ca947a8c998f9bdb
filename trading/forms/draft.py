"""O3 and O4: the data sheet of the tender, its lots, its documents. The data sheet is the form."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import Boxes
from trading.forms.base import LONG, MomentField, MoneyField, YesNoField, lines, text_area
from trading.forms.coefficients import CoefficientForm
from trading.models import DOCUMENT_KINDS, Lot, Tender
from trading.services import LotFields, TenderFields
from trading.services.document_add import MEDIA_TYPES

KINDS = {
    "data_sheet": gettext_lazy("Data sheet of the instructions to tenderers"),
    "method": gettext_lazy("Evaluation method and grounds of rejection"),
    "boq": gettext_lazy("Bill of quantities"),
    "drawings": gettext_lazy("Drawings"),
    "contract": gettext_lazy("Contract conditions"),
    "specification": gettext_lazy("Technical standards and requirements"),
    "other": gettext_lazy("Other"),
}
FORMS = {
    "transfer": gettext_lazy("transfer"),
    "guarantee": gettext_lazy("bank guarantee"),
    "e_guarantee": gettext_lazy("electronic guarantee"),
    "insurance": gettext_lazy("surety insurance"),
    "cheque": gettext_lazy("cheque"),
    "draft": gettext_lazy("bank draft"),
    "cash": gettext_lazy("cash"),
}
METHODS = {
    "lowest_evaluated": gettext_lazy("lowest evaluated price"),
    "comprehensive": gettext_lazy("comprehensive evaluation"),
}
ROUNDINGS = {
    "half_up": gettext_lazy("half up"),
    "half_even": gettext_lazy("half to even"),
    "floor": gettext_lazy("down"),
}
SUBJECT_WORDS = {
    "works": gettext_lazy("works"),
    "goods": gettext_lazy("goods"),
    "services": gettext_lazy("services"),
}
FIXED = {
    "provisional_sum": gettext_lazy("Provisional sum"),
    "provisional_price": gettext_lazy("Provisional price of materials and works"),
    "safety_fee": gettext_lazy("Safety and civilised-site fee"),
}
SHEET = (
    *(
        "title",
        "title_en",
        "subject",
        "summary",
        "summary_en",
        "owner_address",
        "place",
        "obtain_documents",
        "contact",
    ),
    *(
        "consortium_allowed",
        "max_lots_won",
        "documents_from",
        "documents_until",
        "questions_until",
        "note",
        "note_en",
    ),
)
QUALITIES = ("合格", "优良")


def optional(label: Any, most: int = 300, **options: Any) -> forms.CharField:
    """A text that may stay empty in a draft."""
    return forms.CharField(label=label, required=False, max_length=most, **options)


class SheetForm(DomainForm):
    """What the data sheet says of the whole tender."""

    headings = {
        "title": gettext_lazy("What is tendered"),
        "consortium_allowed": gettext_lazy("Consortia and number of lots"),
        "obtain_documents": gettext_lazy("Documents and questions"),
        "published_in": gettext_lazy("The notice itself"),
    }

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    title_en = optional(gettext_lazy("Title in English"), 200)
    subject = forms.TypedChoiceField(
        label=gettext_lazy("What is bought"),
        help_text=gettext_lazy("The law of evaluation methods differs by it."),
        choices=list(SUBJECT_WORDS.items()),
        initial="works",
        required=False,
        empty_value="works",
    )
    summary = optional(gettext_lazy("Scope and scale"), LONG, widget=text_area())
    summary_en = optional(gettext_lazy("Scope and scale in English"), LONG, widget=text_area())
    owner_address = optional(gettext_lazy("Owner’s address"))
    place = optional(gettext_lazy("Place of the works"))
    contact = optional(gettext_lazy("Whom to call"), help_text=gettext_lazy("Name and telephone."))
    consortium_allowed = YesNoField(label=gettext_lazy("May consortia bid?"))
    max_lots_won = forms.IntegerField(
        label=gettext_lazy("Lots one bidder may win at most"),
        help_text=gettext_lazy("Empty: as many as it bids for."),
        required=False,
        min_value=1,
        max_value=99,
    )
    obtain_documents = optional(
        gettext_lazy("How to get the documents"), initial=gettext_lazy("On this platform, free of charge")
    )
    documents_from = MomentField(label=gettext_lazy("Documents from"), required=False)
    documents_until = MomentField(
        label=gettext_lazy("Documents until"),
        help_text=gettext_lazy("Five days at least; Beijing time."),
        required=False,
    )
    questions_until = MomentField(label=gettext_lazy("Questions until"), required=False)
    published_in = optional(
        gettext_lazy("Media of the notice"),
        2000,
        widget=text_area(),
        help_text=gettext_lazy("One a line. The text must be the same everywhere."),
    )
    note = optional(gettext_lazy("Note, if there is one"), LONG, widget=text_area(2))
    note_en = optional(gettext_lazy("Note in English"), LONG, widget=text_area(2))

    @staticmethod
    def of(tender: Tender) -> dict[str, Any]:
        """The draft as it was saved."""
        return {name: getattr(tender, name) for name in SHEET} | {"published_in": "\n".join(tender.media)}

    def fields_given(self) -> TenderFields:
        """For the services."""
        data = self.cleaned_data
        return TenderFields(**{name: data[name] for name in SHEET}, media=lines(data["published_in"]))


class LotForm(CoefficientForm):
    """What the data sheet says of one lot."""

    headings = {
        "name": gettext_lazy("What is built or bought"),
        "estimate": gettext_lazy("Price limits and fixed sums"),
        "duration_days": gettext_lazy("What a bid must meet"),
        "deposit_amount": gettext_lazy("Deposit and bond"),
        "method_kind": gettext_lazy("How bids are evaluated"),
    }
    field_order = (
        *("name", "name_en", "scope", "scope_en", "estimate", "estimate_public", "ceiling", "ceiling_method"),
        *("provisional_sum", "provisional_price", "safety_fee", "duration_days", "quality", "qualification"),
        *("manager_class", "validity_days", "deposit_amount", "deposit_forms", "bond_percent", "method_kind"),
        *("method_criteria", "method_formula", "method_coefficients", "method_draw"),
    )

    name = forms.CharField(label=gettext_lazy("Name of the lot"), max_length=200)
    name_en = optional(gettext_lazy("Name in English"), 200)
    scope = optional(gettext_lazy("Scope"), LONG, widget=text_area())
    scope_en = optional(gettext_lazy("Scope in English"), LONG, widget=text_area())
    estimate = MoneyField(
        label=gettext_lazy("Estimate"),
        help_text=gettext_lazy("Yuan. The deposit may be two per cent of it at most."),
        required=False,
    )
    estimate_public = forms.BooleanField(label=gettext_lazy("Publish the estimate"), required=False)
    ceiling = MoneyField(label=gettext_lazy("Ceiling price"), required=False)
    ceiling_method = optional(gettext_lazy("Or: how the ceiling is computed"), LONG, widget=text_area(2))
    provisional_sum = MoneyField(label=FIXED["provisional_sum"], required=False)
    provisional_price = MoneyField(label=FIXED["provisional_price"], required=False)
    safety_fee = MoneyField(
        label=FIXED["safety_fee"],
        help_text=gettext_lazy("Yuan. Tenderers repeat these three to the cent."),
        required=False,
    )
    duration_days = forms.IntegerField(
        label=gettext_lazy("Duration in calendar days"), required=False, min_value=1, max_value=20_000
    )
    quality = forms.ChoiceField(label=gettext_lazy("Quality standard"), required=False)
    qualification = optional(gettext_lazy("Qualification class and grade"))
    manager_class = optional(gettext_lazy("Grade and specialty of the project manager"))
    validity_days = forms.IntegerField(
        label=gettext_lazy("Validity of bids in days"),
        help_text=gettext_lazy("From the deadline."),
        required=False,
        min_value=1,
        max_value=1000,
    )
    deposit_amount = MoneyField(label=gettext_lazy("Bid deposit"), required=False)
    deposit_forms = forms.MultipleChoiceField(
        label=gettext_lazy("Forms of the deposit"), required=False, choices=list(FORMS.items()), widget=Boxes
    )
    bond_percent = forms.DecimalField(
        label=gettext_lazy("Performance bond, per cent of the contract"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    method_kind = forms.ChoiceField(
        label=gettext_lazy("Evaluation method"),
        required=False,
        choices=[("", gettext_lazy("Not chosen yet")), *METHODS.items()],
    )
    method_criteria = optional(
        gettext_lazy("Criteria"),
        LONG,
        widget=text_area(4),
        help_text=gettext_lazy("One a line: name; most points. For example: price; 60"),
    )
    method_formula = optional(gettext_lazy("Formula of the price score"), 1000, widget=text_area(2))
    method_places = forms.TypedChoiceField(
        label=gettext_lazy("Scores are kept to"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("Not chosen yet")),
            ("2", gettext_lazy("two places")),
            ("3", gettext_lazy("three places")),
            ("4", gettext_lazy("four places")),
        ],
    )
    method_mode = forms.ChoiceField(
        label=gettext_lazy("Rounded"), required=False, choices=list(ROUNDINGS.items())
    )
    method_tie = optional(
        gettext_lazy("What decides a tie"),
        1000,
        widget=text_area(),
        help_text=gettext_lazy("One step a line, in order. For example: lower price"),
    )
    method_candidates = forms.IntegerField(
        label=gettext_lazy("Candidates to be ranked"),
        help_text=gettext_lazy("One to three."),
        required=False,
        min_value=1,
        max_value=9,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.held: dict[str, Any] = (self.initial or {}).get("held") or {}
        if "scheme" in self.held:  # the method as data has a page of its own
            for name in [name for name in self.fields if name.startswith("method_")]:
                del self.fields[name]
        kept = str((self.initial or {}).get("quality") or "")
        known = list(dict.fromkeys(filter(None, (*QUALITIES, kept))))
        self.fields["quality"].choices = [  # type: ignore[attr-defined]
            ("", _("Not chosen yet")),
            *((word, word) for word in known),
        ]

    @staticmethod
    def of(lot: Lot) -> dict[str, Any]:
        """The lot as it was saved."""
        names = (
            *("name", "name_en", "scope", "scope_en", "estimate", "estimate_public", "ceiling", "quality"),
            *("ceiling_method", "duration_days", "qualification", "manager_class", "validity_days"),
            *("deposit_amount", "deposit_forms", "bond_percent"),
        )
        method = lot.method
        rounding = method.get("rounding") if isinstance(method.get("rounding"), dict) else {}
        criteria = method.get("criteria") or []
        return {
            **{name: getattr(lot, name) for name in names},
            **{name: lot.fixed_sums.get(name) for name in FIXED},
            "method_kind": method.get("kind", ""),
            "method_criteria": "\n".join(f"{row['name']}; {row['points']}" for row in criteria),
            "method_formula": method.get("formula", ""),
            "method_places": rounding.get("places", ""),
            "method_mode": rounding.get("mode", ""),
            "method_tie": "\n".join(method["tie"]) if isinstance(method.get("tie"), list) else "",
            "method_candidates": method.get("candidates"),
            **LotForm.coefficient_of(method),
            "held": method,
        }

    def clean_method_criteria(self) -> list[dict[str, Any]]:
        """Name and points of each criterion."""
        found = []
        for line in lines(self.cleaned_data["method_criteria"].replace("；", ";")):
            name, _sep, points = line.rpartition(";")
            if not name.strip() or not points.strip().isdigit():
                raise forms.ValidationError(
                    _("“%(line)s” is not a criterion. Write name; points, for example: price; 60")
                    % {"line": line}
                )
            found.append({"name": name.strip(), "points": int(points)})
        return found

    def method(self) -> dict[str, Any]:
        """The method as the policy binds it; what is not filled in is left out and blocks publishing."""
        if "scheme" in self.held:
            return self.held
        data = self.cleaned_data
        given = {
            "kind": data["method_kind"],
            "criteria": data["method_criteria"],
            "formula": data["method_formula"].strip(),
            "rounding": {"places": data["method_places"], "mode": data["method_mode"]}
            if data["method_places"] is not None
            else None,
            "tie": lines(data["method_tie"]),
            "candidates": data["method_candidates"],
            "coefficient": self.coefficient(),
        }
        return {name: value for name, value in given.items() if value}

    def fields_given(self) -> LotFields:
        """For the services."""
        data = self.cleaned_data
        names = (
            *("name", "name_en", "scope", "scope_en", "estimate", "estimate_public", "ceiling", "quality"),
            *("ceiling_method", "duration_days", "qualification", "manager_class", "validity_days"),
            "deposit_forms",
        )
        return LotFields(
            **{name: data[name] for name in names},
            fixed_sums={name: f"{data[name]:.2f}" for name in FIXED if data[name] is not None},
            deposit_amount=data["deposit_amount"] or Decimal(0),
            deposit_validity_days=data["validity_days"] if data["deposit_amount"] else None,
            bond_percent=data["bond_percent"] or Decimal(0),
            method=self.method(),
        )


class DocumentForm(DomainForm):
    """One file of the tender documents: kept as it is, never shown in the browser."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(code, KINDS[code]) for code in DOCUMENT_KINDS]
    )
    lot = forms.ChoiceField(label=gettext_lazy("Concerns"), required=False)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "PDF, OFD, XML, XLSX, DOCX, DWG, DXF, CSV, TXT, ZIP or images, at most 1 GB. "
            "The same name again is the next version."
        ),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES)}),
    )
    places = {"name": "file"}

    def __init__(self, *args: Any, lots: list[Lot], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].error_messages["required"] = _("No file chosen. Choose the file.")
        self.fields["lot"].choices = [  # type: ignore[attr-defined]
            ("", _("The whole tender")),
            *((str(lot.pk), f"{lot.code} {lot.name}") for lot in lots),
        ]

    def attempt(self, act: Any) -> Any:
        """A refusal by the store stands at the file, whatever rule it came from."""
        done = super().attempt(act)
        if done is None and self.non_field_errors():
            for error in self.errors.pop("__all__"):
                self.add_error("file", error)
        return done
