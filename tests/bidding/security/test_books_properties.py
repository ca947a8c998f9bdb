"""Any order of any files leaves the books balanced, the same in every order, and no cent lost."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidding.models.security import BankLine, Posting
from bidding.selectors.security.books import exact, month, reconciliation, unbalanced
from bidding.services import security as services
from bidding.states.security import LineKind
from tests.bidding.security import worlds
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, Paid, statement

pytestmark = pytest.mark.django_db
SUBS = 2
CHARGES = [Decimal("-15.00"), Decimal("0.07"), Decimal("-0.5"), Decimal("3.21")]


def payments(draw, world, subs):
    """Up to five payments of every kind, with or without a bank's reference."""
    found = []
    for number in range(draw(st.integers(1, 5))):
        sub = draw(st.sampled_from(subs))
        amount = draw(
            st.sampled_from([DEPOSIT, DEPOSIT / 2, DEPOSIT + 1, Decimal("0.01"), Decimal("333.33")])
        )
        base = world.pay(
            sub, amount=amount, at=world.now + timedelta(minutes=number), ref=f"B{number}", e2e=f"E{number}"
        )
        found.append(
            draw(
                st.sampled_from(
                    [
                        base,
                        replace(base, payer="某个人"),
                        replace(base, payee="", text=""),
                        replace(base, ref=""),
                        replace(base, at=world.deadline + timedelta(minutes=number)),
                    ]
                )
            )
        )
    return found


@st.composite
def histories(draw, world, subs):
    """What a bank says over time: slices that overlap, repeats, editions with corrections, reversals."""
    paid = payments(draw, world, subs)
    files = []
    for place in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(paid) - 1))
        end = draw(st.integers(start + 1, len(paid)))
        files.append((f"S{place}", paid[start:end], place))
    for one in paid:
        if one.ref and draw(st.booleans()):
            back = replace(
                one, amount=-one.amount, reversal=True, ref=f"R-{one.ref}", at=one.at + timedelta(minutes=30)
            )
            files.append((f"R{one.ref}", [back], 20))
    charges = [
        Paid(amount=amount, at=world.now + timedelta(minutes=40 + place), ref=f"C{place}")
        for place, amount in enumerate(draw(st.lists(st.sampled_from(CHARGES), max_size=3)))
    ]
    if charges:
        files.append(("C", charges, 15))
    if draw(st.booleans()):
        name, lines, place = draw(st.sampled_from(files))
        corrected = [
            replace(one, text="更正", payer=one.payer or "某某") if one.ref else one for one in lines
        ]
        files.append((name, corrected, place + 30))
    made = [
        statement(*lines, name=name, made=world.now + timedelta(hours=hours)) for name, lines, hours in files
    ]
    return made, draw(st.permutations(made + draw(st.lists(st.sampled_from(made), max_size=2))))


def booked_by_people(world):
    """Two people say of every line nobody knows that it is a fee (a debit) or interest (a credit without a number)."""
    lines = BankLine.objects.filter(corrected_by__isnull=True).order_by("identity")
    charges = Q(kind__in=["other", "bounce"]) | Q(state="unmatched", bank_ref__startswith="C")
    for row in lines.filter(charges):
        kind = LineKind.FEE if row.amount < 0 else LineKind.INTEREST
        facts = {"parts": [], "kind": kind, "reason": "银行收费", "at": world.now}
        made = services.line_propose(line_id=row.pk, actor=MAKER, **facts)
        given_ = {"proposal_id": made.pk, "confirm": True, "answer": "", "at": world.now}
        services.proposal_decide(actor=CHECKER, **given_)


def books_of(world):
    """Everything the books hold, by account and whose it is, and what became of each line in force."""
    places = defaultdict(Decimal)
    for side in Posting.objects.all():
        places[side.account, str(side.sub_account_id)] += side.amount
    lines = BankLine.objects.filter(corrected_by__isnull=True)
    states = sorted(
        (row.identity, row.digest, row.state, tuple(row.reasons), str(row.sub_account_id)) for row in lines
    )
    return {place: amount for place, amount in places.items() if amount}, states


def taken(world, files, early=()):
    """The books after these files in this order, each act of which sums to zero at every moment.

    People book what is no deposit at the end, and after some of the files already.
    """
    with transaction.atomic():
        for place, content in enumerate(files):
            world.take_file(content)
            if place in early:
                booked_by_people(world)
            found = reconciliation(world.account)
            assert found.balanced
            assert not unbalanced(world.account)
        booked_by_people(world)
        found = reconciliation(world.account)
        assert found.balanced
        assert not unbalanced(world.account)
        assert found.by_books == Decimal("77.77") + exact(BankLine.objects.filter(corrected_by__isnull=True))
        assert month(world.account, 2026, 3).closing == found.by_books
        result = books_of(world)
        transaction.set_rollback(True)
    return result


def test_any_order_of_any_files_is_the_same_to_the_cent(kept):
    world = kept(worlds.world, opening="77.77")
    subs = [world.sub(number) for number in range(1, SUBS + 1)]
    now = world.now

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data):
        world.hall.clock.now = now
        in_order, shuffled = data.draw(histories(world, subs))
        early = data.draw(st.sets(st.integers(0, 5), max_size=2))
        assert taken(world, in_order) == taken(world, shuffled, early)

    holds()
