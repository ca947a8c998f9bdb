"""What stops a refund, and what lets the owner keep a security: 条例35, 60-62, 74, and decision 11."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM, Actor
from accounts.states import Role
from bidding import services as bidding
from bidding.models import Bid
from bidding.models.security import Forfeiture, Hold, Refund
from bidding.rehearsal import bidders
from bidding.rehearsal.tenders import Panel
from bidding.services import security as services
from bidding.services.security.annual import annual_balance
from bidding.states.security import BookAccount, GuaranteeState, PaymentState, RefundState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests import builders_bidding as build
from tests.bidding.security.paying import PDF, approved, booked, due, paid_out, sent, settled
from tests.bidding.security.test_guarantees import given
from tests.bidding.security.test_refunds import withdrawn
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, World, account, line_of, plan, world
from trading import services as trading

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(kept):
    return kept(world)


def supervisor(of):
    """The competent supervisor of the project."""
    return Actor(
        person=UUID(int=201),
        organisation=of.lot.tender.project.supervisor_id,
        roles=frozenset({Role.SUPERVISOR}),
    )


def owners(of):
    """Two people of the owner."""
    owner = of.hall.one.owner.actor
    return owner, Actor(person=UUID(int=202), organisation=owner.organisation, roles=owner.roles)


def read_out(of):
    """Four bids; the last one never gave its factor, the others are read out."""
    handed = of.hall.bids(4)
    of.hall.close()
    of.lost = handed[3]
    for one in handed[:3]:
        bidders.show_factor(of.hall.one, one, at=of.now)
    of.hall.cut()
    of.hall.check(factors=False)
    of.hall.reveal(0)
    return of


def unread():
    """A lot where one of four paying bidders was not decrypted: read out, its record still open."""
    of = World(build.hall(plan=plan(), panel=Panel(t=2, n=3, factor=True)), account())
    of.payments = {number: of.pay(of.sub(number)) for number in (1, 2, 3, 4)}
    of.take(*of.payments.values())
    return read_out(of)


def attributed(of, finding):
    """The owner's signed finding about the lost bid, whose bidder says it has nothing to state."""
    bid = Bid.objects.get(pk=of.lost.bid.pk)
    bidding.statement_waive(bid_id=bid.pk, actor=of.lost.party.actor, at=of.now)
    body = build.attribution(of.hall.one, bid.ev, finding)
    bidding.attribution_record(lot_id=of.lot.pk, **body, actor=of.hall.one.owner.actor, at=of.now)


def test_an_order_of_the_competent_supervisor_stops_a_refund_and_lifting_lets_it_go(made):
    withdrawn(made)
    (refund,) = due(made)
    given_ = {"lot_id": made.lot.pk, "ground": "order", "reference": "监函〔2026〕3号", "at": made.now}
    stranger = Actor(person=UUID(int=9), organisation=UUID(int=9), roles=frozenset({Role.SUPERVISOR}))
    for actor in (stranger, MAKER, made.hall.one.owner.actor):
        with pytest.raises(NotPermitted):
            services.hold_place(**given_, actor=actor)

    hold = services.hold_place(**given_, actor=supervisor(made))
    refund.refresh_from_db()
    assert refund.state == RefundState.HELD.value
    with pytest.raises(StateConflict):
        approved(made, [refund])
    with pytest.raises(StateConflict):
        services.hold_lift(hold_id=hold.pk, reason="", actor=supervisor(made), at=made.now)
    services.hold_lift(hold_id=hold.pk, reason="调查终结", actor=supervisor(made), at=made.now)

    refund.refresh_from_db()
    assert refund.state == RefundState.DUE_BACK.value


def test_an_order_takes_an_approved_sum_off_its_list_before_the_bank_has_it(made):
    withdrawn(made)
    (refund,) = due(made)
    made_list = approved(made, [refund])

    services.hold_place(
        lot_id=made.lot.pk, ground="order", reference="1", actor=supervisor(made), at=made.now
    )

    with pytest.raises(StateConflict) as empty:
        services.refund_list_send(list_id=made_list.pk, format="csv", actor=MAKER, at=made.now)
    assert empty.value.code == "list_empty"


def test_a_complaint_does_not_stop_a_refund_after_a_withdrawal(made):
    """Clock 7 is held only by order (条35)."""
    withdrawn(made)
    (refund,) = due(made)

    services.hold_place(
        lot_id=made.lot.pk, ground="complaint", reference="TS-1", actor=supervisor(made), at=made.now
    )

    refund.refresh_from_db()
    assert refund.state == RefundState.DUE_BACK.value


def test_a_complaint_holds_the_named_bidder_only_when_the_contract_is_signed(made):
    """Clock 24: a dispute holds the bidder it names."""
    subs = [made.sub(number) for number in (1, 2, 3)]
    made.take(*[made.pay(sub) for sub in subs])
    made.hall.bids(3)
    made.hall.close()
    services.hold_place(
        lot_id=made.lot.pk,
        ground="complaint",
        reference="TS-2026-0042",
        organisation_id=subs[0].organisation_id,
        actor=supervisor(made),
        at=made.now,
    )

    services.contract_signed(lot_id=made.lot.pk, signed_at=made.now, actor=SYSTEM, at=made.now)

    states = {row.sub_account_id: row.state for row in Refund.objects.all()}
    assert [states[sub.pk] for sub in subs] == ["held", "due_back", "due_back"]


def test_an_unanswered_objection_holds_the_lot_and_its_answer_lets_it_go(made):
    made.take(made.pay(made.sub(1)))
    objector = made.bidder(2).actor
    objection = trading.objection_raise(
        tender_id=made.lot.tender_id, request="修改", facts="事实", actor=objector, at=made.now
    )
    due(made)
    assert Hold.objects.get(lot=made.lot).ground == "objection"

    made.hall.clock.after(hours=1)
    trading.objection_answer(
        objection_id=objection.pk, answer="答复", actor=made.hall.one.owner.actor, at=made.now
    )
    due(made)

    assert Hold.objects.get(lot=made.lot).lifted_at is not None


def kept(of, ground="revoked", **changes):
    """A proposal of the owner's first person."""
    facts = {
        "lot_id": of.lot.pk,
        "organisation_id": of.lost.party.organisation.pk,
        "ground": ground,
        "reason": "因投标人原因未解密",
        "file_name": "decision.pdf",
        "content": PDF,
        "actor": owners(of)[0],
        "at": of.now,
    }
    return services.forfeiture_propose(**{**facts, **changes})


@pytest.mark.parametrize("finding", [None, "withdrawn", "platform"])
def test_a_revoked_bids_security_is_kept_only_by_the_recorded_finding(finding):
    """Decision 11: fault is a human decision; without 视为撤销 on record nothing is kept (条35)."""
    of = unread()
    if finding:
        attributed(of, finding)

    with pytest.raises(RuleBroken) as refused:
        kept(of)

    assert refused.value.code == "forfeit_attribution"
    assert refused.value.findings[0].source == "招标投标法实施条例第三十五条"
    assert not Forfeiture.objects.exists()


def test_a_bid_treated_as_withdrawn_gets_its_security_back():
    """20号令31: not the bidder's fault is 撤回, and the deposit goes back."""
    of = unread()
    attributed(of, "withdrawn")

    (refund,) = due(of)

    assert (refund.cause, refund.line_id) == ("treated_withdrawn", line_of(of.payments[4]).pk)


def test_two_people_of_the_owner_keep_a_security_and_the_owner_is_paid_by_list():
    of = unread()
    attributed(of, "revoked")
    first, second = owners(of)
    for code, changes in (
        ("forfeit_ground", {"ground": "late"}),
        ("reason_missing", {"reason": " "}),
        ("security_file", {"content": b"text"}),
    ):
        with pytest.raises(RuleBroken) as refused:
            kept(of, **changes)
        assert refused.value.code == code
    with pytest.raises(NotPermitted):
        kept(of, actor=MAKER)
    proposal = kept(of)
    decide = {"forfeiture_id": proposal.pk, "confirm": True, "answer": "", "at": of.now}
    for actor in (first, MAKER):
        with pytest.raises(NotPermitted):
            services.forfeiture_decide(**decide, actor=actor)

    services.forfeiture_decide(**decide, actor=second)

    assert line_of(of.payments[4]).state == PaymentState.FORFEITED.value
    assert booked(of, BookAccount.FORFEITED) == -DEPOSIT
    assert settled(of)
    refund = Refund.objects.get(forfeiture=proposal)
    if not refund.payee_account:
        proof = services.payee_propose(
            refund_id=refund.pk,
            name=of.lot.tender.project.owner.name,
            account="35001000000000000001",
            reason="招标人书面指定账户",
            file_name="letter.pdf",
            content=PDF,
            actor=MAKER,
            at=of.now,
        )
        services.payee_decide(proof_id=proof.pk, confirm=True, answer="", actor=CHECKER, at=of.now)
    sent(of, [refund])
    of.take(paid_out(refund, of))
    proposal.refresh_from_db()
    assert proposal.paid_line is not None
    assert booked(of, BookAccount.FORFEITED) == Decimal(0)
    assert settled(of)
    assert services.contract_signed(lot_id=of.lot.pk, signed_at=of.now, actor=SYSTEM, at=of.now)
    assert not Refund.objects.filter(line=line_of(of.payments[4]), forfeiture__isnull=True).exists()


def test_nothing_is_proposed_before_the_names_are_public(made):
    """The owner must not learn from a refusal who has given security."""
    made.take(made.pay(made.sub(1)))
    of = made
    of.lost = made.hall.bid(1)
    with pytest.raises(NotPermitted):
        kept(of)


def test_the_database_keeps_no_security_of_a_revoked_bid_without_its_finding():
    of = unread()
    attributed(of, "revoked")
    proposal = kept(of)
    with pytest.raises(IntegrityError), transaction.atomic():
        Forfeiture.objects.filter(pk=proposal.pk).update(attribution=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Forfeiture.objects.filter(pk=proposal.pk).update(checker=proposal.maker)


def test_a_verified_guarantee_is_called_by_the_decision():
    of = World(build.hall(plan=plan(), panel=Panel(t=2, n=3, factor=True)), account())
    guarantee = given(of, 4)
    services.guarantee_check(
        guarantee_id=guarantee.pk, genuine=True, reason="书面核实", actor=MAKER, at=of.now
    )
    services.guarantee_check_decide(guarantee_id=guarantee.pk, confirm=True, actor=CHECKER, at=of.now)
    read_out(of)
    attributed(of, "revoked")
    proposal = kept(of)

    services.forfeiture_decide(
        forfeiture_id=proposal.pk, confirm=True, answer="", actor=owners(of)[1], at=of.now
    )

    guarantee.refresh_from_db()
    assert guarantee.state == GuaranteeState.CLAIMED.value


def test_what_an_annual_security_stood_for_is_kept_and_the_rest_stays_the_bidders():
    of = World(build.hall(plan=plan(), panel=Panel(t=2, n=3, factor=True)), account())
    party = of.bidder(4)
    sub = services.annual_account_issue(year=2026, amount=3 * DEPOSIT, actor=party.actor, at=of.now)
    of.take(of.pay(sub))
    services.annual_use(lot_id=of.lot.pk, actor=party.actor, at=of.now)
    read_out(of)
    attributed(of, "revoked")
    proposal = kept(of)

    services.forfeiture_decide(
        forfeiture_id=proposal.pk, confirm=True, answer="", actor=owners(of)[1], at=of.now
    )

    assert booked(of, BookAccount.FORFEITED) == -DEPOSIT
    assert booked(of, BookAccount.SECURITY) == -2 * DEPOSIT
    assert annual_balance(sub) == 2 * DEPOSIT
    assert Refund.objects.get(forfeiture=proposal).principal == DEPOSIT
    assert settled(of)


def test_a_refused_proposal_keeps_nothing_and_needs_a_reason():
    of = unread()
    attributed(of, "revoked")
    proposal = kept(of)
    back = services.contract_signed(lot_id=of.lot.pk, signed_at=of.now, actor=SYSTEM, at=of.now)
    waiting = [row for row in back if row.state == RefundState.HELD.value]
    assert [row.line_id for row in waiting] == [line_of(of.payments[4]).pk]
    decide = {"forfeiture_id": proposal.pk, "confirm": False, "actor": owners(of)[1], "at": of.now}
    with pytest.raises(RuleBroken):
        services.forfeiture_decide(**decide, answer=" ")

    services.forfeiture_decide(**decide, answer="证据不足")

    assert booked(of, BookAccount.FORFEITED) == Decimal(0)
    assert line_of(of.payments[4]).state == PaymentState.MATCHED.value
    waiting[0].refresh_from_db()
    assert waiting[0].state == RefundState.DUE_BACK.value
    assert len(back) == 4
