"""The public hall: where it stands, what it tells, and what it never tells."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actors import SYSTEM
from bidding import services
from bidding.models import OpeningObjection
from tests import builders_bidding as build
from tests.web.html import Page

pytestmark = pytest.mark.django_db
FACTOR = build.Panel(t=2, n=3, factor=True)


@pytest.fixture
def at(monkeypatch):
    """Let pages live in the time of a hall."""

    def go(hall):
        monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)

    return go


def address(hall, name="hall"):
    with translation.override("en"):
        return reverse(f"bidding:{name}", args=[hall.lot.tender.number, hall.lot.no])


def seen(hall, client=None, name="hall"):
    response = (client or Client()).get(address(hall, name))
    assert response.status_code == 200
    return response.content.decode()


def title(text):
    return re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)[1]


def test_hall_reads_out_in_the_order_of_the_set_and_never_by_price(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(4)
    hall.opened()

    text = seen(hall)

    assert title(text) == "Reading out: 4 bids, 4 opened"
    places = {handed.bid.ev: text.index(f">{handed.party.organisation.name}</th>") for handed in hall.handed}
    assert sorted(places, key=places.get) == sorted(places)
    assert not Page(text).problems


def test_hall_titles_follow_the_opening(at, kept):
    hall = kept(build.hall, panel=FACTOR)
    at(hall)
    assert title(seen(hall)) == "Sealed bids are taken until the deadline"
    hall.bids(3)
    hall.deadline()
    assert title(seen(hall)) == "The deadline has passed; the time sources are being asked"
    services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=hall.clock.now)
    hall.cut(3)
    assert title(seen(hall)) == "Tenderers give their opening factors"
    hall.check()
    assert title(seen(hall)) == "The officers are asked to release"
    hall.release(0)
    assert title(seen(hall)) == "The officers release"
    services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
    assert title(seen(hall)) == "The officers release"
    hall.cut()
    assert title(seen(hall)) == "Reading out: 3 bids, 3 opened"


def test_nothing_is_named_or_counted_before_the_first_envelope_is_open(at, kept):
    hall = kept(build.hall, panel=FACTOR)
    at(hall)
    hall.bids(3)
    steps = [lambda: None, hall.close, hall.check, lambda: hall.release(0)]

    for step in steps:
        step()
        for name in ("hall", "hall-part"):
            text = seen(hall, name=name)
            for handed in hall.handed:
                assert handed.party.organisation.name not in text
                assert handed.party.organisation.code not in text
                assert handed.bid.ev not in text
            assert "sl-price" not in text


@pytest.mark.parametrize("panel", [build.SMALL, FACTOR])
def test_hall_is_the_same_with_three_and_with_seven_bids_until_the_reading(at, panel, kept):
    one = kept(build.hall, panel=panel)
    other = build.hall(panel=panel, beside=one)
    at(one)
    one.before_close(minutes=60)
    for hall, count in ((one, 3), (other, 7)):
        for number in range(1, count + 1):
            hall.bid(number)
    one.cut()
    one.deadline()
    for hall in (one, other):
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=one.clock.now)
    one.cut(3)

    assert masked(seen(one), one) == masked(seen(other), other)


def masked(text, hall):
    text = text.replace(hall.lot.tender.number, "NUMBER")
    text = re.sub(r"[0-9a-f]{12,}", "HEX", text)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_after_too_few_bids_the_hall_tells_nothing(at, count, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(count)
    hall.close()

    text = seen(hall)

    assert title(text) == "Unsuccessful: fewer bids than the law asks for"
    assert "stays sealed for good" in text
    for handed in hall.handed:
        assert handed.party.organisation.name not in text


def test_too_few_is_the_same_page_for_none_one_and_two(at, kept):
    first = kept(build.hall)
    halls = [first, build.hall(beside=first), build.hall(beside=first)]
    at(first)
    first.before_close(minutes=60)
    for count, hall in enumerate(halls):
        for number in range(1, count + 1):
            hall.bid(number)
    first.cut()
    first.deadline()
    for hall in halls:
        services.lot_close(lot_id=hall.lot.pk, actor=SYSTEM, at=first.clock.now)

    pages = {masked(seen(hall), hall) for hall in halls}

    assert len(pages) == 1


def test_part_answers_304_until_something_happens(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    client = Client()
    first = client.get(address(hall, "hall-part"))
    again = client.get(address(hall, "hall-part"), headers={"If-None-Match": first["ETag"]})
    hall.close()
    later = client.get(address(hall, "hall-part"), headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, later.status_code) == (200, 304, 200)
    assert first["ETag"] != later["ETag"]
    assert again.content == b""


def test_reading_survives_a_pause_and_says_so(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.opened()
    services.opening_pause(lot_id=hall.lot.pk, code="power", note="停电", actor=SYSTEM, at=hall.clock.now)

    text = seen(hall)

    assert title(text) == "Opening paused"
    assert hall.handed[0].party.organisation.name in text
    assert "Power cut: 停电" in text


def test_bid_without_factor_is_shown_as_not_decrypted(at, kept):
    hall = kept(build.hall, panel=FACTOR)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check(factors=False)
    hall.reveal(0)

    text = seen(hall)

    assert title(text) == "Reading out: 3 bids, 0 opened"
    assert text.count("whose cause it was") == 3


def test_who_objects_is_told_with_the_names(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.close()
    hall.check()
    party = hall.handed[0].party
    services.opening_object(lot_id=hall.lot.pk, text="封套有破损", actor=party.actor, at=hall.clock.now)
    before = seen(hall)
    hall.reveal(0)
    after = seen(hall)

    assert "封套有破损" in before
    assert party.organisation.name not in before
    assert f"{party.organisation.name}</span></dt>" in after
    assert OpeningObjection.objects.count() == 1


@pytest.mark.parametrize("number", ["no-such-number", "350100-GC-2026-99999"])
def test_hall_of_nothing_is_not_found(number):
    assert Client().get(f"/n/{number}/hall/1").status_code == 404


def test_stream_tells_who_cannot_hold_it_open_to_ask_instead(at, kept):
    hall = kept(build.hall)
    at(hall)

    assert Client().get(f"/live/hall/{hall.lot.tender.number}/1").status_code == 204


def test_record_leads_to_the_hall_and_holds_a_block_to_sign(at, kept):
    hall = kept(build.hall)
    at(hall)
    hall.bids(3)
    hall.close()
    address_ = f"/en/n/{hall.lot.tender.number}/opening/1"
    before = Client().get(address_).content.decode()
    hall.check()
    hall.reveal(0)
    hall.reveal(1)
    hall.end()
    after = Client().get(address_).content.decode()

    assert f"/n/{hall.lot.tender.number}/hall/1" in before
    assert "Signatures of those present" not in before
    assert "Signatures of those present" in after
    assert not Page(after).problems
