"""Files that come again, corrected, overlapping, late or broken: nothing changes that should not, and no cent is lost."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM, Actor
from accounts.models import Outbox
from accounts.states import Role
from bidding.models.security import BankFile, BankLine, Journal
from bidding.rules.bank.lines import StatementRefused
from bidding.selectors.security.books import reconciliation, securities, unbalanced
from bidding.services import security as services
from kernel.errors import NotFound, NotPermitted
from ledger.models import Entry
from tests.bidding.security import worlds
from tests.bidding.security.worlds import DEPOSIT, line_of, statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.world, opening="1000.50")


def balanced(world):
    found = reconciliation(world.account)
    return found.balanced and not unbalanced(world.account)


def counts():
    return BankFile.objects.count(), BankLine.objects.count(), Journal.objects.count(), Entry.objects.count()


def test_the_same_file_twice_changes_nothing_and_says_so(world):
    content = statement(world.pay(world.sub(1)))
    world.take_file(content)
    before, told = counts(), Outbox.objects.count()

    again = world.take_file(content, name="renamed.xml")

    assert again.repeated
    assert (counts(), Outbox.objects.count()) == (before, told)


def test_overlapping_files_add_only_what_is_new(world):
    first, second, third = (world.pay(world.sub(number)) for number in (1, 2, 3))
    world.take(first, second)

    done = world.take(second, third)

    assert (done.read, done.known, done.new) == (2, 1, 1)
    assert reconciliation(world.account).by_books == Decimal("1000.50") + 3 * DEPOSIT
    assert balanced(world)


def test_equal_payments_without_any_reference_are_two_payments(world):
    """Two lines alike in all are counted, in every file anew."""
    paid = replace(world.pay(world.sub(1)), ref="", e2e="")
    world.take(paid, paid)

    again = world.take(paid, paid)

    assert BankLine.objects.count() == 2
    assert again.new == 0


def test_a_corrected_payer_supersedes_and_is_matched_afresh(world):
    sub = world.sub(1)
    wrong = world.pay(sub, payer="某个人")
    right = replace(wrong, payer=sub.organisation.name)
    world.take(wrong, name="S")
    assert line_of(wrong).state == "suspicious"

    done = world.take(right, name="S")

    old, new = BankLine.objects.order_by("imported_at")
    assert (done.corrected, done.new, old.corrected_by_id) == (1, 0, new.pk)
    assert (new.state, old.payer_name) == ("matched", "某个人")
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert balanced(world)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_corrected_amount_supersedes_in_either_order(world, backwards):
    """The bank's later word counts, by when the bank wrote it; its file may reach us first."""
    sub = world.sub(1)
    wrong = world.pay(sub, amount=Decimal("2000.00"))
    right = replace(wrong, amount=DEPOSIT)
    files = [
        statement(wrong, name="S", made=world.now),
        statement(right, name="S", made=world.now + timedelta(hours=1)),
    ]

    for content in reversed(files) if backwards else files:
        world.take_file(content)

    assert (line_of(right).amount, line_of(right).state) == (DEPOSIT, "matched")
    assert reconciliation(world.account).by_books == Decimal("1000.50") + DEPOSIT
    assert balanced(world)


def test_a_line_missing_from_a_correction_stays_and_is_shown_to_a_person(world):
    kept, gone = world.pay(world.sub(1)), world.pay(world.sub(2))
    world.take(kept, gone, name="S")

    done = world.take(kept, name="S")

    line = line_of(gone)
    assert done.missing == (line.pk,)
    assert (line.missing_in_id, line.state) == (done.file.pk, "matched")
    assert line_of(kept).missing_in_id is None
    world.take(gone, name="another")
    assert line_of(gone).missing_in_id is None


def paged(world, *paid, number, last, hours=1, **head):
    """A file which is one page of a statement."""
    content = statement(*paid, name="S", made=world.now + timedelta(hours=hours), **head).decode()
    page = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd></StmtPgntn>"
    return content.replace("<Stmt><Id>S</Id>", f"<Stmt><Id>S</Id>{page}").encode()


@pytest.mark.parametrize("backwards", [False, True])
def test_pages_of_one_statement_miss_no_lines_of_one_another(world, backwards):
    """StmtPgntn: a statement in two files is no correction of its first page."""
    one, two = world.pay(world.sub(1)), world.pay(world.sub(2))
    files = [paged(world, one, number=1, last=False), paged(world, two, number=2, last=True)]

    for content in reversed(files) if backwards else files:
        assert world.take_file(content).missing == ()

    assert {line_of(paid).missing_in_id for paid in (one, two)} == {None}
    assert set(BankFile.objects.values_list("pages", flat=True)) == {"1", "2 last"}


def test_a_page_sent_again_shows_what_it_no_longer_holds(world):
    kept, gone, other = (world.pay(world.sub(number)) for number in (1, 2, 3))
    world.take_file(paged(world, kept, gone, number=1, last=False))
    world.take_file(paged(world, other, number=2, last=True))

    done = world.take_file(paged(world, kept, number=1, last=False, hours=5))
    assert done.missing == (line_of(gone).pk,)

    whole = world.take_file(paged(world, kept, gone, number=1, last=True, hours=9))
    assert whole.missing == (line_of(other).pk,)
    assert line_of(gone).missing_in_id is None


def test_a_reference_used_again_on_another_day_is_another_payment(world):
    first = world.pay(world.sub(1), ref="0001")
    second = replace(world.pay(world.sub(2), ref="0001"), at=first.at + timedelta(days=1))
    world.take(first)

    done = world.take(second)

    assert (done.new, done.corrected) == (1, 0)
    assert set(BankLine.objects.values_list("state", flat=True)) == {"matched"}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_reversal_takes_the_receipt_back_in_either_order(world, backwards):
    sub = world.sub(1)
    paid = world.pay(sub)
    back = replace(paid, amount=-paid.amount, reversal=True, ref="R1", at=paid.at + timedelta(hours=2))
    files = [statement(paid, name="A"), statement(back, name="B")]

    for content in reversed(files) if backwards else files:
        world.take_file(content)

    assert (line_of(paid).state, line_of(paid).reasons) == ("returned", ["reversed"])
    assert line_of(back).reverses_id == line_of(paid).pk
    assert securities([sub.pk]) == {}
    found = reconciliation(world.account)
    assert found.by_books == Decimal("1000.50")
    assert {book.value: amount for book, amount in found.books.items() if amount} == {
        "bank": Decimal("1000.50"),
        "opening": Decimal("-1000.50"),
    }


def test_after_a_reversal_the_next_payment_counts(world):
    sub = world.sub(1)
    paid = world.pay(sub)
    again = replace(paid, ref="B-again", e2e="E-again", at=paid.at + timedelta(hours=3))
    back = replace(paid, amount=-paid.amount, reversal=True, ref="R1", at=paid.at + timedelta(hours=2))
    world.take(paid, again)
    assert line_of(again).state == "duplicate"

    world.take(back)

    assert line_of(again).state == "matched"
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert balanced(world)


def test_a_reversal_that_names_nobody_leaves_equal_receipts_in_doubt(world):
    sub = world.sub(1)
    paid = world.pay(sub)
    back = replace(
        paid, amount=-paid.amount, reversal=True, ref="R1", e2e="", at=paid.at + timedelta(hours=2)
    )

    world.take(paid, back)

    assert (line_of(paid).state, line_of(paid).reasons) == ("suspicious", ["reversed"])
    assert securities([sub.pk]) == {}
    assert balanced(world)


def test_an_id_that_says_there_is_none_names_no_receipt(world):
    """NOTPROVIDED is what every payment without an id has."""
    first, second = (world.pay(world.sub(number), e2e="") for number in (1, 2))
    back = replace(second, amount=-second.amount, reversal=True, ref="R1", at=second.at + timedelta(hours=2))
    world.take(first)

    world.take(back)

    assert line_of(first).state == "matched"
    assert line_of(back).reverses is None


def test_a_reversal_with_the_reference_of_its_receipt_is_no_correction_of_it(world):
    paid = world.pay(world.sub(1))
    back = replace(paid, amount=-paid.amount, reversal=True)
    world.take(paid, name="S")

    done = world.take(paid, back, name="S2")

    assert (done.corrected, done.new) == (0, 1)
    assert BankLine.objects.get(kind="receipt").state == "returned"


def test_money_that_goes_out_without_an_order_waits_in_suspense(world):
    out = worlds.Paid(Decimal("-12.00"), world.now, payer="某银行", ref="FEE1")

    world.take(out)

    found = reconciliation(world.account)
    assert line_of(out).kind == "other"
    assert {book.value: amount for book, amount in found.books.items()}["suspense"] == Decimal("12.00")
    assert balanced(world)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"<a", None),
        (b"", None),
        (statement(number="999"), None),
        (
            statement(worlds.Paid(Decimal(1), worlds.OPENED_ON)).replace(
                b'Amt Ccy="CNY">1<', b'Amt Ccy="USD">1<'
            ),
            8,
        ),
        (
            statement(worlds.Paid(Decimal(1), worlds.OPENED_ON)).replace(
                b"<Dt>2026-03-01</Dt>", b"<Dt>2026-02-30</Dt>"
            ),
            8,
        ),
    ],
)
def test_a_file_is_refused_as_a_whole_with_line_and_reason(world, content, where):
    before = counts()

    with pytest.raises(StatementRefused) as refused:
        world.take_file(content)

    assert counts() == before
    assert refused.value.findings
    assert where is None or refused.value.line == where


def test_a_good_line_before_a_bad_one_leaves_no_trace(world):
    good = worlds.entry(world.pay(world.sub(1)))
    bad = worlds.entry(world.pay(world.sub(2))).replace("CRDT", "SOMETHING")
    before, told = counts(), Outbox.objects.count()

    with pytest.raises(StatementRefused):
        world.take_file(statement(good, bad))

    assert (counts(), Outbox.objects.count()) == (before, told)


def test_a_dry_run_leaves_nothing_behind(world):
    content = statement(world.pay(world.sub(1)))
    before, told = counts(), Outbox.objects.count()

    done = world.take_file(content, dry_run=True)

    assert done.new == 1
    assert (counts(), Outbox.objects.count()) == (before, told)


def test_the_bank_s_closing_balance_is_set_against_the_books(world):
    paid = world.pay(world.sub(1))
    world.take(paid, closing="21000.50", closing_on=paid.at.date())
    assert reconciliation(world.account).agrees

    world.take(closing="21000.51", closing_on=paid.at.date() + timedelta(days=1))

    found = reconciliation(world.account)
    assert (found.difference, found.balanced, found.agrees) == (Decimal("0.01"), True, False)


def test_files_are_taken_in_by_finance_and_the_platform_alone(world):
    content = statement(world.pay(world.sub(1)))
    for role in Role:
        actor = Actor(
            person=worlds.MAKER.person, organisation=worlds.MAKER.organisation, roles=frozenset({role})
        )
        if role is not Role.FINANCE:
            with pytest.raises(NotPermitted):
                world.take_file(content, actor=actor)
    both = Actor(person=worlds.MAKER.person, roles=frozenset({Role.FINANCE, Role.SYSADMIN}))
    with pytest.raises(NotPermitted):
        world.take_file(content, actor=both)

    assert world.take_file(content, actor=worlds.MAKER).new == 1


def test_an_unknown_account_is_not_found(world):
    with pytest.raises(NotFound):
        world.take_file(statement(), account_id=worlds.MAKER.person, actor=SYSTEM)


def test_the_ledger_holds_every_posting_and_the_file_s_digest(world):
    import json

    done = world.take(world.pay(world.sub(1)), world.pay(world.sub(2)))

    listed = {}
    for entry in Entry.objects.exclude(data_text=""):
        for act in json.loads(entry.data_text).get("acts", []):
            listed[act[0]] = (str(entry.pk), act[4])
    for journal in Journal.objects.all():
        entry, sides = listed[str(journal.pk)]
        assert entry == str(journal.entry_id)
        found = [
            [side.account, str(side.sub_account_id or ""), f"{side.amount.normalize():f}"]
            for side in journal.postings.order_by("pk")
        ]
        assert sides == found
    assert json.loads(done.file.entry.data_text)["sha256"] == done.file.sha256


def test_no_account_number_of_a_payer_is_in_the_ledger(world):
    """The record is kept for ever and read by auditors; whose account it was stands in the bank's line alone."""
    paid = world.pay(world.sub(1))
    world.take(paid)

    for entry in Entry.objects.all():
        assert paid.payer_account not in entry.data_text
        assert paid.payee not in entry.data_text


def test_what_an_addendum_asks_is_what_counts(world):
    """Amount and deadline in force: an addendum may lower the sum after somebody has paid."""
    sub = world.sub(1)
    paid = world.pay(sub, amount=DEPOSIT - 5000)
    world.take(paid)
    assert line_of(paid).state == "short"
    world.lot.deposit_amount = DEPOSIT - 5000
    world.lot.save()

    found = [
        services.lot_receipts_decide(lot_id=world.lot.pk, actor=SYSTEM, at=world.now) for _time in range(2)
    ]

    assert found == [1, 0]
    assert line_of(paid).state == "matched"
    assert securities([sub.pk]) == {sub.pk: DEPOSIT - 5000}
    with pytest.raises(NotPermitted):
        services.lot_receipts_decide(lot_id=world.lot.pk, actor=worlds.MAKER, at=world.now)


def test_the_clock_follows_new_terms_while_bids_are_taken(world):
    """Nobody has to remember it: a postponed deadline or another sum is followed by the platform itself."""
    paid = world.pay(world.sub(1), amount=DEPOSIT - 5000)
    world.take(paid)
    world.lot.deposit_amount = DEPOSIT - 5000
    world.lot.save()

    assert [services.receipts_follow(at=world.now) for _time in range(2)] == [1, 0]
    assert line_of(paid).state == "matched"
