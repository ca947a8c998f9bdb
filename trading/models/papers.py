"""What is read out of papers, and papers that come with words: bills of quantities."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trading.models.publications import TenderDocument


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
