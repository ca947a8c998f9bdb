"""Annual securities (年度保证金): one sum for many lots, never twice for two."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections

from accounts.actors import SYSTEM
from accounts.models import BasicAccount
from bidding.models.security import AnnualUse, Refund
from bidding.selectors.security.annual import annual_balance
from bidding.selectors.security.readout import secured
from bidding.services import security as services
from kernel.errors import NotFound, NotPermitted, RuleBroken
from tests.bidding.security.paying import beside_lot, due
from tests.bidding.security.worlds import DEPOSIT, MAKER, Paid, World, world


def paid(of: World, amount=DEPOSIT):
    """An annual security of the first bidder, booked."""
    party = of.bidder(1)
    sub = services.annual_account_issue(year=2026, amount=amount, actor=party.actor, at=of.now)
    basic = BasicAccount.objects.get(organisation=party.organisation, until__isnull=True)
    of.take(
        Paid(
            amount,
            of.now + timedelta(hours=1),
            payer=party.organisation.name,
            payer_account=basic.number,
            payee=sub.number,
            ref="YEAR",
            e2e="YEAR1",
        )
    )
    return party, sub


@pytest.mark.django_db
def test_an_annual_security_stands_for_a_lot_while_its_free_part_covers_it():
    of = world()
    party, sub = paid(of)
    other = beside_lot(of)

    use = services.annual_use(lot_id=of.lot.pk, actor=party.actor, at=of.now)
    again = services.annual_use(lot_id=of.lot.pk, actor=party.actor, at=of.now)

    assert use == again
    assert annual_balance(sub) == 0
    found = secured(of.lot, party.organisation.pk)
    assert (found.form, found.booked, found.flag) == ("annual", True, "")
    with pytest.raises(RuleBroken) as short:
        services.annual_use(lot_id=other.lot.pk, actor=party.actor, at=of.now)
    assert short.value.code == "annual_short"


@pytest.mark.django_db
def test_it_is_free_again_when_money_would_be_due_back():
    of = world()
    party, sub = paid(of)
    services.annual_use(lot_id=of.lot.pk, actor=party.actor, at=of.now)
    of.hall.bids(2)
    of.hall.close()

    assert services.refunds_due(at=of.now) == []

    assert AnnualUse.objects.get().freed_at is not None
    assert annual_balance(sub) == DEPOSIT


@pytest.mark.django_db
def test_only_its_own_bidder_uses_it_and_only_for_this_year_or_the_next():
    of = world()
    party, _sub = paid(of)
    with pytest.raises(NotPermitted):
        services.annual_use(lot_id=of.lot.pk, actor=MAKER, at=of.now)
    with pytest.raises(RuleBroken) as none:
        services.annual_use(lot_id=of.lot.pk, actor=of.bidder(2).actor, at=of.now)
    assert none.value.code == "no_annual"
    with pytest.raises(RuleBroken):
        services.annual_account_issue(year=2030, amount=Decimal(1), actor=party.actor, at=of.now)
    with pytest.raises(NotPermitted):
        services.annual_free(use_id=of.lot.pk, actor=party.actor, at=of.now)
    assert SYSTEM.person is None


@pytest.mark.django_db
def test_it_goes_back_with_interest_when_its_year_is_over_and_no_lot_needs_it():
    of = world()
    _party, sub = paid(of)
    assert due(of) == []

    assert services.refunds_due(at=of.now.replace(year=2027, month=1, day=4)) == []

    (refund,) = Refund.objects.all()
    assert (refund.cause, refund.sub_account_id, refund.principal) == ("annual", sub.pk, DEPOSIT)


@pytest.mark.needs_postgres
@pytest.mark.django_db(transaction=True)
def test_two_lots_at_once_cannot_both_take_the_last_of_it():
    """A race on the real engine: the row of the sub-account is locked before the balance is read."""
    of = world()
    party, sub = paid(of)
    halls = [of.hall, beside_lot(of)]
    start, refused = threading.Barrier(2), []

    def use(lot):
        start.wait()
        try:
            services.annual_use(lot_id=lot.pk, actor=party.actor, at=of.now)
        except RuleBroken as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use, args=(hall.lot,)) for hall in halls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["annual_short"]
    assert AnnualUse.objects.filter(sub_account=sub).count() == 1


@pytest.mark.django_db
def test_a_bidder_asks_for_its_annual_security_before_the_year_is_over():
    """What stands for a lot stays; the rest is due with its clock, once."""
    of = world()
    party, sub = paid(of, 3 * DEPOSIT)
    services.annual_use(lot_id=of.lot.pk, actor=party.actor, at=of.now)

    made = services.annual_return(year=2026, actor=party.actor, at=of.now)

    assert [(row.principal, row.cause, row.state) for row in made] == [(2 * DEPOSIT, "annual", "due_back")]
    assert annual_balance(sub) == 0
    with pytest.raises(RuleBroken) as nothing:
        services.annual_return(year=2026, actor=party.actor, at=of.now)
    assert nothing.value.code == "annual_nothing_free"
    with pytest.raises(NotFound):
        services.annual_return(year=2026, actor=of.bidder(2).actor, at=of.now)
    assert services.refunds_due(at=of.now) == []
    assert Refund.objects.count() == 1
