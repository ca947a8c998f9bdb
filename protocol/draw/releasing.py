"""Officers' commits and releases of one round, sealed to the gateway, and how the gateway reads them (A22, A23)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protocol import canonical, dsse, hpke, merkle
from protocol.draw import contributing, objects
from protocol.draw.contributing import Named
from protocol.errors import BadContent, NotCanonical, ProtocolError
from protocol.hashing import mac, sha256, tagged
from protocol.officer import open_share

LIMIT = 1 << 20


def info(draw: bytes, j: int, i: int) -> bytes:
    """The HPKE info of officer i's release for round j."""
    return b"sealedbid/v1 drawrelease" + draw + bytes([j, i])


def release_pair(  # noqa: PLR0913 - what an officer's device knows, each by its name
    *,
    header: Mapping[str, Any],
    round_: bytes,
    leaf: int,
    j: int,
    contributions: Iterable[Named],
    i: int,
    sk: bytes,
    signer: dsse.Signer,
    random: Callable[[int], bytes],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Signed commit and release of seat `i` for the round whose header object stands at `leaf`.

    All on-time contributions must be given. The commit shows the FAILs in clear and the hash of what is sealed; the
    release is kept back until enough commits are logged. ProtocolError unless the seat holds these very keys.
    """
    seat = {row["i"]: row for row in header["officers"]}.get(i)
    if seat is None or seat["pk"] != hpke.public_key(sk).hex() or seat["sig_key"] != signer.spki.hex():
        raise ProtocolError("these keys are not the ones this draw names for this seat", obj=f"officer {i}")
    draw, shares = objects.header_id(header), []
    for ev, body in sorted(contributions, key=lambda row: row[0]):
        share = open_share(contributing.sealed_round(header, body, j), i, sk)
        shares.append([ev, "FAIL" if share is None else share.hex()])
    within = canonical.encode({"header": draw.hex(), "j": j, "shares": shares})
    sealed = hpke.seal_base(bytes.fromhex(header["gateway"]), info(draw, j, i), within, random(32))
    named = {"header": draw.hex(), "j": j, "round": round_.hex(), "leaf": leaf, "officer": i}
    fails = [ev for ev, share in shares if share == "FAIL"]
    commit = objects.body("draw-commit", **named, hash=sha256(within).hex(), fails=fails)
    release = objects.body("draw-release", **named, sealed=sealed.hex())
    return (
        {"body": commit, "signatures": [signer.sign("draw-commit", commit)]},
        {"body": release, "signatures": [signer.sign("draw-release", release)]},
    )


@dataclass
class Opened:
    """The releases of a round read with the gateway's key: good shares by contribution and officer, and wrong ones."""

    good: dict[str, dict[int, bytes]] = field(default_factory=dict)
    wrong: list[tuple[int, str]] = field(default_factory=list)


def open_release(body: Mapping[str, Any], gateway: bytes) -> tuple[bytes, dict[str, str]]:
    """Bytes within a release, and its shares ("FAIL" or hex) by contribution.

    BadContent when it does not open under the gateway's key, NotCanonical when it holds something else.
    """
    draw, j = bytes.fromhex(body["header"]), body["j"]
    within = hpke.open_base(gateway, info(draw, j, body["officer"]), bytes.fromhex(body["sealed"]))
    value = canonical.decode(within, LIMIT)
    objects.WITHIN(value, "release")
    if (value["header"], value["j"]) != (body["header"], j):
        raise NotCanonical("the release holds shares of another round", obj="release")
    return within, dict(value["shares"])


def release_fault(
    commit: Mapping[str, Any], within: bytes, shares: Mapping[str, str], evs: Iterable[str]
) -> str:
    """Why an opened release is not the one its officer committed to, or ""."""
    if sha256(within).hex() != commit["hash"]:
        return "it is not what the officer committed to"
    if sorted(shares) != sorted(evs):
        return "it leaves out a contribution or adds one"
    if sorted(ev for ev, share in shares.items() if share == "FAIL") != commit["fails"]:
        return "its FAILs are not those of the commit"
    return ""


def read(
    header: Mapping[str, Any],
    j: int,
    contributions: Mapping[str, Mapping[str, Any]],
    releases: Mapping[int, Mapping[str, str]],
) -> Opened:
    """Sort the shares of opened releases (by officer): good ones match c_i, the others are their officer's fault."""
    opened = Opened({ev: {} for ev in contributions})
    for i, shares in sorted(releases.items()):
        for ev, body in contributions.items():
            share = shares.get(ev, "FAIL")
            if share == "FAIL":
                continue
            sealed = contributing.sealed_round(header, body, j)
            if _hex(share) and sealed.share_matches(i, bytes.fromhex(share)):
                opened.good[ev][i] = bytes.fromhex(share)
            else:
                opened.wrong.append((i, ev))
    return opened


def _hex(share: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", share, re.ASCII) is not None


def releasable(header: Mapping[str, Any], votes: Sequence[frozenset[str]], evs: Iterable[str]) -> bool:
    """Whether shares may be shown: t + 1 commits, or all, are logged and settle every contribution (A11, A21)."""
    least = min(len(header["officers"]), header["t"] + 1)
    return len(votes) >= least and all(contributing.settled(header, ev, votes) for ev in evs)


def absent(header: Mapping[str, Any], releases: Iterable[int], opened: Opened) -> list[int]:
    """Officers, ascending, without a release of the round, or with a wrong share in it."""
    good = set(releases) - {i for i, _ev in opened.wrong}
    return [officer["i"] for officer in header["officers"] if officer["i"] not in good]


@dataclass(frozen=True)
class Outcome:
    """What a decided round gives: contributions in, out and proven bad, and the seed (None: too few remain, A21)."""

    inside: list[str]
    out: list[str]
    bad: list[str]
    seed: bytes | None


def outcome(
    header: Mapping[str, Any],
    round_: bytes,
    j: int,
    contributions: Mapping[str, Mapping[str, Any]],
    votes: Iterable[frozenset[str]],
    opened: Opened,
) -> Outcome:
    """The seed of a round and what it was made of.

    BadContent while a contribution waits for commits, or fewer than t good shares of an "in" one are there.
    """
    votes = list(votes)
    status = {ev: contributing.settled(header, ev, votes) for ev in contributions}
    if waiting := sorted(ev for ev, word in status.items() if not word):
        raise BadContent("the round is not settled", obj=f"round {j}", evidence=waiting[0])
    inside, bad, nonces = [], [], {}
    for ev in sorted(ev for ev, word in status.items() if word == "in"):
        shares = opened.good[ev]
        if len(shares) < header["t"]:
            raise BadContent("fewer than t good shares of a contribution", obj=f"round {j}", evidence=ev)
        value = contributing.nonce(header, contributions[ev], j, shares)
        if value is None:
            bad.append(ev)
        else:
            inside.append(ev)
            nonces[ev] = value
    out = sorted(ev for ev, word in status.items() if word == "out")
    carried = contributing.enough(header, [contributions[ev] for ev in inside])
    seed = contributing.seed(round_, nonces, header["beacon"]) if carried else None
    return Outcome(inside, out, bad, seed)


def seat(gateway: bytes, draw: bytes, j: int, specialty: str, eid: str) -> bytes:
    """The salted hash under which a drawn seat stands in the log; only the gateway's key links it to the expert."""
    person = sha256(canonical.encode([specialty, eid]))
    salt = mac(gateway, b"sealedbid/v1 seat" + draw + bytes([j]) + person)[:32]
    return tagged("drawseat", draw, bytes([j]), salt, person)


def panel_root(seats: Iterable[bytes]) -> bytes:
    """MTH over the seats of a round, ascending."""
    return merkle.root([merkle.leaf_hash(value) for value in sorted(seats)])


def public(gateway: bytes) -> str:
    """The public key of a gateway's secret key, in hex."""
    return hpke.public_key(gateway).hex()
