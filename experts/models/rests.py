"""A panel that rests: who adjourned it until when, and what desk and supervisor stated about the seals."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from experts.models.panel import Panel
from experts.states.rest import RestCause, RestOffice, RestWord

_PERSON = "accounts.Person"


def _entry(**options: Any) -> Any:
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+", **options)


class Rest(models.Model):
    """休会: the panel rests from ``at`` until ``until``, and longer if nobody opens it; steps give its state."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="rests")
    number = models.PositiveSmallIntegerField(_("number"))
    cause = models.TextField(_("cause"), choices=[(one.value, one.value) for one in RestCause])
    reason = models.TextField(_("reason"), blank=True, default="")
    place = models.TextField(_("room"), blank=True, default="")
    until = models.DateTimeField(_("resumes at"))
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("adjournment of a panel")
        verbose_name_plural = _("adjournments of panels")
        ordering = ("panel", "number")
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "number"], name="experts_rest_once", violation_error_code="rest_exists"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")),
                name="experts_rest_later",
                violation_error_code="until",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=[one.value for one in RestCause])
                & (~Q(cause=RestCause.OTHER.value) | ~Q(reason="")),
                name="experts_rest_cause",
                violation_error_code="cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel_id} {self.number}"


class RestStep(models.Model):
    """What one of the two stated: sealed, unbroken, broken; or what the supervisor decided. Once each."""

    rest = models.ForeignKey(Rest, on_delete=models.PROTECT, related_name="steps")
    word = models.TextField(_("what was stated"), choices=[(one.value, one.value) for one in RestWord])
    office = models.TextField(_("office"), choices=[(one.value, one.value) for one in RestOffice])
    seals = models.TextField(_("numbers of the seals"), blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    code = models.TextField(_("public code"), blank=True, default="")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("step of an adjournment")
        verbose_name_plural = _("steps of adjournments")
        ordering = ("rest", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["rest", "word", "office"],
                name="experts_rest_step_once",
                violation_error_code="stated",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code=""),
                name="experts_rest_code_once",
                violation_error_code="code",
            ),
            models.CheckConstraint(
                condition=Q(office__in=[one.value for one in RestOffice])
                & (~Q(word=RestWord.DECIDED.value) | Q(office=RestOffice.SUPERVISOR.value)),
                name="experts_rest_office",
                violation_error_code="office",
            ),
            models.CheckConstraint(
                condition=(
                    Q(word__in=[RestWord.SEALED.value, RestWord.UNBROKEN.value], code="", reason="")
                    | (Q(word=RestWord.BROKEN.value) & ~Q(code="") & ~Q(reason=""))
                    | (Q(word=RestWord.DECIDED.value, code="") & ~Q(reason=""))
                ),
                name="experts_rest_words",
                violation_error_code="word",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rest_id} {self.word} {self.office}"
