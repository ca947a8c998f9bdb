"""Places of the owner's own that are empty, who may still step in, and requests to send somebody else (条例48)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.selectors import memberships_at
from experts.models import DrawRequest, OwnMandate, OwnMember, OwnReplacement, Panel, PanelSeat
from experts.policies.panel import may_decide_own, may_name_own, may_read_replacements
from experts.selectors.mandates import own_request
from experts.selectors.panels import panel_get, panel_of
from experts.selectors.pool import StateWord
from experts.states import label
from experts.states.own import ReplacementCause, ReplacementState
from experts.states.panel import OUT, PanelState
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import Lot

_OUT = [one.value for one in OUT]
_KINDS = {ReplacementState.ASKED: "wait", ReplacementState.AGREED: "done"}


def unfollowed(panel: Panel) -> QuerySet[PanelSeat]:
    """The owner's members who fell out and whom nobody followed, the first first."""
    rows = panel.seats.filter(kind="owner", state__in=_OUT, followed__isnull=True)
    return rows.order_by("seat")


def substitutes_waiting(panel: Panel) -> QuerySet[OwnMember]:
    """Substitutes who were never called in, in their order; of those named later only whom the supervisor agreed to."""
    rows = OwnMember.objects.filter(
        request=own_request(panel.lot), left_at__isnull=True, rank__isnull=False
    ).exclude(replacement__state=ReplacementState.ASKED.value)
    return rows.exclude(person__in=panel.seats.values("person")).order_by("rank", "id")


def empty_places(panel: Panel) -> int:
    """How many places of the owner's stand empty because a member fell out whom nobody followed."""
    request = own_request(panel.lot)
    if request is None or panel.state == PanelState.ENDED.value:
        return 0
    sit = panel.seats.filter(kind="owner").exclude(state__in=_OUT).count()
    return max(0, min(unfollowed(panel).count(), request.own_members - sit))


def replacement_needed(panel: Panel) -> bool:
    """Whether somebody may be asked for: a place is empty, no substitute stands, and no request waits."""
    waits = panel.replacements.filter(state=ReplacementState.ASKED.value)
    return bool(empty_places(panel)) and not substitutes_waiting(panel).exists() and not waits.exists()


def replacement_get(replacement_id: UUID) -> OwnReplacement:
    """A request with its panel; NotFound when there is none."""
    rows = OwnReplacement.objects.select_related("panel__lot__tender__project", "member__person")
    found = rows.filter(pk=replacement_id).first()
    if found is None:
        raise NotFound("replacement", gettext_noop("There is no such request to replace a member."))
    return found


@dataclass(frozen=True)
class ReplacementRow:
    """A request in words, with the letter."""

    row: OwnReplacement
    state: StateWord
    cause: str
    letter: OwnMandate | None


@dataclass(frozen=True)
class ReplacementPage:
    """The page of requests to replace an own member; ``names``: the reader may know who is sent."""

    panel: Panel
    rows: Sequence[ReplacementRow]
    pending: ReplacementRow | None
    people: Sequence[tuple[str, str]]
    empty: int
    names: bool
    may_ask: bool
    may_withdraw: bool
    may_decide: bool

    @property
    def before(self) -> list[ReplacementRow]:
        """Those that are decided, the latest first."""
        return [one for one in self.rows if one is not self.pending]

    @property
    def turn(self) -> str:
        """Who acts next."""
        if self.pending:
            return _("the supervisor")
        return _("the owner, who may ask to send somebody else") if self.may_ask else _("nobody")


def replacement_page(panel_id: UUID, actor: Actor, at: datetime) -> ReplacementPage:
    """How requests to replace own members stand. NotPermitted but for this owner, this supervisor, auditors."""
    panel = panel_get(panel_id)
    project = panel.lot.tender.project
    require(may_read_replacements(actor, project.owner_id, project.supervisor_id))
    rows = [row_of(one) for one in _rows(panel=panel)]
    pending = next((one for one in rows if one.row.state == ReplacementState.ASKED.value), None)
    owner = may_name_own(actor, project.owner_id).allowed
    asks = owner and replacement_needed(panel)
    people = memberships_at(at).filter(organisation=project.owner_id).select_related("person") if asks else ()
    decides = pending is not None and may_decide_own(actor, project.supervisor_id, pending.row.by_id).allowed
    return ReplacementPage(
        panel=panel,
        rows=rows,
        pending=pending,
        people=sorted({(str(one.person_id), one.person.name) for one in people}, key=lambda pair: pair[1]),
        empty=empty_places(panel),
        names=owner or decides,
        may_ask=asks,
        may_withdraw=owner and pending is not None,
        may_decide=decides,
    )


def row_of(row: OwnReplacement) -> ReplacementRow:
    """A request in the reader's language."""
    state = ReplacementState(row.state)
    return ReplacementRow(
        row,
        StateWord(_(label(state)), _KINDS.get(state, "")),
        _(label(ReplacementCause(row.cause))),
        row.member.mandates.order_by("-entry__seq").first(),
    )


def _rows(**found: Any) -> QuerySet[OwnReplacement]:
    rows = OwnReplacement.objects.filter(**found).select_related("member__person", "panel__lot")
    return rows.order_by("-at", "-serial")


def replacement_rows(requests: QuerySet[DrawRequest]) -> list[ReplacementRow]:
    """All requests to replace own members of the lots of these, the latest first: what the supervisor counts."""
    return [row_of(one) for one in _rows(panel__lot__in=requests.values("lot"))]


def replacement_link(panel: Panel, actor: Actor) -> bool:
    """Whether the reader is led to the page of requests: something is asked for or was, or may be now."""
    project = panel.lot.tender.project
    if not may_read_replacements(actor, project.owner_id, project.supervisor_id).allowed:
        return False
    return panel.replacements.exists() or replacement_needed(panel)


def replacement_of(lot: Lot, actor: Actor) -> Panel | None:
    """The panel of the lot where its owner is led to the page of requests."""
    panel = panel_of(lot)
    return panel if panel is not None and replacement_link(panel, actor) else None


@dataclass(frozen=True)
class ReplacementRecord:
    """A request that was agreed to, as everybody reads it: number and cause, no name."""

    serial: int
    cause: str
    asked_at: datetime
    agreed_at: datetime | None


def replacement_record(lot: Lot) -> list[ReplacementRecord]:
    """The requests of a lot that were agreed to, in order: each an incident of the public record."""
    rows = OwnReplacement.objects.filter(panel__lot=lot, state=ReplacementState.AGREED.value)
    return [
        ReplacementRecord(row.serial, _(label(ReplacementCause(row.cause))), row.at, row.decided_at)
        for row in rows.order_by("serial")
    ]
