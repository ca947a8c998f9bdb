"""A draw in browser tabs: whose tab, with which key, and what a picture of a page has to hold in both languages and widths."""

import os
import secrets
from pathlib import Path

from bidding.rehearsal.key_files import backup_of, officer_backup_of, passphrase_from
from protocol.draw import objects
from tests.e2e.test_hall_officers import WIDER, enter

PASSPHRASE = passphrase_from(bytes(range(16)))
SHOTS = os.environ.get("SUNLIT_SHOTS", "")


def at(play, rest, language="en"):
    """A page of the draw."""
    return f"{'/en' if language == 'en' else ''}/draws/{play.draw_id}/{rest}"


def party_file(party, folder):
    """The backup file of an organisation's signing key."""
    org = party.organisation.code
    file = folder / f"party-{org}.json"
    data = backup_of(party.signer, org=org, label="key", passphrase=PASSPHRASE, random=secrets.token_bytes)
    file.write_bytes(data)
    return file


def device_file(play, device, folder):
    """The backup file of a draw officer's keys."""
    draw, i = play.draw, device.seat.i
    seat = {"tender": draw.lot.tender.reference, "lot": objects.lot_of(draw.lot.code, draw.serial), "i": i}
    file, org = folder / f"device-{i}.json", device.seat.organisation.code
    made = {"seat": seat, "org": org, "passphrase": PASSPHRASE, "random": secrets.token_bytes}
    file.write_bytes(officer_backup_of(device.signer, device.secret, **made))
    return file


def contributor(play, party, page, base, folder):
    """To the page of contributions, with the key brought along; the device has checked."""
    enter(page, base, party.email)
    page.goto(base + at(play, "contribute/"))
    page.wait_for_selector("html[data-ready=contribute]")
    page.set_input_files("#key-file", party_file(party, folder))
    page.wait_for_selector("#key-here:not([hidden])")
    page.fill("#key-passphrase", PASSPHRASE)
    return page


def officer(play, device, page, base, folder):
    """To the own seat, with the key brought along; the device has checked."""
    enter(page, base, device.seat.person.email)
    page.goto(base + at(play, "officer/"))
    page.wait_for_selector("html[data-ready=seat]")
    page.set_input_files("#seat-file", device_file(play, device, folder))
    page.wait_for_selector("#seat-here:not([hidden])")
    page.wait_for_function("() => /[.。]$/.test(document.querySelector('#page-verdict').textContent)")
    return page


def press(page):
    """One press."""
    page.fill("#seat-passphrase", PASSPHRASE)
    page.click("#seat-release")


def looked_at(page, base, path, name, axe):
    """Nothing axe finds and nothing wider than the screen, in both languages; pictures where they are asked for."""
    for language in ("zh", "en"):
        page.goto(base + path(language))
        page.wait_for_selector("html[data-ready]")
        assert not axe(page), (name, language)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) == [], (name, language, width)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{language}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
