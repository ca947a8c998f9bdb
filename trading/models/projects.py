"""项目 and its intake."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from trading.models.checks import state_checks
from trading.states import ProjectState


class Project(models.Model):
    """What is to be built, by whom, with whose money, under whose supervision.

    The two flags switch half the rules and stay None until somebody sets them. ``approvals`` are rows
    ``{no, body, date, file}``, ``funds`` rows ``{source, share}`` whose shares add up to 100 per cent.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects_owned")
    agency = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="projects_run")
    supervisor = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="projects_supervised"
    )
    name = models.TextField(_("project name"))
    name_en = models.TextField(_("project name in English"), blank=True, default="")
    code = models.TextField(_("investment project code"), blank=True, default="")
    region = models.TextField(_("region code"))
    trade = models.TextField(_("trade"), default="GC")
    sector = models.TextField(_("sector"), blank=True, default="")
    mandatory = models.BooleanField(_("must be tendered by law"), null=True)
    state_funded = models.BooleanField(_("state funds control"), null=True)
    public_owner = models.BooleanField(_("the owner is a public body or state enterprise"), default=False)
    open_tendering = models.BooleanField(_("open tendering"), default=True)
    scheme_approved = models.BooleanField(_("tendering scheme approved"), default=False)
    approvals = models.JSONField(_("approvals"), default=list)
    funds = models.JSONField(_("sources of funds"), default=list)
    estimate = models.DecimalField(_("estimate"), max_digits=18, decimal_places=2)
    scale = models.TextField(_("scale"), blank=True, default="")
    site = models.TextField(_("place of the works"), blank=True, default="")
    state = models.TextField(_("state"), default=ProjectState.INTAKE.value)
    registered_at = models.DateTimeField(_("registered at"))
    returned_at = models.DateTimeField(_("returned at"), null=True)
    resubmitted_at = models.DateTimeField(_("handed in again at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    closed_at = models.DateTimeField(_("finished at"), null=True)
    archived_at = models.DateTimeField(_("archived at"), null=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            *state_checks("project", ProjectState),
            models.CheckConstraint(condition=Q(region__regex=r"^[0-9]{6}$"), name="trading_project_region"),
            models.CheckConstraint(condition=Q(estimate__gt=0), name="trading_project_estimate"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "closed", "archived"])
                | Q(mandatory__isnull=False, state_funded__isnull=False, supervisor__isnull=False),
                name="trading_project_flags_when_accepted",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectReturn(models.Model):
    """One defect list of the intake desk: ``defects`` are rows ``{field, code, text, missed}``.

    ``seen`` is the project as it was read, so that a later list can show what the first overlooked.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="returns")
    no = models.PositiveIntegerField(_("number"))
    defects = models.JSONField(_("defects"))
    seen = models.JSONField(_("the project as read"))
    by = models.TextField(_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("defect list")
        verbose_name_plural = _("defect lists")
        ordering = ("no",)
        constraints = [models.UniqueConstraint(fields=["project", "no"], name="trading_project_return_no")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.no}"
