"""Bids as they were logged, and the receipts which alone prove submission."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.models.uploads import Upload
from bidding.states import BidState

LIVE = (BidState.LOGGED.value, BidState.SUBMITTED.value)


class Bid(models.Model):
    """One manifest in the ledger. The signed body is the ledger's; this row says where it stands."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT, related_name="bid")
    ev = models.TextField(_("event id"))
    policy = models.TextField(_("policy"))
    bid = models.TextField(_("bid id"))
    signer = models.TextField(_("hash of the signer's key"))
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in BidState],
        default=BidState.LOGGED.value,
    )
    received_at = models.DateTimeField(_("received at"))
    ended_at = models.DateTimeField(_("superseded, withdrawn or stale since"), null=True)

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        constraints = [
            models.UniqueConstraint(fields=["ev"], name="bidding_bid_ev", violation_error_code="bid_exists"),
            models.UniqueConstraint(
                fields=["lot", "bid"], name="bidding_bid_id", violation_error_code="bid_id_exists"
            ),
            models.UniqueConstraint(
                fields=["lot", "organisation"],
                condition=Q(state__in=LIVE),
                name="bidding_bid_one_live",
                violation_error_code="bid_already_live",
            ),
        ]
        indexes = [models.Index(fields=["lot", "state"], name="bidding_bid_state")]

    def __str__(self) -> str:
        return self.ev[:12]


class BidEnvelope(models.Model):
    """What the manifest says of one envelope. Equal seed commitments would mean a reused seed (A14)."""

    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="envelopes")
    envelope = models.PositiveSmallIntegerField(_("envelope"))
    seed = models.TextField(_("seed commitment"))
    ct_root = models.TextField(_("root of the ciphertext"))
    size = models.BigIntegerField(_("bytes of ciphertext"))

    class Meta:
        verbose_name = _("envelope")
        verbose_name_plural = _("envelopes")
        ordering = ["envelope"]
        constraints = [
            models.UniqueConstraint(
                fields=["bid", "envelope"],
                name="bidding_envelope_unique",
                violation_error_code="envelope_exists",
            ),
            models.UniqueConstraint(
                fields=["seed"], name="bidding_envelope_seed", violation_error_code="seed_reused"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id} e{self.envelope}"


class Receipt(models.Model):
    """The signed receipt of one party event. ``code`` is random: nothing issued before opening counts (A8).

    Anybody who knows the code learns ``digest`` and ``issued_at``, nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.TextField(_("code"))
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    ev = models.TextField(_("event id"))
    kind = models.TextField(_("kind of event"))
    signed = models.TextField(_("signed receipt, canonical JSON"))
    digest = models.TextField(_("SHA-256 of the signed receipt"))
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="bidding_receipt_code", violation_error_code="receipt_code_exists"
            ),
            models.UniqueConstraint(
                fields=["ev"], name="bidding_receipt_ev", violation_error_code="receipt_exists"
            ),
        ]

    def __str__(self) -> str:
        return self.code
