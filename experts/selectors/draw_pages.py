"""Reads of the pages of draws: the list, the owner's request, the exclusions’ desk, operator and signer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.rules.signed import fingerprint
from accounts.selectors import signing_keys_of
from accounts.states import KeyState, Role
from bidding.selectors.lots import lot_get
from experts.models import Draw, DrawExclusion, DrawOfficer, DrawRequest, Panel
from experts.policies import draw as policies
from experts.policies.naming import may_read_naming
from experts.policies.panel import may_name_own
from experts.rules.packs import pool_pack
from experts.selectors.draw_label import SELF, label_of
from experts.selectors.draw_stalled import WAITING as WAITING_OFFICERS
from experts.selectors.draw_stalled import contributions_due, stall_due, stall_seen
from experts.selectors.draw_tables import CAUSES, CONTRIBUTORS, REASONS
from experts.selectors.draw_words import draw_word, request_word, said, turn_of
from experts.selectors.draws import DrawChain, draw_get, round_now
from experts.selectors.further import FurtherRow, further_rows
from experts.selectors.mandates import naming_open
from experts.selectors.named_counts import NamedOwner, named_owners
from experts.selectors.naming import held_seats, naming_stands, special_possible
from experts.selectors.own_replacements import ReplacementRow, replacement_rows
from experts.selectors.panels import size_of
from experts.selectors.pool import StateWord
from experts.states.draw import DrawState, RequestState
from kernel.errors import NotFound, StateConflict
from kernel.policies import require
from trading.models import Lot
from trading.states import LotState

LIST = 200
WAITING = (LotState.OPENING, LotState.PAUSED, LotState.EVALUATING)
"""States of a lot in which its owner is offered to ask for a panel."""


@dataclass(frozen=True)
class DrawRow:
    """A draw in a list; ``still``: officers, or those who must contribute, have let their time pass."""

    draw: Draw
    state: StateWord
    cause: str
    still: bool = False

    @property
    def alone(self) -> bool:
        """Whether its result is self-attested."""
        return label_of(self.draw) == SELF


@dataclass(frozen=True)
class RequestRow:
    """A request with its draws, the newest first."""

    request: DrawRequest
    state: StateWord
    turn: str
    draws: Sequence[DrawRow]
    may_exclude: bool
    may_begin: bool


@dataclass(frozen=True)
class Exceptions:
    """What a supervisor looks at first: further serials, units left out, draws that stand still, panels named."""

    serials: Sequence[DrawRow]
    exclusions: Sequence[tuple[DrawExclusion, str]]
    still: Sequence[DrawRow]
    named: Sequence[NamedOwner]
    further: Sequence[FurtherRow]
    replaced: Sequence[ReplacementRow]


@dataclass(frozen=True)
class Desk:
    """The list of requests and draws for whoever asks."""

    rows: Sequence[RequestRow]
    lots: Sequence[Lot]
    exceptions: Exceptions | None


def desk(actor: Actor, at: datetime) -> Desk:
    """Requests and draws this reader may know of, without names. NotPermitted for everybody else."""
    require(policies.may_read_desk(actor))
    rows = (
        requests_of(actor).select_related("lot__tender__project__owner").order_by("-asked_at", "-id")[:LIST]
    )
    supervises = bool(actor.roles & {Role.SUPERVISOR, Role.AUDITOR})
    return Desk(
        rows=[row_of(row, actor, at) for row in rows],
        lots=lots_waiting(actor),
        exceptions=exceptions(actor, at) if supervises else None,
    )


def requests_of(actor: Actor) -> Any:
    """The requests this reader may know of: desks and auditors all, owners and supervisors their own."""
    rows = DrawRequest.objects.exclude(state=RequestState.WITHDRAWN.value)
    offices = policies.may_operate(actor).allowed or policies.may_exclude(actor).allowed
    if offices or Role.AUDITOR in actor.roles:
        return rows
    own = Q(pk__in=[])
    if Role.OWNER in actor.roles:
        own |= Q(lot__tender__project__owner=actor.organisation)
    if Role.SUPERVISOR in actor.roles:
        own |= Q(lot__tender__project__supervisor=actor.organisation)
    return rows.filter(own)


def row_of(request: DrawRequest, actor: Actor, at: datetime) -> RequestRow:
    """One line of the list."""
    draws = list(
        Draw.objects.filter(lot=request.lot_id).select_related("lot", "end_entry").order_by("-serial")
    )
    last = draws[0] if draws else None
    operates = policies.may_operate(actor).allowed
    return RequestRow(
        request=request,
        state=request_word(request),
        turn=turn_of(request, last),
        draws=[drawn_row(draw, still=stands_still(draw, at)) for draw in draws],
        may_exclude=policies.may_exclude(actor).allowed,
        may_begin=operates
        and not request.named
        and request.state == RequestState.CONFIRMED.value
        and may_follow(last),
    )


def may_follow(last: Draw | None) -> bool:
    """Whether a (further) serial can be begun: there is none yet, or the last has ended short."""
    if last is None:
        return True
    outcome = last.end_entry.body["outcome"] if last.end_entry else ""
    return str(outcome) == "short"


def drawn_row(draw: Draw, *, still: bool = False) -> DrawRow:
    """One draw of a list."""
    return DrawRow(draw, draw_word(draw), said(CAUSES, draw.cause), still)


def lots_waiting(actor: Actor) -> list[Lot]:
    """The owner's lots that are opened and have no request for a panel."""
    if Role.OWNER not in actor.roles or actor.organisation is None:
        return []
    asked = DrawRequest.objects.exclude(state=RequestState.WITHDRAWN.value).values("lot")
    rows = Lot.objects.filter(
        tender__project__owner=actor.organisation, state__in=[one.value for one in WAITING]
    )
    return list(rows.exclude(pk__in=asked).select_related("tender").order_by("-close_at")[:LIST])


def exceptions(actor: Actor, at: datetime) -> Exceptions:
    """What deserves a second look among the draws this reader supervises or audits."""
    lots = requests_of(actor).values("lot")
    draws = Draw.objects.filter(lot__in=lots).select_related("lot", "end_entry").order_by("-begun_at")
    entered = DrawExclusion.objects.filter(request__in=requests_of(actor)).select_related("request__lot")
    return Exceptions(
        serials=[drawn_row(draw) for draw in draws.filter(serial__gt=1)[:LIST]],
        exclusions=[(row, said(REASONS, row.reason)) for row in entered.order_by("-at", "-id")[:LIST]],
        still=[drawn_row(draw) for draw in draws if stands_still(draw, at)][:LIST],
        named=named_owners(requests_of(actor)),
        further=further_rows(requests_of(actor)),
        replaced=replacement_rows(requests_of(actor)),
    )


def stands_still(draw: Draw, at: datetime) -> bool:
    """Whether officers, or those who must contribute, have let their time pass (A20, A25)."""
    if DrawState(draw.state) is DrawState.OPEN:
        chain = DrawChain(draw)
        return at >= contributions_due(chain) and chain.closed() and bool(chain.missing())
    if DrawState(draw.state) not in WAITING_OFFICERS:
        return False
    due = stall_due(DrawChain(draw), round_now(draw))
    return due is not None and at >= due


@dataclass(frozen=True)
class RequestPage:
    """The owner's page of a lot's panel: the request in force, if there is one, and what this reader may do with it."""

    lot: Lot
    request: DrawRequest | None
    state: StateWord | None
    turn: str
    draws: Sequence[DrawRow]
    may_ask: bool
    may_confirm: bool
    own: bool
    may_withdraw: bool
    may_name_own: bool
    may_special: bool
    naming: bool
    keys: Sequence[tuple[str, str]]
    least: int
    least_source: str
    of_three: int


def request_page(lot_id: UUID, actor: Actor) -> RequestPage:
    """The page of a lot's panel. NotPermitted unless the reader watches draws of this lot."""
    lot = lot_get(lot_id)
    project = lot.tender.project
    require(policies.may_watch(actor, project.owner_id, project.supervisor_id))
    live = DrawRequest.objects.exclude(state=RequestState.WITHDRAWN.value)
    request = live.select_related("asked_by").filter(lot=lot).first()
    asked = request is not None and request.state == RequestState.REQUESTED.value
    draws = list(Draw.objects.filter(lot=lot).select_related("lot", "end_entry").order_by("-serial"))
    last = draws[0] if draws else None
    free = last is None or last.state in {DrawState.BEGUN.value, DrawState.PREPARED.value} or may_follow(last)
    return RequestPage(
        lot=lot,
        request=request,
        state=request_word(request) if request else None,
        turn=turn_of(request, last) if request else "",
        draws=[drawn_row(draw) for draw in draws],
        may_ask=request is None and policies.may_ask(actor, project.owner_id).allowed,
        may_confirm=asked
        and policies.may_confirm_request(
            actor, project.owner_id, request.asked_by_id if request else None
        ).allowed,
        own=request is not None and request.asked_by_id == actor.person,
        may_withdraw=request is not None
        and free
        and not (request.named and (naming_stands(lot) or Panel.objects.filter(lot=lot).exists()))
        and policies.may_withdraw_request(actor, project.owner_id, confirmed=not asked).allowed,
        may_name_own=request is not None
        and request.own_members > 0
        and naming_open(request)
        and may_name_own(actor, project.owner_id).allowed,
        may_special=request is None and special_possible(lot),
        naming=request is not None
        and request.named
        and request.state == RequestState.CONFIRMED.value
        and may_read_naming(actor, project.owner_id, project.supervisor_id).allowed,
        keys=keys_of(project.owner),
        least=size_of(lot)[0],
        least_source=size_of(lot)[1],
        of_three=pool_pack().number("panel_experts_of_three"),
    )


def keys_of(organisation: Organisation | None) -> list[tuple[str, str]]:
    """An organisation's keys in use: SPKI (hex) with name and fingerprint."""
    if organisation is None:
        return []
    rows = [row for row in signing_keys_of(organisation.pk) if row.state == KeyState.ACTIVE.value]
    return [(row.spki, " · ".join(filter(None, (row.label, fingerprint(row.spki))))) for row in rows]


@dataclass(frozen=True)
class ExclusionsPage:
    """The units the desk has left out of one request. ``open``: more can be entered."""

    request: DrawRequest
    rows: Sequence[tuple[DrawExclusion, str]]
    open: bool


def exclusions_page(request_id: UUID, actor: Actor) -> ExclusionsPage:
    """The desk's page: its own entries, no list of experts and nothing about anybody's chances."""
    require(policies.may_exclude(actor))
    request = request_get(request_id)
    rows = request.exclusions.order_by("at", "id")
    last = Draw.objects.filter(lot=request.lot_id).select_related("end_entry").order_by("-serial").first()
    unsigned = last is None or last.state in {DrawState.BEGUN.value, DrawState.PREPARED.value}
    listed = [(row, said(REASONS, row.reason)) for row in rows]
    asked = request.named and held_seats(request.lot).exists()
    return ExclusionsPage(request, listed, not asked and (unsigned or may_follow(last)))


def evidence_of(request_id: UUID, sha256: str, actor: Actor) -> DrawExclusion:
    """The exclusion whose evidence this is: for the desk, the supervisor and an auditor."""
    request = request_get(request_id)
    if not policies.may_exclude(actor).allowed and Role.AUDITOR not in actor.roles:
        require(policies.may_sign_header(actor, request.lot.tender.project.supervisor_id))
    row = request.exclusions.filter(evidence=sha256).first()
    if row is None:
        raise NotFound("evidence", _("There is no such evidence here."))
    return row


def request_get(request_id: UUID) -> DrawRequest:
    """A request with its lot; NotFound when there is none."""
    rows = DrawRequest.objects.select_related("lot__tender__project__owner")
    found = rows.filter(pk=request_id).first()
    if found is None:
        raise NotFound("draw_request", _("There is no such request for a panel."))
    return found


@dataclass(frozen=True)
class BeginPage:
    """Beginning the next serial: which it is, and whether it needs a cause."""

    request: DrawRequest
    serial: int
    state: StateWord
    possible: bool
    causes: Sequence[str]


def begin_page(request_id: UUID, actor: Actor) -> BeginPage:
    """What the operator reads before a serial begins."""
    require(policies.may_operate(actor))
    request = request_get(request_id)
    last = Draw.objects.filter(lot=request.lot_id).select_related("end_entry").order_by("-serial").first()
    confirmed = request.state == RequestState.CONFIRMED.value
    possible = confirmed and not request.named and may_follow(last)
    causes = [last.end_entry.body["cause"], "order"] if last and last.end_entry else []
    return BeginPage(request, last.serial + 1 if last else 1, request_word(request), possible, causes)


@dataclass(frozen=True)
class OfficersPage:
    """The officers of a draw that is being set up; ``free`` is the next number."""

    draw: Draw
    state: StateWord
    officers: Sequence[DrawOfficer]
    free: int
    unproven: int
    open: bool

    @property
    def changeable(self) -> bool:
        """Whether an officer can be changed: somebody is named, and no header is signed."""
        return bool(self.officers) and not self.draw.t_d


def officers_page(draw_id: UUID, actor: Actor) -> OfficersPage:
    """Who holds the keys of a draw; for its operator."""
    require(policies.may_operate(actor))
    draw = draw_get(draw_id)
    rows = list(draw.officers.select_related("organisation").order_by("i"))
    taken = {row.i for row in rows}
    free = next(number for number in range(1, 34) if number not in taken)
    unproven = sum(1 for row in rows if row.proven_at is None)
    return OfficersPage(draw, draw_word(draw), rows, free, unproven, draw.state == DrawState.BEGUN.value)


@dataclass(frozen=True)
class PreparePage:
    """Preparing the header: the supervisor's keys, and what the request asks."""

    officers: OfficersPage
    keys: Sequence[tuple[str, str]]
    possible: bool


def prepare_page(draw_id: UUID, actor: Actor) -> PreparePage:
    """What the operator reads before the header is made."""
    found = officers_page(draw_id, actor)
    supervisor = found.draw.lot.tender.project.supervisor
    possible = found.draw.state in {DrawState.BEGUN.value, DrawState.PREPARED.value}
    return PreparePage(found, keys_of(supervisor), possible)


def signing_draw(draw_id: UUID, actor: Actor) -> Draw:
    """The draw whose header this supervisor signs; NotPermitted for everybody else."""
    draw = draw_get(draw_id)
    require(policies.may_sign_header(actor, draw.lot.tender.project.supervisor_id))
    return draw


def required_names(draw: Draw, codes: Collection[str]) -> list[tuple[str, str]]:
    """Name and office of those of these organisations which a header requires to contribute."""
    rows = [row for row in draw.header["required"] if row["org"] in codes]
    names = dict(
        Organisation.objects.filter(code__in=[row["org"] for row in rows]).values_list("code", "name")
    )
    return [(names.get(row["org"], row["org"]), said(CONTRIBUTORS, row["role"])) for row in rows]


@dataclass(frozen=True)
class StalledPage:
    """A draw that stands still: who is missing, from when it may be ended, what was proposed.

    ``absent`` are officers who have not released; ``late`` who must contribute and has not, with its office.
    """

    draw: Draw
    state: StateWord
    round: int
    due: datetime | None
    absent: Sequence[DrawOfficer]
    late: Sequence[tuple[str, str]]
    proposed: Mapping[str, Any]
    may_propose: bool
    may_sign: bool


def stalled_page(draw_id: UUID, actor: Actor, at: datetime) -> StalledPage:
    """What operator and supervisor read before they end a draw. StateConflict while nobody is waited for."""
    draw = draw_get(draw_id)
    operates = policies.may_operate(actor).allowed
    if not operates:
        require(policies.may_sign_header(actor, draw.lot.tender.project.supervisor_id))
    seen = stall_seen(draw_id, actor)
    if seen is None:
        raise StateConflict("draw_state", _("Nobody is waited for in this draw now."))
    over = seen.due is not None and at >= seen.due
    officers = draw.officers.select_related("organisation").order_by("i")
    return StalledPage(
        draw=draw,
        state=draw_word(draw),
        round=seen.j,
        due=seen.due,
        absent=[row for row in officers if row.i in seen.absent],
        late=required_names(draw, seen.late),
        proposed=seen.proposed,
        may_propose=operates and over,
        may_sign=bool(seen.proposed) and not operates,
    )
