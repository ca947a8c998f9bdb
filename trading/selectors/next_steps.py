"""What a lot waits for, with the moments its rules, its publicity and its award set."""

from datetime import datetime

from trading.models import Contract, Lot
from trading.rules.awarding import publicity_start
from trading.rules.counting import start_of
from trading.rules.next_steps import OF_STATE, NextStep, next_step
from trading.selectors import awarding as reads
from trading.selectors.law import calendar, deposit_rules, outcome_rules, project_flags, valid_until


def awaited(lot: Lot, at: datetime) -> NextStep | None:
    """The step this lot waits for; None before the opening has ended and when all is done.

    Nothing of it tells a bidder, a candidate or an opinion: it is for everybody.
    """
    if lot.state not in OF_STATE:
        return None
    report = reads.report_standing(lot)
    received = report.receipted_at if report else None
    return next_step(
        lot.state,
        received=received is not None,
        held=bool(reads.holds_open(lot)),
        until={
            "show": _start(lot, received, at),
            "object": shown.until_at if (shown := reads.publicity_now(lot)) else None,
            "award": valid_until(lot),
            "contract": _after_award(lot, at),
            "refund": _after_contract(lot, at),
        },
    )


def _start(lot: Lot, received: datetime | None, at: datetime) -> datetime | None:
    if received is None:
        return None
    rules, flags = outcome_rules(lot, at), project_flags(lot.tender.project)
    counted = publicity_start(received, rules, flags, calendar())
    return counted.moment if counted else None


def _after_award(lot: Lot, at: datetime) -> datetime | None:
    award, rule = reads.award_standing(lot), deposit_rules(lot, at).rules.get("contract")
    if award is None or rule is None:
        return None
    return rule.count(start_of(award.notified_on), calendar()).moment


def _after_contract(lot: Lot, at: datetime) -> datetime | None:
    contract = Contract.objects.filter(lot=lot).first()
    rule = deposit_rules(lot, at).rules.get("deposit_back_contract")
    if contract is None or rule is None or not set(rule.applies_if) <= project_flags(lot.tender.project):
        return None
    return rule.count(start_of(contract.signed_on), calendar()).moment
