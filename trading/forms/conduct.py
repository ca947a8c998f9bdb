"""O6-O10: reasons, answers, addenda, postponements, suspensions, termination."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from trading.forms.base import LONG, MomentField, MoneyField, text_area
from trading.models import Lot
from trading.rules import Times, shifted
from trading.selectors import times_in_force
from trading.services import LotChange

CHANGES = (1, 2, 3)
CANCEL_ARTICLE = "招标投标法实施条例第三十一条"


class OverrideForm(DomainForm):
    """Why a rule may pass here."""

    rule = forms.CharField(widget=forms.HiddenInput(), max_length=60)
    lot = forms.CharField(widget=forms.HiddenInput(), max_length=40, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stays on the record with your name; the supervisor is told at once."),
        max_length=1000,
        widget=text_area(2),
    )

    def lot_id(self) -> UUID | None:
        """The lot it concerns, or None for all."""
        return UUID(self.cleaned_data["lot"]) if self.cleaned_data["lot"] else None


class AnswerForm(DomainForm):
    """The answer, and the question as it will be published."""

    text = forms.CharField(
        label=gettext_lazy("The question as it will be published"),
        help_text=gettext_lazy(
            "Take out what could tell who asked: a name, a site, a product only one firm has."
        ),
        max_length=LONG,
        widget=text_area(5),
    )
    answer = forms.CharField(label=gettext_lazy("Answer"), max_length=LONG, widget=text_area(5))
    places = {"text_length": "answer"}


class ReplyForm(DomainForm):
    """The reply to an objection: request, ground, article, next remedy in one text."""

    answer = forms.CharField(
        label=gettext_lazy("Reply"),
        help_text=gettext_lazy(
            "What is granted or refused, on what facts, under which article, and where to complain next."
        ),
        max_length=LONG,
        widget=text_area(6),
    )


class AddendumForm(DomainForm):
    """What stood, what stands; whether bids are affected and why; new values of one or more lots."""

    affects = forms.ChoiceField(
        label=gettext_lazy("Does this affect the preparation of bids?"),
        choices=[("", gettext_lazy("Choose")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Why it changes; with “no” also why bids are not affected. It is published."),
        max_length=LONG,
        widget=text_area(),
    )
    places = {"addendum_affects": "affects", "reason": "reason", "changes": "where_1"}

    def __init__(self, *args: Any, lots: list[Lot], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lots = lots
        for row in CHANGES:
            number = {"number": row}
            self.fields[f"where_{row}"] = forms.CharField(
                label=_("Change %(number)s: where") % number, required=row == 1, max_length=200
            )
            self.fields[f"before_{row}"] = forms.CharField(
                label=_("Change %(number)s: what stood") % number,
                required=row == 1,
                max_length=LONG,
                widget=text_area(2),
            )
            self.fields[f"after_{row}"] = forms.CharField(
                label=_("Change %(number)s: what stands now") % number,
                required=row == 1,
                max_length=LONG,
                widget=text_area(2),
            )
        for lot in lots:
            self.add_lot(lot)
        order = [f"{part}_{row}" for row in CHANGES for part in ("where", "before", "after")]
        self.order_fields([*order, "affects", "reason"])

    def add_lot(self, lot: Lot) -> None:
        """The data of one lot which an addendum may change."""
        named = {"lot": lot.code}
        self.fields[f"close_at_{lot.code}"] = MomentField(
            label=_("Lot %(lot)s: new deadline, if it moves") % named, required=False
        )
        self.fields[f"ceiling_{lot.code}"] = MoneyField(
            label=_("Lot %(lot)s: new ceiling price, if it changes") % named, required=False
        )
        self.fields[f"duration_{lot.code}"] = forms.IntegerField(
            label=_("Lot %(lot)s: new duration in days, if it changes") % named,
            required=False,
            min_value=1,
            max_value=20_000,
        )

    def clean(self) -> dict[str, Any]:
        """A change is whole: where, what stood, what stands."""
        data = super().clean() or {}
        for row in CHANGES[1:]:
            given = [bool(data.get(f"{part}_{row}", "").strip()) for part in ("where", "before", "after")]
            if any(given) and not all(given):
                self.add_error(f"where_{row}", _("Say where it stands, what stood and what stands now."))
        return data

    def changes(self) -> list[dict[str, str]]:
        """The changes as people read them."""
        data = self.cleaned_data
        return [
            {part: data[f"{part}_{row}"] for part in ("where", "before", "after")}
            for row in CHANGES
            if data[f"where_{row}"].strip()
        ]

    def lot_changes(self) -> dict[UUID, LotChange]:
        """The new values by lot."""
        return {lot.pk: change for lot in self.lots if (change := self.of_lot(lot)) is not None}

    def of_lot(self, lot: Lot) -> LotChange | None:
        """The new values of one lot, None when nothing changes."""
        data = self.cleaned_data
        close_at: datetime | None = data[f"close_at_{lot.code}"]
        ceiling: Decimal | None = data[f"ceiling_{lot.code}"]
        fields = {"ceiling": ceiling, "duration_days": data[f"duration_{lot.code}"]}
        changed = {name: value for name, value in fields.items() if value is not None}
        times = shifted(times_in_force(lot), close_at) if close_at else None
        return LotChange(fields=changed, times=times) if changed or times else None


class PostponeForm(DomainForm):
    """A later deadline: every later phase keeps its distance, sealed bids stay valid."""

    close_at = MomentField(label=gettext_lazy("New deadline"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It is published, and the supervisor signs it too."),
        max_length=1000,
        widget=text_area(),
    )

    def times(self, lot: Lot) -> Times:
        """The times the lot would have."""
        return shifted(times_in_force(lot), self.cleaned_data["close_at"])


class SuspendForm(DomainForm):
    """The ground of a suspension."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=[
            ("fault", gettext_lazy("a fault of the system or the hall")),
            ("owner", gettext_lazy("another ground of the owner")),
        ],
    )
    text = forms.CharField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("It is published."),
        max_length=2000,
        widget=text_area(),
    )
    article = forms.CharField(label=gettext_lazy("Article, if there is one"), required=False, max_length=200)
    places = {"suspension_ground": "text"}


class OrderForm(DomainForm):
    """The supervisor's order to suspend."""

    text = forms.CharField(
        label=gettext_lazy("Ground of the order"),
        help_text=gettext_lazy("Number of the letter and what stops. It is published."),
        max_length=2000,
        widget=text_area(),
    )
    article = forms.CharField(
        label=gettext_lazy("Article"), initial="招标投标法实施条例第六十二条", max_length=200
    )


class CancelForm(DomainForm):
    """Why the owner stops."""

    reason = forms.CharField(
        label=gettext_lazy("Ground and evidence"),
        help_text=gettext_lazy("Published word for word. Without a good ground stopping is punished."),
        max_length=2000,
        widget=text_area(),
    )
    article = forms.CharField(label=gettext_lazy("Article"), initial=CANCEL_ARTICLE, max_length=200)


class KeyForm(DomainForm):
    """What the officer's browser or offline tool hands in: a signed object of its own keys."""

    signed = forms.JSONField(
        label=gettext_lazy("What the offline tool gives out"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Nothing was handed in. Make the key on this page, or paste the file."),
            "invalid": gettext_lazy("This is not what the tool gave out. Paste the whole file."),
        },
    )
    tool = forms.ChoiceField(
        choices=[("browser", "browser"), ("offline", "offline")], widget=forms.HiddenInput(), required=False
    )

    def clean_signed(self) -> dict[str, Any]:
        """``{"body", "signatures"}``, or a refusal in words."""
        found = self.cleaned_data["signed"]
        if not isinstance(found, dict) or not {"body", "signatures"} <= set(found):
            raise forms.ValidationError(_("This is not what the tool gave out. Paste the whole file."))
        if not isinstance(found["body"], dict) or not isinstance(found["signatures"], list):
            raise forms.ValidationError(_("This is not what the tool gave out. Paste the whole file."))
        return {"body": found["body"], "signatures": found["signatures"]}

    def clean_tool(self) -> str:
        """Where the key was made; without a word from the page, outside the browser."""
        return self.cleaned_data["tool"] or "offline"
