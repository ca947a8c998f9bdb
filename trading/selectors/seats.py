"""Reads of the officers' and the supervisor's own pages; what may not be seen is not found."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actors import Actor
from accounts.models import Membership, Organisation
from accounts.selectors import memberships_at, organisations_of_kind
from accounts.states import OrganisationKind, Role
from trading import policies
from trading.models import OfficerSeat, PostponementProposal, Project, Tender
from trading.selectors.desk import DRAFTS, LIST, Row, tender_row, unknown
from trading.selectors.public import supervisor_list
from trading.states import ProposalState


def officer_candidates(at: datetime) -> list[Membership]:
    """Whom a seat can be offered to: members of accepted organisations who work as officers."""
    rows = memberships_at(at).filter(person__is_active=True, organisation__state="accepted")
    people = rows.select_related("person", "organisation").order_by("organisation__name", "person__name")
    return [row for row in people if Role.OFFICER.value in row.roles]


def hosts(project: Project) -> list[Organisation]:
    """Who can chair, read and record an opening of a project: its owner, its agency, the trading centre."""
    parties = [project.owner, *([project.agency] if project.agency else [])]
    return [*parties, *organisations_of_kind(OrganisationKind.CENTRE)]


def supervisors() -> list[Organisation]:
    """The supervising bodies a project can name."""
    return organisations_of_kind(OrganisationKind.SUPERVISOR)


def seats_of(actor: Actor) -> list[OfficerSeat]:
    """The seats offered to a person, the nearest opening first."""
    rows = OfficerSeat.objects.filter(person=actor.person).select_related(
        "lot__tender__project", "lot__opening", "organisation"
    )
    return sorted(rows, key=lambda seat: seat.lot.opening.close_at)


def seats_to_certify(actor: Actor) -> list[OfficerSeat]:
    """The keys made by an organisation's officers which it has not certified yet."""
    rows = OfficerSeat.objects.filter(organisation=actor.organisation).exclude(asked_key={})
    return list(rows.select_related("lot__tender", "organisation").order_by("invited_at"))


def seat_seen(seat_id: UUID, actor: Actor) -> OfficerSeat:
    """A seat by the officer who holds it, or by a member of the officer's organisation."""
    rows = OfficerSeat.objects.select_related(
        "lot__tender__project", "lot__opening", "organisation", "person"
    )
    seat = rows.filter(pk=seat_id).first()
    own = seat is not None and actor.person == seat.person_id
    if seat is None or not (own or policies.may_certify_seat(actor, seat.organisation_id).allowed):
        raise unknown()
    return seat


@dataclass(frozen=True)
class Supervised:
    """What a supervisor finds: what waits for its signature, tenders by clock, exceptions."""

    proposals: list[PostponementProposal]
    tenders: list[Row]
    exceptions: dict[str, list[object]]


def supervised(actor: Actor, at: datetime) -> Supervised:
    """The competent supervisor's own tenders, published ones only, and its list of exceptions."""
    if Role.SUPERVISOR not in actor.roles or actor.organisation is None:
        raise unknown()
    own = Tender.objects.filter(project__supervisor=actor.organisation).exclude(state__in=DRAFTS)
    tenders = own.select_related("project__owner").order_by("-published_at")[:LIST]
    proposals = PostponementProposal.objects.filter(
        lot__tender__project__supervisor=actor.organisation, state=ProposalState.OFFERED.value
    )
    return Supervised(
        proposals=list(proposals.select_related("lot__tender__project__owner").order_by("at")),
        tenders=[tender_row(row, actor, at) for row in tenders],
        exceptions=supervisor_list(actor.organisation),
    )


def proposal_seen(proposal_id: UUID, actor: Actor) -> PostponementProposal:
    """A proposed postponement by the competent supervisor."""
    rows = PostponementProposal.objects.select_related("lot__tender__project", "lot__opening")
    found = rows.filter(pk=proposal_id, lot__tender__project__supervisor=actor.organisation).first()
    if found is None or Role.SUPERVISOR not in actor.roles:
        raise unknown()
    return found
