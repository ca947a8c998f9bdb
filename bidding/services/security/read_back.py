"""What lines that are no receipts mean for orders of ours; their money stands in SUSPENSE when this is asked."""

from datetime import datetime

from accounts.actors import Actor
from bidding.models.security import BankLine


def line_settle(*, line: BankLine, actor: Actor, at: datetime) -> bool:  # noqa: ARG001
    """Whether a debit or a credit that reverses belongs to an order of ours; the caller has locked the account's row.

    False leaves the line as it is, for a person to say what it is.
    """
    return False
