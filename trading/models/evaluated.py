"""What the panel's report says, as the owner received it, and its publicity (法 40, 45; 条例 53-56)."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from trading.models.checks import HEX64
from trading.models.publications import Notice
from trading.models.tenders import Lot

HOLD_GROUNDS = ("order", "complaint")


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class EvaluationReport(models.Model):
    """评标报告 as it reached the owner; one of a lot stands, a later one (复议) supersedes it.

    ``report_ev`` is the event in the log. The owner's receipt starts the clock of the publicity (条例 54).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="evaluation_reports")
    report_ev = models.TextField(_("event of the report"))
    number = models.TextField(_("number"))
    failed = models.BooleanField(_("no candidate"), default=False)
    handed_at = models.DateTimeField(_("handed to the owner at"))
    receipted_at = models.DateTimeField(_("owner confirmed receipt at"), null=True)
    receipted_by = models.UUIDField(_("receipt confirmed by"), null=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True)
    recalled_at = models.DateTimeField(_("panel called back at"), null=True)
    entry = _entry()

    class Meta:
        verbose_name = _("evaluation report")
        verbose_name_plural = _("evaluation reports")
        ordering = ("handed_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["report_ev"],
                name="trading_evaluation_report_once",
                violation_error_code="report_received",
            ),
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(superseded_at__isnull=True),
                name="trading_evaluation_report_one",
                violation_error_code="report_stands",
            ),
            models.CheckConstraint(
                condition=Q(report_ev__regex=HEX64) & ~Q(number=""), name="trading_evaluation_report_whole"
            ),
            models.CheckConstraint(
                condition=Q(receipted_at__isnull=True, receipted_by__isnull=True)
                | Q(receipted_at__isnull=False, receipted_by__isnull=False, receipted_at__gte=F("handed_at")),
                name="trading_evaluation_report_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Standing(models.Model):
    """What all rows of a report have in common: whose bid it is."""

    report = models.ForeignKey(EvaluationReport, on_delete=models.PROTECT, related_name="%(class)ss")
    bid_ev = models.TextField(_("bid"))
    bidder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["report", "bid_ev"], name="trading_%(class)s_bid"),
            models.UniqueConstraint(fields=["report", "bidder"], name="trading_%(class)s_bidder"),
            models.CheckConstraint(condition=Q(bid_ev__regex=HEX64), name="trading_%(class)s_ev"),
        ]


class Candidate(Standing):
    """中标候选人: what the report says of one, as it is shown in the publicity (10号令 6).

    ``value`` is the evaluated price or the score, as the report writes it; ``scores`` are rows
    ``{key, zh, en, points, most}``, which only the bidder itself reads unless a local pack publishes them.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    rank = models.PositiveSmallIntegerField(_("rank"))
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=2)
    value = models.TextField(_("evaluated price or score"))
    duration = models.TextField(_("duration"), blank=True, default="")
    quality = models.TextField(_("quality"), blank=True, default="")
    manager = models.TextField(_("project manager"), blank=True, default="")
    certificates = models.TextField(_("certificates of the manager"), blank=True, default="")
    qualification = models.TextField(_("qualification"), blank=True, default="")
    scores = models.JSONField(_("scores"), default=list)

    class Meta(Standing.Meta):
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ("report", "rank")
        constraints = [
            *Standing.Meta.constraints,
            models.UniqueConstraint(
                fields=["report", "rank"], name="trading_candidate_rank", violation_error_code="rank_twice"
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="trading_candidate_rank_range"),
            models.CheckConstraint(condition=Q(price__gt=0), name="trading_candidate_price"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}"


class RejectedBid(Standing):
    """否决投标: the panel's act with ground, article and reason (条例 51)."""

    ground = models.TextField(_("ground"))
    article = models.TextField(_("article"))
    reason = models.TextField(_("reason"))

    class Meta(Standing.Meta):
        verbose_name = _("rejected bid")
        verbose_name_plural = _("rejected bids")
        ordering = ("report", "pk")
        constraints = [
            *Standing.Meta.constraints,
            models.CheckConstraint(condition=~Q(ground="") & ~Q(reason=""), name="trading_rejectedbid_whole"),
        ]

    def __str__(self) -> str:
        return self.ground


class RankedBid(Standing):
    """A bid that stands but is none of the candidates: its own bidder reads its rank and scores."""

    rank = models.PositiveSmallIntegerField(_("rank"))
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=2)
    value = models.TextField(_("evaluated price or score"))
    scores = models.JSONField(_("scores"), default=list)

    class Meta(Standing.Meta):
        verbose_name = _("bid ranked behind the candidates")
        verbose_name_plural = _("bids ranked behind the candidates")
        ordering = ("report", "rank")

    def __str__(self) -> str:
        return f"{self.rank}"


class Publicity(models.Model):
    """中标候选人公示 of one report: from the notice until the end of its last day (条例 54); signed by the owner."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report = models.OneToOneField(EvaluationReport, on_delete=models.PROTECT, related_name="publicity")
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="+")
    ev = models.TextField(_("event"))
    entry = _entry()
    from_at = models.DateTimeField(_("shown from"))
    until_at = models.DateTimeField(_("shown until"))
    late = models.BooleanField(_("begun later than the law's term"), default=False)
    by = models.UUIDField(_("published by"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("candidate publicity")
        verbose_name_plural = _("candidate publicities")
        ordering = ("from_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="trading_publicity_span"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("until_at")),
                name="trading_publicity_ended",
            ),
            models.CheckConstraint(condition=Q(ev__regex=HEX64), name="trading_publicity_ev"),
        ]

    def __str__(self) -> str:
        return str(self.until_at)


class Recheck(models.Model):
    """履约能力审查 by the same panel (条例 56): asked by the owner before the award notice; locks the award."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report = models.ForeignKey(EvaluationReport, on_delete=models.PROTECT, related_name="rechecks")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="rechecks")
    reason = models.TextField(_("what has changed"))
    file_sha256 = models.TextField(_("SHA-256 of the evidence"))
    file_name = models.TextField(_("evidence"))
    file_size = models.PositiveIntegerField(_("bytes"))
    by = models.UUIDField(_("asked by"))
    at = models.DateTimeField(_("asked at"))
    entry = _entry()
    answered_at = models.DateTimeField(_("answered at"), null=True)
    stands = models.BooleanField(_("the panel confirms its opinion"), null=True)
    answer = models.TextField(_("the panel's answer"), blank=True, default="")

    class Meta:
        verbose_name = _("re-check of a candidate")
        verbose_name_plural = _("re-checks of candidates")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(answered_at__isnull=True),
                name="trading_recheck_one_open",
                violation_error_code="recheck_open",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(file_sha256__regex=HEX64), name="trading_recheck_whole"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, stands__isnull=True)
                | (Q(answered_at__isnull=False, stands__isnull=False) & ~Q(answer="")),
                name="trading_recheck_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id}"


class LotHold(models.Model):
    """暂停 of one lot after its opening, by the supervisor (条例 62): nothing is awarded while it stands."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="holds")
    ground = models.TextField(_("ground"))
    text = models.TextField(_("text"))
    article = models.TextField(_("article"))
    by = models.UUIDField(_("by"), null=True)
    since = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)

    class Meta:
        verbose_name = _("suspended lot")
        verbose_name_plural = _("suspended lots")
        ordering = ("since", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=HOLD_GROUNDS) & ~Q(text="") & ~Q(article=""),
                name="trading_lothold_ground",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since")),
                name="trading_lothold_span",
            ),
        ]

    def __str__(self) -> str:
        return self.ground
