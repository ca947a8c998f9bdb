"""Receipts: made by the platform, checked by whoever holds one (docs/protocol.md, section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protocol import bodies, canonical, dsse, merkle
from protocol.errors import BadProof, ProtocolError
from protocol.events import leaf_of, sigs_hash
from protocol.stated import Stating


def receipt_body(  # noqa: PLR0913 - one for each member
    *,
    policy: str,
    kind: str,
    event: Mapping[str, Any],
    signatures: Sequence[Mapping[str, Any]],
    r: bytes,
    link: bytes,
    leaf: int,
    note: str,
    path: Sequence[bytes],
    tokens: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The body of a receipt for a logged event; `tokens` are rows of source and token, by source."""
    return bodies.body(
        "receipt",
        policy=policy,
        kind=kind,
        ev=dsse.event_id(kind, event).hex(),
        bid=event.get("bid") if kind == "bid" else None,
        r=r.hex(),
        link=link.hex(),
        sigs=sigs_hash(signatures).hex(),
        leaf=leaf,
        note=note,
        path=[node.hex() for node in path],
        tokens=list(tokens),
    )


def check_receipt(receipt: Mapping[str, Any], stating: Stating, platform: Sequence[str]) -> None:
    """Check a receipt on its own, as a bidder's device does at once.

    `platform` holds the SPKI (hex) that may sign. ProtocolError unless the signature, the log's note, the inclusion
    proof and at least k time statements hold.
    """
    body = receipt["body"]
    bodies.check_body("receipt", body)
    for signature in receipt["signatures"]:
        if dsse.verify_one("receipt", canonical.encode(body), signature).hex() not in platform:
            raise ProtocolError("the receipt is not signed by the platform", obj="receipt")
    stated = stating.receipt(receipt)
    if stated.faults:
        raise BadProof(stated.faults[0], obj="receipt")
    value = leaf_of(*(bytes.fromhex(body[part]) for part in ("r", "link", "ev", "sigs")))
    path = [bytes.fromhex(node) for node in body["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(value), body["leaf"], stated.size, path, stated.root)
    sources, k = stating.counting(stating.policy)
    if len({s.source for s in stated.statements if s.source in sources}) < k:
        raise BadProof(f"the receipt has fewer than {k} time statements", obj="receipt")
