"""Input shapes of the account pages and the sentences people read when something does not fit."""

from accounts.forms.base import DomainForm
from accounts.forms.desk import ReasonForm, ReviewForm, StaffSessionForm
from accounts.forms.keys import CertificateForm, KeyLossForm, KeyRequestForm, SignedForm
from accounts.forms.notes import FollowForm, InquiryForm, RegionForm
from accounts.forms.people import InvitationForm, MandateForm, MembershipForm
from accounts.forms.registration import (
    PARTS,
    AccountForm,
    CodeForm,
    ContactsForm,
    PaperForm,
    StartForm,
    UnitForm,
)

__all__ = [
    "PARTS",
    "AccountForm",
    "CertificateForm",
    "CodeForm",
    "ContactsForm",
    "DomainForm",
    "FollowForm",
    "InquiryForm",
    "InvitationForm",
    "KeyLossForm",
    "KeyRequestForm",
    "MandateForm",
    "MembershipForm",
    "PaperForm",
    "ReasonForm",
    "RegionForm",
    "ReviewForm",
    "SignedForm",
    "StaffSessionForm",
    "StartForm",
    "UnitForm",
]
