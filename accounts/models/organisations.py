"""Organisations and the register of subjects (主体库)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import HEX64, Person
from accounts.states import OrganisationState, RecordKind

_STATES = [(state.value, state.value) for state in OrganisationState]
_KINDS = [(kind.value, kind.value) for kind in RecordKind]


class Organisation(models.Model):
    """A unit with a unified social credit code. ``name`` is as on the licence, ``name_key`` to compare."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.TextField(_("unified social credit code"))
    name = models.TextField(_("registered name"))
    name_key = models.TextField(_("name for comparison"))
    name_en = models.TextField(_("English name"), blank=True, default="")
    kinds = models.JSONField(_("registered as"), default=list)
    legal_representative = models.TextField(_("legal representative"), blank=True, default="")
    region = models.TextField(_("region code"), blank=True, default="")
    address = models.TextField(_("address"), blank=True, default="")
    contacts = models.JSONField(_("contacts"), default=list)
    parent_code = models.TextField(_("code of the superior authority"), blank=True, default="")
    affiliate_codes = models.JSONField(_("codes of affiliates"), default=list)
    state = models.TextField(_("state"), choices=_STATES, default=OrganisationState.DRAFT.value)
    registered_at = models.DateTimeField(_("registered at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    suspended_at = models.DateTimeField(_("suspended at"), null=True)
    suspended_reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="accounts_organisation_code_unique", violation_error_code="code_taken"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-HJ-NP-RTUWXY]{18}$"), name="accounts_organisation_code_form"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OrganisationState]),
                name="accounts_organisation_state",
            ),
            models.CheckConstraint(
                condition=Q(state=OrganisationState.DRAFT.value, submitted_at__isnull=True)
                | (~Q(state=OrganisationState.DRAFT.value) & Q(submitted_at__isnull=False)),
                name="accounts_organisation_submitted_at",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrganisationState.RETURNED.value) | Q(returned_at__isnull=False),
                name="accounts_organisation_returned_at",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[OrganisationState.ACCEPTED.value, OrganisationState.SUSPENDED.value],
                    accepted_at__isnull=False,
                )
                | (
                    ~Q(state__in=[OrganisationState.ACCEPTED.value, OrganisationState.SUSPENDED.value])
                    & Q(accepted_at__isnull=True)
                ),
                name="accounts_organisation_accepted_at",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=OrganisationState.SUSPENDED.value, suspended_at__isnull=False)
                    & ~Q(suspended_reason="")
                )
                | (
                    ~Q(state=OrganisationState.SUSPENDED.value)
                    & Q(suspended_at__isnull=True, suspended_reason="")
                ),
                name="accounts_organisation_suspended_at",
            ),
        ]
        indexes = [models.Index(fields=["name_key"], name="accounts_organisation_name")]

    def __str__(self) -> str:
        return self.name


class OrganisationName(models.Model):
    """A registered name and the days it stood (条38: changes are told and kept)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    name = models.TextField(_("registered name"))
    name_key = models.TextField(_("name for comparison"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("last day"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("registered name")
        verbose_name_plural = _("registered names")
        ordering = ["organisation", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(valid_to__isnull=True), name="accounts_name_one_current"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="accounts_name_term",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BasicAccount(models.Model):
    """The basic deposit account (基本存款账户); a change counts for tenders published after it only."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="basic_accounts")
    holder = models.TextField(_("holder"))
    number = models.TextField(_("account number"))
    bank = models.TextField(_("bank"))
    cnaps = models.TextField(_("clearing number"))
    permit = models.TextField(_("permit or record number"), blank=True, default="")
    proof_sha256 = models.TextField(_("proof"), blank=True, default="")
    since = models.DateTimeField(_("declared at"))
    until = models.DateTimeField(_("replaced at"), null=True)

    class Meta:
        verbose_name = _("basic account")
        verbose_name_plural = _("basic accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(until__isnull=True), name="accounts_basic_account_one"
            ),
            models.CheckConstraint(
                condition=Q(cnaps__regex=r"^[0-9]{12}$"), name="accounts_basic_account_cnaps"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} …{self.number[-4:]}"


class OrganisationRecord(models.Model):
    """An item of the register of subjects: a paper with a number, a term and a file."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="records")
    kind = models.TextField(_("kind"), choices=_KINDS)
    number = models.TextField(_("number"), blank=True, default="")
    title = models.TextField(_("what it certifies"))
    holder = models.TextField(_("holder"), blank=True, default="")
    holder_hash = models.TextField(_("keyed hash of the holder's identity number"), blank=True, default="")
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("last valid day"), null=True)
    file_sha256 = models.TextField(_("address of the file"))
    file_name = models.TextField(_("name of the file"))
    file_size = models.BigIntegerField(_("size of the file"))
    added_at = models.DateTimeField(_("added at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_reason = models.TextField(_("reason"), blank=True, default="")
    warned_days = models.PositiveSmallIntegerField(_("days left at the last warning"), null=True)

    class Meta:
        verbose_name = _("register item")
        verbose_name_plural = _("register items")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=Q(ended_at__isnull=True)
                & Q(
                    kind__in=[
                        RecordKind.QUALIFICATION.value,
                        RecordKind.SAFETY_LICENCE.value,
                        RecordKind.CONSTRUCTOR.value,
                    ]
                ),
                name="accounts_record_number_once",
                violation_error_code="record_number_taken",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(ended_at__isnull=True, kind=RecordKind.SAFETY_LICENCE.value),
                name="accounts_record_one_safety_licence",
                violation_error_code="record_at_most",
            ),
            models.CheckConstraint(
                condition=Q(file_sha256__regex=HEX64), name="accounts_record_file_address"
            ),
            models.CheckConstraint(condition=Q(file_size__gte=0), name="accounts_record_file_size"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="accounts_record_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}".strip()


class OrganisationReview(models.Model):
    """One look by the intake desk: what it saw (a mark per field) and how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reviews")
    round = models.PositiveIntegerField(_("round"))
    accepted = models.BooleanField(_("accepted"))
    marks = models.JSONField(_("marks of the fields"))
    reviewer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="reviews")
    reviewed_at = models.DateTimeField(_("reviewed at"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["organisation", "round"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "round"], name="accounts_review_round_unique")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.round}"


class OrganisationDefect(models.Model):
    """One line of the complete list of defects (一次性告知)."""

    review = models.ForeignKey(OrganisationReview, on_delete=models.PROTECT, related_name="defects")
    position = models.PositiveSmallIntegerField(_("position"))
    field = models.TextField(_("field"))
    code = models.TextField(_("code"))
    message = models.TextField(_("what to put right"))
    source = models.TextField(_("rule"), blank=True, default="")
    missed = models.BooleanField(_("missed by an earlier review"), default=False)

    class Meta:
        verbose_name = _("defect")
        verbose_name_plural = _("defects")
        ordering = ["review", "position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "position"], name="accounts_defect_position_unique"),
            models.UniqueConstraint(fields=["review", "field", "code"], name="accounts_defect_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"
