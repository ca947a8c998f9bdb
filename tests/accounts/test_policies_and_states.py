"""Every cell of the matrix of accounts, and every state of its tables."""

from itertools import product
from uuid import UUID

import pytest

from accounts.actors import Actor
from accounts.policies import MATRIX, may_review
from accounts.states import (
    TABLES,
    InvitationState,
    KeyLossState,
    KeyRequestState,
    KeyState,
    MandateState,
    OrganisationState,
    OutboxState,
    Role,
)

PERSON, HOUSE = UUID(int=1), UUID(int=2)
EVERYBODY = set(Role) - {Role.PUBLIC}
NOT_ADMINISTRATORS = EVERYBODY - {Role.SYSADMIN}
STAFF = {
    Role.INTAKE,
    Role.WITNESS,
    Role.FINANCE,
    Role.POOL,
    Role.CALLER,
    Role.SYSADMIN,
    Role.SUPERVISOR,
    Role.AUDITOR,
}
ASKED = STAFF | {Role.OWNER, Role.AGENCY, Role.OFFICER}
"""Whom a leader may ask how many have signed up (条80): everybody but bidders and experts. An auditor only reads the log."""
# Who may, and in which states (None: whatever the state). Everything else is no.
EXPECTED = {
    "person_register": ({Role.INTAKE}, None),
    "organisation_register": (NOT_ADMINISTRATORS, None),
    "organisation_amend": (EVERYBODY, {OrganisationState.DRAFT, OrganisationState.RETURNED}),
    "organisation_submit": (EVERYBODY, {OrganisationState.DRAFT, OrganisationState.RETURNED}),
    "organisation_review": ({Role.INTAKE}, {OrganisationState.SUBMITTED}),
    "organisation_suspend": ({Role.SUPERVISOR}, {OrganisationState.ACCEPTED}),
    "organisation_resume": ({Role.SUPERVISOR}, {OrganisationState.SUSPENDED}),
    "organisation_rename": ({Role.INTAKE}, None),
    "account_declare": (EVERYBODY, None),
    "record_add": (EVERYBODY, None),
    "record_end": (EVERYBODY, None),
    "membership_grant": (EVERYBODY, None),
    "membership_revoke": (EVERYBODY, None),
    "mandate_grant": ({Role.OWNER}, None),
    "mandate_accept": ({Role.AGENCY}, {MandateState.OFFERED}),
    "mandate_revoke": ({Role.OWNER, Role.AGENCY}, {MandateState.OFFERED, MandateState.ACCEPTED}),
    "signing_key_register": (EVERYBODY, None),
    "signing_key_lost": ({Role.INTAKE, Role.SUPERVISOR}, {KeyState.ACTIVE}),
    "signing_key_retire": (EVERYBODY, {KeyState.ACTIVE}),
    "key_request_open": (EVERYBODY, None),
    "key_request_certify": ({Role.INTAKE}, {KeyRequestState.PENDING}),
    "key_request_refuse": ({Role.INTAKE}, {KeyRequestState.PENDING}),
    "key_loss_report": (EVERYBODY, None),
    "key_loss_sign": ({Role.INTAKE, Role.SUPERVISOR}, {KeyLossState.REPORTED}),
    "key_loss_refuse": ({Role.INTAKE, Role.SUPERVISOR}, {KeyLossState.REPORTED}),
    "invitation_send": (EVERYBODY, None),
    "invitation_withdraw": (EVERYBODY, {InvitationState.SENT}),
    "paper_download": (EVERYBODY, None),
    "follow_begin": (EVERYBODY, None),
    "inquiry_log": (ASKED - {Role.AUDITOR}, None),
    "inquiries_read": (ASKED, None),
    "organisation_change_tell": ({Role.BIDDER}, None),
    "organisation_changes_read": (
        {Role.OWNER, Role.AGENCY, Role.SUPERVISOR, Role.WITNESS, Role.AUDITOR},
        None,
    ),
    "staff_session_open": (STAFF, None),
}


def actor(role):
    if role is Role.PUBLIC:
        return Actor(roles=frozenset({role}), name="public")
    return Actor(person=PERSON, organisation=HOUSE, roles=frozenset({role}))


def test_the_matrix_has_a_row_for_every_act_and_no_other():
    assert [row.action for row in MATRIX] == list(EXPECTED)


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.action)
def test_every_cell_answers_as_the_table_of_powers_says(row):
    roles, states = EXPECTED[row.action]

    for role, state in product(Role, row.states or [None]):
        allowed = role in roles and (states is None or state in states)

        decision = row.check(actor(role), state)

        assert decision.allowed is allowed, (row.action, role, state, decision.reason)
        assert decision.allowed or decision.reason


@pytest.mark.parametrize(
    ("name", "first", "states"),
    [
        ("organisation", OrganisationState.DRAFT, OrganisationState),
        ("mandate", MandateState.OFFERED, MandateState),
        ("key", KeyState.ACTIVE, KeyState),
        ("outbox", OutboxState.PENDING, OutboxState),
    ],
)
def test_every_state_can_be_reached(name, first, states):
    reached = {first}
    for _ in states:
        reached |= {row.target for row in TABLES[name].values() if row.sources & reached}

    assert reached == set(states)


def test_nobody_reviews_their_own_house():
    decision = may_review(actor(Role.INTAKE), HOUSE)

    assert not decision.allowed
    assert "own organisation" in decision.reason
