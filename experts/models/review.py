"""Preliminary review: a member's findings, motions to reject and the votes on them, questions to bidders."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import Panel, PanelSeat
from experts.states.panel import AskedState, MotionState
from protocol.evaluation_bodies import GROUNDS

_BID = "bidding.Bid"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class ReviewMark(models.Model):
    """A member's own finding on one item (形式, 资格, 响应性) of one bid, changed until the review ends."""

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="review_marks")
    bid = models.ForeignKey(_BID, on_delete=models.PROTECT, related_name="+")
    item = models.TextField(_("item"))
    passes = models.BooleanField(_("passes"))
    note = models.TextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("finding of the preliminary review")
        verbose_name_plural = _("findings of the preliminary review")
        ordering = ("bid", "item", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "bid", "item"], name="experts_review_once", violation_error_code="marked"
            ),
            models.CheckConstraint(
                condition=Q(passes=True) | ~Q(note=""),
                name="experts_review_note",
                violation_error_code="note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.item}"


class RejectionMotion(models.Model):
    """否决: what a member moves, with article, clause, page and sentence (条例 51); the panel votes on it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="motions")
    bid = models.ForeignKey(_BID, on_delete=models.PROTECT, related_name="+")
    mover = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="motions")
    ground = models.TextField(_("ground"))
    article = models.TextField(_("article"))
    clause = models.TextField(_("clause of the tender documents"))
    page = models.TextField(_("page of the bid"))
    quote = models.TextField(_("sentence of the bid"), blank=True, default="")
    reason = models.TextField(_("reason"))
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in MotionState],
        default=MotionState.MOVED.value,
    )
    at = models.DateTimeField(_("moved at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    signatures = models.JSONField(_("the mover’s signature under the rejection"), default=list)
    entry = _entry(null=True)
    void_entry = _entry(null=True)

    class Meta:
        verbose_name = _("motion to reject a bid")
        verbose_name_plural = _("motions to reject bids")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "bid"],
                condition=Q(state=MotionState.CONFIRMED.value),
                name="experts_motion_confirmed_once",
                violation_error_code="rejected_already",
            ),
            models.CheckConstraint(
                condition=Q(ground__in=sorted(GROUNDS)),
                name="experts_motion_ground",
                violation_error_code="ground",
            ),
            models.CheckConstraint(
                condition=~Q(article="") & ~Q(clause="") & ~Q(page="") & ~Q(reason=""),
                name="experts_motion_told",
                violation_error_code="empty",
            ),
            models.CheckConstraint(
                condition=Q(state=MotionState.MOVED.value, decided_at__isnull=True)
                | (~Q(state=MotionState.MOVED.value) & Q(decided_at__isnull=False)),
                name="experts_motion_decided",
                violation_error_code="decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.ground}"


class MotionVote(models.Model):
    """A member's vote on a motion; against it with a word why."""

    motion = models.ForeignKey(RejectionMotion, on_delete=models.PROTECT, related_name="votes")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="motion_votes")
    agrees = models.BooleanField(_("agrees"))
    note = models.TextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote on a motion")
        verbose_name_plural = _("votes on motions")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["motion", "seat"], name="experts_motion_vote_once", violation_error_code="voted"
            ),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(note=""),
                name="experts_motion_vote_note",
                violation_error_code="note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.motion_id} {self.agrees}"


class PanelQuestion(models.Model):
    """询标 (条例 52): asked and answered in writing. ``kind`` ``low-price`` asks why a price is not below cost."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="questions")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="questions")
    bid = models.ForeignKey(_BID, on_delete=models.PROTECT, related_name="+")
    envelope = models.PositiveSmallIntegerField(_("envelope"))
    kind = models.TextField(_("kind"))
    text = models.TextField(_("question"))
    until = models.DateTimeField(_("answer until"))
    state = models.TextField(
        _("state"), choices=[(one.value, one.value) for one in AskedState], default=AskedState.ASKED.value
    )
    at = models.DateTimeField(_("asked at"))
    entry = _entry()

    class Meta:
        verbose_name = _("question of a panel")
        verbose_name_plural = _("questions of panels")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["clarify", "low-price"]) & ~Q(text=""),
                name="experts_question_kind",
                violation_error_code="kind",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")),
                name="experts_question_until",
                violation_error_code="until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.state}"


class PanelAnswer(models.Model):
    """The bidder's signed answer; ``files`` are rows of digest, name and size."""

    question = models.OneToOneField(PanelQuestion, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField(_("answer"))
    files = models.JSONField(_("files"), default=list)
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("answered at"))
    entry = _entry()

    class Meta:
        verbose_name = _("answer to a panel")
        verbose_name_plural = _("answers to panels")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return str(self.question_id)


class FactItem(models.Model):
    """What one member enters of a bid for the evaluation and others confirm: a quantity, an adjustment, a price.

    ``of`` is the criterion or adjustment, empty for the price. A later item for the same takes its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="fact_items")
    bid = models.ForeignKey(_BID, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(_("kind"))
    of = models.TextField(_("criterion or adjustment"), blank=True, default="")
    value = models.TextField(_("value"))
    reason = models.TextField(_("where it stands in the bid, or why"), blank=True, default="")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="fact_items")
    at = models.DateTimeField(_("entered at"))
    entry = _entry()

    class Meta:
        verbose_name = _("fact of a bid")
        verbose_name_plural = _("facts of bids")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="price", of="") & ~Q(reason="")
                | Q(kind__in=["quantity", "adjustment"]) & ~Q(of=""),
                name="experts_fact_kind",
                violation_error_code="kind",
            ),
            models.CheckConstraint(
                condition=~Q(value=""), name="experts_fact_value", violation_error_code="value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.kind}"


class FactVote(models.Model):
    """Another member has looked and finds the same."""

    item = models.ForeignKey(FactItem, on_delete=models.PROTECT, related_name="votes")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="fact_votes")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("confirmation of a fact")
        verbose_name_plural = _("confirmations of facts")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "seat"], name="experts_fact_vote_once", violation_error_code="voted"
            )
        ]

    def __str__(self) -> str:
        return str(self.item_id)


class CompetitionVote(models.Model):
    """A member finds that the bids still valid, fewer than the law expects, compete enough (12号令 27).

    ``left`` is the hash of exactly these bids: another rejection puts the question anew.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="competition_votes")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="competition_votes")
    left = models.TextField(_("bids left (hash)"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("statement that competition is enough")
        verbose_name_plural = _("statements that competition is enough")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "seat", "left"],
                name="experts_competition_once",
                violation_error_code="voted",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="experts_competition_reason", violation_error_code="reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.left[:8]}"


class BidLabel(models.Model):
    """暗标: the code under which members know a bid in blind mode. Which is whose, no page of the panel tells."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="labels")
    bid = models.OneToOneField(_BID, on_delete=models.PROTECT, related_name="+")
    label = models.TextField(_("label"))

    class Meta:
        verbose_name = _("label of a bid")
        verbose_name_plural = _("labels of bids")
        ordering = ("panel", "label")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "label"], name="experts_label_once", violation_error_code="label"
            )
        ]

    def __str__(self) -> str:
        return self.label
