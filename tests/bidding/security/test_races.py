"""Two hands on one account in one second: real connections on PostgreSQL."""

from dataclasses import replace
from io import BytesIO

import pytest

from accounts.actors import SYSTEM
from bidding.models.security import BankFile, BankLine, Journal, SubAccount
from bidding.selectors.security.books import reconciliation, securities
from bidding.services import security as services
from bidding.services.security.line_propose import Part
from ledger.models import Entry
from tests.bidding.security import worlds
from tests.bidding.security.worlds import CHECKER, DEPOSIT, KEY, MAKER, line_of, statement
from tests.bidding.test_races import refusals, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


@pytest.fixture
def world():
    return worlds.world()


def importing(world, content):
    return lambda: services.statement_import(
        account_id=world.account.pk,
        name="s.xml",
        stream=BytesIO(content),
        key=KEY,
        actor=SYSTEM,
        at=world.now,
    )


def test_two_devices_of_one_bidder_get_one_number(world):
    party = world.bidder(1)

    def ask():
        return services.sub_account_issue(lot_id=world.lot.pk, actor=party.actor, at=world.now)

    results = together(ask, ask, ask, ask)

    assert refusals(results) == []
    assert len({row.number for row in results}) == 1
    assert SubAccount.objects.count() == 1


def test_one_file_taken_in_twice_at_once_is_one_file(world):
    content = statement(*(world.pay(world.sub(number)) for number in range(1, 4)))

    results = together(importing(world, content), importing(world, content))

    assert refusals(results) == []
    assert sorted(done.repeated for done in results) == [False, True]
    assert (BankFile.objects.count(), BankLine.objects.count()) == (1, 3)
    assert reconciliation(world.account).by_books == 3 * DEPOSIT


def test_overlapping_files_at_once_book_each_line_once(world):
    one, two, three = (world.pay(world.sub(number)) for number in (1, 2, 3))

    results = together(
        importing(world, statement(one, two, name="A")), importing(world, statement(two, three, name="B"))
    )

    assert refusals(results) == []
    assert sum(done.new for done in results) == 3
    assert reconciliation(world.account).by_books == 3 * DEPOSIT


def test_an_import_beside_a_decision_leaves_one_truth(world):
    """The bank corrects a line while the second person confirms it: one is first, and money is there once."""
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid, name="S")
    proposal = services.line_propose(
        line_id=line_of(paid).pk, parts=[Part(sub.pk, DEPOSIT)], reason="回单", actor=MAKER, at=world.now
    )
    right = replace(paid, payer=sub.organisation.name)
    later = statement(right, name="S", made=world.now.replace(year=2027))

    def confirm():
        return services.proposal_decide(
            proposal_id=proposal.pk, confirm=True, answer="", actor=CHECKER, at=world.now
        )

    results = together(importing(world, later), confirm)

    assert set(refusals(results)) <= {"line_corrected"}
    assert BankLine.objects.filter(corrected_by__isnull=True).get().state == "matched"
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    found = reconciliation(world.account)
    assert found.balanced
    assert found.by_books == DEPOSIT


def test_two_seconds_at_once_confirm_once(world):
    sub = world.sub(1)
    paid = world.pay(sub, payer="某个人")
    world.take(paid)
    proposal = services.line_propose(
        line_id=line_of(paid).pk, parts=[Part(sub.pk, DEPOSIT)], reason="回单", actor=MAKER, at=world.now
    )

    def confirm():
        return services.proposal_decide(
            proposal_id=proposal.pk, confirm=True, answer="", actor=CHECKER, at=world.now
        )

    results = together(confirm, confirm)

    assert refusals(results) == ["state_conflict"]
    assert Journal.objects.filter(kind="matched-by-people").count() == 1
    assert Entry.objects.filter(body_text__contains="match-decided").count() == 1
