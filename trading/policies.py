"""Who may do what with projects, tenders and lots: pure, default no (journeys, section 9).

``owner`` is the owner's organisation, ``agencies`` those with a mandate for the power in question. The owner
confirms every binding act with its own key; the agency drafts. Nobody may see who took documents.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Power, Role
from kernel.policies import ALLOW, Decision, MatrixRow, deny
from kernel.transitions import Transition
from trading import states
from trading.states import LotAction, ProjectAction, TenderAction, TenderState

NOT_THIS_STATE = _("This is not possible in this state.")
NOBODY: frozenset[UUID] = frozenset()


def may_register_project(actor: Actor, owner: UUID, agencies: Collection[UUID] = NOBODY) -> Decision:
    """Register or correct a project: its owner, or the agency the owner has charged."""
    return _owner_or_agency(actor, owner, agencies, _("Only the owner or its agency registers a project."))


def may_review_project(actor: Actor, owner: UUID) -> Decision:
    """Return or accept a project at intake: the intake desk, never for its own organisation."""
    if is_system(actor):
        return ALLOW
    if Role.INTAKE not in actor.roles:
        return deny(_("Only the intake desk reviews projects."))
    return deny(_("Nobody reviews their own project.")) if actor.organisation == owner else ALLOW


def may_draft(actor: Actor, owner: UUID, agencies: Collection[UUID] = NOBODY) -> Decision:
    """Write a tender, its lots, documents, opening set-up and addenda: the owner or its agency."""
    return _owner_or_agency(actor, owner, agencies, _("Only the owner or its agency prepares a tender."))


def may_record_outcome(actor: Actor, owner: UUID, agencies: Collection[UUID] = NOBODY) -> Decision:
    """Record the award notice and the contract: the owner, or the agency that may chair for it."""
    return _owner_or_agency(
        actor, owner, agencies, _("Only the owner or its agency records the award and the contract.")
    )


def may_publish(actor: Actor, owner: UUID) -> Decision:
    """Publish, change, postpone, terminate: the owner, by somebody who may confirm binding acts."""
    if Role.OWNER not in actor.roles or actor.organisation is None or actor.organisation != owner:
        return deny(_("Only the owner may publish, change or terminate a tender."))
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    return ALLOW


def may_override(actor: Actor, owner: UUID) -> Decision:
    """Let a rule pass with a reason: the owner, with its own name; the supervisor is told."""
    return may_publish(actor, owner)


def may_answer(actor: Actor, owner: UUID, agencies: Collection[UUID] = NOBODY) -> Decision:
    """Answer questions and objections: the owner, or an agency with the mandate to answer."""
    return _owner_or_agency(actor, owner, agencies, _("Only the owner or its agency answers."))


def may_take_documents(actor: Actor) -> Decision:
    """Take documents, ask, object: a bidder's member."""
    if Role.BIDDER not in actor.roles or actor.organisation is None or actor.person is None:
        return deny(_("Only a registered bidder may do this."))
    return ALLOW


def may_ask(actor: Actor, owner: UUID, agency: UUID | None) -> Decision:
    """Ask or object: a bidder which is neither the owner nor its agency (条13)."""
    if actor.organisation is not None and actor.organisation in {owner, agency}:
        return deny(_("The owner and its agency do not ask themselves."))
    return may_take_documents(actor)


def may_suspend(actor: Actor, owner: UUID, supervisor: UUID | None) -> Decision:
    """Suspend a tender: the competent supervisor by order (条62), the owner for a fault, the platform."""
    if is_system(actor):
        return ALLOW
    if Role.SUPERVISOR in actor.roles and actor.organisation is not None and actor.organisation == supervisor:
        return ALLOW
    return may_publish(actor, owner)


def may_lift(actor: Actor, owner: UUID, supervisor: UUID | None, ground: str) -> Decision:
    """Lift a suspension: who ordered it. An order is lifted by the supervisor, never by the owner."""
    if ground != "order":
        return may_suspend(actor, owner, supervisor)
    if Role.SUPERVISOR in actor.roles and actor.organisation is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the supervisor lifts a suspension it has ordered."))


def may_countersign(actor: Actor, supervisor: UUID | None) -> Decision:
    """Sign a postponement: the competent supervisor, by somebody who may confirm its binding acts."""
    of_it = actor.organisation is not None and actor.organisation == supervisor
    if Role.SUPERVISOR not in actor.roles or not of_it:
        return deny(_("Only the competent supervisor signs this."))
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    return ALLOW


def may_receive_report(actor: Actor, supervisor: UUID | None) -> Decision:
    """Confirm the receipt of a written report (法 47): the competent supervisor."""
    if Role.SUPERVISOR in actor.roles and actor.organisation is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the competent supervisor receives the written report."))


def may_certify_seat(actor: Actor, organisation: UUID) -> Decision:
    """Certify an officer's key: the officer's organisation, by somebody who may confirm its binding acts."""
    if actor.organisation is None or actor.organisation != organisation or not actor.roles:
        return deny(_("Only the officer’s organisation certifies this key."))
    if Power.CONFIRM not in actor.powers:
        return deny(_("Your organisation has not given you the power to confirm binding acts."))
    return ALLOW


def may_read_draft(
    actor: Actor, owner: UUID, agencies: Collection[UUID], supervisor: UUID | None
) -> Decision:
    """See a project and its tenders from the inside: owner, agency, competent supervisor, auditor."""
    if _owner_or_agency(actor, owner, agencies, "").allowed or Role.AUDITOR in actor.roles:
        return ALLOW
    if Role.SUPERVISOR in actor.roles and actor.organisation is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the owner, its agency and the supervisor see this."))


def may_hold_seat(actor: Actor, person: UUID) -> Decision:
    """Accept a seat, register its key, answer a dry run: the officer in person."""
    if Role.OFFICER not in actor.roles or actor.person is None or actor.person != person:
        return deny(_("Only the officer who holds this seat may do this."))
    return ALLOW


def may_drive(actor: Actor) -> Decision:
    """Close, open, fail a lot: the platform by the clock, driven by the opening; never a person."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_see_takers(actor: Actor) -> Decision:
    """See who took documents, or how many: nobody, at any time (法22)."""
    del actor
    return deny(_("Who took the documents, and how many did, is secret by law for everyone."))


def _owner_or_agency(actor: Actor, owner: UUID, agencies: Collection[UUID], reason: str) -> Decision:
    if actor.person is None or actor.organisation is None:
        return deny(_("Log in first."))
    if Role.OWNER in actor.roles and actor.organisation == owner:
        return ALLOW
    if Role.AGENCY in actor.roles and actor.organisation in agencies:
        return ALLOW
    return deny(reason)


def _row(
    action: str,
    check: Callable[[Actor, UUID], Decision],
    kinds: type[Enum] | None = None,
    table: Mapping[Any, Transition[Any]] | None = None,
    *actions: Enum,
) -> MatrixRow:
    """A row for an actor who stands in the right relation and holds all powers of its organisation."""

    def asked(actor: Actor, state: Enum | None) -> Decision:
        member = replace(actor, powers=frozenset(Power))
        decision = check(member, member.organisation or UUID(int=0))
        if not decision.allowed or table is None or state is None:
            return decision
        return ALLOW if any(state in table[item].sources for item in actions) else deny(NOT_THIS_STATE)

    return MatrixRow(action=action, check=asked, states=kinds)


def _in(action: str, check: Callable[[Actor, UUID], Decision], *allowed: TenderState) -> MatrixRow:
    """A row whose act is possible in these states of the tender and moves none."""
    table = {TenderAction.PREPARE: Transition(frozenset(allowed), TenderState.DRAFT)}
    return _row(action, check, TenderState, table, TenderAction.PREPARE)


def _by_owner_or_agency(actor: Actor, own: UUID) -> Decision:
    return may_draft(actor, own, {own})


def _not_own(actor: Actor, _own: UUID) -> Decision:
    return may_review_project(actor, UUID(int=1))


def _asker(actor: Actor, _own: UUID) -> Decision:
    return may_ask(actor, UUID(int=1), None)


def _of_case(actor: Actor, own: UUID) -> Decision:
    return may_suspend(actor, own, own)


def _certifier(actor: Actor, own: UUID) -> Decision:
    only = replace(actor, roles=actor.roles & {Role.OFFICER})
    return may_certify_seat(only, own)


def _receiver(actor: Actor, own: UUID) -> Decision:
    return may_receive_report(actor, own)


def _orderer(actor: Actor, own: UUID) -> Decision:
    return may_lift(actor, UUID(int=1), own, "order")


def _at(action: str, check: Callable[[Actor, UUID], Decision], *allowed: states.LotState) -> MatrixRow:
    """A row whose act is possible in these states of the lot and moves none."""
    table = {LotAction.PREPARE: Transition(frozenset(allowed), states.LotState.DRAFT)}
    return _row(action, check, states.LotState, table, LotAction.PREPARE)


def _reader(actor: Actor, own: UUID) -> Decision:
    return may_read_draft(actor, own, {own}, own)


def _seat(actor: Actor, _own: UUID) -> Decision:
    return may_hold_seat(actor, actor.person or UUID(int=0))


def _system_only(actor: Actor, _own: UUID) -> Decision:
    return may_drive(actor)


def _nobody(actor: Actor, _own: UUID) -> Decision:
    return may_see_takers(actor)


_P, _T, _L = states.ProjectState, TenderState, states.LotState
MATRIX: tuple[MatrixRow, ...] = (
    _row("project_register", _by_owner_or_agency),
    _row("award_record", _by_owner_or_agency, _L, states.LOT, LotAction.AWARD_OUTSIDE),
    _row("report_receive", _system_only, _L, states.LOT, LotAction.REPORT),
    _at("report_receipt", may_publish, _L.REPORTED),
    _row("publicity_publish", may_publish, _L, states.LOT, LotAction.PUBLICISE),
    _row("publicity_waive", may_publish, _L, states.LOT, LotAction.WAIVE_PUBLICITY),
    _row("publicity_close", _system_only, _L, states.LOT, LotAction.END_PUBLICITY),
    _at("result_objection_raise", _asker, _L.PUBLICITY),
    _at("award_draft", _by_owner_or_agency, _L.AWAITING_AWARD),
    _row("award_decide", may_publish, _L, states.LOT, LotAction.AWARD),
    _at("candidate_out_draft", may_publish, _L.AWAITING_AWARD, _L.AWARDED),
    _at("candidate_out", may_publish, _L.AWAITING_AWARD, _L.AWARDED),
    _at("tender_again", may_publish, _L.AWAITING_AWARD),
    _at("recheck_ask", may_publish, _L.PUBLICITY, _L.AWAITING_AWARD),
    _at("recheck_answer", _system_only, _L.PUBLICITY, _L.AWAITING_AWARD),
    _at("written_report_send", may_publish, _L.AWARDED, _L.CONTRACTED),
    _at("written_report_receive", _receiver, _L.AWARDED, _L.CONTRACTED),
    _at("lot_stop", may_publish, _L.EVALUATING, _L.REPORTED, _L.PUBLICITY, _L.AWAITING_AWARD),
    _at(
        "lot_hold",
        _orderer,
        *(_L.EVALUATING, _L.REPORTED, _L.PUBLICITY, _L.AWAITING_AWARD, _L.AWARDED),
    ),
    _row("contract_record", _by_owner_or_agency, _L, states.LOT, LotAction.CONTRACT),
    _row("project_resubmit", _by_owner_or_agency, _P, states.PROJECT, ProjectAction.RESUBMIT),
    _row("project_return", _not_own, _P, states.PROJECT, ProjectAction.RETURN),
    _row("project_accept", _not_own, _P, states.PROJECT, ProjectAction.ACCEPT),
    _row("tender_create", _by_owner_or_agency),
    _in("lot_add", _by_owner_or_agency, _T.DRAFT),
    _in("method_set", _by_owner_or_agency, _T.DRAFT),
    _in("document_add", _by_owner_or_agency, _T.DRAFT),
    _in("opening_setup_set", _by_owner_or_agency, _T.DRAFT),
    _in("officer_seat_invite", _by_owner_or_agency, _T.DRAFT),
    _row("officer_seat_accept", _seat, states.SeatState, states.SEAT, states.SeatAction.ACCEPT),
    _row("officer_key_register", _seat, states.SeatState, states.SEAT, states.SeatAction.REGISTER),
    _row("officer_key_ask", _seat),
    _row("absence_record", _seat),
    _row("officer_key_certify", _certifier),
    _row("officer_dryrun", _seat, states.SeatState, states.SEAT, states.SeatAction.PROVE),
    _row("tender_ready", _by_owner_or_agency, _T, states.TENDER, TenderAction.PREPARE),
    _row("tender_revise", _by_owner_or_agency, _T, states.TENDER, TenderAction.REVISE),
    _row("tender_publish", may_publish, _T, states.TENDER, TenderAction.PUBLISH),
    _in("override_record", may_override, _T.DRAFT, _T.READY),
    _in("meeting_call", _by_owner_or_agency, _T.OPEN, _T.SUSPENDED),
    _in(
        "media_prove",
        _by_owner_or_agency,
        *(_T.OPEN, _T.SUSPENDED, _T.CLOSED, _T.UNSUCCESSFUL, _T.CANCELLED, _T.ARCHIVED),
    ),
    _in("documents_take", _asker, _T.OPEN, _T.SUSPENDED),
    _in("question_ask", _asker, _T.OPEN, _T.SUSPENDED),
    _in("question_answer", _by_owner_or_agency, _T.OPEN, _T.SUSPENDED),
    _in("question_treat_as_objection", _by_owner_or_agency, _T.OPEN, _T.SUSPENDED),
    _in("objection_raise", _asker, _T.OPEN, _T.SUSPENDED),
    _in("objection_answer", _by_owner_or_agency, _T.OPEN, _T.SUSPENDED),
    _in("addendum_draft", _by_owner_or_agency, _T.OPEN, _T.SUSPENDED),
    _in("addendum_publish", may_publish, _T.OPEN, _T.SUSPENDED),
    _in("tender_postpone", may_publish, _T.OPEN, _T.SUSPENDED),
    _in("postponement_propose", may_publish, _T.OPEN, _T.SUSPENDED, _T.CLOSED),
    _in("postponement_sign", may_countersign, _T.OPEN, _T.SUSPENDED, _T.CLOSED),
    _row("tender_suspend", _of_case, _T, states.TENDER, TenderAction.SUSPEND),
    _row("tender_resume", _of_case, _T, states.TENDER, TenderAction.RESUME),
    _row("tender_cancel", may_publish, _T, states.TENDER, TenderAction.CANCEL),
    _row("lot_mark_closed", _system_only, _L, states.LOT, LotAction.CLOSE),
    _row("lot_mark_opening", _system_only, _L, states.LOT, LotAction.START_OPENING),
    _row("lot_mark_opened", _system_only, _L, states.LOT, LotAction.FINISH_OPENING),
    _row("lot_fail", _system_only, _L, states.LOT, LotAction.FAIL),
    _row("draft_read", _reader),
    _row("takers_read", _nobody),
)
