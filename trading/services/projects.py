"""项目登记: a project is registered, returned with one full defect list, corrected, accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.rules import paper_findings, paper_name
from accounts.rules.papers import HEAD_BYTES
from accounts.services import notify
from kernel.errors import Finding, RuleBroken
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading import policies, selectors
from trading.models import Project, ProjectReturn
from trading.services.attachments import Paper
from trading.states import PROJECT, ProjectAction, ProjectState

HUNDRED = Decimal(100)
FILE = ("file", "name", "size")


@dataclass(frozen=True)
class ProjectFields:
    """What is filled in at registration; the two flags may stay open until intake."""

    name: str
    region: str
    estimate: Decimal
    supervisor: UUID | None = None
    agency: UUID | None = None
    name_en: str = ""
    code: str = ""
    trade: str = "GC"
    sector: str = ""
    mandatory: bool | None = None
    state_funded: bool | None = None
    public_owner: bool = False
    open_tendering: bool = True
    scheme_approved: bool = False
    approvals: Sequence[Mapping[str, str]] = ()
    funds: Sequence[Mapping[str, str]] = ()
    scale: str = ""
    site: str = ""


@dataclass(frozen=True)
class Defect:
    """One thing missing or wrong: the field, a stable code, and the sentence the owner reads."""

    field: str
    code: str
    text: str
    missed: bool = False


@transaction.atomic
def project_register(
    *,
    owner_id: UUID,
    fields: ProjectFields,
    actor: Actor,
    at: datetime,
    papers: Mapping[str, Paper] | None = None,
) -> Project:
    """Register a project for intake. Shares of funds must add up to 100 per cent.

    ``papers`` are the approvals' files by the approvals' numbers; each is kept as it is.
    """
    owner = selectors.organisation(owner_id)
    charged = frozenset({fields.agency}) if fields.agency else frozenset()
    require(policies.may_register_project(actor, owner.pk, charged))
    check_fields(fields)
    fields = with_papers(fields, papers or {}, ())
    project = Project(owner=owner, registered_at=at)
    fill(project, fields)
    project.save()
    record_append(
        name="project-registered", subject=str(project.pk), data=seen(project), actor=actor.key, at=at
    )
    return project


@transaction.atomic
def project_return(*, project_id: UUID, defects: Sequence[Defect], actor: Actor, at: datetime) -> Project:
    """Return a project with one full defect list.

    A defect which an earlier list did not name, in a field that has not changed since, is marked as missed
    by that list: the owner should have been told at once.
    """
    project = selectors.project_for_update(project_id)
    require(policies.may_review_project(actor, project.owner_id))
    if not defects:
        raise RuleBroken("defects_missing", _("A return names at least one defect."))
    project.state = next_state(PROJECT, ProjectAction.RETURN, ProjectState(project.state)).value
    project.returned_at = at
    project.save(update_fields=["state", "returned_at"])
    earlier = list(project.returns.order_by("no"))
    rows = [
        {
            "field": item.field,
            "code": item.code,
            "text": item.text,
            "missed": was_missed(item, earlier, project),
        }
        for item in defects
    ]
    listed = ProjectReturn.objects.create(
        project=project, no=len(earlier) + 1, defects=rows, seen=seen(project), by=actor.key, at=at
    )
    record_append(
        name="project-returned",
        subject=str(project.pk),
        data={"no": listed.no, "defects": rows},
        actor=actor.key,
        at=at,
    )
    data = {"title": project.name, "count": len(rows), "url": f"/projects/{project.pk}/"}
    for organisation in filter(None, (project.owner_id, project.agency_id)):
        notify(event="intake_returned", to_organisation=organisation, data=data, at=at)
    return project


@transaction.atomic
def project_resubmit(
    *,
    project_id: UUID,
    fields: ProjectFields,
    actor: Actor,
    at: datetime,
    papers: Mapping[str, Paper] | None = None,
) -> Project:
    """Hand a returned project in again, corrected. An approval without a new file keeps the one it had."""
    project = selectors.project_for_update(project_id)
    charged = frozenset({project.agency_id}) if project.agency_id else frozenset()
    require(policies.may_register_project(actor, project.owner_id, charged))
    check_fields(fields)
    project.state = next_state(PROJECT, ProjectAction.RESUBMIT, ProjectState(project.state)).value
    fill(project, with_papers(fields, papers or {}, project.approvals))
    project.resubmitted_at = at
    project.save()
    record_append(
        name="project-resubmitted", subject=str(project.pk), data=seen(project), actor=actor.key, at=at
    )
    return project


@transaction.atomic
def project_accept(*, project_id: UUID, actor: Actor, at: datetime) -> Project:
    """Accept a project for trading: both flags set, a supervisor named who is neither owner nor agency."""
    project = selectors.project_for_update(project_id)
    require(policies.may_review_project(actor, project.owner_id))
    findings = acceptance_findings(project)
    if findings:
        raise RuleBroken("project_incomplete", _("The project cannot be accepted yet."), findings)
    project.state = next_state(PROJECT, ProjectAction.ACCEPT, ProjectState(project.state)).value
    project.accepted_at = at
    project.save(update_fields=["state", "accepted_at"])
    record_append(
        name="project-accepted", subject=str(project.pk), data=seen(project), actor=actor.key, at=at
    )
    for organisation in filter(None, (project.owner_id, project.agency_id)):
        data = {"title": project.name, "url": f"/projects/{project.pk}/"}
        notify(event="intake_accepted", to_organisation=organisation, data=data, at=at)
    return project


def check_fields(given: ProjectFields) -> None:
    """``RuleBroken`` with every finding when the fields contradict themselves."""
    findings = []
    if given.funds and sum(Decimal(row["share"]) for row in given.funds) != HUNDRED:
        message = _("The shares of the funds must add up to 100 per cent.")
        findings.append(Finding("funds_share", message, "招标投标法第九条", True, "funds"))
    if len(given.region) != 6 or not given.region.isdigit():
        findings.append(Finding("region", _("The region code has six digits."), "GB/T 2260", True, "region"))
    if given.estimate <= 0:
        findings.append(Finding("estimate", _("The estimate must be above zero."), "", True, "estimate"))
    if findings:
        raise RuleBroken("project_fields", _("The project cannot be registered like this."), findings)


def with_papers(
    given: ProjectFields, papers: Mapping[str, Paper], earlier: Sequence[Mapping[str, str]]
) -> ProjectFields:
    """The fields with each approval's file: digest, name, size. ``RuleBroken`` for a file that is no paper."""
    kept = {row["no"]: row for row in earlier if row.get("file")}
    rows = []
    for position, approval in enumerate(given.approvals, start=1):
        row = {**approval, **{name: kept.get(approval["no"], {}).get(name, "") for name in FILE}}
        if paper := papers.get(approval["no"]):
            place = f"approval_{position}_file"
            if found := paper_findings(
                paper.name, paper.content[:HEAD_BYTES], len(paper.content), field=place
            ):
                raise RuleBroken("approval_file", _("The file of an approval cannot be taken."), found)
            stored = selectors.document_store().put(paper.content)
            row |= {"file": stored.sha256, "name": paper_name(paper.name), "size": str(stored.size)}
        rows.append(row)
    return replace(given, approvals=rows)


def acceptance_findings(project: Project) -> list[Finding]:
    """What keeps a project from being accepted."""
    checks = [
        ("mandatory", project.mandatory is None, _("Say whether this project must be tendered by law.")),
        ("state_funded", project.state_funded is None, _("Say whether state funds control this project.")),
        ("supervisor", project.supervisor_id is None, _("The competent supervisor is not named.")),
        (
            "supervisor",
            project.supervisor_id in (project.owner_id, project.agency_id)
            and project.supervisor_id is not None,
            _("The supervisor is neither the owner nor the agency."),
        ),
        ("funds", not project.funds, _("Say where the funds come from.")),
    ]
    return [
        Finding(f"project_{name}", text, "招标投标法第七条、第九条", True, name)
        for name, wrong, text in checks
        if wrong
    ]


def was_missed(item: Defect, earlier: Sequence[ProjectReturn], project: Project) -> bool:
    """Whether an earlier list passed over this defect though the field read the same."""
    now = seen(project).get(item.field)
    return any(
        (item.field, item.code) not in {(row["field"], row["code"]) for row in listed.defects}
        and listed.seen.get(item.field) == now
        for listed in earlier
    )


def fill(project: Project, given: ProjectFields) -> None:
    """Copy the fields into the row."""
    for item in fields(given):
        value: Any = getattr(given, item.name)
        if item.name in ("supervisor", "agency"):
            setattr(project, f"{item.name}_id", value)
        elif item.name in ("approvals", "funds"):
            setattr(project, item.name, [dict(row) for row in value])
        else:
            setattr(project, item.name, value)


def seen(project: Project) -> dict[str, Any]:
    """The project as plain data: for the ledger, and for comparing with an earlier look."""
    data: dict[str, Any] = {"owner": str(project.owner_id)}
    for item in fields(ProjectFields):
        if item.name in ("supervisor", "agency"):
            value: Any = getattr(project, f"{item.name}_id")
            data[item.name] = str(value) if value else ""
        else:
            value = getattr(project, item.name)
            data[item.name] = str(value) if isinstance(value, Decimal) else value
    return data
