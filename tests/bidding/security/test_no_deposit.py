"""Lines of the bank that are no deposit: nothing is guessed, two people say what they are, the books stay balanced."""

from decimal import Decimal

import pytest

from bidding.models.security import BankLine, Refund
from bidding.selectors.security.books import month, reconciliation, unbalanced
from bidding.selectors.security_pages import desk
from bidding.services import security as services
from bidding.states.security import BookAccount, LineKind, RefundState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.bidding.security import worlds
from tests.bidding.security.paying import booked, come_back, due, paid_out, sent
from tests.bidding.security.worlds import CHECKER, MAKER, Paid, line_of

pytestmark = pytest.mark.django_db
FEE, INTEREST, TRANSFER = LineKind.FEE, LineKind.INTEREST, LineKind.TRANSFER


@pytest.fixture
def world(kept):
    return kept(worlds.world)


def charge(world, amount, **changes):
    """A line of the bank's own."""
    return Paid(**{"amount": Decimal(amount), "at": world.now, "ref": f"F{amount}", **changes})


def proposed(world, paid, kind, order="", actor=MAKER):
    return services.line_propose(
        line_id=line_of(paid).pk,
        parts=[],
        kind=kind,
        order=order,
        reason="对账单附言",
        actor=actor,
        at=world.now,
    )


def confirmed(world, paid, kind, order=""):
    made = proposed(world, paid, kind, order)
    return services.proposal_decide(
        proposal_id=made.pk, confirm=True, answer="核对", actor=CHECKER, at=world.now
    )


@pytest.mark.parametrize(
    ("amount", "kind", "book"),
    [
        ("-15.00", FEE, BookAccount.FEES),
        ("15.00", FEE, BookAccount.FEES),
        ("3.21", INTEREST, BookAccount.INTEREST),
        ("-3.21", INTEREST, BookAccount.INTEREST),
    ],
)
def test_two_people_book_what_is_no_deposit(world, amount, kind, book):
    paid = charge(world, amount)
    world.take(paid)
    assert booked(world, BookAccount.SUSPENSE) == -Decimal(amount)
    assert [row.id for row in desk.exceptions(MAKER)] == [line_of(paid).pk]

    confirmed(world, paid, kind)

    line = line_of(paid)
    assert (line.kind, line.state, line.reasons[0]) == (kind.value, "", "by_people")
    assert booked(world, BookAccount.SUSPENSE) == 0
    assert booked(world, book) == -Decimal(amount)
    assert reconciliation(world.account).balanced
    assert not unbalanced(world.account)
    assert desk.exceptions(MAKER) == []
    day = line.booked_on
    rows = month(world.account, day.year, day.month).rows
    assert [(row.kind, row.amount) for row in rows] == [(kind.value, Decimal(amount))]
    services.refunds_due(at=world.now)
    assert not Refund.objects.filter(line=line, state=RefundState.DUE_BACK.value).exists()


def test_interest_that_was_already_due_back_as_nobodys_goes_back_no_more(world):
    """An unknown credit goes back at once; named interest before it is ordered, it stays with the centre."""
    paid = charge(world, "3.21", payer_account="622200001")
    world.take(paid)
    assert [row.state for row in due(world)] == ["due_back"]

    confirmed(world, paid, INTEREST)
    services.refunds_due(at=world.now)

    assert Refund.objects.get().state == "dropped"


def test_one_person_alone_books_nothing_and_a_refusal_leaves_it_open(world):
    paid = charge(world, "-15.00")
    world.take(paid)
    made = proposed(world, paid, FEE)

    with pytest.raises(NotPermitted):
        services.proposal_decide(proposal_id=made.pk, confirm=True, answer="", actor=MAKER, at=world.now)
    services.proposal_decide(
        proposal_id=made.pk, confirm=False, answer="不是手续费", actor=CHECKER, at=world.now
    )

    assert line_of(paid).kind == "other"
    assert booked(world, BookAccount.SUSPENSE) == 15
    assert len(desk.exceptions(MAKER)) == 1


def test_what_has_its_place_is_not_booked_again(world):
    paid = charge(world, "-15.00")
    world.take(paid)
    confirmed(world, paid, FEE)

    with pytest.raises(StateConflict) as refused:
        proposed(world, paid, INTEREST)
    assert refused.value.code == "line_closed"


def test_a_deposit_is_never_booked_as_interest(world):
    """A payer's money on a sub-account of ours can only be security or go back."""
    paid = world.pay(world.sub(1), payer="某个人")
    world.take(paid)
    with pytest.raises(RuleBroken) as refused:
        proposed(world, paid, INTEREST)
    assert refused.value.code == "line_kind"


def test_a_debit_is_nobodys_deposit(world):
    paid = charge(world, "-15.00")
    world.take(paid)
    with pytest.raises(RuleBroken) as refused:
        services.line_propose(line_id=line_of(paid).pk, parts=[], reason="退回", actor=MAKER, at=world.now)
    assert refused.value.code == "line_kind"


def test_a_payout_without_its_id_ends_the_order_two_people_name(world):
    """Some banks lose the end-to-end id: the line answers the order of exactly its sum, and no other."""
    late = world.pay(world.sub(1), at=world.deadline.replace(year=2027))
    world.take(late)
    refund = due(world)[0]
    sent(world, [refund])
    out = paid_out(refund, world, e2e="")
    short = paid_out(refund, world, e2e="", amount=Decimal("-1.00"), ref="SHORT")
    world.take(out, short)

    for order, code in (("A" * 24, "order_unknown"), (refund.end_to_end_id, "order_differs")):
        with pytest.raises(RuleBroken) as refused:
            proposed(world, short, TRANSFER, order)
        assert refused.value.code == code
    confirmed(world, out, TRANSFER, refund.end_to_end_id)

    refund.refresh_from_db()
    assert (refund.state, refund.paid_line) == ("returned", line_of(out))
    assert (line_of(out).kind, line_of(late).state) == ("refund", "returned")
    assert booked(world, BookAccount.RETURNING) == 0
    assert reconciliation(world.account).balanced

    back = come_back(refund, world, e2e="", reversal=False)
    world.take(back)
    confirmed(world, back, TRANSFER, refund.end_to_end_id)
    refund.refresh_from_db()
    assert (refund.state, line_of(back).kind) == ("bounced", "bounce")
    assert reconciliation(world.account).balanced


def test_a_reversal_that_names_nothing_is_booked_and_its_doubt_ends(world):
    """The bank takes back interest it credited by mistake; a payment it had put in doubt counts again."""
    sub = world.sub(1)
    paid = world.pay(sub)
    back = Paid(amount=-paid.amount, at=paid.at, payee=sub.number, ref="RX", reversal=True)
    world.take(paid, back)
    assert line_of(paid).state == "suspicious"

    confirmed(world, back, INTEREST)

    assert line_of(paid).state == "matched"
    assert reconciliation(world.account).balanced


def test_a_correction_takes_back_what_two_people_booked(world):
    """The bank's later word on a fee: the old posting goes, the new line waits for two people again."""
    paid = charge(world, "-15.00")
    world.take(paid, name="SAME")
    confirmed(world, paid, FEE)
    world.take(charge(world, "-16.00", ref=paid.ref, at=paid.at), name="SAME")

    assert BankLine.objects.filter(corrected_by__isnull=False).count() == 1
    assert booked(world, BookAccount.FEES) == 0
    assert booked(world, BookAccount.SUSPENSE) == 16
    assert reconciliation(world.account).balanced
