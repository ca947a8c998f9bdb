"""Tell a bidder, at once and alone, what became of its payment and what to do (journeys, rows 12 and 13)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from accounts.services import notify_each
from bidding.rules.bank.matching import BEIJING
from bidding.rules.receipt_words import REASONS, WRONG_PAYER
from bidding.services.security.receipts_decide import Changed
from bidding.states.security import PaymentState

SILENT = frozenset({PaymentState.RETURNED.value, PaymentState.FORFEITED.value, PaymentState.UNMATCHED.value})


def payers_tell(changed: Iterable[Changed], at: datetime) -> None:
    """One message for each receipt with a new state: booked, from the wrong payer, or what else is wrong with it.

    It holds the amount and times alone: on a lock screen it must not say for which tender somebody pays.
    """
    messages: dict[str, list[tuple[UUID, dict[str, object]]]] = defaultdict(list)
    for one in changed:
        if one.row.state not in SILENT:
            event, data = _message(one)
            messages[event].append((one.expected.sub_account.organisation_id, data))
    for event, told in messages.items():
        notify_each(event=event, told=told, at=at)


def _message(one: Changed) -> tuple[str, dict[str, object]]:
    row, deadline = one.row, one.expected.deadline
    booked = (
        row.booked_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if row.booked_at else row.booked_on
    )
    data: dict[str, object] = {"amount": f"{row.amount:.2f}"}
    if row.state == PaymentState.MATCHED.value:
        return "deposit_booked", data | {"booked": booked}
    if set(row.reasons) & WRONG_PAYER and deadline is not None:
        return "deposit_wrong_payer", data | {"deadline_at": deadline}
    said = next((reason for reason in row.reasons if reason in REASONS), "other")
    return "deposit_doubt", data | {
        "booked": booked,
        "reason": _word(said, "zh-hans"),
        "reason_en": _word(said, "en"),
    }


def _word(reason: str, language: str) -> str:
    with translation.override(language):
        return gettext(REASONS[reason])
