"""What the gateway does with an invitation, and what an answer was made of. No row here names an expert.

Who was called follows from the seat alone, which is a hash; what opens it are two files (``DrawCall``).
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.draw_rounds import DrawAnswer, DrawCall, DrawnSeat
from experts.models.people import HEX64
from experts.states.calls import TryOutcome

_PERSON = "accounts.Person"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class DrawReply(models.Model):
    """What the hash of an answer covers beside seat, code and moment: whoever may read it repeats the hash."""

    answer = models.OneToOneField(DrawAnswer, on_delete=models.PROTECT, related_name="reply")
    reason = models.TextField(_("reason"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("words of an answer")
        verbose_name_plural = _("words of answers")
        ordering = ("answer",)

    def __str__(self) -> str:
        return self.reason


class CallLook(models.Model):
    """A caller was shown whom to call: every look at a name has a row and an entry."""

    call = models.ForeignKey(DrawCall, on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("look at an invitation")
        verbose_name_plural = _("looks at invitations")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class CallTry(models.Model):
    """A call that was made, and how it ended. ``record`` is the hash of what was written down of it."""

    call = models.ForeignKey(DrawCall, on_delete=models.PROTECT, related_name="tries")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    outcome = models.TextField(_("outcome"), choices=[(one.value, one.value) for one in TryOutcome])
    reason = models.TextField(_("reason"), blank=True, default="")
    record = models.TextField(_("SHA-256 of the record of the call"))
    entry = _entry()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(record__regex=HEX64), name="experts_try_record", violation_error_code="record"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[one.value for one in TryOutcome]),
                name="experts_try_outcome",
                violation_error_code="outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.outcome


class CallReminder(models.Model):
    """Who has accepted is reminded once, by the way that called him."""

    seat = models.OneToOneField(DrawnSeat, on_delete=models.PROTECT, related_name="reminder")
    receipt = models.TextField(_("receipt of the gateway"), blank=True, default="")
    handed_at = models.DateTimeField(_("handed over at"))

    class Meta:
        verbose_name = _("reminder of an expert")
        verbose_name_plural = _("reminders of experts")
        ordering = ("handed_at", "id")

    def __str__(self) -> str:
        return f"{self.handed_at:%Y-%m-%d %H:%M}"
