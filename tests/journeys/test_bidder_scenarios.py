"""Scenarios of bidders (journeys, section 12): 7, 13, 19, 23, with the sentences on screen in both languages."""

import secrets
import time
from datetime import timedelta

import pytest
from django.conf import settings

from accounts.actors import SYSTEM
from accounts.models import Outbox
from bidding import services
from bidding.models import Bid, Release, Result
from bidding.rehearsal.key_files import backup_of, passphrase_from
from kernel.errors import DomainError
from tests import builders_bidding as build
from tests.bidding.conftest import own_installation  # noqa: F401 - keys, witness and store of each test's own
from tests.journeys import bidder
from tests.journeys.bidder import LANGUAGES, read, receipts, says, screen
from trading.models import DocumentTaker
from trading.services import documents_take, reminders_send

TOO_FEW = (
    "投标人少于三个，依法不得开标",
    "Fewer than three bidders: by law there is no opening",
)
AFTERWARDS = (
    "在贵单位投标递交之后；该投标有效，照常开标。",
    "after your bid was sealed. The bid stands and is opened as usual.",
)
SECRET = "开标前依法保密"
TEN_MINUTES = 600


@pytest.fixture
def hall(monkeypatch, db):
    return bidder.follow_clock(build.hall(), monkeypatch)


def test_scenario_7_with_twelve_takers_no_page_message_or_id_tells_a_name_or_a_number(hall):
    """The pages, address by address, are walked in tests/web/test_leak_walk.py; here the twelve and what they get."""
    parties = [hall.bidder(number) for number in range(1, 13)]
    for party in parties:
        documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    codes = list(DocumentTaker.objects.order_by("at", "pk").values_list("code", flat=True))
    names = [party.organisation.name for party in parties]
    reminders_send(at=hall.one.close_at - timedelta(hours=2))

    assert len(set(codes)) == 12
    assert codes != sorted(codes)
    words = {str(row.data) for row in Outbox.objects.filter(event="receipt_reminder")}
    assert len(words) == 1
    officers = [screen(seat.party.actor) for seat in hall.one.seats]
    for client in (screen(hall.one.owner.actor), screen(hall.one.supervisor.actor), *officers):
        for page in (f"/n/{hall.lot.tender.number}", f"/n/{hall.lot.tender.number}/hall/{hall.lot.no}"):
            for language in LANGUAGES:
                text = read(client, page, language)
                assert not [name for name in names if name in text]
                assert not [code for code in codes if code in text]
    others = Outbox.objects.exclude(organisation__in=[party.id for party in parties])
    assert not [row for row in others if any(name in str(row.data) for name in names)]
    says(
        screen(hall.one.owner.actor), "/account/asked/", SECRET, "Secret by law until opening, for everyone."
    )


def test_scenario_19_a_certificate_that_expires_between_sealing_and_opening_costs_nothing(hall, tmp_path):
    party = hall.bidder(1)
    documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    ends = hall.one.close_at - timedelta(minutes=30)
    bidder.bound(party, ends=ends, at=hall.clock.now)
    hall.bids(3)
    hall.opened()
    hall.end()

    assert Bid.objects.get(organisation=party.organisation).state == "opened"
    assert build.faults(hall.judged(tmp_path)) == []
    says(screen(party.actor), f"/bids/t/{hall.lot.tender.number}/", *AFTERWARDS)


def test_scenario_23_two_bids_at_t_are_never_opened_and_the_notice_names_nobody(hall):
    parties = [hall.bidder(number) for number in (1, 2)]
    for party in parties:
        documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    hall.before_close(minutes=60)
    for number in (1, 2):
        hall.bid(number)
    receipts(hall)
    hall.close()

    seat = f"/hall/{hall.lot.tender.number}/{hall.lot.no}/officer"
    for officer in hall.one.seats:
        assert screen(officer.party.actor).get(f"{seat}/pack.json").status_code == 403
    services.openings_drive(at=hall.clock.now)
    assert not Release.objects.exists()
    with pytest.raises(DomainError):
        services.results_publish(lot_id=hall.lot.pk, envelope=0, actor=SYSTEM, at=hall.clock.now)
    assert not Result.objects.exists()
    assert {bid.state for bid in Bid.objects.all()} == {"sealed_for_good"}
    notice, place = f"/n/{hall.lot.tender.number}", f"/n/{hall.lot.tender.number}/hall/{hall.lot.no}"
    owner = screen(hall.one.owner.actor)
    says(owner, notice, *TOO_FEW)
    for page in (notice, place):
        for language in LANGUAGES:
            text = read(owner, page, language)
            assert not [party for party in parties if party.organisation.name in text]
    told = Outbox.objects.filter(event="tender_unsuccessful", channel="site")
    assert {row.organisation_id for row in told} == {party.id for party in parties}
    assert len({str(row.data) for row in told}) == 1


@pytest.mark.needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "sentence"), [("zh-hans", "您的密钥能打开"), ("en", "Your key opens.")])
def test_scenario_13_a_clerk_with_a_phone_rehearses_and_sees_the_own_dummy_opened(
    live_server, new_context, monkeypatch, tmp_path, language, sentence
):
    hall = bidder.follow_clock(build.hall(), monkeypatch)
    party = hall.bidder(1)
    documents_take(tender_id=hall.lot.tender_id, actor=party.actor, at=hall.clock.now)
    passphrase = passphrase_from(secrets.token_bytes(16))
    backup = tmp_path / "key.json"
    backup.write_bytes(
        backup_of(
            party.signer,
            org=party.organisation.code,
            label="phone",
            passphrase=passphrase,
            random=secrets.token_bytes,
        )
    )
    page = phone(live_server, new_context, party)
    begun = time.monotonic()
    page.goto(f"{live_server.url}{LANGUAGES[language]}/bids/lot/{hall.lot.number}/rehearse/")
    page.wait_for_selector("html[data-ready=rehearse]")
    page.set_input_files("#key-file", str(backup))
    page.fill("#key-passphrase", passphrase)
    page.click("#form button[type=submit]")
    page.wait_for_selector("html[data-rehearsed]", timeout=120_000)

    assert sentence in page.inner_text("main")
    assert "1,234,567.89" in page.inner_text("#opened") or "1234567.89" in page.inner_text("#opened")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert time.monotonic() - begun < TEN_MINUTES
    assert not Bid.objects.exists()


def phone(live_server, new_context, party):
    """A telephone on which this clerk is signed in."""
    client = screen(party.actor)
    context = new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page
