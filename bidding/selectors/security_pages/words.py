"""Words of bid security: forms, shapes of states, reasons the rules give, how interest comes about."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from bidding.rules.receipt_words import REASONS
from bidding.selectors.security_pages.shapes import Word
from bidding.states.security import (
    LABELS,
    BookAccount,
    GuaranteeState,
    PaymentState,
    ProposalState,
    RefundState,
)

FORM_WORDS: Mapping[str, Any] = {
    "transfer": gettext_lazy("transfer"),
    "guarantee": gettext_lazy("bank guarantee"),
    "e_guarantee": gettext_lazy("electronic guarantee"),
    "insurance": gettext_lazy("surety insurance"),
    "cheque": gettext_lazy("cheque"),
    "draft": gettext_lazy("bank draft"),
    "cash": gettext_lazy("cash"),
}
PAYMENT_SHAPES: Mapping[Enum, str] = {
    PaymentState.MATCHED: "done",
    PaymentState.SUSPICIOUS: "fail",
    PaymentState.LATE: "fail",
    PaymentState.SHORT: "fail",
    PaymentState.OVER: "soon",
    PaymentState.DUPLICATE: "soon",
    PaymentState.RETURNED: "done",
    PaymentState.BOUNCED: "fail",
    PaymentState.FORFEITED: "stop",
}
REFUND_SHAPES: Mapping[Enum, str] = {
    RefundState.DUE_BACK: "soon",
    RefundState.HELD: "stop",
    RefundState.BOUNCED: "fail",
    RefundState.RETURNED: "done",
    RefundState.DROPPED: "stop",
}
GUARANTEE_SHAPES: Mapping[Enum, str] = {
    GuaranteeState.VERIFIED: "done",
    GuaranteeState.FAILED: "fail",
    GuaranteeState.RELEASED: "done",
    GuaranteeState.CLAIMED: "stop",
}
PROPOSAL_SHAPES: Mapping[Enum, str] = {ProposalState.CONFIRMED: "done", ProposalState.REFUSED: "fail"}
BOOK_WORDS: Mapping[BookAccount, str] = {
    BookAccount.BANK: gettext_noop("At the bank"),
    BookAccount.SUSPENSE: gettext_noop("Received, nobody’s security yet"),
    BookAccount.SECURITY: gettext_noop("Owed to those who paid"),
    BookAccount.RETURNING: gettext_noop("Ordered back, not yet on a statement"),
    BookAccount.FORFEITED: gettext_noop("Owed to owners by decision"),
    BookAccount.INTEREST: gettext_noop("Interest of the bank"),
    BookAccount.FEES: gettext_noop("Fees of the bank"),
    BookAccount.OPENING: gettext_noop("There when the books began"),
}


def word_of(state: Enum, shapes: Mapping[Enum, str]) -> Word:
    """A state as people read it."""
    return Word(_(LABELS[type(state)][state]), shapes.get(state, "wait"))


def reason_words(reasons: Sequence[Any]) -> list[str]:
    """What the rules say of a line or a guarantee, in the reader's language; a code without words stands as it is."""
    return [_said(reason) for reason in reasons]


def _said(reason: Any) -> str:
    if isinstance(reason, Mapping):
        text, data = str(reason.get("message") or reason.get("code", "")), reason.get("data", {})
        return _(text) % data if data else _(text)
    return _(REASONS.get(str(reason), str(reason)))


def defect_words(defects: Sequence[str]) -> list[str]:
    """What is not as the tender asks of a guarantee."""
    return [_(DEFECTS.get(code, code)) for code in defects]


DEFECTS: Mapping[str, str] = {
    "form_not_accepted": gettext_noop("This lot does not take this kind. See the terms for those it takes."),
    "number_missing": gettext_noop("The number is missing. Write it as printed."),
    "issuer_missing": gettext_noop("The issuer is missing."),
    "beneficiary_differs": gettext_noop(
        "It is not in favour of the owner of this tender. Have it issued to the owner’s full name."
    ),
    "currency_differs": gettext_noop("It is in another currency."),
    "amount_short": gettext_noop("It is for less than asked."),
    "valid_from_missing": gettext_noop("The day it begins is missing."),
    "valid_from_late": gettext_noop("It begins after the deadline."),
    "valid_until_missing": gettext_noop("The day it ends is missing."),
    "valid_until_early": gettext_noop("It ends before the bids do. Have it extended."),
}
"""What may be wrong with a guarantee (``bidding.rules.bank.guarantees``), with what to do."""


KINDS: Mapping[str, str] = {
    "opening": gettext_noop("Balance when the books began"),
    "receipt": gettext_noop("Payment in"),
    "refund": gettext_noop("Paid back"),
    "bounce": gettext_noop("Payment out came back"),
    "reversal": gettext_noop("Payment in taken back by the bank"),
    "transfer": gettext_noop("To the owner by decision"),
    "interest": gettext_noop("Interest of the bank"),
    "fee": gettext_noop("Fee of the bank"),
    "other": gettext_noop("Other movement"),
}
"""Kinds of acts in the books in words; one without words stands as it is."""


def kind_word(kind: str) -> str:
    """The kind of an act as people read it."""
    return _(KINDS.get(kind, kind))


def formula_words(steps: Sequence[str], *, zh: bool) -> list[str]:
    """How the interest of a refund comes about: the sum with its days, in the reader's language, and the rate table."""
    if len(steps) < 4:
        return [str(step) for step in steps]
    _figures, chinese, english, table = steps[:4]
    return [chinese if zh else english, table]
