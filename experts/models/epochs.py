"""Epochs: who could be drawn at a moment, committed under one root.

A row of ``EpochMember`` holds what the leaf of an expert was made of, never its ``eid``: which leaf is whose follows
only with the pool's key, a file kept apart from the database.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.people import HEX64, Expert


class Epoch(models.Model):
    """One snapshot. ``leaves`` are the 32-byte leaf hashes in their order; ``types`` the table as it is published."""

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    cut_at = models.DateTimeField(_("cut at"))
    nonce = models.TextField(_("nonce of the epoch's secret"))
    size = models.PositiveIntegerField(_("experts in it"))
    root = models.TextField(_("root"))
    leaves = models.BinaryField(_("leaf hashes"))
    types = models.JSONField(_("table of types"))
    body = models.JSONField(_("what the ledger holds"))
    digest = models.TextField(_("digest of the body"), unique=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("epoch of the pool")
        verbose_name_plural = _("epochs of the pool")
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1), name="experts_epoch_number", violation_error_code="number"
            ),
            models.CheckConstraint(
                condition=Q(root__regex=HEX64) & Q(digest__regex=HEX64) & Q(nonce__regex=HEX64),
                name="experts_epoch_hashes",
                violation_error_code="hash",
            ),
        ]

    def __str__(self) -> str:
        return f"epoch {self.number}"


class EpochMember(models.Model):
    """What one expert's leaf was made of."""

    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="members")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="epochs")
    attributes = models.JSONField(_("attributes"))

    class Meta:
        verbose_name = _("member of an epoch")
        verbose_name_plural = _("members of an epoch")
        constraints = [
            models.UniqueConstraint(
                fields=["epoch", "expert"], name="experts_member_once", violation_error_code="member_exists"
            )
        ]

    def __str__(self) -> str:
        return f"{self.epoch_id} · {self.expert_id}"
