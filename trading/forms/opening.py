"""O5: the opening of one lot, and the officers' seats."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.models import Membership, Organisation
from trading.forms.base import MomentField, text_area
from trading.models import OpeningSetup
from trading.rules import Times
from trading.rules.officers import MAX_OFFICERS
from trading.services import OpeningFields

ENVELOPES = {
    "two": (
        ("开标一览表", "商务和技术文件"),
        gettext_lazy("Two envelopes: the read-out line by itself, files in their own"),
    ),
    "one": (("开标一览表",), gettext_lazy("One envelope: the read-out line alone, no files")),
}
SEAT_ROLES = {
    "owner": gettext_lazy("of the owner"),
    "agency": gettext_lazy("of the agency"),
    "centre": gettext_lazy("of the trading centre"),
    "notary": gettext_lazy("notary"),
    "auditor": gettext_lazy("of the auditor"),
    "association": gettext_lazy("industry association"),
}


def minutes(label: Any, initial: int, least: int, most: int, **options: Any) -> forms.IntegerField:
    """A number of minutes within bounds."""
    return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most, **options)


def host(label: Any) -> forms.TypedChoiceField:
    """The organisation that holds a seat of the hall, by its id."""
    return forms.TypedChoiceField(label=label, required=False, coerce=UUID, empty_value=None)


class OpeningForm(DomainForm):
    """When, where, who hosts, how many officers, and what the bidder does at the opening."""

    close_at = MomentField(
        label=gettext_lazy("Deadline and opening (T)"),
        help_text=gettext_lazy(
            "Beijing time. Twenty days from the documents where the law demands a tender."
        ),
    )
    envelopes = forms.ChoiceField(
        label=gettext_lazy("Envelopes"), choices=[(code, words) for code, (_n, words) in ENVELOPES.items()]
    )
    hall = forms.CharField(label=gettext_lazy("Hall"), required=False, max_length=200)
    t = forms.IntegerField(
        label=gettext_lazy("Officers needed to open"),
        help_text=gettext_lazy("For example 3 of 5: two may be absent, no two can read a bid early."),
        initial=3,
        min_value=1,
        max_value=MAX_OFFICERS,
    )
    factor = forms.ChoiceField(
        label=gettext_lazy("Tenderer’s own factor"),
        choices=[
            ("none", gettext_lazy("Not needed: the officers open")),
            ("required", gettext_lazy("Needed: each tenderer releases its own factor after the deadline")),
        ],
    )
    factor_minutes = minutes(gettext_lazy("Minutes for the factor"), 30, 5, 600)
    remedy = forms.CharField(
        label=gettext_lazy("Remedy when a factor is lost"),
        help_text=gettext_lazy("Must be declared where a factor is needed."),
        required=False,
        max_length=1000,
        widget=text_area(2),
    )
    check_minutes = minutes(gettext_lazy("Minutes to check the seals"), 10, 1, 240)
    release_hours = minutes(gettext_lazy("Hours for the officers to release"), 4, 1, 240)
    objection_minutes = minutes(gettext_lazy("Minutes for objections at the opening"), 10, 1, 240)
    confirm_minutes = minutes(gettext_lazy("Minutes to confirm one’s own line"), 10, 1, 240)
    chair = host(gettext_lazy("Chair"))
    reader = host(gettext_lazy("Reader"))
    recorder = host(gettext_lazy("Recorder"))
    places = {"opening_times": "close_at", "factor_until": "factor_minutes"}

    def __init__(self, *args: Any, hosts: list[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(row.pk), row.name) for row in hosts]
        for name in ("chair", "reader", "recorder"):
            self.fields[name].choices = [("", _("Not chosen yet")), *named]  # type: ignore[attr-defined]

    @staticmethod
    def of(setup: OpeningSetup) -> dict[str, Any]:
        """The set-up as it was saved."""
        names = ("close_at", "hall", "t", "factor", "remedy", "objection_minutes", "confirm_minutes")
        data: dict[str, Any] = {name: getattr(setup, name) for name in names}
        factor_until = setup.factor_until or setup.close_at
        if setup.factor_until:
            data["factor_minutes"] = int((factor_until - setup.close_at).total_seconds()) // 60
        return data | {
            "envelopes": "two" if len(setup.envelopes) > 1 else "one",
            "check_minutes": int((setup.check_until - factor_until).total_seconds()) // 60,
            "release_hours": int((setup.release_until - setup.check_until).total_seconds()) // 3600,
            **{name: str(getattr(setup, f"{name}_id") or "") for name in ("chair", "reader", "recorder")},
        }

    def clean(self) -> dict[str, Any]:
        """A factor comes with its remedy."""
        data = super().clean() or {}
        if data.get("factor") == "required" and not data.get("remedy", "").strip():
            self.add_error("remedy", _("Say what happens when a tenderer has lost its factor."))
        return data

    def times(self) -> Times:
        """The moments that follow from T and the windows."""
        data = self.cleaned_data
        close_at: datetime = data["close_at"]
        names, _words = ENVELOPES[data["envelopes"]]
        factor = None
        if data["factor"] == "required":
            factor = close_at + timedelta(minutes=data["factor_minutes"])
        check = (factor or close_at) + timedelta(minutes=data["check_minutes"])
        return Times(
            close_at=close_at,
            open_at=(close_at,) * len(names),
            factor_until=factor,
            check_until=check,
            release_until=check + timedelta(hours=data["release_hours"]),
        )

    def fields_given(self) -> OpeningFields:
        """For the service."""
        data = self.cleaned_data
        names, _words = ENVELOPES[data["envelopes"]]
        plain = ("t", "factor", "hall", "objection_minutes", "confirm_minutes", "chair", "reader", "recorder")
        return OpeningFields(
            times=self.times(),
            envelopes=names,
            remedy=data["remedy"].strip(),
            **{name: data[name] for name in plain},
        )


class SeatForm(DomainForm):
    """Whom seat ``i`` is offered to."""

    candidate = forms.ChoiceField(label=gettext_lazy("Officer"))
    role = forms.ChoiceField(label=gettext_lazy("Sits here for"), choices=list(SEAT_ROLES.items()))
    places = {"officer_twice": "candidate"}

    def __init__(self, *args: Any, candidates: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.candidates = {str(row.pk): row for row in candidates}
        self.fields["candidate"].choices = [  # type: ignore[attr-defined]
            (pk, f"{row.organisation.name} · {row.person.name}") for pk, row in self.candidates.items()
        ]

    def fields_given(self) -> dict[str, Any]:
        """For the service."""
        row = self.candidates[self.cleaned_data["candidate"]]
        return {
            "organisation_id": row.organisation_id,
            "person_id": row.person_id,
            "role": self.cleaned_data["role"],
            "name": row.person.name,
        }
