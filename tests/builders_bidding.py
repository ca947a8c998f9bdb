"""Lots at every stage of bidding and opening, reached through services on a simulated clock."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.actors import SYSTEM
from accounts.states import OrganisationKind
from bidding import services
from bidding.models import Bid, Opening, Receipt
from bidding.rehearsal import bidders, conduct, hosts, openings
from bidding.rehearsal.bidders import Handed
from bidding.rehearsal.clock import Clock, china
from bidding.rehearsal.parties import Party, Registry
from bidding.rehearsal.tenders import Offer, Panel, Plan, Published, publish
from bidding.selectors.anchors import SAME_RUN, anchors_export
from bidding.states import Edition
from protocol import bodies, sealing
from protocol.verify import Report, verify

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SMALL = Panel(t=2, n=3)


@dataclass
class Hall:
    """One published lot with its clock and everybody's devices; methods take the next lawful step."""

    registry: Registry
    clock: Clock
    one: Published
    panel: Panel
    handed: list[Handed] = field(default_factory=list)

    @property
    def lot(self) -> Any:
        """The lot's row."""
        return self.one.lot

    @property
    def opening(self) -> Opening:
        """The opening as it stands in the database."""
        return Opening.objects.get(lot=self.lot)

    def bidder(self, number: int) -> Party:
        """A bidder's device."""
        return self.registry.party(f"投标单位 {number}", OrganisationKind.BIDDER, at=self.clock.now)

    def bid(self, number: int, price: int = 9_000_000) -> Handed:
        """Hand in a bid (or replace it), not yet in the log."""
        offer = Offer(f"投标单位 {number}", Decimal(price))
        handed = bidders.hand_in(self.one, offer, self.registry, at=self.clock.now)
        self.handed.append(handed)
        return handed

    def bids(self, count: int) -> list[Handed]:
        """So many bidders, each with a receipt."""
        self.before_close(minutes=60)
        for number in range(1, count + 1):
            self.bid(number, 9_000_000 + number)
        self.cut()
        services.receipts_due(lot_id=self.lot.pk, at=self.clock.now)
        return self.handed

    def cut(self, seconds: int = 1) -> None:
        """The next beat of the log."""
        self.clock.after(seconds=seconds)
        self.clock.cut()

    def before_close(self, **span: int) -> None:
        """Go to a moment before the deadline."""
        self.clock.to(self.one.close_at - timedelta(**span))

    def deadline(self) -> None:
        """Pass the deadline with the beats the policy promises, until it is proven past."""
        self.clock.to(self.one.close_at - timedelta(seconds=300))
        self.clock.cut()
        self.clock.beat(self.one.close_at, every=60)
        self.cut(3)

    def close(self) -> Opening:
        """Close the lot."""
        self.deadline()
        opening = services.lot_close(lot_id=self.lot.pk, actor=SYSTEM, at=self.clock.now)
        self.cut(3)
        return opening

    def check(self, *, factors: bool = True) -> None:
        """Factors of everybody, the end of that phase, and of the set check."""
        if self.panel.factor and factors:
            for handed in self.handed:
                if Bid.objects.get(pk=handed.bid.pk).state == "factor_due":
                    bidders.show_factor(self.one, handed, at=self.clock.now)
            self.cut(3)
        if self.panel.factor and not factors and self.opening.factor_until:
            self.clock.to(self.opening.factor_until + timedelta(seconds=3))
            self.clock.cut()
        services.factor_end(lot_id=self.lot.pk, actor=SYSTEM, at=self.clock.now)
        self.cut(3)
        assert self.opening.check_until
        self.clock.to(self.opening.check_until + timedelta(seconds=3))
        self.clock.cut()

    def release(self, e: int, officers: int | None = None) -> None:
        """t + 1 (or so many) officers commit and release; both in the log."""
        seats = self.one.seats[: officers or self.panel.t + 1]
        kept = openings.promise(self.one, seats, e, at=self.clock.now)
        self.cut()
        openings.hand_over(self.one, kept, at=self.clock.now)
        self.cut()

    def reveal(self, e: int) -> None:
        """Release and publish the result of an envelope."""
        self.release(e)
        services.results_publish(lot_id=self.lot.pk, envelope=e, actor=SYSTEM, at=self.clock.now)
        self.cut()

    def opened(self) -> None:
        """Everything up to the results of both envelopes."""
        self.close()
        self.check()
        self.reveal(0)
        self.reveal(1)

    def end(self) -> None:
        """Attributions where needed, the signatures, the end, the record."""
        conduct.attribute(self.one, self.clock)
        self.cut()
        self.sign()
        services.opening_end(lot_id=self.lot.pk, actor=SYSTEM, at=self.clock.now)
        self.cut()

    def sign(self) -> None:
        """Chair, recorder and witness sign the record as it stands."""
        hosts.sign(self.one, self.registry, at=self.clock.now)

    def anchors(self) -> bytes:
        """Anchors of this run."""
        registrar = self.registry.registrar.spki.hex()
        return anchors_export(lots=[self.lot], registrar=registrar, origin=SAME_RUN)

    def judged(self, tmp: Path, edition: Edition = Edition.AUDIT) -> Report:
        """What a stranger finds in the bundle of this edition, with every receipt."""
        from bidding import store

        bundle = services.bundle_export(lot_id=self.lot.pk, edition=edition, actor=SYSTEM, at=self.clock.now)
        path = tmp / f"{edition.value}.zip"
        path.write_bytes(b"".join(store.default().read(bundle.path)))
        receipts = [row.signed.encode() for row in Receipt.objects.filter(lot=self.lot)]
        return verify(path, self.anchors(), receipts)


def hall(*, panel: Panel = SMALL, plan: Plan | None = None, beside: Hall | None = None) -> Hall:
    """A lot just published, its policy in the log; ``beside`` another one, in the same world."""
    registry, clock = (beside.registry, beside.clock) if beside else (Registry(), Clock(START))
    clock.cut()
    close_at = china(clock.now + timedelta(days=22), 9, 30)
    plan = plan or Plan(
        id="test",
        title="某工程",
        title_en="Some works",
        scope="道路",
        ceiling=Decimal(9_500_000),
        offers=[],
        technical_bytes=1000,
    )
    one = publish(plan, panel, registry, at=clock.now, close_at=close_at)
    made = Hall(registry, clock, one, panel)
    made.cut(10)
    return made


def near_close(**of: Any) -> Hall:
    """An hour before the deadline of a lot (``of``: as ``hall``), with a checkpoint of that minute."""
    made = hall(**of)
    made.before_close(minutes=60)
    made.cut()
    return made


def read_out(bids: int = 3, **of: Any) -> Hall:
    """So many bids, opened: the prices are read out."""
    made = hall(**of)
    made.bids(bids)
    made.opened()
    return made


def nobody_gave(panel: Panel) -> Hall:
    """A hall at the reading of whose three bidders nobody gave a factor."""
    made = hall(panel=panel)
    made.bids(3)
    made.close()
    made.check(factors=False)
    made.reveal(0)
    made.reveal(1)
    return made


def faults(report: Report) -> list[str]:
    """The checks which do not hold."""
    return [f"{row.check} {row.sentence}" for row in report.checks if row.status != "ok"]


def seal(
    one: Published, party: Party, *, replaces: str | None = None, price: int = 9_000_000
) -> tuple[sealing.SealedBid, dict[int, bytes]]:
    """A sealed bid on the bidder's device: manifest, and ciphertext by envelope."""
    contents: dict[int, bytearray] = {}
    line = bidders.line_of(one, Offer(party.organisation.name, Decimal(price)), party).encoded()
    sealed = sealing.seal_bid(
        policy=one.policy,
        org=party.organisation.code,
        signer=party.signer,
        files={0: (len(line), [line]), 1: (9, [b"technical"])},
        sink=lambda e, piece: contents.setdefault(e, bytearray()).extend(piece),
        replaces=replaces,
        random=secrets.token_bytes,
        client="tests/1",
    )
    return sealed, {e: bytes(data) for e, data in contents.items()}


def signed(party: Party, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """``body`` and ``signatures`` of an object this party signs."""
    return {"body": body, "signatures": [party.signer.sign(kind, body)]}


def withdrawal(one: Published, handed: Handed) -> dict[str, Any]:
    """A signed withdrawal."""
    return signed(
        handed.party, "withdraw", bodies.body("withdraw", policy=one.lot.policy, target=handed.bid.ev)
    )


def attribution(one: Published, ev: str, finding: str = "withdrawn", reason: str = "停电") -> dict[str, Any]:
    """The owner's signed attribution."""
    body = bodies.body(
        "attribution",
        policy=one.lot.policy,
        bid=ev,
        finding=finding,
        reason=reason,
        evidence=[],
        by=one.owner.organisation.name,
    )
    return signed(one.owner, "attribution", body)
