"""Who adjourns a panel, who seals its room and opens it again, who decides when a seal is broken; default no."""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.policies.panel import may_confirm_panel, may_keep_door, may_sit, may_watch_panel
from kernel.policies import ALLOW, Decision, MatrixRow, deny, stateless_row

_STRANGER = UUID(int=0)


def may_adjourn(actor: Actor, chair: UUID | None) -> Decision:
    """Send the panel to rest: its chair; while it has none, the desk of the evaluation area."""
    if chair is None:
        return may_keep_door(actor)
    if may_sit(actor, chair).allowed:
        return ALLOW
    return deny(_("The chair of the panel adjourns it; the desk does while there is no chair."))


def may_seal(actor: Actor, supervisor: UUID | None) -> Decision:
    """Seal room and papers, and say in the morning how the seals are: the desk, and the supervisor of this project."""
    if actor.person is None:
        return deny(_("A person seals, with a name of its own."))
    return ALLOW if may_keep_door(actor).allowed else may_confirm_panel(actor, supervisor)


def may_decide_seal(actor: Actor, supervisor: UUID | None) -> Decision:
    """Let a panel go on although a seal was broken: the supervisor of this project alone."""
    if actor.person is None:
        return deny(_("A person decides, with a name of its own."))
    return may_confirm_panel(actor, supervisor)


def _org(actor: Actor) -> UUID:
    return actor.organisation or _STRANGER


ROWS: tuple[MatrixRow, ...] = (
    stateless_row("panel_adjourn", lambda actor: may_adjourn(actor, actor.person or _STRANGER)),
    stateless_row("panel_adjourn_without_chair", lambda actor: may_adjourn(actor, None)),
    stateless_row("rest_seal", lambda actor: may_seal(actor, _org(actor))),
    stateless_row("rest_unbroken", lambda actor: may_seal(actor, _org(actor))),
    stateless_row("rest_broken", lambda actor: may_seal(actor, _org(actor))),
    stateless_row("rest_decide", lambda actor: may_decide_seal(actor, _org(actor))),
    stateless_row("panel_rests_read", lambda actor: may_watch_panel(actor, _org(actor), _org(actor))),
)
