"""Guarantees as bid security: registered by the bidder, checked against the terms, asked of the issuer, warned of."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.actors import SYSTEM
from accounts.models import Outbox
from bidding.models.security import Guarantee
from bidding.selectors.security.readout import secured
from bidding.services import security as services
from bidding.states.security import GuaranteeState
from kernel.errors import NotPermitted, RuleBroken, StateConflict
from ledger.models import Entry
from tests.bidding.security.paying import PDF
from tests.bidding.security.worlds import CHECKER, DEPOSIT, MAKER, world
from trading.selectors import valid_until

pytestmark = pytest.mark.django_db
ISSUER = "某担保公司"


@pytest.fixture
def made(kept):
    return kept(world, deposit_forms=("transfer", "e_guarantee"))


def given(of, bidder=1, **changes):
    """A guarantee as the tender asks for it; ``changes`` say what is wrong with it."""
    until = valid_until(of.lot).date() + timedelta(days=1)
    facts = {
        "lot_id": of.lot.pk,
        "form": "e_guarantee",
        "number": f"DB-{bidder}",
        "issuer": ISSUER,
        "beneficiary": of.lot.tender.project.owner.name,
        "amount": DEPOSIT,
        "valid_from": of.now.date(),
        "valid_until": until,
        "file_name": "guarantee.pdf",
        "content": PDF,
        "actor": of.bidder(bidder).actor,
        "at": of.now,
    }
    return services.guarantee_register(**{**facts, **changes})


def answers(tmp_path, settings, *rows):
    """The issuer's answers as the operator was given them."""
    folder = tmp_path / "answers"
    folder.mkdir(exist_ok=True)
    (folder / "2026-03.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    settings.GUARANTEE_ANSWERS = str(folder)


def answer(of, guarantee, **changes):
    """An issuer's answer about this guarantee."""
    facts = {
        "issuer": ISSUER,
        "number": guarantee.number,
        "amount": str(guarantee.amount),
        "beneficiary": guarantee.beneficiary,
        "valid_until": guarantee.valid_until.isoformat(),
        "sha256": guarantee.file_sha256,
        "status": "genuine",
    }
    return {**facts, **changes}


def test_a_guarantee_as_asked_has_no_defect_and_waits_for_its_issuer(made):
    """条26: amount, beneficiary and a validity as long as the bid's; without an answer it stays registered."""
    guarantee = given(made)

    assert (guarantee.state, guarantee.defects) == (GuaranteeState.REGISTERED.value, [])
    services.guarantee_verify(guarantee_id=guarantee.pk, actor=SYSTEM, at=made.now)
    assert Guarantee.objects.get().state == GuaranteeState.REGISTERED.value
    assert secured(made.lot, guarantee.organisation_id).flag == "guarantee_unverified"


@pytest.mark.parametrize(
    ("changes", "defect"),
    [
        ({"amount": DEPOSIT - 1}, "amount_short"),
        ({"beneficiary": "别的单位"}, "beneficiary_differs"),
        ({"valid_until": date(2026, 4, 1)}, "valid_until_early"),
    ],
)
def test_what_is_not_as_the_tender_asks_is_told_and_flagged_never_refused(made, changes, defect):
    guarantee = given(made, **changes)

    assert guarantee.defects == [defect]
    assert secured(made.lot, guarantee.organisation_id).flag == "guarantee_defect"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"form": "insurance"}, "security_form"),
        ({"file_name": "g.exe"}, "security_file"),
        ({"content": b"<html>"}, "security_file"),
    ],
)
def test_a_guarantee_of_another_form_or_file_is_refused(made, changes, code):
    with pytest.raises(RuleBroken) as refused:
        given(made, **changes)
    assert refused.value.code == code


def test_a_guarantee_is_given_by_the_bidder_before_the_deadline_and_once(made):
    given(made)
    with pytest.raises(StateConflict) as twice:
        given(made, 2, number="DB-1")
    assert twice.value.code == "guarantee_known"
    with pytest.raises(NotPermitted):
        given(made, 3, actor=MAKER)
    made.bidder(4)
    made.hall.clock.to(made.deadline)
    with pytest.raises(StateConflict) as late:
        given(made, 4)
    assert late.value.code == "deadline_passed"


def test_the_issuers_answer_verifies_and_one_that_differs_fails(made, tmp_path, settings):
    good, other = given(made, 1), given(made, 2)
    answers(tmp_path, settings, answer(made, good), answer(made, other, amount="100.00"))

    services.guarantees_follow(at=made.now)

    good.refresh_from_db()
    other.refresh_from_db()
    assert (good.state, good.verifier) == (GuaranteeState.VERIFIED.value, "files")
    assert (other.state, other.answer["differs"]) == (GuaranteeState.FAILED.value, ["amount"])
    found = secured(made.lot, good.organisation_id)
    assert (found.form, found.amount, found.booked, found.flag) == ("e_guarantee", DEPOSIT, True, "")


def test_a_file_of_another_digest_is_not_the_guarantee_the_issuer_knows(made, tmp_path, settings):
    guarantee = given(made)
    answers(tmp_path, settings, answer(made, guarantee, sha256="0" * 64))

    services.guarantee_verify(guarantee_id=guarantee.pk, actor=SYSTEM, at=made.now)

    guarantee.refresh_from_db()
    assert (guarantee.state, guarantee.answer["differs"]) == (GuaranteeState.FAILED.value, ["sha256"])


def test_an_unreadable_answer_is_no_answer(made, tmp_path, settings):
    guarantee = given(made)
    answers(tmp_path, settings)
    (tmp_path / "answers" / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "answers" / "other.csv").write_text("issuer,number\n", encoding="utf-8")

    services.guarantee_verify(guarantee_id=guarantee.pk, actor=SYSTEM, at=made.now)

    guarantee.refresh_from_db()
    assert guarantee.state == GuaranteeState.REGISTERED.value


def test_without_an_answer_two_finance_people_check_with_a_reason(made):
    guarantee = given(made)
    check = {"guarantee_id": guarantee.pk, "at": made.now}
    with pytest.raises(RuleBroken):
        services.guarantee_check(**check, genuine=True, reason=" ", actor=MAKER)
    services.guarantee_check(**check, genuine=True, reason="电话核实，经办人王", actor=MAKER)
    with pytest.raises(NotPermitted) as same:
        services.guarantee_check_decide(**check, confirm=True, actor=MAKER)
    assert same.value.code == "two_people"
    with pytest.raises(NotPermitted):
        services.guarantee_check_decide(**check, confirm=True, actor=made.hall.one.owner.actor)

    services.guarantee_check_decide(**check, confirm=True, actor=CHECKER)

    guarantee.refresh_from_db()
    assert (guarantee.state, guarantee.verifier) == (GuaranteeState.VERIFIED.value, "people")


def test_the_bidder_alone_is_warned_once_at_each_of_thirty_fifteen_seven_and_one_days(made):
    guarantee = given(made)
    for left in (31, 30, 29, 15, 8, 7, 1, 0):
        at = made.now + (guarantee.valid_until - made.now.date() - timedelta(days=left))
        services.guarantees_follow(at=at)
        services.guarantees_follow(at=at)

    told = Outbox.objects.filter(event="guarantee_expiring")
    assert {row.organisation_id for row in told} == {guarantee.organisation_id}
    days = [str(row.data["days"]) for row in told.filter(channel="site").order_by("created_at")]
    assert days == ["30", "15", "7", "1"]
    assert not any(made.lot.number in str(row.data) for row in told)


def test_the_ledger_says_of_a_guarantee_neither_lot_nor_number(made):
    """Secret before the opening like money: the entry's subject is random and its data holds a digest alone."""
    guarantee = given(made)

    entry = Entry.objects.get(pk=guarantee.entry_id)

    assert entry.body["subject"] == str(guarantee.pk)
    for word in (made.lot.number, guarantee.number, ISSUER):
        assert word not in str(entry.body) + entry.data_text


def test_a_guarantee_is_let_go_when_money_would_be_due_back(made):
    guarantee = given(made)
    made.hall.bids(3)
    made.hall.close()
    made.hall.check()

    services.contract_signed(lot_id=made.lot.pk, signed_at=made.now, actor=SYSTEM, at=made.now)

    guarantee.refresh_from_db()
    assert guarantee.state == GuaranteeState.RELEASED.value
    assert Decimal(0) < guarantee.amount
