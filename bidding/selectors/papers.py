"""A tender's papers for one bidder: documents with digests, its own questions and objections, the last moments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from bidding import policies
from bidding.selectors.desk import TenderDesk, tender_desk
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import DocumentTaker, Tender, TenderDocument
from trading.selectors import document_pieces, document_published, tender_view
from trading.selectors.public import own_receipts, tender_by_number
from trading.states import ObjectionState, QuestionState, label
from trading.visibility import Audience


@dataclass(frozen=True)
class Paper:
    """One tender with everything around it that its bidder needs on one page."""

    desk: TenderDesk
    owner: str
    contact: str
    documents: Sequence[Mapping[str, Any]]
    documents_from: datetime | None
    documents_until: datetime | None
    questions_until: datetime | None
    objection_until: datetime | None
    addenda: Sequence[Mapping[str, Any]]
    suspended: bool
    questions: Sequence[Mapping[str, Any]]
    objections: Sequence[Mapping[str, Any]]
    at: datetime

    @property
    def may_take(self) -> bool:
        """Whether the documents are handed out now."""
        begun = not self.documents_from or self.documents_from <= self.at
        return begun and (not self.documents_until or self.at < self.documents_until)

    @property
    def may_ask(self) -> bool:
        """Whether the time for questions lasts."""
        return self.running and (not self.questions_until or self.at < self.questions_until)

    @property
    def may_object(self) -> bool:
        """Whether the time for objections lasts."""
        return self.running and bool(self.objection_until) and self.at <= self.objection_until  # type: ignore[operator]

    @property
    def running(self) -> bool:
        """Whether any lot still takes bids."""
        return any(lot.takes_bids for lot in self.desk.lots)


def published(number: str) -> Tender:
    """The published tender of this number, or NotFound."""
    return tender_by_number(number)


def tender_page(number: str, actor: Actor, at: datetime) -> Paper:
    """Everything a bidder's page of a tender shows; NotPermitted for whoever acts for no bidder."""
    require(policies.may_take_part(actor))
    tender = tender_by_number(number)
    view = tender_view(tender, audience=Audience.PUBLIC, at=at)
    own = own_receipts(tender, actor.organisation) if actor.organisation else {}
    return Paper(
        desk=tender_desk(tender, actor, at),
        owner=view.tender.get("owner", ""),
        contact=view.tender.get("contact", ""),
        documents=view.documents,
        documents_from=tender.documents_from,
        documents_until=tender.documents_until,
        questions_until=tender.questions_until,
        objection_until=view.tender.get("objection_until"),
        addenda=view.addenda,
        suspended=any(row.get("lifted_at") is None for row in view.suspensions),
        questions=[_worded(row, QuestionState) for row in own.get("questions", [])],
        objections=[_worded(row, ObjectionState) for row in own.get("objections", [])],
        at=at,
    )


def _worded(row: Mapping[str, Any], states: type[QuestionState] | type[ObjectionState]) -> dict[str, Any]:
    return {**row, "word": _(label(states(row["state"]))), "open": row["state"] == "received"}


def document_taken(document_id: UUID, actor: Actor) -> TenderDocument:
    """A published document, if the actor's organisation has taken the documents of its tender; else NotFound."""
    require(policies.may_take_part(actor))
    row = document_published(document_id)
    if not DocumentTaker.objects.filter(tender=row.tender_id, organisation=actor.organisation).exists():
        raise NotFound("not_published", "There is no such thing, or none you may know of.")
    return row


def pieces(document: TenderDocument) -> Iterator[bytes]:
    """Its bytes, in pieces."""
    return document_pieces(document)
