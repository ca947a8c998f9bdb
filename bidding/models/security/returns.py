"""Security that goes back, is held, or is kept by a decision."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bidding.models.openings import Attribution
from bidding.models.security.accounts import CollectingAccount, SubAccount
from bidding.models.security.bank import BankLine
from bidding.models.security.two_people import TwoPeople
from bidding.states.security import BookAccount, ProposalState, RefundState

_BOOKS = [BookAccount.SUSPENSE.value, BookAccount.SECURITY.value, BookAccount.FORFEITED.value]


class RefundList(TwoPeople):
    """退款清单: made by one person, approved by another, handed to the bank as a file."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(CollectingAccount, on_delete=models.PROTECT, related_name="refund_lists")
    code = models.TextField(_("code"))
    answer = models.TextField(_("reason of the second person"), blank=True, default="")
    format = models.TextField(_("format of the file"), blank=True, default="")
    sha256 = models.TextField(_("SHA-256 of the file"), blank=True, default="")
    sent_at = models.DateTimeField(_("handed to the bank at"), null=True)

    class Meta:
        verbose_name = _("refund list")
        verbose_name_plural = _("refund lists")
        ordering = ("made_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="bidding_refund_list_code"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]),
                name="bidding_refund_list_state",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bidding_refund_list_two_people",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(state="confirmed"),
                name="bidding_refund_list_sent_when_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Refund(models.Model):
    """A sum due back to the account that paid it. ``end_to_end_id`` never changes: sending twice pays once.

    ``book`` is where the sum stands until it is ordered back; a forfeited sum goes to the owner by ``forfeiture``.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="refunds")
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, null=True, related_name="refunds")
    book = models.TextField(
        _("where the sum stands"),
        choices=[(book, book) for book in _BOOKS],
        default=BookAccount.SECURITY.value,
    )
    forfeiture = models.ForeignKey(
        "bidding.Forfeiture", on_delete=models.PROTECT, null=True, related_name="refunds"
    )
    principal = models.DecimalField(_("principal"), max_digits=20, decimal_places=2)
    interest = models.DecimalField(_("interest"), max_digits=20, decimal_places=2, default=0)
    formula = models.JSONField(_("how the interest is computed"), default=list)
    payee_name = models.TextField(_("payee"))
    payee_account = models.TextField(_("the payee's account"))
    cause = models.TextField(_("cause"))
    rule = models.TextField(_("rule"))
    article = models.TextField(_("article"))
    since = models.DateTimeField(_("clock runs from"))
    due_at = models.DateTimeField(_("due until"))
    end_to_end_id = models.TextField(_("end-to-end id"))
    state = models.TextField(_("state"), default=RefundState.DUE_BACK.value)
    on_list = models.ForeignKey(RefundList, on_delete=models.PROTECT, null=True, related_name="refunds")
    paid_line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, related_name="+")
    paid_at = models.DateTimeField(_("paid at"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("due_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["end_to_end_id"], name="bidding_refund_e2e"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RefundState]), name="bidding_refund_state"
            ),
            models.CheckConstraint(condition=Q(book__in=_BOOKS), name="bidding_refund_book"),
            models.CheckConstraint(
                condition=Q(book="forfeited", forfeiture__isnull=False)
                | (~Q(book="forfeited") & Q(forfeiture__isnull=True)),
                name="bidding_refund_forfeited",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["proposed", "approved", "paying", "returned"]) | ~Q(payee_account=""),
                name="bidding_refund_to_an_account",
            ),
            models.CheckConstraint(condition=Q(principal__gt=0, interest__gte=0), name="bidding_refund_sums"),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(paid_line__isnull=False, paid_at__isnull=False),
                name="bidding_refund_read_back",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["proposed", "approved", "paying"]) | Q(on_list__isnull=False),
                name="bidding_refund_on_a_list",
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class PayeeProof(TwoPeople):
    """Where a sum goes whose bank line names no payer's account: shown by a file, confirmed by a second person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="payees")
    name = models.TextField(_("payee"))
    account = models.TextField(_("the payee's account"))
    reason = models.TextField(_("reason"))
    file_sha256 = models.TextField(_("SHA-256 of the proof"))
    file_name = models.TextField(_("proof"))
    file_size = models.PositiveIntegerField(_("bytes"))
    file_key = models.TextField(_("place in the store"))
    answer = models.TextField(_("reason of the second person"), blank=True, default="")

    class Meta:
        verbose_name = _("proof of a payee")
        verbose_name_plural = _("proofs of payees")
        constraints = [
            models.UniqueConstraint(
                fields=["refund"], condition=Q(state="proposed"), name="bidding_payee_proof_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]),
                name="bidding_payee_proof_state",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(account="") & ~Q(reason=""), name="bidding_payee_proof_complete"
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bidding_payee_proof_two_people",
            ),
            models.CheckConstraint(
                condition=Q(file_sha256__regex=r"^[0-9a-f]{64}$"), name="bidding_payee_proof_file"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Hold(models.Model):
    """冻结: security that must not go back while an objection, a complaint or an order stands.

    ``organisation`` None holds every bidder of the lot.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    ground = models.TextField(_("ground"))
    reference = models.TextField(_("reference"), blank=True, default="")
    by = models.UUIDField(_("by"), null=True)
    at = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(condition=~Q(ground=""), name="bidding_hold_ground"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("at")), name="bidding_hold_term"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Forfeiture(TwoPeople):
    """不予退还: the owner's decision with its document; for 撤销 with the recorded attribution (decision 11).

    Proposed by one person of the owner and confirmed by another; the centre's finance only carries it out.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    ground = models.TextField(_("ground"))
    article = models.TextField(_("article"))
    reason = models.TextField(_("reason"))
    attribution = models.ForeignKey(Attribution, on_delete=models.PROTECT, null=True, related_name="+")
    file_sha256 = models.TextField(_("SHA-256 of the decision"))
    file_name = models.TextField(_("decision"))
    file_size = models.PositiveIntegerField(_("bytes"))
    file_key = models.TextField(_("place in the store"))
    paid_line = models.ForeignKey(BankLine, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("forfeiture")
        verbose_name_plural = _("forfeitures")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "organisation"],
                condition=~Q(state="refused"),
                name="bidding_forfeiture_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]),
                name="bidding_forfeiture_state",
            ),
            models.CheckConstraint(condition=~Q(ground="") & ~Q(reason=""), name="bidding_forfeiture_reason"),
            models.CheckConstraint(
                condition=~Q(ground="revoked") | Q(attribution__isnull=False),
                name="bidding_forfeiture_of_a_revoked_bid_is_attributed",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bidding_forfeiture_two_people",
            ),
            models.CheckConstraint(
                condition=Q(file_sha256__regex=r"^[0-9a-f]{64}$"), name="bidding_forfeiture_file"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
