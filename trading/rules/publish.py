"""Everything that stands in the way of publishing a tender, all at once, each with its article."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext_noop

from accounts.rules import duties_conflicts
from kernel.errors import Finding
from trading.rules.bills import bill_findings
from trading.rules.coefficients import coefficient_declared
from trading.rules.counting import Calendar, days_after, local_day
from trading.rules.deposits import money_findings
from trading.rules.facts import LotFacts, TenderFacts
from trading.rules.officers import officer_findings
from trading.rules.packs import Rule, RuleSet
from trading.rules.publish_times import opening_findings
from trading.rules.schemes import scheme_findings

METHODS = frozenset({"lowest_evaluated", "comprehensive"})
REQUIRED_DOCUMENTS = ("data_sheet", "method", "boq", "contract")

MISSING_TEXTS = {
    "title": gettext_noop("The title in Chinese is missing."),
    "title_en": gettext_noop("The title in English is missing."),
    "owner_address": gettext_noop("The owner's address is missing."),
    "place": gettext_noop("The place of the works is missing."),
    "obtain_documents": gettext_noop("How to get the tender documents is missing."),
}
MISSING_OF_LOT = {
    "name": gettext_noop("Lot %(lot)s: the name is missing."),
    "scope": gettext_noop("Lot %(lot)s: the scope is missing."),
    "quality": gettext_noop("Lot %(lot)s: the quality standard is missing."),
}
MISSING_DOCUMENTS = {
    "data_sheet": gettext_noop("The data sheet of the instructions to bidders is missing."),
    "method": gettext_noop("The evaluation method is missing from the documents."),
    "boq": gettext_noop("The bill of quantities is missing."),
    "contract": gettext_noop("The contract conditions are missing."),
}
UNREGISTERED = {
    "owner": gettext_noop("The registration of the owner is not accepted, or suspended."),
    "agency": gettext_noop("The registration of the agency is not accepted, or suspended."),
}
MISSING_METHOD = {
    "kind": gettext_noop("The evaluation method is not chosen."),
    "tie": gettext_noop("The method does not say what decides a tie."),
    "rounding": gettext_noop("The method does not say how numbers are rounded."),
    "candidates": gettext_noop("The method does not say how many candidates are ranked."),
}
IN_SCHEME = frozenset({"tie", "rounding"})
"""What a method as data says itself; `schemes` looks at it there."""


def publish_blockers(
    facts: TenderFacts, at: datetime, *, rules: RuleSet, calendar: Calendar, methods: RuleSet | None = None
) -> tuple[Finding, ...]:
    """Every rule that bites if ``facts`` were published at ``at``, blocking ones and warnings together.

    ``methods`` are the rules of evaluation methods of the tender's trade, where a pack of its own holds them.

    A finding in a lot whose ``overrides`` name its code no longer blocks; it stays as a warning with
    ``data["overridden"]`` set, for the override is shown wherever the tender is.
    """
    findings = [
        *_flags(facts, rules),
        *_parties(facts, rules),
        *_notice(facts, rules),
        *_window(facts, at, rules, calendar),
    ]
    for lot in facts.lots:
        of_lot = [
            *money_findings(lot, facts.flags, rules),
            *_method(lot, rules),
            *scheme_findings(lot.method, facts.flags, methods or rules, field=_at(lot, "method")),
            *_documents(lot, rules),
            *bill_findings(lot.bills, lot.ceiling, rules, field=_at(lot, "documents.boq")),
            *_terms(lot, rules),
            *opening_findings(lot, facts, at, rules, calendar),
        ]
        of_lot += officer_findings(lot.seats, lot.t, rules, field=_at(lot, "officers"))
        findings += [_overridden(item) if item.code in lot.overrides else item for item in of_lot]
    return tuple(findings)


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only those which refuse the act."""
    return tuple(finding for finding in findings if finding.blocks)


def _at(lot: LotFacts, name: str) -> str:
    return f"lots[{lot.code}].{name}"


def _overridden(item: Finding) -> Finding:
    return Finding(item.code, item.message, item.source, False, item.field, {**item.data, "overridden": True})


def _finding(rule: Rule, message: str, field: str, code: str = "", **data: object) -> Finding:
    return Finding(code or rule.id, message, rule.article, rule.blocks, field, data)


def _flags(facts: TenderFacts, rules: RuleSet) -> list[Finding]:
    """The two flags, the supervisor, the approvals, the way of tendering, splitting."""
    found = []
    if facts.mandatory is None:
        message = gettext_noop("Say whether this project must be tendered by law.")
        found.append(_finding(rules["flags_set"], message, "mandatory"))
    if facts.state_funded is None:
        message = gettext_noop("Say whether state funds control this project.")
        found.append(_finding(rules["flags_set"], message, "state_funded"))
    if not facts.project_accepted:
        message = gettext_noop("The project has not been accepted at intake.")
        found.append(_finding(rules["flags_set"], message, "project", code="project_not_accepted"))
    if not facts.supervisor_named:
        message = gettext_noop("The competent supervisor is not named.")
        found.append(_finding(rules["supervisor_named"], message, "supervisor"))
    scheme = rules["scheme_approved"]
    if scheme.applies(facts.flags) and not facts.scheme_approved:
        message = gettext_noop("The approval of scope, method and form of tendering is missing.")
        found.append(_finding(scheme, message, "scheme_approved"))
    public = rules["open_tendering"]
    if public.applies(facts.flags) and not facts.open_tendering:
        message = gettext_noop("With controlling state funds the tendering must be open.")
        found.append(_finding(public, message, "open_tendering"))
    splitting = rules["splitting"]
    if facts.mandatory is False and facts.untendered_sum >= splitting.number:
        message = gettext_noop(
            "The parts of this project add up to %(sum)s yuan: check that it is not split."
        )
        found.append(_finding(splitting, message, "lots", sum=facts.untendered_sum))
    return found


def _parties(facts: TenderFacts, rules: RuleSet) -> list[Finding]:
    """Owner and agency are registered, and nobody holds two duties that exclude each other (journeys 9)."""
    rule = rules["parties_registered"]
    found = [_finding(rule, UNREGISTERED[party], party) for party in facts.unregistered]
    seen = set()
    for code in [lot.code for lot in facts.lots] or [""]:
        held = [item for item in facts.duties if item.lot in ("", code)]
        for item in duties_conflicts(held):
            key = (item.code, item.data["one"], item.data["other"])
            found += [] if key in seen else [item]
            seen.add(key)
    return found


def _notice(facts: TenderFacts, rules: RuleSet) -> list[Finding]:
    """What the notice must hold (法16, 条37), and that there is a lot."""
    rule = rules["notice_content"]
    found = [
        _finding(rule, message, name)
        for name, message in MISSING_TEXTS.items()
        if not str(getattr(facts, name)).strip()
    ]
    if facts.consortium_allowed is None:
        message = gettext_noop("Say whether consortia may bid.")
        found.append(_finding(rules["consortium_stated"], message, "consortium_allowed"))
    local = rules.rules.get("retender_min_bids")
    if facts.again and local is not None:
        message = gettext_noop("Re-tender: local rule %(article)s applies.")
        found.append(Finding("retender_local", message, "", False, "retender", {"article": local.article}))
    if facts.max_lots_won is not None and not 1 <= facts.max_lots_won <= max(len(facts.lots), 1):
        message = gettext_noop("One bidder may win at most %(most)s lots, but there are %(lots)s.")
        data = {"most": facts.max_lots_won, "lots": len(facts.lots)}
        found.append(Finding("max_lots_won", message, rule.article, True, "max_lots_won", data))
    if not facts.lots:
        found.append(_finding(rule, gettext_noop("There is no lot."), "lots", code="lots_missing"))
    for lot in facts.lots:
        found += [
            _finding(rule, message, _at(lot, name), lot=lot.code)
            for name, message in MISSING_OF_LOT.items()
            if not str(getattr(lot, name)).strip()
        ]
        if not lot.duration_days:
            message = gettext_noop("Lot %(lot)s: the duration of the works is missing.")
            found.append(_finding(rule, message, _at(lot, "duration_days"), lot=lot.code))
    return found


def _window(facts: TenderFacts, at: datetime, rules: RuleSet, calendar: Calendar) -> list[Finding]:
    """The document window of 条16."""
    rule = rules["document_window"]
    if facts.documents_from is None or facts.documents_until is None:
        message = gettext_noop("When the tender documents can be taken is missing.")
        return [_finding(rule, message, "documents_from")]
    start = max(facts.documents_from, at)
    least = days_after(start, rule.number, calendar, rolls=rule.rolls)
    if local_day(facts.documents_until) >= least.last_day:
        return []
    message = gettext_noop("The documents must be available for %(days)s days at least: until %(earliest)s.")
    return [_finding(rule, message, "documents_until", days=rule.number, earliest=str(least.last_day))]


def _method(lot: LotFacts, rules: RuleSet) -> list[Finding]:
    """The evaluation method is complete: kind, ties, rounding, number of candidates (法19, 条49, 53)."""
    rule, most = rules["method_complete"], rules["candidates_max"]
    method: Mapping[str, object] = lot.method
    found = [
        _finding(rule, message, _at(lot, f"method.{name}"), code=f"method_{name}_missing")
        for name, message in MISSING_METHOD.items()
        if not method.get(name) and not ("scheme" in method and name in IN_SCHEME)
    ]
    kind, candidates = method.get("kind"), method.get("candidates")
    if kind and kind not in METHODS:
        message = gettext_noop("The evaluation method is not one the law knows.")
        found.append(_finding(rule, message, _at(lot, "method.kind"), code="method_kind_unknown"))
    if candidates and not (isinstance(candidates, int) and 1 <= candidates <= most.number):
        message = gettext_noop("One to %(most)s candidates may be ranked.")
        found.append(_finding(most, message, _at(lot, "method.candidates"), most=most.number))
    try:
        coefficient_declared(method)
    except (ValueError, AttributeError, TypeError):
        message = gettext_noop(
            "The coefficient drawn at the opening needs 2 to 100 different values and a way."
        )
        found.append(_finding(rule, message, _at(lot, "method.coefficient"), code="method_coefficient"))
    return found


def _documents(lot: LotFacts, rules: RuleSet) -> list[Finding]:
    """The parts every tender document must have (法19)."""
    rule = rules["method_complete"]
    return [
        _finding(rule, MISSING_DOCUMENTS[kind], _at(lot, f"documents.{kind}"), code="document_missing")
        for kind in REQUIRED_DOCUMENTS
        if kind not in lot.documents
    ]


def _terms(lot: LotFacts, rules: RuleSet) -> list[Finding]:
    """Bid validity (条25) and the number below which nothing is opened (法28)."""
    found = []
    if not lot.validity_days:
        message = gettext_noop("The validity of bids is missing.")
        found.append(_finding(rules["validity_stated"], message, _at(lot, "validity_days")))
    least = rules["min_bids"]
    if lot.min_bids < least.number:
        message = gettext_noop("Fewer than %(least)s bidders: no opening; the policy must say so.")
        found.append(_finding(least, message, _at(lot, "min_bids"), least=least.number))
    return found
