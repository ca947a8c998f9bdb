"""What pages and feeds read: lists, one tender as an audience may see it, its timeline, today's openings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, Prefetch, Q, QuerySet
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from kernel.errors import NotFound
from trading.models import (
    Addendum,
    Lot,
    LotStop,
    Notice,
    Objection,
    Override,
    Publicity,
    Tender,
    WrittenReport,
)
from trading.rules import objection_until
from trading.rules.counting import end_of, start_of
from trading.selectors.law import calendar, rules_of, times_in_force
from trading.selectors.values import (
    addendum_values,
    document_values,
    lot_values,
    notice_values,
    objection_values,
    question_values,
    suspension_values,
    tender_values,
)
from trading.states import LotState, ObjectionState, TenderState
from trading.visibility import Audience, Stage, masked

STAGES = {
    LotState.DRAFT: Stage.DRAFT,
    LotState.READY: Stage.DRAFT,
    LotState.OPEN: Stage.PUBLISHED,
    LotState.SUSPENDED: Stage.PUBLISHED,
    LotState.CLOSED: Stage.DEADLINE,
    LotState.OPENING: Stage.DEADLINE,
    LotState.PAUSED: Stage.DEADLINE,
    LotState.UNSUCCESSFUL: Stage.DEADLINE,
    LotState.CANCELLED: Stage.DEADLINE,
    LotState.RETENDERED: Stage.DEADLINE,
    LotState.EVALUATING: Stage.OPENED,
    LotState.REPORTED: Stage.OPENED,
    LotState.PUBLICITY: Stage.SHOWN,
    LotState.AWAITING_AWARD: Stage.SHOWN,
    LotState.AWARDED: Stage.DECIDED,
    LotState.CONTRACTED: Stage.DECIDED,
    LotState.ARCHIVED: Stage.DECIDED,
}
Row = TypeVar("Row", bound=Model)
UNPUBLISHED = frozenset({TenderState.DRAFT.value, TenderState.READY.value})
RUNNING = frozenset({LotState.OPEN.value, LotState.SUSPENDED.value})


@dataclass(frozen=True)
class Moment:
    """One line of a timeline. ``ahead`` moments have not come yet; ``notice`` is the notice's number, if any."""

    at: datetime
    code: str
    lot: str = ""
    title: str = ""
    title_en: str = ""
    notice: str = ""
    version: int = 0
    ahead: bool = False


@dataclass(frozen=True)
class TenderView:
    """A tender as one audience may see it: only what the visibility table lets through."""

    tender: dict[str, Any]
    lots: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    objections: list[dict[str, Any]]
    addenda: list[dict[str, Any]]
    suspensions: list[dict[str, Any]]
    timeline: list[Moment] = field(default_factory=list)


def tenders_public(
    *,
    state: str = "",
    region: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Tender]:
    """Published tenders, the newest first. ``region`` is a prefix of the code, days are days in China.

    ``state`` is a state of the tender or of one of its lots; ``text`` is looked for in number, titles, summary
    and owner's name.
    """
    rows = Tender.objects.exclude(state__in=UNPUBLISHED).select_related("project__owner")
    if state:
        rows = rows.filter(Q(state=state) | Q(lots__state=state))
    if region:
        rows = rows.filter(project__region__startswith=region)
    for word in text.split():
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(title_en__icontains=word)
            | Q(summary__icontains=word)
            | Q(project__owner__name__icontains=word)
        )
    if since:
        rows = rows.filter(published_at__gte=start_of(since))
    if until:
        rows = rows.filter(published_at__lt=end_of(until))
    lots = Lot.objects.select_related("tender").order_by("no")
    return (
        rows.distinct().order_by("-published_at", "number").prefetch_related(Prefetch("lots", queryset=lots))
    )


def tender_by_number(number: str) -> Tender:
    """A published tender; ``NotFound`` for anything else, drafts included."""
    rows = Tender.objects.exclude(state__in=UNPUBLISHED)
    found = rows.select_related("project__owner", "project__agency", "project__supervisor", "retender_of")
    return _found(found.filter(number=number).first())


def retenders_of(tender: Tender) -> list[str]:
    """Numbers of the published tenders that repeat this one."""
    rows = tender.retenders.exclude(state__in=UNPUBLISHED).order_by("number")
    return list(rows.values_list("number", flat=True))


def lot_by_number(number: str) -> Lot:
    """A published lot by its public number, ``…-01``."""
    tender, _sep, code = number.rpartition("-")
    no = int(code) if code.isdigit() else 0
    rows = Lot.objects.exclude(tender__state__in=UNPUBLISHED).select_related("tender__project", "opening")
    return _found(rows.filter(tender__number=tender, no=no).first())


def notice_by_number(number: str, version: int | None = None) -> Notice:
    """A notice by number; its newest version unless one is asked for. Old versions stay readable."""
    rows = Notice.objects.filter(number=number).select_related("tender", "lot")
    return _found(rows.filter(version=version).first() if version else rows.order_by("-version").first())


def notices_public(*, kind: str = "", since: date | None = None) -> QuerySet[Notice]:
    """Every notice, the newest first: for the home page and feeds."""
    rows = Notice.objects.select_related("tender", "lot").order_by("-at", "-sequence")
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(at__gte=start_of(since)) if since else rows


def audience_of(actor: Actor, tender: Tender) -> Audience:
    """As whom an actor looks at a tender; the public unless it stands in a relation to it."""
    project = tender.project
    if actor.organisation is not None:
        if actor.organisation in {project.owner_id, project.agency_id}:
            return Audience.PARTY
        if Role.SUPERVISOR in actor.roles and actor.organisation == project.supervisor_id:
            return Audience.SUPERVISOR
    return Audience.AUDITOR if Role.AUDITOR in actor.roles else Audience.PUBLIC


def stage_of(lot: Lot) -> Stage:
    """How far a lot has come, as far as secrecy is concerned."""
    return STAGES[LotState(lot.state)]


def tender_view(tender: Tender, *, audience: Audience, at: datetime) -> TenderView:
    """One tender with everything around it, field by field as the table allows this audience."""
    lots = list(tender.lots.select_related("opening").order_by("no"))
    for lot in lots:
        lot.tender = tender
    published = Stage.DRAFT if tender.state in UNPUBLISHED else Stage.PUBLISHED

    def masks(thing: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        shown = (masked(thing, row, audience, published) for row in rows)
        return [row for row in shown if row]

    return TenderView(
        tender=masked("tender", tender_values(tender, at), audience, published),
        lots=[masked("lot", lot_values(lot), audience, stage_of(lot)) for lot in lots],
        documents=masks("document", document_values(tender)),
        notices=masks("notice", (notice_values(row) for row in tender.notices.select_related("lot"))),
        questions=masks("question", question_values(tender)),
        objections=masks("objection", objection_values(tender)),
        addenda=masks("addendum", addendum_values(tender)),
        suspensions=masks("suspension", suspension_values(tender)),
        timeline=timeline(tender, at) if published else [],
    )


def timeline(tender: Tender, at: datetime) -> list[Moment]:
    """Every notice and turning point with its moment, then what lies ahead, in order of time."""
    moments = [
        Moment(
            row.at,
            row.kind,
            row.lot.code if row.lot else "",
            row.title,
            row.title_en,
            row.number,
            row.version,
        )
        for row in tender.notices.select_related("lot")
    ]
    moments += ahead(tender, "documents_until", tender.documents_until, at)
    moments += ahead(tender, "questions_until", tender.questions_until, at)
    for lot in tender.lots.select_related("opening").order_by("no"):
        lot.tender = tender
        times = times_in_force(lot)
        for code in ("closed_at", "opening_at", "opened_at", "failed_at", "cancelled_at"):
            moment = getattr(lot, code)
            if moment is not None:
                moments.append(Moment(moment, code, lot.code))
        if lot.state in RUNNING:
            last = objection_until(times.close_at, rules_of(tender, at), calendar()).moment
            moments += ahead(tender, "objection_until", last, at, lot.code)
            moments += ahead(tender, "close_at", times.close_at, at, lot.code)
        if lot.state in RUNNING | {LotState.CLOSED.value, LotState.OPENING.value, LotState.PAUSED.value}:
            for code in ("factor_until", "check_until", "release_until"):
                moments += ahead(tender, code, getattr(times, code), at, lot.code)
    return sorted(moments, key=lambda moment: (moment.at, moment.code, moment.lot))


def ahead(tender: Tender, code: str, moment: datetime | None, at: datetime, lot: str = "") -> list[Moment]:
    """A coming moment as a line of the timeline; nothing when it is not set, past, or the tender has ended."""
    ended = tender.state in {TenderState.CANCELLED.value, TenderState.UNSUCCESSFUL.value}
    if moment is None or moment <= at or ended:
        return []
    return [Moment(moment, code, lot, ahead=True)]


def openings_on(day: date) -> list[Lot]:
    """The lots whose deadline in force falls on a day in China, by time: today's board, without any counts."""
    rows = Lot.objects.filter(close_at__gte=start_of(day), close_at__lt=end_of(day))
    rows = rows.exclude(state__in=[LotState.DRAFT.value, LotState.READY.value, LotState.CANCELLED.value])
    return list(
        rows.select_related("tender__project__owner", "opening").order_by("close_at", "tender__number", "no")
    )


def lots_due(at: datetime) -> list[UUID]:
    """The lots whose deadline has come and which still take bids: what the ticker hands to ``bidding``."""
    rows = Lot.objects.filter(state=LotState.OPEN.value, close_at__lte=at)
    return list(rows.order_by("close_at").values_list("pk", flat=True))


def lots_closing(at: datetime, within: timedelta) -> list[UUID]:
    """The lots whose deadline in force lies ahead by no more than ``within``."""
    rows = Lot.objects.filter(state__in=RUNNING, close_at__gt=at, close_at__lte=at + within)
    return list(rows.order_by("close_at").values_list("pk", flat=True))


def objections_due(at: datetime, within: timedelta) -> list[UUID]:
    """Unanswered objections to warn of: the reply is due within ``within``, or overdue since the last warning."""
    rows = Objection.objects.filter(state=ObjectionState.RECEIVED.value)
    soon = Q(warned_at__isnull=True, reply_due_at__lte=at + within)
    overdue = Q(warned_at__lt=F("reply_due_at"), reply_due_at__lte=at)
    return list(rows.filter(soon | overdue).values_list("pk", flat=True))


def supervisor_list(organisation_id: UUID) -> dict[str, list[Any]]:
    """What the competent supervisor must see: overrides, late "no effect" addenda, terminations, late publicities.

    ``written`` are the written reports of its lots (法 47), those not yet received among them.
    """
    own = {"tender__project__supervisor": organisation_id}
    of_lot = {"lot__tender__project__supervisor": organisation_id}
    ended = Tender.objects.filter(project__supervisor=organisation_id, state=TenderState.CANCELLED.value)
    return {
        "overrides": list(Override.objects.filter(**own).select_related("tender", "lot").order_by("-at")),
        "no_effect": list(
            Addendum.objects.filter(late_notice=True, **own)
            .select_related("tender")
            .order_by("-published_at")
        ),
        "cancelled": list(ended.order_by("-cancelled_at")),
        "stops": list(LotStop.objects.filter(**of_lot).select_related("lot__tender").order_by("-told_at")),
        "late": list(
            Publicity.objects.filter(late=True, **{f"report__{key}": value for key, value in of_lot.items()})
            .select_related("report__lot__tender")
            .order_by("-from_at")
        ),
        "written": list(
            WrittenReport.objects.filter(**{f"award__{key}": value for key, value in of_lot.items()})
            .select_related("award__lot__tender")
            .order_by("-at")
        ),
    }


def own_receipts(tender: Tender, organisation_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What an organisation itself did in a tender: documents taken, questions, objections, with their codes."""

    def rows(found: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
        return [{name: getattr(row, name) for name in names} for row in found]

    questions = tender.questions.filter(asker=organisation_id).order_by("asked_at")
    objections = tender.objections.filter(objector=organisation_id).order_by("raised_at")
    shared = ("id", "code", "state", "number", "answer")
    return {
        "taken": rows(tender.takers.filter(organisation=organisation_id), "code", "at"),
        "questions": rows(questions, *shared, "text", "asked_at"),
        "objections": rows(objections, *shared, "request", "raised_at", "reply_due_at"),
    }


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound("not_published", _("There is no such thing, or none you may know of."))
    return row
