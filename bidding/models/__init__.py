"""Bids under seal and their opening. No administrator's page shows any of these tables (decision 10)."""

from bidding.models.bids import Bid, BidEnvelope, Receipt
from bidding.models.changes import ChangePaper
from bidding.models.desk import FewOpened, Figure, Presence, RecordSignature, SeatVacancy, SupervisorNote
from bidding.models.hall import LineConfirmation, LineRead, OpeningObjection, SealCheck, Statement
from bidding.models.openings import (
    Absence,
    Attribution,
    Bundle,
    Decision,
    FactorReveal,
    Incident,
    Opening,
    OpeningRecord,
    Release,
    ReleaseCommit,
    Result,
    SeedReveal,
    SetObjection,
)
from bidding.models.uploads import Bidder, Part, Upload

__all__ = [
    "Absence",
    "Attribution",
    "Bid",
    "BidEnvelope",
    "Bidder",
    "Bundle",
    "ChangePaper",
    "Decision",
    "FactorReveal",
    "FewOpened",
    "Figure",
    "Incident",
    "LineConfirmation",
    "LineRead",
    "Opening",
    "OpeningObjection",
    "OpeningRecord",
    "Part",
    "Presence",
    "Receipt",
    "RecordSignature",
    "Release",
    "ReleaseCommit",
    "Result",
    "SealCheck",
    "SeatVacancy",
    "SeedReveal",
    "SetObjection",
    "Statement",
    "SupervisorNote",
    "Upload",
]
