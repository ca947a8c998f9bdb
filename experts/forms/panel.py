"""What members, the desk, owner, supervisor and bidders write about a panel's work."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import DomainForm
from accounts.models import Organisation
from bidding.forms.security.files import SecurityFileField
from experts.rules.competition import GROUND as NO_COMPETITION
from experts.selectors.panel_pages import FactRow, ItemRow
from experts.services.member_out import GROUNDS as LEAVING
from protocol.evaluation_bodies import GROUNDS

SELECT = {"class": "form-select"}
LINES = {"rows": 3}
MOST = 1000
MAX_SIGNATURES = 20_000
GROUND_WORDS = {
    "unsigned": gettext_lazy("Not signed or sealed as asked (51-1)"),
    "no-consortium-agreement": gettext_lazy("A consortium without its agreement (51-2)"),
    "unqualified": gettext_lazy("The bidder does not meet the qualification (51-3)"),
    "two-bids": gettext_lazy("Two different bids or prices (51-4)"),
    "below-cost": gettext_lazy("The price is below cost (51-5); ask first"),
    "over-ceiling": gettext_lazy("The price is above the ceiling (51-5)"),
    "not-responsive": gettext_lazy("No answer to what is asked for in substance (51-6)"),
    "collusion": gettext_lazy("Collusion, fraud, bribery (51-7)"),
    "document": gettext_lazy("Another ground the tender documents declare (49)"),
    NO_COMPETITION: gettext_lazy("Too few valid bids are left for real competition; all are rejected"),
}
LEAVING_WORDS = {
    "tie": gettext_lazy("Tied to a bidder"),
    "ill": gettext_lazy("Ill"),
    "left": gettext_lazy("Left without leave"),
    "conduct": gettext_lazy("Cannot judge fairly"),
    "other": gettext_lazy("Another ground of the law"),
}
MINUTES = (30, 60, 120, 180, 240, 1440)


class Boxes(forms.RadioSelect):
    """One of a few, as a group under its question."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "form-check-input"})


class Signed(DomainForm):
    """A form whose content the member signs in the next step."""

    signatures = forms.CharField(required=False, max_length=MAX_SIGNATURES, widget=forms.HiddenInput())

    def clean_signatures(self) -> list[dict[str, Any]]:
        """The signatures; none in the first step."""
        try:
            found = json.loads(self.cleaned_data["signatures"] or "[]")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise forms.ValidationError(_("This is not a list of signatures. Sign again."))
        return found


class SignInForm(Signed):
    """Sign in with the key this device has just made."""

    place = forms.CharField(
        label=gettext_lazy("Where you take part"),
        help_text=gettext_lazy("The room; or city and device, if you take part from elsewhere."),
        max_length=200,
        widget=forms.TextInput(),
    )
    spki = forms.CharField(max_length=400, widget=forms.HiddenInput())


class DeclareForm(Signed):
    """One answer for each bidder."""

    def __init__(self, *args: Any, units: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.units = units
        for one in units:
            self.fields[f"tied-{one.code}"] = forms.ChoiceField(
                label=_("Are you tied to %(unit)s?") % {"unit": one.name},
                choices=[("no", _("No")), ("yes", _("Yes"))],
                widget=Boxes(),
                error_messages={"required": _("Answer yes or no.")},
            )
            self.fields[f"reason-{one.code}"] = forms.CharField(
                label=_("If yes: how (%(unit)s)") % {"unit": one.name}, required=False, max_length=200
            )

    def answers(self) -> list[tuple[str, bool, str]]:
        """As the service takes them."""
        data = self.cleaned_data
        rows = [
            (one.code, data[f"tied-{one.code}"] == "yes", data[f"reason-{one.code}"]) for one in self.units
        ]
        return sorted((code, tied, reason.strip() if tied else "") for code, tied, reason in rows)


class ReasonForm(DomainForm):
    """A reason."""

    reason = forms.CharField(
        label=pgettext_lazy("panel", "Why"), max_length=500, widget=forms.Textarea(attrs=LINES)
    )


class ChairForm(DomainForm):
    """The vote for the chair."""

    choice = forms.TypedChoiceField(
        label=gettext_lazy("Who is to chair the panel"),
        coerce=int,
        widget=Boxes(),
    )

    def __init__(self, *args: Any, seats: Sequence[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["choice"].choices = [(one.seat, f"{one.seat} · {one.person.name}") for one in seats]  # type: ignore[attr-defined]


class PassageForm(DomainForm):
    """An entry or exit."""

    way = forms.ChoiceField(
        label=gettext_lazy("In or out"),
        choices=[("in", gettext_lazy("Comes in")), ("out", gettext_lazy("Goes out"))],
        widget=forms.Select(attrs=SELECT),
    )
    place = forms.CharField(label=gettext_lazy("Room, or city and device"), max_length=200)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)


class OutForm(DomainForm):
    """Why a member cannot go on."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[(one, LEAVING_WORDS[one]) for one in LEAVING],
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(
        label=gettext_lazy("What happened"), max_length=400, widget=forms.Textarea(attrs=LINES)
    )


class ReviewForm(DomainForm):
    """A member's findings on the items of one bid."""

    def __init__(self, *args: Any, items: Sequence[ItemRow], words: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = items
        for one, text in zip(items, words, strict=True):
            mark = one.mark
            self.fields[f"item-{one.code}"] = forms.ChoiceField(
                label=text,
                choices=[("yes", _("Passes")), ("no", _("Does not pass"))],
                initial=("yes" if mark.passes else "no") if mark else None,
                widget=Boxes(),
                error_messages={"required": _("Choose one.")},
            )
            self.fields[f"note-{one.code}"] = forms.CharField(
                label=_("If not: clause, page, sentence"),
                initial=mark.note if mark else "",
                required=False,
                max_length=MOST,
            )

    def findings(self) -> dict[str, tuple[bool, str]]:
        """As the service takes them."""
        data = self.cleaned_data
        return {one.code: (data[f"item-{one.code}"] == "yes", data[f"note-{one.code}"]) for one in self.items}


class MotionForm(Signed):
    """A motion to reject."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[(one, GROUND_WORDS[one]) for one in (*GROUNDS, NO_COMPETITION)],
        widget=forms.Select(attrs=SELECT),
    )
    clause = forms.CharField(label=gettext_lazy("Clause of the tender documents"), max_length=200)
    page = forms.CharField(label=gettext_lazy("Page of the bid"), max_length=60)
    quote = forms.CharField(
        label=gettext_lazy("Sentence of the bid"),
        help_text=gettext_lazy("As it stands there; leave it empty where something is missing altogether."),
        required=False,
        max_length=MOST,
        widget=forms.Textarea(attrs=LINES),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "It becomes public. Write nothing here out of the technical files; the sentence above stays closed."
        ),
        max_length=MOST,
        widget=forms.Textarea(attrs=LINES),
    )
    places = {"article": "ground"}


class VoteForm(DomainForm):
    """A vote on a motion."""

    agrees = forms.ChoiceField(
        label=gettext_lazy("Reject this bid?"),
        choices=[("yes", gettext_lazy("Yes, reject it")), ("no", gettext_lazy("No"))],
        widget=Boxes(),
    )
    note = forms.CharField(label=gettext_lazy("If no: why"), required=False, max_length=MOST)


class AskForm(Signed):
    """A question to a bidder."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the question is about"),
        choices=[
            ("clarify", gettext_lazy("Something unclear, contradictory, or plainly miswritten")),
            ("low-price", gettext_lazy("Why the price is not below cost")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    e = forms.TypedChoiceField(
        label=gettext_lazy("Which envelope it is about"),
        help_text=gettext_lazy(
            "A question about envelope 0 becomes public with its answer; about a later one it does not."
        ),
        coerce=int,
        widget=forms.Select(attrs=SELECT),
    )
    text = forms.CharField(
        label=gettext_lazy("Question"),
        help_text=gettext_lazy("Do not hint at an answer, and ask for no change of substance (条例 52)."),
        max_length=2000,
        widget=forms.Textarea(attrs=LINES),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Time to answer, minutes"),
        coerce=int,
        choices=[(one, str(one)) for one in MINUTES],
        initial=120,
        widget=forms.Select(attrs=SELECT),
    )
    until = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, envelopes: Sequence[int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["e"].choices = [(e, str(e)) for e in envelopes]  # type: ignore[attr-defined]
        self.fields["e"].initial = envelopes[-1] if envelopes else None


class BlindAskForm(AskForm):
    """A question about a label: what it is about is known, and it never becomes public."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, envelopes=(), **options)
        del self.fields["kind"], self.fields["e"]


class TakeBackForm(Signed):
    """Why a rejection is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=MOST, widget=forms.Textarea(attrs=LINES)
    )


class FactForm(DomainForm):
    """A quantity, an adjustment, a corrected price."""

    what = forms.ChoiceField(label=gettext_lazy("What"), widget=forms.Select(attrs=SELECT))
    value = forms.CharField(label=gettext_lazy("Value"), max_length=40)
    reason = forms.CharField(
        label=gettext_lazy("Where it stands in the bid, or why"), required=False, max_length=MOST
    )
    places = {"kind": "what", "of": "what"}

    def __init__(self, *args: Any, rows: Sequence[FactRow], **options: Any) -> None:
        super().__init__(*args, **options)
        words = {"price": _("Price"), "quantity": _("Quantity"), "adjustment": _("Adjustment")}
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (f"{row.kind}:{row.of}", f"{words[row.kind]} {row.name}".strip()) for row in rows
        ]

    def given(self) -> dict[str, str]:
        """As the service takes it."""
        data = dict(self.cleaned_data)
        kind, of = data.pop("what").split(":", 1)
        return {"kind": kind, "of": of, **data}


class OfferForm(DomainForm):
    """Why a panel follows another."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change of members"), required=False, max_length=500
    )


class AnswerForm(Signed):
    """The bidder's answer. Files are kept in the first step and signed by their hashes in the second."""

    text = forms.CharField(
        label=gettext_lazy("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = SecurityFileField(label=gettext_lazy("Proof, if there is any"), required=False)
    kept = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput())
