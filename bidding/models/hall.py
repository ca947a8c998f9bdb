"""What is said in the hall: objections with answers, the seal found, the line read and confirmed, statements."""

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


class SealCheck(models.Model):
    """密封检查 (法36): a bidder's device has found its own receipt in the closed set, and its bidder says so."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, primary_key=True, related_name="seal_check")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("seal check")
        verbose_name_plural = _("seal checks")

    def __str__(self) -> str:
        return str(self.bid_id)


class LineRead(models.Model):
    """That a line of the set was read aloud (唱标), in the order of the set, and when."""

    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, primary_key=True, related_name="reading")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("reading of a line")
        verbose_name_plural = _("readings of lines")

    def __str__(self) -> str:
        return str(self.bid_id)


class Statement(models.Model):
    """A bidder's own account of why its bid was not decrypted; the owner reads it before deciding (20号令31).

    Without words it is the bidder's word that it has none to make: the owner need not wait longer.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="statements")
    text = models.TextField(_("statement"), blank=True, default="")
    paper = models.TextField(_("SHA-256 of a paper"), blank=True, default="")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("statement of a bidder")
        verbose_name_plural = _("statements of bidders")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(paper=""),
                name="bidding_statement_text",
                violation_error_code="statement_text",
            ),
            models.UniqueConstraint(
                fields=["bid"],
                condition=Q(text=""),
                name="bidding_statement_none_once",
                violation_error_code="statement_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id} {self.at}"
