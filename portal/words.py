"""Words for codes of the lower floors that have none of their own: trades, roles, forms, status shapes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from bidding.states import OpeningState
from trading.states import LotState

TRADES: Mapping[str, str] = {
    "GC": _("Works"),
    "CG": _("Government procurement"),
    "TD": _("Land use rights"),
    "CQ": _("Property rights"),
}

# State of a lot -> shape of its status word (look.md section 3).
SHAPES: Mapping[LotState, str] = {
    LotState.OPEN: "",
    LotState.SUSPENDED: "stop",
    LotState.CLOSED: "wait",
    LotState.OPENING: "",
    LotState.PAUSED: "stop",
    LotState.EVALUATING: "wait",
    LotState.REPORTED: "wait",
    LotState.PUBLICITY: "done",
    LotState.AWAITING_AWARD: "wait",
    LotState.AWARDED: "done",
    LotState.CONTRACTED: "done",
    LotState.UNSUCCESSFUL: "fail",
    LotState.CANCELLED: "fail",
    LotState.RETENDERED: "stop",
    LotState.ARCHIVED: "done",
}

# State of a lot -> whose turn it is.
TURNS: Mapping[LotState, str] = {
    LotState.OPEN: _("tenderers"),
    LotState.SUSPENDED: _("the owner"),
    LotState.CLOSED: _("the platform, then the officers"),
    LotState.OPENING: _("the officers"),
    LotState.PAUSED: _("the trading centre’s witness"),
    LotState.EVALUATING: _("the evaluation panel"),
    LotState.REPORTED: _("the owner"),
    LotState.PUBLICITY: _("anyone with an objection"),
    LotState.AWAITING_AWARD: _("the owner"),
    LotState.AWARDED: _("the owner and the winner"),
}

ROLES: Mapping[str, str] = {
    "owner": _("of the owner"),
    "agency": _("of the agency"),
    "supervisor": _("of the supervisor"),
    "platform": _("of the trading centre"),
    "centre": _("of the trading centre"),
    "witness": _("of the trading centre"),
    "auditor": _("of the auditor"),
    "officer": _("officer"),
    "notary": _("notary"),
    "association": _("industry association"),
}

TOOLS: Mapping[str, str] = {
    "offline": _("offline tool"),
    "browser": _("browser"),
}

DEPOSIT_FORMS: Mapping[str, str] = {
    "transfer": _("transfer"),
    "cash": _("cash"),
    "cheque": _("cheque"),
    "draft": _("bank draft"),
    "guarantee": _("bank guarantee"),
    "e_guarantee": _("electronic guarantee"),
    "insurance": _("surety insurance"),
    "surety": _("surety company’s bond"),
}

METHODS: Mapping[str, str] = {
    "lowest_evaluated": _("lowest evaluated price"),
    "comprehensive": _("comprehensive evaluation"),
}

OPENING_STATES: Mapping[OpeningState, str] = {
    OpeningState.WAITING: _("Waiting for the deadline to be proven"),
    OpeningState.CLOSED: _("The sealed set is fixed"),
    OpeningState.FACTOR: _("Tenderers give their opening factors"),
    OpeningState.CHECK: _("Tenderers check that they are in the set"),
    OpeningState.RELEASING: _("The officers release"),
    OpeningState.REVEALED: _("Opened, the record is being closed"),
    OpeningState.RECORDED: _("Opening record"),
    OpeningState.FAILED: _("Nothing was opened"),
    OpeningState.CANCELLED: _("Terminated before the opening"),
    OpeningState.PAUSED: _("Opening paused"),
}

# States of a lot in which no name is public yet.
BEFORE_RECORD = frozenset(
    {
        LotState.OPEN,
        LotState.SUSPENDED,
        LotState.CLOSED,
        LotState.OPENING,
        LotState.PAUSED,
        LotState.CANCELLED,
    }
)

SUBJECTS: Mapping[str, str] = {"works": _("works"), "goods": _("goods"), "services": _("services")}

# Public fields of a tender -> label, in the order of the page.
TENDER_FACTS: Mapping[str, str] = {
    "summary": _("Scope"),
    "owner": _("Owner"),
    "agency": _("Agency"),
    "supervisor": _("Supervisor"),
    "place": _("Place"),
    "subject": _("What is bought"),
    "mandatory": _("Must be tendered by law"),
    "consortium_allowed": _("Consortia"),
    "max_lots_won": _("Lots one bidder may win at most"),
    "obtain_documents": _("How to get the documents"),
    "project_code": _("Investment project code"),
    "retender_of": _("Tendered again after"),
    "note": _("About these data"),
}
TENDER_MOMENTS: Mapping[str, str] = {
    "documents_until": _("Documents until"),
    "objection_until": _("Objections to the documents until"),
}

# Moments of a timeline that are not notices.
MOMENTS: Mapping[str, str] = {
    "documents_until": _("Last documents given out"),
    "questions_until": _("Last questions"),
    "objection_until": _("Last objections to the documents"),
    "close_at": _("Deadline and opening"),
    "factor_until": _("Opening factors until"),
    "check_until": _("Tenderers check the set until"),
    "release_until": _("Officers release until"),
    "closed_at": _("Deadline passed"),
    "opening_at": _("Opening begun"),
    "opened_at": _("Opened, record published"),
    "failed_at": _("Unsuccessful"),
    "cancelled_at": _("Terminated"),
}
