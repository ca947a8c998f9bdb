"""The law as pure functions over values: counting days, rule packs, blockers, clocks, numbers.

Takes values, never rows; reads no clock and no database. Only ``packs.load_*`` read files.
"""

from trading.rules import notices
from trading.rules.clocks import (
    addendum_findings,
    earliest_close,
    moment_text,
    objection_findings,
    objection_reply_due,
    objection_until,
    postpone_findings,
    resume_floor,
    shifted,
    validity_until,
)
from trading.rules.counting import CHINA, Calendar, Counted, Step
from trading.rules.facts import LotFacts, SeatFacts, TenderFacts, Times
from trading.rules.holidays import load_calendar
from trading.rules.officers import officer_findings
from trading.rules.packs import Pack, PackError, Rule, RuleSet, choose, load_packs
from trading.rules.publish import blocking, publish_blockers

__all__ = [
    "CHINA",
    "Calendar",
    "Counted",
    "LotFacts",
    "Pack",
    "PackError",
    "Rule",
    "RuleSet",
    "SeatFacts",
    "Step",
    "TenderFacts",
    "Times",
    "addendum_findings",
    "blocking",
    "choose",
    "earliest_close",
    "load_calendar",
    "load_packs",
    "moment_text",
    "notices",
    "objection_findings",
    "objection_reply_due",
    "objection_until",
    "officer_findings",
    "postpone_findings",
    "publish_blockers",
    "resume_floor",
    "shifted",
    "validity_until",
]
