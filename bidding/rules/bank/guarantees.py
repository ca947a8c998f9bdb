"""Whether a guarantee or bond (保函, 保证保险) secures what the tender asks for (条例25-26; 中小企业款项支付条例13)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bidding.rules.bank.names import same_name

BEIJING: Final = ZoneInfo("Asia/Shanghai")
WARN_DAYS: Final = (30, 15, 7, 1)
"""Days before the end at which a guarantee that is still needed is called out (journeys 10.26)."""


@dataclass(frozen=True, slots=True)
class GuaranteeFacts:
    """What a guarantee says of itself. Days are inclusive: it holds from the first to the end of the last."""

    form: str
    number: str
    issuer: str
    beneficiary: str
    amount: Decimal
    currency: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """What the tender asks of security. ``deadline`` is aware; ``valid_until`` the last day of the bids' validity."""

    forms: frozenset[str]
    beneficiary: str
    amount: Decimal
    currency: str
    deadline: datetime
    valid_until: date


def check(guarantee: GuaranteeFacts, terms: TermsFacts) -> tuple[str, ...]:
    """Codes of everything that is not as the tender asks, in a fixed order; empty when the guarantee secures the bid.

    Codes: ``form_not_accepted``, ``number_missing``, ``issuer_missing``, ``beneficiary_differs``, ``currency_differs``,
    ``amount_short``, ``valid_from_missing``, ``valid_from_late`` (begins after the day of the deadline),
    ``valid_until_missing``, ``valid_until_early`` (ends before the bids do, 条例26).
    """
    deadline_on = terms.deadline.astimezone(BEIJING).date()
    faults = (
        ("form_not_accepted", guarantee.form not in terms.forms),
        ("number_missing", not guarantee.number.strip()),
        ("issuer_missing", not guarantee.issuer.strip()),
        ("beneficiary_differs", not same_name(guarantee.beneficiary, terms.beneficiary)),
        ("currency_differs", guarantee.currency != terms.currency),
        ("amount_short", guarantee.amount < terms.amount),
        ("valid_from_missing", guarantee.valid_from is None),
        ("valid_from_late", guarantee.valid_from is not None and guarantee.valid_from > deadline_on),
        ("valid_until_missing", guarantee.valid_until is None),
        (
            "valid_until_early",
            guarantee.valid_until is not None and guarantee.valid_until < terms.valid_until,
        ),
    )
    return tuple(code for code, found in faults if found)


def expiry(valid_until: date, on: date) -> int | None:
    """The nearest warning that is due on a day: 30, 15, 7 or 1 days or fewer are left, 0 when it has ended, else None.

    A warning stays due until the next one, so that a day without a run loses none.
    """
    left = (valid_until - on).days
    if left < 0:
        return 0
    return min((days for days in WARN_DAYS if left <= days), default=None)
