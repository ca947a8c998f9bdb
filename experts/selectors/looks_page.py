"""E9, what the panel sees once all have locked: each bid's sums by seat, deviations, one's own second look, a tie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.actors import Actor
from experts.models import Panel, PanelSeat, SecondLook, Sheet, TieVote
from experts.policies.scoring import may_read_shown
from experts.rules.evaluated import tie_name
from experts.selectors.evaluation import Evaluation, evaluation_of
from experts.selectors.panels import own_seat, panel_get
from experts.selectors.second_looks import looks_due
from experts.selectors.sheet_page import bid_words
from experts.selectors.ties import tie_waiting, turn_of
from experts.states.panel import PanelState, SheetState
from kernel.policies import require

SHOWN = (PanelState.SHOWN.value, PanelState.SIGNING.value, PanelState.ENDED.value)


@dataclass(frozen=True)
class SumRow:
    """One bid: each seat's sum, whether it counts, whether it deviates, and the points that come of it."""

    bid: str
    word: str
    sums: Sequence[tuple[str, bool, bool]]
    judged: str
    total: str | None


@dataclass(frozen=True)
class MarkRow:
    """One criterion of one bid: each seat's mark and whether it counts."""

    name: str
    marks: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class LooksPage:
    """The open sheets. ``own`` are this member's deviations that wait for a second look; ``tie`` waits for a vote."""

    panel: Panel
    seat: PanelSeat
    seats: Sequence[int]
    rows: Sequence[SumRow]
    details: Sequence[tuple[str, Sequence[MarkRow]]]
    own: Sequence[str]
    due: Sequence[int]
    stale: bool
    kept: Sequence[SecondLook]
    further: Sequence[Sheet]
    tie: Sequence[tuple[str, str]]
    turn: int
    voted: bool
    chair: bool
    can_look: bool


def looks_page(panel_id: UUID, actor: Actor) -> LooksPage:
    """The shown sheets of a panel, for its members; NotPermitted before every member has locked, also for the chair."""
    panel = panel_get(panel_id)
    seat = own_seat(panel, actor)
    own = Sheet.objects.filter(seat=seat, state=SheetState.SHOWN.value).order_by("round")
    shown = panel.state in SHOWN
    evaluation = evaluation_of(panel)
    locked = own.exists() or not evaluation.judged
    require(may_read_shown(actor, seat.person_id, shown=shown, locked=locked))
    waiting = bool(evaluation.waiting)
    words, due = bid_words(panel), looks_due(evaluation)
    tied = tie_waiting(evaluation) or []
    turn = turn_of(evaluation, tied) if tied else 0
    voted = TieVote.objects.filter(facts=evaluation.facts, seat=seat, tie=tie_name(tied), turn=turn)
    of_panel = Sheet.objects.filter(seat__panel=panel, state=SheetState.SHOWN.value)
    return LooksPage(
        panel=panel,
        seat=seat,
        seats=[one.seat for one in evaluation.seats],
        rows=[] if waiting else _rows(evaluation, words),
        details=[] if waiting else _details(evaluation, words),
        own=[words[row["bid"]] for row in due.get(seat.seat, [])],
        due=sorted(due),
        stale=seat.seat in {one.seat for one in evaluation.waiting},
        kept=list(SecondLook.objects.filter(sheet__in=of_panel).select_related("sheet__seat")),
        further=list(of_panel.filter(round__gt=1).select_related("seat").order_by("seat__seat", "round")),
        tie=[(ev, words[ev]) for ev in tied],
        turn=turn,
        voted=bool(tied) and voted.exists(),
        chair=panel.chair_id == seat.pk,
        can_look=panel.state == PanelState.SHOWN.value,
    )


def _rows(evaluation: Evaluation, words: dict[str, str]) -> list[SumRow]:
    result = evaluation.result()
    far = {(row["bid"], row["member"]) for row in result.warnings if row["warning"] == "deviation"}
    return [
        SumRow(
            row["bid"],
            words[row["bid"]],
            _by_seat(evaluation, row["bid"], row["members"], far),
            row["judged"],
            row["total"],
        )
        for row in result.rows
    ]


def _by_seat(
    evaluation: Evaluation, bid: str, members: list[list[Any]], far: set[tuple[str, str]]
) -> list[tuple[str, bool, bool]]:
    """Sums in the order of the seats, which is not that of their names as text."""
    found = {name: (value, counted, (bid, name) in far) for name, value, counted in members}
    return [found[str(one.seat)] for one in evaluation.seats if str(one.seat) in found]


def _details(evaluation: Evaluation, words: dict[str, str]) -> list[tuple[str, list[MarkRow]]]:
    nodes = evaluation.method.nodes
    found = []
    for row in evaluation.result().rows:
        marks = []
        for one in row["marks"]:
            by = {name: (mark, counted) for name, mark, counted in one["by"]}
            ordered = [by[str(seat.seat)] for seat in evaluation.seats if str(seat.seat) in by]
            marks.append(MarkRow(nodes[one["id"]]["name"], ordered))
        found.append((words[row["bid"]], marks))
    return found
