"""An officer of a draw in the browser before the day: the seat accepted, keys made and certified, the dry run passed.

Several people act at once, each in a transaction of their own: PostgreSQL answers this.
"""

import re

import pytest

from accounts.states import OrganisationKind, Role
from experts.models import DrawOfficer
from experts.pool_keys import FILE_NAME
from experts.services.draw_begin import draw_begin, draw_officer_invite
from ledger.files import write_private_once
from tests.e2e import draw_tabs as tabs
from tests.e2e.test_hall_officers import enter
from tests.experts import worlds
from tests.experts.draws import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]


@pytest.fixture
def play(monkeypatch, settings, tmp_path):
    """A draw begun, its operator about to invite."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE = tmp_path / "keys" / "log.pem"
    settings.PLATFORM_KEY_FILE = tmp_path / "keys" / "platform.pem"
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    write_private_once(settings.KEYS_DIR / FILE_NAME, worlds.KEY.secret.hex().encode())
    made = world.play(experts=12)
    made.asked()
    made.draw_id = draw_begin(request_id=made.request.pk, t=2, actor=made.operator, at=made.now).pk
    monkeypatch.setattr("kernel.clock.now", lambda: made.now)
    return made


def invited(play, name="公证处"):
    body = play.hall.registry.party(name, OrganisationKind.OFFICER_BODY, at=play.now)
    member = play.hall.registry.staff(body, Role.OFFICER, "持钥人", at=play.now)
    given = {"organisation_id": body.id, "person_id": member.actor.person, "role": "notary", "i": 1}
    return body, draw_officer_invite(draw_id=play.draw_id, actor=play.operator, at=play.now, **given)


def key_made(page, folder):
    """Made, written down, saved, read back, handed in; its passphrase."""
    page.wait_for_selector("html[data-ready=key]")
    if page.is_visible("#use-passkey"):
        page.set_checked("#use-passkey", False)
    page.click("#make")
    page.wait_for_selector("#save-body:not([hidden])")
    passphrase = page.inner_text("#passphrase")
    with page.expect_download() as waiting:
        page.click("#download")
    waiting.value.save_as(folder / "officer.json")
    page.set_input_files("#prove-file", folder / "officer.json")
    page.fill("#prove-passphrase", passphrase)
    page.click("#prove")
    page.wait_for_selector("#ask-body:not([hidden])")
    page.click("#ask")
    page.wait_for_url(re.compile(r"/officer/$"))
    return passphrase


def test_a_seat_is_taken_its_key_made_certified_and_tried(play, live_server, new_context, tmp_path, axe):
    base, (body, seat) = live_server.url, invited(play)
    officer, signer = new_context().new_page(), new_context().new_page()
    enter(officer, base, seat.person.email)
    officer.goto(f"{base}/en/hall/")
    officer.get_by_role(
        "link", name=play.draw.lot.tender.title_en or play.draw.lot.tender.title
    ).first.click()
    officer.wait_for_url(re.compile(r"/officer/$"))
    officer.get_by_role("button", name="Accept the seat").click()
    officer.wait_for_selector("text=Accepted.")
    officer.get_by_role("link", name="Make the key").click()
    officer.wait_for_selector("html[data-ready=key]")
    tabs.looked_at(officer, base, lambda word: tabs.at(play, "officer/key/", word), "draw-key", axe)
    passphrase = key_made(officer, tmp_path)
    assert "was asked. Somebody who may confirm" in officer.inner_text("main")

    enter(signer, base, body.email)
    signer.goto(f"{base}/en/account/keys/")
    signer.wait_for_selector("html[data-ready=keys]")
    signer.set_input_files("#restore-file", tabs.party_file(body, tmp_path))
    signer.fill("#restore-passphrase", tabs.PASSPHRASE)
    signer.click("#restore button[type=submit]")
    signer.wait_for_selector("#browser-list > *")
    signer.goto(f"{base}/en/account/")
    signer.get_by_role("link", name="Draws that need me").click()
    signer.wait_for_url(re.compile(r"/draws/mine/$"))
    assert not axe(signer)
    signer.locator(".sl-keys a").first.click()
    signer.wait_for_selector("html[data-ready=sign]")
    tabs.looked_at(signer, base, lambda word: tabs.at(play, "officer/1/certify/", word), "draw-certify", axe)
    signer.goto(base + tabs.at(play, "officer/1/certify/"))
    signer.wait_for_selector("html[data-ready=sign]")
    signer.fill("#sign-passphrase", tabs.PASSPHRASE)
    signer.click("#sign-button")
    signer.wait_for_selector("text=Certified.")
    play.hall.cut()

    officer.reload()
    officer.get_by_role("button", name="Begin the dry run").click()
    officer.wait_for_selector("html[data-ready=dryrun]")
    officer.fill("#dryrun-passphrase", "0000-0000-0000-0000")
    officer.click("#dryrun-button")
    officer.wait_for_selector("#dryrun-problem .sl-bad")
    officer.fill("#dryrun-passphrase", passphrase)
    officer.click("#dryrun-button")
    officer.wait_for_selector("text=Passed: your key opens.")

    row = DrawOfficer.objects.get(pk=seat.pk)
    assert row.proven_at is not None
    assert row.key_entry.leaf_index is not None
    for page, path, name in (
        (officer, lambda word: tabs.at(play, "officer/", word), "draw-ready"),
        (officer, lambda word: f"{'/en' if word == 'en' else ''}/draws/mine/", "draw-seats"),
    ):
        for language in ("zh", "en"):
            page.goto(base + path(language))
            assert not axe(page), (name, language)
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(tabs.WIDER) == [], (name, language, width)
                if tabs.SHOTS:
                    page.screenshot(path=f"{tabs.SHOTS}/{name}-{language}-{width}.png", full_page=True)
    page.goto(f"{base}/en/hall/")
    assert not axe(page)
