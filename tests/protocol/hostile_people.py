"""Who signs: certificates, other algorithms, keys lost and keys invented. Honest and hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from protocol import bodies, canonical, dsse
from protocol.hashing import sha256
from tests.protocol.stories import Told, begun, closed, ended, sealed, story
from tests.protocol.world import CLOSE, START, World

SMALL = {"t": 2, "n": 3, "orgs": ["org-a", "org-b", "org-c"]}
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
RSA_PEM = Path(__file__).with_name("rsa_party.pem")


class Authority:
    """A certificate authority made from a seed, so that its certificates are the same each time."""

    def __init__(self, world: World, label: str) -> None:
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(world.derive(f"ca {label}"))
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, label)])
        self.root = self._issue(self.name, self.key.public_key(), "key_cert_sign", (0, CLOSE * 2), ca=True)

    def _issue(self, subject, key, use, valid, *, ca=False):
        start, end = (datetime.fromtimestamp(moment, tz=UTC) for moment in valid)
        builder = x509.CertificateBuilder(self.name, subject, key, 7, start, end)
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        usage = x509.KeyUsage(**{name: name == use for name in USAGES})
        made = builder.add_extension(usage, critical=True).sign(self.key, None)
        return made.public_bytes(serialization.Encoding.DER)

    def certify(self, world, org, *, use="digital_signature", valid=(START - 1000, CLOSE * 2 - 1)):
        """A signer of this organisation with its certificate."""
        key = ed25519.Ed25519PrivateKey.from_private_bytes(world.derive(f"certified {org}"))
        parts = [(NameOID.COMMON_NAME, "signer"), (NameOID.ORGANIZATION_IDENTIFIER, org)]
        subject = x509.Name([x509.NameAttribute(*part) for part in parts])
        return dsse.Signer(key, [self._issue(subject, key.public_key(), use, valid)])


def parties(world, role, party):
    """The anchors' parties with those of one role replaced."""
    held = json.loads(world.anchors())["parties"]
    return [row for row in held if row["role"] != role] + [party]


def certified(world, org, **options):
    """Firm `org` bids under a certificate of one authority; gives the authority."""
    authority = Authority(world, "bidders ca")
    world.chained = world.bid(org, signer=authority.certify(world, org, **options))
    return authority


def with_certified_bid(org="firm-4", **options):
    world = begun(**SMALL)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    authority = certified(world, org, **options)
    world.cut(START + 20)
    return world, authority


def void_chained(world):
    """The set without the certified bid, which is void."""
    rule = type(world).set_of

    def set_of(n_close):
        kept, world.events = world.events, [e for e in world.events if e is not world.chained]
        try:
            return rule(world, n_close)
        finally:
            world.events = kept

    world.set_of = set_of


@story(verdicts={"OPENED": 3})
def an_owner_signs_by_certificate():
    """Section 4.2: the owner is known by the authority which certifies it."""
    world = World(**SMALL)
    authority = Authority(world, "owners ca")
    world.owner = authority.certify(world, "owner-org")
    world.play()
    party = {"org": "owner-org", "role": "owner", "ca_root": authority.root.hex()}
    return Told(world, anchors=world.anchors(parties=parties(world, "owner", party)))


@story("V2", verdicts={"OPENED": 3})
def an_owner_under_an_unknown_authority():
    world = World(**SMALL)
    world.owner = Authority(world, "owners ca").certify(world, "owner-org")
    world.play()
    party = {"org": "owner-org", "role": "owner", "ca_root": Authority(world, "another ca").root.hex()}
    return Told(world, anchors=world.anchors(parties=parties(world, "owner", party)))


@story("V2", verdicts={"OPENED": 3})
def an_owner_of_another_organisation():
    """The authority is known, but certifies somebody else."""
    world = World(**SMALL)
    authority = Authority(world, "owners ca")
    world.owner = authority.certify(world, "somebody-else")
    world.play()
    party = {"org": "owner-org", "role": "owner", "ca_root": authority.root.hex()}
    return Told(world, anchors=world.anchors(parties=parties(world, "owner", party)))


@story("V2", verdicts={"OPENED": 3})
def an_owner_s_own_key_under_a_chain_of_nobody():
    """Section 2: the anchors know the key, yet a signature that brings a chain is held to it."""
    world = World(**SMALL)
    world.owner = Authority(world, "owners ca").certify(world, "owner-org")
    world.play()
    party = {"org": "owner-org", "role": "owner", "spki": world.owner.spki.hex()}
    return Told(world, anchors=world.anchors(parties=parties(world, "owner", party)))


@story(verdicts={"OPENED": 4})
def a_bidder_signs_by_certificate():
    """Attack 32: valid when sealed; that it expires before the opening changes nothing."""
    world, authority = with_certified_bid(valid=(START - 1000, START + 100))
    world.to_end()
    return Told(world, anchors=world.anchors(ca_roots=[authority.root.hex()]))


@story(verdicts={"OPENED": 3})
def a_certificate_expired_before_sealing():
    """Attack 32: such a bid is void."""
    world, authority = with_certified_bid(valid=(START - 1000, START - 10))
    void_chained(world)
    world.to_end()
    return Told(world, anchors=world.anchors(ca_roots=[authority.root.hex()]))


@story(verdicts={"OPENED": 3})
def a_certificate_which_is_not_for_signing():
    """Attack 32: wrong key usage."""
    world, authority = with_certified_bid(use="key_agreement")
    void_chained(world)
    world.to_end()
    return Told(world, anchors=world.anchors(ca_roots=[authority.root.hex()]))


@story(verdicts={"OPENED": 3})
def a_certificate_under_no_root_of_the_anchors():
    world, _ = with_certified_bid()
    void_chained(world)
    world.to_end()
    return world


@story("V9", "V10", "V16", "V18", verdicts={"OPENED": 3})
def a_void_bid_is_taken_in():
    """Attack 32: the platform opens a bid whose certificate had expired."""
    world, authority = with_certified_bid(valid=(START - 1000, START - 10))
    world.to_end()
    return Told(world, anchors=world.anchors(ca_roots=[authority.root.hex()]))


@story(verdicts={"OPENED": 3})
def parties_with_other_algorithms():
    """ECDSA P-256 for owner and a bidder, RSA-PSS for the platform."""
    world = World(**SMALL)
    number = int.from_bytes(world.derive("p256"), "big") >> 1
    world.owner = dsse.Signer(ec.derive_private_key(number, ec.SECP256R1()))
    world.platform = dsse.Signer.load(RSA_PEM.read_bytes())
    by_name = world.signer
    firm = dsse.Signer(ec.derive_private_key(number >> 1, ec.SECP256R1()))
    world.signer = lambda name: firm if name == "firm-1" else by_name(name)
    world.play()
    return Told(world, receipts=[canonical.encode(world.receipt(world.bids[0]))])


@story("V2", "V9", verdicts={"OPENED": 3})
def a_key_loss_by_the_registrar_alone():
    """A2: without the supervisor the registrar could replace a rival's bid."""
    world = sealed(**SMALL)
    new, old = world.enrol("firm-1", "firm-1 new key"), world.signer("firm-1")
    body = bodies.body("key-loss", org="firm-1", old=old.spki.hex(), new=new.spki.hex(), evidence="00" * 32)
    world.put("key-loss", body, world.registrar, chain=False)
    world.cut(START + 30)
    world.bid("firm-1", signer=new, replaces=world.ev(world.bids[0]))
    world.cut(START + 40)
    world.to_end()
    return world


@story("V2", verdicts={"OPENED": 3})
def the_owner_alone_addresses_a_decision():
    """A decision needs the supervisor."""
    world = closed(**SMALL)
    body = bodies.body(
        "decision", policy=world.policy_id, e=0, bid="00" * 32, outcome="set-aside", reason="", name="chair"
    )
    world.put("decision", body, world.owner)
    return ended(world)


def announcing(change):
    """A tender whose first officer-key event is changed before it is signed."""
    world = World(**SMALL)
    put = world.put

    def changed(kind, body, *signers, **options):
        if kind == "officer-key" and body["i"] == 1:
            body = body | change(world)
        return put(kind, body, *signers, **options)

    world.put = changed
    return world.play()


@story("V4", verdicts={"OPENED": 3})
def a_policy_names_a_key_its_officer_never_announced():
    """Attack 10: another public key was put in the officer's place before publication."""
    return announcing(lambda world: {"pk": world.derive("the officer's own key").hex()})


@story("V4", verdicts={"OPENED": 3})
def a_key_announced_for_another_tender():
    return announcing(lambda world: {"tender": "500112-GC-2026-00002"})


@story("V4", verdicts={"OPENED": 3})
def an_officer_key_announced_after_the_policy():
    world = World(**SMALL)
    put, late = world.put, []

    def later(kind, body, *signers, **options):
        if kind == "officer-key" and body["i"] == 1:
            late.append((kind, body, signers, options))
            return None
        event = put(kind, body, *signers, **options)
        if kind == "policy":
            kind, body, signers, options = late.pop()
            put(kind, body, *signers, **options)
        return event

    world.put = later
    return world.play()


@story("V4", verdicts={"OPENED": 3})
def a_seat_given_to_another_person():
    """A9: the organisation certified somebody; the policy names another person under that certificate."""
    world = begun_with(lambda seats: seats[0].update(person="77" * 32))
    world.to_end()
    return world


def begun_with(change):
    """Bids in, under a policy whose officers were changed by the owner."""
    world = World(**SMALL)
    officers = canonical.decode(canonical.encode(world.policy_body()["officers"]))
    change(officers)
    world.publish(officers=officers)
    for number in (1, 2, 3):
        world.enrol(f"firm-{number}")
    world.cut(START + 10)
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(START + 20)
    return world


@story("V19", verdicts={"OPENED": 3, "STALE": 1})
def a_bid_sealed_for_another_lot():
    """Attack 18: logged into this chain; its T is none of this chain's."""
    world = sealed(**SMALL)
    other = world.policy_body(lot="02")
    made = world.seal("firm-1", world.signer("firm-1"), policy=other)
    world.put("bid", made.body, signatures=made.signatures)
    world.cut(START + 30)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def a_rival_withdraws_anothers_bid():
    """It is void: only the bidder itself can."""
    world = sealed(**SMALL)
    world.withdraw("firm-2", world.ev(world.bids[0]))
    void = world.events[-1]
    world.cut(START + 30)
    world.chained = void
    void_chained(world)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def a_withdrawal_signed_as_something_else():
    """Attack 26: the bytes of a withdrawal signed under the type of a factor are no withdrawal."""
    world = sealed(**SMALL)
    body = bodies.body("withdraw", policy=world.policy_id, target=world.ev(world.bids[0]))
    world.chained = world.put("withdraw", body, signatures=[world.signer("firm-1").sign("factor", body)])
    world.cut(START + 30)
    void_chained(world)
    world.to_end()
    return world


@story(verdicts={"OPENED": 3})
def a_manifest_whose_signer_is_another():
    """The first signature's key must be the one the manifest names."""
    world = begun(4, **SMALL)
    made = world.seal("firm-4", world.signer("firm-4"))
    body = made.body | {"signer": sha256(world.signer("firm-3").spki).hex()}
    world.chained = world.put("bid", body, world.signer("firm-4"))
    world.bids = [world.bid(f"firm-{number}") for number in (1, 2, 3)]
    world.cut(START + 20)
    void_chained(world)
    world.to_end()
    return world
