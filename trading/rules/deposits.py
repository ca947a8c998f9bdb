"""Terms of the bid deposit: what may be asked for, what the notice says of it, when it goes back, with articles."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_noop

from accounts.rules.articles import article_shown
from kernel.errors import Finding
from trading.rules.facts import LotFacts
from trading.rules.packs import Rule, RuleSet

MONEY = frozenset({"transfer", "cash", "cheque", "draft"})
GUARANTEES = frozenset({"guarantee", "e_guarantee"})
CENT = Decimal("0.01")
WORDS: Mapping[str, tuple[str, str]] = {
    "transfer": ("转账", "transfer"),
    "cash": ("现金", "cash"),
    "cheque": ("支票", "cheque"),
    "draft": ("银行汇票", "bank draft"),
    "guarantee": ("银行保函", "bank guarantee"),
    "e_guarantee": ("电子保函", "electronic guarantee"),
    "insurance": ("保证保险", "surety insurance"),
}
BACK: Mapping[str, tuple[str, str]] = {
    "deposit_back_withdrawn": ("投标截止前撤回", "withdrawal before the deadline"),
    "deposit_back_award": ("未中标", "not awarded"),
    "deposit_back_contract": ("合同签订", "contract signed"),
    "deposit_back_termination": ("终止招标", "termination"),
    "deposit_back_failed": ("招标失败", "too few bids"),
    "deposit_back_validity": ("拒绝延长投标有效期", "extension of validity refused"),
}
"""Causes for which the notice says when the deposit goes back, in this order, where the rules in force know them."""


def money_findings(lot: LotFacts, flags: frozenset[str], rules: RuleSet) -> list[Finding]:
    """Deposit, guarantee, bond, ceiling and floor of a lot against the rules (条26, 27, 58; 中小企业条例13)."""
    found = [*_deposit_cap(lot, rules), *deposit_findings(lot, flags, rules)]
    bond = rules["bond_cap"]
    if lot.bond_percent > bond.number:
        message = gettext_noop("The performance bond is above %(percent)s %% of the contract.")
        found.append(_finding(bond, message, _at(lot, "bond_percent"), percent=bond.number))
    if lot.floor_price is not None:
        message = gettext_noop("A floor price is not allowed.")
        found.append(_finding(rules["no_floor_price"], message, _at(lot, "floor_price")))
    if lot.ceiling is None and not lot.ceiling_method.strip():
        message = gettext_noop("No ceiling price and no way of computing it is given.")
        found.append(_finding(rules["ceiling_stated"], message, _at(lot, "ceiling")))
    return found


def deposit_findings(lot: LotFacts, flags: frozenset[str], rules: RuleSet) -> list[Finding]:
    """Forms and validity of a deposit that is asked for; nothing where none is.

    Works with the deposit rules of any trade. A public owner may neither limit the deposit to money nor refuse a
    financial institution's guarantee (保障中小企业款项支付条例13), and the deposit lasts as long as the bid (条26).
    """
    if lot.deposit_amount <= 0:
        return []
    found = []
    field = _at(lot, "deposit_forms")
    forms, guarantee = rules.rules.get("deposit_forms"), rules.rules.get("guarantee_accepted")
    if forms is not None and not lot.deposit_forms:
        message = gettext_noop("In which forms the deposit may be given is missing.")
        found.append(_finding(forms, message, field, code="deposit_forms_missing"))
    elif forms is not None and lot.deposit_forms - forms.forms:
        message = gettext_noop("This form of deposit may not be asked for here: %(form)s.")
        found.append(_finding(forms, message, field, form=min(lot.deposit_forms - forms.forms)))
    if guarantee is not None and guarantee.applies(flags):
        if lot.deposit_forms <= MONEY:
            message = gettext_noop("A public owner must accept guarantees or insurance as bid deposit.")
            found.append(_finding(guarantee, message, field))
        elif not lot.deposit_forms & GUARANTEES:
            message = gettext_noop(
                "A public owner may not refuse a guarantee of a bank or financial institution."
            )
            found.append(_finding(guarantee, message, field))
    validity = rules.rules.get("deposit_validity")
    if validity is not None and lot.deposit_validity_days not in (None, lot.validity_days):
        message = gettext_noop("The deposit must be valid exactly as long as the bid.")
        found.append(_finding(validity, message, _at(lot, "deposit_validity_days")))
    return found


def deposit_limits(base: Decimal, rules: RuleSet) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most a deposit may be for an estimate, budget or price of ``base`` yuan; None: no such rule."""
    floor, cap = rules.rules.get("deposit_floor"), rules.rules.get("deposit_cap")
    least = (base * floor.number / 100).quantize(CENT, rounding="ROUND_CEILING") if floor else None
    return least, (base * cap.number / 100).quantize(CENT, rounding="ROUND_FLOOR") if cap else None


def deposit_words(
    *, amount: Decimal, forms: frozenset[str], flags: frozenset[str], rules: RuleSet
) -> tuple[str, str]:
    """The deposit's terms for the notice in Chinese and English, each with its article; empty where none is asked."""
    if amount <= 0:
        return "", ""
    parts = [
        (
            "形式：" + "、".join(WORDS[form][0] for form in WORDS if form in forms),
            "forms: " + ", ".join(WORDS[form][1] for form in WORDS if form in forms),
        ),
        ("投标截止前到账（以银行入账时间为准）", "booked by the bank before the deadline"),
    ]
    if (basic := rules.rules.get("deposit_basic_account")) is not None and basic.applies(flags):
        zh, en = _where(basic)
        parts.append((f"从基本账户转出（{zh}）", f"paid from the basic account ({en})"))
    if (validity := rules.rules.get("deposit_validity")) is not None:
        zh, en = _where(validity)
        parts.append((f"有效期与投标有效期一致（{zh}）", f"valid as long as the bid ({en})"))
    parts += [
        _back_words(rules[rule_id], *words) for rule_id, words in BACK.items() if rule_id in rules.rules
    ]
    return "；".join(part[0] for part in parts), "; ".join(part[1] for part in parts)


def _back_words(rule: Rule, zh: str, en: str) -> tuple[str, str]:
    """When the deposit goes back for one cause."""
    days_zh, days_en = ("工作日", "working days") if rule.calendar == "wd" else ("日", "days")
    with_zh, with_en = ("并付银行利息", " with bank interest") if rule.interest == "bank" else ("", "")
    where_zh, where_en = _where(rule)
    return (
        f"{zh}后 {rule.number} {days_zh}内退还{with_zh}（{where_zh}）",
        f"{en}: back within {rule.number} {days_en}{with_en} ({where_en})",
    )


def _where(rule: Rule) -> tuple[str, str]:
    """The article of a rule as readers of both languages write it."""
    return article_shown(rule.article, chinese=True), article_shown(rule.article, chinese=False)


def _deposit_cap(lot: LotFacts, rules: RuleSet) -> list[Finding]:
    """The cap of the deposit, which needs the estimate (条26)."""
    cap = rules["deposit_cap"]
    if lot.estimate is None or lot.estimate <= 0:
        message = gettext_noop("The estimate is missing; the cap of the deposit depends on it.")
        return [_finding(cap, message, _at(lot, "estimate"), code="estimate_missing")]
    _least, most = deposit_limits(lot.estimate, rules)
    if most is None or lot.deposit_amount <= most:
        return []
    message = gettext_noop("The deposit is above %(percent)s %% of the estimate: at most %(most)s yuan.")
    return [_finding(cap, message, _at(lot, "deposit_amount"), percent=cap.number, most=most)]


def _at(lot: LotFacts, name: str) -> str:
    return f"lots[{lot.code}].{name}"


def _finding(rule: Rule, message: str, field: str, code: str = "", **data: object) -> Finding:
    return Finding(code or rule.id, message, rule.article, rule.blocks, field, data)
