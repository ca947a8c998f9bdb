"""What the bank says: files as they came in, their lines, and what two people said of a line."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bidding.models.security.accounts import CollectingAccount, SubAccount
from bidding.models.security.two_people import TwoPeople
from bidding.states.security import NO_DEPOSIT, LineKind, PaymentState, ProposalState

_KINDS = [kind.value for kind in LineKind]
_STATES = [state.value for state in PaymentState]
_BOOKED_AS = ["", *(kind.value for kind in NO_DEPOSIT)]


class BankFile(models.Model):
    """A statement that was taken in as a whole. A file that is refused leaves no row.

    A statement may come in several files: ``pages`` is the page of each statement in it, one a line as ``statement``
    (``2``, ``3 last``); nothing is said where the bank numbers no pages.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(CollectingAccount, on_delete=models.PROTECT, related_name="files")
    sha256 = models.TextField(_("SHA-256"))
    name = models.TextField(_("name"))
    format = models.TextField(_("format"))
    statement = models.TextField(_("the bank's number of the statement"), blank=True, default="")
    pages = models.TextField(_("pages of the statement"), blank=True, default="")
    made_at = models.DateTimeField(_("made by the bank at"), null=True)
    period_from = models.DateField(_("from"), null=True)
    period_until = models.DateField(_("until"), null=True)
    closing = models.DecimalField(_("closing balance"), max_digits=20, decimal_places=5, null=True)
    closing_on = models.DateField(_("closing balance of"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    by = models.UUIDField(_("taken in by"), null=True)
    at = models.DateTimeField(_("taken in at"))

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="bidding_bank_file_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="bidding_bank_file_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """One line, kept as the bank wrote it. ``mark`` is the payer's account under a keyed hash (条例40(六)).

    A line that the bank corrected stays and names the one in force in ``corrected_by``. ``reverses`` is the receipt a
    reversal takes back; ``missing_in`` a later edition of its statement in which the line no longer stands, for a
    person to ask the bank about. ``amount`` is what the line puts into the books, to the last digit.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(CollectingAccount, on_delete=models.PROTECT, related_name="lines")
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    identity = models.TextField(_("identity"))
    digest = models.TextField(_("digest of the content"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=5)
    currency = models.TextField(_("currency"))
    booked_on = models.DateField(_("booked on"))
    booked_at = models.DateTimeField(_("booked at"), null=True)
    end_to_end_id = models.TextField(_("end-to-end id"), blank=True, default="")
    bank_ref = models.TextField(_("the bank's reference"), blank=True, default="")
    payer_name = models.TextField(_("payer"), blank=True, default="")
    payer_account = models.TextField(_("the payer's account"), blank=True, default="")
    mark = models.TextField(_("mark of the payer's account"), blank=True, default="")
    payee_account = models.TextField(_("credited account"), blank=True, default="")
    remittance = models.TextField(_("remittance text"), blank=True, default="")
    reversal = models.BooleanField(_("reversal"), default=False)
    ordinal = models.PositiveIntegerField(_("place in its entry"), default=0)
    charges = models.DecimalField(_("charges taken on the way"), max_digits=20, decimal_places=5, default=0)
    itemised = models.BooleanField(_("its entry adds up"), default=True)
    kind = models.TextField(_("kind"), choices=[(kind, kind) for kind in _KINDS])
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, null=True, related_name="lines")
    state = models.TextField(
        _("state"), choices=[(state, state) for state in _STATES], blank=True, default=""
    )
    reasons = models.JSONField(_("reasons"), default=list)
    corrected_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrects")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    missing_in = models.ForeignKey(
        BankFile, on_delete=models.PROTECT, null=True, related_name="lines_missing"
    )
    imported_at = models.DateTimeField(_("taken in at"))

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ("booked_on", "id")
        indexes = [
            models.Index(fields=["account", "state"], name="bidding_bank_line_desk"),
            models.Index(fields=["sub_account", "state"], name="bidding_bank_line_own"),
            models.Index(fields=["mark"], name="bidding_bank_line_mark"),
            models.Index(fields=["end_to_end_id"], name="bidding_bank_line_e2e"),
            models.Index(fields=["account", "bank_ref"], name="bidding_bank_line_ref"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "identity"],
                condition=Q(corrected_by__isnull=True),
                name="bidding_bank_line_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=_KINDS), name="bidding_bank_line_kind"),
            models.CheckConstraint(
                condition=Q(kind="receipt", state__in=_STATES) | (~Q(kind="receipt") & Q(state="")),
                name="bidding_bank_line_state",
            ),
            models.CheckConstraint(
                condition=~Q(kind="receipt") | Q(amount__gt=0), name="bidding_bank_line_receipt_is_credit"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["matched", "forfeited"]) | Q(sub_account__isnull=False),
                name="bidding_bank_line_matched_to_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MatchProposal(TwoPeople):
    """手工匹配: what one person proposes for a line, with a reason, and another confirms or refuses.

    ``parts`` divides the sum: [{"sub_account": id, "amount": "…"}]; empty means: send it back to its payer. ``kind``
    says instead that the line is no deposit: a fee, interest, or the bank's answer to the order of ours with the
    end-to-end id ``order``.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="proposals")
    parts = models.JSONField(_("parts"), default=list)
    kind = models.TextField(
        _("booked as"), choices=[(kind, kind) for kind in _BOOKED_AS], blank=True, default=""
    )
    order = models.TextField(_("end-to-end id of the order"), blank=True, default="")
    reason = models.TextField(_("reason"))
    answer = models.TextField(_("reason of the second person"), blank=True, default="")

    class Meta:
        verbose_name = _("proposal for a bank line")
        verbose_name_plural = _("proposals for bank lines")
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="proposed"), name="bidding_match_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ProposalState]),
                name="bidding_match_proposal_state",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="bidding_match_proposal_reason"),
            models.CheckConstraint(
                condition=Q(kind="transfer") & ~Q(order="") | Q(kind__in=["", "fee", "interest"], order=""),
                name="bidding_match_proposal_kind",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bidding_match_proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", checker__isnull=True, checked_at__isnull=True)
                | (~Q(state="proposed") & Q(checker__isnull=False, checked_at__isnull=False)),
                name="bidding_match_proposal_checked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
