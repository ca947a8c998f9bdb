"""O1: the intake form, and the intake desk's one defect list."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput, PaperField
from accounts.models import Organisation
from accounts.rules import uscc_normalise
from accounts.selectors import organisation_by_code
from trading.forms.base import MoneyField, YesNoField, text_area
from trading.models import Project
from trading.services import Defect, Paper, ProjectFields

ROWS = (1, 2, 3)
PLAIN = ("name", "name_en", "code", "region", "trade", "sector", "scale", "site", "estimate")
FLAGS = ("mandatory", "state_funded", "public_owner", "open_tendering", "scheme_approved")
DESK_FIELDS = (*PLAIN[:4], *PLAIN[5:], *FLAGS, "approvals", "funds", "supervisor", "agency")
DEFECTS = {
    "missing": gettext_lazy("Missing"),
    "wrong": gettext_lazy("Does not agree with the paper"),
    "unclear": gettext_lazy("Cannot be understood"),
    "expired": gettext_lazy("No longer valid"),
}


class ProjectForm(DomainForm):
    """What is registered; whoever registers fills in everything at once and may leave the flags open."""

    headings = {
        "name": gettext_lazy("The project"),
        "mandatory": gettext_lazy("Tendering by law"),
        "supervisor": gettext_lazy("Supervisor and parties"),
        "region": gettext_lazy("Place and size"),
        "approval_1_no": gettext_lazy("Approvals and funds"),
    }

    name = forms.CharField(label=gettext_lazy("Project name"), max_length=200)
    name_en = forms.CharField(
        label=gettext_lazy("Project name in English, if there is one"), required=False, max_length=200
    )
    code = forms.CharField(
        label=gettext_lazy("Investment project code, if there is one"),
        help_text=gettext_lazy("As on the approval, for example 2026-350100-48-01-123456."),
        required=False,
        max_length=40,
    )
    mandatory = YesNoField(
        label=gettext_lazy("Must this project be tendered by law?"),
        help_text=gettext_lazy("Switches the 20 days, candidate publicity and the written report on."),
    )
    state_funded = YesNoField(
        label=gettext_lazy("Do state funds hold the controlling or leading share?"),
        help_text=gettext_lazy("With the first answer: open tendering, and the first candidate wins."),
    )
    public_owner = forms.BooleanField(
        label=gettext_lazy("The owner is a public body or a state enterprise"), required=False
    )
    open_tendering = forms.BooleanField(
        label=gettext_lazy("Open tendering (anybody qualified may bid)"), required=False, initial=True
    )
    scheme_approved = forms.BooleanField(
        label=gettext_lazy("Scope, method and form of tendering have been approved"), required=False
    )
    supervisor = forms.TypedChoiceField(
        label=gettext_lazy("Competent supervisor"), required=False, empty_value=None
    )
    owner_code = forms.CharField(
        label=gettext_lazy("Owner’s unified social credit code"), required=False, max_length=40
    )
    agency_code = forms.CharField(
        label=gettext_lazy("Agency’s unified social credit code, if an agency is charged"),
        required=False,
        max_length=40,
    )
    region = forms.CharField(
        label=gettext_lazy("Region code"),
        help_text=gettext_lazy("Six digits, for example 350100."),
        max_length=6,
    )
    sector = forms.CharField(label=gettext_lazy("Sector"), required=False, max_length=100)
    site = forms.CharField(label=gettext_lazy("Place of the works"), required=False, max_length=300)
    scale = forms.CharField(label=gettext_lazy("Scale"), required=False, max_length=2000, widget=text_area())
    estimate = MoneyField(label=gettext_lazy("Estimate of the whole project"))

    def __init__(
        self, *args: Any, supervisors: list[Organisation], own: Organisation, as_owner: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.own, self.as_owner = own, as_owner
        self.fields["supervisor"].choices = [  # type: ignore[attr-defined]
            ("", _("Not chosen yet")),
            *((str(row.pk), row.name) for row in supervisors),
        ]
        del self.fields["owner_code" if as_owner else "agency_code"]
        for row in ROWS:
            self.add_rows(row)

    def add_rows(self, row: int) -> None:
        """One approval and one source of funds more."""
        number = {"number": row}
        text: dict[str, Any] = {"required": False, "max_length": 200}
        self.fields[f"approval_{row}_no"] = forms.CharField(
            label=_("Approval %(number)s: number") % number, **text
        )
        self.fields[f"approval_{row}_body"] = forms.CharField(
            label=_("Approval %(number)s: issued by") % number, **text
        )
        self.fields[f"approval_{row}_date"] = forms.DateField(
            label=_("Approval %(number)s: date") % number, required=False, widget=DayInput()
        )
        self.fields[f"approval_{row}_file"] = PaperField(
            label=_("Approval %(number)s: file") % number, required=False
        )
        self.fields[f"funds_{row}_source"] = forms.CharField(
            label=_("Source of funds %(number)s") % number, **text
        )
        self.fields[f"funds_{row}_share"] = forms.DecimalField(
            label=_("Source of funds %(number)s: per cent") % number,
            required=False,
            min_value=0,
            max_value=100,
            max_digits=6,
            decimal_places=3,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )

    places = {"funds": "funds_1_share", "agency": "agency_code", "owner": "owner_code"}

    @staticmethod
    def of(project: Project) -> dict[str, Any]:
        """The project as it was handed in."""
        data = {name: getattr(project, name) for name in (*PLAIN, *FLAGS)}
        data["supervisor"] = str(project.supervisor_id or "")
        data["agency_code"] = project.agency.code if project.agency else ""
        data["owner_code"] = project.owner.code
        for row, given in enumerate(project.approvals, start=1):
            data |= {f"approval_{row}_{name}": given.get(name, "") for name in ("no", "body", "date")}
        for row, given in enumerate(project.funds, start=1):
            data |= {f"funds_{row}_{name}": given.get(name, "") for name in ("source", "share")}
        return data

    def clean_owner_code(self) -> Organisation:
        """The owner this agency registers the project for."""
        return self.registered(self.cleaned_data["owner_code"])

    def clean_agency_code(self) -> Organisation | None:
        """The agency, if one is named."""
        code = self.cleaned_data["agency_code"]
        return self.registered(code) if code.strip() else None

    @staticmethod
    def registered(code: str) -> Organisation:
        """The organisation with this code; a refusal in words when there is none."""
        found = organisation_by_code(uscc_normalise(code))
        if found is None:
            raise forms.ValidationError(
                _("No organisation with this code is registered here. Compare it with the licence.")
            )
        return found

    def owner(self) -> Organisation:
        """Whose project it is."""
        return self.own if self.as_owner else self.cleaned_data["owner_code"]

    def fields_given(self) -> ProjectFields:
        """For the services."""
        data = self.cleaned_data
        agency = data.get("agency_code") if self.as_owner else self.own
        return ProjectFields(
            **{name: data[name] for name in (*PLAIN, *FLAGS) if name != "trade"},
            supervisor=data["supervisor"] or None,
            agency=agency.pk if agency else None,
            approvals=self.approvals(),
            funds=[
                {"source": data[f"funds_{row}_source"], "share": plain(data[f"funds_{row}_share"])}
                for row in ROWS
                if data[f"funds_{row}_source"]
            ],
        )

    def papers(self) -> dict[str, Paper]:
        """The approvals' files, by the approvals' numbers."""
        data = self.cleaned_data
        chosen = {data[f"approval_{row}_no"]: data[f"approval_{row}_file"] for row in ROWS}
        return {no: Paper(upload.name, upload.read()) for no, upload in chosen.items() if no and upload}

    def approvals(self) -> list[dict[str, str]]:
        """The approvals in which something stands."""
        data = self.cleaned_data
        found = []
        for row in ROWS:
            day: date | None = data[f"approval_{row}_date"]
            if data[f"approval_{row}_no"]:
                found.append(
                    {
                        "no": data[f"approval_{row}_no"],
                        "body": data[f"approval_{row}_body"],
                        "date": day.isoformat() if day else "",
                        "file": "",
                    }
                )
        return found


def plain(share: Decimal | None) -> str:
    """A share as it is kept: without the noughts nobody wrote."""
    return f"{(share or Decimal(0)).normalize():f}"


class IntakeForm(DomainForm):
    """A remark a field, all in one; an empty remark means that the field is in order."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in DESK_FIELDS:
            self.fields[f"kind_{name}"] = forms.ChoiceField(
                label=gettext_lazy("What is wrong"),
                required=False,
                choices=[("", gettext_lazy("In order")), *DEFECTS.items()],
            )
            self.fields[f"text_{name}"] = forms.CharField(
                label=gettext_lazy("What to put right"),
                required=False,
                max_length=500,
                widget=text_area(2),
            )

    decision = forms.ChoiceField(
        choices=[("accept", "accept"), ("return", "return")], widget=forms.HiddenInput()
    )

    def defects(self) -> list[Defect]:
        """The complete list."""
        data = self.cleaned_data
        return [
            Defect(field=name, code=data[f"kind_{name}"] or "wrong", text=data[f"text_{name}"].strip())
            for name in DESK_FIELDS
            if data.get(f"kind_{name}") or data.get(f"text_{name}", "").strip()
        ]

    def clean(self) -> dict[str, Any]:
        """A decision that fits its remarks; each defect says what to do."""
        data = super().clean() or {}
        listed = self.defects()
        for item in listed:
            if not item.text:
                self.add_error(f"text_{item.field}", _("Say in one sentence what the owner has to do."))
        if data.get("decision") == "accept" and listed:
            raise forms.ValidationError(
                _("You listed defects. Return the project, or empty the remarks and accept it.")
            )
        if data.get("decision") == "return" and not listed:
            raise forms.ValidationError(
                _("You listed no defect. Write what to put right beside each field concerned, all at once.")
            )
        return data
