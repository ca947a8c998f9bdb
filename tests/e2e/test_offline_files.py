"""Files of the offline tool chosen on pages: taken when they fit, refused on this device in words when they do not.

SUNLIT_SHOTS names a directory for pictures of every page, in both languages and widths.
"""

import html
import json
import os
import re
import shlex
from pathlib import Path

import pytest

from bidding.models import Bid, FactorReveal, RecordSignature
from ledger.models import Entry
from protocol import canonical, dsse
from tests import builders_bidding as build
from tests.e2e.test_hall_officers import WIDER, enter, place, wait_for_rows
from tests.journeys.hall_world import FACTOR
from tests.protocol.test_cli import alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_postgres]
SHOTS = os.environ.get("SUNLIT_SHOTS", "")
WAIT = 30_000


def made(monkeypatch, settings, tmp_path, **how):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_KEY_FILE, settings.PLATFORM_KEY_FILE = (
        tmp_path / "keys" / "log.pem",
        tmp_path / "keys" / "platform.pem",
    )
    settings.STORE_DIR = tmp_path / "store"
    settings.RUSH_CHECKPOINT_SECONDS = 60
    hall = build.hall(**how)
    hall.bids(3)
    monkeypatch.setattr("kernel.clock.now", lambda: hall.clock.now)
    return hall


@pytest.fixture
def hall(monkeypatch, settings, tmp_path):
    """A tender whose bidders hold factors, with three bids."""
    return made(monkeypatch, settings, tmp_path, panel=FACTOR)


class Bidder:
    """The first bidder in a browser without a key, and the folder of its machine with the tool."""

    def __init__(self, hall, page, base, folder):
        self.hall, self.page, self.base, self.folder = hall, page, base, folder
        self.mine = hall.handed[0]
        folder.mkdir()
        (folder / "KEY.pem").write_bytes(self.mine.party.signer.save())
        enter(page, base, self.mine.party.email)

    def open(self, name, language="en"):
        prefix = "/en" if language == "en" else ""
        self.page.goto(f"{self.base}{prefix}/bids/lot/{self.hall.lot.number}/{name}/")
        self.page.wait_for_selector(f"html[data-ready={name}]", timeout=WAIT)

    def save(self):
        """Save what the page gives for the tool, as a reader does: by its links."""
        self.page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        for link in self.page.locator("main details a[download]").all():
            with self.page.expect_download() as waiting:
                link.click()
            waiting.value.save_as(self.folder / waiting.value.suggested_filename)

    def tool(self, name, **put):
        text = self.page.content()
        [found] = re.findall(rf"python -m protocol ({name} [^<\n]*)", text)
        words = [put.get(word, word) for word in shlex.split(html.unescape(found))]
        done = alone(*words, cwd=self.folder)
        assert done.returncode == 0, done.stderr

    def give(self, name):
        self.page.set_input_files("#signed-file", self.folder / name)
        self.page.click("#signed-form button[type=submit]")

    def refused(self, name, says):
        """The page says why beside the field and sends nothing."""
        before = Entry.objects.count()
        self.give(name)
        self.page.wait_for_selector("#signed-problem .sl-bad")
        assert says in self.page.locator("#signed-problem").inner_text()
        assert self.page.evaluate("document.activeElement.id") == "signed-file"
        assert Entry.objects.count() == before

    def write(self, name, value):
        (self.folder / name).write_bytes(value if isinstance(value, bytes) else canonical.encode(value))


def look(page, name, axe, go):
    """In both languages and widths, with everything unfolded: axe finds nothing, nothing is wider than the screen."""
    for language in ("zh", "en"):
        go(language)
        page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(WIDER) == [], (name, language, width)
            assert not axe(page), (name, language, width)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{width}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_a_withdrawal_of_the_tool_is_taken_and_nothing_else(hall, live_server, page, tmp_path, axe):
    bidder = Bidder(hall, page, live_server.url, tmp_path / "one")
    mine, theirs = hall.handed[0], hall.handed[1]
    look(page, "withdraw", axe, lambda language: bidder.open("withdraw", language))
    look(page, "import", axe, lambda language: bidder.open("import", language))
    assert "protocol line --fields fields.json" in page.locator("main").inner_text()
    bidder.open("withdraw")
    page.click("#offline summary")
    bidder.save()
    bidder.tool("withdraw")
    right = json.loads((bidder.folder / "withdrawal.json").read_text())

    bidder.write("large.json", b" " * (1 << 17))
    bidder.write("paper.pdf", b"%PDF-1.7 a paper")
    bidder.write("loose.json", json.dumps(right, indent=1).encode())
    bidder.write("lot.json", right | {"body": right["body"] | {"policy": "00" * 32}})
    bidder.write("bid.json", right | {"body": right["body"] | {"target": theirs.bid.ev}})
    bidder.write("cut.json", right | {"signatures": [right["signatures"][0] | {"sig": "00" * 64}]})
    stranger = dsse.Signer.generate()
    bidder.write("key.json", right | {"signatures": [stranger.sign("withdraw", right["body"])]})
    page.click("#signed-form button[type=submit]")
    page.wait_for_selector("#signed-problem .sl-bad")
    assert "Choose the file the tool wrote." in page.locator("#signed-problem").inner_text()
    for name, says in (
        ("large.json", "large.json is too large"),
        ("paper.pdf", "paper.pdf is not the file the tool wrote"),
        ("KEY.pem", "KEY.pem is not the file the tool wrote"),
        ("loose.json", "loose.json is not the file the tool wrote"),
        ("policy.json", "policy.json is not the file the tool wrote"),
        ("lot.json", "for another lot"),
        ("bid.json", "names another bid"),
        ("cut.json", "The signature does not hold"),
        ("key.json", "does not count for your organisation"),
    ):
        bidder.refused(name, says)
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "withdraw-refused-en-1280.png"), full_page=True)

    bidder.give("withdrawal.json")
    page.wait_for_selector("#said:not(:empty)")
    hall.cut(11)
    page.wait_for_selector("html[data-withdrawn]", timeout=WAIT)

    assert page.locator("#signed-problem .sl-bad").count() == 0
    assert Bid.objects.get(pk=mine.bid.pk).state == "withdrawn"
    assert not axe(page)


def test_a_folder_of_the_tool_is_taken_if_it_replaces_what_counts(hall, live_server, page, tmp_path):
    bidder = Bidder(hall, page, live_server.url, tmp_path / "one")
    counts = hall.handed[0].bid
    bidder.open("import")
    bidder.save()
    (bidder.folder / "FILE1").write_bytes(b"%PDF-1.7 technical")
    bidder.tool("line", PRICE="9,180,000", MANAGER="周某某")
    bidder.tool("seal")
    bidder.tool("seal", BID="STALE", **{counts.ev: "00" * 32})
    (bidder.folder / "stranger.pem").write_bytes(dsse.Signer.generate().save())
    bidder.tool("seal", BID="STRANGER", **{"KEY.pem": "stranger.pem"})

    def chosen(name):
        names = ("manifest.json", "e0.bin", "e1.bin")
        page.set_input_files("#files", [bidder.folder / name / file for file in names])

    for name, says in (
        ("STALE", "Another bid of yours counts now"),
        ("STRANGER", "Seal again with one of these keys"),
    ):
        chosen(name)
        page.get_by_text(says).wait_for()
        assert page.locator("#found dt").count() == 0
    chosen("BID")
    page.wait_for_selector("#found dt")
    page.click("#form button[type=submit]")
    wait_for_rows(page, Bid, 1, state="logged")
    page.wait_for_timeout(2000)
    hall.cut(11)
    page.wait_for_selector("html[data-submitted]", timeout=WAIT)

    assert Bid.objects.get(pk=counts.pk).state == "superseded"
    assert Bid.objects.filter(organisation=hall.handed[0].party.organisation).count() == 2


def test_a_factor_of_the_tool_decrypts_the_own_bid(hall, live_server, page, tmp_path, axe):
    bidder = Bidder(hall, page, live_server.url, tmp_path / "one")
    sealed = hall.handed[0].sealed
    folder = bidder.folder / "BID"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(
        canonical.encode({"body": sealed.body, "signatures": sealed.signatures})
    )
    kept = [{"e": one.e, "s": one.s.hex(), "b": one.b.hex()} for one in sealed.secrets]
    (folder / "secrets.json").write_bytes(canonical.encode(kept))
    hall.close()
    look(page, "factor", axe, lambda language: bidder.open("opening", language))
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
    bidder.save()
    bidder.tool("factor")

    bidder.refused("BID/secrets.json", "secrets.json is not the file the tool wrote")
    right = json.loads((bidder.folder / "factor.json").read_text())
    bidder.write("bid.json", right | {"body": right["body"] | {"bid": hall.handed[1].bid.ev}})
    bidder.refused("bid.json", "names another bid")
    assert not FactorReveal.objects.exists()
    bidder.give("factor.json")
    page.wait_for_selector("#said:not(:empty)")
    hall.cut(11)
    page.wait_for_selector("html[data-revealed]", timeout=WAIT)

    assert FactorReveal.objects.get().bid_id == hall.handed[0].bid.pk


def test_a_signed_file_is_chosen_instead_of_pasted(monkeypatch, settings, live_server, page, tmp_path, axe):
    hall = made(monkeypatch, settings, tmp_path)
    hall.opened()
    owner, base = hall.one.owner, live_server.url
    enter(page, base, owner.email)
    path = place(hall, "record/chair/")
    look(page, "record", axe, lambda language: page.goto(base + place(hall, "record/chair/", language)))
    page.goto(base + path)
    page.wait_for_selector("html[data-ready=sign]")
    page.locator("details", has=page.locator("#sign-file")).locator("summary").first.click()
    (tmp_path / "to-sign.json").write_text(page.locator("#sign-file").text_content())
    (tmp_path / "KEY.pem").write_bytes(owner.signer.save())
    (tmp_path / "large.json").write_bytes(b" " * ((1 << 20) + 1))
    (tmp_path / "latin.json").write_bytes(b"\xff\xfe{}")
    words = ["sign", "to-sign.json", "--key", "KEY.pem", "--out", "signed.json", "--yes"]
    done = alone(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    box, field = page.locator("[data-signed-file]"), page.locator("#id_signatures")

    def chosen(name, found):
        page.set_input_files("#id_signatures_file", tmp_path / name)
        page.wait_for_selector(f"[data-taken={found}]")
        return box.locator("[role=status]").inner_text()

    field.fill("what was pasted before")
    for name, found, says in (
        ("large.json", "large", "large.json is too large"),
        ("to-sign.json", "asked", "to-sign.json is the file to sign"),
        ("KEY.pem", "other", "Keys and secrets stay where they are"),
        ("latin.json", "other", "latin.json is not a file the tool wrote"),
    ):
        assert says in chosen(name, found)
        assert field.input_value() == ""
    assert "stands in the field below" in chosen("signed.json", "read")
    assert field.input_value() == (tmp_path / "signed.json").read_text()
    page.get_by_role("button", name="Hand in these signatures").click()
    page.wait_for_url(f"**{place(hall, 'chair/')}")

    assert RecordSignature.objects.get().seat == "chair"
