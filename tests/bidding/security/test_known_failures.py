"""Every known failure of deposits (design, ecosystem 3), in a real file, through the import: nothing is guessed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM
from accounts.models import Outbox
from accounts.rules import AccountFacts
from accounts.services import account_declare, organisation_rename
from accounts.states import Power
from bidding.models.security import BankLine
from bidding.rules.bank.matching import BEIJING
from bidding.selectors.security.books import reconciliation, securities
from tests.bidding.security import worlds
from tests.bidding.security.worlds import DEPOSIT, line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept):
    return kept(worlds.world)


def state_of(paid):
    line = line_of(paid)
    return line.state, line.reasons


def in_order(world):
    found = reconciliation(world.account)
    return found.balanced and found.by_books == sum(
        (row.amount for row in BankLine.objects.filter(corrected_by__isnull=True)), Decimal(0)
    )


def test_the_right_payer_in_time_to_the_cent_is_matched_and_told(world):
    sub = world.sub(1)
    paid = world.pay(sub)

    world.take(paid)

    assert state_of(paid) == ("matched", [])
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert {row.organisation_id for row in Outbox.objects.filter(event="deposit_booked")} == {
        sub.organisation_id
    }


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ("投标单位１", "matched"),
        ("投标单位 1", "matched"),
        ("投标单位\u3000 1", "matched"),
        ("投标单位1（个人）", "suspicious"),
        ("投标单位 11", "suspicious"),
        ("", "suspicious"),
    ],
)
def test_names_are_levelled_and_never_guessed(world, written, state):
    """Full width, brackets, spaces are spelling; another word is another name."""
    paid = world.pay(world.sub(1), payer=written)

    world.take(paid)

    assert state_of(paid)[0] == state


def test_paid_from_a_personal_account_is_told_to_the_payer_alone(world):
    """Journeys, scenario 20 and row 12: only the payer is told, and what to do."""
    sub, other = world.sub(1), world.sub(2)
    world.take(world.pay(other))
    Outbox.objects.all().delete()
    paid = world.pay(sub, payer_account="6222000000000001")

    world.take(paid)

    assert state_of(paid) == ("suspicious", ["payer_account"])
    assert securities([sub.pk]) == {}
    told = Outbox.objects.all()
    assert {row.event for row in told} == {"deposit_wrong_payer"}
    assert {row.organisation_id for row in told} == {sub.organisation_id}
    assert all(world.lot.tender.number not in str(row.data) for row in told)


def test_a_branch_s_account_in_the_firm_s_name_is_not_the_basic_account(world):
    paid = world.pay(world.sub(1), payer="投标单位 1 福州分公司")

    world.take(paid)

    assert state_of(paid) == ("suspicious", ["payer_name"])


def test_a_split_payment_counts_when_the_parts_are_exact(world):
    sub = world.sub(1)
    first, second = (world.pay(sub, amount=Decimal(part)) for part in ("12000.00", "8000.00"))

    world.take(first)
    assert state_of(first) == ("short", ["amount_short"])
    assert securities([sub.pk]) == {}
    world.take(second)

    assert state_of(first) == ("matched", ["split_payment"])
    assert state_of(second) == ("matched", ["split_payment"])
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert in_order(world)


def test_one_payment_for_two_lots_waits_for_two_people(world):
    other = worlds.World(worlds.build.hall(plan=worlds.plan(), beside=world.hall), world.account)
    sub, _second = world.sub(1), other.sub(1)
    paid = world.pay(sub, amount=2 * DEPOSIT)

    world.take(paid)

    assert state_of(paid)[0] == "over"
    assert "several_lots" in line_of(paid).reasons
    assert securities([sub.pk]) == {}


def test_a_fee_taken_on_the_way_is_seen_and_not_waved_through(world):
    paid = world.pay(world.sub(1), amount=DEPOSIT - 15, charges=Decimal(15))

    world.take(paid)

    assert state_of(paid)[0] == "short"


def test_wrong_digits_of_the_sub_account_name_nobody(world):
    """Check digits and the register: no nearest number, not even when the text names the right one."""
    sub = world.sub(1)
    wrong = sub.number[:-1] + str((int(sub.number[-1]) + 1) % 10)
    paid = world.pay(sub, payee=wrong, text=f"保证金 {sub.number}")

    world.take(paid)

    assert state_of(paid) == ("unmatched", ["no_such_sub_account"])
    assert securities([sub.pk]) == {}


def test_the_number_in_the_text_counts_where_the_bank_credits_the_main_account(world):
    sub = world.sub(1)
    paid = world.pay(sub, payee=worlds.NUMBER, text=f"投标保证金 {sub.number}")

    world.take(paid)

    assert state_of(paid) == ("matched", [])


@pytest.mark.parametrize(
    ("seconds", "state"), [(-1, "matched"), (0, "matched"), (1, "late"), (18 * 3600, "late")]
)
def test_the_bank_s_booking_time_decides_to_the_second(world, seconds, state):
    """Paid on the deadline and booked the next day is late; the time we import it is nothing."""
    paid = world.pay(world.sub(1), at=world.deadline + timedelta(seconds=seconds))

    world.take(paid)

    assert state_of(paid)[0] == state


@pytest.mark.parametrize(("days", "state"), [(-1, "matched"), (0, "suspicious"), (1, "late")])
def test_a_day_without_an_hour_is_judged_only_where_the_hour_is_nothing(world, days, state):
    day = world.deadline.astimezone(BEIJING).date() + timedelta(days=days)
    paid = world.pay(world.sub(1), at=day)

    world.take(paid)

    assert state_of(paid)[0] == state


def test_a_file_that_comes_late_does_not_make_a_payment_late(world):
    paid = world.pay(world.sub(1))
    world.hall.clock.to(world.deadline + timedelta(days=2))

    world.take(paid)

    assert state_of(paid) == ("matched", [])


def test_paid_twice_is_a_duplicate_whichever_file_comes_first(world):
    sub = world.sub(1)
    first = world.pay(sub)
    second = replace(first, at=first.at + timedelta(hours=1), ref="B-second", e2e="E-second")

    world.take(second)
    assert state_of(second) == ("matched", [])
    world.take(first)

    assert state_of(first) == ("matched", [])
    assert state_of(second) == ("duplicate", ["paid_before"])
    assert securities([sub.pk]) == {sub.pk: DEPOSIT}
    assert in_order(world)


def test_a_batch_entry_with_several_payers_is_one_line_each(world):
    one, two = world.pay(world.sub(1), ref="BATCH"), world.pay(world.sub(2), ref="BATCH")

    done = world.take((one, two))

    lines = BankLine.objects.filter(bank_ref="BATCH").order_by("ordinal")
    assert done.new == 2
    assert [(line.ordinal, line.state) for line in lines] == [(0, "matched"), (1, "matched")]


def test_a_batch_that_does_not_add_up_is_booked_once_and_matched_by_nobody(world):
    one, two = world.pay(world.sub(1), ref="BATCH"), world.pay(world.sub(2), ref="BATCH")

    world.take(worlds.entry(one, two, total=2 * DEPOSIT - 30))

    lines = BankLine.objects.filter(bank_ref="BATCH").order_by("ordinal")
    assert [line.amount for line in lines] == [2 * DEPOSIT - 30, 0]
    assert lines[0].state == "suspicious"
    assert "not_itemised" in lines[0].reasons
    assert in_order(world)


def test_a_consortium_pays_through_its_lead(world):
    """The lead's sub-account is the consortium's: the lead pays from its own basic account."""
    lead = world.sub(1)
    paid = world.pay(lead, text="联合体牵头人代缴")

    world.take(paid)

    assert state_of(paid) == ("matched", [])


def test_another_member_of_the_consortium_may_not_pay_in_its_place(world):
    lead = world.sub(1)
    member = world.pay(world.sub(2))
    paid = replace(member, payee=lead.number, ref="B-member")

    world.take(paid)

    assert state_of(paid)[0] == "suspicious"


def test_one_account_that_pays_for_two_bidders_gets_one_mark_and_no_name(world):
    """条40(六): the evidence is kept under a key; before the opening it is shown to nobody."""
    first = world.pay(world.sub(1))
    second = world.pay(world.sub(2), payer_account=f" {first.payer_account[:8]}-{first.payer_account[8:]} ")

    world.take(first, second)

    marks = {line_of(first).mark, line_of(second).mark}
    assert len(marks) == 1
    assert first.payer_account not in marks.pop()
    assert state_of(second)[0] == "suspicious"


def test_a_former_name_counts_and_is_noted(world):
    """条38: names are kept with their days; the money of a renamed firm is its own."""
    sub = world.sub(1)
    party = world.bidder(1)
    paid = world.pay(sub)
    organisation_rename(
        organisation_id=party.id,
        name="改名后的投标单位",
        since=world.now.date(),
        evidence="licence.pdf",
        actor=SYSTEM,
        at=world.now,
    )

    world.take(paid)

    assert state_of(paid) == ("matched", ["former_name"])


def test_a_change_of_the_basic_account_counts_for_later_tenders_only(world):
    sub, party = world.sub(1), world.bidder(1)
    old = world.pay(sub).payer_account
    world.hall.clock.after(seconds=60)
    new = AccountFacts(holder=party.organisation.name, number="3500999999", bank="某银行", cnaps="1" * 12)
    account_declare(organisation_id=party.id, account=new, actor=party.actor, at=world.now)
    from_new = world.pay(sub)
    from_old = world.pay(sub, payer_account=old, at=from_new.at + timedelta(minutes=1))

    world.take(from_new, from_old)

    assert state_of(from_new) == ("suspicious", ["payer_account"])
    assert state_of(from_old) == ("matched", [])


def test_too_much_is_over_and_nothing_is_kept_silently(world):
    sub = world.sub(1)
    paid = world.pay(sub, amount=DEPOSIT + 1)

    world.take(paid)

    assert state_of(paid)[0] == "over"
    assert securities([sub.pk]) == {}


def test_what_is_not_yet_booked_is_no_money(world):
    """“银行受理” is not “到账” (journeys B6)."""
    paid = world.pay(world.sub(1), status="PDNG")

    done = world.take(paid)

    assert (done.read, done.pending, done.new) == (1, 1, 0)
    assert not BankLine.objects.exists()


def test_members_who_may_pay_are_told(world):
    sub = world.sub(1)
    world.take(world.pay(sub, at=world.deadline + timedelta(seconds=1)))

    rows = Outbox.objects.filter(event="deposit_doubt")
    assert rows.exists()
    assert all(Power.PAY.value in row.person.memberships.get().powers for row in rows)
