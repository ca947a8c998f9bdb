"""After the opening: award, contract and validity are recorded from papers, and refund clocks start from their days."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Outbox
from accounts.states import OrganisationKind
from bidding.models.security import Guarantee, Refund, ValidityAnswer
from bidding.selectors import outcome_pages
from bidding.services import outcomes
from bidding.services import security as acts
from kernel.errors import NotFound, NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.bidding.security import worlds
from tests.bidding.security.paying import PDF, due
from tests.bidding.security.worlds import DEPOSIT
from trading.models import Award, Lot
from trading.rules.counting import local_day, start_of
from trading.services import validity_extend

pytestmark = pytest.mark.django_db
PAPER = ("report.pdf", PDF)


def secured():
    """Three bids with booked deposits, opened."""
    made = worlds.world()
    made.take(*[made.pay(made.sub(number)) for number in (1, 2, 3)])
    made.hall.bids(3)
    made.hall.opened()
    made.hall.end()
    return made


@pytest.fixture
def world(kept):
    return kept(secured)


def awarded(world, winner=1, **changes):
    day = local_day(world.now)
    facts = {
        "lot_id": world.lot.pk,
        "winner_id": world.hall.bidder(winner).organisation.pk,
        "outside_reason": "委托外部评审",
        "report_number": "评字 7 号",
        "report_on": day,
        "report": PAPER,
        "notified_on": day,
        "notice": ("notice.pdf", PDF),
        "actor": world.hall.one.owner.actor,
        "at": world.now,
    }
    return outcomes.award_record(**{**facts, **changes})


def contracted(world, **changes):
    facts = {
        "lot_id": world.lot.pk,
        "signed_on": local_day(world.now),
        "parties": "某业主\n某公司",
        "amount": Decimal(9_000_000),
        "file": ("contract.pdf", PDF),
        "actor": world.hall.one.owner.actor,
        "at": world.now,
    }
    return outcomes.contract_record(**{**facts, **changes})


def asked(world, days=60):
    until = outcome_pages.valid_until(world.lot)
    return validity_extend(
        lot_id=world.lot.pk,
        extended_until=until + timedelta(days=days),
        answer_by=until,
        reason="投诉未决",
        actor=world.hall.one.owner.actor,
        at=world.now,
    )


def test_an_award_from_a_report_made_outside_says_so_and_moves_the_lot(world):
    made = awarded(world)

    assert Lot.objects.get(pk=world.lot.pk).state == "awarded"
    data = Entry.objects.get(pk=made.entry_id).data
    assert data["outside"] is True
    assert data["report"][0] == "评字 7 号"
    assert data["report"][2] == made.report_sha256
    assert due(world) == []
    with pytest.raises(StateConflict):
        awarded(world)


def test_with_the_contract_every_deposit_is_due_back_from_its_day(world):
    """条57: five days after the contract is signed, with the bank's interest; the day is that of the paper."""
    awarded(world)
    world.hall.clock.after(days=3)
    signed = local_day(world.now) - timedelta(days=1)

    contracted(world, signed_on=signed)

    rows = list(Refund.objects.all())
    assert {(row.cause, row.since, row.state) for row in rows} == {("contract", start_of(signed), "due_back")}
    assert sum(row.principal for row in rows) == 3 * DEPOSIT
    assert Lot.objects.get(pk=world.lot.pk).state == "contracted"
    assert due(world) == sorted(rows, key=lambda row: (row.principal, row.pk))


def test_what_is_recorded_stays_as_it_is(world):
    """The database refuses, whoever asks: an award is not rewritten after the event."""
    made = awarded(world)
    contract = contracted(world)
    for row, change in ((made, {"report_number": "x"}), (contract, {"amount": 1})):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)


def test_no_contract_before_an_award(world):
    with pytest.raises(StateConflict):
        contracted(world)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"report_on": timedelta(days=1)}, "award_day"),
        ({"notified_on": timedelta(days=1)}, "award_day"),
        ({"report_on": timedelta(days=-90), "notified_on": timedelta(0)}, "award_day"),
        ({"report_number": " "}, "award_report"),
    ],
)
def test_an_award_needs_its_report_and_days_that_can_be(world, changes, code):
    today = local_day(world.now)
    given = {
        name: today + value if isinstance(value, timedelta) else value for name, value in changes.items()
    }
    with pytest.raises(RuleBroken) as refused:
        awarded(world, **given)
    assert refused.value.code == code
    assert not Award.objects.exists()


def test_the_winner_is_one_of_those_opened(world):
    with pytest.raises(RuleBroken) as refused:
        awarded(world, winner=9)
    assert refused.value.code == "award_winner"


def test_only_the_owner_or_its_agency_records(world):
    agency = world.hall.registry.party("某代理公司", OrganisationKind.AGENCY, at=world.now)
    for party in (world.hall.one.supervisor, world.hall.bidder(1), agency):
        with pytest.raises(NotPermitted):
            awarded(world, actor=party.actor)


def test_who_refuses_a_longer_validity_has_its_deposit_back_and_cannot_win(world):
    """30号令29: the bid no longer stands; the security goes back, of this bidder alone."""
    extension = asked(world)
    refuser, other = world.hall.bidder(1), world.hall.bidder(2)

    outcomes.validity_answer(extension_id=extension.pk, consents=False, actor=refuser.actor, at=world.now)
    outcomes.validity_answer(extension_id=extension.pk, consents=True, actor=other.actor, at=world.now)

    refund = Refund.objects.get()
    assert (refund.cause, refund.sub_account.organisation) == ("validity", refuser.organisation)
    with pytest.raises(RuleBroken) as refused:
        awarded(world, winner=1)
    assert refused.value.code == "award_winner"
    with pytest.raises(StateConflict) as again:
        outcomes.validity_answer(extension_id=extension.pk, consents=True, actor=refuser.actor, at=world.now)
    assert again.value.code == "answered"
    with pytest.raises(NotFound):
        outcomes.validity_answer(
            extension_id=extension.pk, consents=True, actor=world.hall.bidder(9).actor, at=world.now
        )


def test_a_written_refusal_is_entered_by_the_owner_with_its_letter(world):
    extension = asked(world)
    firm = world.hall.bidder(3).organisation
    given = {"extension_id": extension.pk, "organisation_id": firm.pk, "letter": ("letter.pdf", PDF)}
    owner = world.hall.one.owner.actor
    day = local_day(world.now)

    with pytest.raises(NotPermitted):
        outcomes.validity_refusal_enter(
            **given, refused_on=day, actor=world.hall.bidder(3).actor, at=world.now
        )
    with pytest.raises(RuleBroken) as refused:
        outcomes.validity_refusal_enter(
            **given, refused_on=day + timedelta(days=1), actor=owner, at=world.now
        )
    assert refused.value.code == "refused_on"
    made = outcomes.validity_refusal_enter(**given, refused_on=day, actor=owner, at=world.now)

    assert (made.consents, made.by_owner, len(made.file_sha256)) == (False, True, 64)
    assert Refund.objects.get().sub_account.organisation == firm
    with pytest.raises(IntegrityError), transaction.atomic():
        ValidityAnswer.objects.filter(pk=made.pk).update(file_sha256="")


def test_a_guarantee_that_ends_before_the_longer_bid_is_told_to_its_bidder_alone(kept):
    made = kept(worlds.world)
    party = made.bidder(1)
    until = outcome_pages.valid_until(made.lot)
    acts.guarantee_register(
        lot_id=made.lot.pk,
        form="e_guarantee",
        number="BH-1",
        issuer="某担保公司",
        beneficiary=made.hall.one.owner.organisation.name,
        amount=DEPOSIT,
        valid_from=local_day(made.now),
        valid_until=local_day(until) + timedelta(days=10),
        file_name="guarantee.pdf",
        content=PDF,
        actor=party.actor,
        at=made.now,
    )
    made.hall.bids(3)
    made.hall.opened()
    made.hall.end()
    extension = asked(made)
    seen = outcome_pages.validity_page(made.lot.number, party.actor, made.now)
    assert list(seen.short) == [Guarantee.objects.get()]
    Outbox.objects.all().delete()

    outcomes.validity_answer(extension_id=extension.pk, consents=True, actor=party.actor, at=made.now)

    told = Outbox.objects.filter(event="guarantee_expiring")
    assert {row.organisation_id for row in told} == {party.organisation.pk}
    other = outcome_pages.validity_page(made.lot.number, made.hall.bidder(2).actor, made.now)
    assert list(other.short) == []


def test_a_bid_extended_is_secured_by_a_following_guarantee_or_its_owner_sees_who_is_short(kept):
    """条例26, 30号令29: the security lasts as long as the bid; the following one leaves no gap behind the first."""
    made = kept(worlds.world)
    party, other = made.bidder(1), made.bidder(2)
    owner = made.hall.one.owner.actor
    number, no = made.lot.tender.number, made.lot.no
    ends = local_day(outcome_pages.valid_until(made.lot)) + timedelta(days=10)

    def handed(name, actor, valid_from, valid_until):
        return acts.guarantee_register(
            lot_id=made.lot.pk,
            form="e_guarantee",
            number=name,
            issuer="某担保公司",
            beneficiary=made.hall.one.owner.organisation.name,
            amount=DEPOSIT,
            valid_from=valid_from,
            valid_until=valid_until,
            file_name="guarantee.pdf",
            content=PDF,
            actor=actor,
            at=made.now,
        )

    handed("BH-1", party.actor, local_day(made.now), ends)
    made.hall.bids(3)
    made.hall.opened()
    made.hall.end()
    extension = asked(made)
    last = local_day(extension.extended_until)
    with pytest.raises(StateConflict):  # nothing follows before the bidder has extended its bid
        handed("BH-2", party.actor, ends, last)
    outcomes.validity_answer(extension_id=extension.pk, consents=True, actor=party.actor, at=made.now)
    seen = outcome_pages.outcome_page(number, no, owner, made.now)
    assert [(name, row.number) for name, row in seen.short] == [(party.organisation.name, "BH-1")]
    with pytest.raises(StateConflict):  # nobody else gives a security after the deadline
        handed("BH-9", other.actor, ends, last)

    gap = handed("BH-3", party.actor, ends + timedelta(days=2), last - timedelta(days=1))
    assert gap.defects == ["valid_from_late", "valid_until_early"]
    made_whole = handed("BH-4", party.actor, ends + timedelta(days=1), last)

    assert made_whole.defects == []
    assert list(outcome_pages.outcome_page(number, no, owner, made.now).short) == []
    assert list(outcome_pages.validity_page(made.lot.number, party.actor, made.now).short) == []
