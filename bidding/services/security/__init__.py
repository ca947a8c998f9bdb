"""What people, the clock and the bank do with bid security, one file per act."""

from bidding.services.security.annual import annual_account_issue, annual_free, annual_use
from bidding.services.security.annual_return import annual_return
from bidding.services.security.collecting_account_open import collecting_account_open
from bidding.services.security.forfeitures import forfeiture_decide, forfeiture_propose
from bidding.services.security.guarantees import (
    guarantee_check,
    guarantee_check_decide,
    guarantee_register,
    guarantee_release,
    guarantee_verify,
    guarantees_follow,
)
from bidding.services.security.holds import hold_lift, hold_place
from bidding.services.security.line_propose import line_propose
from bidding.services.security.lot_receipts_decide import lot_receipts_decide, receipts_follow
from bidding.services.security.payees import payee_decide, payee_propose
from bidding.services.security.proposal_decide import proposal_decide
from bidding.services.security.read_back import line_settle
from bidding.services.security.refund_lists import refund_list_decide, refund_list_make, refund_list_send
from bidding.services.security.refunds import (
    award_notified,
    contract_signed,
    lot_security_return,
    refunds_due,
    validity_refused,
)
from bidding.services.security.statement_import import Imported, statement_import
from bidding.services.security.sub_account_issue import sub_account_issue

__all__ = [
    "Imported",
    "annual_account_issue",
    "annual_free",
    "annual_return",
    "annual_use",
    "award_notified",
    "collecting_account_open",
    "contract_signed",
    "forfeiture_decide",
    "forfeiture_propose",
    "guarantee_check",
    "guarantee_check_decide",
    "guarantee_register",
    "guarantee_release",
    "guarantee_verify",
    "guarantees_follow",
    "hold_lift",
    "hold_place",
    "line_propose",
    "line_settle",
    "lot_receipts_decide",
    "lot_security_return",
    "payee_decide",
    "payee_propose",
    "proposal_decide",
    "receipts_follow",
    "refund_list_decide",
    "refund_list_make",
    "refund_list_send",
    "refunds_due",
    "statement_import",
    "sub_account_issue",
    "validity_refused",
]
