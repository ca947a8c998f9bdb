"""Who may do what in the drawing of a panel: pure functions, default no.

The owner asks, the exclusions desk says who stays out, the draw's operator runs it, the supervisor signs the header
and watches, officers and contributors act with their own keys. Nobody of them reads a name before the reveal: there is
no function here that would allow it.
"""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Power, Role
from kernel.policies import ALLOW, Decision, MatrixRow, deny, stateless_row

POOL_EDITOR, DRAW_OPERATOR, EXCLUSIONS_OPERATOR = Role.POOL, Role.WITNESS, Role.INTAKE
CALLER = Role.CALLER
OFFICES = frozenset({POOL_EDITOR, DRAW_OPERATOR, EXCLUSIONS_OPERATOR, CALLER})
_STRANGER = UUID(int=0)


def may_ask(actor: Actor, owner: UUID) -> Decision:
    """Ask for a panel, or take the request back: a person of the owner."""
    if Role.OWNER in actor.roles and actor.organisation == owner and actor.person is not None:
        return ALLOW
    return deny(_("Only the owner of the tender asks for its panel."))


def may_confirm_request(actor: Actor, owner: UUID, asked_by: UUID | None) -> Decision:
    """Confirm a request and name the key the owner contributes with: a second person with that power."""
    decision = may_ask(actor, owner)
    if not decision.allowed:
        return decision
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    if actor.person == asked_by:
        return deny(_("You wrote this request yourself. A second person confirms it."))
    return ALLOW


def may_withdraw_request(actor: Actor, owner: UUID, *, confirmed: bool) -> Decision:
    """Take a request back: a person of the owner; one that was confirmed, somebody who may confirm."""
    return may_confirm_request(actor, owner, None) if confirmed else may_ask(actor, owner)


def may_exclude(actor: Actor) -> Decision:
    """Enter units whose people stay out: the exclusions' operator, who runs no draw and keeps no pool."""
    if EXCLUSIONS_OPERATOR in actor.roles and _holds_one(actor):
        return ALLOW
    return deny(_("Exclusions are entered by the desk that neither runs the draw nor keeps the pool."))


def may_operate(actor: Actor) -> Decision:
    """Run a draw: its operator, who enters no exclusions and keeps no pool; or the platform by the clock."""
    if is_system(actor) or (DRAW_OPERATOR in actor.roles and _holds_one(actor)):
        return ALLOW
    return deny(_("A draw is run by its operator, who neither enters exclusions nor keeps the pool."))


def may_sign_header(actor: Actor, supervisor: UUID | None) -> Decision:
    """Sign a header or a postponement beside the platform: the supervisor of this project."""
    if Role.SUPERVISOR in actor.roles and supervisor is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the supervisor of this project signs the header of its draw."))


def may_propose_exchange(actor: Actor) -> Decision:
    """Propose a change of an officer: the draw's operator in person, never the clock."""
    return deny(_("A person proposes this.")) if actor.person is None else may_operate(actor)


def may_agree_exchange(actor: Actor, supervisor: UUID | None, proposed_by: UUID | None) -> Decision:
    """Agree to a change of an officer, or refuse it: the supervisor of this project, and never who proposed it."""
    decision = may_sign_header(actor, supervisor)
    if not decision.allowed or actor.person is None:
        return deny(_("Only the supervisor of this project agrees to a change of an officer."))
    if actor.person == proposed_by:
        return deny(_("You proposed this change yourself. Another person of the supervisor agrees to it."))
    return ALLOW


def may_hold_draw_seat(actor: Actor, person: UUID) -> Decision:
    """Register a key for an officer's seat of a draw, commit, release: that person."""
    if Role.OFFICER in actor.roles and actor.person is not None and actor.person == person:
        return ALLOW
    return deny(_("Only the person named for this seat acts in it."))


def may_certify_draw_key(actor: Actor, organisation: UUID) -> Decision:
    """Certify the key of an officer of a draw: the officer's organisation, by who may confirm its binding acts."""
    if actor.organisation is None or actor.organisation != organisation or not actor.roles:
        return deny(_("Only the officer’s organisation certifies this key."))
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    return ALLOW


def may_contribute(actor: Actor, contributors: frozenset[UUID]) -> Decision:
    """Hand in a sealed contribution: a member of an organisation that may contribute; the platform for itself."""
    if is_system(actor):
        return ALLOW
    if actor.roles & {Role.OWNER, Role.SUPERVISOR, Role.BIDDER} and actor.organisation in contributors:
        return ALLOW
    return deny(_("Your organisation does not contribute to this draw."))


def may_settle(actor: Actor) -> Decision:
    """Decide rounds, begin calls, end windows, open the draw at its time: the platform alone."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_answer(actor: Actor, expert_person: UUID | None) -> Decision:
    """Accept or decline a seat: the expert himself by his login, or the gateway that spoke to him."""
    if is_system(actor):
        return ALLOW
    if Role.EXPERT in actor.roles and actor.person is not None and actor.person == expert_person:
        return ALLOW
    return deny(_("Only the expert answers for himself."))


def may_call(actor: Actor) -> Decision:
    """Be shown whom to call for a seat, and write down how the call ended: the caller, who holds no other office.

    He reads one name at a time, inside its window; each look is recorded (ADR 38).
    """
    if CALLER in actor.roles and _holds_one(actor):
        return ALLOW
    return deny(_("Drawn experts are called by the one desk that neither runs draws nor keeps the pool."))


def may_end_acceptance(actor: Actor, supervisor: UUID | None) -> Decision:
    """Say that somebody who accepted falls out, with evidence: the supervisor of this project."""
    return may_sign_header(actor, supervisor)


def may_watch(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Read how a draw stands, in states and numbers: its operator, this owner, this supervisor, an auditor."""
    if Role.AUDITOR in actor.roles or may_operate(actor).allowed or may_ask(actor, owner).allowed:
        return ALLOW
    return may_sign_header(actor, supervisor)


def may_read_desk(actor: Actor) -> Decision:
    """Read the list of requests and draws: both desks, owners of their own, supervisors of theirs, auditors."""
    if actor.roles & {Role.OWNER, Role.SUPERVISOR, Role.AUDITOR} and actor.person is not None:
        return ALLOW
    return ALLOW if may_exclude(actor).allowed else may_operate(actor)


def _holds_one(actor: Actor) -> bool:
    """A person with exactly one of the four offices, who administers no machine."""
    return actor.person is not None and len(actor.roles & OFFICES) == 1 and Role.SYSADMIN not in actor.roles


def _of(actor: Actor) -> UUID:
    return actor.organisation or _STRANGER


ROWS: tuple[MatrixRow, ...] = (
    stateless_row("draw_request", lambda actor: may_ask(actor, _of(actor))),
    stateless_row("draw_withdraw", lambda actor: may_withdraw_request(actor, _of(actor), confirmed=False)),
    stateless_row("draw_confirm", lambda actor: may_confirm_request(actor, _of(actor), None)),
    stateless_row("exclusion_enter", may_exclude),
    stateless_row("draw_begin", may_operate),
    stateless_row("draw_officer_invite", may_operate),
    stateless_row(
        "draw_officer_register", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)
    ),
    stateless_row("draw_seat_accept", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)),
    stateless_row("draw_key_ask", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)),
    stateless_row("draw_key_certify", lambda actor: may_certify_draw_key(actor, _of(actor))),
    stateless_row("draw_dryrun", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)),
    stateless_row("officer_exchange_propose", may_propose_exchange),
    stateless_row("officer_exchange_agree", lambda actor: may_agree_exchange(actor, _of(actor), None)),
    stateless_row("officer_exchange_refuse", lambda actor: may_agree_exchange(actor, _of(actor), None)),
    stateless_row("draw_prepare", may_operate),
    stateless_row("header_sign", lambda actor: may_sign_header(actor, _of(actor))),
    stateless_row("draw_postpone", lambda actor: may_sign_header(actor, _of(actor))),
    stateless_row("stall_propose", may_operate),
    stateless_row("stall_sign", lambda actor: may_sign_header(actor, _of(actor))),
    stateless_row("contribution_give", lambda actor: may_contribute(actor, frozenset({_of(actor)}))),
    stateless_row("commit_give", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)),
    stateless_row("release_give", lambda actor: may_hold_draw_seat(actor, actor.person or _STRANGER)),
    stateless_row("round_decide", may_settle),
    stateless_row("call_start", may_settle),
    stateless_row("answer_record", lambda actor: may_answer(actor, actor.person)),
    stateless_row("call_look_read", may_call),
    stateless_row("call_outcome", may_call),
    stateless_row("acceptance_end", lambda actor: may_end_acceptance(actor, _of(actor))),
    stateless_row("window_end", may_settle),
    stateless_row("round_next", may_settle),
    stateless_row("draw_reveal", may_settle),
    stateless_row("draw_desk_read", may_read_desk),
    stateless_row("draw_states_read", lambda actor: may_watch(actor, _of(actor), _of(actor))),
)
