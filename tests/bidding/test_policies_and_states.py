"""Who may do what, and which step follows which: the default is no."""

from uuid import uuid4

import pytest

from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.states import Power, Role
from bidding import policies
from bidding.states import (
    BID,
    FINAL,
    FINDING_ACTION,
    OPENING,
    RESUME,
    TABLES,
    BidState,
    Finding,
    OpeningState,
)
from kernel.transitions import allowed_actions, next_state

OWN, OTHER = uuid4(), uuid4()
PERSON = uuid4()
S = OpeningState


def actor(*roles, organisation=OWN, powers=frozenset(Power), person=PERSON):
    return Actor(person=person, organisation=organisation, roles=frozenset(roles), powers=powers)


class TestPolicies:
    def test_a_bid_is_touched_by_its_own_organisation_s_sealers_alone(self):
        assert policies.may_seal(actor(Role.BIDDER), OWN).allowed
        refused = [
            policies.may_seal(actor(Role.BIDDER), OTHER),
            policies.may_seal(actor(Role.BIDDER, powers=frozenset({Power.PAY})), OWN),
            policies.may_seal(actor(Role.OWNER), OWN),
            policies.may_seal(SYSTEM, OWN),
            policies.may_seal(ANONYMOUS, OWN),
        ]
        assert not any(decision.allowed for decision in refused)
        assert all(decision.reason for decision in refused)

    @pytest.mark.parametrize("role", list(Role))
    @pytest.mark.parametrize("state", [S.WAITING, S.FAILED, S.CANCELLED])
    def test_nobody_sees_names_before_the_close_or_after_a_failure(self, role, state):
        """法22; decision 10: for everyone, the supervisor and the officers included."""
        assert not policies.may_see_set(actor(role), state, {PERSON}).allowed

    @pytest.mark.parametrize("state", [S.CLOSED, S.FACTOR, S.PAUSED])
    def test_until_the_factor_phase_ends_officers_and_supervisor_alone_see_names(self, state):
        seeing = {role for role in Role if policies.may_see_set(actor(role), state, {PERSON}).allowed}

        assert seeing == {Role.SUPERVISOR, Role.OFFICER}
        assert not policies.may_see_set(actor(Role.OFFICER), state, {uuid4()}).allowed

    @pytest.mark.parametrize("state", list(S))
    def test_shares_are_seen_by_nobody_before_the_opening(self, state):
        assert policies.may_see_releases(state).allowed == (state in {S.REVEALED, S.RECORDED})

    @pytest.mark.parametrize("state", list(S))
    def test_what_is_read_out_is_everybody_s_from_that_moment(self, state):
        """法36: opened openly, so from the first opened envelope on."""
        assert policies.may_read_record(ANONYMOUS, state).allowed == (state in {S.REVEALED, S.RECORDED})

    def test_only_the_officer_of_the_seat_releases(self):
        assert policies.may_release(actor(Role.OFFICER), PERSON).allowed
        assert not policies.may_release(actor(Role.OFFICER), uuid4()).allowed
        assert not policies.may_release(actor(Role.SYSADMIN), PERSON).allowed
        assert not policies.may_release(SYSTEM, PERSON).allowed

    def test_the_clock_s_steps_are_nobody_s_button(self):
        assert policies.may_run(SYSTEM).allowed
        assert not any(policies.may_run(actor(role)).allowed for role in Role)

    def test_the_agency_drafts_and_the_owner_attributes(self):
        """Journeys, section 9: attribute 撤销/撤回: owner confirms, agency drafts."""
        agency = actor(Role.AGENCY, organisation=OTHER)

        assert policies.may_draft_attribution(agency, OWN, {OTHER}).allowed
        assert not policies.may_draft_attribution(agency, OWN, frozenset()).allowed
        assert not policies.may_attribute(agency, OWN).allowed
        assert policies.may_attribute(actor(Role.OWNER), OWN).allowed
        assert not policies.may_attribute(actor(Role.OWNER), OTHER).allowed
        assert not policies.may_attribute(SYSTEM, OWN).allowed

    @pytest.mark.parametrize("state", list(S))
    def test_of_a_lot_that_was_not_opened_nothing_is_published(self, state):
        assert policies.may_export(SYSTEM, state, audit=False).allowed == (state is S.RECORDED)
        ended = state in {S.RECORDED, S.FAILED, S.CANCELLED}
        assert policies.may_export(actor(Role.AUDITOR), state, audit=True).allowed == ended
        assert not policies.may_export(actor(Role.OWNER), state, audit=True).allowed


class TestStates:
    @pytest.mark.parametrize("name", list(TABLES))
    def test_every_state_is_left_unless_it_is_final(self, name):
        table = TABLES[name]
        states = type(next(iter(table.values())).target)
        for state in states:
            assert bool(allowed_actions(table, state)) == (state not in FINAL[name]), state

    def test_a_pause_returns_to_where_it_began(self):
        for state, action in RESUME.items():
            assert next_state(OPENING, action, S.PAUSED) is state

    def test_whose_fault_it_is_is_never_a_default(self):
        """20号令31: revoked, treated as withdrawn and platform fault are reached by a finding alone."""
        ends = {BidState.REVOKED, BidState.TREATED_WITHDRAWN, BidState.PLATFORM_FAULT}

        reaching = {action for action, row in BID.items() if row.target in ends}

        assert reaching == set(FINDING_ACTION.values())
        assert set(FINDING_ACTION) == set(Finding)
