"""V26: what the owner decides after the report follows from it (docs/protocol.md, section 18.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from protocol.errors import ProtocolError
from protocol.events import Event

STANCES = ("report-sign", "report-silence")


@dataclass
class Decided:
    """What the chain has said so far: publicities by their report, awards in order, candidates that fell out by report
    and bid, awards that were reported.
    """

    shown: dict[str, Event] = field(default_factory=dict)
    awards: list[Event] = field(default_factory=list)
    out: dict[tuple[str, str], Event] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def standing(self, report: Event) -> Event | None:
        """The award on a report whose winner has not fallen out since."""
        last = self.awards[-1] if self.awards else None
        if last is None or last.body["report"] != report.ev or (report.ev, last.body["bid"]) in self.out:
            return None
        return last


@dataclass(frozen=True)
class Outcome:
    """What holds at the end of the chain: the award in force, and who fell out of the report that stands."""

    award: Event | None
    out: tuple[Event, ...]


def _refuse(sentence: str, event: Event, evidence: str = "") -> NoReturn:
    raise ProtocolError(sentence, check="V26", obj=event.name, evidence=evidence)


def check_award(chain: Sequence[Event], evaluation: Sequence[Event], *, policy: str, end: int) -> Outcome:
    """What holds at the end; ProtocolError (V26) names what does not follow from the reports or from the chain.

    `chain` and `evaluation` are the events of both rooms by leaf, their forms checked already; `end` is the leaf of
    the open-end, `policy` the T in force.
    """
    decided = Decided()
    for place, event in enumerate(chain):
        if event.leaf < end:
            _refuse("the award begins before the opening has ended", event)
        if event.body["policy"] != policy:
            _refuse("an event of the award is of another policy", event)
        if place and chain[place - 1].kind == "cancelled":
            _refuse("the owner goes on after the lot has been cancelled", event)
        if event.kind == "cancelled":
            continue
        report = _last_report(evaluation, event)
        if event.kind == "written-report":
            _written(event, report, decided)
            continue
        if event.body["report"] != report.ev:
            _refuse("it is of another report than the one that stands", event, event.body["report"])
        _answered(event, report, evaluation)
        ACTS[event.kind](event, report, decided)
    if all(event.kind == "cancelled" for event in chain):
        return Outcome(None, ())
    report = _last_report(evaluation)
    out = tuple(event for (of, _bid), event in decided.out.items() if of == report.ev)
    return Outcome(None if chain[-1].kind == "cancelled" else decided.standing(report), out)


def _last_report(evaluation: Sequence[Event], event: Event | None = None) -> Event:
    """The report that stands before an event (at the end, without one)."""
    for row in reversed(evaluation):
        if row.kind == "evaluation-report" and (event is None or row.leaf < event.leaf):
            return row
    raise ProtocolError("there is no report before it", check="V26", obj=event.name if event else "award")


def _answered(event: Event, report: Event, evaluation: Sequence[Event]) -> None:
    """Every seat had signed or was silent before the owner acted, and the panel had not begun anew (条例 53)."""
    since = [row for row in evaluation if report.leaf < row.leaf < event.leaf]
    if any(row.kind not in STANCES for row in since):
        _refuse("the panel had gone on after the report it names", event)
    panels = [row for row in evaluation if row.kind == "panel" and row.ev == report.body["panel"]]
    seats = {row["seat"] for panel in panels for row in panel.body["members"]}
    if not seats or seats - {row.body["seat"] for row in since if row.body["report"] == report.ev}:
        _refuse("it stands before every member has signed the report or is recorded as silent", event)


def _publicity(event: Event, _report: Event, decided: Decided) -> None:
    if event.body["report"] in decided.shown:
        _refuse("the candidates of one report are shown twice", event)
    decided.shown[event.body["report"]] = event


def _award(event: Event, report: Event, decided: Decided) -> None:
    """A candidate of the report, on its ground, after the publicity of that report (条例 54, 55)."""
    bid, ground, candidates = event.body["bid"], event.body["ground"], report.body["candidates"]
    shown = decided.shown.get(report.ev)
    if event.body["publicity"] != (shown.ev if shown else None):
        _refuse("it does not name the publicity of its report", event)
    if bid not in candidates:
        _refuse("the winner is no candidate of the report", event, bid)
    if (ground == "first" and bid != candidates[0]) or (ground == "next" and bid == candidates[0]):
        _refuse("the ground is not that of the winner's place", event, ground)
    if (report.ev, bid) in decided.out:
        _refuse("the winner has fallen out", event, bid)
    better = [ahead for ahead in candidates[: candidates.index(bid)] if (report.ev, ahead) not in decided.out]
    if ground == "next" and better:
        _refuse("a candidate ranked before the winner has not fallen out", event, better[0])
    if (standing := decided.standing(report)) is not None:
        _refuse("another award on the same report is in force", event, standing.name)
    decided.awards.append(event)


def _out(event: Event, report: Event, decided: Decided) -> None:
    """条例 55: a candidate of the report, once; while an award is in force its winner, and nobody else."""
    bid, standing = event.body["bid"], decided.standing(report)
    if bid not in report.body["candidates"]:
        _refuse("who falls out is no candidate of the report", event, bid)
    if (report.ev, bid) in decided.out:
        _refuse("a candidate falls out twice", event, bid)
    if standing is not None and standing.body["bid"] != bid:
        _refuse("another than the winner falls out while an award is in force", event, bid)
    decided.out[report.ev, bid] = event


def _written(event: Event, report: Event, decided: Decided) -> None:
    """法 47: on the award in force, once."""
    last = decided.standing(report)
    if last is None or event.body["award"] != last.ev:
        _refuse("the written report is not of the award in force", event, event.body["award"])
    if last.ev in decided.written:
        _refuse("one award is reported twice", event)
    decided.written.add(last.ev)


ACTS = {"publicity": _publicity, "award": _award, "candidate-out": _out}
"""What each kind that names a report is held to."""
