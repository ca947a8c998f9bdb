"""Who may do what with people, organisations, mandates, keys and sessions; pure, default no.

Each predicate takes the actor and the ids it must stand in relation to. Whether the *state* allows the act is
the table's question; ``MATRIX`` asks both for the printed matrix.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import (
    INVITATION,
    KEY,
    KEY_LOSS,
    KEY_REQUEST,
    MANDATE,
    ORGANISATION,
    InvitationAction,
    InvitationState,
    KeyAction,
    KeyLossState,
    KeyRequestState,
    KeyState,
    MandateAction,
    MandateState,
    OrganisationAction,
    OrganisationKind,
    OrganisationState,
    Power,
    RequestAction,
    Role,
)
from kernel.policies import ALLOW, Decision, MatrixRow, deny
from kernel.transitions import Transition

STAFF_ROLES = frozenset(
    {
        *(Role.INTAKE, Role.WITNESS, Role.FINANCE, Role.POOL, Role.CALLER, Role.SYSADMIN),
        *(Role.SUPERVISOR, Role.AUDITOR),
    }
)
SEATED_ROLES = frozenset({Role.OWNER, Role.AGENCY, Role.WITNESS})
ASKED_ROLES = frozenset({Role.OWNER, Role.AGENCY, Role.OFFICER, *STAFF_ROLES} - {Role.AUDITOR})
"""Those whom somebody may ask who bids, or how many."""
PUBLIC_BODIES = frozenset({OrganisationKind.CENTRE, OrganisationKind.SUPERVISOR, OrganisationKind.AUDIT})
NOT_YOURS = _("This belongs to another organisation.")
LOG_IN = _("Log in first.")
NOT_THIS_STATE = _("This is not possible in this state.")


def may_enter_person(actor: Actor) -> Decision:
    """Enter somebody else as a person: the intake desk; people who sign up enter themselves."""
    if is_system(actor) or Role.INTAKE in actor.roles:
        return ALLOW
    return deny(_("Only the intake desk enters other people."))


def may_register(actor: Actor) -> Decision:
    """Anybody with a login may begin a registration; an administrator holds no business role."""
    if is_system(actor):
        return ALLOW
    if actor.person is None:
        return deny(LOG_IN)
    if Role.SYSADMIN in actor.roles:
        return deny(_("An administrator holds no business role."))
    return ALLOW


def may_manage(actor: Actor, organisation: UUID) -> Decision:
    """Amend and hand in a registration, declare the account, admit members: its own people's business."""
    return _own(actor, organisation, Power.MEMBERS)


def may_review(
    actor: Actor, organisation: UUID, kinds: frozenset[OrganisationKind] = frozenset()
) -> Decision:
    """Accept or return a registration: the intake desk, never for its own organisation.

    A desk of the centre does not make its own supervisor, auditor or another centre: these are entered when
    the platform is set up.
    """
    if is_system(actor):
        return ALLOW
    if Role.INTAKE not in actor.roles:
        return deny(_("Only the intake desk reviews registrations."))
    if kinds & PUBLIC_BODIES:
        return deny(_("Supervisors, auditors and centres are entered when the platform is set up."))
    if actor.organisation == organisation:
        return deny(_("Nobody reviews the registration of their own organisation."))
    return ALLOW


def may_suspend(actor: Actor, organisation: UUID) -> Decision:
    """Suspend or resume an organisation: the supervisor. The centre may not punish (条5)."""
    if Role.SUPERVISOR not in actor.roles:
        return deny(_("Only a supervisor suspends an organisation."))
    return deny(_("Nobody suspends their own organisation.")) if actor.organisation == organisation else ALLOW


def may_record(actor: Actor, organisation: UUID) -> Decision:
    """Add or end an item of the register of subjects: the organisation's own members."""
    return _own(actor, organisation, Power.MEMBERS, Power.SEAL)


def may_rename(actor: Actor, organisation: UUID) -> Decision:
    """Enter a new registered name: the intake desk, which has seen the licence."""
    return may_review(actor, organisation)


def may_offer_mandate(actor: Actor, owner: UUID) -> Decision:
    """Give a mandate: the owner, by somebody who may confirm binding acts."""
    if Role.OWNER not in actor.roles:
        return deny(_("Only an owner gives a mandate."))
    return _own(actor, owner, Power.CONFIRM)


def may_accept_mandate(actor: Actor, agency: UUID) -> Decision:
    """Accept a mandate: the agency named in it."""
    if Role.AGENCY not in actor.roles:
        return deny(_("Only the agency named accepts a mandate."))
    return _own(actor, agency, Power.CONFIRM)


def may_revoke_mandate(actor: Actor, owner: UUID, agency: UUID) -> Decision:
    """End a mandate: either side."""
    as_owner = may_offer_mandate(actor, owner)
    return as_owner if as_owner.allowed else may_accept_mandate(actor, agency)


def may_register_key(actor: Actor, organisation: UUID) -> Decision:
    """Enter a signing key the registrar has certified: the intake desk, or the organisation itself."""
    if is_system(actor) or Role.INTAKE in actor.roles:
        return ALLOW
    return _own(actor, organisation, Power.MEMBERS)


def may_ask_for_key(actor: Actor, organisation: UUID) -> Decision:
    """Ask for a key to be certified, or report one lost: those who manage the organisation or seal for it.

    Whoever may sit in a hall for it (owner, agency, the centre's witness) signs the opening's record there, and so
    may ask as well. Asking gives nothing yet: the intake desk telephones, and the registrar signs.
    """
    if actor.person is not None and actor.organisation == organisation and actor.roles & SEATED_ROLES:
        return ALLOW
    return _own(actor, organisation, Power.MEMBERS, Power.SEAL)


def may_certify_key(actor: Actor) -> Decision:
    """Bring the registrar's signature, or refuse: the intake desk. What certifies is the signature."""
    if Role.INTAKE in actor.roles:
        return ALLOW
    return deny(_("Only the intake desk brings the registrar’s signature."))


def may_sign_key_loss(actor: Actor, organisation: UUID) -> Decision:
    """Bring one office's signature under a loss: the intake desk or a supervisor, never of the organisation."""
    if not actor.roles & {Role.INTAKE, Role.SUPERVISOR}:
        return deny(_("A loss is entered by the intake desk or the supervisor."))
    if actor.organisation == organisation:
        return deny(_("Nobody decides on the lost key of their own organisation."))
    return ALLOW


def may_accept_invitation(actor: Actor, *, meant: bool) -> Decision:
    """Join by an invitation: the person who logs in with the address it was sent to."""
    if actor.person is None:
        return deny(LOG_IN)
    if not meant:
        return deny(_("This invitation was sent to another address. Sign in with that address."))
    return ALLOW


def may_see_paper(actor: Actor, organisation: UUID) -> Decision:
    """Download an uploaded paper: members of the organisation, and the desk which reviews it."""
    if actor.person is None:
        return deny(LOG_IN)
    if actor.organisation == organisation or actor.roles & {Role.INTAKE, Role.SUPERVISOR}:
        return ALLOW
    return deny(NOT_YOURS)


def may_see_desk(actor: Actor) -> Decision:
    """See what waits at the intake desk."""
    if Role.INTAKE in actor.roles:
        return ALLOW
    return deny(_("Only the intake desk reviews registrations."))


def may_report_key_lost(actor: Actor) -> Decision:
    """Enter a loss which registrar and supervisor have signed; the signatures are what counts."""
    if is_system(actor) or actor.roles & {Role.INTAKE, Role.SUPERVISOR}:
        return ALLOW
    return deny(_("A loss is entered by the intake desk or the supervisor."))


def may_retire_key(actor: Actor, organisation: UUID) -> Decision:
    """Stop using a key: the organisation itself."""
    return _own(actor, organisation, Power.MEMBERS)


def may_open_session(actor: Actor) -> Decision:
    """Open a timed staff session: people of the centre, the supervisor, the auditor."""
    if actor.person is None or actor.organisation is None:
        return deny(LOG_IN)
    return ALLOW if actor.roles & STAFF_ROLES else deny(_("Only staff open a staff session."))


def may_close_session(actor: Actor, person: UUID) -> Decision:
    """Close a staff session: whoever opened it; the platform when its time is over."""
    if is_system(actor) or (actor.person is not None and actor.person == person):
        return ALLOW
    return deny(_("Only the person who opened a session closes it."))


def may_read_notification(actor: Actor, person: UUID | None) -> Decision:
    """Read an in-site message: the person it was sent to."""
    return ALLOW if actor.person is not None and actor.person == person else deny(NOT_YOURS)


def may_follow(actor: Actor) -> Decision:
    """Follow what is published: anybody with a login, for themselves."""
    return ALLOW if actor.person is not None else deny(LOG_IN)


def may_log_inquiry(actor: Actor) -> Decision:
    """Log that somebody asked for what is secret (条80): whoever is asked, at an owner, an agency, the centre …"""
    if actor.person is None or actor.organisation is None:
        return deny(LOG_IN)
    if actor.roles & ASKED_ROLES:
        return ALLOW
    return deny(_("Only those who run, watch or open tenders log such questions."))


def may_read_inquiries(actor: Actor, organisation: UUID) -> Decision:
    """Read logged inquiries: those of one's own organisation; supervisor and auditor read all."""
    if actor.roles & {Role.SUPERVISOR, Role.AUDITOR}:
        return ALLOW
    decision = may_log_inquiry(actor)
    if decision.allowed and actor.organisation != organisation:
        return deny(NOT_YOURS)
    return decision


def may_tell_change(actor: Actor, organisation: UUID) -> Decision:
    """Tell a change of the organisation that bids (条38): its own members who seal, answer or confirm for it."""
    if Role.BIDDER not in actor.roles:
        return deny(_("Only a bidder tells a change of itself."))
    return _own(actor, organisation, Power.SEAL, Power.ANSWER, Power.CONFIRM, Power.MEMBERS)


def may_read_changes(actor: Actor, parties: Collection[UUID]) -> Decision:
    """Read what bidders told of themselves after an opening: owner, its agency, the supervisor of it; the witness."""
    if actor.roles & {Role.WITNESS, Role.AUDITOR}:
        return ALLOW
    if actor.roles & {Role.OWNER, Role.AGENCY, Role.SUPERVISOR} and actor.organisation in parties:
        return ALLOW
    return deny(_("This is for the owner, its agency and those who watch the opening."))


def _own(actor: Actor, organisation: UUID, *powers: Power) -> Decision:
    if is_system(actor):
        return ALLOW
    if actor.person is None:
        return deny(LOG_IN)
    if actor.organisation != organisation:
        return deny(NOT_YOURS)
    if not actor.powers & set(powers):
        return deny(_("Your organisation has not given you this power."))
    return ALLOW


def _row(
    action: str,
    check: Callable[[Actor, UUID], Decision],
    states: type[Enum] | None = None,
    moves: tuple[Mapping[Any, Transition[Any]], tuple[Enum, ...]] | None = None,
    *,
    own: bool = True,
) -> MatrixRow:
    """A row for an actor who stands in the right relation: of the organisation itself, or of another one."""

    def asked(actor: Actor, state: Enum | None) -> Decision:
        member = replace(actor, powers=frozenset(Power))
        other = UUID(int=0)
        decision = check(member, (member.organisation or other) if own else other)
        if not decision.allowed or moves is None or state is None:
            return decision
        table, actions = moves
        return ALLOW if any(state in table[action].sources for action in actions) else deny(NOT_THIS_STATE)

    return MatrixRow(action=action, check=asked, states=states)


_O, _OA = OrganisationState, OrganisationAction
MATRIX: tuple[MatrixRow, ...] = (
    _row("person_register", lambda actor, _of: may_enter_person(actor)),
    _row("organisation_register", lambda actor, _of: may_register(actor)),
    _row("organisation_amend", may_manage, _O, (ORGANISATION, (_OA.SUBMIT,))),
    _row("organisation_submit", may_manage, _O, (ORGANISATION, (_OA.SUBMIT,))),
    _row("organisation_review", may_review, _O, (ORGANISATION, (_OA.ACCEPT, _OA.RETURN)), own=False),
    _row("organisation_suspend", may_suspend, _O, (ORGANISATION, (_OA.SUSPEND,)), own=False),
    _row("organisation_resume", may_suspend, _O, (ORGANISATION, (_OA.RESUME,)), own=False),
    _row("organisation_rename", may_rename, own=False),
    _row("account_declare", may_manage),
    _row("record_add", may_record),
    _row("record_end", may_record),
    _row("membership_grant", may_manage),
    _row("membership_revoke", may_manage),
    _row("mandate_grant", may_offer_mandate),
    _row("mandate_accept", may_accept_mandate, MandateState, (MANDATE, (MandateAction.ACCEPT,))),
    _row(
        "mandate_revoke",
        lambda actor, of: may_revoke_mandate(actor, of, of),
        MandateState,
        (MANDATE, (MandateAction.REVOKE,)),
    ),
    _row("signing_key_register", may_register_key),
    _row(
        "signing_key_lost", lambda actor, _of: may_report_key_lost(actor), KeyState, (KEY, (KeyAction.LOSE,))
    ),
    _row("signing_key_retire", may_retire_key, KeyState, (KEY, (KeyAction.RETIRE,))),
    _row("key_request_open", may_ask_for_key),
    _row(
        "key_request_certify",
        lambda actor, _of: may_certify_key(actor),
        KeyRequestState,
        (KEY_REQUEST, (RequestAction.CERTIFY,)),
        own=False,
    ),
    _row(
        "key_request_refuse",
        lambda actor, _of: may_certify_key(actor),
        KeyRequestState,
        (KEY_REQUEST, (RequestAction.REFUSE,)),
        own=False,
    ),
    _row("key_loss_report", may_ask_for_key),
    _row("key_loss_sign", may_sign_key_loss, KeyLossState, (KEY_LOSS, (RequestAction.CERTIFY,)), own=False),
    _row("key_loss_refuse", may_sign_key_loss, KeyLossState, (KEY_LOSS, (RequestAction.REFUSE,)), own=False),
    _row("invitation_send", may_manage),
    _row("invitation_withdraw", may_manage, InvitationState, (INVITATION, (InvitationAction.WITHDRAW,))),
    _row("paper_download", may_see_paper),
    _row("follow_begin", lambda actor, _of: may_follow(actor)),
    _row("inquiry_log", lambda actor, _of: may_log_inquiry(actor)),
    _row("inquiries_read", may_read_inquiries),
    _row("organisation_change_tell", may_tell_change),
    _row("organisation_changes_read", lambda actor, of: may_read_changes(actor, [of])),
    _row("staff_session_open", lambda actor, _of: may_open_session(actor)),
)
