"""A bidder's page of its security for one lot. Its own only: that a firm pays is secret by law (法22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.rules.articles import article_shown
from accounts.rules.notices import moment_shown
from accounts.states import Power
from bidding import policies
from bidding.models.security import AnnualUse, BankLine, Refund, SubAccount
from bidding.models.security.guarantees import FORMS as GUARANTEES
from bidding.selectors.desk import said
from bidding.selectors.security.annual import annual_balance
from bidding.selectors.security.books import securities
from bidding.selectors.security.own import SHAPES, WORDS, Own, Standing, next_sentence, own
from bidding.selectors.security_pages.bonds import bond
from bidding.selectors.security_pages.shapes import Back, DepositPage, Received, Slip, Term, Word
from bidding.selectors.security_pages.words import (
    FORM_WORDS,
    PAYMENT_SHAPES,
    REFUND_SHAPES,
    formula_words,
    reason_words,
    word_of,
)
from bidding.selectors.validity import bidders_opened, last_asked
from bidding.states.security import PaymentState, RefundState
from kernel.errors import NotFound
from kernel.policies import require
from trading.models import DocumentTaker, Lot
from trading.rules.counting import local_day
from trading.selectors import deposit_rules, project_flags, times_in_force
from trading.selectors.public import lot_by_number
from trading.states import TAKES_BIDS, LotState

TERMS = (
    "deposit_cap",
    "deposit_basic_account",
    "deposit_validity",
    "guarantee_accepted",
    "deposit_back_withdrawn",
    "deposit_back_award",
    "deposit_back_contract",
    "deposit_back_termination",
    "deposit_back_stray",
)
"""Rules shown with a deposit, in this order, where the pack in force has them."""


def own_lot(number: str, actor: Actor) -> Lot:
    """The lot, for who bids in it: its organisation has taken the documents. NotFound for everybody else."""
    require(policies.may_take_part(actor))
    lot = lot_by_number(number)
    if not DocumentTaker.objects.filter(tender=lot.tender_id, organisation=actor.organisation).exists():
        raise NotFound("documents_first", _("Take the documents first; then this page shows how to pay."))
    return lot


def guarantees_of(lot: Lot) -> list[str]:
    """The forms other than money this lot takes."""
    return [form for form in GUARANTEES if form in lot.deposit_forms]


def deposit_page(number: str, actor: Actor, at: datetime) -> DepositPage:
    """Everything of one's own security; NotPermitted without a bidder, NotFound before the documents are taken."""
    lot = own_lot(number, actor)
    assert actor.organisation is not None
    mine = own(lot, actor.organisation)
    until = times_in_force(lot).close_at
    running = LotState(lot.state) in TAKES_BIDS and at < until
    standing = mine.standing
    may_pay = bool(actor.powers & {Power.PAY, Power.SEAL})
    transfer = "transfer" in lot.deposit_forms
    return DepositPage(
        lot=lot,
        title=said(lot.tender, "title"),
        name=said(lot, "name"),
        amount=lot.deposit_amount,
        currency=lot.currency,
        forms=_listed([form for form in FORM_WORDS if form in lot.deposit_forms]),
        accepted=_listed(guarantees_of(lot)),
        until=until,
        open=running and bool(lot.deposit_amount),
        terms=terms(lot, at),
        standing=Word(_(WORDS[standing]), SHAPES.get(standing, "wait")),
        next=next_sentence(standing, until=until if running else None, at=at, shown=shown(until)),
        slip=_slip(mine, until) if mine.sub_account else None,
        received=[received(line) for line in mine.lines],
        backs=[back(row) for row in mine.refunds if row.state != RefundState.DROPPED.value],
        bonds=[bond(row, lot) for row in mine.guarantees],
        annual=_annual(mine, actor, lot, at, open_=running),
        forfeited=_kept(mine, at),
        may_transfer=transfer,
        may_ask=running and transfer and may_pay and mine.sub_account is None and bool(lot.deposit_amount),
        asked=actor.organisation in bidders_opened(lot) and last_asked(lot) is not None,
        may_hand_in=running and may_pay and bool(guarantees_of(lot)) and standing in _OPEN,
    )


_OPEN = frozenset(
    {Standing.DUE, Standing.FAILED, Standing.SUSPICIOUS, Standing.SHORT, Standing.LATE, Standing.UNMATCHED}
)


def _listed(forms: Sequence[str]) -> str:
    """Forms of a deposit, joined as the language does it."""
    return _(", ").join(str(FORM_WORDS[form]) for form in forms)


def slip_page(number: str, actor: Actor, at: datetime) -> DepositPage:
    """The page with its slip; NotFound while no account was asked for."""
    found = deposit_page(number, actor, at)
    if found.slip is None:
        raise NotFound("no_account", _("Get an account first; the slip names it."))
    return found


def shown(moment: datetime) -> str:
    """A moment in the words of the page's language."""
    return moment_shown(moment, "zh" if _chinese() else "en")


def terms(lot: Lot, at: datetime) -> list[Term]:
    """The rules which bind this deposit, with their articles."""
    rules = deposit_rules(lot, at)
    zh = _chinese()
    found = [rules.rules[name] for name in TERMS if name in rules.rules]
    flags = project_flags(lot.tender.project)
    return [
        Term(_sentence(rule, zh=zh), article_words(rule.article)) for rule in found if rule.applies(flags)
    ]


def article_words(article: str) -> str:
    """Where a rule is written, in the reader's language."""
    return article_shown(article, chinese=_chinese())


def _sentence(rule: Any, *, zh: bool) -> str:
    """A rule with its number where it has one that says something."""
    text = str(rule.text_zh if zh else rule.text_en)
    units = {"percent": _("at most %(n)s %%"), "day": _("at most %(n)s days")}
    if rule.unit == "day" and rule.calendar == "wd":
        units["day"] = ngettext(
            "at most %(n)s working day", "at most %(n)s working days", int(rule.number or 0)
        )
    if rule.unit in units and rule.value:
        return f"{text}{'：' if zh else ': '}{units[rule.unit] % {'n': rule.number}}"
    return text


def ground_word(lot: Lot, ground: str, at: datetime) -> str:
    """A ground on which a deposit is kept, as the rules in force put it."""
    rule = deposit_rules(lot, at).rules.get(f"forfeit_{ground}")
    return (rule.text_zh if _chinese() else rule.text_en) if rule else ground


def _chinese() -> bool:
    return (get_language() or "zh-hans").startswith("zh")


def _slip(mine: Own, until: datetime) -> Slip:
    sub = mine.sub_account
    assert sub is not None
    return Slip(
        holder=sub.account.holder,
        bank=sub.account.bank,
        number=sub.number,
        amount=mine.lot.deposit_amount,
        currency=mine.lot.currency,
        until=until,
        code=sub.number[-8:],
        tender_number=mine.lot.tender.number,
        lot_number=mine.lot.number,
        title=said(mine.lot.tender, "title"),
        bidder=sub.organisation.name,
        issued_at=sub.issued_at,
    )


def received(line: BankLine) -> Received:
    """A sum as its own bidder sees it."""
    return Received(
        amount=line.amount,
        currency=line.currency,
        booked_on=line.booked_on,
        booked_at=line.booked_at,
        imported_at=line.imported_at,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        state=word_of(PaymentState(line.state), PAYMENT_SHAPES),
        reasons=reason_words(line.reasons),
    )


def back(row: Refund) -> Back:
    """A sum on its way back as its own bidder sees it."""
    return Back(
        principal=row.principal,
        interest=row.interest,
        formula=formula_words(row.formula, zh=_chinese()),
        payee_name=row.payee_name,
        payee_account=row.payee_account,
        article=article_words(row.article),
        due_at=row.due_at,
        paid_at=row.paid_at,
        state=word_of(RefundState(row.state), REFUND_SHAPES),
    )


@dataclass(frozen=True)
class AnnualPage:
    """An organisation's security for a year: its account, what is booked and free, the lots it stands for."""

    year: int
    sub: SubAccount | None
    paid: Decimal
    free: Decimal
    uses: Sequence[AnnualUse]
    backs: Sequence[Back] = ()


def annual_page(actor: Actor, at: datetime) -> AnnualPage:
    """One's own annual security of this year; NotPermitted for whoever acts for no bidder."""
    require(policies.may_take_part(actor))
    year = local_day(at).year
    rows = SubAccount.objects.filter(organisation=actor.organisation, year=year)
    sub = rows.select_related("account").first()
    if sub is None:
        return AnnualPage(year, None, Decimal(0), Decimal(0), [])
    uses = list(sub.uses.filter(freed_at__isnull=True).select_related("lot__tender").order_by("at"))
    paid = securities([sub.pk]).get(sub.pk, Decimal(0))
    backs = [back(row) for row in Refund.objects.filter(sub_account=sub).order_by("due_at", "pk")]
    return AnnualPage(year, sub, paid, annual_balance(sub), uses, backs)


def _annual(mine: Own, actor: Actor, lot: Lot, at: datetime, *, open_: bool) -> dict[str, Any] | None:
    """The annual security of this year with what is free of it; None where there is none."""
    found = annual_page(actor, at)
    if found.sub is None:
        return None
    may_use = open_ and mine.annual is None and found.free >= lot.deposit_amount
    shown = {"year": found.year, "paid": found.paid, "free": found.free}
    return {**shown, "used": mine.annual is not None, "may_use": may_use}


def _kept(mine: Own, at: datetime) -> dict[str, Any] | None:
    row = mine.forfeiture
    if row is None:
        return None
    return {
        "ground_word": ground_word(mine.lot, row.ground, at),
        "reason": row.reason,
        "article": article_words(row.article),
    }
