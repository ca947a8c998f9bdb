"""Where bid security is paid to: the centre's account, and one random sub-account per bidder and lot."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CollectingAccount(models.Model):
    """保证金专户: an account of the centre at one bank, into which sub-accounts pay."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.TextField(_("short name"))
    holder = models.TextField(_("holder"))
    bank = models.TextField(_("bank"))
    number = models.TextField(_("account number"))
    currency = models.TextField(_("currency"), default="CNY")
    columns = models.TextField(_("column map of its CSV and XLSX files"), blank=True, default="")
    prefix = models.TextField(_("first digits of its sub-accounts"))
    opened_on = models.DateField(_("books begin on"))
    opening_balance = models.DecimalField(_("balance then"), max_digits=20, decimal_places=2)
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("collecting account")
        verbose_name_plural = _("collecting accounts")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="bidding_collecting_code"),
            models.UniqueConstraint(fields=["number"], name="bidding_collecting_number"),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^[0-9]{4,12}$"), name="bidding_collecting_prefix"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="bidding_collecting_currency"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SubAccount(models.Model):
    """A virtual sub-account of one bidder: for one lot, or for all lots of a year (年度保证金).

    ``number`` is random and says nothing about lot, bidder or order of asking.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(CollectingAccount, on_delete=models.PROTECT, related_name="sub_accounts")
    number = models.TextField(_("number"))
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount asked"), max_digits=20, decimal_places=2)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("sub-account")
        verbose_name_plural = _("sub-accounts")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="bidding_sub_account_number"),
            models.UniqueConstraint(fields=["lot", "organisation"], name="bidding_sub_account_once"),
            models.UniqueConstraint(fields=["year", "organisation"], name="bidding_sub_account_once_a_year"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{16,32}$"), name="bidding_sub_account_form"
            ),
            models.CheckConstraint(
                condition=Q(lot__isnull=False, year__isnull=True) | Q(lot__isnull=True, year__isnull=False),
                name="bidding_sub_account_lot_or_year",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bidding_sub_account_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class AnnualUse(models.Model):
    """A part of an annual security that stands for one lot, until it is let go."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, related_name="uses")
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("used since"))
    freed_at = models.DateTimeField(_("let go at"), null=True)

    class Meta:
        verbose_name = _("use of an annual security")
        verbose_name_plural = _("uses of annual securities")
        constraints = [
            models.UniqueConstraint(
                fields=["sub_account", "lot"],
                condition=Q(freed_at__isnull=True),
                name="bidding_annual_use_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bidding_annual_use_amount"),
            models.CheckConstraint(
                condition=Q(freed_at__isnull=True) | Q(freed_at__gte=F("at")), name="bidding_annual_use_term"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
