"""Rows: fields and named constraints; no workflow."""

from trading.models.gatherings import Absence, MediaProof, Meeting
from trading.models.openings import (
    DryRun,
    OfficerSeat,
    OpeningSetup,
    Postponement,
    PostponementProposal,
    Reminder,
)
from trading.models.outcomes import Award, Contract
from trading.models.papers import Attachment, BillItem, BillOfQuantities
from trading.models.projects import Project, ProjectReturn
from trading.models.publications import (
    DOCUMENT_KINDS,
    NOTICE_KINDS,
    Addendum,
    Notice,
    Objection,
    Question,
    Suspension,
    TenderDocument,
    ValidityExtension,
)
from trading.models.tenders import (
    DocumentTaker,
    Failure,
    Lot,
    LotPolicy,
    NumberSeries,
    Override,
    Tender,
)

__all__ = [
    "DOCUMENT_KINDS",
    "NOTICE_KINDS",
    "Absence",
    "Addendum",
    "Attachment",
    "Award",
    "BillItem",
    "BillOfQuantities",
    "Contract",
    "DocumentTaker",
    "DryRun",
    "Failure",
    "Lot",
    "LotPolicy",
    "MediaProof",
    "Meeting",
    "Notice",
    "NumberSeries",
    "Objection",
    "OfficerSeat",
    "OpeningSetup",
    "Override",
    "Postponement",
    "PostponementProposal",
    "Project",
    "ProjectReturn",
    "Question",
    "Reminder",
    "Suspension",
    "Tender",
    "TenderDocument",
    "ValidityExtension",
]
