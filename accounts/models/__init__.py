"""Tables of people and organisations: fields and named constraints, no workflow."""

from accounts.models.keys import Mandate, SigningKey
from accounts.models.notes import Follow, Inquiry, OrganisationChange
from accounts.models.organisations import (
    BasicAccount,
    Organisation,
    OrganisationDefect,
    OrganisationName,
    OrganisationRecord,
    OrganisationReview,
)
from accounts.models.outbox import Outbox
from accounts.models.people import Membership, Person, StaffSession
from accounts.models.requests import Invitation, KeyLoss, KeyRequest

__all__ = [
    "BasicAccount",
    "Follow",
    "Inquiry",
    "Invitation",
    "KeyLoss",
    "KeyRequest",
    "Mandate",
    "Membership",
    "Organisation",
    "OrganisationChange",
    "OrganisationDefect",
    "OrganisationName",
    "OrganisationRecord",
    "OrganisationReview",
    "Outbox",
    "Person",
    "SigningKey",
    "StaffSession",
]
