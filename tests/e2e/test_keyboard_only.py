"""What binds, with the keyboard alone: Tab, Shift-Tab, Enter, Space, arrows and typing; no pointer is ever used."""

import re

import pytest

from bidding.models import ReleaseCommit
from tests.e2e.keyboard import Keyboard, no_pointer
from tests.e2e.test_bidder_factor import FactorClerk, factor  # noqa: F401 - a fixture
from tests.e2e.test_bidder_seal import READY, WAIT
from tests.e2e.test_hall_officers import PASSPHRASE, backup, enter, hall, place  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs_browser
PRICE = "2,345,678.90"


@pytest.mark.django_db(transaction=True)
@pytest.mark.needs_postgres
def test_an_officer_releases_without_a_pointer(hall, live_server, page, tmp_path):  # noqa: F811
    seat, keys = hall.one.seats[0], Keyboard(page)
    no_pointer(page)
    page.set_default_timeout(READY)
    enter(page, live_server.url, seat.party.email)
    page.goto(live_server.url + place(hall))
    page.wait_for_selector("html[data-ready=seat]")

    keys.to("seat-file").chooses(backup(hall, seat, tmp_path))
    page.wait_for_selector("#seat-here:not([hidden])")
    keys.to("seat-passphrase").types(PASSPHRASE)
    keys.to("seat-release").press("Space")
    page.wait_for_selector("#seat-log li:has-text('Promised.')", timeout=WAIT)

    assert ReleaseCommit.objects.filter(lot=hall.lot).count() == 1
    assert page.evaluate("window.pointed") == 0
    assert not keys.faults


@pytest.fixture
def clerk(served, new_context, tmp_path, factor):  # noqa: F811
    """A clerk whose pointer is counted from here on; her page is the tender's."""
    found = FactorClerk(served, new_context(), tmp_path, factor)
    no_pointer(found.page)
    found.number = factor["number"]
    found.open(f"/bids/t/{found.number}/", "desk")
    return found


def put_right(keys, clerk):
    """Pressing too early: the focus goes to the summary, whose links lead to the fields."""
    keys.to("go").press("Enter")
    keys.stands_at("errors")
    told = keys.page.locator("#errors-list a").all_inner_texts()
    keys.press("Tab").press("Enter")
    keys.stands_at("price")
    assert told[0] in keys.page.locator("#price-bad").inner_text()
    assert "price-bad" in keys.page.get_attribute("#price", "aria-describedby")
    keys.types(PRICE)


def fill(keys, clerk):
    """The fields, two files of which one is taken out again, the key from its backup file, the tick."""
    keys.to("manager").types("周某某 一级建造师")
    keys.to("file-1").chooses(*clerk.files(100_000))
    keys.to(words="Remove technical.pdf")
    keys.to(words="Remove boq.xlsx").press("Enter")
    keys.stands_at("file-1").to(words="Remove technical.pdf")
    keys.to("key-file").chooses(clerk.tmp / "factor-key.json")
    keys.page.wait_for_selector("#key-here:not([hidden])")
    keys.stands_at("key-passphrase").types("0000-0000-0000-0000")
    keys.to("key-choice", back=True).press("ArrowDown")
    keys.to("sure").press("Space")
    assert keys.page.is_checked("#sure")


def read_back(keys, clerk):
    """The self-copy saved, its passphrase typed from the paper, and the page lets go."""
    keys.to("back").press("Enter")
    assert "has not been read back" in keys.page.locator("#copy-problem").inner_text()
    keys.stands_at("copy-save")
    with keys.page.expect_download() as waiting:
        keys.press("Enter")
    copy = clerk.tmp / "self-copy.json"
    waiting.value.save_as(copy)
    keys.page.wait_for_selector("#copy-prove:not([hidden])")
    keys.stands_at("copy-file").chooses(copy)
    keys.to("copy-typed").types(keys.page.locator("#copy-passphrase").inner_text())
    keys.to("copy-read").press("Space")
    keys.page.wait_for_selector("html[data-copied]")
    assert "You may leave this page" in keys.page.locator("#copy-said[role=status]").inner_text()


def test_a_bidder_seals_submits_and_keeps_the_copy_without_a_pointer(clerk):
    page, keys = clerk.page, Keyboard(clerk.page)

    keys.to(words="Take the documents").press("Enter")
    page.wait_for_selector("main .sl-files a")
    keys.to(words="Seal and submit a bid").press("Enter")
    page.wait_for_selector("html[data-ready=seal]")
    put_right(keys, clerk)
    fill(keys, clerk)
    keys.to("go").press("Enter")
    page.wait_for_selector("#key-problem .sl-bad")
    keys.stands_at("key-passphrase").types(clerk.secret["passphrase"]).press("Enter")
    page.wait_for_selector("#progress:not([hidden])")
    page.wait_for_selector("html[data-submitted]", timeout=WAIT)
    keys.stands_at("headline")
    with page.expect_download() as receipt:
        keys.to("receipt-save").press("Enter")
    read_back(keys, clerk)

    assert re.fullmatch(r"receipt-[0-9A-Z]{4}-[0-9A-Z]{5}\.json", receipt.value.suggested_filename)
    assert page.evaluate("window.pointed") == 0
    keys.to("back").press("Enter")
    page.wait_for_url(f"**/bids/t/{clerk.number}/")
    assert page.get_by_text("Counts now").count() == 1
    assert not keys.faults
