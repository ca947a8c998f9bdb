"""A match by hand takes two people of the centre's finance desk, and a reason; the database knows it, too."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM, Actor
from accounts.models import Outbox
from accounts.states import Role
from bidding.models.security import MatchProposal
from bidding.selectors.security.books import reconciliation, securities
from bidding.services import security as services
from bidding.services.security.line_propose import Part
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from tests.bidding.security import worlds
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.world)


def proposed(world, paid, *parts, actor=MAKER, reason="银行回单与合同相符"):
    chosen = [Part(sub.pk, Decimal(amount)) for sub, amount in parts]
    return services.line_propose(
        line_id=line_of(paid).pk, parts=chosen, reason=reason, actor=actor, at=world.now
    )


def decided(world, proposal, *, confirm=True, answer="", actor=CHECKER):
    return services.proposal_decide(
        proposal_id=proposal.pk, confirm=confirm, answer=answer, actor=actor, at=world.now
    )


def test_two_people_match_what_the_rules_could_not(world):
    """Journeys, scenario 20: two people are needed to accept a payment from another account."""
    sub = world.sub(1)
    paid = world.pay(sub, payer_account="6222000000000001")
    world.take(paid)
    Outbox.objects.all().delete()

    proposal = proposed(world, paid, (sub, DEPOSIT))
    assert line_of(paid).state == "suspicious"
    decided(world, proposal)

    line = line_of(paid)
    assert (line.state, line.reasons) == ("matched", ["by_people", "payer_account"])
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert {row.organisation_id for row in Outbox.objects.filter(event="deposit_booked")} == {
        sub.organisation_id
    }
    assert reconciliation(world.account).balanced


def test_the_same_person_never_decides(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)
    proposal = proposed(world, paid, (sub, DEPOSIT))

    for confirm in (True, False):
        with pytest.raises(NotPermitted) as refused:
            decided(world, proposal, confirm=confirm, answer="不", actor=MAKER)
        assert refused.value.code == "same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchProposal.objects.filter(pk=proposal.pk).update(
            state="confirmed", checker=MAKER.person, checked_at=world.now
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_nobody_else_proposes_or_decides(world, role):
    paid = world.pay(world.sub(1), payer="某个人")
    world.take(paid)
    stranger = Actor(person=MAKER.person, organisation=MAKER.organisation, roles=frozenset({role}))
    for actor in (
        stranger,
        SYSTEM,
        Actor(person=MAKER.person, roles=frozenset({Role.FINANCE, Role.SYSADMIN})),
    ):
        with pytest.raises(NotPermitted):
            proposed(world, paid, actor=actor)


def test_one_payment_is_split_for_two_lots(world):
    """And a payment that comes for the second lot afterwards is the duplicate."""
    other = worlds.World(worlds.build.hall(plan=worlds.plan(), beside=world.hall), world.account)
    first, second = world.sub(1), other.sub(1)
    paid = world.pay(first, amount=2 * DEPOSIT)
    world.take(paid)

    decided(world, proposed(world, paid, (first, DEPOSIT), (second, DEPOSIT)))

    assert securities([first.pk, second.pk]) == {first.pk: DEPOSIT, second.pk: DEPOSIT}
    late = other.pay(second)
    world.take(late)
    assert line_of(late).state == "duplicate"
    assert reconciliation(world.account).balanced


def test_what_two_people_said_stands_when_more_comes_in(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)
    decided(world, proposed(world, paid, (sub, DEPOSIT)))

    more = world.pay(sub)
    world.take(more)

    assert line_of(paid).state == "matched"
    assert line_of(more).state == "duplicate"
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        (["19999.99"], "parts_do_not_sum"),
        (["20000.01"], "parts_do_not_sum"),
        (["20001.00", "-1.00"], "part_not_above_zero"),
        (["20000.00", "0"], "part_not_above_zero"),
    ],
)
def test_parts_that_do_not_sum_are_refused(world, amounts, code):
    subs = [world.sub(1), world.sub(2)]
    paid = world.pay(subs[0], payer="某个人")
    world.take(paid)

    with pytest.raises(RuleBroken) as refused:
        proposed(world, paid, *zip(subs, amounts, strict=False))

    assert refused.value.code == code


def test_a_part_named_twice_or_unknown_is_refused(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)

    with pytest.raises(RuleBroken, match="once"):
        proposed(world, paid, (sub, DEPOSIT / 2), (sub, DEPOSIT / 2))
    sub.pk = MAKER.person
    with pytest.raises(RuleBroken, match="no such sub-account"):
        proposed(world, paid, (sub, DEPOSIT))


def test_a_reason_is_required_of_both(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)
    with pytest.raises(RuleBroken, match="Say why"):
        proposed(world, paid, (sub, DEPOSIT), reason="  ")
    proposal = proposed(world, paid, (sub, DEPOSIT))

    with pytest.raises(RuleBroken, match="Say why"):
        decided(world, proposal, confirm=False)
    refused = decided(world, proposal, confirm=False, answer="回单不符")

    assert (refused.state, line_of(paid).state) == ("refused", "suspicious")
    assert proposed(world, paid, (sub, DEPOSIT), actor=CHECKER)


def test_a_decided_receipt_and_a_decided_proposal_are_closed(world):
    sub = world.sub(1)
    matched = world.pay(sub)
    doubtful = world.pay(world.sub(2), payer="某个人")
    world.take(matched, doubtful)

    with pytest.raises(StateConflict) as closed:
        proposed(world, matched, (sub, DEPOSIT))
    assert closed.value.code == "line_closed"
    proposal = proposed(world, doubtful, (sub, DEPOSIT))
    with pytest.raises(StateConflict) as waits:
        proposed(world, doubtful, (sub, DEPOSIT))
    assert waits.value.code == "proposal_open"
    decided(world, proposal)
    with pytest.raises(StateConflict):
        decided(world, proposal)


def test_what_the_bank_corrected_meanwhile_is_not_matched(world):
    from dataclasses import replace

    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid, name="S")
    proposal = proposed(world, paid, (sub, DEPOSIT))
    world.take(replace(paid, payer=sub.organisation.name), name="S")

    with pytest.raises(StateConflict) as corrected:
        decided(world, proposal)

    assert corrected.value.code == "line_corrected"
    assert line_of(paid).state == "matched"


def test_without_parts_the_payment_goes_back_and_is_nobody_s_security(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)

    decided(world, proposed(world, paid))

    assert (line_of(paid).state, line_of(paid).reasons[0]) == ("suspicious", "by_people")
    assert securities([sub.pk]) == {}


def test_a_line_that_is_no_receipt_is_not_matched(world):
    out = worlds.Paid(Decimal("-12.00"), world.now, payer="某银行", ref="FEE1")
    world.take(out)

    with pytest.raises(RuleBroken) as broken:
        proposed(world, out)
    assert broken.value.code == "line_kind"
