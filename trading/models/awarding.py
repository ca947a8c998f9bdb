"""The award by the owner, the letters to all, the written report, and what is published of the contract (法 45-47)."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from protocol.awarding import GROUNDS
from trading.models.checks import HEX64
from trading.models.evaluated import Candidate, EvaluationReport
from trading.models.outcomes import Award, Contract
from trading.models.publications import Notice
from trading.models.tenders import Lot


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class AwardDraft(models.Model):
    """定标意见 as owner or agency prepares it, before the owner signs; one open per lot.

    Where the owner chooses among the candidates (评定分离) it holds criteria, minutes and note.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="award_drafts")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="+")
    criteria = models.TextField(_("criteria and reasons of the choice"), blank=True, default="")
    watched = models.TextField(_("who watched the decision, and their note"), blank=True, default="")
    file_sha256 = models.TextField(_("SHA-256 of the minutes"), blank=True, default="")
    file_name = models.TextField(_("minutes"), blank=True, default="")
    file_size = models.PositiveIntegerField(_("bytes"), default=0)
    by = models.UUIDField(_("drafted by"))
    at = models.DateTimeField(_("drafted at"))
    closed_at = models.DateTimeField(_("signed or replaced at"), null=True)

    class Meta:
        verbose_name = _("draft of an award")
        verbose_name_plural = _("drafts of awards")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(closed_at__isnull=True), name="trading_awarddraft_one_open"
            ),
            models.CheckConstraint(
                condition=Q(file_sha256="") | Q(file_sha256__regex=HEX64), name="trading_awarddraft_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id}"


class AwardDecision(models.Model):
    """定标 on the platform: which candidate of which report, on which ground, signed by the owner with its own key."""

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="decision")
    report = models.ForeignKey(EvaluationReport, on_delete=models.PROTECT, related_name="decisions")
    candidate = models.OneToOneField(Candidate, on_delete=models.PROTECT, related_name="decision")
    draft = models.OneToOneField(AwardDraft, on_delete=models.PROTECT, related_name="decision")
    ground = models.TextField(_("ground"))
    ev = models.TextField(_("event"))
    signed = _entry()
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("decision of the award")
        verbose_name_plural = _("decisions of the award")
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=GROUNDS, ev__regex=HEX64), name="trading_awarddecision_whole"
            )
        ]

    def __str__(self) -> str:
        return self.ground


class ResultLetter(models.Model):
    """中标通知书 to the winner, 结果通知 to everybody else: of the same moment (法 45), each read by its addressee."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="letters")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    won = models.BooleanField(_("won"))
    content = models.JSONField(_("content"))
    sha256 = models.TextField(_("SHA-256 of the content"))
    at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("letter of the result")
        verbose_name_plural = _("letters of the result")
        constraints = [
            models.UniqueConstraint(fields=["award", "organisation"], name="trading_letter_once"),
            models.UniqueConstraint(
                fields=["award"], condition=Q(won=True), name="trading_letter_one_winner"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=HEX64), name="trading_letter_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.won}"


class WrittenReport(models.Model):
    """招标投标情况书面报告 (法 47): made from data, signed by the owner, received by the supervisor."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="written_report")
    content = models.JSONField(_("content"))
    sha256 = models.TextField(_("SHA-256 of the content"))
    ev = models.TextField(_("event"))
    entry = _entry()
    due_at = models.DateTimeField(_("due at"), null=True)
    by = models.UUIDField(_("signed by"))
    at = models.DateTimeField(_("sent at"))
    received_at = models.DateTimeField(_("received at"), null=True)
    received_by = models.UUIDField(_("received by"), null=True)

    class Meta:
        verbose_name = _("written report")
        verbose_name_plural = _("written reports")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=HEX64, ev__regex=HEX64), name="trading_writtenreport_hashes"
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True, received_by__isnull=True)
                | Q(received_at__gte=F("at"), received_by__isnull=False),
                name="trading_writtenreport_received",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:16]

    @property
    def late(self) -> bool:
        """Whether it came after the term of 法 47."""
        return self.due_at is not None and self.at >= self.due_at


class ContractTerms(models.Model):
    """What of the contract is compared with the bid (法 46, 条例 57): duration and bond; a difference is explained."""

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="terms")
    duration = models.TextField(_("duration"), blank=True, default="")
    bond = models.DecimalField(_("performance bond"), max_digits=18, decimal_places=2, default=0)
    difference = models.TextField(_("why it differs from the bid"), blank=True, default="")
    notice = models.OneToOneField(Notice, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("terms of a contract")
        verbose_name_plural = _("terms of contracts")
        constraints = [models.CheckConstraint(condition=Q(bond__gte=0), name="trading_contractterms_bond")]

    def __str__(self) -> str:
        return f"{self.contract_id}"


class LotStop(models.Model):
    """终止 of one lot after its opening (条例 31): ground, article, decision; the supervisor was told first."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="stops")
    reason = models.TextField(_("ground"))
    article = models.TextField(_("article"))
    file_sha256 = models.TextField(_("SHA-256 of the decision"))
    file_name = models.TextField(_("decision"))
    file_size = models.PositiveIntegerField(_("bytes"))
    told_by = models.UUIDField(_("proposed by"))
    told_at = models.DateTimeField(_("supervisor told at"))
    ev = models.TextField(_("event"), blank=True, default="")
    entry = _entry(null=True)
    at = models.DateTimeField(_("published at"), null=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("lot stopped after its opening")
        verbose_name_plural = _("lots stopped after their opening")
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(withdrawn_at__isnull=True), name="trading_lotstop_one"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(article="") & Q(file_sha256__regex=HEX64),
                name="trading_lotstop_whole",
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True, entry__isnull=True, ev="")
                | Q(at__gte=F("told_at"), entry__isnull=False, ev__regex=HEX64),
                name="trading_lotstop_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.reason[:40]
