"""What owner, exclusions' desk, operator and supervisor write for a draw; what may be said, the services decide."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import PaperField
from accounts.models import Membership
from experts.forms.keeper import SELECT
from experts.models import DrawOfficer
from experts.rules.draws import UNIT_REASONS, Asked
from experts.rules.exchanges import CAUSES as EXCHANGE_CAUSES
from experts.rules.exchanges import REASON
from experts.rules.facts import REGION
from experts.rules.specialties import specialty_tree
from experts.selectors.draw_tables import CAUSES, EXCHANGES, REASONS, WAYS, WHEN
from experts.selectors.pool import chinese
from experts.services.draw_prepare import Times
from experts.services.draw_request import RequestFields
from kernel.errors import RuleBroken
from protocol.draw.objects import MAX_ROUNDS
from trading.forms.base import MomentField, text_area
from trading.forms.opening import SEAT_ROLES

SEATS, REGIONS = 6, 4
"""Rows the form offers for specialties and for bounded regions."""
MINUTE = 60


def words_of(table: dict[str, str] | Any, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Codes of a list with their words."""
    return [(code, _(table[code])) for code in codes]


def number(
    label: Any, *, least: int = 0, most: int = 99, required: bool = False, **options: Any
) -> forms.IntegerField:
    """A small whole number."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required, **options)


class RequestForm(DomainForm):
    """The owner's request: seats by specialty, bounds, and the words an invited expert hears."""

    places: ClassVar[dict[str, str]] = {
        "seats": "seat_1",
        "regions": "region_1",
        "window_s": "window_minutes",
    }

    own_members = number(
        gettext_lazy("Members of your own"),
        required=True,
        initial=0,
        help_text=gettext_lazy("Not drawn. At most one third of the panel."),
    )
    employer_cap = number(gettext_lazy("Most experts of one employer (empty: no bound)"), least=1, initial=1)
    category = forms.CharField(label=gettext_lazy("Category the expert is told"), max_length=120)
    city = forms.CharField(label=gettext_lazy("City"), max_length=60)
    begins_at = MomentField(label=gettext_lazy("Evaluation begins"))
    hours = number(gettext_lazy("Expected hours"), least=1, required=True)
    fee = forms.CharField(label=gettext_lazy("Fee"), max_length=120)
    place = forms.CharField(
        label=gettext_lazy("Room"),
        help_text=gettext_lazy("Told at sign-in only, never in the invitation."),
        max_length=120,
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How the experts are found"), required=False, widget=forms.Select(attrs=SELECT)
    )
    """Left out, they are drawn: that they are named must be said."""
    when = forms.ChoiceField(label=gettext_lazy("When it is drawn"), widget=forms.Select(attrs=SELECT))
    window_minutes = number(gettext_lazy("Minutes to answer"), least=1, most=1440, required=True, initial=30)
    max_rounds = number(gettext_lazy("Replacement rounds at most"), most=MAX_ROUNDS, required=True, initial=5)

    def __init__(self, *args: Any, special: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["way"].choices = words_of(WAYS, list(WAYS))  # type: ignore[attr-defined]
        if not special:
            del self.fields["way"]
        tree = specialty_tree()
        codes = [("", "–")] + [
            (one.code, f"{one.code} {tree.name(one.code, chinese=chinese())}") for one in tree.leaves
        ]
        for row in range(1, SEATS + 1):
            self.fields[f"seat_{row}"] = forms.ChoiceField(
                label=_("Specialty %(n)s") % {"n": row},
                choices=codes,
                required=False,
                widget=forms.Select(attrs=SELECT),
            )
            self.fields[f"count_{row}"] = number(_("Seats %(n)s") % {"n": row})
        for row in range(1, REGIONS + 1):
            self.fields[f"region_{row}"] = forms.CharField(
                label=_("Region code %(n)s") % {"n": row}, max_length=6, required=False
            )
            self.fields[f"low_{row}"] = number(_("At least, region %(n)s") % {"n": row})
            self.fields[f"high_{row}"] = number(_("At most, region %(n)s") % {"n": row})
        self.fields["when"].choices = words_of(WHEN, list(WHEN))  # type: ignore[attr-defined]

    @property
    def seat_rows(self) -> list[tuple[Any, Any]]:
        """Fields of the specialties, row by row."""
        return [(self[f"seat_{row}"], self[f"count_{row}"]) for row in range(1, SEATS + 1)]

    @property
    def region_rows(self) -> list[tuple[Any, Any, Any]]:
        """Fields of the regions, row by row."""
        return [
            (self[f"region_{row}"], self[f"low_{row}"], self[f"high_{row}"]) for row in range(1, REGIONS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        """Rows that say half of what they must, and what stands twice."""
        data = super().clean() or {}
        seen: set[str] = set()
        for row in range(1, SEATS + 1):
            code, count = data.get(f"seat_{row}"), data.get(f"count_{row}")
            if bool(code) != bool(count) and f"count_{row}" not in self.errors:
                field = f"seat_{row}" if count else f"count_{row}"
                self.add_error(field, _("Give a specialty and its seats, or leave both empty."))
            if code and code in seen:
                self.add_error(
                    f"seat_{row}", _("This specialty stands above already. Put its seats together.")
                )
            seen.add(code or "")
        for row in range(1, REGIONS + 1):
            self._region(data, row, seen)
        return data

    def _region(self, data: dict[str, Any], row: int, seen: set[str]) -> None:
        code, low, high = (data.get(f"{name}_{row}") for name in ("region", "low", "high"))
        if not code and low is None and high is None:
            return
        if not REGION.fullmatch(code or ""):
            self.add_error(f"region_{row}", _("A region has six figures, e.g. 350100."))
        if code in seen:
            self.add_error(f"region_{row}", _("This region stands above already."))
        if high is None and f"high_{row}" not in self.errors:
            self.add_error(f"high_{row}", _("Give the most experts of this region."))
        seen.add(code or "")

    def given(self) -> RequestFields:
        """The request as written."""
        data = self.cleaned_data
        rows = range(1, SEATS + 1)
        seats = {data[f"seat_{row}"]: data[f"count_{row}"] for row in rows if data[f"seat_{row}"]}
        places = [row for row in range(1, REGIONS + 1) if data[f"region_{row}"]]
        regions = {data[f"region_{row}"]: (data[f"low_{row}"] or 0, data[f"high_{row}"]) for row in places}
        asked = Asked(seats, data["own_members"], data["employer_cap"], regions, data["begins_at"])
        plain = {
            name: data[name] for name in ("category", "place", "city", "hours", "fee", "when", "max_rounds")
        }
        named = data.get("way") == "named"
        return RequestFields(asked=asked, window_s=data["window_minutes"] * MINUTE, named=named, **plain)


class KeyForm(DomainForm):
    """The confirmation: which of the owner's keys contributes."""

    owner_key = forms.ChoiceField(
        label=gettext_lazy("Key the owner contributes with"),
        help_text=gettext_lazy(
            "The header names it. Whoever holds it contributes for the owner before the draw."
        ),
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *args: Any, keys: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner_key"].choices = list(keys)  # type: ignore[attr-defined]


class ExclusionForm(DomainForm):
    """A unit whose people stay out."""

    places: ClassVar[dict[str, str]] = {"evidence": "file"}

    unit = forms.CharField(
        label=gettext_lazy("Excluded unit"),
        help_text=gettext_lazy("As on its licence. Everybody of the pool who works there stays out."),
        max_length=120,
    )
    code = forms.CharField(
        label=gettext_lazy("Unified social credit code (if known)"), max_length=30, required=False
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), widget=forms.Select(attrs=SELECT))
    file = PaperField(label=gettext_lazy("Evidence"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].choices = [("", "–"), *words_of(REASONS, UNIT_REASONS)]  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "PDF, OFD, PNG or JPEG, at most 10 MB. It is kept as it is, never changed."
        )


class BeginForm(DomainForm):
    """A serial begins."""

    t = number(
        gettext_lazy("Officers needed to release (t)"),
        least=1,
        most=32,
        required=True,
        initial=3,
        help_text=gettext_lazy(
            "Name at least 2t−1 officers of different bodies afterwards: 5 for t = 3. 1 is for trials only; "
            "its result is labelled self-attested."
        ),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("Why there is another draw"),
        help_text=gettext_lazy("A further serial is a public incident with its cause."),
        widget=forms.Select(attrs=SELECT),
        required=False,
    )

    def __init__(self, *args: Any, serial: int, causes: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        if serial == 1:
            del self.fields["cause"]
        else:
            self.fields["cause"].choices = words_of(CAUSES, causes)  # type: ignore[attr-defined]


class OfficerForm(DomainForm):
    """An officer of the draw, from those who work as officers."""

    candidate = forms.ChoiceField(label=gettext_lazy("Officer"), widget=forms.Select(attrs=SELECT))
    role = forms.ChoiceField(
        label=gettext_lazy("Sits here for"),
        choices=list(SEAT_ROLES.items()),
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *args: Any, candidates: Sequence[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        self.candidates = {str(row.pk): row for row in candidates}
        self.fields["candidate"].choices = [  # type: ignore[attr-defined]
            (pk, f"{row.organisation.name} · {row.person.name}") for pk, row in self.candidates.items()
        ]

    def given(self) -> dict[str, Any]:
        """For the service."""
        row = self.candidates[self.cleaned_data["candidate"]]
        role = self.cleaned_data["role"]
        return {"organisation_id": row.organisation_id, "person_id": row.person_id, "role": role}


class ExchangeForm(OfficerForm):
    """Another officer for a seat, with cause and public reason."""

    seat = forms.ChoiceField(label=gettext_lazy("Seat to be changed"), widget=forms.Select(attrs=SELECT))
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), widget=forms.Select(attrs=SELECT))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public, for good. Name neither a person nor an illness."),
        max_length=REASON,
        widget=text_area(),
    )
    field_order = ("seat", "cause", "candidate", "role", "reason")

    def __init__(self, *args: Any, seats: Sequence[DrawOfficer], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["candidate"].label = _("New officer")
        self.fields["seat"].choices = [  # type: ignore[attr-defined]
            (row.i, f"{row.i} · {row.organisation.name} · {row.name}") for row in seats
        ]
        self.fields["cause"].choices = words_of(EXCHANGES, EXCHANGE_CAUSES)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """For the service."""
        data = self.cleaned_data
        return {
            **super().given(),
            "i": int(data["seat"]),
            "cause": data["cause"],
            "reason": data["reason"],
        }


class AgreeForm(DomainForm):
    """The proposal that was read, and why it is refused, if it is."""

    proposal = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason for refusing"),
        help_text=gettext_lazy("Read by the operator and in the log. Name neither a person nor an illness."),
        max_length=REASON,
        required=False,
        widget=text_area(),
    )


class PrepareForm(DomainForm):
    """The header's times, and the key the supervisor contributes with."""

    places: ClassVar[dict[str, str]] = {"release_s": "release_hours"}
    infeasible = ""

    supervisor_key = forms.ChoiceField(
        label=gettext_lazy("Key the supervisor contributes with"), widget=forms.Select(attrs=SELECT)
    )
    close_at = MomentField(label=gettext_lazy("Contributions until"))
    reveal_at = MomentField(
        label=gettext_lazy("Opened to everybody at"),
        help_text=gettext_lazy(
            "Beijing time. From then on everybody reads employers and regions of who was drawn."
        ),
    )

    release_hours = number(
        gettext_lazy("Hours the officers have for a round"),
        least=1,
        most=168,
        required=True,
        initial=24,
        help_text=gettext_lazy(
            "A draw whose officers let them pass can be ended by you and the supervisor together."
        ),
    )

    def __init__(self, *args: Any, keys: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["supervisor_key"].choices = list(keys)  # type: ignore[attr-defined]

    def attempt(self, act: Callable[[], Any]) -> Any:
        """As ever; why no panel exists is kept in the reader's language, to stand beside the remedies."""

        def told() -> Any:
            try:
                return act()
            except RuleBroken as refusal:
                if refusal.code != "draw_infeasible":
                    raise
                reasons: Any = refusal.data["reasons"]
                self.infeasible = str(reasons["zh" if chinese() else "en"])
                self.add_error(
                    None, _("No panel keeps these rules. Why, and what can be done, stands below.")
                )
                return None

        return super().attempt(told)

    def times(self) -> Times:
        """When contributions close and everything is opened."""
        data = self.cleaned_data
        return Times(data["close_at"], data["reveal_at"], data["release_hours"] * 60 * MINUTE)


class MoveForm(DomainForm):
    """A later close of contributions."""

    close_at = MomentField(label=gettext_lazy("Contributions until"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Public: it stands in the log of the draw."),
        max_length=500,
        widget=text_area(),
    )
