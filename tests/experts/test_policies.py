"""Who reads names: the keeper and the expert himself. Three offices are never one person."""

import itertools
from uuid import UUID

import pytest

from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.rules import roles_findings
from accounts.states import OrganisationKind, Role
from experts import policies
from experts.policies import draw
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


def test_keeping_drawing_and_excluding_are_three_posts_never_one_person():
    """Journeys 9: operator of the draw and operator of exclusions are two; the pool's editor is a third."""
    offices = [draw.POOL_EDITOR, draw.DRAW_OPERATOR, draw.EXCLUSIONS_OPERATOR]
    assert len(policies.OFFICES) == 3
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


def test_the_matrix_lets_nobody_but_keeper_and_expert_act():
    for row in [row for row in policies.MATRIX if row not in draw.ROWS]:
        states = list(ExpertState) if row.states else [None]
        allowed = {role for role in Role for state in states if row.check(actor(role), state).allowed}
        assert allowed <= {Role.POOL, Role.EXPERT} or row.action == "pool_numbers_read", row.action


def test_a_draw_is_asked_run_excluded_for_and_signed_by_different_people():
    """Journeys 9: nobody with the pool in hand acts in a draw, and each office does its own part."""
    allowed = {
        row.action: {role for role in Role if row.check(actor(role), None).allowed} for row in draw.ROWS
    }
    for action, roles in allowed.items():
        assert not roles & {Role.POOL, Role.SYSADMIN, Role.FINANCE, Role.PUBLIC}, action
    assert allowed["exclusion_enter"] == {Role.INTAKE}
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
