"""What an officer's device does: keys, dry runs, releases (docs/protocol.md, sections 4.2 and 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protocol import bodies, canonical, dsse, hpke, merkle, sealing, setrule
from protocol.anchors import Anchors
from protocol.errors import BadContent, ProtocolError
from protocol.events import leaf_of, sigs_hash
from protocol.hashing import sha256, tagged
from protocol.stated import Stating


def generate_key(random: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """A KEM key pair (secret, public) for one tender, 32 bytes each."""
    secret = random(32)
    return secret, hpke.public_key(secret)


def dryrun_info(tender: str, lot: str, i: int) -> bytes:
    """The HPKE info of a dry run, computed here and never taken from a message (A10)."""
    return b"sealedbid/v1 dryrun" + sha256(f"{tender}/{lot}".encode("ascii")) + bytes([i])


def dryrun_challenge(
    pk: bytes, tender: str, lot: str, i: int, challenge: bytes, random: Callable[[int], bytes]
) -> bytes:
    """Seal a 32-byte challenge to officer i."""
    return hpke.seal_base(pk, dryrun_info(tender, lot, i), challenge, random(32))


def dryrun_answer(sk: bytes, tender: str, lot: str, i: int, sealed: bytes) -> bytes:
    """The answer to a challenge. BadContent if it is anything else, such as a sealed share."""
    challenge = hpke.open_base(sk, dryrun_info(tender, lot, i), sealed)
    if len(challenge) != 32:
        raise BadContent("a dry-run challenge has 32 bytes", evidence=str(len(challenge)))
    return expected_answer(challenge)


def expected_answer(challenge: bytes) -> bytes:
    """The answer an officer able to open `challenge` gives."""
    return tagged("dryrun answer", challenge)


def declare_key(tender: str, lot: str, i: int, pk: bytes, signer: dsse.Signer) -> dict[str, Any]:
    """The signed officer-key object of a seat; NotCanonical when tender, lot or i is none."""
    body = bodies.body("officer-key", tender=tender, lot=lot, i=i, pk=pk.hex(), sig_key=signer.spki.hex())
    return {"body": body, "signatures": [signer.sign("officer-key", body)]}


def answer_object(
    tender: str, lot: str, i: int, stage: str, sealed: bytes, sk: bytes, signer: dsse.Signer
) -> dict[str, Any]:
    """The signed answer to a challenge, made offline; BadContent for anything but a challenge to this very seat."""
    try:
        answer = dryrun_answer(sk, tender, lot, i, sealed)
    except BadContent as error:
        what = "the challenge is not a dry run sealed to these keys for this seat"
        raise BadContent(what, obj=f"{tender}/{lot}/{i}") from error
    named = {"tender": tender, "lot": lot, "i": i, "pk": hpke.public_key(sk).hex(), "stage": stage}
    body = bodies.body("dryrun", **named, answer=answer.hex(), tool="offline")
    return {"body": body, "signatures": [signer.sign("dryrun", body)]}


def open_share(sealed: sealing.Sealed, i: int, sk: bytes) -> bytes | None:
    """Officer i's share of one envelope, or None (FAIL) if it does not open or misses its commitment."""
    info = b"sealedbid/v1 share" + sealed.e_context + bytes([i])
    try:
        share = hpke.open_base(sk, info, bytes.fromhex(sealed.row["shares"][i - 1]["enc"]))
    except BadContent:
        return None
    return share if len(share) == 32 and sealed.share_matches(i, share) else None


def release_pair(
    *,
    policy: Mapping[str, Any],
    close: str,
    set_root: str,
    manifests: Iterable[tuple[str, Mapping[str, Any]]],
    e: int,
    i: int,
    sk: bytes,
    signer: dsse.Signer,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Commit and release of officer i for envelope e over the whole set: (ev, manifest) of every bid.

    The release is kept back until enough commits are logged; the commit names its hash and shows FAILs in clear.
    """
    shares = []
    for ev, manifest in sorted(manifests, key=lambda row: row[0]):
        share = open_share(sealing.Sealed.of(policy, manifest, e), i, sk)
        shares.append([ev, "FAIL" if share is None else share.hex()])
    common = {"policy": dsse.event_id("policy", policy).hex(), "e": e, "officer": i, "close": close}
    release = bodies.body("release", **common, set_root=set_root, shares=shares)
    commit = bodies.body(
        "release-commit",
        **common,
        hash=dsse.event_id("release", release).hex(),
        fails=[ev for ev, share in shares if share == "FAIL"],
    )
    return (
        {"body": commit, "signatures": [signer.sign("release-commit", commit)]},
        {"body": release, "signatures": [signer.sign("release", release)]},
    )


@dataclass(frozen=True)
class Pack:
    """An opening pack after the checks of A12: what an officer's device needs to release."""

    policy: dict[str, Any]
    policy_id: str
    close: dict[str, Any]
    manifests: list[tuple[str, dict[str, Any]]]


_SIGNED = bodies.record(body=bodies.anything, signatures=bodies.SIGNATURES)
_PACK = bodies.headed(
    policy=_SIGNED,
    close=_SIGNED,
    manifests=bodies.rows(_SIGNED),
    event=bodies.record(r=bodies.HASH, link=bodies.HASH, leaf=bodies.number()),
    path=bodies.PATH,
    note=bodies.NOTE,
    tokens=bodies.TOKENS,
    now=bodies.record(note=bodies.NOTE, tokens=bodies.TOKENS),
)


Stamped = tuple[str, Sequence[Mapping[str, str]]]
"""A checkpoint: its note, and its tokens (rows of source and token, by source)."""


def make_pack(
    *,
    policy: Mapping[str, Any],
    close: Mapping[str, Any],
    manifests: Iterable[Mapping[str, Any]],
    event: Mapping[str, Any],
    path: Sequence[bytes],
    stated: Stamped,
    now: Stamped,
) -> bytes:
    """An opening pack for the officers' offline tool (`read_pack` checks it).

    `policy`, `close` and `manifests` are signed objects, the manifests those of the set; `event` has r, link (hex) and
    leaf of the close, `path` is its inclusion proof in the checkpoint `stated`, which has the witness quorum; `now` is
    a checkpoint stated after the opening time and the set check.
    """
    pack = {
        **bodies.HEADER,
        "policy": _plain(policy),
        "close": _plain(close),
        "manifests": [_plain(manifest) for manifest in manifests],
        "event": {name: event[name] for name in ("r", "link", "leaf")},
        "path": [node.hex() for node in path],
        "note": stated[0],
        "tokens": list(stated[1]),
        "now": {"note": now[0], "tokens": list(now[1])},
    }
    _PACK(pack, "pack")
    return canonical.encode(pack)


def _plain(signed: Mapping[str, Any]) -> dict[str, Any]:
    return {"body": signed["body"], "signatures": signed["signatures"]}


def read_pack(data: bytes, anchors: Anchors, e: int) -> Pack:
    """Read an opening pack and refuse it (ProtocolError) unless everything an officer must check holds (A12).

    T is the anchors' and the latest; the close is the platform's and stands in a checkpoint with the witness quorum;
    a statement says that open_at and check_until have come; the manifests are exactly the set; there are enough bids.
    """
    value = canonical.decode_loose(data, 64 << 20)
    _PACK(value, "pack")
    policy, close = value["policy"]["body"], value["close"]["body"]
    bodies.check_body("policy", policy)
    bodies.check_body("close", close)
    if e >= len(policy["envelopes"]):
        raise ProtocolError("the policy has no such envelope", obj=f"envelope {e}")
    policy_id = dsse.event_id("policy", policy).hex()
    if anchors.policy_id(policy["tender"], policy["lot"]) != policy_id or close["policy"] != policy_id:
        raise ProtocolError("T is not that of the anchors", obj="policy", evidence=policy_id)
    platform = [row.get("spki") for row in anchors.parties("platform")]
    for signature in value["close"]["signatures"]:
        if dsse.verify_one("close", canonical.encode(close), signature).hex() not in platform:
            raise ProtocolError("the close is not signed by the platform", obj="close")
    _stands(value, policy, close, anchors, e)
    manifests = [_manifest(signed, policy, policy_id) for signed in value["manifests"]]
    evs = sorted(ev for ev, _ in manifests)
    if evs != [row["ev"] for row in close["bids"]] or setrule.set_root(evs).hex() != close["set_root"]:
        raise ProtocolError("the manifests are not those of the set", obj="close")
    if len(evs) < max(policy["min_bids"], anchors.data["min_bids"]):
        raise ProtocolError("fewer bids than may be opened", obj="close", evidence=str(len(evs)))
    return Pack(policy, policy_id, close, manifests)


def _manifest(
    signed: Mapping[str, Any], policy: Mapping[str, Any], policy_id: str
) -> tuple[str, dict[str, Any]]:
    """Event id and body of a bid which conforms to this very policy.

    Officers have one key for all lots of a tender: a manifest of another lot, put into this set, would open that lot.
    """
    body: dict[str, Any] = signed["body"]
    bodies.check_body("bid", body)
    keys = [dsse.verify_one("bid", canonical.encode(body), signature) for signature in signed["signatures"]]
    ev = dsse.event_id("bid", body).hex()
    act = setrule.Act("bid", ev, 0, body, body["org"], sha256(keys[0]).hex(), keys[0].hex())
    fault = setrule.bid_fault(policy, policy_id, act)
    if body["policy"] != policy_id:
        fault = "it is sealed for another lot or policy"
    if fault:
        raise ProtocolError(f"a bid of the set does not conform: {fault}", obj=f"bid {ev}")
    return ev, body


def _stands(
    value: Mapping[str, Any], policy: Mapping[str, Any], close: Mapping[str, Any], anchors: Anchors, e: int
) -> None:
    stating, event = Stating(policy, anchors), value["event"]
    seen, now = (stating.read(part["note"], part["tokens"]) for part in (value, value["now"]))
    for stated in (seen, now):
        if stated.faults:
            raise ProtocolError(stated.faults[0], obj="checkpoint")
    ev = bytes.fromhex(dsse.event_id("close", close).hex())
    leaf = leaf_of(
        bytes.fromhex(event["r"]), bytes.fromhex(event["link"]), ev, sigs_hash(value["close"]["signatures"])
    )
    path = [bytes.fromhex(node) for node in value["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(leaf), event["leaf"], seen.size, path, seen.root)
    quorum = max(policy["witness_quorum"], anchors.data["witness_quorum"])
    if len(seen.orgs) < quorum:
        raise ProtocolError("the close lacks the quorum of witnesses", obj="checkpoint", evidence=str(quorum))
    moment = max(policy["envelopes"][e]["open_at"], close["check_until"]) * 1000
    if not any(s.lower >= moment for s in now.statements):
        raise ProtocolError("no time source says yet that the opening time has come", obj="checkpoint")


def release_from_pack(
    pack: Pack, e: int, i: int, sk: bytes, signer: dsse.Signer
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Commit and release of seat `i` from a checked pack. ProtocolError unless the seat holds these very keys."""
    seats = {seat["i"]: seat for seat in pack.policy["officers"]}
    seat = seats.get(i)
    if seat is None or seat["pk"] != hpke.public_key(sk).hex() or seat["sig_key"] != signer.spki.hex():
        raise ProtocolError("these keys are not the ones this policy names for this seat", obj=f"officer {i}")
    return release_pair(
        policy=pack.policy,
        close=dsse.event_id("close", pack.close).hex(),
        set_root=pack.close["set_root"],
        manifests=pack.manifests,
        e=e,
        i=i,
        sk=sk,
        signer=signer,
    )
