"""Tables of the expert pool and of draws from it."""

from experts.models.draw_rounds import (
    DrawAnswer,
    DrawCall,
    DrawCommit,
    DrawnSeat,
    DrawRelease,
    DrawRound,
)
from experts.models.draws import (
    Contribution,
    Draw,
    DrawExclusion,
    DrawOfficer,
    DrawPaper,
    DrawRequest,
)
from experts.models.epochs import Epoch, EpochMember
from experts.models.people import (
    AwayPeriod,
    Expert,
    ExpertCertificate,
    ExpertChange,
    ExpertRating,
    ExpertSpecialty,
    ExpertSuspension,
    PoolImport,
)

__all__ = [
    "AwayPeriod",
    "Contribution",
    "Draw",
    "DrawAnswer",
    "DrawCall",
    "DrawCommit",
    "DrawExclusion",
    "DrawOfficer",
    "DrawPaper",
    "DrawRelease",
    "DrawRequest",
    "DrawRound",
    "DrawnSeat",
    "Epoch",
    "EpochMember",
    "Expert",
    "ExpertCertificate",
    "ExpertChange",
    "ExpertRating",
    "ExpertSpecialty",
    "ExpertSuspension",
    "PoolImport",
]
