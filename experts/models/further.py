"""A further request to name: where a panel named whole has come apart and its namings are used up (条例46-48)."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.states.naming import PENDING, FurtherCause, NamingState

_PERSON = "accounts.Person"
_PENDING = sorted(one.value for one in PENDING)


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class FurtherNaming(models.Model):
    """The owner asks to name anew for the seats of ``request`` that are open, with a cause everybody will read.

    As a further serial of a draw it is an incident: ``serial`` counts from 2. ``second`` of the owner confirms,
    ``reader`` of the supervisor decides. ``begins_at``: when the evaluation now begins.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey("experts.DrawRequest", on_delete=models.PROTECT, related_name="further")
    serial = models.PositiveSmallIntegerField(_("serial"))
    cause = models.TextField(_("cause"), choices=[(one.value, one.value) for one in FurtherCause])
    reason = models.TextField(_("reason"))
    begins_at = models.DateTimeField(_("evaluation begins at"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in NamingState],
        default=NamingState.PROPOSED.value,
    )
    answer = models.TextField(_("reason of the supervisor"), blank=True, default="")
    at = models.DateTimeField(_("proposed at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    entry = _entry()

    class Meta:
        verbose_name = _("further request to name")
        verbose_name_plural = _("further requests to name")
        ordering = ("request", "serial")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "serial"],
                name="experts_further_serial",
                violation_error_code="further_exists",
            ),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=_PENDING),
                name="experts_further_one",
                violation_error_code="further_waits",
            ),
            models.CheckConstraint(
                condition=Q(serial__gte=2) & ~Q(reason="") & Q(cause__in=[one.value for one in FurtherCause]),
                name="experts_further_told",
                violation_error_code="reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in NamingState]),
                name="experts_further_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("second")), name="experts_further_two", violation_error_code="second"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "agreed", "refused"]) | Q(second__isnull=False),
                name="experts_further_confirmed",
                violation_error_code="confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "refused"])
                | Q(reader__isnull=False, decided_at__isnull=False),
                name="experts_further_decided",
                violation_error_code="decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="experts_further_refused",
                violation_error_code="answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.serial}"
