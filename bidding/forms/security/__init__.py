"""The shapes of what bidders, finance people, owners and supervisors write about bid security."""

from bidding.forms.security.bidder import AnnualForm, GuaranteeForm
from bidding.forms.security.finance import (
    BankFileForm,
    DecisionForm,
    ProposalForm,
    RefundListForm,
    RefundOrderForm,
)
from bidding.forms.security.opened import ForfeitureForm, HoldForm

__all__ = [
    "AnnualForm",
    "BankFileForm",
    "DecisionForm",
    "ForfeitureForm",
    "GuaranteeForm",
    "HoldForm",
    "ProposalForm",
    "RefundListForm",
    "RefundOrderForm",
]
