"""What goes back, when, to whom and by whose hand: 条例31, 35, 57, and the failures of ecosystem.md section 3."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM
from accounts.models import Outbox
from bidding import services as bidding
from bidding.models import Opening
from bidding.models.security import BankLine, Refund
from bidding.rehearsal import bidders
from bidding.selectors.security.own import Standing, own
from bidding.selectors.security.readout import secured
from bidding.services import security as services
from bidding.services.security import books
from bidding.services.security.line_propose import Part
from bidding.states.security import BookAccount, LineKind, PaymentState, RefundState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_bidding as build
from tests.bidding.security.paying import PDF, approved, booked, come_back, due, paid_out, sent, settled
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, Paid, line_of, plan, world
from trading import services as trading

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(kept):
    return kept(world)


def withdrawn(of, number=1):
    """A bidder that has paid, bid and withdrawn before the deadline."""
    sub = of.sub(number)
    payment = of.pay(sub)
    of.hall.before_close(days=3)
    of.take(payment)
    handed = of.hall.bid(number)
    of.hall.cut()
    bidding.bid_withdraw(
        bid_id=handed.bid.pk, **build.withdrawal(of.hall.one, handed), actor=handed.party.actor, at=of.now
    )
    of.hall.cut()
    return sub, payment


def test_a_withdrawal_before_the_deadline_makes_the_deposit_due_within_five_days(made):
    """条例35: five days from the notice, without interest, to the account that paid."""
    _sub, payment = withdrawn(made)

    (refund,) = due(made)

    assert (refund.cause, refund.article) == ("withdrawn", "招标投标法实施条例第三十五条")
    assert (refund.principal, refund.payee_account) == (DEPOSIT, payment.payer_account)
    assert timedelta(days=5) <= refund.due_at - refund.since < timedelta(days=8)
    assert due(made) == [refund]


def test_a_new_bid_in_place_of_the_withdrawn_one_keeps_the_deposit(made):
    withdrawn(made)
    (refund,) = due(made)
    party = made.hall.bidder(1)
    sealed, contents = build.seal(made.hall.one, party)
    bidders.submit(made.hall.one, party, sealed, contents, at=made.now)
    made.hall.cut()

    due(made)

    refund.refresh_from_db()
    assert refund.state == RefundState.DROPPED.value


def test_fewer_than_three_bids_make_every_deposit_due_with_interest_and_name_nobody(made):
    """Scenario 23: nothing is opened, the deposits go back; list and file go by sub-account and end-to-end id."""
    subs = [made.sub(1), made.sub(2)]
    payments = [made.pay(sub) for sub in subs]
    made.take(*payments)
    made.hall.bids(2)
    made.hall.close()
    made.hall.clock.after(days=1)

    refunds = due(made)

    assert {row.cause for row in refunds} == {"failed"}
    assert {row.sub_account_id for row in refunds} == {sub.pk for sub in subs}
    made_list, _content = sent(made, refunds)
    assert made.lot.number not in str(made_list.code)
    for row in Refund.objects.all():
        assert row.interest > 0
        days = (made.now.date() - date(2026, 3, 2)).days
        assert f"20000.00 × 0.05% × {days} ÷ 360 = {row.interest}" in row.formula


def test_who_has_no_bid_in_the_set_gets_the_deposit_back_and_who_has_waits_for_the_contract(made):
    paying = [made.sub(number) for number in range(1, 5)]
    made.take(*[made.pay(sub) for sub in paying])
    made.hall.bids(3)
    made.hall.close()

    (refund,) = due(made)
    assert (refund.cause, refund.sub_account_id) == ("not_in_set", paying[3].pk)

    made.hall.check()
    losers = [sub.organisation_id for sub in paying[1:3]]
    told = {"lot_id": made.lot.pk, "losers": losers, "notified_at": made.now, "actor": SYSTEM, "at": made.now}
    assert services.award_notified(**told) == []  # no national clock from the award notice, only local ones
    signed_at = made.now
    later = services.contract_signed(lot_id=made.lot.pk, signed_at=signed_at, actor=SYSTEM, at=made.now)
    again = services.contract_signed(lot_id=made.lot.pk, signed_at=signed_at, actor=SYSTEM, at=made.now)

    assert {row.sub_account_id for row in later} == {sub.pk for sub in paying[:3]}
    assert {row.article for row in later} == {"招标投标法实施条例第五十七条"}
    assert again == []


def test_an_extension_refused_gives_back_that_deposit_alone(made):
    """30号令29: who refuses a longer validity keeps its money."""
    subs = [made.sub(number) for number in (1, 2, 3)]
    made.take(*[made.pay(sub) for sub in subs])
    made.hall.bids(3)
    made.hall.close()

    (refund,) = services.validity_refused(
        lot_id=made.lot.pk,
        organisation_id=subs[0].organisation_id,
        refused_at=made.now,
        actor=SYSTEM,
        at=made.now,
    )

    assert (refund.cause, refund.sub_account_id) == ("validity", subs[0].pk)


def test_money_of_nobody_is_due_back_at_once_to_the_account_that_paid(made):
    """Wrong digits, late, twice: each goes back to its payer, without waiting for the lot."""
    sub = made.sub(1)
    good, twice = made.pay(sub), made.pay(sub, at=made.now + timedelta(hours=2))
    unknown = made.pay(sub, payee="3500161699999999")
    late = made.pay(made.sub(2), at=made.deadline + timedelta(hours=12))
    made.take(good, twice, unknown, late)

    refunds = due(made)

    wanted = {line_of(payment).pk for payment in (twice, unknown, late)}
    assert {row.line_id for row in refunds} == wanted
    assert {row.cause for row in refunds} == {"stray"}
    assert all(row.payee_account and row.due_at > row.since for row in refunds)


def test_of_a_payment_of_too_much_only_the_rest_goes_back(made):
    made.take(made.pay(made.sub(1), amount=DEPOSIT + 300))

    (refund,) = due(made)

    assert refund.principal == Decimal("300.00")


def test_a_refund_is_dropped_when_two_people_find_whose_money_it_is(made):
    sub = made.sub(1)
    payment = made.pay(sub, payee="3500161699999999")
    made.take(payment)
    (refund,) = due(made)
    proposal = services.line_propose(
        line_id=line_of(payment).pk,
        parts=[Part(sub.pk, DEPOSIT)],
        reason="两位数字颠倒，附客户回单",
        actor=MAKER,
        at=made.now,
    )
    services.proposal_decide(proposal_id=proposal.pk, confirm=True, answer="", actor=CHECKER, at=made.now)

    due(made)

    refund.refresh_from_db()
    assert refund.state == RefundState.DROPPED.value


def test_a_payment_two_people_send_back_is_due(made):
    payment = made.pay(made.sub(1), payer="某自然人", payer_account="6222000000000001")
    made.take(payment)
    assert due(made) == []
    proposal = services.line_propose(
        line_id=line_of(payment).pk, parts=[], reason="个人账户付款", actor=MAKER, at=made.now
    )
    services.proposal_decide(proposal_id=proposal.pk, confirm=True, answer="", actor=CHECKER, at=made.now)

    (refund,) = due(made)

    assert (refund.cause, refund.payee_account) == ("stray", "6222000000000001")


def test_a_list_takes_two_finance_people_and_nobody_else(made):
    withdrawn(made)
    refunds = due(made)
    bidder = made.bidder(1).actor
    given = {"account_id": made.account.pk, "refund_ids": [row.pk for row in refunds], "at": made.now}
    for actor in (bidder, made.hall.one.owner.actor, SYSTEM):
        with pytest.raises(NotPermitted):
            services.refund_list_make(**given, actor=actor)
    made_list = services.refund_list_make(**given, actor=MAKER)

    with pytest.raises(NotPermitted) as same:
        services.refund_list_decide(list_id=made_list.pk, confirm=True, answer="", actor=MAKER, at=made.now)
    assert same.value.code == "two_people"
    with pytest.raises(StateConflict) as early:
        services.refund_list_send(list_id=made_list.pk, format="csv", actor=MAKER, at=made.now)
    assert early.value.code == "not_approved"


def test_a_refused_list_makes_its_sums_due_again(made):
    withdrawn(made)
    (refund,) = due(made)
    made_list = services.refund_list_make(
        account_id=made.account.pk, refund_ids=[refund.pk], actor=MAKER, at=made.now
    )
    with pytest.raises(RuleBroken):
        services.refund_list_decide(
            list_id=made_list.pk, confirm=False, answer=" ", actor=CHECKER, at=made.now
        )
    services.refund_list_decide(
        list_id=made_list.pk, confirm=False, answer="金额待核", actor=CHECKER, at=made.now
    )

    refund.refresh_from_db()
    assert (refund.state, refund.on_list) == (RefundState.DUE_BACK.value, None)


@pytest.mark.parametrize("form", ["pain.001", "csv"])
def test_the_file_of_a_list_is_the_same_bytes_again_and_pays_once(made, form):
    withdrawn(made)
    (refund,) = due(made)
    made_list, content = sent(made, [refund], form)
    made.hall.clock.after(days=2)

    again = services.refund_list_send(list_id=made_list.pk, format=form, actor=CHECKER, at=made.now)

    assert again == content
    assert content.count(refund.end_to_end_id.encode()) == 1
    assert booked(made, BookAccount.RETURNING) == -DEPOSIT
    assert settled(made)
    other = "csv" if form == "pain.001" else "pain.001"
    with pytest.raises(StateConflict):
        services.refund_list_send(list_id=made_list.pk, format=other, actor=MAKER, at=made.now)


def test_the_statement_ends_a_refund_and_tells_the_payer_alone(made):
    sub, payment = withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])

    made.take(paid_out(refund, made))

    refund.refresh_from_db()
    assert refund.state == RefundState.RETURNED.value
    assert refund.paid_line.kind == LineKind.REFUND.value
    assert line_of(payment).state == PaymentState.RETURNED.value
    assert {booked(made, book) for book in (BookAccount.SECURITY, BookAccount.RETURNING)} == {Decimal(0)}
    assert settled(made)
    told = Outbox.objects.filter(event="deposit_refunded")
    assert {row.organisation_id for row in told} == {sub.organisation_id}
    assert all(made.lot.number not in str(row.data) for row in told)


def test_a_refund_that_bounces_is_due_again_under_the_same_id(made):
    """A closed account: the money stands where it stood, and the next file carries the same end-to-end id."""
    withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    made.take(paid_out(refund, made))
    made.take(come_back(refund, made))

    refund.refresh_from_db()
    assert refund.state == RefundState.BOUNCED.value
    assert refund.line.state == PaymentState.BOUNCED.value
    assert booked(made, BookAccount.SECURITY) == -DEPOSIT
    assert settled(made)
    _list, content = sent(made, [refund])
    assert refund.end_to_end_id.encode() in content
    made.take(paid_out(refund, made, ref="D2"))
    refund = Refund.objects.get()
    assert refund.line.state == PaymentState.RETURNED.value
    assert refund.state == RefundState.RETURNED.value
    assert settled(made)


def test_who_withdrew_and_was_paid_back_pays_anew_to_the_same_account(made):
    """The new payment is matched and stands for the new bid; it does not go back for the old bid's withdrawal."""
    sub, _payment = withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    made.take(paid_out(refund, made))
    assert own(made.lot, sub.organisation_id).standing == Standing.RETURNED

    again = made.pay(sub)
    made.take(again)

    assert line_of(again).state == PaymentState.MATCHED.value
    assert own(made.lot, sub.organisation_id).standing == Standing.MATCHED
    made.hall.clock.after(hours=2)
    due(made)
    assert Refund.objects.count() == 1
    assert secured(made.lot, sub.organisation_id).booked
    assert settled(made)


def test_a_payment_made_anew_while_the_old_one_is_being_paid_back_counts(made):
    """It came as a second payment; as soon as the first is with the bank it is the only one."""
    sub, payment = withdrawn(made)
    (refund,) = due(made)
    again = made.pay(sub)
    made.take(again)
    assert line_of(again).state == PaymentState.DUPLICATE.value
    sent(made, [refund])

    assert line_of(again).state == PaymentState.MATCHED.value
    assert services.refunds_due(at=made.now) == []
    made.take(paid_out(refund, made))
    assert (line_of(payment).state, line_of(again).state) == ("returned", "matched")
    assert settled(made)


def test_what_was_paid_anew_without_a_new_bid_goes_back_after_the_close(made):
    sub, _payment = withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    made.take(paid_out(refund, made))
    made.take(made.pay(sub))
    for number in (2, 3, 4):
        made.hall.bid(number)
    made.hall.close()

    due(made)

    assert set(Refund.objects.values_list("cause", "state")) == {
        ("withdrawn", "returned"),
        ("not_in_set", "due_back"),
    }


def test_money_paid_back_before_the_deadline_is_no_security_of_a_later_bid(made):
    """Who bids again and pays nothing is read out as without security."""
    sub, _payment = withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    assert not secured(made.lot, sub.organisation_id).booked


def test_a_bounce_the_bank_does_not_mark_is_found_by_its_id(made):
    withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    made.take(paid_out(refund, made))
    made.take(come_back(refund, made, reversal=False))

    due(made)

    refund.refresh_from_db()
    assert refund.state == RefundState.BOUNCED.value
    assert settled(made)


@pytest.mark.parametrize(
    ("times", "changes", "reason"),
    [
        (2, {}, "refund_paid_twice"),
        (1, {"amount": -(DEPOSIT + 1)}, "refund_amount_differs"),
    ],
)
def test_a_payout_twice_or_of_another_sum_stays_for_people(made, times, changes, reason):
    withdrawn(made)
    (refund,) = due(made)
    sent(made, [refund])
    for number in range(times):
        made.take(paid_out(refund, made, ref=f"D{number}", **changes))

    odd = BankLine.objects.get(bank_ref=f"D{times - 1}")
    assert (odd.kind, reason in odd.reasons) == (LineKind.OTHER.value, True)
    assert settled(made)
    assert booked(made, BookAccount.SUSPENSE) > 0


def test_a_debit_under_an_id_never_handed_over_ends_nothing(made):
    withdrawn(made)
    (refund,) = due(made)
    approved(made, [refund])

    made.take(paid_out(refund, made))

    refund.refresh_from_db()
    assert refund.state == RefundState.APPROVED.value
    assert BankLine.objects.get(amount__lt=0).reasons == ["refund_not_ordered"]


def test_a_sum_without_a_payer_goes_out_only_by_a_proof_two_people_have_seen(made):
    made.take(Paid(Decimal("5000.00"), made.now, payer="某单位", ref="NOACC", e2e="X1"))
    (refund,) = due(made)
    given = {"account_id": made.account.pk, "refund_ids": [refund.pk], "at": made.now}
    with pytest.raises(RuleBroken) as unknown:
        services.refund_list_make(**given, actor=MAKER)
    assert unknown.value.code == "payee_unknown"

    proof = services.payee_propose(
        refund_id=refund.pk,
        name="某单位",
        account="1234567890123456",
        reason="付款行出具的回单",
        file_name="slip.pdf",
        content=PDF,
        actor=MAKER,
        at=made.now,
    )
    with pytest.raises(NotPermitted):
        services.payee_decide(proof_id=proof.pk, confirm=True, answer="", actor=MAKER, at=made.now)
    services.payee_decide(proof_id=proof.pk, confirm=True, answer="", actor=CHECKER, at=made.now)

    assert services.refund_list_make(**given, actor=MAKER).refunds.get().payee_account == "1234567890123456"


def test_a_known_payer_is_the_only_payee(made):
    """Nobody can turn a refund to another account, two people included."""
    withdrawn(made)
    (refund,) = due(made)
    with pytest.raises(StateConflict) as known:
        services.payee_propose(
            refund_id=refund.pk,
            name="他人",
            account="1",
            reason="请改付",
            file_name="a.pdf",
            content=PDF,
            actor=MAKER,
            at=made.now,
        )
    assert known.value.code == "payee_known"


def test_a_termination_gives_everything_back_with_interest(made):
    """Scenario 39, 条例31: the owner stops; deposits go back with what the bank pays."""
    made.take(made.pay(made.sub(1)))
    reason = "规划调整"
    body = trading.cancelled_body(made.lot, reason)
    owner = made.hall.one.owner
    trading.tender_cancel(
        tender_id=made.lot.tender_id,
        reason=reason,
        article="招标投标法实施条例第三十一条",
        signed={made.lot.pk: {"body": body, "signatures": [owner.signer.sign("cancelled", body)]}},
        actor=owner.actor,
        at=made.now,
    )
    made.hall.clock.after(days=30)

    (refund,) = due(made)
    made_list = approved(made, [refund])

    assert (refund.cause, refund.article) == ("terminated", "招标投标法实施条例第三十一条")
    assert made_list.refunds.get().interest > 0


def test_books_are_written_by_one_writer_and_refuse_a_sum_that_is_not_there(made):
    withdrawn(made)
    (refund,) = due(made)
    made_list = approved(made, [refund])
    books.post(
        account=made.account,
        kind="test",
        postings=[
            books.Side(BookAccount.SECURITY, DEPOSIT, refund.sub_account_id),
            books.Side(BookAccount.SUSPENSE, -DEPOSIT),
        ],
        line=refund.line,
        booked_on=date(2026, 3, 20),
        actor=SYSTEM,
        at=made.now,
    )

    with pytest.raises(StateConflict) as gone:
        services.refund_list_send(list_id=made_list.pk, format="csv", actor=MAKER, at=made.now)

    assert gone.value.code == "refund_not_due"


def test_the_clock_leaves_no_trace_at_a_lot_before_its_deadline_whether_somebody_paid_or_nobody(made):
    """法22: a row that only lots with a payer have would tell that somebody paid."""
    withdrawn(made)
    silent = build.hall(plan=plan(id="silent"), beside=made.hall)

    due(made)

    assert not Opening.objects.filter(lot__in=[made.lot, silent.lot]).exists()
