"""Lines and expectations as tests write them."""

from datetime import date, datetime
from decimal import Decimal

from bidding.rules.bank.lines import BankLine
from bidding.rules.bank.matching import ExpectedPayment

NAME = "某某建设(集团)有限公司"
ACCOUNT = "6222021001012345"
SUB = "V00017K2M9QXD"
DUE = datetime.fromisoformat("2026-11-27T16:00:00+08:00")


def credit(amount="20000.00", at="2026-11-27T10:00:00+08:00", **changes):
    """A credit on the sub-account from the right payer in time."""
    moment = datetime.fromisoformat(at) if at else None
    facts = {
        "amount": Decimal(amount),
        "currency": "CNY",
        "booked_at": moment,
        "booked_on": moment.date() if moment else date(2026, 11, 27),
        "payer_name": NAME,
        "payer_account": ACCOUNT,
        "payee_account": SUB,
        "account": "31001",
    }
    return BankLine(**{**facts, **changes})


def due(amount="20000.00", **changes):
    """What is due from the right payer."""
    facts = {
        "sub_account": SUB,
        "amount": Decimal(amount),
        "currency": "CNY",
        "due_at": DUE,
        "payer_name": NAME,
        "payer_account": ACCOUNT,
    }
    return ExpectedPayment(**{**facts, **changes})
