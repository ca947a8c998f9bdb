"""Guarantees and insurance bonds in place of money (电子保函, 保证保险)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bidding.states.security import GuaranteeState

FORMS = ("guarantee", "e_guarantee", "insurance")


class Guarantee(models.Model):
    """A guarantee of one bidder for one lot; ``answer`` is what the issuer's service said of it.

    Without an answer two people check it: ``verdict`` is what the first proposes with a reason, which the second
    confirms or refuses. ``warned_days`` is how many days were left at the last warning of its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    lot = models.ForeignKey("trading.Lot", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    form = models.TextField(_("form"), choices=[(form, form) for form in FORMS])
    number = models.TextField(_("number"))
    issuer = models.TextField(_("issuer"))
    beneficiary = models.TextField(_("beneficiary"))
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    currency = models.TextField(_("currency"), default="CNY")
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    file_sha256 = models.TextField(_("SHA-256 of the file"))
    file_name = models.TextField(_("file"))
    file_size = models.PositiveIntegerField(_("bytes"))
    file_key = models.TextField(_("place in the store"))
    state = models.TextField(_("state"), default=GuaranteeState.REGISTERED.value)
    defects = models.JSONField(_("defects"), default=list)
    verifier = models.TextField(_("verified through"), blank=True, default="")
    answer = models.JSONField(_("answer of the issuer"), default=dict)
    verdict = models.TextField(_("proposed finding"), blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    maker = models.UUIDField(_("checked by"), null=True)
    checker = models.UUIDField(_("confirmed by"), null=True)
    warned_days = models.PositiveSmallIntegerField(_("days left at the last warning"), null=True)
    registered_at = models.DateTimeField(_("registered at"))
    verified_at = models.DateTimeField(_("verified at"), null=True)
    ended_at = models.DateTimeField(_("released or called at"), null=True)
    entry = models.OneToOneField("ledger.Entry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("guarantee")
        verbose_name_plural = _("guarantees")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="bidding_guarantee_once"),
            models.CheckConstraint(condition=Q(form__in=FORMS), name="bidding_guarantee_form"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in GuaranteeState]),
                name="bidding_guarantee_state",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bidding_guarantee_amount"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="bidding_guarantee_term"
            ),
            models.CheckConstraint(
                condition=Q(file_sha256__regex=r"^[0-9a-f]{64}$"), name="bidding_guarantee_file"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "claimed"]) | Q(verified_at__isnull=False),
                name="bidding_guarantee_verified_at",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bidding_guarantee_two_people",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", maker__isnull=True)
                | (Q(verdict__in=["genuine", "false"], maker__isnull=False) & ~Q(reason="")),
                name="bidding_guarantee_verdict",
            ),
        ]

    def __str__(self) -> str:
        return self.number
