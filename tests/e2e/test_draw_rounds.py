"""A whole draw in Chromium: owner and supervisor contribute, three officers release two rounds, the bundle verifies.

Several people act at once, each in a transaction of their own: PostgreSQL answers this.
"""

import pytest

from accounts.models import Outbox
from bidding.models import Receipt
from experts.models import Contribution, DrawCommit, DrawRelease, DrawRound
from experts.pool_keys import FILE_NAME
from experts.states.draw import DrawState
from ledger.files import write_private_once
from tests import builders_bidding as build
from tests.e2e import draw_tabs as tabs
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
CHECKS = 6


@pytest.fixture
def play(monkeypatch, settings, tmp_path):
    """A lot that was opened, a pool, three officers of three bodies; pages live in its time."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.TIME_SOURCES, settings.WITNESS_URLS = ["local"], ["local"]
    settings.RUSH_CHECKPOINT_SECONDS = 60
    write_private_once(settings.KEYS_DIR / FILE_NAME, worlds.KEY.secret.hex().encode())
    made = world.play(experts=12)
    made.asked()
    made.begun(t=2, n=3)
    made.prepared()
    made.signed()
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def waited(page, model, count, **wanted):
    for _ in range(600):
        if model.objects.filter(**wanted).count() >= count:
            return
        page.wait_for_timeout(100)
    raise TimeoutError(page.inner_text("main"))


def contribute(play, party, page, base, folder):
    """One button; the receipt comes with the next beats of the log, and the device holds it to the anchors."""
    tabs.contributor(play, party, page, base, folder)
    assert page.inner_text("#page-verdict") == "All checks hold on this device.", page.inner_text("main")
    page.click("#contribute")
    waited(page, Contribution, 1, draw=play.draw_id, org=party.organisation.code)
    play.hall.cut()
    page.wait_for_selector("html[data-ready=contributed]", timeout=60_000)
    assert "Checked on this device" in page.inner_text("#receipt-said"), page.inner_text("main")
    return page


def round_of(play, pages, j):
    """Commits, a beat, releases, a beat, and the clock decides."""
    waited(pages[0], DrawCommit, 3, round__draw=play.draw_id, round__j=j)
    play.hall.cut()
    waited(pages[0], DrawRelease, 3, round__draw=play.draw_id, round__j=j)
    play.hall.cut()
    play.drive()
    assert DrawRound.objects.get(draw=play.draw_id, j=j).result_id is not None


def test_a_draw_is_contributed_to_and_released_in_browsers(play, live_server, new_context, tmp_path, axe):
    base = live_server.url
    giver = new_context().new_page()
    tabs.contributor(play, play.owner, giver, base, tmp_path)
    tabs.looked_at(giver, base, lambda word: tabs.at(play, "contribute/", word), "contribute", axe)
    receipts = []
    for party in (play.owner, play.supervisor):
        page = contribute(play, party, new_context().new_page(), base, tmp_path)
        with page.expect_download() as waiting:
            page.click("#receipt-part a[download]")
        waiting.value.save_as(tmp_path / f"receipt-{len(receipts)}.json")
        receipts.append((tmp_path / f"receipt-{len(receipts)}.json").read_bytes())
    tabs.looked_at(page, base, lambda word: tabs.at(play, "contribute/", word), "contributed", axe)
    assert Receipt.objects.filter(kind="contribution").count() == 2
    play.drive()
    play.past(play.draw.close_at)
    play.drive()
    assert DrawState(play.draw.state) is DrawState.CLOSED
    assert Outbox.objects.filter(event="draw_waits").count() == 3

    pages = [tabs.officer(play, one, new_context().new_page(), base, tmp_path) for one in play.devices]
    for page in pages:
        assert page.locator("#seat-checks .is-done").count() == CHECKS, page.inner_text("main")
    tabs.looked_at(pages[0], base, lambda word: tabs.at(play, "officer/", word), "officer", axe)
    pages[0].goto(base + tabs.at(play, "officer/"))
    pages[0].wait_for_selector("#seat-release:enabled")
    tabs.press(pages[0])
    waited(pages[0], DrawCommit, 1, round__draw=play.draw_id)
    pages[0].reload()  # between promise and release: what was promised is on the device
    pages[0].wait_for_selector("html[data-ready=seat]")
    assert "has promised this round already" in pages[0].inner_text("#page-log")
    assert pages[0].locator("#seat-release:visible").count() == 0
    for page in pages[1:]:
        tabs.press(page)
    round_of(play, pages, 0)

    play.answered(declines=1)
    assert DrawState(play.draw.state) is DrawState.CLOSED
    for page in pages:
        page.wait_for_selector("#round:not([hidden]) #seat-release:enabled", timeout=60_000)
        tabs.press(page)
    round_of(play, pages, 1)
    for page in pages:
        page.wait_for_selector("html[data-round='released 1']", timeout=60_000)
    play.answered()
    assert DrawState(play.draw.state) is DrawState.COMPLETE
    pages[0].wait_for_selector("html[data-ready=ended]", timeout=60_000)

    play.revealed()
    report = play.judged(tmp_path, receipts=receipts)
    assert build.faults(report) == []
    said = {row.check: row.sentence for row in report.checks}
    assert "2 receipts" in said["V17"]
    assert "2 rounds" in said["V22"]
    assert "6 releases" in said["V23"]
