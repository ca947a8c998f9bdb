"""Releasing with the keyboard alone: Tab, Enter, Space and typing; no pointer is ever used."""

import pytest
from playwright.sync_api import TimeoutError as Waited

from bidding.models import ReleaseCommit
from tests.e2e.test_bidder_seal import READY, WAIT
from tests.e2e.test_hall_officers import PASSPHRASE, backup, enter, hall, place  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs_browser
STEPS = 120
AT = "() => document.activeElement.id"
SEEN = """() => { const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const [x, y] = [r.left + r.width / 2, r.top + r.height / 2];
  const there = y > 0 && y < innerHeight ? document.elementFromPoint(x, y) : null;
  return r.width > 0 && (s.outlineStyle !== 'none' || s.boxShadow !== 'none')
    && Boolean(there) && (e.contains(there) || there.contains(e)); }"""
SCROLLS = 5_000


class Keyboard:
    """Fingers that find what they need by Tab."""

    def __init__(self, page):
        """The keys of this page; whatever gets the focus must be seen to have it."""
        self.page, self.faults = page, []

    def to(self, wanted):
        """Tab to the element of this id."""
        for _ in range(STEPS):
            if self.page.evaluate(AT) == wanted:
                self.note(wanted)
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"#{wanted} is not reached by Tab; the focus is at #{self.page.evaluate(AT)}")

    def note(self, name):
        """The focus is drawn, in view and under nothing, once the page has scrolled to it."""
        try:
            self.page.wait_for_function(SEEN, timeout=SCROLLS, polling=100)
        except Waited:
            self.faults.append(name)

    def types(self, text):
        """Replace what stands there."""
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        return self

    def press(self, key):
        """Enter or Space on what has the focus."""
        self.page.keyboard.press(key)
        return self

    def chooses(self, *files):
        """Open the file dialog with the keyboard."""
        with self.page.expect_file_chooser() as dialog:
            self.page.keyboard.press("Space")
        dialog.value.set_files([str(file) for file in files])
        return self


def no_pointer(page):
    """Count what a pointer does; the walk ends with nothing counted."""
    page.add_init_script(
        "window.pointed = 0; addEventListener('pointerdown', () => { window.pointed += 1; }, true);"
    )


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
