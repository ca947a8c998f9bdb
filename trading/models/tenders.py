"""招标 and 标段."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from trading.models.checks import HEX64, state_checks
from trading.models.projects import Project
from trading.rules.numbers import lot_code, lot_number
from trading.states import LotState, TenderState

SUBJECTS = ("works", "goods", "services")
"""What a tender may buy: rules of evaluation differ by it."""


class Tender(models.Model):
    """One tender of a project. ``number`` is empty until publication and never given twice.

    The protocol names a tender by its random id: officers are certified before there is a number.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tenders")
    retender_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retenders")
    number = models.TextField(_("number"), blank=True, default="")
    title = models.TextField(_("title"))
    title_en = models.TextField(_("title in English"), blank=True, default="")
    summary = models.TextField(_("scope and scale"), blank=True, default="")
    summary_en = models.TextField(_("scope and scale in English"), blank=True, default="")
    owner_address = models.TextField(_("owner's address"), blank=True, default="")
    place = models.TextField(_("place of the works"), blank=True, default="")
    obtain_documents = models.TextField(_("how to get the documents"), blank=True, default="")
    contact = models.TextField(_("whom to call"), blank=True, default="")
    subject = models.TextField(_("what is bought"), default="works")
    consortium_allowed = models.BooleanField(_("consortia may bid"), null=True)
    max_lots_won = models.PositiveSmallIntegerField(_("lots one bidder may win at most"), null=True)
    documents_from = models.DateTimeField(_("documents from"), null=True)
    documents_until = models.DateTimeField(_("documents until"), null=True)
    questions_until = models.DateTimeField(_("questions until"), null=True)
    media = models.JSONField(_("media of the notice"), default=list)
    note = models.TextField(_("note on the data"), blank=True, default="")
    note_en = models.TextField(_("note on the data in English"), blank=True, default="")
    rulepack = models.TextField(_("rule set"), blank=True, default="")
    rules = models.JSONField(_("rules in force at publication"), default=dict)
    state = models.TextField(_("state"), default=TenderState.DRAFT.value)
    created_at = models.DateTimeField(_("created at"))
    ready_at = models.DateTimeField(_("ready at"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True)
    closed_at = models.DateTimeField(_("deadline passed at"), null=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    cancelled_at = models.DateTimeField(_("terminated at"), null=True)
    archived_at = models.DateTimeField(_("archived at"), null=True)

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints = [
            *state_checks("tender", TenderState),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="trading_tender_number",
                violation_error_code="number_taken",
            ),
            models.CheckConstraint(
                condition=Q(subject__in=SUBJECTS),
                name="trading_tender_subject",
                violation_error_code="subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "ready"], number="")
                | (~Q(state__in=["draft", "ready"]) & ~Q(number="")),
                name="trading_tender_number_at_publication",
            ),
        ]
        indexes = [models.Index(fields=["state", "-published_at"], name="trading_tender_state")]

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def reference(self) -> str:
        """The tender id of the protocol."""
        return str(self.id)


class NumberSeries(models.Model):
    """The last serial given per region, trade and year; locked when the next is taken."""

    region = models.TextField(_("region code"))
    trade = models.TextField(_("trade"))
    year = models.PositiveIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last serial"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["region", "trade", "year"], name="trading_number_series")
        ]

    def __str__(self) -> str:
        return f"{self.region}-{self.trade}-{self.year}"


class Lot(models.Model):
    """A part that is bid for, opened and awarded by itself; has its own policy T and its own opening.

    ``method`` is ``{kind, tie, rounding, candidates, criteria, formula, scheme}``; ``policy`` is T in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="lots")
    no = models.PositiveSmallIntegerField(_("number"))
    name = models.TextField(_("name"))
    name_en = models.TextField(_("name in English"), blank=True, default="")
    scope = models.TextField(_("scope"), blank=True, default="")
    scope_en = models.TextField(_("scope in English"), blank=True, default="")
    currency = models.TextField(_("currency"), default="CNY")
    estimate = models.DecimalField(_("estimate"), max_digits=18, decimal_places=2, null=True)
    estimate_public = models.BooleanField(_("the owner publishes the estimate"), default=False)
    ceiling = models.DecimalField(_("ceiling price"), max_digits=18, decimal_places=2, null=True)
    ceiling_method = models.TextField(_("how the ceiling is computed"), blank=True, default="")
    floor_price = models.DecimalField(_("floor price"), max_digits=18, decimal_places=2, null=True)
    fixed_sums = models.JSONField(_("provisional sums and fixed fees"), default=dict)
    duration_days = models.PositiveIntegerField(_("duration in calendar days"), null=True)
    quality = models.TextField(_("quality standard"), blank=True, default="")
    qualification = models.TextField(_("qualification class and grade"), blank=True, default="")
    manager_class = models.TextField(_("grade and specialty of the project manager"), blank=True, default="")
    deposit_amount = models.DecimalField(_("bid deposit"), max_digits=18, decimal_places=2, default=0)
    deposit_forms = models.JSONField(_("forms of the deposit"), default=list)
    deposit_validity_days = models.PositiveIntegerField(_("validity of the deposit"), null=True)
    validity_days = models.PositiveIntegerField(_("validity of bids"), null=True)
    bond_percent = models.DecimalField(_("performance bond"), max_digits=5, decimal_places=2, default=0)
    method = models.JSONField(_("evaluation method"), default=dict)
    policy = models.TextField(_("policy T in force"), blank=True, default="")
    close_at = models.DateTimeField(_("bid deadline in force"), null=True)
    state = models.TextField(_("state"), default=LotState.DRAFT.value)
    created_at = models.DateTimeField(_("created at"))
    published_at = models.DateTimeField(_("published at"), null=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True)
    closed_at = models.DateTimeField(_("deadline passed at"), null=True)
    opening_at = models.DateTimeField(_("opening begun at"), null=True)
    opened_at = models.DateTimeField(_("opened at"), null=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    cancelled_at = models.DateTimeField(_("terminated at"), null=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ("tender", "no")
        indexes = [models.Index(fields=["state", "close_at"], name="trading_lot_deadline")]
        constraints = [
            *state_checks("lot", LotState),
            models.UniqueConstraint(fields=["tender", "no"], name="trading_lot_no"),
            models.CheckConstraint(condition=Q(no__gte=1, no__lte=99), name="trading_lot_no_range"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "ready"], policy="")
                | (~Q(state__in=["draft", "ready"]) & Q(policy__regex=HEX64)),
                name="trading_lot_policy_when_published",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "ready"]) | Q(close_at__isnull=False),
                name="trading_lot_deadline_when_published",
            ),
            models.CheckConstraint(condition=Q(deposit_amount__gte=0), name="trading_lot_deposit"),
        ]

    def __str__(self) -> str:
        return self.number or self.name

    @property
    def code(self) -> str:
        """The lot id of the protocol within its tender."""
        return lot_code(self.no)

    @property
    def number(self) -> str:
        """The lot's public number, empty before publication."""
        return lot_number(self.tender.number, self.no) if self.tender.number else ""

    @property
    def chain(self) -> str:
        """The ledger's chain of this lot's events."""
        return f"{self.tender_id}/{self.code}/bid"

    @property
    def evaluation_chain(self) -> str:
        """The ledger's chain of this lot's evaluation (docs/protocol.md, section 16.7)."""
        return f"{self.tender_id}/{self.code}/eval"

    @property
    def award_chain(self) -> str:
        """The ledger's chain of what the owner decides after the report (docs/protocol.md, section 18)."""
        return f"{self.tender_id}/{self.code}/award"


class LotPolicy(models.Model):
    """A signed policy of a lot and the files it binds. ``Lot.policy`` is in force; replaced ones stay."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="policies")
    t = models.TextField(_("T"))
    prev = models.TextField(_("T replaced"), blank=True, default="")
    body = models.JSONField(_("body"))
    signatures = models.JSONField(_("signatures"))
    files = models.JSONField(_("tender files bound by it"))
    method = models.TextField(_("evaluation method bound by it"))
    at = models.DateTimeField(_("logged at"))

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["t"], name="trading_policy_t"),
            models.UniqueConstraint(fields=["lot", "prev"], name="trading_policy_no_fork"),
            models.CheckConstraint(condition=Q(t__regex=HEX64), name="trading_policy_t_hex"),
        ]

    def __str__(self) -> str:
        return self.t[:16]


class Failure(models.Model):
    """流标 of one lot: a reason class and the next step, never names or a number."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="failure")
    reason = models.TextField(_("reason"))
    next_step = models.TextField(_("next step"), blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("unsuccessful lot")
        verbose_name_plural = _("unsuccessful lots")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    reason__in=[
                        *("too-few-bids", "not-openable", "all-rejected", "no-competition"),
                        "no-winner",
                    ]
                ),
                name="trading_failure_reason",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Override(models.Model):
    """Somebody lets a rule that bites pass, with a reason; the supervisor is told in the same transaction."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="overrides")
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="overrides")
    rule = models.TextField(_("rule"))
    article = models.TextField(_("article"))
    reason = models.TextField(_("reason"))
    by = models.TextField(_("by"))
    at = models.DateTimeField(_("at"))
    supervisor_notified_at = models.DateTimeField(_("supervisor told at"))

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="trading_override_reason"),
            models.CheckConstraint(condition=~Q(by=""), name="trading_override_person"),
        ]

    def __str__(self) -> str:
        return self.rule


class DocumentTaker(models.Model):
    """Who took the documents: secret, and so is how many (法22). ``code`` is random, never serial."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="takers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="documents_taken")
    code = models.TextField(_("receipt"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("taker of documents")
        verbose_name_plural = _("takers of documents")
        constraints = [
            models.UniqueConstraint(fields=["tender", "organisation"], name="trading_taker_once"),
            models.UniqueConstraint(fields=["code"], name="trading_taker_code"),
        ]

    def __str__(self) -> str:
        return self.code
