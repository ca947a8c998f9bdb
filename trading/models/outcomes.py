"""What became of a lot after its opening: the award notice and the contract.

``outside`` marks an award by a report made elsewhere (ADR 33); one decided here (ADR 42) has a ``decision``.
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from trading.models.checks import HEX64
from trading.models.tenders import Lot


class Award(models.Model):
    """中标: who was awarded the lot and when; ``serial`` 2 and later after a winner fell out (条例 55).

    Of an award decided here ``report_sha256`` is the event of the report, ``file_sha256`` the digest of the letter.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="awards")
    serial = models.PositiveSmallIntegerField(_("serial"), default=1)
    outside = models.BooleanField(_("by a report made outside"), default=True)
    outside_reason = models.TextField(_("why the evaluation was held outside"), blank=True, default="")
    winner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    report_number = models.TextField(_("number of the evaluation report"))
    report_on = models.DateField(_("report signed on"))
    report_sha256 = models.TextField(_("SHA-256 of the report"))
    report_name = models.TextField(_("report"))
    report_size = models.PositiveIntegerField(_("bytes of the report"))
    notified_on = models.DateField(_("award notice sent on"))
    file_sha256 = models.TextField(_("SHA-256 of the award notice"))
    file_name = models.TextField(_("award notice"))
    file_size = models.PositiveIntegerField(_("bytes"))
    by = models.UUIDField(_("recorded by"))
    at = models.DateTimeField(_("recorded at"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ("lot", "serial")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "serial"], name="trading_award_serial", violation_error_code="awarded"
            ),
            models.CheckConstraint(
                condition=Q(serial=1) | Q(serial__gt=1, outside=False), name="trading_award_outside_once"
            ),
            models.CheckConstraint(
                condition=Q(outside=True) | Q(outside_reason=""), name="trading_award_outside_reason"
            ),
            models.CheckConstraint(
                condition=Q(report_sha256__regex=HEX64, file_sha256__regex=HEX64), name="trading_award_files"
            ),
            models.CheckConstraint(condition=~Q(report_number=""), name="trading_award_report"),
            models.CheckConstraint(condition=Q(notified_on__gte=F("report_on")), name="trading_award_days"),
        ]

    def __str__(self) -> str:
        return self.report_number


class Contract(models.Model):
    """合同: that it is signed, when, between whom and for how much; the file is kept, never shown to others."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="contract")
    parties = models.TextField(_("parties"))
    signed_on = models.DateField(_("signed on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.TextField(_("currency"))
    file_sha256 = models.TextField(_("SHA-256 of the contract"))
    file_name = models.TextField(_("contract"))
    file_size = models.PositiveIntegerField(_("bytes"))
    by = models.UUIDField(_("recorded by"))
    at = models.DateTimeField(_("recorded at"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.CheckConstraint(condition=Q(file_sha256__regex=HEX64), name="trading_contract_file"),
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(parties=""), name="trading_contract_whole"),
        ]

    def __str__(self) -> str:
        return str(self.signed_on)
