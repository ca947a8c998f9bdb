"""Bid security: money and guarantees. Who paid, and how many, is secret until the opening (法22, decision 10)."""

from bidding.models.security.accounts import AnnualUse, CollectingAccount, SubAccount
from bidding.models.security.bank import BankFile, BankLine, MatchProposal
from bidding.models.security.books import Journal, Posting
from bidding.models.security.guarantees import Guarantee
from bidding.models.security.returns import Forfeiture, Hold, PayeeProof, Refund, RefundList
from bidding.models.security.validity import ValidityAnswer

__all__ = [
    "AnnualUse",
    "BankFile",
    "BankLine",
    "CollectingAccount",
    "Forfeiture",
    "Guarantee",
    "Hold",
    "Journal",
    "MatchProposal",
    "PayeeProof",
    "Posting",
    "Refund",
    "RefundList",
    "SubAccount",
    "ValidityAnswer",
]
