"""How a lot will be opened: times, hosts, officers, and what moved them."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Person
from trading.models.checks import HEX, HEX64, state_checks
from trading.models.tenders import Lot
from trading.states import ProposalState, SeatState


class OpeningSetup(models.Model):
    """The plan of one lot's opening. ``envelopes`` are rows ``{name, open_at}`` (ISO), e = 0, 1, … in order.

    The times are those of the policy; after a postponement the times in force are the last postponement's.
    """

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="opening")
    close_at = models.DateTimeField(_("bid deadline"))
    envelopes = models.JSONField(_("envelopes"))
    factor = models.TextField(_("bidder's factor"), default="none")
    remedy = models.TextField(_("remedy for a lost factor"), blank=True, default="")
    factor_until = models.DateTimeField(_("factor until"), null=True)
    check_until = models.DateTimeField(_("seal check until"))
    release_until = models.DateTimeField(_("release until"))
    commit_s = models.PositiveIntegerField(_("commit window in seconds"), default=600)
    t = models.PositiveSmallIntegerField(_("officers needed"))
    min_bids = models.PositiveSmallIntegerField(_("fewest bids"), default=3)
    max_size = models.BigIntegerField(_("largest envelope in bytes"), default=1 << 30)
    pad_floor = models.PositiveIntegerField(_("smallest padded size"), default=4096)
    hall = models.TextField(_("hall"), blank=True, default="")
    objection_minutes = models.PositiveSmallIntegerField(_("minutes for objections"), default=10)
    confirm_minutes = models.PositiveSmallIntegerField(_("minutes to confirm a line"), default=10)
    chair = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="openings_chaired"
    )
    reader = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="openings_read"
    )
    recorder = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="openings_recorded"
    )

    class Meta:
        verbose_name = _("opening set-up")
        verbose_name_plural = _("opening set-ups")
        constraints = [
            models.CheckConstraint(
                condition=Q(factor__in=["none", "required"]), name="trading_opening_factor"
            ),
            models.CheckConstraint(
                condition=Q(factor="none", factor_until__isnull=True)
                | Q(factor="required", factor_until__gte=F("close_at"), factor_until__lte=F("check_until")),
                name="trading_opening_factor_until",
            ),
            models.CheckConstraint(
                condition=Q(close_at__lte=F("check_until"), check_until__lte=F("release_until")),
                name="trading_opening_order",
            ),
            models.CheckConstraint(condition=Q(t__gte=1, min_bids__gte=1), name="trading_opening_numbers"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.close_at}"


class Postponement(models.Model):
    """A signed ``postpone`` event (A5): later times, the same policy, every sealed bid stays in the set."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="postponements")
    policy = models.TextField(_("policy T"))
    ev = models.TextField(_("event"))
    close_at = models.DateTimeField(_("bid deadline"))
    open_at = models.JSONField(_("openings by envelope"))
    factor_until = models.DateTimeField(_("factor until"), null=True)
    check_until = models.DateTimeField(_("seal check until"))
    release_until = models.DateTimeField(_("release until"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("postponement")
        verbose_name_plural = _("postponements")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(fields=["ev"], name="trading_postponement_ev"),
            models.CheckConstraint(condition=~Q(reason=""), name="trading_postponement_reason"),
            models.CheckConstraint(
                condition=Q(close_at__lte=F("check_until"), check_until__lte=F("release_until")),
                name="trading_postponement_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.close_at}"


class PostponementProposal(models.Model):
    """A ``postpone`` body signed by the owner, waiting for the supervisor's signature; one open per lot."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="proposals")
    body = models.JSONField(_("body"))
    signatures = models.JSONField(_("owner's signatures"))
    reason = models.TextField(_("reason"))
    close_at = models.DateTimeField(_("bid deadline then"))
    by = models.TextField(_("by"))
    state = models.TextField(_("state"), default=ProposalState.OFFERED.value)
    at = models.DateTimeField(_("signed by the owner at"))
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("proposed postponement")
        verbose_name_plural = _("proposed postponements")
        ordering = ("at", "id")
        constraints = [
            *state_checks("proposal", ProposalState),
            models.UniqueConstraint(
                fields=["lot"], condition=Q(state="offered"), name="trading_proposal_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="trading_proposal_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.close_at}"


class OfficerSeat(models.Model):
    """One officer of one lot: who, of which organisation, certified by it, with which keys.

    ``person_ref`` is a keyed hash, equal for equal persons within one tender and nowhere else. ``asked_key`` is
    ``{signed, tool}`` from when the officer made a key until the organisation has certified it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="seats")
    i = models.PositiveSmallIntegerField(_("number"))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="officer_seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="officer_seats")
    person_ref = models.TextField(_("reference of the person"))
    name = models.TextField(_("name"))
    role = models.TextField(_("role"))
    tool = models.TextField(_("tool"), blank=True, default="")
    sig_key = models.TextField(_("signing key (SPKI, hex)"), blank=True, default="")
    certificate = models.JSONField(_("signature of the organisation"), default=dict)
    opening_key = models.TextField(_("opening key (X25519, hex)"), blank=True, default="")
    asked_key = models.JSONField(_("key awaiting the organisation's certificate"), default=dict)
    dryrun_secret = models.TextField(_("expected answer of the open challenge"), blank=True, default="")
    dryrun_sealed = models.TextField(_("open challenge, sealed"), blank=True, default="")
    state = models.TextField(_("state"), default=SeatState.INVITED.value)
    invited_at = models.DateTimeField(_("invited at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    registered_at = models.DateTimeField(_("key registered at"), null=True)
    proven_at = models.DateTimeField(_("dry run passed at"), null=True)

    class Meta:
        verbose_name = _("officer's seat")
        verbose_name_plural = _("officers' seats")
        ordering = ("lot", "i")
        constraints = [
            *state_checks("seat", SeatState),
            models.UniqueConstraint(fields=["lot", "i"], name="trading_seat_number"),
            models.UniqueConstraint(
                fields=["lot", "person"], name="trading_seat_person", violation_error_code="officer_twice"
            ),
            models.UniqueConstraint(
                fields=["lot", "opening_key"],
                condition=~Q(opening_key=""),
                name="trading_seat_pk",
                violation_error_code="officer_key_twice",
            ),
            models.CheckConstraint(condition=Q(i__gte=1, i__lte=32), name="trading_seat_range"),
            models.CheckConstraint(condition=Q(person_ref__regex=HEX64), name="trading_seat_person_ref"),
            models.CheckConstraint(
                condition=Q(sig_key__regex=HEX, opening_key__regex=HEX), name="trading_seat_keys_hex"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["invited", "accepted"]) | (~Q(opening_key="") & ~Q(sig_key="")),
                name="trading_seat_keys_when_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state="proven") | Q(proven_at__isnull=False), name="trading_seat_proven_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.i}"


class DryRun(models.Model):
    """One dry run of an officer: passed or failed, at which stage."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    seat = models.ForeignKey(OfficerSeat, on_delete=models.PROTECT, related_name="dryruns")
    stage = models.TextField(_("stage"))
    passed = models.BooleanField(_("passed"))
    tool = models.TextField(_("tool"))
    tried_key = models.TextField(_("key tried"))
    ev = models.TextField(_("event"), blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("dry run")
        verbose_name_plural = _("dry runs")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=["publish", "eve"]), name="trading_dryrun_stage"),
            models.CheckConstraint(condition=Q(passed=False) | ~Q(ev=""), name="trading_dryrun_event"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.passed}"


class Reminder(models.Model):
    """That the reminder ``code`` of one deadline went out: once, in the same words to all, counted nowhere."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="reminders")
    code = models.TextField(_("kind"))
    close_at = models.DateTimeField(_("bid deadline"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["lot", "code", "close_at"], name="trading_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.code}"
