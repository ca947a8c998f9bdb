"""What is published of a tender: documents, notices, questions, objections, addenda, suspensions."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from trading.models.checks import HEX64, state_checks
from trading.models.tenders import Lot, Tender
from trading.states import AddendumState, ObjectionState, QuestionState

DOCUMENT_KINDS = ("data_sheet", "method", "boq", "drawings", "contract", "specification", "other")
NOTICE_KINDS = (
    *("tender", "addendum", "answers", "objection_answer", "postponement", "suspension", "resumption"),
    "meeting",
    *("failure", "cancellation", "record", "validity"),
    *("publicity", "result", "contract"),
)
OBJECTION_STAGES = ("documents", "result")


class Addendum(models.Model):
    """澄清修改: ``changes`` are rows ``{where, before, after}``; ``affects``: bids may be affected (法23).

    ``plan`` holds the new values by lot code, applied when it is published: ``{fields, times}``.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="addenda")
    number = models.TextField(_("number"), blank=True, default="")
    changes = models.JSONField(_("changes"))
    plan = models.JSONField(_("new values by lot"), default=dict)
    affects = models.BooleanField(_("affects the preparation of bids"))
    reason = models.TextField(_("reason"))
    late_notice = models.BooleanField(_("on the supervisor's list"), default=False)
    drafted_by = models.TextField(_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    state = models.TextField(_("state"), default=AddendumState.DRAFT.value)
    published_at = models.DateTimeField(_("published at"), null=True)

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        constraints = [
            *state_checks("addendum", AddendumState),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="trading_addendum_number"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="trading_addendum_reason"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)


class TenderDocument(models.Model):
    """A tender file under its content address. A new version never replaces an old one's row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="documents")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="documents")
    addendum = models.ForeignKey(Addendum, null=True, on_delete=models.PROTECT, related_name="documents")
    kind = models.TextField(_("kind"))
    name = models.TextField(_("file name"))
    media_type = models.TextField(_("media type"))
    size = models.BigIntegerField(_("size"))
    sha256 = models.TextField(_("SHA-256"))
    version = models.PositiveIntegerField(_("version"), default=1)
    added_at = models.DateTimeField(_("added at"))
    published_at = models.DateTimeField(_("published at"), null=True)
    withdrawn_at = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("tender document")
        verbose_name_plural = _("tender documents")
        ordering = ("tender", "name", "version")
        constraints = [
            models.UniqueConstraint(fields=["tender", "name", "version"], name="trading_document_version"),
            models.UniqueConstraint(
                fields=["tender", "name"],
                condition=Q(withdrawn_at__isnull=True)
                & (Q(addendum__isnull=True) | Q(published_at__isnull=False)),
                name="trading_document_one_current",
                violation_error_code="document_name_taken",
            ),
            models.UniqueConstraint(fields=["addendum", "name"], name="trading_document_once_per_addendum"),
            models.CheckConstraint(condition=Q(kind__in=DOCUMENT_KINDS), name="trading_document_kind"),
            models.CheckConstraint(condition=Q(sha256__regex=HEX64), name="trading_document_sha256"),
            models.CheckConstraint(condition=Q(size__gt=0), name="trading_document_size"),
        ]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """A publication. Never deleted and never changed: a correction is a new version that names the old."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="notices")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="notices")
    sequence = models.PositiveIntegerField(_("sequence"))
    number = models.TextField(_("number"))
    version = models.PositiveIntegerField(_("version"), default=1)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    kind = models.TextField(_("kind"))
    title = models.TextField(_("title"))
    title_en = models.TextField(_("title in English"), blank=True, default="")
    content = models.JSONField(_("content"))
    sha256 = models.TextField(_("SHA-256 of the content"))
    entry = models.TextField(_("event in the ledger"))
    at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("tender", "sequence", "version")
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="trading_notice_number"),
            models.UniqueConstraint(fields=["tender", "sequence", "version"], name="trading_notice_sequence"),
            models.CheckConstraint(condition=Q(kind__in=NOTICE_KINDS), name="trading_notice_kind"),
            models.CheckConstraint(condition=Q(sha256__regex=HEX64), name="trading_notice_sha256"),
        ]
        indexes = [models.Index(fields=["-at"], name="trading_notice_at")]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"


class Question(models.Model):
    """A question about the documents. The asker is never shown; the number is given with the answer."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="questions")
    asker = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="questions_asked")
    code = models.TextField(_("receipt"))
    text = models.TextField(_("question"))
    number = models.TextField(_("number"), blank=True, default="")
    answer = models.TextField(_("answer"), blank=True, default="")
    state = models.TextField(_("state"), default=QuestionState.RECEIVED.value)
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            *state_checks("question", QuestionState),
            models.UniqueConstraint(fields=["code"], name="trading_question_code"),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="trading_question_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | (~Q(answer="") & ~Q(number="")),
                name="trading_question_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.code


class Objection(models.Model):
    """异议 to the documents (条22), stopping the tender, or to the result of a lot (条54), locking its award."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="objections")
    stage = models.TextField(_("objects to"), default="documents")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="objections")
    objector = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="objections_raised")
    code = models.TextField(_("receipt"))
    request = models.TextField(_("request"))
    facts = models.TextField(_("facts and proof"))
    number = models.TextField(_("number"), blank=True, default="")
    answer = models.TextField(_("answer"), blank=True, default="")
    state = models.TextField(_("state"), default=ObjectionState.RECEIVED.value)
    raised_at = models.DateTimeField(_("received at"))
    reply_due_at = models.DateTimeField(_("reply due at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True)
    warned_at = models.DateTimeField(_("owner warned at"), null=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            *state_checks("objection", ObjectionState),
            models.CheckConstraint(
                condition=Q(stage="documents", lot__isnull=True) | Q(stage="result", lot__isnull=False),
                name="trading_objection_stage",
            ),
            models.UniqueConstraint(fields=["code"], name="trading_objection_code"),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="trading_objection_number"
            ),
            models.CheckConstraint(
                condition=Q(reply_due_at__gt=F("raised_at")), name="trading_objection_due"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.code


class Suspension(models.Model):
    """暂停 of a tender, ``since`` until ``lifted_at``; ``deadlines`` keeps each lot's T as it then was."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="suspensions")
    objection = models.ForeignKey(Objection, null=True, on_delete=models.PROTECT, related_name="suspensions")
    ground = models.TextField(_("ground"))
    text = models.TextField(_("text"), blank=True, default="")
    article = models.TextField(_("article"), blank=True, default="")
    deadlines = models.JSONField(_("deadlines then"), default=dict)
    by = models.TextField(_("by"))
    since = models.DateTimeField(_("since"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=["objection", "order", "fault", "owner"]),
                name="trading_suspension_ground",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since")),
                name="trading_suspension_span",
            ),
            models.CheckConstraint(
                condition=~Q(ground="objection") | Q(objection__isnull=False),
                name="trading_suspension_objection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender_id} {self.ground}"


class ValidityExtension(models.Model):
    """Bidders are asked to extend the validity of their bids; who consents is in ``bidding``."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="validity_extensions")
    valid_until = models.DateTimeField(_("valid until, before"))
    extended_until = models.DateTimeField(_("valid until, asked"))
    answer_by = models.DateTimeField(_("answer by"))
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("extension of validity")
        verbose_name_plural = _("extensions of validity")
        constraints = [
            models.CheckConstraint(
                condition=Q(extended_until__gt=F("valid_until"), answer_by__lte=F("valid_until")),
                name="trading_validity_later",
            )
        ]

    def __str__(self) -> str:
        return str(self.extended_until)
