"""What the owner writes after the report: how long candidates are shown, who wins, who falls out, why it stops."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from bidding.forms.security.files import SecurityFileField
from bidding.security_files import file_keep
from trading.models import OutDraft
from trading.services.outcomes import Paper

SELECT = {"class": "form-select"}
MOST = 2000
STOP_ARTICLE = "招标投标法实施条例第三十一条"
HOLD_ARTICLE = "招标投标法实施条例第六十二条"
OUT = (
    ("declined", gettext_lazy("gives up the award")),
    ("force-majeure", gettext_lazy("cannot perform because of force majeure")),
    ("no-bond", gettext_lazy("does not give the performance bond")),
    ("unlawful", gettext_lazy("was found to have acted unlawfully so as to affect the result")),
)
HOLDS = (
    ("order", gettext_lazy("Order to suspend")),
    ("complaint", gettext_lazy("A complaint is being handled")),
)
Choices = Sequence[tuple[str, str]]


def text(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    """A box for text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def paper(data: dict[str, Any], name: str) -> Paper | None:
    """The uploaded file, kept as it came; None when none was given."""
    upload = data.pop(name, None)
    if upload is None:
        return None
    kept = file_keep(upload.name, upload.read())
    return Paper(kept.sha256, kept.name, kept.size)


class DaysForm(DomainForm):
    """How long the candidates are shown."""

    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        help_text=gettext_lazy(
            "The day of the notice is not counted; a last day that is a rest day moves on."
        ),
        min_value=1,
        max_value=60,
        initial=3,
    )


class CandidateForm(DomainForm):
    """A candidate, chosen among those that have not fallen out."""

    candidate = forms.ChoiceField(
        label=gettext_lazy("Candidate"), widget=forms.Select(attrs=SELECT), required=True
    )

    def __init__(self, *args: Any, candidates: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["candidate"].choices = list(candidates)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """As the service takes it, but for files."""
        data = dict(self.cleaned_data)
        return {**data, "candidate_id": UUID(data.pop("candidate"))}


class DecideForm(CandidateForm):
    """The award as it is prepared, with the record of a choice where the owner makes one."""

    criteria = text(
        gettext_lazy("Criteria and reasons of the choice"),
        gettext_lazy("Needed when another than the first is awarded, and wherever the owner chooses."),
        required=False,
    )
    watched = text(
        gettext_lazy("Who watched the decision, and their note"),
        gettext_lazy("Needed where the owner chooses among the candidates."),
        required=False,
        rows=2,
    )
    minutes = SecurityFileField(label=gettext_lazy("Minutes of the decision"), required=False)
    places = {"security_file": "minutes", "award_order": "candidate", "award_record": "criteria"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        found = super().given()
        found.pop("candidate", None)
        minutes = paper(found, "minutes")
        return {**found, "minutes": minutes}


class OutForm(CandidateForm):
    """A candidate falls out (条例 55); a draft that waits is written on, and keeps its evidence."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=OUT, widget=forms.Select(attrs=SELECT))
    reason = text(gettext_lazy("Facts"), gettext_lazy("What happened and when."))
    evidence = SecurityFileField(label=gettext_lazy("Evidence: the letter, the decision"))
    places = {"security_file": "evidence"}

    def __init__(self, *args: Any, draft: OutDraft | None = None, **options: Any) -> None:
        initial = {} if draft is None else {"candidate": str(draft.candidate_id), "ground": draft.ground}
        initial |= {} if draft is None else {"reason": draft.reason}
        super().__init__(*args, initial=initial, **options)
        self.kept = None if draft is None else Paper(draft.file_sha256, draft.file_name, draft.file_size)
        if self.kept is not None:
            self.fields["evidence"].required = False
            self.fields["evidence"].help_text = format_lazy(
                gettext_lazy("{name} is kept. Choose a file only to put it in its place."),
                name=self.kept.name,
            )

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        found = super().given()
        found.pop("candidate", None)
        evidence = paper(found, "evidence") or self.kept
        return {**found, "evidence": evidence}


class RecheckForm(CandidateForm):
    """The panel is asked to look at a candidate again (条例 56)."""

    reason = text(gettext_lazy("What has changed"))
    evidence = SecurityFileField(label=gettext_lazy("Evidence"))
    places = {"security_file": "evidence"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        found = super().given()
        found.pop("candidate", None)
        evidence = paper(found, "evidence")
        return {**found, "evidence": evidence}


class StopForm(DomainForm):
    """The owner stops an opened lot (条例 31)."""

    reason = text(gettext_lazy("Ground and evidence"))
    article = forms.CharField(label=gettext_lazy("Article"), max_length=200, initial=STOP_ARTICLE)
    decision = SecurityFileField(label=gettext_lazy("The decision, signed"))
    places = {"security_file": "decision"}

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        decision = paper(data, "decision")
        return {**data, "decision": decision}


class HoldForm(DomainForm):
    """The supervisor suspends one lot (条例 62)."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=HOLDS, widget=forms.Select(attrs=SELECT))
    text = text(gettext_lazy("Text of the order"))
    article = forms.CharField(label=gettext_lazy("Article"), max_length=200, initial=HOLD_ARTICLE)


class AgainForm(DomainForm):
    """Nothing but the decision itself."""
