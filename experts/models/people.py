"""Experts of the pool: the record as it stands, and beside it the history, which only grows.

Names stand here because somebody must be invited in the end. Who may read these rows is ``experts.policies``; the
telephone number is sealed to the key of the gateway and cannot be read from the table.
"""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from experts.states import ChangeKind, ExpertState, RemovalGround, TitleGrade

HEX64 = r"^[0-9a-f]{64}$"
_PERSON = "accounts.Person"


class PoolImport(models.Model):
    """A workbook of experts taken in as a whole, waiting for a second person to admit those in it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.TextField(_("name of the file"))
    sha256 = models.TextField(_("digest of the file"))
    count = models.PositiveIntegerField(_("experts in it"))
    by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(_("imported at"))
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("import of experts")
        verbose_name_plural = _("imports of experts")
        ordering = ("-imported_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], name="experts_import_once", violation_error_code="import_again"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=HEX64), name="experts_import_digest", violation_error_code="digest"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Expert(models.Model):
    """A person of the pool. ``code`` is what people say on the telephone; ``person`` the login, if there is one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.TextField(_("record number"), unique=True)
    person = models.OneToOneField(_PERSON, null=True, on_delete=models.PROTECT, related_name="expert")
    name = models.TextField(_("name"))
    name_key = models.TextField(_("name for comparison"))
    identity_kind = models.TextField(_("kind of identity paper"))
    identity_hash = models.TextField(_("keyed hash of the identity number"))
    identity_last4 = models.TextField(_("last four characters"))
    phone_sealed = models.TextField(_("telephone, sealed to the gateway"), blank=True, default="")
    region = models.TextField(_("region code"))
    employer = models.TextField(_("employer"))
    employer_key = models.TextField(_("employer for comparison"))
    employer_code = models.TextField(_("unified social credit code of the employer"), blank=True, default="")
    employer_group = models.TextField(_("group of the employer"), blank=True, default="")
    title = models.TextField(_("title"))
    title_grade = models.TextField(_("grade"), choices=[(one.value, one.value) for one in TitleGrade])
    work_since = models.PositiveSmallIntegerField(_("works in the field since"))
    term_from = models.DateField(_("term from"))
    term_to = models.DateField(_("last day of the term"))
    state = models.TextField(
        _("state"), choices=[(one.value, one.value) for one in ExpertState], default=ExpertState.APPLIED.value
    )
    in_pool_since = models.DateField(_("in the pool since"), null=True)
    examined_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(PoolImport, null=True, on_delete=models.PROTECT, related_name="experts")
    registered_at = models.DateTimeField(_("registered at"))

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(
                fields=["identity_hash"], name="experts_expert_once", violation_error_code="expert_exists"
            ),
            models.CheckConstraint(
                condition=Q(identity_hash__regex=HEX64) & ~Q(identity_last4="") & ~Q(identity_kind=""),
                name="experts_expert_identity",
                violation_error_code="identity",
            ),
            models.CheckConstraint(
                condition=Q(region__regex=r"^[1-9][0-9]{5}$"),
                name="experts_expert_region",
                violation_error_code="region",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in ExpertState]),
                name="experts_expert_state",
                violation_error_code="state",
            ),
            models.CheckConstraint(
                condition=Q(term_to__gt=F("term_from")),
                name="experts_expert_term",
                violation_error_code="term",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ExpertState.IN_POOL.value, ExpertState.SUSPENDED.value])
                | Q(in_pool_since__isnull=False),
                name="experts_expert_since",
                violation_error_code="since",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(employer="") & ~Q(title=""),
                name="experts_expert_told",
                violation_error_code="empty",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "region"], name="experts_expert_state_region"),
            models.Index(fields=["name_key"], name="experts_expert_name"),
            models.Index(fields=["employer_key"], name="experts_expert_employer"),
        ]

    def __str__(self) -> str:
        """The record number: a name would reach logs and error pages."""
        return self.code


class ExpertSpecialty(models.Model):
    """A specialty an expert holds, and who has verified that; ended, never deleted."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="specialties")
    code = models.TextField(_("code"))
    scheme = models.TextField(_("classification and version"))
    verified_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(_("verified at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("specialty of an expert")
        verbose_name_plural = _("specialties of experts")
        ordering = ("expert", "code", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "code"],
                condition=Q(ended_at__isnull=True),
                name="experts_specialty_once",
                violation_error_code="specialty_exists",
            )
        ]
        indexes = [models.Index(fields=["code"], name="experts_specialty_code")]

    def __str__(self) -> str:
        return self.code


class ExpertCertificate(models.Model):
    """A paper that proves title or years: kept as it came, with the day it ends."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="certificates")
    title = models.TextField(_("what it certifies"))
    number = models.TextField(_("number"), blank=True, default="")
    valid_to = models.DateField(_("last valid day"), null=True)
    file_sha256 = models.TextField(_("address of the file"))
    file_name = models.TextField(_("name of the file"))
    file_size = models.BigIntegerField(_("size of the file"))
    file_key = models.TextField(_("place of the file"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("certificate of an expert")
        verbose_name_plural = _("certificates of experts")
        ordering = ("added_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(file_sha256__regex=HEX64) & ~Q(title=""),
                name="experts_certificate_told",
                violation_error_code="certificate",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Step(models.Model):
    """What was done, by whom, when."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.at:%Y-%m-%d %H:%M}"


class AwayPeriod(Step):
    """Days on which an expert says beforehand that he cannot come."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="away")
    first = models.DateField(_("first day away"))
    last = models.DateField(_("last day away"))
    taken_back_at = models.DateTimeField(_("taken back at"), null=True)

    class Meta:
        verbose_name = _("days away")
        verbose_name_plural = _("days away")
        ordering = ("first", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="experts_away_days", violation_error_code="away_days"
            )
        ]


class ExpertRating(Step):
    """One assessment: what was found, by the pack's table, and the score that follows."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="ratings")
    occasion = models.TextField(_("assessment"))
    found = models.JSONField(_("what was found"), default=list)
    score = models.PositiveSmallIntegerField(_("score"))
    pack = models.TextField(_("rules"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("conduct rating")
        verbose_name_plural = _("conduct ratings")
        ordering = ("-at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "occasion"],
                name="experts_rating_once",
                violation_error_code="rating_exists",
            ),
            models.CheckConstraint(
                condition=Q(score__lte=100) & ~Q(reason="") & ~Q(occasion=""),
                name="experts_rating_told",
                violation_error_code="rating",
            ),
        ]


class ExpertSuspension(Step):
    """A suspension as decided; that it was lifted is a line of the history."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="suspensions")
    first = models.DateField(_("from"))
    last = models.DateField(_("last day"), null=True)
    reason = models.TextField(_("reason"))
    decision_no = models.TextField(_("number of the decision"))

    class Meta:
        verbose_name = _("suspension of an expert")
        verbose_name_plural = _("suspensions of experts")
        ordering = ("-at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(decision_no=""),
                name="experts_suspension_told",
                violation_error_code="suspension",
            ),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")),
                name="experts_suspension_days",
                violation_error_code="suspension_days",
            ),
        ]


class ExpertChange(Step):
    """A line of an expert's history: what was done and what the record said afterwards.

    ``digest`` is H(salt, canonical body) and alone goes into the ledger: it binds the line and names nobody.
    """

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="changes")
    kind = models.TextField(_("what was done"), choices=[(one.value, one.value) for one in ChangeKind])
    ground = models.TextField(
        _("ground"), blank=True, default="", choices=[(one.value, one.value) for one in RemovalGround]
    )
    reason = models.TextField(_("reason"), blank=True, default="")
    facts = models.JSONField(_("the record afterwards"), default=dict)
    salt = models.TextField(_("salt"))
    digest = models.TextField(_("digest"))
    entry = models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of an expert's record")
        verbose_name_plural = _("changes of experts' records")
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(salt__regex=HEX64) & Q(digest__regex=HEX64),
                name="experts_change_digest",
                violation_error_code="digest",
            )
        ]
        indexes = [models.Index(fields=["at"], name="experts_change_at")]
