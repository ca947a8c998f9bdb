"""A request to replace a member of the owner's own in the open, where no substitute is left (条例48)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import OwnMember, Panel
from experts.states.own import ReplacementCause, ReplacementState

_PERSON = "accounts.Person"


class OwnReplacement(models.Model):
    """The owner asks to send ``member``, by the letter he is named with, into a place of its own that is empty.

    An incident everybody reads by cause and number: ``serial`` counts from 1. ``reader`` of the supervisor decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="replacements")
    member = models.OneToOneField(OwnMember, on_delete=models.PROTECT, related_name="replacement")
    serial = models.PositiveSmallIntegerField(_("serial"))
    cause = models.TextField(_("cause"), choices=[(one.value, one.value) for one in ReplacementCause])
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in ReplacementState],
        default=ReplacementState.ASKED.value,
    )
    answer = models.TextField(_("reason of the supervisor"), blank=True, default="")
    at = models.DateTimeField(_("proposed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("request to replace an own member")
        verbose_name_plural = _("requests to replace own members")
        ordering = ("panel", "serial")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "serial"],
                name="experts_replacement_serial",
                violation_error_code="replacement_exists",
            ),
            models.UniqueConstraint(
                fields=["panel"],
                condition=Q(state="asked"),
                name="experts_replacement_one",
                violation_error_code="replacement_waits",
            ),
            models.CheckConstraint(
                condition=Q(serial__gte=1)
                & ~Q(reason="")
                & Q(cause__in=[one.value for one in ReplacementCause]),
                name="experts_replacement_told",
                violation_error_code="reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in ReplacementState]),
                name="experts_replacement_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("reader")),
                name="experts_replacement_two",
                violation_error_code="reader",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "refused"])
                | Q(reader__isnull=False, decided_at__isnull=False),
                name="experts_replacement_decided",
                violation_error_code="decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="experts_replacement_refused",
                violation_error_code="answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.serial}"
