"""What people, the clock and the bank do with bid security, one file per act."""

from bidding.services.security.collecting_account_open import collecting_account_open
from bidding.services.security.sub_account_issue import sub_account_issue

__all__ = ["collecting_account_open", "sub_account_issue"]
