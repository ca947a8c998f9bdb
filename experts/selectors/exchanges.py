"""Officers of a draw changed before its header is signed: what is proposed, what was changed, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.models import (
    Draw,
    DrawOfficer,
    DrawSeatTaken,
    OfficerExchange,
    OfficerExchanged,
    OfficerExchangeRefused,
)
from experts.policies.draw import may_agree_exchange, may_propose_exchange, may_sign_header
from experts.selectors.draw_pack import UNSIGNED
from experts.selectors.draw_tables import EXCHANGES
from experts.selectors.draw_words import draw_word, said
from experts.selectors.draws import draw_get
from experts.selectors.pool import StateWord
from experts.states.draw import DrawState
from kernel.errors import StateConflict
from kernel.policies import require


@dataclass(frozen=True)
class Changed:
    """An officer that was changed: bodies and cause, never a person's name."""

    i: int
    at: datetime
    before: str
    after: str
    cause: str
    reason: str


@dataclass(frozen=True)
class ExchangePage:
    """The page of a change. ``pending`` is the proposal in force, to which ``may_agree`` this reader."""

    draw: Draw
    state: StateWord
    officers: Sequence[DrawOfficer]
    pending: OfficerExchange | None
    cause: str
    changes: Sequence[Changed]
    refusals: Sequence[OfficerExchangeRefused]
    may_propose: bool
    may_agree: bool


def taken_of(seat: DrawOfficer) -> DrawSeatTaken | None:
    """The acceptance of a seat by whoever holds it now; that of an officer who was changed no longer counts."""
    taken = DrawSeatTaken.objects.filter(seat=seat).first()
    if taken is None:
        return None
    since = OfficerExchanged.objects.filter(exchange__seat=seat, at__gte=taken.accepted_at)
    return None if since.exists() else taken


def pending_of(draw: Draw) -> OfficerExchange | None:
    """The proposal in force: the newest of a draw, unless it was agreed to or refused."""
    rows = OfficerExchange.objects.filter(seat__draw=draw).select_related(
        "seat__organisation", "seat__person", "organisation", "person"
    )
    last = rows.order_by("-entry__seq").first()
    return None if last is None or is_answered(last) else last


def is_answered(asked: OfficerExchange) -> bool:
    """Whether the supervisor has agreed to a proposal, or refused it."""
    return any(
        model.objects.filter(exchange=asked).exists() for model in (OfficerExchanged, OfficerExchangeRefused)
    )


def unsigned_required(draw: Draw) -> None:
    """StateConflict ``officers_fixed`` once the header is signed: it names the officers."""
    if DrawState(draw.state) not in UNSIGNED:
        text = _(
            "The header is signed and names the officers; they are not changed any more. If too few act, the "
            "draw can be ended and another serial begun."
        )
        raise StateConflict("officers_fixed", text)


def changes_of(draw: Draw) -> list[Changed]:
    """The officers of a draw that were changed, in order."""
    rows = OfficerExchanged.objects.filter(exchange__seat__draw=draw).order_by("entry__seq")
    return [
        Changed(
            i=row.exchange.seat.i,
            at=row.at,
            before=row.organisation.name,
            after=row.exchange.organisation.name,
            cause=said(EXCHANGES, row.exchange.cause),
            reason=row.exchange.reason,
        )
        for row in rows.select_related("organisation", "exchange__organisation", "exchange__seat")
    ]


def exchange_page(draw_id: UUID, actor: Actor) -> ExchangePage:
    """What operator and supervisor read of a change. StateConflict ``officers_fixed`` after the header."""
    draw = draw_get(draw_id)
    operates, supervisor = may_propose_exchange(actor).allowed, draw.lot.tender.project.supervisor_id
    if not operates:
        require(may_sign_header(actor, supervisor))
    unsigned_required(draw)
    pending = pending_of(draw)
    return ExchangePage(
        draw=draw,
        state=draw_word(draw),
        officers=list(draw.officers.select_related("organisation").order_by("i")),
        pending=pending,
        cause=said(EXCHANGES, pending.cause) if pending else "",
        changes=changes_of(draw),
        refusals=list(
            OfficerExchangeRefused.objects.filter(exchange__seat__draw=draw)
            .select_related("exchange__seat", "exchange__organisation")
            .order_by("entry__seq")
        ),
        may_propose=operates,
        may_agree=pending is not None and may_agree_exchange(actor, supervisor, pending.by_id).allowed,
    )
