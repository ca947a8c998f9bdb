"""Who may do what with experts named by the owner (直接确定): pure functions, default no.

Whom it is about two people of the owner know, who named them, and the one person of the supervisor who takes the naming
in hand. None of the three is the same person.
"""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Power
from experts.policies.draw import may_ask, may_confirm_request, may_sign_header
from kernel.policies import ALLOW, Decision, MatrixRow, deny

_STRANGER = UUID(int=0)


def may_name(actor: Actor, owner: UUID) -> Decision:
    """Propose experts for seats that a draw left open: a person of the owner (法37)."""
    if may_ask(actor, owner).allowed:
        return ALLOW
    return deny(_("Only the owner of the tender names experts."))


def may_confirm_naming(actor: Actor, owner: UUID, second: UUID) -> Decision:
    """Confirm a naming: the second person of the owner whom the first has named for it, with that power."""
    decision = may_name(actor, owner)
    if not decision.allowed:
        return decision
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    if actor.person != second:
        return deny(_("Another person of the owner was asked to confirm this naming."))
    return ALLOW


def may_withdraw_naming(actor: Actor, owner: UUID, knowing: frozenset[UUID]) -> Decision:
    """Take a naming back that is not decided: one of the two people of the owner who know it."""
    if may_name(actor, owner).allowed and actor.person in knowing:
        return ALLOW
    return deny(_("Only the two people of the owner who named them take a naming back."))


def may_take_naming(
    actor: Actor, supervisor: UUID | None, reader: UUID | None, knowing: frozenset[UUID]
) -> Decision:
    """Take a naming in hand, read whom it names, agree or refuse: one person of the supervisor, the first to do so."""
    if not may_sign_header(actor, supervisor).allowed or actor.person is None:
        return deny(_("Only the supervisor of this project agrees to a naming."))
    if actor.person in knowing:
        return deny(_("You named them yourself. Another person of the supervisor decides."))
    if reader is not None and actor.person != reader:
        return deny(_("Another person of the supervisor has taken this naming in hand."))
    return ALLOW


def may_read_naming(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Read that experts are named, how many and why, without names: this owner, this supervisor."""
    return ALLOW if may_name(actor, owner).allowed else may_sign_header(actor, supervisor)


def may_read_named(
    actor: Actor, owner: UUID, supervisor: UUID | None, knowing: frozenset[UUID], reader: UUID | None
) -> Decision:
    """Read whom a naming names: its two people of the owner, and the person of the supervisor who took it in hand."""
    if may_name(actor, owner).allowed and actor.person in knowing:
        return ALLOW
    if reader is not None and may_sign_header(actor, supervisor).allowed and actor.person == reader:
        return ALLOW
    return deny(_("Whom it names only those read who named them and who decides about it."))


def _org(actor: Actor) -> UUID:
    return actor.organisation or _STRANGER


def _self(actor: Actor) -> frozenset[UUID]:
    return frozenset({actor.person or _STRANGER})


ROWS: tuple[MatrixRow, ...] = (
    MatrixRow("naming_propose", lambda actor, _state: may_name(actor, _org(actor))),
    MatrixRow(
        "naming_confirm",
        lambda actor, _state: may_confirm_naming(actor, _org(actor), actor.person or _STRANGER),
    ),
    MatrixRow("naming_withdraw", lambda actor, _state: may_withdraw_naming(actor, _org(actor), _self(actor))),
    MatrixRow("naming_take", lambda actor, _state: may_take_naming(actor, _org(actor), None, frozenset())),
    MatrixRow(
        "naming_decide", lambda actor, _state: may_take_naming(actor, _org(actor), actor.person, frozenset())
    ),
    MatrixRow("further_ask", lambda actor, _state: may_name(actor, _org(actor))),
    MatrixRow("further_confirm", lambda actor, _state: may_confirm_request(actor, _org(actor), None)),
    MatrixRow(
        "further_withdraw", lambda actor, _state: may_withdraw_naming(actor, _org(actor), _self(actor))
    ),
    MatrixRow("further_decide", lambda actor, _state: may_take_naming(actor, _org(actor), None, frozenset())),
    MatrixRow("naming_read", lambda actor, _state: may_read_naming(actor, _org(actor), _org(actor))),
    MatrixRow(
        "named_read",
        lambda actor, _state: may_read_named(actor, _org(actor), _org(actor), _self(actor), actor.person),
    ),
)
