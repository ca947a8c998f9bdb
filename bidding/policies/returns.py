"""Who may do what with guarantees, refunds, holds and forfeitures: pure functions, default no."""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Role
from bidding.policies.security import may_ask_sub_account, may_match
from kernel.policies import ALLOW, Decision, MatrixRow, deny


def may_give_guarantee(actor: Actor, organisation: UUID) -> Decision:
    """Register a guarantee, or set an annual security aside for a lot: the bidder's own people who pay or seal."""
    if not may_ask_sub_account(actor, organisation).allowed:
        return deny(_("A security is given by the bidder's own people who may pay or seal for it."))
    return ALLOW


def may_check_guarantee(actor: Actor) -> Decision:
    """Find a guarantee genuine or false, release it: the platform by the issuer's answer, or two finance people."""
    if is_system(actor) or may_match(actor).allowed:
        return ALLOW
    return deny(_("Guarantees are checked by the centre's finance people."))


def may_pay_back(actor: Actor) -> Decision:
    """Make, approve and hand over refund lists, show where a sum without a payer goes: finance people."""
    if may_match(actor).allowed:
        return ALLOW
    return deny(_("Refunds are made by one of the centre's finance people and approved by another."))


def may_begin_refunds(actor: Actor) -> Decision:
    """Say that a sum has become due: the platform by the clock or by what a later stage tells it."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_hold(actor: Actor, supervisor: UUID | None) -> Decision:
    """Stop or let go refunds: the competent supervisor by order or for a complaint; the platform for an objection."""
    if is_system(actor):
        return ALLOW
    if Role.SUPERVISOR in actor.roles and supervisor is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the competent supervisor may stop refunds."))


def may_forfeit(actor: Actor, owner: UUID) -> Decision:
    """Propose or confirm that a security is kept: two different people of the owner."""
    if Role.OWNER in actor.roles and actor.organisation == owner and actor.person is not None:
        return ALLOW
    return deny(_("Only the owner decides whether a security is kept."))


_SOMEBODY = UUID(int=0)


def _own(actor: Actor) -> UUID:
    return actor.organisation or _SOMEBODY


ROWS: tuple[MatrixRow, ...] = (
    MatrixRow("guarantee_register", lambda actor, _: may_give_guarantee(actor, _own(actor))),
    MatrixRow("annual_use", lambda actor, _: may_give_guarantee(actor, _own(actor))),
    MatrixRow("guarantee_verify", lambda actor, _: may_check_guarantee(actor)),
    MatrixRow("refund_begin", lambda actor, _: may_begin_refunds(actor)),
    MatrixRow("refund_pay", lambda actor, _: may_pay_back(actor)),
    MatrixRow("refund_hold", lambda actor, _: may_hold(actor, _own(actor))),
    MatrixRow("forfeiture_decide", lambda actor, _: may_forfeit(actor, _own(actor))),
)
"""Rows of the permission matrix that ``bidding.policies.MATRIX`` takes in."""
