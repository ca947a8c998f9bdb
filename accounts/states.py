"""Enumerations and transition tables of people and organisations; nothing else.

Codes are stable and stored; the words people read come from the glossary (journeys, section 7).
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _

from kernel.transitions import Table, Transition


class Role(StrEnum):
    """What a person acts as; one column of the table of powers each."""

    OWNER = "owner"
    AGENCY = "agency"
    BIDDER = "bidder"
    OFFICER = "officer"
    INTAKE = "intake"
    WITNESS = "witness"
    FINANCE = "finance"
    POOL = "pool"
    CALLER = "caller"
    SYSADMIN = "sysadmin"
    SUPERVISOR = "supervisor"
    EXPERT = "expert"
    AUDITOR = "auditor"
    PUBLIC = "public"


class OrganisationKind(StrEnum):
    """What an organisation is registered as; one firm may be several, e.g. owner and bidder."""

    OWNER = "owner"
    AGENCY = "agency"
    BIDDER = "bidder"
    OFFICER_BODY = "officer_body"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"
    AUDIT = "audit"


class Power(StrEnum):
    """What a member may do for the organisation: its own people, its seals, its money, its answers."""

    MEMBERS = "members"
    SEAL = "seal"
    PAY = "pay"
    ANSWER = "answer"
    CONFIRM = "confirm"


class OrganisationState(StrEnum):
    """Registration of an organisation, from the first field to acceptance at the intake desk."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"


class OrganisationAction(StrEnum):
    """What moves a registration."""

    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    SUSPEND = "suspend"
    RESUME = "resume"


_O = OrganisationState
ORGANISATION: Table[OrganisationAction, OrganisationState] = {
    OrganisationAction.SUBMIT: Transition(frozenset({_O.DRAFT, _O.RETURNED}), _O.SUBMITTED),
    OrganisationAction.RETURN: Transition(frozenset({_O.SUBMITTED}), _O.RETURNED),
    OrganisationAction.ACCEPT: Transition(frozenset({_O.SUBMITTED}), _O.ACCEPTED),
    OrganisationAction.SUSPEND: Transition(frozenset({_O.ACCEPTED}), _O.SUSPENDED),
    OrganisationAction.RESUME: Transition(frozenset({_O.SUSPENDED}), _O.ACCEPTED),
}


class RecordKind(StrEnum):
    """The kinds of items in the register of subjects (主体库)."""

    QUALIFICATION = "qualification"
    SAFETY_LICENCE = "safety_licence"
    CONSTRUCTOR = "constructor"
    PERFORMANCE = "performance"


class MandatePower(StrEnum):
    """What an owner lets its agency do in one tender."""

    DRAFT = "draft"
    PUBLISH = "publish"
    CHAIR = "chair"
    ANSWER = "answer"


class MandateState(StrEnum):
    """A mandate counts only once both have signed it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REVOKED = "revoked"


class MandateAction(StrEnum):
    """What moves a mandate."""

    ACCEPT = "accept"
    REVOKE = "revoke"


_M = MandateState
MANDATE: Table[MandateAction, MandateState] = {
    MandateAction.ACCEPT: Transition(frozenset({_M.OFFERED}), _M.ACCEPTED),
    MandateAction.REVOKE: Transition(frozenset({_M.OFFERED, _M.ACCEPTED}), _M.REVOKED),
}


class KeyState(StrEnum):
    """A signing key: the private half is never here."""

    ACTIVE = "active"
    LOST = "lost"
    RETIRED = "retired"


class KeyAction(StrEnum):
    """What ends a key."""

    LOSE = "lose"
    RETIRE = "retire"


_K = KeyState
KEY: Table[KeyAction, KeyState] = {
    KeyAction.LOSE: Transition(frozenset({_K.ACTIVE}), _K.LOST),
    KeyAction.RETIRE: Transition(frozenset({_K.ACTIVE}), _K.RETIRED),
}


class KeyRequestState(StrEnum):
    """A member asks the registrar to certify a key."""

    PENDING = "pending"
    CERTIFIED = "certified"
    REFUSED = "refused"


class KeyLossState(StrEnum):
    """A report that a key is lost; it counts once registrar and supervisor have both signed."""

    REPORTED = "reported"
    ENTERED = "entered"
    REFUSED = "refused"


class RequestAction(StrEnum):
    """What the desk does with a request or a report."""

    CERTIFY = "certify"
    REFUSE = "refuse"


_Q, _E = KeyRequestState, KeyLossState
KEY_REQUEST: Table[RequestAction, KeyRequestState] = {
    RequestAction.CERTIFY: Transition(frozenset({_Q.PENDING}), _Q.CERTIFIED),
    RequestAction.REFUSE: Transition(frozenset({_Q.PENDING}), _Q.REFUSED),
}
KEY_LOSS: Table[RequestAction, KeyLossState] = {
    RequestAction.CERTIFY: Transition(frozenset({_E.REPORTED}), _E.ENTERED),
    RequestAction.REFUSE: Transition(frozenset({_E.REPORTED}), _E.REFUSED),
}


class InvitationState(StrEnum):
    """An invitation to join an organisation, sent to an e-mail address."""

    SENT = "sent"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class InvitationAction(StrEnum):
    """What ends an invitation."""

    ACCEPT = "accept"
    WITHDRAW = "withdraw"


_I = InvitationState
INVITATION: Table[InvitationAction, InvitationState] = {
    InvitationAction.ACCEPT: Transition(frozenset({_I.SENT}), _I.ACCEPTED),
    InvitationAction.WITHDRAW: Transition(frozenset({_I.SENT}), _I.WITHDRAWN),
}


class Channel(StrEnum):
    """The ways of telling somebody: 站 in-site, 邮 mail, 短 SMS, 电 voice."""

    SITE = "site"
    MAIL = "mail"
    SMS = "sms"
    VOICE = "voice"


class InquiryWay(StrEnum):
    """How somebody asked for what the law keeps secret."""

    IN_PERSON = "in_person"
    TELEPHONE = "telephone"
    LETTER = "letter"
    MESSAGE = "message"


class ChangeKind(StrEnum):
    """The changes a bidder must tell in writing (条38)."""

    MERGER = "merger"
    DIVISION = "division"
    INSOLVENCY = "insolvency"
    RENAMED = "renamed"
    OTHER = "other"


class OutboxState(StrEnum):
    """A notification on its way."""

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class OutboxAction(StrEnum):
    """What happens to a notification."""

    RETRY = "retry"
    SEND = "send"
    CONFIRM = "confirm"
    FAIL = "fail"


_X = OutboxState
OUTBOX: Table[OutboxAction, OutboxState] = {
    OutboxAction.RETRY: Transition(frozenset({_X.PENDING}), _X.PENDING),
    OutboxAction.SEND: Transition(frozenset({_X.PENDING}), _X.SENT),
    OutboxAction.CONFIRM: Transition(frozenset({_X.SENT}), _X.DELIVERED),
    OutboxAction.FAIL: Transition(frozenset({_X.PENDING, _X.SENT}), _X.FAILED),
}


class Duty(StrEnum):
    """What somebody does in one tender, for the rules of separation (journeys, section 9)."""

    OWNER = "owner"
    AGENCY = "agency"
    BIDDER = "bidder"
    BID_ADVISER = "bid_adviser"
    CONSORTIUM_MEMBER = "consortium_member"
    RESERVE_PRICE_CONSULTANT = "reserve_price_consultant"
    CEILING_PRICE_CONSULTANT = "ceiling_price_consultant"
    DESIGNER = "designer"
    SUPERVISION_ENGINEER = "supervision_engineer"
    PANEL_MEMBER = "panel_member"
    BIDDER_RELATED = "bidder_related"
    SUPERVISING_BODY = "supervising_body"
    CENTRE = "centre"
    OFFICER = "officer"
    FINANCE_MAKER = "finance_maker"
    FINANCE_CHECKER = "finance_checker"
    DRAW_OPERATOR = "draw_operator"
    EXCLUSIONS_OPERATOR = "exclusions_operator"
    ADMINISTRATOR = "administrator"
    ANSWERING_CLERK = "answering_clerk"
    BID_HELPER = "bid_helper"
    DOCUMENT_ADVISER = "document_adviser"
    INTAKE = "intake"
    WITNESS = "witness"


TABLES: Mapping[str, Mapping[Any, Transition[Any]]] = {
    "organisation": ORGANISATION,
    "mandate": MANDATE,
    "key": KEY,
    "key_request": KEY_REQUEST,
    "key_loss": KEY_LOSS,
    "invitation": INVITATION,
    "outbox": OUTBOX,
}

FINAL: Mapping[str, frozenset[Any]] = {
    "mandate": frozenset({MandateState.REVOKED}),
    "key": frozenset({KeyState.LOST, KeyState.RETIRED}),
    "key_request": frozenset({KeyRequestState.CERTIFIED, KeyRequestState.REFUSED}),
    "key_loss": frozenset({KeyLossState.ENTERED, KeyLossState.REFUSED}),
    "invitation": frozenset({InvitationState.ACCEPTED, InvitationState.WITHDRAWN}),
    "outbox": frozenset({OutboxState.DELIVERED, OutboxState.FAILED}),
}
"""States which are ends on purpose."""

# Nested by enum: members of two string enums with one value are equal as keys.
LABELS: Mapping[type[Enum], Mapping[Any, str]] = {
    Role: {
        Role.OWNER: _("Owner"),
        Role.AGENCY: _("Agency"),
        Role.BIDDER: _("Tenderer"),
        Role.OFFICER: _("Opening officer"),
        Role.INTAKE: _("Intake desk"),
        Role.WITNESS: _("Centre’s witness"),
        Role.FINANCE: _("Finance"),
        Role.POOL: _("Keeper of the expert pool"),
        Role.CALLER: _("Caller of drawn experts"),
        Role.SYSADMIN: _("System administrator"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.EXPERT: _("Expert"),
        Role.AUDITOR: _("Auditor"),
        Role.PUBLIC: _("Public"),
    },
    OrganisationKind: {
        OrganisationKind.OWNER: _("Owner"),
        OrganisationKind.AGENCY: _("Agency"),
        OrganisationKind.BIDDER: _("Tenderer"),
        OrganisationKind.OFFICER_BODY: _("Body that sends an opening officer"),
        OrganisationKind.CENTRE: _("Trading centre"),
        OrganisationKind.SUPERVISOR: _("Supervisor"),
        OrganisationKind.AUDIT: _("Audit office"),
    },
    Power: {
        Power.MEMBERS: _("Manage members and the registration"),
        Power.SEAL: _("Seal and submit bids"),
        Power.PAY: _("Pay deposits"),
        Power.ANSWER: _("Ask and answer"),
        Power.CONFIRM: _("Confirm binding acts"),
    },
    OrganisationState: {
        OrganisationState.DRAFT: _("Draft, not handed in"),
        OrganisationState.SUBMITTED: _("Handed in, under review"),
        OrganisationState.RETURNED: _("Returned for correction"),
        OrganisationState.ACCEPTED: _("Registered"),
        OrganisationState.SUSPENDED: _("Suspended"),
    },
    RecordKind: {
        RecordKind.QUALIFICATION: _("Qualification"),
        RecordKind.SAFETY_LICENCE: _("Safety production licence"),
        RecordKind.CONSTRUCTOR: _("Registered constructor"),
        RecordKind.PERFORMANCE: _("Past performance"),
    },
    MandatePower: {
        MandatePower.DRAFT: _("Draft documents"),
        MandatePower.PUBLISH: _("Publish notices"),
        MandatePower.CHAIR: _("Chair the opening"),
        MandatePower.ANSWER: _("Answer questions"),
    },
    MandateState: {
        MandateState.OFFERED: _("Awaiting the agency"),
        MandateState.ACCEPTED: _("In force"),
        MandateState.REVOKED: _("Ended"),
    },
    KeyState: {
        KeyState.ACTIVE: _("Registered key"),
        KeyState.LOST: _("Lost"),
        KeyState.RETIRED: _("Retired"),
    },
    KeyRequestState: {
        KeyRequestState.PENDING: _("Awaiting registrar"),
        KeyRequestState.CERTIFIED: _("Certified"),
        KeyRequestState.REFUSED: _("Refused"),
    },
    KeyLossState: {
        KeyLossState.REPORTED: _("Awaiting both"),
        KeyLossState.ENTERED: _("In the ledger"),
        KeyLossState.REFUSED: _("Refused"),
    },
    InquiryWay: {
        InquiryWay.IN_PERSON: _("In person"),
        InquiryWay.TELEPHONE: _("By telephone"),
        InquiryWay.LETTER: _("By letter"),
        InquiryWay.MESSAGE: _("By message"),
    },
    ChangeKind: {
        ChangeKind.MERGER: _("Merger"),
        ChangeKind.DIVISION: _("Division"),
        ChangeKind.INSOLVENCY: _("Insolvency"),
        ChangeKind.RENAMED: _("Change of name"),
        ChangeKind.OTHER: _("Another change that matters"),
    },
    InvitationState: {
        InvitationState.SENT: _("Invited"),
        InvitationState.ACCEPTED: _("Joined"),
        InvitationState.WITHDRAWN: _("Taken back"),
    },
}


def label(value: Enum) -> str:
    """The English msgid of a state, role or kind."""
    return LABELS[type(value)][value]
