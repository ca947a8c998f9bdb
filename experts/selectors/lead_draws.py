"""What is kept of opened draws for the leads: read again, and worked out of the published papers where it is missing.

A draw goes in when the last draw of its lot has been opened to everybody; from then on nothing of it changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from experts.models import Draw, DrawExclusion, Epoch, LeadDraw
from experts.pool_keys import PoolKey
from experts.rules.analytics import KeptDraw, LeftOut, Thresholds, kept_round, unpacked
from experts.selectors.draw_chances import raised_by
from experts.selectors.draws import opened_seat, paper, posed, revealed
from protocol import canonical
from protocol.draw import case, panels, plan, pool
from trading.models import Lot
from trading.rules.counting import local_day

BESIDE = ("lot__tender__project__owner", "epoch", "request", "header_entry")


def opened_draws(lots: Sequence[Lot]) -> list[Draw]:
    """The draws of these lots that may be looked at, lot by lot."""
    return list(revealed(lots).select_related(*BESIDE))


def about(draw: Draw, limits: Thresholds) -> str:
    """What a kept draw is sealed to: this draw, under these thresholds."""
    return f"{draw.pk} {limits.digest}"


def kept_draws(draws: Sequence[Draw], limits: Thresholds, key: PoolKey) -> dict[UUID, KeptDraw]:
    """What is kept of these draws under these thresholds; ``Unavailable`` where it was sealed to another key."""
    wanted = {draw.pk: draw for draw in draws}
    rows = LeadDraw.objects.filter(pack=limits.digest).order_by("pk")
    return {
        row.draw_id: unpacked(key.open_leads(bytes(row.sealed), about(wanted[row.draw_id], limits)))
        for row in rows.iterator(chunk_size=100)
        if row.draw_id in wanted
    }


def unkept_lots(draws: Sequence[Draw], limits: Thresholds) -> Iterator[list[Draw]]:
    """The draws of each lot of which one is not kept yet."""
    there = set(LeadDraw.objects.filter(pack=limits.digest).values_list("draw_id", flat=True))
    for _lot, own in groupby(draws, key=lambda draw: draw.lot_id):
        serials = list(own)
        if any(draw.pk not in there for draw in serials):
            yield serials


@dataclass(frozen=True)
class Coded:
    """The lead codes of an epoch by eid, and the eids of who was new in the pool."""

    codes: Mapping[str, str]
    fresh: frozenset[str]


def worked_out(serials: Sequence[Draw], limits: Thresholds, key: PoolKey) -> Iterator[tuple[Draw, KeptDraw]]:
    """What the opened draws of one lot mean, in their order: each plan as its header committed to it."""
    standing = panels.Standing()
    for draw in serials:
        known, problem_ = coded(draw, limits, key), posed(draw)
        rounds = []
        for row in draw.rounds.select_related("head").order_by("j"):
            seats = list(row.seats.order_by("seat"))
            if row.result_id is None or not seats:
                continue
            stated = canonical.decode(paper(draw, row.head.body["plan"]), case.PAPER_LIMIT)
            made = plan.of_certificate(panels.next_round(problem_, standing), stated["certificate"])
            opened = {bytes.fromhex(seat.seat): opened_seat(seat, draw) for seat in seats}
            rounds.append(
                kept_round(
                    made,
                    known.codes,
                    name=f"{draw.lot.number} {draw.serial}/{row.j}",
                    owner=draw.lot.tender.project.owner.code,
                    seated=frozenset(one.id for one in opened.values()),
                    fresh=known.fresh,
                    samples=limits.joint_samples,
                )
            )
            standing.seats |= opened
            standing.codes |= {bytes.fromhex(seat.seat): seat.code for seat in seats}
        yield draw, KeptDraw(tuple(rounds), left_out(draw, known.codes, limits))


def coded(draw: Draw, limits: Thresholds, key: PoolKey) -> Coded:
    """The lead code of everybody in the epoch of a draw; new is who had been drawable for no more days than the pack
    says when the draw began.
    """
    row = Epoch.objects.get(number=draw.header["pool"]["epoch"])
    secret = key.epoch(bytes.fromhex(row.nonce))
    people = {pk: pool.eid(secret, pk.bytes).hex() for pk in row.members.values_list("expert_id", flat=True)}
    first = (local_day(draw.begun_at) - timedelta(days=limits.fresh_days)).isoformat()
    came = row.members.filter(attributes__since__gt=first).values_list("expert_id", flat=True)
    codes = {eid: key.lead_code(pk.bytes) for pk, eid in people.items()}
    return Coded(codes, frozenset(people[pk] for pk in came))


def left_out(draw: Draw, codes: Mapping[str, str], limits: Thresholds) -> dict[str, LeftOut]:
    """What each entry of the desk did to a draw, by its entry in the ledger.

    Chances without it are computed anew for what was entered shortly before the header alone.
    """
    if draw.header_entry is None:
        return {}
    signed, late = draw.header_entry.at, timedelta(hours=limits.late_hours)
    rows = canonical.decode(paper(draw, draw.header["exclusions"]["rows"]), case.PAPER_LIMIT)
    found = {}
    for one in DrawExclusion.objects.filter(request=draw.request_id, at__lte=signed).select_related("entry"):
        near = signed - one.at < late
        raised = raised_by(draw, one.reason, one.evidence) if near else None
        out = [row["eid"] for row in rows if (row["reason"], row["evidence"]) == (one.reason, one.evidence)]
        found[one.entry.ev] = LeftOut(raised, tuple(sorted(codes.get(eid, eid[:10]) for eid in out)))
    return found
