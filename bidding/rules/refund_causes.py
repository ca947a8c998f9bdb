"""Why a sum goes back, until when, with interest or without, and what stops it: the rule packs' words for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trading.rules import Calendar, Rule, RuleSet


class Cause(StrEnum):
    """What makes a sum due back, or due to the owner."""

    WITHDRAWN = "withdrawn"  # 撤回 before the deadline
    TREATED_WITHDRAWN = "treated_withdrawn"  # 视为撤回: not decrypted, and not by the bidder's fault
    FAILED = "failed"  # 流标
    NOT_IN_SET = "not_in_set"  # no bid, or one that came too late
    TERMINATED = "terminated"  # 终止
    AWARD = "award"  # 未中标
    CONTRACT = "contract"  # 合同签订
    VALIDITY = "validity"  # an extension of the validity refused
    ANNUAL = "annual"  # the year of an annual security is over
    STRAY = "stray"  # nobody's valid security
    FORFEITED = "forfeited"  # 不予退还: to the owner, by a decision


RULE: Mapping[Cause, str] = {
    Cause.WITHDRAWN: "deposit_back_withdrawn",
    Cause.TREATED_WITHDRAWN: "deposit_back_withdrawn",
    Cause.FAILED: "deposit_back_failed",
    Cause.NOT_IN_SET: "deposit_back_not_in_set",
    Cause.TERMINATED: "deposit_back_termination",
    Cause.AWARD: "deposit_back_award",
    Cause.CONTRACT: "deposit_back_contract",
    Cause.VALIDITY: "deposit_back_validity",
    Cause.ANNUAL: "deposit_back_annual",
    Cause.STRAY: "deposit_back_stray",
    Cause.FORFEITED: "deposit_back_stray",
}
END_TO_END_BYTES = 15
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"


@dataclass(frozen=True)
class Due:
    """A refund's clock: the rule with its article, its last moment, whether the bank's interest goes with it."""

    rule: str
    article: str
    until: datetime
    interest: bool
    held_by: frozenset[str]


def due_of(cause: Cause, since: datetime, rules: RuleSet, calendar: Calendar) -> Due:
    """The clock of a cause that began at ``since`` under ``rules``.

    A trade whose rules do not name the cause pays back as fast as what is nobody's deposit (``deposit_back_stray``).
    PackError when the rules hold no deposit rule at all.
    """
    rule: Rule = rules.rules.get(RULE[cause]) or rules[RULE[Cause.STRAY]]
    until = rule.count(since, calendar).moment
    return Due(rule.id, rule.article, until, rule.interest == "bank", rule.held_by)


def end_to_end_id(entropy: Callable[[int], bytes]) -> str:
    """A random id of 24 letters and digits for one refund: says nothing, fits ISO 20022's 35, and never changes."""
    bits = int.from_bytes(entropy(END_TO_END_BYTES), "big")
    return "".join(_LETTERS[(bits >> (5 * place)) & 31] for place in range(END_TO_END_BYTES * 8 // 5))
