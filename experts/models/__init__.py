"""Tables of the expert pool, of draws from it, and of panels at work."""

from experts.models.blind import BlindSalt
from experts.models.calls import CallLook, CallReminder, CallTry, DrawReply
from experts.models.closing import Recall, SecondLook, TieVote, TimeGiven
from experts.models.conduct import InterestDeclaration, PanelRating, RatingReply, SuspensionProposal
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
    DrawReminder,
    DrawRequest,
    DrawSeatTaken,
)
from experts.models.epochs import Epoch, EpochMember
from experts.models.exchanges import OfficerExchange, OfficerExchanged, OfficerExchangeRefused
from experts.models.further import FurtherNaming
from experts.models.lead_runs import KeptLead, LeadAsk, LeadDraw, LeadRun
from experts.models.leads import LeadStep
from experts.models.mandates import MandateLook, OwnMandate, OwnSubstitution
from experts.models.naming import NamedAnswer, NamedRating, NamedReminder, NamedSeat, Naming
from experts.models.panel import ChairVote, OwnMember, Panel, PanelSeat, Passage, UnitAnswer
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
from experts.models.replacements import OwnReplacement
from experts.models.rests import Rest, RestStep
from experts.models.review import (
    BidLabel,
    CompetitionVote,
    FactItem,
    FactVote,
    MotionVote,
    PanelAnswer,
    PanelQuestion,
    RejectionMotion,
    ReviewMark,
)
from experts.models.sheets import Facts, Report, Sheet, Stance, TimeAsked

__all__ = [
    "AwayPeriod",
    "BidLabel",
    "BlindSalt",
    "CallLook",
    "CallReminder",
    "CallTry",
    "ChairVote",
    "CompetitionVote",
    "Contribution",
    "Draw",
    "DrawAnswer",
    "DrawCall",
    "DrawCommit",
    "DrawExclusion",
    "DrawOfficer",
    "DrawPaper",
    "DrawRelease",
    "DrawReminder",
    "DrawReply",
    "DrawRequest",
    "DrawRound",
    "DrawSeatTaken",
    "DrawnSeat",
    "Epoch",
    "EpochMember",
    "Expert",
    "ExpertCertificate",
    "ExpertChange",
    "ExpertRating",
    "ExpertSpecialty",
    "ExpertSuspension",
    "FactItem",
    "FactVote",
    "Facts",
    "FurtherNaming",
    "InterestDeclaration",
    "KeptLead",
    "LeadAsk",
    "LeadDraw",
    "LeadRun",
    "LeadStep",
    "MandateLook",
    "MotionVote",
    "NamedAnswer",
    "NamedRating",
    "NamedReminder",
    "NamedSeat",
    "Naming",
    "OfficerExchange",
    "OfficerExchangeRefused",
    "OfficerExchanged",
    "OwnMandate",
    "OwnMember",
    "OwnReplacement",
    "OwnSubstitution",
    "Panel",
    "PanelAnswer",
    "PanelQuestion",
    "PanelRating",
    "PanelSeat",
    "Passage",
    "PoolImport",
    "RatingReply",
    "Recall",
    "RejectionMotion",
    "Report",
    "Rest",
    "RestStep",
    "ReviewMark",
    "SecondLook",
    "Sheet",
    "Stance",
    "SuspensionProposal",
    "TieVote",
    "TimeAsked",
    "TimeGiven",
    "UnitAnswer",
]
