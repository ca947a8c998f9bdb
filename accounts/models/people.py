"""People: the login, what they belong to, and the timed sessions of staff."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
HEX64 = r"^[0-9a-f]{64}$"


class PersonManager(BaseUserManager["Person"]):
    """What the login framework asks of a user model."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Create a person who logs in with ``email``; without a password no password login is possible."""
        if not email:
            raise ValueError("an e-mail address is needed")
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        """The person with this address, upper or lower case."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """A natural person with a login. Never holds a plain identity number.

    There are no superusers and no permission tables: what a person may do follows from memberships.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.TextField(_("name"), blank=True, default="")
    phone = models.TextField(_("telephone"), blank=True, default="")
    language = models.TextField(_("language"), choices=LANGUAGES, default="zh-hans")
    identity_kind = models.TextField(_("kind of identity paper"), blank=True, default="")
    identity_hash = models.TextField(_("keyed hash of the identity number"), blank=True, default="")
    identity_last4 = models.TextField(_("last four characters"), blank=True, default="")
    is_active = models.BooleanField(_("may log in"), default=True)
    joined_at = models.DateTimeField(_("joined"), null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_person_email_unique",
                violation_error_code="email_taken",
            ),
            models.CheckConstraint(
                condition=Q(identity_hash="", identity_last4="", identity_kind="")
                | (Q(identity_hash__regex=HEX64) & ~Q(identity_last4="") & ~Q(identity_kind="")),
                name="accounts_person_identity_marked",
            ),
        ]
        indexes = [models.Index(fields=["identity_hash"], name="accounts_person_identity")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name, for the login framework's messages."""
        return str(self)

    def get_short_name(self) -> str:
        """The name again: Chinese names are not cut."""
        return str(self)


class Membership(models.Model):
    """A person belongs to an organisation for a time, in some roles, with some powers."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="memberships"
    )
    roles = models.JSONField(_("roles"), default=list)
    powers = models.JSONField(_("powers"), default=list)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True)
    granted_at = models.DateTimeField(_("granted at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(revoked_at__isnull=True),
                name="accounts_membership_open_unique",
                violation_error_code="membership_exists",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="accounts_membership_term",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_reason="")),
                name="accounts_membership_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.organisation_id}"


class StaffSession(models.Model):
    """A timed look by staff or an auditor at something that is not theirs, recorded from open to close."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_sessions")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="staff_sessions"
    )
    role = models.TextField(_("role"))
    purpose = models.TextField(_("purpose"))
    scope = models.TextField(_("scope"), blank=True, default="")
    opened_at = models.DateTimeField(_("opened at"))
    expires_at = models.DateTimeField(_("ends at the latest"))
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("staff session")
        verbose_name_plural = _("staff sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(closed_at__isnull=True),
                name="accounts_staff_session_one_open",
                violation_error_code="session_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at"))
                & (Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at"))),
                name="accounts_staff_session_times",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="accounts_staff_session_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.opened_at:%Y-%m-%d %H:%M}"
