"""Who reads every bidder's security of a lot once the lines are read out: owner, its agency, the supervisor."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from accounts.states import Role
from bidding.states import OpeningState
from kernel.policies import ALLOW, Decision, MatrixRow, deny

READ_OUT = frozenset({OpeningState.REVEALED, OpeningState.RECORDED})
_SOMEBODY = UUID(int=0)


def may_follow_securities(
    actor: Actor, owner: UUID, agencies: Collection[UUID], supervisor: UUID | None
) -> Decision:
    """Have the page of a lot's securities at all: its owner, the agency that acts for it, its supervisor."""
    named = (
        (Role.OWNER, {owner}),
        (Role.AGENCY, set(agencies)),
        (Role.SUPERVISOR, {supervisor} if supervisor else set()),
    )
    if any(role in actor.roles and actor.organisation in bodies for role, bodies in named):
        return ALLOW
    return deny(_("This is for the owner, its agency and the supervisor."))


def may_read_securities(
    actor: Actor, state: OpeningState, owner: UUID, agencies: Collection[UUID], supervisor: UUID | None
) -> Decision:
    """Read each bidder's security: those who follow it, from the reading on; after a failed lot never (法22, 条44)."""
    follows = may_follow_securities(actor, owner, agencies, supervisor)
    if follows.allowed and state not in READ_OUT:
        return deny(_("Security is shown once the lines have been read out."))
    return follows


def _row(actor: Actor, state: OpeningState) -> Decision:
    own = actor.organisation or _SOMEBODY
    return may_read_securities(actor, state, own, {own}, own)


ROWS: tuple[MatrixRow, ...] = (MatrixRow("securities_read", _row, OpeningState),)
"""Rows of the permission matrix that ``bidding.policies.MATRIX`` takes in."""
