"""Further requests to name for a panel named whole: whether one may be made, how they stand, what everybody reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from experts.models import DrawRequest, FurtherNaming, Naming, OwnMember, Panel
from experts.policies import naming as policies
from experts.policies.draw import may_confirm_request
from experts.pool_keys import PoolKey
from experts.selectors.draw_tables import NAMINGS
from experts.selectors.naming import (
    held_seats,
    nameable,
    named_people,
    naming_waits,
    open_seats,
    tries_used,
)
from experts.selectors.pool import StateWord, specialty_words
from experts.states import label
from experts.states.naming import PENDING, FurtherCause, NamingState
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import Lot

_PENDING = [one.value for one in PENDING]
AGAIN: Final = gettext_noop("the owner, who may ask to name again")


def further_get(further_id: UUID) -> FurtherNaming:
    """A further request with its lot; NotFound when there is none."""
    rows = FurtherNaming.objects.select_related("request__lot__tender__project", "by", "second", "reader")
    found = rows.filter(pk=further_id).first()
    if found is None:
        raise NotFound("further", gettext_noop("There is no such further request."))
    return found


def further_needed(request: DrawRequest) -> bool:
    """Whether nothing else leads on: tries are used up, seats are open, and the request can no longer be taken back."""
    rule = nameable(request)
    bound = Panel.objects.filter(lot=request.lot_id).exists() or held_seats(request.lot).exists()
    return (
        rule is not None
        and bound
        and tries_used(request.lot) >= rule.tries
        and not naming_waits(request.lot)
        and not FurtherNaming.objects.filter(request=request, state__in=_PENDING).exists()
        and bool(open_seats(request))
    )


def rows_of(request: DrawRequest) -> QuerySet[FurtherNaming]:
    """The further requests of a request, the latest first."""
    return FurtherNaming.objects.filter(request=request).select_related("by", "second").order_by("-serial")


def names_in(lot: Lot, key: PoolKey) -> set[str]:
    """Everybody named in a lot and the owner's members, opened in memory: a public reason must not say one of them."""
    own = OwnMember.objects.filter(request__lot=lot).values_list("person__name", flat=True)
    rows = Naming.objects.filter(lot=lot, seats__isnull=False).distinct()  # one that was barred names nobody
    return {*own, *(whom.name for naming in rows for _row, whom in named_people(naming, key))}


@dataclass(frozen=True)
class FurtherRow:
    """A further request in words."""

    further: FurtherNaming
    state: StateWord
    cause: str


@dataclass(frozen=True)
class FurtherPage:
    """The page of further requests, for the owner's people and the supervisor's; nobody named stands here."""

    request: DrawRequest
    open: Sequence[tuple[str, int]]
    rows: Sequence[FurtherRow]
    pending: FurtherRow | None
    turn: str
    may_ask: bool
    may_confirm: bool
    may_withdraw: bool
    may_decide: bool

    @property
    def lot(self) -> Lot:
        """The lot it is about."""
        return self.request.lot

    @property
    def before(self) -> list[FurtherRow]:
        """Those that are decided, the latest first."""
        return [row for row in self.rows if row is not self.pending]


def further_page(request_id: UUID, actor: Actor) -> FurtherPage:
    """How further requests of a panel named whole stand. NotPermitted for everybody but this owner, this supervisor."""
    rows = DrawRequest.objects.select_related("lot__tender__project").filter(pk=request_id, named=True)
    request = rows.first()
    if request is None:
        raise NotFound("draw_request", gettext_noop("There is no such request for a panel."))
    project = request.lot.tender.project
    require(policies.may_read_naming(actor, project.owner_id, project.supervisor_id))
    found = [row_of(one) for one in rows_of(request)]
    pending = next((one for one in found if one.further.state in _PENDING), None)
    owner = policies.may_name(actor, project.owner_id).allowed
    needed = further_needed(request)
    may = _may(request, pending.further if pending else None, actor)
    return FurtherPage(
        request=request,
        open=[(specialty_words([code])[0], number) for code, number in open_seats(request).items()],
        rows=found,
        pending=pending,
        turn=_turn(pending, needed=needed),
        may_ask=owner and needed,
        may_confirm=may[0],
        may_withdraw=may[1],
        may_decide=may[2],
    )


def row_of(further: FurtherNaming) -> FurtherRow:
    """A further request in the reader's language."""
    state = NamingState(further.state)
    return FurtherRow(
        further, StateWord(_(label(state)), NAMINGS[state]), _(label(FurtherCause(further.cause)))
    )


def further_rows(requests: QuerySet[DrawRequest]) -> list[FurtherRow]:
    """All further requests of these, the latest first: what the supervisor counts."""
    rows = FurtherNaming.objects.filter(request__in=requests).select_related("request__lot")
    return [row_of(one) for one in rows.order_by("-at", "-id")]


def _may(request: DrawRequest, pending: FurtherNaming | None, actor: Actor) -> tuple[bool, bool, bool]:
    """Whether this reader confirms, takes back, decides."""
    if pending is None:
        return False, False, False
    project, state = request.lot.tender.project, NamingState(pending.state)
    knowing = knowing_of(pending)
    return (
        state is NamingState.PROPOSED and may_confirm_request(actor, project.owner_id, pending.by_id).allowed,
        policies.may_withdraw_naming(actor, project.owner_id, knowing).allowed,
        state is NamingState.CONFIRMED
        and policies.may_take_naming(actor, project.supervisor_id, None, knowing).allowed,
    )


def knowing_of(further: FurtherNaming) -> frozenset[UUID]:
    """The people of the owner behind a further request."""
    return frozenset({further.by_id, *([further.second_id] if further.second_id else [])})


def _turn(pending: FurtherRow | None, *, needed: bool) -> str:
    if pending is None:
        return _(AGAIN) if needed else _("nobody")
    confirmed = pending.further.state == NamingState.CONFIRMED.value
    return _("the supervisor") if confirmed else _("the second person of the owner")


@dataclass(frozen=True)
class FurtherRecord:
    """A further request that was agreed to, as everybody reads it."""

    serial: int
    cause: str
    reason: str
    asked_at: datetime
    agreed_at: datetime | None


def further_record(lot: Lot) -> list[FurtherRecord]:
    """The further requests of a lot that were agreed to, in order: each an incident of the public record."""
    rows = FurtherNaming.objects.filter(request__lot=lot, state=NamingState.AGREED.value).order_by("serial")
    return [
        FurtherRecord(row.serial, _(label(FurtherCause(row.cause))), row.reason, row.at, row.decided_at)
        for row in rows
    ]
