"""Detailed evaluation: the facts, each member's sheet, the report, and how each member stands to it."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import Panel, PanelSeat
from experts.models.people import HEX64
from experts.states.panel import SheetState


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class Facts(models.Model):
    """What is evaluated, as it went into the log (protocol 16.7); the last is in force."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="facts")
    number = models.PositiveSmallIntegerField(_("number"))
    body = models.JSONField(_("body"))
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("facts of an evaluation")
        verbose_name_plural = _("facts of evaluations")
        ordering = ("panel", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "number"], name="experts_facts_once", violation_error_code="facts_exist"
            )
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.number}"


class Sheet(models.Model):
    """One member's marks at one look. A draft is his alone; ``statement`` is signed, shown when all have locked."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="sheets")
    facts = models.ForeignKey(Facts, on_delete=models.PROTECT, related_name="sheets")
    round = models.PositiveSmallIntegerField(_("look"), default=1)
    marks = models.JSONField(_("marks by bid and criterion"), default=dict)
    notes = models.JSONField(_("reasons by bid and criterion"), default=dict)
    reason = models.TextField(_("reason of the second look"), blank=True, default="")
    state = models.TextField(
        _("state"), choices=[(one.value, one.value) for one in SheetState], default=SheetState.DRAFT.value
    )
    hash = models.TextField(_("hash"), blank=True, default="")
    statement = models.JSONField(_("signed sheet"), default=dict)
    lock_entry = _entry(null=True)
    sheet_entry = _entry(null=True)
    saved_at = models.DateTimeField(_("saved at"))
    locked_at = models.DateTimeField(_("locked at"), null=True)
    shown_at = models.DateTimeField(_("shown at"), null=True)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ("seat", "round")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "round"], name="experts_sheet_once", violation_error_code="sheet_exists"
            ),
            models.CheckConstraint(
                condition=Q(round=1, reason="") | (Q(round__gte=2, round__lte=9) & ~Q(reason="")),
                name="experts_sheet_reason",
                violation_error_code="reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SheetState.LOCKED.value, SheetState.SHOWN.value])
                | (Q(hash__regex=HEX64, lock_entry__isnull=False, locked_at__isnull=False)),
                name="experts_sheet_locked",
                violation_error_code="locked",
            ),
            models.CheckConstraint(
                condition=~Q(state=SheetState.SHOWN.value)
                | Q(sheet_entry__isnull=False, shown_at__isnull=False),
                name="experts_sheet_shown",
                violation_error_code="shown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.round}"


class TimeAsked(models.Model):
    """A member says that the time does not suffice; more than a third make the owner extend it (条例 48)."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="time_asked")
    turn = models.PositiveSmallIntegerField(_("turn"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("request for more time")
        verbose_name_plural = _("requests for more time")
        ordering = ("turn", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "turn"], name="experts_time_asked_once", violation_error_code="asked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.turn}"


class Report(models.Model):
    """评标报告 (法 40, 12号令 42): ``body`` is the event, ``content`` all that the page and the PDF say."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField(_("number"))
    body = models.JSONField(_("body"))
    content = models.JSONField(_("content"))
    at = models.DateTimeField(_("at"))
    entry = _entry()
    handed_at = models.DateTimeField(_("handed to the owner at"), null=True)

    class Meta:
        verbose_name = _("evaluation report")
        verbose_name_plural = _("evaluation reports")
        ordering = ("panel", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "number"], name="experts_report_once", violation_error_code="report_exists"
            )
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.number}"


class Stance(models.Model):
    """How a member stands to a report (条例 53): agrees, dissents in writing, or is silent and taken to agree."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="stances")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="stances")
    stance = models.TextField(_("stance"))
    note = models.TextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("stance to a report")
        verbose_name_plural = _("stances to reports")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "seat"], name="experts_stance_once", violation_error_code="signed"
            ),
            models.CheckConstraint(
                condition=Q(stance="agree") | (Q(stance__in=["dissent", "silent"]) & ~Q(note="")),
                name="experts_stance_note",
                violation_error_code="note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.stance}"
