"""E10, the report as its readers see it: the draft for the chair, the report being signed, and every report before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.forms.base import sentence
from experts.models import Panel, PanelSeat, Report
from experts.policies.scoring import may_lead, may_read_report
from experts.selectors.evaluation import evaluation_of
from experts.selectors.named import named_words
from experts.selectors.panels import panel_get
from experts.selectors.report_content import report_content
from experts.selectors.report_draft import draft_body, report_findings, settled
from experts.selectors.reports import report_last, standing_missing
from experts.selectors.rests import returned
from experts.states import label
from experts.states.panel import MemberState, PanelState
from experts.states.recall import RecallGround, StanceWord
from experts.states.rest import RestCause
from kernel.errors import NotFound
from kernel.policies import require

KINDS = {"expert": gettext_noop("Drawn expert"), "owner": gettext_noop("The owner’s own member")}


@dataclass(frozen=True)
class StanceRow:
    """How one member stands."""

    seat: int
    name: str
    word: str
    note: str
    at: datetime | None


@dataclass(frozen=True)
class ReportPage:
    """A report. ``body`` is there while the chair can still sign it; ``obstacles`` say what stands in the way."""

    panel: Panel
    content: Mapping[str, Any]
    words: Mapping[str, str]
    report: Report | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    obstacles: Sequence[str] = ()
    stances: Sequence[StanceRow] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    earlier: Sequence[int] = ()
    seat: PanelSeat | None = None
    mine: str = ""
    chair: bool = False

    @property
    def signing(self) -> bool:
        """Whether the reader is asked to sign or to dissent."""
        return bool(
            self.report and self.seat and not self.mine and self.panel.state == PanelState.SIGNING.value
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Ranking with prices and points, in order."""
        by_bid = {row["bid"]: row for row in self.content["result"]["rows"]}
        offered = {row["ev"]: row["line"]["price"] for row in self.opening}
        return [
            {
                "rank": rank,
                "word": self.words.get(bid, bid[:12]),
                "value": value,
                "candidate": bid in self.content["result"]["candidates"],
                "price": dict(by_bid[bid]["price"]).get("evaluated", ""),
                "offered": offered.get(bid, ""),
                "judged": by_bid[bid]["judged"],
                "criteria": [(self.criterion(name), points) for name, points in by_bid[bid]["criteria"]],
            }
            for bid, rank, value in self.content["result"]["ranking"]
        ]

    def criterion(self, name: str) -> str:
        """What a criterion is called."""
        found = [node["name"] for node in self.content["method"]["criteria"] if node["id"] == name]
        return found[0] if found else name

    @property
    def members(self) -> list[dict[str, Any]]:
        """The members with their names. ``mandate``: the SHA-256 of an own member's letter, where one was kept."""
        return [
            {**row, "name": self.names.get(row["seat"], ""), "word": self.kind(row)}
            for row in self.content["members"]
        ]

    def kind(self, row: Mapping[str, Any]) -> str:
        """What a member is; beside one who was named, not drawn, the ground and its article."""
        named = row.get("named")
        if named:
            return named_words(self.panel.lot, named["ground"], named["feature"])
        if row.get("follows"):
            return _("The owner’s own member, a substitute for seat %(seat)s") % {"seat": row["follows"]}
        return _(KINDS[row["kind"]])

    @property
    def replaced(self) -> list[dict[str, Any]]:
        """Who fell out, and how."""
        return [{**row, "word": _(label(MemberState(row["state"])))} for row in self.content["replaced"]]

    @property
    def opening(self) -> list[dict[str, Any]]:
        """Opened bids with the line as it was read out."""
        return [row for row in self.content["opening"] if row["line"]]

    @property
    def rejected(self) -> list[dict[str, Any]]:
        """Rejected bids with their tenderers."""
        return [{**row, "word": self.words.get(row["bid"], "")} for row in self.content["rejected"]]

    @property
    def clarifications(self) -> list[dict[str, Any]]:
        """Questions and answers with their tenderers and moments."""
        return [
            {**row, "word": self.words.get(row["bid"], ""), "asked_at": moment(row["asked"])}
            for row in self.content["clarifications"]
        ]

    @property
    def compliant(self) -> list[str]:
        """Tenderers whose bids comply."""
        return [self.words.get(bid, bid[:12]) for bid in self.content["compliant"]]

    @property
    def recalls(self) -> list[dict[str, Any]]:
        """Why the panel was called back before this report."""
        rows = self.content["recalls"]
        return [{**row, "word": _(label(RecallGround(row["ground"])))} for row in rows]

    @property
    def rests(self) -> list[dict[str, Any]]:
        """When the panel rested; reports made earlier keep no such list."""
        return [
            {
                **row,
                "word": _(label(RestCause(row["cause"]))),
                "begin": moment(row["from"]),
                "end": moment(row["to"]),
            }
            for row in self.content.get("rests", ())
        ]

    @property
    def corrections(self) -> list[dict[str, Any]]:
        """Prices the panel has corrected."""
        return [{**row, "word": self.words.get(row["bid"], "")} for row in self.content["corrections"]]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Facts that came to differ from those in the log before; reports made earlier keep no such list."""
        return [
            {**row, "word": self.words.get(row["bid"], ""), "name": self.fact(row["kind"], row["of"])}
            for row in self.content.get("changes", ())
        ]

    def fact(self, kind: str, name: str) -> str:
        """What a fact of a bid is called."""
        if kind == "price":
            return _("Price")
        return self.criterion(name) if kind == "quantity" else self.adjustment(name)

    def adjustment(self, name: str) -> str:
        """What an adjustment is called."""
        found = [one["name"] for one in self.content["method"].get("adjustments", ()) if one["id"] == name]
        return found[0] if found else name

    @property
    def moments(self) -> dict[str, datetime | None]:
        """Moments of the basic data."""
        return {name: moment(self.content["basic"][name]) for name in ("opened", "seated")}


def moment(seconds: int | None) -> datetime | None:
    """A moment of the content as the pages show it."""
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


def report_page(panel_id: UUID, actor: Actor, at: datetime, number: int | None = None) -> ReportPage:
    """The report in force, the draft for the chair where there is none yet, or an earlier one by its number.

    NotPermitted for owner and supervisor before it is handed over; NotFound for a number there is not.
    A member is refused while the panel rests, also where he could read as the owner (StateConflict).
    """
    panel = panel_get(panel_id)
    seat = panel.seats.select_related("person").filter(person=actor.person).first() if actor.person else None
    if seat is not None:
        returned(seat)
    drafting = number is None and panel.state == PanelState.SHOWN.value
    report = None if drafting else (_numbered(panel, number) if number else report_last(panel))
    project = panel.lot.tender.project
    handed = report is not None and report.handed_at is not None
    member = seat.person_id if seat is not None and seat.state == MemberState.SEATED.value else None
    require(may_read_report(actor, project.owner_id, project.supervisor_id, member=member, handed=handed))
    if report is None:
        return _draft(panel, actor, seat, at)
    stance = report.stances.filter(seat=seat).first() if seat else None
    return ReportPage(
        panel=panel,
        content=report.content,
        words=_words(report.content),
        report=report,
        stances=_stances(report),
        names=_names(panel),
        earlier=[one for one in panel.reports.values_list("number", flat=True) if one != report.number],
        seat=seat if member else None,
        mine=_(label(StanceWord(stance.stance))) if stance else "",
        chair=bool(seat and panel.chair_id == seat.pk),
    )


def _numbered(panel: Panel, number: int) -> Report:
    found = panel.reports.select_related("entry", "panel__lot").filter(number=number).first()
    if found is None:
        raise NotFound("report", _("There is no such report."))
    return found


def _draft(panel: Panel, actor: Actor, seat: PanelSeat | None, at: datetime) -> ReportPage:
    evaluation = evaluation_of(panel)
    result, votes = settled(evaluation)
    lead = may_lead(actor, panel.chair.person_id if panel.chair else None).allowed
    findings = report_findings(evaluation, result)
    number = panel.reports.count() + 1
    content = report_content(evaluation, result, number=number, matters="", at=at)
    return ReportPage(
        panel=panel,
        content=content,
        words=_words(content),
        body={} if findings or not lead else draft_body(evaluation, result, votes),
        obstacles=[sentence(one) for one in findings],
        names=_names(panel),
        earlier=list(panel.reports.values_list("number", flat=True)),
        seat=seat,
        chair=lead,
    )


def _words(content: Mapping[str, Any]) -> dict[str, str]:
    return {row["ev"]: row["tenderer"] for row in content["opening"]}


def _names(panel: Panel) -> dict[int, str]:
    """Members' names by seat: every reader of a report may know them (12号令 42)."""
    return dict(panel.seats.values_list("seat", "person__name"))


def _stances(report: Report) -> list[StanceRow]:
    names = _names(report.panel)
    rows = [
        StanceRow(row.seat.seat, names[row.seat.seat], _(label(StanceWord(row.stance))), row.note, row.at)
        for row in report.stances.select_related("seat").order_by("seat__seat")
    ]
    rows += [StanceRow(one.seat, names[one.seat], "", "", None) for one in standing_missing(report)]
    return sorted(rows, key=lambda row: row.seat)
