"""What is read out of papers, and papers that come with words: bills of quantities, attachments."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trading.models.checks import HEX64
from trading.models.publications import Objection, Question, TenderDocument


class BillOfQuantities(models.Model):
    """工程量清单 as read from its document, which stays what counts. ``problems`` is what does not add up."""

    document = models.OneToOneField(TenderDocument, on_delete=models.CASCADE, related_name="bill")
    total = models.DecimalField(_("sum of the amounts"), max_digits=20, decimal_places=2, null=True)
    problems = models.JSONField(_("what does not add up"), default=list)

    class Meta:
        verbose_name = _("bill of quantities")
        verbose_name_plural = _("bills of quantities")

    def __str__(self) -> str:
        return str(self.document)


class BillItem(models.Model):
    """One line of a bill: quantity, unit price and amount as the file gives them."""

    bill = models.ForeignKey(BillOfQuantities, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    sheet = models.TextField(_("sheet"))
    row = models.PositiveIntegerField(_("row"))
    code = models.TextField(_("item code"), blank=True, default="")
    name = models.TextField(_("item"))
    features = models.TextField(_("features"), blank=True, default="")
    unit = models.TextField(_("unit"))
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6)
    unit_price = models.DecimalField(_("unit price"), max_digits=20, decimal_places=6, null=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("item of a bill")
        verbose_name_plural = _("items of bills")
        ordering = ("bill", "position")
        constraints = [models.UniqueConstraint(fields=["bill", "position"], name="trading_bill_position")]

    def __str__(self) -> str:
        return self.code or self.name


class Attachment(models.Model):
    """A file sent with a question or an objection, after its maker's traces were taken out. Never published."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    question = models.ForeignKey(Question, null=True, on_delete=models.PROTECT, related_name="attachments")
    objection = models.ForeignKey(Objection, null=True, on_delete=models.PROTECT, related_name="attachments")
    name = models.TextField(_("file name"))
    media_type = models.TextField(_("media type"))
    size = models.BigIntegerField(_("size"))
    sha256 = models.TextField(_("SHA-256"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                condition=Q(question__isnull=False, objection__isnull=True)
                | Q(question__isnull=True, objection__isnull=False),
                name="trading_attachment_of_one",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=HEX64), name="trading_attachment_sha256"),
        ]

    def __str__(self) -> str:
        return self.name
