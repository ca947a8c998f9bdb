"""From which accounts the securities of an opened lot came: for the auditor and the competent supervisor, read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from bidding.policies.security import may_read_payers
from bidding.selectors.changes import read_out
from bidding.selectors.hall import hall as hall_of
from bidding.selectors.hall import lot_in_hall
from bidding.selectors.security.after_opening import same_payers
from bidding.selectors.security.own import own
from bidding.selectors.security_pages.bidder import received
from bidding.selectors.security_pages.opened import bidders
from bidding.selectors.security_pages.shapes import Received
from kernel.errors import NotFound, NotPermitted
from kernel.policies import require
from trading.models import Lot


@dataclass(frozen=True)
class Payer:
    """One bidder's payments, as the bank gave them."""

    name: str
    code: str
    lines: Sequence[Received]


@dataclass(frozen=True)
class PayersPage:
    """The payers of a lot, and accounts that paid for several of its bidders."""

    lot: Lot
    hall: Any
    payers: Sequence[Payer]
    same: Sequence[tuple[str, str]]


def payers_page(number: str, no: int, actor: Actor, at: datetime) -> PayersPage:
    """The page; NotPermitted for whoever neither audits nor supervises this lot, NotFound until the lines are read out.

    After too few bids it is never there (条44): nobody's name is shown.
    """
    require(may_read_payers(actor))
    lot = lot_in_hall(number, no)
    competent = actor.organisation == lot.tender.project.supervisor_id
    if Role.AUDITOR not in actor.roles and not competent:
        raise NotPermitted("not_yours", _("Only the competent supervisor may see this."))
    if not read_out(lot):
        raise NotFound("not_read_out", _("Security is shown once the lines have been read out."))
    rows = [
        Payer(one.name, one.code, [received(line) for line in own(lot, one.pk).lines]) for one in bidders(lot)
    ]
    same = [(", ".join(one.bidders), one.payer_account) for one in same_payers(lot, actor)]
    return PayersPage(lot, hall_of(number, no, at), rows, same)
