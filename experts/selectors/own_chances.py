"""In which draws an expert could have been drawn, and with what chance: exact, from what the header committed to.

Only of draws that were opened to everybody: before, neither that there is one nor that he is eligible is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop as _

from accounts.actors import Actor
from experts.draw_keys import GatewayKey
from experts.models import Draw, DrawnSeat, DrawRound, Expert
from experts.policies import may_read_own
from experts.pool_keys import PoolKey
from experts.selectors.draw_label import SELF, label_of
from experts.selectors.draws import opened_seat, paper, posed, serials
from experts.selectors.epochs import own_statement
from experts.selectors.named import own_named
from experts.selectors.own_draws import own_eid, own_seats
from experts.states.draw import DrawState, SeatCode
from kernel.errors import NotFound
from kernel.policies import require
from protocol import canonical
from protocol.draw import case, plan, problem

SHOWN = 10
"""Draws on the page, the latest first; each is computed anew from its papers."""


@dataclass(frozen=True)
class RoundChance:
    """One round as an expert reads it."""

    j: int
    chance: Fraction | None
    reason: str

    @property
    def per_cent(self) -> str:
        """The chance in per cent with two places."""
        return per_cent(self.chance)


def per_cent(chance: Fraction | None) -> str:
    """A chance in per cent with two places, "" where there was none."""
    return f"{float(chance) * 100:.2f}" if chance is not None else ""


@dataclass(frozen=True)
class Chance:
    """One draw as an expert of its pool reads it. ``chance`` is None for who could not be drawn; ``reason`` says why.

    ``reason`` is a code of the exclusions, or "specialty" when he holds none that was asked for or his time had not
    come. ``code`` is what became of his seat, None when he was not drawn. ``rounds`` are all rounds, the first among
    them; in a later one "seated" is who sat already, "gone" who was drawn before and does not sit.
    ``named`` is what became of the seat the owner named him for, which this draw had left open; None when he was not.
    ``alone``: the result is self-attested (decision 7), so the chance rests on the word of one officer or organisation.
    """

    draw: UUID
    lot: str
    serial: int
    begins_at: datetime
    chance: Fraction | None
    reason: str
    code: SeatCode | None
    rounds: Sequence[RoundChance] = ()
    alone: bool = False
    named: SeatCode | None = None

    @property
    def later(self) -> Sequence[RoundChance]:
        """The replacement rounds."""
        return self.rounds[1:]

    @property
    def per_cent(self) -> str:
        """The chance in per cent with two places; rounded for the eye, the fraction is exact."""
        return per_cent(self.chance)


def own_chances(expert: Expert, actor: Actor, key: PoolKey) -> list[Chance]:
    """The last revealed draws whose pool held this expert. NotPermitted for everybody but himself."""
    require(may_read_own(actor, expert.person_id))
    return [_chance(draw, expert, key) for draw in _revealed(expert).order_by("-begun_at")[:SHOWN]]


def _revealed(expert: Expert) -> Any:
    rows = Draw.objects.select_related("epoch", "request", "lot", "reveal_entry")
    closed = Draw.objects.filter(
        lot=OuterRef("lot"), serial__lt=OuterRef("serial"), reveal_entry__isnull=True
    )
    rows = rows.exclude(Exists(closed))  # what it keeps can be told once all before it are opened
    return rows.filter(epoch__members__expert=expert, state=DrawState.REVEALED.value)


def _chance(draw: Draw, expert: Expert, key: PoolKey) -> Chance:
    assert draw.epoch is not None
    eid = own_eid(draw.epoch, expert, key)
    rounds = round_chances(draw, eid)
    first = rounds[0]
    last = max(own_seats(draw, expert, key), key=lambda row: row.round.j, default=None)
    code = SeatCode(last.code) if last else None
    begins = draw.request.begins_at
    told = draw.pk, draw.lot.number, draw.serial, begins, first.chance, first.reason, code, rounds
    named = next((SeatCode(one.code) for one in own_named(expert) if one.naming.draw_id == draw.pk), None)
    return Chance(*told, alone=label_of(draw) == SELF, named=named)


def round_chances(draw: Draw, eid: str) -> list[RoundChance]:
    """The probability with which an eid was drawn in each round of a revealed draw, or why it could not be."""
    excluded = canonical.decode(paper(draw, draw.header["exclusions"]["rows"]), case.PAPER_LIMIT)
    out = next((str(row["reason"]) for row in excluded if row["eid"] == eid), "")
    base, seats = posed(draw), _seats_of(draw)
    return [_round_chance(draw, row, eid, out, base, seats) for row in _rounds(draw)]


def _rounds(draw: Draw) -> list[DrawRound]:
    return list(draw.rounds.select_related("head").order_by("j"))


def _seats_of(draw: Draw) -> dict[str, tuple[problem.Seat, tuple[int, int]]]:
    """Every seat of this serial and those before, opened with the published keys, with its serial and round."""
    found = {}
    for one in serials(draw):
        key = _published(one)
        for row in DrawnSeat.objects.filter(round__draw=one).select_related("round"):
            found[row.seat] = (opened_seat(row, one, key), (one.serial, row.round.j))
    return found


def _published(draw: Draw) -> GatewayKey:
    assert draw.reveal_entry is not None
    return GatewayKey(bytes.fromhex(draw.reveal_entry.body["gateway"]))


def _gone(
    draw: Draw, row: DrawRound, seats: dict[str, tuple[problem.Seat, tuple[int, int]]]
) -> tuple[list[str], list[str]]:
    """Hashes of the seats that sat and of those that did not when a round was asked."""
    sits = list(row.head.body["accepted"] if row.j else draw.header["kept"])
    drawn = [seat for seat, (_one, when) in seats.items() if when < (draw.serial, row.j)]
    return sits, sorted(seat for seat in drawn if seat not in sits)


def _round_chance(
    draw: Draw,
    row: DrawRound,
    eid: str,
    out: str,
    base: problem.Problem,
    seats: dict[str, tuple[problem.Seat, tuple[int, int]]],
) -> RoundChance:
    sits, gone = _gone(draw, row, seats)
    sitting = {seats[seat][0].id: seats[seat][0].specialty for seat in sits}
    removed = {seats[seat][0].id for seat in gone}
    if eid in sitting or eid in removed:
        return RoundChance(row.j, None, "seated" if eid in sitting else "gone")
    if out:
        return RoundChance(row.j, None, out)
    left = base.residual(sitting, removed & {one.id for one in base.experts}) if seats else base
    stated = canonical.decode(paper(draw, row.head.body["plan"]), case.PAPER_LIMIT)
    chance = plan.of_certificate(left, stated["certificate"]).probabilities().get(eid)
    return RoundChance(row.j, chance, "" if chance is not None else "specialty")


def chance_file(expert: Expert, draw_id: UUID, key: PoolKey, actor: Actor) -> dict[str, Any]:
    """What an expert's own device checks his chances with: record, headers, heads, keys, what the page says.

    NotFound for none. ``before`` are the earlier serials, whose seats this one keeps. The papers named in header and
    heads are public after the reveal; the device fetches them by their hashes.
    """
    require(may_read_own(actor, expert.person_id))
    draw = _revealed(expert).filter(pk=draw_id).first()
    if draw is None or draw.epoch is None:
        raise NotFound("draw", _("There is no such draw."))
    told, seats = round_chances(draw, own_eid(draw.epoch, expert, key)), _seats_of(draw)
    earlier = [one for one in serials(draw) if one.serial < draw.serial]
    return {
        "v": "sunlit-draw-chance/2",
        "kind": "chance",
        "record": own_statement(expert, draw.epoch.number, key, actor),
        "draw": draw.t_d,
        "header": draw.header,
        "gateway": _published(draw).secret.hex(),
        "before": [{"header": one.header, "gateway": _published(one).secret.hex()} for one in earlier],
        "rounds": [
            {
                "head": row.head.body if row.j else None,
                "gone": _gone(draw, row, seats)[1],
                "chance": f"{one.chance.numerator}/{one.chance.denominator}"
                if one.chance is not None
                else None,
                "reason": one.reason,
            }
            for row, one in zip(_rounds(draw), told, strict=True)
        ],
    }


def paper_public(t_d: str, digest: str) -> bytes:
    """A paper of the header or a head of a revealed draw, for everybody; NotFound for another, or before the reveal."""
    draw = Draw.objects.filter(t_d=t_d, state=DrawState.REVEALED.value).first()
    named = draw.header if draw else {}
    plans = {row.head.body["plan"] for row in _rounds(draw)} if draw else set()
    if draw is None or digest not in plans | {named["problem"], named["exclusions"]["rows"]}:
        raise NotFound("paper", _("This paper is not kept here."))
    return paper(draw, digest)
