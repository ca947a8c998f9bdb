"""The shapes of what bidders, finance people, owners and supervisors write about bid security."""

from bidding.forms.security.bidder import AnnualAccountForm, GuaranteeForm
from bidding.forms.security.finance import (
    BankFileForm,
    DecisionForm,
    GuaranteeCheckForm,
    PayeeForm,
    ProposalForm,
    RefundListForm,
    RefundOrderForm,
)
from bidding.forms.security.opened import ForfeitureForm, HoldForm

__all__ = [
    "AnnualAccountForm",
    "BankFileForm",
    "DecisionForm",
    "ForfeitureForm",
    "GuaranteeCheckForm",
    "GuaranteeForm",
    "HoldForm",
    "PayeeForm",
    "ProposalForm",
    "RefundListForm",
    "RefundOrderForm",
]
