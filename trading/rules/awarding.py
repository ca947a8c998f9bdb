"""The law between report and contract: how long candidates are shown, who may win, what a contract may say."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_noop as _

from kernel.errors import Finding
from trading.rules.counting import Calendar, Counted, days_after
from trading.rules.packs import Rule, RuleSet

PERCENT = 100


def rule_in_force(rules: RuleSet, name: str, flags: frozenset[str]) -> Rule | None:
    """The rule of that name where the pack has it and its facts hold; None elsewhere."""
    rule = rules.rules.get(name)
    return rule if rule is not None and rule.applies(flags) else None


def publicity_needed(rules: RuleSet, flags: frozenset[str]) -> bool:
    """Whether the candidates must be shown before the award (条例 54: what must be tendered by law)."""
    return rule_in_force(rules, "publicity_length", flags) is not None


def publicity_start(
    receipted_at: datetime, rules: RuleSet, flags: frozenset[str], calendar: Calendar
) -> Counted | None:
    """Until when the publicity must begin, counted from the receipt of the report; None where no rule says so."""
    rule = rule_in_force(rules, "publicity_start", flags)
    return rule.count(receipted_at, calendar) if rule else None


def publicity_end(
    from_at: datetime, days: int, rules: RuleSet, flags: frozenset[str], calendar: Calendar
) -> tuple[Counted, list[Finding]]:
    """The end of a publicity of ``days`` days that begins now, and a finding when the rules ask for more days.

    Days by the Civil Code: the first is not counted, a last one that is a rest day moves to the next worked day.
    """
    rule = rule_in_force(rules, "publicity_length", flags)
    least = rule.number if rule else 1
    rolls = rule.rolls if rule else True
    end = days_after(from_at, days, calendar, rolls=rolls)
    if days >= least:
        return end, []
    message = _("The candidates are shown for at least %(least)s days.")
    article = rule.article if rule else ""
    return end, [Finding("publicity_short", message, article, True, "days", {"least": least})]


def award_ground(
    rank: int,
    out: Collection[int],
    rules: RuleSet,
    flags: frozenset[str],
    record: Mapping[str, bool],
) -> tuple[str, list[Finding]]:
    """On which ground the candidate of ``rank`` may be awarded, and what forbids it.

    ``out`` are the ranks that fell out, ``record`` says which parts of a decision record are there: ``criteria``,
    ``minutes``, ``watched``. Where state funds control a tender that the law demands, the first that has not fallen out
    wins (条例 55), unless a local pack lets the owner choose (评定分离), which asks for the whole record. Elsewhere
    another than the first asks for reasons (法 40).
    """
    chooses = rule_in_force(rules, "owner_chooses", flags)
    if chooses is not None:
        lacking = [name for name in ("criteria", "minutes", "watched") if not record[name]]
        message = _("The owner’s choice needs its criteria, its minutes and who watched it.")
        return "choice", [Finding("award_record", message, chooses.article, True, name) for name in lacking]
    ahead = [before for before in range(1, rank) if before not in out]
    if not ahead:
        return ("first" if rank == 1 else "next"), []
    first = rule_in_force(rules, "first_candidate", flags)
    if first is not None:
        message = _("The candidate ranked first wins; another only when those before it have fallen out.")
        return "choice", [
            Finding("award_order", message, first.article, True, "candidate", {"rank": ahead[0]})
        ]
    if record["criteria"]:
        return "choice", []
    message = _("Say why another candidate than the first is awarded the lot.")
    return "choice", [Finding("award_record", message, "招标投标法第四十条", True, "criteria")]


def contract_findings(
    *,
    price: Decimal | None,
    agreed: str,
    amount: Decimal,
    terms: tuple[str, Decimal, str],
    rules: RuleSet,
) -> Sequence[Finding]:
    """What stands against a contract: another price or duration than the bid's without a reason, too high a bond.

    ``price`` and ``agreed`` are the winning bid's sum and duration; None and empty where they are not known here.
    ``terms`` are the contract's duration and bond, and the reason of a difference.
    """
    duration, bond, difference = terms
    found = []
    differs = (price is not None and amount != price) or bool(agreed and duration and duration != agreed)
    if differs and not difference.strip():
        message = _("Price and duration are those of the winning bid; a difference needs its reason.")
        found.append(Finding("contract_differs", message, "招标投标法实施条例第五十七条", True, "difference"))
    cap = rules.rules.get("bond_cap")
    if cap is not None and Fraction(bond) * PERCENT > cap.value * Fraction(amount):
        message = _("The performance bond is at most %(most)s per cent of the contract.")
        found.append(Finding("bond_cap", message, cap.article, True, "bond", {"most": cap.number}))
    return found
