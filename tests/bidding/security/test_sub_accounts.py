"""Sub-accounts: at once, one per bidder and lot, by chance, and only for who may pay."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.states import Power
from bidding.models.security import CollectingAccount, Journal, SubAccount
from bidding.rules.sub_accounts import check_digits, is_well_formed, sub_account_number
from bidding.selectors.security.books import reconciliation
from bidding.services import security as services
from kernel.errors import NotPermitted, RuleBroken, StateConflict, Unavailable
from ledger.models import Entry
from tests import builders_bidding as build
from tests.bidding.security import worlds


class TestNumbers:
    def test_check_digits_are_those_of_the_standard(self):
        """ISO/IEC 7064, MOD 97-10: the number ends in two digits which make it 1 modulo 97 (example of the standard)."""
        assert check_digits("794") == "44"
        assert is_well_formed("79444")

    @given(st.from_regex(r"\A[0-9]{4,12}\Z"), st.binary(min_size=16, max_size=16), st.data())
    def test_a_wrong_digit_and_a_swap_are_always_found(self, prefix, drawn, data):
        number = sub_account_number(prefix, lambda _count: drawn)
        assert is_well_formed(number)
        assert re.fullmatch(r"[0-9]{20,28}", number)
        place = data.draw(st.integers(0, len(number) - 2))
        digit = data.draw(st.sampled_from("0123456789"))
        wrong = number[:place] + digit + number[place + 1 :]
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert wrong == number or not is_well_formed(wrong)
        assert swapped == number or not is_well_formed(swapped)

    @pytest.mark.parametrize("text", ["", "12a4", "１２３４", "-123"])
    def test_only_digits_have_check_digits(self, text):
        with pytest.raises(ValueError, match="digits"):
            check_digits(text)
        assert not is_well_formed(text)


@pytest.mark.django_db
class TestIssue:
    @pytest.fixture
    def world(self):
        return worlds.world()

    def issue(self, world, party, **changes):
        facts = {"lot_id": world.lot.pk, "actor": party.actor, "at": world.now}
        return services.sub_account_issue(**{**facts, **changes})

    def test_asking_again_gives_the_same_number_also_after_the_deadline(self, world):
        party = world.bidder(1)
        first = self.issue(world, party)
        entries = Entry.objects.count()

        assert self.issue(world, party).pk == first.pk
        assert self.issue(world, party, at=world.deadline + timedelta(days=1)).pk == first.pk
        assert Entry.objects.count() == entries

    def test_numbers_say_nothing_about_order_lot_or_bidder(self, world):
        numbers = [int(world.sub(number).number) for number in range(1, 9)]

        steps = {abs(one - other) for one, other in pairwise(numbers)}
        assert min(steps) > 10**6

    def test_a_number_there_is_already_is_drawn_again(self, world):
        taken = world.sub(1)
        drawn = int(taken.number[len(worlds.PREFIX) : -2])
        draws = iter([drawn, drawn, drawn + 1])

        fresh = self.issue(world, world.bidder(2), entropy=lambda count: next(draws).to_bytes(count))

        assert fresh.number != taken.number
        assert is_well_formed(fresh.number)

    def test_a_broken_source_of_chance_is_found(self, world):
        taken = world.sub(1)
        drawn = int(taken.number[len(worlds.PREFIX) : -2])

        with pytest.raises(Unavailable):
            self.issue(world, world.bidder(2), entropy=drawn.to_bytes)
        assert SubAccount.objects.count() == 1

    def test_only_who_may_pay_or_seal_gets_one(self, world):
        actor = world.bidder(1).actor
        for powers in ({Power.MEMBERS}, {Power.ANSWER, Power.CONFIRM}, set()):
            with pytest.raises(NotPermitted):
                self.issue(world, world.bidder(1), actor=replace(actor, powers=frozenset(powers)))
        for stranger in (replace(actor, roles=frozenset()), replace(actor, organisation=None), worlds.MAKER):
            with pytest.raises(NotPermitted):
                self.issue(world, world.bidder(1), actor=stranger)
        assert self.issue(world, world.bidder(1), actor=replace(actor, powers=frozenset({Power.PAY})))

    def test_the_documents_come_first(self, world):
        with pytest.raises(NotPermitted) as refused:
            self.issue(world, world.hall.bidder(1))
        assert refused.value.code == "documents_first"

    def test_none_after_the_deadline(self, world):
        party = world.bidder(1)
        with pytest.raises(StateConflict) as refused:
            self.issue(world, party, at=world.deadline)
        assert refused.value.code == "deadline_passed"
        assert self.issue(world, party, at=world.deadline - timedelta(seconds=1))

    def test_an_unknown_lot_is_not_found(self, world):
        from kernel.errors import NotFound

        with pytest.raises(NotFound):
            self.issue(world, world.bidder(1), lot_id=uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"deposit": Decimal(0)}, "no_deposit"), ({"deposit_forms": ("guarantee", "insurance")}, "no_transfer")],
)
def test_none_where_no_money_is_asked(changes, code):
    world = worlds.world(**changes)
    with pytest.raises(RuleBroken) as refused:
        services.sub_account_issue(lot_id=world.lot.pk, actor=world.bidder(1).actor, at=world.now)
    assert refused.value.code == code


@pytest.mark.django_db
def test_without_an_account_in_the_currency_nothing_is_issued():
    world = worlds.World(build.hall(plan=worlds.plan()), None)
    worlds.account(currency="USD")
    with pytest.raises(Unavailable):
        services.sub_account_issue(lot_id=world.lot.pk, actor=world.bidder(1).actor, at=world.now)


@pytest.mark.django_db
class TestOpening:
    WORDS = ("--holder=某交易中心", "--bank=某银行", "--number=1234567890", "--opened-on=2026-03-01")

    def test_the_command_opens_an_account_with_its_books(self, capsys):
        call_command(
            "open_collecting_account", "main", *self.WORDS, "--prefix=35001616", "--opening-balance=12.34"
        )

        account = CollectingAccount.objects.get(code="main")
        found = reconciliation(account)
        assert (found.by_books, found.by_lines, found.balanced) == (Decimal("12.34"), Decimal("12.34"), True)
        assert Journal.objects.get().kind == "opening"

    @pytest.mark.parametrize(
        "words",
        [
            ("--prefix=35a",),
            ("--prefix=123",),
            ("--prefix=1" * 13,),
            ("--prefix=35001616", "--columns=nobody"),
        ],
    )
    def test_what_cannot_be_an_account_is_refused(self, words):
        with pytest.raises(CommandError):
            call_command("open_collecting_account", "main", *self.WORDS, *words)
        assert not CollectingAccount.objects.exists()

    def test_a_name_or_number_is_used_once(self):
        call_command("open_collecting_account", "main", *self.WORDS, "--prefix=35001616")
        with pytest.raises(CommandError, match="account_known"):
            call_command("open_collecting_account", "other", *self.WORDS, "--prefix=35001616")
