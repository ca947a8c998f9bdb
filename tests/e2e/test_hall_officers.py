"""Three officers open a small tender in their browsers: checks, one press, promise, release, both envelopes.

Several people act at once, each in a transaction of their own: PostgreSQL answers this.
"""

import json
import secrets

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.actors import SYSTEM
from accounts.models import Person
from bidding import services
from bidding.models import Release, ReleaseCommit, Result
from bidding.rehearsal.key_files import officer_backup_of, passphrase_from
from tests import builders_bidding as build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
CHECKS = 7
WIDER = """() => [...document.querySelectorAll('body *')].filter((one) =>
  document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120))"""
PASSPHRASE = passphrase_from(bytes(range(16)))


@pytest.fixture
def hall(monkeypatch, settings, tmp_path):
    """A small tender whose set check is over; pages live in its time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = build.hall()
    made.bids(3)
    made.close()
    made.check()
    monkeypatch.setattr("kernel.clock.now", lambda: made.clock.now)
    return made


def place(hall, rest="officer/", language="en"):
    prefix = f"/{language}" if language == "en" else ""
    return f"{prefix}/hall/{hall.lot.tender.number}/{hall.lot.no}/{rest}"


def enter(page, base, email):
    """Bring a session of somebody who has just proved who they are."""
    client = Client()
    client.force_login(Person.objects.get(email=email))
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 4_000_000_000}]
    session.save()
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": session.session_key, "url": base}])


def backup(hall, seat, tmp_path):
    file = tmp_path / f"officer-{seat.i}.json"
    at = {"tender": hall.lot.tender.reference, "lot": hall.lot.code, "i": seat.i}
    org = seat.party.organisation.code
    file.write_bytes(
        officer_backup_of(
            seat.signer, seat.secret, seat=at, org=org, passphrase=PASSPHRASE, random=secrets.token_bytes
        )
    )
    return file


def sit(hall, seat, page, base, tmp_path):
    """Sign in, go to the own seat, bring the key."""
    enter(page, base, seat.party.email)
    page.goto(base + place(hall))
    page.wait_for_selector("html[data-ready=seat]")
    page.set_input_files("#seat-file", backup(hall, seat, tmp_path))
    page.wait_for_selector("#seat-here:not([hidden])")
    page.wait_for_function("() => document.querySelector('#seat-verdict').textContent.endsWith('.')")
    assert page.locator("#seat-checks .is-done").count() == CHECKS, page.inner_text("#checks ~ *, main")
    return page


def press(page):
    page.fill("#seat-passphrase", PASSPHRASE)
    page.click("#seat-release")


def wait_for_rows(page, model, count, **wanted):
    for _ in range(600):
        if model.objects.filter(**wanted).count() >= count:
            return
        page.wait_for_timeout(100)
    raise TimeoutError(page.inner_text("main"))


def test_three_officers_open_a_tender(hall, live_server, new_context, tmp_path, axe):
    base, pages = live_server.url, []
    for seat in hall.one.seats:
        pages.append(sit(hall, seat, new_context().new_page(), base, tmp_path))
    first = pages[0]
    assert "What you release is all 3 bids; you cannot choose." in first.inner_text("main")
    assert first.inner_text("#seat-verdict") == "All checks hold on this device."
    assert not axe(first)
    for width in (390, 320):
        first.set_viewport_size({"width": width, "height": 800})
        assert first.evaluate(WIDER) == []

    for page in pages:
        press(page)
    for e in (0, 1):
        wait_for_rows(first, ReleaseCommit, 3, envelope=e)
        hall.cut()
        wait_for_rows(first, Release, 3, envelope=e)
        hall.cut()
        services.results_publish(lot_id=hall.lot.pk, envelope=e, actor=SYSTEM, at=hall.clock.now)
        hall.cut()
    for page in pages:
        page.wait_for_selector("html[data-ready=released]", timeout=60_000)

    assert "Done. All your releases are in the log." in first.inner_text("#seat-log")
    assert Result.objects.filter(lot=hall.lot).count() == 2
    watching = new_context().new_page()
    watching.goto(f"{base}/en/n/{hall.lot.tender.number}/hall/1")
    assert watching.inner_text("h1") == "Reading out: 3 bids, 3 opened"
    assert not axe(watching)
    hall.end()
    assert build.faults(hall.judged(tmp_path)) == []


def test_device_refuses_with_another_seat_s_key_and_a_wrong_passphrase(hall, live_server, page, tmp_path):
    mine, other = hall.one.seats[:2]
    enter(page, live_server.url, mine.party.email)
    page.goto(live_server.url + place(hall))
    page.wait_for_selector("html[data-ready=seat]")
    page.set_input_files("#seat-file", backup(hall, other, tmp_path))
    page.wait_for_selector("#seat-none .sl-bad")
    page.set_input_files("#seat-file", backup(hall, mine, tmp_path))
    page.wait_for_selector("#seat-here:not([hidden])")
    page.fill("#seat-passphrase", "0000-0000-0000-0000")
    page.click("#seat-release")
    page.wait_for_selector("#seat-problem .sl-bad")

    assert "does not open this key" in page.inner_text("#seat-problem")
    assert not ReleaseCommit.objects.exists()


def test_device_refuses_a_log_that_is_not_the_one_it_saw(hall, live_server, page, tmp_path):
    seat = hall.one.seats[0]
    sit(hall, seat, page, live_server.url, tmp_path)
    page.evaluate(
        """async () => {
          const { lastingMemory } = await import('/static/js/officer/memory.js');
          const anchors = await (await fetch(JSON.parse(document.getElementById('seat-data').textContent).anchors)).json();
          await (await lastingMemory()).put(`log/${anchors.log.origin}`, { size: 8, root: 'ab'.repeat(32) });
        }"""
    )
    page.reload()
    page.wait_for_selector("html[data-ready=seat]")

    assert page.locator("[data-check=continues].is-bad").count() == 1
    assert "refuses to release" in page.inner_text("#seat-verdict")
    press(page)
    page.wait_for_selector("#seat-problem .sl-bad")
    assert not ReleaseCommit.objects.exists()


def test_offline_tool_opens_with_the_downloaded_pack(hall, live_server, page, tmp_path):
    """The pack of the page, the tool on another machine, two files handed in."""
    from protocol.cli import main

    seats, base = hall.one.seats, live_server.url
    hall_keys = tmp_path / "held"
    hall_keys.mkdir()
    (hall_keys / "sign.pem").write_bytes(seats[0].signer.save())
    (hall_keys / "open.hex").write_text(seats[0].secret.hex())
    (tmp_path / "anchors.json").write_bytes(hall.anchors())
    enter(page, base, seats[0].party.email)
    page.goto(base + place(hall))
    with page.expect_download() as waiting:
        page.locator("#offline ~ ol a, section[aria-labelledby=offline] a").first.click()
    waiting.value.save_as(tmp_path / "pack.json")
    words = ["open", "--pack", str(tmp_path / "pack.json"), "--anchors", str(tmp_path / "anchors.json")]
    words += ["--keys", str(hall_keys), "--seat", "1", "--envelope", "0", "--out", str(tmp_path / "out")]
    assert main(words) == 0

    page.set_input_files("#id_file", tmp_path / "out" / "release-commit.json")
    page.get_by_role("button", name="Hand in release-commit.json").click()
    page.wait_for_selector("text=Promised.")
    kept = build.openings.promise(hall.one, seats[1:], 0, at=hall.clock.now)
    hall.cut()
    page.set_input_files("#id_file", tmp_path / "out" / "release.json")
    page.get_by_role("button", name="Hand in release.json").click()
    page.wait_for_selector("text=Released.")

    released = Release.objects.get(lot=hall.lot)
    assert len(kept) == 2
    assert released.entry.body == json.loads((tmp_path / "out" / "release.json").read_text())["body"]
