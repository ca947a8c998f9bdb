"""What each bidder answers when it is asked to extend the validity of its bid (30号令29)."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ValidityAnswer(models.Model):
    """One bidder's answer to one request, given once: by the bidder itself, or a written refusal the owner enters."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    extension = models.ForeignKey(
        "trading.ValidityExtension", on_delete=models.PROTECT, related_name="answers"
    )
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    consents = models.BooleanField(_("extends the validity of its bid"))
    given_on = models.DateField(_("answered on"))
    by_owner = models.BooleanField(_("entered by the owner"), default=False)
    file_sha256 = models.TextField(_("SHA-256 of the letter"), blank=True, default="")
    file_name = models.TextField(_("letter"), blank=True, default="")
    file_size = models.PositiveIntegerField(_("bytes"), default=0)
    file_key = models.TextField(_("place in the store"), blank=True, default="")
    by = models.UUIDField(_("by"))
    at = models.DateTimeField(_("at"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("answer about validity")
        verbose_name_plural = _("answers about validity")
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "organisation"], name="bidding_validity_answer_once"
            ),
            models.CheckConstraint(
                condition=Q(by_owner=False)
                | Q(by_owner=True, consents=False, file_sha256__regex=r"^[0-9a-f]{64}$"),
                name="bidding_validity_answer_entered_with_its_letter",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
