"""Leads as they were found on a night, and what they were found in: append-only. A scope is ``all`` or one supervisor.

Experts stand here under lead codes, and what says where a code stood in a draw is sealed under the pool's key.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from experts.models.people import HEX64

SCOPE = r"^(all|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"


def _entry() -> models.ForeignKey:  # type: ignore[type-arg]
    """The ledger entry a row stands for."""
    return models.ForeignKey("ledger.Entry", on_delete=models.PROTECT, related_name="+")


class LeadDraw(models.Model):
    """What an opened draw means for the leads under one pack, worked out once; ``sealed`` to the pool's key."""

    draw = models.ForeignKey("experts.Draw", on_delete=models.PROTECT, related_name="for_leads")
    pack = models.TextField(_("SHA-256 of the thresholds"))
    sealed = models.BinaryField(_("chances and panels drawn again, sealed"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("draw as the leads read it")
        verbose_name_plural = _("draws as the leads read them")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "pack"], name="experts_lead_draw_once", violation_error_code="kept"
            ),
            models.CheckConstraint(
                condition=Q(pack__regex=HEX64), name="experts_lead_draw_pack", violation_error_code="hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id}"


class LeadAsk(models.Model):
    """Somebody who reads leads asks for them to be computed now, and not at night."""

    scope = models.TextField(_("whose lots"))
    number = models.PositiveIntegerField(_("number"))
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    entry = _entry()

    class Meta:
        verbose_name = _("wish for leads")
        verbose_name_plural = _("wishes for leads")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "number"], name="experts_lead_ask_once", violation_error_code="leads_asked"
            ),
            models.CheckConstraint(
                condition=Q(scope__regex=SCOPE), name="experts_lead_ask_scope", violation_error_code="scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.number}"


class LeadRun(models.Model):
    """One computing of all leads of a scope. ``night``: by the clock, once a day; ``ask``: because somebody asked.

    The ledger holds ``results``, and the hash of ``rows``, under ``salt``. ``same`` is the run whose leads
    these are, where rows and thresholds are those of that run: then nothing is kept twice.
    """

    scope = models.TextField(_("whose lots"))
    number = models.PositiveIntegerField(_("number"))
    day = models.DateField(_("day"))
    night = models.BooleanField(_("by the clock"))
    ask = models.OneToOneField(LeadAsk, null=True, on_delete=models.PROTECT, related_name="run")
    at = models.DateTimeField(_("at"))
    pack = models.TextField(_("SHA-256 of the thresholds"))
    limits = models.JSONField(_("thresholds as shown"))
    salt = models.TextField(_("salt of the hashes"))
    rows = models.TextField(_("SHA-256 of the rows"))
    results = models.TextField(_("SHA-256 of the leads, salted"))
    counts = models.JSONField(_("what was looked at"))
    tests = models.JSONField(_("tests by family"))
    same = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated")
    entry = _entry()

    class Meta:
        verbose_name = _("computing of leads")
        verbose_name_plural = _("computings of leads")
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "number"], name="experts_lead_run_once", violation_error_code="computed"
            ),
            models.UniqueConstraint(
                fields=["scope", "day"],
                condition=Q(night=True),
                name="experts_lead_run_night",
                violation_error_code="computed",
            ),
            models.CheckConstraint(
                condition=Q(night=True) | Q(ask__isnull=False),
                name="experts_lead_run_why",
                violation_error_code="why",
            ),
            models.CheckConstraint(
                condition=Q(scope__regex=SCOPE), name="experts_lead_run_scope", violation_error_code="scope"
            ),
            models.CheckConstraint(
                condition=Q(
                    pack__regex=HEX64,
                    salt__regex=HEX64,
                    rows__regex=HEX64,
                    results__regex=HEX64,
                ),
                name="experts_lead_run_hashes",
                violation_error_code="hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.number}"


class KeptLead(models.Model):
    """One lead of a run. ``seen_at``: when it was found last; before its run, gone, and these are its last numbers."""

    run = models.ForeignKey(LeadRun, on_delete=models.PROTECT, related_name="leads")
    name = models.TextField(_("lead (hash)"))
    family = models.TextField(_("family"))
    place = models.PositiveIntegerField(_("place"))
    evidence = models.TextField(_("SHA-256 of the evidence"))
    told = models.JSONField(_("whom it concerns and its numbers"))
    seen_at = models.DateTimeField(_("found last at"))
    run_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ("run", "place")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "name"], name="experts_kept_lead_once", violation_error_code="kept"
            ),
            models.CheckConstraint(
                condition=Q(name__regex=HEX64, evidence__regex=HEX64),
                name="experts_kept_lead_hashes",
                violation_error_code="hash",
            ),
            models.CheckConstraint(
                condition=Q(seen_at__lte=F("run_at")),
                name="experts_kept_lead_seen",
                violation_error_code="seen",
            ),
        ]

    def __str__(self) -> str:
        return self.name
