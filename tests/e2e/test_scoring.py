"""One member scores and locks in the browser; others act by services; the bundle verifies.

Browser and server act at once, each in a transaction of their own: PostgreSQL answers this.
"""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from accounts.models import Person
from bidding.rehearsal.key_files import passphrase_from
from experts.models import Sheet
from tests.e2e.test_hall_officers import WIDER, enter
from tests.experts.draws.conftest import own_installation
from tests.experts.panels import scored

__all__ = ["own_installation"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
PASSPHRASE = passphrase_from(bytes(range(16)))
KEEP_KEY = """async ([login, spki, pkcs8, passphrase]) => {
  const { lockRing } = await import("/static/js/keys/ring.js");
  const { KeyStore } = await import("/static/js/keys/store.js");
  const { fromHex } = await import("/static/js/protocol/bytes.js");
  const key = await crypto.subtle.importKey("pkcs8", fromHex(pkcs8), { name: "Ed25519" }, true, ["sign"]);
  const halves = { sign: { algorithm: "ed25519", public: spki } };
  const ring = { v: "sunlit-key/v1", purpose: "signing", id: spki, org: "panel", label: "seat", halves, locks: [] };
  const locked = await lockRing({ ring, privateKeys: { sign: key } }, passphrase);
  await (await KeyStore.of(login)).put(locked);
}"""
LOOK = os.environ.get("SUNLIT_LOOK")
"""A directory for pictures of the pages, for whoever wants to look at them."""


def picture(page, name):
    if LOOK:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=str(Path(LOOK) / f"{name}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture
def made(monkeypatch):
    made = scored.scoring()
    monkeypatch.setattr("kernel.clock.now", lambda: made.at)
    return made


def sit(made, member, page, base):
    """Signed in, with the seat's key under its lock in this browser."""
    person = Person.objects.get(pk=member.seat.person_id)
    enter(page, base, person.email)
    page.goto(f"{base}/en/panel/{made.panel.pk}/closing/")
    pkcs8 = member.signer.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    page.evaluate(KEEP_KEY, [str(person.pk), member.signer.spki.hex(), pkcs8.hex(), PASSPHRASE])
    return page


def at_home(live_server):
    """Keys need a secure context: localhost is one, whatever the address bar's number."""
    return live_server.url.replace("127.0.0.1", "localhost")


def test_a_member_scores_signs_and_the_bundle_verifies(made, live_server, page, axe, tmp_path):
    base, member = at_home(live_server), made.chair
    sit(made, member, page, base)
    page.goto(f"{base}/en/panel/{made.panel.pk}/sheet/")
    page.wait_for_selector("html[data-ready=sheet]")
    assert not axe(page)
    picture(page, "sheet-empty")
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(WIDER) == []
    page.set_viewport_size({"width": 1280, "height": 800})

    page.focus("#sheet-open")
    page.keyboard.press("Enter")
    for _bid in made.bids:
        for mark in ("7.25", "6"):
            page.keyboard.type(mark)
            page.keyboard.press("Enter")
    assert page.locator("#sheet-table [aria-invalid=true]").count() == len(made.bids)
    page.keyboard.press("Home")
    page.focus("#sheet-open")
    page.keyboard.press("Enter")
    for position, _bid in enumerate(made.bids):
        page.keyboard.type("7.5")
        if position == 0:
            page.keyboard.press("Alt+Enter")
            page.keyboard.type("first of its kind")
            page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("#sheet-saved[data-state=saved]")
    assert page.inner_text("#sheet-progress") == f"{2 * len(made.bids)} of {2 * len(made.bids)} marks"
    assert page.locator("#sheet-totals td").all_inner_texts() == ["13.5"] * len(made.bids)
    picture(page, "sheet-full")

    page.context.set_offline(True)
    page.focus("#sheet-table tbody input")
    page.keyboard.type("8")
    page.wait_for_selector("#sheet-saved[data-state=offline]")
    page.context.set_offline(False)
    page.wait_for_selector("#sheet-saved[data-state=saved]", timeout=15_000)
    page.reload()
    page.wait_for_selector("html[data-ready=sheet]")
    assert page.locator("#sheet-totals td").first.inner_text() == "14"

    page.focus("#sheet-passphrase")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#sheet-lock", state="detached")
    page.wait_for_load_state()
    sheet = Sheet.objects.get(seat=member.id)
    assert sheet.state == "locked"
    assert list(sheet.notes.values()) == [{"plan": "first of its kind"}]
    assert not axe(page)
    picture(page, "sheet-locked")

    for other in scored.sitting(made):
        if other.id != member.id:
            scored.marked(made, other)
    made.hall.cut()
    page.goto(f"{base}/en/panel/{made.panel.pk}/looks/")
    assert not axe(page)
    picture(page, "looks")
    page.goto(f"{base}/en/panel/{made.panel.pk}/report/")
    assert not axe(page)
    picture(page, "report-draft")
    page.fill("#id_matters", "check the manager’s other works")
    page.click("text=Go on to sign it")
    page.wait_for_selector("html[data-ready=sign]")
    assert not axe(page)
    picture(page, "report-make")
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")
    page.wait_for_url("**/report/")
    made.hall.cut()
    page.check("#id_stance_0")
    page.click("text=Go on")
    page.wait_for_selector("html[data-ready=sign]")
    assert not axe(page)
    page.fill("#sign-passphrase", PASSPHRASE)
    page.click("#sign-button")
    page.wait_for_url("**/report/")
    for other in scored.sitting(made):
        if other.id != member.id:
            scored.sign(made, other)
    made.hall.cut()
    page.reload()
    assert "Handed over" in page.inner_text("main")
    assert not axe(page)
    picture(page, "report")
    for name in ("closing", "sheet", "looks", "report/1"):
        page.goto(f"{base}/en/panel/{made.panel.pk}/{name}/")
        assert not axe(page)
        picture(page, f"{name.replace('/', '-')}-after")
    if LOOK:
        for name in ("sheet", "looks", "report", "closing"):
            page.goto(f"{base}/panel/{made.panel.pk}/{name}/")
            picture(page, f"{name}-zh")
    enter(page, base, Person.objects.get(pk=made.owner.actor.person).email)
    for name in ("time", "recall"):
        page.goto(f"{base}/en/panel/{made.panel.pk}/{name}/")
        assert not axe(page)
        picture(page, name)

    assert made.panel.state == "ended"
    found, _path, _anchors = scored.judged(made, tmp_path)
    assert found.ok, [row for row in found.checks if row.status == "failed"]
