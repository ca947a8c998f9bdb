"""A small firm's clerk in a real browser: documents, rehearsal, sealing, a killed page, receipt, replace, withdraw."""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import load_der_private_key

from bidding.rules import door
from protocol.dsse import Signer
from protocol.line import written
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.needs_browser
WAIT = 120_000
READY = 30_000


def login_lines(place):
    text = (place / "logins.txt").read_text("utf-8")
    return {name: re.search(rf"{name}\s+(\S+)", text)[1] for name in ("password", "bidder", "passphrase")}


class Clerk:
    """A signed-in clerk with the firm's key in her browser."""

    def __init__(self, served, context, tmp_path):
        self.served, self.context, self.tmp = served, context, tmp_path
        self.secret = login_lines(served.place)
        self.page = context.new_page()
        self.page.set_default_timeout(READY)
        self.sign_in(self.secret["bidder"], self.secret["password"])
        self.prove()

    def prove(self):
        """Say the password once more, as before everything that binds."""
        self.page.goto(f"{self.served.url}/en/account/reauthenticate/?next=/en/account/")
        self.page.fill("[name=password]", self.secret["password"])
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/en/account/")

    def sign_in(self, login, password):
        self.page.goto(f"{self.served.url}/en/account/login/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url("**/en/account/**")

    def open(self, path, ready=None):
        self.page.goto(f"{self.served.url}/en{path}")
        if ready:
            self.page.wait_for_selector(f"html[data-ready={ready}]", timeout=READY)
        return self.page

    def tender(self, at):
        """An open tender of the market in which the firm has no bid yet."""
        self.open("/")
        rows = self.page.locator(".sl-row").all()
        open_ = [row for row in rows if row.locator(".sl-st").first.inner_text() == "Open for bids"]
        numbers = [row.locator("h3 a").get_attribute("href").rsplit("/", 1)[1] for row in open_]
        for number in numbers:
            self.open(f"/bids/t/{number}/")
            if self.page.get_by_text("Counts now").count() == 0:
                at -= 1
                if at < 0:
                    return number
        raise AssertionError("no open tender")

    def key(self):
        if self.page.locator("#key-none:not([hidden])").count():
            self.page.set_input_files("#key-file", str(self.served.place / "browser-keys" / "bidder.json"))
            self.page.wait_for_selector("#key-here:not([hidden])")
        self.page.fill("#key-passphrase", self.secret["passphrase"])

    def files(self, size=20_000_000):
        made = [self.tmp / "technical.pdf", self.tmp / "boq.xlsx"]
        if not made[0].exists():
            made[0].write_bytes(b"%PDF-1.7\n" + os.urandom(size))
            made[1].write_bytes(b"PK\x03\x04" + os.urandom(50_000))
        return [str(path) for path in made]

    def seal(self, number, price="2,345,678.90"):
        self.open(f"/bids/lot/{number}-01/seal/", "seal")
        self.page.fill("#price", price)
        self.page.fill("#manager", "周某某 一级建造师")
        self.go()

    def go(self):
        self.page.set_input_files("#file-1", self.files())
        self.key()
        self.page.check("#sure")
        self.page.click("#go")

    def moved(self, percent):
        """Return when so much is uploaded."""
        end = time.monotonic() + WAIT / 1000
        while time.monotonic() < end:
            if self.page.evaluate("document.querySelector('#bar').value") >= percent:
                return
            self.page.wait_for_timeout(100)
        raise TimeoutError(self.page.locator("main").inner_text())

    def receipt(self):
        self.page.wait_for_selector("html[data-submitted]", timeout=WAIT)
        return self.page.locator("#receipt-code").inner_text()


@pytest.fixture
def clerk(served, new_context, tmp_path):
    return Clerk(served, new_context(), tmp_path)


def test_documents_are_taken_and_the_lights_say_what_is_next(clerk, axe):
    number = clerk.tender(0)
    page = clerk.page
    if page.get_by_role("button", name="Take the documents").count():
        with page.expect_navigation():
            page.get_by_role("button", name="Take the documents").click()

    lights = page.locator("dl.sl-facts dt").all_inner_texts()[:6]

    assert lights == ["Documents", "Deposit", "Rehearsal", "Bid", "Receipt", "Opening"]
    assert "not submitted" in page.locator("main").inner_text()
    assert not axe(page)
    with page.expect_download() as waiting:
        page.locator(".sl-files a").first.click()
    assert waiting.value.path().stat().st_size > 0
    assert number in page.url


def test_a_rehearsal_ends_with_the_own_key_opening(clerk, axe):
    number = clerk.tender(0)
    clerk.open(f"/bids/lot/{number}-01/rehearse/", "rehearse")
    clerk.key()
    clerk.page.click("#form button[type=submit]")
    clerk.page.wait_for_selector("html[data-rehearsed]", timeout=WAIT)

    assert "Your key opens" in clerk.page.locator("main").inner_text()
    assert not axe(clerk.page)
    clerk.open(f"/bids/t/{number}/", "desk")
    assert clerk.page.get_by_text("your key opened it").count() == 1


def test_form_says_what_is_wrong_beside_the_fields(clerk, axe):
    number = clerk.tender(0)
    page = clerk.open(f"/bids/lot/{number}-01/seal/", "seal")

    page.click("#go")
    problems = page.locator("#errors-list a").all_inner_texts()
    page.fill("#price", "99,999,999,999")
    page.fill("#price_words", "壹元整")

    assert len(problems) == 3
    assert page.evaluate("document.activeElement.id") in {"errors", "price_words"}
    assert "above the ceiling" in page.locator("#price-note").inner_text()
    assert "1.00" in page.locator("#price_words-note").inner_text()
    assert not axe(page)
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_bid_survives_a_killed_page_and_is_replaced_and_withdrawn(clerk, axe):
    number = clerk.tender(0)
    first = killed_and_resumed(clerk, number)
    assert not axe(clerk.page)

    clerk.seal(number, price="2,222,222.22")
    second = clerk.receipt()
    clerk.open(f"/bids/t/{number}/", "desk")
    text = clerk.page.locator("main").inner_text()

    assert first != second
    assert text.count("Counts now") == 1
    assert "Replaced" in text
    assert withdrawn(clerk, number) not in {first, second}


def killed_and_resumed(clerk, number):
    """The page dies with some parts on the platform; afterwards only the others are sent."""
    blocked, sent = [], []

    def hold(route):
        part = int(route.request.url.rsplit("/", 1)[1])
        if part >= 2:
            blocked.append(route)
        else:
            route.continue_()

    clerk.page.route(re.compile(r"/uploads/[^/]+/1/\d+$"), hold)
    clerk.seal(number)
    clerk.moved(20)
    assert "Not yet submitted" in clerk.page.locator("#progress").inner_text()
    clerk.page.close()
    clerk.page = clerk.context.new_page()
    clerk.page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    clerk.open(f"/bids/lot/{number}-01/seal/", "seal")
    assert "interrupted" in clerk.page.locator("#resume").inner_text()
    assert clerk.page.input_value("#price") == "2,345,678.90"
    assert clerk.page.locator("#price[readonly]").count() == 1
    clerk.go()
    code = clerk.receipt()
    assert blocked
    assert not [url for url in sent if url.endswith(("/1/0", "/1/1"))]
    return code


def withdrawn(clerk, number):
    """Withdraw the bid that counts; returns the code of the withdrawal's receipt."""
    clerk.open(f"/bids/lot/{number}-01/withdraw/", "withdraw")
    clerk.key()
    clerk.page.get_by_role("button", name="Withdraw the bid").click()
    clerk.page.wait_for_selector("html[data-withdrawn]", timeout=WAIT)
    code = clerk.page.locator("#receipt-code").inner_text()
    clerk.open(f"/bids/t/{number}/", "desk")
    assert "Counts now" not in clerk.page.locator("main").inner_text()
    return code


def test_a_clerk_asked_who_she_is_proves_it_beside_the_page_and_it_goes_on(clerk, tmp_path, axe):
    """Neither draft nor files nor opened key are lost while another tab asks for the password."""
    number = clerk.tender(0)
    page = clerk.open(f"/bids/lot/{number}-01/seal/", "seal")
    page.fill("#price", "3,333,333.33")
    clerk.page = page.context.new_page()
    clerk.context.clear_cookies(name="sessionid")
    clerk.sign_in(clerk.secret["bidder"], clerk.secret["password"])
    clerk.page.close()
    clerk.page = page
    clerk.go()
    page.locator("#proof[open]").wait_for()
    asked, faults = page.locator("#proof").inner_text(), axe(page)
    for name, width in {"desktop": 1280, "phone": 390}.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=str(tmp_path / f"proof-{name}.png"))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    with clerk.context.expect_page() as opened:
        page.click("#proof-go")
    opened.value.fill("[name=password]", clerk.secret["password"])
    opened.value.click("main button[type=submit]")

    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{5}", clerk.receipt())
    assert "Prove first that it is you" in asked
    assert "Nothing sent is lost" in asked
    assert not faults
    assert page.locator("#proof[open]").count() == 0
    assert opened.value.is_closed()
    signed_out_while_withdrawing(clerk, number)


def signed_out_while_withdrawing(clerk, number):
    """The session ends between opening the page and pressing the button: sign in beside it, and it goes on."""
    page = clerk.open(f"/bids/lot/{number}-01/withdraw/", "withdraw")
    clerk.key()
    clerk.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Withdraw the bid").click()
    page.get_by_text("You are signed out").wait_for()
    with clerk.context.expect_page() as opened:
        page.click("#proof-go")
    opened.value.fill("[name=login]", clerk.secret["bidder"])
    opened.value.fill("[name=password]", clerk.secret["password"])
    opened.value.click("main button[type=submit]")
    page.get_by_text("Prove first that it is you").wait_for()
    with clerk.context.expect_page() as opened:
        page.click("#proof-go")
    opened.value.fill("[name=password]", clerk.secret["password"])
    opened.value.click("main button[type=submit]")
    page.wait_for_selector("html[data-withdrawn]", timeout=WAIT)


def test_other_files_cannot_go_on_with_an_interrupted_upload(clerk):
    number = clerk.tender(1)
    clerk.page.route(re.compile(r"/uploads/[^/]+/1/([2-9]|\d\d+)$"), lambda route: None)
    clerk.seal(number)
    clerk.moved(1)
    clerk.page.close()
    clerk.page = clerk.context.new_page()
    clerk.open(f"/bids/lot/{number}-01/seal/", "seal")
    path = clerk.tmp / "technical.pdf"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)

    clerk.go()
    clerk.page.wait_for_selector("#errors:not([hidden])", timeout=WAIT)

    assert "not the files the upload was begun with" in clerk.page.locator("#errors").inner_text()
    with clerk.page.expect_navigation():
        clerk.page.click("#resume-drop")
    clerk.page.wait_for_selector("html[data-ready=seal]")
    assert clerk.page.locator("#resume[hidden]").count() == 1


def test_another_device_is_told_where_the_draft_is(clerk, served, new_context, tmp_path):
    number = clerk.tender(1)
    clerk.page.route(re.compile(r"/uploads/[^/]+/1/([2-9]|\d\d+)$"), lambda route: None)
    clerk.seal(number)
    clerk.moved(1)

    other = Clerk(served, new_context(), tmp_path)
    other.open(f"/bids/lot/{number}-01/seal/", "seal")
    note = other.page.locator("[data-upload]:not([hidden])").first.inner_text()

    assert "on another device" in note
    assert "Chrome" in note


def test_folder_of_the_offline_tool_is_handed_in(clerk, tmp_path):
    number = clerk.tender(1)
    folder = sealed_offline(clerk, number, tmp_path)
    page = clerk.open(f"/bids/lot/{number}-01/import/", "import")
    page.set_input_files("#files", [str(path) for path in folder.iterdir() if path.name != "secrets.json"])
    page.wait_for_selector("#found dt")
    page.click("#form button[type=submit]")

    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{5}", clerk.receipt())
    withdrawn(clerk, number)


def sealed_offline(clerk, number, tmp_path):
    """A bid sealed by the offline tool with the same key."""
    clerk.open(f"/bids/lot/{number}-01/import/", "import")
    data = json.loads(clerk.page.locator("#bid-data").text_content())
    for name in ("policy", "anchors"):
        answer = clerk.context.request.get(clerk.served.url + data[f"{name}Url"])
        (tmp_path / f"{name}.json").write_bytes(answer.body())
    line = written(
        price=Decimal(1_000_000),
        tenderer=data["tenderer"],
        org=data["org"],
        currency=data["currency"],
        validity_days=90,
    )
    (tmp_path / "line.json").write_bytes(line.encoded())
    (tmp_path / "technical.bin").write_bytes(os.urandom(door.PART))
    key = tmp_path / "key.pem"
    key.write_bytes(private_key(clerk))
    command = [sys.executable, "-m", "protocol", "seal", "--policy", str(tmp_path / "policy.json")]
    command += ["--anchors", str(tmp_path / "anchors.json"), "--key", str(key), "--org", data["org"]]
    command += ["--file", f"0={tmp_path / 'line.json'}", "--file", f"1={tmp_path / 'technical.bin'}"]
    subprocess.run([*command, "--out", str(tmp_path / "sealed")], cwd=ROOT, check=True, capture_output=True)
    return tmp_path / "sealed"


def private_key(clerk):
    """The key of the backup file as PEM, as the offline tool keeps it."""
    ring = json.loads((clerk.served.place / "browser-keys" / "bidder.json").read_bytes())
    lock, half = ring["locks"][0], ring["halves"]["sign"]
    derived = PBKDF2HMAC(SHA256(), 32, bytes.fromhex(lock["salt"]), lock["iterations"])
    wrapping = derived.derive(clerk.secret["passphrase"].encode())
    sealed = lock["keys"]["sign"]
    bound = f"sign {half['algorithm']} {half['public']}".encode()
    der = AESGCM(wrapping).decrypt(bytes.fromhex(sealed["iv"]), bytes.fromhex(sealed["sealed"]), bound)
    return Signer(load_der_private_key(der, None)).save()


def test_an_unencrypted_file_is_refused_with_the_reason(clerk, tmp_path):
    number = clerk.tender(1)
    plain = tmp_path / "e1.bin"
    plain.write_bytes(b"%PDF-1.7\n" + bytes(100))
    page = clerk.open(f"/bids/lot/{number}-01/import/", "import")

    page.set_input_files("#files", [str(plain)])
    page.wait_for_selector("#trouble .sl-note")

    assert "not encrypted" in page.locator("#trouble").inner_text()
    assert "article 26" in page.locator("#trouble").inner_text()
    with suppress(OSError):
        plain.unlink()
