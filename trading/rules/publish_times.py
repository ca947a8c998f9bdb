"""What stands in the way of publishing in the times of an opening: the deadline, the windows, the bidder's factor."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from kernel.errors import Finding
from trading.rules.clocks import earliest_close, moment_text
from trading.rules.counting import CHINA, Calendar, local_day
from trading.rules.facts import LotFacts, TenderFacts, Times
from trading.rules.packs import Rule, RuleSet


def opening_findings(
    lot: LotFacts, facts: TenderFacts, at: datetime, rules: RuleSet, calendar: Calendar
) -> list[Finding]:
    """The times of a lot's opening and the bidder's factor against the rules (法24, 34; 20号令31)."""
    times = lot.times
    if times is None:
        message = gettext_noop("The opening is not set up.")
        return [_finding(rules["opening_at_deadline"], message, _at(lot, "opening"), code="opening_missing")]
    found = _deadline(lot, times, facts, at, rules, calendar)
    same = rules["opening_at_deadline"]
    if not times.in_order() or times.open_at[0] != times.close_at:
        message = gettext_noop("The opening begins at the deadline; the other times follow in order.")
        found.append(_finding(same, message, _at(lot, "open_at")))
    window = rules["check_window"]
    if times.check_until < (times.factor_until or times.close_at) + timedelta(minutes=window.number):
        message = gettext_noop("Bidders need at least %(minutes)s minutes to check the seals.")
        found.append(_finding(window, message, _at(lot, "check_until"), minutes=window.number))
    remedy = rules["remedy_stated"]
    if (lot.factor == "required") != (times.factor_until is not None):
        message = gettext_noop("The end of the factor phase is set exactly when a factor is required.")
        found.append(_finding(remedy, message, _at(lot, "factor_until"), code="factor_until"))
    if lot.factor == "required" and not lot.remedy.strip():
        message = gettext_noop("A required factor needs a declared remedy for bidders who lose it.")
        found.append(_finding(remedy, message, _at(lot, "remedy")))
    return found


def _deadline(
    lot: LotFacts, times: Times, facts: TenderFacts, at: datetime, rules: RuleSet, calendar: Calendar
) -> list[Finding]:
    """The deadline against 法24, the calendar and the clock; a breach proposes the earliest lawful one."""
    rule, field = rules["bid_preparation"], _at(lot, "close_at")
    start = max(facts.documents_from or at, at)
    mandatory = rule.applies(facts.flags)
    proposal = earliest_close(
        documents_from=start, mandatory=mandatory, at=at, rules=rules, calendar=calendar
    )
    earliest = moment_text(proposal.moment)
    found = []
    day = local_day(times.close_at)
    if times.close_at <= at or (facts.documents_until and times.close_at < facts.documents_until):
        message = gettext_noop(
            "The deadline lies in the past or in the document window; earliest %(earliest)s."
        )
        found.append(_finding(rule, message, field, code="deadline_passed", earliest=earliest))
    if day < local_day(start) + timedelta(days=rule.number):
        if mandatory:
            message = gettext_noop("Bidders need %(days)s days from the documents: earliest %(earliest)s.")
            found.append(_finding(rule, message, field, days=rule.number, earliest=earliest))
        else:
            message = gettext_noop(
                "Fewer than %(days)s days: allowed, as the law does not demand a tender here."
            )
            found.append(
                Finding("bid_preparation_free", message, rule.article, False, field, {"days": rule.number})
            )
    if rest := calendar.name(day):
        message = gettext_noop("The deadline falls on a rest day: %(name_zh)s, %(name_en)s.")
        found.append(
            _finding(
                rules["rest_day"], message, field, name_zh=rest.name_zh, name_en=rest.name_en, day=str(day)
            )
        )
    if not calendar.is_sure(day):
        message = gettext_noop("The rest days of %(year)s are not finally announced.")
        found.append(_finding(rules["rest_day"], message, field, code="rest_days_unsure", year=day.year))
    hour = rules["earliest_hour"]
    if times.close_at.astimezone(CHINA).hour < hour.number:
        message = gettext_noop("The opening is before %(hour)s o'clock.")
        found.append(_finding(hour, message, field, hour=hour.number))
    return found


def _at(lot: LotFacts, name: str) -> str:
    return f"lots[{lot.code}].{name}"


def _finding(rule: Rule, message: str, field: str, code: str = "", **data: object) -> Finding:
    return Finding(code or rule.id, message, rule.article, rule.blocks, field, data)
