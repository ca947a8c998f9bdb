"""The bidder's pages: whole for bidders in both languages, refused to everybody else, silent about everybody else."""

import re
from uuid import UUID

import pytest
from django.utils import translation

from accounts.models import Person
from bidding import services
from bidding.models import Bid, Receipt
from bidding.rehearsal import bidders
from bidding.rehearsal.tenders import Panel
from kernel import clock
from protocol import bodies
from tests import builders_bidding as build
from tests.protocol.evaluation import methods
from tests.web.test_pages import whole
from trading.models import DocumentTaker, Lot, Objection, Question
from trading.services import documents_take

pytestmark = pytest.mark.django_db
PREFIXES = {"zh-hans": "", "en": "/en"}


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")


@pytest.fixture
def hall(monkeypatch, kept):
    made = kept(build.hall)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


@pytest.fixture
def number(hall):
    return hall.lot.tender.number


def sign_in(client, party):
    client.force_login(Person.objects.get(pk=party.actor.person))
    return client


def taken(hall, number):
    party = hall.bidder(number)
    documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    return party


def addresses(hall):
    lot, tender = hall.lot.number, hall.lot.tender.number
    return [
        "/bids/",
        f"/bids/t/{tender}/",
        f"/bids/t/{tender}/ask/",
        f"/bids/t/{tender}/object/",
        *(f"/bids/lot/{lot}/{page}/" for page in ("seal", "rehearse", "import", "withdraw", "opening")),
    ]


def test_every_page_is_whole_in_both_languages(hall, client):
    sign_in(client, taken(hall, 1))

    for language, prefix in PREFIXES.items():
        for address in addresses(hall):
            answer = client.get(prefix + address)
            assert answer.status_code == 200, address
            whole(answer, language)


def test_a_bidder_reads_the_method_and_what_its_bid_must_state(hall, client):
    """Points by a quantity come from the bid: who does not state it loses them without having known."""
    scheme = methods.scheme()
    Lot.objects.filter(pk=hall.lot.pk).update(
        method={"kind": "comprehensive", "candidates": 3, "scheme": scheme}
    )
    sign_in(client, taken(hall, 1))

    tender = client.get(f"/en/bids/t/{hall.lot.tender.number}/").content.decode()
    seal = client.get(f"/en/bids/lot/{hall.lot.number}/seal/").content.decode()

    assert "How bids are evaluated" in tender
    assert "The lowest evaluated price gets all 60 points" in tender
    for text in (tender, seal):
        assert "criterion works: a number" in text


def test_every_page_after_a_bid_and_its_receipt_is_whole(hall, client):
    party = sign_in_and_bid(hall, client)
    code = Receipt.objects.get().code

    assert party
    for language, prefix in PREFIXES.items():
        for address in [*addresses(hall), f"/bids/receipt/{code}/"]:
            answer = client.get(prefix + address)
            assert answer.status_code == 200, address
            whole(answer, language)


def sign_in_and_bid(hall, client, number=1):
    party = taken(hall, number)
    hall.before_close(minutes=60)
    hall.bid(number)
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    sign_in(client, party)
    return party


def test_strangers_are_asked_to_sign_in(hall, client):
    for address in addresses(hall):
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/account/login/" in answer["Location"]


def test_who_bids_for_nobody_has_none_of_these_pages(hall, client):
    for party in (hall.one.owner, hall.one.supervisor, hall.one.seats[0].party):
        sign_in(client, party)
        for address in addresses(hall):
            assert client.get(address).status_code == 403, address


def test_taking_the_documents_is_silent_and_done_once(hall, client, number):
    party = sign_in(client, hall.bidder(1)) and hall.bidder(1)

    before = client.get(f"/en/bids/t/{number}/").content.decode()
    for _ in range(2):
        client.post(f"/en/bids/t/{number}/take/")
    after = client.get(f"/en/bids/t/{number}/").content.decode()

    row = DocumentTaker.objects.get(organisation=party.id)
    assert "Take the documents" in before
    assert row.code in after
    assert client.get("/en/bids/").content.decode().count(number) >= 1


def test_documents_are_downloads_for_takers_only(hall, client, number):
    document = hall.lot.tender.documents.first()
    address = f"/bids/documents/{document.pk}/"
    sign_in(client, hall.bidder(2))
    refused = client.get(address)
    sign_in(client, taken(hall, 1))

    answer = client.get(address)

    assert refused.status_code == 404
    assert b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def seen(hall, client):
    """Every page of one bidder, without what differs from request to request."""
    noise = re.compile(r'value="[A-Za-z0-9]{64}"|entry [\d,]+|第 [\d,]+ 条|datetime="[^"]*"')
    return {address: noise.sub("", client.get(address).content.decode()) for address in addresses(hall)}


def test_one_bidder_sees_the_same_with_none_one_or_seven_others(hall, client):
    sign_in(client, taken(hall, 1))
    hall.before_close(minutes=60)
    alone = seen(hall, client)

    for others in (range(2, 3), range(3, 9)):
        for number in others:
            hall.bid(number)
        assert seen(hall, client) == alone


def test_a_receipt_is_its_own_organisations_alone(hall, client):
    sign_in_and_bid(hall, client)
    code = Receipt.objects.get().code

    own = client.get(f"/bids/receipt/{code}/receipt.json")
    sign_in(client, hall.bidder(2))
    other = [client.get(f"/bids/receipt/{code}/{end}").status_code for end in ("", "receipt.json")]

    assert own.content.decode() == Receipt.objects.get().signed
    assert other == [404, 404]


def test_no_receipt_is_not_submitted_in_those_words(hall, client, number):
    party = taken(hall, 1)
    hall.before_close(minutes=60)
    hall.bid(1)
    sign_in(client, party)

    english = client.get(f"/en/bids/t/{number}/").content.decode()

    assert "Not submitted: no receipt yet" in english
    assert "No receipt means not submitted." in english
    assert "Counts now" in english


def test_a_question_comes_back_with_a_code_and_without_a_number(hall, client, number):
    party = sign_in(client, taken(hall, 1)) and hall.bidder(1)

    empty = client.post(f"/en/bids/t/{number}/ask/", {"text": ""})
    client.post(f"/en/bids/t/{number}/ask/", {"text": "What is the site’s height?"})
    question = Question.objects.get(asker=party.id)
    page = client.get(f"/en/bids/t/{number}/").content.decode()
    client.post(f"/en/bids/t/{number}/questions/{question.pk}/end/")

    assert empty.status_code == 422
    assert "1 thing to put right" in empty.content.decode()
    assert question.code in page
    assert Question.objects.get().state == "withdrawn"


def test_an_objection_too_late_is_refused_with_the_rule(hall, client, number, settings):
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    sign_in(client, taken(hall, 1))
    hall.before_close(days=9)

    page = client.get(f"/en/bids/t/{number}/").content.decode()

    assert "The time for objections to the documents is over" in page
    assert not Objection.objects.exists()


def test_nothing_unknown_is_found(hall, client):
    sign_in(client, hall.bidder(1))

    for address in (
        "/bids/t/000000-GC-2026-00001/",
        "/bids/lot/000000-GC-2026-00001-01/seal/",
        f"/bids/documents/{UUID(int=1)}/",
        "/bids/receipt/0000-00000/",
    ):
        assert client.get(address).status_code == 404


def test_a_stale_bid_says_that_it_must_be_submitted_again(hall, client, number):
    sign_in_and_bid(hall, client)
    Bid.objects.update(state="stale", ended_at=hall.clock.now)

    page = client.get(f"/en/bids/t/{number}/").content.decode()

    assert "Must be submitted again" in page
    assert "it will not count" in page


def test_decrypting_is_one_button_with_the_minutes_left(client, monkeypatch, kept):
    hall = kept(build.hall, panel=Panel(t=2, n=3, factor=True))
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    handed = hall.bids(3)
    hall.close()
    sign_in(client, handed[0].party)
    address = f"/en/bids/lot/{hall.lot.number}/opening/"

    asked = client.get(address)
    body = {"policy": hall.lot.policy, "bid": handed[0].bid.ev}
    body["factors"] = [{"e": secret.e, "b": secret.b.hex()} for secret in handed[0].sealed.secrets]
    signed = build.signed(handed[0].party, "factor", bodies.body("factor", **body))
    bid = f"/api/v1/bidding/bids/{handed[0].bid.pk}/factor"
    given = client.post(bid, signed, content_type="application/json")
    done = client.get(address).content.decode()

    whole(asked, "en")
    text = asked.content.decode()
    assert "The platform says: your bid is in the closed set" in text
    assert "Decrypt my bid" in text
    assert "Time left to decrypt" in text
    assert "treated as revoked" in text
    assert given.status_code == 204
    assert "Decryption factor received" in done
    assert "Decrypt my bid" not in done


def test_a_bidder_missing_in_the_set_may_object_with_its_receipt(client, monkeypatch, kept):
    hall = kept(build.hall)
    monkeypatch.setattr(clock, "now", lambda: hall.clock.now)
    handed = hall.bids(4)
    bidders.withdraw(hall.one, handed[0], at=hall.clock.now)
    hall.cut()
    hall.close()
    sign_in(client, handed[0].party)

    text = client.get(f"/en/bids/lot/{hall.lot.number}/opening/").content.decode()

    assert "No bid of yours is in the closed set" in text
    assert "Object to the closed set" in text
