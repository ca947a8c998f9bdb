"""Who may do what from the first mark to the report in the owner's hands: pure functions, default no.

A member's sheet is his alone until every member has locked; then it is the panel's, and nobody else's before the
report is handed over (法44, 条例48). The owner hears that time is short, never from whom.
"""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Role
from experts.policies.panel import may_confirm_panel, may_offer_panel, may_sit
from kernel.policies import ALLOW, Decision, MatrixRow, deny, stateless_row

_STRANGER = UUID(int=0)


def may_read_sheet(actor: Actor, member: UUID) -> Decision:
    """Read a sheet that is not shown yet: its own member, nobody else, whatever his office."""
    if may_sit(actor, member).allowed:
        return ALLOW
    return deny(_("A score sheet is its member’s alone until every member has locked."))


def may_read_shown(actor: Actor, member: UUID, *, shown: bool, locked: bool) -> Decision:
    """Read everybody's sheets: a member, once all are shown and he has locked his own."""
    if not (shown and locked):
        return deny(_("What others marked is shown once every member has locked a sheet."))
    return may_sit(actor, member)


def may_lead(actor: Actor, chair: UUID | None) -> Decision:
    """Write the report: the member whom the panel has elected its chair."""
    if chair is not None and may_sit(actor, chair).allowed:
        return ALLOW
    return deny(_("The chair of the panel does this."))


def may_extend(actor: Actor, owner: UUID) -> Decision:
    """Give the panel more time: the owner (条例 48)."""
    return may_offer_panel(actor, owner)


def may_close(actor: Actor) -> Decision:
    """Show the locked sheets, note silence, hand the report over: the platform alone."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_recall(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Call the panel back on a ground of the law: the owner or the supervisor of this project (条例 48, 56, 71)."""
    if may_offer_panel(actor, owner).allowed or may_confirm_panel(actor, supervisor).allowed:
        return ALLOW
    return deny(_("Only the owner and the supervisor of this project call a panel back."))


def may_read_report(
    actor: Actor, owner: UUID, supervisor: UUID | None, *, member: UUID | None, handed: bool
) -> Decision:
    """Read a report: the panel's members; owner, supervisor and auditors once it is handed over."""
    if member is not None and may_sit(actor, member).allowed:
        return ALLOW
    if not handed:
        return deny(
            _("The report is the panel’s until every member has signed it, dissented, or kept silent.")
        )
    if Role.AUDITOR in actor.roles or may_recall(actor, owner, supervisor).allowed:
        return ALLOW
    return deny(_("The report is for the panel, the owner and the supervisor of this project."))


def _org(actor: Actor) -> UUID:
    return actor.organisation or _STRANGER


def _own(actor: Actor) -> UUID:
    return actor.person or _STRANGER


def _report(actor: Actor, *, member: bool, handed: bool) -> Decision:
    own = _own(actor) if member else None
    return may_read_report(actor, _org(actor), _org(actor), member=own, handed=handed)


_MEMBERS_ACTS = (
    "sheet_save",
    "sheet_lock",
    "sheet_keep",
    "time_ask",
    "tie_vote",
    "report_sign",
)
ROWS: tuple[MatrixRow, ...] = (
    *(stateless_row(name, lambda actor: may_sit(actor, _own(actor))) for name in _MEMBERS_ACTS),
    stateless_row("own_sheet_read", lambda actor: may_read_sheet(actor, _own(actor))),
    stateless_row("sheet_of_another_read", lambda actor: may_read_sheet(actor, _STRANGER)),
    stateless_row(
        "shown_sheets_read", lambda actor: may_read_shown(actor, _own(actor), shown=True, locked=True)
    ),
    stateless_row("sheets_show", may_close),
    stateless_row("time_extend", lambda actor: may_extend(actor, _org(actor))),
    stateless_row("report_make", lambda actor: may_lead(actor, _own(actor))),
    stateless_row("report_silence", may_close),
    stateless_row("report_hand", may_close),
    stateless_row("own_report_read", lambda actor: _report(actor, member=True, handed=False)),
    stateless_row("report_before_hand_read", lambda actor: _report(actor, member=False, handed=False)),
    stateless_row("report_read", lambda actor: _report(actor, member=False, handed=True)),
    stateless_row("panel_recall", lambda actor: may_recall(actor, _org(actor), _org(actor))),
)
