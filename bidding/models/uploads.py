"""Ciphertext on its way in. A row here is not a bid: without a receipt nothing is submitted."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bidding.states import UploadState


class Bidder(models.Model):
    """An organisation at one lot. Its row is the lock under which uploads and bids of both devices queue."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("bidder of a lot")
        verbose_name_plural = _("bidders of a lot")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "organisation"],
                name="bidding_bidder_once",
                violation_error_code="bidder_exists",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Upload(models.Model):
    """The parts of one bid in the making. ``sizes`` maps envelope to bytes of ciphertext: {"0": 4168}.

    ``opened_by`` and ``device`` tell a colleague, or the same clerk at another machine, where the draft is.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    sizes = models.JSONField(_("sizes"))
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in UploadState],
        default=UploadState.UPLOADING.value,
    )
    opened_by = models.UUIDField(_("opened by"), null=True)
    device = models.TextField(_("device"), blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    completed_at = models.DateTimeField(_("completed at"), null=True)
    expired_at = models.DateTimeField(_("expired at"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="uploading", completed_at__isnull=True, expired_at__isnull=True)
                | Q(state="complete", completed_at__isnull=False, expired_at__isnull=True)
                | Q(state="expired", completed_at__isnull=True, expired_at__isnull=False),
                name="bidding_upload_state_moment",
                violation_error_code="upload_state_moment",
            )
        ]
        indexes = [models.Index(fields=["lot", "organisation", "state"], name="bidding_upload_own")]

    def __str__(self) -> str:
        return str(self.id)


class Part(models.Model):
    """One stored part: ``number`` within envelope ``envelope``; its bytes are in the store under ``key``."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="parts")
    envelope = models.PositiveSmallIntegerField(_("envelope"))
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.TextField(_("SHA-256"))
    size = models.PositiveIntegerField(_("bytes"))
    stored_at = models.DateTimeField(_("stored at"))

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "envelope", "number"],
                name="bidding_part_unique",
                violation_error_code="part_exists",
            ),
            models.CheckConstraint(
                condition=Q(envelope__lte=7),
                name="bidding_part_envelope",
                violation_error_code="part_envelope",
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1), name="bidding_part_size", violation_error_code="part_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} e{self.envelope}/{self.number}"

    @property
    def key(self) -> str:
        """Where the store keeps the bytes."""
        return part_key(str(self.upload_id), self.envelope, self.number)


def part_key(upload: str, envelope: int, number: int) -> str:
    """The store's name for one part; random through the upload's id, so that no name counts bids."""
    return f"parts/{upload}/e{envelope}/{number:06d}"
