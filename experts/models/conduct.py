"""What an expert declares of himself, how members of a panel were rated, what they say to it, and what follows."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from experts.models.draw_rounds import DrawnSeat
from experts.models.people import Expert, ExpertRating, Step
from experts.states.conduct import RaterSide, SuspensionAsked

_PERSON = "accounts.Person"


class InterestDeclaration(Step):
    """A unit an expert says he must not judge. Nobody confirms it; it only ever leaves him out."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="interests")
    unit = models.TextField(_("unit"))
    unit_key = models.TextField(_("unit, for comparison"))
    code = models.TextField(_("unified social credit code"), blank=True, default="")
    relation = models.TextField(_("how it stands to the expert"))
    until = models.DateField(_("last day, when it is over"), null=True)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("declared interest")
        verbose_name_plural = _("declared interests")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "unit_key", "relation"],
                condition=Q(taken_back_at__isnull=True),
                name="experts_interest_once",
                violation_error_code="interest_exists",
            ),
            models.CheckConstraint(
                condition=~Q(unit="") & ~Q(unit_key="") & ~Q(relation=""),
                name="experts_interest_told",
                violation_error_code="interest",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=F("at")),
                name="experts_interest_back",
                violation_error_code="taken_back",
            ),
        ]


class PanelRating(models.Model):
    """Which seat of a revealed draw a rating is about, and who rates: owner, centre and supervisor once each."""

    rating = models.OneToOneField(ExpertRating, on_delete=models.PROTECT, related_name="panel")
    seat = models.ForeignKey(DrawnSeat, on_delete=models.PROTECT, related_name="ratings")
    side = models.TextField(_("who rates"), choices=[(one.value, one.value) for one in RaterSide])

    class Meta:
        verbose_name = _("rating of a member")
        verbose_name_plural = _("ratings of members")
        ordering = ("rating",)
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "side"],
                name="experts_panel_rating_once",
                violation_error_code="rating_exists",
            ),
            models.CheckConstraint(
                condition=Q(side__in=[one.value for one in RaterSide]),
                name="experts_panel_rating_side",
                violation_error_code="side",
            ),
        ]

    def __str__(self) -> str:
        return self.side


class RatingReply(models.Model):
    """What an expert says to a rating of his: once, beside it for ever."""

    rating = models.OneToOneField(ExpertRating, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField(_("reply"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reply to a rating")
        verbose_name_plural = _("replies to ratings")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="experts_reply_told", violation_error_code="reply"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class SuspensionProposal(models.Model):
    """A suspension for a rating below the pack's threshold: asked for by one keeper, decided by another."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    rating = models.OneToOneField(ExpertRating, on_delete=models.PROTECT, related_name="proposal")
    reason = models.TextField(_("reason"))
    state = models.TextField(
        _("state"),
        choices=[(one.value, one.value) for one in SuspensionAsked],
        default=SuspensionAsked.ASKED.value,
    )
    asked_by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_no = models.TextField(_("number of the decision"), blank=True, default="")

    class Meta:
        verbose_name = _("proposed suspension")
        verbose_name_plural = _("proposed suspensions")
        ordering = ("asked_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in SuspensionAsked]),
                name="experts_proposal_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=Q(state=SuspensionAsked.ASKED.value, decided_at__isnull=True)
                | (~Q(state=SuspensionAsked.ASKED.value) & Q(decided_at__isnull=False)),
                name="experts_proposal_decided",
                violation_error_code="decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="experts_proposal_second",
                violation_error_code="second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=SuspensionAsked.GRANTED.value) | ~Q(decision_no=""),
                name="experts_proposal_number",
                violation_error_code="decision_no",
            ),
        ]

    def __str__(self) -> str:
        return self.state
