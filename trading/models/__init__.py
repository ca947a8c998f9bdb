"""Rows: fields and named constraints; no workflow."""

from trading.models.awarding import (
    AwardDecision,
    AwardDraft,
    ContractTerms,
    LotStop,
    ResultLetter,
    WrittenReport,
)
from trading.models.evaluated import (
    Candidate,
    EvaluationReport,
    LotHold,
    Publicity,
    RankedBid,
    Recheck,
    RejectedBid,
)
from trading.models.fallen import CandidateOut, OutDraft
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
    SUBJECTS,
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
    "SUBJECTS",
    "Absence",
    "Addendum",
    "Attachment",
    "Award",
    "AwardDecision",
    "AwardDraft",
    "BillItem",
    "BillOfQuantities",
    "Candidate",
    "CandidateOut",
    "Contract",
    "ContractTerms",
    "DocumentTaker",
    "DryRun",
    "EvaluationReport",
    "Failure",
    "Lot",
    "LotHold",
    "LotPolicy",
    "LotStop",
    "MediaProof",
    "Meeting",
    "Notice",
    "NumberSeries",
    "Objection",
    "OfficerSeat",
    "OpeningSetup",
    "OutDraft",
    "Override",
    "Postponement",
    "PostponementProposal",
    "Project",
    "ProjectReturn",
    "Publicity",
    "Question",
    "RankedBid",
    "Recheck",
    "RejectedBid",
    "Reminder",
    "ResultLetter",
    "Suspension",
    "Tender",
    "TenderDocument",
    "ValidityExtension",
    "WrittenReport",
]
