"""The one file that may come with a bidder's notice of a change (条38); the notice itself is the register's."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangePaper(models.Model):
    """A file sent with the notice of a change, after its maker's traces were taken out. Never shown."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    change = models.OneToOneField(
        "accounts.OrganisationChange", on_delete=models.PROTECT, related_name="paper"
    )
    name = models.TextField(_("file name"))
    size = models.BigIntegerField(_("size"))
    sha256 = models.TextField(_("SHA-256"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("file of a change")
        verbose_name_plural = _("files of changes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="bidding_change_paper_sha256"
            )
        ]

    def __str__(self) -> str:
        return self.name
