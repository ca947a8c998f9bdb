"""The pages after the opening: award, contract, validity, payers for the auditor; and who has them at all."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bidding.models.security import BankLine, Guarantee, Refund
from kernel import clock
from tests.bidding.security.worlds import Paid, line_of
from tests.web.security_market import market, sign_in
from tests.web.test_security_pages import reader, seen  # noqa: F401 - a fixture
from trading.models import Lot
from trading.rules.counting import local_day

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a paper"


@pytest.fixture
def one(monkeypatch, kept):
    made = kept(market)
    monkeypatch.setattr(clock, "now", lambda: made.hall.clock.now)
    return made


@pytest.fixture
def opened(one):
    """Three bids with booked deposits, opened and closed."""
    one.world.take(*[one.world.pay(one.world.sub(number)) for number in (1, 2, 3)])
    one.opened()
    one.hall.end()
    return one


def paper(name="paper.pdf"):
    return SimpleUploadedFile(name, PDF)


def outcome(one, page=""):
    return f"/hall/{one.lot.tender.number}/{one.lot.no}/outcome/{page}"


def test_the_owner_records_award_and_contract_and_deposits_are_due(opened, client):
    sign_in(client, opened.hall.one.owner)
    day = local_day(opened.hall.clock.now).isoformat()
    assert "No award notice is recorded" in seen(client, outcome(opened))
    seen(client, outcome(opened, "award/"))
    given = {
        "winner": str(opened.hall.bidder(1).organisation.pk),
        "outside_reason": "委托外部评审",
        "report_number": "评字 7 号",
        "report_on": day,
        "notified_on": day,
    }
    bad = client.post(f"/en{outcome(opened, 'award/')}", {**given, "report": paper(), "winner": ""})
    assert bad.status_code == 422
    done = client.post(
        f"/en{outcome(opened, 'award/')}", {**given, "report": paper(), "notice": paper("notice.pdf")}
    )
    assert done.status_code == 302
    text = seen(client, outcome(opened))
    assert "Evaluation report, made outside" in text
    assert "Contract after the award notice" in text
    seen(client, outcome(opened, "contract/"))
    signed = {"signed_on": day, "parties": "甲\n乙", "amount": "9000000", "file": paper()}
    assert client.post(f"/en{outcome(opened, 'contract/')}", signed).status_code == 302
    seen(client, outcome(opened))

    assert Lot.objects.get(pk=opened.lot.pk).state == "contracted"
    assert Refund.objects.filter(cause="contract", state="due_back").count() == 3
    assert client.get(outcome(opened, "award/")).status_code == 403


def test_validity_is_asked_answered_and_a_letter_entered(opened, client):
    owner = opened.hall.one.owner
    sign_in(client, owner)
    day = local_day(opened.hall.clock.now)
    seen(client, outcome(opened, "validity/"))
    asked = {
        "until": (day + timedelta(days=400)).isoformat(),
        "answer_by": (day + timedelta(days=10)).isoformat(),
        "reason": "投诉未决",
    }
    assert client.post(f"/en{outcome(opened, 'validity/')}", asked).status_code == 302
    place = f"/bids/lot/{opened.lot.number}/validity/"
    sign_in(client, opened.hall.bidder(1))
    assert "asked to extend" in seen(client, opened.deposit)
    seen(client, place)
    assert client.post(f"/en{place}", {"answer": "refuse"}).status_code == 302
    assert "your bid no longer stands" in seen(client, place)
    sign_in(client, opened.hall.bidder(9))
    assert client.get(place).status_code == 404
    sign_in(client, owner)
    seen(client, outcome(opened, "refusal/"))
    letter = {
        "organisation": str(opened.hall.bidder(2).organisation.pk),
        "refused_on": day.isoformat(),
        "letter": paper("letter.pdf"),
    }
    assert client.post(f"/en{outcome(opened, 'refusal/')}", letter).status_code == 302
    assert "by letter, entered by the owner" in seen(client, outcome(opened))
    assert Refund.objects.filter(cause="validity").count() == 2


def test_nobody_else_has_these_pages(opened, client):
    for role, party in opened.strangers().items():
        if role in ("owner", "supervisor"):
            continue
        sign_in(client, party)
        assert client.get(outcome(opened)).status_code == 403, role
    sign_in(client, opened.hall.one.supervisor)
    assert "Record the award notice" not in seen(client, outcome(opened))
    assert client.get(outcome(opened, "award/")).status_code == 403
    assert client.get(outcome(opened, "refusal/")).status_code == 403


def test_before_the_opening_there_is_nothing_to_record(one, client):
    sign_in(client, one.hall.one.owner)
    assert client.get(outcome(one)).status_code == 404


def test_the_auditor_reads_payers_after_the_reading_and_nobody_else_does(one, client):
    """条例40(六): shown to who audits and supervises, never before the lines are read out."""
    place = f"{one.at}payers/"
    auditor = one.auditor
    one.world.take(*[one.world.pay(one.world.sub(number)) for number in (1, 2, 3)])
    accounts = list(BankLine.objects.values_list("payer_account", flat=True))
    sign_in(client, auditor)
    before = client.get(place)
    assert before.status_code == 404
    one.opened()

    text = seen(client, place)

    assert all(account in text for account in accounts)
    assert "<form method" not in text.split("<main", 1)[1].split("</main", 1)[0]
    sign_in(client, one.hall.one.supervisor)
    seen(client, place)
    for role, party in one.strangers().items():
        if role != "supervisor":
            sign_in(client, party)
            assert client.get(place).status_code == 403, role


def test_a_bidder_takes_its_own_guarantee_again_and_no_other(one, client):
    sign_in(client, one.world.bidder(1))
    day = one.hall.clock.now.date()
    given = {
        "form": "e_guarantee",
        "number": "BH-2026-78",
        "issuer": "某担保公司",
        "beneficiary": one.hall.one.owner.organisation.name,
        "amount": "20000.00",
        "valid_from": day.isoformat(),
        "valid_until": (day + timedelta(days=200)).isoformat(),
    }
    client.post(f"/en{one.deposit}guarantee/", {**given, "file": paper("guarantee.pdf")})
    place = f"{one.deposit}guarantee/{Guarantee.objects.get().pk}/file/"

    answer = client.get(place)

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    for role, party in one.strangers().items():
        sign_in(client, party)
        assert client.get(place).status_code == 404, role
    client.logout()
    assert client.get(place).status_code == 302


def test_a_fee_is_proposed_and_decided_at_the_desk(one, client):
    charge = Paid(amount=-15, at=one.world.now, ref="FEE")
    one.world.take(charge)
    sign_in(client, one.maker)
    assert "Other movement" in seen(client, "/security/")
    place = f"/security/lines/{line_of(charge).pk}/"
    seen(client, place)
    missing = client.post(f"/en{place}", {"what": "transfer", "order": "", "reason": "?"})
    assert missing.status_code == 422
    assert "No order named" in missing.content.decode()
    assert client.post(f"/en{place}", {"what": "fee", "reason": "账户管理费"}).status_code == 302
    proposal = line_of(charge).proposals.get()
    sign_in(client, one.checker)
    assert "fee of the bank" in seen(client, f"/security/proposals/{proposal.pk}/")
    client.post(f"/en/security/proposals/{proposal.pk}/", {"decision": "confirm", "answer": "核对"})
    assert line_of(charge).kind == "fee"
    assert "Fees of the bank" in seen(client, "/security/books/")


def test_the_annual_security_is_asked_back_on_its_page(one, client):
    party = one.world.bidder(1)
    sign_in(client, party)
    client.post("/en/bids/annual-security/", {"amount": "50000"})
    from bidding.models.security import SubAccount

    one.world.take(one.world.pay(SubAccount.objects.get()))
    assert "Ask for what is free" in seen(client, "/bids/annual-security/")
    assert client.post("/en/bids/annual-security/back/").status_code == 302
    assert "To the account it came from" in seen(client, "/bids/annual-security/")
    assert Refund.objects.get().cause == "annual"
