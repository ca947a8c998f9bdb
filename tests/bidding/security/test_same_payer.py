"""条40(六): securities from one account. Found before the opening under a key, shown after it, to who supervises."""

import stat
from dataclasses import replace

import pytest

from accounts.actors import ANONYMOUS, SYSTEM, Actor
from accounts.states import Role
from bidding.models.security import BankLine
from bidding.payer_keys import payer_key, payer_key_file
from bidding.selectors.security.after_opening import same_payers
from kernel.errors import NotPermitted, Unavailable
from tests.bidding.security import worlds

pytestmark = pytest.mark.django_db
SUPERVISOR = Actor(person=worlds.MAKER.person, roles=frozenset({Role.SUPERVISOR}))


def two_from_one():
    world = worlds.world()
    first, second, third = (world.pay(world.sub(number)) for number in (1, 2, 3))
    world.take(first, replace(second, payer_account=first.payer_account), third)
    return world


@pytest.fixture
def world(kept):
    return kept(two_from_one)


def test_nobody_sees_it_before_the_names_are_public(world):
    world.hall.bids(3)
    world.hall.close()
    world.hall.check()

    for role in Role:
        with pytest.raises(NotPermitted):
            same_payers(world.lot, replace(SUPERVISOR, roles=frozenset({role})))
    for actor in (SYSTEM, ANONYMOUS):
        with pytest.raises(NotPermitted):
            same_payers(world.lot, actor)


def test_after_the_opening_the_supervisor_sees_account_and_bidders(world):
    world.hall.bids(3)
    world.hall.opened()

    (found,) = same_payers(world.lot, SUPERVISOR)

    assert found.bidders == ("投标单位 1", "投标单位 2")
    assert (
        found.payer_account == BankLine.objects.filter(mark=found.payments[0][2].mark).first().payer_account
    )
    for role in set(Role) - {Role.SUPERVISOR, Role.AUDITOR}:
        with pytest.raises(NotPermitted):
            same_payers(world.lot, replace(SUPERVISOR, roles=frozenset({role})))


def test_after_a_lot_that_failed_it_is_shown_never(world):
    """Fewer than three bids: who paid stays secret for good (decision 10)."""
    world.hall.bids(2)
    world.hall.close()

    with pytest.raises(NotPermitted):
        same_payers(world.lot, SUPERVISOR)


def test_another_key_makes_another_mark(world):
    other = worlds.World(worlds.build.hall(plan=worlds.plan(), beside=world.hall), world.account)
    mark = BankLine.objects.order_by("id").first().mark
    paid = other.pay(other.sub(1))
    other.take_file(worlds.statement(paid, name="other"), key=bytes(32))

    assert worlds.line_of(paid).mark not in BankLine.objects.exclude(bank_ref=paid.ref).values_list(
        "mark", flat=True
    )
    assert len(mark) == 64


def test_the_key_is_made_once_for_its_owner_alone_and_never_in_production(settings):
    first = payer_key()

    assert (payer_key(), len(first)) == (first, 32)
    assert stat.S_IMODE(payer_key_file().stat().st_mode) == 0o600
    payer_key_file().write_text("beef", encoding="ascii")
    with pytest.raises(Unavailable):
        payer_key()
    payer_key_file().unlink()
    settings.PRODUCTION = True
    with pytest.raises(Unavailable):
        payer_key()
    assert not payer_key_file().exists()
