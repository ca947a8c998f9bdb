"""A panel asked for and drawn: request, exclusions by unit, the draw of one serial, its officers and contributions.

No row names anybody who was drawn. Which eid sits on a seat stands sealed to the draw's gateway key, a file.
"""

from typing import Any, TypeAlias
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from experts.models.people import HEX64
from experts.states.draw import DrawState, RequestState

HEX = r"^([0-9a-f]{2})*$"
_PERSON, _ORGANISATION, _ENTRY = "accounts.Person", "accounts.Organisation", "ledger.Entry"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey(_ENTRY, on_delete=models.PROTECT, related_name="+", **options)


class DrawRequest(models.Model):
    """What the owner asks for. ``seats`` are drawn seats by specialty; ``regions`` bounds ``[lo, hi]`` by region code.

    ``category``, ``city``, ``hours`` and ``fee`` with the time are all an invited expert hears. ``named``: the seats
    are not drawn, the owner names for them (条例46, 47; 87号令48).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="draw_requests")
    seats = models.JSONField(_("seats by specialty"))
    employer_cap = models.PositiveSmallIntegerField(_("most experts of one employer"), null=True)
    regions = models.JSONField(_("bounds by region"), default=dict)
    own_members = models.PositiveSmallIntegerField(_("the owner’s own members"), default=0)
    category = models.TextField(_("category the expert is told"))
    place = models.TextField(_("room"))
    city = models.TextField(_("city"))
    begins_at = models.DateTimeField(_("evaluation begins at"))
    hours = models.PositiveSmallIntegerField(_("expected hours"))
    fee = models.TextField(_("fee"))
    when = models.TextField(_("drawn"), default="after-opening")
    named = models.BooleanField(_("experts are named, not drawn"), default=False)
    window_s = models.PositiveIntegerField(_("seconds to answer"))
    max_rounds = models.PositiveSmallIntegerField(_("replacement rounds at most"))
    owner_key = models.TextField(_("key the owner contributes with (SPKI, hex)"), blank=True, default="")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in RequestState],
        default=RequestState.REQUESTED.value,
    )
    asked_by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    entry = _entry()

    class Meta:
        verbose_name = _("request for a panel")
        verbose_name_plural = _("requests for panels")
        ordering = ("asked_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"],
                condition=~Q(state=RequestState.WITHDRAWN.value),
                name="experts_request_one",
                violation_error_code="request_exists",
            ),
            models.CheckConstraint(
                condition=Q(when__in=["after-opening", "before-opening"]),
                name="experts_request_when",
                violation_error_code="when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in RequestState]),
                name="experts_request_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=Q(max_rounds__lte=15, window_s__gte=1, hours__gte=1),
                name="experts_request_numbers",
                violation_error_code="numbers",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.CONFIRMED.value)
                | (Q(confirmed_at__isnull=False) & (Q(named=True) | ~Q(owner_key=""))),
                name="experts_request_confirmed",
                violation_error_code="confirmed",
            ),
            models.CheckConstraint(
                condition=Q(named=False) | Q(when="after-opening", owner_key=""),
                name="experts_request_named",
                violation_error_code="named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.state}"

    @property
    def asked(self) -> "DrawRequest":
        """Itself, as of a draw: what a naming is for is one or the other."""
        return self


class DrawExclusion(models.Model):
    """A unit whose people are left out of this draw, why, and the hash of the evidence."""

    request = models.ForeignKey(DrawRequest, on_delete=models.PROTECT, related_name="exclusions")
    unit = models.TextField(_("unit, for comparison"))
    code = models.TextField(_("unified social credit code"), blank=True, default="")
    reason = models.TextField(_("reason"))
    evidence = models.TextField(_("SHA-256 of the evidence"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("entered at"))
    entry = _entry()

    class Meta:
        verbose_name = _("excluded unit")
        verbose_name_plural = _("excluded units")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "unit", "reason"],
                name="experts_exclusion_once",
                violation_error_code="exclusion_exists",
            ),
            models.CheckConstraint(
                condition=Q(evidence__regex=HEX64),
                name="experts_exclusion_evidence",
                violation_error_code="evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.reason}"


class Draw(models.Model):
    """One serial of a lot's draw. ``header`` is the body that is signed; ``t_d`` its identity once it is in the log."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey(DrawRequest, on_delete=models.PROTECT, related_name="draws")
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="draws")
    serial = models.PositiveSmallIntegerField(_("serial"))
    cause = models.TextField(_("cause of a further serial"), blank=True, default="")
    t = models.PositiveSmallIntegerField(_("officers needed"))
    epoch = models.ForeignKey("experts.Epoch", null=True, on_delete=models.PROTECT, related_name="draws")
    pool_paper = models.ForeignKey("experts.DrawPaper", null=True, on_delete=models.PROTECT, related_name="+")
    header = models.JSONField(_("header"), default=dict)
    t_d = models.TextField(_("identity"), blank=True, default="")
    close_at = models.DateTimeField(_("contributions until"), null=True)
    reveal_at = models.DateTimeField(_("opened at"), null=True)
    state = models.TextField(
        _("state"), choices=[(one.value, one.value) for one in DrawState], default=DrawState.BEGUN.value
    )
    begun_at = models.DateTimeField(_("begun at"))
    stall = models.JSONField(_("proposed end for want of officers"), default=dict)
    header_entry = _entry(null=True)
    reveal_entry = _entry(null=True)
    end_entry = _entry(null=True)

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        ordering = ("lot", "serial")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "serial"], name="experts_draw_serial", violation_error_code="draw_exists"
            ),
            models.CheckConstraint(
                condition=Q(serial__gte=1, serial__lte=99),
                name="experts_draw_range",
                violation_error_code="serial",
            ),
            models.CheckConstraint(
                condition=Q(serial=1, cause="") | (Q(serial__gt=1) & ~Q(cause="")),
                name="experts_draw_cause",
                violation_error_code="cause",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in DrawState]),
                name="experts_draw_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DrawState.BEGUN.value, DrawState.PREPARED.value])
                | (Q(header_entry__isnull=False) & Q(t_d__regex=HEX64)),
                name="experts_draw_signed",
                violation_error_code="header",
            ),
            models.CheckConstraint(
                condition=Q(close_at__isnull=True) | Q(close_at__lte=F("reveal_at")),
                name="experts_draw_times",
                violation_error_code="times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.serial}"

    @property
    def asked(self) -> DrawRequest:
        """What the owner asked for."""
        return self.request

    @property
    def chain(self) -> str:
        """The ledger's chain of this lot's draws."""
        return f"{self.lot.tender_id}/{self.lot.code}/draw"


Origin: TypeAlias = Draw | DrawRequest
"""What experts are named for: a draw that left seats open, or a request that asks for no draw."""


class DrawPaper(models.Model):
    """A paper a header or round names by its hash, kept in the store: pool rows, exclusions, problem, plan."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="papers")
    digest = models.TextField(_("SHA-256"))
    path = models.TextField(_("path in the store"))
    size = models.BigIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("paper of a draw")
        verbose_name_plural = _("papers of draws")
        ordering = ("digest",)
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "digest"], name="experts_paper_once", violation_error_code="paper_exists"
            )
        ]

    def __str__(self) -> str:
        return self.digest


class DrawOfficer(models.Model):
    """An officer of one draw: who, of which organisation, and the keys certified by it."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="officers")
    i = models.PositiveSmallIntegerField(_("number"))
    organisation = models.ForeignKey(_ORGANISATION, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    person_ref = models.TextField(_("reference of the person"))
    name = models.TextField(_("name"))
    role = models.TextField(_("role"))
    sig_key = models.TextField(_("signing key (SPKI, hex)"), blank=True, default="")
    kem_key = models.TextField(_("opening key (X25519, hex)"), blank=True, default="")
    certificate = models.JSONField(_("signature of the organisation"), default=dict)
    key_entry = _entry(null=True)
    automated = models.BooleanField(_("a program of the organisation acts for the officer"), default=False)
    dryrun_secret = models.TextField(_("expected answer of the open challenge"), blank=True, default="")
    dryrun_sealed = models.TextField(_("open challenge, sealed"), blank=True, default="")
    proven_at = models.DateTimeField(_("dry run passed at"), null=True)
    invited_at = models.DateTimeField(_("invited at"))
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        verbose_name = _("officer of a draw")
        verbose_name_plural = _("officers of draws")
        ordering = ("draw", "i")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "i"], name="experts_officer_number", violation_error_code="officer_exists"
            ),
            models.UniqueConstraint(
                fields=["draw", "person"], name="experts_officer_person", violation_error_code="officer_twice"
            ),
            models.CheckConstraint(
                condition=Q(i__gte=1, i__lte=32), name="experts_officer_range", violation_error_code="number"
            ),
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True) | ~Q(kem_key=""),
                name="experts_officer_proven",
                violation_error_code="officer_no_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.i}"


class DrawSeatTaken(models.Model):
    """An officer has accepted a seat of a draw. ``asked`` is the key the own organisation has still to certify."""

    seat = models.OneToOneField(DrawOfficer, on_delete=models.PROTECT, related_name="taken")
    accepted_at = models.DateTimeField(_("accepted at"))
    asked = models.JSONField(_("key to be certified"), default=dict)
    asked_at = models.DateTimeField(_("key handed in at"), null=True)

    class Meta:
        verbose_name = _("accepted seat of a draw")
        verbose_name_plural = _("accepted seats of draws")
        ordering = ("accepted_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(asked_at__gte=F("accepted_at")),
                name="experts_taken_order",
                violation_error_code="seat_not_accepted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}"


class Contribution(models.Model):
    """One organisation's sealed seeds for a draw: what was signed is the ledger's entry."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="contributions")
    org = models.TextField(_("organisation’s code"))
    entry = _entry()
    at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "org"],
                name="experts_contribution_once",
                violation_error_code="contribution_exists",
            )
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.org}"


class DrawReminder(models.Model):
    """What was said to a draw's people once: ``code`` for round ``j`` and the time in force."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="reminders")
    code = models.TextField(_("reminder"))
    j = models.PositiveSmallIntegerField(_("round"), default=0)
    until = models.DateTimeField(_("before"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminder of a draw")
        verbose_name_plural = _("reminders of draws")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "code", "j", "until"],
                name="experts_reminder_once",
                violation_error_code="reminder_exists",
            )
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.code}"
