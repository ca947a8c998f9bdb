"""States of bid security: money received, guarantees, refunds, forfeitures, and acts that take two people."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop

from kernel.transitions import Table, Transition


class PaymentState(StrEnum):
    """A receipt of money as the bank booked it, against what is expected on its sub-account."""

    UNMATCHED = "unmatched"  # 待核: no sub-account of ours is named
    MATCHED = "matched"  # 已到账
    SUSPICIOUS = "suspicious"  # 有疑: another payer, another account, another currency, a day without an hour
    LATE = "late"  # 迟到
    SHORT = "short"  # 不足
    OVER = "over"  # 超额
    DUPLICATE = "duplicate"  # 重复
    RETURNED = "returned"  # 已退
    BOUNCED = "bounced"  # 退款失败: it came back, and is due again
    FORFEITED = "forfeited"  # 不予退还


class PaymentAction(StrEnum):
    """What moves a receipt: the rules when it comes in, two people by hand, the bank, a decision."""

    MATCH = "match"
    DOUBT = "doubt"
    FIND_LATE = "find_late"
    FIND_SHORT = "find_short"
    FIND_OVER = "find_over"
    FIND_DUPLICATE = "find_duplicate"
    LOSE = "lose"  # a correction of the bank names no sub-account of ours any more
    RETURN = "return"
    BOUNCE = "bounce"
    FORFEIT = "forfeit"


_P = PaymentState
_OPEN = frozenset({_P.UNMATCHED, _P.SUSPICIOUS, _P.LATE, _P.SHORT, _P.OVER, _P.DUPLICATE})
_HELD = _OPEN | {_P.MATCHED}
PAYMENT: Table[PaymentAction, PaymentState] = {
    PaymentAction.MATCH: Transition(_OPEN, _P.MATCHED),
    PaymentAction.DOUBT: Transition(_HELD, _P.SUSPICIOUS),
    PaymentAction.FIND_LATE: Transition(_HELD, _P.LATE),
    PaymentAction.FIND_SHORT: Transition(_HELD, _P.SHORT),
    PaymentAction.FIND_OVER: Transition(_HELD, _P.OVER),
    PaymentAction.FIND_DUPLICATE: Transition(_HELD, _P.DUPLICATE),
    PaymentAction.LOSE: Transition(_HELD, _P.UNMATCHED),
    PaymentAction.RETURN: Transition(_HELD | {_P.BOUNCED}, _P.RETURNED),
    PaymentAction.BOUNCE: Transition(frozenset({_P.RETURNED}), _P.BOUNCED),
    PaymentAction.FORFEIT: Transition(frozenset({_P.MATCHED, _P.BOUNCED}), _P.FORFEITED),
}


class LineKind(StrEnum):
    """What a line of a bank statement is for the books."""

    RECEIPT = "receipt"  # money comes in, to be matched
    REFUND = "refund"  # an order of ours is paid out
    BOUNCE = "bounce"  # an order of ours comes back
    REVERSAL = "reversal"  # the bank takes a receipt back
    TRANSFER = "transfer"  # a forfeited sum goes to the owner
    INTEREST = "interest"  # the bank credits interest
    FEE = "fee"  # the bank takes a fee
    OTHER = "other"  # a person must say what it is


NO_DEPOSIT = (LineKind.FEE, LineKind.INTEREST, LineKind.TRANSFER)
"""What two people may say that a line is which is no deposit; TRANSFER answers an order of ours."""
OPEN_KINDS = frozenset({LineKind.OTHER, LineKind.BOUNCE, LineKind.REVERSAL})
"""Kinds of lines other than receipts which wait for people while their money stands in suspense."""


class ProposalState(StrEnum):
    """An act that takes two people: proposed by one, confirmed or refused by another."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ProposalAction(StrEnum):
    """What the second person does."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


_Q = ProposalState
PROPOSAL: Table[ProposalAction, ProposalState] = {
    ProposalAction.CONFIRM: Transition(frozenset({_Q.PROPOSED}), _Q.CONFIRMED),
    ProposalAction.REFUSE: Transition(frozenset({_Q.PROPOSED}), _Q.REFUSED),
}


class RefundState(StrEnum):
    """One sum on its way back to the account it came from."""

    DUE_BACK = "due_back"  # 待退
    HELD = "held"  # 冻结: an objection, a complaint, an order
    PROPOSED = "proposed"  # the maker has put it on a list
    APPROVED = "approved"  # the checker has approved the list
    PAYING = "paying"  # 退款中: the order is with the bank
    BOUNCED = "bounced"  # 退款失败
    RETURNED = "returned"  # 已退: read back from the statement
    DROPPED = "dropped"  # no longer due: the sum was forfeited, or the bank took the receipt back


class RefundAction(StrEnum):
    """What moves a refund."""

    HOLD = "hold"
    LIFT = "lift"
    PROPOSE = "propose"
    REFUSE = "refuse"
    APPROVE = "approve"
    SEND = "send"
    PAY = "pay"
    BOUNCE = "bounce"
    DROP = "drop"


_R = RefundState
REFUND: Table[RefundAction, RefundState] = {
    RefundAction.HOLD: Transition(frozenset({_R.DUE_BACK, _R.PROPOSED, _R.APPROVED, _R.BOUNCED}), _R.HELD),
    RefundAction.LIFT: Transition(frozenset({_R.HELD}), _R.DUE_BACK),
    RefundAction.PROPOSE: Transition(frozenset({_R.DUE_BACK, _R.BOUNCED}), _R.PROPOSED),
    RefundAction.REFUSE: Transition(frozenset({_R.PROPOSED}), _R.DUE_BACK),
    RefundAction.APPROVE: Transition(frozenset({_R.PROPOSED}), _R.APPROVED),
    RefundAction.SEND: Transition(frozenset({_R.APPROVED}), _R.PAYING),
    RefundAction.PAY: Transition(frozenset({_R.PAYING}), _R.RETURNED),
    RefundAction.BOUNCE: Transition(frozenset({_R.PAYING, _R.RETURNED}), _R.BOUNCED),
    RefundAction.DROP: Transition(frozenset({_R.DUE_BACK, _R.HELD, _R.BOUNCED}), _R.DROPPED),
}


class GuaranteeState(StrEnum):
    """A guarantee or insurance bond handed in as bid security."""

    REGISTERED = "registered"  # 已登记
    VERIFIED = "verified"  # 已核验
    FAILED = "failed"  # 核验失败
    RELEASED = "released"  # 已解除
    CLAIMED = "claimed"  # 已索赔


class GuaranteeAction(StrEnum):
    """What moves a guarantee."""

    VERIFY = "verify"
    FAIL = "fail"
    RELEASE = "release"
    CLAIM = "claim"


_G = GuaranteeState
GUARANTEE: Table[GuaranteeAction, GuaranteeState] = {
    GuaranteeAction.VERIFY: Transition(frozenset({_G.REGISTERED, _G.FAILED}), _G.VERIFIED),
    GuaranteeAction.FAIL: Transition(frozenset({_G.REGISTERED, _G.VERIFIED}), _G.FAILED),
    GuaranteeAction.RELEASE: Transition(frozenset({_G.REGISTERED, _G.VERIFIED, _G.FAILED}), _G.RELEASED),
    GuaranteeAction.CLAIM: Transition(frozenset({_G.VERIFIED}), _G.CLAIMED),
}


class BookAccount(StrEnum):
    """The accounts of the books; debit is positive, so all postings of one act sum to zero."""

    BANK = "bank"  # what the bank holds for us
    SUSPENSE = "suspense"  # received, not yet anybody's security
    SECURITY = "security"  # owed to the payer of a sub-account
    RETURNING = "returning"  # ordered back, not yet seen on a statement
    FORFEITED = "forfeited"  # owed to the owner by a decision
    INTEREST = "interest"  # credited by the bank, owed with refunds
    FEES = "fees"  # taken by the bank
    OPENING = "opening"  # what was there when the books began


TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "payment": PAYMENT,
    "proposal": PROPOSAL,
    "refund": REFUND,
    "guarantee": GUARANTEE,
}
FINAL: Mapping[str, frozenset[Any]] = {
    "payment": frozenset({_P.FORFEITED}),
    "proposal": frozenset({_Q.CONFIRMED, _Q.REFUSED}),
    "refund": frozenset({_R.DROPPED}),
    "guarantee": frozenset({_G.RELEASED, _G.CLAIMED}),
}
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    PaymentState: {
        _P.UNMATCHED: gettext_noop("Received, not matched"),
        _P.MATCHED: gettext_noop("Booked"),
        _P.SUSPICIOUS: gettext_noop("In doubt"),
        _P.LATE: gettext_noop("Booked late"),
        _P.SHORT: gettext_noop("Too little"),
        _P.OVER: gettext_noop("Too much"),
        _P.DUPLICATE: gettext_noop("Paid twice"),
        _P.RETURNED: gettext_noop("Paid back"),
        _P.BOUNCED: gettext_noop("Refund failed"),
        _P.FORFEITED: gettext_noop("Not returned"),
    },
    ProposalState: {
        _Q.PROPOSED: gettext_noop("Waits for the second person"),
        _Q.CONFIRMED: gettext_noop("Confirmed by a second person"),
        _Q.REFUSED: gettext_noop("Refused by the second person"),
    },
    RefundState: {
        _R.DUE_BACK: gettext_noop("Due back"),
        _R.HELD: gettext_noop("On hold"),
        _R.PROPOSED: gettext_noop("On a refund list"),
        _R.APPROVED: gettext_noop("Refund approved"),
        _R.PAYING: gettext_noop("Being paid back"),
        _R.BOUNCED: gettext_noop("Refund failed"),
        _R.RETURNED: gettext_noop("Paid back"),
        _R.DROPPED: gettext_noop("No refund due"),
    },
    GuaranteeState: {
        _G.REGISTERED: gettext_noop("Registered, not yet verified"),
        _G.VERIFIED: gettext_noop("Guarantee verified"),
        _G.FAILED: gettext_noop("Verification failed"),
        _G.RELEASED: gettext_noop("Guarantee released"),
        _G.CLAIMED: gettext_noop("Guarantee called"),
    },
}
