"""What a supervisor decided about a lead: append-only, and nothing follows from it by itself."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.people import HEX64
from experts.states.leads import LeadState


class LeadStep(models.Model):
    """One decision about one lead. ``lead`` is its name, ``evidence`` and ``pack`` what it rested on, as hashes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    lead = models.TextField(_("lead (hash)"))
    number = models.PositiveSmallIntegerField(_("number"))
    evidence = models.TextField(_("SHA-256 of the evidence"))
    pack = models.TextField(_("SHA-256 of the thresholds"))
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in (LeadState.OPENED, LeadState.CLOSED)],
    )
    reason = models.TextField(_("reason"))
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("decision about a lead")
        verbose_name_plural = _("decisions about leads")
        ordering = ("at", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "lead", "number"],
                name="experts_lead_step_once",
                violation_error_code="decided",
            ),
            models.CheckConstraint(
                condition=Q(lead__regex=HEX64, evidence__regex=HEX64, pack__regex=HEX64),
                name="experts_lead_hashes",
                violation_error_code="hash",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[LeadState.OPENED.value, LeadState.CLOSED.value]) & ~Q(reason=""),
                name="experts_lead_told",
                violation_error_code="reason",
            ),
        ]

    def __str__(self) -> str:
        return self.state
