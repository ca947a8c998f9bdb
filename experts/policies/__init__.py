"""Who may do what with the expert pool: pure functions, default no.

Names of experts are read by the pool's keeper and by each expert himself, by nobody else (journeys 9: no operator,
owner, administrator or supervisor reads names before the result; a pool that all of them can leaf through would name
the few who can be drawn). Supervisors and auditors read numbers and what was done, not to whom. Four offices stay
apart: who keeps the pool, who runs a draw, who enters exclusions, who calls the drawn; ``accounts`` lets nobody hold
two of them.
"""

from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Role
from experts.policies import conduct, draw, naming, panel, rest, scoring
from experts.states import EXPERT, ExpertAction, ExpertState
from kernel.policies import ALLOW, Decision, MatrixRow, deny

POOL_EDITOR, OFFICES = draw.POOL_EDITOR, draw.OFFICES
_A = ExpertAction


def may_keep(actor: Actor) -> Decision:
    """Read names and write records: the keeper, who holds none of the other offices and runs no machines."""
    apart = not actor.roles & (OFFICES - {POOL_EDITOR} | {Role.SYSADMIN})
    if POOL_EDITOR in actor.roles and apart and actor.person is not None:
        return ALLOW
    return deny(_("Experts’ names and records are for the keeper of the pool alone."))


def may_change(actor: Actor, expert_person: UUID | None) -> Decision:
    """Change a record: the keeper, never of himself."""
    decision = may_keep(actor)
    if decision.allowed and expert_person is not None and actor.person == expert_person:
        return deny(_("Nobody keeps their own record. Ask another keeper of the pool."))
    return decision


def may_admit(actor: Actor, expert_person: UUID | None, examiner: UUID | None) -> Decision:
    """Admit whom another keeper has examined, or return him: a second person."""
    decision = may_change(actor, expert_person)
    if decision.allowed and actor.person == examiner:
        return deny(_("You examined this yourself. A second person admits."))
    return decision


def may_import(actor: Actor) -> Decision:
    """Take in a workbook of experts: the keeper, or the installation's own command."""
    return ALLOW if is_system(actor) else may_keep(actor)


def may_expire(actor: Actor) -> Decision:
    """End terms by the clock: the platform itself."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_cut(actor: Actor) -> Decision:
    """Cut an epoch: the platform by the clock, or the keeper on demand."""
    return ALLOW if is_system(actor) else may_keep(actor)


def may_read_own(actor: Actor, expert_person: UUID | None) -> Decision:
    """Read what is recorded, with proofs and telephone number: the expert himself."""
    if Role.EXPERT in actor.roles and actor.person is not None and actor.person == expert_person:
        return ALLOW
    return deny(_("Only the expert reads this record here."))


def may_set_away(actor: Actor, expert_person: UUID | None) -> Decision:
    """Tell days on which one cannot come: the expert himself, so that nobody else takes him out of a draw."""
    if may_read_own(actor, expert_person).allowed:
        return ALLOW
    return deny(_("Only the expert tells days away."))


def may_declare(actor: Actor, expert_person: UUID | None) -> Decision:
    """Declare a unit one must not judge, and take it back: the expert himself, who alone reads them."""
    if may_read_own(actor, expert_person).allowed:
        return ALLOW
    return deny(_("Only the expert declares interests."))


def may_reply(actor: Actor, expert_person: UUID | None) -> Decision:
    """Say something to a rating of one's own: the expert himself."""
    if may_read_own(actor, expert_person).allowed:
        return ALLOW
    return deny(_("Only the expert replies to a rating."))


def may_read_numbers(actor: Actor) -> Decision:
    """Read how many there are and what was done with the pool, without names: who supervises or audits."""
    if actor.roles & {Role.SUPERVISOR, Role.AUDITOR}:
        return ALLOW
    return deny(_("The pool in numbers is for who supervises or audits."))


def may_read_leads(actor: Actor) -> Decision:
    """Read leads about draws and scores, under codes and never names: who supervises (its own lots) or audits."""
    if actor.roles & {Role.SUPERVISOR, Role.AUDITOR}:
        return ALLOW
    return deny(_("Leads are for who supervises or audits."))


def may_ask_leads(actor: Actor) -> Decision:
    """Ask for leads to be computed now: whoever reads them."""
    decision = may_read_leads(actor)
    if decision.allowed and actor.person is None:
        return deny(_("Leads are for who supervises or audits."))
    return decision


def may_run_leads(actor: Actor) -> Decision:
    """Compute leads and keep them: the platform, by the clock or because it was asked."""
    return ALLOW if is_system(actor) else deny(_("Leads are computed by the platform alone."))


def may_decide_lead(actor: Actor) -> Decision:
    """Look into a lead and close it, with words: who supervises, for the lots of its own organisation."""
    if Role.SUPERVISOR in actor.roles and actor.person is not None and actor.organisation is not None:
        return ALLOW
    return deny(_("Only who supervises decides about a lead."))


def _row(action: str, check: Callable[[Actor], Decision], *moves: ExpertAction) -> MatrixRow:
    def asked(actor: Actor, state: ExpertState | None) -> Decision:
        decision = check(actor)
        if not decision.allowed or not moves or state is None:
            return decision
        possible = any(state in EXPERT[move].sources for move in moves)
        return ALLOW if possible else deny(_("This is not possible in this state."))

    return MatrixRow(action, asked, ExpertState if moves else None)


def _other(check: Callable[[Actor, UUID | None], Decision]) -> Callable[[Actor], Decision]:
    return lambda actor: check(actor, None)


def _own(check: Callable[[Actor, UUID | None], Decision]) -> Callable[[Actor], Decision]:
    return lambda actor: check(actor, actor.person)


MATRIX: tuple[MatrixRow, ...] = (
    _row("expert_register", may_keep),
    _row("expert_edit", _other(may_change)),
    _row("expert_link", _other(may_change)),
    _row("expert_examine", _other(may_change), _A.EXAMINE),
    _row("expert_admit", lambda actor: may_admit(actor, None, None), _A.ADMIT, _A.RETURN),
    _row("expert_suspend", _other(may_change), _A.SUSPEND),
    _row("expert_resume", _other(may_change), _A.RESUME),
    _row("expert_renew", _other(may_change), _A.RENEW, _A.EXTEND),
    _row("expert_remove", _other(may_change), _A.REMOVE),
    _row("rating_give", _other(may_change)),
    _row("pool_import", may_import),
    _row("pool_export", may_keep),
    _row("pool_names_read", may_keep),
    _row("terms_expire", may_expire),
    _row("epoch_cut", may_cut),
    _row("own_record_read", _own(may_read_own)),
    _row("availability_set", _own(may_set_away)),
    _row("pool_numbers_read", may_read_numbers),
    _row("interest_declare", _own(may_declare)),
    _row("rating_reply", _own(may_reply)),
    _row("suspension_ask", _other(may_change)),
    _row("suspension_decide", lambda actor: may_admit(actor, None, None)),
    *conduct.ROWS,
    _row("leads_read", may_read_leads),
    _row("leads_ask", may_ask_leads),
    _row("leads_run", may_run_leads),
    _row("lead_decide", may_decide_lead),
    *draw.ROWS,
    *naming.ROWS,
    *panel.ROWS,
    *rest.ROWS,
    *scoring.ROWS,
)
