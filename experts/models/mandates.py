"""Letters of authorisation (授权委托书) of the owner's own members, who opened them, and who stepped in for whom."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import OwnMember, PanelSeat
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


class MandateLook(models.Model):
    """Somebody opened a letter, which names its member: who, for which body, when. Written once."""

    mandate = models.ForeignKey(OwnMandate, on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("opening of a mandate")
        verbose_name_plural = _("openings of mandates")
        ordering = ("entry__seq", "id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class OwnSubstitution(models.Model):
    """A substitute was called in to ``seat`` because the owner's member on ``follows`` fell out. Written once."""

    seat = models.OneToOneField(PanelSeat, on_delete=models.PROTECT, related_name="substitution")
    follows = models.OneToOneField(PanelSeat, on_delete=models.PROTECT, related_name="followed")
    member = models.ForeignKey(OwnMember, on_delete=models.PROTECT, related_name="substitutions")
    rank = models.PositiveSmallIntegerField(_("place among the substitutes"))
    at = models.DateTimeField(_("at"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("substitution of an own member")
        verbose_name_plural = _("substitutions of own members")
        ordering = ("entry__seq", "id")

    def __str__(self) -> str:
        return f"{self.seat_id}"
