"""Letters of authorisation (授权委托书) under which the owner sends members of its own to a panel. Written once."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import OwnMember
from experts.models.people import HEX64

_PERSON = "accounts.Person"


class OwnMandate(models.Model):
    """The letter one own member is named with; the last of several stands. The file lies under ``sha256``."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    member = models.ForeignKey(OwnMember, on_delete=models.PROTECT, related_name="mandates")
    sha256 = models.TextField(_("SHA-256 of the mandate"))
    name = models.TextField(_("name of the file"))
    size = models.PositiveBigIntegerField(_("size in bytes"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("mandate of an own member")
        verbose_name_plural = _("mandates of own members")
        ordering = ("entry__seq", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=HEX64, size__gte=1) & ~Q(name=""),
                name="experts_mandate_file",
                violation_error_code="mandate",
            ),
        ]

    def __str__(self) -> str:
        """The digest: the name of a file may name its member."""
        return self.sha256
