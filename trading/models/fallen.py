"""A candidate falls out (条例 55): prepared by the owner, signed with its own key, never changed."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from protocol.awarding import OUT_GROUNDS
from trading.models.checks import HEX64
from trading.models.evaluated import Candidate
from trading.models.tenders import Lot


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class OutDraft(models.Model):
    """What the owner is about to sign of a candidate that falls out: one open per lot, closed once signed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="out_drafts")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="+")
    ground = models.TextField(_("ground"))
    reason = models.TextField(_("reason"))
    file_sha256 = models.TextField(_("SHA-256 of the evidence"))
    file_name = models.TextField(_("evidence"))
    file_size = models.PositiveIntegerField(_("bytes"))
    by = models.UUIDField(_("prepared by"))
    at = models.DateTimeField(_("prepared at"))
    closed_at = models.DateTimeField(_("signed, replaced or taken back at"), null=True)

    class Meta:
        verbose_name = _("draft of a candidate’s fall")
        verbose_name_plural = _("drafts of candidates’ falls")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(closed_at__isnull=True), name="trading_outdraft_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=OUT_GROUNDS) & ~Q(reason="") & Q(file_sha256__regex=HEX64),
                name="trading_outdraft_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.ground


class CandidateOut(models.Model):
    """A candidate fell out: gives up, force majeure, no performance bond, found to have acted unlawfully.

    ``content`` is the paper whose hash the owner signed, ``ev`` the event in the award's chain (docs/protocol.md, 18).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="out")
    ground = models.TextField(_("ground"))
    reason = models.TextField(_("reason"))
    file_sha256 = models.TextField(_("SHA-256 of the evidence"))
    file_name = models.TextField(_("evidence"))
    file_size = models.PositiveIntegerField(_("bytes"))
    content = models.JSONField(_("content"))
    ev = models.TextField(_("event"))
    by = models.UUIDField(_("recorded by"))
    at = models.DateTimeField(_("recorded at"))
    entry = _entry()

    class Meta:
        verbose_name = _("candidate fallen out")
        verbose_name_plural = _("candidates fallen out")
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=OUT_GROUNDS)
                & ~Q(reason="")
                & Q(file_sha256__regex=HEX64, ev__regex=HEX64),
                name="trading_candidateout_whole",
            )
        ]

    def __str__(self) -> str:
        return self.ground
