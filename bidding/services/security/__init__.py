"""What people, the clock and the bank do with bid security, one file per act."""

from bidding.services.security.annual import annual_account_issue, annual_free, annual_use
from bidding.services.security.collecting_account_open import collecting_account_open
from bidding.services.security.guarantees import (
    guarantee_check,
    guarantee_check_decide,
    guarantee_register,
    guarantee_verify,
    guarantees_follow,
)
from bidding.services.security.holds import hold_lift, hold_place
from bidding.services.security.line_propose import Part, line_propose
from bidding.services.security.proposal_decide import proposal_decide
from bidding.services.security.refund_lists import refund_list_decide, refund_list_make, refund_list_send
from bidding.services.security.refunds import contract_signed, refunds_due
from bidding.services.security.statement_import import Imported, statement_import
from bidding.services.security.sub_account_issue import sub_account_issue

__all__ = [
    "Imported",
    "Part",
    "annual_account_issue",
    "annual_free",
    "annual_use",
    "collecting_account_open",
    "contract_signed",
    "guarantee_check",
    "guarantee_check_decide",
    "guarantee_register",
    "guarantee_verify",
    "guarantees_follow",
    "hold_lift",
    "hold_place",
    "line_propose",
    "proposal_decide",
    "refund_list_decide",
    "refund_list_make",
    "refund_list_send",
    "refunds_due",
    "statement_import",
    "sub_account_issue",
]
