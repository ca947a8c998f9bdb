"""The permission matrix: every cell answered, no by default, printed as it is enforced."""

import re

import pytest

from accounts.actors import ANONYMOUS
from accounts.states import Role
from config import generated
from kernel.policies import Decision
from tests.architecture import tree

CELLS = list(generated.cells())
READ = re.compile(r"_(read|see|view|list|download|export)(_audit)?$")
ACTIONS = sorted({(cell.app, cell.action) for cell in CELLS})


def test_the_matrix_covers_the_apps_that_act():
    assert {app for app, _ in ACTIONS} >= {"accounts", "trading", "bidding"}


@pytest.mark.parametrize(("app", "action"), ACTIONS)
def test_every_cell_is_a_decision_and_every_no_has_a_reason(app, action):
    answers = [cell for cell in CELLS if (cell.app, cell.action) == (app, action)]

    assert all(isinstance(cell.decision, Decision) for cell in answers)
    assert all(cell.decision.reason for cell in answers if not cell.decision.allowed)


def test_the_public_reads_and_does_nothing_else():
    """Whoever is not logged in may be shown what is public, and change nothing."""
    allowed = {
        (app, row.action)
        for app, row in generated.matrix_rows()
        for state in (list(row.states) if row.states else [None])
        if row.check(ANONYMOUS, state).allowed
    }

    assert {action for _, action in allowed if not READ.search(action)} == set()


def test_no_act_is_open_to_every_role():
    """Duties are separate: what every role may do is reading."""
    for app, action in ACTIONS:
        roles = {
            cell.role for cell in CELLS if (cell.app, cell.action) == (app, action) and cell.decision.allowed
        }
        assert roles < set(Role) or READ.search(action), f"{app}.{action}"


ASKED_FOR = {"leads_ask"}
"""Asking that what one reads be computed anew: no tender, draw or panel changes by it."""


def test_those_who_supervise_and_audit_never_act_in_a_tender():
    """An auditor reads; a supervisor acts only where the law names supervision."""
    acts = [
        (cell.app, cell.action)
        for cell in CELLS
        if cell.role is Role.AUDITOR
        and cell.decision.allowed
        and cell.app in {"trading", "bidding", "experts"}
        and not READ.search(cell.action)
        and cell.action not in ASKED_FOR
    ]

    assert not acts


ASKS = re.compile(r"\brequire\(|\bmay_\w+\(|\bNotPermitted\(|whose row the caller has locked")


def test_services_ask_who_may():
    """Each service which takes an actor asks; one which works on its caller's locked row says so."""
    silent = []
    for path in tree.all_sources():
        if tree.room(path) != "services" or path.stem == "__init__":
            continue
        text = path.read_text(encoding="utf-8")
        if "actor: Actor" in text and not ASKS.search(text):
            silent.append(tree.relative(path))

    assert not silent


def test_printed_matrix_is_the_enforced_one():
    page = (tree.ROOT / "docs/generated/permissions.md").read_text(encoding="utf-8")

    assert page == generated.permissions_page()
