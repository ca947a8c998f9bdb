"""Sealing one seed for each round of a draw, and what the officers' shares make of it (amendments A19 to A21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from protocol import canonical, dsse, sealing
from protocol.draw import objects
from protocol.hashing import mac, sha256, tagged

Named = tuple[str, Mapping[str, Any]]
"""ev and body of a contribution."""


def contribution_id(draw: bytes, spki: bytes, nonce: bytes) -> bytes:
    """The 16-byte id of a contribution; it binds draw and signer, so a copied one fails under another signer."""
    return tagged("contribution", draw, sha256(spki), nonce)[:16]


def contribute(
    *,
    header: Mapping[str, Any],
    org: str,
    signer: dsse.Signer,
    random: Callable[[int], bytes],
    client: str,
) -> dict[str, Any]:
    """A signed contribution: a fresh secret seed for each round 0..max_rounds, dealt to the header's officers.

    `random` is a CSPRNG. Nothing is kept: a contributor may never publish S, and has no reason to hold it (A21).
    """
    draw, nonce = objects.header_id(header), random(16)
    own = contribution_id(draw, signer.spki, nonce)
    rounds = []
    for j in range(header["max_rounds"] + 1):
        e_context = sealing.context(draw, own, j)
        seed = mac(random(32), b"sealedbid/v1 seed" + e_context)[:32]
        shares = sealing.deal(header, e_context, seed)[1]
        rounds.append({"j": j, "seed": tagged("seedcommit", e_context, seed).hex(), "shares": shares})
    body = objects.body(
        "contribution",
        header=draw.hex(),
        id=own.hex(),
        nonce=nonce.hex(),
        org=org,
        signer=sha256(signer.spki).hex(),
        rounds=rounds,
        client=client,
    )
    return {"body": body, "signatures": [signer.sign("contribution", body)]}


def contribution_fault(header: Mapping[str, Any], body: Mapping[str, Any], spki: bytes) -> str:
    """Why a contribution signed by `spki` does not conform to the header of its draw, or ""."""
    draw = objects.header_id(header)
    if body["header"] != draw.hex():
        return "it is for another draw"
    made = contribution_id(draw, spki, bytes.fromhex(body["nonce"]))
    if body["id"] != made.hex() or body["signer"] != sha256(spki).hex():
        return "its id is not made from draw, signer and nonce"
    if len(body["rounds"]) != header["max_rounds"] + 1:
        return "it has not one seed for every round"
    seats = [officer["i"] for officer in header["officers"]]
    if any([share["i"] for share in row["shares"]] != seats for row in body["rounds"]):
        return "a round has not one share for each officer"
    return ""


def sealed_round(header: Mapping[str, Any], body: Mapping[str, Any], j: int) -> sealing.Sealed:
    """Round `j` of a conforming contribution, as the opening code of bids takes an envelope."""
    e_context = sealing.context(bytes.fromhex(body["header"]), bytes.fromhex(body["id"]), j)
    return sealing.Sealed(header, e_context, body["rounds"][j])


def settled(header: Mapping[str, Any], ev: str, votes: Iterable[frozenset[str]]) -> str:
    """What one contribution is, from the FAILs of the commits alone: "in", "out", or "" while it waits (A21).

    "out" needs n-t+1 FAILs: as n >= 2t-1, one of them is honest, so the dealer is at fault. "in" needs t without.
    """
    n, t = len(header["officers"]), header["t"]
    fails = good = 0
    for failed in votes:
        fails += ev in failed
        good += ev not in failed
    if fails >= n - t + 1:
        return "out"
    return "in" if good >= t else ""


def nonce(
    header: Mapping[str, Any], body: Mapping[str, Any], j: int, shares: Mapping[int, bytes]
) -> bytes | None:
    """The nonce of one contribution from t shares that match their commitments; None proves bad dealing.

    ValueError when fewer than t are given: then nothing is proven (A21).
    """
    if len(shares) < header["t"]:
        raise ValueError(f"{len(shares)} good shares prove nothing")
    sealed = sealed_round(header, body, j)
    seed = sealed.combine(shares)
    return tagged("nonce", sealed.e_context, seed) if sealed.honest(seed) else None


def enough(header: Mapping[str, Any], left: Iterable[Mapping[str, Any]]) -> bool:
    """Whether what remains carries a round: required contributions of two organisations, one a supervisor's (A21)."""
    roles = {row["org"]: row["role"] for row in header["required"]}
    orgs = {body["org"] for body in left if body["org"] in roles}
    return len(orgs) >= 2 and any(roles[org] == "supervisor" for org in orgs)


def seed(round_: bytes, nonces: Mapping[str, bytes], beacon: str | None) -> bytes:
    """seed_j of A19, 32 bytes: of H(PAE(header_j)), the nonces by ev of their contributions, and the beacon's value."""
    listed = canonical.encode([[ev, nonces[ev].hex()] for ev in sorted(nonces)])
    return tagged("drawseed", round_, sha256(listed), bytes.fromhex(beacon) if beacon else bytes(32))
