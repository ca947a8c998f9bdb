"""A tenderer's own part in the hall: its bid, its line as read out, its objections. Nobody else's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding import policies
from bidding.models import Bid, LineConfirmation, Opening, OpeningObjection, SealCheck, Statement
from bidding.selectors.causes import SILENT, statement_until
from bidding.selectors.hall import hall, lot_in_hall
from bidding.selectors.hall_log import PHASED
from bidding.selectors.hall_shapes import Hall, Read
from bidding.selectors.seats import own_bid
from bidding.selectors.set_proof import holders
from bidding.states import BidState, OpeningState, label
from kernel.errors import NotFound
from kernel.policies import require


@dataclass(frozen=True)
class OwnHall:
    """The page of one tenderer."""

    hall: Hall
    bid: Bid
    word: str
    in_set: bool
    line: Read | None
    confirmed_at: datetime | None
    objections: Sequence[OpeningObjection]
    may_confirm: bool
    may_object: bool
    sealed_at: datetime | None
    statements: Sequence[Statement]
    statement_until: datetime | None
    may_state: bool
    may_check: bool


def own_hall(number: str, no: int, actor: Actor, at: datetime) -> OwnHall:
    """One's own part; NotFound for who has no bid at this lot."""
    lot = lot_in_hall(number, no)
    require(policies.may_take_part(actor))
    opening = Opening.objects.filter(lot=lot).select_related("close", "lot__tender__project").first()
    closed = [row["ev"] for row in opening.close.body["bids"]] if opening and opening.close else []
    bid = Bid.objects.filter(lot=lot, organisation=actor.organisation, ev__in=closed).first()
    bid = bid or own_bid(lot, actor.organisation)
    if bid is None:
        raise NotFound("bid", _("Your organisation has no bid here."))
    seen = hall(number, no, at)
    place = closed.index(bid.ev) if bid.ev in closed else -1
    line = seen.rows[place] if seen.named and place >= 0 else None
    kept = LineConfirmation.objects.filter(bid=bid).first()
    checked = SealCheck.objects.filter(bid=bid).first()
    until = statement_until(bid, opening) if opening else None
    silent = BidState(bid.state) in SILENT and opening is not None and opening.factors_ended_at is not None
    running = bool(closed) and not seen.over
    return OwnHall(
        hall=seen,
        bid=bid,
        word=_(label(BidState(bid.state))),
        in_set=place >= 0,
        line=line,
        confirmed_at=kept.at if kept else None,
        objections=list(OpeningObjection.objects.filter(lot=lot, organisation=actor.organisation)),
        may_confirm=seen.phase is OpeningState.REVEALED
        and line is not None
        and line.price is not None
        and kept is None,
        may_object=running and place >= 0,
        sealed_at=checked.at if checked else None,
        statements=list(Statement.objects.filter(bid=bid)),
        statement_until=until if silent and until else None,
        may_check=seen.phase in PHASED
        and policies.may_check_set(actor, seen.phase, holders(lot, actor.organisation)).allowed,
        may_state=silent and until is not None and at <= until and not seen.over,
    )
