"""Bids signed under X.509 certificates: sealed offline, taken at the door, opened, and verified by both verifiers."""

import json
import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import Person
from accounts.services import signing_key_certificate_bind, signing_key_register
from bidding import services, store
from bidding.models import Bid, Receipt
from bidding.rehearsal import bidders
from bidding.rehearsal.tenders import Offer
from bidding.selectors.certificates import lapsed_after_sealing
from bidding.states import Edition
from kernel import clock
from protocol import bodies, dsse
from protocol.verify import verify
from tests import builders_bidding as build
from tests.bidding.authority import Authority, der, key_of, pem
from tests.bidding.test_upload_api import Device
from tests.protocol.test_cli import alone

pytestmark = pytest.mark.django_db
NODE = shutil.which("node")
CLI = Path(__file__).parent.parent / "js" / "cli.mjs"


@pytest.fixture
def hall(monkeypatch, settings, tmp_path, kept):
    made = kept(build.near_close)
    monkeypatch.setattr(clock, "now", lambda: made.clock.now)
    made.authority = Authority(made.clock.now)
    (tmp_path / "root.pem").write_bytes(made.authority.file)
    settings.CA_ROOTS = [str(tmp_path / "root.pem")]
    return made


class Certified:
    """A bidder with a certified key: registered, its certificate bound, and a folder the tool has sealed."""

    def __init__(self, hall, client, folder, alg=dsse.ECDSA, *, bind=True, authority=None, org=None, **valid):
        self.hall, self.client, self.folder = hall, client, folder
        self.party = hall.bidder(1)
        self.key = key_of(alg)
        self.code = self.party.organisation.code
        self.chain = (authority or hall.authority).certify(self.key, org or self.code, **valid)
        self.row = register(hall, self.party, self.key)
        if bind:
            self.bind()
        client.force_login(Person.objects.get(pk=self.party.actor.person))

    def bind(self):
        certificates = [one.hex() for one in der(self.chain)]
        now = self.hall.clock.now
        signing_key_certificate_bind(
            key_id=self.row.pk, certificates=certificates, actor=self.party.actor, at=now
        )

    def sealed(self, out="BID", chain=None):
        """What the tool says when it seals with files the pages give; the folder is there if it did."""
        for name, url in (("policy.json", "portal-policy"), ("anchors.json", "portal-anchors")):
            (self.folder / name).write_bytes(
                self.client.get(reverse(url, args=[self.hall.lot.policy])).content
            )
        line = bidders.line_of(
            self.hall.one, Offer(self.party.organisation.name, Decimal(9_000_000)), self.party
        ).encoded()
        (self.folder / "line").write_bytes(line)
        (self.folder / "tech").write_bytes(b"technical")
        (self.folder / "key.pem").write_bytes(self.key.save())
        (self.folder / "chain.pem").write_bytes(pem(chain or self.chain))
        words = ["seal", "--policy", self.folder / "policy.json", "--anchors", self.folder / "anchors.json"]
        words += ["--key", self.folder / "key.pem", "--chain", self.folder / "chain.pem", "--org", self.code]
        words += ["--file", f"0={self.folder / 'line'}", "--file", f"1={self.folder / 'tech'}"]
        return alone(*words, "--out", self.folder / out)

    def hand_in(self, out="BID"):
        """The folder through the addresses the import page uses; the answer to the manifest."""
        folder = self.folder / out
        device = Device.__new__(Device)
        device.client, device.hall = self.client, self.hall
        device.contents = {e: (folder / f"e{e}.bin").read_bytes() for e in (0, 1)}
        upload = device.open().json()["id"]
        device.put_all(upload)
        signed = json.loads((folder / "manifest.json").read_text())
        return device.post(f"uploads/{upload}/bid", signed, headers={"Accept-Language": "en"})

    def past_the_tool(self, chain=None):
        """A bid signed under whatever chain, by a program that asks nothing; the answer of the door."""
        (self.folder / "e").mkdir(exist_ok=True)
        signer = dsse.Signer(self.key.key, der(chain or self.chain))
        party = type(self.party)(self.party.organisation, self.party.actor, signer, self.party.email)
        made, contents = build.seal(self.hall.one, party)
        for e, data in contents.items():
            (self.folder / "e" / f"e{e}.bin").write_bytes(data)
        value = {"body": made.body, "signatures": made.signatures}
        (self.folder / "e" / "manifest.json").write_text(json.dumps(value))
        return self.hand_in("e")


def register(hall, party, key):
    organisation = party.organisation
    body = bodies.body("signer-key", org=organisation.code, name=organisation.name, spki=key.spki.hex())
    registrar = hall.registry.registrar
    row = signing_key_register(
        body=body,
        signatures=[registrar.sign("signer-key", body)],
        registrar=frozenset({registrar.spki.hex()}),
        actor=SYSTEM,
        at=hall.clock.now,
    )
    hall.cut()
    return row


def refused(answer, code):
    """The sentence of a refusal by a rule; nothing was taken."""
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content.decode()
    assert not Bid.objects.exists()
    return answer.json()["detail"]


def to_the_end(hall):
    for number in (2, 3):
        hall.bid(number, 9_000_000 + number)
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    hall.opened()
    hall.end()


def judged(hall, folder):
    """Both verifiers over the bundle, with every receipt: (Python's, Node's exit code)."""
    made = services.bundle_export(lot_id=hall.lot.pk, edition=Edition.AUDIT, actor=SYSTEM, at=hall.clock.now)
    (folder / "bundle.zip").write_bytes(b"".join(store.default().read(made.path)))
    (folder / "anchors.json").write_bytes(hall.anchors())
    receipts = []
    for row in Receipt.objects.filter(lot=hall.lot, kind="bid"):
        receipts.append(folder / f"receipt-{row.pk}.json")
        receipts[-1].write_text(row.signed)
    words = [word for path in receipts for word in ("--receipt", path)]
    ours = alone("verify", folder / "bundle.zip", "--anchors", folder / "anchors.json", *words)
    node = [NODE, str(CLI), str(folder / "bundle.zip"), str(folder / "anchors.json"), *map(str, receipts)]
    theirs = subprocess.run(node, capture_output=True, text=True, check=False, timeout=120) if NODE else None
    return ours, theirs


@pytest.mark.parametrize("alg", [dsse.ECDSA, dsse.RSA_PSS])
def test_a_bid_under_a_certificate_goes_from_the_tool_to_the_verified_bundle(alg, hall, client, tmp_path):
    """Scenario 19, too: the certificate ends half an hour before the opening; the bid stands, and a note is shown."""
    ends = hall.one.close_at - timedelta(minutes=30)
    bidder = Certified(hall, client, tmp_path, alg, ends=ends)
    done = bidder.sealed()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"certificate valid until {ends:%Y-%m-%d %H:%M}" in done.stdout
    answer = bidder.hand_in()
    assert answer.status_code == 200, answer.content.decode()
    hall.cut()
    bid = Bid.objects.get()
    receipt = client.get(f"/api/v1/bidding/receipts/{bid.ev}")
    assert receipt.status_code == 200

    to_the_end(hall)

    bid.refresh_from_db()
    assert bid.state == "opened"
    assert "certs" in bid.entry.signatures[0]
    note = lapsed_after_sealing(bid.pk, at=hall.clock.now)
    assert note is not None
    assert note.code == "certificate_lapsed_after"
    ours, theirs = judged(hall, tmp_path)
    assert (ours.returncode, ours.stdout.splitlines()[-1]) == (0, "all checks hold"), ours.stdout
    assert theirs is None or theirs.returncode == 0, theirs.stdout
    anchors = json.loads((tmp_path / "anchors.json").read_text())
    assert anchors["ca_roots"] == [one.hex() for one in der([hall.authority.root])]
    (tmp_path / "none.json").write_text(json.dumps(anchors | {"ca_roots": []}))
    report = verify(tmp_path / "bundle.zip", (tmp_path / "none.json").read_bytes(), [])
    assert not report.ok, "without the root the bid would be void: the chain is what carries it"


def test_the_same_hand_with_the_bare_key_may_withdraw(hall, client, tmp_path):
    """A certificate that lapses must not keep anybody from its own bid."""
    bidder = Certified(hall, client, tmp_path)
    bidder.sealed()
    assert bidder.hand_in().status_code == 200
    hall.cut()
    bid = Bid.objects.get()
    body = bodies.body("withdraw", policy=hall.lot.policy, target=bid.ev)

    def withdrawn(signer):
        given = {"body": body, "signatures": [signer.sign("withdraw", body)]}
        return client.post(
            f"/api/v1/bidding/bids/{bid.pk}/withdrawal", given, content_type="application/json"
        )

    assert withdrawn(dsse.Signer(bidder.key.key, der(bidder.chain))).json()["code"] == "signature_certs"
    assert withdrawn(bidder.key).status_code == 200


def test_an_expired_certificate_seals_nothing_new(hall, client, tmp_path):
    """Day 1 of the journeys: the words name the time, what stands, the remedy, and what is left."""
    bidder = Certified(hall, client, tmp_path, ends=hall.clock.now + timedelta(minutes=4))
    hall.clock.after(seconds=300)

    detail = refused(bidder.past_the_tool(), "certificate_lapsed")

    assert "Your certificate expired at" in detail
    assert "Bids with a receipt stand; bind a new one to seal again." in detail


def test_a_certificate_that_ends_before_the_bid_is_stated_is_refused(hall, client, tmp_path):
    """The verifiers ask at the moment of the first statement; a bid taken in between would void the record."""
    bidder = Certified(hall, client, tmp_path, ends=hall.clock.now + timedelta(seconds=30))

    detail = refused(bidder.past_the_tool(), "certificate_ends_soon")

    assert "before the ledger has certainly stated this bid. Bind a new one to seal again." in detail


def test_a_certificate_that_is_not_bound_is_refused_until_it_is(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path, bind=False)
    bidder.sealed()

    detail = refused(bidder.hand_in(), "certificate_not_bound")
    serial = f"{bidder.chain[0].serial_number:X}"
    assert f"投标签章 ({serial}) is not bound to a key of your organisation here." in detail
    assert "Bind it on the page of keys, then hand the same folder in again." in detail

    bidder.bind()
    assert bidder.hand_in().status_code == 200


def test_a_foreign_root_is_refused_by_tool_and_door(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path, authority=Authority(hall.clock.now, "别的根证书"))

    done = bidder.sealed()
    detail = refused(bidder.past_the_tool(), "certificate_chain")

    assert (done.returncode, "ends under none of the trusted roots" in done.stderr) == (1, True)
    assert not (tmp_path / "BID").exists()
    assert "ends under none of the trusted roots" in detail
    assert "every certificate up to an authority accepted here: 测试根证书" in detail


def test_a_chain_with_a_gap_is_refused_by_tool_and_door(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path)
    leaf = bidder.chain[:1]

    assert bidder.sealed(chain=leaf).returncode == 1
    detail = refused(bidder.past_the_tool(leaf), "certificate_chain")

    assert "Seal with --chain and every certificate up to" in detail


def test_a_certificate_for_another_use_is_refused_by_tool_and_door(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path, use="key_encipherment")

    done = bidder.sealed()
    detail = refused(bidder.past_the_tool(), "certificate_usage")

    assert "keyUsage of a certificate does not allow this use" in done.stderr
    assert "its key usage lacks digital signatures. Seal with your signing certificate." in detail


def test_a_certificate_of_another_organisation_is_refused_by_tool_and_door(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path, org="91350100R99999999X")

    done = bidder.sealed()
    detail = refused(bidder.past_the_tool(), "certificate_organisation")

    assert "the certificate is of another organisation than --org [91350100R99999999X]" in done.stderr
    assert f"names the organisation 91350100R99999999X; yours is {bidder.code}" in detail


def test_a_certificate_that_begins_later_is_refused(hall, client, tmp_path):
    bidder = Certified(hall, client, tmp_path, begins=hall.clock.now + timedelta(minutes=20), bind=False)

    assert "is valid only from" in refused(bidder.past_the_tool(), "certificate_not_yet")


def test_without_an_authority_no_certificate_is_taken(hall, client, tmp_path, settings):
    settings.CA_ROOTS = []
    bidder = Certified(hall, client, tmp_path)

    detail = refused(bidder.past_the_tool(), "certificate_no_roots")

    assert "Seal with the key registered here, without --chain." in detail


def test_somebody_elses_chain_signs_nothing(hall, client, tmp_path):
    """The bound certificate is public: shown with another key's signature it is no signature at all."""
    bidder = Certified(hall, client, tmp_path)
    bidder.sealed()
    path = tmp_path / "BID" / "manifest.json"
    signed = json.loads(path.read_text())
    signed["signatures"][0]["sig"] = key_of(dsse.ECDSA).sign("bid", signed["body"])["sig"]
    path.write_text(json.dumps(signed))

    answer = bidder.hand_in()

    assert (answer.status_code, answer.json()["code"]) == (403, "signature_bad")


def test_a_bid_stated_only_after_its_certificate_ended_does_not_count(hall, client, tmp_path):
    """The log stalls: the bid is logged in time, first stated too late, and both verifiers would void it."""
    ends = hall.clock.now + timedelta(minutes=15)
    bidder = Certified(hall, client, tmp_path, ends=ends)
    bidder.sealed()
    assert bidder.hand_in().status_code == 200
    hall.clock.to(ends + timedelta(minutes=2))
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    assert not Receipt.objects.exists()
    for number in (2, 3, 4):
        hall.bid(number, 9_000_000 + number)
    hall.cut()
    services.receipts_due(lot_id=hall.lot.pk, at=hall.clock.now)
    hall.opened()
    hall.end()

    assert Bid.objects.get(organisation=bidder.party.organisation).state == "late"
    ours, theirs = judged(hall, tmp_path)
    failed = [line for line in ours.stdout.splitlines() if " failed " in line]
    assert [line[:2] for line in failed] in ([], ["V7"]), "a stalled log is named, the void bid harms nobody"
    assert theirs is None or (theirs.returncode == 0) == (not failed)
