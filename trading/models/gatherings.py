"""What happens around a tender in the world: meetings on site, the notice in the media, officers who are away."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from trading.models.checks import HEX64
from trading.models.tenders import Tender


class Meeting(models.Model):
    """踏勘现场 or 投标预备会 (条28): all who took the documents are told alike; who comes is written down nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="meetings")
    kind = models.TextField(_("kind"))
    starts_at = models.DateTimeField(_("begins at"))
    place = models.TextField(_("meeting point"))
    note = models.TextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("announced at"))

    class Meta:
        verbose_name = _("meeting with takers")
        verbose_name_plural = _("meetings with takers")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["visit", "meeting"]), name="trading_meeting_kind"),
            models.CheckConstraint(condition=Q(starts_at__gt=F("at")), name="trading_meeting_ahead"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"


class MediaProof(models.Model):
    """Where and since when the tender notice stands in one of its media; a later row corrects an earlier one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="media_proofs")
    medium = models.TextField(_("medium"))
    url = models.TextField(_("address"))
    seen_at = models.DateTimeField(_("published there at"))
    name = models.TextField(_("file name"), blank=True, default="")
    size = models.BigIntegerField(_("size"), default=0)
    sha256 = models.TextField(_("SHA-256"), blank=True, default="")
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("proof of publication")
        verbose_name_plural = _("proofs of publication")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=HEX64), name="trading_proof_sha256"
            ),
            models.CheckConstraint(condition=Q(seen_at__lte=F("at")), name="trading_proof_past"),
        ]

    def __str__(self) -> str:
        return self.medium


class Absence(models.Model):
    """The days on which an officer cannot come, both included; said by the officer alone."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    from_day = models.DateField(_("away from"))
    until_day = models.DateField(_("away until"))
    at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("absence of an officer")
        verbose_name_plural = _("absences of officers")
        ordering = ("from_day",)
        constraints = [
            models.CheckConstraint(condition=Q(until_day__gte=F("from_day")), name="trading_absence_days")
        ]

    def __str__(self) -> str:
        return f"{self.from_day} – {self.until_day}"
