"""Who reads names: the keeper and the expert himself. Three offices are never one person."""

import itertools
from uuid import UUID

import pytest

from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.rules import roles_findings
from accounts.states import OrganisationKind, Role
from experts import policies
from experts.policies import conduct, draw, naming, panel, rest, scoring
from experts.states import ExpertState

SOMEBODY = UUID(int=5)


def actor(*roles):
    return Actor(person=SOMEBODY, organisation=UUID(int=6), roles=frozenset(roles))


@pytest.mark.parametrize("role", Role)
def test_names_are_for_the_keeper_alone(role):
    assert policies.may_keep(actor(role)).allowed is (role is Role.POOL)


@pytest.mark.parametrize("office", [Role.WITNESS, Role.INTAKE, Role.SYSADMIN])
def test_who_holds_another_office_does_not_keep_the_pool(office):
    assert not policies.may_keep(actor(Role.POOL, office)).allowed


def test_keeping_drawing_excluding_and_calling_are_four_posts_never_one_person():
    """Journeys 9: operator of the draw and operator of exclusions are two; the pool's editor is a third, the caller a fourth."""
    offices = [draw.POOL_EDITOR, draw.DRAW_OPERATOR, draw.EXCLUSIONS_OPERATOR, draw.CALLER]
    assert set(offices) == set(policies.OFFICES)
    assert len(policies.OFFICES) == 4
    for one, other in itertools.permutations(offices, 2):
        kinds = frozenset({OrganisationKind.CENTRE})
        assert roles_findings(frozenset({one, other}), kinds=kinds, held_elsewhere=frozenset())
        assert roles_findings(frozenset({one}), kinds=kinds, held_elsewhere=frozenset({other}))


def test_own_means_the_own_person():
    herself = Actor(person=SOMEBODY, roles=frozenset({Role.EXPERT}))
    assert policies.may_read_own(herself, SOMEBODY).allowed
    for who, of in ((herself, UUID(int=9)), (actor(Role.POOL), SOMEBODY), (SYSTEM, None), (ANONYMOUS, None)):
        assert not policies.may_read_own(who, of).allowed
        assert not policies.may_set_away(who, of).allowed


@pytest.mark.parametrize("role", Role)
def test_numbers_without_names_are_for_who_supervises_or_audits(role):
    assert policies.may_read_numbers(actor(role)).allowed is (role in {Role.SUPERVISOR, Role.AUDITOR})
    assert policies.may_read_leads(actor(role)).allowed is (role in {Role.SUPERVISOR, Role.AUDITOR})


def test_the_matrix_lets_nobody_but_keeper_and_expert_act():
    others = (*draw.ROWS, *naming.ROWS, *conduct.ROWS, *panel.ROWS, *rest.ROWS, *scoring.ROWS)
    for row in [row for row in policies.MATRIX if row not in others]:
        states = list(ExpertState) if row.states else [None]
        allowed = {role for role in Role for state in states if row.check(actor(role), state).allowed}
        nameless = row.action in {"pool_numbers_read", "leads_read", "leads_ask", "lead_decide"}
        assert allowed <= {Role.POOL, Role.EXPERT} or nameless, row.action


def test_nobody_with_the_pool_money_or_machines_in_hand_acts_in_a_panel():
    """Journeys 9: members, owner, supervisor, bidder and the door; never who keeps names, money or servers."""
    apart = {Role.POOL, Role.FINANCE, Role.SYSADMIN, Role.CALLER, Role.PUBLIC}
    for row in (*panel.ROWS, *rest.ROWS, *scoring.ROWS):
        assert not {role for role in apart if row.check(actor(role), None).allowed}, row.action


def test_experts_are_named_by_owner_and_supervisor_alone():
    """法37, 条例47: nobody who keeps the pool, runs draws or calls has a part in it, and neither does the other's."""
    for row in naming.ROWS:
        roles = {role for role in Role if row.check(actor(role), None).allowed}
        own = {key: {Role.SUPERVISOR} for key in ("naming_take", "naming_decide", "further_decide")}
        both = {"naming_read", "named_read"}
        most = {Role.OWNER, Role.SUPERVISOR} if row.action in both else own.get(row.action, {Role.OWNER})
        assert roles <= most, row.action


def test_a_draw_is_asked_run_excluded_for_and_signed_by_different_people():
    """Journeys 9: nobody with the pool in hand acts in a draw, and each office does its own part."""
    allowed = {
        row.action: {role for role in Role if row.check(actor(role), None).allowed} for row in draw.ROWS
    }
    for action, roles in allowed.items():
        assert not roles & {Role.POOL, Role.SYSADMIN, Role.FINANCE, Role.PUBLIC}, action
    assert allowed["exclusion_enter"] == {Role.INTAKE}
    assert allowed["call_look_read"] == allowed["call_outcome"] == {Role.CALLER}
    assert [action for action, roles in allowed.items() if Role.CALLER in roles] == [
        "call_look_read",
        "call_outcome",
    ]
    for action in ("draw_begin", "draw_officer_invite", "draw_prepare"):
        assert allowed[action] == {Role.WITNESS}
    for action in ("header_sign", "draw_postpone", "acceptance_end"):
        assert allowed[action] == {Role.SUPERVISOR}
    for action in ("round_decide", "call_start", "window_end", "round_next", "draw_reveal"):
        assert allowed[action] == set()
    assert allowed["draw_states_read"] == {Role.OWNER, Role.WITNESS, Role.SUPERVISOR, Role.AUDITOR}


@pytest.mark.parametrize("more", [Role.POOL, Role.INTAKE, Role.SYSADMIN])
def test_an_operator_with_another_office_runs_no_draw(more):
    assert draw.may_operate(actor(Role.WITNESS)).allowed
    assert not draw.may_operate(actor(Role.WITNESS, more)).allowed
    assert not draw.may_exclude(actor(Role.INTAKE, Role.WITNESS)).allowed


@pytest.mark.parametrize("more", [Role.POOL, Role.INTAKE, Role.WITNESS, Role.SYSADMIN])
def test_who_calls_the_drawn_holds_no_other_office(more):
    """ADR 38: whoever reads names one by one neither runs draws, nor keeps the pool, nor enters exclusions."""
    assert draw.may_call(actor(Role.CALLER)).allowed
    assert not draw.may_call(actor(Role.CALLER, more)).allowed
    for check in (draw.may_operate, draw.may_exclude, policies.may_keep):
        assert not check(actor(Role.CALLER, more)).allowed


def test_members_of_a_panel_are_rated_by_those_who_saw_it():
    """Owner, supervisor and the centre that ran the draw; no keeper, no auditor, no other owner."""
    allowed = {role for role in Role if conduct.ROWS[0].check(actor(role), None).allowed}
    assert allowed == {Role.OWNER, Role.SUPERVISOR, Role.WITNESS}
    assert not conduct.may_rate_member(actor(Role.OWNER), UUID(int=9), UUID(int=9)).allowed
