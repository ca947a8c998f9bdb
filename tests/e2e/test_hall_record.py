"""Reading and signing in browsers: the reader presses, the wall follows by itself, three people sign, it closes.

SUNLIT_SHOTS names a directory for pictures of every page, in both languages and widths.
"""

import os
import secrets
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from bidding.models import LineRead, Opening, RecordSignature
from bidding.rehearsal import hosts
from bidding.rehearsal.key_files import backup_of, passphrase_from
from bidding.states import HostSeat
from tests import builders_bidding as build
from tests.e2e.test_hall_officers import WIDER, enter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
PASSPHRASE = passphrase_from(bytes(range(16)))
SHOTS = os.environ.get("SUNLIT_SHOTS", "")
WIDTHS = (1280, 390, 320)


@pytest.fixture
def hall(monkeypatch, settings, tmp_path):
    """A small tender whose prices are open; pages live in its time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = build.hall()
    made.bids(3)
    made.opened()
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    return made


def place(hall, rest, language="en"):
    prefix = f"/{language}" if language == "en" else ""
    return f"{prefix}/hall/{hall.lot.tender.number}/{hall.lot.no}/{rest}"


def public(hall, rest, language="en"):
    prefix = f"/{language}" if language == "en" else ""
    return f"{prefix}/n/{hall.lot.tender.number}/{rest}"


def look(page, base, path_of, name, axe):
    """A page in both languages: axe finds nothing, no width scrolls sideways."""
    for language in ("zh", "en"):
        page.goto(base + path_of(language))
        assert not axe(page), (name, language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) == [], (name, language, width)
            if SHOTS and width != 320:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def bring_key(page, base, party, tmp_path):
    """Restore the organisation's key in this browser from its backup file, as its holder would."""
    file = tmp_path / f"{party.actor.person}.json"
    file.write_bytes(
        backup_of(
            party.signer,
            org=party.organisation.code,
            label="hall",
            passphrase=PASSPHRASE,
            random=secrets.token_bytes,
        )
    )
    with translation.override("en"):
        page.goto(base + reverse("accounts:keys"))
    page.wait_for_selector("html[data-ready=keys]")
    page.evaluate("() => document.getElementById('restore').closest('details')?.setAttribute('open', '')")
    page.set_input_files("#restore-file", file)
    page.fill("#restore-passphrase", PASSPHRASE)
    page.locator("#restore [type=submit]").click()
    expect(page.locator("#restore-said")).not_to_be_empty()


def test_lines_are_read_on_the_wall_and_the_record_is_signed_and_closed(
    hall, live_server, new_context, tmp_path, axe
):
    base, seats = live_server.url, hosts.seats(hall.one, hall.registry, at=hall.clock.now)
    wall = new_context().new_page()
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.goto(base + public(hall, "hall/1/wall"))
    chair = new_context().new_page()
    enter(chair, base, seats[HostSeat.CHAIR].email)
    chair.goto(base + place(hall, "reader/"))
    chair.wait_for_selector("html[data-ready=reader]")
    assert wall.locator("button, form, a:not(.sl-skip)").count() == 0
    for number in (1, 2, 3):
        name = chair.locator("#line-who").inner_text().split(". ", 1)[1]
        chair.click("form .btn-primary")
        expect(wall.locator(".sl-screen-who")).to_have_text(name, timeout=15_000)
        expect(wall.locator(".sl-screen-no")).to_have_text(f"Line {number} of 3")
    tall = wall.locator(".sl-screen-price").evaluate("e => e.getBoundingClientRect().height / innerHeight")
    assert tall > 0.1  # a hand high on a screen of one metre
    assert LineRead.objects.count() == 3

    for seat, party in seats.items():
        page = new_context().new_page()
        enter(page, base, party.email)
        bring_key(page, base, party, tmp_path)
        page.goto(base + place(hall, f"record/{seat.value}/"))
        page.wait_for_selector("#sign-here:not([hidden])")
        page.fill("#sign-passphrase", PASSPHRASE)
        page.click("#sign-button")
        page.wait_for_url(f"**{place(hall, 'chair/')}")
        page.close()
    assert RecordSignature.objects.count() == 3
    chair.goto(base + place(hall, "chair/"))
    chair.get_by_role("button", name="Close and publish the record").click()
    expect(chair.locator("main")).to_contain_text("The record is closed and public.")
    assert Opening.objects.get().state == "recorded"


def test_every_place_of_the_hall_reads_well(hall, live_server, new_context, axe):
    base = live_server.url
    page = new_context().new_page()
    for name in ("wall", ""):
        look(
            page,
            base,
            lambda language, n=name: public(hall, f"hall/1/{n}".rstrip("/"), language),
            f"hall-{name}",
            axe,
        )
    enter(page, base, hall.one.owner.email)
    for name in ("chair/", "roll/", "reader/", "record/chair/"):
        look(page, base, lambda language, n=name: place(hall, n, language), name.replace("/", "-"), axe)
    enter(page, base, hall.handed[0].party.email)
    look(page, base, lambda language: place(hall, "mine/", language), "mine", axe)
    hall.end()
    page.context.clear_cookies()
    look(page, base, lambda language: public(hall, "opening/1", language), "record", axe)
