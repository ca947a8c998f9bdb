"""Bidders with the offline tool and the pages alone: key, line, seal, receipt, replace, withdraw, decrypt, read out."""

import base64
import html
import json
import re
import shlex

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import KeyRequest
from accounts.services import key_request_certify
from accounts.services.key_requests import signer_key_body
from accounts.states import Role
from bidding.models import Bid, FactorReveal
from kernel import clock
from ledger.models import Entry
from protocol.line import read_line
from tests import builders_bidding as build
from tests.bidding.test_upload_api import API, Device
from tests.journeys import hall_world as world
from tests.protocol.test_cli import alone
from tests.web.html import Page

pytestmark = pytest.mark.django_db
PLACES = {
    "KEY.pem",
    "policy.json",
    "anchors.json",
    "fields.json",
    "line.json",
    "BID",
    "FILE1",
    "key-request.json",
}


class Offline:
    """A bidder with two machines: one with a browser and no key, one with the tool and no network."""

    def __init__(self, hall, number, folder):
        self.hall, self.party, self.folder = hall, hall.bidder(number), folder
        folder.mkdir()
        (folder / "FILE1").write_bytes(b"%PDF-1.7 technical")
        self.client = world.client_of(self.party.email)

    def page(self, name, language="en"):
        with translation.override(language):
            answer = self.client.get(reverse(f"bidding:{name}", args=[self.hall.lot.number]))
        text = answer.content.decode()
        assert (answer.status_code, Page(text).problems) == (200, [])
        return text

    def tool(self, text, name, code=0, **put):
        """Run the command of this name as it stands on the page, with the files of this folder."""
        [found] = re.findall(rf"python -m protocol ({name} [^<\n]*)", text)
        words = shlex.split(html.unescape(found))
        for old, new in put.items():
            words[words.index(old)] = new
        done = alone(*[self.place(word) for word in words], cwd=self.folder)
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def place(self, word):
        before, equals, name = word.rpartition("=")
        return f"{before}{equals}{self.folder / name}" if name in PLACES or name.endswith(".json") else word

    def save(self, text):
        """Save every file the page offers, under the name it gives."""
        for link, name in re.findall(r'href="([^"]+)" download="([a-z.]+)"', text):
            data = (
                base64.b64decode(link.partition(",")[2])
                if link.startswith("data:")
                else self.client.get(html.unescape(link)).content
            )
            (self.folder / name).write_bytes(data)

    def key(self):
        """A key by the tool, registered by way of the pages."""
        with translation.override("en"):
            path = reverse("accounts:key-new")
        text = self.client.get(path).content.decode()
        self.tool(text, "keygen")
        self.tool(text, "key-request")
        given = {"label": "safe", "made": (self.folder / "key-request.json").read_text()}
        assert self.client.post(path, given).status_code == 302
        asked = KeyRequest.objects.get(organisation=self.party.organisation)
        body = signer_key_body(asked.organisation, asked.spki)
        registrar = self.hall.registry.registrar
        key_request_certify(
            request_id=asked.pk,
            signatures=[registrar.sign("signer-key", body)],
            registrar={registrar.spki.hex()},
            actor=world.centre(self.hall, "受理员", Role.INTAKE).actor,
            at=self.hall.clock.now,
        )

    def bid(self, price):
        """Write the line, seal, hand the folder in; the event id of the bid."""
        for old in ("line.json", "BID"):
            if (self.folder / old).exists():
                (self.folder / old).rename(self.folder / f"{old}-{price}")
        text = self.page("import")
        self.save(text)
        said = self.tool(text, "line", PRICE=price, MANAGER="周某某")
        assert f"lot {self.hall.lot.number}" in said
        self.tool(text, "seal")
        return self.hand_in()

    def hand_in(self):
        device = Device.__new__(Device)
        device.client, device.hall = self.client, self.hall
        device.contents = {e: (self.folder / "BID" / f"e{e}.bin").read_bytes() for e in (0, 1)}
        upload = device.open().json()["id"]
        device.put_all(upload)
        signed = json.loads((self.folder / "BID" / "manifest.json").read_text())
        answer = device.post(f"uploads/{upload}/bid", signed)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()["ev"]

    def receipt(self, ev):
        """The receipt of an event, checked by the tool under what the page gave."""
        self.hall.cut(11)
        answer = self.client.get(f"{API}/receipts/{ev}")
        assert answer.status_code == 200, answer.content.decode()
        (self.folder / "receipt.json").write_bytes(answer.content)
        words = ["--policy", self.folder / "policy.json", "--anchors", self.folder / "anchors.json"]
        done = alone("check", self.folder / "receipt.json", *words)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"receipt holds: event {ev}")
        return answer["X-Receipt-Code"]

    def send(self, act, ev, data):
        """What the page does with the file, after its own checks."""
        bid = Bid.objects.get(ev=ev)
        return self.client.post(f"{API}/bids/{bid.pk}/{act}", data, content_type="application/json")


@pytest.fixture
def hall(monkeypatch, kept, settings):
    settings.RUSH_CHECKPOINT_SECONDS = 60
    made = kept(build.near_close, panel=world.FACTOR)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    return made


def refused(bidder, act, ev, data, code):
    """Refused in words, with nothing stored."""
    before = Entry.objects.count(), Bid.objects.get(ev=ev).state
    answer = bidder.send(act, ev, data)
    assert (answer.status_code // 100, answer.json().get("code")) == (4, code), answer.content.decode()
    assert (Entry.objects.count(), Bid.objects.get(ev=ev).state) == before


def test_a_bidder_bids_replaces_and_withdraws_without_a_key_in_a_browser(hall, tmp_path):
    one, other = Offline(hall, 1, tmp_path / "one"), Offline(hall, 2, tmp_path / "two")
    beside = build.hall(panel=world.FACTOR, beside=hall)
    hall.clock.to(max(hall.clock.now, beside.clock.now))
    one.key()
    other.key()
    first = one.bid("9,180,000")
    assert read_line((one.folder / "line.json").read_bytes()).price_words == "玖佰壹拾捌万元整"
    codes = {one.receipt(first)}

    second = one.bid("9,100,000.50")
    codes.add(one.receipt(second))
    assert Bid.objects.get(ev=first).state == "superseded"

    theirs = other.bid("9,000,000")
    codes.add(other.receipt(theirs))
    text = one.page("withdraw")
    assert f"--bid {second}" in text
    one.save(text)
    one.tool(text, "withdraw")
    right = (one.folder / "withdrawal.json").read_text()
    for change, code in withdrawals_that_are_not(one, other, beside, text, second, theirs):
        refused(one, "withdrawal", second, change, code)
    refused(one, "withdrawal", theirs, right, "bid")
    refused(one, "withdrawal", first, right, "other_target")

    answer = one.send("withdrawal", second, right)

    assert answer.status_code == 200, answer.content.decode()
    withdrawal = Entry.objects.get(kind="withdraw")
    codes.add(one.receipt(withdrawal.ev))
    assert Bid.objects.get(ev=second).state == "withdrawn"
    assert len(codes) == 4
    assert "there is nothing to withdraw" in one.page("withdraw")


def withdrawals_that_are_not(one, other, beside, text, second, theirs):
    """Files for another bid, by another key, for another lot, changed, or too large: and how each is refused."""

    def made(name, bidder=one, **put):
        bidder.tool(text, "withdraw", **{"withdrawal.json": name}, **put)
        return (bidder.folder / name).read_text()

    right = json.loads((one.folder / "withdrawal.json").read_text())
    yield made("bid.json", **{second: theirs}), "other_target"
    yield made("key.json", other), "signature_unknown"
    lot = {"body": right["body"] | {"policy": beside.lot.policy}, "signatures": right["signatures"]}
    yield json.dumps(lot), "policy_replaced"
    yield json.dumps(right | {"body": right["body"] | {"more": 1}}), "malformed"
    flipped = [right["signatures"][0] | {"sig": "00" * 64}]
    yield json.dumps(right | {"signatures": flipped}), "signature_bad"


def test_an_offline_bid_is_opened_and_read_out_and_the_bundle_holds(hall, tmp_path):
    """The figures the tool wrote are the ones which are read out, and a stranger recomputes it all."""
    one = Offline(hall, 1, tmp_path / "one")
    one.key()
    mine = one.bid("8,888,888.88")
    one.receipt(mine)
    for number in (2, 3):
        hall.bid(number, 9_000_000 + number)
    hall.cut()
    hall.close()
    text = one.page("own-opening")
    one.save(text)
    one.tool(text, "factor")
    right = json.loads((one.folder / "factor.json").read_text())
    other = hall.handed[0]
    for change, code in (
        ({"bid": other.bid.ev}, "factor_wrong"),
        ({"policy": "00" * 32}, "policy_replaced"),
        ({"factors": right["body"]["factors"][:1]}, "factor_wrong"),
    ):
        refused(one, "factor", mine, json.dumps(right | {"body": right["body"] | change}), code)
    strangers = [other.party.signer.sign("factor", right["body"])]
    refused(one, "factor", mine, json.dumps(right | {"signatures": strangers}), "signature_unknown")
    assert not FactorReveal.objects.exists()

    assert one.send("factor", mine, (one.folder / "factor.json").read_text()).status_code == 204
    hall.cut()
    hall.check()
    hall.reveal(0)
    hall.reveal(1)

    shown = world.shown(hall, "hall")
    assert "8,888,888.88" in shown
    assert "捌佰捌拾捌万捌仟捌佰捌拾捌元捌角捌分" in shown
    hall.end()
    report = hall.judged(tmp_path)
    assert not build.faults(report)
    assert {row["verdict"] for row in report.verdicts if row["bid"] == mine} == {"OPENED"}
    (tmp_path / "anchors.json").write_bytes(hall.anchors())
    words = ["--anchors", tmp_path / "anchors.json", "--receipt", one.folder / "receipt.json"]
    done = alone("verify", tmp_path / "audit.zip", *words)
    assert (done.returncode, "all checks hold" in done.stdout) == (0, True), done.stdout
