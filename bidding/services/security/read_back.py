"""What lines that are no receipts mean for orders of ours; their money stands in SUSPENSE when this is asked.

An order is done only when the bank's statement says so; a sum that comes back is due again; a sum paid twice stays in
suspense for people, and says so in the ledger.
"""

from datetime import datetime

from accounts.actors import Actor
from accounts.services import notify
from bidding.models.security import BankLine, Refund
from bidding.policies import security as policies
from bidding.selectors.security import dues
from bidding.selectors.security.books import holdings
from bidding.services.security import books
from bidding.services.security.books import Side
from bidding.states.security import (
    PAYMENT,
    REFUND,
    BookAccount,
    LineKind,
    PaymentAction,
    PaymentState,
    RefundAction,
    RefundState,
)
from kernel.policies import require
from kernel.transitions import next_state
from ledger.services import record_append
from trading.rules.counting import local_day

DIFFERS, TWICE, UNSENT = "refund_amount_differs", "refund_paid_twice", "refund_not_ordered"


def line_settle(*, line: BankLine, actor: Actor, at: datetime, order: str = "") -> bool:
    """Whether a debit, or a credit that brings money back, belongs to an order of ours; the account's row is locked.

    By end-to-end id alone: the line's own, or ``order`` where two people have found which it answers. A debit of
    exactly what was ordered ends the order; the same id once more is a double payout, another amount or an order never
    handed over is no order of ours: these stay in suspense with the reason on the line. A credit is an order that
    bounced: the sum stands again where it stood, and is due again. False leaves the line for people to name.
    """
    require(policies.may_import(actor))
    wanted = order or line.end_to_end_id
    if not wanted or not line.amount:
        return False
    rows = Refund.objects.select_for_update(of=("self",)).select_related(
        "line__account", "sub_account", "forfeiture"
    )
    refund = rows.filter(end_to_end_id=wanted, line__account=line.account_id).first()
    if refund is None:
        return False
    if line.amount < 0:
        return _paid(refund, line, actor, at)
    return _bounced(refund, line, actor, at)


def _paid(refund: Refund, line: BankLine, actor: Actor, at: datetime) -> bool:
    ordered = refund.principal + refund.interest
    if refund.state == RefundState.RETURNED.value:
        return _doubt(refund, line, TWICE, actor, at)
    if refund.state != RefundState.PAYING.value:
        return _doubt(refund, line, UNSENT, actor, at)
    if -line.amount != ordered:
        return _doubt(refund, line, DIFFERS, actor, at)
    refund.state = next_state(REFUND, RefundAction.PAY, RefundState(refund.state)).value
    refund.paid_line, refund.paid_at = line, at
    refund.save(update_fields=["state", "paid_line", "paid_at"])
    _kind(line, LineKind.REFUND if refund.forfeiture_id is None else LineKind.TRANSFER)
    _post(refund, line, "paid", Side(BookAccount.RETURNING, ordered, refund.sub_account_id), actor, at)
    record_append(name="refund-paid", subject=str(refund.pk), data={"line": line.pk}, actor=actor.key, at=at)
    if refund.forfeiture is not None:
        refund.forfeiture.paid_line = line
        refund.forfeiture.save(update_fields=["paid_line"])
    else:
        _returned(refund.line)
        if refund.sub_account is not None:
            data = {"amount": refund.principal, "interest": refund.interest}
            notify(
                event="deposit_refunded", to_organisation=refund.sub_account.organisation_id, data=data, at=at
            )
    return True


def _bounced(refund: Refund, line: BankLine, actor: Actor, at: datetime) -> bool:
    """An order comes back: from the bank before it was booked out, or after."""
    ordered = refund.principal + refund.interest
    if refund.state != RefundState.RETURNED.value:
        return _doubt(refund, line, UNSENT, actor, at)
    if line.amount != ordered:
        return _doubt(refund, line, DIFFERS, actor, at)
    refund.state = next_state(REFUND, RefundAction.BOUNCE, RefundState(refund.state)).value
    refund.paid_line, refund.paid_at, refund.on_list = None, None, None
    refund.save(update_fields=["state", "paid_line", "paid_at", "on_list"])
    _kind(line, LineKind.BOUNCE)
    _post(refund, line, "bounced", Side(BookAccount.RETURNING, -ordered, refund.sub_account_id), actor, at)
    put_back(refund, actor=actor, at=at)
    record_append(
        name="refund-bounced", subject=str(refund.pk), data={"line": line.pk}, actor=actor.key, at=at
    )
    if refund.forfeiture is not None:
        refund.forfeiture.paid_line = None
        refund.forfeiture.save(update_fields=["paid_line"])
    elif refund.line.state == PaymentState.RETURNED.value:
        refund.line.state = next_state(PAYMENT, PaymentAction.BOUNCE, PaymentState.RETURNED).value
        refund.line.save(update_fields=["state"])
    return True


def put_back(refund: Refund, *, actor: Actor, at: datetime) -> None:
    """Post that an ordered sum stands again where it stood; the caller has locked the row of the account."""
    nobody = refund.book == BookAccount.SUSPENSE.value
    sub = refund.line.sub_account_id if nobody else refund.sub_account_id
    sides = [
        Side(BookAccount.RETURNING, refund.principal + refund.interest, refund.sub_account_id),
        Side(BookAccount(refund.book), -refund.principal, sub),
    ]
    if refund.interest:
        sides.append(Side(BookAccount.INTEREST, -refund.interest))
    books.post(
        account=refund.line.account,
        kind="order-back",
        postings=sides,
        line=refund.line,
        booked_on=max(refund.line.booked_on, local_day(at)),
        actor=actor,
        at=at,
    )


def _post(refund: Refund, line: BankLine, kind: str, other: Side, actor: Actor, at: datetime) -> None:
    """Move a line's own money from suspense against the order it belongs to."""
    books.post(
        account=refund.line.account,
        kind=kind,
        postings=[Side(BookAccount.SUSPENSE, -other.amount), other],
        line=line,
        booked_on=line.booked_on,
        actor=actor,
        at=at,
    )


def _doubt(refund: Refund, line: BankLine, reason: str, actor: Actor, at: datetime) -> bool:
    """Nothing moves: people must look. The reason stands on the line and in the ledger."""
    if reason in line.reasons:
        return False
    line.reasons = sorted({*line.reasons, reason})
    line.save(update_fields=["reasons"])
    record_append(
        name="payout-in-doubt",
        subject=str(line.pk),
        data={"reason": reason, "refund": refund.pk},
        actor=actor.key,
        at=at,
    )
    return False


def _kind(line: BankLine, kind: LineKind) -> None:
    line.kind, line.state = kind.value, ""
    line.save(update_fields=["kind", "state"])


def _returned(line: BankLine) -> None:
    """A receipt of which nothing is left here, nor on its way, is paid back; one whose refund bounced stays so."""
    if line.kind != LineKind.RECEIPT.value or line.state == PaymentState.RETURNED.value:
        return
    left = holdings([line.pk]).get(line.pk, {})
    if any(book in dues.OWED for book, _sub in left) or BookAccount.FORFEITED in {b for b, _s in left}:
        return
    waiting = Refund.objects.filter(line=line).exclude(
        state__in=[RefundState.RETURNED.value, RefundState.DROPPED.value]
    )
    if not waiting.exists():
        line.state = next_state(PAYMENT, PaymentAction.RETURN, PaymentState(line.state)).value
        line.save(update_fields=["state"])
