"""Mandates and signing keys: what parties sign with, and what two of them signed together."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Organisation
from accounts.states import KeyState, MandateState

_MANDATES = [(state.value, state.value) for state in MandateState]
_KEYS = [(state.value, state.value) for state in KeyState]


class Mandate(models.Model):
    """An owner lets an agency act in one tender (条14), signed by both. ``tender`` is a reference."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates_given")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates_held")
    tender = models.TextField(_("tender"))
    powers = models.JSONField(_("powers"), default=list)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"))
    fee_basis = models.TextField(_("basis of the fee"))
    fee_payer = models.TextField(
        _("who pays"), choices=[("owner", _("the owner")), ("winner", _("the winner"))]
    )
    body = models.JSONField(_("signed body"))
    owner_signatures = models.JSONField(_("owner's signatures"), default=list)
    agency_signatures = models.JSONField(_("agency's signatures"), default=list)
    state = models.TextField(_("state"), choices=_MANDATES, default=MandateState.OFFERED.value)
    offered_at = models.DateTimeField(_("offered at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "tender"],
                condition=~Q(state=MandateState.REVOKED.value),
                name="accounts_mandate_one_per_tender",
                violation_error_code="mandate_exists",
            ),
            models.CheckConstraint(condition=~Q(owner=F("agency")), name="accounts_mandate_two_parties"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="accounts_mandate_term"),
            models.CheckConstraint(
                condition=~Q(state=MandateState.ACCEPTED.value) | Q(accepted_at__isnull=False),
                name="accounts_mandate_accepted_at",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=MandateState.REVOKED.value, revoked_at__isnull=False) & ~Q(revoked_reason="")
                )
                | (~Q(state=MandateState.REVOKED.value) & Q(revoked_at__isnull=True, revoked_reason="")),
                name="accounts_mandate_revoked_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.state}"


class SigningKey(models.Model):
    """The public half of a key; ``ev`` names its ``signer-key`` event in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="signing_keys")
    spki = models.TextField(_("public key (SPKI, hex)"))
    algorithm = models.TextField(_("algorithm"))
    certificates = models.JSONField(_("certificates, leaf first"), default=list)
    label = models.TextField(_("label"), blank=True, default="")
    ev = models.TextField(_("event of registration"))
    state = models.TextField(_("state"), choices=_KEYS, default=KeyState.ACTIVE.value)
    registered_at = models.DateTimeField(_("registered at"))
    ended_at = models.DateTimeField(_("lost or retired at"), null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")
    loss_ev = models.TextField(_("event of loss"), blank=True, default="")
    warned_days = models.PositiveSmallIntegerField(_("days left at the last warning"), null=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            # A key of two organisations would let one withdraw the other's bid; a lost key stays taken.
            models.UniqueConstraint(
                fields=["spki"], name="accounts_signing_key_unique", violation_error_code="key_taken"
            ),
            models.CheckConstraint(condition=Q(spki__regex=r"^[0-9a-f]+$"), name="accounts_signing_key_hex"),
            models.CheckConstraint(
                condition=Q(state=KeyState.ACTIVE.value, ended_at__isnull=True)
                | (~Q(state=KeyState.ACTIVE.value) & Q(ended_at__isnull=False)),
                name="accounts_signing_key_ended_at",
            ),
            models.CheckConstraint(
                condition=(Q(state=KeyState.LOST.value, successor__isnull=False) & ~Q(loss_ev=""))
                | (~Q(state=KeyState.LOST.value) & Q(successor__isnull=True, loss_ev="")),
                name="accounts_signing_key_lost_by_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.state}"
