"""The books: double entry, append-only. Debit is positive; every act's postings sum to zero."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.models.security.accounts import CollectingAccount, SubAccount
from bidding.models.security.bank import BankLine
from bidding.states.security import BookAccount

_ACCOUNTS = [account.value for account in BookAccount]


class Journal(models.Model):
    """One act in the books, with its entry in the ledger; ``line`` is the bank's line it comes from, if any."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(CollectingAccount, on_delete=models.PROTECT, related_name="journals")
    kind = models.TextField(_("kind"))
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, related_name="journals")
    booked_on = models.DateField(_("booked on"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        ordering = ("at", "id")
        indexes = [models.Index(fields=["account", "booked_on"], name="bidding_journal_month")]
        constraints = [models.CheckConstraint(condition=~Q(kind=""), name="bidding_journal_kind")]

    def __str__(self) -> str:
        return str(self.id)


class Posting(models.Model):
    """One side of an act."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="postings")
    account = models.TextField(_("account"), choices=[(account, account) for account in _ACCOUNTS])
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, null=True, related_name="postings")
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=5)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        indexes = [models.Index(fields=["account", "sub_account"], name="bidding_posting_balance")]
        constraints = [
            models.CheckConstraint(condition=Q(account__in=_ACCOUNTS), name="bidding_posting_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="bidding_posting_amount"),
            models.CheckConstraint(
                condition=~Q(account="security") | Q(sub_account__isnull=False), name="bidding_posting_whose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
