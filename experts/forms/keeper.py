"""What the keeper of the pool writes: records, examinations, suspensions, ratings, workbooks."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import Boxes, DayInput, PaperField
from experts.rules.facts import ExpertFacts
from experts.rules.packs import pool_pack
from experts.rules.specialties import specialty_tree
from experts.selectors.pool import chinese
from experts.states import RemovalGround, TitleGrade, label

SELECT = {"class": "form-select"}
ADMIT, RETURN, OUTSIDE = "admit", "return", "outside"
MOST = 1000


def chosen(members: Iterable[Any]) -> list[tuple[str, str]]:
    """Code and word of each member of a list."""
    return [(one.value, _(label(one))) for one in members if isinstance(one, Enum)]


def reason_field(text: Any, *, required: bool = True) -> forms.CharField:
    """A reason, which goes into the history and which the expert reads."""
    return forms.CharField(
        label=text,
        help_text=gettext_lazy("The expert reads it. It stays in the history."),
        max_length=MOST,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FactsForm(DomainForm):
    """The verified attributes of an expert."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    region = forms.CharField(
        label=gettext_lazy("Region code"), help_text=gettext_lazy("Six figures, e.g. 350100."), max_length=6
    )
    employer = forms.CharField(
        label=gettext_lazy("Employer"),
        help_text=gettext_lazy("As on its licence. Caps by employer count by this name."),
        max_length=120,
    )
    employer_code = forms.CharField(
        label=gettext_lazy("Unified social credit code of the employer (if known)"),
        max_length=30,
        required=False,
    )
    employer_group = forms.CharField(
        label=gettext_lazy("Group of the employer (if any)"), max_length=120, required=False
    )
    title = forms.CharField(label=gettext_lazy("Professional title"), max_length=120)
    title_grade = forms.ChoiceField(label=gettext_lazy("Grade"), widget=forms.Select(attrs=SELECT))
    work_since = forms.IntegerField(
        label=gettext_lazy("Works in the field since"), help_text=gettext_lazy("A year, e.g. 2005.")
    )
    specialties = forms.MultipleChoiceField(label=gettext_lazy("Specialties"), widget=Boxes())
    term_from = forms.DateField(label=gettext_lazy("Term from"), widget=DayInput())
    term_to = forms.DateField(label=gettext_lazy("Last day of the term"), widget=DayInput())
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        help_text=gettext_lazy("Sealed at once: only the calling gateway and the expert read it."),
        max_length=30,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        tree = specialty_tree()
        codes = [(one.code, f"{one.code} {tree.name(one.code, chinese=chinese())}") for one in tree.leaves]
        self.fields["specialties"].choices = codes  # type: ignore[attr-defined]
        self.fields["title_grade"].choices = chosen(TitleGrade)  # type: ignore[attr-defined]

    def facts(self) -> ExpertFacts:
        """The facts as written."""
        names = set(ExpertFacts.__dataclass_fields__)
        data = {name: value for name, value in self.cleaned_data.items() if name in names}
        return ExpertFacts(**{**data, "specialties": tuple(data["specialties"])})


class RegisterForm(FactsForm):
    """A new record."""

    field_order = ("name", "identity_number")

    identity_number = forms.CharField(
        label=gettext_lazy("Identity number"),
        help_text=gettext_lazy("Turned into a keyed digest and forgotten; the last four characters stay."),
        max_length=18,
    )


class EditForm(FactsForm):
    """A correction; the term is renewed, not corrected, and goes along as it stands."""

    term_from = forms.DateField(widget=forms.HiddenInput())
    term_to = forms.DateField(widget=forms.HiddenInput())

    reason = reason_field(gettext_lazy("Why, and on what papers"))


class ExamineForm(DomainForm):
    """The result of an examination."""

    reason = reason_field(gettext_lazy("On what papers (needed without a senior title)"), required=False)


class AdmitForm(DomainForm):
    """The second person's decision."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (ADMIT, gettext_lazy("Admit to the pool")),
            (RETURN, gettext_lazy("Return, with the reason below")),
            (
                OUTSIDE,
                gettext_lazy("Leave outside the pool: an owner may name him for one lot, he is never drawn"),
            ),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    reason = reason_field(gettext_lazy("Reason (needed to return, or to leave outside)"), required=False)


class ReasonForm(DomainForm):
    """A reason alone."""

    reason = reason_field(gettext_lazy("Reason"))


class SuspendForm(DomainForm):
    """A suspension by a decision."""

    field_order = ("decision_no", "last", "reason")

    decision_no = forms.CharField(label=gettext_lazy("Number of the decision"), max_length=120)
    last = forms.DateField(
        label=gettext_lazy("Last day (empty: until it is lifted)"), required=False, widget=DayInput()
    )
    reason = reason_field(gettext_lazy("Reason"))


class RenewForm(DomainForm):
    """A new term."""

    field_order = ("term_to", "reason")

    term_to = forms.DateField(label=gettext_lazy("Last day of the new term"), widget=DayInput())
    reason = reason_field(gettext_lazy("Reason"))


class RemoveForm(DomainForm):
    """The end of a record."""

    field_order = ("ground", "reason")

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), widget=forms.Select(attrs=SELECT))
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ground"].choices = chosen(RemovalGround)  # type: ignore[attr-defined]


class RatingForm(DomainForm):
    """One assessment, by the table of the pack."""

    field_order = ("occasion", "found", "reason")

    occasion = forms.CharField(
        label=gettext_lazy("Assessment"),
        help_text=gettext_lazy("Its reference: the record of the evaluation, or the year."),
        max_length=120,
    )
    found = forms.MultipleChoiceField(
        label=gettext_lazy("What was found (nothing ticked: full marks)"), required=False, widget=Boxes()
    )
    reason = reason_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        items = pool_pack().ratings.values()
        self.fields["found"].choices = [  # type: ignore[attr-defined]
            (one.code, f"{one.text_zh if chinese() else one.text_en} (−{one.points})") for one in items
        ]


class LinkForm(DomainForm):
    """The login of an expert."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail the expert signs in with"),
        help_text=gettext_lazy("The expert signs up first. Compare the identity paper before you link."),
    )


class CertificateForm(DomainForm):
    """A paper that proves title or years."""

    title = forms.CharField(label=gettext_lazy("What it certifies"), max_length=120)
    number = forms.CharField(label=gettext_lazy("Number"), max_length=120, required=False)
    valid_to = forms.DateField(label=gettext_lazy("Last valid day"), required=False, widget=DayInput())
    file = PaperField(label=gettext_lazy("Scanned paper"))


class PoolFileForm(DomainForm):
    """A workbook of experts, taken in as a whole or not at all."""

    file = forms.FileField(
        label=gettext_lazy("Workbook of experts"),
        help_text=gettext_lazy("XLSX, at most 20 MB: one expert a row below a row of headings."),
        allow_empty_file=True,
        max_length=400,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": gettext_lazy("No file chosen. Choose the workbook of experts.")},
    )
    dry_run = forms.BooleanField(
        label=gettext_lazy("Only check the file, change nothing"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    places: ClassVar[dict[str, str]] = {}

    def clean_file(self) -> Any:
        """The file, unless it is larger than a workbook of experts can be."""
        upload = self.cleaned_data["file"]
        if (upload.size or 0) > 20 << 20:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it."))
        return upload
