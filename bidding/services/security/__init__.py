"""What people, the clock and the bank do with bid security, one file per act."""

from bidding.services.security.collecting_account_open import collecting_account_open
from bidding.services.security.line_propose import line_propose
from bidding.services.security.lot_receipts_decide import lot_receipts_decide
from bidding.services.security.proposal_decide import proposal_decide
from bidding.services.security.statement_import import Imported, statement_import
from bidding.services.security.sub_account_issue import sub_account_issue

__all__ = [
    "Imported",
    "collecting_account_open",
    "line_propose",
    "lot_receipts_decide",
    "proposal_decide",
    "statement_import",
    "sub_account_issue",
]
