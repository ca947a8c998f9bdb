"""Tables of the expert pool."""

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
