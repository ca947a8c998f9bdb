"""Tables of the append-only record. Triggers (migration 0002) refuse what these classes cannot."""

import json
from typing import Any
from uuid import uuid4

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

HASH = 32
PLACED = Q(leaf_index__isnull=False)


class Entry(models.Model):
    """One event: stored at once, given its place in the tree by the next cut, never changed again.

    ``body_text`` and ``signatures_text`` are the canonical bytes; ``r`` blinds the leaf, ``k`` blinds the
    link to the leaf before it in ``chain`` ("" outside chains). ``data_text`` is what a ``record`` hashes.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seq = models.BigIntegerField(_("order of arrival"))
    kind = models.TextField(_("kind"))
    body_text = models.TextField(_("body"))
    signatures_text = models.TextField(_("signatures"), default="[]")
    data_text = models.TextField(_("data kept privately"), blank=True, default="")
    chain = models.TextField(_("chain"), blank=True, default="")
    ev = models.TextField(_("event id"))
    r = models.BinaryField(max_length=HASH)
    k = models.BinaryField(max_length=HASH)
    at = models.DateTimeField(_("received at"))
    leaf_index = models.BigIntegerField(_("leaf index"), null=True)
    link = models.BinaryField(max_length=HASH, null=True)
    leaf = models.BinaryField(max_length=HASH, null=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["seq"], name="ledger_entry_seq_unique"),
            models.UniqueConstraint(
                fields=["leaf_index"], name="ledger_entry_leaf_index_unique", condition=PLACED
            ),
            models.CheckConstraint(
                condition=Q(leaf_index__isnull=True, link__isnull=True, leaf__isnull=True)
                | Q(leaf_index__gte=0, link__isnull=False, leaf__isnull=False),
                name="ledger_entry_placed_whole",
            ),
        ]
        indexes = [
            # asked for by equality only; a hash is cheaper to keep than a tree of long texts
            HashIndex(fields=["ev"], name="ledger_entry_ev"),
            HashIndex(fields=["leaf"], name="ledger_entry_leaf", condition=PLACED),
            models.Index(fields=["seq"], name="ledger_entry_pending", condition=Q(leaf_index__isnull=True)),
            models.Index(
                fields=["chain", "leaf_index"], name="ledger_entry_chain", condition=PLACED & ~Q(chain="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ev[:12]}"

    @property
    def body(self) -> Any:
        """The body as a value."""
        return json.loads(self.body_text)

    @property
    def signatures(self) -> Any:
        """The signatures as a list of values."""
        return json.loads(self.signatures_text)

    @property
    def data(self) -> Any:
        """What a ``record`` hashes, as a value; None for other kinds."""
        return json.loads(self.data_text) if self.data_text else None


class ChainHead(models.Model):
    """The last leaf of a chain, which the next entry of the chain links to."""

    chain = models.TextField(primary_key=True)
    leaf = models.BinaryField(max_length=HASH)
    leaf_index = models.BigIntegerField()

    class Meta:
        verbose_name = _("chain head")
        verbose_name_plural = _("chain heads")

    def __str__(self) -> str:
        return self.chain


class LogState(models.Model):
    """The one row of the sequencer: size, right edge and root of the tree after the last cut."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField()
    frontier = models.BinaryField()
    root = models.BinaryField(max_length=HASH)

    class Meta:
        verbose_name = _("state of the log")
        verbose_name_plural = _("state of the log")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ledger_state_single"),
            models.CheckConstraint(condition=Q(size__gte=0), name="ledger_state_size"),
        ]

    def __str__(self) -> str:
        return str(self.size)


class Tile(models.Model):
    """Up to 256 hashes of level 8·``level`` of the tree, as in C2SP tlog-tiles; grows at its end only."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        verbose_name = _("tile")
        verbose_name_plural = _("tiles")
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="ledger_tile_unique")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed size and root. ``note`` is the C2SP signed note; cosignature lines join it later.

    ``at`` is the platform's own clock and proves nothing: that is what statements are for.
    """

    size = models.BigIntegerField(_("size"))
    root = models.BinaryField(max_length=HASH)
    note = models.TextField(_("signed note"))
    at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["size"]
        constraints = [
            models.UniqueConstraint(fields=["size"], name="ledger_checkpoint_size_unique"),
            models.CheckConstraint(condition=Q(size__gt=0), name="ledger_checkpoint_size"),
        ]

    def __str__(self) -> str:
        return str(self.size)


class Statement(models.Model):
    """A source's word that a checkpoint existed: a time-stamp response or a cosignature line.

    ``lower_ms`` and ``upper_ms`` are milliseconds since 1970 (docs/protocol.md 5.3) under the accuracy
    the installation expects of the source; ``time_ms``, ``resolution_ms`` and ``accuracy_ms`` (null when the
    token gives none) are what the token itself says.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="statements")
    source = models.TextField(_("source"))
    kind = models.TextField(_("kind"), choices=[("tsa", "tsa"), ("witness", "witness")])
    token = models.BinaryField()
    time_ms = models.BigIntegerField()
    resolution_ms = models.BigIntegerField()
    accuracy_ms = models.BigIntegerField(null=True)
    lower_ms = models.BigIntegerField(_("not before, ms"))
    upper_ms = models.BigIntegerField(_("at the latest, ms"))

    class Meta:
        verbose_name = _("time statement")
        verbose_name_plural = _("time statements")
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "source"], name="ledger_statement_unique"),
            models.CheckConstraint(condition=Q(lower_ms__lte=F("upper_ms")), name="ledger_statement_bounds"),
            models.CheckConstraint(condition=Q(kind__in=["tsa", "witness"]), name="ledger_statement_kind"),
        ]
        indexes = [models.Index(fields=["source", "upper_ms"], name="ledger_statement_time")]

    def __str__(self) -> str:
        return f"{self.source} {self.upper_ms}"


class PadSeed(models.Model):
    """The secret from which the pads of one UTC day are made, so that an auditor can open them."""

    day = models.DateField(primary_key=True)
    secret = models.BinaryField(max_length=HASH)

    class Meta:
        verbose_name = _("pad seed")
        verbose_name_plural = _("pad seeds")

    def __str__(self) -> str:
        return self.day.isoformat()


class Incident(models.Model):
    """Something that went wrong around the log; each is an entry of the record as well."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.TextField(_("code"))
    source = models.TextField(_("source"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("noticed at"))

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["at"]
        indexes = [models.Index(fields=["source", "at"], name="ledger_incident_source")]

    def __str__(self) -> str:
        return f"{self.code} {self.source}".strip()
