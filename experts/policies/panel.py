"""Who may do what with a panel at work: pure functions, default no.

What is in the bids is for the members who have taken their seat, of the lots they sit on, and for nobody else of the
platform: not the owner, the supervisor or the centre (法38, 条例48; journeys 9). They see how far the panel is, never
an opinion. Who sits on it stays secret until the award (法37): its desk reads names because it lets people in.
"""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Role
from kernel.policies import ALLOW, Decision, MatrixRow, deny, stateless_row

_STRANGER = UUID(int=0)
_APART = frozenset({Role.SYSADMIN, Role.SUPERVISOR, Role.WITNESS, Role.BIDDER})


def may_form(actor: Actor) -> Decision:
    """Call a panel together from the draw opened to everybody: the platform, or the desk of the evaluation area."""
    return ALLOW if is_system(actor) else may_keep_door(actor)


def may_name_own(actor: Actor, owner: UUID) -> Decision:
    """Name the owner's own members: the owner, before anybody is drawn (法37)."""
    if Role.OWNER in actor.roles and actor.organisation == owner and actor.person is not None:
        return ALLOW
    return deny(_("Only the owner of this project names its own members."))


def may_sit(actor: Actor, member: UUID) -> Decision:
    """Sign in, declare, vote, review, mark: the member himself, from his own login, in no other office."""
    sits = bool(actor.roles & {Role.EXPERT, Role.OWNER}) and not actor.roles & _APART
    if sits and actor.person is not None and actor.person == member:
        return ALLOW
    return deny(_("Only the member whose seat this is does this."))


def may_keep_door(actor: Actor) -> Decision:
    """Keep the log of entries and exits, note who did not come: the desk of the evaluation area."""
    if Role.WITNESS in actor.roles and Role.SYSADMIN not in actor.roles and actor.person is not None:
        return ALLOW
    return deny(_("The desk of the evaluation area does this."))


def may_log_passage(actor: Actor, member: UUID) -> Decision:
    """Note an entry or exit: the desk, or the member himself where he takes part from elsewhere."""
    return ALLOW if may_sit(actor, member).allowed else may_keep_door(actor)


def may_offer_panel(actor: Actor, owner: UUID) -> Decision:
    """Sign the panel as it has formed: the owner, who forms it (法37)."""
    if Role.OWNER in actor.roles and actor.organisation == owner and actor.person is not None:
        return ALLOW
    return deny(_("Only the owner of this project signs the panel."))


def may_confirm_panel(actor: Actor, supervisor: UUID | None) -> Decision:
    """Sign the panel beside the owner: the supervisor of this project."""
    if Role.SUPERVISOR in actor.roles and supervisor is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the supervisor of this project signs here."))


def may_end_membership(actor: Actor, supervisor: UUID | None) -> Decision:
    """Note that a member cannot go on, with a ground the law knows (条例 48): the desk or the supervisor."""
    return ALLOW if may_keep_door(actor).allowed else may_confirm_panel(actor, supervisor)


def may_read_bids(actor: Actor, member: UUID, *, seated: bool) -> Decision:
    """Read what is in the bids of the lot, and the panel's own papers: a member who has taken his seat."""
    if not seated:
        return deny(_("The bids are open to you once you have taken your seat on the panel."))
    return may_sit(actor, member)


def may_answer_panel(actor: Actor, organisation: UUID) -> Decision:
    """Answer a question of the panel: the bidder who was asked (条例 52)."""
    if Role.BIDDER in actor.roles and actor.organisation == organisation and actor.person is not None:
        return ALLOW
    return deny(_("Only the bidder who was asked answers."))


def may_watch_panel(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """See how far a panel is, without names and opinions: its desk, this owner, this supervisor, an auditor."""
    if Role.AUDITOR in actor.roles or may_keep_door(actor).allowed or may_offer_panel(actor, owner).allowed:
        return ALLOW
    return may_confirm_panel(actor, supervisor)


def may_read_mandate(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Open the letter an own member was named by: its desk, this owner, this supervisor, an auditor.

    The letter names its member, who is secret until the award (法37): for no bidder, no expert, and not the public.
    """
    if may_watch_panel(actor, owner, supervisor).allowed:
        return ALLOW
    return deny(
        _("The letters of the owner’s members are for this owner, its supervisor, the desk and auditors.")
    )


def may_decide_own(actor: Actor, supervisor: UUID | None, asker: UUID) -> Decision:
    """Agree or refuse that the owner sends somebody else: the supervisor of this project, never who asked (条例48)."""
    if actor.person is not None and actor.person == asker:
        return deny(_("You asked for it yourself. Another person of the supervisor decides."))
    return may_confirm_panel(actor, supervisor)


def may_read_replacements(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Read requests to replace the owner's own members: this owner, this supervisor, an auditor."""
    if Role.AUDITOR in actor.roles or may_name_own(actor, owner).allowed:
        return ALLOW
    return may_confirm_panel(actor, supervisor)


def may_read_looks(actor: Actor, supervisor: UUID | None) -> Decision:
    """Read who opened the letters of the owner's members: the supervisor of this project, an auditor."""
    if Role.AUDITOR in actor.roles or may_confirm_panel(actor, supervisor).allowed:
        return ALLOW
    return deny(_("Who opened the letters is for the supervisor of this project and for auditors."))


def _org(actor: Actor) -> UUID:
    return actor.organisation or _STRANGER


def _own(actor: Actor) -> UUID:
    return actor.person or _STRANGER


_MEMBERS_ACTS = (
    "member_sign_in",
    "unit_answer",
    "member_recuse",
    "chair_vote",
    "review_mark",
    "motion_make",
    "motion_vote",
    "panel_ask",
    "blind_ask",
    "rejection_void",
    "fact_enter",
    "fact_confirm",
    "facts_make",
    "competition_state",
)
ROWS: tuple[MatrixRow, ...] = (
    stateless_row("own_members_name", lambda actor: may_name_own(actor, _org(actor))),
    stateless_row("own_replacement_ask", lambda actor: may_name_own(actor, _org(actor))),
    stateless_row("own_replacement_decide", lambda actor: may_decide_own(actor, _org(actor), _STRANGER)),
    stateless_row(
        "own_replacements_read", lambda actor: may_read_replacements(actor, _org(actor), _org(actor))
    ),
    stateless_row("mandate_read", lambda actor: may_read_mandate(actor, _org(actor), _org(actor))),
    stateless_row("mandate_looks_read", lambda actor: may_read_looks(actor, _org(actor))),
    stateless_row("panel_form", may_form),
    stateless_row("questions_expire", may_form),
    stateless_row("acceptances_end", may_form),
    *(stateless_row(name, lambda actor: may_sit(actor, _own(actor))) for name in _MEMBERS_ACTS),
    stateless_row("passage_log", lambda actor: may_log_passage(actor, _own(actor))),
    stateless_row("panel_offer", lambda actor: may_offer_panel(actor, _org(actor))),
    stateless_row("panel_seat", lambda actor: may_confirm_panel(actor, _org(actor))),
    stateless_row("member_miss", may_keep_door),
    stateless_row("member_replace", lambda actor: may_end_membership(actor, _org(actor))),
    stateless_row("panel_bids_read", lambda actor: may_read_bids(actor, _own(actor), seated=True)),
    stateless_row("panel_names_read", may_keep_door),
    stateless_row("panel_answer", lambda actor: may_answer_panel(actor, _org(actor))),
    stateless_row("panel_process_read", lambda actor: may_watch_panel(actor, _org(actor), _org(actor))),
)
