"""Recomputing the panels of a draw: who was eligible, the lottery, each round's seats, who stayed (V24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol import bodies, canonical, merkle
from protocol.draw import certificate, eligible, plan, problem, releasing
from protocol.draw.case import PAPER_LIMIT, Draw
from protocol.draw.grouping import crossing
from protocol.draw.stream import WIDTH
from protocol.errors import ProtocolError
from protocol.events import Event

_CUT = bodies.record(level=bodies.number(), nodes=bodies.rows(bodies.number(), key=lambda node: node))
_PLAN = bodies.record(
    levels=bodies.anything,
    certificate=bodies.record(
        algorithm=bodies.one_of(plan.FLOW),
        classes=bodies.anything,
        kinds=bodies.anything,
        denominator=bodies.anything,
        flow=bodies.anything,
        cuts=bodies.rows(_CUT),
    ),
)


def stated(made: plan.Plan) -> bytes:
    """The canonical bytes of a plan, whose hash a header names: levels ascending, certificate."""
    levels = [f"{level.numerator}/{level.denominator}" for level in made.levels]
    return canonical.encode({"levels": levels, "certificate": made.certificate()})


def paper_of(posed: problem.Problem) -> bytes:
    """The canonical bytes of a problem without quotas, whose hash a header names; experts by id."""
    caps: dict[str, Any] = {"region": {name: list(bounds) for name, bounds in posed.regions.items()}}
    if posed.employer_cap is not None:
        caps |= {"employer": posed.employer_cap, "taken": dict(posed.taken)}
    experts = [
        {
            "id": one.id,
            "specialties": list(one.specialties),
            "employer": one.employer,
            "region": one.region,
            **dict(zip(posed.quotas, one.values, strict=True)),
        }
        for one in posed.experts
    ]
    quotas = {name: {value: list(b) for value, b in values.items()} for name, values in posed.quotas.items()}
    value = {"seats": dict(posed.seats), "caps": caps, "experts": experts}
    return canonical.encode(value | ({"quotas": quotas} if quotas else {}))


LEFT = ("recused", "disqualified", "unavailable", "no-show")
"""Why somebody who accepted does not sit after all."""


@dataclass
class Standing:
    """Where a draw stands: by its hash each drawn seat, what became of it ("" while open), its round."""

    seats: dict[bytes, problem.Seat] = field(default_factory=dict)
    codes: dict[bytes, str] = field(default_factory=dict)
    rounds: dict[bytes, int] = field(default_factory=dict)

    def accepted(self) -> dict[str, str]:
        """Experts who accepted and did not leave: id to specialty."""
        return {
            self.seats[seat].id: self.seats[seat].specialty
            for seat, code in self.codes.items()
            if code == "accepted"
        }

    def removed(self) -> list[str]:
        """Experts drawn who do not sit."""
        kept = self.accepted()
        return [seat.id for seat in self.seats.values() if seat.id not in kept]

    def listed(self, code: str) -> list[str]:
        """Hashes (hex) of the seats that are "accepted", or with "removed" of all others, ascending."""
        wanted = code == "accepted"
        return sorted(seat.hex() for seat, found in self.codes.items() if (found == "accepted") == wanted)


def next_round(base: problem.Problem, standing: Standing) -> problem.Problem:
    """What is left to draw: ProtocolError when those who accepted break a rule of the problem."""
    if not standing.seats:
        return base
    there = {expert.id for expert in base.experts}
    return base.residual(standing.accepted(), there.intersection(standing.removed()))


def take(
    standing: Standing, made: plan.Plan, seed: bytes, gateway: bytes, draw: bytes, j: int
) -> dict[bytes, problem.Seat]:
    """Draw round `j` and put its seats into the standing; the new seats by hash."""
    drawn = {
        releasing.seat(gateway, draw, j, one.specialty, one.id): one
        for one in plan.draw(made, seed, f"round/{j}")
    }
    standing.seats |= drawn
    standing.rounds |= dict.fromkeys(drawn, j)
    standing.codes |= dict.fromkeys(drawn, "")
    return drawn


def check(draw: Draw, standing: Standing) -> Standing:
    """Replay one draw on top of what earlier serials left; the standing after it. ProtocolError names what differs."""
    header = draw.header
    posed = problem.of_value(draw.draws.paper(header["problem"]))
    eligible.check(draw, posed)
    if header["kept"] != standing.listed("accepted"):
        raise ProtocolError("a later draw does not keep those who had accepted", obj=draw.event.name)
    for j in draw.rounds:
        head = draw.round_event(j)
        if head is None:
            raise ProtocolError("a round is missing", obj=f"{draw.name}, round {j}")
        if j:
            _head(draw, head, standing)
        made = _committed(draw, head, next_round(posed, standing))
        _result(draw, j, made, standing)
        _events(draw, j, standing)
    _end(draw, posed, standing)
    _left(draw, standing)
    return standing


def _committed(draw: Draw, head: Event, left: problem.Problem) -> plan.Plan:
    """The lottery of what is left: that which the head of the round names, proved by the cuts named with it."""
    if crossing(left):
        raise ProtocolError("the rules of the problem cross; a draw cannot be made of them", obj=head.name)
    made = plan.plan(left)
    plan.check(made)
    if made.table is None or made.table.over > WIDTH:
        raise ProtocolError("the denominator of the lottery is beyond 2^256", obj=head.name)
    said = draw.draws.paper(head.body["plan"])
    _PLAN(said, "plan")
    own = canonical.decode(stated(made), PAPER_LIMIT)
    cuts, own["certificate"]["cuts"] = said["certificate"]["cuts"], said["certificate"]["cuts"]
    if said != own:
        raise ProtocolError("the lottery committed to is not the fair one", obj=head.name)
    named = [certificate.Cut(cut["level"], tuple(cut["nodes"])) for cut in cuts]
    certificate.check(made.network, made.levels, made.table, named)
    return made


def _head(draw: Draw, head: Event, standing: Standing) -> None:
    body, before = head.body, draw.round_event(head.body["j"] - 1)
    if before is None or body["prev"] != before.ev:
        raise ProtocolError("a round does not follow the one before it", obj=head.name)
    events = [event for event in draw.of("draw-event") if event.leaf < head.leaf]
    if body["events"] != events_root(event.ev for event in events):
        raise ProtocolError("a round begins from other answers than were logged", obj=head.name)
    if "" in standing.codes.values():
        raise ProtocolError("a round began while a seat had no answer", obj=head.name)
    if (body["accepted"], body["removed"]) != (standing.listed("accepted"), standing.listed("removed")):
        raise ProtocolError("a round begins from another panel than the answers give", obj=head.name)


def events_root(evs: Any) -> str:
    """MTH over the ids (hex) of answers in the order of the log, in hex."""
    return merkle.root([merkle.leaf_hash(bytes.fromhex(ev)) for ev in evs]).hex()


def _result(draw: Draw, j: int, made: plan.Plan, standing: Standing) -> None:
    results = draw.of("draw-result", j)
    if not results:
        return
    found, gateway = draw.outcome(j), draw.gateway
    if found.seed is None or gateway is None:
        drawn: Mapping[bytes, problem.Seat] = {}
    else:
        drawn = take(standing, made, found.seed, gateway, bytes.fromhex(draw.id), j)
    said = results[0].body
    if (said["panel"], said["seats"]) != (releasing.panel_root(drawn).hex(), len(drawn)):
        raise ProtocolError("the panel is not the one the seeds give", obj=results[0].name)


def _events(draw: Draw, j: int, standing: Standing) -> None:
    """Answers between this round's head and the next one's."""
    head, later, end = draw.round_event(j), draw.round_event(j + 1), draw.first("draw-end")
    result = next(iter(draw.of("draw-result", j)), None)
    for event in draw.of("draw-event"):
        if (head and event.leaf < head.leaf) or (later and event.leaf > later.leaf):
            continue
        if end and event.leaf > end.leaf:
            continue
        seat, code = bytes.fromhex(event.body["seat"]), event.body["code"]
        if event.body["j"] == j and (result is None or event.leaf < result.leaf):
            raise ProtocolError("an answer before its panel was drawn", obj=event.name)
        if standing.rounds.get(seat) != event.body["j"]:
            raise ProtocolError(
                "an answer for a seat that its round did not draw", obj=event.name, evidence=seat.hex()
            )
        if standing.codes[seat] not in ("", "accepted"):
            raise ProtocolError("a second answer for a seat that was given up", obj=event.name)
        standing.codes[seat] = code


def _end(draw: Draw, posed: problem.Problem, standing: Standing) -> None:
    end = draw.first("draw-end")
    if end is None:
        return
    whole = len(standing.accepted()) == sum(posed.seats.values())
    if end.body["panel"] != standing.listed("accepted"):
        raise ProtocolError("the panel at the end is not that of the answers", obj=end.name)
    if (end.body["outcome"] == "complete") != whole:
        raise ProtocolError("the draw says it is complete and is not, or the reverse", obj=end.name)
    if "" in standing.codes.values():
        raise ProtocolError("the draw ended while a seat had no answer", obj=end.name)
    decided = [event for event in draw.of("draw-result", draw.rounds[-1]) if event.body["seats"]]
    cause, last = end.body["cause"] if decided else "", draw.rounds[-1] >= draw.header["max_rounds"]
    if cause == "short" and not last:
        raise ProtocolError("the draw says that its rounds are used up, and they are not", obj=end.name)
    if cause == "infeasible" and (last or possible(next_round(posed, standing))):
        raise ProtocolError("the draw says that no panel is left, and there is one", obj=end.name)


def possible(left: problem.Problem) -> bool:
    """Whether a panel of what is left keeps its rules."""
    try:
        plan.plan(left)
    except problem.NoPanel:
        return False
    return True


def _left(draw: Draw, standing: Standing) -> None:
    """Who falls out once the draw has ended leaves a seat for the serial that follows (实施条例 46, 48)."""
    end = draw.first("draw-end")
    if end is None:
        return
    later = next((one.event for one in draw.draws.all if one.event.leaf > draw.event.leaf), None)
    for event in draw.draws.chain:
        if event.kind != "draw-event" or (later and event.leaf > later.leaf):
            continue
        if draw.event.leaf < event.leaf < end.leaf and event.body["header"] != draw.id:
            raise ProtocolError("an answer of an earlier draw while this one runs", obj=event.name)
        if event.leaf < end.leaf:
            continue
        seat, code = bytes.fromhex(event.body["seat"]), event.body["code"]
        if code not in LEFT or standing.codes.get(seat) != "accepted":
            raise ProtocolError("an answer after the end which ends no acceptance", obj=event.name)
        if standing.rounds.get(seat) != event.body["j"]:
            raise ProtocolError(
                "an answer for a seat that its round did not draw", obj=event.name, evidence=seat.hex()
            )
        standing.codes[seat] = code
