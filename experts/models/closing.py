"""What surrounds sheets and report: more time, second looks, votes on a tie, and calling a panel back."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import Panel, PanelSeat
from experts.models.sheets import Facts, Sheet
from experts.states.recall import RecallGround

_PERSON = "accounts.Person"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class TimeGiven(models.Model):
    """The owner's answer to a turn of requests for more time (条例 48): the evaluation now ends at ``until``."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="time_given")
    turn = models.PositiveSmallIntegerField(_("turn"))
    until = models.DateTimeField(_("evaluation planned until"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("extension of an evaluation")
        verbose_name_plural = _("extensions of evaluations")
        ordering = ("panel", "turn")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "turn"], name="experts_time_given_once", violation_error_code="given"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")),
                name="experts_time_given_later",
                violation_error_code="until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.turn}"


class SecondLook(models.Model):
    """异常复核: a member looked again at a sheet with deviations and kept it, with the reason; once for a sheet."""

    sheet = models.OneToOneField(Sheet, on_delete=models.PROTECT, related_name="second_look")
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("second look")
        verbose_name_plural = _("second looks")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="experts_second_look_reason", violation_error_code="reason"
            )
        ]

    def __str__(self) -> str:
        return str(self.sheet_id)


class TieVote(models.Model):
    """A member's order of bids that no earlier rule parts, where the method lets the panel vote on them."""

    facts = models.ForeignKey(Facts, on_delete=models.PROTECT, related_name="tie_votes")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="tie_votes")
    tie = models.TextField(_("tied bids (hash)"))
    order = models.JSONField(_("order"))
    turn = models.PositiveSmallIntegerField(_("turn"))
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("vote on a tie")
        verbose_name_plural = _("votes on ties")
        ordering = ("turn", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["facts", "seat", "tie", "turn"],
                name="experts_tie_vote_once",
                violation_error_code="voted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.turn}"


class Recall(models.Model):
    """复议: the panel called back after its report, on a ground the law knows; the report stays readable."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="recalls")
    number = models.PositiveSmallIntegerField(_("number"))
    ground = models.TextField(_("ground"), choices=[(one.value, one.value) for one in RecallGround])
    reason = models.TextField(_("reason"))
    evidence = models.TextField(_("evidence (hash)"), blank=True, default="")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("panel called back")
        verbose_name_plural = _("panels called back")
        ordering = ("panel", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "number"], name="experts_recall_once", violation_error_code="recall_exists"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=[one.value for one in RecallGround]) & ~Q(reason=""),
                name="experts_recall_ground",
                violation_error_code="ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.number}"
