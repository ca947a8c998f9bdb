"""What bidders say in the hall: objections on the spot with their answers, and that the own line is right."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.models.bids import Bid


class OpeningObjection(models.Model):
    """现场异议 (实施条例44): said at the opening, answered there, both written into the record."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("objection"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("raised at"))
    answer = models.TextField(_("answer"), blank=True, default="")
    answer_entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("objection at the opening")
        verbose_name_plural = _("objections at the opening")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="bidding_opening_objection_text",
                violation_error_code="objection_text",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answer_entry__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answer_entry__isnull=False)),
                name="bidding_opening_objection_answer",
                violation_error_code="objection_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.at}"


class LineConfirmation(models.Model):
    """A bidder's word that its line was read out as written."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, primary_key=True, related_name="confirmation")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("confirmation of a line")
        verbose_name_plural = _("confirmations of lines")

    def __str__(self) -> str:
        return str(self.bid_id)
