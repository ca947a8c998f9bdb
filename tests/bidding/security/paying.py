"""Refund lists and the bank's answers to them, in the world of bid security."""

from __future__ import annotations

from decimal import Decimal

from bidding.models.security import BankLine, Journal, Posting, Refund, RefundList
from bidding.selectors.security.books import balance
from bidding.services import security as services
from bidding.states.security import BookAccount
from tests import builders_bidding as build
from tests.bidding.security.worlds import CHECKER, MAKER, Paid, World, plan
from trading.services.takers import documents_take

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n%%EOF\n"


def beside_lot(of: World) -> build.Hall:
    """Another lot of another tender, open to the same bidders."""
    hall = build.hall(plan=plan(id="second", title="另一工程"), beside=of.hall)
    documents_take(tender_id=hall.lot.tender_id, actor=of.hall.bidder(1).actor, at=of.now)
    return hall


def due(of: World) -> list[Refund]:
    """What the clock finds due now."""
    assert services.refunds_due(at=of.now) == []
    return list(Refund.objects.order_by("principal", "pk"))


def approved(of: World, refunds: list[Refund]) -> RefundList:
    """A list of these refunds, made by one and approved by another."""
    made = services.refund_list_make(
        account_id=of.account.pk, refund_ids=[row.pk for row in refunds], actor=MAKER, at=of.now
    )
    return services.refund_list_decide(list_id=made.pk, confirm=True, answer="", actor=CHECKER, at=of.now)


def sent(of: World, refunds: list[Refund], form: str = "pain.001") -> tuple[RefundList, bytes]:
    """The list with the bank, and its file."""
    made = approved(of, refunds)
    return made, services.refund_list_send(list_id=made.pk, format=form, actor=MAKER, at=of.now)


def paid_out(refund: Refund, of: World, **changes: object) -> Paid:
    """The bank's debit for an order."""
    refund.refresh_from_db()
    facts = {
        "amount": -(refund.principal + refund.interest),
        "at": of.now,
        "payer": refund.payee_name,
        "payer_account": refund.payee_account,
        "ref": f"D{refund.pk.hex[:10]}",
        "e2e": refund.end_to_end_id,
    }
    return Paid(**{**facts, **changes})


def come_back(refund: Refund, of: World, **changes: object) -> Paid:
    """The bank's credit for an order that could not be paid out."""
    facts = {"amount": refund.principal + refund.interest, "ref": f"C{refund.pk.hex[:10]}", "reversal": True}
    return paid_out(refund, of, **{**facts, **changes})


def booked(of: World, book: BookAccount) -> Decimal:
    """The balance of one account of the books."""
    return balance(account=of.account.pk, book=book)


def settled(of: World) -> bool:
    """Every act sums to zero, and BANK is the sum of the bank's lines."""
    for journal in Journal.objects.all():
        sides = sum((side.amount for side in Posting.objects.filter(journal=journal)), Decimal(0))
        assert sides == 0, journal.kind
    lines = BankLine.objects.filter(account=of.account, corrected_by__isnull=True)
    return booked(of, BookAccount.BANK) == sum((line.amount for line in lines), of.account.opening_balance)
