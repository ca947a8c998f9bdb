"""What every way of giving security asks first: documents taken, a lot that takes bids, a form it names."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from kernel.errors import NotPermitted, RuleBroken, StateConflict
from trading import selectors as trading
from trading.models import DocumentTaker, Lot
from trading.states import TAKES_BIDS, LotState


def takes_security(lot: Lot, organisation: UUID, form: str, at: datetime) -> None:
    """Refuse a security that cannot count for this bidder: see ``guarantee_register`` for the codes."""
    if not DocumentTaker.objects.filter(tender=lot.tender_id, organisation=organisation).exists():
        raise NotPermitted("documents_first", _("Take the documents first; then you can give a security."))
    if LotState(lot.state) not in TAKES_BIDS:
        raise StateConflict("no_bids_now", _("This lot takes no bids now."))
    if at >= trading.times_in_force(lot).close_at:
        raise StateConflict(
            "deadline_passed", _("The deadline has passed; a security given now would be late.")
        )
    if lot.deposit_amount <= 0:
        raise RuleBroken("no_deposit", _("This lot asks for no bid security."))
    if form not in lot.deposit_forms:
        raise RuleBroken("security_form", _("This form of security is not among those the documents name."))
