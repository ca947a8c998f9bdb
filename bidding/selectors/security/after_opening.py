"""What may be seen of payers once names are public: two bidders of a lot paid from one account (条40(六)).

Until then the comparison is made by marks under a key and shown to nobody; after a lot that failed it never is.
"""

from collections import defaultdict
from dataclasses import dataclass

from accounts.actors import Actor
from bidding import policies
from bidding.models.security import BankLine
from bidding.selectors import lots
from bidding.states.security import LineKind
from kernel.policies import require
from trading.models import Lot


@dataclass(frozen=True)
class SamePayer:
    """One account that paid for several bidders of a lot: evidence to be looked at, never a verdict.

    ``payments`` are (bidder, sub-account, line): whose security it was to be, and the line as the bank gave it.
    """

    payer_account: str
    payments: tuple[tuple[str, str, BankLine], ...]

    @property
    def bidders(self) -> tuple[str, ...]:
        """The bidders it paid for."""
        return tuple(sorted({name for name, _number, _line in self.payments}))


def same_payers(lot: Lot, actor: Actor) -> list[SamePayer]:
    """Accounts that paid for more than one bidder of this lot, whatever became of the payments.

    NotPermitted while ``may_see_set`` and ``may_read_record`` say no: before the opening, and for good after a failure.
    """
    state = lots.opening_state(lot)
    require(policies.may_read_record(actor, state))
    require(policies.security.may_read_payers(actor))
    found: dict[str, list[BankLine]] = defaultdict(list)
    rows = BankLine.objects.filter(
        sub_account__lot=lot, kind=LineKind.RECEIPT.value, corrected_by__isnull=True
    ).exclude(mark="")
    for row in rows.select_related("sub_account__organisation").order_by("booked_on", "id"):
        found[row.mark].append(row)
    return [
        SamePayer(group[0].payer_account, tuple(_payment(row) for row in group))
        for group in found.values()
        if len({row.sub_account.organisation_id for row in group if row.sub_account}) > 1
    ]


def _payment(row: BankLine) -> tuple[str, str, BankLine]:
    assert row.sub_account is not None
    return row.sub_account.organisation.name, row.sub_account.number, row
