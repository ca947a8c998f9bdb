"""Who may do what with bid security: pure functions, default no.

Nobody may see who paid, or how many, before the names of the opening are public: what the centre's finance people
see are sub-accounts (``bidding.policies.may_see_set`` rules the rest). SYSADMIN, WITNESS and INTAKE see none of it.
"""

from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Power, Role
from kernel.policies import ALLOW, Decision, MatrixRow, deny


def may_open_account(actor: Actor) -> Decision:
    """Open a collecting account: the installation's own command, never a page."""
    return (
        ALLOW if is_system(actor) else deny(_("A collecting account is opened by the installation itself."))
    )


def may_ask_sub_account(actor: Actor, organisation: UUID) -> Decision:
    """Ask for the account number to pay into: the bidder's own people who may pay or seal."""
    if Role.BIDDER not in actor.roles or actor.organisation != organisation:
        return deny(_("Only a bidder asks for an account to pay its own security into."))
    if not actor.powers & {Power.PAY, Power.SEAL}:
        return deny(_("Your organisation has not given you the power to pay."))
    return ALLOW


def may_read_own_security(actor: Actor, organisation: UUID) -> Decision:
    """See the state of a security: whoever acts for the organisation it belongs to."""
    if Role.BIDDER in actor.roles and actor.organisation == organisation:
        return ALLOW
    return deny(_("A bid security may be seen by its own organisation only."))


def may_answer_validity(actor: Actor, organisation: UUID) -> Decision:
    """Answer whether a bid stays valid longer: the bidder's own people who may seal."""
    if Role.BIDDER not in actor.roles or actor.organisation != organisation:
        return deny(_("Only the bidder itself answers for its bid."))
    if Power.SEAL not in actor.powers:
        return deny(_("Your organisation has not given you the power to seal bids."))
    return ALLOW


def may_import(actor: Actor) -> Decision:
    """Take a bank file in: the platform's own job, or the centre's finance people."""
    if is_system(actor) or _keeps_money(actor):
        return ALLOW
    return deny(_("Bank files are taken in by the centre's finance people."))


def may_redecide(actor: Actor) -> Decision:
    """Decide receipts afresh by the rules: the platform itself."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_match(actor: Actor) -> Decision:
    """Propose or decide a match by hand: the centre's finance people, two different ones."""
    if _keeps_money(actor):
        return ALLOW
    return deny(_("Bank lines are matched by the centre's finance people."))


def may_read_money(actor: Actor) -> Decision:
    """See sub-accounts, lines and books, without names of firms or tenders: the centre's finance people."""
    return may_match(actor)


def may_read_payers(actor: Actor) -> Decision:
    """See from which accounts securities came, once names are public: who supervises and who audits (条40(六))."""
    if actor.roles & {Role.SUPERVISOR, Role.AUDITOR}:
        return ALLOW
    return deny(_("Payers' accounts are shown to who supervises, after the opening."))


def _keeps_money(actor: Actor) -> bool:
    """Finance, and not at the same time who runs the machines."""
    return Role.FINANCE in actor.roles and Role.SYSADMIN not in actor.roles and actor.person is not None


_SOMEBODY = UUID(int=0)


def _own(actor: Actor) -> UUID:
    return actor.organisation or _SOMEBODY


ROWS: tuple[MatrixRow, ...] = (
    MatrixRow("collecting_account_open", lambda actor, _: may_open_account(actor)),
    MatrixRow("sub_account_issue", lambda actor, _: may_ask_sub_account(actor, _own(actor))),
    MatrixRow("own_security_read", lambda actor, _: may_read_own_security(actor, _own(actor))),
    MatrixRow("validity_answer", lambda actor, _: may_answer_validity(actor, _own(actor))),
    MatrixRow("statement_import", lambda actor, _: may_import(actor)),
    MatrixRow("lot_receipts_decide", lambda actor, _: may_redecide(actor)),
    MatrixRow("line_propose", lambda actor, _: may_match(actor)),
    MatrixRow("proposal_decide", lambda actor, _: may_match(actor)),
    MatrixRow("payers_read", lambda actor, _: may_read_payers(actor)),
    MatrixRow("security_desk_read", lambda actor, _: may_read_money(actor)),
)
"""Rows of the permission matrix that ``bidding.policies.MATRIX`` takes in."""
