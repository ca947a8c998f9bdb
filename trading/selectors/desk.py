"""Reads of the owner's, agency's and intake desk's pages; what may not be seen is not found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Mandate
from accounts.states import MandatePower, MandateState, Role
from kernel.errors import Finding, NotFound
from kernel.policies import require
from trading import policies
from trading.models import (
    Addendum,
    Attachment,
    Lot,
    MediaProof,
    Objection,
    PostponementProposal,
    Project,
    Question,
    Tender,
    TenderDocument,
)
from trading.rules import publish_blockers
from trading.rules.turns import project_turn, tender_turn
from trading.selectors.law import calendar, first_close, method_rules, outcome_rules, rules_for, rules_of
from trading.selectors.rows import agencies, suspensions_open, tender_facts
from trading.states import (
    LOT,
    LotAction,
    ObjectionState,
    ProjectState,
    ProposalState,
    QuestionState,
    TenderState,
)

LIST = 200
DRAFTS = frozenset({TenderState.DRAFT.value, TenderState.READY.value})


@dataclass(frozen=True)
class Due:
    """The next moment of a project or tender: what falls due, and the article behind it."""

    code: str
    at: datetime
    source: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a work list."""

    thing: Project | Tender
    state: str
    turn: str
    mine: bool
    due: Due | None = None


@dataclass(frozen=True)
class Sight:
    """A tender as its own people see it, with what the frame of every page shows."""

    tender: Tender
    lots: list[Lot]
    turn: str
    due: Due | None
    drafting: bool
    owning: bool
    answering: bool

    @property
    def home(self) -> tuple[str, UUID]:
        """Where the tender's own page is."""
        return ("trading:tender", self.tender.pk)


@dataclass(frozen=True)
class Step:
    """One step towards publication: done, or with so many rules standing against it."""

    code: str
    findings: list[Finding] = field(default_factory=list)
    started: bool = True

    @property
    def kind(self) -> str:
        """The shape of the step's status word."""
        if not self.started:
            return "wait"
        return "stop" if any(item.blocks for item in self.findings) else "done"


def mandated(actor: Actor, at: datetime) -> list[str]:
    """The references of the tenders in which the actor's organisation holds a mandate in force."""
    if Role.AGENCY not in actor.roles or actor.organisation is None:
        return []
    rows = Mandate.objects.filter(agency=actor.organisation, state=MandateState.ACCEPTED.value)
    return list(rows.filter(valid_from__lte=at, valid_to__gt=at).values_list("tender", flat=True))


def projects_of(actor: Actor) -> QuerySet[Project]:
    """The projects an owner's or agency's member works on."""
    own = actor.organisation
    rows = Project.objects.select_related("owner", "agency", "supervisor")
    found = rows.none()
    if own is not None and Role.OWNER in actor.roles:
        found = found | rows.filter(owner=own)
    if own is not None and Role.AGENCY in actor.roles:
        found = found | rows.filter(agency=own)
    return found


def work_list(actor: Actor, at: datetime) -> list[Row]:
    """Everything an owner's or agency's member works on: what waits for them first, then by the next deadline."""
    projects = list(projects_of(actor).order_by("-registered_at")[:LIST])
    tenders = Tender.objects.filter(project__in=[row.pk for row in projects]).select_related("project__owner")
    rows = [tender_row(row, actor, at) for row in tenders.order_by("-created_at")[:LIST]]
    begun = {row.thing.project_id for row in rows if isinstance(row.thing, Tender)}
    rows += [project_row(row, at) for row in projects if row.pk not in begun]
    latest = max((row.due.at for row in rows if row.due), default=at)
    return sorted(rows, key=lambda row: (not row.mine, row.due.at if row.due else latest))


def project_row(project: Project, at: datetime) -> Row:
    """One project without a tender."""
    turn = project_turn(project.state)
    return Row(project, project.state, turn, turn == "parties", intake_due(project, at))


def intake_due(project: Project, at: datetime) -> Due | None:
    """Until when the intake desk answers; None unless it is the desk's turn."""
    if project.state != ProjectState.INTAKE.value:
        return None
    rule = rules_for(project, at)["service_promise"]
    since = project.resubmitted_at or project.registered_at
    return Due("intake", rule.count(since, calendar()).moment, rule.article)


def tender_row(tender: Tender, actor: Actor, at: datetime) -> Row:
    """One tender."""
    turn = turn_of(tender)
    mine = turn in {"parties", "reply"} or (
        turn in {"owner", "lift", "again"} and actor.organisation == tender.project.owner_id
    )
    return Row(tender, tender.state, turn, mine, due_of(tender, at))


def turn_of(tender: Tender) -> str:
    """The code of whose turn it is in a tender."""
    return tender_turn(tender.state, tuple(suspensions_open(tender).values_list("ground", flat=True)))


def due_of(tender: Tender, at: datetime) -> Due | None:
    """The next moment of a tender: an unanswered objection's reply first, else the earliest that lies ahead."""
    rules = rules_of(tender, at)
    waiting = tender.objections.filter(state=ObjectionState.RECEIVED.value).order_by("reply_due_at").first()
    if waiting is not None:
        law = outcome_rules(waiting.lot, at) if waiting.lot else rules
        name = "objection_to_result_reply" if waiting.lot else "objection_reply"
        return Due("reply", waiting.reply_due_at, law[name].article)
    if tender.state in {TenderState.UNSUCCESSFUL.value, TenderState.CANCELLED.value}:
        return None
    moments = [
        Due("documents", tender.documents_until, rules["document_window"].article)
        if tender.documents_until
        else None,
        Due("questions", tender.questions_until) if tender.questions_until else None,
    ]
    close_at = first_close(tender)
    if close_at is not None:
        moments.append(Due("close", close_at, rules["bid_preparation"].article))
    ahead = [due for due in moments if due and due.at > at]
    return min(ahead, key=lambda due: due.at, default=None)


def project_seen(project_id: UUID, actor: Actor) -> Project:
    """A project by one who may see it: its parties, the supervisor, the intake desk."""
    row = Project.objects.select_related("owner", "agency", "supervisor").filter(pk=project_id).first()
    if row is None:
        raise unknown()
    charged = frozenset({row.agency_id}) if row.agency_id else frozenset()
    reads = policies.may_read_draft(actor, row.owner_id, charged, row.supervisor_id)
    if not reads.allowed and Role.INTAKE not in actor.roles:
        raise unknown()
    return row


def sight(tender_id: UUID, actor: Actor, at: datetime) -> Sight:
    """A tender from the inside, with what the actor may do there; ``NotFound`` for everybody else."""
    rows = Tender.objects.select_related("project__owner", "project__agency", "project__supervisor")
    tender = rows.filter(pk=tender_id).first()
    if tender is None:
        raise unknown()
    project = tender.project
    charged = {project.agency_id} if project.agency_id else set()
    if actor.organisation is not None and tender.reference in mandated(actor, at):
        charged.add(actor.organisation)
    if not policies.may_read_draft(
        actor, project.owner_id, frozenset(filter(None, charged)), project.supervisor_id
    ).allowed:
        raise unknown()
    return seen(tender, actor, at)


def seen(tender: Tender, actor: Actor, at: datetime) -> Sight:
    """What the frame shows of a tender the actor may see."""
    project = tender.project
    lots = list(tender.lots.select_related("opening").order_by("no"))
    for lot in lots:
        lot.tender = tender
    drafts = agencies(project, tender.reference, MandatePower.DRAFT, at)
    answers = agencies(project, tender.reference, MandatePower.ANSWER, at)
    return Sight(
        tender=tender,
        lots=lots,
        turn=turn_of(tender),
        due=due_of(tender, at),
        drafting=policies.may_draft(actor, project.owner_id, drafts).allowed,
        owning=policies.may_publish(actor, project.owner_id).allowed,
        answering=policies.may_answer(actor, project.owner_id, answers).allowed,
    )


def unknown() -> NotFound:
    """The answer to everybody who may not know: the same as for what does not exist."""
    return NotFound("not_known", _("There is no such thing, or none you may know of."))


def findings_of(tender: Tender, at: datetime) -> tuple[Finding, ...]:
    """Every rule that bites if the tender were published now."""
    rules, methods = rules_of(tender, at), method_rules(tender, at)
    return publish_blockers(tender_facts(tender, at), at, rules=rules, calendar=calendar(), methods=methods)


STEP_OF = (
    (
        "opening",
        ("opening", "open_at", "close_at", "factor", "remedy", "check_until", "min_bids", "officers"),
    ),
    ("documents", ("documents.",)),
)
PROJECT_FIELDS = frozenset({"mandatory", "state_funded", "project", "supervisor", "scheme_approved"})


def step_of(finding: Finding) -> str:
    """The step in which a finding is put right."""
    name = finding.field
    if name in PROJECT_FIELDS | {"open_tendering", "owner", "duties"}:
        return "project"
    if name == "agency":
        return "mandate"
    if not name.startswith("lots["):
        return "lots" if name == "lots" else "sheet"
    part = name.partition("].")[2]
    return next((step for step, heads in STEP_OF if part.startswith(heads)), "lots")


def steps(view: Sight, findings: Iterable[Finding]) -> list[Step]:
    """The steps of a draft in the order of the work, each with what stands against it."""
    by_step: dict[str, list[Finding]] = {}
    for item in findings:
        by_step.setdefault(step_of(item), []).append(item)
    started = {
        "lots": bool(view.lots),
        "documents": view.tender.documents.exists(),
        "opening": any(hasattr(lot, "opening") for lot in view.lots),
        "mandate": view.tender.project.agency_id is not None,
    }
    return [
        Step(code, by_step.get(code, []), started.get(code, True))
        for code in ("project", "mandate", "sheet", "lots", "documents", "opening")
    ]


def lot_of(view: Sight, lot_id: UUID) -> Lot:
    """A lot of this tender; ``NotFound`` for any other."""
    found = next((lot for lot in view.lots if lot.pk == lot_id), None)
    if found is None:
        raise unknown()
    return found


def documents_listed(tender: Tender) -> list[TenderDocument]:
    """Every version of every document, the newest of each name first."""
    return list(tender.documents.select_related("lot", "addendum").order_by("name", "-version"))


def intake_queue(actor: Actor, at: datetime) -> list[Row]:
    """Projects waiting at the intake desk, the oldest first."""
    require(policies.may_review_project(actor, UUID(int=0)))
    rows = Project.objects.filter(state=ProjectState.INTAKE.value).select_related("owner", "agency")
    found = [project_row(row, at) for row in rows.order_by("registered_at")[:LIST]]
    return sorted(found, key=lambda row: row.due.at if row.due else at)


def intake_project(project_id: UUID, actor: Actor) -> Project:
    """A project before the intake desk; never the desk's own organisation's."""
    project = project_seen(project_id, actor)
    require(policies.may_review_project(actor, project.owner_id))
    return project


def questions_open(tender: Tender) -> list[Question]:
    """Questions not answered yet, the oldest first; nobody's name is read here."""
    rows = tender.questions.filter(state=QuestionState.RECEIVED.value).defer("asker")
    return list(rows.order_by("asked_at"))


def questions_answered(tender: Tender) -> list[Question]:
    """Questions answered, in the order of their numbers."""
    rows = tender.questions.filter(state=QuestionState.ANSWERED.value).defer("asker")
    return list(rows.order_by("answered_at"))


def objections_listed(tender: Tender) -> list[Objection]:
    """Objections, those waiting first; nobody's name is read here."""
    rows = tender.objections.exclude(state=ObjectionState.WITHDRAWN.value).defer("objector")
    return sorted(rows, key=lambda row: (row.state != ObjectionState.RECEIVED.value, row.raised_at))


def question_of(view: Sight, question_id: UUID) -> Question:
    """A question of this tender."""
    found = view.tender.questions.defer("asker").filter(pk=question_id).first()
    if found is None:
        raise unknown()
    return found


def objection_of(view: Sight, objection_id: UUID) -> Objection:
    """An objection of this tender."""
    found = view.tender.objections.defer("objector").filter(pk=objection_id).first()
    if found is None:
        raise unknown()
    return found


def attachment_of(view: Sight, attachment_id: UUID) -> Attachment:
    """A file of a question or objection: an objection's for everybody inside, a question's for who answers it."""
    rows = Attachment.objects.filter(Q(question__tender=view.tender.pk) | Q(objection__tender=view.tender.pk))
    found = rows.filter(pk=attachment_id).first()
    if found is None or (found.question_id is not None and not view.answering):
        raise unknown()
    return found


def proof_of(view: Sight, proof_id: UUID) -> MediaProof:
    """A proof of publication of this tender which has a file."""
    found = view.tender.media_proofs.filter(pk=proof_id).exclude(sha256="").first()
    if found is None:
        raise unknown()
    return found


def approval_of(project: Project, row: int) -> dict[str, str]:
    """The n-th approval of a project, if it came with a paper."""
    if not 1 <= row <= len(project.approvals) or not project.approvals[row - 1].get("file"):
        raise unknown()
    return dict(project.approvals[row - 1])


def addendum_of(view: Sight, addendum_id: UUID) -> Addendum:
    """An addendum of this tender."""
    found = view.tender.addenda.filter(pk=addendum_id).first()
    if found is None:
        raise unknown()
    found.tender = view.tender
    return found


def proposal_open(lot: Lot) -> PostponementProposal | None:
    """The postponement of a lot that waits for the supervisor."""
    return lot.proposals.filter(state=ProposalState.OFFERED.value).first()


def local_retender(tender: Tender, at: datetime) -> str:
    """The article of the local rule for a tender that repeats another (day 25); empty where there is none."""
    rule = rules_of(tender, at).rules.get("retender_min_bids") if tender.retender_of_id else None
    return rule.article if rule else ""


def ended_tender(project: Project, tender_id: str) -> Tender | None:
    """The tender of a project which ended without result, or one of its lots did, to be repeated; None for no name."""
    if not tender_id:
        return None
    ended = Q(state__in=[TenderState.UNSUCCESSFUL.value, TenderState.CANCELLED.value])
    lots = Q(lots__state__in=[state.value for state in LOT[LotAction.RETENDER].sources])
    rows = project.tenders.filter(ended | lots).distinct()
    found = next((row for row in rows if str(row.pk) == tender_id), None)
    if found is None:
        raise unknown()
    return found
