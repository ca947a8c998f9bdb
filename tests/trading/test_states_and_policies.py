"""Tables are complete; powers follow journeys section 9; secrecy is a table whose default is no."""

from collections.abc import Mapping
from enum import Enum
from uuid import uuid4

import pytest

from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.states import Power, Role
from trading import policies, states
from trading.states import LotState, TenderState
from trading.visibility import TABLE, Audience, Stage, masked, visible

OWNER, AGENCY, SUPERVISOR, OTHER = uuid4(), uuid4(), uuid4(), uuid4()


def actor(role, organisation, *powers):
    return Actor(
        person=uuid4(), organisation=organisation, roles=frozenset({role}), powers=frozenset(powers), name="x"
    )


def reachable(table: Mapping, start: Enum) -> set:
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for row in table.values():
            if here in row.sources and row.target not in found:
                found.add(row.target)
                todo.append(row.target)
    return found


@pytest.mark.parametrize("name", sorted(states.TABLES))
def test_every_state_is_reached_and_labelled(name):
    start = states.INITIAL[name]

    assert reachable(states.TABLES[name], start) == set(type(start))
    assert all(states.label(state) for state in type(start))


@pytest.mark.parametrize("name", sorted(states.TABLES))
def test_moments_name_states_of_their_table(name):
    known = set(type(states.INITIAL[name]))
    for table in (states.MOMENTS, states.UNSTAMPED):
        for needed in table[name].values():
            assert needed <= known


def test_only_open_and_suspended_lots_take_bids():
    """条22: an objection stops the tender, never the bidder."""
    assert {LotState.OPEN, LotState.SUSPENDED} == states.TAKES_BIDS


def test_the_owner_publishes_and_the_agency_only_drafts():
    """法12, 条13: the agency types, the owner confirms with its own key."""
    assert policies.may_publish(actor(Role.OWNER, OWNER, Power.CONFIRM), OWNER).allowed
    assert not policies.may_publish(actor(Role.OWNER, OWNER), OWNER).allowed
    assert not policies.may_publish(actor(Role.OWNER, OTHER, Power.CONFIRM), OWNER).allowed
    agent = actor(Role.AGENCY, AGENCY, Power.CONFIRM)
    assert not policies.may_publish(agent, OWNER).allowed
    assert policies.may_draft(agent, OWNER, {AGENCY}).allowed
    assert not policies.may_draft(agent, OWNER).allowed
    assert policies.may_draft(actor(Role.OWNER, OWNER), OWNER).allowed
    assert not policies.may_draft(ANONYMOUS, OWNER).allowed
    assert policies.may_answer(agent, OWNER, {AGENCY}).allowed
    assert policies.may_register_project(agent, OWNER, {AGENCY}).allowed
    assert not policies.may_override(agent, OWNER).allowed


def test_the_intake_desk_reviews_others_projects_only():
    desk = actor(Role.INTAKE, OTHER)
    assert policies.may_review_project(desk, OWNER).allowed
    assert not policies.may_review_project(desk, OTHER).allowed
    assert not policies.may_review_project(actor(Role.OWNER, OWNER), OWNER).allowed
    assert policies.may_review_project(SYSTEM, OWNER).allowed


def test_the_owner_and_its_agency_do_not_ask_themselves():
    """条13: the agency of a tender does not bid in it."""
    firm = actor(Role.BIDDER, OTHER)
    assert policies.may_ask(firm, OWNER, AGENCY).allowed
    assert not policies.may_ask(actor(Role.BIDDER, AGENCY), OWNER, AGENCY).allowed
    assert not policies.may_ask(actor(Role.OWNER, OTHER), OWNER, AGENCY).allowed
    assert not policies.may_ask(ANONYMOUS, OWNER, None).allowed


def test_an_order_is_lifted_by_the_supervisor_alone():
    """条62: who orders a suspension lifts it."""
    supervisor = actor(Role.SUPERVISOR, SUPERVISOR)
    owner = actor(Role.OWNER, OWNER, Power.CONFIRM)
    assert policies.may_suspend(supervisor, OWNER, SUPERVISOR).allowed
    assert policies.may_suspend(owner, OWNER, SUPERVISOR).allowed
    assert policies.may_suspend(SYSTEM, OWNER, SUPERVISOR).allowed
    assert not policies.may_suspend(actor(Role.SUPERVISOR, OTHER), OWNER, SUPERVISOR).allowed
    assert policies.may_lift(supervisor, OWNER, SUPERVISOR, "order").allowed
    assert not policies.may_lift(owner, OWNER, SUPERVISOR, "order").allowed
    assert not policies.may_lift(SYSTEM, OWNER, SUPERVISOR, "order").allowed
    assert policies.may_lift(owner, OWNER, SUPERVISOR, "fault").allowed


def test_only_the_officer_in_person_holds_the_seat():
    holder = actor(Role.OFFICER, OTHER)
    assert policies.may_hold_seat(holder, holder.person).allowed
    assert not policies.may_hold_seat(holder, uuid4()).allowed
    assert not policies.may_hold_seat(actor(Role.OWNER, OWNER), OWNER).allowed


def test_the_platform_alone_drives_a_lot():
    assert policies.may_drive(SYSTEM).allowed
    assert not policies.may_drive(actor(Role.SYSADMIN, OTHER)).allowed


@pytest.mark.parametrize("role", list(Role))
def test_nobody_sees_who_took_the_documents(role):
    """法22: names *and number* of those who took the documents are disclosed to nobody."""
    everyone = Actor(person=uuid4(), organisation=OWNER, roles=frozenset({role}), powers=frozenset(Power))

    assert not policies.may_see_takers(everyone).allowed


def test_the_matrix_answers_for_every_role_and_state():
    for row in policies.MATRIX:
        for role in Role:
            who = Actor(person=uuid4(), organisation=uuid4(), roles=frozenset({role}), name="x")
            for state in [None, *(row.states or ())]:
                decision = row.check(who, state)
                assert decision.allowed or decision.reason


def test_the_matrix_knows_the_states():
    rows = {row.action: row for row in policies.MATRIX}
    owner = Actor(person=uuid4(), organisation=uuid4(), roles=frozenset({Role.OWNER}), name="x")

    assert rows["tender_publish"].check(owner, TenderState.READY).allowed
    assert not rows["tender_publish"].check(owner, TenderState.OPEN).allowed
    assert rows["addendum_publish"].check(owner, TenderState.SUSPENDED).allowed
    assert not rows["addendum_publish"].check(owner, TenderState.CLOSED).allowed


def test_a_field_without_a_row_is_shown_to_nobody():
    for audience in Audience:
        assert not visible("tender", "who_came", audience, Stage.DECIDED)
        assert not visible("nothing", "id", audience, Stage.DECIDED)


def test_the_result_is_everybodys_from_the_publicity_and_scores_ones_own_from_the_award():
    """条例 54; journeys 5, 8: unpublished scores and another's standing reach nobody."""
    assert not visible("candidate", "rank", Audience.PUBLIC, Stage.OPENED)
    assert visible("candidate", "rank", Audience.PUBLIC, Stage.SHOWN)
    assert not visible("candidate", "scores", Audience.PUBLIC, Stage.DECIDED)
    assert not visible("ranked", "value", Audience.OWN, Stage.SHOWN)
    assert visible("ranked", "value", Audience.OWN, Stage.DECIDED)
    assert not visible("ranked", "value", Audience.PUBLIC, Stage.DECIDED)
    assert not visible("letter", "content", Audience.PARTY, Stage.DECIDED)


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTY, Audience.SUPERVISOR, Audience.AUDITOR])
@pytest.mark.parametrize("stage", list(Stage))
def test_takers_askers_and_objectors_are_shown_to_themselves_only(audience, stage):
    """法22: names and number, at every stage, owner, supervisor and auditor included."""
    secret = [("taker", name) for name in TABLE["taker"]]
    secret += [("question", "asker"), ("question", "code"), ("objection", "objector"), ("objection", "code")]

    assert not any(visible(thing, name, audience, stage) for thing, name in secret)


def test_the_number_of_takers_is_shown_to_nobody_at_all():
    assert not any(visible("taker", "count", audience, Stage.DECIDED) for audience in Audience)


def test_a_draft_is_hidden_from_the_public_and_the_estimate_stays_the_owners():
    values = {"title": "x", "created_at": 1}

    assert masked("tender", values, Audience.PUBLIC, Stage.DRAFT) == {}
    assert masked("tender", values, Audience.PUBLIC, Stage.PUBLISHED) == {"title": "x"}
    assert masked("tender", values, Audience.PARTY, Stage.DRAFT) == values
    assert not visible("lot", "estimate", Audience.PUBLIC, Stage.DECIDED)
    assert not visible("lot", "estimate", Audience.SUPERVISOR, Stage.OPENED)
