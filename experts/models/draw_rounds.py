"""The rounds of a draw: heads, officers' commits and releases, drawn seats under their hash, answers, calls."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.draws import HEX, Draw, Origin
from experts.models.people import HEX64
from experts.states.draw import SeatCode


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class DrawRound(models.Model):
    """Round ``j``: its head in the log, and once decided its result."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="rounds")
    j = models.PositiveSmallIntegerField(_("round"))
    head = _entry()
    result = _entry(null=True)
    called_at = models.DateTimeField(_("called at"), null=True)
    answer_until = models.DateTimeField(_("answers until"), null=True)

    class Meta:
        verbose_name = _("round of a draw")
        verbose_name_plural = _("rounds of draws")
        ordering = ("draw", "j")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "j"], name="experts_round_once", violation_error_code="round_exists"
            ),
            models.CheckConstraint(
                condition=Q(j__lte=15), name="experts_round_range", violation_error_code="round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.j}"


class DrawCommit(models.Model):
    """An officer's promise for a round: the hash of its release, and the contributions it cannot open."""

    round = models.ForeignKey(DrawRound, on_delete=models.PROTECT, related_name="commits")
    officer = models.PositiveSmallIntegerField(_("officer"))
    hash = models.TextField(_("hash"))
    entry = _entry()
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("commit of a draw")
        verbose_name_plural = _("commits of draws")
        ordering = ("round", "officer")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "officer"], name="experts_commit_once", violation_error_code="commit_exists"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.officer}"


class DrawRelease(models.Model):
    """An officer's shares of a round, sealed to the gateway; the sealed bytes are in the ledger's entry."""

    round = models.ForeignKey(DrawRound, on_delete=models.PROTECT, related_name="releases")
    officer = models.PositiveSmallIntegerField(_("officer"))
    entry = _entry()
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("release of a draw")
        verbose_name_plural = _("releases of draws")
        ordering = ("round", "officer")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "officer"],
                name="experts_release_once",
                violation_error_code="release_exists",
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.officer}"


class DrawnSeat(models.Model):
    """A seat as the log knows it: a salted hash. ``sealed`` holds specialty and eid for the gateway's key alone."""

    round = models.ForeignKey(DrawRound, on_delete=models.PROTECT, related_name="seats")
    seat = models.TextField(_("seat"), unique=True)
    sealed = models.TextField(_("specialty and eid, sealed to the gateway"))
    code = models.TextField(
        _("answer"),
        blank=True,
        choices=[(one.value, one.value) for one in SeatCode],
        default=SeatCode.OPEN.value,
    )

    class Meta:
        verbose_name = _("drawn seat")
        verbose_name_plural = _("drawn seats")
        ordering = ("seat",)
        constraints = [
            models.CheckConstraint(
                condition=Q(seat__regex=HEX64) & Q(sealed__regex=HEX) & ~Q(sealed=""),
                name="experts_seat_hashes",
                violation_error_code="seat",
            ),
            models.CheckConstraint(
                condition=Q(code__in=[one.value for one in SeatCode]),
                name="experts_seat_code",
                violation_error_code="code",
            ),
        ]

    def __str__(self) -> str:
        return self.seat


class DrawAnswer(models.Model):
    """What became of a seat, as a signed event. ``own`` when the expert said it himself, by his login."""

    seat = models.ForeignKey(DrawnSeat, on_delete=models.PROTECT, related_name="answers")
    code = models.TextField(_("code"))
    record = models.TextField(_("SHA-256 of the record of the call"))
    own = models.BooleanField(_("by the expert himself"))
    entry = _entry()
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(record__regex=HEX64) & ~Q(code=""),
                name="experts_answer_told",
                violation_error_code="answer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.code}"


class DrawCall(models.Model):
    """The gateway's outbox: one invitation to one seat, drawn or named. ``sealed`` (who, which number) needs two keys.

    ``words`` are category, time, city, expected hours and fee: the same for everybody called in a round.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seat = models.OneToOneField(DrawnSeat, null=True, on_delete=models.PROTECT, related_name="call")
    named = models.OneToOneField(
        "experts.NamedSeat", null=True, on_delete=models.PROTECT, related_name="call"
    )
    sealed = models.TextField(_("address, sealed to the gateway"))
    words = models.JSONField(_("words"))
    receipt = models.TextField(_("receipt of the gateway"), blank=True, default="")
    queued_at = models.DateTimeField(_("queued at"))
    handed_at = models.DateTimeField(_("handed over at"), null=True)

    class Meta:
        verbose_name = _("invitation of an expert")
        verbose_name_plural = _("invitations of experts")
        ordering = ("queued_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(seat__isnull=False, named__isnull=True)
                | Q(seat__isnull=True, named__isnull=False),
                name="experts_call_seat",
                violation_error_code="seat",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def drawn(self) -> DrawnSeat:
        """The drawn seat, of an invitation that is of no naming."""
        assert self.seat is not None
        return self.seat

    @property
    def gateway_id(self) -> UUID:
        """Whose key it is sealed to: that of the draw, or of the naming."""
        return self.named.naming_id if self.named is not None else self.drawn.round.draw_id

    @property
    def origin(self) -> Origin:
        """The draw it is of; of a named seat, the one which left it open, or the request that asks for no draw."""
        return self.named.naming.origin if self.named is not None else self.drawn.round.draw

    @property
    def until(self) -> datetime | None:
        """Until when it is answered."""
        return self.named.naming.answer_until if self.named is not None else self.drawn.round.answer_until

    @property
    def code(self) -> str:
        """What became of its seat."""
        return self.named.code if self.named is not None else self.drawn.code
