"""What the reasons of a receipt's state mean, in words for its payer and for the desk; no word names anybody."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop as _

WRONG_PAYER: Final = frozenset({"payer_name", "payer_name_missing", "payer_account", "payer_account_missing"})
"""The payment did not come from the bidder's own (basic) account (条26); it goes back and is to be paid again."""

REASONS: Final[Mapping[str, str]] = {
    "late": _("booked by the bank after the deadline"),
    "booked_day_only": _("the bank gives the day of the deadline without an hour"),
    "booking_missing": _("the bank gives no booking day"),
    "currency": _("in another currency"),
    "payer_name": _("the payer has another name"),
    "payer_name_missing": _("the bank names no payer"),
    "payer_account": _("not from the basic account"),
    "payer_account_missing": _("the bank names no account of the payer"),
    "not_itemised": _("the bank booked several payments as one sum"),
    "reversal": _("the bank takes a payment back"),
    "reversed": _("taken back by the bank"),
    "reversal_of_unknown": _("the bank takes back a payment that is not found"),
    "paid_before": _("the security was paid before"),
    "amount_over": _("more than is asked"),
    "several_lots": _("as much as for several lots"),
    "amount_short": _("less than is asked"),
    "fee_deducted": _("a bank took its fee out of the sum"),
    "no_sub_account": _("no sub-account is named"),
    "no_such_sub_account": _("the sub-account named does not exist"),
    "not_booked": _("not yet booked by the bank"),
    "debit": _("money that went out"),
    "former_name": _("paid under a former name"),
    "split_payment": _("paid in parts"),
    "by_people": _("decided by two people"),
    "other": _("to be looked at by people"),
}
