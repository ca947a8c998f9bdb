"""Who may do what with bids and openings: pure functions, default no (journeys, section 9).

Nobody may see takers, bidders or their number before the deadline: there is no function here that allows it.
"""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext_noop as _

from accounts.actors import Actor, is_system
from accounts.states import Power, Role
from bidding.policies import opened, returns, security
from bidding.states import HostSeat, OpeningState
from kernel.policies import ALLOW, Decision, MatrixRow, deny

_S = OpeningState
CONSULTED = frozenset({Role.OWNER, Role.AGENCY, Role.WITNESS, Role.SUPERVISOR, Role.AUDITOR})
"""Roles which follow an opening by duty once the law lets names be read."""
SEATED = frozenset({Role.OWNER, Role.AGENCY, Role.WITNESS})
"""Roles whose organisation may be named to read out or to record."""


def may_seal(actor: Actor, organisation: UUID) -> Decision:
    """Upload, submit, replace, withdraw, reveal a factor or seed, object to the set: one's own bid only."""
    if Role.BIDDER not in actor.roles:
        return deny(_("Only a bidder may seal or withdraw a bid."))
    if actor.organisation is None or actor.organisation != organisation:
        return deny(_("A bid may be touched by its own organisation only."))
    if Power.SEAL not in actor.powers:
        return deny(_("Your organisation has not given you the power to seal bids."))
    return ALLOW


def may_take_part(actor: Actor) -> Decision:
    """Use the bidder's pages: whoever acts for an organisation that bids."""
    if Role.BIDDER in actor.roles and actor.organisation is not None:
        return ALLOW
    return deny(_("Only who acts for a bidder has these pages. Choose the organisation under your account."))


def may_read_own_bid(actor: Actor, organisation: UUID) -> Decision:
    """See the state and the receipts of a bid: its own organisation."""
    if Role.BIDDER in actor.roles and actor.organisation == organisation:
        return ALLOW
    return deny(_("A bid may be seen by its own organisation only."))


def may_release(actor: Actor, officer: UUID) -> Decision:
    """Commit and release key shares: the person who holds this seat, and no other."""
    if Role.OFFICER not in actor.roles or actor.person is None or actor.person != officer:
        return deny(_("Only the officer who holds this seat may release its shares."))
    return ALLOW


def may_run(actor: Actor) -> Decision:
    """Close, end the factor phase, publish results: the platform by the clock, never a person."""
    return ALLOW if is_system(actor) else deny(_("The platform does this by itself when its time has come."))


def may_object(actor: Actor, organisation: UUID) -> Decision:
    """Object to the closed set with a receipt: the receipt's organisation."""
    return may_seal(actor, organisation)


def may_check_set(actor: Actor, state: OpeningState, holders: Collection[UUID]) -> Decision:
    """Take the closed set to find one's own receipt in it (法36): who holds the receipt of a bid, after the factors."""
    if Role.BIDDER not in actor.roles or actor.organisation is None or actor.organisation not in holders:
        return deny(_("Only who holds the receipt of a bid checks the closed set on its own device."))
    if state not in {_S.CHECK, _S.RELEASING, _S.REVEALED, _S.RECORDED}:
        return deny(_("The closed set is shown to its tenderers when the decryption phase has ended."))
    return ALLOW


def may_object_on_the_spot(actor: Actor) -> Decision:
    """Object to the opening while it runs (条44): whoever acts for a bidder; the service asks for a sealed bid."""
    return may_take_part(actor)


def may_confirm_line(actor: Actor, organisation: UUID) -> Decision:
    """Confirm one's own line as read out: the bid's own organisation."""
    return may_read_own_bid(actor, organisation)


def may_record_absence(actor: Actor, owner: UUID, agencies: Collection[UUID]) -> Decision:
    """Record that an officer is absent: the platform, the chair (owner or its agency), the centre's witness."""
    if is_system(actor) or Role.WITNESS in actor.roles:
        return ALLOW
    return may_draft_attribution(actor, owner, agencies)


def may_take_pack(actor: Actor, state: OpeningState, officers: Collection[UUID]) -> Decision:
    """Take what an officer's device checks before a release: an officer of the lot, after the factor phase."""
    if Role.OFFICER not in actor.roles or actor.person is None or actor.person not in officers:
        return deny(_("Only the officers of this lot may take its opening pack."))
    if state not in {_S.CHECK, _S.RELEASING, _S.REVEALED}:
        return deny(_("The opening pack is handed out when the decryption phase has ended."))
    return ALLOW


def may_decide(actor: Actor, owner: UUID) -> Decision:
    """Set a bid aside by name before the first release: the owner; the supervisor signs it too."""
    return _owner(actor, owner, _("Only the owner may set a bid aside."))


def may_draft_attribution(actor: Actor, owner: UUID, agencies: Collection[UUID]) -> Decision:
    """Write the draft of an attribution: the owner, or an agency with a mandate in this tender."""
    if Role.AGENCY in actor.roles and actor.organisation in agencies:
        return ALLOW
    return _owner(actor, owner, _("Only the owner or its agency may draft an attribution."))


def may_attribute(actor: Actor, owner: UUID) -> Decision:
    """Record whose fault it is that a bid was not decrypted: the owner with its own key (20号令31)."""
    return _owner(actor, owner, _("Only the owner may decide why a bid was not decrypted."))


def may_conduct(actor: Actor, owner: UUID, agencies: Collection[UUID], named: UUID | None = None) -> Decision:
    """Read out, note who is present and what is drawn: the host, the centre's witness, and who was named for it.

    ``named`` is the organisation the set-up names to read or to record, whichever this is; None where nobody is.
    """
    seated = bool(actor.roles & SEATED) and actor.organisation is not None and actor.organisation == named
    if Role.WITNESS in actor.roles or seated or may_draft_attribution(actor, owner, agencies).allowed:
        return ALLOW
    return deny(_("Only who conducts this opening may do that: its chair, reader, recorder or witness."))


def may_sign_record(
    actor: Actor, seat: HostSeat, owner: UUID, agencies: Collection[UUID], named: UUID | None
) -> Decision:
    """Sign the record from a seat: the host chairs (法35), the centre witnesses, and who was named reads or records.

    Where the set-up names nobody, the host's people or the centre's may read and record.
    """
    witness = Role.WITNESS in actor.roles
    host = may_draft_attribution(actor, owner, agencies).allowed
    if seat is HostSeat.CHAIR and not host:
        return deny(_("The chair of an opening is the owner, or its agency with that power."))
    if seat is HostSeat.WITNESS and not witness:
        return deny(_("The witness of an opening is the trading centre’s."))
    if seat in {HostSeat.READER, HostSeat.RECORDER}:
        known = bool(actor.roles & SEATED) and actor.organisation == named
        if not (host or witness or known) or (named is not None and actor.organisation != named):
            return deny(_("Another organisation was named for this seat when the opening was set up."))
    return ALLOW


def may_record_vacancy(actor: Actor, seat: HostSeat, owner: UUID, agencies: Collection[UUID]) -> Decision:
    """Record why a seat does not sign: the host or the witness, neither of them about its own seat."""
    if Role.WITNESS in actor.roles and seat is not HostSeat.WITNESS:
        return ALLOW
    if seat is HostSeat.CHAIR or not may_draft_attribution(actor, owner, agencies).allowed:
        return deny(_("Why a seat does not sign is recorded by another one: the chair or the witness."))
    return ALLOW


def may_note(actor: Actor, supervisor: UUID | None) -> Decision:
    """Note something in the record of an opening: a supervisor of the body that supervises this project."""
    if Role.SUPERVISOR in actor.roles and actor.organisation is not None and actor.organisation == supervisor:
        return ALLOW
    return deny(_("Only the supervisor of this tender notes something in its record."))


def may_end_opening(actor: Actor, owner: UUID, agencies: Collection[UUID]) -> Decision:
    """Close the record: the host, i.e. the owner (法35) or the agency that chairs, or the platform; all signed."""
    if is_system(actor) or may_draft_attribution(actor, owner, agencies).allowed:
        return ALLOW
    return deny(_("Only the owner, or the agency that chairs, may close the record."))


def may_report_incident(actor: Actor) -> Decision:
    """Log an incident, pause or resume: the witness of the centre, or the platform itself."""
    if is_system(actor) or Role.WITNESS in actor.roles:
        return ALLOW
    return deny(_("Only the centre's witness may record an incident."))


def may_see_set(actor: Actor, state: OpeningState, officers: Collection[UUID]) -> Decision:
    """See names in the closed set: officers and supervisor until the factor phase ends, then the consulted.

    Before the close, and for good when a lot has failed, nobody (decision 10, A8).
    """
    if state in {_S.WAITING, _S.FAILED, _S.CANCELLED}:
        return deny(_("Who bids, and how many, is secret by law until opening, for everyone."))
    if Role.SUPERVISOR in actor.roles or (Role.OFFICER in actor.roles and actor.person in officers):
        return ALLOW
    if state in {_S.CLOSED, _S.FACTOR, _S.PAUSED}:
        return deny(_("Names and their number are shown when the decryption phase has ended."))
    if state in {_S.REVEALED, _S.RECORDED} or actor.roles & CONSULTED:
        return ALLOW
    return deny(_("Names are shown to everyone when the first envelope is opened."))


def may_see_releases(state: OpeningState) -> Decision:
    """See shares: everyone once t are in and the envelope is open; nobody before, administrators included."""
    if state in {_S.REVEALED, _S.RECORDED}:
        return ALLOW
    return deny(_("Shares are shown when enough of them are in."))


def may_read_record(_actor: Actor, state: OpeningState) -> Decision:
    """Read what is read out: everyone from the moment the first envelope is opened (法36: openly)."""
    if state in {_S.REVEALED, _S.RECORDED}:
        return ALLOW
    return deny(_("The record of the opening is not yet published."))


def may_export(actor: Actor, state: OpeningState, *, audit: bool) -> Decision:
    """Make a bundle: the platform; the audit edition also the auditor and the supervisor.

    Of a lot that failed for too few bids nothing is ever published; only an audit edition is made.
    """
    if state not in {_S.RECORDED, _S.FAILED, _S.CANCELLED}:
        return deny(_("A bundle is made when the opening has ended."))
    if not audit and state is not _S.RECORDED:
        return deny(_("Nothing is published of a lot which was not opened."))
    if is_system(actor) or (audit and actor.roles & {Role.AUDITOR, Role.SUPERVISOR}):
        return ALLOW
    return deny(_("Bundles are made by the platform."))


def _owner(actor: Actor, owner: UUID, reason: str) -> Decision:
    if Role.OWNER in actor.roles and actor.organisation == owner:
        return ALLOW
    return deny(reason)


_SOMEBODY = UUID(int=0)


def _own(actor: Actor) -> UUID:
    return actor.organisation or _SOMEBODY


MATRIX: tuple[MatrixRow, ...] = (
    MatrixRow("upload_open", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("upload_leave", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("part_put", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("bid_submit", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("bid_withdraw", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("take_part", lambda actor, _: may_take_part(actor)),
    MatrixRow("receipt_read", lambda actor, _: may_read_own_bid(actor, _own(actor))),
    MatrixRow("lot_close", lambda actor, _: may_run(actor)),
    MatrixRow("factor_reveal", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("factor_end", lambda actor, _: may_run(actor)),
    MatrixRow("set_object", lambda actor, _: may_object(actor, _own(actor))),
    MatrixRow("set_read", lambda actor, state: may_see_set(actor, state, {actor.person or _SOMEBODY}), _S),
    MatrixRow("set_check_read", lambda actor, state: may_check_set(actor, state, {_own(actor)}), _S),
    MatrixRow("opening_object", lambda actor, _: may_object_on_the_spot(actor)),
    MatrixRow("seal_confirm", lambda actor, _: may_read_own_bid(actor, _own(actor))),
    MatrixRow("statement_give", lambda actor, _: may_read_own_bid(actor, _own(actor))),
    MatrixRow("statement_waive", lambda actor, _: may_read_own_bid(actor, _own(actor))),
    MatrixRow("line_confirm", lambda actor, _: may_confirm_line(actor, _own(actor))),
    MatrixRow("opening_answer", lambda actor, _: may_draft_attribution(actor, _own(actor), {_own(actor)})),
    MatrixRow("pack_read", lambda actor, state: may_take_pack(actor, state, {actor.person or _SOMEBODY}), _S),
    MatrixRow("commit_submit", lambda actor, _: may_release(actor, actor.person or _SOMEBODY)),
    MatrixRow("release_submit", lambda actor, _: may_release(actor, actor.person or _SOMEBODY)),
    MatrixRow("releases_read", lambda _, state: may_see_releases(state), _S),
    MatrixRow("absence_record", lambda actor, _: may_record_absence(actor, _own(actor), {_own(actor)})),
    MatrixRow("decision_record", lambda actor, _: may_decide(actor, _own(actor))),
    MatrixRow("seed_reveal", lambda actor, _: may_seal(actor, _own(actor))),
    MatrixRow("results_publish", lambda actor, _: may_run(actor)),
    MatrixRow("attribution_draft", lambda actor, _: may_draft_attribution(actor, _own(actor), {_own(actor)})),
    MatrixRow("attribution_record", lambda actor, _: may_attribute(actor, _own(actor))),
    MatrixRow("incident_record", lambda actor, _: may_report_incident(actor)),
    MatrixRow("coefficient_draw", lambda actor, _: may_conduct(actor, _own(actor), {_own(actor)})),
    MatrixRow("hall_conduct", lambda actor, _: may_conduct(actor, _own(actor), {_own(actor)})),
    MatrixRow(
        "record_sign",
        lambda actor, seat: may_sign_record(actor, seat, _own(actor), {_own(actor)}, None),
        HostSeat,
    ),
    MatrixRow(
        "vacancy_record",
        lambda actor, seat: may_record_vacancy(actor, seat, _own(actor), {_own(actor)}),
        HostSeat,
    ),
    MatrixRow("supervisor_note", lambda actor, _: may_note(actor, _own(actor))),
    MatrixRow("opening_end", lambda actor, _: may_end_opening(actor, _own(actor), {_own(actor)})),
    MatrixRow("record_read", may_read_record, _S),
    MatrixRow("opening_cancel", lambda actor, _: may_run(actor)),
    MatrixRow("bundle_export_public", lambda actor, state: may_export(actor, state, audit=False), _S),
    MatrixRow("bundle_export_audit", lambda actor, state: may_export(actor, state, audit=True), _S),
    *security.ROWS,
    *returns.ROWS,
    *opened.ROWS,
)
