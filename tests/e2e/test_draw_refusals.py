"""What an officer's or a contributor's device, and the pages around it, refuse in a draw: A20 to A22.

Several people act at once, each in a transaction of their own: PostgreSQL answers this.
"""

import json
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Person
from experts.models import Contribution, DrawCommit, DrawRelease
from experts.selectors.draws import round_now
from experts.services.contribution_give import contribution_give
from protocol.hashing import sha256
from tests.e2e import draw_tabs as tabs
from tests.e2e.test_draw_rounds import play, waited  # noqa: F401 - the fixture of a draw up to its header
from tests.e2e.test_hall_officers import enter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
REMEMBER = """async ([key, value]) => {
  const { lastingMemory } = await import('/static/js/officer/memory.js');
  await (await lastingMemory()).put(key, value);
}"""


def contributed(play, *others):  # noqa: F811
    """Everybody required has contributed, and T_close is proven past."""
    play.contributed(play.owner, play.supervisor, *others)


def reloaded(page):
    """The page again, until the device has judged."""
    page.reload()
    page.wait_for_selector("html[data-ready=seat]")
    page.wait_for_function("() => /[.。]$/.test(document.querySelector('#page-verdict').textContent)")


def test_device_refuses_a_second_header_of_the_draw_and_of_the_round(play, live_server, page, tmp_path):  # noqa: F811
    """A22: what this device saw first is kept, and nothing is promised for another."""
    contributed(play)
    tabs.officer(play, play.devices[0], page, live_server.url, tmp_path)
    header = play.draw.header
    name = f"{header['tender']}/{header['lot']}/{header['serial']}"
    for slot, good in (
        (f"draw-header/{name}", play.draw.t_d),
        (f"draw-head/{play.draw.t_d}/0", round_now(play.draw).head.ev),
    ):
        page.evaluate(REMEMBER, [slot, "ab" * 32])
        reloaded(page)
        assert page.locator("[data-check=own].is-bad").count() == 1, page.inner_text("main")
        assert page.locator("#seat-release:disabled").count() == 1
        assert "refuses to release" in page.inner_text("#page-verdict")
        page.evaluate(REMEMBER, [slot, good])
    reloaded(page)
    assert page.inner_text("#page-verdict") == "All checks hold on this device."

    other = {"round": "cd" * 32, "leaf": 1, "commit": {"body": {}}, "release": {"body": {}}}
    page.evaluate(REMEMBER, [f"draw-release/{play.draw.t_d}/0", other])
    reloaded(page)
    assert page.locator("[data-check=own].is-bad").count() == 1
    assert not DrawCommit.objects.exists()


def test_device_refuses_a_log_that_forked(play, live_server, page, tmp_path):  # noqa: F811
    contributed(play)
    tabs.officer(play, play.devices[0], page, live_server.url, tmp_path)
    origin = page.evaluate(
        "async () => (await (await fetch(JSON.parse(document.getElementById('page-data').textContent).anchors)).json()).log.origin"
    )
    page.evaluate(REMEMBER, [f"log/{origin}", {"size": 8, "root": "ab" * 32}])
    reloaded(page)

    assert page.locator("[data-check=continues].is-bad").count() == 1
    assert page.locator("#seat-release:disabled").count() == 1


def test_a_wrong_passphrase_and_another_s_key_open_nothing(play, live_server, page, tmp_path):  # noqa: F811
    contributed(play)
    mine, other = play.devices[:2]
    enter(page, live_server.url, mine.seat.person.email)
    page.goto(live_server.url + tabs.at(play, "officer/"))
    page.wait_for_selector("html[data-ready=seat]")
    page.set_input_files("#seat-file", tabs.device_file(play, other, tmp_path))
    page.wait_for_selector("#page-problem .sl-bad")
    assert "not the key of this seat" in page.inner_text("#page-problem")
    page.set_input_files("#seat-file", tabs.device_file(play, mine, tmp_path))
    page.wait_for_selector("#seat-here:not([hidden])")
    page.wait_for_selector("#seat-release:enabled")
    page.fill("#seat-passphrase", "0000-0000-0000-0000")
    page.click("#seat-release")
    page.wait_for_selector("#page-problem .sl-bad")

    assert "does not open this key" in page.inner_text("#page-problem")
    assert not DrawCommit.objects.exists()


def test_who_holds_no_seat_is_sent_away(play, client):  # noqa: F811
    """403 for another officer body's person, for the owner and for an operator; and for who does not contribute."""
    operator = play.operator
    for email in (play.owner.email, play.supervisor.email):
        person = Client()
        person.force_login(Person.objects.get(email=email))
        assert person.get(tabs.at(play, "officer/state.json")).status_code == 403
    person = Client()
    person.force_login(Person.objects.get(pk=operator.person))
    assert person.get(tabs.at(play, "officer/state.json")).status_code == 403
    assert person.get(tabs.at(play, "contribute/pack.json")).status_code == 403
    assert client.get(tabs.at(play, "officer/")).status_code == 302


def test_after_the_time_the_page_says_so_and_takes_nothing(play, live_server, page, tmp_path):  # noqa: F811
    """A20: late is late, also for a page that stood open; a second contribution is refused in words."""
    tabs.contributor(play, play.owner, page, live_server.url, tmp_path)
    close_at = play.draw.close_at
    play.hall.clock.to(close_at + timedelta(seconds=1))
    page.click("#contribute")
    page.wait_for_selector("#page-problem .sl-bad")
    assert "The time for contributions is over." in page.inner_text("#page-problem")
    assert not Contribution.objects.exists()
    page.reload()
    assert page.inner_text("h1") == "The time for contributions is over"
    assert "Its contribution is required" in page.inner_text("main")


def test_a_second_contribution_is_refused_in_words(play, live_server, page, tmp_path):  # noqa: F811
    tabs.contributor(play, play.owner, page, live_server.url, tmp_path)
    play.contribute(play.owner)  # a colleague was faster
    page.click("#contribute")
    page.wait_for_selector("#page-problem .sl-bad")
    assert "A contribution is never replaced." in page.inner_text("#page-problem")
    page.reload()
    assert page.inner_text("h1") == "Your organisation has contributed"
    assert page.locator("#contribute").count() == 0


def junk(play, party, seat):  # noqa: F811
    """A contribution dealt badly to one officer: what it seals opens, and is not what it committed to."""
    made = play.contribution(party)
    body = json.loads(json.dumps(made["body"]))
    for row in body["rounds"]:
        row["shares"][seat - 1]["c"] = sha256(b"another share").hex()
    return {"body": body, "signatures": [party.signer.sign("contribution", body)]}


def test_a_share_that_is_junk_is_a_fail_in_the_promise_and_is_not_released(play, live_server, page, tmp_path):  # noqa: F811
    """A21: the officer's device says which contribution does not open; its commit names it, nothing of it is shown."""
    bidder = play.hall.bidder(1)
    bad = junk(play, bidder, 1)
    contribution_give(draw_id=play.draw_id, **bad, actor=bidder.actor, at=play.now)
    contributed(play)
    tabs.officer(play, play.devices[0], page, live_server.url, tmp_path)
    tabs.press(page)
    waited(page, DrawCommit, 1, round__draw=play.draw_id)
    page.wait_for_selector("html[data-round=promised]")

    said = page.inner_text("#page-log")
    assert f"The contribution of {bidder.organisation.code} does not open with your key" in said
    assert len(DrawCommit.objects.get().entry.body["fails"]) == 1
    pairs = [(one, play.pair(one)) for one in play.devices[1:]]
    for one, (commit, _release) in pairs:
        play.commit(one, commit)
    play.hall.cut()
    waited(page, DrawRelease, 1, round__draw=play.draw_id, officer=1)
    for one, (_commit, release) in pairs:
        play.release(one, release)
    play.hall.cut()
    play.drive()
    assert play.draw.state == "drawn"


def test_a_release_waits_for_the_log_and_not_for_a_word(play, live_server, page, tmp_path):  # noqa: F811
    """A11: the platform says that enough have promised; the log has one commit. Nothing of the share leaves the device."""
    contributed(play)
    tabs.officer(play, play.devices[0], page, live_server.url, tmp_path)
    tabs.press(page)
    waited(page, DrawCommit, 1, round__draw=play.draw_id)
    play.hall.cut()

    def lying(route):
        told = route.fetch().json() | {"logged": True, "enough": True}
        route.fulfill(json=told)

    sent = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.url.endswith("/release/") else None)
    page.route("**/officer/state.json", lying)
    page.wait_for_timeout(9000)
    assert sent == []
    page.unroute("**/officer/state.json")
    for one in play.devices[1:]:
        play.commit(one, play.pair(one)[0])
    play.hall.cut()
    waited(page, DrawRelease, 1, round__draw=play.draw_id, officer=1)
    assert len(sent) == 1
