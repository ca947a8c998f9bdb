"""Who rates the members of a panel once it is over: those who saw it at work; pure functions, default no."""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.policies.draw import may_ask, may_operate, may_sign_header
from experts.states.conduct import RaterSide
from kernel.policies import ALLOW, Decision, MatrixRow, deny

_STRANGER = UUID(int=0)


def side_of(actor: Actor, owner: UUID, supervisor: UUID | None) -> RaterSide | None:
    """As whom an actor rates members of a panel of this owner and supervisor; None for everybody else."""
    if actor.person is None:
        return None
    if may_ask(actor, owner).allowed:
        return RaterSide.OWNER
    if may_sign_header(actor, supervisor).allowed:
        return RaterSide.SUPERVISOR
    return RaterSide.CENTRE if may_operate(actor).allowed else None


def may_rate_member(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Rate members of a panel after the reveal, and read who they are: this owner, this supervisor, the centre."""
    if side_of(actor, owner, supervisor) is not None:
        return ALLOW
    return deny(
        _("Members of a panel are rated by its owner, its supervisor and the centre that ran the draw.")
    )


def _own(actor: Actor) -> Decision:
    mine = actor.organisation or _STRANGER
    return may_rate_member(actor, mine, mine)


ROWS: tuple[MatrixRow, ...] = (
    MatrixRow("member_rate", lambda actor, _state: _own(actor)),
    MatrixRow("members_rated_read", lambda actor, _state: _own(actor)),
)
