"""Rows for services: locked, or not found; and the facts the rules judge."""

from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet, Sum
from django.utils.translation import gettext_noop as _

from accounts.models import Mandate, Organisation
from accounts.rules import Assignment
from accounts.selectors import (
    mandate_in_force,
    memberships_at,
    organisation_get,
    organisation_is_active,
    organisations_of_kind,
)
from accounts.states import Duty, MandatePower, MandateState, OrganisationKind, Role
from kernel.errors import NotFound
from trading.models import (
    Addendum,
    Lot,
    Objection,
    OfficerSeat,
    PostponementProposal,
    Project,
    Question,
    Suspension,
    Tender,
)
from trading.rules import LotFacts, SeatFacts, TenderFacts
from trading.selectors.bills import bill_facts
from trading.selectors.law import setup_times
from trading.states import SeatState

Row = TypeVar("Row", bound=Model)


def _one(rows: QuerySet[Row], code: str) -> Row:
    row = rows.first()
    if row is None:
        raise NotFound(code, _("There is no such thing, or none you may know of."))
    return row


def organisation(organisation_id: UUID) -> Organisation:
    """An organisation; ``NotFound`` when there is none."""
    return organisation_get(organisation_id)


def project_for_update(project_id: UUID) -> Project:
    """The project, locked."""
    return _one(Project.objects.select_for_update(of=("self",)).filter(pk=project_id), "project")


def tender_for_update(tender_id: UUID) -> Tender:
    """The tender with its project, the tender's row locked. Always locked before its lots."""
    rows = Tender.objects.select_for_update(of=("self",)).select_related("project__owner")
    return _one(rows.filter(pk=tender_id), "tender")


def lots_for_update(tender: Tender) -> list[Lot]:
    """The tender's lots by number, locked; call after the tender itself is locked."""
    lots = list(tender.lots.select_for_update(of=("self",)).order_by("no"))
    for lot in lots:
        lot.tender = tender
    return lots


def lot_for_update(lot_id: UUID) -> Lot:
    """The lot, with its tender and project; the tender is locked first, then the lot."""
    tender_id = _one(Lot.objects.filter(pk=lot_id), "lot").tender_id
    tender = tender_for_update(tender_id)
    lot = Lot.objects.select_for_update(of=("self",)).get(pk=lot_id)
    lot.tender = tender
    return lot


def seat_for_update(seat_id: UUID) -> OfficerSeat:
    """An officer's seat with its lot and tender, locked."""
    rows = OfficerSeat.objects.select_for_update(of=("self",)).select_related("lot__tender__project")
    return _one(rows.filter(pk=seat_id), "seat")


def proposal_for_update(proposal_id: UUID) -> PostponementProposal:
    """A proposed postponement, locked; lock its lot first."""
    rows = PostponementProposal.objects.select_for_update(of=("self",))
    return _one(rows.filter(pk=proposal_id), "proposal")


def question_for_update(question_id: UUID) -> Question:
    """A question, locked; lock its tender first."""
    return _one(Question.objects.select_for_update(of=("self",)).filter(pk=question_id), "question")


def objection_for_update(objection_id: UUID) -> Objection:
    """An objection, locked; lock its tender first."""
    return _one(Objection.objects.select_for_update(of=("self",)).filter(pk=objection_id), "objection")


def addendum_for_update(addendum_id: UUID) -> Addendum:
    """An addendum, locked; lock its tender first."""
    return _one(Addendum.objects.select_for_update(of=("self",)).filter(pk=addendum_id), "addendum")


def suspensions_open(tender: Tender) -> QuerySet[Suspension]:
    """The suspensions of a tender not yet lifted, the oldest first."""
    return tender.suspensions.filter(lifted_at__isnull=True).order_by("since", "id")


def agencies(project: Project, reference: str, power: MandatePower, at: datetime) -> frozenset[UUID]:
    """The agency of a project if its mandate in this tender covers ``power`` now, else nobody."""
    agency = project.agency_id
    if agency is None:
        return frozenset()
    covered = mandate_in_force(owner=project.owner_id, agency=agency, tender=reference, power=power, at=at)
    return frozenset({agency}) if covered else frozenset()


def seat_facts(lot: Lot) -> tuple[SeatFacts, ...]:
    """A lot's officers, as the rules see them."""
    return tuple(
        SeatFacts(
            i=seat.i,
            organisation=str(seat.organisation_id),
            person=seat.person_ref,
            sig_key=seat.sig_key,
            pk=seat.opening_key,
            certified=bool(seat.certificate),
            proven=seat.state == SeatState.PROVEN.value,
        )
        for seat in lot.seats.order_by("i")
    )


def lot_facts(lot: Lot, shared_documents: frozenset[str], overrides: frozenset[str]) -> LotFacts:
    """A lot as it would be published."""
    setup = getattr(lot, "opening", None)
    own = lot.documents.filter(withdrawn_at__isnull=True).values_list("kind", flat=True)
    return LotFacts(
        code=lot.code,
        name=lot.name,
        scope=lot.scope,
        estimate=lot.estimate,
        ceiling=lot.ceiling,
        ceiling_method=lot.ceiling_method,
        floor_price=lot.floor_price,
        duration_days=lot.duration_days,
        quality=lot.quality,
        deposit_amount=lot.deposit_amount,
        deposit_forms=frozenset(lot.deposit_forms),
        deposit_validity_days=lot.deposit_validity_days,
        validity_days=lot.validity_days,
        bond_percent=lot.bond_percent,
        method=lot.method,
        times=setup_times(setup) if setup else None,
        factor=setup.factor if setup else "none",
        remedy=setup.remedy if setup else "",
        t=setup.t if setup else 0,
        min_bids=setup.min_bids if setup else 0,
        seats=seat_facts(lot),
        documents=shared_documents | frozenset(own),
        bills=bill_facts(lot),
        overrides=overrides,
    )


def holds(duty: Duty, organisation: Organisation, person: UUID | None = None, lot: str = "") -> Assignment:
    """An organisation, or one of its people, holds a duty in a tender; organisations are named by their code."""
    return Assignment(
        duty=duty,
        person=str(person or ""),
        organisation=organisation.code,
        lot=lot,
        affiliates=frozenset(organisation.affiliate_codes),
        parent=organisation.parent_code,
    )


def duty_assignments(tender: Tender, at: datetime) -> tuple[Assignment, ...]:
    """Who holds which duty in a tender before anybody bids: its parties, its mandates, the centre, its officers.

    An officer who also administers the platform, or belongs to the supervising body, holds that duty as well.
    """
    project = tender.project
    mandates = Mandate.objects.filter(tender=tender.reference, owner=project.owner_id)
    charged = [row.agency for row in mandates.exclude(state=MandateState.REVOKED.value)]
    found = [holds(Duty.OWNER, project.owner)]
    agencies = {row.pk: row for row in [*([project.agency] if project.agency else []), *charged]}
    found += [holds(Duty.AGENCY, row) for row in agencies.values()]
    found += [holds(Duty.CENTRE, row) for row in organisations_of_kind(OrganisationKind.CENTRE)]
    if project.supervisor is not None:
        found.append(holds(Duty.SUPERVISING_BODY, project.supervisor))
    for lot in tender.lots.order_by("no"):
        for seat in lot.seats.select_related("organisation").order_by("i"):
            found.append(holds(Duty.OFFICER, seat.organisation, seat.person_id, lot.code))
            found += [
                holds(duty, row.organisation, seat.person_id, lot.code)
                for row in memberships_at(at).filter(person=seat.person_id).select_related("organisation")
                for duty, bites in (
                    (Duty.ADMINISTRATOR, Role.SYSADMIN.value in row.roles),
                    (Duty.SUPERVISING_BODY, row.organisation_id == project.supervisor_id),
                )
                if bites
            ]
    return tuple(found)


def unregistered(project: Project) -> tuple[str, ...]:
    """Which of owner and agency are not accepted, or are suspended."""
    parties = (
        ("owner", project.owner_id, OrganisationKind.OWNER),
        ("agency", project.agency_id, OrganisationKind.AGENCY),
    )
    return tuple(name for name, pk, kind in parties if pk and not organisation_is_active(pk, kind))


def tender_facts(tender: Tender, at: datetime) -> TenderFacts:
    """A tender with all its lots as it would be published at ``at``."""
    project = tender.project
    shared = tender.documents.filter(withdrawn_at__isnull=True, lot__isnull=True).values_list(
        "kind", flat=True
    )
    overrides: dict[UUID | None, set[str]] = {}
    for lot_id, rule in tender.overrides.values_list("lot_id", "rule"):
        overrides.setdefault(lot_id, set()).add(rule)
    general = overrides.get(None, set())
    return TenderFacts(
        title=tender.title,
        title_en=tender.title_en,
        owner_address=tender.owner_address,
        place=tender.place,
        obtain_documents=tender.obtain_documents,
        mandatory=project.mandatory,
        state_funded=project.state_funded,
        public_owner=project.public_owner,
        open_tendering=project.open_tendering,
        scheme_approved=project.scheme_approved,
        supervisor_named=project.supervisor_id is not None,
        project_accepted=project.accepted_at is not None,
        unregistered=unregistered(project),
        duties=duty_assignments(tender, at),
        consortium_allowed=tender.consortium_allowed,
        documents_from=tender.documents_from,
        documents_until=tender.documents_until,
        lots=tuple(
            lot_facts(lot, frozenset(shared), frozenset(general | overrides.get(lot.pk, set())))
            for lot in tender.lots.order_by("no")
        ),
        untendered_sum=_sum_of_lots(project),
        again=tender.retender_of_id is not None,
        max_lots_won=tender.max_lots_won,
        subject=tender.subject,
    )


def _sum_of_lots(project: Project) -> Decimal:
    """All lots of a project together: what splitting would hide."""
    total = Lot.objects.filter(tender__project=project).aggregate(total=Sum("estimate"))["total"]
    return total or Decimal(0)
