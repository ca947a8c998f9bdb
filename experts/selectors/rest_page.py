"""Times of sitting: when the panel rested, who sealed, and what the reader is to do about it; no name, no opinion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import Panel
from experts.policies.panel import may_keep_door, may_sit, may_watch_panel
from experts.policies.rest import may_adjourn, may_decide_seal, may_seal
from experts.selectors.panel_pages import PanelPage, page_of
from experts.selectors.panels import own_seat, panel_get
from experts.selectors.rests import Rested, rests_of
from experts.states import label
from experts.states.panel import PanelState
from experts.states.rest import RestCause, RestOffice, RestState, RestWord
from kernel.errors import NotFound
from kernel.policies import require


@dataclass(frozen=True)
class StepRow:
    """A statement as the page tells it."""

    office: str
    word: str
    at: datetime
    seals: str
    reason: str
    code: str


@dataclass(frozen=True)
class RestRow:
    """An adjournment as the page tells it."""

    number: int
    state: str
    kind: str
    cause: str
    reason: str
    at: datetime
    until: datetime
    over_at: datetime | None
    steps: Sequence[StepRow]


@dataclass(frozen=True)
class RestPage:
    """A panel's rests; ``act`` is what the reader can do next, ``broken`` whether he can report a seal."""

    page: PanelPage
    rows: Sequence[RestRow]
    act: str
    broken: bool
    waits: bool


def rest_page(panel_id: UUID, who: Actor) -> RestPage:
    """For who watches the panel, and for its members while it works; NotFound for everybody else."""
    panel = panel_get(panel_id)
    seat = panel.seats.filter(person=who.person).first() if who.person else None
    if seat is not None and may_sit(who, seat.person_id).allowed:
        own_seat(panel, who)
    else:
        seat = None
        _watches(panel, who)
    found = rests_of(panel)
    last = found[-1] if found and found[-1].state is not RestState.OVER else None
    act = _act(panel, who, last)
    supervisor = panel.lot.tender.project.supervisor_id
    seals = last is not None and last.state is not RestState.BROKEN and may_seal(who, supervisor).allowed
    waits = last is not None and act == ""
    return RestPage(page_of(panel, seat), [_row(one) for one in reversed(found)], act, seals, waits)


def rest_act(panel_id: UUID, who: Actor, act: str) -> RestPage:
    """The page of one act; NotFound for an act that is not the reader's now."""
    seen = rest_page(panel_id, who)
    if act != seen.act and not (act == "broken" and seen.broken):
        raise NotFound("act", _("There is nothing like this for you to do now."))
    return seen


def sittings(panel: Panel) -> list[dict[str, Any]]:
    """The rests of a panel as its report keeps them: moments in seconds, seals, incidents and decisions."""
    return [
        {
            "number": one.rest.number,
            "cause": one.rest.cause,
            "reason": one.rest.reason,
            "from": int(one.rest.at.timestamp()),
            "until": int(one.rest.until.timestamp()),
            "to": int(one.over_at.timestamp()) if one.over_at else None,
            "seals": one.seals,
            "incident": one.code,
            "decision": next((row.reason for row in one.steps if row.word == RestWord.DECIDED), ""),
        }
        for one in rests_of(panel)
    ]


def _watches(panel: Panel, who: Actor) -> None:
    project = panel.lot.tender.project
    require(may_watch_panel(who, project.owner_id, project.supervisor_id))


def _act(panel: Panel, who: Actor, last: Rested | None) -> str:
    """The next act of this reader, or ""."""
    supervisor = panel.lot.tender.project.supervisor_id
    if last is None:
        chair = panel.chair.person_id if panel.chair else None
        at_work = panel.state != PanelState.ENDED.value
        return "adjourn" if at_work and may_adjourn(who, chair).allowed else ""
    if last.state is RestState.BROKEN:
        return "decide" if may_decide_seal(who, supervisor).allowed else ""
    if not may_seal(who, supervisor).allowed:
        return ""
    office = RestOffice.DESK if may_keep_door(who).allowed else RestOffice.SUPERVISOR
    word, act = (
        (RestWord.SEALED, "seal") if last.state is RestState.CALLED else (RestWord.UNBROKEN, "unbroken")
    )
    done = any(one.word == word and one.office == office for one in last.steps)
    return "" if done else act


def _row(one: Rested) -> RestRow:
    rest = one.rest
    kinds = {RestState.OVER: "done", RestState.BROKEN: "stop"}
    return RestRow(
        rest.number,
        _(label(one.state)),
        kinds.get(one.state, "wait"),
        _(label(RestCause(rest.cause))),
        rest.reason,
        rest.at,
        rest.until,
        one.over_at,
        [
            StepRow(
                _(label(RestOffice(row.office))),
                _(label(RestWord(row.word))),
                row.at,
                row.seals,
                row.reason,
                row.code,
            )
            for row in one.steps
        ],
    )
