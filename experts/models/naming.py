"""Experts named by the owner instead of drawn (直接确定), and what became of their seats. No row here names one.

Whom a seat is for stands sealed in it as in an invitation (``DrawCall``): to the pool's key, then to a key of this
naming, two files. ``seat`` is a hash under the second, so that nobody with the tables alone can try the pool.
"""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.draws import Origin
from experts.models.people import HEX64, ExpertRating
from experts.states.conduct import RaterSide
from experts.states.draw import SeatCode
from experts.states.naming import PENDING, NamingState

_PERSON = "accounts.Person"
_PENDING = sorted(one.value for one in PENDING)
SECOND = ["confirmed", "agreed", "refused"]
"""States a naming reaches only when a second person has confirmed it."""


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class Naming(models.Model):
    """Experts named for seats which ``draw`` left open (ground "short"), or for those of a ``request`` that asks for no
    draw ("special"). ``reader``: the one person of the supervisor who reads them.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    draw = models.ForeignKey("experts.Draw", null=True, on_delete=models.PROTECT, related_name="namings")
    request = models.ForeignKey(
        "experts.DrawRequest", null=True, on_delete=models.PROTECT, related_name="namings"
    )
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="namings")
    ground = models.TextField(_("ground"))
    feature = models.TextField(_("what makes the project special"))
    reason = models.TextField(_("reason"))
    consent = models.TextField(_("SHA-256 of the written consent"), blank=True, default="")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in NamingState],
        default=NamingState.PROPOSED.value,
    )
    answer = models.TextField(_("reason of the supervisor"), blank=True, default="")
    at = models.DateTimeField(_("proposed at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer_until = models.DateTimeField(_("the experts answer until"), null=True)
    entry = _entry()

    class Meta:
        verbose_name = _("naming of experts")
        verbose_name_plural = _("namings of experts")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(state__in=_PENDING),
                name="experts_naming_one",
                violation_error_code="naming_waits",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in NamingState]),
                name="experts_naming_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(feature=""),
                name="experts_naming_told",
                violation_error_code="reason",
            ),
            models.CheckConstraint(
                condition=Q(ground="short", draw__isnull=False, request__isnull=True)
                | (Q(ground="special", draw__isnull=True, request__isnull=False) & ~Q(consent="")),
                name="experts_naming_ground",
                violation_error_code="ground",
            ),
            models.CheckConstraint(
                condition=~Q(by=models.F("second")), name="experts_naming_two", violation_error_code="second"
            ),
            models.CheckConstraint(
                condition=Q(reader__isnull=True)
                | (~Q(reader=models.F("by")) & ~Q(reader=models.F("second"))),
                name="experts_naming_reader",
                violation_error_code="reader",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SECOND) | Q(confirmed_at__isnull=False),
                name="experts_naming_confirmed",
                violation_error_code="confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "refused"])
                | Q(reader__isnull=False, decided_at__isnull=False),
                name="experts_naming_decided",
                violation_error_code="decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""),
                name="experts_naming_refused",
                violation_error_code="answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(answer_until__isnull=False),
                name="experts_naming_agreed",
                violation_error_code="answer_until",
            ),
            models.CheckConstraint(
                condition=Q(consent="") | Q(consent__regex=HEX64),
                name="experts_naming_consent",
                violation_error_code="consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.state}"

    @property
    def origin(self) -> Origin:
        """What it names for: the draw that left seats open, or the request that asks for no draw."""
        found = self.draw or self.request
        assert found is not None
        return found


class NamedSeat(models.Model):
    """A seat somebody is named for. ``sealed`` says who, for two keys; ``code`` what became of it."""

    naming = models.ForeignKey(Naming, on_delete=models.PROTECT, related_name="seats")
    seat = models.TextField(_("seat"), unique=True)
    specialty = models.TextField(_("specialty"))
    sealed = models.TextField(_("who, sealed"))
    code = models.TextField(
        _("answer"),
        blank=True,
        choices=[(one.value, one.value) for one in SeatCode],
        default=SeatCode.OPEN.value,
    )

    class Meta:
        verbose_name = _("named seat")
        verbose_name_plural = _("named seats")
        ordering = ("seat",)
        constraints = [
            models.CheckConstraint(
                condition=Q(seat__regex=HEX64) & Q(sealed__regex=r"^([0-9a-f]{2})+$") & ~Q(specialty=""),
                name="experts_named_seat",
                violation_error_code="seat",
            ),
            models.CheckConstraint(
                condition=Q(code__in=[one.value for one in SeatCode]),
                name="experts_named_code",
                violation_error_code="code",
            ),
        ]

    def __str__(self) -> str:
        return self.seat


class NamedAnswer(models.Model):
    """What became of a named seat. ``own`` when the expert said it himself, by his login."""

    seat = models.ForeignKey(NamedSeat, on_delete=models.PROTECT, related_name="answers")
    code = models.TextField(_("code"))
    record = models.TextField(_("SHA-256 of the record of the call"))
    own = models.BooleanField(_("by the expert himself"))
    reason = models.TextField(_("reason"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    entry = _entry()
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer of a named expert")
        verbose_name_plural = _("answers of named experts")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(record__regex=HEX64) & ~Q(code=""),
                name="experts_named_answer",
                violation_error_code="answer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.code}"


class NamedReminder(models.Model):
    """A named expert who has accepted is reminded once, as a drawn one is (``CallReminder``)."""

    seat = models.OneToOneField(NamedSeat, on_delete=models.PROTECT, related_name="reminder")
    receipt = models.TextField(_("receipt of the gateway"), blank=True, default="")
    handed_at = models.DateTimeField(_("handed over at"))

    class Meta:
        verbose_name = _("reminder of a named expert")
        verbose_name_plural = _("reminders of named experts")
        ordering = ("handed_at", "id")

    def __str__(self) -> str:
        return f"{self.handed_at:%Y-%m-%d %H:%M}"


class NamedRating(models.Model):
    """Which named seat a rating is about, and who rates: owner, centre and supervisor once each (``PanelRating``)."""

    rating = models.OneToOneField(ExpertRating, on_delete=models.PROTECT, related_name="named")
    seat = models.ForeignKey(NamedSeat, on_delete=models.PROTECT, related_name="ratings")
    side = models.TextField(_("who rates"), choices=[(one.value, one.value) for one in RaterSide])

    class Meta:
        verbose_name = _("rating of a named member")
        verbose_name_plural = _("ratings of named members")
        ordering = ("rating",)
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "side"],
                name="experts_named_rating_once",
                violation_error_code="rating_exists",
            ),
            models.CheckConstraint(
                condition=Q(side__in=[one.value for one in RaterSide]),
                name="experts_named_rating_side",
                violation_error_code="side",
            ),
        ]

    def __str__(self) -> str:
        return self.side
