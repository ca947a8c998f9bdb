"""Whether a payment is a bidder's security: decided by sub-account, then payer, time and amount. Nothing is guessed.

The states are those of the issue: ``unmatched`` (nobody's), ``matched``, ``suspicious`` (people must look), ``late``,
``short``, ``over``, ``duplicate``. Reasons are codes, all that hold, the ones that decided the state first. When
several hold, what can least be mended wins: late, then suspicious, then duplicate, over, short.

Rules, with their source: booked by the bank before the deadline (law-and-peers 3.1; the hour is the document's), from
the basic account (条例26), to the cent. A day without an hour that is the deadline's own day is not judged by a
machine, unless the bank's map says that a day means its end. Several payments that together are exact are matched only
if each came from the right payer in time; a payment that covers other lots of the same bidder as well is proposed to
be split and never split here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import combinations
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bidding.rules.bank.lines import BOOKED, BankLine
from bidding.rules.bank.names import normalised_account, same_account, same_name

BEIJING: Final = ZoneInfo("Asia/Shanghai")
State = Literal["unmatched", "matched", "suspicious", "late", "short", "over", "duplicate"]
RANK: Final[tuple[State, ...]] = ("late", "suspicious", "duplicate", "over", "short")
DAY_ENDS: Final = time(23, 59, 59)
MAX_LOTS: Final = 6
"""Other lots looked at for a proposal; more combinations say nothing."""

STATE_OF: Final[dict[str, State]] = {
    "late": "late",
    "booked_day_only": "suspicious",
    "booking_missing": "suspicious",
    "currency": "suspicious",
    "payer_name": "suspicious",
    "payer_name_missing": "suspicious",
    "payer_account": "suspicious",
    "payer_account_missing": "suspicious",
    "not_itemised": "suspicious",
    "reversal": "suspicious",
    "reversed": "suspicious",
    "paid_before": "duplicate",
    "amount_over": "over",
    "several_lots": "over",
    "amount_short": "short",
    "fee_deducted": "short",
}
"""The state each reason leads to; ``former_name`` and ``split_payment`` are notes beside ``matched``."""


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """What is due on one sub-account: one bidder, one lot. ``due_at`` is aware; an empty ``payer_account`` means that
    the rules ask for no particular account.
    """

    sub_account: str
    amount: Decimal
    currency: str
    due_at: datetime
    payer_name: str
    payer_account: str
    former_names: tuple[str, ...] = ()


def expected(one: ExpectedPayment) -> ExpectedPayment:
    """The same, with its sub-account as compared; ``ValueError`` unless it can be matched at all."""
    plain = normalised_account(one.sub_account)
    if not plain or one.amount <= 0 or one.due_at.tzinfo is None:
        raise ValueError(
            "an expected payment needs a sub-account, an amount above zero and an aware deadline"
        )
    return ExpectedPayment(
        plain, one.amount, one.currency, one.due_at, one.payer_name, one.payer_account, one.former_names
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """State and reasons; ``difference`` is what is missing (above zero) or too much (below zero) once the payment is
    counted; ``split`` names sub-accounts whose amounts together are exactly this payment, as a proposal for people.
    """

    state: State
    reasons: tuple[str, ...] = ()
    difference: Decimal = Decimal(0)
    split: tuple[str, ...] = ()


def decide(
    line: BankLine,
    due: ExpectedPayment | None,
    already: Sequence[BankLine] = (),
    *,
    others: Iterable[ExpectedPayment] = (),
    day_is_end: bool = False,
) -> Decision:
    """What ``line`` is for ``due``, after the lines ``already`` booked on the same sub-account.

    ``others`` are what the same bidder owes for other lots, for a proposal; ``day_is_end`` says that this bank's bare
    day means the end of that day. Of ``already`` only lines that would count themselves are counted.
    """
    return judge(
        line, due, received(due, already, day_is_end=day_is_end) if due else Decimal(0), others, day_is_end
    )


def judge(
    line: BankLine,
    due: ExpectedPayment | None,
    paid: Decimal,
    others: Iterable[ExpectedPayment],
    day_is_end: bool,  # noqa: FBT001 - named by its two callers
) -> Decision:
    """The decision when ``paid`` has come in before."""
    if line.status != BOOKED:
        return Decision("unmatched", ("not_booked",))
    if due is None or not same_account(line.payee_account, due.sub_account):
        return Decision("unmatched", ("no_such_sub_account" if line.payee_account else "no_sub_account",))
    if line.reversal:
        return Decision("suspicious", ("reversal",))
    if line.amount <= 0:
        return Decision("unmatched", ("debit",))
    faults = [*faults_of(line, due, day_is_end=day_is_end), *amount_faults(line, due, paid)]
    left = due.amount - paid - line.booked
    split: tuple[str, ...] = ()
    if left < 0 and not paid and (split := proposal(line.booked, due, others)):
        faults.append("several_lots")
    states = {STATE_OF[fault] for fault in faults}
    state: State = next((one for one in RANK if one in states), "matched")
    reasons = sorted(faults, key=lambda fault: STATE_OF[fault] != state)
    return Decision(state, (*reasons, *notes(line, due, paid)), left, split)


def settle(
    due: ExpectedPayment,
    lines: Iterable[BankLine],
    *,
    others: Sequence[ExpectedPayment] = (),
    day_is_end: bool = False,
) -> list[tuple[BankLine, Decision]]:
    """Every line of one sub-account decided in the order of its booking, whatever the order of the files.

    A credit that the bank took back is ``suspicious`` with the reason ``reversed`` and counts for nothing. Parts whose
    sum is exact are all ``matched``.
    """
    ordered = sorted(lines, key=order)
    gone = reversed_credits(ordered)
    found: list[tuple[BankLine, Decision]] = []
    paid = Decimal(0)
    for place, line in enumerate(ordered):
        if place in gone:
            found.append((line, Decision("suspicious", ("reversed",), due.amount)))
            continue
        found.append((line, judge(line, due, paid, others, day_is_end)))
        if counts(line, due, day_is_end=day_is_end):
            paid += line.booked
    if any(one.state == "matched" for _line, one in found):
        found = [(line, whole(one)) for line, one in found]
    return found


def whole(one: Decision) -> Decision:
    """A part that a later part made whole; fees and shortness are no more."""
    if one.state != "short":
        return one
    kept = tuple(reason for reason in one.reasons if STATE_OF.get(reason) != "short")
    return Decision("matched", ("split_payment", *(reason for reason in kept if reason != "split_payment")))


def order(line: BankLine) -> tuple[object, ...]:
    """By booking, then by what the bank calls it, then by all that is left: the same for every order of files."""
    day = line.booked_on or date.max
    moment = line.booked_at or datetime.combine(day, time.max, BEIJING)
    return (
        *(
            moment.astimezone(UTC) if day < date.max else datetime.max.replace(tzinfo=UTC),
            line.bank_ref,
            line.ordinal,
        ),
        *(
            line.end_to_end_id,
            line.amount,
            line.currency,
            line.payer_account,
            line.payer_name,
            line.remittance,
        ),
        *(line.itemised, line.status, line.reversal, line.charges, line.booked_at is None),
    )


def reversed_credits(lines: Sequence[BankLine]) -> set[int]:
    """Places of the credits that later lines take back: the last with that end-to-end id or reference, else all of
    that amount, for which of them is gone is for people to say.
    """
    gone: set[int] = set()
    for place, line in enumerate(lines):
        if not line.reversal or line.amount >= 0 or line.status != BOOKED:
            continue
        equal = [
            index
            for index, one in enumerate(lines[:place])
            if index not in gone and one.booked == -line.booked and not one.reversal and one.status == BOOKED
        ]
        named = [
            index
            for index in equal
            if (line.end_to_end_id and lines[index].end_to_end_id == line.end_to_end_id)
            or (line.bank_ref and lines[index].bank_ref == line.bank_ref)
        ]
        gone.update(named[-1:] or equal)
    return gone


def faults_of(line: BankLine, due: ExpectedPayment, *, day_is_end: bool) -> Iterable[str]:
    """What is wrong with a credit on the right sub-account, its amount aside."""
    if not line.itemised:
        yield "not_itemised"
    if line.currency != due.currency:
        yield "currency"
    if not line.payer_name:
        yield "payer_name_missing"
    elif not any(same_name(line.payer_name, name) for name in (due.payer_name, *due.former_names)):
        yield "payer_name"
    if due.payer_account:
        if not line.payer_account:
            yield "payer_account_missing"
        elif not same_account(line.payer_account, due.payer_account):
            yield "payer_account"
    if fault := timing(line, due.due_at, day_is_end=day_is_end):
        yield fault


def timing(line: BankLine, due_at: datetime, *, day_is_end: bool) -> str:
    """``late`` when booked after the deadline; exactly at it is in time. Empty when in time."""
    if line.booked_at is not None:
        return "late" if line.booked_at > due_at else ""
    if line.booked_on is None:
        return "booking_missing"
    begins = datetime.combine(line.booked_on, time.min, BEIJING)
    ends = datetime.combine(line.booked_on, DAY_ENDS, BEIJING)
    if ends <= due_at:
        return ""
    return "late" if day_is_end or begins > due_at else "booked_day_only"


def received(due: ExpectedPayment, already: Sequence[BankLine], *, day_is_end: bool) -> Decimal:
    """What has come in and counts: right payer, in time, booked, not taken back."""
    ordered = sorted(already, key=order)
    gone = reversed_credits(ordered)
    return sum(
        (
            one.booked
            for place, one in enumerate(ordered)
            if place not in gone and counts(one, due, day_is_end=day_is_end)
        ),
        Decimal(0),
    )


def counts(line: BankLine, due: ExpectedPayment, *, day_is_end: bool) -> bool:
    """Whether a line is money for this security, whatever its amount: a booked credit that has no fault."""
    return (
        line.status == BOOKED
        and line.amount > 0
        and not line.reversal
        and same_account(line.payee_account, due.sub_account)
        and not any(True for _fault in faults_of(line, due, day_is_end=day_is_end))
    )


def amount_faults(line: BankLine, due: ExpectedPayment, paid: Decimal) -> Iterable[str]:
    """What the amount makes of a payment, given what was paid before."""
    left = due.amount - paid
    if line.booked == left:
        return
    if left <= 0:
        yield "paid_before" if line.booked == due.amount else "amount_over"
    elif line.booked > left:
        yield "amount_over"
    elif line.charges and line.booked + line.charges == left:
        yield "fee_deducted"
    else:
        yield "amount_short"


def notes(line: BankLine, due: ExpectedPayment, paid: Decimal) -> Iterable[str]:
    """What should be seen beside any state."""
    if not same_name(line.payer_name, due.payer_name) and any(
        same_name(line.payer_name, name) for name in due.former_names
    ):
        yield "former_name"
    if paid and line.booked == due.amount - paid:
        yield "split_payment"


def proposal(amount: Decimal, due: ExpectedPayment, others: Iterable[ExpectedPayment]) -> tuple[str, ...]:
    """The lots whose amounts, with this one's, are exactly the payment: only if there is one way to say so."""
    candidates = [
        one for one in others if one.currency == due.currency and one.sub_account != due.sub_account
    ][:MAX_LOTS]
    fitting = [
        group
        for size in range(1, len(candidates) + 1)
        for group in combinations(candidates, size)
        if due.amount + sum((one.amount for one in group), Decimal(0)) == amount
    ]
    if len(fitting) != 1:
        return ()
    return (due.sub_account, *(one.sub_account for one in fitting[0]))
