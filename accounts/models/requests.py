"""What people ask for before it becomes a fact: to join, to have a key certified, to have one called lost."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.keys import SigningKey
from accounts.models.organisations import Organisation
from accounts.models.people import HEX64, Membership, Person
from accounts.states import InvitationState, KeyLossState, KeyRequestState


class Invitation(models.Model):
    """An address asked to join; whoever holds the token and logs in with the address may accept.

    Only the hash of the token is kept: who reads the table cannot join with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"), max_length=254)
    roles = models.JSONField(_("roles"), default=list)
    powers = models.JSONField(_("powers"), default=list)
    token_hash = models.TextField(_("hash of the token"), unique=True)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations_sent")
    membership = models.ForeignKey(
        Membership, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in InvitationState],
        default=InvitationState.SENT.value,
    )
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("valid until"))
    ended_at = models.DateTimeField(_("accepted or taken back at"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(token_hash__regex=HEX64), name="accounts_invitation_token_hash"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="accounts_invitation_term"),
            models.CheckConstraint(
                condition=Q(state=InvitationState.SENT.value, ended_at__isnull=True)
                | (~Q(state=InvitationState.SENT.value) & Q(ended_at__isnull=False)),
                name="accounts_invitation_ended_at",
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(state=InvitationState.SENT.value),
                name="accounts_invitation_once",
                violation_error_code="invitation_exists",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.state}"


class KeyRequest(models.Model):
    """A key made in a member's browser, waiting for the registrar; proved by a signature of its own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="key_requests")
    spki = models.TextField(_("public key (SPKI, hex)"))
    algorithm = models.TextField(_("algorithm"))
    certificates = models.JSONField(_("certificates, leaf first"), default=list)
    label = models.TextField(_("label"), blank=True, default="")
    requested_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="key_requests")
    requested_at = models.DateTimeField(_("asked for at"))
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in KeyRequestState],
        default=KeyRequestState.PENDING.value,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    refused_reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("key request")
        verbose_name_plural = _("key requests")
        constraints = [
            models.UniqueConstraint(
                fields=["spki"],
                condition=Q(state=KeyRequestState.PENDING.value),
                name="accounts_key_request_once",
                violation_error_code="key_taken",
            ),
            models.CheckConstraint(
                condition=Q(state=KeyRequestState.PENDING.value, decided_at__isnull=True)
                | (~Q(state=KeyRequestState.PENDING.value) & Q(decided_at__isnull=False)),
                name="accounts_key_request_decided_at",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="accounts_key_request_queue")]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.state}"


class KeyLoss(models.Model):
    """A report that a key is lost, with the two offices' signatures as they come in."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="key_losses")
    old = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="losses")
    new = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="successions")
    report = models.TextField(_("what happened"))
    body = models.JSONField(_("body of the event"))
    registrar_signatures = models.JSONField(_("registrar’s signatures"), default=list)
    supervisor_signatures = models.JSONField(_("supervisor’s signatures"), default=list)
    reported_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="key_losses")
    reported_at = models.DateTimeField(_("reported at"))
    state = models.TextField(
        _("state"),
        choices=[(state.value, state.value) for state in KeyLossState],
        default=KeyLossState.REPORTED.value,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    refused_reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("report of a lost key")
        verbose_name_plural = _("reports of lost keys")
        constraints = [
            models.UniqueConstraint(
                fields=["old"],
                condition=Q(state=KeyLossState.REPORTED.value),
                name="accounts_key_loss_once",
                violation_error_code="key_loss_reported",
            ),
            models.CheckConstraint(condition=~Q(old=F("new")), name="accounts_key_loss_two_keys"),
            models.CheckConstraint(
                condition=Q(state=KeyLossState.REPORTED.value, decided_at__isnull=True)
                | (~Q(state=KeyLossState.REPORTED.value) & Q(decided_at__isnull=False)),
                name="accounts_key_loss_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} {self.state}"
