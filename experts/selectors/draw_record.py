"""The draws of a lot after they are opened: what everybody may read, from the log and the papers it names.

Who sits: employer, region and specialty, which the bundle shows to everybody from the reveal on. A name only where the
pack has this trade publish names and the result is fixed; then with the salt that opens it under the committed leaf.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_noop as _

from experts.draw_keys import GatewayKey
from experts.models import Draw, DrawAnswer, DrawnSeat, DrawRound
from experts.pool_keys import PoolKey
from experts.rules.leaves import Leaves
from experts.rules.packs import pool_pack
from experts.selectors.draw_chances import percent, reason_counts
from experts.selectors.draw_label import SELF
from experts.selectors.draws import DrawChain, moment, opened_seat, paper, revealed
from experts.selectors.exchanges import Changed, changes_of
from experts.selectors.further import FurtherRecord, further_record
from experts.selectors.mandates import stepped_in
from experts.selectors.named import NamedPanel, NamedRecord, named_panel, named_record
from experts.selectors.own_replacements import ReplacementRecord, replacement_record
from experts.states.draw import SeatCode
from kernel.errors import NotFound
from protocol import canonical
from protocol.draw import objects, pool
from protocol.draw.case import PAPER_LIMIT
from trading.models import Lot
from trading.states import LotState

FIXED = frozenset({LotState.AWARDED.value, LotState.CONTRACTED.value, LotState.ARCHIVED.value})
"""States in which the result is fixed (法37)."""
BEGINS = '{"attributes":'
"""How a record of a pool begins."""


@dataclass(frozen=True)
class RoundRecord:
    """One round: when it was asked and decided, seats by answer; ``own`` answers were given by the expert's login."""

    j: int
    asked_at: datetime
    decided_at: datetime | None
    called_at: datetime | None
    counted: int
    seats: int
    answers: Sequence[tuple[str, int]]
    own: int


@dataclass(frozen=True)
class LevelRecord:
    """One of the different chances of the first round, in per cent, and how many experts had it."""

    chance: str
    fraction: str
    people: int


@dataclass(frozen=True)
class SerialRecord:
    """One draw of the lot."""

    draw: Draw
    header: Mapping[str, Any]
    seats: Sequence[tuple[str, int]]
    signed_at: datetime
    moved: Sequence[tuple[datetime, str]]
    close_at: datetime
    revealed_at: datetime | None
    outcome: str
    cause: str
    missing: Sequence[int]
    contributors: frozenset[str]
    excluded: Sequence[tuple[str, int]]
    levels: Sequence[LevelRecord]
    eligible: int
    rounds: Sequence[RoundRecord]
    changes: Sequence[Changed]

    @property
    def absent(self) -> list[str]:
        """Who had to contribute and did not, by code, where that ended the draw."""
        if self.cause != "contributors":
            return []
        return [self.header["required"][place - 1]["org"] for place in self.missing]

    @property
    def alone(self) -> bool:
        """Whether one organisation, or one officer, could have chosen or foreseen this draw (decision 7)."""
        return objects.attested(self.header, self.contributors) == SELF


@dataclass(frozen=True)
class MemberRecord:
    """Who sits. ``name`` with ``salt`` only where names are public; ``eid`` is the name of the leaf in the pool."""

    specialty: str
    employer: str
    region: str
    eid: str
    name: str = ""
    salt: str = ""


@dataclass(frozen=True)
class LotRecord:
    """All draws of a lot, and the panel they gave; ``whole`` where nothing was drawn and the owner named everybody.

    ``stepped_in``: substitutes of the owner who sit for a member of its own; ``further``: requests to name again;
    ``replaced``: own members sent later, where no substitute was left.
    """

    lot: Lot
    serials: Sequence[SerialRecord]
    panel: Sequence[MemberRecord]
    named: bool
    names_due: bool
    named_directly: Sequence[NamedRecord] = ()
    whole: NamedPanel | None = None
    stepped_in: int = 0
    further: Sequence[FurtherRecord] = ()
    replaced: Sequence[ReplacementRecord] = ()

    @property
    def names_experts(self) -> bool:
        """Whether the rules of this trade let the owner name experts where lots cannot fill a panel."""
        return pool_pack().naming_rule(self.lot.tender.project.trade) is not None


def names_due(lot: Lot) -> bool:
    """Whether the rules publish names of experts for this lot now: its trade does, and the result is fixed."""
    trades = pool_pack().rules["names_public"].values
    return lot.tender.project.trade in trades and lot.state in FIXED


def opened_draws(lot: Lot) -> list[Draw]:
    """The draws of a lot once the last of them is opened to everybody; nothing before."""
    rows = revealed([lot]).select_related("lot__tender__project", "request", "header_entry", "epoch")
    return list(rows.select_related("reveal_entry", "end_entry"))


def has_record(number: str) -> bool:
    """Whether the lot of this number has draws that are opened to everybody."""
    lots = list(Lot.objects.filter(tender__number=number[:-3], no=int(number[-2:])))
    return revealed(lots).exists() or any(named_panel(lot) is not None for lot in lots)


def lot_record(lot: Lot, key: PoolKey | None = None) -> LotRecord:
    """The public record of a lot's draws; NotFound before they are opened.

    Where the owner named everybody: NotFound before the members are called in. ``key`` opens names, where they are due.
    """
    draws, due = opened_draws(lot), names_due(lot)
    if not draws:
        whole = named_panel(lot, key if due else None)
        if whole is None:
            raise NotFound("draw", _("There is no drawing of experts here, or it is not opened yet."))
        named = due and key is not None
        own = stepped_in(lot)
        directly, further = whole.namings, further_record(lot)
        return LotRecord(
            lot,
            (),
            (),
            named,
            due,
            named_directly=directly,
            whole=whole,
            stepped_in=own,
            further=further,
            replaced=replacement_record(lot),
        )
    return LotRecord(
        lot=lot,
        serials=[_serial(draw) for draw in draws],
        panel=_panel(draws, key if due else None),
        named=due and key is not None,
        names_due=due,
        named_directly=named_record(lot, key if due else None),
        stepped_in=stepped_in(lot),
        replaced=replacement_record(lot),
    )


def _serial(draw: Draw) -> SerialRecord:
    chain, header = DrawChain(draw), draw.header
    problem = canonical.decode(paper(draw, header["problem"]), PAPER_LIMIT)
    assert draw.header_entry is not None
    moved = chain.of("draw-postpone")
    end: Mapping[str, Any] = draw.end_entry.body if draw.end_entry else {}
    return SerialRecord(
        draw=draw,
        header=header,
        seats=sorted(problem["seats"].items()),
        signed_at=draw.header_entry.at,
        moved=[(moment(event.body["close_at"]), event.body["reason"]) for event in moved],
        close_at=moment(chain.close_at),
        revealed_at=draw.reveal_entry.at if draw.reveal_entry else None,
        outcome=end.get("outcome", ""),
        cause=end.get("cause", ""),
        missing=end.get("missing", []),
        contributors=frozenset(body["org"] for body in chain.counting.values()),
        excluded=reason_counts(canonical.decode(paper(draw, header["exclusions"]["rows"]), PAPER_LIMIT)),
        levels=_levels(canonical.decode(paper(draw, header["plan"]), PAPER_LIMIT)),
        eligible=len(problem["experts"]),
        rounds=[_round(row) for row in draw.rounds.select_related("head", "result").order_by("j")],
        changes=changes_of(draw),
    )


def _levels(plan: Mapping[str, Any]) -> list[LevelRecord]:
    """The different chances, the highest first, as the plan states them with its proof."""
    stated = plan["certificate"]
    heads: Counter[int] = Counter()
    for kind in stated["kinds"]:
        heads[kind["level"]] += kind["heads"] * stated["classes"][kind["class"]]["employers"]
    found = [LevelRecord(percent(Fraction(text)), text, heads[at]) for at, text in enumerate(plan["levels"])]
    return found[::-1]


def _round(row: DrawRound) -> RoundRecord:
    codes = Counter(row.seats.values_list("code", flat=True))
    own = DrawAnswer.objects.filter(seat__round=row, own=True).values("seat").distinct().count()
    return RoundRecord(
        j=row.j,
        asked_at=row.head.at,
        decided_at=row.result.at if row.result else None,
        called_at=row.called_at,
        counted=len(row.result.body["in"]) if row.result else 0,
        seats=codes.total(),
        answers=sorted(codes.items()),
        own=own,
    )


def _panel(draws: Sequence[Draw], key: PoolKey | None) -> list[MemberRecord]:
    """Everybody who accepted and stayed, opened by the gateway keys which the reveals published."""
    found = []
    for draw in draws:
        gateway = GatewayKey(bytes.fromhex(draw.reveal_entry.body["gateway"])) if draw.reveal_entry else None
        rows = DrawnSeat.objects.filter(round__draw=draw, code=SeatCode.ACCEPTED.value)
        seats = [opened_seat(row, draw, gateway) for row in rows.order_by("seat")]
        records = _records(draw, {seat.id for seat in seats})
        names = _names(draw, records, key) if key is not None else {}
        for seat in seats:
            shown = records[seat.id]["attributes"]
            name, salt = names.get(seat.id, ("", ""))
            employer, region = (str(shown[part]["value"]) for part in ("employer", "region"))
            found.append(MemberRecord(seat.specialty, employer, region, seat.id, name, salt))
    return sorted(found, key=lambda one: (one.specialty, one.eid))


def _records(draw: Draw, eids: set[str]) -> dict[str, dict[str, Any]]:
    """The opened records of these experts in the pool the header names; of all others nothing is read.

    Every record begins with its eid, and no text inside one can hold an unescaped quotation mark.
    """
    text = paper(draw, draw.header["pool"]["rows"]).decode()
    read, found = json.JSONDecoder().raw_decode, {}
    for eid in eids:
        at = -1
        while eid not in found:
            at = text.index(f'"value":"{eid}"', at + 1)
            row = read(text, text.rindex(BEGINS, 0, at))[0]
            if row["attributes"]["eid"]["value"] == eid:
                found[eid] = row
    return found


def _names(draw: Draw, records: Mapping[str, Any], key: PoolKey) -> dict[str, tuple[str, str]]:
    """Name and salt of these experts, each as committed: who does not fit the leaf's hash is left out."""
    assert draw.epoch is not None
    secret, found = key.epoch(bytes.fromhex(draw.epoch.nonce)), {}
    named = Leaves(secret).eid
    eids = {one: named(one.bytes) for one in draw.epoch.members.values_list("expert_id", flat=True)}
    drawn = [one for one, eid in eids.items() if eid.hex() in records]
    members = draw.epoch.members.filter(expert__in=drawn)
    for expert, attributes in members.values_list("expert_id", "attributes"):
        eid = eids[expert]
        salt = pool.salts(secret, eid)[1 + pool.ATTRIBUTES.index("name")]
        committed = records[eid.hex()]["attributes"]["name"]["hash"]
        if pool.attribute_hash(salt, "name", attributes["name"]).hex() == committed:
            found[eid.hex()] = (attributes["name"], salt.hex())
    return found
