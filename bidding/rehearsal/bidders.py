"""A bidder's device: seal, upload part by part, submit, keep what opens the bid, take the receipt."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.states import OrganisationKind
from bidding.models import Bid
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import VALIDITY_DAYS, Offer, Published
from bidding.rules import door
from bidding.services import bid_submit, bid_withdraw, factor_reveal, part_put, upload_open
from protocol import bodies, sealing
from protocol.hashing import sha256
from protocol.line import OpeningLine, written

CLIENT = "sunlit-rehearsal/1"
PIECE = 1 << 16


@dataclass
class Handed:
    """A bid that was handed in, with what only its bidder knows."""

    party: Party
    offer: Offer
    bid: Bid
    sealed: sealing.SealedBid


def hand_in(published: Published, offer: Offer, registry: Registry, *, at: datetime) -> Handed:
    """Seal an offer, upload it and submit it; replaces the firm's bid that counts now, if it has one."""
    party = registry.party(offer.firm, OrganisationKind.BIDDER, at=at)
    handed: list[Handed] = published.bids
    before = next((one for one in reversed(handed) if one.party is party), None)
    contents: dict[int, bytearray] = {}

    def keep(e: int, piece: bytes) -> None:
        contents.setdefault(e, bytearray()).extend(piece)

    line = line_of(published, offer, party).encoded()
    technical = published.plan.technical or secrets.token_bytes(published.plan.technical_bytes)
    sealed = sealing.seal_bid(
        policy=published.policy,
        org=party.organisation.code,
        signer=party.signer,
        files={0: (len(line), [line]), 1: (len(technical), [technical])},
        sink=keep,
        replaces=before.bid.ev if before else None,
        random=secrets.token_bytes,
        client=CLIENT,
    )
    bid = submit(published, party, sealed, {e: bytes(data) for e, data in contents.items()}, at=at)
    done = Handed(party, offer, bid, sealed)
    handed.append(done)
    return done


def line_of(published: Published, offer: Offer, party: Party) -> OpeningLine:
    """The opening line of an offer, as the bidder's form writes it."""
    return written(
        price=offer.price,
        tenderer=party.organisation.name,
        org=party.organisation.code,
        currency=published.lot.currency,
        validity_days=VALIDITY_DAYS,
        duration_days=published.lot.duration_days,
        quality=published.lot.quality,
        manager="项目经理",
    )


def submit(
    published: Published, party: Party, sealed: sealing.SealedBid, contents: dict[int, bytes], *, at: datetime
) -> Bid:
    """Upload the ciphertext part by part and submit the manifest."""
    upload = upload_open(
        lot_id=published.lot.pk,
        sizes={e: len(data) for e, data in contents.items()},
        actor=party.actor,
        at=at,
    )
    for e, data in contents.items():
        for number, part in enumerate(parts_of(data)):
            part_put(
                upload_id=upload.pk,
                envelope=e,
                number=number,
                sha256=sha256(part).hex(),
                pieces=[part],
                actor=party.actor,
                at=at,
            )
    return bid_submit(
        upload_id=upload.pk, body=sealed.body, signatures=sealed.signatures, actor=party.actor, at=at
    )


def parts_of(data: bytes) -> Iterator[bytes]:
    """The parts of a ciphertext: the header, then parts of 512 chunks."""
    start = 0
    for number in range(door.part_count(len(data))):
        size = door.part_size(number, len(data))
        yield data[start : start + size]
        start += size


def withdraw(published: Published, handed: Handed, *, at: datetime) -> Bid:
    """Withdraw a bid with its own key."""
    body = bodies.body("withdraw", policy=published.lot.policy, target=handed.bid.ev)
    signature = handed.party.signer.sign("withdraw", body)
    return bid_withdraw(
        bid_id=handed.bid.pk, body=body, signatures=[signature], actor=handed.party.actor, at=at
    )


def show_factor(published: Published, handed: Handed, *, at: datetime) -> None:
    """Reveal the factors of a bid of the set."""
    factors = [{"e": secret.e, "b": secret.b.hex()} for secret in handed.sealed.secrets]
    body = bodies.body("factor", policy=published.lot.policy, bid=handed.bid.ev, factors=factors)
    signature = handed.party.signer.sign("factor", body)
    factor_reveal(bid_id=handed.bid.pk, body=body, signatures=[signature], actor=handed.party.actor, at=at)
