"""密封检查 in browsers (法36, A12): a device proves its own receipt in the closed set, or raises the alarm that halts.

SUNLIT_SHOTS names a directory for pictures of every page, in both languages and widths.
"""

import os
import secrets
from pathlib import Path

import pytest

from accounts.models import Person
from bidding.models import Bid, Receipt, ReleaseCommit, SealCheck, SetObjection
from bidding.rehearsal.key_files import backup_of, passphrase_from
from tests import builders_bidding as build
from tests.bidding.test_closed_set import close_without
from tests.bidding.test_set_check import member
from tests.e2e.test_hall_officers import WIDER, backup, enter, place, press

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
PASSPHRASE = passphrase_from(bytes(range(16)))
SHOTS = os.environ.get("SUNLIT_SHOTS", "")
STEPS = 6


@pytest.fixture
def hall(monkeypatch, settings, tmp_path):
    """A small tender with its bids; pages live in its time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = build.hall()
    made.bids(4)
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    return made


def own(hall, language="en"):
    prefix = f"/{language}" if language == "en" else ""
    return f"{prefix}/bids/lot/{hall.lot.number}/opening/"


def checked(hall, handed, page, base):
    """The page of one's own part, once the device has judged."""
    enter(page, base, handed.party.email)
    page.goto(base + own(hall))
    page.wait_for_selector("html[data-ready=opening][data-seal]")
    return page


def look(page, base, hall, name, axe):
    """In both languages and widths: nothing wider than the screen, nothing axe finds."""
    for language in ("zh", "en"):
        page.goto(base + own(hall, language))
        page.wait_for_selector("html[data-ready=opening][data-seal]")
        assert not axe(page), (name, language)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) == [], (name, language, width)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{width}.png"), full_page=True)


def test_a_device_finds_its_own_receipt_and_says_so(hall, live_server, page, tmp_path, axe):
    hall.close()
    hall.check()
    handed = hall.handed[1]
    checked(hall, handed, page, live_server.url)

    assert page.get_attribute("html", "data-seal") == "found"
    assert page.locator("#seal-checks .is-done").count() == STEPS, page.inner_text("main")
    assert "Proved by this device itself" in page.inner_text("#seal-verdict")
    page.wait_for_selector("html[data-sealed=told]")
    assert SealCheck.objects.get().bid_id == handed.bid.pk
    root = hall.opening.set_root
    assert root in page.inner_text("#seal-facts").replace(" ", "")
    look(page, live_server.url, hall, "seal-found", axe)
    page.goto(f"{live_server.url}/en/n/{hall.lot.tender.number}/hall/1")
    assert root in page.inner_text("main").replace(" ", "")


def test_a_colleague_without_the_power_to_seal_checks_too_and_is_told_who_objects(
    hall, live_server, page, axe
):
    """法36: who stands in the hall for the bidder need not be the one who may sign for it."""
    hall.close()
    hall.check()
    handed = hall.handed[1]
    helper = member(hall, handed, 7003)
    enter(page, live_server.url, Person.objects.get(pk=helper.person).email)
    page.goto(live_server.url + own(hall))
    page.wait_for_selector("html[data-ready=opening][data-seal]")

    assert page.get_attribute("html", "data-seal") == "found", page.inner_text("main")
    page.wait_for_selector("html[data-sealed=told]")
    assert SealCheck.objects.get().bid_id == handed.bid.pk
    assert page.locator("#objection").count() == 0
    assert "an objection is signed by somebody of your organisation" in page.inner_text("#objection-by")
    look(page, live_server.url, hall, "seal-by-a-colleague", axe)


def test_a_receipt_file_counts_more_than_what_the_platform_keeps(hall, live_server, page, tmp_path):
    """The platform that lost row and receipt is caught by the file in the bidder's drawer (scenario 17)."""
    victim, other = hall.handed[:2]
    close_without(hall, victim)
    hall.check()
    file = tmp_path / "receipt.json"
    file.write_text(Receipt.objects.get(ev=victim.bid.ev).signed)
    forged = tmp_path / "forged.json"
    forged.write_text(file.read_text().replace('"leaf":', '"leaf":1'))
    checked(hall, other, page, live_server.url)
    assert page.get_attribute("html", "data-seal") == "found"

    page.locator("details:has(#seal-receipt) summary").click()
    page.set_input_files("#seal-receipt", str(file))
    page.wait_for_selector("html[data-seal=missing]")
    assert "ALARM" in page.inner_text("#seal-alarm")
    page.set_input_files("#seal-receipt", str(forged))
    page.wait_for_selector("html[data-seal=receipt]")
    assert "not a receipt of a bid for this lot that holds" in page.inner_text("#seal-alarm")


def test_a_bid_left_out_raises_the_alarm_and_halts_the_release(hall, live_server, new_context, tmp_path, axe):
    """A12: the platform omits a bid; its bidder's page alarms, officers' clients refuse, the hall reads it."""
    base, victim, seat = live_server.url, hall.handed[0], hall.one.seats[0]
    close_without(hall, victim)
    hall.check()
    page = checked(hall, victim, new_context().new_page(), base)
    assert page.get_attribute("html", "data-seal") == "missing"
    assert "ALARM" in page.inner_text("#seal-alarm")
    assert not SealCheck.objects.exists()
    look(page, base, hall, "seal-missing", axe)

    key = tmp_path / "key.json"
    org = victim.party.organisation.code
    key.write_bytes(
        backup_of(
            victim.party.signer, org=org, label="bidder", passphrase=PASSPHRASE, random=secrets.token_bytes
        )
    )
    page.set_input_files("#key-file", str(key))
    page.wait_for_selector("#key-here:not([hidden])")
    page.fill("#key-passphrase", PASSPHRASE)
    page.get_by_role("button", name="Object to the closed set").click()
    page.wait_for_selector("html[data-objected]")
    hall.cut(3)

    assert SetObjection.objects.get().grounded
    officer = new_context().new_page()
    enter(officer, base, seat.party.email)
    officer.goto(base + place(hall))
    officer.wait_for_selector("html[data-ready=seat]")
    officer.set_input_files("#seat-file", backup(hall, seat, tmp_path))
    officer.wait_for_selector("#seat-here:not([hidden])")
    officer.wait_for_selector("[data-check=objections].is-bad")
    assert officer.locator("[data-check=set].is-bad").count() == 1
    press(officer)
    officer.wait_for_selector("#seat-problem .sl-bad")
    assert not ReleaseCommit.objects.exists()
    watching = new_context().new_page()
    watching.goto(f"{base}/en/n/{hall.lot.tender.number}/hall/1")
    assert "A tenderer objected to the set" in watching.inner_text("main")


def test_a_forged_set_is_an_alarm_too(hall, live_server, page):
    """What the platform hands out is not believed: another list under the same signature is none."""
    hall.close()
    hall.check()
    rival = hall.handed[2].bid.ev

    def forge(route):
        answer = route.fetch()
        proof = answer.json()
        proof["close"]["body"]["bids"] = [row for row in proof["close"]["body"]["bids"] if row["ev"] != rival]
        route.fulfill(response=answer, json=proof)

    page.route("**/mine/set.json*", forge)
    checked(hall, hall.handed[1], page, live_server.url)

    assert page.get_attribute("html", "data-seal") == "unproven"
    assert page.locator("#seal-checks [data-check=log].is-bad").count() == 1
    assert Bid.objects.filter(state="in_set").count() == 4
