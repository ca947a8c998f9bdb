"""Conduct tenders from notice to bundle: many lots side by side on one clock and one log, beats shared."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from accounts.actors import SYSTEM
from bidding import services, store
from bidding.models import Attribution, Bid, Opening, Receipt
from bidding.rehearsal import bidders, hosts, openings
from bidding.rehearsal.clock import Clock, china
from bidding.rehearsal.parties import Registry
from bidding.rehearsal.tenders import Panel, Plan, Published, publish
from bidding.selectors.anchors import SAME_RUN, anchors_export
from bidding.selectors.causes import waits_until
from bidding.selectors.evidence import Trees
from bidding.states import BidState, Edition, OpeningState
from protocol import bodies

BEAT = 3
"""Seconds between two steps around the closing; policies with a beat of one second allow gaps of three."""
ENVELOPES = (0, 1)
ROUNDS = 40
"""In how many rounds the offers of the largest tender are handed in."""


@dataclass
class Written:
    """What a rehearsed tender left behind: its directory, and the files a stranger verifies."""

    published: Published
    place: Path
    failed: bool
    bundles: dict[str, Path] = field(default_factory=dict)


def conduct(
    plans: Sequence[Plan],
    panel: Panel,
    out: Path,
    *,
    start: datetime,
    say: Callable[[str], object] = len,
) -> list[Written]:
    """Run every plan with one deadline, and write ``out/<id>/``: bundles, anchors, receipts.

    ``start`` is the simulated day of the notices; the deadline follows 22 days later at 9:30 in China.
    """
    registry, clock = Registry(), Clock(start)
    close_at = china(clock.now + timedelta(days=22), 9, 30)
    clock.cut()
    with transaction.atomic():
        tenders = [publish(plan, panel, registry, at=clock.now, close_at=close_at) for plan in plans]
    clock.after(seconds=10)
    clock.cut()
    say(f"{len(tenders)} tenders published")
    receive(tenders, registry, clock, close_at)
    say(f"{sum(len(one.bids) for one in tenders)} bids handed in")
    clock.to(close_at - timedelta(seconds=300))
    clock.cut()
    clock.beat(close_at, every=beat_of(tenders))
    clock.after(seconds=BEAT)
    clock.cut()
    opened = close(tenders, clock)
    say(f"{len(opened)} lots closed for opening, {len(tenders) - len(opened)} unsuccessful")
    check(opened, clock)
    for e in ENVELOPES:
        release(opened, panel, e, clock)
    finish(opened, registry, clock)
    say(f"{len(opened)} lots opened")
    return write_out(tenders, registry, out, clock)


def beat_of(tenders: Sequence[Published]) -> int:
    """Seconds between the beats of the last five minutes: as rare as every policy allows (V7 adds two seconds)."""
    rush = min((one.policy["rush_checkpoint_s"] for one in tenders), default=1)
    return max(rush, BEAT)


def receive(tenders: Sequence[Published], registry: Registry, clock: Clock, close_at: datetime) -> None:
    """Hand in the offers in rounds, so that every receipt comes with the beat after its bid."""
    clock.to(close_at - timedelta(hours=2))
    most = max((len(one.plan.offers) for one in tenders), default=0)
    at_once = -(-most // ROUNDS)
    for first in range(0, most, max(at_once, 1)):
        clock.after(seconds=60)
        with transaction.atomic():
            for one in tenders:
                for offer in one.plan.offers[first : first + at_once]:
                    bidders.hand_in(one, offer, registry, at=clock.now)
        clock.after(seconds=1)
        clock.cut()
        with transaction.atomic():
            for one in tenders:
                services.receipts_due(lot_id=one.lot.pk, at=clock.now)


def close(tenders: Sequence[Published], clock: Clock) -> list[Published]:
    """Close every lot; those with a large enough set go on."""
    with transaction.atomic():
        for one in tenders:
            services.lot_close(lot_id=one.lot.pk, actor=SYSTEM, at=clock.now)
    clock.after(seconds=BEAT)
    clock.cut()
    rows = Opening.objects.filter(lot__in=[one.lot for one in tenders])
    failed = set(rows.filter(state=OpeningState.FAILED.value).values_list("lot_id", flat=True))
    return [one for one in tenders if one.lot.pk not in failed]


def check(tenders: Sequence[Published], clock: Clock) -> None:
    """Factors where the policy asks for them, the end of that phase, then the set check."""
    for one in tenders:
        inside = set(
            Bid.objects.filter(lot=one.lot, state=BidState.FACTOR_DUE.value).values_list("ev", flat=True)
        )
        for handed in one.bids:
            if handed.bid.ev in inside:
                bidders.show_factor(one, handed, at=clock.now)
    clock.after(seconds=BEAT)
    clock.cut()
    with transaction.atomic():
        for one in tenders:
            services.factor_end(lot_id=one.lot.pk, actor=SYSTEM, at=clock.now)
    clock.after(seconds=BEAT)
    clock.cut()
    until = max((_check_until(one) for one in tenders), default=clock.now)
    clock.to(until + timedelta(seconds=BEAT))
    clock.cut()


def release(tenders: Sequence[Published], panel: Panel, e: int, clock: Clock) -> None:
    """T + 1 officers commit, then release; the result follows."""
    clock.after(seconds=1)
    enough = min(panel.n, panel.t + 1)
    with transaction.atomic():
        kept = [(one, openings.promise(one, one.seats[:enough], e, at=clock.now)) for one in tenders]
    clock.after(seconds=1)
    clock.cut()
    with transaction.atomic():
        for one, releases in kept:
            openings.hand_over(one, releases, at=clock.now)
    clock.after(seconds=1)
    clock.cut()
    with transaction.atomic():
        for one in tenders:
            services.results_publish(lot_id=one.lot.pk, envelope=e, actor=SYSTEM, at=clock.now)
    clock.after(seconds=1)
    clock.cut()


def finish(tenders: Sequence[Published], registry: Registry, clock: Clock) -> None:
    """The owner attributes what was not decrypted, the record is signed, and the opening ends with it."""
    for one in tenders:
        attribute(one, clock)
    clock.after(seconds=1)
    clock.cut()
    with transaction.atomic():
        for one in tenders:
            hosts.sign(one, registry, at=clock.now)
            services.opening_end(lot_id=one.lot.pk, actor=SYSTEM, at=clock.now)
    clock.after(seconds=BEAT)
    clock.cut()
    with transaction.atomic():
        for one in tenders:
            services.receipts_due(lot_id=one.lot.pk, at=clock.now)


def attribute(one: Published, clock: Clock) -> None:
    """Record the owner's finding for every bid that was not decrypted, once its bidder has had time to say why."""
    unopened = (BidState.NOT_OPENED.value, BidState.BAD_CONTENT.value)
    done = Attribution.objects.filter(lot=one.lot, entry__isnull=False).values("bid")
    opening = Opening.objects.select_related("lot__tender__project").get(lot=one.lot)
    for bid in Bid.objects.filter(lot=one.lot, state__in=unopened).exclude(pk__in=done):
        if (until := waits_until(bid, opening, clock.now)) is not None:
            clock.to(until + timedelta(seconds=1))
        body = bodies.body(
            "attribution",
            policy=one.lot.policy,
            bid=bid.ev,
            finding="withdrawn",
            reason="预演：未解密，视为撤回",
            evidence=[],
            by=one.owner.organisation.name,
        )
        signature = one.owner.signer.sign("attribution", body)
        services.attribution_record(
            lot_id=one.lot.pk, body=body, signatures=[signature], actor=one.owner.actor, at=clock.now
        )


def write_out(tenders: Iterable[Published], registry: Registry, out: Path, clock: Clock) -> list[Written]:
    """For each tender: both bundles (of a failed one the audit edition), anchors of the same run, receipts."""
    trees, found = Trees(), []
    registrar = registry.registrar.spki.hex()
    for one in tenders:
        place = out / one.plan.id
        (place / "receipts").mkdir(parents=True, exist_ok=True)
        failed = Opening.objects.get(lot=one.lot).state == OpeningState.FAILED.value
        anchors = anchors_export(
            lots=[one.lot], registrar=registrar, origin=SAME_RUN, min_t=min(2, one.policy["t"])
        )
        (place / "anchors.json").write_bytes(anchors)
        for receipt in Receipt.objects.filter(lot=one.lot).order_by("code"):
            (place / "receipts" / f"{receipt.code}.json").write_text(receipt.signed, encoding="utf-8")
        written = Written(one, place, failed)
        for edition in (Edition.AUDIT,) if failed else (Edition.PUBLIC, Edition.AUDIT):
            bundle = services.bundle_export(
                lot_id=one.lot.pk, edition=edition, actor=SYSTEM, at=clock.now, trees=trees
            )
            name = "bundle.zip" if edition is Edition.PUBLIC else "audit.zip"
            target = place / name
            target.write_bytes(b"".join(store.default().read(bundle.path)))
            written.bundles[edition.value] = target
        found.append(written)
    return found


def _check_until(one: Published) -> datetime:
    until = Opening.objects.get(lot=one.lot).check_until
    assert until is not None
    return until
