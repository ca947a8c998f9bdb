"""The panel of a lot at work: its members, their comings and goings, what they declared, whom they chose as chair.

Rows begin when a draw is opened to everybody; who may read names is ``experts.policies.panel``.
"""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.people import HEX64
from experts.states.panel import OUT, MemberState, PanelState

_PERSON = "accounts.Person"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class Panel(models.Model):
    """评标委员会 of one lot. ``seated`` is the ``panel`` event in force."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.OneToOneField("trading.Lot", on_delete=models.PROTECT, related_name="panel")
    draw = models.ForeignKey("experts.Draw", null=True, on_delete=models.PROTECT, related_name="panels")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in PanelState],
        default=PanelState.FORMING.value,
    )
    place = models.TextField(_("room"), blank=True, default="")
    chair = models.ForeignKey(
        "experts.PanelSeat", null=True, on_delete=models.PROTECT, related_name="chaired"
    )
    seated = _entry(null=True)
    offered = models.JSONField(_("panel offered for the supervisor’s signature"), default=dict)
    formed_at = models.DateTimeField(_("members called in at"))
    seated_at = models.DateTimeField(_("formed at"), null=True)
    until = models.DateTimeField(_("evaluation planned until"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        ordering = ("formed_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in PanelState]),
                name="experts_panel_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=Q(state=PanelState.FORMING.value)
                | (Q(seated__isnull=False) & Q(seated_at__isnull=False)),
                name="experts_panel_seated",
                violation_error_code="seated",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        PanelState.REVIEWING.value,
                        PanelState.SCORING.value,
                        PanelState.SHOWN.value,
                        PanelState.SIGNING.value,
                        PanelState.ENDED.value,
                    ]
                )
                | Q(chair__isnull=False),
                name="experts_panel_chair",
                violation_error_code="chair",
            ),
            models.CheckConstraint(
                condition=~Q(state=PanelState.ENDED.value) | Q(ended_at__isnull=False),
                name="experts_panel_ended",
                violation_error_code="ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.state}"

    @property
    def chain(self) -> str:
        """The ledger's chain of this lot's evaluation (docs/protocol.md, section 16.7)."""
        return f"{self.lot.tender_id}/{self.lot.code}/eval"


class OwnMember(models.Model):
    """招标人代表: a member of its own whom the owner names before anybody is drawn; ``left_at`` when taken back.

    ``rank``: his place among the substitutes (替补代表), 1 first; None for a member.
    """

    request = models.ForeignKey("experts.DrawRequest", on_delete=models.PROTECT, related_name="own")
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("named at"))
    left_at = models.DateTimeField(_("taken back at"), null=True)
    rank = models.PositiveSmallIntegerField(_("place among the substitutes"), null=True)
    entry = _entry()

    class Meta:
        verbose_name = _("the owner’s own member")
        verbose_name_plural = _("the owner’s own members")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "person"],
                condition=Q(left_at__isnull=True),
                name="experts_own_member_once",
                violation_error_code="member_twice",
            )
        ]

    def __str__(self) -> str:
        return str(self.request_id)


class PanelSeat(models.Model):
    """A member: ``seat`` is his number for good, ``ref`` the hash by which the log knows him, ``sig_key`` his key.

    ``drawn`` is the seat of the draw he accepted, ``named`` the one he was named for; the owner's own member has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    seat = models.PositiveSmallIntegerField(_("seat"))
    kind = models.TextField(_("kind"))
    drawn = models.OneToOneField(
        "experts.DrawnSeat", null=True, on_delete=models.PROTECT, related_name="panel_seat"
    )
    named = models.OneToOneField(
        "experts.NamedSeat", null=True, on_delete=models.PROTECT, related_name="panel_seat"
    )
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="panel_seats")
    specialty = models.TextField(_("specialty"), blank=True, default="")
    ref = models.TextField(_("reference of the person"))
    ref_salt = models.TextField(_("salt of the reference"))
    sig_key = models.TextField(_("signing key (SPKI, hex)"), blank=True, default="")
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in MemberState],
        default=MemberState.EXPECTED.value,
    )
    reason = models.TextField(_("reason for leaving"), blank=True, default="")
    added_at = models.DateTimeField(_("called in at"))
    signed_in_at = models.DateTimeField(_("signed in at"), null=True)
    left_at = models.DateTimeField(_("fell out at"), null=True)

    class Meta:
        verbose_name = _("member of a panel")
        verbose_name_plural = _("members of panels")
        ordering = ("panel", "seat")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "seat"], name="experts_member_seat", violation_error_code="seat_taken"
            ),
            models.UniqueConstraint(
                fields=["panel", "person"], name="experts_member_person", violation_error_code="member_twice"
            ),
            models.UniqueConstraint(
                fields=["panel", "sig_key"],
                condition=~Q(sig_key=""),
                name="experts_member_key",
                violation_error_code="key_taken",
            ),
            models.CheckConstraint(
                condition=Q(seat__gte=1, seat__lte=32),
                name="experts_member_range",
                violation_error_code="seat",
            ),
            models.CheckConstraint(
                condition=Q(kind="expert", drawn__isnull=False, named__isnull=True)
                | Q(kind="expert", drawn__isnull=True, named__isnull=False)
                | Q(kind="owner", drawn__isnull=True, named__isnull=True),
                name="experts_member_kind",
                violation_error_code="kind",
            ),
            models.CheckConstraint(
                condition=Q(ref__regex=HEX64, ref_salt__regex=HEX64),
                name="experts_member_ref",
                violation_error_code="ref",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in MemberState]),
                name="experts_member_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["present", "cleared", "seated"])
                | (Q(signed_in_at__isnull=False) & ~Q(sig_key="")),
                name="experts_member_signed_in",
                violation_error_code="signed_in",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(one.value for one in OUT))
                | (Q(left_at__isnull=False) & ~Q(reason="")),
                name="experts_member_left",
                violation_error_code="left",
            ),
        ]

    def __str__(self) -> str:
        """The seat: a name would reach logs and error pages."""
        return f"{self.panel_id} {self.seat}"


class Passage(models.Model):
    """A member's entry or exit, in the room or on the platform from elsewhere (remote seat)."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="passages")
    way = models.TextField(_("way"))
    place = models.TextField(_("place"))
    note = models.TextField(_("note"), blank=True, default="")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("entry or exit")
        verbose_name_plural = _("entries and exits")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["in", "out"]), name="experts_passage_way", violation_error_code="way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.way}"


class UnitAnswer(models.Model):
    """与该单位有无利害关系: a member's answer for one bidder; ``tied`` leads out of the panel (条例 46, 48)."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="unit_answers")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    tied = models.BooleanField(_("tied to it"))
    reason = models.TextField(_("reason"), blank=True, default="")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("answer for a unit")
        verbose_name_plural = _("answers for units")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "organisation"],
                name="experts_unit_answer_once",
                violation_error_code="answered",
            ),
            models.CheckConstraint(
                condition=Q(tied=False) | ~Q(reason=""),
                name="experts_unit_answer_reason",
                violation_error_code="reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.tied}"


class ChairVote(models.Model):
    """A member's vote for the chair (组长), in one turn."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="chair_votes")
    choice = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="+")
    turn = models.PositiveSmallIntegerField(_("turn"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote for the chair")
        verbose_name_plural = _("votes for the chair")
        ordering = ("turn", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "turn"], name="experts_chair_vote_once", violation_error_code="voted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.turn}"
