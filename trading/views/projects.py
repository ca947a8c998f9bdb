"""O1: project intake, from the owner's form to the desk's one defect list."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Actor
from accounts.middleware import actor, binding, member
from accounts.selectors import organisation_get
from accounts.states import Role
from kernel import clock
from trading.forms import IntakeForm, ProjectForm
from trading.models import Project
from trading.selectors import desk as reads
from trading.selectors.seats import supervisors
from trading.services import project_accept, project_register, project_resubmit, project_return
from trading.services.projects import acceptance_findings
from trading.views.answers import done, page


def project_form(request: HttpRequest, who: Actor, project: Project | None = None) -> ProjectForm:
    """The form of the owner, or of the agency that registers for an owner."""
    if who.organisation is None or not who.roles & {Role.OWNER, Role.AGENCY}:
        raise reads.unknown()
    return ProjectForm(
        request.POST or None,
        request.FILES or None,
        initial=ProjectForm.of(project) if project else None,
        own=organisation_get(who.organisation),
        as_owner=Role.OWNER in who.roles,
        supervisors=supervisors(),
    )


@require_http_methods(["GET", "POST"])
@binding
def project_new(request: HttpRequest) -> HttpResponse:
    """Register a project for intake."""
    who = actor(request)
    form = project_form(request, who)
    if form.is_valid():
        given: dict[str, Any] = {
            "owner_id": form.owner().pk,
            "fields": form.fields_given(),
            "papers": form.papers(),
        }
        made = form.attempt(lambda: project_register(actor=who, at=clock.now(), **given))
        if made:
            return done(request, _("Handed in. The intake desk answers."), "trading:project", made.pk)
    return page(request, "project_form", form)


@require_GET
@member
def project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """One project: its state, what the desk found, its tenders."""
    who = actor(request)
    row = reads.project_seen(project_id, who)
    mine = who.organisation in {row.owner_id, row.agency_id}
    return page(
        request,
        "project",
        project=row,
        row=reads.project_row(row, clock.now()),
        returns=list(row.returns.order_by("-no")),
        tenders=row.tenders.order_by("created_at"),
        mine=mine,
    )


@require_http_methods(["GET", "POST"])
@binding
def project_correct(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Put everything right that the desk listed, and hand it in again."""
    who = actor(request)
    row = reads.project_seen(project_id, who)
    form = project_form(request, who, row)
    if form.is_valid():
        given: dict[str, Any] = {"project_id": row.pk, "fields": form.fields_given(), "papers": form.papers()}
        if form.attempt(lambda: project_resubmit(actor=who, at=clock.now(), **given)):
            return done(request, _("Handed in again. The intake desk answers."), "trading:project", row.pk)
    return page(request, "project_form", form, project=row, last=row.returns.order_by("-no").first())


@require_GET
@member
def intake(request: HttpRequest) -> HttpResponse:
    """The intake desk's queue with its clock."""
    return page(request, "intake", rows=reads.intake_queue(actor(request), clock.now()))


@require_http_methods(["GET", "POST"])
@binding
def intake_review(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Field by field: accept, or return with everything at once."""
    who = actor(request)
    row = reads.intake_project(project_id, who)
    form = IntakeForm(request.POST or None)
    if form.is_valid():
        listed = form.defects()
        act = project_return if listed else project_accept
        given: dict[str, Any] = {"project_id": row.pk, **({"defects": listed} if listed else {})}
        if form.attempt(lambda: act(actor=who, at=clock.now(), **given)):
            said = _("Returned with the complete list.") if listed else _("Accepted.")
            return done(request, said, "trading:intake")
    returns = list(row.returns.order_by("-no"))
    return page(
        request, "intake_review", form, project=row, standing=acceptance_findings(row), returns=returns
    )
