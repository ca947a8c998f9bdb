"""Pages of bid security: whole in both languages for whom they are for, refused to everybody else, silent about others."""

import time
import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import translation

from bidding.models.security import BankFile, BankLine, MatchProposal, RefundList, SubAccount
from bidding.services import security as acts
from kernel import clock
from tests.bidding.security.worlds import statement
from tests.web.security_market import market, sign_in
from tests.web.test_pages import whole

pytestmark = pytest.mark.django_db
PREFIXES = {"zh-hans": "", "en": "/en"}
DESK = ("", "files/", "guarantees/", "refunds/", "books/", "accounts/")


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


@pytest.fixture
def one(monkeypatch, kept):
    made = kept(market)
    monkeypatch.setattr(clock, "now", lambda: made.hall.clock.now)
    return made


def seen(client, address):
    """The page in both languages, each held to the rules; the English text."""
    for language, prefix in PREFIXES.items():
        answer = client.get(prefix + address)
        assert answer.status_code == 200, (address, answer.status_code)
        whole(answer, language)
    return answer.content.decode()


def test_a_bidder_gets_an_account_and_a_slip(one, client):
    party = one.world.bidder(1)
    sign_in(client, party)

    before = seen(client, one.deposit)
    client.post(f"{one.deposit}account/")
    after, slip = seen(client, one.deposit), seen(client, f"{one.deposit}slip/")

    sub = SubAccount.objects.get(organisation=party.organisation)
    grouped = "-".join(sub.number[i : i + 4] for i in range(0, len(sub.number), 4))
    shown = {grouped, grouped.replace("-", " "), sub.number}
    assert "Get the account to pay into" in before
    assert any(one in after for one in shown)
    assert any(one in slip for one in shown)
    assert "Must be BOOKED by the bank until" in slip
    assert ":00, Beijing time" in slip  # with seconds


def test_the_slip_as_pdf_is_for_its_own_bidder_alone(one, client):
    sub = one.world.sub(1)
    address = f"{one.deposit}slip.pdf"
    for party in one.strangers().values():
        sign_in(client, party)
        assert client.get(address).status_code in {403, 404}

    sign_in(client, one.world.bidder(1))
    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Cache-Control"] == "no-store"
    assert sub.organisation.code not in answer["Content-Disposition"]


def test_every_page_of_the_desk_is_whole_without_data_and_with_it(one, client):
    sign_in(client, one.maker)
    for page in DESK:
        seen(client, f"/security/{page}")
    one.world.take(one.world.pay(one.world.sub(1), payer="某个人", payer_account="6222000011112222"))
    one.world.take(one.world.pay(one.world.sub(2)))

    text = "".join(seen(client, f"/security/{page}") for page in DESK)

    assert one.world.sub(1).number[:4] in text
    assert "not from the basic account" in text


def test_the_desk_names_no_firm_and_no_tender(one, client):
    """Journeys 9: the bank-facing people work by sub-account alone."""
    party, other = one.world.bidder(1), one.world.bidder(2)
    one.world.take(one.world.pay(one.world.sub(1), amount=Decimal(100)), one.world.pay(one.world.sub(2)))
    sign_in(client, one.maker)

    text = "".join(client.get(f"/security/{page}").content.decode() for page in DESK)

    for secret in (party, other):
        assert secret.organisation.name not in text
        assert secret.organisation.code not in text
    assert one.lot.tender.number not in text
    assert one.lot.tender.title not in text


def test_only_finance_people_have_the_desk(one, client):
    one.world.take(one.world.pay(one.world.sub(1), amount=Decimal(100)))
    line = BankLine.objects.get()
    month = f"/security/books/{one.world.account.pk}/2026-3"
    addresses = [f"/security/{page}" for page in DESK]
    addresses += [f"/security/lines/{line.pk}/", f"{month}.pdf", f"{month}.xlsx"]

    for role, party in {**one.strangers(), "bidder": one.world.bidder(1)}.items():
        sign_in(client, party)
        for address in addresses:
            assert client.get(address).status_code == 403, (role, address)
    client.logout()
    for address in addresses:
        assert client.get(address).status_code == 302, address


def test_nobody_is_finance_and_runs_the_machines(one):
    """Duties are separate: the two posts cannot be given to one person, and one who held both would have no desk."""
    from accounts.actors import SYSTEM, Actor
    from accounts.services import membership_grant
    from accounts.states import Role
    from bidding.policies.security import may_match
    from kernel.errors import RuleBroken

    person = one.maker.actor.person
    with pytest.raises(RuleBroken):
        membership_grant(
            organisation_id=one.maker.id,
            person_id=person,
            roles={Role.FINANCE, Role.SYSADMIN},
            actor=SYSTEM,
            at=one.hall.clock.now,
        )

    both = Actor(person=person, organisation=one.maker.id, roles=frozenset({Role.FINANCE, Role.SYSADMIN}))
    assert not may_match(both).allowed


def test_a_wrong_payer_is_told_to_its_bidder_and_to_nobody_else(one, client):
    """Scenario 20: paid from a personal account; only the payer is told, and what to do."""
    sub = one.world.sub(1)
    one.world.take(one.world.pay(sub, payer="某个人", payer_account="6222000011112222"))
    sign_in(client, one.world.bidder(1))

    own = seen(client, one.deposit)

    assert "Pay again from the basic account until" in own
    assert "6222000011112222" in own
    for party in one.strangers().values():
        sign_in(client, party)
        answer = client.get(one.deposit)
        assert answer.status_code in {403, 404}
        assert "6222000011112222" not in answer.content.decode()


def test_a_bad_file_is_refused_whole_with_its_line(one, client):
    sign_in(client, one.maker)
    good = statement(one.world.pay(one.world.sub(1)))
    bad = good.replace(b'<Amt Ccy="CNY">20000.00</Amt>', b'<Amt Ccy="CNY">many</Amt>')

    answer = upload(client, one, bad)

    assert answer.status_code == 422
    assert "Nothing of this file was taken" in answer.content.decode()
    assert not BankLine.objects.exists()


def laughs():
    """A document type whose entities grow without end."""
    rows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE d [<!ENTITY e0 "ha">{rows}]><Document>&e11;</Document>'.encode()


def zeros():
    """A workbook of half a gigabyte of nothing."""
    made = BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(512):
            file.write(bytes(1 << 20))
    return made.getvalue()


@pytest.mark.parametrize("made", [laughs, zeros, lambda: b"", lambda: b"%PDF-1.7", lambda: b"MZ\x90" * 99])
def test_what_is_no_bank_file_is_refused_in_words_and_in_no_time(one, client, made):
    sign_in(client, one.maker)
    content = made()
    begun = time.process_time()

    answer = upload(client, one, content)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not BankLine.objects.exists()
    assert not BankFile.objects.exists()
    assert time.process_time() - begun < 10


def upload(client, one, content, **more):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("statement.xml", content, content_type="application/xml")
    return client.post("/en/security/files/", {"account": str(one.world.account.pk), "file": file, **more})


def test_a_file_is_taken_once_and_the_page_counts_nothing(one, client):
    sub = one.world.sub(1)
    sign_in(client, one.maker)
    content = statement(one.world.pay(sub), closing="20000.00")

    dry = upload(client, one, content, dry_run="on").content.decode()
    lines = BankLine.objects.count()
    first = upload(client, one, content).content.decode()
    again = upload(client, one, content).content.decode()

    assert "Nothing was changed" in dry
    assert lines == 0
    assert BankLine.objects.count() == 1
    assert "Taken in. The books follow the bank." in first
    assert "taken in before" in again
    assert sub.organisation.name not in first + again


def test_a_match_by_hand_takes_two_people(one, client):
    sub = one.world.sub(1)
    one.world.take(one.world.pay(sub, payer="某公司财务部"))
    line = BankLine.objects.get()
    sign_in(client, one.maker)
    seen(client, f"/security/lines/{line.pk}/")
    empty = client.post(f"/en/security/lines/{line.pk}/", {"what": "book", "parts": "", "reason": ""})
    given = {"what": "book", "parts": f"{sub.number} 20000.00", "reason": "银行来函说明户名简写"}
    client.post(f"/en/security/lines/{line.pk}/", given)
    proposal = MatchProposal.objects.get()
    decide = f"/security/proposals/{proposal.pk}/"
    seen(client, decide)
    own = client.post(f"/en{decide}", {"decision": "confirm", "answer": "已核对"})
    sign_in(client, one.checker)
    seen(client, decide)
    client.post(f"/en{decide}", {"decision": "confirm", "answer": "已核对来函"})

    line.refresh_from_db()
    assert empty.status_code == 422
    assert own.status_code == 403
    assert line.state == "matched"
    proposal.refresh_from_db()
    assert {proposal.maker, proposal.checker} == {one.maker.actor.person, one.checker.actor.person}


def test_a_refund_list_takes_two_people_and_a_bidder_sees_what_comes_back(one, client):
    paid = [one.world.pay(one.world.sub(number)) for number in (1, 2, 3)]
    one.world.take(*paid)
    one.opened()
    one.ended()
    sign_in(client, one.maker)
    text = seen(client, "/security/refunds/")
    from bidding.models.security import Refund

    ids = [str(pk) for pk in Refund.objects.values_list("pk", flat=True)]
    empty = client.post("/en/security/refunds/", {"account": str(one.world.account.pk)})
    client.post("/en/security/refunds/", {"account": str(one.world.account.pk), "refunds": ids})
    made = RefundList.objects.get()
    address = f"/security/refunds/{made.pk}/"
    seen(client, address)
    own = client.post(f"/en{address}", {"decision": "confirm", "answer": "ok"})
    early = client.post(f"/en{address}order/", {"format": "pain.001"})
    sign_in(client, one.checker)
    seen(client, address)
    client.post(f"/en{address}", {"decision": "confirm", "answer": "已核对"})
    seen(client, address)
    file = client.post(f"/en{address}order/", {"format": "pain.001"})
    again = client.post(f"/en{address}order/", {"format": "pain.001"})
    sign_in(client, one.world.bidder(1))
    own_page = seen(client, one.deposit)

    assert one.world.bidder(1).organisation.name not in text
    assert empty.status_code == 422
    assert (own.status_code, early.status_code) == (403, 409)
    assert file.content == again.content
    assert b"pain.001" in file.content
    assert "attachment" in file["Content-Disposition"]
    assert "being paid back" in own_page


def test_the_books_page_shows_a_difference_and_what_to_do(one, client):
    one.world.take(one.world.pay(one.world.sub(1)), closing="19999.99")
    sign_in(client, one.maker)

    text = seen(client, "/security/books/")

    assert "Books and bank differ by" in text
    assert "0.01" in text
    assert "Stop refunds of this account" in text


def test_the_monthly_statement_is_a_workbook_and_a_pdf(one, client):
    from io import BytesIO

    from openpyxl import load_workbook

    one.world.take(one.world.pay(one.world.sub(1)))
    day = one.world.now
    sign_in(client, one.checker)
    base = f"/security/books/{one.world.account.pk}/{day.year}-{day.month}"

    pdf, xlsx = client.get(f"{base}.pdf"), client.get(f"{base}.xlsx")

    assert pdf.content.startswith(b"%PDF-")
    rows = list(load_workbook(BytesIO(xlsx.content)).active.iter_rows(values_only=True))
    cells = [cell for row in rows for cell in row]
    assert Decimal(20000) in [Decimal(str(cell)) for cell in cells if isinstance(cell, int | float)]
    assert one.world.sub(1).number in cells
    assert client.get(f"/security/books/{one.world.account.pk}/{day.year}-13.pdf").status_code == 404


def test_after_the_opening_owner_and_supervisor_see_each_security_and_the_supervisor_who_paid(one, client):
    """条例40(六): the same account for two bidders is evidence, shown after the opening, to the supervisor."""
    first, second = one.world.sub(1), one.world.sub(2)
    same = {"payer": first.organisation.name, "payer_account": "6222000099990000"}
    one.world.take(one.world.pay(first, **same), one.world.pay(second, **same))
    one.world.take(one.world.pay(one.world.sub(3)))
    sign_in(client, one.hall.one.supervisor)
    before = client.get(one.at)
    one.opened()

    supervisor = seen(client, one.at)
    sign_in(client, one.hall.one.owner)
    owner = seen(client, one.at)

    assert before.status_code == 404
    assert "The deposits of these bidders came from one account." in supervisor
    assert "evidence, not a verdict" in supervisor
    assert "clearing account" in supervisor
    assert first.organisation.name in owner
    assert "bid security in doubt" in owner
    assert "6222000099990000" not in owner
    for role in ("witness", "intake", "sysadmin", "rival", "officer"):
        sign_in(client, one.strangers()[role])
        assert client.get(one.at).status_code == 403, role


def test_a_hold_by_order_stops_and_lets_go(one, client):
    one.world.take(*[one.world.pay(one.world.sub(number)) for number in (1, 2, 3)])
    one.opened()
    sign_in(client, one.hall.one.supervisor)
    empty = client.post(f"/en{one.at}hold/", {"ground": "order", "reference": ""})
    client.post(f"/en{one.at}hold/", {"organisation": "", "ground": "order", "reference": "处字 1 号"})
    held = seen(client, one.at)
    sign_in(client, one.world.bidder(1))
    own = seen(client, one.deposit)
    sign_in(client, one.hall.one.owner)
    refused = client.post(f"/en{one.at}hold/", {"ground": "order", "reference": "1"})
    from bidding.models.security import Hold

    sign_in(client, one.hall.one.supervisor)
    client.post(f"/en{one.at}hold/{Hold.objects.get().pk}/lift/", {"reason": "查无此事"})

    assert empty.status_code == 422
    assert "处字 1 号" in held
    assert "on hold" in own
    assert refused.status_code == 403
    assert Hold.objects.get().lifted_at is not None


def test_guarantees_are_checked_by_two_people_without_names(one, client):
    from datetime import timedelta

    from django.core.files.uploadedfile import SimpleUploadedFile

    party = sign_in(client, one.world.bidder(1)) and one.world.bidder(1)
    seen(client, f"{one.deposit}guarantee/")
    day = one.hall.clock.now.date()
    given = {
        "form": "e_guarantee",
        "number": "BH-2026-77",
        "issuer": "某担保公司",
        "beneficiary": "别的单位",
        "amount": "20000.00",
        "valid_from": day.isoformat(),
        "valid_until": (day + timedelta(days=200)).isoformat(),
    }
    bad = client.post(f"/en{one.deposit}guarantee/", {**given, "amount": "x", "number": ""})
    file = SimpleUploadedFile("guarantee.pdf", b"%PDF-1.7 guarantee")
    client.post(f"/en{one.deposit}guarantee/", {**given, "file": file})
    own = seen(client, one.deposit)
    from bidding.models.security import Guarantee

    row = Guarantee.objects.get()
    desk = f"/security/guarantees/{row.pk}/"
    sign_in(client, one.maker)
    listed = seen(client, "/security/guarantees/") + seen(client, desk)
    client.post(f"/en{desk}", {"genuine": "1", "reason": "致电出具方，工号 8"})
    sign_in(client, one.checker)
    seen(client, desk)
    client.post(f"/en{desk}", {"decision": "confirm", "answer": "复核"})

    assert bad.status_code == 422
    assert "This field is empty" in bad.content.decode()
    assert "not in favour of the owner" in own
    assert party.organisation.name not in listed
    assert one.hall.one.owner.organisation.name not in listed
    row.refresh_from_db()
    assert row.state == "verified"


def test_the_annual_security_has_its_page(one, client):
    sign_in(client, one.world.bidder(1))
    seen(client, "/bids/annual-security/")
    client.post("/en/bids/annual-security/", {"amount": "50000"})
    text = seen(client, "/bids/annual-security/")

    assert "Account number, yours alone" in text
    for role in ("owner", "witness", "sysadmin"):
        sign_in(client, one.strangers()[role])
        assert client.get("/bids/annual-security/").status_code == 403


def test_nothing_is_paid_for_by_who_may_not_pay(one, client):
    """A member without the power to pay or seal asks for no account."""
    party = one.world.bidder(1)
    from accounts.actors import Actor
    from kernel.errors import NotPermitted

    actor = Actor(
        person=party.actor.person, organisation=party.id, roles=party.actor.roles, powers=frozenset()
    )
    with pytest.raises(NotPermitted):
        acts.sub_account_issue(lot_id=one.lot.pk, actor=actor, at=one.hall.clock.now)


def test_a_deposit_is_kept_by_two_people_of_the_owner_after_the_opening_alone(one, client):
    """条例74: a decision with its document and a ground of the law, proposed by one, confirmed by another."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from accounts.states import Role
    from bidding.models.security import Forfeiture

    one.world.take(*[one.world.pay(one.world.sub(number)) for number in (1, 2, 3)])
    owner = one.hall.one.owner
    second = one.hall.registry.staff(owner, Role.OWNER, "招标人负责人", at=one.hall.clock.now)
    sign_in(client, owner)
    before = client.get(f"{one.at}keep/")
    one.opened()
    seen(client, f"{one.at}keep/")

    def given(**changes):
        firm = str(one.world.bidder(1).id)
        file = SimpleUploadedFile("decision.pdf", b"%PDF-1.7 decision")
        facts = {"organisation": firm, "ground": "no_contract", "reason": "拒签合同", "file": file}
        return {**facts, **changes}

    empty = client.post(f"/en{one.at}keep/", {"reason": ""})
    revoked = client.post(f"/en{one.at}keep/", given(ground="revoked"))
    client.post(f"/en{one.at}keep/", given())
    row = Forfeiture.objects.get()
    place = f"{one.at}keep/{row.pk}/"
    seen(client, place)
    own = client.post(f"/en{place}", {"decision": "confirm", "answer": "同意"})
    for party in (one.hall.one.supervisor, one.world.bidder(2), one.maker):
        sign_in(client, party)
        refused = client.post(f"/en{place}", {"decision": "confirm", "answer": "同意"})
        assert refused.status_code == 403
    sign_in(client, second)
    file = client.get(f"{place}file/")
    client.post(f"/en{place}", {"decision": "confirm", "answer": "同意"})
    sign_in(client, one.world.bidder(1))
    told = seen(client, one.deposit)

    assert before.status_code == 404
    assert empty.status_code == 422
    assert "only when the recorded attribution says so" in revoked.content.decode()
    assert own.status_code == 403
    assert "attachment" in file["Content-Disposition"]
    row.refresh_from_db()
    assert row.state == "confirmed"
    assert "not returned" in told
    assert "拒签合同" in told


def test_a_sum_without_a_payers_account_goes_where_two_people_have_seen_it_came_from(one, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bidding.models.security import Refund

    one.world.take(one.world.pay(one.world.sub(1), payee="35001616000000000000", payer_account=""))
    acts.refunds_due(at=one.hall.clock.now)
    refund = Refund.objects.get()
    place = f"/security/payees/{refund.pk}/"
    sign_in(client, one.maker)
    listed = seen(client, "/security/refunds/")
    seen(client, place)
    file = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter")
    given = {"name": "某公司", "account": "6222000033334444", "reason": "银行来函", "file": file}
    client.post(f"/en{place}", given)
    own = client.post(f"/en{place}", {"decision": "confirm", "answer": "已核对"})
    sign_in(client, one.checker)
    seen(client, place)
    proof = client.get(f"{place}proof/")
    client.post(f"/en{place}", {"decision": "confirm", "answer": "已核对来函"})

    assert "Say where it goes" in listed
    assert own.status_code == 403
    assert "attachment" in proof["Content-Disposition"]
    refund.refresh_from_db()
    assert refund.payee_account == "6222000033334444"
    assert client.get(place).status_code == 404
    for party in one.strangers().values():
        sign_in(client, party)
        assert client.get(place).status_code == 403
