"""Officers of a draw changed before its header is signed: proposed by one, answered by another; written once."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.draws import DrawOfficer
from experts.rules.exchanges import CAUSES

_PERSON, _ORGANISATION, _ENTRY = "accounts.Person", "accounts.Organisation", "ledger.Entry"


class OfficerExchange(models.Model):
    """The operator's proposal: who takes a seat, and why. The newest of a draw counts."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seat = models.ForeignKey(DrawOfficer, on_delete=models.PROTECT, related_name="exchanges")
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    role = models.TextField(_("role"))
    cause = models.TextField(_("cause"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey(_ENTRY, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("proposed change of an officer")
        verbose_name_plural = _("proposed changes of officers")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=CAUSES), name="experts_exchange_cause", violation_error_code="cause"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="experts_exchange_reason", violation_error_code="reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.cause}"


class OfficerExchanged(models.Model):
    """The supervisor's agreement, with who held the seat before and the keys that are void since."""

    exchange = models.OneToOneField(OfficerExchange, on_delete=models.PROTECT, related_name="agreed")
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    name = models.TextField(_("name"))
    sig_key = models.TextField(_("signing key (SPKI, hex)"), blank=True, default="")
    kem_key = models.TextField(_("opening key (X25519, hex)"), blank=True, default="")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey(_ENTRY, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of an officer")
        verbose_name_plural = _("changes of officers")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.exchange_id}"


class OfficerExchangeRefused(models.Model):
    """The supervisor does not agree, and why; the seat stays whose it is."""

    exchange = models.OneToOneField(OfficerExchange, on_delete=models.PROTECT, related_name="refused")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey(_ENTRY, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("refused change of an officer")
        verbose_name_plural = _("refused changes of officers")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="experts_exchange_refused_why", violation_error_code="reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.exchange_id}"
